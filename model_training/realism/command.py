"""``python -m model_training realism``: simulate, measure, draw and write the page."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.errors import InputError
from model_training.simulator.clinic import DEFAULT_CLINIC, read_clinic

from . import pictures
from .page import Comparison, page
from .real_scan import RealScan, lossless_scan, lossy_scan, read_real
from .row_profiles import PROFILES
from .simulated_patients import simulated_patient
from .simulated_ranges import (
    MeasuredView,
    Place,
    mean_deviation,
    measure_simulated,
    measure_view,
    measures_within,
    place_among,
    profile_bands,
    share_within,
)

PAGE_NAME, NUMBERS_NAME = "realism.md", "realism.json"
PICTURE_FOLDER, LOCAL_FOLDER = "realism", "with_the_real_scan"
_SHOWN_PATIENTS = 5
_FEWEST = 20


def add_realism_command(commands: Any) -> None:
    """Add ``realism`` to the parser's commands."""
    command = commands.add_parser("realism", help="measure simulated scans against the real one, and write the page")
    add_realism_arguments(command)


def add_realism_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``realism`` to a parser."""
    parser.add_argument("--clinic", default=DEFAULT_CLINIC, metavar="NAME", help=f"default: {DEFAULT_CLINIC}")
    parser.add_argument("--cases", type=int, default=100, metavar="N", help="simulated patients (default: 100)")
    parser.add_argument("--seed", type=int, default=5, metavar="N", help="of the set (default: 5)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the page, pictures, numbers")
    parser.add_argument("--lossless", type=Path, metavar="FILE", help="the real scan without loss (JPEG-LL.dcm)")
    parser.add_argument("--real", type=Path, metavar="FILE", help="another real anterior view, in place of pydicom's")


def run_realism(options: argparse.Namespace) -> None:
    """Run the command with parsed options."""
    written = write_realism(
        options.out,
        clinic=options.clinic,
        cases=options.cases,
        seed=options.seed,
        workers=options.workers,
        lossless=options.lossless,
        real=options.real,
    )
    sys.stdout.write(f"{written}: {options.cases} simulated patients beside the real scan\n")


def write_realism(
    out: Path,
    *,
    clinic: str = DEFAULT_CLINIC,
    cases: int = 100,
    seed: int = 5,
    workers: int = 1,
    lossless: Path | None = None,
    real: Path | None = None,
) -> Path:
    """Measure simulated patients and the real scan, and write page, pictures and numbers.

    Parameters
    ----------
    out : Path
        Receives ``realism.md`` with its pictures in ``realism/`` (simulated scans and numbers only),
        ``realism.json`` and, in ``with_the_real_scan/``, the pictures that show the real scan.
    clinic : str
        Name or file.
    cases, seed, workers : int
        Patients, seed of the set, processes. The numbers do not depend on ``workers``.
    lossless : Path, optional
        The same real acquisition without loss; else pydicom's cache is looked into.
    real : Path, optional
        Another real anterior view, in place of the one that pydicom ships.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        Too few cases, no such clinic, or a real scan that cannot be read or measured.
    """
    if cases < _FEWEST:
        raise InputError(f"{cases} simulated patients make no 5-95 % range; at least {_FEWEST} are needed")
    settings = read_clinic(clinic)
    scans = real_scans(lossless, real)
    measured = {name: _measured(name, scan) for name, scan in scans.items()}
    views = measure_simulated(cases, seed, clinic, workers)
    simulated = [view for view in views if view is not None]
    if len(simulated) < _FEWEST:
        raise InputError(f"of {cases} simulated patients only {len(simulated)} could be measured")
    found = compare(measured, simulated, settings.name, settings.sha256, seed, cases, _words(scans, real))

    folder, local = out / PICTURE_FOLDER, out / LOCAL_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    local.mkdir(exist_ok=True)
    shown = [simulated_patient(index, seed, clinic) for index in range(_SHOWN_PATIENTS * 3)]
    first = shown[:_SHOWN_PATIENTS]
    drawn = [
        (pictures.draw_patients(folder / "patients.png", first), "The first five simulated patients, both views."),
        (
            pictures.draw_close_ups(folder / "close_ups.png", first),
            "The same, where a simulator's construction would show.",
        ),
        (
            pictures.draw_foci(folder / "foci.png", shown),
            "Labelled foci of the first 15 patients: metastases (red), benign ones drawn like them, others (blue).",
        ),
        (
            pictures.draw_profiles(folder / "profiles.png", simulated, measured),
            "Profiles across the body, each of area 1: the real scan in the simulated range.",
        ),
        (
            pictures.draw_ranges(folder / "ranges.png", found.places),
            "Every measure of the real scan on its simulated 5-95 % range; red: outside; a cross: far outside.",
        ),
    ]
    best = next(iter(scans.values()))
    pictures.draw_patients(local / "patients.png", first, best)
    pictures.draw_close_ups(local / "close_ups.png", first, best)
    overlays = [(name, scan.counts, scan.pixel_mm) for name, scan in scans.items()]
    overlays += [
        (str(i), case.counts["anterior"].astype(np.float32), case.pixel_size_mm) for i, case in enumerate(shown)
    ]
    pictures.draw_landmarks(local / "landmarks.png", overlays[:12])

    numbers = _numbers(found, simulated)
    (out / NUMBERS_NAME).write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8", newline="\n")
    written = out / PAGE_NAME
    text = page(found, [(f"{PICTURE_FOLDER}/{path.name}", caption) for path, caption in drawn])
    written.write_text(text, encoding="utf-8", newline="\n")
    return written


def real_scans(lossless: Path | None = None, real: Path | None = None) -> dict[str, RealScan]:
    """Return the real scan by name, the one to trust more first."""
    if real is not None:
        scan = read_real(real)
        return {"real, lossy" if scan.lossy else "real": scan}
    without_loss = lossless_scan(lossless)
    scans = {} if without_loss is None else {"real": without_loss}
    return scans | {"real, lossy": lossy_scan()}


def _measured(name: str, scan: RealScan) -> MeasuredView:
    view = measure_view(scan.counts, scan.pixel_mm, scan.lossy)
    if view is None:
        raise InputError(f"the scan called {name!r}: neither neck nor legs could be told in its anterior view")
    return view


def _words(scans: Mapping[str, RealScan], real: Path | None) -> str:
    if real is None:
        return ""
    scan = next(iter(scans.values()))
    rows, columns = scan.counts.shape
    millions = float(scan.counts.sum(dtype=np.float64)) / 1e6
    return f"{rows} x {columns} pixels of {scan.pixel_mm:.2f} mm, {millions:.1f} million counts"


def compare(
    real: Mapping[str, MeasuredView],
    simulated: Sequence[MeasuredView],
    clinic: str,
    clinic_sha256: str,
    seed: int,
    patients: int,
    given: str = "",
) -> Comparison:
    """Place the real scan (the first of ``real``) among simulated ones."""
    best = next(iter(real.values()))
    placed = {
        name: place_among(value, [view.values[name] for view in simulated]) for name, value in best.values.items()
    }
    within = [measures_within(view.values, simulated) for view in simulated]
    low, median, high = (float(each) for each in np.percentile(within, [5, 50, 95]))
    deviations = [mean_deviation(view.values, simulated) for view in simulated]
    near, usual, far = (float(each) for each in np.percentile(deviations, [5, 50, 95]))
    profiles = {}
    for name in PROFILES:
        bands = profile_bands(simulated, name)
        shares = [share_within(view.profiles[name], bands) for view in simulated]
        profiles[name] = (share_within(best.profiles[name], bands), float(np.percentile(shares, 5)))
    return Comparison(
        clinic=clinic,
        clinic_sha256=clinic_sha256,
        seed=seed,
        patients=patients,
        measured=len(simulated),
        given=given,
        lossless="real" in real and not given,
        places={name: place for name, place in placed.items() if place is not None},
        lossy=dict(real["real, lossy"].values) if "real, lossy" in real else {},
        profiles_within=profiles,
        measures_within=measures_within(best.values, simulated),
        simulated_within=(low, median, high),
        deviation=mean_deviation(best.values, simulated),
        simulated_deviation=(near, usual, far),
    )


def _numbers(found: Comparison, simulated: Sequence[MeasuredView]) -> dict[str, Any]:
    def plain(place: Place) -> dict[str, Any]:
        return {
            "real": round(place.real, 4),
            "simulated_5": round(place.low, 4),
            "simulated_median": round(place.median, 4),
            "simulated_95": round(place.high, 4),
            "percentile": round(place.percentile, 1),
            "inside": place.inside,
            "patients": place.patients,
        }

    return {
        "clinic": found.clinic,
        "clinic_sha256": found.clinic_sha256,
        "seed": found.seed,
        "patients": found.patients,
        "measured": found.measured,
        "measures_within_percent": round(found.measures_within, 1),
        "simulated_within_percent": [round(each, 1) for each in found.simulated_within],
        "mean_deviation": round(found.deviation, 3),
        "simulated_mean_deviation": [round(each, 3) for each in found.simulated_deviation],
        "measures": {name: plain(place) for name, place in found.places.items()},
        "profiles_within_percent": {
            name: [round(each, 1) for each in pair] for name, pair in found.profiles_within.items()
        },
        "simulated_values": {
            name: [None if math.isnan(view.values[name]) else round(view.values[name], 4) for view in simulated]
            for name in simulated[0].values
        },
    }
