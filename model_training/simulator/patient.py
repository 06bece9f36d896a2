"""Who lies on the table: plain facts, drawn at random."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .clinic import Clinic
from .growth import GROWN_UP_YEARS, child_body_mass_index, child_height_cm

SIDED_CONDITIONS = (
    "hip_prosthesis",
    "knee_prosthesis",
    "shoulder_prosthesis",
    "below_knee_amputation",
    "above_knee_amputation",
    "mastectomy",
)
CONDITIONS = (*SIDED_CONDITIONS, "scoliosis", "kyphosis", "lactating")
_SIDES = ("left", "right")


@dataclass(frozen=True)
class Patient:
    """Facts about a simulated patient and the examination.

    Attributes
    ----------
    sex : {"male", "female"}
    age_years : int
    height_cm, weight_kg : float
    activity_mbq : float
        Injected Tc-99m MDP.
    hours_after_injection : float
    conditions : tuple of str
        ``CONDITIONS``, the sided ones with ``_left`` or ``_right`` at the end: "hip_prosthesis_left", "scoliosis".
    """

    sex: str
    age_years: int
    height_cm: float
    weight_kg: float
    activity_mbq: float
    hours_after_injection: float
    conditions: tuple[str, ...] = ()

    @property
    def body_mass_index(self) -> float:
        """Weight over height squared, kg/m2."""
        return self.weight_kg / (self.height_cm / 100.0) ** 2

    @property
    def is_growing(self) -> bool:
        """Whether growth plates are open."""
        return self.age_years < GROWN_UP_YEARS[self.sex]

    @property
    def fat_mm(self) -> float:
        """Subcutaneous fat beyond that of a lean adult, a scale for soft tissue; negative in the thin."""
        return float(np.clip((self.body_mass_index - 21.5) * 2.8, -10, 62))

    def has(self, condition: str, side: str = "") -> bool:
        """Say whether a condition is present; for a sided one, on ``side``."""
        return (f"{condition}_{side}" if side else condition) in self.conditions

    def facts(self) -> dict[str, Any]:
        """Return the facts as plain values."""
        return asdict(self) | {"conditions": list(self.conditions)}


def draw_patient(rng: np.random.Generator, clinic: Clinic) -> Patient:
    """Draw a patient who comes for a bone scan."""
    sex = "male" if clinic.chance("patient.male", rng) else "female"
    child = clinic.chance("patient.child", rng)
    age = int(clinic.draw("patient.child_age_years" if child else "patient.adult_age_years", rng))
    if child:
        height = child_height_cm(sex, age) * clinic.draw("patient.child_height_factor", rng)
        index = child_body_mass_index(age) * clinic.draw("patient.child_body_mass_index_factor", rng)
    else:
        height = clinic.draw(f"patient.{sex}_height_cm", rng)
        index = clinic.draw("patient.adult_body_mass_index", rng)
    weight = index * (height / 100.0) ** 2
    # Children get a share of an adult's activity by weight.
    activity = clinic.draw("patient.activity_mbq", rng) * (min(weight / 60.0, 1.0) if child else 1.0)
    return Patient(
        sex=sex,
        age_years=age,
        height_cm=round(height, 1),
        weight_kg=round(weight, 1),
        activity_mbq=round(max(activity, 40.0), 0),
        hours_after_injection=round(clinic.draw("patient.hours_after_injection", rng), 1),
        conditions=_draw_conditions(sex, age, child, rng, clinic),
    )


def _draw_conditions(sex: str, age: int, child: bool, rng: np.random.Generator, clinic: Clinic) -> tuple[str, ...]:
    older = float(np.clip((age - 40) / 30.0, 0.0, 1.6))
    found: list[str] = []
    if not child:
        for joint in ("hip", "knee", "shoulder"):
            found += _sided(f"{joint}_prosthesis", older, rng, clinic)
        found += _sided("below_knee_amputation", 1.0, rng, clinic, bilateral=False)
        if not found:  # a leg that holds a prosthesis is not amputated as well
            found += _sided("above_knee_amputation", 1.0, rng, clinic, bilateral=False)
    if sex == "female" and not child:
        found += _sided("mastectomy", 1.0, rng, clinic)
        if 18 <= age <= 42 and clinic.chance("patient.lactating", rng):
            found.append("lactating")
    if clinic.chance("patient.scoliosis", rng):
        found.append("scoliosis")
    if age >= 55 and clinic.chance("patient.kyphosis", rng, 2.0 if sex == "female" else 1.0):
        found.append("kyphosis")
    legs = [name for name in found if "amputation" in name]
    # Where a leg is missing, so is the joint that would have been replaced.
    lost = {f"knee_prosthesis_{name.rsplit('_', 1)[1]}" for name in legs}
    return tuple(name for name in found if name not in lost)


def _sided(
    condition: str, factor: float, rng: np.random.Generator, clinic: Clinic, bilateral: bool = True
) -> list[str]:
    if not clinic.chance(f"patient.{condition}", rng, factor):
        return []
    if bilateral and clinic.chance("patient.bilateral", rng):
        return [f"{condition}_{side}" for side in _SIDES]
    return [f"{condition}_{_SIDES[int(rng.integers(2))]}"]
