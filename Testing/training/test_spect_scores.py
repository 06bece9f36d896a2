"""Scores of tomographies: hand-computed, and a tiny network trained and scored by the commands."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from model_training.__main__ import main
from model_training.training_spect.score_spect import CONDITIONS, scores_markdown, summary
from model_training.training_spect.volume_scores import VolumeScore, hits, score_volume
from Testing.training.spect_fixtures import write_volumes

TINY = """
text_encoder: {hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 64, word_pieces: 300}
teach_reading: {steps: 2, reports_per_step: 1, scored_reports: 1}
grid: {slices: 8, rows: 16, columns: 24}
network: {widths: [8, 16], report_widths: [8]}
train: {max_steps: 3, batch_size: 2, validate_every_steps: 3, checkpoint_every_steps: 3, log_every_steps: 1,
        device: cpu}
"""


def test_dice_lesions_and_false_positives_are_counted_by_hand() -> None:
    class_map, focus_map, drawn = np.zeros((3, 10, 12, 12), np.uint8)
    class_map[2:4, 2:4, 2:4] = 1  # 8 voxels, found: 8 drawn, 4 of them in common
    focus_map[2:4, 2:4, 2:4] = 5
    class_map[7, 7:9, 7:9] = 1  # 4 voxels, missed
    focus_map[7, 7:9, 7:9] = 6
    class_map[8:10, 0:2, 10:12] = 2  # benign, drawn as metastasis
    focus_map[8:10, 0:2, 10:12] = 7
    drawn[2:4, 2:4, 3:5] = 1
    drawn[8:10, 0:2, 10:12] = 1
    drawn[5, 0, 0] = 1  # one voxel alone: no lesion of its own
    score = score_volume(drawn, class_map, focus_map, 0.11)
    assert (score.overlap, score.drawn, score.true) == (4, 17, 12)
    assert score.dice == pytest.approx(8 / 29)
    assert (score.lesions, score.found, score.false_positives) == (2, 1, 1)
    assert score.benign_drawn == 1.0


def test_without_a_metastasis_there_is_no_dice_and_all_that_is_drawn_is_false() -> None:
    nothing, drawn = np.zeros((2, 6, 6, 6), np.uint8)
    drawn[1:4, 1:4, 1:4] = 1
    score = score_volume(drawn, nothing, nothing, 0.1)
    assert math.isnan(score.dice)
    assert math.isnan(score.benign_drawn)
    assert (score.lesions, score.found, score.false_positives) == (0, 0, 1)


def test_voxels_of_unknown_class_are_not_scored() -> None:
    class_map, drawn = np.full((4, 4, 4), 255, np.uint8), np.ones((4, 4, 4), np.uint8)
    score = score_volume(drawn, class_map, np.zeros_like(class_map), 0.1)
    assert (score.drawn, score.true, score.false_positives) == (0, 0, 0)


def test_a_focus_is_hit_once_and_a_lesion_hits_once() -> None:
    lesions, foci = np.zeros((2, 1, 1, 20), int)
    foci[0, 0, :4], foci[0, 0, 5:9] = 1, 2
    lesions[0, 0, :9] = 3  # over both: IoU 4/9 each, but it may hit one only
    assert len(hits(lesions, foci)) == 1
    lesions[0, 0, 5:9] = 4  # now IoU 1 with the second
    assert hits(lesions, foci) == {1: 3, 2: 4}
    lesions[:] = 0
    lesions[0, 0, 3:20] = 1  # 1 of 20 voxels in common with the first: IoU below 0.1; 4 of 17 with the second
    assert hits(lesions, foci) == {2: 1}


def test_the_gain_is_the_mean_of_the_patients_differences() -> None:
    def row(*dice: float) -> dict[str, object]:
        scores = {
            name: VolumeScore(value, 1, 2, 0 if math.isnan(value) else 2, 1, 1, 0, float("nan"))
            for name, value in zip(CONDITIONS, dice, strict=True)
        }
        return {"patient": "p", "case": "c", "fit of report": 0.9, "fit of another's report": 0.1, **scores}

    bones = np.zeros((2, 29))
    bones[:, 0], bones[:, 3] = (8, 10), (3, 10)
    scores = summary(
        [row(0.5, 0.7, 0.5), row(0.6, 0.6, 0.5), row(math.nan, math.nan, math.nan)], bones, np.random.default_rng(0)
    )
    assert scores["patients_with_visible_metastasis"] == 2
    gain = scores["dice_gain"]["report minus image"]
    assert gain["mean"] == pytest.approx(0.1)
    assert gain["low"] == 0.0
    assert gain["high"] == 0.2
    assert scores["fit"] == {"report": 0.9, "another's report": 0.1}
    assert scores["conditions"]["image"]["lesion_sensitivity"] == 1.0
    assert 0.3 < scores["skeleton_dice_mean"] < 0.8
    assert "Simulated" in scores_markdown(scores)


def test_the_commands_train_and_score_a_network_of_volumes(
    tmp_path: Path, rng: np.random.Generator, capsys: pytest.CaptureFixture[str]
) -> None:
    data, run, config = tmp_path / "data", tmp_path / "run", tmp_path / "tiny.yaml"
    data.mkdir()
    write_volumes(data, rng)
    config.write_text(TINY)
    assert main(["train-spect", "--data", str(data), "--run", str(run), "--config", str(config)]) == 0
    assert main(["score-spect", "--run", str(run), "--data", str(data), "--split", "test"]) == 0
    assert "| with another patient's report |" in capsys.readouterr().out
    scores = json.loads((run / "spect_scores.json").read_text())
    assert scores["patients"] == scores["patients_with_visible_metastasis"] == 2
    assert set(scores["conditions"]) == set(CONDITIONS)
    assert scores["steps"] == 3
    assert scores["skeleton_dice_mean"] is None  # nobody drew a hospital's skeleton
    assert {row["case"] for row in scores["per_case"]} == {"test_0", "test_1"}


def test_a_run_of_planar_views_or_of_nothing_is_refused_in_a_sentence(
    tmp_path: Path, rng: np.random.Generator, capsys: pytest.CaptureFixture[str]
) -> None:
    write_volumes(tmp_path, rng)
    assert main(["score-spect", "--run", str(tmp_path / "none"), "--data", str(tmp_path)]) == 2
    assert "holds no trained network" in capsys.readouterr().err
