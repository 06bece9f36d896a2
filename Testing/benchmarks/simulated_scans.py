"""Simulated cases as the library's scans, for the scripts that measure error rates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.scan import VIEWS, PlanarScan, PlanarView
from BoneMetSegLib.segmentation import HOT_SPOT_CLASSES
from model_training.simulator.case import SimulatedCase, simulate_case
from model_training.simulator.case_files import load_case
from model_training.simulator.clinic import default_clinic, undisturbed

FRESH_SEED = 31_004_000
"""The first seed of the cases that nothing was tuned on."""


def cases(folder: Path | None, count: int) -> Iterator[SimulatedCase]:
    """Yield cases of a folder (``python -m model_training simulate``), or simulate fresh, undisturbed ones."""
    if folder is None:
        for number in range(count):
            yield simulate_case(FRESH_SEED + number, clinic=undisturbed(default_clinic()))
    else:
        for path in sorted(folder.glob("case_*.npz"))[:count]:
            yield load_case(path)


def scan_of(case: SimulatedCase) -> PlanarScan:
    """Return a case as a scan whose times come from the patient's facts."""
    views = {
        name: PlanarView(name, case.counts[name].astype(np.float32), (case.pixel_size_mm, case.pixel_size_mm))
        for name in VIEWS
    }
    minutes = round(float(case.patient["hours_after_injection"]) * 60)
    injected = 22 * 60  # so that half of the scans pass midnight
    acquired = (injected + minutes) % 1440
    return PlanarScan(views, injection_time="220000", acquisition_time=f"{acquired // 60:02d}{acquired % 60:02d}00")


def hot_spots_of(case: SimulatedCase) -> list[HotSpot]:
    """Return the true foci that a view shows, as hot spots."""
    spots = []
    for focus in case.foci:
        views = {}
        for name in VIEWS:
            mask = case.focus_map[name] == focus.number
            if mask.any():
                inside = case.counts[name][mask]
                area_mm2 = float(mask.sum() * case.pixel_size_mm**2)
                views[name] = HotSpotInView(mask, area_mm2, float(inside.max()), float(inside.mean()), float("nan"))
        if views and focus.hot_spot_class in HOT_SPOT_CLASSES:
            region = {"injection site": "injection_site"}.get(focus.kind, focus.kind)
            spots.append(
                HotSpot(f"H{focus.number:02d}", focus.hot_spot_class, False, region, focus.side, "", views, 1.0, 1.0)
            )
    return spots
