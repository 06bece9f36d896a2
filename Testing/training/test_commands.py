"""``python -m model_training``: from nothing to a bundle that segments, as a user would; and every refusal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmenter import Segmenter
from model_training.__main__ import main
from model_training.case_lists import cases_of
from model_training.configuration import read_configuration
from model_training.evaluation.conditions import report_text
from model_training.simulated_scan import scan_of_case
from model_training.simulator.case_files import load_case, load_meta
from model_training.training.run_folder import load_run

# Five patients of this seed fall into two for training, one for validation and two for the test.
SEED, CASES = "123", "5"
TINY = """
name: tiny
text_encoder: {hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 64, word_pieces: 400}
teach_reading: {steps: 5, reports_per_step: 2, scored_reports: 2}
grid: {pixel_mm: 6.0, rows: 320, columns: 128}
network: {widths: [8, 12, 16], report_widths: [8, 8]}
train: {max_steps: 2, batch_size: 2, loader_workers: 0, pictures: 0, device: cpu}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny set of patients, made once."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.yaml").write_text(TINY)
    assert main(["simulate", "--out", str(folder / "data"), "--cases", CASES, "--seed", SEED, "--anatomy", "analytic",
                 "--workers", "1"]) == 0  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> Path:
    assert main(["train", "--data", str(place / "data"), "--run", str(place / "run"), "--config",
                 str(place / "tiny.yaml")]) == 0  # fmt: skip
    _learn_that_most_is_background(place / "run" / "network.safetensors")
    return place / "run"


def _learn_that_most_is_background(weights: Path) -> None:
    """Two steps do not teach it, and thousands of specks would be measured as hot spots."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(weights)
    # Views, classes, the four pixels of a shuffle.
    tensors["image.class_head.2.bias"].unflatten(0, (2, 4, 4))[:, 0] += 8
    save_file(tensors, weights)


@pytest.fixture(scope="module")
def bundle(place: Path, run: Path) -> Path:
    assert main(["export", "--data", str(place / "data"), "--run", str(run), "--config", str(place / "tiny.yaml"),
                 "-o", str(place / "bundle")]) == 0  # fmt: skip
    return place / "bundle"


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(arguments) == 2
    told = capsys.readouterr()
    lines = [line for line in told.err.splitlines() if line.startswith("model_training: ")]
    assert len(lines) == 1
    assert told.out == ""
    assert "Traceback" not in told.err
    return lines[0]


# ---- the whole way --------------------------------------------------------------------------------------------------


def test_the_set_has_every_split(place):
    sizes = {split: len(cases_of(place / "data", split)) for split in ("training", "validation", "test")}
    assert sizes == {"training": 2, "validation": 1, "test": 2}


def test_a_run_says_how_long_and_with_what_it_was_trained(run):
    log = load_run(run).log
    assert log["steps"] == 2
    assert log["minutes"] >= 0
    assert log["configuration"]["grid"]["rows"] == 320
    assert {"dice/image/metastasis", "dice/statuses/metastasis", "skeleton/mean"} <= set(log["history"][-1]["scores"])
    assert 0 <= log["reading"]["place_f1_zh"] <= 1


def test_the_exported_bundle_segments_a_scan_with_its_report(place, bundle):
    segmenter = Segmenter(bundle, "cpu")
    case = cases_of(place / "data", "test")[0]
    scan = scan_of_case(load_case(case))
    result = segmenter.segment(scan, parse_report(report_text(load_meta(case), "en", "training")))
    assert result.model["name"] == "tiny"
    for name, maps in result.views.items():
        assert maps.best.shape == (4, *scan.views[name].counts.shape)
        assert np.allclose(maps.best.sum(0), 1, atol=1e-5)


def test_the_exported_bundle_carries_its_training_evaluation_and_card(place, run, bundle):
    opened = open_bundle(bundle)
    assert opened.description["training"]["patients"] == {"training": 2, "validation": 1, "test": 2}
    assert opened.description["training"]["configuration"]["text_encoder"]["hidden_size"] == 32
    assert opened.description["evaluation"]["patients"] == 2
    assert opened.description["evaluation"] == json.loads((run / "evaluation.json").read_text(encoding="utf-8"))
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert card.startswith(f"# tiny {read_configuration()['version']}\n")
    assert "Not for diagnosis or treatment" in card
    assert str(place) not in card + (bundle / "bundle.json").read_text(encoding="utf-8")


def test_the_exported_network_is_the_trained_one_within_half_precision(run, bundle):
    import torch
    from safetensors.torch import load_file

    trained, exported = load_file(run / "network.safetensors"), open_bundle(bundle).load()[0].state_dict()
    assert set(trained) == set(exported)
    for name, value in trained.items():
        assert torch.allclose(value, exported[name], rtol=1e-3, atol=1e-4), name


def test_evaluate_scores_a_bundle_and_prints_the_table(place, bundle, capsys):
    capsys.readouterr()
    out = place / "evaluation"
    assert main(["evaluate", "--bundle", str(bundle), "--data", str(place / "data"), "--out", str(out),
                 "--conditions", "report", "other_report", "--device", "cpu"]) == 0  # fmt: skip
    table = capsys.readouterr().out
    assert "with another patient's report" in table
    assert table.strip() in (out / "evaluation.md").read_text(encoding="utf-8")
    scores = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["models"]["tiny"]
    made = open_bundle(bundle).description["evaluation"]
    assert scores["dice_gain"] == made["dice_gain"], "the export scored the same weights on the same patients"


# ---- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["train", "export"])
def test_no_cases(command, tmp_path, capsys):
    extra = ["-o", str(tmp_path / "b")] if command == "export" else []
    told = refusal([command, "--data", str(tmp_path), "--run", str(tmp_path / "run"), *extra], capsys)
    assert "holds no datalist.json; make cases with 'python -m model_training simulate'" in told


def test_no_cases_to_evaluate(tmp_path, capsys):
    told = refusal(
        ["evaluate", "--bundle", str(tmp_path), "--data", str(tmp_path), "--out", str(tmp_path / "o")], capsys
    )
    assert "holds no datalist.json" in told
    assert not (tmp_path / "o").exists()


def test_no_bundle_to_evaluate(place, tmp_path, capsys):
    told = refusal(
        ["evaluate", "--bundle", str(tmp_path / "b"), "--data", str(place / "data"), "--out", str(tmp_path)], capsys
    )
    assert "there is no bundle folder" in told


def test_a_split_of_one_patient_is_not_evaluated(place, bundle, tmp_path, capsys):
    told = refusal(
        ["evaluate", "--bundle", str(bundle), "--data", str(place / "data"), "--split", "validation",
         "--out", str(tmp_path / "o"), "--device", "cpu"], capsys,
    )  # fmt: skip
    assert "at least 2 are needed" in told
    assert not (tmp_path / "o").exists()


def test_no_run_to_export(place, tmp_path, capsys):
    told = refusal(
        ["export", "--data", str(place / "data"), "--run", str(tmp_path), "-o", str(tmp_path / "bundle")], capsys
    )
    assert "holds no trained network" in told
    assert "run 'train' first" in told
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize(
    ("yaml", "fault"),
    [
        ("train: {minuts: 3}", "section 'train' has no setting 'minuts'"),
        ("models: 3", "there is no setting 'models'"),
        ("train: [", "is not a configuration that can be read"),
    ],
)
def test_a_configuration_that_cannot_be_used(place, tmp_path, capsys, yaml, fault):
    (tmp_path / "bad.yaml").write_text(yaml)
    arguments = ["--data", str(place / "data"), "--run", str(tmp_path / "run"), "--config", str(tmp_path / "bad.yaml")]
    assert fault in refusal(["train", *arguments], capsys)
    assert not (tmp_path / "run").exists()


def test_no_time_to_train(place, tmp_path, capsys):
    told = refusal(["train", "--data", str(place / "data"), "--run", str(tmp_path / "run"), "--minutes", "0"], capsys)
    assert "minutes of training make no network" in told


def test_a_folder_that_has_cases_is_not_overwritten(place, capsys):
    told = refusal(["simulate", "--out", str(place / "data"), "--cases", "1", "--anatomy", "analytic"], capsys)
    assert "already holds simulated cases" in told


def test_the_module_runs_as_a_program(tmp_path):
    """In a process of its own, as a user starts it."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    command = [sys.executable, "-m", "model_training", "train", "--data", str(tmp_path), "--run", str(tmp_path / "r")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    assert done.returncode == 2
    assert done.stderr.strip().startswith("model_training: ")
    assert len(done.stderr.strip().splitlines()) == 1
