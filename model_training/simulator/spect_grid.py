"""The voxels of a tomographic field: where they lie in the patient, and points counted into them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True)
class SpectGrid:
    """Cubic voxels as DICOM stacks them: axis 0 toward the head, 1 toward the back, 2 toward the patient's left.

    Attributes
    ----------
    first_lps_mm : tuple of float
        Centre of the first voxel.
    shape : tuple of int
        (slices, rows, columns).
    voxel_mm : float
    """

    first_lps_mm: tuple[float, float, float]
    shape: tuple[int, int, int]
    voxel_mm: float

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel."""
        return self.voxel_mm**3 / 1000.0

    def position(self, points_ras_mm: np.ndarray) -> np.ndarray:
        """Return the ``(N, 3)`` float (slice, row, column) of points; it may lie outside."""
        return ((points_ras_mm * RAS_TO_LPS - self.first_lps_mm) / self.voxel_mm)[:, ::-1]

    def indices(self, points_ras_mm: np.ndarray) -> np.ndarray:
        """Return the ``(N, 3)`` voxel (slice, row, column) that holds each point; it may lie outside."""
        return np.floor(self.position(points_ras_mm) + 0.5).astype(np.int64)

    def holds(self, points_ras_mm: np.ndarray) -> np.ndarray:
        """Say of each point whether it lies in the field."""
        index = self.indices(points_ras_mm)
        return np.asarray(((index >= 0) & (index < self.shape)).all(1))

    def count(self, points_ras_mm: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the sum of the points' weights in each voxel, float32 ``shape``."""
        index = self.indices(points_ras_mm)
        keep = ((index >= 0) & (index < self.shape)).all(1)
        return self.add_up(index[keep], np.asarray(weights, np.float64)[keep])

    def spread(self, points_ras_mm: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the points' weights, each shared by the eight voxels around it (trilinear), float32 ``shape``."""
        position = self.position(points_ras_mm)
        low = np.floor(position).astype(np.int64)
        beyond = position - low
        total = np.zeros(self.shape, np.float32)
        for corner in product((0, 1), repeat=3):
            share = np.where(corner, beyond, 1 - beyond).prod(1)
            index = low + corner
            keep = ((index >= 0) & (index < self.shape)).all(1)
            total += self.add_up(index[keep], (share * weights)[keep])
        return total

    def axes_ras_mm(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return S of the slices, A of the rows and R of the columns."""
        left, posterior, superior = self.first_lps_mm
        slices, rows, columns = self.shape
        step = self.voxel_mm
        return (
            superior + step * np.arange(slices),
            -(posterior + step * np.arange(rows)),
            -(left + step * np.arange(columns)),
        )

    def padded(self, slices: int) -> SpectGrid:
        """Return the grid with more slices at both ends."""
        left, posterior, superior = self.first_lps_mm
        first = (left, posterior, superior - slices * self.voxel_mm)
        return SpectGrid(first, (self.shape[0] + 2 * slices, *self.shape[1:]), self.voxel_mm)

    def halved(self, times: int = 2) -> SpectGrid:
        """Return the grid whose voxels are ``times`` as many along each axis."""
        step = self.voxel_mm / times
        shift = (step - self.voxel_mm) / 2
        left, posterior, superior = (at + shift for at in self.first_lps_mm)
        slices, rows, columns = (times * extent for extent in self.shape)
        return SpectGrid((left, posterior, superior), (slices, rows, columns), step)

    def add_up(self, index: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the sum of weights in each voxel, float32 ``shape``; all ``(N, 3)`` indices lie inside."""
        flat = np.ravel_multi_index(tuple(index.T), self.shape)
        total = np.bincount(flat, weights, minlength=int(np.prod(self.shape)))
        return total.reshape(self.shape).astype(np.float32)
