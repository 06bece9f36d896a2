"""From a SPECT volume's voxels to the network's grid and back (floor 3).

The grid has cubic voxels, is aligned with the patient (slices from the feet up, rows from the front to the back,
columns from the patient's right to the left) and centred on the body. Where a volume's voxels lie is asked of
``ijk_to_ras`` alone, so that volumes stored in any order, oblique ones too, give the network the same picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .network_grid import normalise_counts
from .patient_axes import patient_aligned
from .preprocessing import Preprocessing
from .scan import SpectScan, ras_from_lps

_BODY_MARGIN_MM = 30.0
# The rows and columns between which the rest of the activity lies are the body's.
_OUTSIDE_SHARE = 0.005


@dataclass(frozen=True)
class VolumeFrame:
    """The part of space that the network looks at.

    Attributes
    ----------
    shape : tuple of int
        Slices, rows and columns of the grid, multiples of the network's.
    voxel_mm : float
    centre_lps_mm : tuple of float
        The grid's centre in the patient: to the left, to the back, up.
    """

    shape: tuple[int, int, int]
    voxel_mm: float
    centre_lps_mm: tuple[float, float, float]

    def to_lps(self) -> np.ndarray:
        """The 4 x 4 matrix from (column, row, slice) of the grid to LPS in mm."""
        matrix = np.diag([self.voxel_mm, self.voxel_mm, self.voxel_mm, 1.0])
        for axis, extent in enumerate(self.shape[::-1]):
            matrix[axis, 3] = self.centre_lps_mm[axis] - (extent - 1) / 2 * self.voxel_mm
        return matrix

    def halved(self) -> VolumeFrame:
        """Return the same part of space in voxels of twice the size, as the network's bones are."""
        slices, rows, columns = (extent // 2 for extent in self.shape)
        return VolumeFrame((slices, rows, columns), 2 * self.voxel_mm, self.centre_lps_mm)


def volume_frame(scan: SpectScan, preprocessing: Preprocessing) -> VolumeFrame:
    """Return the frame around the body: never smaller than in training, larger where field or body need it.

    The body lies between the rows, and the columns, that hold the middle 99 % of the activity, with a margin; along the
    slices the field is shorter than the body and is taken whole.
    """
    voxels, to_lps = patient_aligned(scan.voxels, scan.ijk_to_ras)
    size_mm = np.linalg.norm(to_lps[:3, :3], axis=0)[::-1]
    middle, reach = [(voxels.shape[0] - 1) / 2], [voxels.shape[0] * size_mm[0] / 2]
    for axis in (1, 2):
        share = np.cumsum(voxels.sum((0, 3 - axis), dtype=np.float64))
        low, high = 0, voxels.shape[axis] - 1
        if share[-1] > 0:
            edges = np.array([_OUTSIDE_SHARE, 1 - _OUTSIDE_SHARE]) * share[-1]
            low, high = (int(n) for n in np.searchsorted(share, edges))
        middle.append((low + high) / 2)
        reach.append((high - low) / 2 * size_mm[axis] + _BODY_MARGIN_MM)
    multiple, voxel_mm = preprocessing.grid_multiple, preprocessing.grid_pixel_mm
    slices, rows, columns = (
        max(least, math.ceil(2 * mm / voxel_mm / multiple) * multiple)
        for least, mm in zip(preprocessing.trained_shape, reach, strict=True)
    )
    left, back, up = (float(mm) for mm in (to_lps @ [*middle[::-1], 1.0])[:3])
    return VolumeFrame((slices, rows, columns), voxel_mm, (left, back, up))


def volume_to_grid(scan: SpectScan, preprocessing: Preprocessing, frame: VolumeFrame) -> torch.Tensor:
    """Return the network's input ``(2, slices, rows, columns)``: the scaled volume, and that it is there.

    Counts, Bq/ml and SUV are the same to the network: only ratios matter.
    """
    positive = torch.from_numpy(np.maximum(scan.voxels, 0).astype(np.float32))
    scaled = normalise_counts(positive.flatten(), preprocessing.ceiling).reshape(positive.shape)
    to_voxels = np.linalg.inv(ras_from_lps(scan.ijk_to_ras)) @ frame.to_lps()
    image = _sampled(scaled[None], _places(to_voxels, frame.shape, scaled))
    return torch.cat([image, torch.ones_like(image)])


def grid_to_volume(maps: torch.Tensor, scan: SpectScan, frame: VolumeFrame) -> np.ndarray:
    """Return maps ``(channels, *frame.shape)`` at the volume's voxels, ``(channels, k, j, i)``, zero beyond."""
    to_grid = np.linalg.inv(frame.to_lps()) @ ras_from_lps(scan.ijk_to_ras)
    at = _places(to_grid, scan.voxels.shape, maps[0])
    result = np.empty((len(maps), *scan.voxels.shape), np.float32)
    for channel in range(len(maps)):  # one by one: 29 whole volumes would take a gigabyte
        result[channel] = _sampled(maps[channel : channel + 1], at)[0].cpu().numpy()
    return result


def _places(to_array: np.ndarray, shape: tuple[int, ...], array: torch.Tensor) -> torch.Tensor:
    """Return where each voxel of a grid lies in an array, as ``grid_sample`` wants it: ``(*shape, 3)``.

    Parameters
    ----------
    to_array : numpy.ndarray
        From (column, row, slice) of the grid to the array's own.
    """
    matrix = torch.from_numpy(to_array.astype(np.float32)).to(array.device)
    k, j, i = (torch.arange(extent, dtype=torch.float32, device=array.device) for extent in shape)
    at = []
    for row, extent in zip(matrix[:3], array.shape[::-1], strict=True):
        index = row[0] * i + (row[1] * j)[:, None] + (row[2] * k)[:, None, None] + row[3]
        at.append((2 * index + 1) / extent - 1)
    return torch.stack(at, -1)


def _sampled(arrays: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Sample ``(channels, *any)`` linearly at some places."""
    return F.grid_sample(arrays[None].float(), places[None], mode="bilinear", align_corners=False)[0]
