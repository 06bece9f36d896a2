"""Categories by PCWG3: every branch of the rules as a row, worked out by hand.

A scan is (days since treatment start, its lesions). "a" and "b" are there from the start; capital letters come later.
"""

from __future__ import annotations

import pytest

from BoneMetSegLib.response_categories import DatedLesions, response_categories

# name: scans, expected categories with all scans known, scan that progression is dated to
CASES = {
    "nothing new at the first scan on treatment is no progression": (
        [(-10, "ab"), (56, "ab")], ["baseline", "non-PD"], None,
    ),
    "one new lesion is not two": ([(-10, "ab"), (56, "abC")], ["baseline", "non-PD"], None),
    "two new within 12 weeks wait for confirmation": ([(-10, "ab"), (56, "abCD")], ["baseline", "PDu"], None),
    "2 + 2: two more six weeks later confirm, dated to the first": (
        [(-10, "ab"), (56, "abCD"), (98, "abCDEF")], ["baseline", "PD", "PD"], 1,
    ),
    "two new and one more is a flare": (
        [(-10, "ab"), (56, "abCD"), (98, "abCDE")], ["baseline", "non-PD", "non-PD"], None,
    ),
    "a scan 41 days later confirms nothing; its own two new wait": (
        [(-10, "ab"), (56, "abCD"), (97, "abCDEF")], ["baseline", "PDu", "PDu"], None,
    ),
    "after the near scan, one 42 days after the first decides": (
        [(-10, "ab"), (56, "abCD"), (97, "abCDE"), (98, "abCDEF")], ["baseline", "PD", "PD", "PD"], 1,
    ),
    "only the next scan six weeks later decides about the first": (
        [(-10, "ab"), (56, "abCD"), (98, "abCDE"), (140, "abCDEF")], ["baseline", "non-PD", "non-PD", "PDu"], None,
    ),
    "two more that replace the first two confirm: they are new against the first scan": (
        [(-10, "ab"), (56, "abCD"), (98, "abEF")], ["baseline", "PD", "PD"], 1,
    ),
    "day 84 is within 12 weeks": ([(-10, "ab"), (84, "abCD"), (130, "abCD")], ["baseline", "non-PD", "non-PD"], None),
    "day 85 is past the flare: the two new need to persist": (
        [(-10, "ab"), (85, "abCD"), (130, "abCD")], ["baseline", "PD", "PD"], 1,
    ),
    "past the flare and gone again": (
        [(-10, "ab"), (85, "abCD"), (130, "abC")], ["baseline", "non-PD", "non-PD"], None,
    ),
    "later: two new against the first scan on treatment wait": (
        [(-10, "ab"), (56, "ab"), (112, "abCD")], ["baseline", "non-PD", "PDu"], None,
    ),
    "later: they persist six weeks on, dated to where they were first two": (
        [(-10, "ab"), (56, "ab"), (112, "abCD"), (154, "abCD")], ["baseline", "non-PD", "PD", "PD"], 2,
    ),
    "later: 41 days on is too near": (
        [(-10, "ab"), (56, "ab"), (112, "abCD"), (153, "abCD")], ["baseline", "non-PD", "PDu", "PDu"], None,
    ),
    "later: one of two persists, which is no progression": (
        [(-10, "ab"), (56, "ab"), (112, "abCD"), (154, "abC")], ["baseline", "non-PD", "non-PD", "non-PD"], None,
    ),
    "the first scan on treatment is the new baseline: what a flare lit up is not new later": (
        [(-10, "ab"), (56, "abCD"), (98, "abCD"), (160, "abCD")],
        ["baseline", "non-PD", "non-PD", "non-PD"], None,
    ),
    "one new at two scans each makes two against the first": (
        [(-10, "ab"), (56, "ab"), (112, "abC"), (154, "abCD"), (200, "abCD")],
        ["baseline", "non-PD", "non-PD", "PD", "PD"], 3,
    ),
    "a lesion of the baseline that comes back is not new": (
        [(-10, "abc"), (56, "a"), (112, "abc")], ["baseline", "non-PD", "non-PD"], None,
    ),
    "the last scan before treatment is the baseline, the day of the start included": (
        [(-90, "a"), (0, "abC"), (56, "abCD")], ["before treatment", "baseline", "non-PD"], None,
    ),
    "after progression everything is progression": (
        [(-10, "ab"), (56, "abCD"), (98, "abCDEF"), (150, "a")], ["baseline", "PD", "PD", "PD"], 1,
    ),
}  # fmt: skip


def scans(rows):
    return [DatedLesions(days, set(lesions)) for days, lesions in rows]


@pytest.mark.parametrize(("rows", "expected", "dated_to"), CASES.values(), ids=CASES)
def test_a_course_gets_the_category_worked_out_by_hand(rows, expected, dated_to):
    found = response_categories(scans(rows))
    assert [one.category for one in found] == expected
    assert {one.progression_at for one in found if one.category == "PD"} <= {dated_to}
    assert all((one.category == "PD") == (one.progression_at is not None) for one in found)


def test_what_could_be_said_at_the_time_is_kept_beside_what_is_known_now():
    found = response_categories(scans([(-10, "ab"), (56, "abCD"), (98, "abCDE")]))
    assert [(one.category_then, one.category) for one in found][1] == ("PDu", "non-PD")
    found = response_categories(scans([(-10, "ab"), (56, "abCD"), (98, "abCDEF")]))
    assert [(one.category_then, one.category) for one in found][1:] == [("PDu", "PD"), ("PD", "PD")]


def test_a_place_that_the_baseline_did_not_show_holds_no_new_lesion():
    found = response_categories([DatedLesions(-10, "ab", unseen="C"), DatedLesions(56, "abCD")])
    assert found[1].new_lesions == ("D",)
    assert found[1].category == "non-PD"


def test_without_a_scan_before_treatment_there_is_no_category():
    with pytest.raises(ValueError, match="before"):
        response_categories(scans([(5, "ab"), (56, "abCD")]))


def test_scans_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="order"):
        response_categories(scans([(-10, "ab"), (98, "ab"), (56, "ab")]))
