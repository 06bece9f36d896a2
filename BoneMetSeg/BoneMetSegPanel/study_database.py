"""What Slicer's DICOM database knows of a scan: its file, and the reports of its study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slicer

_REPORTS = {
    "1.2.840.10008.5.1.4.1.1.88.11": "Basic Text SR",
    "1.2.840.10008.5.1.4.1.1.88.22": "Enhanced SR",
    "1.2.840.10008.5.1.4.1.1.88.33": "Comprehensive SR",
    "1.2.840.10008.5.1.4.1.1.88.34": "Comprehensive 3D SR",
    "1.2.840.10008.5.1.4.1.1.88.35": "Extensible SR",
    "1.2.840.10008.5.1.4.1.1.104.1": "PDF",
}
_SOP_CLASS, _SERIES_DESCRIPTION, _CONTENT_DATE = "0008,0016", "0008,103e", "0008,0023"


@dataclass(frozen=True)
class StudyReport:
    """A report in the DICOM database.

    Attributes
    ----------
    path : str
    label : str
        Kind, series description and date.
    """

    path: str
    label: str


def file_of_instance(sop_instance_uid: str) -> Path | None:
    """Return the file of an image in the DICOM database, None where it is not there (any more)."""
    database = _database()
    found = database.fileForInstance(sop_instance_uid) if database else ""
    return Path(found) if found and Path(found).is_file() else None


def reports_of_study(study_instance_uid: str) -> list[StudyReport]:
    """Return the Structured Reports and Encapsulated PDFs of a study."""
    database = _database()
    if not database or not study_instance_uid:
        return []
    reports = []
    for series in database.seriesForStudy(study_instance_uid):
        for path in database.filesForSeries(series):
            kind = _REPORTS.get(database.fileValue(path, _SOP_CLASS).strip("\0 "))
            if kind:
                rest = (database.fileValue(path, tag) for tag in (_SERIES_DESCRIPTION, _CONTENT_DATE))
                reports.append(StudyReport(path, ", ".join(filter(None, (kind, *rest)))))
    return reports


def _database() -> Any:
    database = getattr(slicer, "dicomDatabase", None)
    return database if database is not None and database.isOpen else None
