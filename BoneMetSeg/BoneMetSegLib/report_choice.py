"""Which of the reports in a file belongs to the scan: by accession number, or asked for (floor 2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import InputError
from .report import normalise
from .report_headings import Heading, headings

_LABEL = (
    r"检\s{0,4}查\s{0,4}(?:编\s{0,4})?号|影\s{0,4}像\s{0,4}(?:编\s{0,4})?号|登记号|检查流水号|申请单号|医嘱号|"
    r"检查ID|(?:核医学|放射|报告)(?:编)?号|acc(?:ession)?\.?\s{1,3}(?:no\.?|number|nr\.?|id|#)|accession|order\s{1,3}(?:no\.?|number)|exam(?:ination)?\s{1,3}(?:no\.?|number|id)|study\s{1,3}(?:no\.?|number|id)"
)
# Not within a sentence or brackets: "(检查号: ...)" speaks of another examination.
_BEFORE = r"(?:^|(?<=[\s|【\[]))"
_ACCESSION = re.compile(
    rf"{_BEFORE}(?:{_LABEL})\s{{0,6}}[:∶#]\s{{0,6}}([A-Za-z0-9][A-Za-z0-9._/-]{{0,63}})", re.IGNORECASE | re.MULTILINE
)
_PERSON = re.compile(
    rf"{_BEFORE}(?:(?:病人|患者)?姓\s{{0,4}}名|patient(?:'s)?\s{{1,3}}name)\s{{0,6}}[:∶]\s{{0,6}}([^\s,;|]{{1,40}})",
    re.IGNORECASE | re.MULTILINE,
)
_RULE = re.compile(r"^[ \t]{0,8}[=\-_*~#—─═]{5,}[ \t]{0,8}$|\f", re.MULTILINE)
_RULES_AROUND = re.compile(r"\A(?:\s|[=\-_*~#—─═]{5,})+|(?<![=\-_*~#—─═])[=\-_*~#—─═]{5,}\s*\Z")


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

    There are several where several accession numbers head findings, where ruled lines or form feeds part blocks with
    findings and an impression each, or where several patients are named.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = normalise(text)  # of the same length
    pages = "\f".join(normalise(page) for page in text.split("\f"))  # normalised, a page's end is a line's end
    rules = [match.span() for match in _RULE.finditer(pages)]
    spoken = [one for one in headings(plain) if one.section in ("findings", "impression")]
    marks = [(match.start(), match[1]) for match in _ACCESSION.finditer(plain)]
    cuts = _cuts_by_number(plain, rules, marks, [one.end for one in spoken]) or _cuts_by_rule(plain, rules)
    if not cuts:
        numbers = tuple(dict.fromkeys(number for _, number in marks))
        whole = FoundReport(text, container, numbers)
        # Numbers or names stand under their reports, or where nothing tells which belongs to which.
        return [whole] if not _speaks_of_several(plain, marks, spoken) else _unparted(plain, text, container)
    blocks = [text[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    blocks = [_RULES_AROUND.sub("", block.strip()).strip() for block in blocks]
    return [
        FoundReport(block, container, tuple(dict.fromkeys(match[1] for match in _ACCESSION.finditer(normalise(block)))))
        for block in blocks
        if headings(normalise(block)) or _ACCESSION.search(normalise(block))
    ]


def _cuts_by_number(
    plain: str, rules: list[tuple[int, int]], marks: list[tuple[int, str]], spoken: list[int]
) -> list[int]:
    """Return where the second and later reports start: at the head of the block that names a new number.

    A head may name several numbers; a number behind the last findings heads nothing.
    """
    cuts: list[int] = []
    known: set[str] = set()
    for at, number in marks:
        before = [end for end in spoken if (cuts[-1] if cuts else 0) <= end < at]
        if _same(number) not in known and known and before and any(end > at for end in spoken):
            cuts.append(_head_of_block(plain, rules, before[-1], at))
            known = set()
        known.add(_same(number))
    return cuts


def _speaks_of_several(plain: str, marks: list[tuple[int, str]], spoken: list[Heading]) -> bool:
    names = [_same(match[1]) for match in _PERSON.finditer(plain)]
    # The same name may run into the next field once, and be spaced out elsewhere.
    if any(not (one.startswith(names[0]) or names[0].startswith(one)) for one in names):
        return True
    first_of = {_same(number): at for at, number in reversed(marks)}
    starts = sorted(first_of.values())
    twice = (
        max((sum(one.section == section for one in spoken) for section in ("findings", "impression")), default=0) > 1
    )
    return len(starts) > 1 and twice and any(starts[0] < one.start < starts[-1] for one in spoken)


def _unparted(plain: str, text: str, container: str) -> list[FoundReport]:
    """Return reports that nothing parts, as pieces that cannot be chosen: so they are asked for."""
    people = [match.start() for match in _PERSON.finditer(plain)] or [
        match.start() for match in _ACCESSION.finditer(plain)
    ]
    middle = people[-1]
    return [FoundReport(text[:middle], container), FoundReport(text[middle:], container)]


def _head_of_block(plain: str, rules: list[tuple[int, int]], after: int, at: int) -> int:
    """Return the start of the paragraph, ruled or blank line above, in which ``plain[at]`` lies."""
    ruled = max((stop for start, stop in rules if after <= start and stop <= at), default=after)
    blank, line = plain.rfind("\n\n", after, at), plain.rfind("\n", after, at)
    if blank >= 0:
        return max(ruled, blank + 2)
    return max(ruled, line + 1) if ruled == after else ruled


def _cuts_by_rule(plain: str, rules: list[tuple[int, int]]) -> list[int]:
    whole, cuts, start = 0, [], 0
    for stop in [*(at for at, _ in rules), len(plain)]:
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
