"""The headings by which hospitals part their reports."""

from __future__ import annotations

import time

import pytest

from BoneMetSegLib.report import normalise, parse_report
from BoneMetSegLib.report_headings import headings, is_heading


def _sections(text: str) -> list[tuple[str, str]]:
    report = parse_report(text)
    return [(clause.section, report.clause_text(clause)) for clause in report.clauses]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("放射学表现：", "findings"), ("影像学所见：", "findings"), ("骨显像所见：", "findings"), ("Imaging findings:", "findings"),
        ("核医学诊断：", "impression"), ("诊断意见及建议：", "impression"), ("FINAL IMPRESSION:", "impression"),
        ("Conclusion and recommendations:", "impression"), ("检查目的：", "clinical"), ("Reason for exam:", "clinical"),
        ("检查部位：", "technique"), ("建议：", "advice"), ("RECOMMENDATION:", "advice"), ("檢查所見：", "findings"),
        ("【检查所见】", "findings"), ("[Impression]", "impression"), ("〖诊断意见〗", "impression"),
        ("一、检查所见：", "findings"), ("（二）诊断意见：", "impression"), ("2. Impression:", "impression"),
        ("检 查 所 见：", "findings"), ("印    象：", "impression"), ("**Impression:**", "impression"),
        ("## Findings\n", "findings"), ("检查所见\n", "findings"), ("诊断意见 \n", "impression"), ("IMPRESSION\n", "impression"),
        ("Clinical history\n", "clinical"), ("IMPRESSION - ", "impression"), ("诊断意见\t", "impression"),
        ("检查所见  ", "findings"), ("Findings and impression:", "findings"),
    ],
)  # fmt: skip
def test_a_heading_in_any_dress_names_its_section(heading, section):
    assert _sections(f"Head of page\n{heading}L3 uptake")[-1] == (section, "L3 uptake")


@pytest.mark.parametrize(
    "sentence",
    [
        "The impression of arthritis remains",
        "findings in L3 are unchanged",
        "结论性意见待随访",
        "所见骨骼未见异常",
        "report - see above",
        "Impression of metastasis in L3 - see CT",
        "提示",
        "建议左股骨MRI检查",
    ],
)
def test_a_sentence_that_starts_with_such_a_word_is_no_heading(sentence):
    assert headings(normalise(sentence)) == []


def test_a_diagnosis_before_the_findings_is_the_referrers():
    assert _sections("诊断：肺癌\n检查所见：L3浓聚\n诊断：骨转移") == [
        ("clinical", "肺癌"), ("findings", "L3浓聚"), ("impression", "骨转移")
    ]  # fmt: skip


def test_a_line_is_a_heading_or_not():
    assert is_heading("检查所见:")
    assert is_heading("FINDINGS")
    assert not is_heading("检查所见: L3")
    assert not is_heading("L3")


@pytest.mark.parametrize("evil", ["检 ", "1. ", "   1.   ", "#", "\t \n", "(" * 9, "clinical  ", ". A"])
def test_no_text_makes_the_search_slow(evil):
    start = time.process_time()
    parse_report(evil * (200_000 // len(evil)) + "a")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Interpretation:", "impression"), ("WHOLE BODY BONE SCAN FINDINGS:", "findings"), ("Findings (3 h p.i.):", "findings"),
        ("检查所见（全身骨显像）：", "findings"), ("影像所见 Findings：", "findings"), ("诊断意见(Impression)：", "impression"),
        ("印象/Impression\n", "impression"), ("=== Findings ===\n", "findings"), ("--- 检查所见 ---\n", "findings"), ("__Impression__:", "impression"),
        ("「诊断意见」", "impression"), ("〔检查所见〕", "findings"), ("① 检查所见：", "findings"), ("▶Impression:", "impression"),
        ("全身骨显像所见：", "findings"), ("SPECT/CT所见：", "findings"), ("诊断结果：", "impression"), ("最后诊断：", "impression"),
        ("Impression/Recommendation:", "impression"), ("Indication\n", "clinical"), ("结论——", "impression"), ("Comparison study:", "comparison"),
        ("病史及体征：", "clinical"), ("*** 检查所见 ***\n", "findings"),
    ],
)  # fmt: skip
def test_headings_in_both_languages_and_between_rules(heading, section):
    assert _sections(f"Head of page\n{heading}L3 uptake")[-1] == (section, "L3 uptake")


def test_a_form_on_one_line_has_its_sections():
    assert _sections("姓名：张三 临床诊断：肺癌 检查方法：静脉注射 检查所见：左第7肋浓聚 结论：转移") == [
        ("", "姓名:张三"), ("clinical", "肺癌"), ("technique", "静脉注射"), ("findings", "左第7肋浓聚"), ("impression", "转移")
    ]  # fmt: skip
    assert _sections("HISTORY: Lung cancer COMPARISON: None FINDINGS: T8 uptake IMPRESSION: Metastasis") == [
        ("clinical", "Lung cancer"), ("comparison", "None"), ("findings", "T8 uptake"), ("impression", "Metastasis")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "本次检查未能得出结论，建议复查",
        "Bone scan - see above",
        "Whole Body Bone Scan Report",
        "see the impression: none",
        "检查所见未见异常：全身",
    ],
)
def test_titles_and_sentences_are_no_headings(text):
    assert headings(normalise(text)) == []
