"""The reports of a hospital's examinations, less what says who the patient is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import Report, normalise, parse_report
from BoneMetSegLib.report_choice import FoundReport
from BoneMetSegLib.report_files import read_report
from BoneMetSegLib.scan import Identity
from BoneMetSegLib.table_report import table_reports
from BoneMetSegLib.text_encodings import decoded

from .examination_files import key_of_name

_MAX_TABLE_BYTES = 200_000_000
_BLANK = "*"
# A label and what stands behind it, up to the next field.
_FIELDS = re.compile(
    r"(?:姓\s{0,4}名|患者|病人|住院号|门诊号|病历号|病案号|患者编?号|病人编?号|登记号|检查号|影像号|身份证号?码?|联系电话|电话|地址|床号|"
    r"出生日期|(?:报告|审核|检查|申请|诊断)医[生师]|"
    r"patient(?:'s)?\s{1,3}(?:name|id|no\.?|number)|name|mrn|hospital\s{1,3}(?:no\.?|number)|accession(?:\s{1,3}(?:no\.?|number))?|"
    r"date\s{1,3}of\s{1,3}birth|dob|phone|address|(?:reported|signed|reviewed)\s{1,3}by|radiologist|physician)"
    r"[ \t]{0,6}[:：∶][ \t]{0,6}([^\s,，;；|。]{1,60}(?:[ \t][A-Z][\w.'-]{0,30}){0,3})",
    re.IGNORECASE,
)


@dataclass
class ReportTable:
    """Reports by the number or name of their examination.

    Attributes
    ----------
    name : str
        Of the file.
    found : list of FoundReport
    used : set of int
        Indices of those that belong to an examination.
    """

    name: str
    found: list[FoundReport] = field(repr=False)
    used: set[int] = field(default_factory=set)

    def reports(self, names: Iterable[str]) -> list[FoundReport]:
        """Return the reports whose number is one of an examination's names."""
        wanted = {_plain(name) for name in names if name}
        fitting = [
            index for index, one in enumerate(self.found) if any(_plain(number) in wanted for number in one.accessions)
        ]
        self.used |= set(fitting)
        return [self.found[index] for index in fitting]


def read_report_table(path: Path, report_column: str | None = None, id_column: str | None = None) -> ReportTable:
    """Read a table (CSV) of reports.

    Parameters
    ----------
    path : Path
    report_column, id_column : str, optional
        Headers of the reports and of what tells the examination: a file's name, an accession number or a patient's
        number. By default known headers are looked for.

    Raises
    ------
    InputError
        The table cannot be read, or has no such columns.
    """
    try:
        if path.stat().st_size > _MAX_TABLE_BYTES:
            raise InputError(f"{path.name} is too large for a table of reports")
        read = decoded(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path.name} does not exist; give the table of reports") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened; check that you may read it") from error
    if read is None:
        raise InputError(f"{path.name} is no table in UTF-8, GB18030 or Big5")
    if (report_column is None) != (id_column is None):
        raise InputError("--report-column and --id-column belong together; give both or neither")
    if report_column is not None and id_column is not None:
        return ReportTable(path.name, _named_columns(path.name, read[0], report_column, id_column))
    found = table_reports(path.name, read[0], read[1])
    if found is None or not any(one.accessions for one in found):
        raise InputError(
            f"{path.name} has no columns that are known to hold reports and their numbers; name them with "
            "--report-column and --id-column"
        )
    return ReportTable(path.name, found)


def examination_reports(
    files: Sequence[Path], table: ReportTable | None, names: Sequence[str], identity: Identity
) -> dict[str, str]:
    """Return an examination's reports by language, without the patient's name and numbers.

    Parameters
    ----------
    files : sequence of Path
        Report files of the examination.
    table : ReportTable, optional
        Searched where there is no file.
    names : sequence of str
        What the table may call the examination: key, names of files.
    identity : Identity
        Of the scan.

    Raises
    ------
    InputError
        A report cannot be read, or there are two of one language.
    """
    accession = identity.accession_number
    read: list[tuple[str, Report]] = [(file.name, read_report(file, scan_accession=accession)) for file in files]
    if not read and table is not None:
        rows = table.reports([*names, accession]) or table.reports([identity.patient_id])
        texts = dict.fromkeys(one.text for one in rows)
        read = [(table.name, parse_report(text)) for text in texts]
    reports: dict[str, str] = {}
    for name, report in read:
        if report.language in reports:
            raise InputError(f"{name} is a second report in the same language for one scan; keep the one that fits it")
        reports[report.language] = without_identity(report.text, identity)
    return reports


def without_identity(text: str, identity: Identity) -> str:
    """Return a report with asterisks for names and numbers: of fields that hold them, and those that the scan knows.

    The length stays the same. It finds what is labelled or known, not every name in a sentence.
    """
    plain = normalise(text)  # of the same length
    spans = [match.span(1) for match in _FIELDS.finditer(plain)]
    known = {identity.patient_id, identity.accession_number, identity.patient_name}
    known |= set(re.split(r"[\^=,\s]+", identity.patient_name))
    for word in known:
        if len(word) >= (2 if not word.isascii() else 4):
            spans += [match.span() for match in re.finditer(re.escape(normalise(word)), plain, re.IGNORECASE)]
    letters = list(text)
    for start, stop in spans:
        letters[start:stop] = [_BLANK] * (stop - start)
    return "".join(letters)


def _named_columns(name: str, text: str, report_column: str, id_column: str) -> list[FoundReport]:
    header = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",\t;|", key=header.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(f"{name} is a table that cannot be read; one of its cells does not end") from error
    columns: Mapping[str, object] = rows[0] if rows else {}
    for column in (report_column, id_column):
        if column not in columns:
            raise InputError(f"{name} has no column {column!r}; it has {', '.join(map(repr, columns))[:300]}")
    return [
        FoundReport(str(row[report_column]), "CSV", (str(row[id_column]),))
        for row in rows
        if any(letter.isalpha() for letter in str(row[report_column] or ""))
    ]


def _plain(number: str) -> str:
    """Return a number or name for comparison: a file's name without its ending, view and kind."""
    name = number.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return (key_of_name(name) if re.search(r"[^\d.]\w*$|\.\w{2,5}$", name) else name).casefold() or name.casefold()
