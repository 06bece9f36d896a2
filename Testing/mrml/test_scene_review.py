"""A case under review in the scene: edits come back, the scene follows, a saved scene restores the case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.review_session import ReviewSession
from Testing.library.synthetic_case import BLADDER, L3, LEFT_FEMUR, RIGHT_FEMUR, a_case

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")

from BoneMetSegLib.hot_spot_segments import hot_spot_segments  # noqa: E402
from BoneMetSegLib.scene import build_scene  # noqa: E402
from BoneMetSegLib.scene_boot import mrml  # noqa: E402
from BoneMetSegLib.scene_outlines import outlines_in_scene  # noqa: E402
from BoneMetSegLib.scene_refresh import refresh_scene, show_segments  # noqa: E402
from BoneMetSegLib.scene_segments import add_segment, mask_of_segment  # noqa: E402
from BoneMetSegLib.scene_store import (  # noqa: E402
    nodes_of_case,
    restored_case,
    store_case,
    stored_cases,
    update_stored_case,
)

REPORT = parse_report("诊断意见：左侧股骨骨转移。", "text")


@pytest.fixture(params=[False, True], ids=["as acquired", "mirrored posterior"])
def case(request):
    foci = [replace(LEFT_FEMUR, report={"metastasis": 0.95}), RIGHT_FEMUR, L3, BLADDER]
    return a_case(foci, report=REPORT, mirrored=request.param)


@pytest.fixture
def nodes(case):
    with build_scene(case.scan, case.hot_spots, REPORT.text) as nodes:
        yield nodes


def ids(case):
    return [spot.id for spot in case.hot_spots]


def test_outlines_come_back_from_the_scene_pixel_by_pixel(case, nodes):
    outlines = outlines_in_scene(case.scan, nodes.segmentations, ids(case))
    assert outlines.drawn == {"anterior": [], "posterior": []}
    for spot in case.hot_spots:
        for view, shown in spot.views.items():
            np.testing.assert_array_equal(outlines.of_hot_spots[spot.id][view], shown.mask)


def test_an_outline_edited_on_another_grid_comes_back_on_the_acquired_one(case, nodes):
    """Slicer may hold an edited labelmap with a smaller extent."""
    spot = case.hot_spots[0]
    segmentation = nodes.segmentations["anterior"].GetSegmentation()
    labelmap = slicer.vtkOrientedImageData()
    nodes.segmentations["anterior"].GetBinaryLabelmapRepresentation(spot.segment_id("anterior"), labelmap)
    rows, columns = np.nonzero(spot.views["anterior"].mask)
    small = slicer.vtkOrientedImageData()
    padding = [int(columns.min()), int(columns.max()), int(rows.min()), int(rows.max()), 0, 0]
    slicer.vtkOrientedImageDataResample.CopyImage(labelmap, small, padding)
    segmentation.GetSegment(spot.segment_id("anterior")).AddRepresentation("Binary labelmap", small)
    outlines = outlines_in_scene(case.scan, nodes.segmentations, ids(case))
    np.testing.assert_array_equal(outlines.of_hot_spots[spot.id]["anterior"], spot.views["anterior"].mask)


def test_a_segment_drawn_by_a_reader_is_a_drawn_outline(case, nodes):
    mask = np.zeros(case.scan.views["posterior"].counts.shape, bool)
    mask[100:104, 60:64] = True
    template = hot_spot_segments(case.hot_spots, "posterior")[0]
    add_segment(
        nodes.segmentations["posterior"].GetSegmentation(),
        replace(template, id="Segment_1", mask=mask),
        case.scan.views["posterior"],
    )
    outlines = outlines_in_scene(case.scan, nodes.segmentations, ids(case))
    (drawn,) = outlines.drawn["posterior"]
    np.testing.assert_array_equal(drawn, mask)


def test_the_scene_follows_decisions_and_their_undo(case, nodes):
    session = ReviewSession(case)
    left = next(spot for spot in case.hot_spots if spot.side == "left")
    display = nodes.segmentations["anterior"].GetDisplayNode()
    assert display.GetSegmentVisibility(left.segment_id("anterior"))
    session.reject(left.id)
    refresh_scene(nodes, session.case)
    segment = nodes.segmentations["anterior"].GetSegmentation().GetSegment(left.segment_id("anterior"))
    assert not display.GetSegmentVisibility(left.segment_id("anterior"))
    tag = slicer_tag(segment, "BoneMetSeg.Accepted")
    assert tag == "no"
    row = nodes.table.GetTable().GetColumnByName("accepted").GetValue(case.hot_spots.index(left))
    assert row == "no"
    session.undo()
    refresh_scene(nodes, session.case)
    assert display.GetSegmentVisibility(left.segment_id("anterior"))
    assert nodes.table.GetNumberOfRows() == len(case.hot_spots)


def slicer_tag(segment, name):
    from vtkmodules.vtkCommonCore import reference

    value = reference("")
    assert segment.GetTag(name, value)
    return str(value)


def test_outlines_that_are_undone_come_back_in_the_scene(case, nodes):
    session = ReviewSession(case)
    spot = case.hot_spots[0]
    segmentation = nodes.segmentations["anterior"]
    segmentation.GetSegmentation().RemoveSegment(spot.segment_id("anterior"))
    session.redraw(outlines_in_scene(case.scan, nodes.segmentations, ids(case)))
    assert "anterior" not in session.hot_spot(spot.id).views
    session.undo()
    refresh_scene(nodes, session.case)
    view = case.scan.views["anterior"]
    np.testing.assert_array_equal(
        mask_of_segment(segmentation, spot.segment_id("anterior"), view), spot.views["anterior"].mask
    )


def test_hidden_hot_spots_can_be_shown_on_request(case, nodes):
    bladder = next(spot for spot in case.hot_spots if spot.region == "bladder")
    display = nodes.segmentations["anterior"].GetDisplayNode()
    assert not display.GetSegmentVisibility(bladder.segment_id("anterior"))
    show_segments(nodes.segmentations["anterior"], case.hot_spots, "anterior", also={bladder.id})
    assert display.GetSegmentVisibility(bladder.segment_id("anterior"))


def test_a_case_stored_in_the_scene_is_restored_with_its_review(case, nodes):
    case_node = store_case(nodes, case, "Bone scan")
    session = ReviewSession(case, "Dr. Reader")
    session.reject(case.hot_spots[0].id)
    update_stored_case(case_node, session.case)
    assert stored_cases(nodes.scene) == [case_node]
    back = restored_case(case_node)
    assert [(spot.id, spot.accepted, spot.edited_by) for spot in back.hot_spots] == [
        (spot.id, spot.accepted, spot.edited_by) for spot in session.case.hot_spots
    ]
    assert back.burden == session.case.burden
    assert back.report.text == REPORT.text
    assert back.scan.identity == case.scan.identity
    assert back.scan.views["posterior"].mirrored == case.scan.views["posterior"].mirrored
    assert nodes_of_case(case_node).volumes == nodes.volumes
    for node in (case_node.GetNodeReference("maps"), case_node):
        nodes.scene.RemoveNode(node)


def test_a_stored_case_is_in_the_scenes_own_file_as_slicers_dialog_saves_no_files_of_hidden_nodes(case, nodes):
    case_node = store_case(nodes, case, "Bone scan")
    hidden = (case_node, case_node.GetNodeReference("maps"))
    for node in hidden:
        assert "\t" not in node.GetText()
        assert node.AddDefaultStorageNode()  # as for a bundle
        assert node.GetStorageNode() is None
        node.SetForceCreateStorageNode(node.CreateStorageNodeAlways)  # as an earlier bundle left it
        node.AddDefaultStorageNode()
        assert node.GetStorageNode() is not None
    assert restored_case(case_node).burden == case.burden
    for node in hidden:
        assert node.GetStorageNode() is None
        assert not node.GetDefaultStorageNodeClassName()
        nodes.scene.RemoveNode(node)


def test_a_stored_case_whose_segmentation_was_deleted_says_so(case):
    nodes = build_scene(case.scan, case.hot_spots, None)
    case_node = store_case(nodes, case, "Bone scan")
    nodes.remove()
    with pytest.raises(InputError, match="was deleted from the scene"):
        restored_case(case_node)
    for node in (case_node.GetNodeReference("maps"), case_node):
        mrml().scene.RemoveNode(node)


def test_a_stored_case_that_is_damaged_says_so(case, nodes):
    case_node = store_case(nodes, case, "Bone scan")
    maps = case_node.GetNodeReference("maps")
    good = maps.GetText()
    for node, text in ((maps, "no base64 §"), (maps, "AAAA"), (case_node, "{")):
        maps.SetText(good)
        node.SetText(text)
        with pytest.raises(InputError, match="damaged"):
            restored_case(case_node)
    for node in (maps, case_node):
        nodes.scene.RemoveNode(node)
