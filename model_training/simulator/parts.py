"""The skeleton as points: what every bone source delivers and everything after it works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS

FINE_INDEX: dict[str, int] = {fine.name: index for index, fine in enumerate(FINE_REGIONS)}
BONE_REGIONS: tuple[str, ...] = tuple(fine.name for fine in FINE_REGIONS if not fine.is_joint)

# Rigid pieces of the body; a pose turns each about the joint to the piece before it.
SEGMENTS: tuple[str, ...] = (
    "trunk",
    "head",
    *(f"{piece}_{side}" for side in ("left", "right") for piece in "arm forearm hand thigh shank foot".split()),
)
SEGMENT_INDEX: dict[str, int] = {name: index for index, name in enumerate(SEGMENTS)}


@dataclass(frozen=True)
class Part:
    """One bone, or a named piece of one.

    Attributes
    ----------
    fine_region : str
        A name of ``anatomy.FINE_REGIONS`` that is not a joint.
    points_mm : numpy.ndarray
        ``(N, 3)`` float32, patient coordinates RAS in mm: x = +R, y = +A, z = +S.
    mass : numpy.ndarray
        ``(N,)`` float32, share of the bone that each point stands for, in any unit common to all parts.
    segment : str
        The rigid piece of the body it moves with, one of ``SEGMENTS``.
    """

    fine_region: str
    points_mm: np.ndarray
    mass: np.ndarray
    segment: str


@dataclass(frozen=True)
class Skeleton:
    """All bones of a patient as flat arrays over points.

    Attributes
    ----------
    points_mm : numpy.ndarray
        ``(N, 3)`` float32 RAS in mm.
    fine : numpy.ndarray
        ``(N,)`` int16, index in ``anatomy.FINE_REGIONS``.
    mass : numpy.ndarray
        ``(N,)`` float32, bone that each point stands for.
    segment : numpy.ndarray
        ``(N,)`` uint8, index in ``SEGMENTS``.
    landmarks : mapping from str to numpy.ndarray
        ``(3,)`` float64 RAS in mm: ``shoulder_left``, ``elbow_left``, ``wrist_left``, ``fingertip_left``,
        ``hip_left``, ``knee_left``, ``ankle_left``, ``toe_left`` and the same on the right, ``neck``.
    source : str
        "mesh" or "analytic".
    """

    points_mm: np.ndarray
    fine: np.ndarray
    mass: np.ndarray
    segment: np.ndarray
    landmarks: Mapping[str, np.ndarray]
    source: str

    def indices(self, *fine_names: str) -> np.ndarray:
        """Return the indices of the points of these fine regions."""
        return np.flatnonzero(np.isin(self.fine, [FINE_INDEX[name] for name in fine_names]))

    def points_of(self, *fine_names: str) -> np.ndarray:
        """Return the ``(n, 3)`` points in mm of these fine regions."""
        return self.points_mm[self.indices(*fine_names)]


def assemble(parts: Iterable[Part], landmarks: Mapping[str, np.ndarray], source: str) -> Skeleton:
    """Join parts into one skeleton."""
    parts = list(parts)
    return Skeleton(
        points_mm=np.concatenate([part.points_mm for part in parts]).astype(np.float32),
        fine=np.concatenate([np.full(len(part.mass), FINE_INDEX[part.fine_region], np.int16) for part in parts]),
        mass=np.concatenate([part.mass for part in parts]).astype(np.float32),
        segment=np.concatenate([np.full(len(part.mass), SEGMENT_INDEX[part.segment], np.uint8) for part in parts]),
        landmarks={name: np.asarray(point, np.float64) for name, point in landmarks.items()},
        source=source,
    )


def segment_of(fine_name: str) -> str:
    """Return the rigid piece of the body a fine region moves with."""
    side = fine_name.rsplit("_", 1)[-1]
    for beginning, piece in (
        ("humerus", "arm"),
        ("radius", "forearm"),
        ("ulna", "forearm"),
        ("hand", "hand"),
        ("femur", "thigh"),
        ("patella", "thigh"),
        ("tibia", "shank"),
        ("fibula", "shank"),
        ("foot", "foot"),
    ):
        if fine_name.startswith(beginning):
            return f"{piece}_{side}"
    return "head" if fine_name in ("skull_vault", "skull_base", "facial_bones", "mandible") else "trunk"
