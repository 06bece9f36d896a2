"""Scores against numbers worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.segmentation import Segmentation, ViewMaps
from model_training import evaluate as module
from model_training import thresholds as chooser
from model_training.simulator.case import SimulatedCase
from model_training.simulator.foci import Focus

SHAPE = (40, 20)
THRESHOLDS = {"foreground": 0.5, "accept": 0.5, "min_area_mm2": 10.0}


def box(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[rows, columns] = True
    return mask


# Anterior: a metastasis of 40 pixels (focus 1), one of 10 (focus 2), a benign focus of 16 (focus 3).
LARGE, SMALL, BENIGN = (
    box(slice(4, 12), slice(2, 7)),
    box(slice(20, 25), slice(2, 4)),
    box(slice(30, 34), slice(10, 14)),
)


def a_focus(number: int, hot_spot_class: str, fine_region: str, side: str) -> Focus:
    visible = {"anterior": True, "posterior": False}
    return Focus(
        number, hot_spot_class, fine_region, hot_spot_class, side, visible, 2.0, 3.0, looks_like_metastasis=False
    )


def a_case(*, normal: bool = False) -> SimulatedCase:
    classes, numbers = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    if not normal:
        for number, (mask, label) in enumerate(((LARGE, 1), (SMALL, 1), (BENIGN, 2)), start=1):
            classes[mask], numbers[mask] = label, number
    empty = np.zeros(SHAPE, np.uint8)
    half = (len(SKELETON_CHANNELS), SHAPE[0] // 2, SHAPE[1] // 2)
    rng = np.random.default_rng(0)

    def views(anterior: np.ndarray, posterior: np.ndarray) -> dict[str, np.ndarray]:
        return {"anterior": anterior, "posterior": posterior}

    counts = rng.poisson(20, SHAPE).astype(np.uint16)
    levels = np.zeros(half[1:], np.uint8)
    bones = np.zeros(half, bool)
    bones[3, 4:10, 2:8] = True
    return SimulatedCase(
        seed=0,
        pixel_size_mm=4.0,
        expected=views(counts.astype(np.float32), counts.astype(np.float32)),
        counts=views(counts, counts),
        class_map=views(classes, empty),
        focus_map=views(numbers, empty),
        skeleton=views(bones, bones),
        spine_level=views(levels, levels),
        rib_level=views(levels, levels),
        foci=(
            a_focus(1, "metastasis", "rib_7_left", "left"),
            a_focus(2, "metastasis", "vertebra_T8", "midline"),
            a_focus(3, "benign", "knee_joint_left", "left"),
        ),
        true_bsi_percent=1.0,
        patient={},
    )


def maps_of(drawn: dict[int, np.ndarray], probability: float = 0.9) -> ViewMaps:
    """Maps that say ``probability`` for each class at its drawn pixels, and background elsewhere."""
    maps = np.zeros((4, *SHAPE), np.float32)
    for label, mask in drawn.items():
        maps[label][mask] = probability
    maps[0] = 1 - maps[1:].sum(0)
    nothing = np.zeros(SHAPE, np.float32)
    return ViewMaps(maps, None, np.zeros((len(SKELETON_CHANNELS), *SHAPE), np.float32), nothing, nothing)


def a_segmentation(anterior: dict[int, np.ndarray], posterior: dict[int, np.ndarray] | None = None) -> Segmentation:
    views = {"anterior": maps_of(anterior), "posterior": maps_of(posterior or {})}
    return Segmentation(views, thresholds=THRESHOLDS)


def a_spot(mask: np.ndarray, *, accepted: bool = True, **place: str) -> HotSpot:
    where = {"region": "ribs", "side": "left", "level": "7"} | place
    shown = HotSpotInView(mask, float(mask.sum() * 16), 9.0, 8.0, 2.0)
    return HotSpot(
        "H01", "metastasis", accepted, views={"anterior": shown}, probability=0.9, probability_image_only=0.9, **where
    )


# ---- one patient ----------------------------------------------------------------------------------------------------


def test_a_patients_dice_hits_and_false_alarms_by_hand():
    hit = box(slice(4, 12), slice(2, 5))  # 24 of the large lesion's 40 pixels
    stray = box(slice(36, 38), slice(0, 4))  # 8 pixels on nothing
    segmentation = a_segmentation({1: hit | stray})
    score = module._score(a_case(), segmentation, [a_spot(hit), a_spot(stray)])
    assert (score.overlap, score.drawn, score.true) == (24, 32, 50)
    assert score.dice == pytest.approx(2 * 24 / (32 + 50))
    assert (score.lesions, score.found, score.false_positives) == (2, 1, 1)
    assert score.benign_drawn == 0


def test_what_is_not_accepted_neither_hits_nor_counts_as_a_false_alarm():
    stray = box(slice(36, 38), slice(0, 4))
    spots = [a_spot(LARGE, accepted=False), a_spot(stray, accepted=False)]
    score = module._score(a_case(), a_segmentation({1: LARGE | stray}), spots)
    assert (score.found, score.false_positives) == (0, 0)


def test_a_benign_focus_is_called_metastasis_from_a_quarter_of_it_on():
    quarter, less = box(slice(30, 31), slice(10, 14)), box(slice(30, 31), slice(10, 13))  # 4 and 3 of 16 pixels
    assert module._score(a_case(), a_segmentation({1: quarter}), []).benign_drawn == 1
    assert module._score(a_case(), a_segmentation({1: less}), []).benign_drawn == 0
    assert module._score(a_case(), a_segmentation({2: BENIGN}), []).benign_drawn == 0


def test_a_patient_without_metastasis_has_no_dice_and_still_counts_false_alarms():
    score = module._score(a_case(normal=True), a_segmentation({1: SMALL}), [a_spot(SMALL)])
    assert np.isnan(score.dice)
    assert np.isnan(score.benign_drawn)
    assert (score.true, score.drawn, score.false_positives) == (0, 10, 1)


def test_hits_are_one_to_one_best_overlap_first():
    both = LARGE | SMALL
    assert module.matched_lesions([both], [LARGE, SMALL]) == 1  # one mask over two lesions finds one
    assert (
        module.matched_lesions([LARGE, box(slice(4, 12), slice(2, 4))], [LARGE]) == 1
    )  # two masks on one lesion find one
    assert module.matched_lesions([both, SMALL], [LARGE, SMALL]) == 2
    assert module.matched_lesions([], [LARGE]) == 0
    assert module.matched_lesions([box(slice(4, 5), slice(2, 5))], [LARGE]) == 0  # 3 of 40 pixels: IoU below 0.1
    assert module.matched_lesions([box(slice(4, 5), slice(2, 6))], [LARGE]) == 1  # 4 of 40: IoU 0.1


def test_places_are_checked_against_the_focus_under_the_spot():
    case = a_case()
    (right,) = module._place_checks(case, [a_spot(LARGE)])
    assert right == {"region": True, "side": True, "rib_within_one": True}
    (near,) = module._place_checks(case, [a_spot(LARGE, level="8")])
    assert near["rib_within_one"]
    (far,) = module._place_checks(case, [a_spot(LARGE, level="9", side="right")])
    assert far == {"region": True, "side": False, "rib_within_one": False}
    (spine,) = module._place_checks(case, [a_spot(SMALL, region="thoracic_spine", side="midline", level="T10")])
    assert spine == {"region": True, "vertebra_within_one": False}
    assert module._place_checks(case, [a_spot(box(slice(36, 38), slice(0, 4)))]) == []


# ---- all patients ---------------------------------------------------------------------------------------------------


def test_a_bootstrap_interval_holds_the_mean_and_narrows_with_patients():
    rng = np.random.default_rng(0)
    few, many = (module.confidence_interval(rng.normal(0.6, 0.1, n), rng) for n in (20, 500))
    for interval in (few, many):
        assert interval["low"] < interval["mean"] < interval["high"]
    assert many["high"] - many["low"] < 0.5 * (few["high"] - few["low"])
    assert few["high"] - few["low"] == pytest.approx(2 * 1.96 * 0.1 / np.sqrt(20), rel=0.5)


def test_an_interval_leaves_out_patients_without_a_score():
    rng = np.random.default_rng(0)
    assert module.confidence_interval(np.array([0.5, np.nan, 0.5]), rng) == {"mean": 0.5, "low": 0.5, "high": 0.5}
    assert module.confidence_interval(np.array([np.nan]), rng) == {"mean": None, "low": None, "high": None}


def test_pooled_dice_and_rates_by_hand():
    rows = [
        module.PatientScore(0.8, 40, 50, 50, 0.5, 4, 3, 1),
        module.PatientScore(float("nan"), 0, 10, 0, float("nan"), 0, 0, 2),
    ]
    told = module._condition(rows, np.random.default_rng(0))
    assert told["dice"]["mean"] == 0.8
    assert told["dice_pooled"] == round(80 / 110, 4)
    assert told["lesion_sensitivity"] == 0.75
    assert told["false_positives_per_scan"] == 1.5
    assert told["false_positives_per_normal_scan"] == 2.0


def test_agreement_of_the_burden_by_hand():
    rows = [{"true": t, "m": 2 * t} for t in (1.0, 2.0, 3.0)]
    assert module._agreement(rows, "m") == {"slope": 2.0, "r": 1.0, "mean_difference": 2.0, "sd_difference": 0.816}
    assert module._agreement(rows[:2], "m")["slope"] is None


# ---- the whole way --------------------------------------------------------------------------------------------------


class _Oracle:
    """Draws the truth with a report and nothing without; remembers which reports it was given."""

    def __init__(self) -> None:
        self.bundle = SimpleNamespace(thresholds=dict(THRESHOLDS))
        self.reports: list[str | None] = []

    def segment(self, _scan, report=None):
        self.reports.append(None if report is None else report.text)
        return a_segmentation({} if report is None else {1: LARGE | SMALL, 2: BENIGN})


@pytest.fixture
def three_patients(monkeypatch) -> list[Path]:
    cases = [Path(f"{name}.npz") for name in "甲乙丙"]
    for user in (module, chooser):
        monkeypatch.setattr(user, "load_case", lambda path: a_case(normal=path.stem == "丙"))
        monkeypatch.setattr(user, "reports_of", lambda path: dict.fromkeys(("zh", "en"), f"{path.stem}骨转移。"))
    return cases


def test_every_patient_is_read_alone_with_the_own_and_with_another_patients_report(three_patients):
    oracle = _Oracle()
    scores = module.evaluate(oracle, three_patients, 0)
    assert oracle.reports[::3] == [None] * 3
    assert [text[0] for text in oracle.reports[1::3]] == list("甲乙丙")
    assert all(own != other for own, other in zip(oracle.reports[1::3], oracle.reports[2::3], strict=True))
    assert scores["patients"] == 3
    assert scores["patients_with_visible_metastasis"] == 2
    assert scores["conditions"]["report"]["dice"]["mean"] == 1
    assert scores["conditions"]["image_only"]["dice"]["mean"] == 0
    assert scores["dice_gain"]["report_minus_image_only"]["mean"] == 1
    assert scores["conditions"]["report"]["false_positives_per_normal_scan"] > 0
    json.dumps(scores)


def test_the_same_seed_gives_the_same_scores(three_patients):
    one, other = (module.evaluate(_Oracle(), three_patients, 4) for _ in range(2))
    assert one | {"seconds_per_case_median": 0} == other | {"seconds_per_case_median": 0}


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_patients_are_refused(three_patients, count):
    with pytest.raises(InputError, match=f"patients to evaluate: {count}; .* at least 2 are needed"):
        module.evaluate(_Oracle(), three_patients[:count], 0)


def test_the_table_and_the_json_are_written(three_patients, tmp_path):
    scores = module.evaluate(_Oracle(), three_patients, 0)
    module.write_scores(scores, tmp_path / "deep" / "er")
    assert json.loads((tmp_path / "deep" / "er" / "evaluation.json").read_text(encoding="utf-8")) == scores
    table = (tmp_path / "deep" / "er" / "evaluation.md").read_text(encoding="utf-8").splitlines()
    assert len(table) == 5
    assert len({line.count("|") for line in table}) == 1
    assert "another patient's report" in table[-1]


# ---- thresholds -----------------------------------------------------------------------------------------------------


class _Shy(_Oracle):
    """The large lesion at 0.45, and its surroundings at 0.35."""

    def segment(self, _scan, _report=None):
        maps = np.zeros((4, *SHAPE), np.float32)
        maps[1][LARGE | SMALL] = 0.45
        maps[1][30:, :] = 0.35
        maps[0] = 1 - maps[1]
        nothing = np.zeros(SHAPE, np.float32)
        view = ViewMaps(maps, maps, np.zeros((29, *SHAPE), np.float32), nothing, nothing)
        empty = maps_of({})
        return Segmentation({"anterior": view, "posterior": empty}, thresholds=THRESHOLDS)


def test_the_foreground_threshold_is_that_of_the_best_dice(three_patients):
    assert chooser.choose_thresholds(_Shy(), three_patients)["foreground"] == 0.4


def test_the_lesions_of_probability_045_are_accepted_at_the_grids_next_lower_value(three_patients):
    assert chooser.choose_thresholds(_Shy(), three_patients)["accept"] == 0.4


class _Eager(_Oracle):
    """The true lesions at 0.95, and a false one that is hot for sure and metastatic by 0.5."""

    def segment(self, _scan, _report=None):
        return Segmentation(
            {"anterior": _of_two_strengths(LARGE | SMALL, BENIGN), "posterior": maps_of({})}, thresholds=THRESHOLDS
        )


def _of_two_strengths(strong: np.ndarray, weak: np.ndarray) -> ViewMaps:
    maps = maps_of({1: strong}, 0.95)
    maps.image_only[1][weak], maps.image_only[2][weak] = 0.5, 0.45
    maps.image_only[0] = 1 - maps.image_only[1:].sum(0)
    return maps


def test_false_lesions_of_lower_probability_raise_the_acceptance(three_patients):
    assert chooser.choose_thresholds(_Eager(), three_patients)["accept"] == 0.6


def test_without_a_metastasis_to_choose_by_thresholds_stay(three_patients):
    assert chooser.choose_thresholds(_Shy(), three_patients[2:]) == THRESHOLDS
    assert chooser.choose_thresholds(_Shy(), []) == THRESHOLDS
