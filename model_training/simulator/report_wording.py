"""What the writer needs of a language: rules for sentences, names of places, words that depend on number and kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .report_grammar import Draw, Grammar, Piece

# Benign kinds by a part of the simulator's word for them; the first that fits counts.
_KIND_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("compression", ("compression", "vertebral fracture", "insufficiency")),
    ("fracture", ("fractur", "trauma")),
    ("degenerative", ("arthr", "degener", "facet", "spondyl", "osteophyt", "joint")),
    ("paget", ("paget",)),
    ("dental", ("dental", "tooth", "sinus", "jaw")),
    ("infection", ("infect", "osteomyel", "inflam", "itis")),
    ("prosthesis", ("prosth", "implant", "surg", "postop")),
    ("enthesopathy", ("enthes", "tend", "insertion")),
    ("dysplasia", ("dysplas", "fibrous")),
)
BENIGN_KINDS = (*(kind for kind, _ in _KIND_WORDS), "other")


def benign_kind(kind: str) -> str:
    """Return which of ``BENIGN_KINDS`` a simulator's word means; "other" where none fits."""
    lower = kind.lower().replace("_", " ")
    return next((name for name, words in _KIND_WORDS if any(word in lower for word in words)), "other")


@dataclass(frozen=True)
class Wording:
    """One language's way of writing a report.

    Attributes
    ----------
    grammar : Grammar
        Rules named in ``report_writer``.
    draw_style : callable
        Draws a reader's habits, handed back to ``name_places``.
    name_places : callable
        ``(places with counts, style, draw) -> pieces``.
    number_words : callable
        ``(number of foci, draw) -> words by name`` that depend on how many foci are spoken of.
    joiners : tuple of str
        What may join two statements within one sentence.
    stop : str
        What ends a sentence.
    findings_headings, impression_headings : tuple of str
        With their colons.
    numbers : tuple of str
        How a numbered list may number ("1. ", "1、", "(1) "), with {n}.
    finish : callable
        ``(text, draw) -> text`` of the same length: capitals, full- and half-width forms.
    patient_words : callable
        ``(patient, draw) -> words by name``: cancer, age, activity, hours.
    wide_regions, system : tuple of (words, skeleton channels)
        Stretches of the skeleton for normal sentences, and the order of a region-by-region description.
    colon, list_mark : str
    last_marks : tuple of str
        What may stand before the last of a list.
    agree : callable
        ``pieces -> words by name``: verbs that agree with a list of places.
    """

    grammar: Grammar
    draw_style: Callable[[Draw], Any]
    name_places: Callable[[Mapping[str, int], Any, Draw], tuple[Piece, ...]]
    number_words: Callable[[int, Draw], dict[str, str]]
    joiners: tuple[str, ...]
    stop: str
    findings_headings: tuple[str, ...]
    impression_headings: tuple[str, ...]
    numbers: tuple[str, ...]
    finish: Callable[[str, Draw], str]
    patient_words: Callable[[Mapping[str, Any], Draw], dict[str, str]]
    wide_regions: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    system: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    colon: str
    list_mark: str
    last_marks: tuple[str, ...]
    agree: Callable[[tuple[Piece, ...]], dict[str, str]]
