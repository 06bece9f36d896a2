"""The bundled tokenizer: every character a report may hold, and the same one in every process."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from tokenizers import Tokenizer

from BoneMetSegLib.anatomy import FINE_REGIONS
from model_training.reading.vocabulary import build_tokenizer

TEXTS = ["No abnormal uptake in the left scapula.", "Metastasis of the 7th rib (T12, L3), SUV 3.2; see CT."] * 3
TEXTS += [f"Uptake number {number} in the sacroiliac joint, osteoarthritis more likely" for number in range(40)]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return build_tokenizer(TEXTS, 200)


def pieces(tokenizer: Tokenizer, text: str) -> list[str]:
    return tokenizer.encode(text, add_special_tokens=False).tokens


def test_special_tokens_have_the_numbers_that_training_counts_on(tokenizer):
    names = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    assert [tokenizer.token_to_id(name) for name in names] == [0, 1, 2, 3, 4]


def test_every_chinese_word_for_a_bone_is_read_character_by_character(tokenizer):
    for fine in FINE_REGIONS:
        for term in fine.terms_zh:
            read = pieces(tokenizer, term)
            assert "[UNK]" not in read, term
            assert read == list(term.lower()), term


def test_digits_are_read_one_by_one(tokenizer):
    assert pieces(tokenizer, "T12椎体、第11肋") == ["t", "1", "2", "椎", "体", "、", "第", "1", "1", "肋"]


def test_an_english_word_never_seen_falls_into_letters_not_into_unknown(tokenizer):
    read = pieces(tokenizer, "Xylophagous zyx-3.5%!?")
    assert "[UNK]" not in read
    assert "".join(piece.removeprefix("##") for piece in read) == "xylophagouszyx-3.5%!?"


def test_words_of_the_texts_become_pieces(tokenizer):
    assert pieces(tokenizer, "Uptake number") == ["uptake", "number"]


def test_another_process_learns_the_same_tokenizer(tokenizer):
    code = (
        f"from model_training.reading.vocabulary import build_tokenizer as b; print(b({TEXTS!r}, 200).to_str(), end='')"
    )
    path = [entry for entry in sys.path if entry]
    for _ in range(2):
        script = f"import sys; sys.path[:0] = {path!r}; sys.stdout.reconfigure(encoding='utf-8'); {code}"
        again = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
        assert hashlib.sha256(again).digest() == hashlib.sha256(tokenizer.to_str().encode()).digest()
