"""All that is kept of one patient: enough to make every table again without running a model, and no image."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from BoneMetSegLib.hot_spots import HotSpot
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import SPECT_VIEW, PlanarScan, Scan
from BoneMetSegLib.segmenter import Segmenter

from .burden_agreement import lesion_volume_ml, measured_bsi
from .calibration import pixel_calibration
from .conditions import Condition, Patient
from .contradictions import flipped_checks, wrong_side_checks
from .examination import Examination, Tomography, acquired_counts, load_examination, scan_of
from .lesions import overlaps
from .pixel_scores import METASTASIS, confusion
from .places import place_checks
from .prediction import Prediction, metastasis_probability, network_prediction
from .report_rules import (
    Rule,
    by_image_and_rule,
    by_report_alone,
    exact_mentions,
    metastatic_places,
    spoken_mentions,
)
from .skeleton_scores import skeleton_counts
from .surface_distance import hd95_mm
from .uptake_check import pixels_added, without_uptake

# A hot spot that is hardly a metastasis and touches none changes no table.
_LEAST_PROBABILITY = 0.05
_CHECKS: dict[str, Callable[[Examination, Prediction, Prediction], dict[str, int]]] = {
    "flipped": flipped_checks,
    "wrong_side": wrong_side_checks,
}


def case_record(
    segmenter: Segmenter, patient: Patient, conditions: Sequence[Condition], rules: dict[str, Rule], run: str
) -> dict[str, Any]:
    """Read a patient under every condition and return the record, plain for JSON.

    Parameters
    ----------
    conditions : sequence of Condition
        ``image_only`` among them.
    rules : mapping
        "rule", "rule_exact" and "report_only" to the numbers of each.
    run : str
        Names the bundle: SHA-256 of its weights.
    """
    readings = _Readings(segmenter, patient, rules)
    record: dict[str, Any] = {"case": patient.path.stem, "run": run, "truth": true_facts(readings, patient)}
    record["skeleton"] = skeleton_counts(readings.case, _made(readings.image_only.segmentation)).astype(int).tolist()
    record["conditions"] = _all_scored(readings, conditions)
    return record


def _all_scored(readings: _Readings, conditions: Sequence[Condition]) -> dict[str, dict[str, Any]]:
    """Score every condition; one that reads the same text as an earlier one only names it ("same_as")."""
    scored: dict[str, dict[str, Any]] = {}
    first: dict[str | None, str] = {}
    for one in conditions:
        text = readings.text_of(one)
        if not one.rule and text in first and one.name not in _CHECKS:
            scored[one.name] = {"same_as": first[text]}
            continue
        scored[one.name] = _scored(readings, one)
        if not one.rule:
            first.setdefault(text, one.name)
    return scored


class _Readings:
    """The predictions of one patient; a text that two conditions share is read once."""

    def __init__(self, segmenter: Segmenter, patient: Patient, rules: dict[str, Rule]) -> None:
        self._segmenter, self._patient, self._rules = segmenter, patient, rules
        self.case = load_examination(patient.path)
        self.scan: Scan = scan_of(self.case)
        self._encoded = segmenter.encode_scan(self.scan)
        self._by_text: dict[str | None, Prediction] = {}

    def by_text(self, text: str | None) -> Prediction:
        if text not in self._by_text:
            report = None if text is None else parse_report(text)
            self._by_text[text] = network_prediction(self._segmenter, self._encoded, report)
        return self._by_text[text]

    @property
    def image_only(self) -> Prediction:
        return self.by_text(None)

    @cached_property
    def cold(self) -> dict[str, np.ndarray]:
        return without_uptake(self.case)

    def text_of(self, condition: Condition) -> str | None:
        return None if condition.report is None else condition.report(self._patient)

    def of(self, condition: Condition) -> Prediction:
        text = self.text_of(condition)
        if not condition.rule:
            return self.by_text(text)
        rule = self._rules[condition.name]
        if condition.exact_statuses:
            mentions = exact_mentions(self.case)
        else:
            read = self.by_text(text)
            mentions = spoken_mentions(_made(read.segmentation).mentions, read.report)
        if condition.rule == "report":
            return by_report_alone(self.case, metastatic_places(self.case, mentions), rule.region_share)
        return by_image_and_rule(self.image_only, mentions, rule)


def _made(value: Any) -> Any:
    """Return what a network prediction always has."""
    if value is None:
        raise TypeError("a prediction of the network has a segmentation")
    return value


def _scored(readings: _Readings, condition: Condition) -> dict[str, Any]:
    case, prediction = readings.case, readings.of(condition)
    views = readings.scan.views
    scored: dict[str, Any] = {
        "confusion": confusion(case.class_map, prediction.drawn).tolist(),
        "hd95_mm": {
            view: _finite(
                hd95_mm(labels == METASTASIS, case.class_map[view] == METASTASIS, views[view].spacing_by_axis_mm)
            )
            for view, labels in prediction.drawn.items()
        },
        "shares_drawn": _shares_drawn(case, prediction),
        "spots": [row for spot in prediction.spots if (row := _spot_row(case, spot))],
    }
    if prediction.probability is not None:
        scored["pixels"] = _pixel_bins(case, prediction)
    if prediction.segmentation is not None:
        scored["seconds"] = round(prediction.seconds, 3)
        scored["places"] = place_checks(case, prediction.spots)
        scored |= _measured(readings.scan, prediction)
    if prediction.report is not None:
        added = pixels_added(prediction.drawn, readings.image_only.drawn, readings.cold)
        scored["added_pixels"], scored["added_without_uptake"] = added
    if condition.name in _CHECKS:
        scored["checks"] = _CHECKS[condition.name](case, readings.image_only, prediction)
    return scored


def _measured(scan: Scan, prediction: Prediction) -> dict[str, Any]:
    """Return the burden: the Bone Scan Index of a whole-body scan, the volume of the lesions in a tomography."""
    if isinstance(scan, PlanarScan):
        return {"bsi": measured_bsi(scan, _made(prediction.segmentation), prediction.spots)}
    masks = [spot.views[SPECT_VIEW].mask for spot in prediction.spots if spot.accepted]
    return {"lesion_volume_ml": lesion_volume_ml(masks, scan.voxel_volume_ml)}


def _finite(distance: float | None) -> float | str | None:
    """Return a distance as JSON can hold it: one empty side is the word "empty", two are null."""
    return distance if distance is None else round(distance, 2) if math.isfinite(distance) else "empty"


def _shares_drawn(case: Examination, prediction: Prediction) -> dict[str, dict[str, float]]:
    """Return, for each visible metastasis and benign focus, the share of its pixels drawn as metastasis by view."""
    shares: dict[str, dict[str, float]] = {}
    for view, labels in prediction.drawn.items():
        numbers = case.focus_map[view]
        most = max((focus.number for focus in case.foci), default=0) + 1
        whole = np.bincount(numbers.ravel(), minlength=most)
        mine = np.bincount(numbers[labels == METASTASIS], minlength=most)
        for focus in case.foci:
            if whole[focus.number] and focus.hot_spot_class != "physiological":
                share = round(float(mine[focus.number] / whole[focus.number]), 4)
                shares.setdefault(str(focus.number), {})[view] = share
    return shares


def _spot_row(case: Examination, spot: HotSpot) -> dict[str, Any] | None:
    probability = metastasis_probability(spot)
    metastases = {str(focus.number) for focus in case.foci if focus.hot_spot_class == "metastasis"}
    views = {
        view: {
            number: iou for number, iou in overlaps(shown.mask, case.focus_map[view]).items() if number in metastases
        }
        for view, shown in spot.views.items()
    }
    touches = any(views.values())
    if probability < _LEAST_PROBABILITY and not spot.accepted and not touches:
        return None
    return {
        "probability": round(probability, 4),
        "accepted": bool(spot.accepted),
        "class": spot.hot_spot_class,
        "effect": spot.report_effect,
        "region": spot.region,
        "side": spot.side,
        "views": views,
    }


def _pixel_bins(case: Examination, prediction: Prediction) -> dict[str, Any]:
    bins, squared = np.zeros((10, 3)), 0.0
    for view, probability in (prediction.probability or {}).items():
        more, errors = pixel_calibration(probability, case.class_map[view] == METASTASIS)
        bins, squared = bins + more, squared + errors
    return {"bins": np.round(bins, 2).tolist(), "squared_errors": round(squared, 3)}


def true_facts(readings: _Readings, patient: Patient) -> dict[str, Any]:
    """Return what is true of a patient and what was drawn for the reports."""
    case, views = readings.case, readings.scan.views
    pixels = {view: np.bincount(numbers.ravel(), minlength=256) for view, numbers in case.focus_map.items()}
    is_tomography = isinstance(case, Tomography)
    foci = []
    for focus in case.foci:
        sizes = {
            view: round(int(number[focus.number]) * views[view].element_size, 3 if is_tomography else 1)
            for view, number in pixels.items()
            if number[focus.number]
        }
        if sizes:
            foci.append(
                {
                    "number": focus.number,
                    "class": focus.hot_spot_class,
                    "fine_region": focus.fine_region,
                    "side": focus.side,
                    "contrast": focus.contrast,
                    "mimic": bool(focus.looks_like_metastasis),
                    "volume_ml" if is_tomography else "area_mm2": sizes,
                }
            )
    facts: dict[str, Any] = {"foci": foci, "counts": acquired_counts(case)}
    if isinstance(case, Tomography):
        metastases = [labels == METASTASIS for labels in case.class_map.values()]
        facts["field"] = case.spect.field
        facts["lesion_volume_ml"] = lesion_volume_ml(metastases, views[SPECT_VIEW].element_size)
    else:
        facts["bsi_percent"] = case.true_bsi_percent
    return facts | {
        "language": patient.language,
        "wording": patient.wording,
        "unnamed": sorted(patient.unnamed),
    }
