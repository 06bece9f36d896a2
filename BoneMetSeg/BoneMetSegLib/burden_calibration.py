"""How measured figures of burden relate to the truth of simulated patients, as a bundle carries it (floor 1)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

INTERVAL_LEVEL = 0.9
"""The share of simulated patients whose truth an interval is meant to hold."""


@dataclass(frozen=True)
class BurdenCalibration:
    """Fitted by ``python -m model_training calibrate-burden`` on simulated patients, for one model.

    Attributes
    ----------
    version : str
        Empty where nothing was fitted.
    weights_name, view_rule : str
        Of the raw Bone Scan Index it holds for; of others no calibrated value is given.
    scale, power : float
        Calibrated = ``scale`` x raw ** ``power``, both in % of skeletal mass: rising wherever the raw value rises.
    residual_log_sd : float
        Standard deviation of ln(true / calibrated): what a projection does not tell of a volume.
    lesion_logit : tuple of float
        Offset and slope from the logit of a hot spot's probability of metastasis to that of its being one.
    missed : tuple of float
        Visible metastases without a hot spot: so many in every patient, and so many for each that is found.
    margins : mapping from name of a figure to float
        What is added to both ends of an interval, on the scale of the square root, so that it holds the truth as often
        as ``INTERVAL_LEVEL`` says (conformalized quantile regression, Romano 2019). Names as in ``Burden``;
        ``region_...`` for the figures of a region.
    fitted_on : str
        In words: clinic, its hash, seed, how many patients, which weights.
    """

    version: str = ""
    weights_name: str = ""
    view_rule: str = ""
    scale: float = math.nan
    power: float = 1.0
    residual_log_sd: float = 0.0
    lesion_logit: tuple[float, float] = (0.0, 1.0)
    missed: tuple[float, float] = (0.0, 0.0)
    margins: Mapping[str, float] = field(default_factory=dict)
    fitted_on: str = ""

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> BurdenCalibration:
        """Return the calibration that a bundle's description holds; of an empty mapping none.

        Raises
        ------
        ValueError
            It is malformed; the sentence names the part.
        """
        if not entry:
            return cls()
        try:
            made = cls(
                version=str(entry["version"]),
                weights_name=str(entry["weights_name"]),
                view_rule=str(entry["view_rule"]),
                scale=float(entry["scale"]),
                power=float(entry["power"]),
                residual_log_sd=float(entry["residual_log_sd"]),
                lesion_logit=_pair(entry["lesion_logit"]),
                missed=_pair(entry["missed"]),
                margins={str(name): float(value) for name, value in entry["margins"].items()},
                fitted_on=str(entry["fitted_on"]),
            )
        except KeyError as error:
            raise ValueError(f"it lacks {error.args[0]!r}") from error
        except (TypeError, AttributeError) as error:
            raise ValueError("a part of it is of the wrong type") from error
        numbers = (made.scale, made.power, made.residual_log_sd, *made.lesion_logit, *made.missed)
        if not all(math.isfinite(number) for number in (*numbers, *made.margins.values())):
            raise ValueError("a number of it is not finite")
        if made.scale <= 0 or made.power <= 0:
            raise ValueError("scale and power are above 0")
        if min(made.residual_log_sd, *made.missed) < 0:
            raise ValueError("its spread and its missed lesions are not below 0")
        return made

    def as_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads."""
        return {
            **asdict(self),
            "lesion_logit": list(self.lesion_logit),
            "missed": list(self.missed),
            "margins": dict(self.margins),
        }

    def holds_for(self, weights_name: str, view_rule: str) -> bool:
        """Say whether it was fitted to a raw index of these weights and this rule for views."""
        return bool(self.version) and (weights_name, view_rule) == (self.weights_name, self.view_rule)

    def calibrated(self, raw_percent: np.ndarray | float) -> np.ndarray:
        """Return the calibrated Bone Scan Index of a raw one, % of skeletal mass."""
        return np.asarray(self.scale * np.asarray(raw_percent, float) ** self.power)

    def lesion_probability(self, probability: float) -> float:
        """Return how likely a hot spot of some probability of metastasis is one."""
        inside = min(max(probability, 1e-4), 1 - 1e-4)
        offset, slope = self.lesion_logit
        return float(1 / (1 + np.exp(-(offset + slope * np.log(inside / (1 - inside))))))


NO_CALIBRATION = BurdenCalibration()
"""Probabilities are taken as they are, and no calibrated index is given."""


def _pair(values: Any) -> tuple[float, float]:
    first, second = values
    return float(first), float(second)
