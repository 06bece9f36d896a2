"""Children and adolescents: how tall, how proportioned, and where their bones still grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .clinic import Clinic
from .parts import Skeleton

if TYPE_CHECKING:
    from .patient import Patient

GROWN_UP_YEARS = {"female": 16, "male": 18}
"""Age at which growth plates are taken as closed; remembered, not from a source."""

# Rounded, remembered medians of growth charts; not a reference for anything.
_AGES = (3, 6, 9, 12, 15, 18)
_HEIGHT_CM = {"male": (96, 117, 135, 151, 169, 174), "female": (95, 116, 134, 152, 160, 161)}
_BODY_MASS_INDEX = (15.6, 15.5, 16.5, 18.3, 20.0, 21.3)
# Against an adult scaled to the same height: linear size of the head, length of the legs, width of the trunk.
_HEAD, _LEGS, _WIDTH = (1.42, 1.23, 1.13, 1.06, 1.02, 1.0), (0.87, 0.93, 0.97, 1.0, 1.0, 1.0), (1.1, 1.04, 1, 1, 1, 1)

# Landmark, fine region, distance of the plate from the landmark along the bone as a share of the bone's length (towards
# its other end), and how bright, relative to the knee's. Remembered: knee, shoulder and wrist grow most.
_PLATES: tuple[tuple[str, str, str, float, float], ...] = (
    ("knee", "hip", "femur_distal", 0.055, 1.0),
    ("knee", "ankle", "tibia_proximal", 0.05, 0.9),
    ("ankle", "knee", "tibia_distal", 0.05, 0.7),
    ("ankle", "knee", "fibula", 0.04, 0.5),
    ("hip", "knee", "femur_proximal", 0.045, 0.5),
    ("shoulder", "elbow", "humerus_proximal", 0.06, 0.8),
    ("elbow", "shoulder", "humerus_distal", 0.035, 0.35),
    ("wrist", "elbow", "radius", 0.05, 0.7),
    ("wrist", "elbow", "ulna", 0.05, 0.5),
)


def child_height_cm(sex: str, age_years: float) -> float:
    """Return the usual height of a child of 3-18 years, cm."""
    return float(np.interp(age_years, _AGES, _HEIGHT_CM[sex]))


def child_body_mass_index(age_years: float) -> float:
    """Return the usual body mass index of a child of 3-18 years, kg/m2."""
    return float(np.interp(age_years, _AGES, _BODY_MASS_INDEX))


def child_proportions(age_years: float) -> tuple[float, float, float]:
    """Return the size of the head, the length of the legs and the width of the trunk against an adult as tall."""
    return tuple(float(np.interp(age_years, _AGES, values)) for values in (_HEAD, _LEGS, _WIDTH))  # type: ignore[return-value]


def growth_plate_factor(
    skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic
) -> np.ndarray | None:
    """Return ``(N,)`` factors of activity for open growth plates, None in adults.

    Each plate is a slab across the end of a long bone, and the crest and the cup of the pelvis grow too.
    """
    if not patient.is_growing:
        return None
    points, marks = skeleton.points_mm, skeleton.landmarks
    factor = np.ones(len(points), np.float32)
    closing = min(1.0, (GROWN_UP_YEARS[patient.sex] - patient.age_years) / 3.0)
    gain = clinic.draw("uptake.growth_plate_gain", rng) * closing
    width = clinic.draw("uptake.growth_plate_sigma_mm", rng)
    for near, far, stem, share, brightness in _PLATES:
        for side in ("left", "right"):
            rows = skeleton.indices(f"{stem}_{side}")
            axis = marks[f"{far}_{side}"] - marks[f"{near}_{side}"]
            length = float(np.linalg.norm(axis))
            along = (points[rows] - marks[f"{near}_{side}"]) @ (axis / length)
            factor[rows] += gain * brightness * np.exp(-0.5 * ((along - share * length) / width) ** 2)
    for side in ("left", "right"):
        rows = skeleton.indices(f"ilium_{side}")
        height = points[rows, 2]
        factor[rows] += 0.35 * gain * np.exp(-0.5 * ((height.max() - height) / (1.5 * width)) ** 2)
        cup = skeleton.indices(f"acetabulum_{side}")
        factor[cup] += 0.3 * gain
    return factor
