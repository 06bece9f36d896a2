"""A SPECT case under review in the scene: on the volume that is there, restored from a saved scene, left is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from Testing.library.synthetic_spect import (
    LEFT_KIDNEY,
    LEFT_RIB,
    ORDERS,
    RIGHT_RIB,
    SPINE,
    a_spect_case,
    painted_volume,
)
from Testing.mrml.test_display import RED, a_slice_window, offscreen  # noqa: F401 (fixtures)
from Testing.mrml.test_mrb import read_mrb  # noqa: F401 (a fixture)

pytest.importorskip("slicer", reason="slicer-core is not installed")

from BoneMetSegLib.scene import write_mrb
from BoneMetSegLib.scene_boot import mrml
from BoneMetSegLib.scene_focus import centre_on, place_of
from BoneMetSegLib.scene_layouts import fit_views, show_spect
from BoneMetSegLib.scene_nodes import remove_with_helpers
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.scene_scan import case_of_views, scan_of_volumes, volumes_of_views
from BoneMetSegLib.scene_shown_case import draw_surfaces
from BoneMetSegLib.scene_spect import add_spect_volume
from BoneMetSegLib.scene_store import restored_case, stored_cases
from Testing.mrml.slice_window import coloured
from Testing.mrml.test_scene_scan import add_volume


@pytest.fixture
def begin():
    """Begins reviews, and takes them out of the scene at the end."""
    reviews = []

    def make(case, **options):
        reviews.append(SceneReview.begin(case, **options))
        return reviews[-1]

    yield make
    for review in reviews:
        for node in (review.maps_node, review.case_node):
            review.nodes.scene.RemoveNode(node)
        replace(review.nodes, owned_volumes=("spect",)).remove()


@pytest.mark.parametrize("order", [ORDERS[0], ORDERS[13], ORDERS[46]], ids=str)
def test_a_case_is_shown_on_the_volume_that_the_scene_holds_already(begin, order):
    case = a_spect_case([LEFT_RIB, SPINE, LEFT_KIDNEY], order=order)
    volume = add_spect_volume(mrml().scene, case.scan, "Chest SPECT")
    volumes = volumes_of_views([volume], scan_of_volumes([volume]))
    review = begin(case, volumes=volumes, case_name=case_of_views(volumes))
    assert review.nodes.volumes["spect"] is volume
    segmentation = review.nodes.segmentations["spect"]
    assert segmentation.GetName() == "Chest SPECT hot spots"
    assert segmentation.GetSegmentation().GetSegment("H01_spect").GetName().startswith("01 left rib 9")
    assert segmentation.GetSegmentCenterRAS("H01_spect") == pytest.approx((-80, -20, 60), abs=3)
    bounds = [0.0] * 6
    segmentation.GetRASBounds(bounds)
    assert bounds[0] < -80, "the left rib has negative R"


def test_a_volume_that_holds_something_else_than_the_scan_is_left_alone():
    case = a_spect_case([LEFT_RIB])
    volume = add_spect_volume(mrml().scene, case.scan, "Chest SPECT")
    try:
        assert volumes_of_views([volume], case.scan) == {"spect": volume}
        assert volumes_of_views([volume]) == {"spect": volume}
        assert not volumes_of_views([volume], replace(case.scan, voxels=case.scan.voxels * 2))
        assert not volumes_of_views([volume], replace(case.scan, quantity="counts"))
        moved = case.scan.ijk_to_ras.copy()
        moved[0, 3] += 5
        assert not volumes_of_views([volume], replace(case.scan, ijk_to_ras=moved))
    finally:
        remove_with_helpers(mrml().scene, volume)


def test_a_volume_that_slicer_loaded_itself_is_used_as_it_is_unless_its_axes_are_left_handed():
    scene, voxels = mrml().scene, painted_volume([LEFT_RIB])[0].voxels
    for first_axis, is_used in ((-5.0, True), (5.0, False)):
        volume = add_volume(scene, voxels, np.diag([first_axis, -5.0, 6.0, 1.0]), "RECON TOMO")
        try:
            scan = scan_of_volumes([volume])
            assert bool(volumes_of_views([volume], scan)) == is_used
            assert not volumes_of_views([volume]), "it does not say what it is"
        finally:
            remove_with_helpers(scene, volume)


def test_a_review_comes_back_from_a_saved_scene(begin, tmp_path, read_mrb):  # noqa: F811
    case = a_spect_case([LEFT_RIB, SPINE, LEFT_KIDNEY])
    review = begin(case, editor="DrX")
    review.session.reject("H02")
    review.show()
    write_mrb(review.nodes, tmp_path / "scene.mrb")
    scene = read_mrb(tmp_path / "scene.mrb")
    (case_node,) = stored_cases(scene)
    back = restored_case(case_node)
    assert [(spot.id, spot.accepted, spot.edited_by) for spot in back.hot_spots] == [
        ("H01", True, ""), ("H02", False, "DrX"), ("H03", False, ""),
    ]  # fmt: skip
    assert back.burden == review.case.burden
    assert back.scan.quantity_reason == "painted by a test"
    np.testing.assert_array_equal(back.scan.voxels, case.scan.voxels)
    resumed = SceneReview.resume(case_node)
    assert resumed.nodes.volumes["spect"].GetName() == "Bone scan SPECT"


def test_outlines_of_a_reader_are_taken_and_undone(begin):
    case = a_spect_case([LEFT_RIB, SPINE])
    review = begin(case)
    review.on_change = review.show
    segmentation = review.nodes.segmentations["spect"].GetSegmentation()
    segmentation.RemoveSegment("H02_spect")
    review.take_outlines()
    assert [spot.id for spot in review.case.hot_spots] == ["H01"]
    assert review.case.burden.lesion_volume_ml == pytest.approx(case.hot_spots[0].views["spect"].volume_ml)
    review.session.undo()
    assert segmentation.GetSegment("H02_spect") is not None
    assert review.case.burden == case.burden


def test_slices_go_through_a_hot_spot_that_is_bent_round_its_middle(begin):
    case = a_spect_case([LEFT_RIB])
    spot = case.hot_spots[0]
    ring = np.zeros_like(spot.views["spect"].mask)
    ring[20, 10:21, 10:21] = True
    ring[20, 11:20, 11:20] = False
    ring[20, 10, :] = False
    bent = replace(spot, views={"spect": replace(spot.views["spect"], mask=ring)})
    review = begin(case)
    k, j, i = np.rint(np.linalg.inv(case.scan.ijk_to_ras) @ [*place_of(review.nodes, bent), 1]).astype(int)[2::-1]
    assert ring[k, j, i]


@pytest.mark.parametrize(("focus", "is_left"), [(LEFT_RIB, True), (RIGHT_RIB, False)])
def test_a_selected_hot_spot_is_drawn_on_its_side_of_the_body_in_the_reading_layout(
    begin,
    a_slice_window,  # noqa: F811
    focus,
    is_left,
):
    case = a_spect_case([focus])
    review = begin(case)
    views = show_spect(review.nodes)
    windows = {plane: a_slice_window(views[plane]) for plane in ("Axial", "Coronal")}
    fit_views(review.nodes, views)
    centre_on(review.nodes, case.hot_spots[0], views)
    for plane, window in windows.items():
        picture = window.picture()
        rows, columns = np.nonzero(coloured(picture, RED))
        assert len(columns) > 20, f"{plane}: the outline is drawn"
        assert (columns.mean() > picture.shape[1] / 2) == is_left, f"{plane}: the patient's left is at screen right"
        if plane == "Axial":
            assert rows.mean() > picture.shape[0] / 2, "the back is below"
        else:
            assert rows.mean() < picture.shape[0] / 2, "the head is above"


@pytest.mark.parametrize(("focus", "is_left"), [(LEFT_RIB, True), (RIGHT_RIB, False)])
def test_surfaces_are_seen_through_the_mip_on_their_side(begin, offscreen, focus, is_left):  # noqa: F811
    from Testing.mrml.volume_window import VolumeWindow

    review = begin(a_spect_case([focus]))
    view = show_spect(review.nodes)["MIP"]
    window = VolumeWindow(mrml(), view, (300, 300))
    try:
        assert not coloured(window.picture(), RED).any()
        draw_surfaces(review.nodes, is_wanted=True)
        rows, columns = np.nonzero(coloured(window.picture(), RED))
        assert len(columns) > 50
        assert ((columns > 150).all(), (rows < 150).all()) == (is_left, True), "from the front, the head above"
        draw_surfaces(review.nodes, is_wanted=False)
        assert not coloured(window.picture(), RED).any()
    finally:
        window.close()
