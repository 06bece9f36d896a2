"""Words held back from teaching, to choose a recipe by."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from model_training.reading.held_back_words import WordsHeldBack
from model_training.simulator.report_grammar import Draw
from model_training.simulator.report_writer import random_report

WORDS = tuple(f"word {number}" for number in range(40))


def drawn(use: str, seed: int = 1) -> set[str]:
    draw = WordsHeldBack(seed, use)
    return {draw.one(WORDS) for _ in range(2000)}


def test_the_two_uses_share_no_word_and_leave_none_out():
    teaching, choosing = drawn("teaching"), drawn("choosing")
    assert not teaching & choosing
    assert teaching | choosing == set(WORDS)
    assert 0.15 < len(choosing) / len(WORDS) < 0.55


def test_numbers_and_choices_of_two_are_drawn_as_ever():
    assert {WordsHeldBack(3, "choosing").one((1, 2, 3, 4)) for _ in range(1)} <= {1, 2, 3, 4}
    draw, plain = WordsHeldBack(5, "choosing"), Draw(5)
    assert [draw.one(("a", "b")) for _ in range(50)] == [plain.one(("a", "b")) for _ in range(50)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_reports_for_choosing_are_worded_otherwise(language):
    def sentences(use):
        rng = np.random.default_rng(2)
        texts = [random_report(language, rng, draws=partial(WordsHeldBack, use=use)).text for _ in range(30)]
        return {text[start : start + 12] for text in texts for start in range(0, len(text) - 12, 6)}

    teaching, choosing = sentences("teaching"), sentences("choosing")
    assert len(teaching & choosing) < 0.1 * len(choosing)


def test_the_same_seed_writes_the_same_report():
    texts = [
        random_report("zh", np.random.default_rng(8), draws=partial(WordsHeldBack, use="teaching")).text
        for _ in range(2)
    ]
    assert texts[0] == texts[1]
