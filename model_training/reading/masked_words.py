"""Chooses what a pretraining step spoils and how: MacBERT's masking as correction (Cui et al. 2020, section 3).

15 % of the words are chosen, in runs of one to four words (40, 30, 20 and 10 %); of these runs 80 % are replaced by
similar words, 10 % by random tokens, and 10 % are left. The encoder says what stood there. [MASK] is never used, as no
report holds it. A word is a term of the anatomy table, a whole English word, or a Chinese character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.text_encoder import ReportTokenizer

from .similar_words import SimilarWords

CHOSEN_SHARE = 0.15
_RUN_SHARES = (0.4, 0.3, 0.2, 0.1)
_SIMILAR_SHARE, _RANDOM_SHARE = 0.8, 0.1
_SPECIAL = re.compile(r"\[[A-Za-z]+\d*\]|<[A-Z]+>")  # [CLS], [unused1]
NOT_CHOSEN = -100  # what torch's cross-entropy leaves out


@dataclass(frozen=True)
class WordMasker:
    """Spoils windows of token ids.

    Attributes
    ----------
    similar : SimilarWords
    ordinary : numpy.ndarray
        Token ids that random ones are drawn from.
    continuing : frozenset of int
        Token ids that go on a word ("##ing").
    """

    similar: SimilarWords
    ordinary: np.ndarray
    continuing: frozenset[int]

    def words(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Return the words of a stretch of token ids as (start, end), longest terms first from the left."""
        found, start = [], 0
        while start < len(ids):
            for length in range(min(self.similar.longest_term, len(ids) - start), 1, -1):
                if tuple(ids[start : start + length]) in self.similar.terms:
                    end = start + length
                    break
            else:
                end = start + 1
            while end < len(ids) and ids[end] in self.continuing:
                end += 1
            found.append((start, end))
            start = end
        return found

    def __call__(self, ids: Sequence[int], rng: np.random.Generator) -> tuple[list[int], list[int]]:
        """Return spoiled token ids, and what stood at chosen places (NOT_CHOSEN elsewhere)."""
        words = self.words(ids)
        spoiled, wanted = list(ids), [NOT_CHOSEN] * len(ids)
        if not words:
            return spoiled, wanted
        goal = max(1, round(CHOSEN_SHARE * len(words)))
        taken: set[int] = set()
        for first in rng.permutation(len(words)):
            if len(taken) >= goal:
                break
            length = 1 + int(rng.choice(len(_RUN_SHARES), p=_RUN_SHARES))
            run = [w for w in range(int(first), min(int(first) + length, len(words))) if w not in taken]
            run = run[: goal - len(taken)]
            taken.update(run)
            fate = rng.random()
            for word in run:
                start, end = words[word]
                wanted[start:end] = ids[start:end]
                if fate < _SIMILAR_SHARE:
                    other = self.similar.instead_of(tuple(ids[start:end]), rng)
                    # Without a similar word a random one stands in, as in MacBERT.
                    spoiled[start:end] = other if other is not None else self._random(end - start, rng)
                elif fate < _SIMILAR_SHARE + _RANDOM_SHARE:
                    spoiled[start:end] = self._random(end - start, rng)
        return spoiled, wanted

    def _random(self, count: int, rng: np.random.Generator) -> list[int]:
        return [int(token) for token in rng.choice(self.ordinary, count)]


def word_masker(windows: Sequence[Sequence[int]], tokenizer: ReportTokenizer) -> WordMasker:
    """Return the masker of a corpus, given as token ids without special tokens."""
    vocabulary: dict[str, int] = json.loads(tokenizer.to_json())["model"]["vocab"]
    special = {number for piece, number in vocabulary.items() if _SPECIAL.fullmatch(piece)}
    similar = SimilarWords(windows, tokenizer.encode, special)
    # Random tokens are those of the corpus: no report holds the rest of a vocabulary of 20 000.
    seen = sorted({token for window in windows for token in window} - special)
    continuing = frozenset(number for piece, number in vocabulary.items() if piece.startswith("##"))
    return WordMasker(similar, np.array(seen), continuing)
