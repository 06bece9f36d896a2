"""A small patient whose every pixel is known, and hot spots and maps drawn by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.segmentation import Segmentation, ViewMaps
from model_training.simulator.case import SimulatedCase
from model_training.simulator.foci import Focus

SHAPE = (40, 20)
THRESHOLDS = {"foreground": 0.5, "accept": 0.5, "min_area_mm2": 10.0}


def box(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[rows, columns] = True
    return mask


# Anterior: a metastasis of 40 pixels (focus 1), one of 10 (focus 2), a benign focus of 16 (focus 3).
LARGE, SMALL, BENIGN = (
    box(slice(4, 12), slice(2, 7)),
    box(slice(20, 25), slice(2, 4)),
    box(slice(30, 34), slice(10, 14)),
)


def a_focus(number: int, hot_spot_class: str, fine_region: str, side: str) -> Focus:
    visible = {"anterior": True, "posterior": False}
    return Focus(
        number, hot_spot_class, fine_region, hot_spot_class, side, visible, 2.0, 3.0, looks_like_metastasis=False
    )


def a_case(*, normal: bool = False) -> SimulatedCase:
    """One patient; a normal one has the same foci in the list, but none shows."""
    classes, numbers = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    if not normal:
        for number, (mask, label) in enumerate(((LARGE, 1), (SMALL, 1), (BENIGN, 2)), start=1):
            classes[mask], numbers[mask] = label, number
    empty = np.zeros(SHAPE, np.uint8)
    half = (len(SKELETON_CHANNELS), SHAPE[0] // 2, SHAPE[1] // 2)
    rng = np.random.default_rng(0)

    def views(anterior: np.ndarray, posterior: np.ndarray) -> dict[str, np.ndarray]:
        return {"anterior": anterior, "posterior": posterior}

    counts = rng.poisson(20, SHAPE).astype(np.uint16)
    levels = np.zeros(half[1:], np.uint8)
    bones = np.zeros(half, bool)
    bones[3, 4:10, 2:8] = True
    return SimulatedCase(
        seed=0,
        pixel_size_mm=4.0,
        expected=views(counts.astype(np.float32), counts.astype(np.float32)),
        counts=views(counts, counts),
        class_map=views(classes, empty),
        focus_map=views(numbers, empty),
        skeleton=views(bones, bones),
        spine_level=views(levels, levels),
        rib_level=views(levels, levels),
        foci=(
            a_focus(1, "metastasis", "rib_7_left", "left"),
            a_focus(2, "metastasis", "vertebra_T8", "midline"),
            a_focus(3, "benign", "knee_joint_left", "left"),
        ),
        true_bsi_percent=1.0,
        patient={},
    )


def maps_of(drawn: dict[int, np.ndarray], probability: float = 0.9) -> ViewMaps:
    """Maps that say ``probability`` for each class at its drawn pixels, and background elsewhere."""
    maps = np.zeros((4, *SHAPE), np.float32)
    for label, mask in drawn.items():
        maps[label][mask] = probability
    maps[0] = 1 - maps[1:].sum(0)
    nothing = np.zeros(SHAPE, np.float32)
    return ViewMaps(maps, None, np.zeros((len(SKELETON_CHANNELS), *SHAPE), np.float32), nothing, nothing)


def a_segmentation(anterior: dict[int, np.ndarray], posterior: dict[int, np.ndarray] | None = None) -> Segmentation:
    views = {"anterior": maps_of(anterior), "posterior": maps_of(posterior or {})}
    return Segmentation(views, thresholds=THRESHOLDS)


def a_spot(mask: np.ndarray, *, accepted: bool = True, **place: str) -> HotSpot:
    where = {"region": "ribs", "side": "left", "level": "7"} | place
    shown = HotSpotInView(mask, float(mask.sum() * 16), 9.0, 8.0, 2.0)
    return HotSpot(
        "H01", "metastasis", accepted, views={"anterior": shown}, probability=0.9, probability_image_only=0.9, **where
    )


def a_meta(name: str, *, normal: bool = False) -> dict[str, Any]:
    """The json of that patient, with reports that name the case."""
    texts = {
        language: {"text": f"{name}骨转移。" if language == "zh" else f"{name} metastasis."}
        for language in ("zh", "en")
    }
    foci = [asdict(focus) for focus in a_case(normal=normal).foci]
    for focus in foci if normal else []:
        focus["visible"] = {"anterior": False, "posterior": False}
    held_back = {language: {"text": f"held back: {one['text']}"} for language, one in texts.items()}
    return {
        "foci": foci, "patient": {"sex": "male"}, "reports": texts, "reports_held_back": held_back,
        "clinic": "clinic_v1", "clinic_sha256": "c" * 64, "simulator_version": 2, "set_seed": 5,
    }  # fmt: skip
