"""Lines that were broken where a page or a column ended, joined into the sentences they were (floor 2).

A clause ends at a line's end (``report.parse_report``), so a sentence broken within would fall apart: its negation in
one half, its finding in the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .report import normalise
from .report_headings import headings

_SENTENCE_END = re.compile(r"[。.;!?:…]['\")\]】]*$")
_LIST_START = re.compile(
    r"^\s*(?:[(]?\d{1,2}[.、)](?!\d)|[(]?[一二三四五六七八九十]{1,3}[、.)]|[①-⑳]|[-•*●◆■▲]\s?|[A-Z][A-Z /]{3,40}:)"
)
_LABEL = re.compile(r"^\s*[^\s:,;。]{1,12}:")  # "姓名: ...", "Referrer: ..."
_PAGE_NUMBER = re.compile(
    r"(?:第\s*\d+\s*页)?[\s,，/]*(?:共\s*\d+\s*页)?|(?:page\s*)?\d+\s*(?:/|of)\s*\d+|page\s*\d+|-\s*\d+\s*-|\d{1,2}",
    re.IGNORECASE,
)
_BREAK_AT = 0.85  # share of the widest line from which a line counts as full


def joined_lines(lines: Sequence[str], *, short: int = 0) -> str:
    """Return lines with those joined that continue a sentence.

    Parameters
    ----------
    lines : sequence of str
    short : int
        Columns (a Chinese character has two) that a full line must at least have.
    """
    widest = max((columns(line) for line in lines), default=0)
    text = ""
    before = ""
    for line in lines:
        full = columns(before) >= max(short, _BREAK_AT * widest)
        if text and full and continues(before, line):
            text += glue(before, line) + line.strip()
        else:
            text += ("\n" if text else "") + line.rstrip()
        before = line.rstrip()
    return text


def continues(before: str, line: str) -> bool:
    """Return whether a line may go on with the sentence of the full line before it."""
    plain, next_plain = normalise(before).strip(), normalise(line).strip()
    if not plain or not next_plain or _SENTENCE_END.search(plain):
        return False
    starts = bool(_LIST_START.match(next_plain) or _LABEL.match(next_plain) or starts_with_heading(next_plain))
    return not starts and not starts_with_heading(plain, whole=True)


def starts_with_heading(plain: str, *, whole: bool = False) -> bool:
    """Return whether a normalised line starts with a heading, or is one altogether."""
    found = headings(plain)
    return bool(found) and found[0].start == 0 and (not whole or found[0].end == len(plain))


def is_page_number(line: str) -> bool:
    """Return whether a line is the number of a page: "3", "- 3 -", "3/5", "Page 3 of 5", "第3页 共5页"."""
    return _PAGE_NUMBER.fullmatch(line.strip()) is not None


def glue(before: str, line: str) -> str:
    """Return what joins two lines: a space between Latin words, none beside a Chinese one or after a hyphen."""
    last, first = before.rstrip()[-1:], line.lstrip()[:1]
    if _is_wide(last) or _is_wide(first):
        return ""
    return "" if last == "-" and first.islower() else " "


def columns(text: str) -> int:
    """Return the width of a text in columns, a Chinese character counting two."""
    return sum(2 if _is_wide(character) else 1 for character in text)


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"
