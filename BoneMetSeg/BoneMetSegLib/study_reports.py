"""The reports that lie in a study beside its images: DICOM SR and encapsulated PDF, and the one of a scan (floor 2).

Headers are read, report texts are not. Of several reports none is preferred, not even the later one or the one that
says it replaces another: a person chooses.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .dicom_elements import items, text
from .dicom_headers import ImageHeader, read_elements, shown_text
from .errors import InputError
from .quiet_decoder import quiet_decoder
from .study_contents import StudyContents, opened_study

if TYPE_CHECKING:
    from pydicom import Dataset

ReportKind = Literal["structured report", "PDF document", "no diagnostic report"]

_SR_TEXT = frozenset(f"1.2.840.10008.5.1.4.1.1.88.{suffix}" for suffix in (1, 2, 11, 22, 33, 34, 35))
_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
# Structured reports that no physician wrote, by the title of their document (DCM codes): doses and measurements.
_NO_REPORT_TITLES = frozenset({"113701", "113500", "126000", "126001", "126002"})
_MAX_BYTES = 64 * 2**20
_MAX_SHOWN = 8
_TAGS = (
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesNumber", "SeriesDescription",
    "PatientName", "PatientID", "AccessionNumber", "ContentDate", "ContentTime", "SeriesDate", "SeriesTime",
    "StudyDate", "CompletionFlag", "VerificationFlag", "PreliminaryFlag", "ConceptNameCodeSequence",
    "PredecessorDocumentsSequence", "ReferencedRequestSequence", "CurrentRequestedProcedureEvidenceSequence",
)  # fmt: skip


@dataclass(frozen=True)
class StudyReport:
    """A document in a study, by its header.

    Attributes
    ----------
    kind : {"structured report", "PDF document", "no diagnostic report"}
        The last: radiation doses, measurements, key images, CAD, documents of other kinds.
    sop_class_uid, sop_instance_uid : str
    study_instance_uids : tuple of str
        Its own study, and those that it says it reports on.
    accessions : tuple of str
        Numbers by which it names its examination; never shown.
    patient_id : str
        Only compared, never shown.
    description : str
        Its coded title, else that of its series, as it may be shown.
    date, time : str
        Of its content, ``YYYYMMDD`` and ``HHMMSS``, empty where not known.
    completion : {"COMPLETE", "PARTIAL", ""}
    verification : {"VERIFIED", "UNVERIFIED", ""}
    replaces : tuple of str
        SOP Instance UIDs of the documents that it amends or replaces.
    inside : str
        File within the folder or archive, as it may be shown.
    """

    kind: ReportKind
    sop_class_uid: str
    sop_instance_uid: str = field(repr=False)
    study_instance_uids: tuple[str, ...] = field(repr=False)
    accessions: tuple[str, ...] = field(repr=False)
    patient_id: str = field(repr=False)
    description: str
    date: str
    time: str
    completion: str
    verification: str
    replaces: tuple[str, ...] = field(repr=False)
    inside: str
    header: ImageHeader = field(repr=False)

    def doubts(self) -> tuple[str, ...]:
        """Return sentences for the user where it says that it is not finished."""
        doubts = []
        if self.completion == "PARTIAL":
            doubts.append("The report says that it is not complete.")
        if self.verification == "UNVERIFIED":
            doubts.append("The report says that nobody has verified it.")
        return tuple(doubts)

    def in_words(self, numbers: dict[str, int]) -> str:
        """Return what it is; ``numbers`` says which number in the list a SOP Instance UID has."""
        words = [f"{self.kind} {self.description!r}" if self.description else self.kind]
        if self.date:
            time = f" {self.time[:2]}:{self.time[2:4]}" if self.time else ""
            words[0] += f" of {self.date[:4]}-{self.date[4:6]}-{self.date[6:]}{time}"
        words += [flag.lower() for flag in (self.completion, self.verification) if flag]
        words += [f"replaces [{numbers[uid]}]" for uid in self.replaces if uid in numbers]
        return ", ".join([*words, f"in {self.inside}"])


@dataclass(frozen=True)
class OpenedReport:
    """The report of a scan.

    Attributes
    ----------
    path : Path
        Its file, to be read by ``report_files.read_report``.
    report : StudyReport
    notes : tuple of str
        Sentences for the user.
    """

    path: Path
    report: StudyReport
    notes: tuple[str, ...]


def found_reports(path: Path) -> list[StudyReport]:
    """Return the documents in a folder, a DICOMDIR or a ZIP archive, by study, date, time and file.

    Raises
    ------
    InputError
        It is damaged, unsafe to open, or holds too many files.
    """
    with opened_study(path) as study:
        return _reports(path, study)


@contextlib.contextmanager
def study_report(
    path: Path,
    *,
    study_instance_uid: str = "",
    scan_accession: str = "",
    patient_id: str = "",
    accession: str | None = None,
) -> Iterator[OpenedReport]:
    """Find the report of a scan; out of an archive it lies in a temporary folder within the block.

    Parameters
    ----------
    path : Path
        A folder, a DICOMDIR or a ZIP archive.
    study_instance_uid, scan_accession, patient_id : str
        The scan's own, empty where it has none. A report belongs to it that is of this study or names this
        examination; where the scan has neither, every report may.
    accession : str, optional
        ``--accession``: the report that names this examination, of whatever study.

    Raises
    ------
    InputError
        There is none, or several; or the only one is of another patient.
    """
    with opened_study(path) as study:
        name, found = study.name, _reports(path, study)
        reports = [one for one in found if one.kind != "no diagnostic report"]
        if not reports:
            raise InputError(
                f"{name} holds no report in DICOM: {_instead(study, found)}; give a report of another kind as a file"
            )
        if accession is not None:
            fitting = [one for one in reports if _same(accession) in {_same(number) for number in one.accessions}]
            fault = f"none of the reports in {name} has the accession number that --accession gives"
        elif study_instance_uid or scan_accession:
            fitting = [one for one in reports if _belongs(one, study_instance_uid, scan_accession)]
            fault = f"{name} holds no report of the scan's study, but of others"
        else:
            fitting, fault = reports, ""
        if not fitting:
            raise InputError(f"{fault}: {_listed(reports)}; give the right one by --accession, or as a file")
        if len(fitting) > 1:
            raise InputError(f"{name} holds {len(fitting)} reports of the scan: {_listed(fitting)}; {_how(fitting)}")
        report = fitting[0]
        if patient_id and report.patient_id and _same(patient_id) != _same(report.patient_id):
            raise InputError(f"the report in {name} ({report.inside}) is of another patient than the scan")
        yield OpenedReport(study.paths([report.header])[0], report, report.doubts())


def _belongs(report: StudyReport, study_instance_uid: str, scan_accession: str) -> bool:
    if study_instance_uid and study_instance_uid in report.study_instance_uids:
        return True
    return bool(scan_accession) and _same(scan_accession) in {_same(number) for number in report.accessions}


def _same(number: str) -> str:
    return "".join(number.upper().split())


# --- asking -----------------------------------------------------------------------------------------------------------


def _how(fitting: Sequence[StudyReport]) -> str:
    numbers = [{_same(number) for number in one.accessions} for one in fitting]
    apart = all(numbers) and len(set.union(*numbers)) == sum(len(one) for one in numbers)
    return "choose one with --accession, or give it as a file" if apart else "give the right one as a file"


def _listed(reports: Sequence[StudyReport]) -> str:
    numbers = {report.sop_instance_uid: number for number, report in enumerate(reports, 1)}
    shown = [f"[{number}] {one.in_words(numbers)}" for number, one in enumerate(reports[:_MAX_SHOWN], 1)]
    more = len(reports) - _MAX_SHOWN
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def _instead(study: StudyContents, found: Sequence[StudyReport]) -> str:
    if not found:
        return study.instead()
    titles = Counter(one.description or "a document without title" for one in found)
    said = ", ".join(f"{title!r} ({count})" for title, count in titles.most_common(6))
    return f"it holds documents of other kinds: {said}"


# --- headers ----------------------------------------------------------------------------------------------------------


def _reports(path: Path, study: StudyContents) -> list[StudyReport]:
    reports: dict[str, StudyReport] = {}
    with quiet_decoder():
        for header in study.images:
            if header.kind == "document":
                report = _report(path, study, header)
                if report is not None:
                    reports.setdefault(report.sop_instance_uid or report.inside, report)
    return sorted(reports.values(), key=lambda one: (one.header.study_uid, one.date, one.time, one.inside))


def _report(path: Path, study: StudyContents, header: ImageHeader) -> StudyReport | None:
    """Return a document by its header, ``None`` where that is damaged."""
    try:
        with study.opened(header, _MAX_BYTES) as file:
            dataset = read_elements(file, _TAGS)
        return _described(dataset, header, shown_text(dataset, _place(path, header)))
    except Exception:  # pydicom raises whatever a damaged file makes it stumble over
        study.damaged += 1
        return None


def _described(dataset: Dataset, header: ImageHeader, inside: str) -> StudyReport:
    requests = items(dataset, "ReferencedRequestSequence")
    evidence = items(dataset, "CurrentRequestedProcedureEvidenceSequence")
    studies = [text(one, "StudyInstanceUID") for one in (dataset, *requests, *evidence)]
    # Not Document Title: hospitals put the patient's name there, also in other letters than Patient Name.
    titles = [*(text(code, "CodeMeaning") for code in _titles(dataset)), text(dataset, "SeriesDescription")]
    return StudyReport(
        kind=_kind(dataset),
        sop_class_uid=text(dataset, "SOPClassUID"),
        sop_instance_uid=text(dataset, "SOPInstanceUID"),
        study_instance_uids=tuple(dict.fromkeys(filter(None, studies))),
        accessions=tuple(dict.fromkeys(filter(None, (text(one, "AccessionNumber") for one in (dataset, *requests))))),
        patient_id=text(dataset, "PatientID"),
        description=shown_text(dataset, next(filter(None, titles), "")),
        date=_first(dataset, ("ContentDate", "SeriesDate", "StudyDate"), r"[0-9]{8}"),
        time=_first(dataset, ("ContentTime", "SeriesTime"), r"([0-9]{4}(?:[0-9]{2})?)(?:\.[0-9]*)?"),
        completion=_first(dataset, ("CompletionFlag",), "COMPLETE|PARTIAL"),
        verification=_first(dataset, ("VerificationFlag",), "VERIFIED|UNVERIFIED"),
        replaces=tuple(_referenced(items(dataset, "PredecessorDocumentsSequence"))),
        inside=inside,
        header=header,
    )


def _first(dataset: Dataset, keywords: Sequence[str], form: str) -> str:
    """Return the first element of a form; a damaged one may hold the rest of the file, names included."""
    found = (re.fullmatch(form, text(dataset, keyword).upper()) for keyword in keywords)
    return next((match[match.lastindex or 0] for match in found if match), "")


def _kind(dataset: Dataset) -> ReportKind:
    storage = text(dataset, "SOPClassUID")
    if storage == _PDF:
        return "PDF document"
    is_other = any(
        text(code, "CodingSchemeDesignator") == "DCM" and text(code, "CodeValue") in _NO_REPORT_TITLES
        for code in _titles(dataset)
    )
    return "structured report" if storage in _SR_TEXT and not is_other else "no diagnostic report"


def _titles(dataset: Dataset) -> list[Dataset]:
    return items(dataset, "ConceptNameCodeSequence")


def _referenced(studies: Sequence[Dataset]) -> Iterator[str]:
    for study in studies:
        for series in items(study, "ReferencedSeriesSequence"):
            for document in items(series, "ReferencedSOPSequence"):
                yield text(document, "ReferencedSOPInstanceUID")


def _place(path: Path, header: ImageHeader) -> str:
    """Return a file's name within the folder or archive, with the folder in which it lies."""
    base = Path() if header.member else path if path.is_dir() else path.parent
    return "/".join(header.path.relative_to(base).parts[-2:])
