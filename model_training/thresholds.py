"""Choose a bundle's thresholds on validation patients, half of the choice with the report and half without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import Scan
from BoneMetSegLib.segmentation import Segmentation
from BoneMetSegLib.segmenter import Segmenter

from .evaluation.conditions import report_text
from .evaluation.evaluate_cases import ProgressLine, print_progress
from .evaluation.examination import Examination, load_examination, load_meta, scan_of
from .evaluation.lesions import one_to_one, overlaps
from .evaluation.pixel_scores import METASTASIS, confusion, drawn_classes, pixel_scores

FOREGROUND_GRID = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
ACCEPT_GRID = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def choose_thresholds(segmenter: Segmenter, cases: Sequence[Path]) -> dict[str, float]:
    """Return thresholds for these patients: foreground by mean Dice, accept by the F1 of accepted lesions.

    Where no patient has a visible metastasis there is nothing to choose by, and all stay as they are. Each patient is
    segmented once for each of the two: the maps of many tomographies are not kept.
    """
    best = dict(segmenter.bundle.thresholds)
    line = ProgressLine(2 * len(cases), print_progress)
    dice: dict[float, list[float]] = {value: [] for value in FOREGROUND_GRID}
    for case, _, segmentation in _segmented(segmenter, cases, line):
        for value in FOREGROUND_GRID:
            drawn = {view: drawn_classes(maps, value) for view, maps in segmentation.views.items()}
            dice[value].append(pixel_scores(confusion(case.class_map, drawn))["dice"])
    if not np.isfinite(dice[FOREGROUND_GRID[0]]).any():
        return best
    best["foreground"] = max(FOREGROUND_GRID, key=lambda value: float(np.nanmean(dice[value])))
    best["accept"] = _best_acceptance(segmenter, cases, best, line)
    return best


def _segmented(
    segmenter: Segmenter, cases: Sequence[Path], line: ProgressLine
) -> Iterator[tuple[Examination, Scan, Segmentation]]:
    """Segment each patient with the own report, every other one in English, and without."""
    for index, path in enumerate(cases):
        case = load_examination(path)
        scan = scan_of(case)
        encoded = segmenter.encode_scan(scan)
        own = parse_report(report_text(load_meta(path), ("zh", "en")[index % 2], "training"))
        for report in (own, None):
            yield case, scan, segmenter.with_report(encoded, report)
        line.step()


def _best_acceptance(
    segmenter: Segmenter, cases: Sequence[Path], thresholds: dict[str, float], line: ProgressLine
) -> float:
    """Return the probability from which metastases are accepted; of equals the one nearest to a half."""
    scores = {value: np.zeros(2) for value in ACCEPT_GRID}  # hits, and lesions plus accepted
    for case, scan, segmentation in _segmented(segmenter, cases, line):
        spots = find_hot_spots(scan, replace(segmentation, thresholds=thresholds))
        for view in scan.views:
            numbers = np.where(case.class_map[view] == METASTASIS, case.focus_map[view], 0)
            lesions = len(np.unique(numbers[numbers > 0]))
            found = [
                (spot.probability, overlaps(spot.views[view].mask, numbers))
                for spot in spots
                if view in spot.views and spot.hot_spot_class == "metastasis" and spot.report_effect != "removed"
            ]
            for value in ACCEPT_GRID:
                accepted = [touched for probability, touched in found if probability >= value]
                pairs = [(iou, spot, int(n)) for spot, touched in enumerate(accepted) for n, iou in touched.items()]
                scores[value] += len(one_to_one(pairs)), lesions + len(accepted)
    f1 = {value: 2 * hits / max(total, 1) for value, (hits, total) in scores.items()}
    return max(ACCEPT_GRID, key=lambda value: (round(f1[value], 6), -abs(value - 0.5)))
