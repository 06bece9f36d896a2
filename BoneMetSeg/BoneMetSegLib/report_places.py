"""The places that a clause names: bones, levels and ranges, sides, in coordination (floor 2).

A place is read off normalised text in lower case (``report_lexicon.spelt``). Every pattern is bounded, so that reading
takes time in proportion to the text.
"""

# ruff: noqa: E501 (patterns and lists of words)

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from .anatomy import RIB_LEVELS, VERTEBRA_LEVELS, reporting_region
from .report_lexicon import SKELETON, WAITING_EN, no_place, place_pattern, places, rest_of_skeleton


@dataclass(frozen=True)
class NamedPlace:
    """A place as the text names it.

    Attributes
    ----------
    start, end : int
        Characters of side, bone and level.
    region : str
        A reporting region's name, or "skeleton".
    part : str
        The part within it that ``anatomy.py`` knows ("ilium"), or "".
    side : {"left", "right", "bilateral", ""}
    levels : tuple of str
        "T8", or every level of a range; ribs "6"; empty where none is named.
    chain : int
        Places in one coordination share it.
    """

    start: int
    end: int
    region: str
    part: str = ""
    side: str = ""
    levels: tuple[str, ...] = ()
    chain: int = 0


_ZH_DIGITS = {word: n for n, word in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), 1)}
_ORDINAL_WORDS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
_LETTER = {"c": "C", "t": "T", "th": "T", "d": "T", "l": "L", "s": "S", "颈": "C", "胸": "T", "腰": "L", "骶": "S"}
_LETTER |= {"cervical": "C", "thoracic": "T", "dorsal": "T", "lumbar": "L", "sacral": "S"}
_REGION = {"C": "cervical_spine", "T": "thoracic_spine", "L": "lumbar_spine"}

# A number that counts, measures or dates is no level.
_NO_COUNT = r"(?!\d|\.\d|\s{0,2}(?:处|个|枚|次|条|例|年|月|日|天|周|%|分|小时|岁|cm|mm|foci|focus|lesions?|areas?|sites?|years?|months?|weeks?|days?|hours?|/\d{1,4}/|:\d|-\d{2,4}-))"
_NUMBER = rf"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九](?!月)){_NO_COUNT}"
_TO = r"(?:[-~–—]{1,2}|至|到|through|thru|to)"
_LINK = rf"\s{{0,2}}(?:{_TO}|[、,，/+&和及与]|and|or)\s{{0,2}}(?:(?:and|及|和)\s{{0,2}})?"
_BODY = r"(?:\s?(?:椎体|椎)|\s?vertebral bod(?:y|ies)|\s?vertebrae?)?"

_PREFIX = (
    r"(?:(?<![a-z0-9])(?:th|[ctdls])\s?-?(?=\d)|颈椎?体?第?(?=[\d一-十])|胸椎?体?第?(?=[\d一-十])|腰椎?体?第?(?=[\d一-十])|骶椎?第?(?=[\d一-十])"
    r"|(?<![a-z])(?:cervical|thoracic|dorsal|lumbar|sacral)(?:\s(?:vertebrae?|vertebral bod(?:y|ies)|spine|level|levels))?\s?(?=\d))"
)
_VERTEBRAE = re.compile(
    rf"{_PREFIX}{_NUMBER}(?:{_BODY}{_LINK}(?:{_PREFIX})?第?{_NUMBER}(?![a-z]|\s?[前后侧]?肋)){{0,14}}{_BODY}(?![a-z])"
)
_VERTEBRA_ITEM = re.compile(rf"({_PREFIX})?第?({_NUMBER})")
# "第8、9胸椎", "8th and 9th thoracic vertebrae"
_ORDINAL = rf"(?:(?:{'|'.join(_ORDINAL_WORDS)})(?![a-z])|(?:1[0-2]|[1-9])(?:st|nd|rd|th)(?![a-z]))"
_VERTEBRAE_ZH = re.compile(rf"第\s?{_NUMBER}(?:{_LINK}第?\s?{_NUMBER}){{0,11}}\s?(颈|胸|腰|骶)(?:椎体|椎)")
_VERTEBRAE_EN = re.compile(
    rf"(?<![a-z0-9]){_ORDINAL}(?:{_LINK}(?:the\s)?{_ORDINAL}){{0,11}}\s(cervical|thoracic|dorsal|lumbar|sacral)"
    r"(?:\s(?:vertebral bod(?:y|ies)|vertebrae?|segments?|level))?(?![a-z])"
)
_RIB_SIDE_ZH = r"(?:[左右双两][侧边]?)"
_RIB_ZH_TAIL = r"(?:[前后侧腋外]{1,2}段?)?"
_RIBS_ZH = re.compile(
    rf"(?:第\s?)?{_NUMBER}{_RIB_ZH_TAIL}(?:(?:肋骨?)?{_LINK}{_RIB_SIDE_ZH}?(?:第\s?)?{_NUMBER}{_RIB_ZH_TAIL}){{0,11}}(?:根)?肋骨?(?:[前后侧腋外]{{1,2}}段)?"
)
_RIB_ITEM_ZH = re.compile(rf"({_RIB_SIDE_ZH})?(?:第\s?)?({_NUMBER})")
_RIB_WHERE = r"(?:\s(?:left|right|anterior|posterior|lateral|anterolateral|posterolateral|anterolat|posterolat|and))"
_RIB_SIDE_EN = r"(?:(?:the|left|right|lt\.?|rt\.?)\s){0,2}"
_RIBS_EN = re.compile(
    rf"(?<![a-z0-9])(?:{_ORDINAL}|(?:1[0-2]|[1-9])(?={_TO}{_ORDINAL}))(?:{_LINK}{_RIB_SIDE_EN}{_ORDINAL}){{0,11}}{_RIB_WHERE}{{0,3}}"
    r"\s(?:ribs?|costal (?:arches|arch|arcs?|margin))(?![a-z])"
)
_RIB_ITEM_EN = re.compile(rf"(?:(left|right|lt|rt)\.?\s)?({_ORDINAL}|(?:1[0-2]|[1-9])(?!\d))")
_RIBS_NUMBERED = re.compile(
    rf"(?<![a-z])ribs?\s?(?:no\.?|number|numbers|nos\.?|#)?\s{{0,2}}{_NUMBER}(?:{_LINK}#?{_NUMBER}(?!st|nd|rd|th)){{0,11}}"
)
_PLAIN_ITEM = re.compile(f"()({_NUMBER})")
_WAITING = re.compile(
    r"(?<![a-z])(cervical|thoracic|dorsal|lumbar)"
    r"(?=(?:\s?(?:,|and|or|/|&|-|to|through)\s?(?:(?:and|upper|mid|lower|the)\s){0,2}(?:cervical|thoracic|dorsal|lumbar|sacral)){1,3}"
    r"\s(?:spine|vertebra|segment|region))"
)
_RANGE = re.compile(rf"\s?{_TO}\s?(?:the\s)?")

# ---- sides ----------------------------------------------------------------------------------------------------------

_SIDE_WORDS = {
    "左边": "left", "右边": "right", "两边": "bilateral", "双边": "bilateral",
    "左侧": "left", "左": "left", "右侧": "right", "右": "right", "双侧": "bilateral", "两侧": "bilateral", "双": "bilateral",
    "两": "bilateral", "左右侧": "bilateral", "左右": "bilateral", "left": "left", "lt": "left", "right": "right", "rt": "right",
    "both": "bilateral", "bilateral": "bilateral", "bilaterally": "bilateral", "l": "left", "r": "right",
}  # fmt: skip
_QUALIFIER = (
    r"(?:(?:上|中|下|前|后|近|远|内|外|侧|段|端|缘|部|区|份|支|壁|旁|的|多发|多根|多处|散在|局部|数根|部分)"
    r"|(?:proximal|distal|upper|lower|mid|middle|medial|lateral|anterior|posterior|superior|inferior|anterolateral|posterolateral|"
    r"-?sided|side|aspect|half|of|the|several|multiple|many|shaft|end|portion|part|third|first|second|fourth|fifth|1st|2nd|3rd|4th|5th|-|\.)(?![a-z]))"
)
_SIDE_BEFORE = re.compile(
    r"(左右侧?|[左右双两][侧边]?|(?<![a-z])(?:left|right|lt|rt|both|bilateral|[lr]))(?![a-km-qs-z])"
    rf"\s?(?:{_QUALIFIER}\s?){{0,5}}$"
)
_SIDE_AFTER = re.compile(
    rf"\s?(?:{_QUALIFIER}\s?){{0,3}}(?:,?\s?(?:on|at|in)\s(?:the|both)\s|[(]\s?|,?\s(?=bilaterally))?"
    r"(左右侧|[左右双两]侧|[左右](?=[侧份半后前上下缘部]|$|[,。;)见示可])|(?:left|right|bilaterally|bilateral|sides)(?![a-z]))"
    r"(?:\s?(?:份|半|缘|部|side|[)]))?"
)
_SIDE_MUST_FOLLOW = re.compile(r"\s?(?:on|at|in)\s|\s?[(]|[,\s]{1,2}bilaterally")
_APPENDAGE = re.compile(
    r"(?:的)?\s?((?:左侧|右侧|双侧|两侧|左|右|双)?)(?:附件|椎弓根|椎弓|椎板|横突|棘突|小关节|关节突|上关节突|下关节突|椎间关节)"
    r"|\s?(?:,\s)?((?:left|right|bilateral)?)\s?(?:pedicles?|laminae?|facets?|facet joints?|spinous process|transverse process)(?![a-z])"
)
_REACH = 48  # characters a side may stand before its bone
_CONNECTOR = re.compile(
    r"(?:[\s、,，/+&和及与或以并]|and|or|nor|as well as|the|of|in|at|both|以及|椎体|椎|段|端|上|中|下|前|后|近|远|内|外|侧|缘|部|区|肋|支|体|头|颈|骨|"
    r"left|right|lt|rt|左|右|双|两|proximal|distal|upper|lower|mid|middle|medial|lateral|anterior|posterior|superior|inferior|"
    r"sided|side|shaft|several|multiple|bilateral|bilaterally|also|region|on|-|\(|\)|\.(?=\s?\d)|(?<![\d])[1-9]\.|level|levels)*"
)


@dataclass(frozen=True)
class _Raw:
    """A match before its side is known."""

    start: int
    end: int
    named: tuple[NamedPlace, ...]


def _number(word: str) -> int:
    if word in _ZH_DIGITS:
        return _ZH_DIGITS[word]
    if word in _ORDINAL_WORDS:
        return _ORDINAL_WORDS[word]
    return int(re.match(r"\d+", word).group())  # type: ignore[union-attr]  # every item begins with a number


def levels_between(first: str, last: str) -> tuple[str, ...]:
    """Return the vertebrae from one to another, whichever stands higher; ribs as numbers."""
    order = VERTEBRA_LEVELS if first in VERTEBRA_LEVELS else RIB_LEVELS
    if first not in order or last not in order:
        return (first,)
    a, b = sorted((order.index(first), order.index(last)))
    return order[a : b + 1]


def _by_region(start: int, end: int, levels: tuple[str, ...], side: str = "") -> list[NamedPlace]:
    """Return a place per region of vertebrae."""
    found = []
    for letter, region in _REGION.items():
        inside = tuple(level for level in levels if level[0] == letter)
        if inside:
            found.append(NamedPlace(start, end, region, "", side, inside))
    return found


def _level_name(letter: str, number: int) -> str:
    most = {"C": 7, "T": 12, "L": 5, "S": 5}[letter]
    # L6 and T13 are variants; S1-S5 are the sacrum.
    return "S" if letter == "S" else f"{letter}{min(number, most)}"


def _listed(
    text: str, start: int, end: int, items: list[tuple[int, int, str, str]]
) -> Iterator[tuple[int, int, str, tuple[str, ...]]]:
    """Yield start, end, side and levels of each level or range of a list.

    ``items`` are start, end, side and level; ranges are told by what stands between two.
    """
    position = 0
    while position < len(items):
        a, b, side, level = items[position]
        levels: tuple[str, ...] = (level,)
        if position + 1 < len(items) and _is_range(text[b : items[position + 1][0]], text):
            last = items[position + 1]
            if level != "S" and last[3] == "S":  # L4-S1
                levels = (*levels_between(level, "L5"), "S")
            elif level != "S":
                levels = levels_between(level, last[3])
            b, position = last[1], position + 1
        position += 1
        yield (start if a == items[0][0] else a), (end if position == len(items) else b), side, levels


def _is_range(between: str, _text: str) -> bool:
    bare = re.sub(
        r"椎体|椎|肋骨?|[前后侧腋外]段?|vertebrae?|vertebral body|the|left|right|[左右]侧?|第|\s", "", between
    )
    return re.fullmatch(rf"{_TO}", bare) is not None


def _vertebra_list(text: str, match: re.Match[str]) -> list[NamedPlace]:
    letter, items = "", []
    for item in _VERTEBRA_ITEM.finditer(match.group()):
        if item[1]:
            word = re.match(r"[a-z]+|[颈胸腰骶]", item[1].strip())
            letter = _LETTER[word.group()] if word else letter
        if not letter:
            continue
        start, end = match.start() + item.start(), match.start() + item.end()
        items.append((start, end, "", _level_name(letter, _number(item[2]))))
    return _vertebra_places(text, match.start(), match.end(), items)


def _vertebra_places(text: str, start: int, end: int, items: list[tuple[int, int, str, str]]) -> list[NamedPlace]:
    found = []
    for a, b, side, levels in _listed(text, start, end, items):
        found += _by_region(a, b, levels, side)
        if "S" in levels:
            found.append(NamedPlace(a, b, "sacrum", "sacrum", side))
    return found


def _ordinal_vertebrae(text: str, match: re.Match[str]) -> list[NamedPlace]:
    letter = _LETTER[match[1]]
    pattern = _VERTEBRA_ITEM if match[1] in "颈胸腰骶" else _RIB_ITEM_EN
    items = [
        (match.start() + item.start(), match.start() + item.end(), "", _level_name(letter, _number(item[2])))
        for item in pattern.finditer(text[match.start() : match.start(1)])
    ]
    return _vertebra_places(text, match.start(), match.end(), items)


def _rib_list(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> list[NamedPlace]:
    items = []
    side = ""
    for item in pattern.finditer(match.group()):
        side = _SIDE_WORDS.get(item[1] or "", side)
        items.append((match.start() + item.start(), match.start() + item.end(), side, str(_number(item[2]))))
    within = re.search(r"(?<![a-z])(left|right)(?=(?:\s\w+){0,2}\s(?:ribs?|costal))", match.group())
    if within and not any(one[2] for one in items):
        items = [(a, b, within[1], level) for a, b, _, level in items]
    return [
        NamedPlace(a, b, "ribs", "", said, levels)
        for a, b, said, levels in _listed(text, match.start(), match.end(), items)
    ]


def _raw_places(text: str) -> list[_Raw]:
    """Return all matches in order, none within another; levels count before terms."""
    found = [_Raw(*match.span(), tuple(_rib_list(text, match, _RIB_ITEM_ZH))) for match in _RIBS_ZH.finditer(text)]
    for pattern, items in ((_RIBS_EN, _RIB_ITEM_EN), (_RIBS_NUMBERED, _PLAIN_ITEM)):
        found += [_Raw(*match.span(), tuple(_rib_list(text, match, items))) for match in pattern.finditer(text)]
    for pattern in (_VERTEBRAE_ZH, _VERTEBRAE_EN):
        found += [_Raw(*match.span(), tuple(_ordinal_vertebrae(text, match))) for match in pattern.finditer(text)]
    found += [_Raw(*match.span(), tuple(_vertebra_list(text, match))) for match in _VERTEBRAE.finditer(text)]
    found += [
        _Raw(*match.span(), (NamedPlace(*match.span(), WAITING_EN[match[1]]),)) for match in _WAITING.finditer(text)
    ]
    found += [_Raw(a, b, (NamedPlace(a, b, SKELETON),)) for a, b in rest_of_skeleton(text)]
    for match in place_pattern().finditer(text):
        term = _as_listed(match.group())
        found.append(_Raw(*match.span(), tuple(NamedPlace(*match.span(), *one) for one in places()[term])))
    blocked = {position for a, b in no_place(text) for position in range(a, b)}
    kept: list[_Raw] = []
    end = -1
    # Where two overlap the one that begins first stays; of two that begin together the longer one.
    for raw in sorted(found, key=lambda one: (one.start, -one.end)):
        if raw.start >= end and raw.named and raw.start not in blocked:
            kept.append(raw)
            end = raw.end
    return kept


@cache
def _listed_terms() -> dict[str, str]:
    return {re.sub(r"[\s-]+", " ", term): term for term in places()}


def _as_listed(words: str) -> str:
    return words if words in places() else _listed_terms()[re.sub(r"[\s-]+", " ", words)]


# ---- sides and coordination -----------------------------------------------------------------------------------------


def _with_side(text: str, raw: _Raw, before: int, after: int) -> _Raw:
    """Give a match the side that stands before it (from ``before`` on) or after it (up to ``after``)."""
    start, end, side = raw.start, raw.end, ""
    appendage = (
        _APPENDAGE.match(text, raw.end, after) if raw.named[0].levels or "spine" in raw.named[0].region else None
    )
    if appendage and raw.named[0].region != "ribs":
        end = appendage.end()
        side = _SIDE_WORDS.get((appendage[1] or appendage[2] or "").strip(), "")
    near = max(before, raw.start - _REACH)
    if found := _SIDE_BEFORE.search(text[near : raw.start]):
        side, start = _SIDE_WORDS[found[1]], near + found.start(1)
    if not side and not any(one.side for one in raw.named) and (found := _SIDE_AFTER.match(text, raw.end, after)):
        # "颅骨左侧髂骨": a side with a bone right behind it belongs to that bone.
        behind = text[found.end() : after].strip(" 的")
        if behind or after == len(text) or _SIDE_MUST_FOLLOW.match(text, raw.end):
            side = _SIDE_WORDS.get(found[1], "bilateral")
            end = found.end(1)
    named = list(raw.named)
    named[0] = replace(named[0], start=min(start, named[0].start))
    if len(raw.named) > 1 and all(one.start == raw.start for one in raw.named):
        named = [replace(one, start=start) for one in named]
    last_end = max(one.end for one in named)
    named = [replace(one, end=end) if one.end == last_end else one for one in named]
    if side:
        named = [one if one.side or one.region == SKELETON else replace(one, side=side) for one in named]
    return _Raw(start, end, tuple(named))


def _is_sided(place: NamedPlace) -> bool:
    return place.region != SKELETON and reporting_region(place.region).sided


def named_places(text: str) -> list[NamedPlace]:
    """Return the places that lower-case, normalised ``text`` names, in order.

    A side carries over a coordination: "右侧髌骨及跟骨" has two places on the right.
    """
    raws = _raw_places(text)
    sided: list[_Raw] = []
    for index, raw in enumerate(raws):
        before = sided[-1].end if sided else 0
        after = raws[index + 1].start if index + 1 < len(raws) else len(text)
        sided.append(_with_side(text, raw, before, after))
    sided = _joined_ranges(text, sided)
    found: list[NamedPlace] = []
    chain, carried = -1, ""
    for index, raw in enumerate(sided):
        gap = text[sided[index - 1].end : raw.start] if index else None
        if gap is None or raw.named[0].region == SKELETON or len(gap) > _REACH or _CONNECTOR.fullmatch(gap) is None:
            chain, carried = chain + 1, ""
        for one in raw.named:
            if one.side:
                carried = one.side
            elif not _is_sided(one):
                carried = ""
            side = one.side or (carried if _is_sided(one) else "")
            found.append(replace(one, side=side, chain=chain))
    return found


def _joined_ranges(text: str, raws: list[_Raw]) -> list[_Raw]:
    """Join two single levels with a "to" between them: "第6肋至第8肋", "第11胸椎-第2腰椎"."""
    joined: list[_Raw] = []
    for raw in raws:
        last = joined[-1] if joined else None
        one = raw.named[0]
        if (
            last
            and len(last.named) == len(raw.named) == 1
            and len(last.named[0].levels) == len(one.levels) == 1
            and (last.named[0].region == "ribs") == (one.region == "ribs")
            and (not one.side or one.side == last.named[0].side)
            and _RANGE.fullmatch(text[last.end : raw.start])
        ):
            first = last.named[0]
            levels = levels_between(first.levels[0], one.levels[0])
            if one.region == "ribs":
                named = [replace(first, end=raw.end, levels=levels)]
            else:
                named = _by_region(last.start, raw.end, levels, first.side)
            joined[-1] = _Raw(last.start, raw.end, tuple(named))
        else:
            joined.append(raw)
    return joined
