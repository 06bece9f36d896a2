"""The true figures of a simulated examination, and what perfect outlines would measure."""

from __future__ import annotations

from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import fine_region
from BoneMetSegLib.burden import Burden, measure_burden
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.segmentation import CLASSES, Segmentation, ViewMaps
from model_training.simulator.case import SimulatedCase


def perfect_segmentation(case: SimulatedCase, scan: PlanarScan) -> Segmentation:
    """Return the maps of a network that is always right: true classes, bones and levels, each certain."""
    views = {}
    for name, view in scan.views.items():
        shape = view.counts.shape
        classes = np.stack([case.class_map[name] == index for index in range(len(CLASSES))]).astype(np.float32)
        levels = [_doubled(level[name] / 10, shape).astype(np.float32) for level in (case.spine_level, case.rib_level)]
        views[name] = ViewMaps(classes, None, _doubled(case.skeleton[name], shape).astype(np.float32), *levels)
    return Segmentation(views, thresholds={"foreground": 0.5, "accept": 0.5, "min_area_mm2": 0.0})


def _doubled(image: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return images ``(..., rows, columns)`` of half resolution at that of the views."""
    large = image.repeat(2, axis=-2).repeat(2, axis=-1)
    missing = [(0, max(0, wanted - have)) for wanted, have in zip(shape, large.shape[-2:], strict=True)]
    large = np.pad(large, [(0, 0)] * (large.ndim - 2) + missing, mode="edge")
    return np.asarray(large[..., : shape[0], : shape[1]])


def true_lesions(case: SimulatedCase, scan: PlanarScan) -> list[HotSpot]:
    """Return the visible metastases as accepted hot spots, in place and outline as they truly are."""
    spots: list[HotSpot] = []
    for focus in case.foci:
        if focus.hot_spot_class != "metastasis":
            continue
        fine = fine_region(focus.fine_region)
        views = {}
        for name, view in scan.views.items():
            mask = case.focus_map[name] == focus.number
            if mask.any():
                inside = view.counts[mask]
                area = float(mask.sum() * view.pixel_area_mm2)
                views[name] = HotSpotInView(mask, area, float(inside.max()), float(inside.mean()), float("nan"))
        if views:
            number = f"H{len(spots) + 1:02d}"
            spots.append(HotSpot(number, "metastasis", True, fine.region, fine.side, fine.level, views, 1.0, 1.0))
    return spots


def true_figures(case: SimulatedCase, scan: PlanarScan) -> dict[str, Any]:
    """Return what is true of an examination, plain for JSON.

    Returns
    -------
    dict
        "bsi_percent": of the bone's volume. "figures" and "regions": as ``figures_of`` gives them, of perfect outlines
        on perfect bones; their "bsi_percent" is the planar index without any error of a network.
    """
    perfect = measure_burden(scan, perfect_segmentation(case, scan), true_lesions(case, scan))
    return {
        "bsi_percent": case.true_bsi_percent,
        "foci": sum(focus.hot_spot_class == "metastasis" for focus in case.foci),
        **figures_of(perfect),
    }


def figures_of(burden: Burden) -> dict[str, Any]:
    """Return the figures of a burden and of its regions by name, those of views with the view at the end."""
    return {
        "figures": _figures(burden),
        "regions": {f"{each.region}/{each.side}": _figures(each) for each in burden.regions},
    }


def _figures(figures: Any) -> dict[str, Any]:
    plain = {
        name: getattr(figures, name) for name in ("lesion_count", "bsi_percent", "positive_area_percent", "eod_grade")
    }
    for view, area in figures.lesion_area_mm2.items():
        plain[f"lesion_area_mm2_{view}"] = round(area, 1)
        plain[f"total_counts_{view}"] = round(figures.total_counts[view], 1)
    return {name: round(value, 5) if np.isfinite(value) else None for name, value in plain.items()}
