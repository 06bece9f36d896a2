"""The scores of a model over all patients, made from records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from BoneMetSegLib.burden import VIEW_RULES

from .bootstrap import confidence_interval, difference_interval, ratio_interval
from .burden_agreement import agreement
from .calibration import reliability, spot_calibration
from .froc import FALSE_POSITIVES_PER_SCAN, candidates_of, froc_curve, sensitivity_at
from .lesions import HIT_IOU, PatientLesions, lesion_counts, true_sizes
from .pixel_scores import METASTASIS, pixel_scores
from .places import place_shares
from .records import Record, RecordTable, scores_of
from .skeleton_scores import skeleton_dice
from .strata import LESION_GROUPS, PATIENT_GROUPS, TOMOGRAPHY_GROUPS, metastases_of

BENIGN_DRAWN_FROM = 0.25
"""A benign focus counts as drawn in a view from this share of its pixels on."""
DIFFERENCES = (
    ("report", "rule"), ("report", "report_only"), ("rule_exact", "report"), ("exact_report", "report"),
    ("training_wording", "held_back"), ("en", "zh"), ("rule", "image_only"),
)  # fmt: skip
"""Pairs of conditions whose difference in DSC is given, beside each condition minus image only."""
_CURVE_POINTS = 120
_PIXEL_MEANS = ("iou", "precision", "recall", "cpa", "cpa_mean")


def model_summary(table: RecordTable, seed: int) -> dict[str, Any]:
    """Return all scores of a model.

    Parameters
    ----------
    table : RecordTable
        With several runs every interval is a bootstrap over runs and patients together.
    seed : int
        Of the bootstrap.
    """
    rng = np.random.default_rng(seed)
    dice = {name: dice_of(table, name) for name in table.conditions}
    summary: dict[str, Any] = {
        "patients": len(table.truths),
        "patients_with_visible_metastasis": sum(bool(metastases_of(truth)) for truth in table.truths),
        "lesions": sum(len(metastases_of(truth)) for truth in table.truths),
        "runs": table.runs,
        "conditions": {name: condition_summary(table, name, rng) for name in table.conditions},
        "dice_gain": {
            f"{name}_minus_image_only": confidence_interval(dice[name] - dice["image_only"], rng)
            for name in table.conditions
            if name != "image_only"
        },
        "dice_differences": {
            f"{a}_minus_{b}": confidence_interval(dice[a] - dice[b], rng)
            for a, b in DIFFERENCES
            if a in dice and b in dice
        },
        "skeleton": skeleton_dice([np.array(record["skeleton"], float) for record in table.flat()]),
        "strata": {"patients": _patient_strata(table, dice, rng), "lesions": _lesion_strata(table)},
    }
    summary["skeleton_dice_mean"] = summary["skeleton"]["pooled_mean"]
    return summary | _with_own_report(table) | _half_named(table, rng)


def dice_of(table: RecordTable, condition: str) -> np.ndarray:
    """Return the DSC of every run and patient: ``(runs, patients)``, NaN without a visible metastasis."""
    return table.scored(condition, lambda scores, _: pixel_scores(np.array(scores["confusion"]))["dice"])


def condition_summary(table: RecordTable, name: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return the scores of one condition."""
    matrix = np.sum([scores_of(record, name)["confusion"] for record in table.flat()], 0)
    has_spots = any(scores_of(record, name)["spots"] for record in table.flat())
    scored: dict[str, Any] = {
        "dice": confidence_interval(dice_of(table, name), rng),
        "dice_pooled": round(pixel_scores(matrix)["dice"], 4) if matrix[METASTASIS].sum() else None,
    }
    for key in _PIXEL_MEANS:
        values = table.scored(name, lambda s, _, key=key: pixel_scores(np.array(s["confusion"]))[key])  # type: ignore[misc]
        scored[key] = confidence_interval(values, rng)
    scored["hd95_mm"] = _hd95(table, name)
    scored |= {
        f"{words}_drawn_as_metastasis": confidence_interval(_benign_drawn(table, name, kinds), rng)
        for words, kinds in (("benign", (False, True)), ("mimic", (True,)), ("other_benign", (False,)))
    }
    if has_spots or name == "image_only":
        scored |= _lesion_summary(table, name, rng)
    scored |= _added(table, name) | _checks(table, name)
    seconds = [s["seconds"] for record in table.flat() if "seconds" in (s := scores_of(record, name))]
    if seconds:
        scored["seconds_median"] = round(float(np.median(seconds)), 3)
    return scored


def _hd95(table: RecordTable, name: str) -> dict[str, Any]:
    """Over the views with a true metastasis; a view where nothing is drawn counts as infinitely far in the median."""
    values: list[float] = []
    for record in table.flat():
        shown = {view for focus in metastases_of(record["truth"]) for view in true_sizes(focus)}
        distances = scores_of(record, name)["hd95_mm"]
        told = [distances[view] for view in sorted(shown) if distances[view] is not None]
        values += [float("inf") if distance == "empty" else float(distance) for distance in told]
    known = [value for value in values if np.isfinite(value)]
    median = float(np.median(values)) if values else float("inf")
    return {
        "mean": round(float(np.mean(known)), 2) if known else None,
        "median": round(median, 2) if np.isfinite(median) else None,
        "views": len(values),
        "nothing_drawn": len(values) - len(known),
    }


def _benign_drawn(table: RecordTable, name: str, mimics: Sequence[bool]) -> np.ndarray:
    def share(scores: Mapping[str, Any], record: Record) -> float:
        numbers = [str(f["number"]) for f in record["truth"]["foci"] if f["class"] == "benign" and f["mimic"] in mimics]
        shares = [value for number in numbers for value in scores["shares_drawn"].get(number, {}).values()]
        return float(np.mean([value >= BENIGN_DRAWN_FROM for value in shares])) if shares else float("nan")

    return table.scored(name, share)


def _lesion_summary(table: RecordTable, name: str, rng: np.random.Generator) -> dict[str, Any]:
    counts = [
        [lesion_counts(record["truth"]["foci"], scores_of(record, name)["spots"]) for record in run]
        for run in table.by_run()
    ]
    of = {key: np.array([[row[key] for row in run] for run in counts], float) for key in counts[0][0]}
    normal = of["lesions"][0] == 0
    everyone = np.ones_like(of["lesions"])
    pairs = [(record["truth"]["foci"], scores_of(record, name)["spots"]) for record in table.flat()]
    ranked = candidates_of(pairs)
    return {
        "lesion_sensitivity": _ratio(of["found"], of["lesions"]),
        "lesion_sensitivity_interval": ratio_interval(of["found"], of["lesions"], rng),
        "lesion_sensitivity_any_overlap": _ratio(of["touched"], of["lesions"]),
        "lesion_sensitivity_in_views": _ratio(of["found_in_views"], of["lesions_in_views"]),
        "false_positives_per_scan": _ratio(of["false_positives"], everyone, 3),
        "false_positives_per_scan_interval": confidence_interval(of["false_positives"], rng),
        "false_positives_per_scan_touching_nothing": _ratio(of["touching_nothing"], everyone, 3),
        "false_positives_per_normal_scan": (
            round(float(of["false_positives"][:, normal].mean()), 3) if normal.any() else None
        ),
        "normal_scans": int(normal.sum()),
        "froc": {f"{rate:g}": _rounded(sensitivity_at(ranked, rate)) for rate in FALSE_POSITIVES_PER_SCAN},
        "froc_curve": _thinned(*froc_curve(ranked)),
        "calibration": _calibrations(table, name),
    }


def _ratio(top: np.ndarray, bottom: np.ndarray, digits: int = 4) -> float | None:
    return round(float(top.sum() / bottom.sum()), digits) if bottom.sum() else None


def _rounded(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None


def _thinned(false: np.ndarray, found: np.ndarray) -> dict[str, list[float]]:
    """Keep the points of a curve up to eight false positives, not more than are seen."""
    inside = np.flatnonzero(false <= 2 * max(FALSE_POSITIVES_PER_SCAN))
    kept = inside[np.unique(np.linspace(0, len(inside) - 1, _CURVE_POINTS).astype(int))]
    return {"false_positives": np.round(false[kept], 4).tolist(), "sensitivity": np.round(found[kept], 4).tolist()}


def _calibrations(table: RecordTable, name: str) -> dict[str, Any]:
    spots, bins, squared = [], np.zeros((10, 3)), 0.0
    for record in table.flat():
        scores = scores_of(record, name)
        spots += [
            (spot["probability"], any(iou >= HIT_IOU for pairs in spot["views"].values() for iou in pairs.values()))
            for spot in scores["spots"]
            if spot["effect"] != "removed"
        ]
        if "pixels" in scores:
            bins, squared = bins + np.array(scores["pixels"]["bins"]), squared + scores["pixels"]["squared_errors"]
    return {"hot_spots": spot_calibration(spots), "pixels": reliability(bins, squared)}


def _added(table: RecordTable, name: str) -> dict[str, Any]:
    rows = [s for record in table.flat() if "added_pixels" in (s := scores_of(record, name))]
    if not rows:
        return {}
    added, cold = sum(row["added_pixels"] for row in rows), sum(row["added_without_uptake"] for row in rows)
    return {
        "pixels_added_by_report": {
            "per_scan": round(added / len(rows), 1),
            "share_without_uptake": round(cold / added, 4) if added else None,
            "without_uptake_per_scan": round(cold / len(rows), 1),
        }
    }


def _checks(table: RecordTable, name: str) -> dict[str, Any]:
    rows = [s["checks"] for record in table.flat() if "checks" in (s := scores_of(record, name))]
    if not rows:
        return {}
    total = {key: sum(row[key] for row in rows) for key in rows[0]}
    share = round(total["flagged"] / total["disagreements"], 4) if total["disagreements"] else None
    at_odds = [row for row in rows if row["disagreements"]]
    reports = {"reports": len(at_odds), "reports_flagged": sum(row["flagged"] > 0 for row in at_odds)}
    return {"contradictions": total | {"share_flagged": share} | reports}


def _with_own_report(table: RecordTable) -> dict[str, Any]:
    """Places, burden and time, with the patient's own report, or of the image alone where none was read."""
    name = "report" if "report" in table.conditions else "image_only"
    rows = [(record["truth"], scores_of(record, name)) for record in table.flat()]
    return {
        "places": place_shares(check for _, scores in rows for check in scores["places"]),
        **_burden(rows),
        "seconds_per_case_median": round(float(np.median([scores["seconds"] for _, scores in rows])), 3),
    }


def _burden(rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Any]:
    """How measured and true burden agree: Bone Scan Index, or the lesions' volume in tomographies."""
    if all("bsi" in scores for _, scores in rows):
        burden = [{"true": truth["bsi_percent"], **scores["bsi"]} for truth, scores in rows]
        return {"bsi": {rule: agreement(burden, rule) for rule in VIEW_RULES}}
    name = "lesion_volume_ml"
    return {name: agreement([{"true": truth[name], name: scores[name]} for truth, scores in rows], name)}


def _half_named(table: RecordTable, rng: np.random.Generator) -> dict[str, Any]:
    """Sensitivity for the metastases that the report of half of them leaves out, against no report."""
    if "half_named" not in table.conditions:
        return {}

    def found(condition: str) -> np.ndarray:
        def value(scores: Mapping[str, Any], record: Record) -> float:
            lesions = PatientLesions(record["truth"]["foci"], scores["spots"])
            unnamed = {str(number) for number in record["truth"]["unnamed"]}
            return len(lesions.hits(lesions.accepted())[0] & unnamed)

        return table.scored(condition, value)

    number = table.each(lambda record: len(record["truth"]["unnamed"]))
    with_half, without = found("half_named"), found("image_only")
    return {
        "unnamed_lesions": {
            "count": int(number[0].sum()),
            "sensitivity_half_named": ratio_interval(with_half, number, rng),
            "sensitivity_image_only": ratio_interval(without, number, rng),
            "difference": ratio_interval(with_half - without, number, rng),
        }
    }


# ---- strata ---------------------------------------------------------------------------------------------------------


def _patient_strata(table: RecordTable, dice: Mapping[str, np.ndarray], rng: np.random.Generator) -> dict[str, Any]:
    shown = [name for name in ("image_only", "report") if name in dice]
    result: dict[str, Any] = {}
    is_tomography = all("field" in truth for truth in table.truths)
    for group, name_of in {**PATIENT_GROUPS, **(TOMOGRAPHY_GROUPS if is_tomography else {})}.items():
        names = np.array([name_of(truth) for truth in table.truths])
        rows = {}
        for band in _in_order(names, dice["image_only"][0]):
            inside = names == band
            row: dict[str, Any] = {"patients": int(np.isfinite(dice["image_only"][0][inside]).sum())}
            row |= {name: confidence_interval(dice[name][:, inside], rng) for name in shown}
            if "report" in dice:
                row["gain"] = confidence_interval((dice["report"] - dice["image_only"])[:, inside], rng)
            rows[band] = row
        result[group] = rows
    return result


def _in_order(names: np.ndarray, dice: np.ndarray) -> list[str]:
    """Return the bands in which somebody has a DSC, in the order of their first number."""
    filled = {str(name) for name, value in zip(names, dice, strict=True) if np.isfinite(value)}
    return sorted(filled, key=_band_order)


def _band_order(name: str) -> tuple[float, str]:
    words = name.split()
    if words[0] == "below":
        return (float(words[1]) - 1e-3, name)
    try:
        return (float(words[0]), name)
    except ValueError:
        return (float("inf"), name)


def _lesion_strata(table: RecordTable) -> dict[str, Any]:
    """Sensitivity and mean share of pixels drawn, by group of lesions and condition."""
    result: dict[str, Any] = {group: {} for group in LESION_GROUPS}
    sums: dict[tuple[str, str, str], list[float]] = {}
    for record in table.flat():
        metastases = metastases_of(record["truth"])
        for condition in table.conditions:
            scores = scores_of(record, condition)
            lesions = PatientLesions(record["truth"]["foci"], scores["spots"])
            found = lesions.hits(lesions.accepted())[0]
            for focus in metastases:
                share = float(np.mean(list(scores["shares_drawn"].get(str(focus["number"]), {"": 0.0}).values())))
                for group, name_of in LESION_GROUPS.items():
                    row = sums.setdefault((group, name_of(focus), condition), [0.0, 0.0, 0.0])
                    row[0] += 1
                    row[1] += str(focus["number"]) in found
                    row[2] += share
    for (group, band, condition), (number, found_sum, share_sum) in sorted(
        sums.items(), key=lambda item: _band_order(item[0][1])
    ):
        rows = result[group].setdefault(band, {"lesions": int(number / table.runs), "conditions": {}})
        rows["conditions"][condition] = {
            "sensitivity": round(found_sum / number, 4),
            "share_drawn": round(share_sum / number, 4),
        }
    return result


def between_models(tables: Mapping[str, RecordTable], seed: int) -> dict[str, Any]:
    """Return the difference in DSC of each pair of models on the same patients, for every condition that both have.

    Patients whom only one model was evaluated on are not possible: ``RecordTable`` and the caller hold them equal.
    """
    rng = np.random.default_rng(seed)
    names = list(tables)
    result: dict[str, Any] = {}
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            shared = [name for name in tables[one].conditions if name in tables[other].conditions]
            result[f"{one} minus {other}"] = {
                name: difference_interval(dice_of(tables[one], name), dice_of(tables[other], name), rng)
                for name in shared
            }
    return result
