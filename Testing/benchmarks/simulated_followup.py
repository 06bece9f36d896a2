"""Simulated pairs of scans as finished cases whose hot spots and skeleton are the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import fine_region
from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.concordance import Concordance
from BoneMetSegLib.hot_spots import HotSpot, measure_in_view
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import VIEWS, Identity, PlanarScan, PlanarView
from BoneMetSegLib.segmentation import CLASSES, Segmentation, ViewMaps
from BoneMetSegLib.skeleton import Place
from model_training.simulator.case_files import load_case, load_meta
from model_training.simulator.simulated_case import SimulatedCase


@dataclass(frozen=True)
class FollowUpPair:
    """Two simulated scans of a patient, and a row of truth for each lesion (``simulator.followup.truth_of_pair``)."""

    name: str
    cases: tuple[SimulatedCase, SimulatedCase]
    changes: list[dict[str, Any]]


def pairs(folder: Path, first: int, count: int) -> Iterator[FollowUpPair]:
    """Yield ``count`` pairs, from number ``first`` on, of a folder (``python -m model_training simulate``)."""
    for path in sorted(folder.glob("case_*_t1.npz"))[first : first + count]:
        earlier = path.with_name(path.name.replace("_t1", "_t0"))
        changes = load_meta(path)["followup"]["changes"]
        yield FollowUpPair(path.stem.removesuffix("_t1"), (load_case(earlier), load_case(path)), changes)


def true_case(simulated: SimulatedCase, *, date: str = "", patient_id: str = "simulated") -> Case:
    """Return a case whose hot spots and skeleton are the truth; metastases are accepted.

    The number of a hot spot is that of its focus.
    """
    size_mm = (simulated.pixel_size_mm, simulated.pixel_size_mm)
    views = {name: PlanarView(name, simulated.counts[name].astype(np.float32), size_mm) for name in VIEWS}
    scan = PlanarScan(views, acquisition_date=date, identity=Identity(patient_id=patient_id))
    maps = {name: _maps(simulated, name) for name in VIEWS}
    names = {"name": "truth", "version": "simulated", "sha256": ""}
    segmentation = Segmentation(maps, model=names, thresholds={"foreground": 0.5, "accept": 0.5, "min_area_mm2": 0.0})
    spots = _hot_spots(simulated, scan, maps)
    return Case(scan, None, segmentation, spots, measure_burden(scan, segmentation, spots), Concordance(), ())


def _maps(simulated: SimulatedCase, view: str) -> ViewMaps:
    shape = simulated.counts[view].shape
    image_only = np.stack([(simulated.class_map[view] == index).astype(np.float32) for index in range(len(CLASSES))])
    spine, rib = (
        _doubled(levels[view], shape).astype(np.float32) / 10 for levels in (simulated.spine_level, simulated.rib_level)
    )
    return ViewMaps(image_only, None, _doubled(simulated.skeleton[view], shape).astype(np.float32), spine, rib)


def _doubled(half: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    full = half.repeat(2, -2).repeat(2, -1)
    missing = [(0, 0)] * (half.ndim - 2) + [(0, shape[-2] - full.shape[-2]), (0, shape[-1] - full.shape[-1])]
    return np.pad(full, missing)


def _hot_spots(simulated: SimulatedCase, scan: PlanarScan, maps: dict[str, ViewMaps]) -> list[HotSpot]:
    spots = []
    occupied = {name: simulated.class_map[name] > 0 for name in VIEWS}
    for focus in simulated.foci:
        masks = {name: simulated.focus_map[name] == focus.number for name in VIEWS}
        if not any(mask.any() for mask in masks.values()):
            continue
        place = _place(focus.fine_region, focus.side)
        views = {
            name: measure_in_view(scan.views[name], maps[name], mask, place, occupied[name])
            for name, mask in masks.items()
            if mask.any()
        }
        accepted = focus.hot_spot_class == "metastasis"
        spot = HotSpot(
            f"H{focus.number:02d}", focus.hot_spot_class, accepted, *_words(place), views, 1.0, float(accepted)
        )
        spots.append(spot)
    return spots


def _place(name: str, side: str) -> Place:
    try:
        fine = fine_region(name)
    except KeyError:
        return Place(name.removesuffix("_left").removesuffix("_right"), side, "")
    return Place(fine.region, fine.side, fine.level)


def _words(place: Place) -> tuple[str, str, str]:
    return place.region, place.side, place.level
