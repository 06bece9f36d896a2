"""From a volume's own voxels to the network's grid and back.

Axes are (slices, rows, columns) everywhere: slices from the feet up, rows from the front to the back, columns from the
patient's right to the left. Places are in mm from the middle of the body, in the same three directions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from BoneMetSegLib.network_grid import normalise_counts

AXES = ("slices", "rows", "columns")
_BODY_MARGIN_MM = 30.0
# The rows and columns between which this share of the activity lies are the body's.
_OUTSIDE_SHARE = 0.005

Millimetres = tuple[float, float, float]


@dataclass(frozen=True)
class VolumeGrid:
    """The network's grid in training: cubic voxels around the middle of the body.

    Attributes
    ----------
    voxel_mm : float
    slices, rows, columns : int
        Even; multiples of the network's ``grid_multiple``.
    """

    voxel_mm: float
    slices: int
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows and columns."""
        return self.slices, self.rows, self.columns


@dataclass(frozen=True)
class VoxelSpace:
    """Where the voxels of an array lie.

    Attributes
    ----------
    voxel_mm : tuple of float
        Distance of neighbours along slices, rows and columns.
    first_mm : tuple of float
        Centre of voxel (0, 0, 0): up, to the back, to the patient's left of the body's middle.
    """

    voxel_mm: Millimetres
    first_mm: Millimetres

    def halved(self) -> VoxelSpace:
        """Return where the voxels lie after 2 x 2 x 2 of them became one."""
        up, back, left = (f + v / 2 for f, v in zip(self.first_mm, self.voxel_mm, strict=True))
        thick, high, wide = (2 * v for v in self.voxel_mm)
        return VoxelSpace((thick, high, wide), (up, back, left))

    def cut(self, slices: Sequence[slice]) -> VoxelSpace:
        """Return where the voxels lie after the first ones of each axis were cut away."""
        up, back, left = (f + (s.start or 0) * v for f, v, s in zip(self.first_mm, self.voxel_mm, slices, strict=True))
        return VoxelSpace(self.voxel_mm, (up, back, left))


@dataclass(frozen=True)
class Body:
    """Where the body lies in a volume.

    Attributes
    ----------
    middle_mm, reach_mm : tuple of float
        Of each axis, from the first voxel: the middle, and how far the body reaches to either side of it, margin
        included. Along the slices that is the field itself: it is shorter than the body.
    """

    middle_mm: Millimetres
    reach_mm: Millimetres


def find_body(voxels: np.ndarray, voxel_mm: Millimetres) -> Body:
    """Return where the body lies: between the rows, and the columns, that hold the middle 99 % of the activity."""
    length = (voxels.shape[0] - 1) * voxel_mm[0]
    middle, reach = [length / 2], [length / 2 + voxel_mm[0] / 2]
    for axis in (1, 2):
        others = tuple(other for other in range(3) if other != axis)
        share = np.cumsum(voxels.sum(others, dtype=np.float64))
        if not len(share) or share[-1] <= 0:
            low, high = 0, voxels.shape[axis] - 1
        else:
            low, high = np.searchsorted(share, (_OUTSIDE_SHARE * share[-1], (1 - _OUTSIDE_SHARE) * share[-1]))
        middle.append(float(low + high) / 2 * voxel_mm[axis])
        reach.append(float(high - low) / 2 * voxel_mm[axis] + _BODY_MARGIN_MM)
    return Body((middle[0], middle[1], middle[2]), (reach[0], reach[1], reach[2]))


def whole_grid(body: Body, grid: VolumeGrid, multiple: int) -> VolumeGrid:
    """Return the grid that holds the whole field and body: no less than in training, multiples of the network's."""
    slices, rows, columns = (
        max(least, math.ceil(2 * reach / grid.voxel_mm / multiple) * multiple)
        for least, reach in zip(grid.shape, body.reach_mm, strict=True)
    )
    return VolumeGrid(grid.voxel_mm, slices, rows, columns)


def normalised(voxels: np.ndarray) -> np.ndarray:
    """Return the square root of activity over its 95th percentile in the body, as planar counts are (float32).

    Only ratios matter, so that Bq/ml, SUV and counts are the same to the network.
    """
    positive = torch.from_numpy(np.maximum(voxels, 0).astype(np.float32))
    return normalise_counts(positive.flatten()).reshape(positive.shape).numpy()


def grid_space(grid: VolumeGrid) -> VoxelSpace:
    """Return where a grid's voxels lie: around the middle of the body."""
    size = grid.voxel_mm
    up, back, left = (-(n - 1) / 2 * size for n in grid.shape)
    return VoxelSpace((size, size, size), (up, back, left))


def points_of(shape: Sequence[int], space: VoxelSpace, matrix: np.ndarray | None = None) -> torch.Tensor:
    """Return where voxels lie, ``(slices, rows, columns, 3)`` in mm (up, back, left).

    Parameters
    ----------
    matrix : numpy.ndarray, optional
        ``(3, 4)``, rotation, scale and shift of these points.
    """
    axes = [
        torch.arange(n, dtype=torch.float32) * size + first
        for n, size, first in zip(shape, space.voxel_mm, space.first_mm, strict=True)
    ]
    points = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)
    if matrix is None:
        return points
    affine = torch.from_numpy(matrix.astype(np.float32))
    return points @ affine[:, :3].T + affine[:, 3]


def sample_volume(arrays: torch.Tensor, space: VoxelSpace, points_mm: torch.Tensor, mode: str) -> torch.Tensor:
    """Return the values of ``(channels, slices, rows, columns)`` at points; zero outside.

    Parameters
    ----------
    mode : {"bilinear", "nearest"}
        As ``grid_sample`` calls it; "bilinear" is linear in all three directions.
    """
    sizes = torch.tensor(arrays.shape[1:], dtype=torch.float32)
    index = (points_mm - torch.tensor(space.first_mm)) / torch.tensor(space.voxel_mm)
    at = ((2 * index + 1) / sizes - 1).flip(-1)  # grid_sample wants columns first
    return F.grid_sample(arrays[None].float(), at[None], mode=mode, align_corners=False)[0]


def own_voxels(maps: torch.Tensor, grid: VolumeGrid, shape: Sequence[int], space: VoxelSpace) -> torch.Tensor:
    """Return maps ``(channels, *grid)`` at a volume's own voxels, ``(channels, *shape)``; zero beyond the grid."""
    return sample_volume(maps, grid_space(grid), points_of(shape, space), "bilinear")
