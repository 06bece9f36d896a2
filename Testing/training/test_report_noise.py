"""Disturbed reports: mentions follow the text, sides and numbers keep their meaning."""

from __future__ import annotations

import re

import numpy as np
import pytest

from model_training.reading.report_noise import Noise, disturbed
from model_training.simulator.report_grammar import WrittenMention
from model_training.simulator.report_writer import WrittenReport, random_report

MUCH = Noise(1.0, 0.6, 1.0, 0.0)


def written(text: str, *mentions: tuple[str, tuple[str, ...], str]) -> WrittenReport:
    found = [WrittenMention(text.index(p), text.index(p) + len(p), slots, status) for p, slots, status in mentions]
    return WrittenReport(text, tuple(found), ())


def test_without_noise_a_report_stays_as_it_is(rng):
    report = random_report("zh", rng)
    again = disturbed(report, "zh", Noise(0, 0, 0, 0), rng)
    assert (again.text, again.mentions) == (report.text, tuple(sorted(report.mentions, key=lambda m: m.start)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_mentions_keep_places_and_status_and_lie_in_the_text_one_after_the_other(language, rng):
    for _ in range(30):
        report = random_report(language, rng)
        other = disturbed(report, language, MUCH, rng)
        before = sorted(report.mentions, key=lambda m: m.start)
        assert [(m.slots, m.status) for m in other.mentions] == [(m.slots, m.status) for m in before]
        ends = [0, *(end for m in other.mentions for end in (m.start, m.end)), len(other.text)]
        assert ends == sorted(ends)
        assert all(m.start < m.end for m in other.mentions)


def test_words_outside_places_become_unknown_and_places_stay(rng):
    text = "检查所见：左侧第7肋放射性浓聚，右侧髂骨未见异常。"
    report = written(text, ("左侧第7肋", ("rib_7_left",), "uptake"), ("右侧髂骨", ("pelvis_right",), "negated"))
    other = disturbed(report, "zh", Noise(1.0, 1.0, 0.0, 0.0), rng)
    assert other.text != text
    assert [other.text[m.start : m.end] for m in other.mentions] == ["左侧第7肋", "右侧髂骨"]


def test_a_rib_of_the_left_side_stays_one_of_the_left_in_every_spelling(rng):
    spellings = set()
    for language, phrase in (("zh", "左侧第7肋"), ("en", "left 7th rib")):
        report = written(f"x {phrase} y", (phrase, ("rib_7_left",), "uptake"))
        for _ in range(200):
            other = disturbed(report, language, Noise(0, 0, 1.0, 0), rng)
            (mention,) = other.mentions
            spelled = other.text[mention.start : mention.end]
            spellings.add(spelled)
            assert ("左" in spelled) if language == "zh" else re.search(r"\bleft\b", spelled)
            assert "右" not in spelled or language == "en"
            assert re.search("7|七|seventh", spelled)
    assert len(spellings) > 100


def test_levels_keep_their_part_of_the_spine_and_their_numbers(rng):
    for language, phrase in (("zh", "T8-T10椎体"), ("en", "T8-T10 vertebrae")):
        report = written(f"x {phrase} y", (phrase, ("vertebra_T8", "vertebra_T9", "vertebra_T10"), "metastatic"))
        for _ in range(200):
            other = disturbed(report, language, Noise(0, 0, 1.0, 0), rng)
            spelled = other.text[other.mentions[0].start : other.mentions[0].end]
            assert re.search("T|胸|thoracic", spelled), spelled
            assert re.search("8|八|eighth", spelled), spelled
            assert re.search("10|十|tenth", spelled), spelled


def test_a_sided_bone_keeps_its_side_and_its_word(rng):
    for language, phrase, side, bone in (("zh", "右侧髂骨", "右", "髂骨"), ("en", "right ilium", "right", "ilium")):
        report = written(f"x {phrase} y", (phrase, ("pelvis_right",), "uptake"))
        for _ in range(100):
            other = disturbed(report, language, Noise(0, 0, 1.0, 0), rng)
            spelled = other.text[other.mentions[0].start : other.mentions[0].end]
            assert side in spelled
            assert bone in spelled


def test_the_side_of_a_rib_that_stands_with_another_is_not_invented(rng):
    """In "左侧第7肋、第9肋" the second phrase has no side of its own; written alone it would gain a word."""
    report = written("第9肋", ("第9肋", ("rib_9_left",), "uptake"))
    assert {disturbed(report, "zh", Noise(0, 0, 1.0, 0), rng).text for _ in range(50)} == {"第9肋"}


def test_sides_numbers_and_parts_of_the_spine_are_never_unknown_within_a_place(rng):
    report = written("左侧第十一肋", ("左侧第十一肋", ("rib_11_left",), "uptake"))
    for _ in range(50):
        assert re.fullmatch("左..十一肋", disturbed(report, "zh", Noise(0, 0, 0, 0.9), rng).text)


def test_the_same_random_numbers_disturb_in_the_same_way():
    def once():
        rng = np.random.default_rng(4)
        return [disturbed(random_report("en", rng), "en", MUCH, rng).text for _ in range(5)]

    assert once() == once()
