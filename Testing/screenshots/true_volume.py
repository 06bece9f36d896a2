"""A finished case of a simulated SPECT volume, its maps the simulator's truth: for pictures, whatever the weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from BoneMetSegLib.burden import burden_of
from BoneMetSegLib.concordance import compare_report
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import SpectScan, ras_from_lps
from BoneMetSegLib.segmentation import CLASSES, Segmentation, ViewMaps
from model_training.simulator.spect import SimulatedSpect
from model_training.simulator.spect_truth import LEVEL_SCALE, unpack_skeleton

_MODEL = {"name": "simulator's truth", "version": "-", "sha256": "0" * 64}
_THRESHOLDS = {"foreground": 0.5, "accept": 0.5, "min_volume_ml": 0.5}
# A network is as sure of a focus as this, and of what is none.
_SURE = 0.9


def true_case(scan: SpectScan, spect: SimulatedSpect, report_text: str) -> Case:
    """Return the case that a network without a fault would make of a scan.

    Parameters
    ----------
    scan : SpectScan
        Of ``spect``, with its voxels in the order in which they were simulated.
    """
    # Columns run to the patient's left, rows to the back, slices up.
    to_lps = np.diag([spect.voxel_mm, spect.voxel_mm, spect.voxel_mm, 1.0])
    to_lps[:3, 3] = spect.first_voxel_lps_mm
    if scan.voxels.shape != spect.voxels.shape or not np.allclose(scan.ijk_to_ras, ras_from_lps(to_lps), atol=0.1):
        raise ValueError("the scan is of another volume, or stored in another order")
    classes = np.zeros((len(CLASSES), *spect.voxels.shape), np.float32)
    for index in range(1, len(CLASSES)):
        classes[index] = _SURE * (spect.class_map == index)
    classes[0] = 1 - classes.sum(0)
    levels = [_everywhere(level / np.float32(LEVEL_SCALE)) for level in (spect.spine_level, spect.rib_level)]
    maps = ViewMaps(classes, None, unpack_skeleton(spect.skeleton).astype(np.float32), *levels)
    report = parse_report(report_text)
    segmentation = Segmentation(
        {"spect": replace(maps, with_report=maps.image_only)}, (), _MODEL, _THRESHOLDS, "cpu", {}, report_fit=_SURE
    )
    spots = find_hot_spots(scan, segmentation, report)
    return Case(
        scan,
        report,
        segmentation,
        spots,
        burden_of(scan, segmentation, spots),
        compare_report(report, segmentation, spots),
        quality_flags(scan, hot_spots=spots, segmentation=segmentation),
    )


def _everywhere(level: np.ndarray) -> np.ndarray:
    """Return the level of the nearest bone at each voxel: a network gives one there too, the truth has 0."""
    if not level.any():
        return level
    nearest = ndimage.distance_transform_edt(level == 0, return_distances=False, return_indices=True)
    return np.asarray(level[tuple(nearest)])
