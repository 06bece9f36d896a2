"""Peers: every one learns, on the samples of the image path, and is scored at the views' own pixels."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from BoneMetSegLib.errors import InputError
from model_training.__main__ import main
from model_training.configuration import read_configuration
from model_training.evaluation.pixel_scores import pixel_scores
from model_training.peers.peer_module import PeerModule
from model_training.peers.pixel_dice import at_own_pixels, dice_summary, patient_confusion
from model_training.peers.recipes import PEERS, recipe_of
from model_training.peers.two_view_network import TwoViewNetwork
from model_training.peers.validation_curve import curve_words, gain_of_last_third, is_flat
from model_training.training_case import load_training_case
from Testing.training.peer_cases import GRID_YAML, LESION, PIXEL_MM, write_cases

TEXT_WIDTH = 24


def needs(name: str) -> None:
    if name != "lvit-like":
        pytest.importorskip("monai")
    if name == "swin-unetr":
        pytest.importorskip("einops")


def a_batch() -> dict[str, torch.Tensor]:
    """Two images with a hot square each, their two views, and reports of unlike length."""
    torch.manual_seed(0)
    image = torch.rand(2, 4, 64, 64)
    image[:, 2:] = 1
    classes = torch.zeros(2, 2, 64, 64, dtype=torch.int64)
    for case, view, place in ((0, 0, 10), (0, 1, 12), (1, 0, 40), (1, 1, 38)):
        image[case, view, place : place + 8, place : place + 8] += 2
        classes[case, view, place : place + 8, place : place + 8] = 1 + case
    mask = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    return {
        "image": image,
        "classes": classes,
        "present": torch.ones(2, 2, dtype=torch.bool),
        "tokens": torch.randn(2, 6, TEXT_WIDTH) * mask[..., None],
        "token_mask": mask,
    }


@pytest.mark.parametrize("name", list(PEERS))
def test_every_peer_learns_from_a_batch_by_its_own_optimiser(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    needs(name)
    batch, configuration = a_batch(), read_configuration()
    torch.manual_seed(1)
    module = PeerModule(name, configuration, TEXT_WIDTH, 20)
    logits = module.peer(batch["image"], batch["tokens"], batch["token_mask"])
    assert logits.shape == (2, 2, 4, 64, 64)
    with capsys.disabled():
        print(f" {name}: {module.peer.parameter_count} parameters", end="")
    made = module.configure_optimizers()
    optimiser = made["optimizer"] if isinstance(made, dict) else made
    losses = []
    for step in range(5):
        loss = module.training_step(batch, step)
        optimiser.zero_grad()
        loss.backward()
        if not step:
            learned = [parameter for parameter in module.parameters() if parameter.requires_grad]
            reached = [parameter for parameter in learned if parameter.grad is not None]
            assert len(reached) > 0.9 * len(learned)
        optimiser.step()
        losses.append(float(loss.detach()))
    assert min(losses[1:]) < losses[0]


def test_sizes_that_a_peer_cannot_halve_are_padded_and_cut_again() -> None:
    network = TwoViewNetwork("lvit-like", TEXT_WIDTH)
    batch = a_batch()
    logits = network(batch["image"][:, :, :50, :40], batch["tokens"], batch["token_mask"])
    assert logits.shape == (2, 2, 4, 50, 40)


def test_the_report_reaches_the_lvit_like_network_and_none_is_needed() -> None:
    torch.manual_seed(0)
    network, batch = TwoViewNetwork("lvit-like", TEXT_WIDTH).eval(), a_batch()
    read = network(batch["image"], batch["tokens"], batch["token_mask"])
    other = network(batch["image"], batch["tokens"].flip(0), batch["token_mask"].flip(0))
    none = network(batch["image"], torch.zeros(2, 0, TEXT_WIDTH), torch.zeros(2, 0, dtype=torch.bool))
    assert not torch.allclose(read, other)
    assert not torch.allclose(read, none)
    # What lies behind a report's end is not read.
    padded = batch["tokens"].clone()
    padded[1, 4:] = 9.0
    torch.testing.assert_close(network(batch["image"], padded, batch["token_mask"]), read)


def test_without_monai_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "monai", None)
    monkeypatch.setitem(sys.modules, "monai.networks", None)
    with pytest.raises(InputError, match=r"bonemetseg\[peers\]"):
        TwoViewNetwork("monai-unet", TEXT_WIDTH)
    with pytest.raises(InputError, match="known are monai-unet"):
        recipe_of("yolo")


def test_every_recipe_says_where_it_comes_from_and_what_differs() -> None:
    for name, recipe in PEERS.items():
        assert len(recipe.source) > 40, name
        assert "ours" in recipe.differs, name


def test_a_curve_is_flat_when_its_last_third_gains_less_than_half_a_hundredth() -> None:
    rising = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert gain_of_last_third(rising) == pytest.approx(0.2)
    assert not is_flat(rising)
    still = [0.1, 0.4, 0.6, 0.62, 0.6, 0.624]
    assert gain_of_last_third(still) == pytest.approx(0.004)
    assert is_flat(still)
    assert is_flat([0.6, 0.6, 0.6, 0.6, 0.5, 0.5])
    assert gain_of_last_third([0.5, 0.5]) is None
    assert not is_flat([0.5, 0.5])
    assert "not flat: nothing is claimed" in curve_words([1, 2, 3, 4, 5, 6], rising)


def test_dice_is_the_patients_mean_over_those_with_a_metastasis() -> None:
    def pixels(overlap: int, false: int, missed: int) -> np.ndarray:
        matrix = np.zeros((4, 4), np.int64)
        matrix[1, 1], matrix[0, 1], matrix[1, 0] = overlap, false, missed
        return matrix

    scores = dice_summary({"a": pixels(4, 4, 4), "b": pixels(8, 0, 0), "c": pixels(0, 5, 0)})
    assert scores["dice"]["mean"] == 0.75
    assert scores["dice_pooled"] == round(24 / 37, 4)
    assert scores["patients_with_visible_metastasis"] == 2
    assert scores["per_patient"] == {"a": 0.5, "b": 1.0, "c": None}


def test_what_is_drawn_in_anterior_order_lies_at_the_views_own_pixels(tmp_path: Path, rng: np.random.Generator) -> None:
    write_cases(tmp_path, rng)
    case = load_training_case(tmp_path / "training_0.npz")
    rows, columns = case.class_map["anterior"].shape
    grid = torch.zeros(4, rows, columns)
    grid[0] = 0.5
    grid[1][LESION] = 1.0
    drawn = at_own_pixels({"anterior": grid, "posterior": grid}, case, PIXEL_MM)
    np.testing.assert_array_equal(drawn["anterior"] == 1, case.class_map["anterior"] == 1)
    np.testing.assert_array_equal(drawn["posterior"] == 1, case.class_map["posterior"] == 1)
    assert pixel_scores(patient_confusion(case, drawn))["dice"] == 1.0
    mirrored = at_own_pixels({"anterior": grid.flip(-1), "posterior": grid.flip(-1)}, case, PIXEL_MM)
    assert pixel_scores(patient_confusion(case, mirrored))["dice"] == 0.0


def test_the_command_trains_a_peer_says_its_curve_and_scores_it(
    tmp_path: Path, rng: np.random.Generator, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("monai")
    write_cases(tmp_path, rng)
    config, run = tmp_path / "tiny.yaml", tmp_path / "run"
    config.write_text(GRID_YAML)
    command = ["peers", "--which", "monai-unet", "--data", str(tmp_path), "--run", str(run), "--config", str(config)]
    assert main([*command, "--steps", "7", "--split", "test"]) == 0
    said = capsys.readouterr().out
    assert "7 steps" in said
    assert "validation DSC by step (simulated patients): 1: " in said
    facts = json.loads((run / "peer.json").read_text())
    assert [point["step"] for point in facts["curve"]] == list(range(1, 8))
    assert facts["best_step"] in range(1, 8)
    scores = json.loads((run / "scores.test.json").read_text())
    assert scores["patients"] == 2
    assert main([*command, "--steps", "7"]) == 2
    assert "holds a peer already" in capsys.readouterr().err
    assert main([*command, "--score-only", "--split", "validation"]) == 0
    assert (run / "scores.validation.json").is_file()
