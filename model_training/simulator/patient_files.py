"""All examinations of one simulated patient, simulated and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .case import follow_up
from .case_files import write_case_files
from .case_reports import case_reports, spect_reports
from .clinic import Clinic
from .planar_exam import PlanarExam, examine
from .simulated_case import SimulatedCase
from .simulated_patient import Anatomy, SimulatedPatient, simulate_patient


@dataclass(frozen=True)
class Examination:
    """One examination of a kind of set.

    Attributes
    ----------
    name : str
        What the file's name adds to the patient's.
    modality : {"planar", "spect"}
    timepoint : int or None
        0 for the first, 1 for the second; None where there is no second.
    """

    name: str
    modality: Literal["planar", "spect"]
    timepoint: int | None = None


_PLANAR, _SPECT = Examination("", "planar"), Examination("spect", "spect")
_EXAMINATIONS: dict[str, tuple[Examination, ...]] = {
    "planar": (_PLANAR,),
    "spect": (_SPECT,),
    "both": (_PLANAR, _SPECT),
    "followup": (Examination("t0", "planar", 0), Examination("t1", "planar", 1)),
}


def examinations(kind: str) -> tuple[Examination, ...]:
    """Return the examinations of a kind of set: "planar", "spect", "both" or "followup"."""
    return _EXAMINATIONS[kind]


def write_patient(
    path_of: Callable[[str], Path],
    seed: int,
    *,
    kind: str,
    clinic: Clinic,
    anatomy: Anatomy,
    dicom: bool,
    facts: Mapping[str, Any],
) -> None:
    """Simulate a patient and write all examinations.

    Parameters
    ----------
    path_of : callable
        Name of an examination to the path of its npz.
    seed : int
    kind : {"planar", "spect", "both", "followup"}
    clinic : Clinic
    anatomy : {"auto", "analytic", "mesh"}
    dicom : bool
        Write DICOM into ``dicom`` and reports into ``reports`` beside the cases.
    facts : mapping
        What every json says of the set.
    """
    person = simulate_patient(seed, clinic, anatomy=anatomy)
    facts = {**facts, "clinic": clinic.name, "clinic_sha256": clinic.sha256}
    if kind == "followup":
        _write_followup(path_of, person, dicom, facts)
        return
    exam = examine(person)
    for examination in examinations(kind):
        if examination.modality == "planar":
            reports = case_reports(exam.case, clinic)
            _write_planar(path_of(examination.name), person, exam.case, dicom, {**facts, **reports})
        else:
            _write_spect(path_of(examination.name), person, exam, dicom, facts)


def _write_followup(
    path_of: Callable[[str], Path], person: SimulatedPatient, dicom: bool, facts: dict[str, Any]
) -> None:
    pair = follow_up(person)
    truth = {"course": pair.course, "new_metastases": pair.new_metastases, "changes": pair.changes}
    for examination, exam in zip(examinations("followup"), pair.exams, strict=True):
        reports = case_reports(exam.case, person.clinic, pair.changes, pair.exams[0].case.foci)
        more = {"followup": truth} if examination.timepoint else {}
        _write_planar(path_of(examination.name), person, exam.case, dicom, {**facts, **reports, **more})


def _write_planar(
    path: Path, person: SimulatedPatient, case: SimulatedCase, dicom: bool, facts: dict[str, Any]
) -> None:
    if dicom:
        from .patient_dicom import write_planar_dicom

        facts = {**facts, "dicom": write_planar_dicom(path, person, case, facts["reports"])}
    write_case_files(path, case, facts)


def _write_spect(path: Path, person: SimulatedPatient, exam: PlanarExam, dicom: bool, facts: dict[str, Any]) -> None:
    from .spect_case import spect_of
    from .spect_files import write_spect_files

    spect = spect_of(person, exam)
    facts = {**facts, **spect_reports(spect, person.seed, person.clinic)}
    if dicom:
        from .patient_dicom import write_spect_dicom

        facts |= {"dicom": write_spect_dicom(path, person, spect, facts["reports"])}
    write_spect_files(path, spect, facts)
