"""Which words may stand for which, in pretraining by correction.

MacBERT draws them from a package of Chinese synonyms; none is used here. Similar are, instead,

- terms of one place in the anatomy table, and of places of the same kind (a bone for a bone, a joint for a joint);
- tokens that stand between the same neighbours in the corpus: cosine of the counts of left and right neighbours, each
  weighted by its positive pointwise mutual information (Church & Hanks 1990; Bullinaria & Levy 2007).

Both are the corpus' own or the project's, so that a hospital needs nothing beside its reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from BoneMetSegLib.anatomy import FINE_REGIONS

_MOST_SIMILAR = 8
_FEWEST_SEEN = 3
_MOST_TOKENS = 12_000  # of a vocabulary; the most frequent are compared
_BLOCK = 512


class SimilarWords:
    """Words and tokens by what may stand for them.

    Parameters
    ----------
    windows : iterable of sequences of int
        Token ids of the corpus, for the neighbours.
    encode : callable
        ``text -> token ids`` without special tokens.
    special : set of int
        Token ids that never stand for anything.
    """

    def __init__(self, windows: Iterable[Sequence[int]], encode: Callable[[str], list[int]], special: set[int]) -> None:
        self.terms, self._of_term = _terms(encode)
        self.longest_term = max(map(len, self.terms), default=1)
        self._of_token = _by_neighbours(windows, special)

    def instead_of(self, word: tuple[int, ...], rng: np.random.Generator) -> tuple[int, ...] | None:
        """Return another word of as many tokens; None where none is similar."""
        others = self._of_term.get(word, ())
        if others:
            return others[int(rng.integers(len(others)))]
        tokens = [self._of_token.get(token, ()) for token in word]
        if any(not found for found in tokens):
            return None
        return tuple(found[int(rng.integers(len(found)))] for found in tokens)


def _terms(
    encode: Callable[[str], list[int]],
) -> tuple[set[tuple[int, ...]], dict[tuple[int, ...], tuple[tuple[int, ...], ...]]]:
    """Return the anatomy table's terms as token ids, and for each those of its kind with as many tokens."""
    kinds: dict[tuple[str, int], dict[tuple[int, ...], None]] = {}
    for fine in FINE_REGIONS:
        kind = "joint" if fine.is_joint else "level" if fine.level else "bone"
        for term in (*fine.terms_zh, *fine.terms_en):
            ids = tuple(encode(term))
            if ids:
                kinds.setdefault((f"{kind} {term.isascii()}", len(ids)), {})[ids] = None
    similar = {word: tuple(other for other in words if other != word) for words in kinds.values() for word in words}
    return set(similar), similar


def _by_neighbours(windows: Iterable[Sequence[int]], special: set[int]) -> dict[int, tuple[int, ...]]:
    pairs: Counter[tuple[int, int]] = Counter()
    seen: Counter[int] = Counter()
    for window in windows:
        seen.update(window)
        pairs.update(pairwise(window))
    tokens = [t for t, count in seen.most_common(_MOST_TOKENS) if count >= _FEWEST_SEEN and t not in special]
    if len(tokens) < 2 * _MOST_SIMILAR:
        return {}
    row = {token: index for index, token in enumerate(sorted(tokens))}
    order = np.array(sorted(tokens))
    # Columns are the neighbours to the left, then those to the right.
    rows, columns, counts = [], [], []
    for (left, right), count in pairs.items():
        if left in row and right in row:
            rows += [row[right], row[left]]
            columns += [row[left], len(row) + row[right]]
            counts += [count, count]
    together = sparse.coo_matrix((counts, (rows, columns)), (len(row), 2 * len(row)), float).tocsr()
    total = max(together.sum(), 1.0)
    alone = np.asarray(together.sum(1)).ravel()
    beside = np.asarray(together.sum(0)).ravel()
    found = together.tocoo()
    information = np.log(found.data * total / (alone[found.row] * beside[found.col]))
    weights = sparse.csr_matrix((np.maximum(information, 0), (found.row, found.col)), found.shape)
    length = np.sqrt(np.asarray(weights.multiply(weights).sum(1)).ravel())
    weights = sparse.diags(1 / np.maximum(length, 1e-9)) @ weights
    similar: dict[int, tuple[int, ...]] = {}
    for start in range(0, len(row), _BLOCK):
        cosines = (weights[start : start + _BLOCK] @ weights.T).toarray()
        for offset, line in enumerate(cosines):
            line[start + offset] = 0
            nearest = np.argsort(-line, kind="stable")[:_MOST_SIMILAR]
            similar[int(order[start + offset])] = tuple(order[nearest[line[nearest] > 0]].tolist())
    return similar
