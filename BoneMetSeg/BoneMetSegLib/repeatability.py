"""How much a lesion and the Bone Scan Index differ between two scans of the same disease (floor 4).

What differs less is no change. The figures are measured, by ``python -m Testing.benchmarks.measure_followup
--write-limits FILE``, and stored with their source in ``Resources/Followup/repeatability_v1.json``.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .errors import InputError
from .resources import resource_path

NORMAL_95 = 1.96


@dataclass(frozen=True)
class LesionLimit:
    """What two scans of an unchanged lesion differ by in 95 of 100 cases, for lesions of a size.

    Attributes
    ----------
    below_mm2 : float
        Of the geometric mean of the two areas.
    area_factor, ratio_factor : float
        Above 1: larger over smaller area, and larger over smaller ratio to background.
    pairs : int
        Measured on so many.
    """

    below_mm2: float
    area_factor: float
    ratio_factor: float
    pairs: int


@dataclass(frozen=True)
class Repeatability:
    """Limits of what is no change.

    Attributes
    ----------
    name, source : str
        Which figures these are, and what they were measured on.
    lesions : tuple of LesionLimit
        From small to large lesions.
    bsi_sd_percent, bsi_sd_share : float
        Standard deviation of a difference of two Bone Scan Indices: root of the sum of the squares of the first and of
        the second times their mean.
    """

    name: str
    source: str
    lesions: tuple[LesionLimit, ...]
    bsi_sd_percent: float
    bsi_sd_share: float

    def limit(self, area_before_mm2: float, area_after_mm2: float) -> LesionLimit:
        """Return the limits for a lesion of these areas."""
        size = math.sqrt(area_before_mm2 * area_after_mm2)
        return next((limit for limit in self.lesions if size < limit.below_mm2), self.lesions[-1])

    def bsi_margin_percent(self, before: float, after: float) -> float:
        """Return half the width of the 95 % interval of a difference of two Bone Scan Indices, in %."""
        return NORMAL_95 * math.hypot(self.bsi_sd_percent, self.bsi_sd_share * (before + after) / 2)


@cache
def repeatability(path: Path | None = None) -> Repeatability:
    """Read the limits.

    Raises
    ------
    InputError
        The file is not of that form.
    """
    file = path or resource_path("Followup", "repeatability_v1.json")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        lesions = tuple(
            LesionLimit(float(one["below_mm2"] or math.inf), one["area_factor"], one["ratio_factor"], one["pairs"])
            for one in data["lesions"]
        )
        found = Repeatability(data["name"], data["source"], lesions, data["bsi"]["sd_percent"], data["bsi"]["sd_share"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{file.name} is not a table of repeatability") from error
    if not lesions or any(min(one.area_factor, one.ratio_factor) <= 1 for one in lesions):
        raise InputError(f"{file.name} has no limits, or factors that are not above 1")
    return found
