"""Which of the reports in a file belongs to the scan: by accession number, or asked for (floor 2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import InputError
from .report import normalise
from .report_headings import headings

_LABEL = (
    r"检\s{0,4}查\s{0,4}(?:编\s{0,4})?号|影\s{0,4}像\s{0,4}(?:编\s{0,4})?号|登记号|检查流水号|申请单号|核医学号|"
    r"accession(?:\s{1,3}(?:no\.?|number|nr\.?|#))?|exam(?:ination)?\s{1,3}(?:no\.?|number|id)|study\s{1,3}(?:no\.?|number|id)"
)
_ACCESSION = re.compile(rf"(?:{_LABEL})\s{{0,6}}[:∶#]\s{{0,6}}([A-Za-z0-9][A-Za-z0-9._/-]{{0,63}})", re.IGNORECASE)
_RULE = re.compile(r"^[ \t]{0,8}[=\-_*~#—─═]{5,}[ \t]{0,8}$|\f", re.MULTILINE)


@dataclass(frozen=True)
class FoundReport:
    """A report in a file.

    Attributes
    ----------
    text : str
        Plain text.
    container : str
        What it came in: "UTF-8", "PDF", "HL7 v2, GB18030".
    accessions : tuple of str
        Numbers by which the file names its examination; never shown.
    """

    text: str = field(repr=False)
    container: str
    accessions: tuple[str, ...] = field(default=(), repr=False)

    def has_accession(self, accession: str) -> bool:
        """Return whether the file names this examination for the report."""
        return _same(accession) in {_same(one) for one in self.accessions}


def chosen(
    name: str, found: Sequence[FoundReport], accession: str | None = None, scan_accession: str = ""
) -> FoundReport:
    """Return the report that is asked for.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    found : sequence of FoundReport
        At least one.
    accession : str, optional
        ``--accession``: the report must name it, unless it is the only one and names no examination at all.
    scan_accession : str
        The scan's own accession number: chooses among several, and is no reason to refuse.

    Raises
    ------
    InputError
        Several reports and nothing that chooses one; none of the accession number asked for.
    """
    if accession is not None:
        fitting = _different([one for one in found if one.has_accession(accession)])
        if not fitting and len(found) == 1 and not found[0].accessions:
            return found[0]
        if not fitting:
            held = "its report names another" if len(found) == 1 else f"none of its {len(found)} reports names it"
            raise InputError(f"{name} has no report of the accession number that --accession gives; {held}")
        if len(fitting) > 1:
            raise InputError(
                f"{name} has {len(fitting)} different reports of the accession number that --accession gives; save the "
                f"one that belongs to the scan as a file of its own"
            )
        return fitting[0]
    reports = _different(found)
    if len(reports) == 1:
        return reports[0]
    fitting = [one for one in reports if scan_accession and one.has_accession(scan_accession)]
    if len(fitting) == 1:
        return fitting[0]
    how = (
        "choose one with --accession"
        if all(one.accessions for one in reports)
        else "save the one that belongs to the scan as a file of its own"
    )
    raise InputError(f"{name} holds {len(reports)} reports; {how}")


def reports_in_text(text: str, container: str) -> list[FoundReport]:
    """Return the reports of a plain text, one as a rule.

    There are several where several accession numbers are named, or where ruled lines or form feeds part blocks with
    findings and an impression each.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = normalise(text)  # of the same length
    marks = [(match.start(), match[1]) for match in _ACCESSION.finditer(plain)]
    numbers = list(dict.fromkeys(_same(number) for _, number in marks))
    cuts = _cuts_by_number(plain, marks) if _is_several(plain, marks, numbers) else _cuts_by_rule(plain)
    if not cuts:
        return [FoundReport(text, container, tuple(dict.fromkeys(number for _, number in marks)))]
    blocks = [text[start:stop].strip() for start, stop in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [
        FoundReport(block, container, tuple(dict.fromkeys(match[1] for match in _ACCESSION.finditer(normalise(block)))))
        for block in blocks
        if headings(normalise(block)) or _ACCESSION.search(normalise(block))
    ]


def _is_several(plain: str, marks: list[tuple[int, str]], numbers: list[str]) -> bool:
    """Return whether different numbers head different reports: findings or impression stand between."""
    if len(numbers) < 2:
        return False
    spoken = [one.start for one in headings(plain) if one.section in ("findings", "impression")]
    first_of = {number: next(at for at, one in marks if _same(one) == number) for number in numbers}
    starts = sorted(first_of.values())
    return any(starts[0] < at < starts[-1] for at in spoken) and any(at > starts[-1] for at in spoken)


def _cuts_by_number(plain: str, marks: list[tuple[int, str]]) -> list[int]:
    """Return where the second and later reports start: at the head of the block that names another number."""
    cuts: list[int] = []
    current = _same(marks[0][1])
    for at, number in marks:
        if _same(number) == current:
            continue
        current = _same(number)
        after = cuts[-1] if cuts else 0
        spoken = [one.end for one in headings(plain[after:at]) if one.section in ("findings", "impression")]
        if not spoken:  # two numbers in one head
            continue
        block = _head_of_block(plain, after + spoken[-1], at)
        cuts.append(block)
    return cuts


def _head_of_block(plain: str, after: int, at: int) -> int:
    """Return the start of the paragraph, ruled or blank line above, in which ``plain[at]`` lies."""
    before = plain[after:at]
    rules = [match.end() for match in _RULE.finditer(before)]
    blank = before.rfind("\n\n")
    line = before.rfind("\n")
    return after + max(
        [*rules, blank + 2 if blank >= 0 else 0, line + 1 if line >= 0 and blank < 0 and not rules else 0]
    )


def _cuts_by_rule(plain: str) -> list[int]:
    rules = [match.start() for match in _RULE.finditer(plain)]
    whole, cuts, start = 0, [], 0
    for stop in [*rules, len(plain)]:
        sections = {one.section for one in headings(plain[start:stop])}
        if {"findings", "impression"} <= sections:
            whole += 1
            cuts.append(stop)
            start = stop
    return cuts[:-1] if whole > 1 else []


def _different(found: Sequence[FoundReport]) -> list[FoundReport]:
    """Return the reports without repetitions of the same text."""
    return list({" ".join(one.text.split()): one for one in reversed(found)}.values())[::-1]


def _same(accession: str) -> str:
    return unicodedata.normalize("NFKC", accession).strip().casefold()
