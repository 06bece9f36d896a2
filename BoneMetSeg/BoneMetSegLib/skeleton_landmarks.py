"""Points of the skeleton that two scans of a patient share, and the maps that bring them together (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .anatomy import RIB_LEVELS, SKELETON_CHANNELS, VERTEBRA_LEVELS, reporting_region
from .common_canvas import points_of
from .scan import PlanarView
from .segmentation import ViewMaps

# A piece of bone smaller than this has no middle worth having.
_LEAST_AREA_MM2 = 80.0
# A bone that one scan cut off has its middle elsewhere.
_ALIKE = 1.6
# Limbs lie differently every time: their middles pull the affine map less, and get parts of their own.
_LIMBS = ("humerus", "forearm", "hand", "femur", "patella", "leg", "foot")
_LIMB_WEIGHT = 0.2
_LONG_BONES = ("humerus", "forearm", "femur", "leg")
_PARTS = ("upper", "middle", "lower")
_LEAST_LANDMARKS = 6
# Residuals beyond this count less and less (Cauchy's weights).
_OUTLIER_MM = 12.0
# How far a landmark's residual reaches, how many landmarks' worth of "no residual" stand against it, and beyond which
# length it is believed to be a mistake of the map of bones.
_REACH_MM, _REST, _LONGEST_MM = 45.0, 0.3, 250.0

Landmark = tuple[np.ndarray, float]
"""Middle (x, y) in mm on the common plane, and area in mm2."""


def landmarks(view: PlanarView, maps: ViewMaps) -> dict[str, Landmark]:
    """Return the middles of bones, thirds of long bones, vertebrae and ribs that a view shows, by name."""
    found: dict[str, Landmark] = {}

    def add(name: str, points_mm: np.ndarray) -> None:
        area = len(points_mm) * view.pixel_area_mm2
        if area >= _LEAST_AREA_MM2:
            found[name] = (points_mm.mean(0), area)

    for index, channel in enumerate(SKELETON_CHANNELS):
        bone = maps.bones[index]
        if not bone.any():
            continue
        points_mm = points_of(view, bone)
        add(channel.name, points_mm)
        if channel.region in _LONG_BONES:
            third = (
                np.argsort(np.argsort(points_mm[:, 1], kind="stable"), kind="stable") * len(_PARTS) // len(points_mm)
            )
            for number, part in enumerate(_PARTS):
                add(f"{channel.name} {part}", points_mm[third == number])
        levels = reporting_region(channel.region).levels
        if levels:
            ribs = channel.region == "ribs"
            every = RIB_LEVELS if ribs else VERTEBRA_LEVELS
            at = np.round((maps.rib_level if ribs else maps.spine_level)[bone])
            for level in levels:
                add(f"{channel.name} {level}", points_mm[at == every.index(level) + 1])
    return found


def shared(one: Mapping[str, Landmark], other: Mapping[str, Landmark]) -> list[str]:
    """Return the names of the landmarks of alike size in both scans."""
    return [name for name in one if name in other and 1 / _ALIKE < one[name][1] / other[name][1] < _ALIKE]


def affine_between(one: Mapping[str, Landmark], other: Mapping[str, Landmark]) -> tuple[np.ndarray, float] | None:
    """Return the affine map from one scan's points to the other's, and its residual.

    Weighted least squares; weights are renewed from the residuals, since some bones are never where the map says.

    Returns
    -------
    tuple of numpy.ndarray and float, or None
        ``(2, 3)`` matrix; median residual of trunk landmarks in mm. None with too few landmarks in common.
    """
    names = shared(one, other)
    if len(names) < _LEAST_LANDMARKS:
        return None
    source = np.array([[*one[name][0], 1.0] for name in names])
    target = np.array([other[name][0] for name in names])
    limb = np.array([name.startswith(_LIMBS) for name in names])
    base = np.where(limb, _LIMB_WEIGHT, 1.0)
    weights = base
    for _ in range(10):
        root = np.sqrt(weights)[:, None]
        matrix = np.linalg.lstsq(source * root, target * root, rcond=None)[0]
        residual = np.linalg.norm(source @ matrix - target, axis=1)
        weights = base / (1 + (residual / _OUTLIER_MM) ** 2)
    trunk = residual[~limb] if (~limb).any() else residual
    return matrix.T, float(np.median(trunk))


def bent_to_landmarks(
    points_mm: np.ndarray, one: Mapping[str, Landmark], other: Mapping[str, Landmark], affine: np.ndarray
) -> np.ndarray:
    """Return how far points must be moved, before the affine map, so that landmarks near them meet.

    A mean of the landmarks' residuals, weighted by a Gaussian of the distance; far from all landmarks nothing moves.
    An arm that lies elsewhere is so brought to its place, which no affine map can.

    Parameters
    ----------
    points_mm : numpy.ndarray
        ``(n, 2)`` (x, y) on the common plane.
    affine : numpy.ndarray
        ``(2, 3)``, of ``affine_between``.

    Returns
    -------
    numpy.ndarray
        ``(n, 2)`` in mm.
    """
    names = shared(one, other)
    source = np.array([one[name][0] for name in names])
    target = np.array([other[name][0] for name in names])
    residual = (target - affine[:, 2]) @ np.linalg.inv(affine[:, :2]).T - source
    kept = np.linalg.norm(residual, axis=1) < _LONGEST_MM
    source, residual = source[kept], residual[kept]
    squared = ((points_mm[:, None] - source[None]) ** 2).sum(-1)
    weights = np.exp(-squared / (2 * _REACH_MM**2))
    return np.asarray(weights @ residual / (weights.sum(1, keepdims=True) + _REST))
