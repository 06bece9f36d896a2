"""Two scans of a comparison in slice views of their own: each from its own side, coloured by state, gone again."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from BoneMetSegLib.followup import compare_cases
from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_boot import mrml
from BoneMetSegLib.state_colours import rgb_fraction
from Testing.library.painted_followup import LIMITS, case
from Testing.library.synthetic_case import L3, LEFT_FEMUR, RIGHT_FEMUR

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")

from BoneMetSegLib.scene_comparison import ComparisonViews  # noqa: E402
from BoneMetSegLib.scene_layouts import COMPARISON_LAYOUTS, PLANAR_LAYOUT, show_planar  # noqa: E402
from BoneMetSegLib.scene_link import centre_of_view, mm_per_screen_pixel  # noqa: E402
from BoneMetSegLib.scene_segments import mask_of_segment  # noqa: E402
from BoneMetSegLib.scene_views import composite_of, layout_node  # noqa: E402


@pytest.fixture(scope="module")
def compared():
    """The right femur's lesion resolves, one of the left femur is new."""
    before = case([L3, RIGHT_FEMUR])
    after = case([L3, LEFT_FEMUR], "20240301")
    return compare_cases([before, after], limits=LIMITS, treatment_start=dt.date(2024, 1, 5))


def nodes_of(scene):
    """Every node but those that views and layouts need for good."""
    lasting = ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode", "vtkMRMLSliceDisplayNode", "vtkMRMLLayoutNode")
    every = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    return {node.GetID() for node in every if node.GetClassName() not in lasting}


def segmentation_in(scene, slice_node):
    volume_id = composite_of(scene, slice_node).GetBackgroundVolumeID()
    for number in range(scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode")):
        node = scene.GetNthNodeByClass(number, "vtkMRMLSegmentationNode")
        if node.GetNodeReferenceID(node.GetReferenceImageGeometryReferenceRole()) == volume_id:
            return node
    raise AssertionError(volume_id)


def lesion(comparison, side):
    return next(one for one in comparison.lesions if (one.region, one.side) == ("femur", side))


def test_both_scans_stand_view_beside_view_and_go_without_trace(compared):
    with build_scene(compared.scans[1].case.scan, compared.scans[1].case.hot_spots, None) as nodes:
        scene = nodes.scene
        show_planar(nodes)
        before = nodes_of(scene)
        shown = ComparisonViews(scene, compared, (0, 1))
        assert list(shown.slice_nodes) == [(0, "anterior"), (0, "posterior"), (1, "anterior"), (1, "posterior")]
        labels = {key: node.GetLayoutLabel() for key, node in shown.slice_nodes.items()}
        assert labels[0, "anterior"] == "S1 A"
        assert labels[1, "posterior"] == "S2 P"
        assert {node.GetOrientation() for node in shown.of_scan(0).values()} == {"Anterior", "Posterior"}
        assert layout_node(scene).GetViewArrangement() == COMPARISON_LAYOUTS["anterior", "posterior"]
        scales = [mm_per_screen_pixel(node) for node in shown.slice_nodes.values()]
        assert scales == pytest.approx([scales[0]] * 4)
        shown.close()
        assert nodes_of(scene) == before
        assert layout_node(scene).GetViewArrangement() == PLANAR_LAYOUT


def test_nothing_of_the_case_itself_crosses_the_views_of_the_comparison(compared):
    """A segmentation of the scene is drawn in each view that cuts it, unless it is told which."""
    with build_scene(compared.scans[1].case.scan, compared.scans[1].case.hot_spots, None, show=False) as nodes:
        shown = ComparisonViews(nodes.scene, compared, (0, 1))
        planes = [node.GetSliceToRAS().GetElement(1, 3) for node in shown.slice_nodes.values()]
        assert len(set(np.round(planes))) == 4
        for segmentation in nodes.segmentations.values():
            bounds = [0.0] * 6
            segmentation.GetRASBounds(bounds)
            assert not [plane for plane in planes if bounds[2] - 1 <= plane <= bounds[3] + 1]
        shown.close()


def test_what_is_made_for_it_is_hidden_from_lists_and_not_saved(compared):
    scene = mrml().scene
    before = nodes_of(scene)
    shown = ComparisonViews(scene, compared, (0, 1))
    made = [scene.GetNodeByID(name) for name in nodes_of(scene) - before]
    volumes = [node for node in made if node.IsA("vtkMRMLScalarVolumeNode")]
    assert len(volumes) == 4
    others = [node for node in made if node.IsA("vtkMRMLSegmentationNode") or node.IsA("vtkMRMLTransformNode")]
    assert len(others) == 6
    for node in [*volumes, *others]:
        assert node.GetHideFromEditors()
        assert not node.GetSaveWithScene()
        assert shown.owns(node)
    shown.close()


@pytest.mark.parametrize("view", ["anterior", "posterior"])
def test_a_new_lesion_of_the_left_is_drawn_on_the_left_of_the_later_scan_alone(compared, view):
    scene = mrml().scene
    shown = ComparisonViews(scene, compared, (0, 1))
    new = lesion(compared, "left")
    later = segmentation_in(scene, shown.slice_nodes[1, view])
    segment = later.GetSegmentation().GetSegment(new.id)
    assert segment.GetColor() == pytest.approx(rgb_fraction("new"))
    of_scan = compared.scans[1].case.scan.views[view]
    mask = mask_of_segment(later, new.id, of_scan)
    rows, columns = np.nonzero(mask)
    right_mm = (of_scan.ijk_to_ras @ (columns.mean(), rows.mean(), 0, 1))[0]
    assert right_mm < -60
    assert segmentation_in(scene, shown.slice_nodes[0, view]).GetSegmentation().GetSegment(new.id) is None
    shown.close()


def test_what_resolved_is_outlined_where_it_was_without_a_fill(compared):
    scene = mrml().scene
    shown = ComparisonViews(scene, compared, (0, 1))
    gone = lesion(compared, "right")
    later = segmentation_in(scene, shown.slice_nodes[1, "anterior"])
    assert later.GetSegmentation().GetSegment(gone.id).GetColor() == pytest.approx(rgb_fraction("resolved"))
    assert later.GetDisplayNode().GetSegmentOpacity2DFill(gone.id) == 0
    mask = mask_of_segment(later, gone.id, compared.scans[1].case.scan.views["anterior"])
    was = compared.scans[0].case.hot_spots
    area = sum(spot.views["anterior"].mask.sum() for spot in was if spot.id in gone.at[0].spots)
    assert mask.sum() == pytest.approx(area, rel=0.3)
    shown.close()


def test_all_four_views_are_centred_on_a_lesion_also_where_it_is_not(compared):
    scene = mrml().scene
    shown = ComparisonViews(scene, compared, (0, 1))
    for side, sign in (("left", -1), ("right", 1)):
        shown.centre_on(lesion(compared, side))
        for node in shown.slice_nodes.values():
            right_mm, _, height_mm = centre_of_view(node)
            assert sign * right_mm == pytest.approx(80, abs=15)
            assert height_mm == pytest.approx(-100, abs=15)
    shown.close()


def test_a_scan_without_a_posterior_view_leaves_its_place_empty():
    before = case([L3], views=("anterior",))
    comparison = compare_cases([before, case([L3], "20240301", views=("anterior",))], limits=LIMITS)
    shown = ComparisonViews(mrml().scene, comparison, (0, 1))
    assert layout_node(mrml().scene).GetViewArrangement() == COMPARISON_LAYOUTS["anterior",]
    assert list(shown.slice_nodes) == [(0, "anterior"), (1, "anterior")]
    shown.close()
