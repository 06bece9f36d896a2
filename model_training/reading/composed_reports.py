"""Composes reports from the broad vocabulary: frames of a status around places, with exact mentions."""

from __future__ import annotations

from functools import cache

from BoneMetSegLib.anatomy import REPORTING_REGIONS
from model_training.simulator.report_grammar import Draft, Draw, Grammar, Piece, PlaceList
from model_training.simulator.report_writer import WrittenReport

from . import place_words_en, place_words_zh, status_words_en, status_words_zh
from .place_phrases import Language, place_phrase

# Frames of a status around places, as often as each is drawn, by section.
_FINDINGS = ("uptake",) * 9 + ("negated",) * 5 + ("benign",) * 3 + ("uncertain",) * 2 + ("metastatic",) * 2
_IMPRESSION = ("metastatic",) * 6 + ("benign",) * 6 + ("uncertain",) * 6 + ("negated",) * 2 + ("uptake",) * 2
_WHOLE_FINDINGS = ("rest",) * 5 + ("normal",) * 2 + ("whole_uptake",) * 2
_WHOLE_IMPRESSION = (
    "rest",
    "normal",
    "normal",
    "whole_metastatic",
    "whole_metastatic",
    "whole_benign",
    "whole_uncertain",
)
_STATUSES = {"uptake", "metastatic", "benign", "uncertain", "negated"}
_SIDED = tuple(region.name for region in REPORTING_REGIONS if region.sided)
_UNSIDED = tuple(region.name for region in REPORTING_REGIONS if not region.sided)


@cache
def grammar_of(language: Language) -> Grammar:
    """Return the frames of a language."""
    return Grammar((status_words_zh if language == "zh" else status_words_en).RULES)


def composed_report(language: Language, draw: Draw) -> WrittenReport:
    """Return a short report: findings and an impression, sometimes with a history that names no finding."""
    headings = (status_words_zh if language == "zh" else status_words_en).HEADINGS
    draft = Draft()
    if draw.chance(0.25):
        draft.add(draw.one(headings["clinical"]))
        _sentence(draft, "history", language, draw)
        draft.end_line()
    both = draw.chance(0.7)
    if both or draw.chance(0.5):
        if draw.chance(0.85):
            draft.add(draw.one(headings["findings"]))
        _section(draft, _FINDINGS, _WHOLE_FINDINGS, language, draw)
    if both or not draft.mentions:
        draft.end_line()
        draft.add(draw.one(headings["impression"]))
        _section(draft, _IMPRESSION, _WHOLE_IMPRESSION, language, draw)
    draft.trim()
    return WrittenReport(draft.text, tuple(draft.mentions), ())


def _section(draft: Draft, frames: tuple[str, ...], whole: tuple[str, ...], language: Language, draw: Draw) -> None:
    count = draw.number(1, 5)
    numbered = draw.chance(0.3)
    for index in range(count):
        if numbered:
            draft.end_line() if index else None
            draft.add(f"{index + 1}{'、' if language == 'zh' else '. '}")
        _sentence(draft, draw.one(frames), language, draw)
    if draw.chance(0.5):
        _sentence(draft, draw.one(whole), language, draw)
    if draw.chance(0.25):
        _sentence(draft, "nothing_said", language, draw)


def _sentence(draft: Draft, frame: str, language: Language, draw: Draw) -> None:
    """Append a sentence and its stop; mentions never begin or end in white space."""
    status = frame if frame in _STATUSES else "uptake"
    places = PlaceList(_places(language, draw), status)
    said = Draft()
    grammar_of(language).say(said, draw, frame, {"P": places})
    draft.append(said)
    draft.add(draw.one(("。", "。", "。", "；", "，")) if language == "zh" else draw.one((". ", ". ", ". ", "; ")))


def _places(language: Language, draw: Draw) -> tuple[Piece, ...]:
    """Return one to four places and what joins them; an article stands before the phrase and is no part of it."""
    pieces: list[Piece] = []
    count = draw.one((1, 1, 1, 1, 2, 2, 3, 4))
    named: set[str] = set()
    for index in range(count):
        slots = drawn_slots(language, draw)
        if named & set(slots):
            continue
        named |= set(slots)
        phrase = place_phrase(slots, language, draw)
        if phrase is None:
            raise ValueError(f"no phrase for {slots}")
        if pieces:
            pieces.append(Piece(_joiner(language, index == count - 1, draw)))
        if language == "en" and draw.chance(0.5) and phrase[:1].islower():
            pieces.append(Piece("the "))
        pieces.append(Piece(phrase, slots))
    return tuple(pieces)


def _joiner(language: Language, last: bool, draw: Draw) -> str:
    if language == "zh":
        return draw.one(("、", "及", "和", "，", "以及", "与", "、")) if last else draw.one(("、", "、", "、", "，"))
    return draw.one((" and ", " and ", ", and ", " as well as ", ", ", " & ", " plus ")) if last else ", "


def drawn_slots(language: Language, draw: Draw) -> tuple[str, ...]:
    """Return the slots of one place: levels, ribs, a region with its side, or a group of regions."""
    kind = draw.number(0, 99)
    if kind < 27:
        part, count = draw.one((("C", 7), ("T", 12), ("T", 12), ("L", 5), ("L", 5)))
        if kind == 0:
            start = draw.number(9, 12)
            return tuple(f"vertebra_T{n}" for n in range(start, 13)) + tuple(
                f"vertebra_L{n}" for n in range(1, draw.number(1, 3) + 1)
            )
        return tuple(f"vertebra_{part}{n}" for n in _numbers(count, draw))
    if kind < 50:
        numbers = _numbers(12, draw)
        sides = draw.one((("left",), ("right",), ("left",), ("right",), ("left", "right")))
        return tuple(f"rib_{n}_{side}" for side in sides for n in numbers)
    if kind < 80:
        region = draw.one((*_SIDED, "pelvis", "femur", "pelvis", "humerus"))
        side = draw.number(0, 9)
        return tuple(
            f"{region}_{one}" for one in (("left",) if side < 4 else ("right",) if side < 8 else ("left", "right"))
        )
    if kind < 93:
        return (draw.one(_UNSIDED),)
    words = place_words_zh if language == "zh" else place_words_en
    return draw.one([slots for _, slots in words.GROUPS])


def _numbers(count: int, draw: Draw) -> list[int]:
    """Return one number, a stretch, or a few scattered ones, from 1 to ``count``."""
    kind = draw.number(0, 9)
    first = draw.number(1, count)
    if kind < 6:
        return [first]
    if kind < 8:
        return list(range(first, min(count, first + draw.number(1, 4)) + 1))
    return sorted({draw.number(1, count) for _ in range(draw.number(2, 4))})
