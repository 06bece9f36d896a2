"""What a clinic's archive would hold of a simulated patient: DICOM, and the reports as text. Needs pydicom."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .case_dicom import study_of, sweep_of, write_case_dicom
from .case_files import replace_file
from .nm_vendors import draw_manner
from .simulated_case import SimulatedCase
from .simulated_patient import SimulatedPatient
from .spect import SimulatedSpect
from .spect_manners import write_spect_as_drawn

DICOM_FOLDER, REPORTS_FOLDER = "dicom", "reports"
_OF_TOMOGRAPHY = 9
"""Its random numbers are those of no whole-body examination."""


def write_planar_dicom(
    path: Path, person: SimulatedPatient, case: SimulatedCase, reports: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a whole-body scan in the manner of a maker, into ``dicom`` beside the npz ``path``.

    Returns
    -------
    dict
        What is true of the files (``case_dicom.CaseDicom.facts``).
    """
    folder = path.parent / DICOM_FOLDER
    folder.mkdir(exist_ok=True)
    written = write_case_dicom(
        folder,
        case.counts,
        case.pixel_size_mm,
        manner=draw_manner(person.stream("dicom", case.timepoint), person.clinic),
        study=study_of(case.seed, case.patient, days=case.days),
        sweep=sweep_of(case.acquisition, case.counts["anterior"].shape[0], case.pixel_size_mm),
        name=path.stem,
    )
    _write_reports(path, reports)
    return dict(written.facts)


def write_spect_dicom(
    path: Path, person: SimulatedPatient, spect: SimulatedSpect, reports: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a tomography as a RECON TOMO object, as ``write_planar_dicom`` does."""
    folder = path.parent / DICOM_FOLDER
    folder.mkdir(exist_ok=True)
    name = f"{path.stem}.dcm"
    rng = person.stream("dicom", _OF_TOMOGRAPHY)
    write_spect_as_drawn(folder / name, spect, rng, person.clinic, study_of(person.seed, spect.patient.facts()))
    _write_reports(path, reports)
    return {"files": [name]}


def _write_reports(path: Path, reports: Mapping[str, Any]) -> None:
    folder = path.parent / REPORTS_FOLDER
    folder.mkdir(exist_ok=True)
    for language, report in reports.items():
        replace_file(folder / f"{path.stem}_{language}.txt", (report["text"].rstrip() + "\n").encode("utf-8"))
