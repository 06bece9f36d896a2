"""``train`` for planar views: the data side of a run."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any

import yaml

from BoneMetSegLib.errors import InputError
from model_training.reading.teach_reading import TextPath
from model_training.training_case import load_training_case

from .fit import fit, steps_done
from .folds import split_cases
from .placed_case import Grid
from .planar_samples import PlanarSamples, place_cases
from .processes import first_process_first, joined, process_number
from .report_tokens import encode_reports
from .reworded_reports import reports_to_read
from .text_path import text_path_of

_LOG = logging.getLogger(__name__)
_FIRST_PATIENTS_A_BATCH = 4  # of a pool, before the first step: more than one batch's, so that reports differ


def train(
    data: Path,
    run: Path,
    configuration: dict[str, Any],
    *,
    text_from: Path | None = None,
    cache: Path | None = None,
    go_on: bool = False,
    fold: int | None = None,
    folds: int = 5,
    image_from: Path | None = None,
) -> None:
    """Train on a folder of cases; see ``fit.fit`` for what it leaves in ``run``.

    Parameters
    ----------
    text_from : Path, optional
        A bundle whose text path is used; else the run's own, taught first where there is none.
    cache : Path, optional
        Folder that keeps placed cases and encoded reports for other runs.
    go_on : bool
        Go on from the run's checkpoint with the run's own configuration.
    fold, folds : int
        Hold one fold of the patients out (``folds.py``); else the data list's own split.
    image_from : Path, optional
        A finished run whose image path is taken over and stays as it is: only report paths are trained.
    """
    if go_on:
        configuration = stored_configuration(run)
    settings = configuration["train"]
    check_grid(configuration)
    cases = split_cases(data, fold, folds)
    for split, least in (("training", settings["batch_size"]), ("validation", 1)):
        if len(cases[split]) < least:
            raise InputError(
                f"{data} has {len(cases[split])} patients in its {split} split, {least} are needed; simulate more cases"
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


def train_on_the_fly(
    clinic_name: str,
    run: Path,
    configuration: dict[str, Any],
    *,
    text_from: Path | None = None,
    go_on: bool = False,
    image_from: Path | None = None,
) -> None:
    """Train on patients of a clinic that are simulated beside the training; nothing is stored of them."""
    from model_training.simulator.clinic import read_clinic

    from .patient_pool import PatientPool, simulate_checks

    if go_on:
        configuration = stored_configuration(run)
    settings, grid = configuration["train"], Grid(**configuration["grid"])
    check_grid(configuration)
    clinic = read_clinic(clinic_name)
    seen = steps_done(run) * settings["batch_size"] * settings["accumulate"] if go_on else 0
    with joined(settings["device"]):
        with first_process_first():
            text = text_path_of(run, configuration, settings["seed"], text_from)
        pool = PatientPool(
            clinic,
            grid,
            text,
            configuration,
            # Each process simulates patients of its own.
            settings["seed"] + 1_000_003 * process_number(),
            capacity=settings["pool_patients"],
            workers=max(1, (os.cpu_count() or 2) - 1),
            first_patient=seen,
        )
        try:
            count = settings["validation_cases"]
            _LOG.info(f"simulating {count} patients to validate with")
            cases, tokens = simulate_checks(clinic, settings["seed"], grid, "auto", count, text)
            checks = PlanarSamples(cases, tokens, grid, None, settings["seed"], text.encoder.width, simulated=True)
            pool.fill(_FIRST_PATIENTS_A_BATCH * settings["batch_size"])
            fit(run, configuration, pool, checks, text.reader, go_on=go_on, image_from=image_from)
        finally:
            pool.close()


def check_grid(configuration: dict[str, Any]) -> None:
    """Refuse a grid that the network cannot halve often enough.

    Raises
    ------
    InputError
        Rows or columns are no multiple of what the network's widths ask for.
    """
    widths = len(configuration["network"]["widths"])
    for name in ("rows", "columns"):
        size = configuration["grid"][name]
        if size < 2**widths or size % 2**widths:
            raise InputError(f"grid: {name} is {size}; with {widths} widths it should be a multiple of {2**widths}")


def _samples(
    paths: list[Path], configuration: dict[str, Any], text: TextPath, cache: Path | None, *, augmented: bool
) -> PlanarSamples:
    grid = Grid(**configuration["grid"])
    sources = {load_training_case(path).source for path in paths}
    reports = reports_to_read(paths, configuration, reworded=augmented)
    return PlanarSamples(
        place_cases(paths, grid, acquired=not augmented, cache=cache),
        encode_reports(reports, text.encoder, text.tokenizer, cache),
        grid,
        configuration["augmentation"] if augmented else None,
        configuration["train"]["seed"],
        text.encoder.width,
        simulated=sources == {"simulated"},
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
