"""Uptake that surgery leaves: sternotomy, screws, osteotomy, craniotomy, and bone around a prosthesis."""

from __future__ import annotations

import numpy as np

from .benign_fractures import bone_focus
from .benign_joints import either_side, usual_ratio
from .foci import FocusSource
from .focus_shapes import FocusMaker


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
    """Return uptake around a hip or knee prosthesis that the patient's facts name (none otherwise).

    Facts are searched for names or words with "prosthes": "hip_prosthesis": "left" and the like.
    """
    found = [_around(maker, joint, side) for joint, side in prostheses(maker.patient.facts())]
    return [source for source in found if source is not None]


def prostheses(facts) -> list[tuple[str, str]]:
    """Return (joint, side) of the prostheses that a patient's facts name: joint "hip", "knee" or "shoulder"."""
    named = (f"{name} {value}".lower().replace("_", " ") for name, value in facts.items() if value)
    words = " ".join(one for one in named if "prosthe" in one and not one.endswith(" none"))
    joints = [joint for joint in ("hip", "knee", "shoulder") if joint in words]
    sides = ["left", "right"] if "both" in words or "bilateral" in words else []
    sides = sides or [side for side in ("left", "right") if side in words]
    return [(joint, side) for joint in joints for side in sides]


def _around(maker: FocusMaker, joint: str, side: str) -> FocusSource | None:
    rng = maker.rng
    name = {"hip": "femur_proximal", "knee": "tibia_proximal", "shoulder": "humerus_proximal"}[joint] + f"_{side}"
    shaft_name = f"femur_shaft_{side}"
    bones = (name, shaft_name) if joint == "hip" else (name,)
    if not maker.has(name):
        return None
    low, high = np.percentile(maker.points(name), [2, 98], axis=0)
    places = [low + (high - low) * np.array([rng.uniform(0.3, 0.7), 0.5, rng.uniform(0.1, 0.6)])]
    if joint == "hip" and maker.has(shaft_name) and rng.random() < 0.5:
        shaft = maker.points(shaft_name)  # the tip of the stem
        top = shaft[:, 2].max()
        tip = shaft[np.abs(shaft[:, 2] - (top - rng.uniform(20, 50))) < 10]
        places.append(tip.mean(0) if len(tip) else places[0])
    blobs = np.array([[*place, *rng.uniform(9, 15, 3), rng.uniform(0.7, 1.2)] for place in places])
    return bone_focus(maker, name, "prosthesis", blobs, usual_ratio(maker, 1.0), bones=bones)
