"""The letters at the edges of the views: read from the geometry, so that they are right for any view."""

from __future__ import annotations

import pytest

from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_layouts import show_planar
from BoneMetSegLib.scene_letters import SideLetters, edge_letters
from BoneMetSegLib.scene_views import slice_view

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")


@pytest.fixture
def views(a_scan):
    with build_scene(a_scan, [], None) as nodes:
        yield show_planar(nodes)


def letters_of(node, name=None):
    return "".join(text for text, _ in edge_letters(node, name))


def test_the_patients_right_is_at_screen_left_in_front_and_at_screen_right_behind(views):
    assert letters_of(views["anterior"]) == "RLSI"
    assert letters_of(views["posterior"]) == "LRSI"


@pytest.mark.parametrize(("plane", "expected"), [("Axial", "RLAP"), ("Sagittal", "APSI"), ("Coronal", "RLSI")])
def test_the_planes_of_a_volume_are_lettered_as_slicer_shows_them(plane, expected):
    from BoneMetSegLib.scene_spect import _add_missing_preset

    scene = slicer.vtkMRMLScene()
    node = slice_view(scene, "any")
    _add_missing_preset(node, plane)
    node.SetOrientation(plane)
    assert letters_of(node) == expected


def test_a_view_that_is_turned_over_changes_its_letters(views):
    with SideLetters(views):
        node = views["anterior"]
        letters = node.GetScene().GetFirstNodeByClass("vtkMRMLMarkupsFiducialNode")
        assert [letters.GetNthControlPointLabel(n) for n in range(3)] == ["R", "L", "ANT"]
        node.SetOrientation("Posterior")
        assert [letters.GetNthControlPointLabel(n) for n in range(2)] == ["L", "R"]
        node.SetOrientation("Anterior")


def test_they_stay_at_the_edge_of_the_screen_when_the_view_is_zoomed(views):
    import numpy as np
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    node = views["posterior"]
    with SideLetters({"posterior": node}):
        letters = node.GetScene().GetFirstNodeByClass("vtkMRMLMarkupsFiducialNode")
        node.SetFieldOfView(60.0, 60.0, 1.0)
        node.SetXYZOrigin(20.0, 30.0, 0.0)
        to_xy = vtkMatrix4x4()
        vtkMatrix4x4.Invert(node.GetXYToRAS(), to_xy)
        place = [0.0] * 3
        letters.GetNthControlPointPositionWorld(0, place)
        assert np.array(to_xy.MultiplyPoint((*place, 1.0)))[0] == pytest.approx(5)


def test_switched_off_nothing_of_them_is_left(views):
    scene = views["anterior"].GetScene()
    before = scene.GetNumberOfNodes()
    letters = SideLetters(views)
    assert scene.GetNumberOfNodes() == before + 4
    letters.off()
    assert scene.GetNumberOfNodes() == before
    views["anterior"].SetXYZOrigin(3.0, 4.0, 0.0)  # nothing listens
    letters.on()
    letters.off()
    assert scene.GetNumberOfNodes() == before


def test_they_are_hidden_from_lists_and_not_saved(views):
    with SideLetters(views):
        node = views["anterior"].GetScene().GetFirstNodeByClass("vtkMRMLMarkupsFiducialNode")
        for part in (node, node.GetDisplayNode()):
            assert part.GetHideFromEditors()
            assert not part.GetSaveWithScene()
        assert node.GetLocked()


def test_points_are_still_placed_in_the_users_own_list(views):
    scene = views["anterior"].GetScene()
    selection = scene.GetFirstNodeByClass("vtkMRMLSelectionNode")
    own = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "own")
    assert selection.GetActivePlaceNodeID() == own.GetID()
    with SideLetters(views):
        assert selection.GetActivePlaceNodeID() == own.GetID()
        assert selection.GetActivePlaceNodeClassName() == "vtkMRMLMarkupsLineNode"
    scene.RemoveNode(own)
    before = selection.GetActivePlaceNodeID()
    with SideLetters(views):
        assert selection.GetActivePlaceNodeID() == before


def test_closing_the_scene_takes_them_along_without_trouble():
    scene = slicer.vtkMRMLScene()
    node = slice_view(scene, "Red")
    letters = SideLetters({"Red": node})
    scene.Clear(0)
    node.SetXYZOrigin(1.0, 2.0, 0.0)
    letters.off()
    assert not letters.is_on
