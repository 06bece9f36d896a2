"""Uptake that surgery leaves: sternotomy, screws, osteotomy, craniotomy, and bone around a prosthesis."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS

from .benign_fractures import bone_focus
from .benign_joints import either_side, usual_ratio
from .foci import FocusSource
from .focus_shapes import FocusMaker

# Bones that meet a prosthesis, the one its stem stands in last.
_BONES_AROUND = {
    "hip": ("acetabulum", "femur_proximal", "femur_shaft"),
    "knee": ("femur_distal", "tibia_proximal", "tibia_shaft"),
    "shoulder": ("scapula", "humerus_proximal", "humerus_shaft"),
}


def surgery(maker: FocusMaker) -> list[FocusSource]:
    """Return what one operation left."""
    operations = (_sternotomy, _screws, _osteotomy, _craniotomy)
    operation = operations[int(maker.rng.choice(4, p=[0.35, 0.3, 0.2, 0.15]))]
    return [source for source in operation(maker) if source is not None]


def _sternotomy(maker: FocusMaker) -> list[FocusSource | None]:
    if not maker.has("sternal_body", "manubrium"):
        return []
    points = maker.points("sternal_body", "manubrium")
    low, high = np.percentile(points, [1, 99], axis=0)
    half_axes = np.array([5.5, high[1] - low[1], 0.75 * (high[2] - low[2])])
    blobs = maker.blobs((low + high) / 2, half_axes)
    bones = ("sternal_body", "manubrium")
    return [bone_focus(maker, "sternal_body", "postoperative change", blobs, usual_ratio(maker, 0.8), bones=bones)]


def _screws(maker: FocusMaker) -> list[FocusSource | None]:
    """Pairs of pedicle screws in two or three neighbouring vertebrae."""
    rng = maker.rng
    first, found = int(rng.integers(1, 5)), []
    ratio = usual_ratio(maker, 0.9)
    for number in range(first, min(first + int(rng.integers(2, 4)), 6)):
        name = f"vertebra_L{number}"
        if not maker.has(name):
            continue
        low, high = np.percentile(maker.points(name), [1, 99], axis=0)
        at = [low + (high - low) * np.array([0.5 + aside, 0.4, 0.6]) for aside in (-0.22, 0.22)]
        blobs = np.array([[*centre, 7.0, 14.0, 6.0, rng.uniform(0.7, 1.2)] for centre in at])
        found.append(bone_focus(maker, name, "postoperative change", blobs, ratio * rng.lognormal(0, 0.2)))
    return found


def _osteotomy(maker: FocusMaker) -> list[FocusSource | None]:
    name = f"{maker.rng.choice(['tibia_proximal', 'femur_distal', 'femur_shaft'])}_{either_side(maker)}"
    if not maker.has(name):
        return []
    low, high = np.percentile(maker.points(name), [1, 99], axis=0)
    centre = (low + high) / 2 + np.array([0, 0, maker.rng.uniform(-0.2, 0.2) * (high[2] - low[2])])
    blobs = maker.blobs(centre, np.array([40.0, 40.0, maker.rng.uniform(5, 9)]))
    return [bone_focus(maker, name, "postoperative change", blobs, usual_ratio(maker, 1.2))]


def _craniotomy(maker: FocusMaker) -> list[FocusSource | None]:
    """Return the ring of a bone flap."""
    if not maker.has("skull_vault"):
        return []
    rng, points = maker.rng, maker.points("skull_vault")
    high_up = points[points[:, 2] > np.percentile(points[:, 2], 35)]
    centre = high_up[rng.integers(len(high_up))]
    radius = float(rng.uniform(22, 34))
    away = np.linalg.norm(points - centre, axis=1)
    rim = points[np.abs(away - radius) < 4]
    if len(rim) < 12:
        return []
    at = rim[:: max(len(rim) // 24, 1)]
    blobs = np.concatenate([at, np.full((len(at), 3), 5.5), np.ones((len(at), 1))], axis=1)
    ratio, bones = usual_ratio(maker, 0.8), ("skull_vault",)
    return [bone_focus(maker, "skull_vault", "postoperative change", blobs, ratio, bones=bones)]


def prosthesis_reaction(maker: FocusMaker) -> list[FocusSource]:
    """Return uptake in the bone around the hip, knee and shoulder prostheses of the patient (none otherwise)."""
    found = [
        _around(maker, joint, side)
        for joint in _BONES_AROUND
        for side in ("left", "right")
        if maker.patient.has(f"{joint}_prosthesis", side)
        and maker.clinic.chance("benign.prosthesis_reaction", maker.rng)
    ]
    return [source for source in found if source is not None]


def _around(maker: FocusMaker, joint: str, side: str) -> FocusSource | None:
    """Return places where the bone that is left meets the metal: about the joint, or at the tip of the stem."""
    rng, centre = maker.rng, maker.landmark(f"{joint}_{side}")
    bones = [f"{stem}_{side}" for stem in _BONES_AROUND[joint] if maker.has(f"{stem}_{side}")]
    if not bones:
        return None
    points = maker.points(*bones)
    away = np.linalg.norm(points - centre, axis=1)
    ring = points[away < np.percentile(away, 12) + 18]
    places = [ring[rng.integers(len(ring))] for _ in range(int(rng.integers(1, 4)))]
    stem = f"{_BONES_AROUND[joint][-1]}_{side}"
    if joint == "hip" and maker.has(stem) and rng.random() < 0.4:
        shaft = maker.points(stem)
        top, bottom = np.percentile(shaft[:, 2], [99, 1])
        tip = shaft[np.abs(shaft[:, 2] - (top - rng.uniform(0.15, 0.4) * (top - bottom))) < 8]
        places.append(tip.mean(0) if len(tip) else places[0])
    blobs = np.array([[*place, *rng.uniform(8, 15, 3), rng.uniform(0.7, 1.2)] for place in places])
    named = maker.skeleton.fine[maker.indices(*bones)][((points - places[0]) ** 2).sum(1).argmin()]
    name = FINE_REGIONS[int(named)].name
    ordered = (name, *(bone for bone in bones if bone != name))
    return bone_focus(maker, name, "prosthesis", blobs, usual_ratio(maker, 1.0), bones=ordered)
