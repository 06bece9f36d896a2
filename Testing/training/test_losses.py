"""Losses against numbers worked out by hand, and against MONAI's."""

from __future__ import annotations

import math

import pytest
import torch

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.network import ImageOutput
from model_training.losses import class_loss, place_loss, soft_dice_loss

SETTINGS = {"class_weights": [1.0, 4.0, 3.0, 2.0], "dice": 1.0, "skeleton": 0.5, "levels": 0.05}
BOTH = torch.ones(1, 2, dtype=torch.bool)


def logits_of(probabilities: torch.Tensor) -> torch.Tensor:
    return probabilities.log()


def test_dice_loss_of_two_pixels_by_hand():
    # Pixel 1 is metastasis at 0.6, pixel 2 background with 0.2 metastasis, 0.1 benign.
    probabilities = torch.tensor([[0.3, 0.7], [0.6, 0.2], [0.1, 0.1], [0.0, 0.0]]).reshape(1, 4, 1, 2)
    classes = torch.tensor([[[1, 0]]])
    metastasis = 1 - (2 * 0.6 + 1) / (0.36 + 0.04 + 1 + 1)
    benign = 1 - 1 / (0.01 + 0.01 + 1)
    physiological = 0.0
    wanted = (metastasis + benign + physiological) / 3
    assert float(soft_dice_loss(probabilities, classes)) == pytest.approx(wanted, abs=1e-6)


def test_cross_entropy_is_weighted_by_class_by_hand():
    probabilities = torch.full((1, 2, 4, 1, 1), 0.1)
    probabilities[0, 0, :, 0, 0] = torch.tensor([0.7, 0.1, 0.1, 0.1])
    probabilities[0, 1, :, 0, 0] = torch.tensor([0.2, 0.5, 0.2, 0.1])
    classes = torch.tensor([0, 1]).reshape(1, 2, 1, 1)
    wanted = (1 * -math.log(0.7) + 4 * -math.log(0.5)) / (1 + 4)
    told = class_loss(logits_of(probabilities), classes, BOTH, SETTINGS | {"dice": 0.0})
    assert float(told) == pytest.approx(wanted, abs=1e-6)


def test_class_loss_is_cross_entropy_and_dice_together():
    torch.manual_seed(0)
    logits, classes = torch.randn(2, 2, 4, 8, 6), torch.randint(0, 4, (2, 2, 8, 6))
    present = torch.ones(2, 2, dtype=torch.bool)
    dice = soft_dice_loss(logits.flatten(0, 1).softmax(1), classes.flatten(0, 1))
    without = class_loss(logits, classes, present, SETTINGS | {"dice": 0.0})
    twice = class_loss(logits, classes, present, SETTINGS | {"dice": 2.0})
    assert float(twice - without) == pytest.approx(2 * float(dice), abs=1e-5)


def test_a_perfect_answer_costs_nothing():
    classes = torch.randint(0, 4, (1, 2, 8, 6))
    logits = 40.0 * torch.nn.functional.one_hot(classes, 4).movedim(-1, 2)
    assert float(class_loss(logits, classes, BOTH, SETTINGS)) == pytest.approx(0, abs=1e-5)


def test_missing_views_are_not_scored():
    torch.manual_seed(0)
    logits, classes = torch.randn(2, 2, 4, 8, 6), torch.randint(0, 4, (2, 2, 8, 6))
    present = torch.tensor([[True, True], [True, False]])
    told = class_loss(logits, classes, present, SETTINGS)
    logits[1, 1] = 50 * torch.randn(4, 8, 6)
    classes[1, 1] = 1
    assert torch.equal(class_loss(logits, classes, present, SETTINGS), told)
    assert not torch.equal(class_loss(logits, classes, torch.ones_like(present), SETTINGS), told)


def test_dice_agrees_with_monai():
    losses = pytest.importorskip("monai.losses")
    torch.manual_seed(0)
    probabilities, classes = torch.randn(3, 4, 16, 12).softmax(1), torch.randint(0, 4, (3, 16, 12))
    monai = losses.DiceLoss(
        include_background=False, to_onehot_y=True, squared_pred=True, batch=True, smooth_nr=1.0, smooth_dr=1.0
    )
    assert float(soft_dice_loss(probabilities, classes)) == pytest.approx(
        float(monai(probabilities, classes[:, None])), abs=1e-6
    )


def an_image(batch: int = 1) -> tuple[ImageOutput, dict[str, torch.Tensor]]:
    shape = (batch, 2, 4, 3)
    image = ImageOutput(
        torch.zeros(batch, 2, 4, 8, 6),
        torch.zeros(batch, 2, len(SKELETON_CHANNELS), 4, 3),
        torch.full(shape, 10.0),
        torch.full(shape, 5.0),
    )
    truth = {
        "present": torch.ones(batch, 2, dtype=torch.bool),
        "skeleton": torch.zeros(batch, 2, len(SKELETON_CHANNELS), 4, 3, dtype=torch.bool),
        "spine_level": torch.zeros(shape),
        "rib_level": torch.zeros(shape),
    }
    return image, truth


def test_skeleton_loss_by_hand():
    image, truth = an_image()
    pixels = 2 * 4 * 3
    wanted = 10 * math.log(2) + (1 - 10 / (0.5 * pixels + 10))
    assert float(place_loss(image, truth, SETTINGS)) == pytest.approx(0.5 * wanted, abs=1e-5)


def test_levels_are_scored_where_they_are_known_only():
    image, truth = an_image()
    plain = place_loss(image, truth, SETTINGS)
    truth["spine_level"][0, 0, 1, 1], truth["spine_level"][0, 1, 2, 2] = 12.0, 7.0  # off by 2 and by 3
    truth["rib_level"][0, 0, 0, 0] = 5.5
    added = float(place_loss(image, truth, SETTINGS) - plain)
    assert added == pytest.approx(0.05 * (2.5 + 0.5), abs=1e-5)
    truth["present"][0, 1] = False
    truth["spine_level"][0, 0] = 0
    truth["rib_level"][:] = 0
    one_view = an_image()[1] | {"present": truth["present"]}
    assert float(place_loss(image, truth, SETTINGS)) == pytest.approx(float(place_loss(image, one_view, SETTINGS)))
