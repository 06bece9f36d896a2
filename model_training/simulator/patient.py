"""Who lies on the table: plain facts, drawn at random."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

_MEAN_HEIGHT_CM = {"male": 169.0, "female": 158.0}


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
    """

    sex: str
    age_years: int
    height_cm: float
    weight_kg: float
    activity_mbq: float
    hours_after_injection: float

    @property
    def body_mass_index(self) -> float:
        """Weight over height squared, kg/m2."""
        return self.weight_kg / (self.height_cm / 100.0) ** 2

    def facts(self) -> dict[str, str | int | float]:
        """Return the facts as a plain dictionary."""
        return asdict(self)


def draw_patient(rng: np.random.Generator) -> Patient:
    """Draw a patient: 30-90 years, body mass index 16-40 kg/m2, imaged 2-5 h after 550-950 MBq."""
    sex = "male" if rng.random() < 0.55 else "female"
    height_cm = float(np.clip(rng.normal(_MEAN_HEIGHT_CM[sex], 7.0), 145, 195))
    index = float(np.clip(rng.gamma(14.0, 0.72) + 14.0, 16.0, 40.0))
    return Patient(
        sex=sex,
        age_years=int(np.clip(rng.normal(63, 13), 30, 90)),
        height_cm=round(height_cm, 1),
        weight_kg=round(index * (height_cm / 100.0) ** 2, 1),
        activity_mbq=round(float(rng.uniform(550, 950)), 0),
        hours_after_injection=round(float(rng.triangular(2.0, 3.0, 5.0)), 1),
    )
