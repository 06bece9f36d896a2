"""What names no finding is no mention: history, technique, advice, quality, laboratory values beside true findings."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from BoneMetSegLib.report import parse_report
from model_training.reading import other_words_en, other_words_zh
from model_training.reading.composed_reports import composed_report, other_grammar, other_sentence, words_of
from model_training.reading.other_values import Values
from model_training.simulator.report_grammar import Draft, Draw

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SENTENCES = (
    *("clinical", "request", "known", "technique", "advice"),
    *("quality", "comparison", "organs", "laboratory", "remark"),
)
LEVEL = re.compile(r"\b(C[1-7]|T\d\d?|L[1-5]|S1|D\d\d?)\b|[颈胸腰]\d")


@LANGUAGES
def test_no_mention_lies_in_a_sentence_that_names_no_finding(language):
    words = other_words_zh if language == "zh" else other_words_en
    for templates in other_grammar(language).templates.values():
        assert not any(re.search(r"\{[PADJL]\}|<[NMBQU]:", template) for template in templates)
    for rule in SENTENCES:
        assert rule in words.RULES
        for seed in range(40):
            said = other_sentence(language, rule, Draw(seed))
            assert said.strip(), rule
            assert "{" not in said


@LANGUAGES
def test_a_composed_report_holds_places_and_levels_that_are_no_mention(language, monkeypatch):
    import model_training.reading.composed_reports as composed

    asides: list[str] = []

    def kept(*arguments):
        asides.append(other_sentence(*arguments))
        return asides[-1]

    monkeypatch.setattr(composed, "other_sentence", kept)
    levels = 0
    for seed in range(150):
        asides.clear()
        report = composed.composed_report(language, Draw(seed))
        lower, position = report.text.lower(), 0
        for aside in asides:
            start = lower.index(aside.lower().strip(), position)
            end = position = start + len(aside.strip())
            assert not any(one.start < end and start < one.end for one in report.mentions), aside
            levels += LEVEL.search(aside) is not None
    assert levels > 15


@LANGUAGES
def test_a_laboratory_value_never_carries_a_mention(language):
    laboratory = re.compile(r"(PSA|ALP|CEA|CA ?15-3|CA-?125|PTH|Gleason|mCi|MBq|ng/m[lL]|U/L|SUV)")
    found = 0
    for seed in range(200):
        report = composed_report(language, Draw(seed))
        for match in laboratory.finditer(report.text):
            found += 1
            assert not any(one.start < match.end() and match.start() < one.end for one in report.mentions)
    assert found > 25


@LANGUAGES
def test_every_word_and_number_that_a_sentence_refers_to_is_known(language):
    values = Values(language, Draw(0), {"O": lambda: None})
    places = {"P", "A", "D", "J", "L", "O"}
    for grammar in (words_of(language).grammar, other_grammar(language)):
        for name, templates in grammar.templates.items():
            for reference in re.findall(r"\{(\w+)\}", "".join(templates)):
                assert reference in grammar or reference in places or values.get(reference), (name, reference)


@LANGUAGES
def test_metastases_without_a_place_are_said_of_the_whole_skeleton_with_every_status(language):
    said = {
        name: Counter() for name in ("normal", "whole_metastatic", "whole_benign", "whole_uncertain", "whole_uptake")
    }
    expected = {
        "normal": "negated",
        "whole_metastatic": "metastatic",
        "whole_benign": "benign",
        "whole_uncertain": "uncertain",
        "whole_uptake": "uptake",
    }
    for name, status in expected.items():
        for seed in range(120):
            draft = Draft()
            values = Values(language, Draw(seed), {"P": lambda: "here"})
            words_of(language).grammar.say(draft, Draw(seed), name, values)
            assert {(one.slots, one.status) for one in draft.mentions} == {(("whole_skeleton",), status)}, draft.text
            for one in draft.mentions:
                phrase = draft.text[one.start : one.end]
                assert phrase == phrase.strip()
                said[name][phrase] += 1
    metastases = "骨转移" if language == "zh" else "bone metastases"
    assert min(len(phrases) for phrases in said.values()) > 20
    assert metastases in said["normal"]


def test_rt_and_lt_with_a_full_stop_stay_with_their_bone():
    report = parse_report("Uptake in the Rt. femur and Lt. 5th rib. Normal skull.")
    assert [report.text[one.start : one.end] for one in report.clauses] == [
        "Uptake in the Rt. femur and Lt. 5th rib.",
        "Normal skull.",
    ]
