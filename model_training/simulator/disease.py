"""All lesions of a patient, and what widespread disease leaves of the tracer for everything else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .benign import draw_benign
from .clinic import Clinic
from .foci import FocusSource
from .focus_shapes import FocusMaker
from .metastases import DIFFUSE, draw_habit, draw_metastases
from .parts import Skeleton
from .patient import Patient
from .physiological import draw_physiological

MOST_FOCI = 250
"""Focus maps are uint8: no patient may have more foci than this, physiological ones among them."""
_ROOM_FOR_PHYSIOLOGICAL = 40
_BONES_OF_A_SUPERSCAN = 52


def draw_lesions(built: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> list[FocusSource]:
    """Draw the metastases and the benign foci of a patient, in this order, numbered by ``lesion_id`` from 1.

    Parameters
    ----------
    built : Skeleton
        The patient's own skeleton in the neutral pose; ``FocusSource.points_on`` takes foci to a posed one.
    patient : Patient
    rng : numpy.random.Generator
    clinic : Clinic
        Its sections "metastases" and "benign".
    """
    maker, habit = FocusMaker(built, patient, rng, clinic), draw_habit(rng, clinic)
    found = [*draw_metastases(maker, habit), *draw_benign(maker, habit)]
    return numbered(found[: MOST_FOCI - _ROOM_FOR_PHYSIOLOGICAL])


def numbered(sources: Iterable[FocusSource], first_id: int = 1) -> list[FocusSource]:
    """Return the sources with lesion numbers from ``first_id`` up."""
    return [replace(source, lesion_id=number) for number, source in enumerate(sources, start=first_id)]


def draw_foci(built: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> list[FocusSource]:
    """Draw all foci of one examination: metastases, benign, physiological, in this order."""
    lesions = draw_lesions(built, patient, rng, clinic)
    return [*lesions, *draw_physiological(built, patient, rng, clinic, tracer_left(built, lesions, clinic))]


def tracer_left(built: Skeleton, lesions: Iterable[FocusSource], clinic: Clinic) -> float:
    """Return which share of its usual tracer disease leaves to soft tissue and kidneys (1 without metastases).

    Diseased bone takes up more than its normal self; of a limited amount of tracer the rest of the body then gets
    1 / (1 + ``metastases.tracer_taken`` x sum over metastases of involved share of the skeleton x ``peak_ratio``).
    A superscan leaves about a fifth.
    """
    taken, whole = 0.0, float(built.mass.sum())
    for source in lesions:
        if source.hot_spot_class == "metastasis" and source.peak_ratio > 0:
            involved = float((built.mass[source.bone_points] * source.involvement).sum())
            taken += involved / whole * source.peak_ratio
    return 1.0 / (1.0 + clinic.number("metastases.tracer_taken") * taken)


def is_superscan(lesions: Iterable[FocusSource]) -> bool:
    """Say whether these are the diffuse metastases of a superscan: in nearly all bones with marrow."""
    return sum(source.kind == DIFFUSE for source in lesions) >= _BONES_OF_A_SUPERSCAN
