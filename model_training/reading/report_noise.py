"""Disturbs simulated reports so that reading does not hang on words: unknown words, other spellings of places.

No list of synonyms is used. What a reader may not know is put in as random characters and invented words, so that the
embeddings of characters that no training report holds are taught to be "some word", and what is left must do: the side,
the number, the letter of a level, a negation elsewhere in the clause.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model_training.simulator.report_grammar import WrittenMention
from model_training.simulator.report_places import runs
from model_training.simulator.report_writer import WrittenReport

# What carries the place within a phrase is left as it is, and neither it nor a "not" is drawn as an unknown word.
_BEARING = set("左右双两颈胸腰骶肋一二三四五六七八九十")
# The characters of GB2312's first level (rows 16-55), by frequency of use the ones that reports are written in.
_HANZI = [
    character
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF if high < 0xD7 else 0xFA)
    if (character := bytes((high, low)).decode("gb2312")) not in _BEARING | set("未无不非否没")
]
_MARKS = "-~/~·、→()[]<>:#*+=|"
_ONSETS = ("b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "sc", "st", "pr", "cr", "ph", "")
_VOWELS = ("a", "e", "i", "o", "u", "ea", "io", "y")
_ENDS = ("", "", "n", "l", "s", "r", "m", "x", "tion", "ic", "al", "ed", "ing", "ous", "ity")
# Words and numbers of a text; a Chinese character stands for itself. Digits and marks are not words.
_WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
_LETTER = {"C": ("C", "颈", "cervical"), "T": ("T", "胸", "thoracic"), "L": ("L", "腰", "lumbar")}
_NUMERALS = " 一 二 三 四 五 六 七 八 九 十 十一 十二".split(" ")
_ORDINALS = " first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ")
_SIDE_ZH = re.compile(r"^(左侧|右侧|双侧|两侧|左|右|双)(?=[^、左右侧])")
_SIDE_EN = re.compile(r"^(left|right|bilateral|both)\s+(?=[a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Noise:
    """How much a report is disturbed; each is a share or a probability.

    Attributes
    ----------
    disturbed_reports : float
        Reports with unknown words; the others keep theirs.
    unknown_words : float
        Up to this share of the words outside places become unknown in a disturbed report, drawn anew for each.
    respelled_places : float
        Ribs, vertebrae and sided bones spelled another way.
    unknown_in_places : float
        Characters or words within places that become unknown, other than sides, numbers and the spine's parts.
    """

    disturbed_reports: float
    unknown_words: float
    respelled_places: float
    unknown_in_places: float

    @classmethod
    def of(cls, settings: Mapping[str, float]) -> Noise:
        """Return the noise of a configuration's section ``teach_reading``."""
        return cls(*(float(settings[name]) for name in cls.__dataclass_fields__))


def disturbed(written: WrittenReport, language: str, noise: Noise, rng: np.random.Generator) -> WrittenReport:
    """Return a report with unknown words and places spelled another way; its mentions follow the text."""
    share = rng.random() * noise.unknown_words if rng.random() < noise.disturbed_reports else 0.0
    parts: list[str] = []
    mentions: list[WrittenMention] = []
    end = length = 0
    for mention in sorted(written.mentions, key=lambda one: one.start):
        if mention.start < end:
            return written  # phrases within phrases are not spelled anew
        before = _unknown_words(written.text[end : mention.start], share, language, rng)
        phrase = written.text[mention.start : mention.end]
        if rng.random() < noise.respelled_places:
            phrase = _respelled(phrase, mention.slots, language, rng)
        phrase = _unknown_in_place(phrase, noise.unknown_in_places, language, rng)
        parts += [before, phrase]
        start = length + len(before)
        length = start + len(phrase)
        mentions.append(replace(mention, start=start, end=length))
        end = mention.end
    parts.append(_unknown_words(written.text[end:], share, language, rng))
    return replace(written, text="".join(parts), mentions=tuple(mentions))


def _hanzi(rng: np.random.Generator) -> str:
    return _HANZI[int(rng.integers(len(_HANZI)))]


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _invented(rng: np.random.Generator) -> str:
    """Return an English-looking word of one to three syllables."""
    syllables = [f"{_pick(_ONSETS, rng)}{_pick(_VOWELS, rng)}" for _ in range(int(rng.integers(1, 4)))]
    word = "".join(syllables) + _pick(_ENDS, rng)
    return f"{word}x" if word in ("no", "non", "nor") else word


def _unknown_words(text: str, share: float, language: str, rng: np.random.Generator) -> str:
    """Replace words outside places: runs of one to four Chinese characters, or single English words."""
    if share <= 0 or not text:
        return text
    words = list(_WORD.finditer(text))
    drawn = rng.random(len(words))
    result: list[str] = []
    position, index = 0, 0
    while index < len(words):
        word = words[index]
        # A run covers about two characters, so it starts half as often.
        if drawn[index] >= (share / 2 if language == "zh" else share):
            index += 1
            continue
        run = int(rng.integers(1, 5)) if language == "zh" else 1
        last = index
        while last + 1 < len(words) and last + 1 < index + run and words[last + 1].start() == words[last].end():
            last += 1
        result.append(text[position : word.start()])
        if language == "en":
            new = _invented(rng)
            result.append(new.capitalize() if word.group()[0].isupper() else new)
        elif rng.random() < 0.85:  # now and then the words are gone
            result.append("".join(_hanzi(rng) for _ in range(max(1, last - index + 1 + int(rng.integers(-1, 2))))))
        position = words[last].end()
        index = last + 1
    result.append(text[position:])
    return "".join(result)


def _unknown_in_place(phrase: str, share: float, language: str, rng: np.random.Generator) -> str:
    if share <= 0:
        return phrase
    if language == "zh":
        drawn = rng.random(len(phrase))
        return "".join(
            _hanzi(rng) if d < share and "\u4e00" <= c <= "\u9fff" and c not in _BEARING else c
            for c, d in zip(phrase, drawn, strict=True)
        )
    if rng.random() < 2 * share:  # an unknown adjective: "the left [word] scapula"
        words = phrase.split(" ")
        place = int(rng.integers(1, len(words) + 1)) if len(words) > 1 else 0
        if place:
            words.insert(place, _invented(rng))
        return " ".join(words)
    return phrase


def _respelled(phrase: str, slots: Sequence[str], language: str, rng: np.random.Generator) -> str:
    """Return another spelling of a place, or the same where it is neither ribs, vertebrae nor a sided bone."""
    if all(name.startswith("vertebra_") for name in slots):
        return _vertebrae(phrase, slots, language, rng)
    if all(name.startswith("rib_") for name in slots):
        return _ribs(phrase, slots, language, rng)
    if language == "zh" and (match := _SIDE_ZH.match(phrase)):
        side, rest = match.group(1), phrase[match.end() :]
        said = f"{side[0]}{_hanzi(rng) if rng.random() < 0.6 else ''}"
        return _pick((f"{said}{rest}", f"{said}{rest}", f"{rest}{said}", f"{rest}({said})", f"{said}之{rest}"), rng)
    if language == "en" and (match := _SIDE_EN.match(phrase)):
        side, rest = match.group(1), phrase[match.end() :]
        forms = (
            f"{side} {_invented(rng)} {rest}",
            f"{rest} ({side})",
            f"{rest}, {side}",
            f"{side}-{_invented(rng)} {rest}",
        )
        return _pick(forms, rng)
    return phrase


def _numbers(
    numbers: Sequence[int], say: Sequence[str] | None, language: str, rng: np.random.Generator, prefix: str = ""
) -> str:
    """Spell numbers as ranges and lists with any mark between."""
    words = str if say is None else say.__getitem__
    if language == "zh":
        mark = _hanzi(rng) * int(rng.integers(1, 3)) if rng.random() < 0.3 else _pick(_MARKS, rng)
        between = _pick(("、", "、", "，", "/", "及", _hanzi(rng)), rng)
    else:
        mark = f" {_invented(rng)} " if rng.random() < 0.3 else _pick(_MARKS, rng)
        between = _pick((", ", " and ", "/", "; ", f" {_invented(rng)} "), rng)
    said = []
    for run in runs(tuple(sorted(numbers))):
        if len(run) > 2 or (len(run) == 2 and rng.random() < 0.4):
            said.append(f"{words(run[0])}{mark}{prefix if rng.random() < 0.3 else ''}{words(run[-1])}")
        else:
            said += [words(n) for n in run]
    return between.join(said)


def _numerals(language: str, rng: np.random.Generator) -> Sequence[str] | None:
    if rng.random() < 0.25:
        return _NUMERALS if language == "zh" else _ORDINALS
    return None


def _vertebrae(phrase: str, slots: Sequence[str], language: str, rng: np.random.Generator) -> str:
    levels = [name.removeprefix("vertebra_") for name in slots]
    if len({level[0] for level in levels}) != 1:
        return phrase
    letter, character, word = _LETTER[levels[0][0]]
    say = _numerals(language, rng)
    numbers = [int(level[1:]) for level in levels]
    if language == "zh":
        some = lambda: _hanzi(rng) * int(rng.random() < 0.5)  # noqa: E731
        if rng.random() < 0.4:
            extra = chr(97 + int(rng.integers(26))) if rng.random() < 0.5 else _pick(("", " ", "-", "."), rng)
            prefix = f"{letter}{extra}"
            return f"{prefix}{_numbers(numbers, None, language, rng, prefix)}{_pick(('', '椎', some() + some()), rng)}"
        part = f"{character}{_pick(('', '椎', '椎', some()), rng)}"
        said = f"{_pick(('', '第', some()), rng)}{_numbers(numbers, say, language, rng)}{_pick(('', some()), rng)}"
        return _pick((f"{part}{said}", f"{said}{part}", f"{part}({said})"), rng)
    if rng.random() < 0.5:
        extra = chr(97 + int(rng.integers(26))) if rng.random() < 0.5 else _pick(("", " ", "-", "."), rng)
        prefix = f"{letter}{extra}"
        tail = _pick(("", "", " vertebra", f" {_invented(rng)}"), rng)
        return f"{prefix}{_numbers(numbers, None, language, rng, prefix)}{tail}"
    said = _numbers(numbers, say, language, rng)
    other = _invented(rng)
    forms = (
        f"{word} {said}",
        f"{said} {word}",
        f"{word} {other} {said}",
        f"{other} {said} of the {word} spine",
        f"{said} {word} {other}",
    )
    return _pick(forms, rng)


def _ribs(phrase: str, slots: Sequence[str], language: str, rng: np.random.Generator) -> str:
    found = [name.removeprefix("rib_").split("_") for name in slots]
    numbers = sorted({int(number) for number, _ in found})
    sides = sorted({side for _, side in found})
    if len(found) != len(numbers) * len(sides):
        return phrase
    # In a list the side stands with its first rib alone; the phrase itself must name it to be spelled anew.
    if language == "zh":
        if not re.search("[左右双两]", phrase):
            return phrase
        side = {"left": "左", "right": "右", "leftright": _pick("双两", rng)}["".join(sides)]
        side += _hanzi(rng) if rng.random() < 0.4 else _pick(("侧", ""), rng)
        bone = _pick(("肋", "肋", "肋骨", f"肋{_hanzi(rng)}", f"{_hanzi(rng)}肋"), rng)
        said = _numbers(numbers, _numerals(language, rng), language, rng)
        ordinal = _pick(("第", "", _hanzi(rng)), rng)
        after = _hanzi(rng) if rng.random() < 0.3 else ""
        spellings = (
            f"{side}{ordinal}{said}{after}{bone}",
            f"{side}{bone}{ordinal}{said}{after}",
            f"{side}{bone}({said})",
            f"{ordinal}{said}{bone}({side})",
        )
        return _pick(spellings, rng)
    if not re.search(r"\b(left|right|bilateral|both|l|r)\b", phrase, re.IGNORECASE):
        return phrase
    side = {"left": "left", "right": "right", "leftright": _pick(("bilateral", "both"), rng)}["".join(sides)]
    said = _numbers(numbers, _numerals(language, rng), language, rng)
    other = _invented(rng) if rng.random() < 0.4 else ""
    forms = (
        f"{side} {other} ribs {said}",
        f"{side} rib {other} {said}",
        f"{side} {said} {other} rib",
        f"ribs {said} {other} {side}",
        f"rib {said} ({side})",
        f"{said} {side} {other} rib",
    )
    return re.sub(" +", " ", _pick(forms, rng)).strip()
