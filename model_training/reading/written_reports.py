"""Reports written by hand, with marks for what they say of each place: for measuring, never for teaching.

A file holds several reports::

    === en-04 | Australia, lung, narrative letter
    Uptake in the [left posterior 7th rib](rib_7_left: uptake). [Both knees](femur_left femur_right: benign): arthritis.

A report's name and what it is stand in the line that begins it. A mark is the phrase in brackets and, in parentheses,
the slots of ``anatomy.TEXT_SLOTS`` that it names and one status of ``segmentation.STATUSES``. A report's text is what
remains without the marks; it holds no square brackets of its own. Lines that begin with ``#`` before the first report
are notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from BoneMetSegLib.anatomy import TEXT_SLOTS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import STATUSES
from model_training.simulator.report_grammar import WrittenMention
from model_training.simulator.report_writer import WrittenReport

WRITTEN_REPORTS = Path(__file__).parent / "by_hand"

_HEADER = "==="
_BRACKET = re.compile(r"[\[\]]")
_MARK = re.compile(r"\[([^\[\]]*)\]\(([^()]*)\)")


@dataclass(frozen=True)
class NamedReport:
    """A report of a measuring set.

    Attributes
    ----------
    name : str
        Stands for the report in results, instead of its text.
    about : str
        What kind of report it is; empty where nobody said.
    report : WrittenReport
    """

    name: str
    about: str
    report: WrittenReport


def written_reports(path: Path = WRITTEN_REPORTS) -> list[NamedReport]:
    """Read the marked reports of a file, or of all ``.txt`` files of a folder; by default the project's own.

    Raises
    ------
    InputError
        No reports there, text before the first report, a report without a name or text, a name used twice, a mark that
        is not closed, or that names an unknown place or status; the sentence names file and line.
    """
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    reports: dict[str, NamedReport] = {}
    for file in files:
        for line, one in _reports_of(file):
            if one.name in reports:
                raise InputError(f"{file.name}, line {line}: the name {one.name} is used by a report before")
            reports[one.name] = one
    if not reports:
        raise InputError(f"{path} holds no marked reports (lines that begin with '{_HEADER}' in .txt files)")
    return list(reports.values())


def _reports_of(file: Path) -> list[tuple[int, NamedReport]]:
    """The reports of a file, each with the number of the line that begins it."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is no text file in UTF-8 that can be read ({error})") from error
    starts = [number for number, line in enumerate(lines) if line.startswith(_HEADER)]
    for number, line in enumerate(lines[: starts[0] if starts else len(lines)]):
        if line.strip() and not line.startswith("#"):
            raise InputError(f"{file.name}, line {number + 1}: text before the first report ('{_HEADER} name')")
    found = []
    for start, stop in zip(starts, [*starts, len(lines)][1:], strict=True):
        where = f"{file.name}, line {start + 1}"
        name, _, about = (part.strip() for part in lines[start].removeprefix(_HEADER).partition("|"))
        if not name:
            raise InputError(f"{where}: the report has no name")
        report = marked_report("\n".join(lines[start + 1 : stop]).rstrip(), file.name, start + 2)
        if not any(character.isalpha() for character in report.text):
            raise InputError(f"{where}: the report {name} has no text")
        parse_report(report.text)
        found.append((start + 1, NamedReport(name, about, report)))
    return found


def marked_report(marked: str, file: str, first_line: int = 1) -> WrittenReport:
    """Return a report's text without its marks, and its mentions.

    Parameters
    ----------
    marked : str
        The text with marks.
    file : str
        Name of the file, for errors.
    first_line : int
        Number of its first line in the file, for errors.

    Raises
    ------
    InputError
        A mark cannot be read, or names an unknown place or status.
    """
    text = ""
    mentions = []
    at = 0
    while bracket := _BRACKET.search(marked, at):
        start = bracket.start()
        where = f"{file}, line {first_line + marked.count(chr(10), 0, start)}"
        mark = _MARK.match(marked, start)
        if mark is None:
            raise InputError(
                f"{where}: the mark at '{marked[start : start + 20].splitlines()[0]}' is not closed; it is written "
                "[phrase](slots: status)"
            )
        text += marked[at:start]
        slots, status = _place_and_status(mark[1], mark[2], where)
        mentions.append(WrittenMention(len(text), len(text) + len(mark[1]), slots, status))
        text += mark[1]
        at = mark.end()
    return WrittenReport(text + marked[at:], tuple(mentions), ())


def _place_and_status(phrase: str, told: str, where: str) -> tuple[tuple[str, ...], str]:
    if not phrase or phrase != phrase.strip() or "\n" in phrase:
        raise InputError(
            f"{where}: the marked phrase '{phrase.strip()}' is empty, has white space around it or a line end"
        )
    places, _, status = (part.strip() for part in told.partition(":"))
    slots = tuple(places.split())
    if not slots:
        raise InputError(f"{where}: the mark of '{phrase}' names no slots")
    if unknown := [name for name in slots if name not in TEXT_SLOTS]:
        raise InputError(
            f"{where}: the mark of '{phrase}' names the unknown place {unknown[0]} (anatomy.TEXT_SLOTS lists them)"
        )
    if status not in STATUSES:
        raise InputError(
            f"{where}: the mark of '{phrase}' has the unknown status '{status}'; known are {', '.join(STATUSES)}"
        )
    return slots, status
