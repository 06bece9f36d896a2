"""The encoding of a report: one text, the same words, whoever wrote it."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BoneMetSegLib.report import normalise, parse_report
from BoneMetSegLib.report_files import read_report
from BoneMetSegLib.text_encodings import declared_charset, decoded, decoded_as
from BoneMetSegLib.traditional_chinese import TO_SIMPLIFIED, to_simplified
from model_training.simulator import wording_zh, wording_zh_context, wording_zh_findings, wording_zh_natures

SIMPLIFIED = "检查所见：左侧第7肋及腰椎见点状放射性浓聚灶。\n诊断意见：多发骨转移瘤，请结合临床。"
TRADITIONAL = "檢查所見：左側第7肋及腰椎見點狀放射性濃聚灶。\n診斷意見：多發骨轉移瘤，請結合臨床。"


def _phrases() -> list[str]:
    """Every phrase that the simulated reports are made of."""
    modules = (wording_zh, wording_zh_findings, wording_zh_natures, wording_zh_context)
    source = "\n".join(inspect.getsource(module) for module in modules)
    return [phrase for phrase in re.findall(r'"([^"\n{}]*[\u4e00-\u9fff][^"\n{}]*)"', source) if len(phrase) > 3]


def _in_traditional(text: str) -> str:
    back = {simplified: traditional for traditional, simplified in reversed(TO_SIMPLIFIED.items())}
    return text.translate(back)


def test_big5_and_gb18030_are_told_apart_by_their_words():
    assert decoded(TRADITIONAL.encode("big5")) == (TRADITIONAL, "Big5")
    assert decoded(SIMPLIFIED.encode("gb18030")) == (SIMPLIFIED, "GB18030")
    assert decoded(SIMPLIFIED.encode("gbk")) == (SIMPLIFIED, "GB18030")
    assert decoded("骶骨見放射性濃聚".encode("big5hkscs")) == ("骶骨見放射性濃聚", "Big5")


def test_every_two_phrases_of_the_simulated_reports_are_told_apart(rng):
    phrases = _phrases()
    assert len(phrases) > 200
    wrong = 0
    for _ in range(500):
        text = "，".join(rng.choice(phrases, 2))
        wrong += decoded(text.encode("gb18030")) != (text, "GB18030")
        traditional = _in_traditional(text)
        try:
            big5 = traditional.encode("big5hkscs")
        except UnicodeEncodeError:  # a character Big5 never had
            continue
        wrong += decoded(big5) != (traditional, "Big5")
    assert wrong <= 2


def test_dashes_and_quotes_of_a_western_program_are_kept():
    text = "Metastasis – likely in “L3”, 25 µSv."
    assert decoded(text.encode("cp1252")) == (text, "Windows-1252")


def test_what_is_no_text_has_no_encoding():
    assert decoded(b"\xff\xff\xff") is None
    assert decoded_as(b"words", "no-such-codec") is None
    assert decoded_as(b"words", "zlib") is None
    assert declared_charset(b'<meta http-equiv="x" content="text/html; charset=GB2312">') == "gb2312"


def test_a_traditional_report_is_read_as_its_simplified_twin(tmp_path):
    path = tmp_path / "report.txt"
    path.write_bytes(TRADITIONAL.encode("big5"))
    report, twin = read_report(path), parse_report(SIMPLIFIED)
    assert report.encoding == "Big5"
    assert report.text == TRADITIONAL, "the text stays as it was written"
    assert [report.clause_text(one) for one in report.clauses] == [twin.clause_text(one) for one in twin.clauses]
    assert [(one.start, one.end, one.section) for one in report.clauses] == [
        (one.start, one.end, one.section) for one in twin.clauses
    ]


@pytest.mark.parametrize(
    ("there", "here"),
    [("右側腸骨", "右侧髂骨"), ("薦骨", "骶骨"), ("攝護腺癌", "前列腺癌"), ("左側恥骨", "左侧耻骨"), ("下顎骨", "下颌骨"),
     ("左側橈骨", "左侧桡骨"), ("右髕骨", "右髌骨"), ("骨掃瞄", "骨扫描")],
)  # fmt: skip
def test_words_of_taiwan_and_hong_kong_become_those_of_the_table(there, here):
    assert to_simplified(there) == here


def test_simplified_text_is_left_alone():
    assert normalise(SIMPLIFIED.replace("：", ":").replace("，", ",")) == SIMPLIFIED.replace("：", ":").replace(
        "，", ","
    )
    assert to_simplified("左侧显著浓聚") == "左侧显著浓聚"


@given(st.text())
def test_spans_stay_valid_whatever_is_normalised(text):
    assert len(normalise(text)) == len(text)


@given(st.binary())
def test_any_bytes_are_text_or_not(data):
    found = decoded(data)
    assert found is None or isinstance(found[0], str)
