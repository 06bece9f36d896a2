"""The 120 labelled sentences: complete, without contradictions, and as they were written before the reader."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from BoneMetSegLib import anatomy

FILE = Path(__file__).parents[1] / "data" / "report_sentences" / "report_sentences.json"
DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
SENTENCES = DOCUMENT["sentences"]
STATUSES = {"metastatic", "benign", "uncertain", "negated", "uptake"}
CERTAINTIES = {"definite", "probable", "possible"}
LEVELS_OF_REGION = {
    "cervical_spine": r"C[1-7](-C[1-7])?",
    "thoracic_spine": r"T\d{1,2}(-T\d{1,2})?",
    "lumbar_spine": r"L[1-5](-L[1-5])?",
    "ribs": r"\d{1,2}(-\d{1,2})?",
}


def test_the_sentences_are_as_they_were_written_before_the_reader():
    text = FILE.read_text(encoding="utf-8")  # a checkout may have changed the ends of lines
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert digest == "02cf760e5f3d6af388a1b96edc9303a44e2665dbe7d9655a87d98d872999b1d1"


def test_there_are_sixty_sentences_of_each_kind_in_both_languages():
    assert Counter(sentence["split"] for sentence in SENTENCES) == {"seen": 60, "unseen": 60}
    languages = Counter(sentence["language"] for sentence in SENTENCES)
    assert languages["zh"] >= 60
    assert languages["en"] >= 50
    assert len({sentence["text"] for sentence in SENTENCES}) == len({s["id"] for s in SENTENCES}) == 120


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence["id"])
def test_every_label_is_well_formed(sentence):
    regions = {region.name for region in anatomy.REPORTING_REGIONS} | {"skeleton"}
    for finding in sentence["findings"]:
        assert sentence["text"][finding["start"] : finding["end"]] == finding["place"]
        assert finding["region"] in regions
        assert finding["side"] in {"left", "right", "bilateral", None}
        assert finding["status"] in STATUSES
        assert finding["certainty"] in CERTAINTIES
        if finding["level"] is not None:
            assert re.fullmatch(LEVELS_OF_REGION[finding["region"]], finding["level"])


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence["id"])
def test_unseen_means_a_word_that_the_notes_do_not_name(sentence):
    vocabulary = {word.lower() for words in DOCUMENT["seen_vocabulary"].values() for word in words}
    assert bool(sentence["unseen_terms"]) == (sentence["split"] == "unseen")
    for term in sentence["unseen_terms"]:
        assert term in sentence["text"]
        assert term.lower() not in vocabulary


def test_left_and_right_in_the_text_agree_with_the_labels():
    for sentence in SENTENCES:
        for finding in sentence["findings"]:
            words = finding["place"].lower()
            if "left" in words or "左" in words:
                assert finding["side"] == "left", sentence["id"]
            if "right" in words or "右" in words:
                assert finding["side"] == "right", sentence["id"]
            if "双" in words or "both" in words or "bilateral" in words:
                assert finding["side"] == "bilateral", sentence["id"]
