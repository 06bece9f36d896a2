"""Evaluate a bundle on simulated patients: image only, with the report, with another patient's report.

Everything goes through the library as a user's case does: segmenter, hot spots, burden. Confidence intervals are
bootstrap percentiles over patients.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, fine_region, level_coordinate
from BoneMetSegLib.burden import VIEW_RULES, measure_burden
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spots import HotSpot, find_hot_spots
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import CLASSES, Segmentation
from BoneMetSegLib.segmenter import Segmenter

from .samples import reports_of
from .simulated_scan import scan_of_case
from .simulator.case import SimulatedCase
from .simulator.case_files import load_case

METASTASIS = CLASSES.index("metastasis")
BENIGN = CLASSES.index("benign")
HIT_IOU = 0.1
BOOTSTRAPS = 2000
_FINE = {fine.name for fine in FINE_REGIONS}

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class PatientScore:
    """Scores of one patient under one condition.

    Attributes
    ----------
    dice : float
        Of metastasis, both views together; NaN for a patient without a visible metastasis.
    overlap, drawn, true : int
        Pixels behind it, for the pooled Dice.
    benign_drawn : float
        Share of visible benign foci of which at least a quarter is called metastasis; NaN without any.
    lesions, found, false_positives : int
        Visible metastases per view, those hit by an accepted hot spot (IoU >= 0.1, one to one), and accepted hot spots
        per view that touch no metastasis.
    """

    dice: float
    overlap: int
    drawn: int
    true: int
    benign_drawn: float
    lesions: int
    found: int
    false_positives: int


def evaluate(segmenter: Segmenter, cases: Sequence[Path], seed: int) -> dict[str, Any]:
    """Return all scores of a bundle on cases of one data list split.

    Parameters
    ----------
    seed : int
        Chooses the other patient's report and the language, and seeds the bootstrap.
    """
    if len(cases) < 2:
        raise InputError(
            f"patients to evaluate: {len(cases)}; each is also read with another's report, so at least 2 are needed"
        )
    rng = np.random.default_rng(seed)
    scores: dict[str, list[PatientScore]] = {"image_only": [], "report": [], "other_report": []}
    places: list[dict[str, bool]] = []
    burden: list[dict[str, float]] = []
    bones: list[np.ndarray] = []
    seconds: list[float] = []
    texts = [reports_of(case) for case in cases]
    for index, path in enumerate(cases):
        case = load_case(path)
        scan = scan_of_case(case)
        other = (index + 1 + int(rng.integers(len(cases) - 1))) % len(cases)
        language = ("zh", "en")[int(rng.integers(2))]
        runs = {
            "image_only": None,
            "report": parse_report(texts[index][language]),
            "other_report": parse_report(texts[other][language]),
        }
        for name, report in runs.items():
            start = time.perf_counter()
            segmentation = segmenter.segment(scan, report)
            spots = find_hot_spots(scan, segmentation, report)
            if name == "report":
                seconds.append(time.perf_counter() - start)
                places += _place_checks(case, spots)
                burden.append(_burden(case, scan, segmentation, spots))
                bones.append(_skeleton_counts(case, segmentation))
            scores[name].append(_score(case, segmentation, spots))
        if (index + 1) % 10 == 0:
            _LOG.info(f"evaluated {index + 1} of {len(cases)}")
    return _summary(scores, places, burden, bones, seconds, np.random.default_rng(seed + 1))


def _score(case: SimulatedCase, segmentation: Segmentation, spots: Sequence[HotSpot]) -> PatientScore:
    overlap = drawn = true = lesions = found = false_positives = 0
    benign_hits: list[bool] = []
    for view, maps in segmentation.views.items():
        hot = maps.best[0] < 1 - segmentation.thresholds["foreground"]
        mine = hot & (maps.best[1:].argmax(0) + 1 == METASTASIS)
        truth = case.class_map[view] == METASTASIS
        overlap, drawn, true = overlap + int((mine & truth).sum()), drawn + int(mine.sum()), true + int(truth.sum())
        numbers = case.focus_map[view]
        benign = np.unique(numbers[case.class_map[view] == BENIGN])
        benign_hits += [bool(mine[numbers == number].mean() >= 0.25) for number in benign]
        accepted = [s.views[view].mask for s in spots if s.accepted and view in s.views]
        foci = [numbers == number for number in np.unique(numbers[truth])]
        lesions += len(foci)
        found += matched_lesions(accepted, foci)
        false_positives += sum(not (mask & truth).any() for mask in accepted)
    dice = 2 * overlap / (drawn + true) if true else float("nan")
    benign_share = float(np.mean(benign_hits)) if benign_hits else float("nan")
    return PatientScore(dice, overlap, drawn, true, benign_share, lesions, found, false_positives)


def matched_lesions(masks: Sequence[np.ndarray], foci: Sequence[np.ndarray]) -> int:
    """Count the foci that masks hit, one to one and best IoU first; a hit is an IoU of at least ``HIT_IOU``."""
    pairs = []
    for i, mask in enumerate(masks):
        for j, focus in enumerate(foci):
            common = int((mask & focus).sum())
            if common and (iou := common / int((mask | focus).sum())) >= HIT_IOU:
                pairs.append((iou, i, j))
    used_masks: set[int] = set()
    used_foci: set[int] = set()
    for _, i, j in sorted(pairs, reverse=True):
        if i not in used_masks and j not in used_foci:
            used_masks.add(i)
            used_foci.add(j)
    return len(used_foci)


def _place_checks(case: SimulatedCase, spots: Sequence[HotSpot]) -> list[dict[str, bool]]:
    """For each hot spot on a true bone focus: is its region, side and level right?"""
    checks = []
    for spot in spots:
        view, shown = max(spot.views.items(), key=lambda item: item[1].area_mm2)
        numbers = case.focus_map[view][shown.mask]
        counts = np.bincount(numbers)
        if len(counts) < 2 or counts[1:].max() < 0.3 * len(numbers):
            continue
        focus = case.foci[int(counts[1:].argmax())]
        if focus.fine_region not in _FINE or spot.hot_spot_class == "physiological":
            continue
        fine = fine_region(focus.fine_region)
        check = {"region": spot.region == fine.region}
        if fine.side != "midline" and spot.side != "midline":
            check["side"] = spot.side == fine.side
        if fine.level and spot.level and check["region"]:
            name = f"rib_{spot.level}_{spot.side}" if fine.region == "ribs" else f"vertebra_{spot.level}"
            off = abs((level_coordinate(name) or 0) - (level_coordinate(fine.name) or 0))
            check["rib_within_one" if fine.region == "ribs" else "vertebra_within_one"] = off <= 1
        checks.append(check)
    return checks


def _burden(case: SimulatedCase, scan: Any, segmentation: Segmentation, spots: Sequence[HotSpot]) -> dict[str, float]:
    measured = {rule: measure_burden(scan, segmentation, spots, view_rule=rule).bsi_percent for rule in VIEW_RULES}
    return {"true": case.true_bsi_percent, **measured}


def _skeleton_counts(case: SimulatedCase, segmentation: Segmentation) -> np.ndarray:
    """Return (overlap, drawn, true) per skeleton channel, at the truth's half resolution."""
    total = np.zeros((3, len(case.skeleton["anterior"])))
    for view, maps in segmentation.views.items():
        truth = case.skeleton[view]
        rows, columns = truth.shape[1] * 2, truth.shape[2] * 2
        mine = maps.skeleton[:, :rows:2, :columns:2] > 0.5
        total += np.stack([(mine & truth).sum((1, 2)), mine.sum((1, 2)), truth.sum((1, 2))])
    return total


# ---- summary --------------------------------------------------------------------------------------------------------


def _summary(
    scores: Mapping[str, list[PatientScore]],
    places: Sequence[Mapping[str, bool]],
    burden: Sequence[Mapping[str, float]],
    bones: Sequence[np.ndarray],
    seconds: Sequence[float],
    rng: np.random.Generator,
) -> dict[str, Any]:
    conditions = {name: _condition(rows, rng) for name, rows in scores.items()}
    dice = {name: np.array([row.dice for row in rows]) for name, rows in scores.items()}
    gains = {
        f"{name}_minus_image_only": confidence_interval(dice[name] - dice["image_only"], rng)
        for name in ("report", "other_report")
    }
    overlap, drawn, true = np.sum(bones, 0)
    has = true > 0
    keys = ("region", "side", "vertebra_within_one", "rib_within_one")
    return {
        "patients": len(scores["report"]),
        "patients_with_visible_metastasis": int(np.isfinite(dice["report"]).sum()),
        "conditions": conditions,
        "dice_gain": gains,
        "places": {key: _share([check[key] for check in places if key in check]) for key in keys},
        "skeleton_dice_mean": round(float((2 * overlap / np.maximum(drawn + true, 1))[has].mean()), 4),
        "bsi": {rule: _agreement(burden, rule) for rule in VIEW_RULES},
        "seconds_per_case_median": round(float(np.median(seconds)), 3),
    }


def _condition(rows: Sequence[PatientScore], rng: np.random.Generator) -> dict[str, Any]:
    lesions, found = sum(r.lesions for r in rows), sum(r.found for r in rows)
    normal = [r.false_positives for r in rows if not r.true]
    pooled = 2 * sum(r.overlap for r in rows) / max(sum(r.drawn + r.true for r in rows), 1)
    return {
        "dice": confidence_interval(np.array([r.dice for r in rows]), rng),
        "dice_pooled": round(pooled, 4),
        "benign_drawn_as_metastasis": confidence_interval(np.array([r.benign_drawn for r in rows]), rng),
        "lesion_sensitivity": round(found / max(lesions, 1), 4),
        "false_positives_per_scan": round(float(np.mean([r.false_positives for r in rows])), 3),
        "false_positives_per_normal_scan": round(float(np.mean(normal)), 3) if normal else None,
    }


def confidence_interval(values: np.ndarray, rng: np.random.Generator) -> dict[str, float | None]:
    """Return the mean over patients with a 95 % bootstrap interval; NaN values are left out."""
    values = values[np.isfinite(values)]
    if not len(values):
        return {"mean": None, "low": None, "high": None}
    draws = values[rng.integers(len(values), size=(BOOTSTRAPS, len(values)))].mean(1)
    low, high = np.percentile(draws, (2.5, 97.5))
    return {"mean": round(float(values.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _share(values: Sequence[bool]) -> dict[str, float | int | None]:
    return {"share": round(float(np.mean(values)), 4) if values else None, "count": len(values)}


def _agreement(burden: Sequence[Mapping[str, float]], rule: str) -> dict[str, float | None]:
    """Measured BSI against the true one: slope through the origin, correlation, mean and SD of the difference."""
    pairs = np.array([(row["true"], row[rule]) for row in burden if np.isfinite(row[rule])])
    if len(pairs) < 3 or pairs[:, 0].std() == 0 or pairs[:, 1].std() == 0:
        return {"slope": None, "r": None, "mean_difference": None, "sd_difference": None}
    true, measured = pairs.T
    return {
        "slope": round(float((true * measured).sum() / (true**2).sum()), 3),
        "r": round(float(np.corrcoef(true, measured)[0, 1]), 3),
        "mean_difference": round(float((measured - true).mean()), 3),
        "sd_difference": round(float((measured - true).std()), 3),
    }


def evaluation_markdown(scores: Mapping[str, Any]) -> str:
    """Return the scores as a short Markdown table."""
    lines = [
        "| simulated patients | DSC (95 % CI) | pooled | benign drawn | sensitivity | FP / scan | FP / normal scan |",
        "|---|---|---|---|---|---|---|",
    ]
    labels = {"image_only": "image only", "report": "with the report", "other_report": "with another patient's report"}
    for name, row in scores["conditions"].items():
        dice, benign = row["dice"], row["benign_drawn_as_metastasis"]
        lines.append(
            f"| {labels[name]} | {dice['mean']} ({dice['low']} to {dice['high']}) | {row['dice_pooled']} "
            f"| {benign['mean']} | {row['lesion_sensitivity']} | {row['false_positives_per_scan']} "
            f"| {row['false_positives_per_normal_scan']} |"
        )
    return "\n".join(lines) + "\n"


def write_scores(scores: Mapping[str, Any], folder: Path) -> None:
    """Write ``evaluation.json`` and ``evaluation.md`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    (folder / "evaluation.md").write_text(evaluation_markdown(scores), encoding="utf-8")
