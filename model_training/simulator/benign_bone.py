"""Benign disease of bone that is neither joint nor fracture: Paget, dysplasia, entheses, teeth, sinuses, infection."""

from __future__ import annotations

import numpy as np

from .benign_fractures import bone_focus
from .benign_joints import either_side, usual_ratio
from .foci import FocusSource
from .focus_shapes import SIGN, FocusMaker

_PAGET = (("hemipelvis", 0.35), ("vertebra", 0.25), ("femur", 0.15), ("tibia", 0.1), ("skull", 0.15))


def _all(found: list[FocusSource | None]) -> list[FocusSource]:
    return [source for source in found if source is not None]


def _whole(points: np.ndarray, margin: float = 0.8) -> np.ndarray:
    """Return a blob that holds all of these points."""
    low, high = np.percentile(points, [0.5, 99.5], axis=0)
    return np.concatenate([(low + high) / 2, margin * (high - low) + 8.0, [1.0]])


def paget(maker: FocusMaker) -> list[FocusSource]:
    """Return a whole bone, expanded and intense."""
    rng, side = maker.rng, either_side(maker)
    where = str(rng.choice([name for name, _ in _PAGET], p=[share for _, share in _PAGET]))
    bones = {
        "hemipelvis": tuple(f"{stem}_{side}" for stem in ("ilium", "acetabulum", "ischium", "pubis")),
        "vertebra": (f"vertebra_{rng.choice(['T11', 'L1', 'L2', 'L3', 'L4'])}",),
        "femur": tuple(f"femur_{piece}_{side}" for piece in ("proximal", "shaft", "distal")),
        "tibia": tuple(f"tibia_{piece}_{side}" for piece in ("proximal", "shaft", "distal")),
        "skull": ("skull_vault",),
    }[where]
    if not maker.has(*bones):
        return []
    ratio = usual_ratio(maker, maker.clinic.number("benign.paget_ratio"))
    expansion = 0.3 if where in ("vertebra", "femur", "tibia") else 0.0
    points = maker.points(*bones)
    blob = _whole(points)
    if where in ("femur", "tibia"):
        # From one end down the shaft, to where the flame ends.
        reach = rng.uniform(0.4, 0.9) * (points[:, 2].max() - points[:, 2].min())
        blob[2], blob[5] = points[:, 2].max(), reach
    return _all([bone_focus(maker, bones[0], "paget", blob[np.newaxis], ratio, bones=bones, expansion=expansion)])


def fibrous_dysplasia(maker: FocusMaker) -> list[FocusSource]:
    """Return a long, intense stretch of a rib, a limb bone or the face."""
    rng, side = maker.rng, either_side(maker)
    stem = str(rng.choice(["rib", "femur_proximal", "femur_shaft", "tibia_shaft", "facial_bones"]))
    name = {"rib": f"rib_{int(rng.integers(2, 11))}_{side}", "facial_bones": stem}.get(stem, f"{stem}_{side}")
    if not maker.has(name):
        return []
    length = rng.uniform(22, 48)
    half_axes = np.array([length, length, length]) if stem == "rib" else np.array([22, 22, length])
    blobs = maker.blobs(maker.toward_marrow(name, 20.0), half_axes * rng.uniform(0.85, 1.15, 3), 2)
    return _all([bone_focus(maker, name, "fibrous dysplasia", blobs, usual_ratio(maker, 2.2))])


def enthesopathy(maker: FocusMaker) -> list[FocusSource]:
    """Return uptake where tendons insert: trochanter, iliac crest and spine, ischial tuberosity, patella, heel."""
    rng, side = maker.rng, either_side(maker)
    stem = str(rng.choice(["femur_proximal", "ilium", "ischium", "patella", "foot"], p=[0.3, 0.2, 0.15, 0.15, 0.2]))
    found = []
    for own in ["left", "right"] if rng.random() < 0.35 else [side]:
        name = f"{stem}_{own}"
        if not maker.has(name):
            continue
        points = maker.points(name)
        outward = SIGN[own] * points[:, 0]
        order = {"femur_proximal": -outward, "ilium": -(outward + points[:, 2]), "ischium": points[:, 2],
                 "patella": -points[:, 2], "foot": points[:, 1]}[stem]  # fmt: skip
        edge = points[np.argsort(order)[: max(len(points) // 20, 1)]]
        blobs = maker.blobs(edge[rng.integers(len(edge))], rng.uniform(6, 13, 3))
        found.append(bone_focus(maker, name, "enthesopathy", blobs, usual_ratio(maker, 0.7)))
    return _all(found)


def dental(maker: FocusMaker) -> list[FocusSource]:
    """Return one or two places along the rows of teeth."""
    rng = maker.rng
    found = []
    for _ in range(int(rng.choice([1, 2], p=[0.7, 0.3]))):
        name = str(rng.choice(["mandible", "facial_bones"]))
        if not maker.has(name):
            continue
        points = maker.points(name)
        low, high = np.percentile(points[:, 2], [5, 95])
        at = low + (high - low) * (rng.uniform(0.1, 0.45) if name == "mandible" else rng.uniform(0.0, 0.2))
        front = points[(np.abs(points[:, 2] - at) < 8) & (points[:, 1] > np.median(points[:, 1]))]
        if len(front) == 0:
            continue
        blobs = maker.blobs(front[rng.integers(len(front))], rng.uniform(6, 11, 3))
        found.append(bone_focus(maker, name, "dental", blobs, usual_ratio(maker, 0.9), bones=(name,)))
    return _all(found)


def sinus(maker: FocusMaker) -> list[FocusSource]:
    """Return a maxillary or the frontal sinus with inflamed walls."""
    rng = maker.rng
    if not maker.has("facial_bones"):
        return []
    low, high = np.percentile(maker.points("facial_bones"), [2, 98], axis=0)
    aside = rng.choice([-1.0, 1.0]) * 0.21
    share = np.array([0.5 + aside, 0.72, 0.38]) if rng.random() < 0.75 else np.array([0.5, 0.85, 0.9])
    blobs = maker.blobs(low + (high - low) * share, rng.uniform([11, 10, 10], [17, 16, 16]))
    bones = ("facial_bones",)
    return _all([bone_focus(maker, "facial_bones", "sinusitis", blobs, usual_ratio(maker, 0.7), bones=bones)])


def osteomyelitis(maker: FocusMaker) -> list[FocusSource]:
    """Return infected bone: foot, tibia, or a disc's two vertebrae as one."""
    rng, side = maker.rng, either_side(maker)
    name = f"{rng.choice(['foot', 'tibia_distal', 'tibia_proximal', 'femur_distal'])}_{side}"
    if not maker.has(name):
        return []
    radius = float(rng.uniform(14, 24))
    blobs = maker.blobs(maker.toward_marrow(name, radius), np.full(3, radius) * rng.uniform(0.8, 1.2, 3), 3)
    return _all([bone_focus(maker, name, "osteomyelitis", blobs, usual_ratio(maker, 2.2))])


def shin_splints(maker: FocusMaker) -> list[FocusSource]:
    """Return a long line on the back and inner border of both tibial shafts."""
    found = []
    ratio = usual_ratio(maker, 0.9)
    for side in ("left", "right"):
        name = f"tibia_shaft_{side}"
        if not maker.has(name):
            continue
        points = maker.points(name)
        low, high = np.percentile(points, [2, 98], axis=0)
        inner = low[0] if side == "right" else high[0]
        half_height = (high[2] - low[2]) * float(maker.rng.uniform(0.22, 0.36))
        blob = [inner, low[1], (low[2] + high[2]) / 2, 13.0, 15.0, half_height, 1.0]
        blobs = np.array([blob])
        found.append(bone_focus(maker, name, "shin splints", blobs, ratio, layer="periosteal", bones=(name,)))
    return _all(found)


def hyperostosis_frontalis(maker: FocusMaker) -> list[FocusSource]:
    """Return the thickened frontal bone of older women, much the same on both sides of the midline."""
    if not maker.has("skull_vault"):
        return []
    rng = maker.rng
    low, high = np.percentile(maker.points("skull_vault"), [1, 99], axis=0)
    middle = low + (high - low) * np.array([0.5, 0.95, rng.uniform(0.42, 0.58)])
    # A butterfly: both halves of the bone as a wide band, thinner toward the sagittal sinus, knobbly.
    blobs = [[*middle, 40.0, 34.0, rng.uniform(15, 24), rng.uniform(0.6, 0.9)]]
    for sign in (-1.0, 1.0):
        for _ in range(3):
            at = middle + np.array([sign * rng.uniform(14, 40), 0.0, rng.normal(0, 9)])
            blobs.append([*at, *rng.uniform([13, 28, 9], [22, 34, 17]), rng.uniform(0.8, 1.2)])
    ratio, bones = usual_ratio(maker, 0.6), ("skull_vault",)
    return _all([bone_focus(maker, "skull_vault", "hyperostosis frontalis", np.array(blobs), ratio, bones=bones)])


def periosteal_reaction(maker: FocusMaker) -> list[FocusSource]:
    """Return the tram lines of hypertrophic osteoarthropathy along the shafts of both legs."""
    ratio = usual_ratio(maker, 0.7)
    found = []
    for stem in ("femur_shaft", "tibia_shaft"):
        for side in ("left", "right"):
            name = f"{stem}_{side}"
            if maker.has(name):
                blobs = _whole(maker.points(name))[np.newaxis]
                blobs[0, 5] *= 0.5  # it fades toward both ends of the shaft
                own = ratio * float(np.exp(maker.rng.normal(0, 0.15)))
                found.append(
                    bone_focus(maker, name, "periosteal reaction", blobs, own, layer="periosteal", bones=(name,))
                )
    return _all(found)
