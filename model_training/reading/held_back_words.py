"""Holds back a share of the training wordings, to choose a recipe for reading by words that it was not taught with.

The simulator's wording "held_back" is for the last measure alone; what is chosen by it would no longer be unseen. So a
choice is made here: every draw among sentences, words or spellings leaves out a fixed share of them while teaching, and
takes only those while measuring.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, Literal

from model_training.simulator.report_grammar import Draw, Item

_FEWEST = 3  # of a choice with fewer words nothing is held back
_SHARES = 10_000
Use = Literal["teaching", "choosing"]


class WordsHeldBack(Draw):
    """Draws like ``Draw``, among words kept for one use.

    Parameters
    ----------
    seed : int
    use : {"teaching", "choosing"}
        "teaching" never draws a held-back word; "choosing" draws nothing else where a choice holds one.
    share : float
        Of the distinct words of a choice that are held back, by their own hash: the same in every process.
    """

    def __init__(self, seed: int, use: Use, share: float = 0.35) -> None:
        super().__init__(seed)
        self._use, self._share = use, share

    def one(self, items: Sequence[Item]) -> Item:
        """Return one item; of words and templates, one kept for this use."""
        if len(items) >= _FEWEST and isinstance(items, tuple) and all(isinstance(item, (str, tuple)) for item in items):
            items = _kept(items, self._use, self._share)
        return super().one(items)


_KEPT: dict[Any, tuple[Any, ...]] = {}


def _kept(items: tuple[Any, ...], use: Use, share: float) -> tuple[Any, ...]:
    """Return the items kept for a use; remembered, as templates are long to write out."""
    # A choice of words is known by them; one of templates by its identity, kept alive beside what is remembered.
    words = all(isinstance(item, str) for item in items)
    key = (items if words else id(items), use, share)
    found = _KEPT.get(key)
    if found is None:
        empty = [item for item in items if not item]
        held = [item for item in items if item and zlib.crc32(repr(item).encode()) % _SHARES < share * _SHARES]
        others = [item for item in items if item and item not in held]
        chosen = held if use == "choosing" else others
        found = (tuple(chosen + empty) if chosen else items, items)
        _KEPT[key] = found
    return found[0]
