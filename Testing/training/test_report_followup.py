"""Reports of follow-ups, of SPECT, of superscans and of patients with operations say what is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.anatomy import WHOLE_SKELETON_SLOT
from BoneMetSegLib.errors import InputError
from model_training.simulator.report_examination import Condition, conditions_of
from model_training.simulator.report_writer import NO_ERRORS, KnownFocus, write_report

LANGUAGES = ("zh", "en")
WORDS = {
    ("zh", "grown"): ("增大", "增浓", "增高", "扩大", "进展"),
    ("zh", "shrunk"): ("缩小", "减淡", "减低", "好转"),
    ("zh", "new"): ("新",),
    ("zh", "stable"): ("变化", "相仿", "同前"),
    ("zh", "resolved"): ("消失", "未见", "恢复正常"),
}
WORSE = ("进展", "加重", "病灶增多", "数目增多", "新发", "新增")
BETTER = ("好转", "改善", "治疗有效", "减少、减淡")


def focus(name, number, hot_spot_class="metastasis", kind="metastasis", **more):
    side = name.rsplit("_", 1)[-1]
    side = side if side in ("left", "right") else "midline"
    return KnownFocus(hot_spot_class, name, kind, side, number=number, lesion_id=f"m{number}", **more)


THREE = (focus("vertebra_L3", 1), focus("rib_7_left", 2), focus("ilium_right", 3))


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def texts(foci, language="zh", patient=None, count=60, **keywords):
    return [
        write_report(
            foci, patient or {}, language, np.random.default_rng(seed), report_error_rates=NO_ERRORS, **keywords
        )
        for seed in range(count)
    ]


@pytest.mark.parametrize("change", ["new", "grown", "stable", "shrunk"])
def test_the_change_of_a_focus_is_said_in_its_own_words(change):
    reports = texts(THREE[:1], prior={"m1": change})
    told = sum(any(word in report.text for word in WORDS["zh", change]) for report in reports)
    assert told > 45
    assert all(report.statements[0].change == change for report in reports)


@pytest.mark.parametrize(
    ("change", "contradictions"),
    [
        ("stable", (*WORSE, *BETTER, "增浓", "减淡", "消失")),
        ("shrunk", (*WORSE, "增浓", "消失", "无明显变化", "首次")),
        ("grown", (*BETTER, "减淡", "消失", "无前片")),
    ],
)
def test_a_comparison_never_contradicts_the_truth(change, contradictions):
    for report in texts(THREE, prior=dict.fromkeys(("m1", "m2", "m3"), change), count=150):
        said = report.text.replace("未见新发病灶", "")
        assert not any(word in said for word in contradictions)


def test_a_resolved_focus_is_named_as_gone(language):
    named = 0
    for report in texts(
        THREE[1:], language, prior={"m1": "resolved", "m2": "stable", "m3": "stable"}, prior_foci=THREE
    ):
        about = [m.status for m in report.mentions if m.slots == ("vertebra_L3",)]
        assert set(about) <= {"negated"}
        named += bool(about)
    assert named > 25


def test_a_resolved_focus_is_not_called_normal_where_another_is(language):
    other = focus("acetabulum_right", 4)
    for report in texts((other,), language, prior={"m3": "resolved", "m4": "stable"}, prior_foci=THREE):
        assert not any("pelvis_right" in m.slots for m in report.mentions if m.status == "negated")


def test_flare_reads_as_growth_and_unknown_changes_are_refused():
    reports = texts(THREE[:1], prior={"m1": "flare"})
    assert reports[0].statements[0].change == "grown"
    with pytest.raises(InputError, match="new, grown, stable"):
        texts(THREE[:1], prior={"m1": "exploded"}, count=1)


def test_followups_are_written_in_the_held_back_wording_too(language):
    changes = {"m1": "new", "m2": "grown", "m3": "shrunk"}
    assert len({r.text for r in texts(THREE, language, prior=changes, wording="held_back")}) > 55


def test_spect_reports_measure_suv_and_speak_of_no_whole_body(language):
    foci = [replace(one, suv_max=value) for one, value in zip(THREE, (12.3, 23.4, 34.5), strict=True)]
    reports = texts(foci, language, examination="spect")
    said = [value for report in reports for value in ("12.3", "23.4", "34.5") if value in report.text]
    assert len(set(said)) == 3
    assert len(said) > 30
    whole = ("全身骨显像", "全身骨骼") if language == "zh" else ("whole body", "whole-body", "planar")
    assert not any(word in report.text.lower() for report in reports for word in whole)


def test_suv_may_be_given_by_focus_number():
    assert any("45.6" in r.text for r in texts(THREE, examination="spect", suv_max={2: 45.6}))
    assert not any("45.6" in r.text for r in texts(THREE, suv_max={2: 45.6}))


def test_an_unknown_examination_or_wording_is_refused():
    with pytest.raises(InputError, match="planar"):
        texts(THREE, examination="pet", count=1)
    with pytest.raises(InputError, match="held_back"):
        texts(THREE, wording="poetry", count=1)


def test_a_superscan_is_called_one_and_has_no_kidneys(language):
    foci = [focus(f"vertebra_{level}", n) for n, level in enumerate(("T5", "T7", "T9", "L1", "L3"), 1)]
    foci += [focus(f"rib_{n}_{side}", 10 + n) for n in range(1, 12) for side in ("left", "right")]
    reports = [
        write_report(foci, {"superscan": True}, language, np.random.default_rng(seed)).text.lower()
        for seed in range(60)
    ]
    words = ("超级",) if language == "zh" else ("superscan",)
    assert sum(any(word in text for word in words) for text in reports) > 20
    normal = ("双肾、膀胱显影", "双肾、膀胱区") if language == "zh" else ("kidneys are normal", "both kidneys are seen")
    assert not any(word in text for text in reports for word in normal)


def test_a_superscan_speaks_of_the_whole_skeleton(language):
    foci = [focus(f"rib_{n}_{side}", n + 20 * (side == "left")) for n in range(1, 12) for side in ("left", "right")]
    report = write_report(foci, {"superscan": True}, language, np.random.default_rng(1))
    assert any(WHOLE_SKELETON_SLOT in m.slots and m.status in ("uptake", "metastatic") for m in report.mentions)


def test_conditions_are_understood_in_several_forms():
    assert conditions_of({"conditions": ["hip_prosthesis_left"]}) == (Condition("prosthesis", "left", "hip"),)
    assert conditions_of({"conditions": ({"kind": "amputation", "side": "right", "bone": "tibia_shaft"},)}) == (
        Condition("amputation", "right", "leg"),
    )
    assert conditions_of({"conditions": {"mastectomy": "left", "scoliosis": 0}}) == (
        Condition("mastectomy", "left", ""),
    )
    assert conditions_of({"conditions": "left knee replacement"}) == (Condition("prosthesis", "left", "knee"),)
    assert conditions_of({}) == ()


@pytest.mark.parametrize(
    ("condition", "zh", "en"),
    [
        ("hip prosthesis left", "左侧髋关节", "left hip"),
        ("mastectomy right", "右侧乳腺", "right breast"),
        ("amputation leg left", "左侧下肢", "left leg"),
        ("scoliosis", "脊柱", "spine"),
        ("rib fracture right", "右侧肋骨", "right rib cage"),
    ],
)
def test_a_condition_is_told_on_its_side_and_is_no_finding(condition, zh, en):
    for language, words in (("zh", zh), ("en", en)):
        reports = texts((), language, {"conditions": [condition]})
        assert sum(words in report.text for report in reports) > 15
        assert all({m.status for m in report.mentions} <= {"negated"} for report in reports)


def test_the_injection_site_is_told_on_its_side(language):
    site = KnownFocus("physiological", "injection_site", "injection site", "right", number=1)
    reports = texts((site,), language, count=100)
    words = ("右侧肘", "右肘", "右前臂", "右手背", "位于右", "右上肢") if language == "zh" else ("right ",)
    assert any(any(word in report.text for word in words) for report in reports)
    other = (
        ("左肘", "左前臂", "左手背", "位于左") if language == "zh" else ("left antecubital", "left forearm", "left arm")
    )
    assert not any(word in report.text.lower() for report in reports for word in other)


def test_a_missing_kidney_is_told_on_its_side(language):
    kidney = KnownFocus("physiological", "kidney", "kidney", "left", number=1)
    word, wrong = ("右肾", "左肾") if language == "zh" else ("right", "left kidney")
    reports = texts((kidney,), language, count=100)
    assert any(word in report.text for report in reports)
    assert not any(wrong in report.text for report in reports)
