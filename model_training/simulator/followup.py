"""What becomes of a patient's lesions until the next examination, and what is true of the pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .benign import draw_conditions
from .clinic import Clinic
from .disease import numbered
from .foci import FocusSource
from .focus_shapes import FocusMaker
from .metastases import DIFFUSE, Habit, draw_habit, draw_metastasis
from .parts import Skeleton
from .patient import Patient

CHANGES = ("new", "grown", "stable", "shrunk", "resolved", "flare")
COURSES = ("response", "stable", "progression", "mixed", "flare", "onset", "free of metastases")


@dataclass(frozen=True)
class EvolvedSource:
    """A lesion between two examinations.

    Attributes
    ----------
    lesion_id : int
    change : {"new", "grown", "stable", "shrunk", "resolved", "flare"}
        "flare": hotter although it heals; one with nothing before was there unseen and is no new metastasis.
    before, after : FocusSource or None
        At the first and at the second examination; None where it is not there (to be seen).
    course : str
        Of the patient, one of ``COURSES``.
    """

    lesion_id: int
    change: str
    before: FocusSource | None
    after: FocusSource | None
    course: str

    @property
    def source(self) -> FocusSource:
        """The lesion as it is now, or as it was if it has resolved."""
        found = self.after if self.after is not None else self.before
        if found is None:
            raise ValueError(f"lesion {self.lesion_id} is in neither examination")
        return found


def evolve(
    sources: Sequence[FocusSource],
    built: Skeleton,
    patient: Patient,
    rng: np.random.Generator,
    clinic: Clinic,
    first_new_id: int | None = None,
) -> list[EvolvedSource]:
    """Draw the course of a patient's lesions until the next examination.

    Parameters
    ----------
    sources : sequence of FocusSource
        Metastases and benign foci of the first examination (``disease.draw_lesions``); physiological ones are left out.
    built : Skeleton
        The skeleton they were drawn on.
    patient : Patient
    rng : numpy.random.Generator
    clinic : Clinic
        Its section "followup".
    first_new_id : int, optional
        The first ``lesion_id`` for new lesions; one more than the largest of ``sources`` by default. For a third
        examination give a number that no resolved lesion had.

    Returns
    -------
    list of EvolvedSource
        Those of ``sources`` in their order, then new ones.
    """
    lesions = [source for source in sources if source.hot_spot_class != "physiological"]
    metastases = [source for source in lesions if source.hot_spot_class == "metastasis"]
    maker = FocusMaker(built, patient, rng, clinic)
    course = draw_course(bool(metastases), rng, clinic)
    evolved = [
        _metastasis_after(source, course, maker)
        if source.hot_spot_class == "metastasis"
        else _benign_after(source, maker)
        for source in lesions
    ]
    evolved = [replace(one, course=course) for one in evolved]
    next_id = first_new_id or max((source.lesion_id for source in lesions), default=0) + 1
    appearing = _appearing(metastases, course, maker)
    benign = _new_benign(maker)
    changes = [change for change, _ in appearing] + ["new"] * len(benign)
    new = numbered([*(source for _, source in appearing), *benign], next_id)
    return evolved + [
        EvolvedSource(source.lesion_id, change, None, source, course)
        for change, source in zip(changes, new, strict=True)
    ]


def draw_course(has_metastases: bool, rng: np.random.Generator, clinic: Clinic) -> str:
    """Draw a patient's course, one of ``COURSES``."""
    if has_metastases:
        return clinic.choose("followup.course", rng)
    return "onset" if clinic.chance("followup.onset", rng) else "free of metastases"


def sources_after(evolved: Iterable[EvolvedSource]) -> list[FocusSource]:
    """Return the lesions of the second examination."""
    return [one.after for one in evolved if one.after is not None]


def true_new_metastases(evolved: Iterable[EvolvedSource]) -> int:
    """Return how many metastases are new, as PCWG3 counts them; what a flare lights up is not new disease."""
    return sum(one.change == "new" and one.source.hot_spot_class == "metastasis" for one in evolved)


def truth_of_pair(evolved: Iterable[EvolvedSource]) -> list[dict[str, str | int | float]]:
    """Return the table of a pair: a row for each lesion with its place, nature and change."""
    return [
        {
            "lesion_id": one.lesion_id,
            "change": one.change,
            "hot_spot_class": one.source.hot_spot_class,
            "fine_region": one.source.fine_region,
            "side": one.source.side,
            "kind": one.source.kind,
            "volume_ml_before": one.before.volume_ml if one.before else 0.0,
            "volume_ml_after": one.after.volume_ml if one.after else 0.0,
            "peak_ratio_before": round(one.before.peak_ratio, 3) if one.before else 0.0,
            "peak_ratio_after": round(one.after.peak_ratio, 3) if one.after else 0.0,
        }
        for one in evolved
    ]


def _metastasis_after(source: FocusSource, course: str, maker: FocusMaker) -> EvolvedSource:
    rng, clinic = maker.rng, maker.clinic
    change = clinic.choose(f"followup.in_{course}", rng)
    if source.peak_ratio < 0 and change == "flare":
        change = "stable"  # what takes nothing up cannot take up more
    if change == "resolved":
        return EvolvedSource(source.lesion_id, change, source, None, course)
    if change == "stable":
        return EvolvedSource(source.lesion_id, change, source, _faded(source, _repeat(maker)), course)
    if change == "flare":
        hotter = clinic.draw("followup.flare_strength", rng)
        return EvolvedSource(source.lesion_id, change, source, _faded(source, hotter), course)
    grows = change == "grown"
    size = clinic.draw("followup.growth" if grows else "followup.shrinkage", rng)
    strength = clinic.draw("followup.growth_strength" if grows else "followup.shrinkage_strength", rng)
    if source.kind == DIFFUSE or source.peak_ratio < 0:
        # The marrow of a whole bone has no outline that moves, and a hole is a hole whatever its size.
        strength, size = strength if source.peak_ratio > 0 else 1.0, 1.0 if source.kind == DIFFUSE else size
    return EvolvedSource(source.lesion_id, change, source, _resized(source, size, strength, maker), course)


def _resized(source: FocusSource, size: float, strength: float, maker: FocusMaker) -> FocusSource:
    """Return the same lesion of another size, its irregular outline kept."""
    if source.spec is None:
        return _faded(source, strength)
    made = maker.in_bone(
        source.spec.scaled(size, strength),
        source.kind,
        source.hot_spot_class,
        looks_like_metastasis=source.looks_like_metastasis,
        named=source.fine_region,
        side=source.side,
    )
    # The smallest outlines hold single points of bone, of which a larger one need not hold more.
    if made is None or (made.volume_ml - source.volume_ml) * (size - 1) < 0:
        return _faded(source, strength)
    return replace(made, lesion_id=source.lesion_id)


def _benign_after(source: FocusSource, maker: FocusMaker) -> EvolvedSource:
    rng, clinic = maker.rng, maker.clinic
    if "fracture" in source.kind:
        if clinic.chance("followup.fracture_gone", rng):
            return EvolvedSource(source.lesion_id, "resolved", source, None, "")
        if clinic.chance("followup.fracture_fades", rng):
            after = _faded(source, clinic.draw("followup.fading", rng))
            return EvolvedSource(source.lesion_id, "shrunk", source, after, "")
    return EvolvedSource(source.lesion_id, "stable", source, _faded(source, _repeat(maker)), "")


def _repeat(maker: FocusMaker) -> float:
    return maker.clinic.draw("followup.scan_to_scan", maker.rng)


def _faded(source: FocusSource, factor: float) -> FocusSource:
    """Return the same focus, ``factor`` times as strong (a cold one as it is)."""
    if source.peak_ratio < 0:
        return source
    spec = replace(source.spec, strength=source.spec.strength * factor) if source.spec else None
    return replace(source, peak_ratio=source.peak_ratio * factor, spec=spec)


def _appearing(metastases: Sequence[FocusSource], course: str, maker: FocusMaker) -> list[tuple[str, FocusSource]]:
    rng, clinic = maker.rng, maker.clinic
    count, change = 0, "new"
    if course in ("progression", "onset"):
        count = 1 + int(clinic.draw("followup.new_in_progression", rng))
    elif course == "mixed":
        count = int(clinic.draw("followup.new_in_mixed", rng))
    elif course == "flare":
        count, change = int(clinic.draw("followup.flare_appearing", rng)), "flare"
    habit = _habit_of(metastases, maker)
    found = (draw_metastasis(maker, habit) for _ in range(count))
    return [(change, source) for source in found if source is not None]


def _habit_of(metastases: Sequence[FocusSource], maker: FocusMaker) -> Habit:
    """Return a habit like that of the lesions the patient has."""
    drawn, clinic = draw_habit(maker.rng, maker.clinic), maker.clinic
    ratios = [source.peak_ratio for source in metastases if source.peak_ratio > 0 and source.kind != DIFFUSE]
    if not ratios:
        return drawn
    reference = np.random.default_rng(0)
    usual = np.median([clinic.draw("metastases.peak_ratio", reference) for _ in range(200)])
    return Habit(float(np.clip(np.median(ratios) / usual, 0.5, 2.0)), drawn.size)


def _new_benign(maker: FocusMaker) -> list[FocusSource]:
    wanted = int(maker.clinic.draw("followup.new_benign", maker.rng))
    if not wanted:
        return []
    conditions = draw_conditions(maker)[:wanted]
    return [source for condition in conditions for source in condition(maker)]
