"""One training sample of a placed planar case: fresh noise, other counts, a small transform, sometimes one view."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.network_grid import network_input, normalise_counts
from BoneMetSegLib.scan import VIEWS
from model_training.training_case import IGNORE

from .placed_case import Grid, PlacedCase

Affine = tuple[tuple[float, float, float], tuple[float, float, float]]
"""From the grid's coordinates to the body's: x to the patient's left, y down, mm from the middle of the body."""

_UNMOVED: Affine = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def draw_sample(
    case: PlacedCase, grid: Grid, settings: Mapping[str, Any] | None, rng: np.random.Generator
) -> dict[str, torch.Tensor]:
    """Return one sample: ``image``, ``classes``, ``present``, ``skeleton``, ``levels``, ``has_skeleton``.

    Parameters
    ----------
    settings : mapping, optional
        The configuration's ``augmentation``; None for the counts as they are, both views, unmoved.
    """
    if settings is None:
        kept, counts, affine, sigma = case.present.copy(), np.asarray(case.counts, np.float32), _UNMOVED, 0.0
    else:
        kept = _kept_views(case.present, settings, rng)
        factor = float(np.exp(rng.uniform(*np.log(settings["count_factor"]))))
        affine = _affine(settings, rng)
        smoothed = rng.random() < settings["smoothing_share"]
        sigma = float(rng.uniform(*settings["smoothing_sigma_px"])) if smoothed else 0.0
        counts = _draw_counts(case, kept, factor, rng)
    at_pixels = _positions(case, grid, affine)
    image = _sample(torch.from_numpy(counts), at_pixels, "bilinear")
    if sigma:
        image = _smooth(image, sigma)
    classes = _sample(torch.from_numpy(case.classes).float(), at_pixels, "nearest").to(torch.uint8)
    if not case.present.all():
        classes[torch.from_numpy(~case.present)] = IGNORE
    views = {view: normalise_counts(image[n]) for n, view in enumerate(VIEWS) if kept[n]}
    half = (grid.rows // 2, grid.columns // 2)
    if case.has_skeleton:
        bones, levels = _places(case, grid, affine)
    else:
        bones = torch.zeros(len(VIEWS), len(SKELETON_CHANNELS), *half, dtype=torch.uint8)
        levels = torch.zeros(len(VIEWS), 2, *half)
    return {
        "image": network_input(views, grid.shape),
        "classes": classes.long(),
        "present": torch.from_numpy(kept),
        "skeleton": bones,
        "levels": levels,
        "has_skeleton": torch.tensor(case.has_skeleton),
    }


def _kept_views(present: np.ndarray, settings: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    chance, kept = rng.random(), present.copy()
    if not present.all():
        return kept
    if chance < settings["only_anterior_share"]:
        kept[1] = False
    elif chance < settings["only_anterior_share"] + settings["only_posterior_share"]:
        kept[0] = False
    return kept


def _affine(settings: Mapping[str, Any], rng: np.random.Generator) -> Affine:
    angle = math.radians(rng.uniform(-1, 1) * settings["rotation_deg"])
    scale_x, scale_y = 1 + rng.uniform(-1, 1, 2) * settings["scale"]
    shift_x, shift_y = rng.uniform(-1, 1, 2) * settings["shift_mm"]
    return (
        (scale_x * math.cos(angle), -scale_x * math.sin(angle), shift_x),
        (scale_y * math.sin(angle), scale_y * math.cos(angle), shift_y),
    )


def _draw_counts(case: PlacedCase, kept: np.ndarray, factor: float, rng: np.random.Generator) -> np.ndarray:
    """Return counts ``(2, height, width)`` float32 of the kept views with the noise of an acquisition.

    Where only one acquisition is known, fewer counts are drawn from it by keeping each with a probability: what is
    Poisson distributed stays so (thinning). More counts cannot be made of it.
    """
    counts = np.zeros(case.counts.shape, np.float32)
    for view in np.flatnonzero(kept):
        known = case.counts[view]
        if case.noiseless:
            counts[view] = rng.poisson(known.astype(np.float32) * np.float32(factor))
        elif factor < 1 and case.countable:
            counts[view] = rng.binomial(np.rint(known).astype(np.int64), factor)
        else:
            counts[view] = known
    return counts


def _positions(case: PlacedCase, grid: Grid, affine: Affine) -> torch.Tensor:
    """Return where the grid's pixels lie among the case's own, as ``grid_sample`` wants it."""
    height, width = case.classes.shape[1:]
    top, left = (float(mm) for mm in case.first_pixel_mm)
    x, y = _body_mm(grid.shape, grid.pixel_mm, affine)
    return torch.stack(
        [
            (2 * (x - left) / case.pixel_mm + 1) / width - 1,
            (2 * (y - top) / case.pixel_mm + 1) / height - 1,
        ],
        -1,
    )


def _body_mm(shape: tuple[int, int], pixel_mm: float, affine: Affine) -> tuple[torch.Tensor, torch.Tensor]:
    rows, columns = shape
    y = ((torch.arange(rows, dtype=torch.float32) - (rows - 1) / 2) * pixel_mm)[:, None]
    x = ((torch.arange(columns, dtype=torch.float32) - (columns - 1) / 2) * pixel_mm)[None]
    (a, b, c), (d, e, f) = affine
    return a * x + b * y + c, d * x + e * y + f


def _places(case: PlacedCase, grid: Grid, affine: Affine) -> tuple[torch.Tensor, torch.Tensor]:
    bones, levels = torch.from_numpy(case.skeleton), torch.from_numpy(case.levels)
    if affine is not _UNMOVED:
        rows, columns = grid.rows // 2, grid.columns // 2
        x, y = _body_mm((rows, columns), 2 * grid.pixel_mm, affine)
        at = torch.stack([x / (columns * grid.pixel_mm), y / (rows * grid.pixel_mm)], -1)
        bones = _sample(bones.flatten(0, 1).float(), at, "bilinear").unflatten(0, bones.shape[:2])
        bones = bones.round().to(torch.uint8)
        levels = _sample(levels.flatten(0, 1).float(), at, "nearest").unflatten(0, levels.shape[:2])
    return bones, levels.float() / 10


def _sample(images: torch.Tensor, at: torch.Tensor, mode: str) -> torch.Tensor:
    return F.grid_sample(images[None], at[None], mode=mode, align_corners=False)[0]


def _smooth(images: torch.Tensor, sigma_px: float) -> torch.Tensor:
    offsets = torch.arange(-3, 4, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / sigma_px) ** 2)
    kernel = kernel / kernel.sum()
    rows = F.conv2d(images[:, None], kernel[None, None, :, None], padding=(3, 0))
    return F.conv2d(rows, kernel[None, None, None, :], padding=(0, 3))[:, 0]
