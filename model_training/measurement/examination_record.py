"""One examination from patient to figures: simulated, segmented, measured, compared; only a record is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, channel_index, fine_region, level_coordinate
from BoneMetSegLib.burden import VIEW_RULES, Burden, measure_burden
from BoneMetSegLib.hot_spots import HotSpot, find_hot_spots
from BoneMetSegLib.maps_file import write_maps
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.quality_burden import with_burden_flags
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.segmentation import Segmentation
from BoneMetSegLib.segmenter import Segmenter
from model_training.simulated_scan import scan_of_case
from model_training.simulator.case import SimulatedCase
from model_training.simulator.case_reports import case_reports
from model_training.simulator.clinic import Clinic, read_clinic
from model_training.simulator.planar_exam import examine
from model_training.simulator.simulated_patient import SimulatedPatient

from .patients_of_burden import measuring_clinic, patient_of_burden
from .tasks import Task
from .true_figures import figures_of, true_figures

CONDITIONS = ("image_only", "report")
LANGUAGES = ("zh", "en")
# A hot spot lies on a focus from this share of its pixels on.
_ON_FOCUS = 0.3
_NOMINAL_COUNTS = 1.5e6
_BONES = {fine.name for fine in FINE_REGIONS}
_MIDLINE = ("cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum")


def examined(task: Task, set_seed: int, clinic_name: str) -> tuple[SimulatedCase, Clinic]:
    """Simulate the examination of a task.

    Counts other than the nominal ones are a fresh Poisson draw of the same expected image, so that of one patient only
    the counting differs.
    """
    clinic = measuring_clinic(read_clinic(clinic_name), None if task.counts is None else _NOMINAL_COUNTS)
    person = _patient(task.seed(set_seed), clinic_name, task.counts is None, task.percent, task.benign)
    case = examine(person, examination=task.examination).case
    if task.counts is not None and task.counts != _NOMINAL_COUNTS:
        factor = np.float32(task.counts / _NOMINAL_COUNTS)
        rng = np.random.default_rng([set_seed, task.patient, task.examination, int(task.counts)])
        expected = {view: image * factor for view, image in case.expected.items()}
        counts = {
            view: np.minimum(rng.poisson(image), np.iinfo(np.uint16).max).astype(np.uint16)
            for view, image in expected.items()
        }
        case = replace(case, expected=expected, counts=counts)
    return case, clinic


@lru_cache(maxsize=1)
def _patient(seed: int, clinic_name: str, own_counts: bool, percent: float, benign: bool) -> SimulatedPatient:
    clinic = measuring_clinic(read_clinic(clinic_name), None if own_counts else _NOMINAL_COUNTS)
    return patient_of_burden(seed, clinic, percent, benign=benign)


def examination_record(
    segmenter: Segmenter,
    task: Task,
    set_seed: int,
    clinic_name: str,
    *,
    conditions: Sequence[str] = CONDITIONS,
    maps_to: Path | None = None,
) -> dict[str, Any]:
    """Return what was true and what was measured in one examination, plain for JSON.

    Parameters
    ----------
    conditions : sequence of str
        Of ``CONDITIONS``; a report is in held-back wording, its language alternates from patient to patient.
    maps_to : Path, optional
        Keep the network's maps without report here (``maps.npz``), to measure again with another calibration.
    """
    case, clinic = examined(task, set_seed, clinic_name)
    scan = scan_of_case(case)
    encoded = segmenter.encode_scan(scan)
    record: dict[str, Any] = {
        "name": task.name,
        "test": task.test,
        "patient": task.patient,
        "examination": task.examination,
        "wanted_percent": task.percent,
        "wanted_counts": task.counts,
        "counts": {view: round(image.total_counts) for view, image in scan.views.items()},
        "truth": true_figures(case, scan),
        "conditions": {},
    }
    for condition in conditions:
        report = None
        if condition == "report":
            language = LANGUAGES[task.patient % len(LANGUAGES)]
            report = parse_report(case_reports(case, clinic)["reports_held_back"][language]["text"])
        segmentation = segmenter.with_report(encoded, report)
        if maps_to is not None and report is None:
            write_maps(maps_to, scan, segmentation)
        spots = find_hot_spots(scan, segmentation, report)
        record["conditions"][condition] = measured(case, scan, segmentation, spots)
    return record


def measured(
    case: SimulatedCase, scan: PlanarScan, segmentation: Segmentation, spots: Sequence[HotSpot]
) -> dict[str, Any]:
    """Return the figures of a finding, its flags and which of its places are right."""
    burden = measure_burden(scan, segmentation, spots)
    flags = with_burden_flags(quality_flags(scan, hot_spots=spots), scan, segmentation, spots, burden)
    return {
        **measured_figures(burden),
        "bsi_by_rule": {
            rule: _plain(measure_burden(scan, segmentation, spots, view_rule=rule).bsi_percent) for rule in VIEW_RULES
        },
        "flags": [flag.name for flag in flags],
        "places": place_rows(case, scan, spots),
        "spots": spot_rows(case, spots),
    }


def measured_figures(burden: Burden) -> dict[str, Any]:
    """Return figures with their intervals, in total and by region."""
    plain = figures_of(burden)
    plain["figures"]["bsi_calibrated_percent"] = _plain(burden.bsi_calibrated_percent)
    return {
        **plain,
        "intervals": _intervals(burden.intervals),
        "region_intervals": {f"{each.region}/{each.side}": _intervals(each.intervals) for each in burden.regions},
    }


def _intervals(intervals: Mapping[str, tuple[float, float]]) -> dict[str, list[float | None]]:
    return {name: [_plain(low), _plain(high)] for name, (low, high) in intervals.items()}


def _plain(value: float) -> float | None:
    return round(float(value), 5) if math.isfinite(value) else None


def focus_under(case: SimulatedCase, spot: HotSpot) -> int:
    """Return the number of the focus that a hot spot lies on, in the view that shows it larger; 0 for none."""
    view, shown = max(spot.views.items(), key=lambda item: item[1].area_mm2)
    numbers = np.bincount(case.focus_map[view][shown.mask], minlength=2)
    best = int(numbers[1:].argmax()) + 1
    return best if numbers[best] >= _ON_FOCUS * numbers.sum() else 0


def spot_rows(case: SimulatedCase, spots: Sequence[HotSpot]) -> list[list[float]]:
    """Return probability of metastasis, and whether it is one (0, 1), of each hot spot that may be."""
    classes = {focus.number: focus.hot_spot_class for focus in case.foci}
    rows = []
    for spot in spots:
        if spot.hot_spot_class != "physiological":
            with_report = spot.probability_with_report
            probability = spot.probability_image_only if math.isnan(with_report) else with_report
            rows.append([round(probability, 4), int(classes.get(focus_under(case, spot)) == "metastasis")])
    return rows


def place_rows(case: SimulatedCase, scan: PlanarScan, spots: Sequence[HotSpot]) -> list[dict[str, Any]]:
    """Say of each accepted lesion on a true bone focus whether region, side and level are right.

    Returns
    -------
    list of dict
        "region", "side" (sided bones), "far" (its true middle is 20 mm or more from the midline), "off" (levels away),
        "level" ("vertebra" or "rib") and "sure" (printed without a margin).
    """
    foci = {focus.number: focus for focus in case.foci}
    rows = []
    for spot in spots:
        number = focus_under(case, spot)
        if not spot.accepted or spot.hot_spot_class != "metastasis" or not number:
            continue
        if foci[number].fine_region not in _BONES:
            continue
        fine = fine_region(foci[number].fine_region)
        row: dict[str, Any] = {"region": spot.region == fine.region}
        if fine.side != "midline":
            row["side"] = spot.side == fine.side
            row["far"] = _from_midline_mm(case, scan, number) >= 20.0
        if fine.level and spot.level and row["region"]:
            name = f"rib_{spot.level}_{spot.side}" if fine.region == "ribs" else f"vertebra_{spot.level}"
            row["off"] = abs((level_coordinate(name) or 0.0) - (level_coordinate(fine.name) or 0.0))
            row["level"] = "rib" if fine.region == "ribs" else "vertebra"
            row["sure"] = spot.level_margin == 0
        rows.append(row)
    return rows


def _from_midline_mm(case: SimulatedCase, scan: PlanarScan, number: int) -> float:
    """Return how far a focus lies from the line through the true bones of the midline, in the view that shows most."""
    view = max(scan.views, key=lambda name: int((case.focus_map[name] == number).sum()))
    rows, columns = np.nonzero(case.focus_map[view] == number)
    bones = case.skeleton[view]
    spine = np.nonzero(bones[[channel_index(name, "midline") for name in _MIDLINE]].any(0))
    slope, offset = np.polyfit(spine[0] * 2, spine[1] * 2, 1)
    return float(abs(columns.mean() - (slope * rows.mean() + offset)) * case.pixel_size_mm)
