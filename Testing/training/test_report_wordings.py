"""The wordings of simulated reports: enough sentence skeletons, and a wording that training never sees."""

from __future__ import annotations

import re

import numpy as np
import pytest

from BoneMetSegLib.report import normalise, parse_report
from BoneMetSegLib.report_headings import headings
from model_training.simulator import wording_en_held_back, wording_zh_held_back
from model_training.simulator.count_skeletons import table
from model_training.simulator.report_grammar import Grammar
from model_training.simulator.report_skeletons import skeletons, skeletons_of_template
from model_training.simulator.report_wordings import LANGUAGES, WORDINGS
from model_training.simulator.report_writer import random_report

HELD_BACK_TERMS = {"zh": wording_zh_held_back.TERMS, "en": wording_en_held_back.TERMS}


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


def texts_of(language, wording, count, seed=11):
    rng = np.random.default_rng(seed)
    return [random_report(language, rng, wording=wording).text for _ in range(count)]


@pytest.fixture(scope="module")
def training_texts(language):
    return texts_of(language, "training", 4000)


@pytest.fixture(scope="module")
def held_back_texts(language):
    return texts_of(language, "held_back", 4000)


def all_skeletons(language, wording):
    return [form for forms in skeletons(WORDINGS[language, wording].grammar).values() for form in forms]


def test_synonyms_make_no_skeleton_and_slots_and_clauses_do():
    assert skeletons_of_template("{P}[可见|见|有]{hot}") == ("{P}‹可见›{hot}",)
    assert skeletons_of_template("{P}{hot}[，{call}{met}|]") == ("{P}{hot}，{call}{met}", "{P}{hot}")
    assert skeletons_of_template("[there is |]uptake in {P}") == ("‹there is ›uptake in {P}",)
    assert skeletons_of_template("<N:[余骨|其余]>正常") == ("<negated:‹余骨›>正常",)
    assert skeletons_of_template("uptake in {P}[; {correlate}|, {correlate}|]") == (
        "uptake in {P}; {correlate}",
        "uptake in {P}, {correlate}",
        "uptake in {P}",
    )


def test_words_in_slots_are_not_counted_as_sentences():
    grammar = Grammar({"uptake": ("{P}{hot}", "{P}见{hot}"), "hot": ("浓聚", "增高"), "kind_other": ("良性",)})
    assert skeletons(grammar) == {"uptake": ("{P}{hot}", "{P}见{hot}")}


def test_training_has_at_least_500_skeletons_and_the_held_back_wording_120(language):
    assert len(set(all_skeletons(language, "training"))) >= 500
    assert len(set(all_skeletons(language, "held_back"))) >= 120


def test_the_table_of_skeletons_names_each_rule_and_sums_up():
    lines = list(table())
    assert sum(line.split()[0] == "all" for line in lines) == len(WORDINGS)
    assert any(line.split()[0] == "metastatic" and int(line.split()[2]) > 40 for line in lines)


def bare(skeleton):
    """Strip spaces and punctuation, by which two skeletons must not merely differ."""
    return re.sub(r"[\s，,。.；;：:()（）‹›-]", "", skeleton).lower()


def test_no_held_back_skeleton_is_a_training_one(language):
    training = {bare(form) for form in all_skeletons(language, "training")}
    held_back = {bare(form) for form in all_skeletons(language, "held_back")}
    assert not training & held_back


def test_held_back_headings_and_layouts_are_not_those_of_training(language):
    training, held_back = WORDINGS[language, "training"], WORDINGS[language, "held_back"]
    for name in ("findings_headings", "impression_headings"):
        assert not {bare(one) for one in getattr(training, name)} & {bare(one) for one in getattr(held_back, name)}
    assert not set(training.numbers) & set(held_back.numbers)
    assert {"letter", "table", "impression_first"} <= set(held_back.layouts)
    assert not {"letter", "table", "impression_first"} & set(training.layouts)


def test_held_back_headings_are_headings_to_the_library(language):
    for heading in (
        *WORDINGS[language, "held_back"].findings_headings,
        *WORDINGS[language, "held_back"].impression_headings,
    ):
        found = headings(normalise(f"{heading}L3"))
        assert len(found) == 1
        assert found[0].section in ("findings", "impression")


def test_held_back_terms_never_occur_in_training_reports(language, training_texts):
    assert len(HELD_BACK_TERMS[language]) >= 40
    for text in training_texts:
        for term in HELD_BACK_TERMS[language]:
            assert term not in (text.lower() if language == "en" else text)


def test_each_held_back_term_occurs_in_held_back_reports(language, held_back_texts):
    everything = "\n".join(held_back_texts)
    everything = everything.lower() if language == "en" else everything
    assert [term for term in HELD_BACK_TERMS[language] if term not in everything] == []


def test_held_back_mentions_are_phrases_within_one_clause(language):
    rng = np.random.default_rng(5)
    total = outside = 0
    for _ in range(400):
        report = random_report(language, rng, wording="held_back")
        parsed = parse_report(report.text)
        assert report.wording == "held_back"
        for mention in report.mentions:
            phrase = report.text[mention.start : mention.end]
            assert phrase
            assert phrase == phrase.strip()
            total += 1
            outside += not any(c.start <= mention.start and mention.end <= c.end for c in parsed.clauses)
    assert total > 1000
    assert outside / total <= 0.005


def test_sides_hold_in_the_held_back_wording(language):
    words = {"zh": {"left": "左", "right": "右"}, "en": {"left": "left", "right": "right"}}[language]
    rng = np.random.default_rng(6)
    checked = 0
    for _ in range(300):
        report = random_report(language, rng, wording="held_back")
        for mention in report.mentions:
            sides = {slot.rsplit("_", 1)[-1] for slot in mention.slots} & {"left", "right"}
            phrase = report.text[mention.start : mention.end].lower()
            if mention.status == "negated" or len(sides) != 1:
                continue
            (side,) = sides
            assert words[side] in phrase
            assert words["right" if side == "left" else "left"] not in phrase
            checked += 1
    assert checked > 200


def test_no_report_stutters(language, training_texts):
    marks = re.compile(r"[。，；、：]{2,}|[,;]{2,}|[。.][，,；;]|\n\n|[ \n]$|(?<!\S)(\w+) \1\b", re.IGNORECASE)
    doubled = re.compile(r"(改变|可能|考虑|转移|病变|浓聚|所致|椎体|关节)\1")
    stuttering = [text for text in training_texts if marks.search(text) or doubled.search(text)]
    assert len(stuttering) <= 0.003 * len(training_texts)
