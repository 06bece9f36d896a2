"""What the writer needs of a language: rules for sentences, names of places, words that depend on number and kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .report_examination import Condition
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
        ``(number of foci, degree, draw) -> words by name`` that depend on how many foci are spoken of, and how strong.
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
    layouts : tuple of str
        Of ``report_layouts``, as often as they are drawn.
    sides : mapping
        "left" and "right" in words.
    where : callable
        ``condition -> its place in words``, "" where it cannot be said.
    """

    grammar: Grammar
    draw_style: Callable[[Draw], Any]
    name_places: Callable[[Mapping[str, int], Any, Draw], tuple[Piece, ...]]
    number_words: Callable[[int, str, Draw], dict[str, str]]
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
    layouts: tuple[str, ...]
    sides: Mapping[str, str]
    where: Callable[[Condition], str]


# Primaries in a clinic that sends patients to bone scans; shares by judgement.
_PRIMARIES = {
    "male": ("prostate",) * 5 + ("lung",) * 3 + ("other",) * 3,
    "female": ("breast",) * 5 + ("lung",) * 2 + ("gynaecological",) + ("other",) * 2,
}


def sex_of(patient: Mapping[str, Any], draw: Draw) -> str:
    """Return "male" or "female"; drawn where it is not known."""
    sex = str(patient.get("sex", "") or draw.one(("male", "female"))).lower()
    return "female" if sex[:1] in ("f", "女") else "male"


def primary_of(patient: Mapping[str, Any], sex: str, draw: Draw) -> str:
    """Return "prostate", "breast", "lung", "gynaecological" or "other"; drawn by sex where it is not known."""
    drawn = draw.one(_PRIMARIES[sex])
    given = str(patient.get("primary") or "").lower()
    return next((name for name in ("prostate", "breast", "lung") if name in given), "other" if given else drawn)
