"""A click on a hot spot centres the views and brings its segment out, and the next click puts it back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_focus import bring_out, centre_on, place_of
from BoneMetSegLib.scene_layouts import show_planar
from BoneMetSegLib.scene_link import ViewLink, centre_of_view
from BoneMetSegLib.scene_segments import describe_segment
from Testing.mrml.test_mrb import read_mrb  # noqa: F401 (a fixture)

pytest.importorskip("slicer", reason="slicer-core is not installed")


@pytest.fixture
def nodes(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, None) as built:
        yield built


def display(nodes, view="anterior"):
    return nodes.segmentations[view].GetDisplayNode()


def test_a_left_rib_is_centred_at_the_patients_left_in_both_views(nodes, some_hot_spots):
    views = show_planar(nodes)
    place = centre_on(nodes, some_hot_spots[0], views)
    # Rows 40-45 of 120 at 2.5 mm, columns 38-43 of 60 at 2 mm, the patient's right at column 0.
    assert place[[0, 2]] == pytest.approx([-(41 - 30) * 2.0, (60 - 43) * 2.5])
    for view, plane in (("anterior", 100), ("posterior", -100)):
        assert centre_of_view(views[view]) == pytest.approx([-22, plane, 42.5])


def test_a_focus_seen_from_one_side_centres_the_other_view_at_the_same_place(nodes, some_hot_spots):
    views = show_planar(nodes)
    femur = some_hot_spots[2]
    assert list(femur.views) == ["anterior"]
    with ViewLink(views):
        centre_on(nodes, femur, views)
    front, back = centre_of_view(views["anterior"]), centre_of_view(views["posterior"])
    assert front[0] > 0, "the patient's right"
    assert front[[0, 2]] == pytest.approx(back[[0, 2]])
    assert back[1] == pytest.approx(-100)


def test_the_segment_is_brought_out_and_the_one_before_is_put_back(nodes, some_hot_spots):
    rib, benign = some_hot_spots[:2]
    bring_out(nodes, rib)
    for view in ("anterior", "posterior"):
        fills = [display(nodes, view).GetSegmentOpacity2DFill(spot.segment_id(view)) for spot in (rib, benign)]
        assert fills[0] > 2 * fills[1]
        outlines = [display(nodes, view).GetSegmentOpacity2DOutline(spot.segment_id(view)) for spot in (rib, benign)]
        assert outlines[0] > outlines[1]
    bring_out(nodes, benign)
    assert display(nodes).GetSegmentOpacity2DFill("H01_anterior") == pytest.approx(0.25)
    bring_out(nodes, None)
    for segment_id in ("H01_anterior", "H02_anterior"):
        assert display(nodes).GetSegmentOpacity2DFill(segment_id) == pytest.approx(0.25)
        assert display(nodes).GetSegmentOpacity2DOutline(segment_id) == 1
    assert nodes.segmentations["anterior"].GetAttribute("BoneMetSeg.Selected") is None


@pytest.mark.parametrize("number", [2, 3], ids=["rejected", "physiological"])
def test_a_hidden_one_is_seen_as_long_as_it_is_selected(nodes, some_hot_spots, number):
    hidden, segment_id = some_hot_spots[number], some_hot_spots[number].segment_id("anterior")
    assert not display(nodes).GetSegmentVisibility(segment_id)
    bring_out(nodes, hidden)
    bring_out(nodes, hidden)  # a second click
    assert display(nodes).GetSegmentVisibility(segment_id)
    bring_out(nodes, some_hot_spots[0])
    assert not display(nodes).GetSegmentVisibility(segment_id)


def test_one_accepted_while_it_is_selected_stays(nodes, some_hot_spots, a_scan):
    from BoneMetSegLib.hot_spot_segments import hot_spot_segments

    rejected = some_hot_spots[2]
    bring_out(nodes, rejected)
    segment = nodes.segmentations["anterior"].GetSegmentation().GetSegment("H03_anterior")
    describe_segment(segment, hot_spot_segments([replace(rejected, accepted=True)], "anterior")[0])
    bring_out(nodes, None)
    assert display(nodes).GetSegmentVisibility("H03_anterior")


def test_one_deleted_while_it_is_selected_troubles_nobody(nodes, some_hot_spots):
    bring_out(nodes, some_hot_spots[0])
    nodes.segmentations["anterior"].GetSegmentation().RemoveSegment("H01_anterior")
    bring_out(nodes, some_hot_spots[1])
    bring_out(nodes, some_hot_spots[0])
    bring_out(nodes, None)


def test_a_segment_drawn_anew_looks_like_the_others_and_can_be_selected(nodes, some_hot_spots, a_scan):
    from BoneMetSegLib.scene_refresh import _refresh_segments

    rib = some_hot_spots[0]
    wider = np.roll(rib.views["anterior"].mask, 3, axis=0)
    changed = replace(rib, views={**rib.views, "anterior": replace(rib.views["anterior"], mask=wider)})
    bring_out(nodes, rib)
    _refresh_segments(nodes.segmentations["anterior"], [changed, *some_hot_spots[1:]], a_scan.views["anterior"], "en")
    bring_out(nodes, changed)
    assert display(nodes).GetSegmentOpacity2DFill("H01_anterior") > 0.5
    bring_out(nodes, None)
    assert display(nodes).GetSegmentOpacity2DFill("H01_anterior") == pytest.approx(0.25)


def test_the_place_follows_a_transform_of_the_volume(nodes, some_hot_spots):
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    before = place_of(nodes, some_hot_spots[2])
    transform = nodes.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtkMatrix4x4()
    matrix.SetElement(0, 3, 12.0)
    transform.SetMatrixTransformToParent(matrix)
    nodes.volumes["anterior"].SetAndObserveTransformNodeID(transform.GetID())
    assert np.subtract(place_of(nodes, some_hot_spots[2]), before) == pytest.approx([12, 0, 0])
    nodes.volumes["anterior"].SetAndObserveTransformNodeID(None)
    nodes.scene.RemoveNode(transform)


def test_a_scene_saved_during_a_selection_can_be_put_back(nodes, some_hot_spots, tmp_path, read_mrb):  # noqa: F811
    from BoneMetSegLib.scene import write_mrb
    from BoneMetSegLib.scene_nodes import SceneNodes
    from Testing.mrml.test_mrb import only

    bring_out(nodes, some_hot_spots[2])
    write_mrb(nodes, tmp_path / "scene.mrb")
    scene = read_mrb(tmp_path / "scene.mrb")
    front = only(scene, "vtkMRMLSegmentationNode", nodes.segmentations["anterior"].GetName())
    assert front.GetDisplayNode().GetSegmentVisibility("H03_anterior")
    bring_out(SceneNodes(scene, {}, {"anterior": front}, None, None, 0, 0), None)
    assert not front.GetDisplayNode().GetSegmentVisibility("H03_anterior")
    assert front.GetDisplayNode().GetSegmentOpacity2DOutline("H01_anterior") == 1
