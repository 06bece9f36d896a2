"""The tables of the validation, of records made by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from model_training.measurement.page import fill_page
from model_training.measurement.pictures import draw_pictures
from model_training.measurement.scores import all_scores, by_counts, coverage, linearity, places, repeat, variation
from model_training.measurement.tables import SECTIONS, cohort_words, goals_table
from model_training.measurement.tasks import (
    COUNTS,
    REFERENCE_COUNTS,
    TESTS,
    calibration_tasks,
    spread_percents,
    validation_tasks,
)


def record(test, patient, true, measured, *, examination=0, counts=1.5e6, calibrated=None, flags=(), rows=()):
    calibrated = measured if calibrated is None else calibrated
    scored = {
        "figures": {"bsi_calibrated_percent": calibrated},
        "bsi_by_rule": {"max": measured, "mean": measured},
        "flags": list(flags),
        "places": list(rows),
        "intervals": {"bsi_calibrated_percent": [calibrated * 0.8, calibrated * 1.2], "lesion_count": [1, 2]},
        "region_intervals": {},
    }
    return {
        "name": f"{test}_{patient}_{examination}_{counts}",
        "test": test,
        "patient": patient,
        "examination": examination,
        "wanted_percent": true,
        "wanted_counts": counts,
        "truth": {"bsi_percent": true, "figures": {"bsi_percent": true, "lesion_count": 2}, "regions": {}},
        "conditions": {"image_only": scored, "report": scored},
    }


def test_r_slope_and_intercept_by_hand():
    records = [record("linearity", n, true, 2 * true + 1) for n, true in enumerate((0.1, 3, 5, 13))]
    line = linearity(records, "image_only", "calibrated")
    assert (line["r"], line["slope"], line["intercept"]) == (1, 2, 1)
    assert line["difference"] == pytest.approx(np.mean([1.1, 4, 6, 14]), abs=1e-3)
    assert linearity(records, "image_only", "perfect")["slope"] == 1
    assert linearity(records[:2], "image_only", "raw") == {"patients": 2}


def test_variation_is_sd_over_mean_at_each_level():
    records = [record("variation", 0, 0.5, value, examination=n) for n, value in enumerate((0.4, 0.5, 0.6))] + [
        record("variation", 1, 1.0, 2.0, examination=n) for n in range(3)
    ]
    found = variation(records, "image_only", "raw")
    assert found["levels"]["0.5"]["cv_percent"] == pytest.approx(20)
    assert found["levels"]["1"]["cv_percent"] == 0
    assert found["mean_cv_percent"] == pytest.approx(10)


def test_repeat_is_second_less_first_scan():
    records = [
        record("repeat", patient, 1.0, 1.0 + shift * scan, examination=scan)
        for patient, shift in enumerate((0.1, 0.3, -0.1))
        for scan in (0, 1)
    ]
    found = repeat(records, "image_only", "calibrated")
    assert found["difference"] == pytest.approx(0.1)
    assert found["difference_sd"] == pytest.approx(0.2)
    assert found["patients"] == 3


def test_errors_by_counts_are_against_truth_and_against_three_million():
    records = [
        record("counts", patient, 1.0, measured, counts=counts, flags=flags)
        for patient in (0, 1)
        for counts, measured, flags in (
            (REFERENCE_COUNTS, 1.1, ()),
            (1.5e6, 1.2, ("low_counts",) if patient else ()),
            (0.5e6, 1.5, ("bsi_unreliable",)),
            (0.2e6, 0.4, ("bsi_unreliable",)),
        )
    ]
    found = by_counts(records, "image_only", "raw")
    assert found["3"]["error"] == pytest.approx(0.1)
    assert found["0.5"] == pytest.approx(
        {"patients": 2, "error": 0.5, "error_sd": 0, "change": 0.4, "change_sd": 0, "flagged_percent": 100,
         "unreliable_percent": 100}
    )  # fmt: skip
    assert found["1.5"]["flagged_percent"] == 50
    assert found["0.2"]["error"] == pytest.approx(0.6)


def test_places_are_counted_by_kind_and_sides_near_the_midline_apart():
    rows = [
        {"region": True, "side": True, "far": True},
        {"region": True, "side": False, "far": False},
        {"region": False},
        {"region": True, "level": "vertebra", "off": 1, "sure": True},
        {"region": True, "level": "vertebra", "off": 0, "sure": True},
        {"region": True, "level": "rib", "off": 2, "sure": False},
    ]
    found = places([record("linearity", 0, 1.0, 1.0, rows=rows)], "image_only")
    assert found["region"] == {"percent": pytest.approx(83.3333), "count": 6}
    assert found["side"] == {"percent": 50, "count": 2}
    assert found["side_far"] == {"percent": 100, "count": 1}
    assert found["vertebra_within_one"] == {"percent": 100, "count": 2}
    assert found["vertebra_exact_sure"] == {"percent": 50, "count": 2}
    assert found["rib_within_one"] == {"percent": 0, "count": 1}
    assert found["rib_exact_sure"]["count"] == 0


def test_coverage_is_the_share_of_intervals_that_hold_the_truth():
    records = [record("linearity", n, true, 1.0) for n, true in enumerate((0.79, 0.81, 1.19, 1.21))]
    found = coverage(records, "image_only")
    assert found["bsi_calibrated_percent"] == {"percent": 50, "count": 4, "median_width": pytest.approx(0.4)}
    assert found["lesion_count"]["percent"] == 100


def all_records():
    rng = np.random.default_rng(3)
    return [
        record(
            task.test,
            task.patient,
            task.percent,
            task.percent * rng.uniform(0.9, 1.1),
            examination=task.examination,
            counts=task.counts,
            flags=("bsi_unreliable",) if task.counts and task.counts < 0.75e6 else (),
            rows=[{"region": True, "side": True, "far": True}],
        )
        for task in validation_tasks(share=0.2)
    ]


def document():
    records = all_records()
    return {
        "model": "m 1", "weights_sha256": "0" * 64, "clinic": "c", "clinic_sha256": "1" * 64, "seed": 5,
        "examinations": len(records), "view_rule": "max", "calibration": "", "command": "python -m model_training",
        "scores": {condition: all_scores(records, condition) for condition in ("image_only", "report")},
    }  # fmt: skip


def test_every_table_is_made_and_goals_say_met_or_not():
    made = document()
    for name, make in SECTIONS.items():
        text = make(made)
        lines = text.strip().splitlines()
        assert len({line.count("|") for line in lines}) == 1, name
        assert "None" not in text
        assert "nan" not in text
    goals = goals_table(made)
    assert "100.0 % of" in goals
    assert "(met)" in goals
    assert "(not met)" in goals
    assert "Simulated" in cohort_words(made)


def test_a_goal_that_is_missed_by_little_is_not_met():
    made = document()
    made["scores"]["image_only"]["linearity"]["calibrated"] |= {"r": 0.9949, "slope": 0.969}
    assert "0.995 (not met)" in goals_table(made)
    assert "0.969 (not met)" in goals_table(made)


def test_a_negative_figure_is_judged_and_a_missing_one_is_not():
    made = document()
    scores = made["scores"]["image_only"]
    scores["repeat"]["calibrated"] |= {"difference": -0.028, "difference_sd": 0.393}
    assert "-0.028 ± 0.393 (not met)" in goals_table(made)
    scores["repeat"] = {}
    assert "| - ± - |" in goals_table(made)


def test_pictures_are_drawn(tmp_path):
    drawn = draw_pictures(all_records(), ("image_only", "report"), tmp_path)
    assert len(drawn) == 3
    assert all((tmp_path / file).stat().st_size > 5000 for file, _ in drawn)
    assert all("Simulated" in words for _, words in drawn)


def test_the_page_is_filled_between_its_marks_only(tmp_path):
    page = tmp_path / "measurement.md"
    page.write_text("before\n<!-- generated: goals -->\nold\n<!-- end: goals -->\nafter\n", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(InputError, match="cannot be filled"):
        fill_page(page, out)
    (out / "measurement.json").write_text(json.dumps(document()), encoding="utf-8")
    fill_page(page, out)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- generated: goals -->")
    assert text.endswith("<!-- end: goals -->\nafter\n")
    assert "old" not in text
    assert "published by others" in text
    page.write_text("<!-- generated: nonsense -->\n<!-- end: nonsense -->\n", encoding="utf-8")
    with pytest.raises(InputError, match="nonsense"):
        fill_page(page, out)


# ---- what is measured ------------------------------------------------------------------------------------------------


def test_the_validation_has_the_examinations_that_the_table_asks_for():
    tasks = validation_tasks()
    number = {test: sum(task.test == test for task in tasks) for test in TESTS}
    assert number == {"linearity": 50, "tumours_only": 50, "variation": 50, "repeat": 70, "counts": 80}
    assert {task.counts for task in tasks if task.test == "counts"} == {REFERENCE_COUNTS, *COUNTS}
    assert len({task.name for task in tasks}) == len(tasks)


def test_burdens_reach_from_a_tenth_to_thirteen_percent():
    percents = spread_percents(50)
    assert (len(percents), min(percents), max(percents)) == (50, 0.1, 13)


def test_no_patient_of_a_test_is_one_of_another_or_of_the_calibration():
    tasks = [*validation_tasks(), *calibration_tasks(150)]
    seeds = {(task.test, task.patient): task.seed(7) for task in tasks}
    assert len(set(seeds.values())) == len(seeds)
    first = validation_tasks()[0]
    assert first.seed(7) != first.seed(8)
