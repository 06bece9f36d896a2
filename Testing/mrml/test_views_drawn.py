"""The reading layouts as Slicer's displayable managers draw them, offscreen: sides, colours, focus, intensity, MIP."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_boot import mrml
from BoneMetSegLib.terminology import CLASS_APPEARANCE
from Testing.mrml.test_display import a_slice_window, offscreen  # noqa: F401 (fixtures)

pytest.importorskip("slicer", reason="slicer-core is not installed")

from BoneMetSegLib.scene_focus import bring_out, centre_on, centre_on_place
from BoneMetSegLib.scene_intensity import show_intensity
from BoneMetSegLib.scene_layouts import fit_views, show_planar, show_spect
from BoneMetSegLib.scene_letters import _RGB, SideLetters
from BoneMetSegLib.scene_link import ViewLink
from BoneMetSegLib.scene_spect import build_spect_scene
from Testing.mrml.slice_window import coloured
from Testing.screenshots.invented_spect import invented_spect

SIZE = (300, 600)
RED = CLASS_APPEARANCE["metastasis"].rgb
BLUE = CLASS_APPEARANCE["benign"].rgb
LETTER = tuple(255 * part for part in _RGB)


@pytest.fixture
def reading(a_scan, some_hot_spots, a_slice_window):  # noqa: F811
    """A planar case in its layout: nodes, slice nodes, and a function that draws both views."""
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        views = show_planar(nodes)
        windows = {view: a_slice_window(node) for view, node in views.items()}
        fit_views(nodes, views)
        yield nodes, views, lambda: {view: window.picture() for view, window in windows.items()}


@pytest.fixture
def spect_reading(a_slice_window):  # noqa: F811
    from Testing.mrml.volume_window import VolumeWindow

    scan, focus = invented_spect()
    with build_spect_scene(scan) as nodes:
        views = show_spect(nodes)
        windows = {name: a_slice_window(node) for name, node in views.items() if name != "MIP"}
        windows["MIP"] = VolumeWindow(mrml(), views["MIP"], (400, 400))
        fit_views(nodes, views)
        yield nodes, views, focus, lambda: {name: window.picture() for name, window in windows.items()}
        windows["MIP"].close()


def test_a_left_rib_is_at_screen_right_in_front_and_at_screen_left_behind(reading):
    _, _, draw = reading
    drawn = draw()
    for view, at_right in (("anterior", True), ("posterior", False)):
        columns = np.nonzero(coloured(drawn[view], RED))[1]
        assert len(columns) > 100
        assert ((columns > SIZE[0] / 2) == at_right).all(), view


def test_each_class_has_its_colour_and_hiding_leaves_none_of_it(reading):
    nodes, _, draw = reading
    drawn = draw()["posterior"]
    assert coloured(drawn, RED).sum() > 100
    assert coloured(drawn, BLUE).sum() > 50
    nodes.segmentations["posterior"].GetDisplayNode().SetSegmentVisibility("H01_posterior", False)
    drawn = draw()
    assert coloured(drawn["posterior"], RED).sum() == 0
    assert coloured(drawn["posterior"], BLUE).sum() > 50
    assert coloured(drawn["anterior"], RED).sum() > 100


def test_the_selected_hot_spot_stands_out_and_the_others_step_back(reading, some_hot_spots):
    nodes, _, draw = reading

    before = draw()["anterior"]

    def chroma(picture, rgb):
        """How much colour there is where the class was drawn before, outlines and fill."""
        return float(np.ptp(picture[coloured(before, rgb)], axis=-1).mean())

    bring_out(nodes, some_hot_spots[0])
    during = draw()["anterior"]
    assert chroma(during, RED) > 1.2 * chroma(before, RED)
    assert chroma(during, BLUE) < 0.8 * chroma(before, BLUE)
    bring_out(nodes, None)
    np.testing.assert_array_equal(draw()["anterior"], before)


def test_a_click_on_a_hidden_one_draws_it_in_the_middle_of_the_screen(reading, some_hot_spots):
    nodes, views, draw = reading
    nodes.segmentations["anterior"].GetDisplayNode().SetSegmentVisibility("H01_anterior", False)
    assert coloured(draw()["anterior"], RED).sum() == 0
    with ViewLink(views):
        centre_on(nodes, some_hot_spots[2], views)  # the rejected femur, seen in front only
    drawn = draw()
    rows, columns = np.nonzero(coloured(drawn["anterior"], RED))
    assert len(rows) > 20
    assert (columns.mean(), rows.mean()) == pytest.approx((SIZE[0] / 2, SIZE[1] / 2), abs=3)
    assert coloured(drawn["posterior"], RED).sum() > 100, "the rib is drawn behind as before"
    bring_out(nodes, None)
    assert coloured(draw()["anterior"], RED).sum() == 0


def test_linked_views_draw_the_same_place_of_the_body(reading, some_hot_spots):
    nodes, views, draw = reading
    with ViewLink(views):
        across, down, depth = views["anterior"].GetFieldOfView()
        views["anterior"].SetFieldOfView(across / 3, down / 3, depth)
        centre_on(nodes, some_hot_spots[0], views)
    for view, picture in draw().items():
        rows, columns = np.nonzero(coloured(picture, RED))
        middle = ((columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2)
        assert middle == pytest.approx((SIZE[0] / 2, SIZE[1] / 2), abs=6), view


def test_saturated_is_darker_and_the_outlines_stay(reading):
    nodes, _, draw = reading
    normal = draw()
    show_intensity(nodes, "saturated")
    saturated = draw()
    for view in normal:
        body = np.s_[300:420, 100:200]
        assert saturated[view][body].mean() < 0.8 * normal[view][body].mean()
        assert coloured(saturated[view], RED).sum() > 100


def test_the_letters_are_drawn_at_both_edges_and_at_the_top(reading):
    _, views, draw = reading
    assert all(coloured(picture, LETTER).sum() == 0 for picture in draw().values())
    with SideLetters(views):
        for view, picture in draw().items():
            rows, columns = np.nonzero(coloured(picture, LETTER))
            for place, there in (
                ("left", columns < 30),
                ("right", columns > SIZE[0] - 30),
                ("top", rows < 40),
            ):
                assert there.sum() > 20, f"{view}: {place}"
    assert all(coloured(picture, LETTER).sum() == 0 for picture in draw().values())


def test_a_mip_shows_the_hot_spot_at_screen_right_black_on_white(spect_reading):
    nodes, _, focus, draw = spect_reading
    assert focus[0] < 0, "the patient's left"
    display = nodes.volumes["spect"].GetScalarVolumeDisplayNode()
    display.SetWindowLevelMinMax(0, display.GetWindowLevelMax() * 4)  # the focus alone is dark
    from BoneMetSegLib.scene_mip import match_mip

    match_mip(nodes.volumes["spect"])
    picture = draw()["MIP"]
    rows, columns = np.nonzero(picture[100:300, 60:340].max(axis=-1) < 100)
    assert len(rows) > 50
    mm_per_pixel = 2 * nodes.scene.GetSingletonNode("BoneMetSegMIP", "vtkMRMLViewNode").GetFieldOfView() / 400
    screen_mm = ((columns.mean() + 60 - 200) * mm_per_pixel, (200 - rows.mean() - 100) * mm_per_pixel)
    assert screen_mm == pytest.approx((-focus[0], focus[2]), abs=12)
    assert picture[3, 3].min() == 255, "white around"


def test_a_mip_is_black_where_slices_are_black_and_saturated_is_darker(spect_reading):
    nodes, _, _, draw = spect_reading
    normal = draw()["MIP"]
    assert normal.min() < 20
    assert np.ptp(normal, axis=-1).max() < 3, "grey"
    show_intensity(nodes, "saturated")
    assert draw()["MIP"].mean() < 0.9 * normal.mean()


def test_all_planes_go_through_the_place_asked_for(spect_reading):
    _, views, focus, draw = spect_reading
    centre_on_place(focus, views)
    drawn = draw()
    for plane in ("Axial", "Sagittal", "Coronal"):
        to_xy = np.linalg.inv(
            [[views[plane].GetXYToRAS().GetElement(row, column) for column in range(4)] for row in range(4)]
        )
        x, y, depth, _ = to_xy @ (*focus, 1.0)
        assert depth == pytest.approx(0, abs=0.5)
        assert drawn[plane][round(SIZE[1] - 1 - y), round(x)].max() < 30, f"{plane}: black at the focus"
    for plane in ("Axial", "Coronal"):
        right_edge = views[plane].GetXYToRAS().MultiplyPoint((float(SIZE[0]), 0.0, 0.0, 1.0))[0]
        assert right_edge < 0, "screen right is the patient's left"
