"""The numbers of the validation, made of records of examinations; nothing is simulated or measured here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from BoneMetSegLib.burden import DEFAULT_VIEW_RULE, VIEW_RULES
from BoneMetSegLib.quality_burden import BURDEN_FLAGS

from .fit_calibration import interval_pairs
from .tasks import COUNTS, CV_LEVELS, REFERENCE_COUNTS

Record = Mapping[str, Any]
_BOOTSTRAPS = 2000
_LOW_COUNT_FLAGS = ("low_counts", "bsi_unreliable")


def index_of(record: Record, condition: str, which: str) -> float:
    """Return a Bone Scan Index of an examination: "raw", "calibrated", a view rule's name, or "perfect" outlines."""
    scored = record["conditions"][condition]
    if which == "perfect":
        value = record["truth"]["figures"]["bsi_percent"]
    elif which == "calibrated":
        value = scored["figures"]["bsi_calibrated_percent"]
    else:
        value = scored["bsi_by_rule"][DEFAULT_VIEW_RULE if which == "raw" else which]
    return float("nan") if value is None else float(value)


def all_scores(records: Sequence[Record], condition: str) -> dict[str, Any]:
    """Return every table's numbers of one condition."""
    by_test: dict[str, list[Record]] = {}
    for record in records:
        by_test.setdefault(record["test"], []).append(record)
    kinds = ("raw", *(rule for rule in VIEW_RULES if rule != DEFAULT_VIEW_RULE), "calibrated", "perfect")
    scores: dict[str, Any] = {}
    for test in ("linearity", "tumours_only"):
        if test in by_test:
            scores[test] = {kind: linearity(by_test[test], condition, kind) for kind in kinds}
    if "variation" in by_test:
        scores["variation"] = {kind: variation(by_test["variation"], condition, kind) for kind in ("raw", "calibrated")}
    if "repeat" in by_test:
        scores["repeat"] = {kind: repeat(by_test["repeat"], condition, kind) for kind in ("raw", "calibrated")}
    if "counts" in by_test:
        scores["counts"] = {kind: by_counts(by_test["counts"], condition, kind) for kind in ("raw", "calibrated")}
    scores["places"] = places(
        [record for record in records if record["examination"] == 0 and record["test"] != "counts"], condition
    )
    scores["coverage"] = coverage(records, condition)
    scores["flags"] = {
        name: sum(name in record["conditions"][condition]["flags"] for record in records) for name in BURDEN_FLAGS
    } | {"examinations": len(records)}
    return scores


def linearity(records: Sequence[Record], condition: str, kind: str) -> dict[str, Any]:
    """Return r, slope and intercept of measured on true with 95 % bootstrap intervals, and the mean difference."""
    pairs = np.array([(record["truth"]["bsi_percent"], index_of(record, condition, kind)) for record in records])
    pairs = pairs[np.isfinite(pairs).all(1)]
    if len(pairs) < 3 or pairs[:, 0].std() == 0 or pairs[:, 1].std() == 0:
        return {"patients": len(pairs)}
    rng = np.random.default_rng(0)
    drawn = np.array([line_of(pairs[rng.integers(len(pairs), size=len(pairs))]) for _ in range(_BOOTSTRAPS)])
    ends = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    r, slope, intercept = line_of(pairs)
    difference = pairs[:, 1] - pairs[:, 0]
    return {
        "patients": len(pairs),
        "r": _rounded(r),
        "r_interval": [_rounded(end) for end in ends[:, 0]],
        "slope": _rounded(slope),
        "slope_interval": [_rounded(end) for end in ends[:, 1]],
        "intercept": _rounded(intercept),
        "difference": _rounded(difference.mean()),
        "difference_sd": _rounded(difference.std(ddof=1)),
    }


def line_of(pairs: np.ndarray) -> tuple[float, float, float]:
    """Return correlation, slope and intercept of the second column on the first."""
    x, y = pairs.T
    spread, both = x.var(), ((x - x.mean()) * (y - y.mean())).mean()
    if spread == 0 or y.var() == 0:
        return float("nan"), float("nan"), float("nan")
    slope = both / spread
    return float(both / np.sqrt(spread * y.var())), float(slope), float(y.mean() - slope * x.mean())


def variation(records: Sequence[Record], condition: str, kind: str) -> dict[str, Any]:
    """Return the coefficient of variation (SD over mean, %) at each level of burden, and their mean."""
    levels = {}
    for percent in CV_LEVELS:
        found = np.array([index_of(r, condition, kind) for r in records if r["wanted_percent"] == percent])
        found = found[np.isfinite(found)]
        if len(found) > 1 and found.mean() > 0:
            cv = 100 * found.std(ddof=1) / found.mean()
            levels[f"{percent:g}"] = {"cv_percent": _rounded(cv), "mean": _rounded(found.mean()), "scans": len(found)}
    all_cv = [float(level["cv_percent"] or 0.0) for level in levels.values()]
    return {"levels": levels, "mean_cv_percent": _rounded(float(np.mean(all_cv))) if all_cv else None}


def repeat(records: Sequence[Record], condition: str, kind: str) -> dict[str, Any]:
    """Return mean and SD of second less first scan of the same patient."""
    scans: dict[int, dict[int, float]] = {}
    for record in records:
        scans.setdefault(record["patient"], {})[record["examination"]] = index_of(record, condition, kind)
    pairs = np.array([(pair[0], pair[1]) for pair in scans.values() if len(pair) == 2])
    pairs = pairs[np.isfinite(pairs).all(1)] if len(pairs) else pairs
    if len(pairs) < 2:
        return {"patients": len(pairs)}
    difference = pairs[:, 1] - pairs[:, 0]
    return {
        "patients": len(pairs),
        "difference": _rounded(difference.mean()),
        "difference_sd": _rounded(difference.std(ddof=1)),
        "absolute_difference": _rounded(np.abs(difference).mean()),
    }


def by_counts(records: Sequence[Record], condition: str, kind: str) -> dict[str, Any]:
    """Return for each number of counts the error against the truth, and the change against 3 million counts."""
    reference = {r["patient"]: index_of(r, condition, kind) for r in records if r["wanted_counts"] == REFERENCE_COUNTS}
    found = {}
    for counts in (REFERENCE_COUNTS, *COUNTS):
        own = [r for r in records if r["wanted_counts"] == counts]
        rows = np.array(
            [
                (abs(index_of(r, condition, kind) - r["truth"]["bsi_percent"]),
                 abs(index_of(r, condition, kind) - reference.get(r["patient"], np.nan)))
                for r in own
            ]
        ).reshape(-1, 2)  # fmt: skip
        rows = rows[np.isfinite(rows).all(1)]
        if not len(rows):
            continue
        flagged = [any(name in r["conditions"][condition]["flags"] for name in _LOW_COUNT_FLAGS) for r in own]
        unreliable = ["bsi_unreliable" in r["conditions"][condition]["flags"] for r in own]
        found[f"{counts / 1e6:g}"] = {
            "patients": len(rows),
            "error": _rounded(rows[:, 0].mean()),
            "error_sd": _rounded(float(rows[:, 0].std(ddof=1)) if len(rows) > 1 else float("nan")),
            "change": _rounded(rows[:, 1].mean()),
            "change_sd": _rounded(float(rows[:, 1].std(ddof=1)) if len(rows) > 1 else float("nan")),
            "flagged_percent": _rounded(100 * float(np.mean(flagged))),
            "unreliable_percent": _rounded(100 * float(np.mean(unreliable))),
        }
    return found


def places(records: Sequence[Record], condition: str) -> dict[str, Any]:
    """Return how many places of accepted lesions on true bone foci are right, by kind: share in % and number."""
    rows = [row for record in records for row in record["conditions"][condition]["places"]]
    kinds: dict[str, Callable[[Mapping[str, Any]], bool | None]] = {
        "region": lambda row: row["region"],
        "side": lambda row: row.get("side"),
        "side_far": lambda row: row["side"] if row.get("far") else None,
        "vertebra_within_one": lambda row: row["off"] <= 1 if row.get("level") == "vertebra" else None,
        "rib_within_one": lambda row: row["off"] <= 1 if row.get("level") == "rib" else None,
        "vertebra_exact_sure": lambda row: row["off"] == 0 if row.get("level") == "vertebra" and row["sure"] else None,
        "rib_exact_sure": lambda row: row["off"] == 0 if row.get("level") == "rib" and row["sure"] else None,
        "vertebra_exact_unsure": lambda row: (
            row["off"] == 0 if row.get("level") == "vertebra" and not row["sure"] else None
        ),
        "rib_exact_unsure": lambda row: row["off"] == 0 if row.get("level") == "rib" and not row["sure"] else None,
    }
    found = {}
    for name, right in kinds.items():
        values = [value for row in rows if (value := right(row)) is not None]
        found[name] = {
            "percent": _rounded(100 * float(np.mean(values))) if values else None,
            "count": len(values),
        }
    return found


def coverage(records: Sequence[Record], condition: str) -> dict[str, Any]:
    """Return how often the interval of each figure holds its truth, %, and the intervals' median width."""
    pairs = interval_pairs(
        [record["truth"] for record in records], [record["conditions"][condition] for record in records]
    )
    found = {}
    for name, own in sorted(pairs.items()):
        inside = [low - 1e-9 <= truth <= high + 1e-9 for truth, (low, high) in own]
        widths = [high - low for _, (low, high) in own]
        found[name] = {
            "percent": _rounded(100 * float(np.mean(inside))),
            "count": len(own),
            "median_width": _rounded(float(np.median(widths))),
        }
    return found


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
