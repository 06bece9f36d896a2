"""What the text path reads in one report: its places with their statuses, and what it reads in a given phrase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_findings import Finding
from BoneMetSegLib.segmentation import STATUSES
from model_training.simulator.report_grammar import WrittenMention

from .teach_reading import TextPath

GRAVEST_FIRST = ("metastatic", "uncertain", "benign", "uptake", "negated")
"""Of several statuses of a place the first of these counts, as in ``concordance``: a nature says more than none."""


@dataclass(frozen=True)
class ReadTokens:
    """A report as its tokens are read, in the order of its text.

    Attributes
    ----------
    spans : ndarray
        ``(tokens, 2)``: characters of the text, the end not included.
    windows : ndarray
        ``(tokens,)``: the window that a token stands in, one or more of them a clause.
    named : ndarray of bool
        ``(tokens, 78)``: places with a logit above 0.
    log_statuses : ndarray
        ``(tokens, 5)``: logarithms of the probabilities of ``STATUSES``.
    """

    spans: np.ndarray
    windows: np.ndarray
    named: np.ndarray
    log_statuses: np.ndarray


def read_tokens(path: TextPath, text: str) -> ReadTokens:
    """Read a report's text with a taught text path."""
    tokens = path.tokenizer(parse_report(text))
    found = [(row, at, span) for row, spans in enumerate(tokens.spans) for at, span in enumerate(spans) if span]
    if not found:
        return ReadTokens(
            np.zeros((0, 2), int), np.zeros(0, int), np.zeros((0, len(TEXT_SLOTS)), bool), np.zeros((0, len(STATUSES)))
        )
    rows, columns, spans = (list(one) for one in zip(*found, strict=True))
    ids, mask = path.tokenizer.pad(tokens.ids)
    path.encoder.eval()
    with torch.inference_mode():
        slots, statuses = path.reader.tags(path.encoder(ids, mask)[rows, columns])
    return ReadTokens(np.array(spans), np.array(rows), (slots > 0).numpy(), statuses.log_softmax(-1).numpy())


def gravest(statuses: Iterable[str]) -> str:
    """Return the gravest of some statuses."""
    return min(statuses, key=GRAVEST_FIRST.index)


def places_marked(mentions: Iterable[WrittenMention | Finding]) -> dict[str, str]:
    """Return the places that mentions, or the lexicon's findings, name, each with its gravest status."""
    places: dict[str, str] = {}
    for mention in mentions:
        for name in mention.slots:
            places[name] = gravest((mention.status, places.get(name, mention.status)))
    return places


def places_read(tokens: ReadTokens) -> dict[str, str]:
    """Return the places that a report is read to name, each with its gravest status.

    Tokens of one clause that follow each other and name the place are one mention, whose status is the likeliest by the
    mean over them: a single token does not make a place graver.
    """
    places: dict[str, str] = {}
    for slot in np.flatnonzero(tokens.named.any(0)):
        name = TEXT_SLOTS[slot]
        for run in _runs(tokens.named[:, slot], tokens.windows):
            status = _likeliest(tokens, run)
            places[name] = gravest((status, places.get(name, status)))
    return places


def mention_read(tokens: ReadTokens, start: int, end: int) -> tuple[tuple[str, ...], str]:
    """Return the slots that any token of a phrase is read to name, and their status, "" where none is named."""
    within = np.flatnonzero((tokens.spans[:, 0] >= start) & (tokens.spans[:, 0] < end) & tokens.named.any(1))
    if not len(within):
        return (), ""
    return _slots(tokens, within), _likeliest(tokens, within)


def read_elsewhere(tokens: ReadTokens, mentions: Iterable[WrittenMention]) -> list[WrittenMention]:
    """Return what is read outside of all given mentions: stretches of tokens that name places."""
    outside: np.ndarray = np.asarray(tokens.named.any(1))
    for mention in mentions:
        outside &= (tokens.spans[:, 0] < mention.start) | (tokens.spans[:, 0] >= mention.end)
    return [
        WrittenMention(
            int(tokens.spans[run[0], 0]), int(tokens.spans[run[-1], 1]), _slots(tokens, run), _likeliest(tokens, run)
        )
        for run in _runs(outside, tokens.windows)
    ]


def _runs(chosen: np.ndarray, windows: np.ndarray) -> list[np.ndarray]:
    """Indices of chosen tokens in stretches that follow each other within one window."""
    indices = np.flatnonzero(chosen)
    if not len(indices):
        return []
    broken = (np.diff(indices) > 1) | (np.diff(windows[indices]) != 0)
    return np.split(indices, np.flatnonzero(broken) + 1)


def _slots(tokens: ReadTokens, indices: np.ndarray) -> tuple[str, ...]:
    return tuple(TEXT_SLOTS[slot] for slot in np.flatnonzero(tokens.named[indices].any(0)))


def _likeliest(tokens: ReadTokens, indices: np.ndarray) -> str:
    return STATUSES[int(tokens.log_statuses[indices].mean(0).argmax())]
