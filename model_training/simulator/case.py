"""Whole-body scans of simulated patients, from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .clinic import Clinic, default_clinic
from .followup import evolve, sources_after, true_new_metastases, truth_of_pair
from .planar_exam import PlanarExam, examine
from .simulated_case import SimulatedCase
from .simulated_patient import Anatomy, SimulatedPatient, simulate_patient

__all__ = ["Anatomy", "FollowUp", "SimulatedCase", "follow_up", "simulate_case", "simulate_followup"]


@dataclass(frozen=True)
class FollowUp:
    """Two examinations of a patient and what became of the lesions between them.

    Attributes
    ----------
    exams : tuple of PlanarExam
        First and second.
    course : str
        One of ``followup.COURSES``.
    changes : list of dict
        A row for each lesion (``followup.truth_of_pair``).
    new_metastases : int
        As PCWG3 counts: what a flare lights up is not new.
    """

    exams: tuple[PlanarExam, PlanarExam]
    course: str
    changes: list[dict[str, Any]]
    new_metastases: int


def simulate_case(seed: int, *, anatomy: Anatomy = "auto", clinic: Clinic | None = None) -> SimulatedCase:
    """Simulate one patient's anterior and posterior whole-body scan.

    Parameters
    ----------
    seed : int
        The same seed gives the same case.
    anatomy : {"auto", "analytic", "mesh"}
        Source of the bones: "auto" takes mesh bones for the clinic's share of patients where they are to be had.
    clinic : Clinic, optional
        Default ``clinic_v1``.

    Raises
    ------
    ValueError
        "mesh" is asked for and neither the cache nor the packages ``mujoco`` and ``myo-sim`` are there.
    """
    return examine(simulate_patient(seed, clinic or default_clinic(), anatomy=anatomy)).case


def simulate_followup(seed: int, *, anatomy: Anatomy = "auto", clinic: Clinic | None = None) -> FollowUp:
    """Simulate two examinations of one patient, months apart."""
    return follow_up(simulate_patient(seed, clinic or default_clinic(), anatomy=anatomy))


def follow_up(person: SimulatedPatient) -> FollowUp:
    """Examine a patient twice.

    Body, normal uptake and lesions are the patient's; pose, camera, urinary tract, counts and noise are drawn anew.
    """
    rng = person.stream("evolution")
    days = round(person.clinic.draw("followup.days", rng))
    evolved = evolve(list(person.lesions), person.skeleton, person.patient, rng, person.clinic)
    course = evolved[0].course if evolved else "free of metastases"
    return FollowUp(
        exams=(examine(person), examine(person, examination=1, lesions=sources_after(evolved), days=days)),
        course=course,
        changes=truth_of_pair(evolved),
        new_metastases=true_new_metastases(evolved),
    )
