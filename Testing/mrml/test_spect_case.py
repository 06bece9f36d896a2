"""A segmented SPECT volume as picture and as scene: left is left in both."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from BoneMetSegLib.case_folder import write_case
from BoneMetSegLib.figure_spect import compose_spect_overlay
from BoneMetSegLib.scene_outlines import outlines_in_scene
from BoneMetSegLib.scene_spect_case import build_spect_case_scene
from BoneMetSegLib.terminology import CLASS_APPEARANCE
from Testing.library.synthetic_spect import LEFT_KIDNEY, LEFT_RIB, ORDERS, RIGHT_RIB, SPINE, a_spect_case

RED = 255 * np.array(CLASS_APPEARANCE["metastasis"].rgb_fraction)


def red_pixels(figure, number: int) -> np.ndarray:
    """Where a panel of a picture is red: (x, y) as shares of its width and height, y downward."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].astype(float)
    height, width = pixels.shape[:2]
    box = figure.axes[number].get_position()
    top, left = round((1 - box.y1) * height), round(box.x0 * width)
    panel = pixels[top : round((1 - box.y0) * height), left : round(box.x1 * width)]
    y, x = np.nonzero(np.abs(panel - RED).max(-1) < 12)
    return np.stack([x / panel.shape[1], y / panel.shape[0]])


@pytest.mark.parametrize("order", [ORDERS[0], ORDERS[13], ORDERS[46]], ids=str)
@pytest.mark.parametrize(("focus", "is_left"), [(LEFT_RIB, True), (RIGHT_RIB, False)])
def test_a_lesion_is_drawn_on_its_side_with_the_patients_right_at_screen_left(order, focus, is_left):
    case = a_spect_case([focus], order=order)
    figure = compose_spect_overlay(case.scan, case.hot_spots)
    front, side, axial, coronal, _ = (red_pixels(figure, number) for number in range(5))
    for panel in (front, axial, coronal):
        assert (panel[0].mean() > 0.5) == is_left
    assert front[1].mean() < 0.5  # it lies toward the head
    assert side[0].mean() > 0.5  # and behind the middle: the front is at screen left
    assert axial[1].mean() > 0.5


def test_letters_stand_on_their_sides():
    case = a_spect_case([LEFT_RIB])
    figure = compose_spect_overlay(case.scan, case.hot_spots)
    letters = [[text.get_text() for text in axes.texts[-3:]] for axes in figure.axes]
    assert [(first, last) for first, last, _ in letters] == [
        ("R", "L"), ("A", "P"), ("R", "L"), ("R", "L"), ("A", "P"),
    ]  # fmt: skip


def test_a_volume_without_a_lesion_is_drawn_through_its_hottest_voxel():
    case = a_spect_case([LEFT_KIDNEY])
    words = [text.get_text() for text in compose_spect_overlay(case.scan, case.hot_spots).texts]
    assert any("planes through the hottest voxel" in text for text in words)
    assert any("Research use only" in text for text in words)


@pytest.mark.parametrize("order", [ORDERS[0], ORDERS[13]], ids=str)
def test_the_scene_holds_the_outlines_where_the_volume_has_them(order):
    case = a_spect_case([LEFT_RIB, SPINE, LEFT_KIDNEY], order=order)
    with build_spect_case_scene(case.scan, case.hot_spots, None) as nodes:
        outlines = outlines_in_scene(case.scan, nodes.segmentations, [spot.id for spot in case.hot_spots])
        assert outlines.are_those_of(case.hot_spots)
        segmentation = nodes.segmentations["spect"].GetSegmentation()
        assert segmentation.GetSegment("H01_spect").GetName() == "01 left rib 9 ±1"
        display = nodes.segmentations["spect"].GetDisplayNode()
        shown = [display.GetSegmentVisibility(spot.segment_id("spect")) for spot in case.hot_spots]
        assert shown == [True, True, False]
        column = nodes.table.GetTable().GetColumnByName("volume_ml")
        assert column.GetValue(0) == pytest.approx(case.hot_spots[0].views["spect"].volume_ml)
        assert nodes.table.GetTable().GetColumnByName("area_mm2_anterior") is None


def test_a_case_is_written_whole(tmp_path):
    write_case(tmp_path, a_spect_case([LEFT_RIB, SPINE]))
    assert {path.name for path in tmp_path.iterdir()} == {
        "spect.seg.nrrd", "hot_spots.csv", "result.json", "maps.npz", "overlay.png", "scene.mrb",
    }  # fmt: skip
