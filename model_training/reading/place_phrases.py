"""Writes a phrase for a set of text slots in broad words: levels and ribs in every spelling, bones with their sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from BoneMetSegLib.anatomy import VERTEBRA_LEVELS
from model_training.simulator.report_grammar import Draw
from model_training.simulator.report_places import runs

from . import place_words_en as en
from . import place_words_zh as zh

Language = Literal["zh", "en"] | str
_NUMERALS = tuple(" 一 二 三 四 五 六 七 八 九 十 十一 十二".split(" "))
_ORDINALS = tuple(" first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" "))
_ROMAN = tuple(" I II III IV V VI VII VIII IX X XI XII".split(" "))
_LETTERS = {"C": ("C", "C", "C", "颈"), "T": ("T", "T", "TH", "Th", "D"), "L": ("L", "L", "L")}
_CHARACTER = {"C": "颈", "T": "胸", "L": "腰"}
_ADJECTIVES = {"C": ("cervical",), "T": ("thoracic", "thoracic", "dorsal"), "L": ("lumbar",)}
# Both sides of what has no plural.
_UNCOUNTED = ("bilateral {}", "{} bilaterally", "{} of both sides", "B/L {}", "{} (bilateral)")
_PLURALS = {
    "femur": "femora",
    "humerus": "humeri",
    "ilium": "ilia",
    "ischium": "ischia",
    "acetabulum": "acetabula",
    "scapula": "scapulae",
    "clavicula": "claviculae",
    "patella": "patellae",
    "tibia": "tibiae",
    "fibula": "fibulae",
    "radius": "radii",
    "ulna": "ulnae",
    "foot": "feet",
    "calcaneus": "calcanei",
    "talus": "tali",
    "ramus": "rami",
    "malleolus": "malleoli",
    "pelvis": "pelves",
    "hemipelvis": "hemipelves",
    "hemithorax": "hemithoraces",
    "process": "processes",
    "phalanx": "phalanges",
    "diaphysis": "diaphyses",
    "metaphysis": "metaphyses",
    "apex": "apices",
    "costa": "costae",
    "coxa": "coxae",
    "crus": "crura",
    "genu": "genua",
    "pes": "pedes",
    "ASIS": "ASIS",
    "AIIS": "AIIS",
    "PSIS": "PSIS",
}


def place_phrase(slots: Sequence[str], language: Language, draw: Draw, bare: float = 0.0) -> str | None:
    """Return a phrase that names these text slots, no more and no fewer.

    Parameters
    ----------
    slots : sequence of str
        Vertebrae, ribs (every number on every side), one region on one side or both, or a group of regions.
    language : {"zh", "en"}
    draw : Draw
    bare : float
        How often both sides of a bone go without saying ("the femora"); in a list a side said before would hold on.

    Returns
    -------
    str or None
        None where the vocabulary has no phrase for just these slots.
    """
    if not slots:
        return None
    if all(name.startswith("vertebra_") for name in slots):
        numbers = sorted(VERTEBRA_LEVELS.index(name.removeprefix("vertebra_")) for name in slots)
        levels = [VERTEBRA_LEVELS[n] for n in numbers]
        return _vertebrae_zh(levels, draw) if language == "zh" else _vertebrae_en(levels, draw)
    if all(name.startswith("rib_") for name in slots):
        return _ribs(slots, language, draw)
    return _region(slots, language, draw, bare)


# ---- bones ---------------------------------------------------------------------------------------------------------


def _region(slots: Sequence[str], language: Language, draw: Draw, bare: float) -> str | None:
    words = zh if language == "zh" else en
    say = _sided_zh if language == "zh" else _sided_en
    named = [terms for terms, meant in words.GROUPS if set(meant) == set(slots)]
    found = {name.removesuffix("_left").removesuffix("_right") for name in slots}
    stem = found.pop() if len(found) == 1 else ""
    if named and (stem not in words.REGIONS or draw.chance(0.5)):
        return draw.one(named[0])
    side = _side_of(slots)
    if stem not in words.REGIONS:
        stems = {name.removesuffix("_left").removesuffix("_right") for name in slots}
        terms = next((terms for terms, meant in words.SIDED_GROUPS if set(meant) == stems), None)
        return say(side, draw.one(terms), draw) if terms and len(slots) == len(stems) and side != "both" else None
    term = draw.one(words.REGIONS[stem])
    if stem in slots:
        return term
    if side == "both" and bare and len(term) > 1 and "{s}" not in term and draw.chance(bare):
        return term if language == "zh" else plural(term)
    return say(side, term, draw)


def _side_of(slots: Sequence[str]) -> str:
    """Return "left", "right" or "both" of slots that have a side."""
    sides = {name.rsplit("_", 1)[-1] for name in slots}
    return sides.pop() if len(sides) == 1 else "both"


def sided_phrase(side: str, term: str, language: Language, draw: Draw, *, many: bool) -> str:
    """Return a term with "left", "right" or "both" said; ``many`` says whether both sides make it plural."""
    if language == "zh" or many or side != "both":
        return _sided_zh(side, term, draw) if language == "zh" else _sided_en(side, term, draw)
    return draw.one(_UNCOUNTED).format(term)


def _sided_zh(side: str, term: str, draw: Draw) -> str:
    said = draw.one(zh.SIDES[side])
    form = draw.number(0, 19)
    if form == 0:
        return f"{term}（{said}）"
    if form == 1:
        return f"{term}{said}"
    if form == 2 and side == "both":
        return f"左{term}、右{term}"
    return f"{said}{term}"


def _sided_en(side: str, term: str, draw: Draw) -> str:  # noqa: PLR0911 (one return a spelling)
    said = draw.one(en.SIDES[side])
    if "{s}" in term:
        return term.replace("{s}", said if side != "both" else draw.one(("right and left", "left and right")))
    form = draw.number(0, 15)
    if side == "both":
        many = plural(term)
        if form < 3:
            return f"{many} bilaterally"
        if form == 3:
            return f"{many} on both sides"
        if form == 4:
            return f"{many}, {said}"
        return f"{said} {many if draw.chance(0.8) else term}"
    if form == 0:
        return f"{term} on the {side}"
    if form == 1:
        return f"{term} ({said.rstrip('.')})"
    if form == 2:
        return f"{term}, {said.rstrip('.')}"
    return f"{said} {term}"


def plural(term: str) -> str:
    """Return the plural of an English term by its last word."""
    head, _, last = term.rpartition(" ")
    regular = last if last.endswith("s") else f"{last[:-1]}ies" if last.endswith("ity") else f"{last}s"
    many = _PLURALS.get(last) or regular
    return f"{head} {many}".strip()


# ---- numbers -------------------------------------------------------------------------------------------------------


def _chunks(numbers: Sequence[int], draw: Draw) -> list[tuple[int, ...]]:
    """Return stretches said as ranges and single numbers: three in a row nearly always a range, two now and then."""
    result: list[tuple[int, ...]] = []
    for run in runs(tuple(numbers)):
        if (len(run) > 2 and draw.chance(0.85)) or (len(run) == 2 and draw.chance(0.4)):
            result.append(run)
        else:
            result += [(n,) for n in run]
    return result


def _said(numbers: Sequence[int], words: Sequence[str] | None, prefix: str, marks: _Marks, draw: Draw) -> str:
    """Return numbers as ranges and lists: "8-10", "T8-T10", "八至十"; within a range the prefix may come back.

    It does not in a list: items that each say their prefix ("T8, T10") are places of their own (``place_lists``).
    """
    again = draw.chance(0.4)

    def say(number: int, with_prefix: bool) -> str:
        word = str(number) if words is None else words[number]
        return f"{prefix if with_prefix else ''}{word}"

    texts = []
    for index, chunk in enumerate(_chunks(numbers, draw)):
        text = say(chunk[0], index == 0)
        if len(chunk) > 1:
            mark = draw.one(marks.pair if len(chunk) == 2 else marks.range)
            text += f"{mark}{say(chunk[-1], again)}"
        texts.append(text)
    between = draw.one(marks.between)
    if between == "." and (words is not None or again):
        between = "、"  # a full stop between two digits alone is no end of a clause
    if len(texts) == 1:
        return texts[0]
    return f"{between.join(texts[:-1])}{draw.one(marks.last) if draw.chance(0.6) else between}{texts[-1]}"


class _Marks:
    """What stands within ranges and lists of numbers."""

    def __init__(
        self, ranges: tuple[str, ...], pairs: tuple[str, ...], between: tuple[str, ...], last: tuple[str, ...]
    ):
        self.range, self.pair, self.between, self.last = ranges, ranges + pairs, between, last


_ZH_MARKS = _Marks(
    ("-", "-", "-", "~", "～", "—", "－", "–", "至", "到", "--", "→"),
    ("/", "、", "，"),
    ("、", "、", "、", "，", ",", ".", "/", " "),
    ("及", "和", "与", "、", "以及", "并"),
)
_EN_MARKS = _Marks(
    ("-", "-", "-", "–", " - ", " to ", " to ", " through ", " thru "),
    ("/", "/", " and ", "&"),
    (", ", ", ", ", ", "/", ","),
    (" and ", " and ", ", and ", " & ", " as well as ", " plus "),
)
_WORD_MARKS = _Marks((" to ", " through ", "-", " thru "), (" and ",), (", ",), (" and ", ", and ", " & "))


# ---- vertebrae -----------------------------------------------------------------------------------------------------


def _parts(levels: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return the numbers of each part of the spine, from above."""
    return [
        (part, [int(one[1:]) for one in levels if one[0] == part])
        for part in "CTL"
        if any(one[0] == part for one in levels)
    ]


def _vertebrae_zh(levels: Sequence[str], draw: Draw) -> str:
    if len(levels) == 1 and (names := zh.NAMED_VERTEBRAE.get(levels[0])) and draw.chance(0.3):
        return draw.one(names)
    parts = _parts(levels)
    if len(parts) > 1:
        return _crossing(levels, parts, "zh", draw)
    part, numbers = parts[0]
    tail = draw.one(zh.VERTEBRA_PARTS) if draw.chance(0.75) else ""
    character = _CHARACTER[part]
    in_words = _NUMERALS if draw.chance(0.25) else None
    form = draw.number(0, 9)
    if form < 3:
        return f"{_said(numbers, None, draw.one(_LETTERS[part]), _ZH_MARKS, draw)}{tail}"
    if form < 6:
        return f"{_said(numbers, in_words, character, _ZH_MARKS, draw)}{tail}"
    if form < 8:
        tail = tail.removeprefix("椎") if tail not in ("椎弓根", "椎板", "椎骨") else tail
        return f"第{_said(numbers, in_words, '', _ZH_MARKS, draw)}{character}椎{tail}"
    if form == 8:
        joint = draw.one(("", "第", "（", " "))
        end = "）" if joint == "（" else ""
        return f"{character}椎{joint}{_said(numbers, in_words, '', _ZH_MARKS, draw)}{end}{tail}"
    segment = draw.one(("椎体", "节", "椎", "节段", "椎节"))
    return f"{character}椎第{_said(numbers, in_words, '', _ZH_MARKS, draw)}{segment}"


def _vertebrae_en(levels: Sequence[str], draw: Draw) -> str:  # noqa: PLR0911 (one return a spelling)
    if len(levels) == 1 and (names := en.NAMED_VERTEBRAE.get(levels[0])) and draw.chance(0.3):
        return draw.one(names)
    parts = _parts(levels)
    if len(parts) > 1:
        return _crossing(levels, parts, "en", draw)
    part, numbers = parts[0]
    many = len(numbers) > 1
    form = draw.number(0, 9)
    adjective = draw.one(_ADJECTIVES[part])
    noun = draw.one(
        ("vertebrae", "vertebral bodies", "levels", "bodies", "spine")
        if many
        else ("vertebra", "vertebral body", "body", "level", "segment")
    )
    if form < 5:
        prefix = _letter_en(part, draw)
        said = _said(numbers, None, prefix, _EN_MARKS, draw)
        tail = draw.number(0, 9)
        if tail < 4:
            return said
        word = draw.one(en.VERTEBRA_PARTS)
        if tail < 6:
            return f"{word} of {said}"
        if tail < 8:
            return f"{said} {plural(word) if many and draw.chance(0.7) else word}"
        return f"{noun} {said}" if noun != "spine" else f"{said} {noun}"
    words = _ORDINALS if form < 8 else None
    if form == 9:
        return f"{adjective} {noun} {_said(numbers, None, '', _EN_MARKS, draw)}"
    if form == 8:
        return f"{_ordinals(numbers, draw)} {adjective} {noun}"
    return f"{_said(numbers, words, '', _WORD_MARKS, draw)} {adjective} {noun}"


def _letter_en(part: str, draw: Draw) -> str:
    letter = draw.one(tuple(one for one in _LETTERS[part] if one.isascii()))
    return f"{letter}{draw.one(('', '', '', '', '', '-', ' ', '.'))}"


def _ordinals(numbers: Sequence[int], draw: Draw) -> str:
    words = ("", *(f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }" for n in range(1, 13)))
    return _said(numbers, words, "", _EN_MARKS, draw)


def _crossing(levels: Sequence[str], parts: list[tuple[str, list[int]]], language: Language, draw: Draw) -> str:
    """Return levels of two or more parts of the spine: "T11-L2", "胸11至腰2椎体", "C7, T8 and L3"."""
    numbers = [VERTEBRA_LEVELS.index(one) + 1 for one in levels]
    marks = _ZH_MARKS if language == "zh" else _EN_MARKS
    tail = (
        draw.one(("椎体", "椎", "", "", "锥体"))
        if language == "zh"
        else draw.one((" vertebrae", "", "", " vertebral bodies", " levels"))
    )
    letters = {"T": draw.one(_LETTERS["T"]), "C": "C", "L": "L"}
    if language == "zh" and draw.chance(0.5):
        letters = _CHARACTER
    if len(runs(tuple(numbers))) == 1:
        ends = (f"{letters[one[0]]}{one[1:]}" for one in (levels[0], levels[-1]))
        return f"{draw.one(marks.pair if len(levels) == 2 else marks.range).join(ends)}{tail}"
    texts = [_said(found, None, letters[part], marks, draw) for part, found in parts]
    return f"{draw.one(marks.between[:3]).join(texts)}{tail}"


# ---- ribs ----------------------------------------------------------------------------------------------------------


def _ribs(slots: Sequence[str], language: Language, draw: Draw) -> str | None:
    found = [name.removeprefix("rib_").split("_") for name in slots]
    numbers = sorted({int(number) for number, _ in found})
    sides = {side for _, side in found}
    if len(set(map(tuple, found))) != len(numbers) * len(sides):
        return None
    side = "both" if len(sides) == 2 else sides.pop()
    return _ribs_zh(numbers, side, draw) if language == "zh" else _ribs_en(numbers, side, draw)


def _ribs_zh(numbers: Sequence[int], side: str, draw: Draw) -> str:
    said = draw.one(zh.SIDES[side])
    spoken = _said(numbers, _NUMERALS if draw.chance(0.2) else None, "", _ZH_MARKS, draw)
    part = draw.one(zh.RIB_PARTS)
    form = draw.number(0, 11)
    if form < 6:
        return f"{said}第{spoken}{part}"
    if form < 8:
        return f"{said}{spoken}{part}"
    if form == 8:
        return f"{said}肋骨第{spoken}"
    if form == 9:
        return f"{said}肋{spoken}"
    if form == 10:
        return f"{said}{draw.one(('前肋', '后肋', '肋骨', '侧肋', '腋肋', '肋'))}（{draw.one(('', '第'))}{spoken}）"
    return f"第{spoken}{part}（{said}）"


def _ribs_en(numbers: Sequence[int], side: str, draw: Draw) -> str:  # noqa: PLR0911 (one return a spelling)
    said = draw.one(en.SIDES[side])
    many = len(numbers) > 1 or side == "both"
    rib = "ribs" if many else "rib"
    form = draw.number(0, 9)
    part = draw.one(en.RIB_PARTS) if draw.chance(0.5) else ""
    kind = draw.number(0, 5)
    if kind < 2:
        spoken = _ordinals(numbers, draw)
    elif kind < 4:
        spoken = _said(numbers, _ORDINALS, "", _WORD_MARKS, draw)
    else:
        sign = draw.one(("", "", "", "#", "number ", "no "))
        spoken = _said(numbers, _ROMAN if draw.chance(0.1) else None, sign, _EN_MARKS, draw)
        core = f"{said} {rib} {spoken}" if form < 5 else f"{rib} {spoken} {side_after(side, said, form)}"
        if part.endswith(" of"):
            return f"{part} {core}"
        if part.endswith("ly"):
            return f"{core} {part}"
        phrase = f"{part} {core}" if form % 2 or form >= 5 else f"{said} {part} {rib} {spoken}"
        return phrase.replace("  ", " ").strip()
    if part.endswith(" of"):
        return f"{part} {said} {spoken} {rib}"
    if part.endswith("ly"):
        return f"{said} {spoken} {rib} {part}"
    where = f"{part} " if part else ""
    if form < 3:
        return f"{said} {where}{spoken} {rib}"
    if form < 6:
        return f"{said} {spoken} {where}{rib}"
    if form < 8:
        return f"{where}{spoken} {rib} {side_after(side, said, form)}"
    return f"{spoken} {said} {where}{rib}" if form == 8 else f"{where}{said} {spoken} {rib}"


def side_after(side: str, said: str, form: int) -> str:
    """Return a side in the words that follow a bone."""
    if form % 2:
        return f"({said.rstrip('.')})"
    return "bilaterally" if side == "both" else f"on the {side}"
