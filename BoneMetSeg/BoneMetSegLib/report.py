"""What a diagnostic report is: text, sections, clauses with their character spans (floor 1).

``text`` is kept as received. ``normalised`` has the same length, character by character, so that a span means the same
in both: full-width Latin letters, digits and punctuation become their half-width forms, other spaces a space, soft line
and page ends a line end, radicals the characters that they look like, traditional Chinese characters simplified ones.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from .errors import InputError
from .report_headings import headings
from .traditional_chinese import to_simplified

Language = Literal["zh", "en"]

# Full-width forms U+FF01-FF5E stand 0xFEE0 above ASCII (Unicode, Halfwidth and Fullwidth Forms).
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys((0x3000, 0xA0, 0x202F, *range(0x2000, 0x200B)), 0x20)
_LINE_ENDS = dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), 0x0A)  # soft line and page ends
# Programs that write PDF give radicals for the characters of the same shape: Kangxi radicals have a decomposition ...
_RADICALS = {code: ord(unicodedata.normalize("NFKC", chr(code))) for code in range(0x2F00, 0x2FD6)}
# ... those of the block CJK Radicals Supplement have none (CJKRadicals.txt of Unicode).
_RADICALS |= {
    ord(radical): ord(character)
    for radical, character in zip(
        "⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻩⻬⻮⻰", "母民西见角贝车长门青页风飞食马骨鬼鱼鸟黄齐齿龙", strict=True
    )
}
_SAME_LENGTH = _HALF_WIDTH | _SPACES | _LINE_ENDS | _RADICALS

# A clause ends at a Chinese full stop, a semicolon, a line's end, a half-width stop after a Chinese character, or an
# English full stop before white space: not after "No", "Lt", "Rt", a single initial, or the number of a list ("1. ").
_CLAUSE_END = re.compile(
    r"[。;!?\n]|(?<=[\u4e00-\u9fff])\.|(?<!\bNo)(?<!\bvs)(?<!\bDr)(?<!\bapprox)(?<!\bca)(?<!\be\.g)(?<!\bi\.e)(?<!\b[LlRr][Tt])(?<![\s.][A-Za-z])(?<!\d)\.(?=\s|$)"
    r"|(?<=[A-Za-z]\d)\.(?=\s|$)|(?<=[A-Za-z]\d\d)\.(?=\s|$)|(?<=\d)\.(?=\s+[A-Z]|\s*$)"
)
# What the referrer wrote, how the scan was made and other scans: places named there are no findings of this one.
_SILENT_SECTIONS = frozenset({"clinical", "technique", "comparison"})
_LIST_NUMBER_REACH = 24
_LIST_NUMBER = re.compile(r"(?:^|[\n.;:。])[ \t]*[(]?\d{1,2}$")


@dataclass(frozen=True)
class Clause:
    """A stretch of the report that says one thing.

    Attributes
    ----------
    start, end : int
        Character span in the report's text, ``text[start:end]``.
    section : str
        "impression", "findings", "clinical", "technique", "comparison", "advice", or "" before any heading.
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
        What the text came in: "UTF-8", "PDF", "HL7 v2, GB18030"; "" for text given directly.
    """

    text: str
    language: Language
    clauses: tuple[Clause, ...]
    encoding: str = ""

    @property
    def normalised(self) -> str:
        """The text in half-width forms and simplified characters, of the same length."""
        return normalise(self.text)

    def tells(self, clause: Clause) -> bool:
        """Return whether a clause may tell a finding: not in the history, the technique or the comparison.

        Where nothing is headed as findings, they may stand under any heading ("History: breast cancer. Uptake in T8.
        Impression: ..."): then only the first clause behind such a heading is silent.
        """
        return clause not in self._silent_clauses

    @cached_property
    def _silent_clauses(self) -> frozenset[Clause]:
        headed = any(clause.section == "findings" for clause in self.clauses)
        before = ("", *(clause.section for clause in self.clauses))
        return frozenset(
            clause
            for clause, section in zip(self.clauses, before, strict=False)
            if clause.section in _SILENT_SECTIONS and (headed or clause.section != section)
        )

    def clause_text(self, clause: Clause) -> str:
        """Return a clause's characters, normalised."""
        return normalise(self.text[clause.start : clause.end])


def normalise(text: str) -> str:
    """Return ``text`` in half-width forms and simplified Chinese, of the same length, so that spans stay valid."""
    return to_simplified(text.translate(_SAME_LENGTH))


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
    found = [(heading.start, heading.end, heading.section) for heading in headings(text)]
    bounds = [(0, 0, ""), *found, (len(text), len(text), "")]
    clauses = []
    for (_, start, section), (stop, _, _) in pairwise(bounds):
        clauses += [Clause(a, b, section) for a, b in _split(text, start, stop)]
    return clauses


def _ends_in_list_number(text: str, start: int, stop: int) -> bool:
    """Return whether ``text[start:stop]`` ends in the number of a list: "1", "(2"."""
    near = max(start, stop - _LIST_NUMBER_REACH)  # not the whole text for every full stop
    return _LIST_NUMBER.search(("" if near == start else "x") + text[near:stop]) is not None


def _split(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the trimmed, non-empty spans between clause ends within ``text[start:stop]``."""
    ends = [
        match.end()
        for match in _CLAUSE_END.finditer(text, start, stop)
        if match.group() != "." or not _ends_in_list_number(text, start, match.start())
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
