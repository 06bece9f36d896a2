"""Fractures: ribs in a row, vertebrae, sacrum, limbs, stress fractures; and the costochondral junctions."""

from __future__ import annotations

import numpy as np

from .benign_joints import either_side, usual_ratio
from .foci import FocusSource, FocusSpec
from .focus_shapes import SIGN, FocusMaker, pieces_of_the_same_bone


def bone_focus(
    maker: FocusMaker, name: str, kind: str, blobs: np.ndarray, ratio: float, layer: str = "bone", **more
) -> FocusSource | None:
    """Return a benign focus in a bone from its blobs (None where the bone is not there)."""
    bones = more.pop("bones", None) or pieces_of_the_same_bone(name)
    return maker.in_bone(FocusSpec(bones, blobs, ratio, layer=layer, seed=maker.seed()), kind, "benign", **more)


def _those(found: list[FocusSource | None]) -> list[FocusSource]:
    return [source for source in found if source is not None]


def rib_fractures(maker: FocusMaker) -> list[FocusSource]:
    """Return ribs in a row, broken along one line."""
    rng = maker.rng
    side, first, count = either_side(maker), int(rng.integers(2, 10)), int(rng.integers(1, 6))
    share, slant = rng.uniform(0.12, 0.95), rng.normal(0, 0.03)
    ratio = usual_ratio(maker, maker.clinic.number("benign.rib_fracture_ratio"))
    found = []
    for row, number in enumerate(range(first, min(first + count, 12))):
        name = f"rib_{number}_{side}"
        if not maker.has(name):
            continue
        centre = _on_rib(maker, name, share + row * slant)
        if centre is None:
            continue
        blobs = maker.blobs(centre + rng.normal(0, 2.0, 3), rng.uniform(5.5, 10, 3))
        found.append(bone_focus(maker, name, "rib fracture", blobs, ratio * rng.lognormal(0, 0.3)))
    return _those(found)


def _on_rib(maker: FocusMaker, name: str, share: float) -> np.ndarray | None:
    """Return a place at a share of a rib's depth, back to front, off the spine."""
    points = maker.points(name)
    at = np.percentile(points[:, 1], 100 * float(np.clip(share, 0.03, 0.97)))
    slab = np.flatnonzero((np.abs(points[:, 1] - at) < 6) & (np.abs(points[:, 0]) > 40))
    return points[slab[maker.rng.integers(len(slab))]] if len(slab) else None


def costochondral(maker: FocusMaker) -> list[FocusSource]:
    """Return uptake at the front ends of one to four neighbouring ribs."""
    rng, side = maker.rng, either_side(maker)
    ratio, first = usual_ratio(maker, 0.7), int(rng.integers(2, 8))
    found = []
    for number in range(first, first + int(rng.integers(1, 5))):
        name = f"rib_{number}_{side}"
        if not maker.has(name):
            continue
        points = maker.points(name)
        end = points[np.argsort(-points[:, 1])[: max(len(points) // 40, 1)]].mean(0)
        blobs = maker.blobs(end, rng.uniform(5, 9, 3))
        found.append(bone_focus(maker, name, "costochondritis", blobs, ratio * rng.lognormal(0, 0.3)))
    return _those(found)


def compression_fracture(maker: FocusMaker) -> list[FocusSource]:
    """Return one to three vertebrae with a horizontal band across the body."""
    rng = maker.rng
    levels = ["T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4"]
    weights = np.array([1, 1, 1.5, 1.5, 1, 1, 2, 3, 3, 2, 1.5, 1])
    count = int(rng.choice([1, 2, 3], p=[0.68, 0.22, 0.1]))
    found = []
    for level in rng.choice(levels, count, replace=False, p=weights / weights.sum()):
        name = f"vertebra_{level}"
        if not maker.has(name):
            continue
        low, high = np.percentile(maker.points(name), [1, 99], axis=0)
        centre = low + (high - low) * np.array([0.5, 0.72, rng.choice([0.82, 0.5, 0.2], p=[0.6, 0.25, 0.15])])
        half_axes = np.array([0.52 * (high[0] - low[0]), 0.5 * (high[1] - low[1]), rng.uniform(5, 9)])
        ratio = usual_ratio(maker, maker.clinic.number("benign.compression_fracture_ratio"))
        found.append(bone_focus(maker, name, "compression fracture", maker.blobs(centre, half_axes), ratio))
    return _those(found)


def sacral_fracture(maker: FocusMaker) -> list[FocusSource]:
    """Return an insufficiency fracture of the sacrum: both wings and a bar (Honda sign), or a part of that."""
    rng = maker.rng
    if not maker.has("sacrum"):
        return []
    low, high = np.percentile(maker.points("sacrum"), [1, 99], axis=0)
    extent, middle = high - low, (low + high) / 2
    wing_height, bar_height = low[2] + 0.68 * extent[2], low[2] + rng.uniform(0.5, 0.66) * extent[2]
    form = rng.choice(["H", "left wing", "right wing", "wings", "bar"], p=[0.4, 0.17, 0.17, 0.13, 0.13])
    blobs = []
    for side in ("left", "right"):
        if form in ("H", "wings", f"{side} wing"):
            at = [middle[0] + SIGN[side] * 0.31 * extent[0], middle[1], wing_height]
            blobs.append([*at, 0.12 * extent[0], 0.5 * extent[1], 0.32 * extent[2], 1.0])
    if form in ("H", "bar"):
        blobs.append([middle[0], middle[1], bar_height, 0.36 * extent[0], 0.5 * extent[1], 7.5, rng.uniform(1.3, 2.4)])
    return _those([bone_focus(maker, "sacrum", "sacral fracture", np.array(blobs), usual_ratio(maker, 1.5))])


def limb_fracture(maker: FocusMaker) -> list[FocusSource]:
    """Return a fracture of a limb bone or a clavicle at its usual place."""
    rng, side = maker.rng, either_side(maker)
    places = {"humerus_proximal": 0.35, "radius": 0.06, "femur_proximal": 0.5, "tibia_distal": 0.2, "fibula": 0.12,
              "clavicle": None, "tibia_shaft": None, "foot": None, "hand": None}  # fmt: skip
    stem = str(rng.choice(list(places), p=[0.16, 0.22, 0.14, 0.1, 0.08, 0.1, 0.06, 0.08, 0.06]))
    name, height = f"{stem}_{side}", places[stem]
    if not maker.has(name):
        return []
    points = maker.points(name)
    if height is not None:
        low, high = np.percentile(points[:, 2], [1, 99])
        points = points[np.abs(points[:, 2] - (low + height * (high - low))) < 8]
    if len(points) == 0:
        return []
    centre = points[rng.integers(len(points))] if height is None else points.mean(0)
    blobs = maker.blobs(centre, rng.uniform([9, 9, 6], [20, 20, 13]), int(rng.integers(1, 3)))
    return _those([bone_focus(maker, name, "fracture", blobs, usual_ratio(maker, 1.6))])


def stress_fracture(maker: FocusMaker) -> list[FocusSource]:
    """Return a stress fracture: a metatarsal, or the upper or lower third of a tibia."""
    rng, side = maker.rng, either_side(maker)
    if rng.random() < 0.55:
        name = f"foot_{side}"
        points = maker.points(name)
        if len(points) == 0:
            return []
        low, high = np.percentile(points[:, 1], [1, 99])
        row = points[np.abs(points[:, 1] - (low + rng.uniform(0.58, 0.7) * (high - low))) < 8]
        centre, half_axes = row[rng.integers(len(row))], rng.uniform([4, 8, 4], [6, 14, 6])
    else:
        name = str(rng.choice([f"tibia_proximal_{side}", f"tibia_distal_{side}"]))
        if not maker.has(name):
            return []
        points = maker.points(name)
        centre, half_axes = points[rng.integers(len(points))], rng.uniform([8, 8, 5], [14, 14, 9])
    return _those([bone_focus(maker, name, "stress fracture", maker.blobs(centre, half_axes), usual_ratio(maker, 1.6))])
