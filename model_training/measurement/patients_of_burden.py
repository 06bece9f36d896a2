"""Simulated patients of a wanted Bone Scan Index.

A clinic draws how many lesions a patient has, not how much bone they take: most of its patients have under 3 %, so
that a range up to 13 % cannot be had by waiting for it. Here a patient of the clinic keeps bones, body, uptake and
benign foci, and metastases are drawn one after another by the clinic's own rule until the true index is reached; the
last one is scaled to meet it. Cold metastases are left out: no scan shows them as uptake. Where 160 lesions are not
enough, all of them are scaled up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from model_training.simulator.burden_truth import true_bsi_percent
from model_training.simulator.clinic import Clinic, undisturbed
from model_training.simulator.disease import numbered
from model_training.simulator.foci import FocusSource
from model_training.simulator.focus_shapes import FocusMaker
from model_training.simulator.metastases import draw_habit, draw_metastasis
from model_training.simulator.simulated_patient import SimulatedPatient, simulate_patient

MOST_LESIONS = 160
TOLERANCE = 0.02
"""Of the wanted index."""
_HALVINGS = 14
_SIZES = (0.15, 4.0)
_STREAM = 20261126


def measuring_clinic(clinic: Clinic, counts_anterior: float | None = 1.5e6) -> Clinic:
    """Return a clinic of adults who lie still, scanned as a protocol asks for.

    Parameters
    ----------
    counts_anterior : float or None
        Counts of the anterior view; None as the clinic draws them.
    """
    changes: dict[str, dict[str, float]] = {"patient.child": {"share": 0.0}}
    if counts_anterior is not None:
        changes["acquisition.counts_anterior"] = {"value": counts_anterior}
    return undisturbed(clinic).changed(changes, f"{clinic.name}, adults, undisturbed")


def patient_of_burden(seed: int, clinic: Clinic, percent: float, *, benign: bool = True) -> SimulatedPatient:
    """Return a patient whose metastases take a wanted share of the skeleton.

    Parameters
    ----------
    seed : int
        The same seed gives the same patient, and of another burden the same body.
    percent : float
        True Bone Scan Index, % of skeletal mass; 0 for none.
    benign : bool
        Keep the benign foci that the clinic gave this patient.
    """
    person = simulate_patient(seed, clinic)
    others = [source for source in person.lesions if source.hot_spot_class != "metastasis" and benign]
    rng = np.random.default_rng([_STREAM, seed])
    maker = FocusMaker(person.skeleton, person.patient, rng, clinic)
    found = _grown(person, maker, percent)
    return replace(person, lesions=tuple(numbered([*found, *others])))


def _grown(person: SimulatedPatient, maker: FocusMaker, percent: float) -> list[FocusSource]:
    def index(sources: Sequence[FocusSource]) -> float:
        return true_bsi_percent(person.skeleton, list(sources))

    def with_others(others: Sequence[FocusSource], scaled: Sequence[FocusSource]) -> float:
        return index([*others, *scaled])

    habit = draw_habit(maker.rng, maker.clinic)
    found: list[FocusSource] = []
    while percent > 0 and index(found) < percent * (1 - TOLERANCE):
        if len(found) == MOST_LESIONS:
            return _fitted(maker, found, index, percent, (1.0, _SIZES[1]))
        source = draw_metastasis(maker, habit)
        if source is None or source.peak_ratio <= 0:
            continue
        if index([*found, source]) > percent * (1 + TOLERANCE):
            last = _fitted(maker, [source], partial(with_others, tuple(found)), percent, (_SIZES[0], 1.0))
            # The smallest lesion of this bone may still be too large: another one is drawn then.
            if index([*found, *last]) > percent * (1 + TOLERANCE):
                continue
            found += last
        else:
            found.append(source)
    return found


def _fitted(
    maker: FocusMaker,
    sources: Sequence[FocusSource],
    index: Callable[[Sequence[FocusSource]], float],
    percent: float,
    sizes: tuple[float, float],
) -> list[FocusSource]:
    """Return lesions scaled by one factor so that an index, which rises with it, comes to what is wanted."""
    low, high = sizes
    scaled = list(sources)
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        scaled = [_scaled(maker, source, middle) for source in sources]
        reached = index(scaled)
        if abs(reached - percent) <= TOLERANCE / 2 * percent:
            break
        low, high = (middle, high) if reached < percent else (low, middle)
    return scaled


def _scaled(maker: FocusMaker, source: FocusSource, size: float) -> FocusSource:
    if source.spec is None:
        raise TypeError("a metastasis is made of bone")
    made = maker.in_bone(source.spec.scaled(size), source.kind, source.hot_spot_class)
    if made is None:
        raise TypeError("the bones of a lesion that was made are there")
    return made
