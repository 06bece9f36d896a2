"""The report beside what the image alone shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BoneMetSegLib.concordance import Concordance, compare_report
from BoneMetSegLib.report import parse_report
from Testing.library.synthetic_case import BLADDER, L3, LEFT_FEMUR, LEFT_RIB_7_BACK, Focus, a_report, found, mention


def compared(foci, text, *mentions):
    report = parse_report(text)
    _, segmentation, spots = found(foci, report=report, mentions=[mention(report, *one) for one in mentions])
    return compare_report(report, segmentation, spots), spots


def test_image_and_report_that_say_the_same_agree():
    concordance, _ = compared([LEFT_FEMUR], "Findings: Left femur hot.", ("Left femur", ["femur_left"]))
    assert concordance == Concordance(linked=("H01",))


def test_a_focus_that_the_report_does_not_speak_of_is_listed():
    concordance, _ = compared([LEFT_FEMUR, L3], "Findings: Left femur hot.", ("Left femur", ["femur_left"]))
    assert (concordance.linked, concordance.hot_spots_without_phrase) == (("H02",), ("H01",))


def test_a_focus_that_the_report_denies_is_not_agreement():
    text, words = "Findings: No uptake in the left femur.", ("left femur", ["femur_left"], "negated")
    concordance, (spot,) = compared([LEFT_FEMUR], text, words)
    assert spot.phrase == "No uptake in the left femur."
    assert concordance == Concordance(hot_spots_without_phrase=("H01",))


def test_a_reported_place_without_a_focus_is_listed_with_its_words():
    text = "Findings: Uptake of T8."
    concordance, _ = compared([], text, ("T8", ["vertebra_T8"], "uncertain"))
    (phrase,) = concordance.phrases_without_hot_spot
    assert (phrase.phrase, phrase.places, phrase.status) == ("Uptake of T8.", ("vertebra_T8",), "uncertain")
    assert text[slice(*phrase.span)] == "Uptake of T8."


def test_what_only_the_report_added_is_no_agreement():
    """It would agree with itself: the image alone shows nothing there."""
    added = Focus(-80, -100, {"metastasis": 0.2}, {"metastasis": 0.9})
    concordance, (spot,) = compared([added], "Findings: Left femur hot.", ("Left femur", ["femur_left"]))
    assert spot.report_effect == "added"
    assert concordance.linked == ()
    assert [phrase.phrase for phrase in concordance.phrases_without_hot_spot] == ["Left femur hot."]


def test_what_the_report_took_away_is_still_a_finding_of_the_image():
    removed = Focus(-80, -100, {"metastasis": 0.9}, {"metastasis": 0.1})
    concordance, (spot,) = compared([removed], "Findings: Bladder seen.")
    assert (spot.report_effect, spot.accepted) == ("removed", False)
    assert concordance.hot_spots_without_phrase == ("H01",)


def test_what_a_reader_drew_is_no_finding_of_the_image():
    report = parse_report("Findings: Left femur hot.")
    mentions = [mention(report, "Left femur", ["femur_left"])]
    _, segmentation, (spot,) = found([LEFT_FEMUR], report=report, mentions=mentions)
    drawn = replace(spot, probability=float("nan"), probability_image_only=float("nan"), edited_by="reader")
    assert compare_report(report, segmentation, [drawn]).linked == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Clinical history: left femur painful.\nFindings: none seen.", ("left femur", ["femur_left"])),
        ("Findings: no uptake in left femur.", ("left femur", ["femur_left"], "negated")),
        ("Impression: multiple bone metastases.", ("multiple bone metastases", ["whole_skeleton"])),
    ],
)
def test_history_denials_and_the_skeleton_as_a_whole_are_no_unmatched_places(text, words):
    concordance, _ = compared([], text, words)
    assert concordance.phrases_without_hot_spot == ()


def test_physiological_uptake_needs_no_phrase():
    concordance, _ = compared([BLADDER], "Findings: nothing of note.")
    assert concordance == Concordance()


def test_a_whole_report():
    report, mentions = a_report()
    _, segmentation, spots = found([LEFT_FEMUR, LEFT_RIB_7_BACK], report=report, mentions=mentions)
    concordance = compare_report(report, segmentation, spots)
    by_region = {spot.region: spot.id for spot in spots}
    assert concordance.linked == (by_region["ribs"],)
    assert concordance.hot_spots_without_phrase == (by_region["femur"],)
    assert [phrase.places for phrase in concordance.phrases_without_hot_spot] == [("vertebra_L3",)]
