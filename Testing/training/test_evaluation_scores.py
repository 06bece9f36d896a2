"""The whole way from patients to tables, with a model that draws the truth where it is given a report."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.segmentation import Segmentation, ViewMaps
from model_training.evaluation import case_record, cohort, command, evaluate_cases, page
from model_training.evaluation.burden_agreement import agreement
from model_training.evaluation.cohort_log import log_use
from model_training.evaluation.model_scores import evaluate, write_scores
from model_training.evaluation.places import place_checks
from model_training.evaluation.records import RecordTable, append_record, read_records
from model_training.evaluation.report_rules import PLAIN_RULE
from model_training.evaluation.skeleton_scores import skeleton_dice
from model_training.evaluation.strata import LESION_GROUPS, PATIENT_GROUPS
from Testing.training.evaluation_fixtures import (
    BENIGN,
    LARGE,
    SMALL,
    THRESHOLDS,
    a_case,
    a_meta,
    a_segmentation,
    a_spot,
    box,
    maps_of,
)


class _Oracle:
    """Draws the truth with a report and nothing without; remembers which reports it was given."""

    def __init__(self, *_: object) -> None:
        self.bundle = SimpleNamespace(thresholds=dict(THRESHOLDS))
        self.reports: list[str | None] = []

    def encode_scan(self, scan):
        return SimpleNamespace(scan=scan)

    def with_report(self, _encoded, report):
        self.reports.append(None if report is None else report.text)
        nothing, truth = maps_of({}), maps_of({1: LARGE | SMALL, 2: BENIGN})
        if report is None:
            return a_segmentation({})
        anterior = ViewMaps(nothing.image_only, truth.image_only, truth.skeleton, truth.spine_level, truth.rib_level)
        posterior = ViewMaps(nothing.image_only, nothing.image_only, truth.skeleton, truth.spine_level, truth.rib_level)
        return Segmentation({"anterior": anterior, "posterior": posterior}, thresholds=THRESHOLDS)


@pytest.fixture
def three_patients(monkeypatch) -> list[Path]:
    """Two with the same two metastases and a benign focus, one without anything."""
    monkeypatch.setattr(case_record, "load_examination", lambda path: a_case(normal=path.stem == "C"))
    monkeypatch.setattr(cohort, "load_meta", lambda path: a_meta(path.stem, normal=path.stem == "C"))
    return [Path(f"{name}.npz") for name in "ABC"]


def test_every_patient_is_read_alone_with_the_own_and_with_another_patients_report(three_patients):
    oracle = _Oracle()
    scores = evaluate(oracle, three_patients, 0)
    assert oracle.reports[::3] == [None] * 3
    assert [text[11] for text in oracle.reports[1::3]] == list("ABC")
    assert all(own[11] != other[11] for own, other in zip(oracle.reports[1::3], oracle.reports[2::3], strict=True))
    assert scores["patients"] == 3
    assert scores["patients_with_visible_metastasis"] == 2
    assert scores["lesions"] == 4
    own, alone = scores["conditions"]["report"], scores["conditions"]["image_only"]
    assert (own["dice"]["mean"], alone["dice"]["mean"]) == (1, 0)
    assert (own["lesion_sensitivity"], alone["lesion_sensitivity"]) == (1, 0)
    assert own["false_positives_per_normal_scan"] == 2  # the two that are drawn in the patient without any
    assert own["false_positives_per_scan"] == round(2 / 3, 3)
    assert own["froc"]["1"] == 1
    assert own["hd95_mm"] == {"mean": 0.0, "median": 0.0, "views": 2, "nothing_drawn": 0}
    assert alone["hd95_mm"] == {"mean": None, "median": None, "views": 2, "nothing_drawn": 2}
    assert own["benign_drawn_as_metastasis"]["mean"] == 0
    assert scores["dice_gain"]["report_minus_image_only"]["mean"] == 1
    assert scores["strata"]["lesions"]["region"]["ribs"]["conditions"]["report"]["sensitivity"] == 1
    json.dumps(scores)


def test_every_condition_keeps_a_left_lesion_on_the_left(three_patients):
    oracle = _Oracle()
    names = [one.name for one in case_record_conditions()]
    patients = cohort.patients_of(three_patients, 0, "held_back")
    rules = dict.fromkeys(("rule", "rule_exact", "report_only"), PLAIN_RULE)
    record = case_record.case_record(oracle, patients[0], case_record_conditions(), rules, "one")
    assert list(record["conditions"]) == names
    rib = next(focus for focus in record["truth"]["foci"] if focus["fine_region"] == "rib_7_left")
    assert rib["side"] == "left"
    for name, scores in record["conditions"].items():
        if "same_as" in scores or name in ("image_only", "report_only", "rule", "rule_exact"):
            continue
        assert scores["shares_drawn"]["1"] == {"anterior": 1.0}, name
        assert any(spot["views"].get("anterior", {}).get("1") == 1.0 for spot in scores["spots"]), name
    assert record["conditions"]["wrong_side"]["checks"]["moved"] == 0


def case_record_conditions():
    from model_training.evaluation.conditions import CONDITIONS

    return CONDITIONS


def test_the_same_seed_gives_the_same_scores(three_patients):
    def untimed(scores):
        for row in scores["conditions"].values():
            row["seconds_median"] = 0
        return scores | {"seconds_per_case_median": 0}

    one, other = (untimed(evaluate(_Oracle(), three_patients, 4)) for _ in range(2))
    assert one == other


def test_too_few_patients_are_refused(three_patients):
    with pytest.raises(InputError, match=r"patients to evaluate: 1; .* at least 2 are needed"):
        evaluate(_Oracle(), three_patients[:1], 0)


def test_the_table_and_the_json_are_written(three_patients, tmp_path):
    scores = evaluate(_Oracle(), three_patients, 0)
    write_scores(scores, tmp_path / "deep" / "er")
    assert json.loads((tmp_path / "deep" / "er" / "evaluation.json").read_text(encoding="utf-8")) == scores
    table = (tmp_path / "deep" / "er" / "evaluation.md").read_text(encoding="utf-8").splitlines()
    assert len(table) == 5
    assert len({line.count("|") for line in table}) == 1
    assert "another patient's report" in table[-1]


# ---- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def evaluated(three_patients, monkeypatch, tmp_path):
    """An evaluation of two runs of a model, with rules, as the command makes it."""
    monkeypatch.setattr(evaluate_cases, "Segmenter", _Oracle)
    monkeypatch.setattr(command, "listed_cases", lambda _data, _split, count=None, _kind="": three_patients[:count])
    monkeypatch.setattr(command, "_validation_paths", lambda *_: [])
    monkeypatch.setattr(command, "_rules", lambda runs, *_: {run.sha256: {"rule": PLAIN_RULE} for run in runs})
    runs = [command.Run("planar", tmp_path / name, name * 16) for name in ("aaaa", "bbbb")]

    def run(out: Path = tmp_path / "out", **options):
        names = ["report", "other_report", "rule"]
        return command.evaluate_bundles(runs, out, data=tmp_path, conditions=names, **options)

    return run


def test_two_runs_are_one_model_and_the_folder_holds_tables_records_and_pictures(evaluated, tmp_path):
    document = evaluated(log=tmp_path / "log.md", purpose="a test")
    assert document["models"]["planar"]["runs"] == 2
    assert document["cohort"]["clinic"] == "clinic_v1"
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"evaluation.json", "evaluation.md", "cases.jsonl", "dice_pairs.png", "froc.png", "reliability.png"} <= names
    assert len(read_records(tmp_path / "out" / "cases.jsonl")) == 6
    text = (tmp_path / "out" / "evaluation.md").read_text(encoding="utf-8")
    assert "bootstrap over runs and patients together" in text
    assert "simulated" in text
    assert str(tmp_path) not in text + (tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8")
    line = (tmp_path / "log.md").read_text(encoding="utf-8").splitlines()[-1]
    assert "a test" in line
    assert "`aaaaaaaaaaaa` `bbbbbbbbbbbb`" in line


def test_a_stopped_evaluation_goes_on_where_it_was_and_ends_the_same(evaluated, tmp_path, monkeypatch):
    whole = evaluated()
    records = tmp_path / "out" / "cases.jsonl"
    lines = records.read_text(encoding="utf-8").splitlines(keepends=True)
    records.write_text("".join(lines[:2]) + lines[2][:50], encoding="utf-8")  # stopped while it wrote
    read = []
    monkeypatch.setattr(
        evaluate_cases, "case_record",
        lambda *given, real=case_record.case_record: read.append(1) or real(*given),
    )  # fmt: skip
    again = evaluated(resume=True)
    assert len(read) == 4
    assert _scores(again) == _scores(whole)


def _scores(document):
    return document["models"]["planar"]["dice_gain"], document["models"]["planar"]["strata"]


def test_an_evaluation_is_not_overwritten_nor_continued_with_other_patients(evaluated):
    evaluated()
    with pytest.raises(InputError, match="already holds an evaluation; resume it"):
        evaluated()
    with pytest.raises(InputError, match="evaluation of other patients or conditions"):
        evaluated(resume=True, seed=9)


def test_a_use_of_a_test_cohort_is_logged_with_its_purpose(evaluated, tmp_path):
    with pytest.raises(InputError, match="give --purpose"):
        evaluated(log=tmp_path / "log.md")
    (tmp_path / "other.md").write_text("# A page\n", encoding="utf-8")
    cohort_of = {"clinic": "c", "clinic_sha256": "d", "cases": 3, "wording": "held_back", "set_seed": 7, "split": None}
    with pytest.raises(InputError, match="is no log of test cohorts"):
        log_use(tmp_path / "other.md", cohort_of, ["a"], "2026-01-01", "why")
    for _ in range(2):
        log_use(tmp_path / "log.md", cohort_of, ["a"], "2026-01-01", "why | not")
    rows = (tmp_path / "log.md").read_text(encoding="utf-8").splitlines()[-2:]
    assert rows[0] == rows[1]
    assert rows[0].count("|") == 9


def test_the_page_is_filled_from_the_folders_and_from_nothing_else(evaluated, tmp_path):
    evaluated()
    text = tmp_path / "page.md"
    text.write_text("# A\n<!-- generated: goals -->\n<!-- end: goals -->\nkept\n", encoding="utf-8")
    assert page.fill_page(text, [tmp_path / "out"]) == ["goals"]
    once = text.read_text(encoding="utf-8")
    assert "DSC with the report minus image only | at least +0.10" in once
    assert "+1.000 (+1.000 to +1.000) | met" in once
    assert once.endswith("kept\n")
    page.fill_page(text, [tmp_path / "out"])
    assert text.read_text(encoding="utf-8") == once
    with pytest.raises(InputError, match="holds neither"):
        page.fill_page(text, [tmp_path])


def test_runs_of_a_model_are_of_the_same_patients(tmp_path):
    with pytest.raises(InputError, match="not evaluated on the same patients"):
        RecordTable([[{"case": "a"}], [{"case": "b"}]])
    append_record(tmp_path / "r.jsonl", {"case": "a", "n": np.int64(3)})
    assert read_records(tmp_path / "r.jsonl") == [{"case": "a", "n": 3}]
    assert read_records(tmp_path / "none.jsonl") == []


# ---- parts ----------------------------------------------------------------------------------------------------------


def test_places_are_checked_against_the_focus_under_the_spot():
    case = a_case()
    (right,) = place_checks(case, [a_spot(LARGE)])
    assert right == {"region": True, "side": True, "rib_within_one": True}
    (near,) = place_checks(case, [a_spot(LARGE, level="8")])
    assert near["rib_within_one"]
    (far,) = place_checks(case, [a_spot(LARGE, level="9", side="right")])
    assert far == {"region": True, "side": False, "rib_within_one": False}
    (spine,) = place_checks(case, [a_spot(SMALL, region="thoracic_spine", side="midline", level="T10")])
    assert spine == {"region": True, "vertebra_within_one": False}
    assert place_checks(case, [a_spot(box(slice(36, 38), slice(0, 4)))]) == []


def test_agreement_of_the_burden_by_hand():
    rows = [{"true": t, "m": 2 * t} for t in (1.0, 2.0, 3.0)]
    assert agreement(rows, "m") == {"slope": 2.0, "r": 1.0, "mean_difference": 2.0, "sd_difference": 0.816}
    assert agreement(rows[:2], "m")["slope"] is None


def test_the_skeleton_is_scored_over_the_regions_that_a_patient_shows():
    counts = np.zeros((2, 3, len(SKELETON_CHANNEL_NAMES)))
    sacrum, left = (SKELETON_CHANNEL_NAMES.index(name) for name in ("sacrum", "femur_left"))
    counts[0, :, sacrum], counts[0, :, left], counts[1, :, sacrum] = (50, 50, 50), (25, 50, 50), (10, 30, 10)
    found = skeleton_dice(list(counts))
    assert found["regions"]["sacrum"] == {"dice": 0.75, "count": 2}
    assert found["regions"]["femur"] == {"dice": 0.5, "count": 1}
    assert found["regions"]["skull"] == {"dice": None, "count": 0}
    assert found["patient_mean"] == round((0.75 + 0.5) / 2, 4)


def test_patients_and_lesions_fall_into_the_groups_of_their_truth():
    focus = {"class": "metastasis", "fine_region": "rib_7_left", "area_mm2": {"anterior": 640.0}, "contrast": 2.0}
    truth = {"foci": [focus | {"mimic": False}], "counts": {"anterior": 900_000, "posterior": 1_100_000}}
    assert [group(truth) for group in PATIENT_GROUPS.values()] == [
        "1",
        "0.75 to 1.25 million a view",
        "without a mimic",
    ]
    assert [group(focus) for group in LESION_GROUPS.values()] == [
        "ribs", "600 to 1000 mm2", "2 to 3 times its surroundings",
    ]  # fmt: skip
