"""What is missing or replaced: joint prostheses of metal and amputated legs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS

from .clinic import Clinic
from .parts import SEGMENT_INDEX, Skeleton
from .patient import Patient

_METAL_POINTS = 2500


def operate(skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    """Return the skeleton after the patient's operations: bone removed, metal put in.

    Parameters
    ----------
    skeleton : Skeleton
        In the neutral pose.
    patient : Patient
    """
    for side in ("left", "right"):
        for condition, operation in _OPERATIONS.items():
            if patient.has(condition, side):
                skeleton = operation(skeleton, side, rng, clinic)
    return skeleton


def _without(skeleton: Skeleton, rows: np.ndarray) -> Skeleton:
    keep = np.ones(len(skeleton.mass), bool)
    keep[rows] = False
    lost = np.bincount(skeleton.fine[rows], skeleton.mass[rows], minlength=len(FINE_REGIONS))
    return replace(
        skeleton,
        points_mm=skeleton.points_mm[keep],
        fine=skeleton.fine[keep],
        mass=skeleton.mass[keep],
        segment=skeleton.segment[keep],
        lost_mass=skeleton.lost_mass + lost,
    )


def _with_metal(skeleton: Skeleton, points: np.ndarray, segment: str, volume_ml: float) -> Skeleton:
    return replace(
        skeleton,
        metal_points_mm=np.concatenate([skeleton.metal_points_mm, points.astype(np.float32)]),
        metal_segment=np.concatenate([skeleton.metal_segment, np.full(len(points), SEGMENT_INDEX[segment], np.uint8)]),
        metal_ml=np.concatenate([skeleton.metal_ml, np.full(len(points), volume_ml / len(points), np.float32)]),
    )


def _size(skeleton: Skeleton, side: str) -> float:
    """Return the size of the legs against those of an adult of 175 cm."""
    marks = skeleton.landmarks
    return float(np.linalg.norm(marks[f"hip_{side}"] - marks[f"knee_{side}"])) / 404.0


def _rod(start: np.ndarray, end: np.ndarray, radius: float, rng: np.random.Generator) -> np.ndarray:
    axis = end - start
    across = np.cross(axis, [0.0, 1.0, 0.1])
    across /= np.linalg.norm(across)
    other = np.cross(axis / np.linalg.norm(axis), across)
    angle, reach, along = rng.uniform(0, 2 * np.pi, _METAL_POINTS), rng.random(_METAL_POINTS), rng.random(_METAL_POINTS)
    reach = radius * np.sqrt(reach) * (1 - 0.35 * along)  # stems taper
    ring = np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * other
    return start + along[:, None] * axis + reach[:, None] * ring


def _ball(centre: np.ndarray, radius: float, rng: np.random.Generator) -> np.ndarray:
    direction = rng.standard_normal((_METAL_POINTS, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return centre + radius * np.cbrt(rng.random(_METAL_POINTS))[:, None] * direction


def _replace_hip(skeleton: Skeleton, side: str, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    size, hip, knee = _size(skeleton, side), skeleton.landmarks[f"hip_{side}"], skeleton.landmarks[f"knee_{side}"]
    shaft = skeleton.points_of(f"femur_shaft_{side}")
    canal = shaft[shaft[:, 2] > np.percentile(shaft[:, 2], 88)].mean(0)
    rows = skeleton.indices(f"femur_proximal_{side}")
    shoulder = np.array([canal[0], canal[1], hip[2] - 12 * size])  # where neck and stem meet, over the canal
    neck = shoulder - hip
    along = (skeleton.points_mm[rows] - hip) @ (neck / np.linalg.norm(neck))
    near = np.linalg.norm(skeleton.points_mm[rows] - hip, axis=1) < 0.9 * np.linalg.norm(neck)
    skeleton = _without(skeleton, rows[near & (along < 0.62 * np.linalg.norm(neck))])
    thigh, down = f"thigh_{side}", (knee - canal) / np.linalg.norm(knee - canal)
    tip = shoulder + down * clinic.draw("build.hip_stem_mm", rng) * size
    skeleton = _with_metal(skeleton, _ball(hip, 17 * size, rng), thigh, 20 * size**3)
    skeleton = _with_metal(skeleton, _rod(hip, shoulder, 7 * size, rng), thigh, 7 * size**3)
    return _with_metal(skeleton, _rod(shoulder, tip, 8 * size, rng), thigh, 20 * size**3)


def _replace_knee(skeleton: Skeleton, side: str, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    size, knee = _size(skeleton, side), skeleton.landmarks[f"knee_{side}"]
    for stem, piece, from_below, volume in (
        ("femur_distal", "thigh", True, 24.0),
        ("tibia_proximal", "shank", False, 11.0),
    ):
        rows = skeleton.indices(f"{stem}_{side}")
        height = skeleton.points_mm[rows, 2]
        edge = height.min() + 26 * size if from_below else height.max() - 13 * size
        taken = rows[height < edge] if from_below else rows[height > edge]
        shape = skeleton.points_mm[taken][rng.integers(len(taken), size=_METAL_POINTS)]
        skeleton = _with_metal(_without(skeleton, taken), shape, f"{piece}_{side}", volume * size**3)
    keel = np.array([knee[0], knee[1], skeleton.points_of(f"tibia_proximal_{side}")[:, 2].max()])
    keel_tip = keel - np.array([0.0, 0.0, clinic.draw("build.knee_keel_mm", rng) * size])
    return _with_metal(skeleton, _rod(keel, keel_tip, 8 * size, rng), f"shank_{side}", 8 * size**3)


def _replace_shoulder(skeleton: Skeleton, side: str, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    size, marks = _size(skeleton, side), skeleton.landmarks
    rows = skeleton.indices(f"humerus_proximal_{side}")
    top = skeleton.points_mm[rows]
    head = top[top[:, 2] > top[:, 2].max() - 44 * size].mean(0)
    taken = rows[(np.linalg.norm(top - head, axis=1) < 30 * size) & (top[:, 2] > head[2] - 16 * size)]
    skeleton = _without(skeleton, taken)
    elbow = marks[f"elbow_{side}"]
    tip = head + (elbow - head) / np.linalg.norm(elbow - head) * clinic.draw("build.shoulder_stem_mm", rng) * size
    skeleton = _with_metal(skeleton, _ball(head, 21 * size, rng), f"arm_{side}", 24 * size**3)
    return _with_metal(skeleton, _rod(head, tip, 6.5 * size, rng), f"arm_{side}", 11 * size**3)


def _amputate(skeleton: Skeleton, side: str, piece: str, share: float) -> Skeleton:
    inner, outer = ("hip", "knee") if piece == "thigh" else ("knee", "ankle")
    start, end = skeleton.landmarks[f"{inner}_{side}"], skeleton.landmarks[f"{outer}_{side}"]
    cut = start + share * (end - start)
    lost_pieces = ("shank", "foot") if piece == "thigh" else ("foot",)
    own = skeleton.segment == SEGMENT_INDEX[f"{piece}_{side}"]
    beyond = own & ((skeleton.points_mm - cut) @ (end - start) > 0)
    for lost in lost_pieces:
        beyond |= skeleton.segment == SEGMENT_INDEX[f"{lost}_{side}"]
    skeleton = _without(skeleton, np.flatnonzero(beyond))
    return replace(skeleton, landmarks={**skeleton.landmarks, f"stump_{piece}_{side}": cut})


def _amputate_below_knee(skeleton: Skeleton, side: str, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    return _amputate(skeleton, side, "shank", clinic.draw("build.below_knee_cut_share", rng))


def _amputate_above_knee(skeleton: Skeleton, side: str, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    return _amputate(skeleton, side, "thigh", clinic.draw("build.above_knee_cut_share", rng))


_OPERATIONS = {
    "hip_prosthesis": _replace_hip,
    "knee_prosthesis": _replace_knee,
    "shoulder_prosthesis": _replace_shoulder,
    "below_knee_amputation": _amputate_below_knee,
    "above_knee_amputation": _amputate_above_knee,
}
