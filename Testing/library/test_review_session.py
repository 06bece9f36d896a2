"""A case under review: every decision changes the burden at once, and every step can be undone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.case_edits import Outlines
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.review_session import ReviewSession
from BoneMetSegLib.skeleton import Place
from Testing.library.synthetic_case import BLADDER, L3, LEFT_FEMUR, RIGHT_FEMUR, a_case


@pytest.fixture
def session():
    return ReviewSession(a_case([LEFT_FEMUR, RIGHT_FEMUR, L3, BLADDER]), "Dr. Reader")


def id_at(session, place: str) -> str:
    return next(spot.id for spot in session.case.hot_spots if f"{spot.region} {spot.side}" == place)


def test_rejecting_a_lesion_lowers_the_count_and_the_bone_scan_index_and_names_the_editor(session):
    before = session.case.burden
    left = id_at(session, "femur left")
    session.reject(left)
    after = session.case.burden
    assert (before.lesion_count, after.lesion_count) == (3, 2)
    assert "femur_left" in before.bsi_by_region_percent
    assert after.bsi_percent == pytest.approx(before.bsi_percent - before.bsi_by_region_percent["femur_left"])
    assert session.hot_spot(left).edited_by == "Dr. Reader"
    assert session.hot_spot(id_at(session, "femur right")).edited_by == ""


def test_every_step_can_be_undone_and_done_again(session):
    start = session.case
    left = id_at(session, "femur left")
    session.reject(left)
    session.set_class(id_at(session, "lumbar_spine midline"), "benign")
    end = session.case
    assert (session.step_to_undo.what, session.step_to_redo) == ("class", None)
    session.undo()
    assert session.case.burden.lesion_count == 2
    session.undo()
    assert session.case is start
    assert not session.can_undo
    session.undo()
    session.redo()
    session.redo()
    assert session.case is end
    assert not session.can_redo


def test_a_step_after_undo_forgets_what_was_undone(session):
    left, right = id_at(session, "femur left"), id_at(session, "femur right")
    session.reject(left)
    session.undo()
    session.reject(right)
    assert not session.can_redo
    assert [session.hot_spot(spot_id).accepted for spot_id in (left, right)] == [True, False]


def test_what_changes_nothing_is_no_step(session):
    session.accept(id_at(session, "femur left"))
    session.set_place(id_at(session, "femur left"), Place("femur", "left", ""))
    session.redraw(Outlines.of(session.case.hot_spots))
    assert not session.can_undo


def test_accepting_a_benign_focus_makes_it_a_lesion(session):
    spot_id = id_at(session, "lumbar_spine midline")
    session.set_class(spot_id, "benign")
    assert (session.hot_spot(spot_id).accepted, session.case.burden.lesion_count) == (False, 2)
    session.accept(spot_id)
    spot = session.hot_spot(spot_id)
    assert (spot.hot_spot_class, spot.accepted, spot.level) == ("metastasis", True, "L3")


def test_accepting_physiological_uptake_places_it_on_bone_and_back(session):
    bladder = id_at(session, "bladder midline")
    session.accept(bladder)
    spot = session.hot_spot(bladder)
    assert spot.region in {"sacrum", "pelvis"}
    assert session.case.burden.lesion_count == 4
    assert "bladder_found" not in {flag.name for flag in session.case.quality}
    session.set_class(bladder, "physiological")
    assert session.hot_spot(bladder).region == "bladder"
    assert "bladder_found" in {flag.name for flag in session.case.quality}


def test_moving_a_focus_to_another_bone_moves_its_share_and_its_background(session):
    spot_id = id_at(session, "lumbar_spine midline")
    assert session.case.burden.bsi_by_region_percent["pelvis"] == 0
    session.set_place(spot_id, Place("pelvis", "left", ""))
    spot = session.hot_spot(spot_id)
    assert (spot.region, spot.side, spot.level, spot.edited_by) == ("pelvis", "left", "", "Dr. Reader")
    assert session.case.burden.bsi_by_region_percent["pelvis"] > 0


def test_an_impossible_place_is_refused_and_nothing_changes(session):
    with pytest.raises(InputError, match="H01 has side 'left'; sacrum has side midline"):
        session.set_place("H01", Place("sacrum", "left", ""))
    with pytest.raises(InputError, match="has level '13'"):
        session.set_place("H01", Place("ribs", "left", "13"))
    assert not session.can_undo


def test_a_larger_outline_is_measured_and_a_drawn_one_is_a_new_lesion(session):
    left = id_at(session, "femur left")
    outlines = Outlines.of(session.case.hot_spots)
    mask = outlines.of_hot_spots[left]["anterior"].copy()
    rows = np.nonzero(mask.any(1))[0]
    mask[rows[-1] + 1] = mask[rows[-1]]
    before = session.hot_spot(left).views["anterior"].area_mm2
    drawn = np.zeros_like(mask)
    drawn[20:24, 58:62] = True
    edited = Outlines(
        {**outlines.of_hot_spots, left: {**outlines.of_hot_spots[left], "anterior": mask}}, {"anterior": [drawn]}
    )
    session.redraw(edited)
    added = mask[rows[-1] + 1].sum() * 20.0
    assert session.hot_spot(left).views["anterior"].area_mm2 == pytest.approx(before + added)
    new = session.case.hot_spots[-1]
    assert (new.id, new.hot_spot_class, new.accepted, new.edited_by) == ("H05", "metastasis", True, "Dr. Reader")
    assert session.case.burden.lesion_count == 4
    session.undo()
    assert len(session.case.hot_spots) == 4


def test_a_report_that_comes_later_keeps_what_the_reader_rejected(session):
    left = id_at(session, "femur left")
    session.reject(left)
    report = parse_report("Impression: metastasis of the left femur.", "text")
    with_report = a_case([replace(LEFT_FEMUR, report={"metastasis": 0.95}), RIGHT_FEMUR, L3, BLADDER], report=report)
    session.add_report(with_report)
    assert session.case.report is report
    assert not session.hot_spot(left).accepted
    assert [change.what for change in session.case.changes if change.id == left] == ["kept"]
    session.undo()
    assert session.case.report is None
    assert not session.hot_spot(left).accepted


def test_whoever_listens_is_told_of_every_change():
    told = []
    session = ReviewSession(a_case([LEFT_FEMUR]), on_change=lambda: told.append(session.case.burden.lesion_count))
    session.reject("H01")
    session.undo()
    session.redo()
    assert told == [0, 1, 0]
