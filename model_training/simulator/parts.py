"""The skeleton as points: what every bone source delivers and everything after it works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
_OUTER_BONE = {
    "shoulder": "humerus_shaft",
    "elbow": "ulna",
    "wrist": "hand",
    "hip": "femur_shaft",
    "knee": "tibia_proximal",
    "ankle": "foot",
}


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
        ``(N,)`` float32, bone with its marrow that each point stands for, in ml.
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
        ``(N,)`` float32, bone with its marrow that each point stands for, in ml of the source's own adult.
    segment : numpy.ndarray
        ``(N,)`` uint8, index in ``SEGMENTS``.
    landmarks : mapping from str to numpy.ndarray
        ``(3,)`` float64 RAS in mm: ``shoulder_left``, ``elbow_left``, ``wrist_left``, ``fingertip_left``,
        ``hip_left``, ``knee_left``, ``ankle_left``, ``toe_left`` and the same on the right, ``neck``. They stay
        where they were when a limb is amputated; then ``stump_thigh_left`` or ``stump_shank_left`` says where it ends.
    source : str
        "mesh" or "analytic".
    lost_mass : numpy.ndarray
        ``(len(FINE_REGIONS),)`` float64, ml of each region that was amputated or replaced by metal.
    metal_points_mm, metal_segment, metal_ml : numpy.ndarray
        ``(M, 3)`` float32 RAS in mm, ``(M,)`` uint8 and ``(M,)`` float32: the metal of prostheses.
    """

    points_mm: np.ndarray
    fine: np.ndarray
    mass: np.ndarray
    segment: np.ndarray
    landmarks: Mapping[str, np.ndarray]
    source: str
    lost_mass: np.ndarray = field(default_factory=lambda: np.zeros(len(FINE_REGIONS)))
    metal_points_mm: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    metal_segment: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))
    metal_ml: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))

    def whole_mass(self) -> np.ndarray:
        """Return ``(len(FINE_REGIONS),)`` ml of each region, what was lost included."""
        return np.bincount(self.fine, self.mass, minlength=len(FINE_REGIONS)) + self.lost_mass

    def has(self, fine_name: str) -> bool:
        """Say whether any of a fine region is left."""
        return bool((self.fine == FINE_INDEX[fine_name]).any())

    def has_joint(self, joint: str, side: str) -> bool:
        """Say whether the joint's outer bone is left: ``has_joint("knee", "left")`` is false after amputation above it.

        Parameters
        ----------
        joint : {"shoulder", "elbow", "wrist", "hip", "knee", "ankle"}
        side : {"left", "right"}
        """
        return self.has(f"{_OUTER_BONE[joint]}_{side}")

    def stump(self, side: str) -> tuple[str, np.ndarray] | None:
        """Return the segment in which an amputated leg ends, "thigh" or "shank", and where; None of a whole leg."""
        for piece in ("thigh", "shank"):
            name = f"stump_{piece}_{side}"
            if name in self.landmarks:
                return piece, self.landmarks[name]
        return None

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
