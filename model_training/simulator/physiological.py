"""Physiological uptake of one examination: urinary tract, injection, and what soft tissue or cartilage takes up."""

from __future__ import annotations

import numpy as np

from .clinic import Clinic
from .foci import FocusSource
from .focus_shapes import FocusMaker
from .injection import draw_injection
from .parts import Skeleton
from .patient import Patient
from .soft_tissue_uptake import draw_soft_tissue_uptake
from .urinary import draw_urinary


def draw_physiological(
    built: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic, tracer_left: float = 1.0
) -> list[FocusSource]:
    """Draw the physiological uptake of one examination.

    What belongs to the patient (absent, ptotic, horseshoe or transplanted kidneys, calcified cartilage) comes from a
    stream of the patient's own, so that it is the same at every examination; the rest is drawn anew.

    Parameters
    ----------
    built : Skeleton
        The patient's own skeleton in the neutral pose.
    patient : Patient
    rng : numpy.random.Generator
    clinic : Clinic
    tracer_left : float
        Share of its usual tracer that disease leaves to the kidneys (``disease.tracer_left``).
    """
    maker = FocusMaker(built, patient, rng, clinic)
    own = patients_own_stream(built, patient)
    found = [*draw_urinary(maker, own, tracer_left), *draw_injection(maker), *draw_soft_tissue_uptake(maker, own)]
    return [source for source in found if source is not None]


def patients_own_stream(built: Skeleton, patient: Patient) -> np.random.Generator:
    """Return a random stream that is the same at every examination of a patient."""
    few = np.abs(np.rint(built.points_mm[:: max(len(built.points_mm) // 16, 1)] * 8)).astype(np.int64).ravel()
    return np.random.default_rng(
        [20261123, round(patient.height_cm * 10), round(patient.weight_kg * 10), *few.tolist()]
    )
