"""What is read in a report: each rule with a sentence of its own; none of them is among the 120 of the yardstick."""

from __future__ import annotations

import pytest

from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_arbiter import combined, mentions_of, read_mentions
from BoneMetSegLib.report_findings import read_findings
from BoneMetSegLib.segmentation import Mention
from Testing.benchmarks.report_scores import score_sentences


def read(text):
    """Each finding as "words | region side level | status"."""
    report = parse_report(text)
    return [
        (report.text[one.start : one.end], " ".join(filter(None, (one.region, one.side, one.level))), one.status)
        for one in read_findings(report)
    ]


def places(text):
    return [place for _, place, _ in read(text)]


def statuses(text):
    return [status for *_, status in read(text)]


# ---- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("右侧第2、4、9前肋浓聚", ["ribs right 2", "ribs right 4", "ribs right 9"]),
        ("左侧第3肋至第5肋浓聚", ["ribs left 3-5"]),
        ("左侧第十一肋浓聚", ["ribs left 11"]),
        ("左3、右5后肋浓聚", ["ribs left 3", "ribs right 5"]),
        ("hot right 2nd to 4th ribs", ["ribs right 2-4"]),
        ("hot 5th left rib", ["ribs left 5"]),
        ("hot ribs 4-6 on the right", ["ribs right 4-6"]),
        ("hot left rib #9", ["ribs left 9"]),
    ],
)
def test_ribs_with_numbers_ranges_and_sides(text, wanted):
    assert places(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("腰1、3椎体浓聚", ["lumbar_spine L1", "lumbar_spine L3"]),
        ("T3至T6浓聚", ["thoracic_spine T3-T6"]),
        ("第11胸椎-第1腰椎浓聚", ["thoracic_spine T11-T12", "lumbar_spine L1"]),
        ("第四腰椎浓聚", ["lumbar_spine L4"]),
        ("L4-S1浓聚", ["lumbar_spine L4-L5", "sacrum"]),
        ("hot C5 and 6", ["cervical_spine C5", "cervical_spine C6"]),
        ("hot third lumbar vertebra", ["lumbar_spine L3"]),
        ("hot T-10", ["thoracic_spine T10"]),
        ("hot Th4", ["thoracic_spine T4"]),
        ("hot cervical, thoracic and lumbar spine", ["cervical_spine", "thoracic_spine", "lumbar_spine"]),
        ("颈胸椎浓聚", ["cervical_spine", "thoracic_spine"]),
    ],
)
def test_vertebrae_with_numbers_and_ranges(text, wanted):
    assert places(text) == wanted


@pytest.mark.parametrize("text", ["L3可见2处浓聚", "L3，3处浓聚", "L3 uptake, 2 foci", "L3 uptake, 4 mm"])
def test_a_number_that_counts_or_measures_is_no_level(text):
    assert places(text) == ["lumbar_spine L3"]


def test_the_number_of_a_list_is_no_rib():
    assert places("2、右侧第8肋浓聚") == ["ribs right 8"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("左侧肩胛骨及肱骨浓聚", ["scapula left", "humerus left"]),
        ("左侧肩胛骨、右侧肱骨浓聚", ["scapula left", "humerus right"]),
        ("左侧肩胛骨、胸骨、肱骨浓聚", ["scapula left", "sternum", "humerus"]),
        ("肱骨左侧浓聚", ["humerus left"]),
        ("右边髂骨浓聚", ["pelvis right"]),
        ("两侧膝关节浓聚", ["femur bilateral"]),
        ("骶骨左侧髂骨浓聚", ["sacrum", "pelvis left"]),
        ("L2右侧横突浓聚", ["lumbar_spine right L2"]),
        ("hot distal femur on the left", ["femur left"]),
        ("hot knees bilaterally", ["femur bilateral"]),
        ("hot right-sided proximal tibia", ["leg right"]),
    ],
)
def test_a_side_stands_before_or_behind_and_carries_over(text, wanted):
    assert places(text) == wanted


@pytest.mark.parametrize(("one", "other"), [("左", "右"), ("left", "right"), ("Lt", "Rt")])
def test_left_is_left_and_right_is_right(one, other):
    text = f"{one}侧髂骨浓聚，{other}侧髂骨未见异常" if one == "左" else f"hot {one} ilium, {other} ilium normal"
    assert [place for _, place, _ in read(text)] == ["pelvis left", "pelvis right"]


@pytest.mark.parametrize(("text", "place"), [("右则髂骨浓聚", "pelvis right"), ("腰2锥体浓聚", "lumbar_spine L2"), ("hot left femroal shaft", "femur left"), ("hot thorasic vertebrae", "thoracic_spine")])  # fmt: skip
def test_usual_slips_are_read(text, place):
    assert places(text) == [place]


@pytest.mark.parametrize("text", ["转移依据不足", "胃癌手术后", "on the other hand, uptake is seen", "脊柱侧弯"])
def test_words_that_hold_the_name_of_a_bone_are_no_place(text):
    assert places(text) == []


# ---- statuses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("右侧肱骨浓聚", "uptake"),
        ("右侧肱骨浓聚，考虑骨转移瘤", "metastatic"),
        ("右侧肱骨浓聚，多系外伤所致", "benign"),
        ("右侧肱骨浓聚，转移待排除", "uncertain"),
        ("右侧肱骨浓聚，不考虑转移，考虑退变", "benign"),
        ("右侧肱骨浓聚，未见骨折征象", "uptake"),
        ("右侧肱骨浓聚，较前无明显变化", "uptake"),
        ("右侧肱骨未见浓聚", "negated"),
        ("右侧肱骨显影正常", "negated"),
        ("右侧肱骨代谢高于正常骨", "uptake"),
        ("右侧肱骨转移可能性不大，考虑关节病", "benign"),
        ("右侧肱骨浓聚，高度怀疑转移", "metastatic"),
        ("uptake in the right humerus", "uptake"),
        ("uptake in the right humerus, favoured to be metastatic", "metastatic"),
        ("uptake in the right humerus from an old injury", "benign"),
        ("uptake in the right humerus, metastasis not excluded", "uncertain"),
        ("uptake in the right humerus without fracture", "uptake"),
        ("uptake in the right humerus, non-metastatic, degenerative", "benign"),
        ("the right humerus is normal", "negated"),
        ("no abnormality of the right humerus", "negated"),
        ("the right humerus focus is no longer seen", "negated"),
        ("a nonspecific focus in the right humerus", "uncertain"),
    ],
)
def test_the_status_of_a_place(text, status):
    assert statuses(text) == [status]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("颅骨、锁骨及右侧跟骨未见异常浓聚或稀疏", ["negated"] * 3),
        ("右侧肱骨浓聚，余骨未见异常", ["uptake", "negated"]),
        ("右侧肱骨浓聚而左侧肱骨正常", ["uptake", "negated"]),
        ("No lesion in the sternum, clavicles or right scapula", ["negated"] * 3),
        ("Metastases in the sternum, but no uptake in the skull", ["metastatic", "negated"]),
        ("The skull is normal except for uptake in the left orbit", ["negated", "uptake"]),
        ("除右侧肱骨外，其余骨骼未见异常浓聚", ["uptake", "negated"]),
        ("右侧肱骨浓聚；左侧胫骨浓聚。上述考虑转移。", ["metastatic", "metastatic"]),
        ("右侧肱骨、左侧胫骨浓聚，前者考虑外伤，后者转移不除外", ["benign", "uncertain"]),
    ],
)
def test_denial_and_nature_reach_as_far_as_the_grammar_says(text, wanted):
    assert statuses(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "临床病史：左侧股骨疼痛。",
        "检查方法：注射显像剂后3小时行全身骨显像。",
        "CT示L2骨质破坏。",
        "MRI shows an abnormal signal in L2.",
        "History of fracture of the right femur.",
        "Clinical history: metastases in L2.",
    ],
)
def test_history_technique_and_other_examinations_are_no_findings(text):
    assert read(text) == []


def test_what_is_concluded_from_a_ct_counts():
    assert statuses("L2浓聚，CT示局部骨赘形成，考虑退变。") == ["benign"]


def test_a_heading_names_no_finding_where_places_follow():
    assert places("Spine: hot T7.") == ["thoracic_spine T7"]


def test_multiple_metastases_without_a_place_speak_of_the_skeleton():
    assert read("诊断意见：多发骨转移。") == [("多发骨转移", "skeleton", "metastatic")]


@pytest.mark.parametrize(
    "text", ["右側肱骨放射性濃聚，考慮轉移", "右侧肱骨放射性浓聚,,考虑转移。。", "右侧 肱骨 放射性浓聚 考虑转移"]
)
def test_traditional_characters_and_odd_punctuation_are_read(text):
    assert [(place, status) for _, place, status in read(text)] == [("humerus right", "metastatic")]


def test_findings_name_slots():
    (finding,) = read_findings(parse_report("双侧第6-7肋浓聚"))
    assert finding.slots == ("rib_6_left", "rib_7_left", "rib_6_right", "rib_7_right")


# ---- the whole ------------------------------------------------------------------------------------------------------


def test_the_yardstick_is_reached():
    scores = score_sentences()
    assert scores["seen"].f1 >= 0.95
    assert scores["unseen"].f1 >= 0.85


UNITS = ["左侧第3肋、", "左侧髂骨浓聚", "浓聚，", "left femur uptake 右侧", "L3浓聚，均考虑转移，", "no change ", "1、2、3、", "a", "remaining ", "前者L3，", "12-", "? ", "余"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_long_text_without_sense_is_read_to_its_end(unit):
    """100,000 characters; a reading that is not linear would take hours."""
    text = "L1浓聚" + unit * (100_000 // len(unit))
    assert all(0 <= one.start < one.end <= len(text) for one in read_findings(parse_report(text)))


# ---- both readings --------------------------------------------------------------------------------------------------


def test_the_text_path_fills_in_what_the_lexicon_has_no_word_for():
    report = parse_report("Findings: hot zorkbone. Uptake in L2.")
    of_text_path = (Mention(14, 22, 0, ("femur_left",), "uptake"), Mention(34, 36, 1, ("vertebra_L2",), "metastatic"))
    assert [(one.slots, one.status) for one in read_mentions(report, of_text_path)] == [
        (("femur_left",), "uptake"),
        (("vertebra_L2",), "metastatic"),
    ]


def test_a_place_that_the_lexicon_names_keeps_its_side():
    report = parse_report("Findings: Metastasis of the right femur.")
    wrong = (Mention(28, 39, 0, ("femur_left",), "metastatic"),)
    both = combined(mentions_of(read_findings(report)), wrong)
    assert [one.slots for one in both] == [("femur_right",)]


# ---- too little uptake, both sides, both readers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cold"),
    [
        ("T5放射性稀疏", True),
        ("胸5椎体放射性缺损区，考虑溶骨性转移", True),
        ("Cold defect in T5", True),
        ("T5 with decreased tracer uptake", True),
        ("T5浓聚，中心放射性缺损", False),
        ("T5放射性浓聚较前减低", False),
        ("T5 shows increased uptake around a lytic centre", False),
    ],
)
def test_too_little_uptake_is_told_from_too_much(text, cold):
    assert [one.is_cold for one in read_findings(parse_report(text))] == [cold]


def test_what_is_told_of_both_sides_is_told_of_each():
    report = parse_report("双侧肱骨转移。肱骨转移。")
    assert [one.slots for one in read_mentions(report, ())] == [
        ("humerus_left",),
        ("humerus_right",),
        ("humerus_left", "humerus_right"),
    ]


def test_where_the_readers_differ_the_text_path_s_status_is_possible():
    report = parse_report("左侧肱骨转移。")
    (alone,) = read_mentions(report, ())
    assert (alone.status, alone.certainty, alone.source) == ("metastatic", "definite", "lexicon")
    (same,) = read_mentions(report, [Mention(0, 4, 0, ("humerus_left",), "metastatic")])
    assert same == alone
    (other,) = read_mentions(report, [Mention(0, 4, 0, ("humerus_left",), "benign")])
    assert (other.status, other.certainty, other.source) == ("benign", "possible", "lexicon")
    (mirrored,) = read_mentions(report, [Mention(0, 4, 0, ("humerus_right",), "benign")])
    assert mirrored == alone


def test_the_number_of_a_list_is_no_place_of_the_text_path_s():
    report = parse_report("10)左侧肱骨转移。")
    (only,) = read_mentions(report, [Mention(1, 2, 0, ("rib_10_right",), "benign")])
    assert only.slots == ("humerus_left",)
