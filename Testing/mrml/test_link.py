"""Anterior and posterior zoom and pan together, each on its own plane."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_layouts import show_planar
from BoneMetSegLib.scene_link import ViewLink, centre_of_view, mm_per_screen_pixel

pytest.importorskip("slicer", reason="slicer-core is not installed")


@pytest.fixture
def views(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        shown = show_planar(nodes)
        shown["anterior"].SetDimensions(500, 700, 1)
        shown["posterior"].SetDimensions(300, 600, 1)
        yield shown


def zoom(node, factor):
    across, down, depth = node.GetFieldOfView()
    node.SetFieldOfView(across * factor, down * factor, depth)


def commands(link):
    """Return what still observes the views on behalf of a link, by the tags it had."""
    observed = list(zip(link._watched, link._tags, strict=True))
    link.off()
    return [node.GetCommand(tag) for node, tag in observed]


def test_the_views_start_at_the_same_scale_and_place(views):
    zoom(views["anterior"], 0.3)
    with ViewLink(views):
        scales = [mm_per_screen_pixel(node) for node in views.values()]
        assert scales[0] == pytest.approx(scales[1])


@pytest.mark.parametrize(("moved", "other"), [("anterior", "posterior"), ("posterior", "anterior")])
def test_zoom_and_pan_of_one_are_those_of_the_other_at_the_same_place_of_the_body(views, moved, other):
    with ViewLink(views):
        zoom(views[moved], 0.5)
        views[moved].SetXYZOrigin(30.0, 45.0, 0.0)
        here, there = centre_of_view(views[moved]), centre_of_view(views[other])
        assert here[[0, 2]] == pytest.approx(there[[0, 2]]), "the same R and S"
        right = -30.0 if moved == "anterior" else 30.0
        assert here[0] == pytest.approx(right), "30 mm to screen right is the patient's left in front, right behind"
        assert mm_per_screen_pixel(views[moved]) == pytest.approx(mm_per_screen_pixel(views[other]))
        assert [node.GetOrientation() for node in views.values()] == ["Anterior", "Posterior"]
        assert [centre_of_view(node)[1] for node in views.values()] == [100, -100]


def test_a_jump_is_followed_and_the_wheel_does_not_leave_the_plane(views):
    with ViewLink(views):
        views["anterior"].JumpSliceByCentering(-40.0, 0.0, 60.0)
        assert centre_of_view(views["anterior"]) == pytest.approx([-40, 100, 60])
        assert centre_of_view(views["posterior"]) == pytest.approx([-40, -100, 60])
        views["posterior"].SetSliceOffset(-99.0)
        assert centre_of_view(views["posterior"])[1] == pytest.approx(-100)


def test_no_event_runs_in_circles(views):
    events = []
    with ViewLink(views):
        tags = [(node, node.AddObserver("ModifiedEvent", lambda *_: events.append(1))) for node in views.values()]
        views["anterior"].SetXYZOrigin(10.0, 10.0, 0.0)
        for node, tag in tags:
            node.RemoveObserver(tag)
    assert len(events) == 2, "one for each view"


def test_it_can_be_switched_off_and_on_again(views):
    link = ViewLink(views)
    assert commands(link) == [None, None]
    assert not link.is_on
    zoom(views["anterior"], 0.5)
    assert mm_per_screen_pixel(views["anterior"]) != pytest.approx(mm_per_screen_pixel(views["posterior"]))
    link.on()
    assert mm_per_screen_pixel(views["anterior"]) == pytest.approx(mm_per_screen_pixel(views["posterior"]))
    link.off()


def test_it_survives_the_closing_of_the_scene():
    import slicer

    from BoneMetSegLib.scene_views import add_orientation_presets, slice_view

    scene = slicer.vtkMRMLScene()
    nodes = {view: slice_view(scene, view) for view in ("anterior", "posterior")}
    for view, node in nodes.items():
        add_orientation_presets(node)
        node.SetOrientation(view.capitalize())
    link = ViewLink(nodes)
    scene.Clear(0)  # views stay
    nodes["anterior"].SetXYZOrigin(5.0, 6.0, 0.0)
    scene.Clear(1)  # views go
    nodes["anterior"].SetXYZOrigin(7.0, 8.0, 0.0)
    assert not link.is_on


def test_one_view_alone_is_kept_on_its_plane(views):
    with ViewLink({"posterior": views["posterior"]}):
        views["posterior"].SetSliceOffset(-42.0)
        assert np.isclose(centre_of_view(views["posterior"])[1], -100)
