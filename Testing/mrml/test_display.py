"""The scene as Slicer's own displayable managers draw it, offscreen: is a left rib where a reader expects it?"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_boot import mrml
from BoneMetSegLib.terminology import CLASS_APPEARANCE

pytest.importorskip("slicer", reason="slicer-core is not installed")

SIZE = (300, 600)
RED = CLASS_APPEARANCE["metastasis"].rgb
BLUE = CLASS_APPEARANCE["benign"].rgb


@pytest.fixture(scope="module")
def offscreen():
    """Skip where no offscreen rendering is possible (no EGL, no display)."""
    from vtkmodules import vtkRenderingOpenGL2  # noqa: F401  (registers the window)
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    usable = window.SupportsOpenGL()
    kind = window.GetClassName()
    window.Finalize()
    if not usable:
        pytest.skip(f"no offscreen rendering here: {kind} finds no OpenGL (Mesa's EGL is enough)")


@pytest.fixture
def a_slice_window(offscreen):
    from Testing.mrml.slice_window import SliceWindow

    windows = []

    def open_window(slice_node):
        windows.append(SliceWindow(mrml(), slice_node, SIZE))
        return windows[-1]

    yield open_window
    for window in windows:
        window.close()


@pytest.fixture
def pictures(a_slice_window, tmp_path):
    """Draw both views of a case; keep them as PNG where BONEMETSEG_PICTURES names a folder."""

    def draw(nodes):
        drawn = {}
        for view, name in (("anterior", "Red"), ("posterior", "Yellow")):
            if view in nodes.volumes:
                drawn[view] = a_slice_window(nodes.scene.GetNodeByID(f"vtkMRMLSliceNode{name}")).picture()
        _keep(drawn)
        return drawn

    return draw


def _keep(drawn):
    folder = os.environ.get("BONEMETSEG_PICTURES")
    if folder:
        from matplotlib.image import imsave

        imsave(f"{folder}/display.png", np.concatenate(list(drawn.values()), axis=1).astype(np.uint8))


def where(picture, rgb):
    from Testing.mrml.slice_window import coloured

    return coloured(picture, rgb)


def test_a_left_rib_is_at_screen_right_from_the_front_and_at_screen_left_from_behind(a_scan, some_hot_spots, pictures):
    with build_scene(a_scan, some_hot_spots[:1], None) as nodes:
        drawn = pictures(nodes)
    middle = SIZE[0] / 2
    for view, at_right in (("anterior", True), ("posterior", False)):
        rows, columns = np.nonzero(where(drawn[view], RED))
        assert len(rows) > 100, f"{view}: the segment is drawn"
        assert (columns > middle).all() == at_right
        assert (columns < middle).all() != at_right
        assert (rows < SIZE[1] / 2).all(), "rows 40-46 of 120 are in the upper half: the head is up"


def test_a_segment_is_drawn_on_its_own_pixels(a_scan, some_hot_spots, pictures):
    """The outline encloses the mask: centre and size on the screen are those of the mask in mm."""
    with build_scene(a_scan, some_hot_spots[:1], None) as nodes:
        drawn = pictures(nodes)
        mm_per_pixel = nodes.scene.GetNodeByID("vtkMRMLSliceNodeRed").GetFieldOfView()[0] / SIZE[0]
    rows, columns = np.nonzero(where(drawn["anterior"], RED))
    # Mask: rows 40-45 of 120 at 2.5 mm, columns 38-43 of 60 at 2 mm; the image is centred on the screen.
    centre_mm = (
        (columns.min() + columns.max() + 1 - SIZE[0]) / 2 * mm_per_pixel,
        (rows.min() + rows.max() + 1 - SIZE[1]) / 2 * mm_per_pixel,
    )
    assert centre_mm == pytest.approx(((41 - 30) * 2.0, (43 - 60) * 2.5), abs=1.0)
    assert (columns.max() + 1 - columns.min()) * mm_per_pixel == pytest.approx(12, abs=2.5)
    assert (rows.max() + 1 - rows.min()) * mm_per_pixel == pytest.approx(15, abs=2.5)


def test_hidden_segments_draw_nothing(a_scan, some_hot_spots, pictures):
    rejected, physiological = some_hot_spots[2:]
    with build_scene(a_scan, [rejected, physiological], None) as nodes:
        drawn = pictures(nodes)
        for picture in drawn.values():
            assert (np.ptp(picture, axis=-1) == 0).all(), "grey only"
        nodes.segmentations["anterior"].GetDisplayNode().SetSegmentVisibility("H03_anterior", True)
        assert where(pictures(nodes)["anterior"], RED).sum() > 20, "and a click on the eye shows it"


def test_hiding_a_segment_leaves_none_of_its_pixels(a_scan, some_hot_spots, pictures):
    with build_scene(a_scan, some_hot_spots[:2], None) as nodes:
        assert where(pictures(nodes)["anterior"], RED).sum() > 100
        nodes.segmentations["anterior"].GetDisplayNode().SetSegmentVisibility("H01_anterior", False)
        drawn = pictures(nodes)
        assert where(drawn["anterior"], RED).sum() == 0
        assert where(drawn["anterior"], BLUE).sum() > 50
        assert where(drawn["posterior"], RED).sum() > 100, "the other view is not touched"


def test_the_counts_stay_visible_within_a_segment(a_scan, some_hot_spots, pictures):
    with build_scene(a_scan, some_hot_spots[:1], None) as nodes:
        with_segment = pictures(nodes)["anterior"]
        nodes.segmentations["anterior"].GetDisplayNode().SetVisibility(False)
        without = pictures(nodes)["anterior"]
    rows, columns = np.nonzero(where(with_segment, RED))
    inner = np.s_[rows.min() + 5 : rows.max() - 4, columns.min() + 5 : columns.max() - 4]
    greys = np.corrcoef(with_segment[inner].mean(axis=-1).ravel(), without[inner].mean(axis=-1).ravel())[0, 1]
    assert greys > 0.95


def test_the_image_itself_is_the_right_way_round_and_inverse_grey(a_scan, pictures):
    counts = {view: np.zeros_like(planar.counts) for view, planar in a_scan.views.items()}
    counts["anterior"][20:30, 5:15] = 500  # patient's right, towards the head
    counts["posterior"][20:30, 5:15] = 500  # patient's left
    scan = PlanarScan({view: replace(planar, counts=counts[view]) for view, planar in a_scan.views.items()})
    with build_scene(scan, [], None) as nodes:
        drawn = pictures(nodes)
    for view in drawn:
        rows, columns = np.nonzero(drawn[view].sum(axis=-1) < 100)
        assert len(rows) > 500, f"{view}: hot is black"
        assert columns.max() < SIZE[0] / 2, f"{view}: column 5 of 60 is at screen left, as acquired"
        assert rows.max() < SIZE[1] / 2
        assert drawn[view][SIZE[1] // 2, SIZE[0] // 2].min() > 240, "cold is white"


def test_one_view_alone_is_drawn_from_behind(a_scan, some_hot_spots, a_slice_window):
    one = PlanarScan({"posterior": a_scan.views["posterior"]})
    with build_scene(one, some_hot_spots[:1], None) as nodes:
        picture = a_slice_window(nodes.scene.GetNodeByID("vtkMRMLSliceNodeRed")).picture()
    columns = np.nonzero(where(picture, RED))[1]
    assert len(columns) > 100
    assert (columns < SIZE[0] / 2).all()
