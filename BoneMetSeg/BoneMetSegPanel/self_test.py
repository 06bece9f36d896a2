"""What the module tests of itself inside Slicer ("Reload and Test", ctest), with nothing but what is installed.

Each test takes the running ``ScriptedLoadableModuleTest`` and finds an empty scene.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from BoneMetSegLib.bundle import default_bundle
from BoneMetSegLib.burden import burden_of
from BoneMetSegLib.concordance import Concordance
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import SPECT_VIEW, AnyView, PlanarScan, Scan, SpectView
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.scene_scan import scan_of_volumes
from BoneMetSegLib.segmentation import CLASSES, Segmentation, ViewMaps

from .dependencies import PACKAGES, TORCH, missing_packages
from .sample_data import load_planar_sample, load_spect_sample

# The left distal femur in the planar sample (of planar views A means nothing) and the left ilium in the SPECT sample:
# R, A and S in mm.
_LEFT_FEMUR_MM, _LEFT_ILIUM_MM, _HALF_SIZE_MM = (-85.0, 0.0, -230.0), (-118.0, 62.0, 933.0), 12.0
_BONES = {"planar": ("femur", _LEFT_FEMUR_MM), "spect": ("pelvis", _LEFT_ILIUM_MM)}


def sample_is_recognised(test: Any) -> None:
    """The sample case is read back from its volumes, both views, the left on the left."""
    nodes = load_planar_sample()
    scan = scan_of_volumes([nodes.volumes["anterior"]])
    test.assertIsInstance(scan, PlanarScan)
    test.assertEqual(set(scan.views), {"anterior", "posterior"})
    for view in scan.views.values():
        mask = _box(view, _LEFT_FEMUR_MM)
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


def reader_reviews_a_volume(test: Any) -> None:
    """A hot spot of the left ilium is a segment at the left of the sample volume; burden follows its reader."""
    nodes = load_spect_sample()
    scan = scan_of_volumes([nodes.volumes[SPECT_VIEW]])
    review = SceneReview.begin(
        painted_case(scan), scene=slicer.mrmlScene, volumes=nodes.volumes, report_node=nodes.text
    )
    review.on_change = review.show
    (spot,) = review.case.hot_spots
    test.assertEqual((spot.region, spot.side), ("pelvis", "left"))
    segmentation = review.nodes.segmentations[SPECT_VIEW]
    middle_mm = segmentation.GetSegmentCenterRAS(spot.segment_id(SPECT_VIEW))
    test.assertLess(float(np.abs(np.subtract(middle_mm, _LEFT_ILIUM_MM)).max()), 5.0)
    test.assertGreater(review.case.burden.lesion_volume_ml, 0)
    review.session.reject(spot.id)
    test.assertEqual(review.case.burden.lesion_volume_ml, 0)
    test.assertFalse(segmentation.GetDisplayNode().GetSegmentVisibility(spot.segment_id(SPECT_VIEW)))
    review.session.undo()
    test.assertTrue(segmentation.GetDisplayNode().GetSegmentVisibility(spot.segment_id(SPECT_VIEW)))


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


def volume_is_segmented(test: Any) -> None:
    """The sample volume is segmented with its report in the worker's own Python."""
    missing = missing_packages((TORCH, *PACKAGES))
    if missing:
        test.delayDisplay(f"Segmentation is not tested: {', '.join(missing)} not installed.")
        return
    if not default_bundle("spect").is_dir():
        test.delayDisplay("No volume is segmented: this installation has no model for SPECT.")
        return
    from BoneMetSeg import BoneMetSegLogic

    nodes = load_spect_sample()
    review = BoneMetSegLogic().segment([nodes.volumes[SPECT_VIEW]], reportText=nodes.text.GetText(), device="cpu")
    test.assertEqual(review.nodes.volumes[SPECT_VIEW].GetID(), nodes.volumes[SPECT_VIEW].GetID())
    # What is found is for the weights; a hip bone lies beside the midline, on the side that its name says.
    for spot in review.case.hot_spots:
        if spot.region == "pelvis":
            segment_id = spot.segment_id(SPECT_VIEW)
            r_mm = review.nodes.segmentations[SPECT_VIEW].GetSegmentCenterRAS(segment_id)[0]
            test.assertEqual(spot.side, "left" if r_mm < 0 else "right")


TESTS = (
    sample_is_recognised,
    spect_is_recognised,
    reader_reviews_a_case,
    reader_reviews_a_volume,
    scan_is_segmented,
    volume_is_segmented,
)


def painted_case(scan: Scan) -> Case:
    """Return a case of one metastasis, found in painted maps: no network is needed for it.

    It lies in the left femur of a planar scan, in the left hip bone of a volume.
    """
    region, place_mm = _BONES[scan.kind]
    segmentation = Segmentation(
        {name: _painted_maps(view, region, place_mm) for name, view in scan.views.items()},
        model={"name": "painted", "version": "0", "sha256": "0" * 64},
        thresholds={"foreground": 0.5, "accept": 0.5, "min_area_mm2": 60.0, "min_volume_ml": 1.0},
        device="none",
    )
    spots = find_hot_spots(scan, segmentation, None)
    burden = burden_of(scan, segmentation, spots)
    return Case(scan, None, segmentation, spots, burden, Concordance(), quality_flags(scan, hot_spots=spots))


def _painted_maps(view: AnyView, region: str, place_mm: tuple[float, float, float]) -> ViewMaps:
    focus = _box(view, place_mm)
    shape = view.counts.shape
    classes = np.zeros((len(CLASSES), *shape), np.float32)
    classes[0] = ~focus
    classes[CLASSES.index("metastasis")] = 0.9 * focus
    skeleton = np.full((len(SKELETON_CHANNELS), *shape), 0.01, np.float32)
    skeleton[channel_index(region, "left")][_box(view, place_mm, 3 * _HALF_SIZE_MM)] = 0.95
    level = np.zeros(shape, np.float32)
    return ViewMaps(classes, None, skeleton, level, level)


def _box(view: AnyView, place_mm: tuple[float, float, float], half_size_mm: float = _HALF_SIZE_MM) -> np.ndarray:
    """Return the pixels or voxels within a box around a place in RAS, from the view's own matrix."""
    shape = view.counts.shape
    index = np.indices(shape)[::-1]  # columns, rows and, of a volume, slices
    to_ras = view.ijk_to_ras
    axes = range(3) if isinstance(view, SpectView) else (0, 2)  # a planar view has no depth
    inside = np.ones(shape, bool)
    for axis in axes:
        along = sum(to_ras[axis, n] * one for n, one in enumerate(index)) + to_ras[axis, 3]
        inside &= np.abs(along - place_mm[axis]) < half_size_mm
    return inside
