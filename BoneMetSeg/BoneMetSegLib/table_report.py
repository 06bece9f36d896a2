"""Reports in tables: rows of a CSV export, with columns found by their header in both languages (floor 2)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from .errors import InputError
from .line_joining import starts_with_heading
from .report import normalise
from .report_choice import FoundReport

_DELIMITERS = ",\t;|"
_MAX_ROWS = 200_000
_MAX_HEADER_CELL = 40
_ID_COLUMNS = frozenset(
    """
    检查号 检查编号 影像号 登记号 检查流水号 申请单号 核医学号 流水号 检查id
    accession accessionno accessionnumber accnumber accno examno examid examnumber
    examinationnumber studyid studyno reportid id
    """.split()
)
# Columns of a report in the order of its sections: heading in Chinese, in English, headers that mean it.
_COLUMNS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("检查方法", "Technique", frozenset("检查方法 检查技术 检查项目 检查名称 technique procedure examination".split())),
    (
        "临床资料",
        "Clinical history",
        frozenset(
            """
            临床资料 临床病史 临床诊断 病史 clinicalhistory clinicalinformation history indication clinicalindication
            """.split()
        ),
    ),
    (
        "检查所见",
        "Findings",
        frozenset(
            """
            检查所见 影像所见 影像学所见 影像表现 影像学表现 放射学表现 检查表现 所见 描述 检查描述 影像描述
            findings finding description reportfindings findingstext
            """.split()
        ),
    ),
    (
        "诊断意见",
        "Impression",
        frozenset(
            """
            诊断意见 诊断印象 印象 结论 诊断 诊断结论 检查结论 影像诊断 诊断结果 检查提示
            impression impressions conclusion conclusions diagnosis opinion impressiontext
            """.split()
        ),
    ),
    ("建议", "Recommendations", frozenset("建议 recommendation recommendations".split())),
    ("", "", frozenset("报告 报告内容 报告正文 报告全文 全文 report reporttext text fulltext narrative".split())),
)
_NEEDED = (2, 3, 5)  # findings, impression or the whole report: without one of these it is no table of reports


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
    first = text.lstrip("\ufeff\r\n \t").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    if not first.count(delimiter) or len(first) > 4000:
        return None
    try:
        rows = csv.reader(io.StringIO(text.lstrip("\ufeff\r\n \t"), newline=""), delimiter=delimiter)
        header = [_plain(cell) for cell in next(rows)]
        columns = [_column_of(header, names) for _, _, names in _COLUMNS]
        if all(columns[one] is None for one in _NEEDED) or any(len(cell) > _MAX_HEADER_CELL for cell in header):
            return None
        numbers = [index for index, cell in enumerate(header) if cell in _ID_COLUMNS]
        found = []
        for count, row in enumerate(rows, start=1):
            if count > _MAX_ROWS:
                raise InputError(
                    f"{name} has more than {_MAX_ROWS} rows; save those of this scan as a table of their own"
                )
            report = _row_text(row, columns)
            if report:
                accessions = [row[index].strip() for index in numbers if index < len(row) and row[index].strip()]
                found.append(FoundReport(report, f"CSV, {encoding}", tuple(dict.fromkeys(accessions))))
    except csv.Error as error:
        raise InputError(f"{name} is a table that cannot be read; one of its cells does not end") from error
    except StopIteration:
        return None
    if not found:
        raise InputError(f"{name} is a table whose columns of findings and impression are empty")
    return found


def _plain(cell: str) -> str:
    """Return a header's cell without spaces, marks and units: "Accession No." and "accession_no" are one."""
    return re.sub(r"[\s._\-#:/()\[\]【】*]+", "", normalise(cell)).lower()


def _column_of(header: Sequence[str], names: frozenset[str]) -> int | None:
    return next((index for index, cell in enumerate(header) if cell in names), None)


def _row_text(row: Sequence[str], columns: Sequence[int | None]) -> str:
    """Return the report of a row, each column under its heading; "" where nothing was found or concluded."""
    cells = [row[column].strip() if column is not None and column < len(row) else "" for column in columns]
    if not any(cells[one] for one in _NEEDED):
        return ""
    chinese = re.search("[\u4e00-\u9fff]", "".join(cells)) is not None
    parts = []
    for (heading_zh, heading_en, _), cell in zip(_COLUMNS, cells, strict=True):
        if not cell:
            continue
        heading = heading_zh if chinese else heading_en
        parts.append(cell if not heading or starts_with_heading(normalise(cell)) else f"{heading}:\n{cell}")
    return "\n".join(parts)
