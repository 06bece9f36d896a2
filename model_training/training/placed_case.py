"""A planar case as training keeps it in memory: its own pixels for counts and classes, the grid for bones.

Noise has to be drawn at the scan's own pixels. The network's grid is coarser; at inference a scan's Poisson noise is
interpolated onto it, which leaves a variance and a correlation of neighbours that depend on both pixel sizes. Poisson
noise drawn at the grid's pixels has other ones, and interpolating it by a random transform smooths it once more, by
amounts that vary. Drawn at the own pixels and resampled once, the noise of a training sample is what
``network_grid.scan_to_grid`` gives, by construction.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
import torch.nn.functional as F

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.network_grid import resample
from BoneMetSegLib.scan import VIEWS, PlanarView
from model_training.case_lists import body_centre_mm
from model_training.simulator.case_files import write_arrays
from model_training.training_case import TrainingCase

_MOST_FLOAT16 = 6.0e4
# A transform of training reaches this far beyond the grid's frame.
_REACH_SHARE, _REACH_MM = 0.1, 60.0


@dataclass(frozen=True)
class Grid:
    """The network's grid in training: square pixels, the middle of the body's counts in its centre.

    Attributes
    ----------
    pixel_mm : float
    rows, columns : int
        Even; multiples of the network's ``grid_multiple``.
    """

    pixel_mm: float
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns


@dataclass(frozen=True)
class PlacedCase:
    """One examination, both views in anterior order (patient's right at column 0).

    Attributes
    ----------
    counts : numpy.ndarray
        ``(2, height, width)`` at the case's own pixels, cut to what the grid can show: noiseless counts (float16), or
        one acquisition (uint16 or float32). A view that is not there is zero.
    noiseless : bool
        Noise can be drawn anew.
    countable : bool
        Acquired counts are Poisson counts, so that fewer can be drawn from them.
    classes : numpy.ndarray
        ``(2, height, width)`` uint8; 255 where nobody knows.
    first_pixel_mm : numpy.ndarray
        Centre of pixel (0, 0) from the middle of the body: (down, to the patient's left).
    pixel_mm : float
        Of the counts.
    present : numpy.ndarray
        ``(2,)`` bool, the views that there are.
    skeleton : numpy.ndarray
        ``(2, 29, rows / 2, columns / 2)`` uint8, share of each pixel's area times 255; of no view where not known.
    levels : numpy.ndarray
        ``(2, 2, rows / 2, columns / 2)`` uint8, coordinates of spine and ribs times 10, 0 = none; of no view where not
        known.
    """

    counts: np.ndarray
    noiseless: bool
    countable: bool
    classes: np.ndarray
    first_pixel_mm: np.ndarray
    pixel_mm: float
    present: np.ndarray
    skeleton: np.ndarray
    levels: np.ndarray

    @property
    def has_skeleton(self) -> bool:
        """Whether bones and levels are known."""
        return bool(len(self.skeleton))


def place_case(case: TrainingCase, grid: Grid, *, acquired: bool = False) -> PlacedCase:
    """Place a case on a grid.

    Parameters
    ----------
    acquired : bool
        Keep the counts that were acquired, as validation needs them, even where the noiseless ones are known.
    """
    down, right = body_centre_mm(case)
    noiseless = case.expected is not None and not acquired
    images = case.expected if noiseless and case.expected is not None else case.counts
    height, width = images[case.views[0]].shape
    rows, top = _cut(height, case.pixel_size_mm, down, grid.rows * grid.pixel_mm)
    columns, left = _cut(width, case.pixel_size_mm, right, grid.columns * grid.pixel_mm)

    def both(arrays: dict[str, np.ndarray], missing: int = 0) -> np.ndarray:
        like = arrays[case.views[0]]
        return np.stack([arrays[view] if view in arrays else np.full_like(like, missing) for view in VIEWS])

    def in_order(images: object) -> dict[str, np.ndarray]:
        return {view: _anterior_order(view, images[view]) for view in case.views}  # type: ignore[index]

    counts = both(in_order(images))[:, rows, columns]
    if noiseless:
        counts = np.minimum(counts, _MOST_FLOAT16).astype(np.float16)
    skeleton, levels = np.zeros((0, 0), np.uint8), np.zeros((0, 0), np.uint8)
    if case.skeleton is not None and case.spine_level is not None and case.rib_level is not None:
        skeleton = both(
            {v: _soft(a, case.pixel_size_mm, grid, (down, right)) for v, a in in_order(case.skeleton).items()}
        )
        spine, rib = in_order(case.spine_level), in_order(case.rib_level)
        stacked = {view: np.stack([spine[view], rib[view]]) for view in case.views}
        levels = both({v: _nearest(a, case.pixel_size_mm, grid, (down, right)) for v, a in stacked.items()})
    return PlacedCase(
        counts=np.ascontiguousarray(counts),
        noiseless=noiseless,
        countable=not case.counts_up_to_a_factor,
        classes=np.ascontiguousarray(both(in_order(case.class_map), 255)[:, rows, columns]),
        first_pixel_mm=np.array([top, left]),
        pixel_mm=case.pixel_size_mm,
        present=np.array([view in case.views for view in VIEWS]),
        skeleton=skeleton,
        levels=levels,
    )


def _anterior_order(view: str, image: np.ndarray) -> np.ndarray:
    return PlanarView(view, image, (1.0, 1.0)).to_anterior_order(image)


def _cut(size: int, pixel_mm: float, centre_mm: float, frame_mm: float) -> tuple[slice, float]:
    """Return the pixels that the grid's frame can show, and where the first of them lies from the body's middle."""
    reach = frame_mm / 2 * (1 + _REACH_SHARE) + _REACH_MM
    first_mm = -(size - 1) / 2 * pixel_mm - centre_mm
    start = max(math.floor((-reach - first_mm) / pixel_mm), 0)
    stop = min(math.ceil((reach - first_mm) / pixel_mm) + 1, size)
    return slice(start, max(stop, start + 1)), first_mm + start * pixel_mm


def _soft(bones: np.ndarray, pixel_mm: float, grid: Grid, centre_mm: tuple[float, float]) -> np.ndarray:
    """Return the share of area of each channel in the pixels of half of the grid's resolution, x 255.

    Bones lie at twice the case's pixels. They are sampled at the grid's own pixels and averaged over four of them.
    """
    down, right = centre_mm
    fine = resample(
        torch.from_numpy(np.ascontiguousarray(bones, dtype=np.float32)),
        (2 * pixel_mm, 2 * pixel_mm),
        grid.shape,
        (grid.pixel_mm, grid.pixel_mm),
        ((1.0, 0.0, right), (0.0, 1.0, down)),
    )
    return (F.avg_pool2d(fine[None], 2)[0] * 255).round().to(torch.uint8).numpy()


def _nearest(levels: np.ndarray, pixel_mm: float, grid: Grid, centre_mm: tuple[float, float]) -> np.ndarray:
    down, right = centre_mm
    half = (grid.rows // 2, grid.columns // 2)
    placed = resample(
        torch.from_numpy(np.ascontiguousarray(levels, dtype=np.float32)),
        (2 * pixel_mm, 2 * pixel_mm),
        half,
        (2 * grid.pixel_mm, 2 * grid.pixel_mm),
        ((1.0, 0.0, right), (0.0, 1.0, down)),
        "nearest",
    )
    return placed.round().to(torch.uint8).numpy()


# ---- on disk ---------------------------------------------------------------------------------------------------------


def store_placed(path: Path, case: PlacedCase) -> None:
    """Write a placed case, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_arrays(path, {name: np.asarray(value) for name, value in vars(case).items()})


def load_placed(path: Path) -> PlacedCase | None:
    """Read what ``store_placed`` wrote; None where it is not there or cannot be used, since it can be made again."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            arrays = {name: stored[name] for name in stored.files}
        for name, kind in (("noiseless", bool), ("countable", bool), ("pixel_mm", float)):
            arrays[name] = kind(arrays[name])
        case = PlacedCase(**arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error):
        return None
    bones = case.skeleton.shape[1] if case.has_skeleton else len(SKELETON_CHANNELS)
    return case if bones == len(SKELETON_CHANNELS) else None
