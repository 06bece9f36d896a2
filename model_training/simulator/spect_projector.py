"""The rotating gamma camera: attenuated, distance-blurred projections of a volume, and their exact adjoint.

Volumes here are ``(rows, columns, slices)``, slices last: rows from front to back, columns from the patient's right to
the left. For each angle the volume is turned until its rows are layers parallel to the detector (bilinear, as a sparse
matrix over one slice: its transpose is the exact adjoint), weighted by what passes the tissue between voxel and
detector, and summed from the far layer to the near one, blurred a little after each layer, so that every layer ends up
with the blur of its own distance (Gaussian diffusion: variances add).

Only numpy and scipy work here, on one thread: the bytes do not depend on how many threads a machine has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FWHM_PER_SIGMA = 2.3548
# A value between two voxels is spread over both: with an even offset, that adds 1/6 voxel^2 to the variance.
_VARIANCE_OF_TURNING = 1.0 / 6.0
# A kernel of three values is Gaussian enough while its variance stays under this (voxel^2).
_MOST_VARIANCE_OF_STEP = 0.4


@dataclass(frozen=True)
class Collimator:
    """Parallel holes and the crystal behind them.

    Attributes
    ----------
    intrinsic_fwhm_mm, hole_diameter_mm, hole_length_mm : float
    """

    intrinsic_fwhm_mm: float
    hole_diameter_mm: float
    hole_length_mm: float

    def fwhm_mm(self, distance_mm: np.ndarray | float) -> np.ndarray:
        """Return the resolution at a distance from the collimator's face.

        Intrinsic and collimator resolution in quadrature; the collimator's is d (L + z) / L for hole diameter d,
        effective length L and distance z (Cherry, Sorenson, Phelps, Physics in Nuclear Medicine, chapter 14).
        """
        away = np.maximum(distance_mm, 0.0)
        return np.hypot(self.intrinsic_fwhm_mm, self.hole_diameter_mm * (1 + away / self.hole_length_mm))


@dataclass(frozen=True)
class Orbit:
    """Where the detector stands.

    Attributes
    ----------
    angles_deg : numpy.ndarray
        ``(angles,)``: 0 in front of the patient, 90 at the patient's left, 180 behind.
    radii_mm : numpy.ndarray
        ``(angles,)``: from the middle of the volume to the collimator's face.
    """

    angles_deg: np.ndarray
    radii_mm: np.ndarray


class SpectSystem:
    """The system matrix of one acquisition, angle by angle.

    Parameters
    ----------
    shape : tuple of int
        (size, size, slices) of the volume: rows and columns are as many.
    voxel_mm : float
        Edge of a cubic voxel; a projection's bins are as large.
    orbit : Orbit
    collimator : Collimator, optional
        Without one, nothing is blurred (a reconstruction without resolution recovery).
    mu_per_mm : numpy.ndarray, optional
        ``(size, size, slices)`` float32, attenuation; without one, nothing is attenuated.

    Raises
    ------
    ValueError
        Rows and columns are not as many, or the attenuation has another shape.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        voxel_mm: float,
        orbit: Orbit,
        collimator: Collimator | None = None,
        mu_per_mm: np.ndarray | None = None,
    ) -> None:
        if shape[0] != shape[1]:
            raise ValueError(f"rows and columns must be as many, not {shape[0]} and {shape[1]}")
        if mu_per_mm is not None and mu_per_mm.shape != tuple(shape):
            raise ValueError(f"the attenuation has the shape {mu_per_mm.shape}, not {shape}")
        self.shape, self.voxel_mm, self.orbit, self.collimator = shape, voxel_mm, orbit, collimator
        self._mu = None if mu_per_mm is None else _flat(mu_per_mm * np.float32(voxel_mm))
        self._turns = [_turning_matrix(shape[0], angle) for angle in orbit.angles_deg]
        self._transmission: dict[int, np.ndarray] = {}
        self._variances = [self._layer_variances(radius) for radius in orbit.radii_mm]

    @property
    def angles(self) -> int:
        """How many angles there are."""
        return len(self._turns)

    def forward(self, volume: np.ndarray, angle: int) -> np.ndarray:
        """Return the ``(columns, slices)`` float32 projection of a volume at one angle: sums over layers."""
        layers = self._turned(_flat(volume), angle)
        if self._mu is not None:
            layers = layers * self.transmission(angle)
        if self.collimator is None:
            return layers.sum(0)
        return _sum_from_afar(layers, self._variances[angle])

    def backward(self, projection: np.ndarray, angle: int) -> np.ndarray:
        """Return the ``(size, size, slices)`` float32 volume of the adjoint of ``forward``."""
        size, _, slices = self.shape
        if self.collimator is None:
            layers = np.broadcast_to(projection, self.shape)
        else:
            layers = _spread_afar(projection, self._variances[angle])
        if self._mu is not None:
            layers = layers * self.transmission(angle)
        flat = np.ascontiguousarray(layers).reshape(size * size, slices)
        return np.asarray(self._turns[angle].T @ flat).reshape(self.shape)

    def transmission(self, angle: int) -> np.ndarray:
        """Return ``(layers, columns, slices)`` float32: what passes from each voxel, turned, to the detector.

        The path goes through half of the voxel itself. The last few angles asked for are kept: a subset of angles is
        projected and at once projected back.
        """
        if angle not in self._transmission:
            if len(self._transmission) >= _ANGLES_KEPT:
                self._transmission.pop(next(iter(self._transmission)))
            path = self._turned(self._mu, angle)
            half = path * np.float32(0.5)
            np.cumsum(path, axis=0, out=path)
            path -= half
            np.negative(path, out=path)
            self._transmission[angle] = np.exp(path, out=path)
        return self._transmission[angle]

    def project(self, volume: np.ndarray) -> np.ndarray:
        """Return all projections, ``(angles, columns, slices)`` float32."""
        return np.stack([self.forward(volume, angle) for angle in range(self.angles)])

    def _turned(self, flat: np.ndarray | None, angle: int) -> np.ndarray:
        return np.asarray(self._turns[angle] @ flat).reshape(self.shape)

    def _layer_variances(self, radius_mm: float) -> np.ndarray:
        """Return the blur's variance of each layer, the nearest first, in voxel^2."""
        if self.collimator is None:
            return np.zeros(self.shape[0])
        middle = (self.shape[0] - 1) / 2
        distance = radius_mm - (middle - np.arange(self.shape[0])) * self.voxel_mm
        return (self.collimator.fwhm_mm(distance) / FWHM_PER_SIGMA / self.voxel_mm) ** 2


_ANGLES_KEPT = 16


def subsets_of_angles(angles: int, subsets: int) -> list[list[int]]:
    """Return the angles of each ordered subset, evenly spread; subsets far apart follow each other."""
    order = sorted(range(subsets), key=lambda number: _bits_reversed(number, max(subsets - 1, 1).bit_length()))
    return [list(range(first, angles, subsets)) for first in order]


def contour_radii_mm(
    outline: np.ndarray, voxel_mm: float, angles_deg: Sequence[float] | np.ndarray, gap_mm: float
) -> np.ndarray:
    """Return the least radius per angle at which a flat detector clears an outline.

    Parameters
    ----------
    outline : numpy.ndarray
        ``(size, size)`` bool: where the patient is, in any slice.
    voxel_mm : float
    angles_deg : sequence of float or numpy.ndarray
        As in ``Orbit``.
    gap_mm : float
        Between patient and collimator.
    """
    row, column = np.nonzero(outline)
    middle = (outline.shape[0] - 1) / 2
    angle = np.radians(np.asarray(angles_deg, float))[:, np.newaxis]
    reach = -np.cos(angle) * (row - middle) + np.sin(angle) * (column - middle)
    return reach.max(1) * voxel_mm + gap_mm


def _flat(volume: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(volume, dtype=np.float32).reshape(-1, volume.shape[2])


def _bits_reversed(number: int, bits: int) -> int:
    return int(f"{number:0{bits}b}"[::-1], 2)


def _turning_matrix(size: int, angle_deg: float):
    """Return the sparse matrix that turns a slice: row 0 of its result is nearest to the detector.

    Voxel (i, j) of the result is what lies at the middle + (m - i) outward + (j - m) sideways; the result is empty
    outside the largest circle of the slice.
    """
    from scipy.sparse import csr_matrix

    middle = (size - 1) / 2
    cosine, sine = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    i, j = np.meshgrid(np.arange(size) - middle, np.arange(size) - middle, indexing="ij")
    inside = (i**2 + j**2 <= (middle + 0.5) ** 2).ravel()
    row = (middle + i * cosine + j * sine).ravel()[inside]
    column = (middle - i * sine + j * cosine).ravel()[inside]
    target = np.flatnonzero(inside)
    row, column = np.round(row, 9), np.round(column, 9)  # quarter turns fall on voxels exactly
    top, left = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    below, right = row - top, column - left
    targets, sources, weights = [], [], []
    for down in (0, 1):
        for aside in (0, 1):
            weight = (below if down else 1 - below) * (right if aside else 1 - right)
            at_row, at_column = top + down, left + aside
            keep = (weight > 0) & (at_row >= 0) & (at_row < size) & (at_column >= 0) & (at_column < size)
            targets.append(target[keep])
            sources.append((at_row * size + at_column)[keep])
            weights.append(weight[keep])
    entries = (np.concatenate(targets), np.concatenate(sources))
    matrix = csr_matrix((np.concatenate(weights).astype(np.float32), entries), shape=(size * size, size * size))
    matrix.sort_indices()
    return matrix


class _Diffusion:
    """Blurs an image in place by kernels of three values along both axes; nothing lies beyond the edges."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._share, self._result = np.empty(shape, np.float32), np.empty(shape, np.float32)

    def __call__(self, image: np.ndarray, variance_columns: float, variance_slices: float) -> np.ndarray:
        steps = max(int(np.ceil(max(variance_columns, variance_slices) / _MOST_VARIANCE_OF_STEP)), 1)
        for _ in range(steps):
            self._along(image, variance_columns / steps / 2, 0)
            self._along(image, variance_slices / steps / 2, 1)
        return image

    def _along(self, image: np.ndarray, share: float, axis: int) -> None:
        if share <= 0:
            return
        np.multiply(image, np.float32(share), out=self._share)
        image *= np.float32(1 - 2 * share)
        if axis == 0:
            image[1:] += self._share[:-1]
            image[:-1] += self._share[1:]
        else:
            image[:, 1:] += self._share[:, :-1]
            image[:, :-1] += self._share[:, 1:]


def _nearest_blur(variances: np.ndarray) -> tuple[float, float]:
    """Return the variance of the nearest layer along columns and slices; turning has blurred the columns already."""
    return max(float(variances[0]) - _VARIANCE_OF_TURNING, 0.0), float(variances[0])


def _sum_from_afar(layers: np.ndarray, variances: np.ndarray) -> np.ndarray:
    blur = _Diffusion(layers.shape[1:])
    image = layers[-1].copy()
    for layer in range(len(layers) - 2, -1, -1):
        step = float(variances[layer + 1] - variances[layer])
        blur(image, step, step)
        image += layers[layer]
    return blur(image, *_nearest_blur(variances))


def _spread_afar(projection: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Return the adjoint of ``_sum_from_afar``: the kernels are symmetrical, so only their order turns."""
    blur = _Diffusion(projection.shape)
    image = blur(projection.astype(np.float32), *_nearest_blur(variances))
    layers = np.empty((len(variances), *projection.shape), np.float32)
    layers[0] = image
    for layer in range(1, len(variances)):
        step = float(variances[layer] - variances[layer - 1])
        layers[layer] = blur(image, step, step)
    return layers
