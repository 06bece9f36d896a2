"""Replaces places in a report by other terms of the same slots; the mentions follow the text."""

from __future__ import annotations

import re
from dataclasses import replace

from BoneMetSegLib.anatomy import WHOLE_SKELETON_SLOT
from model_training.simulator.report_grammar import Draw, WrittenMention
from model_training.simulator.report_writer import WrittenReport

from . import place_words_en as en
from . import place_words_zh as zh
from .place_phrases import Language, place_phrase

# What kind of phrase for the whole skeleton another one may stand for; the rest of them is woven into its sentence.
_WHOLE_ZH = (
    (re.compile(r"^(上述|以上|前述)[^，。；]{2,}$"), zh.ABOVE),
    (re.compile(r"^(余|其余|其他|其它)[^，。；]+$"), zh.REST),
    (re.compile(r"^(全身(骨骼|骨|诸骨|各骨|各骨骼|多处骨骼)|骨骼系统|诸骨|所见骨骼|各部位骨骼)$"), zh.WHOLE),
)
_WHOLE_EN = (
    (
        re.compile(r"^(the above|these|the described|the aforementioned|the above-mentioned) \w", re.IGNORECASE),
        en.ABOVE,
    ),
    (re.compile(r"^(elsewhere|elsewhere in the skeleton)$", re.IGNORECASE), en.ELSEWHERE),
    (re.compile(r"^(the )?(rest|remainder|remaining|other) ", re.IGNORECASE), en.REST),
    (re.compile(r"^(in|throughout|within) the [\w ]*(skeleton|bones)$", re.IGNORECASE), en.THROUGHOUT),
    (re.compile(r"^the (whole |entire |visualised |axial and appendicular )?skeleton$", re.IGNORECASE), en.WHOLE),
)


def with_other_places(report: WrittenReport, language: Language, share: float, draw: Draw) -> WrittenReport:
    """Return a report in which a share of the places is named by other terms of the same slots.

    A report with phrases within phrases stays as it is.
    """
    if share <= 0:
        return report
    parts: list[str] = []
    mentions: list[WrittenMention] = []
    end = length = 0
    for mention in sorted(report.mentions, key=lambda one: one.start):
        if mention.start < end:
            return report
        before = report.text[end : mention.start]
        phrase = report.text[mention.start : mention.end]
        if draw.chance(share):
            phrase = _other(phrase, mention, language, draw)
        parts += [before, phrase]
        start = length + len(before)
        length = start + len(phrase)
        mentions.append(replace(mention, start=start, end=length))
        end = mention.end
    parts.append(report.text[end:])
    return replace(report, text="".join(parts), mentions=tuple(mentions))


def _other(phrase: str, mention: WrittenMention, language: Language, draw: Draw) -> str:
    if mention.slots == (WHOLE_SKELETON_SLOT,):
        kinds = _WHOLE_ZH if language == "zh" else _WHOLE_EN
        words = next((terms for pattern, terms in kinds if pattern.search(phrase)), None)
        if words is None:
            return phrase
        other = draw.one(words)
        bare = language == "en" and not phrase.lower().startswith("the ") and words is en.REST
        return other.removeprefix("the ") if bare else other
    return place_phrase(mention.slots, language, draw) or phrase
