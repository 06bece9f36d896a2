"""Measures of many simulated patients, and where a real scan lies among them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from .body_landmarks import find_landmarks
from .measures import measure_scan
from .row_profiles import row_profiles
from .simulated_patients import simulated_patient

LOW_PERCENT, HIGH_PERCENT = 5.0, 95.0


@dataclass(frozen=True)
class MeasuredView:
    """An anterior view, measured.

    Attributes
    ----------
    values : mapping from measure to float
        NaN where one could not be taken.
    profiles : mapping from profile to numpy.ndarray
        At ``row_profiles.ACROSS_MM``.
    """

    values: Mapping[str, float]
    profiles: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Place:
    """A real number among simulated ones.

    Attributes
    ----------
    real, low, median, high : float
        ``low`` and ``high`` are the simulated 5 and 95 %.
    percentile : float
        Share of simulated patients under the real number, % (half of those that are equal).
    patients : int
        In how many simulated patients it could be measured.
    """

    real: float
    low: float
    median: float
    high: float
    percentile: float
    patients: int

    @property
    def inside(self) -> bool:
        """Whether the real number lies within the simulated 5-95 %."""
        return self.low <= self.real <= self.high

    @property
    def width(self) -> float:
        """95 % over 5 %: how wide the simulator spreads this; NaN where that says nothing."""
        return self.high / self.low if self.low > 0 else float("nan")


def measure_view(counts: np.ndarray, pixel_mm: float, lossy: bool = False) -> MeasuredView | None:
    """Measure an anterior view; None where its body cannot be told."""
    seen = find_landmarks(counts, pixel_mm)
    return None if seen is None else MeasuredView(measure_scan(seen, lossy), row_profiles(seen))


def measure_simulated(count: int, seed: int, clinic: str, workers: int = 1) -> list[MeasuredView | None]:
    """Simulate patients 0 to ``count`` - 1 of a set and measure their anterior views."""
    jobs = [(index, seed, clinic) for index in range(count)]
    if workers <= 1:
        return [_reported(_measure_one(job), number, count) for number, job in enumerate(jobs, start=1)]
    with ProcessPoolExecutor(workers, initializer=_one_thread) as pool:
        return [_reported(view, n, count) for n, view in enumerate(pool.map(_measure_one, jobs, chunksize=2), start=1)]


def _measure_one(job: tuple[int, int, str]) -> MeasuredView | None:
    case = simulated_patient(*job)
    return measure_view(case.counts["anterior"], case.pixel_size_mm)


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"


def _reported(view: MeasuredView | None, number: int, count: int) -> MeasuredView | None:
    if number % 10 == 0 or number == count:
        sys.stderr.write(f"measured {number} of {count} simulated patients\n")
        sys.stderr.flush()
    return view


def place_among(real: float, simulated: Sequence[float]) -> Place | None:
    """Return where a number lies among simulated ones; None where it or most of them could not be measured."""
    known = np.array([value for value in simulated if np.isfinite(value)])
    if not np.isfinite(real) or len(known) < max(2, 0.5 * len(simulated)):
        return None
    low, median, high = np.percentile(known, [LOW_PERCENT, 50.0, HIGH_PERCENT])
    under = float((known < real).mean() + 0.5 * (known == real).mean())
    return Place(real, float(low), float(median), float(high), 100.0 * under, len(known))


def profile_bands(views: Sequence[MeasuredView], name: str) -> np.ndarray:
    """Return ``(3, n)``: the simulated 5 %, median and 95 % of a profile at every distance."""
    stacked = np.array([view.profiles[name] for view in views])
    return np.asarray(np.percentile(stacked, [LOW_PERCENT, 50.0, HIGH_PERCENT], axis=0))


def share_within(profile: np.ndarray, bands: np.ndarray) -> float:
    """Return the share of a profile that lies within the bands, %, where the median is over 5 % of its maximum."""
    counted = bands[1] > 0.05 * bands[1].max()
    within = (profile >= bands[0]) & (profile <= bands[2])
    return 100.0 * float(within[counted].mean())


def mean_deviation(values: Mapping[str, float], simulated: Sequence[MeasuredView]) -> float:
    """Return how far a view's measures lie from the simulated medians, on average, in robust standard deviations.

    A quarter-to-three-quarters range is 1.349 standard deviations of a normal distribution; no measure counts for more
    than 5, so that a single one does not decide.
    """
    deviations = []
    for name, value in values.items():
        known = np.array([view.values[name] for view in simulated if np.isfinite(view.values[name])])
        if not np.isfinite(value) or len(known) < max(2, 0.5 * len(simulated)):
            continue
        low, median, high = np.percentile(known, [25, 50, 75])
        deviations.append(min(abs(value - median) * 1.349 / max(high - low, 1e-12), 5.0))
    return float(np.mean(deviations)) if deviations else float("nan")


def measures_within(values: Mapping[str, float], simulated: Sequence[MeasuredView]) -> float:
    """Return the share of a view's measures that lie within the simulated 5-95 %, %."""
    places = [place_among(value, [view.values[name] for view in simulated]) for name, value in values.items()]
    known = [place for place in places if place is not None]
    return 100.0 * sum(place.inside for place in known) / len(known) if known else float("nan")
