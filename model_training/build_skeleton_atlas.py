"""``python -m model_training.build_skeleton_atlas DATA``: the mean anatomy of simulated patients.

Each patient's true bones, and the square root of the counts, are brought onto one grid by heights that all have (top of
the skull, borders of the parts of the spine, lower end of pelvis, knees and feet; linear between them) and by the width
of the pelvis, both views in anterior order, and averaged. Written is an npz of a few hundred kB.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy import ndimage

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.skeleton_atlas import ATLAS_SHAPE, HEIGHTS_MM, PELVIS_WIDTH_MM, PIXEL_MM, heights_of, pelvis_of
from model_training.case_lists import cases_of
from model_training.simulator.case import SimulatedCase
from model_training.simulator.case_files import load_case

_LEAST_PATIENTS = 5


def main(arguments: list[str] | None = None) -> int:
    """Build the atlas; 0 done, 2 input that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m model_training.build_skeleton_atlas", description=main.__doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="planar cases made by simulate")
    parser.add_argument("--cases", type=int, default=60, metavar="N", help="training patients to average (default: 60)")
    parser.add_argument("--out", type=Path, default=resource_path("Atlas") / "planar_skeleton_v1.npz", metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        cases = cases_of(options.data, "training")[: options.cases]
        used = build([load_case(path) for path in cases], options.out)
    except InputError as error:
        sys.stderr.write(f"build_skeleton_atlas: {error}\n")
        return 2
    sys.stdout.write(f"{options.out.name}: mean of {used} simulated patients, {options.out.stat().st_size} bytes\n")
    return 0


def build(cases: list[SimulatedCase], out: Path) -> int:
    """Average cases into a file; return how many had all landmarks.

    Raises
    ------
    InputError
        Too few have them.
    """
    bones = {view: np.zeros((len(SKELETON_CHANNELS), *ATLAS_SHAPE)) for view in VIEWS}
    counts = {view: np.zeros(ATLAS_SHAPE) for view in VIEWS}
    used = 0
    for case in cases:
        maps = {view: _anterior(case.skeleton[view], view) for view in VIEWS}
        pixel_mm = 2 * case.pixel_size_mm
        heights, pelvis = heights_of(maps["posterior"], pixel_mm), pelvis_of(maps["posterior"], pixel_mm)
        if pelvis is None or len(heights) < len(HEIGHTS_MM):
            continue
        used += 1
        at = _grid_points(heights, *pelvis) / pixel_mm
        for view in VIEWS:
            image = np.sqrt(ndimage.gaussian_filter(_anterior(case.counts[view], view).astype(np.float32), 2)[::2, ::2])
            counts[view] += _sampled(image, at) / max(float(np.percentile(image, 99)), 1e-6)
            for index in range(len(SKELETON_CHANNELS)):
                bones[view][index] += _sampled(maps[view][index].astype(np.float32), at)
    if used < _LEAST_PATIENTS:
        raise InputError(f"{used} patients show head to feet; an atlas needs at least {_LEAST_PATIENTS}")
    out.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"{view}_bones": np.round(255 * bones[view] / used).astype(np.uint8) for view in VIEWS}
    arrays |= {
        f"{view}_counts": np.round(200 * np.clip(counts[view] / used, 0, 1.27)).astype(np.uint8) for view in VIEWS
    }
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return used


def _anterior(image: np.ndarray, view: str) -> np.ndarray:
    return image if view == "anterior" else image[..., ::-1]


def _grid_points(heights: dict[str, float], middle_mm: float, width_mm: float) -> np.ndarray:
    """Return (row, column) in mm of the patient for each pixel of the atlas, ``(2, *ATLAS_SHAPE)``."""
    names = list(HEIGHTS_MM)
    rows = np.interp(
        np.arange(ATLAS_SHAPE[0]) * PIXEL_MM, [HEIGHTS_MM[name] for name in names], [heights[name] for name in names]
    )
    columns = middle_mm + (np.arange(ATLAS_SHAPE[1]) - ATLAS_SHAPE[1] / 2) * PIXEL_MM * width_mm / PELVIS_WIDTH_MM
    return np.stack(np.meshgrid(rows, columns, indexing="ij"))


def _sampled(image: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.asarray(ndimage.map_coordinates(image, at, order=1, mode="constant"))


if __name__ == "__main__":
    sys.exit(main())
