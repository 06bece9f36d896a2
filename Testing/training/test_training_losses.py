"""Losses against numbers worked out by hand, and against MONAI's."""

from __future__ import annotations

import math

import pytest
import torch

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.network import ImageOutput
from model_training.training.losses import class_loss, fit_loss, place_loss, soft_dice_loss

SETTINGS = {"class_weights": [1.0, 4.0, 3.0, 2.0], "dice": 1.0, "skeleton": 0.5, "bone_weight": 1.0, "levels": 0.05}
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


def test_the_loss_of_what_is_present_is_that_of_those_views_alone():
    torch.manual_seed(0)
    logits, classes = torch.randn(2, 2, 4, 8, 6), torch.randint(0, 4, (2, 2, 8, 6))
    present = torch.tensor([[True, True], [True, False]])
    alone = class_loss(
        logits[present][:, None], classes[present][:, None], torch.ones(3, 1, dtype=torch.bool), SETTINGS
    )
    assert float(class_loss(logits, classes, present, SETTINGS)) == pytest.approx(float(alone), abs=1e-6)


def test_pixels_that_nobody_knows_are_not_scored():
    torch.manual_seed(0)
    logits, classes = torch.randn(1, 2, 4, 8, 6), torch.randint(0, 4, (1, 2, 8, 6))
    classes[0, 0, 2:5] = 255
    told = class_loss(logits, classes, BOTH, SETTINGS)
    logits[0, 0, :, 2:5] = 30 * torch.randn(4, 3, 6)
    assert torch.equal(class_loss(logits, classes, BOTH, SETTINGS), told)


def test_a_volume_is_scored_like_a_view_of_as_many_pixels():
    torch.manual_seed(0)
    logits, classes = torch.randn(2, 1, 4, 4, 6, 5), torch.randint(0, 4, (2, 1, 4, 6, 5))
    present = torch.ones(2, 1, dtype=torch.bool)
    flat = class_loss(logits.flatten(3, 4), classes.flatten(2, 3), present, SETTINGS)
    assert float(class_loss(logits, classes, present, SETTINGS)) == pytest.approx(float(flat), abs=1e-6)


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


# ---- places ----------------------------------------------------------------------------------------------------------


def an_image(batch: int = 1) -> tuple[ImageOutput, dict[str, torch.Tensor]]:
    shape = (batch, 2, 4, 3)
    image = ImageOutput(
        torch.zeros(batch, 2, 4, 8, 6),
        torch.zeros(batch, 2, len(SKELETON_CHANNELS), 4, 3),
        torch.full(shape, 10.0),
        torch.full(shape, 5.0),
        [],
    )
    truth = {
        "present": torch.ones(batch, 2, dtype=torch.bool),
        "has_skeleton": torch.ones(batch, dtype=torch.bool),
        "skeleton": torch.zeros(batch, 2, len(SKELETON_CHANNELS), 4, 3, dtype=torch.uint8),
        "levels": torch.zeros(batch, 2, 2, 4, 3),
    }
    return image, truth


def test_skeleton_loss_by_hand():
    image, truth = an_image()
    pixels = 2 * 4 * 3
    wanted = 10 * math.log(2) + (1 - 10 / (0.5 * pixels + 10))
    assert float(place_loss(image, truth, SETTINGS)) == pytest.approx(0.5 * wanted, abs=1e-5)


def test_a_share_of_area_is_wanted_as_a_share():
    image, truth = an_image()
    truth["skeleton"][:] = 51  # a fifth
    costs = {}
    for probability in (0.1, 0.2, 0.3):
        image.skeleton[:] = math.log(probability / (1 - probability))
        costs[probability] = float(place_loss(image, truth, SETTINGS))
    assert costs[0.2] < min(costs[0.1], costs[0.3])
    entropy = -(0.2 * math.log(0.2) + 0.8 * math.log(0.8))
    assert costs[0.2] == pytest.approx(0.5 * 10 * entropy, abs=1e-4)  # Dice costs nothing there


def test_bone_may_weigh_more_than_its_background():
    image, truth = an_image()
    truth["skeleton"][0, 0, 0, 1, 1] = 255
    plain = place_loss(image, truth, SETTINGS)
    heavier = place_loss(image, truth, SETTINGS | {"bone_weight": 5.0})
    values = image.skeleton[0, 0].numel()
    assert float(heavier - plain) == pytest.approx(0.5 * 10 * 4 * math.log(2) / values / 2, abs=1e-7)


def test_levels_are_scored_where_they_are_known_only():
    image, truth = an_image()
    plain = place_loss(image, truth, SETTINGS)
    truth["levels"][0, 0, 0, 1, 1], truth["levels"][0, 1, 0, 2, 2] = 12.0, 7.0  # spine off by 2 and by 3
    truth["levels"][0, 0, 1, 0, 0] = 5.5  # ribs off by 0.5
    added = float(place_loss(image, truth, SETTINGS) - plain)
    assert added == pytest.approx(0.05 * (2.5 + 0.5), abs=1e-5)


def test_images_without_a_known_skeleton_are_not_scored():
    image, truth = an_image(2)
    one, one_truth = an_image(1)
    truth["has_skeleton"][1] = False
    truth["levels"][1] = 3.0
    image.skeleton[1] = 7.0
    assert float(place_loss(image, truth, SETTINGS)) == pytest.approx(float(place_loss(one, one_truth, SETTINGS)))
    truth["has_skeleton"][:] = False
    assert float(place_loss(image, truth, SETTINGS)) == 0


# ---- fit -------------------------------------------------------------------------------------------------------------


def test_fit_loss_by_hand_weighs_own_and_others_reports_alike():
    logits = torch.tensor([[2.0, -1.0, 0.0], [0.5, 1.0, 0.0], [-2.0, 0.0, 3.0]])

    def costs(logit: float, wanted: float) -> float:
        return math.log(1 + math.exp(-logit)) if wanted else math.log(1 + math.exp(logit))

    own = (costs(2.0, 1) + costs(1.0, 1) + costs(3.0, 1)) / 3
    others = sum(costs(each, 0) for each in (-1.0, 0.0, 0.5, 0.0, -2.0, 0.0)) / 6
    told = fit_loss(logits, torch.tensor([4, 7, 9]), torch.tensor([4, 7, 9]), torch.ones(3, dtype=torch.bool))
    assert float(told) == pytest.approx(own + others, abs=1e-6)


def test_two_images_of_one_patient_own_each_others_reports():
    logits = torch.tensor([[5.0, 5.0], [5.0, 5.0]])
    told = fit_loss(logits, torch.tensor([1, 1]), torch.tensor([1, 1]), torch.ones(2, dtype=torch.bool))
    assert float(told) == pytest.approx(math.log(1 + math.exp(-5)), abs=1e-6)


def test_patients_without_a_report_teach_nothing_of_fit():
    logits = torch.tensor([[1.0, 9.0], [1.0, 9.0]])
    told = fit_loss(logits, torch.tensor([0, 1]), torch.tensor([0, 1]), torch.tensor([True, False]))
    assert float(told) == pytest.approx(math.log(1 + math.exp(-1)) + math.log(1 + math.exp(1)), abs=1e-5)
