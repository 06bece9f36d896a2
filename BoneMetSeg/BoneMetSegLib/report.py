"""What a diagnostic report is: text, sections, clauses with their character spans (floor 1).

``text`` is kept as received. ``normalised`` has the same length, character by character, so that a span means the same
in both: full-width Latin letters, digits and punctuation become their half-width forms, the ideographic space a space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .errors import InputError

Language = Literal["zh", "en"]

# Full-width forms U+FF01-FF5E stand 0xFEE0 above ASCII (Unicode, Halfwidth and Fullwidth Forms).
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}

_SECTION_HEADINGS: tuple[tuple[str, str], ...] = (
    (
        "impression",
        r"诊断意见|诊断印象|检查意见|检查结论|诊断结论|印象|结论|诊断提示|提示|impression|conclusions?|opinion|summary|diagnosis",
    ),
    ("findings", r"检查所见|影像所见|影像学表现|影像表现|检查表现|所见|findings|report|description"),
    (
        "clinical",
        r"临床诊断|临床资料|临床病史|病史|主诉|clinical (?:history|information|indication)|indications?|history",
    ),
    (
        "technique",
        r"检查项目|检查方法|方法|检查名称|显像剂|技术|technique|procedure|radiopharmaceutical|examination|exam",
    ),
    ("comparison", r"对比|比较|comparison|priors?"),
)
_HEADING = re.compile(
    "|".join(
        rf"(?P<{name}>(?:^|(?<=[\n。;.]))[ \t]*[【\[(]?(?:{words})[】\])]?[ \t]*:)" for name, words in _SECTION_HEADINGS
    ),
    re.IGNORECASE | re.MULTILINE,
)
# A clause ends at a Chinese full stop, a semicolon, a line's end, a half-width stop after a Chinese character, or an
# English full stop before white space: not after "No", a single initial, or the number of a list ("1. ").
_CLAUSE_END = re.compile(
    r"[。;!?\n]|(?<=[\u4e00-\u9fff])\.|(?<!\bNo)(?<!\bvs)(?<!\bDr)(?<!\bapprox)(?<!\bca)(?<!\be\.g)(?<!\bi\.e)(?<![\s.][A-Za-z])(?<!\d)\.(?=\s|$)"
    r"|(?<=[A-Za-z]\d)\.(?=\s|$)|(?<=[A-Za-z]\d\d)\.(?=\s|$)|(?<=\d)\.(?=\s+[A-Z]|\s*$)"
)
_LIST_NUMBER = re.compile(r"(?:^|[\n.;:。])[ \t]*[(]?\d{1,2}$")


@dataclass(frozen=True)
class Clause:
    """A stretch of the report that says one thing.

    Attributes
    ----------
    start, end : int
        Character span in the report's text, ``text[start:end]``.
    section : str
        "impression", "findings", "clinical", "technique", "comparison", or "" before any heading.
    """

    start: int
    end: int
    section: str


@dataclass(frozen=True)
class Report:
    r"""A diagnostic report.

    Attributes
    ----------
    text : str
        As received, line ends unified to ``\\n``.
    language : {"zh", "en"}
        Of most of its letters.
    clauses : tuple of Clause
        In order; headings and white space lie outside.
    encoding : str
        How the file was decoded; "" for text given directly.
    """

    text: str
    language: Language
    clauses: tuple[Clause, ...]
    encoding: str = ""

    @property
    def normalised(self) -> str:
        """The text in half-width forms, of the same length."""
        return normalise(self.text)

    def clause_text(self, clause: Clause) -> str:
        """Return a clause's characters in half-width forms."""
        return normalise(self.text[clause.start : clause.end])


def normalise(text: str) -> str:
    """Return ``text`` in half-width forms, character by character, so that spans stay valid."""
    return text.translate(_HALF_WIDTH)


def parse_report(text: str, encoding: str = "") -> Report:
    """Split a report's text into sections and clauses.

    Raises
    ------
    InputError
        The text is empty or holds no letters.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not any(character.isalpha() for character in text):
        raise InputError("the report holds no text; leave the report out, or give one with words in it")
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
    latin = sum(character.isascii() and character.isalpha() for character in text)
    # An English word has about five letters where Chinese has one or two characters.
    language: Language = "zh" if chinese * 4 >= latin else "en"
    return Report(text, language, tuple(_clauses(normalise(text))), encoding)


def _clauses(text: str) -> list[Clause]:
    headings = [(match.start(), match.end(), match.lastgroup or "") for match in _HEADING.finditer(text)]
    bounds = [(0, 0, ""), *headings, (len(text), len(text), "")]
    clauses = []
    for (_, start, section), (stop, _, _) in pairwise(bounds):
        clauses += [Clause(a, b, section) for a, b in _split(text, start, stop)]
    return clauses


def _split(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the trimmed, non-empty spans between clause ends within ``text[start:stop]``."""
    ends = [
        match.end()
        for match in _CLAUSE_END.finditer(text, start, stop)
        if match.group() != "." or not _LIST_NUMBER.search(text[start : match.start()])
    ]
    spans = []
    for a, b in zip([start, *ends], [*ends, stop], strict=True):
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if any(character.isalpha() for character in text[a:b]):
            spans.append((a, b))
    return spans
