"""A tomography as training keeps it in memory: its own voxels around the body, bones at half of their resolution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from model_training.simulator.case_files import write_arrays
from model_training.training_case import TrainingVolume

from .volume_grid import VolumeGrid, VoxelSpace, find_body, normalised

# A transform of training reaches this far beyond the grid's frame.
_REACH_SHARE, _REACH_MM = 0.12, 40.0


@dataclass(frozen=True)
class PlacedVolume:
    """One field, axes as in ``volume_grid``.

    Attributes
    ----------
    intensity : numpy.ndarray
        ``(slices, rows, columns)`` float16, as ``volume_grid.normalised`` makes it of the whole volume.
    classes : numpy.ndarray
        The same shape, uint8; 255 where nobody knows.
    skeleton : numpy.ndarray
        ``(29, slices / 2, rows / 2, columns / 2)`` uint8: share of each voxel that is bone, times 255; of no channel
        where not known. That is an eighth of the memory of the masks themselves.
    levels : numpy.ndarray
        ``(2, slices, rows, columns)`` uint8, coordinates of spine and ribs times 10, 0 = none; of no channel where not
        known.
    voxel_mm, first_mm : numpy.ndarray
        Of ``VoxelSpace``.
    reach_mm : numpy.ndarray
        Of the body, ``volume_grid.Body``.
    """

    intensity: np.ndarray
    classes: np.ndarray
    skeleton: np.ndarray
    levels: np.ndarray
    voxel_mm: np.ndarray
    first_mm: np.ndarray
    reach_mm: np.ndarray

    @property
    def has_skeleton(self) -> bool:
        """Whether bones and levels are known."""
        return bool(len(self.skeleton))

    @property
    def space(self) -> VoxelSpace:
        """Where the voxels lie."""
        thick, high, wide = (float(mm) for mm in self.voxel_mm)
        up, back, left = (float(mm) for mm in self.first_mm)
        return VoxelSpace((thick, high, wide), (up, back, left))


def place_volume(volume: TrainingVolume, grid: VolumeGrid | None = None) -> PlacedVolume:
    """Place a tomography around the middle of its body.

    Parameters
    ----------
    grid : VolumeGrid, optional
        What lies beyond what this grid, moved by a transform of training, can show is cut away; the slices are all
        kept. Without it nothing is cut.
    """
    body = find_body(volume.voxels, volume.voxel_mm)
    first = tuple(-middle for middle in body.middle_mm)
    space = VoxelSpace(volume.voxel_mm, (first[0], first[1], first[2]))
    kept = _kept(volume.voxels.shape, space, grid)
    skeleton, levels = np.zeros((0, 0, 0, 0), np.uint8), np.zeros((0, 0, 0, 0), np.uint8)
    if volume.skeleton is not None and volume.spine_level is not None and volume.rib_level is not None:
        skeleton = halve(volume.skeleton[(slice(None), *kept)])
        levels = np.stack([volume.spine_level[kept], volume.rib_level[kept]])
    return PlacedVolume(
        intensity=normalised(volume.voxels)[kept].astype(np.float16),
        classes=np.ascontiguousarray(volume.class_map[kept]),
        skeleton=skeleton,
        levels=levels,
        voxel_mm=np.array(volume.voxel_mm),
        first_mm=np.array(space.cut(kept).first_mm),
        reach_mm=np.array(body.reach_mm),
    )


def halve(masks: np.ndarray) -> np.ndarray:
    """Return ``(channels, ...)`` bool as shares of 2 x 2 x 2 voxels times 255, uint8; odd sides are padded."""
    odd = [(0, side % 2) for side in masks.shape[1:]]
    whole = np.pad(masks, [(0, 0), *odd]) if any(side for _, side in odd) else masks
    parts = sum(whole[:, a::2, b::2, c::2].astype(np.uint8) for a in (0, 1) for b in (0, 1) for c in (0, 1))
    return (np.asarray(parts, np.uint16) * 255 // 8).astype(np.uint8)


def _kept(shape: tuple[int, ...], space: VoxelSpace, grid: VolumeGrid | None) -> tuple[slice, slice, slice]:
    if grid is None:
        return slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2])
    cuts = []
    for axis in (1, 2):
        reach = grid.shape[axis] * grid.voxel_mm / 2 * (1 + _REACH_SHARE) + _REACH_MM
        size, first = space.voxel_mm[axis], space.first_mm[axis]
        start = min(max(math.floor((-reach - first) / size), 0), shape[axis] - 1)
        stop = max(min(math.ceil((reach - first) / size) + 1, shape[axis]), start + 1)
        cuts.append(slice(start, stop))
    return slice(0, shape[0]), cuts[0], cuts[1]


# ---- on disk ---------------------------------------------------------------------------------------------------------


def store_placed_volume(path: Path, volume: PlacedVolume) -> None:
    """Write a placed volume, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_arrays(path, vars(volume))


def load_placed_volume(path: Path) -> PlacedVolume | None:
    """Read what ``store_placed_volume`` wrote; None where it is not there or cannot be used: it can be made again."""
    try:
        with np.load(path) as stored:
            volume = PlacedVolume(**{name: stored[name] for name in stored.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    return volume if len(volume.skeleton) in (0, len(SKELETON_CHANNELS)) else None
