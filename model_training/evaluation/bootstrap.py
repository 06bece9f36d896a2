"""Confidence intervals: patients drawn again, and runs (seeds) of a model drawn again with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

BOOTSTRAPS = 2000
_DIGITS = 4
Interval = dict[str, float | None]


def confidence_interval(values: np.ndarray, rng: np.random.Generator) -> Interval:
    """Return the mean over patients with a 95 % percentile interval of the bootstrap; NaN values are left out.

    Parameters
    ----------
    values : numpy.ndarray
        ``(patients,)``, or ``(runs, patients)`` of several runs of a model on the same patients. Then both are drawn
        with replacement, crossed: the same drawn patients for every drawn run, so that the interval holds the spread of
        training as well.
    """
    table = _table(values)
    known = np.isfinite(table).any(0)
    return _interval(table[:, known], lambda drawn: np.nanmean(drawn, axis=(1, 2)), rng)


def ratio_interval(numerators: np.ndarray, denominators: np.ndarray, rng: np.random.Generator) -> Interval:
    """Return a pooled ratio (lesions found over lesions, say) with its interval.

    Parameters
    ----------
    numerators, denominators : numpy.ndarray
        ``(patients,)`` or ``(runs, patients)``.
    """
    top, bottom = _table(numerators), _table(denominators)
    if not bottom.sum():
        return {"mean": None, "low": None, "high": None}
    runs, patients = _draws(top.shape, rng)
    tops, bottoms = (table[runs[:, :, None], patients[:, None, :]].sum((1, 2)) for table in (top, bottom))
    ratios = tops[bottoms > 0] / bottoms[bottoms > 0]
    return _rounded(float(top.sum() / bottom.sum()), ratios)


def difference_interval(one: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> Interval:
    """Return the mean of ``one`` minus ``other`` on the same patients, each of any number of runs.

    The runs of each model are drawn by themselves (they are not pairs), the patients together.

    Parameters
    ----------
    one, other : numpy.ndarray
        ``(patients,)`` or ``(runs, patients)``.
    """
    first, second = _table(one), _table(other)
    known = np.isfinite(first).any(0) & np.isfinite(second).any(0)
    first, second = first[:, known], second[:, known]
    if not known.any():
        return {"mean": None, "low": None, "high": None}
    runs, patients = _draws(first.shape, rng)
    others = rng.integers(len(second), size=(BOOTSTRAPS, len(second)))
    drawn = np.nanmean(first[runs[:, :, None], patients[:, None, :]], axis=(1, 2)) - np.nanmean(
        second[others[:, :, None], patients[:, None, :]], axis=(1, 2)
    )
    return _rounded(float(np.nanmean(first) - np.nanmean(second)), drawn)


def _table(values: np.ndarray) -> np.ndarray:
    return np.atleast_2d(np.asarray(values, float))


def _draws(shape: tuple[int, ...], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    runs, patients = shape
    return rng.integers(runs, size=(BOOTSTRAPS, runs)), rng.integers(patients, size=(BOOTSTRAPS, patients))


def _interval(table: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator) -> Interval:
    if not table.size:
        return {"mean": None, "low": None, "high": None}
    runs, patients = _draws(table.shape, rng)
    return _rounded(float(statistic(table[None])[0]), statistic(table[runs[:, :, None], patients[:, None, :]]))


def _rounded(mean: float, drawn: np.ndarray) -> Interval:
    low, high = np.percentile(drawn, (2.5, 97.5))
    return {"mean": round(mean, _DIGITS), "low": round(float(low), _DIGITS), "high": round(float(high), _DIGITS)}
