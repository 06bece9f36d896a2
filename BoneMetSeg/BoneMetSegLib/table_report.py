"""Reports in tables: rows of a CSV export, with columns found by their header in both languages (floor 2)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from .errors import InputError
from .line_joining import starts_with_heading
from .report import normalise
from .report_choice import FoundReport
from .report_headings import section_of

_DELIMITERS = ",\t;|"
_MAX_ROWS = 200_000
_MAX_HEADER_CELL = 40
_TITLE_ROWS = 5  # of an export's name and date above the header
# Numbers of the examination or of the patient: either may be what the user knows.
_ID_COLUMN = re.compile(
    r"(?:检查|影像|放射|报告|登记|申请单?|核医学|检查流水|流水|医嘱|病例|病理|住院|门诊|病历|病案|患者|病人|就诊卡?|档案)?编?(?:号码?|id|id号)"
    r"|acc(?:ession)?(?:no|number|num|nr|id)?|(?:study|series|sop)?(?:instance)?uid|mrn"
    r"|(?:exam|examination|study|report|order|request|case|patient|pat|subject|hospital|medicalrecord)?(?:no|number|num|nr|id)"
)
_OF_A_PATIENT = re.compile(r"(?:住院|门诊|病历|病案|患者|病人|就诊|档案|pat|subject|hospital|medicalrecord|mrn).*")
_EXCEL_TEXT = re.compile(r'="(.*)"|\'(.*)', re.DOTALL)  # how Excel is kept from making a number of "0012"
# Sections in the order of a report: heading in Chinese, in English.
_SECTIONS = {
    "technique": ("检查方法", "Technique"),
    "clinical": ("临床资料", "Clinical history"),
    "comparison": ("对比", "Comparison"),
    "findings": ("检查所见", "Findings"),
    "impression": ("诊断意见", "Impression"),
    "advice": ("建议", "Recommendations"),
    "whole": ("", ""),
}
_WHOLE = frozenset("报告 报告内容 报告正文 报告全文 全文 report reporttext text fulltext narrative".split())
_NEEDED = ("findings", "impression", "whole")  # without one of these it is no table of reports


@dataclass(frozen=True)
class _Header:
    """Which columns hold the numbers and which the sections of a report."""

    numbers: tuple[int, ...]
    of_patients: bool  # no number is of the examination
    sections: dict[str, list[int]]
    width: int


def table_reports(name: str, text: str, encoding: str) -> list[FoundReport] | None:
    """Return the reports of a table, ``None`` where a text is no table of reports.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    text : str
        The decoded file.
    encoding : str
        Its encoding's name.

    Raises
    ------
    InputError
        The table has no row with a report, too many rows, or is damaged.
    """
    text = re.sub(r"\A(?i:sep=.)\r?\n", "", text.lstrip("\ufeff\r\n \t"))  # Excel's note of the delimiter
    try:
        heads = [head for head in (_header(text, delimiter) for delimiter in _DELIMITERS) if head is not None]
        if not heads:
            return None
        header, at, delimiter = max(heads, key=lambda one: one[0].width)
        found = list(_rows(name, islice(_reader(text, delimiter), at + 1, None), header, f"CSV, {encoding}"))
    except csv.Error as error:
        raise InputError(f"{name} is a table that cannot be read; one of its cells does not end") from error
    if not found:
        raise InputError(f"{name} is a table whose columns of findings and impression are empty")
    if len(found) == 1 and header.of_patients:  # nothing to choose, and no number of an examination to contradict
        return [FoundReport(found[0].text, found[0].container)]
    return found


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _header(text: str, delimiter: str) -> tuple[_Header, int, str] | None:
    """Return the header that a text has as a table, its row and its delimiter: the first row or one below a title."""
    first_lines = "\n".join(text[:8000].split("\n")[: 2 * _TITLE_ROWS])
    if delimiter not in first_lines:
        return None
    try:
        rows = list(islice(_reader(first_lines, delimiter), _TITLE_ROWS + 2))
    except csv.Error:  # a quoted cell may be cut
        return None
    for at, row in enumerate(rows[: _TITLE_ROWS + 1]):
        if len(row) > 1 and all(len(cell) <= _MAX_HEADER_CELL for cell in row):
            header = _columns(row)
            below = rows[at + 1] if at + 1 < len(rows) else []
            if any(one in header.sections for one in _NEEDED) and (at == 0 or 2 < len(row) <= len(below)):
                return header, at, delimiter
    return None


def _columns(row: Sequence[str]) -> _Header:
    sections: dict[str, list[int]] = {}
    numbers, of_patients = [], True
    for index, cell in enumerate(normalise(one) for one in row):
        plain = re.sub(r"[\s._\-#:/()\[\]【】*]+", "", cell).lower()  # "Accession No." and "accession_no" are one
        if _ID_COLUMN.fullmatch(plain):
            numbers.append(index)
            of_patients = of_patients and _OF_A_PATIENT.fullmatch(plain) is not None
            continue
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.*\s\[\]【】:]+", " ", cell).strip()
        section = "whole" if plain in _WHOLE else section_of(words) or section_of(words.lower().removesuffix(" text"))
        if section:
            sections.setdefault(section, []).append(index)
    if "diagnosis" in sections:
        section = "clinical" if "impression" in sections else "impression"
        sections[section] = sorted(sections.get(section, []) + sections.pop("diagnosis"))
    return _Header(tuple(numbers), of_patients, sections, len(row))


def _rows(name: str, rows: Iterator[list[str]], header: _Header, container: str) -> Iterator[FoundReport]:
    for count, row in enumerate(rows, start=1):
        if count > _MAX_ROWS:
            raise InputError(f"{name} has more than {_MAX_ROWS} rows; save those of this scan as a table of their own")
        report = _row_text(row, header)
        if report:
            numbers = filter(None, (_number(row[index]) for index in header.numbers if index < len(row)))
            yield FoundReport(report, container, tuple(dict.fromkeys(numbers)))


def _number(cell: str) -> str:
    match = _EXCEL_TEXT.fullmatch(cell.strip())
    return (match[1] or match[2] or "" if match else cell).strip()


def _row_text(row: Sequence[str], header: _Header) -> str:
    """Return the report of a row, each section under its heading; "" where nothing was found or concluded."""
    cells = {
        section: "\n".join(filter(None, dict.fromkeys(row[index].strip() for index in columns if index < len(row))))
        for section, columns in header.sections.items()
    }
    if not any(cells.get(one) for one in _NEEDED):
        return ""
    chinese = re.search("[\u4e00-\u9fff]", "".join(cells.values())) is not None
    parts = []
    for section, headings in _SECTIONS.items():
        cell, heading = cells.get(section), headings[0 if chinese else 1]
        if cell:
            parts.append(cell if not heading or starts_with_heading(normalise(cell)) else f"{heading}:\n{cell}")
    return "\n".join(parts)
