"""Fit a bundle's calibration of burden to simulated patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from BoneMetSegLib.burden_calibration import INTERVAL_LEVEL, BurdenCalibration
from BoneMetSegLib.errors import InputError

LEAST_PATIENTS = 10
# A raw or a true index below this says nothing of how one grows with the other.
_LEAST_PERCENT = 0.02
_RIDGE = 1e-2
_STEPS = 50


def fit_index(true_percent: Sequence[float], raw_percent: Sequence[float]) -> tuple[float, float, float]:
    """Return scale, power and residual spread of calibrated = scale x raw ** power.

    The curve is fitted to the square roots of the raw indices at the true ones (classical calibration): what is
    measured has the error, so that the slope of measured on true is 1 whatever burdens the fitted patients had. An area
    grows by the sum of its parts, so its spread grows about as its square root: a fit to logarithms goes by the
    smallest burdens and leaves the large ones a slope of 1.2. The spread is that of ln(true / calibrated), robust
    (1.4826 x median absolute deviation).

    Raises
    ------
    InputError
        Fewer than ten patients have both, or the raw index does not rise with the true one.
    """
    true, raw = np.asarray(true_percent, float), np.asarray(raw_percent, float)
    use = (true > _LEAST_PERCENT) & (raw > _LEAST_PERCENT)
    if use.sum() < LEAST_PATIENTS:
        raise InputError(
            f"{int(use.sum())} patients have a Bone Scan Index that can be compared; a calibration needs at least "
            f"{LEAST_PATIENTS}"
        )
    x, y = np.log(true[use]), np.log(raw[use])
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
    if not np.isfinite(slope) or slope <= 0:
        raise InputError("the measured Bone Scan Index does not rise with the true one: nothing can be calibrated")
    first = (float(y.mean() - slope * x.mean()), np.log(slope))  # the line of the logarithms is where the search begins

    def off(curve: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp((curve[0] + np.exp(curve[1]) * x) / 2) - np.exp(y / 2))

    offset, growth = least_squares(off, first, x_scale=(1.0, 0.1)).x
    power = float(np.exp(-growth))
    scale = float(np.exp(-offset * power))
    residual = x - np.log(scale) - power * y
    spread = 1.4826 * float(np.median(np.abs(residual - np.median(residual))))
    return scale, power, spread


def fit_logit(probability: Sequence[float], is_lesion: Sequence[float]) -> tuple[float, float]:
    """Return offset and slope of the logistic regression of "is a lesion" on the logit of a probability (Platt 1999).

    A weak pull toward offset 0 and slope 1 keeps it finite where the two are told apart without error.
    """
    inside = np.clip(np.asarray(probability, float), 1e-4, 1 - 1e-4)
    x = np.stack([np.ones(len(inside)), np.log(inside / (1 - inside))], 1)
    y, fitted = np.asarray(is_lesion, float), np.array([0.0, 1.0])
    for _ in range(_STEPS if len(y) else 0):
        p = 1 / (1 + np.exp(-x @ fitted))
        gradient = x.T @ (y - p) - _RIDGE * (fitted - [0.0, 1.0])
        curvature = (x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        fitted = fitted + np.clip(step, -1.0, 1.0)
    return float(fitted[0]), float(max(fitted[1], 0.05))


def fit_missed(true_counts: Sequence[int], found: Sequence[int]) -> tuple[float, float]:
    """Return how many visible metastases are missed in every patient, and for each one that is found.

    Parameters
    ----------
    found : sequence of int
        Hot spots that lie on a metastasis.
    """
    from scipy.optimize import nnls

    number = np.asarray(found, float)
    missed = np.maximum(np.asarray(true_counts, float) - number, 0.0)
    both, _ = nnls(np.stack([np.ones(len(number)), number], 1), missed)
    return float(both[0]), float(both[1])


def margin_of(pairs: Iterable[tuple[float, tuple[float, float]]]) -> float:
    """Return by how much intervals are widened, on the scale of the square root, to hold the truth often enough.

    Conformalized quantile regression (Romano, Patterson, Candès 2019): the quantile, at the level of the intervals
    with the correction for finite samples, of how far the truth lies outside of them (below 0: inside).

    Parameters
    ----------
    pairs : iterable of (truth, (low, high))
    """
    outside = np.sort(
        [max(np.sqrt(low) - np.sqrt(truth), np.sqrt(truth) - np.sqrt(high)) for truth, (low, high) in pairs]
    )
    if not len(outside):
        return 0.0
    rank = int(np.ceil(INTERVAL_LEVEL * (len(outside) + 1)))
    return float(outside[min(rank, len(outside)) - 1])


def first_fit(
    records: Sequence[Mapping[str, Any]], weights_name: str, view_rule: str, version: str, fitted_on: str
) -> BurdenCalibration:
    """Return the calibration of records of examinations without report, margins not yet fitted."""
    scored = [record["conditions"]["image_only"] for record in records]
    scale, power, spread = fit_index(
        [record["truth"]["bsi_percent"] for record in records],
        [one["bsi_by_rule"][view_rule] or 0.0 for one in scored],
    )
    rows = [row for one in scored for row in one["spots"]]
    offset, slope = fit_logit([row[0] for row in rows], [row[1] for row in rows])
    missed = fit_missed(
        [record["truth"]["figures"]["lesion_count"] for record in records],
        [sum(int(row[1]) for row in one["spots"]) for one in scored],
    )
    return BurdenCalibration(
        version, weights_name, view_rule, scale, power, spread, (offset, slope), missed, {}, fitted_on
    )


def with_margins(
    calibration: BurdenCalibration, truths: Sequence[Mapping[str, Any]], measured: Sequence[Mapping[str, Any]]
) -> BurdenCalibration:
    """Return the calibration with margins that make its intervals hold the truth.

    Parameters
    ----------
    truths : sequence of mapping
        ``true_figures`` of each examination.
    measured : sequence of mapping
        ``measured_figures`` of each, with ``calibration``.
    """
    pairs = interval_pairs(truths, measured)
    margins = {name: round(margin_of(found), 5) for name, found in pairs.items()}
    # The true index of a region is not kept apart: its calibrated value errs as its raw one does.
    if "region_bsi_percent" in margins:
        margins["region_bsi_calibrated_percent"] = margins["region_bsi_percent"]
    return replace(calibration, margins=margins)


def interval_pairs(
    truths: Sequence[Mapping[str, Any]], measured: Sequence[Mapping[str, Any]]
) -> dict[str, list[tuple[float, tuple[float, float]]]]:
    """Return truth and interval by figure, ``region_...`` for regions; those of views together.

    The truth of "bsi_calibrated_percent" is the index of the bone's volume; that of "bsi_percent" is what perfect
    outlines measure.
    """
    pairs: dict[str, list[tuple[float, tuple[float, float]]]] = {}

    def add(name: str, truth: float | None, interval: Sequence[float | None] | None) -> None:
        if truth is not None and interval is not None and None not in interval:
            low, high = (float(end or 0.0) for end in interval)
            pairs.setdefault(name, []).append((float(truth), (low, high)))

    for truth, found in zip(truths, measured, strict=True):
        for key, value in truth["figures"].items():
            add(figure_name(key), value, found["intervals"].get(key))
        add("bsi_calibrated_percent", truth["bsi_percent"], found["intervals"].get("bsi_calibrated_percent"))
        for place, intervals in found["region_intervals"].items():
            own = truth["regions"].get(place, {})
            for key, interval in intervals.items():
                # A region without a lesion in truth or in the interval says nothing, and most are such.
                if key in truth["figures"] and (own.get(key) or any(interval)):
                    add(f"region_{figure_name(key)}", own.get(key, 0.0), interval)
    return pairs


def figure_name(key: str) -> str:
    """Return a figure's name without the view at its end."""
    return key.removesuffix("_anterior").removesuffix("_posterior")
