"""The report beside what the image alone shows."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES
from BoneMetSegLib.concordance import NO_PHRASE, Concordance, compare_report
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.result_document import result_document, without_identity
from BoneMetSegLib.sentences_zh import in_chinese
from Testing.library.synthetic_case import (
    BLADDER,
    L3,
    LEFT_FEMUR,
    LEFT_RIB_7_BACK,
    RIGHT_FEMUR,
    Focus,
    a_case,
    a_report,
    found,
    mention,
    rib_height_mm,
)


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
    assert (concordance.linked, concordance.hot_spots_without_phrase) == ((), ("H01",))
    (denied,) = concordance.contradictions
    assert (denied.hot_spot, denied.kind, denied.places) == ("H01", "denied", ("femur_left",))


def test_the_words_of_the_place_are_linked():
    text = "Findings: Left femur hot."
    concordance, _ = compared([LEFT_FEMUR], text, ("Left femur", ["femur_left"]))
    (link,) = concordance.links
    assert (link.hot_spot, text[slice(*link.span)], link.status) == ("H01", "Left femur", "metastatic")


def test_the_other_side_in_the_report_is_a_contradiction_of_side():
    concordance, (spot,) = compared([LEFT_FEMUR], "Findings: Metastasis of the right femur.")
    assert spot.side == "left"
    (said,) = concordance.contradictions
    assert (said.hot_spot, said.kind, said.places) == ("H01", "side", ("femur_right",))
    assert said.sentence == "H01 (left femur): the report speaks of the other side."
    assert in_chinese(said.sentence) == "H01（左侧股骨）：报告所述为另一侧。"


def test_both_sides_told_and_shown_contradict_nothing():
    concordance, _ = compared([LEFT_FEMUR, RIGHT_FEMUR], "Findings: Metastases of both femora.")
    assert (len(concordance.linked), concordance.contradictions) == (2, ())


def test_a_mirrored_focus_is_no_contradiction_where_the_other_side_is_hot_too():
    """The phrase speaks of the focus that is there; the other one has no phrase."""
    concordance, spots = compared([LEFT_FEMUR, RIGHT_FEMUR], "Findings: Metastasis of the right femur.")
    left = next(spot.id for spot in spots if spot.side == "left")
    assert concordance.contradictions == ()
    assert concordance.hot_spots_without_phrase == (left,)


@pytest.mark.parametrize(
    ("level", "kinds"), [("L2", []), ("L4", []), ("L1", ["level"]), ("T12", ["level"]), ("T8", [])]
)
def test_a_level_two_to_four_off_is_a_contradiction_of_level(level, kinds):
    concordance, (spot,) = compared([L3], f"Findings: Metastasis of {level}.")
    assert spot.level == "L3"
    assert [said.kind for said in concordance.contradictions] == kinds


def test_benign_in_the_report_and_metastasis_in_the_image_is_a_contradiction_of_nature():
    concordance, _ = compared([LEFT_FEMUR], "诊断意见：左侧股骨放射性浓聚，考虑骨折。")
    (said,) = concordance.contradictions
    assert (said.kind, said.status) == ("nature", "benign")
    assert in_chinese(said.sentence) == "H01（左侧股骨）：报告考虑良性，仅凭图像考虑转移。"


def test_metastasis_in_the_report_and_benign_in_the_image_is_a_contradiction_of_nature():
    benign = Focus(-80, -100, {"benign": 0.95})
    concordance, _ = compared([benign], "诊断意见：左侧股骨放射性浓聚，考虑转移。")
    assert [said.kind for said in concordance.contradictions] == ["nature"]


@pytest.mark.parametrize("words", ["性质待定", "转移不除外", ""])
def test_doubt_and_mere_uptake_contradict_no_nature(words):
    concordance, _ = compared([LEFT_FEMUR], f"诊断意见：左侧股骨放射性浓聚，{words}。")
    assert (concordance.linked, concordance.contradictions) == (("H01",), ())


def test_a_de_identified_case_keeps_what_its_words_said():
    """Its report has no words any more; measuring it again must say the same."""
    report = parse_report("Findings: Metastasis of the right femur.")
    case = a_case([LEFT_FEMUR], report=report)
    stripped = without_identity(case)
    assert stripped.report.text == ""
    again = compare_report(stripped.report, stripped.segmentation, case.hot_spots)
    assert [one.kind for one in again.contradictions] == ["side"]


def test_the_document_with_a_contradiction_is_valid():
    case = a_case([LEFT_FEMUR], report=parse_report("Findings: Metastasis of the right femur."))
    document = json.loads(json.dumps(result_document(case)))
    jsonschema.validate(document, json.loads(resource_path("Schema", "result.schema.json").read_text(encoding="utf-8")))
    assert document["concordance"]["contradictions"][0]["kind"] == "side"


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


# ---- what is no contradiction, and what is


def kinds(foci, text):
    concordance, _ = compared(foci, text)
    return [said.kind for said in concordance.contradictions]


@pytest.mark.parametrize(("probability", "wanted"), [(0.79, []), (0.81, ["nature"])])
def test_only_a_sure_image_contradicts_the_report(probability, wanted):
    focus = Focus(-80, -100, {"metastasis": probability, "benign": 1 - probability})
    assert kinds([focus], "诊断意见：左侧股骨放射性浓聚，考虑骨折。") == wanted


@pytest.mark.parametrize(("probability", "wanted"), [(0.85, []), (0.95, ["nature"])])
def test_only_a_sure_benign_image_contradicts_a_metastasis_in_the_report(probability, wanted):
    focus = Focus(-80, -100, {"benign": probability, "metastasis": 1 - probability})
    assert kinds([focus], "诊断意见：左侧股骨放射性浓聚，考虑转移。") == wanted


def test_arthritis_of_a_joint_says_nothing_of_a_metastasis_in_the_bone():
    """The report's knee and the hot spot's femur have one place in the list; the shaft is not the knee."""
    assert kinds([LEFT_FEMUR], "Impression: Degenerative uptake in the left knee.") == []
    assert kinds([LEFT_FEMUR], "Impression: Benign fracture of the left femur.") == ["nature"]


def test_the_other_side_s_fracture_says_nothing_of_the_nature():
    concordance, spots = compared(
        [LEFT_FEMUR, RIGHT_FEMUR], "Impression: Fracture of the right femur. Metastasis of the left femur."
    )
    (said,) = concordance.contradictions
    assert {spot.id: spot.side for spot in spots}[said.hot_spot] == "right"
    assert (said.kind, said.places) == ("nature", ("femur_right",))


def test_of_two_hot_spots_in_a_bone_a_phrase_may_mean_either():
    benign = Focus(-80, -180, {"benign": 0.95})
    assert len(compared([LEFT_FEMUR, benign], "Impression: Fracture of the left femur.")[1]) == 2
    assert kinds([LEFT_FEMUR, benign], "Impression: Fracture of the left femur.") == []
    assert kinds([LEFT_FEMUR, benign], "Impression: Metastasis of the left femur.") == []


def test_a_bone_told_metastatic_and_benign_contradicts_nothing():
    assert kinds([LEFT_FEMUR], "Impression: Metastasis of the left femur. Fracture of the left femur.") == []


def test_uptake_whose_nature_another_clause_tells_is_told():
    assert kinds([LEFT_FEMUR], "检查所见：左侧股骨浓聚。\n诊断意见：左侧股骨骨折。") == ["nature"]


def test_uptake_at_another_part_of_the_bone_may_be_meant():
    """A distal fracture is told; what the proximal uptake is, nobody says."""
    text = "检查所见：左侧股骨上段、左侧股骨下段浓聚。\n诊断意见：左侧股骨下段骨折。"
    assert kinds([LEFT_FEMUR], text) == []


@pytest.mark.parametrize("text", ["余骨未见明显异常。", "Remainder of the skeleton is unremarkable."])
def test_the_rest_is_normal_denies_no_hot_spot_of_its_own(text):
    concordance, _ = compared([LEFT_FEMUR], text)
    assert (concordance.contradictions, concordance.hot_spots_without_phrase) == ((), ("H01",))


def test_a_rib_two_off_is_linked_and_a_rib_three_off_contradicts():
    """Counting ribs errs by two now and then; the side is what it is."""
    concordance, (spot,) = compared([LEFT_RIB_7_BACK], "Findings: Metastasis of the left 9th rib.")
    assert (spot.level, concordance.linked, concordance.contradictions) == ("7", ("H01",), ())
    assert kinds([LEFT_RIB_7_BACK], "Findings: Metastasis of the left 10th rib.") == ["level"]
    assert kinds([LEFT_RIB_7_BACK], "Findings: Metastasis of the right 9th rib.") == []
    assert kinds([LEFT_RIB_7_BACK], "Findings: Metastasis of the right 7th rib.") == ["side"]


@pytest.mark.parametrize("text", ["T5浓聚，考虑转移。胸5椎体转移。", "检查所见：胸5浓聚。\n诊断意见：胸5转移。"])
def test_a_place_told_twice_is_one_phrase_without_hot_spot(text):
    concordance, _ = compared([], text)
    (phrase,) = concordance.phrases_without_hot_spot
    assert (phrase.places, phrase.status) == (("vertebra_T5",), "metastatic")


@pytest.mark.parametrize("text", ["T5放射性稀疏，考虑溶骨性转移。", "Cold defect in T5, a lytic metastasis."])
def test_too_little_uptake_asks_for_no_hot_spot(text):
    concordance, _ = compared([], text)
    assert concordance.phrases_without_hot_spot == ()


def test_the_bone_behind_may_be_meant():
    """A view does not say whether the sternum is hot or the spine behind it."""
    report = parse_report("Findings: Metastasis of the sternum.")
    _, segmentation, (spot,) = found([Focus(0, 500)], report=report)
    assert spot.region == "thoracic_spine"
    assert compare_report(report, segmentation, [spot]).linked == ()
    sternum = SKELETON_CHANNEL_NAMES.index("sternum")
    for name, view in spot.views.items():
        segmentation.views[name].skeleton[sternum][view.mask] = 0.5
    concordance = compare_report(report, segmentation, [spot])
    assert (concordance.linked, concordance.phrases_without_hot_spot) == (("H01",), ())


def test_the_text_path_alone_explains_a_hot_spot_and_flags_nothing():
    text = "Findings: Xyzzy plugh."
    concordance, _ = compared([LEFT_FEMUR], text, ("Xyzzy", ["femur_left"]), ("plugh", ["sternum"]))
    assert concordance == Concordance(linked=("H01",))


def test_each_hot_spot_has_one_word_for_its_disagreement():
    concordance, spots = compared([LEFT_FEMUR, L3], "Findings: Metastasis of the right femur.")
    said = {spot.region: concordance.disagreement_of(spot.id) for spot in spots}
    assert said == {"femur": "side", "lumbar_spine": NO_PHRASE}
    assert concordance.disagreement_of("H99") == ""


def test_words_that_may_mean_one_s_side_or_another_s_level_contradict_neither():
    right_rib_4 = Focus(120, rib_height_mm(4, "posterior"), views=("posterior",))
    concordance, spots = compared([LEFT_RIB_7_BACK, right_rib_4], "Findings: Metastasis of the right 7th rib.")
    assert {(spot.side, spot.level) for spot in spots} == {("left", "7"), ("right", "4")}
    assert concordance.contradictions == ()
    assert len(concordance.hot_spots_without_phrase) == 2
