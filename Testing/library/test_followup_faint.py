"""Uptake below the threshold: what it was before makes no lesion new, what is left of it resolves none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from BoneMetSegLib.followup import compare_cases
from Testing.library.painted_followup import LIMITS, case
from Testing.library.synthetic_case import L3, LEFT_FEMUR, LEFT_RIB_7_BACK, RIGHT_FEMUR

BELOW_THRESHOLD = {"metastasis": 0.3}
SAYS_NOTHING = {"metastasis": 0.05}


def femur(comparison):
    return next(one for one in comparison.lesions if one.region == "femur")


def test_a_lesion_whose_place_was_half_as_probable_before_is_not_new():
    before = case([L3, replace(LEFT_FEMUR, image=BELOW_THRESHOLD, counts=20.0)])
    comparison = compare_cases([before, case([L3, LEFT_FEMUR], "20240301")], limits=LIMITS)
    assert [at.state for at in femur(comparison).at] == ["faint", "from faint"]
    assert comparison.count(1, "new") == 0
    assert any(f"uptake at the place of {femur(comparison).id}" in note for note in comparison.notes)


def test_a_lesion_whose_counts_were_there_before_is_not_new_whatever_the_network_said():
    before = case([L3, replace(LEFT_FEMUR, image=SAYS_NOTHING)])
    comparison = compare_cases([before, case([L3, LEFT_FEMUR], "20240301")], limits=LIMITS)
    assert [at.state for at in femur(comparison).at] == ["faint", "from faint"]


def test_a_lesion_that_rose_beyond_what_repeat_scans_differ_by_is_new():
    before = case([L3, replace(LEFT_FEMUR, image=SAYS_NOTHING, counts=30.0)])
    comparison = compare_cases([before, case([L3, LEFT_FEMUR], "20240301")], limits=LIMITS)
    assert [at.state for at in femur(comparison).at] == ["absent", "new"]


def test_the_other_side_says_nothing_about_a_place():
    """Uptake of the right femur before leaves a lesion of the left new."""
    before = case([L3, replace(RIGHT_FEMUR, image=BELOW_THRESHOLD)])
    comparison = compare_cases([before, case([L3, LEFT_FEMUR], "20240301")], limits=LIMITS)
    assert (femur(comparison).side, femur(comparison).at[1].state) == ("left", "new")


def test_a_lesion_whose_counts_are_still_there_has_not_resolved():
    after = case([L3, replace(LEFT_FEMUR, image=SAYS_NOTHING)], "20240301")
    comparison = compare_cases([case([L3, LEFT_FEMUR]), after], limits=LIMITS)
    assert [at.state for at in femur(comparison).at] == ["present", "faint"]


def test_what_was_faint_before_treatment_makes_no_progression():
    before = case([L3, *(replace(focus, image=SAYS_NOTHING) for focus in (LEFT_FEMUR, LEFT_RIB_7_BACK))])
    after = case([L3, LEFT_FEMUR, LEFT_RIB_7_BACK], "20240301")
    comparison = compare_cases([before, after], limits=LIMITS, treatment_start=dt.date(2024, 1, 5))
    assert comparison.responses[1].category == "non-PD"
    assert comparison.responses[1].new_lesions == ()
