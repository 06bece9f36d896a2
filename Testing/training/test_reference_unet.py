"""The reference by which a clinic is tuned: what it counts, and the command from data to scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from BoneMetSegLib.scan import VIEWS
from model_training import reference_unet as module
from model_training.__main__ import main
from model_training.simulator.case import simulate_case
from model_training.simulator.generate import generate_cases


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference") / "set"
    generate_cases(8, folder, 4, progress=lambda *_: None, anatomy="analytic")
    listed = json.loads((folder / "datalist.json").read_text(encoding="utf-8"))
    everyone = [entry for part in ("training", "validation", "test") for entry in listed[part]]
    listed |= {"training": everyone[:4], "validation": everyone[4:], "test": []}
    (folder / "datalist.json").write_text(json.dumps(listed), encoding="utf-8")
    return folder


def test_the_command_trains_scores_and_writes(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [
        "reference",
        "--data",
        str(data),
        "--minutes",
        "0.02",
        "--out",
        str(tmp_path / "out"),
        "--score",
        str(data),
    ]
    assert main(command) == 0
    scores = json.loads((tmp_path / "out" / "reference.json").read_text(encoding="utf-8"))
    assert json.loads(capsys.readouterr().out) == scores
    assert scores["steps"] >= 1
    assert (scores["training_patients"], scores["scored_patients"]) == (4, 4)
    assert scores["clinic"]["name"] == "clinic_v1"
    assert scores["on set"]["scored_patients"] == 8


def test_steps_end_the_training_before_its_minutes(data: Path, tmp_path: Path) -> None:
    assert main(["reference", "--data", str(data), "--steps", "2", "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "reference.json").read_text(encoding="utf-8"))["steps"] == 2


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (["--minutes", "0"], "make no network"),
        (["--steps", "0"], "make no network"),
        (["--data", "x"], "datalist"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: list[str], fault: str
) -> None:
    assert main(["reference", "--data", str(data), "--out", str(tmp_path / "out"), *change]) == 2
    assert fault in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_counts_on_the_grid_are_those_of_the_scan() -> None:
    case = simulate_case(2, anatomy="analytic")
    sample = module._on_grid(case)
    for index, view in enumerate(VIEWS):
        on_grid, in_scan = (
            float(sample.expected[index].sum(dtype=torch.float64)),
            float(case.expected[view].sum(dtype=np.float64)),
        )
        assert on_grid == pytest.approx(in_scan, rel=0.06), "less only what lies outside the frame"


def test_the_posterior_view_is_turned_so_that_sides_agree() -> None:
    case = simulate_case(2, anatomy="analytic")
    classes = module._on_grid(case).classes.numpy() > 0
    for focus in case.foci:
        both = [case.focus_map[view] == focus.number for view in VIEWS]
        if focus.side == "midline" or not all(mask.any() for mask in both) or focus.fine_region == "soft_tissue":
            continue
        columns = [np.nonzero(mask)[1].mean() * case.pixel_size_mm for mask in both]
        width = case.counts["anterior"].shape[1] * case.pixel_size_mm
        assert abs(columns[0] - (width - columns[1])) < 40
    assert classes.any()


def test_drawing_the_truth_scores_one_and_counts_nothing_false(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    from model_training.case_lists import cases_of

    def truth(_: object, case) -> dict[str, np.ndarray]:
        return {view: case.class_map[view] == module.METASTASIS for view in VIEWS}

    monkeypatch.setattr(module, "_drawn", truth)
    network = type("N", (), {"eval": lambda _: None})()
    scores = module._score(network, cases_of(data, "validation"), np.random.default_rng(0))
    assert scores["dice"]["mean"] == 1.0
    assert set(scores["false_pixels"].values()) == {0}


def test_drawing_mimics_is_counted_as_such() -> None:
    from model_training.simulator.clinic import default_clinic

    clinic = default_clinic().changed({"benign.mimic_share": {"share": 1.0}})
    case = simulate_case(7, anatomy="analytic", clinic=clinic)
    pixels = dict.fromkeys(("mimic", "other benign", "physiological", "edge of a metastasis", "nothing"), 0)
    mimics = [focus.number for focus in case.foci if focus.looks_like_metastasis]
    drawn = np.isin(case.focus_map["posterior"], mimics)
    assert drawn.any()
    module._count_false(pixels, case, "posterior", drawn)
    assert pixels["mimic"] == drawn.sum() == sum(pixels.values())
