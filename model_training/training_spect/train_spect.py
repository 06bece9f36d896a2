"""``train-spect``: the data side of a run in three dimensions; the run itself is ``training.fit``."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError
from model_training.case_lists import cases_of
from model_training.configuration import read_configuration
from model_training.reading.teach_reading import TextPath
from model_training.training.fit import fit
from model_training.training.processes import first_process_first, joined, process_number
from model_training.training.report_tokens import encode_reports
from model_training.training.reworded_reports import reports_to_read
from model_training.training.text_path import text_path_of
from model_training.training.train_planar import stored_configuration

from .volume_grid import VolumeGrid
from .volume_samples import VolumeSamples, place_volumes

SPECT_CONFIGURATION = Path(__file__).parents[1] / "configs" / "spect.yaml"

_LOG = logging.getLogger(__name__)


def read_spect_configuration(path: Path | None = None) -> dict[str, Any]:
    """Read a configuration; what it leaves out comes from ``configs/spect.yaml``.

    Raises
    ------
    InputError
        Not a configuration, or a grid that the network cannot halve often enough.
    """
    configuration = read_configuration(path, SPECT_CONFIGURATION)
    grid, multiple = configuration["grid"], 2 ** len(configuration["network"]["widths"])
    for name in ("slices", "rows", "columns"):
        if grid[name] < multiple or grid[name] % multiple:
            raise InputError(
                f"grid: {name} is {grid[name]}; with {len(configuration['network']['widths'])} widths it should be a "
                f"multiple of {multiple}"
            )
    return configuration


def train_spect(
    data: Path,
    run: Path,
    configuration: dict[str, Any],
    *,
    text_from: Path | None = None,
    image_from: Path | None = None,
    cache: Path | None = None,
    go_on: bool = False,
) -> None:
    """Train on a folder of tomographies; see ``training.fit.fit`` for what it leaves in ``run``.

    Parameters
    ----------
    text_from : Path, optional
        A bundle whose text path is used; else the run's own, taught first where there is none.
    image_from : Path, optional
        A finished run whose image path is taken over; report paths alone are trained.
    cache : Path, optional
        Folder that keeps placed volumes and encoded reports for other runs.
    go_on : bool
        Go on from the run's checkpoint with the run's own configuration.
    """
    if go_on:
        configuration = stored_configuration(run)
    settings = configuration["train"]
    cases = {split: cases_of(data, split, "spect") for split in ("training", "validation")}
    for split, least in (("training", settings["batch_size"]), ("validation", 1)):
        if len(cases[split]) < least:
            raise InputError(
                f"{data} has {len(cases[split])} tomographies in its {split} split, {least} are needed; simulate more "
                "cases with --kind spect"
            )
    with joined(settings["device"]):
        with first_process_first():
            text = text_path_of(run, configuration, settings["seed"], text_from)
        start = time.monotonic()
        samples = _samples(cases["training"], configuration, text, cache, augmented=True)
        checked = cases["validation"][: settings["validation_cases"]]
        checks = _samples(checked, configuration, text, cache, augmented=False)
        if not process_number():
            _LOG.info(f"{len(samples)} and {len(checks)} patients in memory after {time.monotonic() - start:.0f} s")
        fit(run, configuration, samples, checks, text.reader, go_on=go_on, image_from=image_from)


def _samples(
    paths: list[Path], configuration: dict[str, Any], text: TextPath, cache: Path | None, *, augmented: bool
) -> VolumeSamples:
    grid = VolumeGrid(**configuration["grid"])
    reports = reports_to_read(paths, configuration, reworded=augmented)
    tokens = encode_reports(reports, text.encoder, text.tokenizer, cache)
    return VolumeSamples(
        place_volumes(paths, grid, cache=cache),
        tokens,
        grid,
        configuration["augmentation"] if augmented else None,
        configuration["train"]["seed"],
        text.encoder.width,
    )
