"""A thorax as SPECT would show it, with one focus at the patient's left: for pictures and tests, never for training."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from BoneMetSegLib.scan import SpectScan
from model_training.simulator.clinic import default_clinic
from model_training.simulator.patient import draw_patient
from model_training.simulator.skeleton_analytic import analytic_skeleton
from model_training.simulator.uptake import normal_activity

VOXEL_MM = 4.8
SIZE = (84, 60, 96)  # slices, rows, columns
_BLUR_MM = 5.5
_FOCUS_RADIUS_MM = 14.0


def invented_spect(seed: int = 4) -> tuple[SpectScan, np.ndarray]:
    """Return a volume and the place of its hottest focus in RAS, in mm."""
    rng = np.random.default_rng(seed)
    skeleton, clinic = analytic_skeleton(rng), default_clinic()
    activity = normal_activity(skeleton, draw_patient(rng, clinic), rng, clinic)
    neck = skeleton.landmarks["neck"]
    middle = np.array([neck[0], skeleton.points_mm[:, 1].mean(), neck[2] - 150.0])
    bones = skeleton.points_mm - middle
    ijk_to_ras = np.diag([-VOXEL_MM, -VOXEL_MM, VOXEL_MM, 1.0])
    extent = np.array(SIZE[::-1]) * VOXEL_MM
    ijk_to_ras[:3, 3] = (np.array([1, 1, -1]) * (extent - VOXEL_MM)) / 2
    focus = _nearest(bones, np.array([-95.0, 20.0, -40.0]))
    activity = activity * np.where(np.linalg.norm(bones - focus, axis=1) < _FOCUS_RADIUS_MM, 20.0, 1.0)
    index = np.rint((bones - ijk_to_ras[:3, 3]) / np.diag(ijk_to_ras)[:3]).astype(int)[:, ::-1]
    inside = ((index >= 0) & (index < SIZE)).all(axis=1)
    voxels = np.zeros(SIZE)
    np.add.at(voxels, tuple(index[inside].T), activity[inside])
    voxels = ndimage.gaussian_filter(voxels, _BLUR_MM / VOXEL_MM)
    counts = rng.poisson(voxels / np.percentile(voxels[voxels > 0], 99) * 80 + 1.0).astype(np.float32)
    return SpectScan(counts, ijk_to_ras, "counts", "invented"), focus


def _nearest(points: np.ndarray, place: np.ndarray) -> np.ndarray:
    return points[np.argmin(np.linalg.norm(points - place, axis=1))]
