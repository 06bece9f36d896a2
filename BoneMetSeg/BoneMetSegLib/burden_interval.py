"""The interval of each figure of a burden, of what hot spots may be and of what counting adds (floor 4)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .burden_calibration import INTERVAL_LEVEL, BurdenCalibration
from .burden_draws import DRAWS, LesionDraws
from .burden_figures import Figures, extent_of_disease
from .burden_shares import share_outside
from .scan import PlanarScan
from .segmentation import Segmentation

_SEED = 20261124


class Intervals:
    """Makes the intervals of one set of figures.

    Parameters
    ----------
    scan, segmentation : PlanarScan, Segmentation
    drawn : sequence of LesionDraws
        Of the hot spots that are, or could be, these lesions.
    channels : tuple of int
        Bones of the region; all for the total.
    calibration : BurdenCalibration
    whole : bool
        Of the total, not of a region: missed lesions of any place count, and margins are those of the total.
    """

    def __init__(
        self,
        scan: PlanarScan,
        segmentation: Segmentation,
        drawn: Sequence[LesionDraws],
        channels: tuple[int, ...],
        calibration: BurdenCalibration,
        *,
        whole: bool,
    ) -> None:
        self._scan, self._segmentation, self._drawn = scan, segmentation, drawn
        self._channels, self._calibration, self._whole = channels, calibration, whole

    def of(self, figures: Figures, bsi: np.ndarray, bsi_calibrated: np.ndarray) -> dict[str, tuple[float, float]]:
        """Return the interval of each figure.

        Parameters
        ----------
        figures : Figures
            As measured: each interval holds its own figure.
        bsi, bsi_calibrated : numpy.ndarray
            ``(DRAWS,)``
        """
        made = {
            "lesion_count": self._about(figures.lesion_count, self._counts(), "lesion_count", whole_numbers=True),
            "bsi_percent": self._about(figures.bsi_percent, bsi, "bsi_percent"),
            "bsi_calibrated_percent": self._about(
                figures.bsi_calibrated_percent, bsi_calibrated, "bsi_calibrated_percent"
            ),
            "positive_area_percent": self._about(
                figures.positive_area_percent, self._positive_percent(), "positive_area_percent"
            ),
            "ratio_to_background": self._about(figures.ratio_to_background, self._ratios(), "ratio_to_background"),
        }
        for name, view in self._scan.views.items():
            sizes = [one.elements[name] for one in self._drawn if name in one.elements]
            areas = np.sum([np.zeros(DRAWS), *sizes], axis=0) * view.pixel_area_mm2
            made[f"lesion_area_mm2_{name}"] = self._about(figures.lesion_area_mm2[name], areas, "lesion_area_mm2")
            made[f"total_counts_{name}"] = self._about(
                figures.total_counts[name], self._total_counts(name), "total_counts"
            )
        low, high = made["lesion_count"]
        grades = extent_of_disease(int(low)), extent_of_disease(int(high))
        made["eod_grade"] = (
            float(min(grades[0], figures.eod_grade)),
            float(max(grades[1], figures.eod_grade)),
        )
        return made

    def _about(
        self, measured: float, draws: np.ndarray, name: str, *, whole_numbers: bool = False
    ) -> tuple[float, float]:
        if not math.isfinite(measured) or not np.isfinite(draws).all():
            return math.nan, math.nan
        margin = self._calibration.margins.get(name if self._whole else f"region_{name}", 0.0)
        low, high = interval_of(draws, margin)
        if whole_numbers:
            low, high = math.floor(low + 0.5), math.ceil(high - 0.5)
        return float(min(low, measured)), float(max(high, measured))

    def _counts(self) -> np.ndarray:
        found = np.sum([np.zeros(DRAWS), *(one.there for one in self._drawn)], axis=0)
        everywhere, for_each = self._calibration.missed
        expected = (everywhere if self._whole else 0.0) + for_each * found
        return np.asarray(found + np.random.default_rng(_SEED).poisson(expected))

    def _positive_percent(self) -> np.ndarray:
        taken, whole = np.zeros(DRAWS), np.zeros(DRAWS)
        for name, view in self._scan.views.items():
            shown, size = self._segmentation.views[name].silhouette(self._channels)
            whole += size * view.pixel_area_mm2
            for one in self._drawn:
                if name in one.elements:
                    area = one.elements[name] * view.pixel_area_mm2
                    taken += area
                    whole += area * share_outside(shown, one.spot.views[name].pixels)
        return np.asarray(100 * taken / np.maximum(np.maximum(whole, taken), 1e-9))

    def _total_counts(self, name: str) -> np.ndarray:
        total = np.zeros(DRAWS)
        for one in self._drawn:
            if name in one.elements:
                total += one.elements[name] * one.spot.views[name].mean_counts
        return np.asarray(total + np.sqrt(total) * np.random.default_rng(_SEED + 1).standard_normal(DRAWS)).clip(0)

    def _ratios(self) -> np.ndarray:
        """Draw the pooled ratio; each lesion's counts have the Poisson error of their number."""
        counts, normal = np.zeros(DRAWS), np.zeros(DRAWS)
        for one in self._drawn:
            rng = np.random.default_rng([_SEED, one.spot.number])
            for name, size in one.elements.items():
                shown = one.spot.views[name]
                if shown.ratio_to_background > 0:
                    total = max(shown.mean_counts * len(shown.pixels), 1.0)
                    noise = 1 + rng.standard_normal(DRAWS) / math.sqrt(total)
                    counts += size * shown.mean_counts * noise
                    normal += size * shown.mean_counts / shown.ratio_to_background
        ratios = counts[normal > 0] / normal[normal > 0]  # draws without a lesion have no ratio
        return ratios if ratios.size else np.array([math.nan])


def interval_of(draws: np.ndarray, margin: float = 0.0) -> tuple[float, float]:
    """Return the middle ``INTERVAL_LEVEL`` of draws, both ends moved by a margin on the scale of the square root.

    Parameters
    ----------
    draws : numpy.ndarray
        Not below 0.
    margin : float
        Outward; below 0 inward, but never past the middle.
    """
    outside = (1 - INTERVAL_LEVEL) / 2
    ranks = np.round(np.array([outside, 0.5, 1 - outside]) * (len(draws) - 1)).astype(int)
    low, middle, high = np.sqrt(np.sort(draws)[ranks])  # np.quantile takes a multiple of the time
    return float(max(min(low - margin, middle), 0.0) ** 2), float(max(high + margin, middle) ** 2)
