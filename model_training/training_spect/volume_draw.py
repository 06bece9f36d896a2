"""One training sample of a placed tomography: a small transform, another resolution, a reconstruction's noise.

Left is left: nothing is ever mirrored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.preprocessing import INPUT_CEILING

from .placed_volume import PlacedVolume
from .volume_grid import VolumeGrid, VoxelSpace, grid_space, points_of, sample_volume

_KERNEL_REACH = 3  # voxels to either side; sigmas beyond 1.5 voxels are cut


def draw_volume(
    volume: PlacedVolume, grid: VolumeGrid, settings: Mapping[str, Any] | None, rng: np.random.Generator
) -> dict[str, torch.Tensor]:
    """Return one sample: ``image``, ``classes``, ``present``, ``skeleton``, ``levels``, ``has_skeleton``.

    Parameters
    ----------
    grid : VolumeGrid
        What is shown. Where it is shorter than the field, a place along the body is drawn; without a transform it is
        the field's middle.
    settings : mapping, optional
        The configuration's ``augmentation``; None for the volume as it is.
    """
    matrix = None if settings is None else _transform(volume, grid, settings, rng)
    own, space = volume.space, grid_space(grid)
    points = points_of(grid.shape, space, matrix)
    image = sample_volume(torch.from_numpy(volume.intensity)[None], own, points, "bilinear")
    if settings is not None:
        image = _other_reconstruction(image, settings, rng).clamp(max=INPUT_CEILING)
    classes = sample_volume(torch.from_numpy(volume.classes)[None], own, points, "nearest")
    bones, levels = _places(volume, grid, matrix)
    return {
        "image": torch.cat([image, torch.ones_like(image)]),
        "classes": classes.long(),
        "present": torch.ones(1, dtype=torch.bool),
        "skeleton": bones[None],
        "levels": levels[None],
        "has_skeleton": torch.tensor(volume.has_skeleton),
    }


def _transform(
    volume: PlacedVolume, grid: VolumeGrid, settings: Mapping[str, Any], rng: np.random.Generator
) -> np.ndarray:
    """Return ``(3, 4)`` from the grid's to the body's mm: rotations about the three axes, scales, a shift."""
    matrix = np.eye(3)
    for axis in range(3):
        angle = np.radians(rng.uniform(-1, 1) * settings["rotation_deg"])
        a, b = [other for other in range(3) if other != axis]
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    matrix = np.diag(1 + rng.uniform(-1, 1, 3) * settings["scale"]) @ matrix
    shift = rng.uniform(-1, 1, 3) * settings["shift_mm"]
    hidden = max(0.0, float(volume.reach_mm[0]) - grid.slices * grid.voxel_mm / 2)
    shift[0] += rng.uniform(-1, 1) * hidden
    return np.concatenate([matrix, shift[:, None]], 1)


def _other_reconstruction(image: torch.Tensor, settings: Mapping[str, Any], rng: np.random.Generator) -> torch.Tensor:
    """Smooth the image in a share, and add noise of a reconstruction's texture.

    The noise of an iterative reconstruction is close to log-normal, with a standard deviation proportional to the image
    (Barrett, Wilson and Tsui, Phys Med Biol 1994;39:833), and correlated over the filter's width. The image is the
    square root of activity, whose relative noise is half of the activity's.
    """
    if rng.random() < settings["smoothing_share"]:
        image = smooth(image, float(rng.uniform(*settings["smoothing_sigma_voxels"])))
    strength = float(rng.uniform(*settings["noise"]))
    seed = int(rng.integers(1 << 62))
    white = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    noise = smooth(white, float(rng.uniform(*settings["noise_sigma_voxels"])))
    noise = noise / noise.std().clamp(min=1e-6)
    return image * torch.exp(0.5 * strength * noise)


def smooth(image: torch.Tensor, sigma_voxels: float) -> torch.Tensor:
    """Return ``(1, slices, rows, columns)`` smoothed by a Gaussian."""
    offsets = torch.arange(-_KERNEL_REACH, _KERNEL_REACH + 1, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / max(sigma_voxels, 1e-3)) ** 2)
    kernel = kernel / kernel.sum()
    for axis in range(3):
        shape, padding = [1, 1, 1], [0, 0, 0]
        shape[axis], padding[axis] = len(kernel), _KERNEL_REACH
        image = F.conv3d(image[None], kernel.reshape(1, 1, *shape), padding=padding)[0]
    return image


def _places(volume: PlacedVolume, grid: VolumeGrid, matrix: np.ndarray | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Return bones ``(29, *half)`` uint8 and levels ``(2, *half)`` at half of the grid's resolution."""
    half = (grid.slices // 2, grid.rows // 2, grid.columns // 2)
    if not volume.has_skeleton:
        return torch.zeros(len(SKELETON_CHANNELS), *half, dtype=torch.uint8), torch.zeros(2, *half)
    space: VoxelSpace = grid_space(grid).halved()
    points = points_of(half, space, matrix)
    bones = sample_volume(torch.from_numpy(volume.skeleton), volume.space.halved(), points, "bilinear")
    levels = sample_volume(torch.from_numpy(volume.levels), volume.space, points, "nearest")
    return bones.round().to(torch.uint8), levels / 10
