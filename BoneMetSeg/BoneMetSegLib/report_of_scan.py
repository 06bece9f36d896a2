"""The report that belongs to a scan: a file, or the one in the scan's study (floor 2)."""

from __future__ import annotations

from pathlib import Path

from .report import Report
from .report_files import read_report
from .scan import Scan
from .study_contents import is_study
from .study_reports import study_report


def report_of_scan(path: Path, scan: Scan, *, accession: str | None = None) -> tuple[Report, tuple[str, ...]]:
    """Read the report of a scan.

    Parameters
    ----------
    path : Path
        A file with one report or several, or a DICOM folder, a DICOMDIR or a ZIP archive with the scan's study.
    scan : Scan
        Its accession number and study choose among several.
    accession : str, optional
        The accession number that chooses instead.

    Returns
    -------
    report, sentences for the user

    Raises
    ------
    InputError
        There is no report, or several that nothing tells apart.
    """
    identity = scan.identity
    if not (path.exists() and is_study(path)):
        return read_report(path, accession=accession, scan_accession=identity.accession_number), ()
    with study_report(
        path,
        study_instance_uid=identity.study_instance_uid,
        scan_accession=identity.accession_number,
        patient_id=identity.patient_id,
        accession=accession,
    ) as found:
        return read_report(found.path, scan_accession=identity.accession_number), found.notes
