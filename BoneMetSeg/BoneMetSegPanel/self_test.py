"""What the module tests of itself inside Slicer ("Reload and Test", ctest), with nothing but what is installed.

Each test takes the running ``ScriptedLoadableModuleTest`` and finds an empty scene.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.concordance import Concordance
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import PlanarScan, PlanarView
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.scene_scan import scan_of_volumes
from BoneMetSegLib.segmentation import CLASSES, Segmentation, ViewMaps

from .dependencies import PACKAGES, TORCH, missing_packages
from .sample_data import load_planar_sample, load_spect_sample

# The left distal femur in the sample case, RAS in mm, and a place at the same height on the right: where to look.
_LEFT_FEMUR_R_MM, _FEMUR_S_MM, _HALF_SIZE_MM = -85.0, -230.0, 12.0


def sample_is_recognised(test: Any) -> None:
    """The sample case is read back from its volumes, both views, the left on the left."""
    nodes = load_planar_sample()
    scan = scan_of_volumes([nodes.volumes["anterior"]])
    test.assertIsInstance(scan, PlanarScan)
    test.assertEqual(set(scan.views), {"anterior", "posterior"})
    for view in scan.views.values():
        mask = _box(view, _LEFT_FEMUR_R_MM, _FEMUR_S_MM)
        column = float(np.nonzero(mask)[1].mean())
        middle = (view.counts.shape[1] - 1) / 2
        test.assertEqual(column > middle, view.view == "anterior")
    test.assertTrue(nodes.text.GetText())


def spect_is_recognised(test: Any) -> None:
    """The sample SPECT volume keeps its quantity and lies in the body as it was reconstructed."""
    nodes = load_spect_sample()
    scan = scan_of_volumes([nodes.volumes["spect"]])
    test.assertEqual(scan.kind, "spect")
    test.assertEqual(scan.quantity, "SUVbw")
    test.assertEqual(scan.voxels.shape, (79, 128, 128))


def reader_reviews_a_case(test: Any) -> None:
    """Accept, reject and undo change table, segments and burden at once."""
    nodes = load_planar_sample()
    scan = scan_of_volumes([nodes.volumes["anterior"]])
    review = SceneReview.begin(
        painted_case(scan), scene=slicer.mrmlScene, volumes=nodes.volumes, report_node=nodes.text
    )
    review.on_change = review.show
    (spot,) = review.case.hot_spots
    test.assertEqual((spot.region, spot.side), ("femur", "left"))
    test.assertEqual(review.case.burden.lesion_count, 1)
    test.assertEqual(review.nodes.table.GetNumberOfRows(), 1)
    review.session.reject(spot.id)
    test.assertEqual(review.case.burden.lesion_count, 0)
    for view, segmentation in review.nodes.segmentations.items():
        test.assertFalse(segmentation.GetDisplayNode().GetSegmentVisibility(spot.segment_id(view)))
    review.session.undo()
    test.assertEqual(review.case.burden.lesion_count, 1)
    for view, segmentation in review.nodes.segmentations.items():
        test.assertTrue(segmentation.GetDisplayNode().GetSegmentVisibility(spot.segment_id(view)))


def scan_is_segmented(test: Any) -> None:
    """The sample case is segmented with its report in the worker's own Python."""
    missing = missing_packages((TORCH, *PACKAGES))
    if missing:
        test.delayDisplay(f"Segmentation is not tested: {', '.join(missing)} not installed.")
        return
    from BoneMetSeg import BoneMetSegLogic

    nodes = load_planar_sample()
    review = BoneMetSegLogic().segment(list(nodes.volumes.values()), reportText=nodes.text.GetText(), device="cpu")
    lesions = [spot for spot in review.case.hot_spots if spot.accepted and spot.hot_spot_class == "metastasis"]
    # The sample's patient has lesions about the left hip, in the trochanter and the wing; none about the right one.
    hips = [spot.side for spot in lesions if spot.region in ("femur", "pelvis")]
    test.assertIn("left", hips)
    test.assertNotIn("right", hips)
    test.assertEqual(review.case.burden.lesion_count, len(lesions))
    test.assertEqual(review.nodes.volumes["anterior"].GetID(), nodes.volumes["anterior"].GetID())


TESTS = (sample_is_recognised, spect_is_recognised, reader_reviews_a_case, scan_is_segmented)


def painted_case(scan: PlanarScan) -> Case:
    """Return a case of one metastasis in the left femur, found in painted maps: no network is needed for it."""
    segmentation = Segmentation(
        {name: _painted_maps(view) for name, view in scan.views.items()},
        model={"name": "painted", "version": "0", "sha256": "0" * 64},
        thresholds={"foreground": 0.5, "accept": 0.5, "min_area_mm2": 60.0},
        device="none",
    )
    spots = find_hot_spots(scan, segmentation, None)
    burden = measure_burden(scan, segmentation, spots)
    return Case(scan, None, segmentation, spots, burden, Concordance(), quality_flags(scan, hot_spots=spots))


def _painted_maps(view: PlanarView) -> ViewMaps:
    focus = _box(view, _LEFT_FEMUR_R_MM, _FEMUR_S_MM)
    shape = view.counts.shape
    classes = np.zeros((len(CLASSES), *shape), np.float32)
    classes[0] = ~focus
    classes[CLASSES.index("metastasis")] = 0.9 * focus
    skeleton = np.full((len(SKELETON_CHANNELS), *shape), 0.01, np.float32)
    skeleton[channel_index("femur", "left")][_box(view, _LEFT_FEMUR_R_MM, _FEMUR_S_MM, 3 * _HALF_SIZE_MM)] = 0.95
    level = np.zeros(shape, np.float32)
    return ViewMaps(classes, None, skeleton, level, level)


def _box(view: PlanarView, r_mm: float, s_mm: float, half_size_mm: float = _HALF_SIZE_MM) -> np.ndarray:
    """Return the pixels within a square around a place, from the view's own matrix."""
    row, column = np.mgrid[: view.counts.shape[0], : view.counts.shape[1]]
    at = view.ijk_to_ras
    across, along = at[0, 0] * column + at[0, 3] - r_mm, at[2, 1] * row + at[2, 3] - s_mm
    return np.asarray((np.abs(across) < half_size_mm) & (np.abs(along) < half_size_mm))
