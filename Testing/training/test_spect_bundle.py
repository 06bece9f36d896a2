"""From tomographies to a SPECT bundle by the commands: trained, exported, used as a user would, evaluated."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from BoneMetSegLib.bundle import default_bundle, open_bundle
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import SpectScan
from BoneMetSegLib.segmenter import Segmenter
from model_training.__main__ import main
from model_training.evaluation.examination import load_examination, scan_of
from Testing.training.spect_fixtures import LARGE_LESION, REPORT, SHAPE, write_simulated_volumes

TINY = """
name: tiny
text_encoder: {hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 64, word_pieces: 300}
teach_reading: {steps: 2, reports_per_step: 1, scored_reports: 1}
grid: {slices: 8, rows: 32, columns: 40}
network: {widths: [8, 12], report_widths: [4]}
train: {max_steps: 60, batch_size: 2, validate_every_steps: 60, checkpoint_every_steps: 60, log_every_steps: 20,
        learning_rate: 6.0e-3, warm_up_steps: 5, average_decay: 0.5, device: cpu}
loss: {class_weights: [1.0, 8.0, 3.0, 2.0]}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a set, a run that has learned to see the lesion on the left, and its bundle."""
    folder = tmp_path_factory.mktemp("spect")
    (folder / "tiny.yaml").write_text(TINY)
    write_simulated_volumes(folder / "data", [("training", 6), ("validation", 3), ("test", 3)], LARGE_LESION)
    given = ["--data", str(folder / "data"), "--run", str(folder / "run"), "--config", str(folder / "tiny.yaml")]
    assert main(["train-spect", *given]) == 0
    assert main(["export", *given, "-o", str(folder / "bundle")]) == 0
    return folder


def test_the_bundle_is_of_spect_with_thresholds_scores_and_a_card_of_tomographies(place: Path) -> None:
    bundle = open_bundle(place / "bundle")
    assert (bundle.kind, bundle.name) == ("spect", "tiny 0.2")
    assert set(bundle.thresholds) == {"foreground", "accept", "min_volume_ml"}
    assert bundle.thresholds["min_volume_ml"] == 0.5
    assert bundle.preprocessing.trained_shape == (8, 32, 40)
    assert bundle.description["training"]["patients"] == {"training": 6, "validation": 3, "test": 3}
    scores = bundle.description["evaluation"]
    assert scores == json.loads((place / "run" / "evaluation.json").read_text(encoding="utf-8"))
    assert scores["conditions"]["image_only"]["dice"]["mean"] > 0.5
    assert scores["conditions"]["report"]["lesion_sensitivity"] == 1
    card = (place / "bundle" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# tiny 0.2\n\nResearch on SPECT")
    assert "They are the test split of the training data." in card
    assert str(place) not in card + (place / "bundle" / "bundle.json").read_text(encoding="utf-8")


def test_report_paths_are_trained_over_the_image_path_of_another_run(place: Path, tmp_path: Path) -> None:
    given = ["--data", str(place / "data"), "--config", str(place / "tiny.yaml"), "--text-from", str(place / "run")]
    told = ["train-spect", *given, "--run", str(tmp_path / "over"), "--steps", "1", "--image-from", str(place / "run")]
    assert main(told) == 0
    first, over = (load_file(run / "network.safetensors") for run in (place / "run", tmp_path / "over"))
    image = [name for name in first if name.startswith("image.")]
    assert all(torch.equal(first[name], over[name]) for name in image)
    assert not torch.equal(first["worth.weigh.4.weight"], over["worth.weigh.4.weight"])


@pytest.mark.parametrize("turned", [False, True], ids=["as simulated", "stored from left to right"])
def test_a_lesion_on_the_left_comes_out_on_the_left_however_the_volume_is_stored(place: Path, turned: bool) -> None:
    scan = scan_of(load_examination(place / "data" / "case_000009_spect.npz"))
    assert isinstance(scan, SpectScan)
    if turned:  # half a turn of the array: columns from the left to the right, rows from the back to the front
        half_turn = np.diag([-1.0, -1.0, 1.0, 1.0])
        half_turn[:2, 3] = SHAPE[2] - 1, SHAPE[1] - 1
        scan = dataclasses.replace(
            scan, voxels=scan.voxels[:, ::-1, ::-1].copy(), ijk_to_ras=scan.ijk_to_ras @ half_turn
        )
    report = parse_report(REPORT["en"])
    segmentation = Segmenter(place / "bundle", "cpu").segment(scan, report)
    (lesion,) = (spot for spot in find_hot_spots(scan, segmentation, report) if spot.accepted)
    columns = np.nonzero(lesion.views["spect"].mask)[2]
    assert columns.max() < SHAPE[2] / 2 if turned else columns.min() > SHAPE[2] / 2
    right, _, _ = scan.views["spect"].centre_ras_mm(lesion.views["spect"].mask)
    # The patient's left is negative. So few steps teach no bones; ``test_spect_evaluation`` asks for the name's side.
    assert right < -30


def test_evaluate_scores_the_bundle_as_its_export_did_and_writes_tables_records_and_pictures(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--bundle", str(place / "bundle"), "--data", str(place / "data"), "--device", "cpu"]
    names = ["--conditions", "report", "other_report", "zh", "en", "rule"]
    assert main([*arguments, *names, "--out", str(tmp_path / "out")]) == 0
    assert "with another patient's report" in capsys.readouterr().out
    document = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    made = open_bundle(place / "bundle").description["evaluation"]
    scores = document["models"]["tiny"]
    for name, gain in made["dice_gain"].items():
        assert scores["dice_gain"][name]["mean"] == gain["mean"], "the same weights on the same patients"
    assert document["cohort"]["kind"] == "spect"
    text = (tmp_path / "out" / "evaluation.md").read_text(encoding="utf-8")
    assert "simulated patients, a tomography of each, of the clinic `clinic_v1`" in text
    assert len((tmp_path / "out" / "cases.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    assert (tmp_path / "out" / "froc.png").is_file()
    assert (
        main([*arguments, "--split", "all", "--cases", "2", "--conditions", "report", "--out", str(tmp_path / "a")])
        == 0
    )
    scores_file = str(tmp_path / "a" / "evaluation.json")
    assert main(["card", "--bundle", str(place / "bundle"), "--scores", scores_file, "--patients", "Two."]) == 2
    assert "is no evaluation.json" in capsys.readouterr().err  # it lacks another patient's report


def test_a_set_of_its_own_is_scored_whole_and_the_card_says_so(place: Path, tmp_path: Path) -> None:
    write_simulated_volumes(tmp_path / "set", [("training", 1), ("validation", 1)], LARGE_LESION)
    given = ["--run", str(place / "run"), "--data", str(place / "data"), "--test-data", str(tmp_path / "set")]
    assert main(["export", *given, "-o", str(tmp_path / "bundle")]) == 0
    assert open_bundle(tmp_path / "bundle").name == "spect 0.2"  # of spect.yaml, as no other name is given
    assert open_bundle(tmp_path / "bundle").description["evaluation"]["patients"] == 2
    card = (tmp_path / "bundle" / "README.md").read_text(encoding="utf-8")
    assert "They are a set of their own (`clinic_v1`, seed 5), on which nothing was chosen." in card


@pytest.mark.parametrize(
    ("bundles", "fault"),
    [
        (["planar"], "has no planar case in its test split"),
        (["planar", "spect"], "bundles of planar scans and of tomographies are not evaluated together"),
    ],
)
def test_planar_scans_and_tomographies_are_not_mixed(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], bundles: list[str], fault: str
) -> None:
    folders = {"planar": default_bundle(), "spect": place / "bundle"}
    given = [str(folders[name]) for name in bundles]
    out = tmp_path / "out"
    assert main(["evaluate", "--bundle", *given, "--data", str(place / "data"), "--out", str(out)]) == 2
    assert fault in capsys.readouterr().err
    assert not out.exists()
