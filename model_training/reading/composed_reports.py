"""Composes reports from the broad vocabulary: frames of a status around places, with exact mentions.

Among the findings stand sentences that name places and numbers and find nothing there (``other_words_*``): history,
technique, advice, remarks on quality, other exams, organs, laboratory values. Nothing in those is a mention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from types import ModuleType

from BoneMetSegLib.anatomy import REPORTING_REGIONS
from model_training.simulator.report_grammar import Draft, Draw, Grammar, Piece, PlaceList
from model_training.simulator.report_writer import WrittenReport

from . import (
    disease_words_en,
    disease_words_zh,
    other_words_en,
    other_words_zh,
    place_words_en,
    place_words_zh,
    status_words_en,
    status_words_zh,
    whole_words_en,
    whole_words_zh,
)
from .other_values import Values
from .place_lists import elliptic_list
from .place_phrases import Language, place_phrase, sided_phrase

# Frames of a status around places, as often as each is drawn, by section.
_FINDINGS = ("uptake",) * 9 + ("negated",) * 5 + ("benign",) * 3 + ("uncertain",) * 2 + ("metastatic",) * 2
_IMPRESSION = ("metastatic",) * 6 + ("benign",) * 6 + ("uncertain",) * 6 + ("negated",) * 2 + ("uptake",) * 2
_WHOLE_FINDINGS = ("rest",) * 5 + ("normal",) * 3 + ("whole_uptake",) * 2 + ("whole_metastatic", "whole_benign")
_WHOLE_IMPRESSION = (
    *("rest", "normal", "normal", "normal", "normal"),
    *("whole_metastatic", "whole_metastatic", "whole_metastatic", "whole_benign", "whole_benign"),
    *("whole_uncertain", "whole_uncertain", "whole_uptake"),
)
# What is said between findings and names none, by the section that it is said in.
_ASIDE_FINDINGS = (
    "organs",
    "organs",
    "quality",
    "technique",
    "comparison",
    "remark",
    "clinical",
    "advice",
    "laboratory",
)
_ASIDE_IMPRESSION = ("advice", "advice", "advice", "clinical", "comparison", "laboratory", "remark", "technique")
_ASIDE = 0.22  # of the sentences of findings and impression are followed by one
# Sections that hold no finding: how often each stands before the findings, and what may be said in it.
_BEFORE = (
    ("clinical", 0.4, ("clinical",) * 6 + ("request",) * 2 + ("laboratory",) * 2 + ("comparison", "known")),
    ("technique", 0.25, ("technique",) * 6 + ("quality",)),
    ("comparison", 0.12, ("comparison",)),
)
_STATUSES = {"uptake", "metastatic", "benign", "uncertain", "negated"}
_SIDED = tuple(region.name for region in REPORTING_REGIONS if region.sided)
_UNSIDED = tuple(region.name for region in REPORTING_REGIONS if not region.sided)
_LIMBS = ("humerus", "forearm", "femur", "leg")
_BARE = 0.25  # of the places on both sides are said without a side where they stand alone


@dataclass(frozen=True)
class _Words:
    """The words of a language."""

    grammar: Grammar
    headings: dict[str, tuple[str, ...]]
    groups: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    sided_groups: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    named_diseases: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    unsided_diseases: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    stops: tuple[str, ...]


@cache
def words_of(language: Language) -> _Words:
    """Return the words of a language; a sentence may use the words of the statuses' frames."""
    zh = language == "zh"
    status: ModuleType = status_words_zh if zh else status_words_en
    whole: ModuleType = whole_words_zh if zh else whole_words_en
    place: ModuleType = place_words_zh if zh else place_words_en
    disease: ModuleType = disease_words_zh if zh else disease_words_en
    return _Words(
        Grammar({**status.RULES, **whole.RULES}),
        (other_words_zh if zh else other_words_en).HEADINGS,
        place.GROUPS,
        place.SIDED_GROUPS,
        disease.NAMED,
        disease.NAMED_UNSIDED,
        ("。", "。", "。", "；", "，") if zh else (". ", ". ", ". ", ". ", ". ", "; ", "; ", ", "),
    )


@cache
def other_grammar(language: Language) -> Grammar:
    """Return the sentences of a language that name no finding; its words are its own."""
    return Grammar((other_words_zh if language == "zh" else other_words_en).RULES)


def composed_report(language: Language, draw: Draw) -> WrittenReport:
    """Return a short report: findings, an impression, and around and between them what names no finding."""
    headings = words_of(language).headings
    with_headings = draw.chance(0.8)
    draft = Draft()
    for section, probability, sentences in _BEFORE:
        if draw.chance(probability):
            said = headings[section] if with_headings and draw.chance(0.9) else ()
            _start(draft, draw, said)
            for _ in range(draw.one((1, 1, 2, 3))):
                rule = draw.one(sentences)
                # "Known metastases in T8" is history under a heading, and a finding without.
                _aside(draft, "clinical" if rule == "known" and not said else rule, language, draw)
    both = draw.chance(0.7)
    if both or draw.chance(0.5):
        _start(draft, draw, headings["findings"] if with_headings and draw.chance(0.9) else ())
        _section(draft, _FINDINGS, _WHOLE_FINDINGS, _ASIDE_FINDINGS, language, draw)
    if both or not draft.mentions:
        # Without any heading the impression is the next line.
        _start(draft, draw, headings["impression"] if with_headings or draw.chance(0.4) else ())
        _section(draft, _IMPRESSION, _WHOLE_IMPRESSION, _ASIDE_IMPRESSION, language, draw)
    if draw.chance(0.2):
        _start(draft, draw, headings["advice"] if with_headings and draw.chance(0.7) else ())
        for _ in range(draw.number(1, 2)):
            _aside(draft, "advice", language, draw)
    draft.trim()
    return WrittenReport(draft.text, tuple(draft.mentions), ())


def other_sentence(language: Language, rule: str, draw: Draw) -> str:
    """Return a sentence that names no finding, of a rule of ``other_words_*``."""
    said = Draft()
    other_grammar(language).say(said, draw, rule, _references(language, "uptake", draw))
    return said.text


def _start(draft: Draft, draw: Draw, headings: tuple[str, ...]) -> None:
    """Begin a section, mostly on a line of its own."""
    draft.end_line() if headings or draw.chance(0.7) else draft.add(" ")
    if headings:
        draft.add(draw.one(headings))


def _section(
    draft: Draft,
    frames: tuple[str, ...],
    whole: tuple[str, ...],
    asides: tuple[str, ...],
    language: Language,
    draw: Draw,
) -> None:
    whole_alone = draw.chance(0.1)
    count = 0 if whole_alone else draw.number(1, 4)
    numbered = draw.chance(0.3)
    for index in range(count):
        if numbered:
            draft.end_line() if index else None
            draft.add(f"{index + 1}{'、' if language == 'zh' else '. '}")
        _sentence(draft, draw.one(frames), language, draw)
        if draw.chance(_ASIDE):
            _aside(draft, draw.one(asides), language, draw)
    if whole_alone or draw.chance(0.5):
        _sentence(draft, draw.one(whole), language, draw)
    if draw.chance(0.25):
        _aside(draft, draw.one(asides), language, draw)


def _aside(draft: Draft, rule: str, language: Language, draw: Draw) -> None:
    said = Draft()
    said.add(other_sentence(language, rule, draw))
    _end(draft, said, language, draw)


def _sentence(draft: Draft, frame: str, language: Language, draw: Draw) -> None:
    """Append a sentence and its stop; mentions never begin or end in white space."""
    said = Draft()
    status = frame if frame in _STATUSES else "uptake"
    words_of(language).grammar.say(said, draw, frame, _references(language, status, draw))
    _end(draft, said, language, draw)


def _end(draft: Draft, said: Draft, language: Language, draw: Draw) -> None:
    if language == "en" and said.parts and draft.text[-2:].strip() in ("", ".", ":") and draw.chance(0.8):
        said.parts[0] = said.parts[0][:1].upper() + said.parts[0][1:]
    said.trim(" ")
    draft.append(said)
    draft.add(draw.one(words_of(language).stops))


def _references(language: Language, status: str, draw: Draw) -> Values:
    """Return what the references of a sentence stand for: marked places {P}, {A}, {D}, {J}, {L}, unmarked {O}."""
    marked: dict[str, Callable[[], tuple[Piece, ...]]] = {
        "P": lambda: _places(language, draw),
        "A": lambda: (_adjective(draw),),
        "D": lambda: (_disease(language, draw),),
        "J": lambda: (_joint(draw),),
        "L": lambda: (_limb(language, draw),),
    }
    lists: dict[str, Callable[[], PlaceList]] = {
        name: partial(_marked, places, status) for name, places in marked.items()
    }
    lists["O"] = lambda: _unmarked(language, draw)
    return Values(language, draw, lists)


def _marked(places: Callable[[], tuple[Piece, ...]], status: str) -> PlaceList:
    return PlaceList(places(), status)


def _unmarked(language: Language, draw: Draw) -> PlaceList:
    """Return a place, or two, in words that are no mention."""
    texts = [place_phrase(drawn_slots(language, draw), language, draw, _BARE) or "" for _ in range(draw.one((1, 1, 2)))]
    if language == "en":
        texts = [f"the {text}" if text[:1].islower() and draw.chance(0.6) else text for text in texts]
    return PlaceList((Piece(_joiner(language, True, draw).join(texts)),), "uptake")


def _adjective(draw: Draw) -> Piece:
    terms, slots = draw.one(place_words_en.ADJECTIVES)
    return Piece(draw.one(terms), slots)


def _disease(language: Language, draw: Draw) -> Piece:
    """Return a disease that names its place: "gonarthrosis on the left", "肩周炎"."""
    words = words_of(language)
    if draw.chance(0.3):
        terms, slots = draw.one(words.unsided_diseases)
        return Piece(draw.one(terms), slots)
    terms, regions = draw.one(words.named_diseases)
    side = draw.one(("left", "right", "left", "right", "both", ""))
    slots = tuple(
        f"{region}_{one}" for region in regions for one in ((side,) if side in ("left", "right") else ("left", "right"))
    )
    term = draw.one(terms)
    return Piece(sided_phrase(side, term, language, draw, many=False) if side else term, slots)


def _joint(draw: Draw) -> Piece:
    """Return a Chinese joint, which a suffix may make its disease."""
    term, region = draw.one(place_words_zh.JOINTS)
    side = draw.one(("left", "right", "both"))
    sides = ("left", "right") if side == "both" else (side,)
    return Piece(f"{draw.one(place_words_zh.SIDES[side])}{term}", tuple(f"{region}_{one}" for one in sides))


def _limb(language: Language, draw: Draw) -> Piece:
    """Return long bones on both sides or one."""
    region = draw.one(_LIMBS)
    sides = draw.one((("left", "right"), ("left", "right"), ("left",), ("right",)))
    slots = tuple(f"{region}_{side}" for side in sides)
    return Piece(place_phrase(slots, language, draw, _BARE) or "", slots)


def _places(language: Language, draw: Draw) -> tuple[Piece, ...]:
    """Return one to four places and what joins them; an article stands before the phrase and is no part of it."""
    if draw.chance(0.15):
        return elliptic_list(language, draw)
    pieces: list[Piece] = []
    count = draw.one((1, 1, 1, 1, 2, 2, 3, 4))
    named: set[str] = set()
    for index in range(count):
        slots = drawn_slots(language, draw)
        if named & set(slots):
            continue
        named |= set(slots)
        phrase = place_phrase(slots, language, draw, _BARE if count == 1 else 0.0)
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
    if kind < 26:
        part, count = draw.one((("C", 7), ("T", 12), ("T", 12), ("L", 5), ("L", 5)))
        if kind == 0:
            start = draw.number(9, 12)
            return tuple(f"vertebra_T{n}" for n in range(start, 13)) + tuple(
                f"vertebra_L{n}" for n in range(1, draw.number(1, 3) + 1)
            )
        return tuple(f"vertebra_{part}{n}" for n in _numbers(count, draw))
    if kind < 46:
        numbers = _numbers(12, draw)
        sides = draw.one((("left",), ("right",), ("left",), ("right",), ("left", "right")))
        return tuple(f"rib_{n}_{side}" for side in sides for n in numbers)
    if kind < 74:
        region = draw.one((*_SIDED, "pelvis", "femur", "pelvis", "humerus"))
        side = draw.number(0, 9)
        return tuple(
            f"{region}_{one}" for one in (("left",) if side < 4 else ("right",) if side < 8 else ("left", "right"))
        )
    if kind < 87:
        return (draw.one(_UNSIDED),)
    words = words_of(language)
    if kind < 91:
        one = draw.one(("left", "right"))
        return tuple(f"{region}_{one}" for region in draw.one([regions for _, regions in words.sided_groups]))
    return draw.one([slots for _, slots in words.groups])


def _numbers(count: int, draw: Draw) -> list[int]:
    """Return one number, a stretch, or a few scattered ones, from 1 to ``count``."""
    kind = draw.number(0, 9)
    first = draw.number(1, count)
    if kind < 6:
        return [first]
    if kind < 8:
        return list(range(first, min(count, first + draw.number(1, 4)) + 1))
    return sorted({draw.number(1, count) for _ in range(draw.number(2, 4))})
