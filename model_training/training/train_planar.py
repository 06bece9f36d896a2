"""``train`` for planar views: the data side of a run."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import yaml

from BoneMetSegLib.errors import InputError

from ..case_lists import cases_of
from ..training_case import load_training_case
from .fit import fit
from .placed_case import Grid
from .planar_samples import PlanarSamples, place_cases
from .report_tokens import encode_reports
from .run_folder import Trained, load_run
from .text_path import TextPath, text_path_of

_LOG = logging.getLogger(__name__)


def train(
    data: Path,
    run: Path,
    configuration: dict[str, Any],
    *,
    text_from: Path | None = None,
    cache: Path | None = None,
    go_on: bool = False,
) -> None:
    """Train on a folder of cases; see ``fit.fit`` for what it leaves in ``run``.

    Parameters
    ----------
    text_from : Path, optional
        A bundle whose text path is used; else the run's own, taught first where there is none.
    cache : Path, optional
        Folder that keeps placed cases; the run's own where none is given.
    go_on : bool
        Go on from the run's checkpoint with the run's own configuration.
    """
    if go_on:
        configuration = stored_configuration(run)
    settings = configuration["train"]
    cases = {split: cases_of(data, split) for split in ("training", "validation")}
    for split, least in (("training", settings["batch_size"]), ("validation", 1)):
        if len(cases[split]) < least:
            raise InputError(
                f"{data} has {len(cases[split])} patients in its {split} split, {least} are needed; simulate more cases"
            )
    text = text_path_of(run, configuration, settings["seed"], text_from)
    start = time.monotonic()
    samples = _samples(cases["training"], configuration, text, cache, augmented=True)
    checks = _samples(cases["validation"][: settings["validation_cases"]], configuration, text, cache, augmented=False)
    _LOG.info(f"{len(samples)} and {len(checks)} patients in memory after {time.monotonic() - start:.0f} s")
    fit(run, configuration, samples, checks, text.reader, go_on=go_on)


def _samples(
    paths: list[Path], configuration: dict[str, Any], text: TextPath, cache: Path | None, *, augmented: bool
) -> PlanarSamples:
    grid = Grid(**configuration["grid"])
    tokens = encode_reports([load_training_case(path).reports for path in paths], text.encoder, text.tokenizer)
    return PlanarSamples(
        place_cases(paths, grid, acquired=not augmented, cache=cache),
        tokens,
        grid,
        configuration["augmentation"] if augmented else None,
        configuration["train"]["seed"],
        text.encoder.width,
    )


def stored_configuration(run: Path) -> dict[str, Any]:
    """Return the configuration that a run was begun with.

    Raises
    ------
    InputError
        There is no run.
    """
    try:
        return dict(yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        raise InputError(f"{run} holds no config.yaml of a training; leave out --continue") from error


__all__ = ["Trained", "load_run", "stored_configuration", "train"]
