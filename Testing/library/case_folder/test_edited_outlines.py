"""Outlines as a reader edits them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.case_folder import (
    read_case,
)
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.seg_nrrd import read_segments
from Testing.library.case_folder.case_on_disk import (
    assert_same_hot_spots,
    drawn_segment,
    edit_segments,
    needs_slicer,
    spot_of,
    write,
)
from Testing.library.synthetic_case import (
    LEFT_FEMUR,
    Focus,
    a_case,
)


def test_an_outline_edited_is_measured_again_and_names_the_editor(case, out):
    larger = replace(LEFT_FEMUR, half_size_mm=(8, 20))

    def grow(segments):
        mask = larger.mask(case.scan.views["anterior"])
        return [replace(s, mask=mask) if s.id == "H03_anterior" else s for s in segments]

    edit_segments(case, out, "anterior", grow)
    spot = spot_of(read_case(out, "Dr. Li"), "H03")
    assert {name: view.area_mm2 for name, view in spot.views.items()} == {"anterior": 640, "posterior": 320}
    assert (spot.edited_by, spot.accepted) == ("Dr. Li", True)


def test_a_segment_deleted_in_one_view_leaves_the_other(case, out):
    edit_segments(case, out, "anterior", lambda segments: [s for s in segments if s.id != "H03_anterior"])
    spot = spot_of(read_case(out), "H03")
    assert (tuple(spot.views), spot.edited_by) == (("posterior",), "reader")


def test_a_segment_deleted_or_emptied_in_every_view_deletes_the_hot_spot(case, out):
    edit_segments(case, out, "anterior", lambda segments: [s for s in segments if s.id != "H03_anterior"])
    edit_segments(
        case,
        out,
        "posterior",
        lambda segments: [replace(s, mask=s.mask & False) if s.id == "H03_posterior" else s for s in segments],
    )
    back = read_case(out)
    assert [spot.id for spot in back.hot_spots] == ["H01", "H02", "H04"]
    assert back.burden.lesion_count == 2


@pytest.mark.parametrize("sign", [-1, 1], ids=["left", "right"])
def test_a_segment_drawn_by_hand_becomes_an_accepted_metastasis_with_a_new_id(case, out, sign):
    focus = Focus(sign * 80, 0)
    for view in VIEWS:
        edit_segments(case, out, view, lambda segments, view=view: [*segments, drawn_segment(case, focus, view)])
    back = read_case(out, "Dr. Li")
    drawn = spot_of(back, "H05")
    assert (drawn.region, drawn.side) == ("femur", "left" if sign < 0 else "right")
    assert (drawn.hot_spot_class, drawn.accepted, drawn.edited_by) == ("metastasis", True, "Dr. Li")
    assert tuple(drawn.views) == VIEWS
    assert back.burden.lesion_count == 4
    write(out, back)
    again = read_case(out)
    assert_same_hot_spots(again, back)
    ids = [segment.id for segment in read_segments(out / "anterior.seg.nrrd", case.scan.views["anterior"])]
    assert ids[-1] == "H05_anterior"


def test_two_drawn_segments_of_one_name_at_different_places_are_two_hot_spots(case, out):
    """Slicer calls the first segment drawn in each segmentation Segment_1."""
    for view, focus in (("anterior", Focus(-80, 0)), ("posterior", Focus(80, -600))):
        edit_segments(
            case, out, view, lambda segments, view=view, focus=focus: [*segments, drawn_segment(case, focus, view)]
        )
    back = read_case(out)
    new = {spot.id: (spot.region, spot.side, tuple(spot.views)) for spot in back.hot_spots[4:]}
    assert new == {"H05": ("femur", "left", ("anterior",)), "H06": ("leg", "right", ("posterior",))}


def test_a_copied_segment_is_a_new_hot_spot_and_the_original_keeps_its_outline(case, out):
    def copy(segments):
        original = next(s for s in segments if s.id == "H03_anterior")
        return [*segments, drawn_segment(case, Focus(80, -600), "anterior", "H03_anterior_1", dict(original.tags))]

    edit_segments(case, out, "anterior", copy)
    back = read_case(out)
    assert spot_of(back, "H03").edited_by == ""
    assert (spot_of(back, "H05").region, spot_of(back, "H05").side) == ("leg", "right")


def test_a_lesion_drawn_in_the_opposite_bone_is_no_background(tmp_path):
    overlooked = Focus(80, -100, {"metastasis": 0.3}, half_size_mm=(16, 150), counts=100)
    out = tmp_path / "OUT"
    case = a_case([LEFT_FEMUR, overlooked], views=("anterior",))
    write(out, case)
    assert read_case(out).hot_spots[0].ratio_to_background < 2
    edit_segments(case, out, "anterior", lambda segments: [*segments, drawn_segment(case, overlooked, "anterior")])
    assert read_case(out).hot_spots[0].ratio_to_background == pytest.approx(6)


@needs_slicer
def test_an_outline_edited_in_slicer_is_read(case, out):
    import slicer

    from BoneMetSegLib.scene_boot import mrml

    scene = mrml().scene
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "edited")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    try:
        storage.SetFileName(str(out / "posterior.seg.nrrd"))
        assert storage.ReadData(node) == 1
        segmentation = node.GetSegmentation()
        segmentation.RemoveSegment("H02_posterior")
        image = slicer.vtkOrientedImageData()
        node.GetBinaryLabelmapRepresentation("H01_posterior", image)
        copy = slicer.vtkSegment()
        copy.SetName("drawn in Slicer")
        copy.AddRepresentation("Binary labelmap", image)
        segmentation.AddSegment(copy, "Segment_1")
        segmentation.RemoveSegment("H01_posterior")
        assert storage.WriteData(node) == 1
    finally:
        scene.RemoveNode(storage)
        scene.RemoveNode(node)
    back = read_case(out, "Dr. Li")
    assert [spot.id for spot in back.hot_spots] == ["H02", "H03", "H04", "H05"]
    assert tuple(spot_of(back, "H02").views) == ("anterior",)
    drawn = spot_of(back, "H05")
    assert (drawn.region, drawn.side, drawn.level) == ("ribs", "left", "7")
    np.testing.assert_array_equal(drawn.views["posterior"].mask, spot_of(case, "H01").views["posterior"].mask)
    assert {spot.id for spot in back.hot_spots if spot.edited_by} == {"H02", "H05"}
