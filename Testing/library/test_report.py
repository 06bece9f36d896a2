"""A report becomes sections and clauses whose spans point at the very characters the reader wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import normalise, parse_report

CHINESE = (
    "检查项目：全身骨显像\n"
    "显像剂：99mTc-MDP\n"
    "临床诊断：肺癌\n"
    "检查所见：\n"
    "1. 第６－８肋见点状放射性浓聚灶；Ｌ３椎体放射性增高。\n"
    "2. 余骨骼未见异常放射性浓聚或稀疏区。\n"
    "诊断意见：\n"
    "考虑多发骨转移。"
)
ENGLISH = (
    "Clinical history: prostate cancer.\n"
    "Technique: Whole-body bone scan with Tc-99m MDP.\n"
    "Findings:\n"
    "Focal increased uptake in L3. Degenerative-appearing uptake in the right knee; stable.\n"
    "Impression:\n"
    "1. Metastasis in L3.\n"
    "2. No scintigraphic abnormality suspicious for metastasis elsewhere."
)


def _clauses(text):
    report = parse_report(text)
    return [(clause.section, report.clause_text(clause)) for clause in report.clauses]


def _words(text):
    return [words for _, words in _clauses(text)]


def test_a_chinese_report_is_read_section_by_section():
    assert _clauses(CHINESE) == [
        ("technique", "全身骨显像"),
        ("technique", "99mTc-MDP"),
        ("clinical", "肺癌"),
        ("findings", "1. 第6-8肋见点状放射性浓聚灶;"),
        ("findings", "L3椎体放射性增高。"),
        ("findings", "2. 余骨骼未见异常放射性浓聚或稀疏区。"),
        ("impression", "考虑多发骨转移。"),
    ]


def test_an_english_report_is_read_section_by_section():
    assert _clauses(ENGLISH) == [
        ("clinical", "prostate cancer."),
        ("technique", "Whole-body bone scan with Tc-99m MDP."),
        ("findings", "Focal increased uptake in L3."),
        ("findings", "Degenerative-appearing uptake in the right knee;"),
        ("findings", "stable."),
        ("impression", "1. Metastasis in L3."),
        ("impression", "2. No scintigraphic abnormality suspicious for metastasis elsewhere."),
    ]


def test_a_report_without_headings_is_one_nameless_section():
    assert _clauses("L3椎体浓聚。余未见异常。") == [("", "L3椎体浓聚。"), ("", "余未见异常。")]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("检查所见", "findings"),
        ("影像所见", "findings"),
        ("【影像表现】", "findings"),
        ("诊断意见", "impression"),
        ("诊断印象", "impression"),
        ("[印象]", "impression"),
        ("结论", "impression"),
        ("临床诊断", "clinical"),
        ("显像剂", "technique"),
        ("FINDINGS", "findings"),
        ("Impression", "impression"),
        ("Conclusion", "impression"),
        ("Clinical indication", "clinical"),
        ("Comparison", "comparison"),
    ],
)
@pytest.mark.parametrize("colon", [":", "：", " ："])
def test_a_heading_names_its_section(heading, section, colon):
    assert _clauses(f"{heading}{colon}L3 uptake")[-1] == (section, "L3 uptake")


def test_a_heading_may_follow_a_chinese_sentence_on_the_same_line():
    assert _clauses("检查所见：T8浓聚。诊断意见：骨转移。") == [("findings", "T8浓聚。"), ("impression", "骨转移。")]


def test_a_headings_word_inside_a_sentence_is_no_heading():
    assert _clauses("检查所见：L3浓聚，提示转移。") == [("findings", "L3浓聚,提示转移。")]
    assert _clauses("Findings: the findings in L3 give the impression of arthritis") == [
        ("findings", "the findings in L3 give the impression of arthritis")
    ]


@pytest.mark.parametrize(
    "clause",
    [
        "第6-8肋见放射性浓聚灶",
        "未见异常放射性浓聚或稀疏区。",
        "1、多发骨转移。",
        "L3、L4、T12椎体放射性浓聚，考虑转移。",
        "病灶大小约2.5 cm。",
        "No. 7 rib on the left shows uptake.",
        "1. Focal uptake in L3",
        "uptake vs. the opposite side is higher.",
        "as seen by Dr. Smith.",
        "The focus measures 2.5 cm.",
        "compared with 2020.01.05 it is stable.",
        "uptake in a joint, i.e. arthritis, is seen.",
    ],
)
def test_what_says_one_thing_stays_one_clause(clause):
    assert _words(clause) == [normalise(clause)]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("T8浓聚；L3稀疏", ["T8浓聚;", "L3稀疏"]),
        ("T8浓聚！L3稀疏？余正常", ["T8浓聚!", "L3稀疏?", "余正常"]),
        ("Uptake in L3. Normal elsewhere.", ["Uptake in L3.", "Normal elsewhere."]),
        ("Uptake in T12. Normal elsewhere.", ["Uptake in T12.", "Normal elsewhere."]),
        ("Uptake in the femur.\nNormal elsewhere.", ["Uptake in the femur.", "Normal elsewhere."]),
        ("骨转移。\r\n\r\n请结合临床。\r随诊", ["骨转移。", "请结合临床。", "随诊"]),
    ],
)
def test_what_says_two_things_is_two_clauses(text, clauses):
    assert _words(text) == clauses


def test_numbering_and_rules_of_a_form_are_no_clauses():
    assert _words("-----\n1.\n***\nL3椎体浓聚\n。") == ["L3椎体浓聚"]


def test_full_width_characters_become_half_width_one_for_one():
    received = "Ｌ３：（第７－８肋）！　９９ｍＴｃ\xa0～"
    assert normalise(received) == "L3:(第7-8肋)! 99mTc ~"
    assert len(normalise(received)) == len(received)
    report = parse_report(received)
    assert report.text == received
    assert report.normalised == normalise(received)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (CHINESE, "zh"),
        (ENGLISH, "en"),
        ("99mTc-MDP SPECT/CT：L3椎体放射性浓聚，考虑骨转移", "zh"),
        ("Uptake in L3 (骨) suspicious for metastasis", "en"),
    ],
)
def test_the_language_is_that_of_most_of_the_text(text, language):
    assert parse_report(text).language == language


def test_line_ends_are_unified_and_a_byte_order_mark_goes():
    assert parse_report("\ufeffFindings:\r\nL3\rL4", encoding="utf-8-sig").text == "Findings:\nL3\nL4"
    assert parse_report("L3", encoding="gb18030").encoding == "gb18030"


@pytest.mark.parametrize("text", ["", "   \n\t", "\ufeff", "12345 --- 。", "…!?"])
def test_a_report_without_words_is_refused_in_one_sentence(text):
    with pytest.raises(InputError, match="report holds no text") as refusal:
        parse_report(text)
    assert "\n" not in str(refusal.value)


def test_the_last_sentence_of_a_long_report_is_still_a_clause():
    text = "检查所见：" + "余骨骼未见异常放射性浓聚。" * 250 + "左侧第7肋见异常浓聚灶。"
    report = parse_report(text)
    assert len(text) > 3000
    assert len(report.clauses) == 251
    assert report.clause_text(report.clauses[-1]) == "左侧第7肋见异常浓聚灶。"
    assert report.clauses[-1].end == len(text)


_WORDS = ("第7肋", "L3", "uptake", "未见")
_MARKS = (" ", "\n", "\r\n", "。", "；", ";", ".", "1. ", "印象：", "检查所见:", "\u3000", "(")
_REPORT_TEXT = st.lists(st.sampled_from(_WORDS + _MARKS), min_size=1, max_size=40).map("".join)


@given(_REPORT_TEXT.filter(lambda text: any(character.isalpha() for character in text)))
def test_spans_point_at_exact_characters_in_order_and_lose_no_word(text):
    report = parse_report(text)
    position = 0
    for clause in report.clauses:
        assert position <= clause.start < clause.end <= len(report.text)
        written = report.text[clause.start : clause.end]
        assert written == written.strip()
        assert normalise(written) == report.clause_text(clause)
        assert any(character.isalpha() for character in written)
        position = clause.end
    outside = report.normalised
    for clause in reversed(report.clauses):
        outside = outside[: clause.start] + "|" + outside[clause.end :]
    for word in _WORDS:
        assert word not in outside


def test_a_full_stop_after_a_number_ends_a_clause_and_the_number_of_a_list_does_not():
    findings = "FINDINGS: Uptake in left posterior rib 10. Left rib 11 is normal, as in 2020. See approx. L5.\n"
    report = parse_report(findings + "IMPRESSION: 1. T8. 2. Rib 7.")
    assert [report.clause_text(clause) for clause in report.clauses] == [
        "Uptake in left posterior rib 10.",
        "Left rib 11 is normal, as in 2020.",
        "See approx. L5.",
        "1. T8.",
        "2. Rib 7.",
    ]


def test_a_half_width_stop_ends_a_chinese_clause():
    report = parse_report("诊断意见:1.T8骨转移瘤.2.胸骨放射性浓聚,恶性病变待查.胸椎未见异常.")
    texts = [report.clause_text(clause) for clause in report.clauses]
    assert texts == ["1.T8骨转移瘤.", "2.胸骨放射性浓聚,恶性病变待查.", "胸椎未见异常."]


def test_sections_on_one_line_are_told_apart():
    report = parse_report("TECHNIQUE: Whole body. FINDINGS: Uptake at T8. IMPRESSION: Metastasis.")
    assert [clause.section for clause in report.clauses] == ["technique", "findings", "impression"]


def test_radicals_and_soft_ends_of_programs_that_write_pdf_are_read():
    report = parse_report("检查所见：\n左侧⾻、⻣见⻓条状浓聚\x0b诊断意见：\u2028转移")
    assert [(one.section, report.clause_text(one)) for one in report.clauses] == [
        ("findings", "左侧骨、骨见长条状浓聚"),
        ("impression", "转移"),
    ]
    first = report.clauses[0]
    assert report.text[first.start : first.end] == "左侧⾻、⻣见⻓条状浓聚"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "History: L2 fracture. Pain in T8.\nFindings: Uptake in T4.\nImpression: Metastasis.",
            ["Uptake in T4.", "Metastasis."],
        ),
        ("病史：左髋痛。右膝置换。\n所见：T4浓聚。\n对比：T8较前增高。", ["T4浓聚。"]),
        # Without a heading of findings they may stand under another one; its first clause is its own.
        (
            "Clinical details: Ca breast. Bone scan shows uptake in T4. Impression: Metastasis.",
            ["Bone scan shows uptake in T4.", "Metastasis."],
        ),
        ("Comparison: None.\nUptake in T4.", ["Uptake in T4."]),
        ("Clinical history: metastases in L2.", []),
        ("Uptake in T4.", ["Uptake in T4."]),
    ],
)
def test_history_technique_and_comparison_tell_no_finding(text, told):
    report = parse_report(text)
    assert [text[one.start : one.end] for one in report.clauses if report.tells(one)] == told
