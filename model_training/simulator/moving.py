"""All of a skeleton that moves together: bone points, landmarks and metal, turned and shifted by pieces of the body."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .parts import SEGMENT_INDEX, Skeleton

SIGN = {"left": -1.0, "right": 1.0}
"""Sign of R on each side of the body."""
ARM, LEG = ("arm", "forearm", "hand"), ("thigh", "shank", "foot")
# A joint's centre belongs to the piece nearer the trunk, so that turning the outer piece leaves it in place.
_PIECE_OF_LANDMARK = {
    "elbow": "arm",
    "wrist": "forearm",
    "fingertip": "hand",
    "knee": "thigh",
    "ankle": "shank",
    "toe": "foot",
    "stump_thigh": "thigh",
    "stump_shank": "shank",
}


class MovingSkeleton:
    """A skeleton's points, landmarks and metal in one array.

    Attributes
    ----------
    points : numpy.ndarray
        ``(N + landmarks + M, 3)`` float64 RAS in mm: bone, landmarks, metal; changed in place.
    segment : numpy.ndarray
        The same length, uint8 index in ``SEGMENTS``.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        self._names = list(skeleton.landmarks)
        self._bone_count = len(skeleton.mass)
        marks = np.array([skeleton.landmarks[name] for name in self._names])
        mark_segment = np.array([_segment_of_landmark(name) for name in self._names], np.uint8)
        self.points = np.concatenate([skeleton.points_mm, marks, skeleton.metal_points_mm]).astype(np.float64)
        self.segment = np.concatenate([skeleton.segment, mark_segment, skeleton.metal_segment])
        self._by_segment: dict[int, np.ndarray] = {}

    def bone_rows(self, *fine_names: str) -> np.ndarray:
        """Return the rows of fine regions."""
        return self._skeleton.indices(*fine_names)

    def bone_points(self, *fine_names: str) -> np.ndarray:
        """Return the ``(n, 3)`` present points of fine regions."""
        return self.points[self._skeleton.indices(*fine_names)]

    def landmark(self, name: str) -> np.ndarray:
        """Return a landmark ``(3,)``; a view, which moves along."""
        return self.points[self.row_of(name)]

    def row_of(self, landmark: str) -> int:
        """Return the row of a landmark in ``points``."""
        return self._bone_count + self._names.index(landmark)

    def rows(self, *segments: str) -> np.ndarray:
        """Return the rows of pieces of the body."""
        found = []
        for name in segments:
            index = SEGMENT_INDEX[name]
            if index not in self._by_segment:
                self._by_segment[index] = np.flatnonzero(self.segment == index)
            found.append(self._by_segment[index])
        return np.concatenate(found)

    def limb(self, kind: tuple[str, ...], side: str) -> np.ndarray:
        """Return the rows of a limb (``ARM`` or ``LEG``)."""
        return self.rows(*(f"{piece}_{side}" for piece in kind))

    def turn(self, rotation: np.ndarray, centre: np.ndarray, rows: np.ndarray) -> None:
        """Turn rows about a point."""
        centre = centre.copy()
        self.points[rows] = (self.points[rows] - centre) @ rotation.T + centre

    def finished(self) -> Skeleton:
        """Return the skeleton as it now lies; the same points in the same order."""
        bones, marks = self._bone_count, self._bone_count + len(self._names)
        return replace(
            self._skeleton,
            points_mm=self.points[:bones].astype(np.float32),
            landmarks={name: self.points[bones + index].copy() for index, name in enumerate(self._names)},
            metal_points_mm=self.points[marks:].astype(np.float32),
        )


def rotation_about_axis(axis: int, degrees: float) -> np.ndarray:
    """Return the right-handed rotation about R (0), A (1) or S (2), a ``(3, 3)`` matrix."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = [(1, 2), (2, 0), (0, 1)][axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def rotation_about(direction: np.ndarray, degrees: float) -> np.ndarray:
    """Return the rotation about any direction (Rodrigues' formula), a ``(3, 3)`` matrix."""
    x, y, z = direction / np.linalg.norm(direction)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def _segment_of_landmark(name: str) -> int:
    stem, _, side = name.rpartition("_")
    return SEGMENT_INDEX[f"{_PIECE_OF_LANDMARK[stem]}_{side}" if stem in _PIECE_OF_LANDMARK else "trunk"]
