"""Bones as solid things in the voxels of a field: points of their surfaces become filled, marrow-bearing volumes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, FineRegion

from .parts import Skeleton
from .spect_grid import SpectGrid

_FINER = 2  # cells along a voxel's edge
_CLOSED_MM = 7.0  # gaps between the points of a surface
_SPREAD_MM = 12.0  # how far the uptake of the cortex is carried into the marrow's trabeculae
# Share of a bone's uptake that sits in its spongy inside. Shafts and the vault are nearly all cortex.
_SPONGY_SHARE: dict[str, float] = {
    "vertebra": 0.75,
    "sacrum": 0.7,
    "ilium": 0.5,
    "ischium": 0.6,
    "pubis": 0.5,
    "acetabulum": 0.5,
    "manubrium": 0.6,
    "sternal": 0.6,
    "femur_proximal": 0.65,
    "femur_distal": 0.65,
    "tibia_proximal": 0.65,
    "tibia_distal": 0.6,
    "humerus_proximal": 0.6,
    "humerus_distal": 0.5,
    "scapula": 0.3,
    "patella": 0.7,
    "foot": 0.6,
    "hand": 0.4,
    "skull_base": 0.5,
    "facial_bones": 0.5,
    "mandible": 0.5,
    "clavicle": 0.3,
    "rib": 0.4,
}
# Pieces that the table of regions cuts out of a longer bone: open where they are cut, closed across.
_CUT_ACROSS = ("femur", "humerus", "tibia", "fibula", "radius", "ulna", "ischium", "acetabulum", "rib", "clavicle")


def bones_in(
    grid: SpectGrid, skeleton: Skeleton, activity: np.ndarray
) -> Iterator[tuple[FineRegion, tuple[slice, slice, slice], np.ndarray, np.ndarray]]:
    """Yield each bone that reaches into a field, on the box of the field's voxels that holds it.

    Parameters
    ----------
    grid : SpectGrid
    skeleton : Skeleton
    activity : numpy.ndarray
        ``(N,)`` of the skeleton's points, any unit.

    Yields
    ------
    fine : FineRegion
    window : tuple of slice
        Box in the grid.
    own : numpy.ndarray
        float32 activity in each voxel of the box.
    filled : numpy.ndarray
        float32 share (0-1) of each voxel that is this bone.
    """
    fine_grid = grid.halved(_FINER)
    cells = fine_grid.indices(skeleton.points_mm)
    margin = int(np.ceil(_SPREAD_MM / fine_grid.voxel_mm)) + 1
    order = np.argsort(skeleton.fine, kind="stable")
    first = np.searchsorted(skeleton.fine[order], np.arange(len(FINE_REGIONS) + 1))
    for number, fine in enumerate(FINE_REGIONS):
        chosen = order[first[number] : first[number + 1]]
        if len(chosen) == 0:
            continue
        low, high = cells[chosen].min(0) - margin, cells[chosen].max(0) + margin + 1
        if (high <= 0).any() or (low >= fine_grid.shape).any():
            continue
        low -= low % _FINER
        high += -high % _FINER
        # The whole bone, also beyond the field: a bone cut open could not be filled.
        slices, rows, columns = (int(extent) for extent in high - low)
        box = SpectGrid((0.0, 0.0, 0.0), (slices, rows, columns), 1.0)
        surface = box.add_up(cells[chosen] - low, np.asarray(activity[chosen], np.float64))
        inside = _filled(surface > 0, fine_grid.voxel_mm, slice_by_slice=fine.name.startswith(_CUT_ACROSS))
        own = _with_spongy_inside(surface, inside, _share_of(fine.name), fine_grid.voxel_mm)
        top, bottom = low // _FINER, high // _FINER
        window = tuple(
            slice(max(int(a), 0), min(int(b), extent)) for a, b, extent in zip(top, bottom, grid.shape, strict=True)
        )
        part = tuple(slice(w.start - int(a), w.stop - int(a)) for w, a in zip(window, top, strict=True))
        yield (
            fine,
            (window[0], window[1], window[2]),
            _summed(own)[part].astype(np.float32),
            (_summed(inside.astype(np.float32)) / _FINER**3)[part],
        )


def _share_of(name: str) -> float:
    return next((share for beginning, share in _SPONGY_SHARE.items() if name.startswith(beginning)), 0.0)


def _filled(surface: np.ndarray, cell_mm: float, slice_by_slice: bool) -> np.ndarray:
    from scipy.ndimage import binary_dilation, binary_erosion, binary_fill_holes

    steps = max(round(_CLOSED_MM / 2 / cell_mm), 1)
    grown = binary_fill_holes(binary_dilation(surface, iterations=steps))
    if slice_by_slice:
        grown = np.stack([binary_fill_holes(each) for each in grown])
    return np.asarray(binary_erosion(grown, iterations=steps) | surface)


def _with_spongy_inside(surface: np.ndarray, inside: np.ndarray, share: float, cell_mm: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    if share <= 0:
        return surface
    sigma = _SPREAD_MM / cell_mm
    # Uptake over bone, both smoothed: so much of it in every cell of the bone, wherever its points are.
    carried = gaussian_filter(surface, sigma, mode="constant", truncate=2.5)
    carried /= np.maximum(gaussian_filter(inside.astype(np.float32), sigma, mode="constant", truncate=2.5), 1e-6)
    carried *= inside
    total = float(carried.sum())
    return surface if total <= 0 else (1 - share) * surface + np.float32(share * float(surface.sum()) / total) * carried


def _summed(cells: np.ndarray) -> np.ndarray:
    slices, rows, columns = (extent // _FINER for extent in cells.shape)
    return cells.reshape(slices, _FINER, rows, _FINER, columns, _FINER).sum((1, 3, 5))
