"""The fusion by statuses: what a status is worth where its place lies and the image sees uptake, by hand."""

from __future__ import annotations

import pytest
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS, channel_index, slot_index
from BoneMetSegLib.network import STATE_WIDTH, DualPathNetwork, ImageOutput, NetworkConfig
from BoneMetSegLib.report_fusion import WORTH_SCALE, ReportStates, StatusWorth
from BoneMetSegLib.segmentation import CLASSES, STATUSES

METASTASIS, UPTAKE = CLASSES.index("metastasis"), 0.75


def a_worth() -> StatusWorth:
    """Half of a metastatic place's share of a pixel is what metastasis gains there."""
    worth = StatusWorth(len(STATUSES), len(CLASSES))
    with torch.no_grad():
        worth.weight[METASTASIS, STATUSES.index("metastatic")] = 0.5 / WORTH_SCALE
    return worth


def test_a_status_is_worth_its_weight_where_there_is_uptake_and_nothing_where_there_is_none():
    classes = torch.zeros(1, 1, 4, 2, 4)  # every class as likely: uptake 3/4
    classes[0, 0, 0, :, 2:] = 50  # background for certain
    maps = torch.zeros(1, 1, len(STATUSES), 1, 2)
    maps[0, 0, STATUSES.index("metastatic")] = 1
    maps[0, 0, STATUSES.index("benign")] = 1  # weighs nothing here
    change = a_worth()(classes, maps)
    assert change[0, 0, METASTASIS, :, :2].flatten().tolist() == pytest.approx([0.5 * UPTAKE] * 4)
    assert change[..., 2:].abs().max() < 1e-6
    change[0, 0, METASTASIS] = 0
    assert not change.any()


def test_a_left_bone_gains_on_the_left_alone():
    network = DualPathNetwork(NetworkConfig(fusion=("statuses",)), 24).eval()
    network.report.worth = a_worth()
    image = ImageOutput(
        classes=torch.zeros(1, 2, 4, 64, 64),
        skeleton=torch.full((1, 2, 29, 32, 32), -30.0),
        spine_level=torch.zeros(1, 2, 32, 32),
        rib_level=torch.zeros(1, 2, 32, 32),
        decoded=[torch.zeros(1, width, 32 >> n, 32 >> n) for n, width in enumerate(network.config.widths[:-1])],
    )
    image.skeleton[:, 0, channel_index("femur", "left"), :, 24:28] = 30  # the patient's left at the high columns
    image.skeleton[:, 0, channel_index("femur", "right"), :, 4:8] = 30
    image.skeleton[:, 1, channel_index("femur", "left"), :, 20:24] = 30  # the posterior view is mirrored onto the grid
    image.skeleton[:, 1, channel_index("femur", "right"), :, 4:8] = 30
    states = torch.zeros(1, len(TEXT_SLOTS), STATE_WIDTH)
    states[0, slot_index("femur_left"), STATUSES.index("metastatic")] = 1
    report = ReportStates(states, torch.zeros(1, 0, 24), torch.zeros(1, 0, dtype=torch.bool))
    with torch.inference_mode():
        features = network.encode(torch.zeros(1, 4, 64, 64))
        told = network.report_path(features, image, report, scaled=False).classes
    gain = told[0, :, METASTASIS]
    wanted = torch.zeros(2, 64, 64)
    wanted[0, :, 50:54] = wanted[1, :, 42:46] = 0.5 * UPTAKE  # edges are interpolated from half of the grid
    inside = wanted > 0
    assert gain[inside].tolist() == pytest.approx([0.5 * UPTAKE] * int(inside.sum()), abs=1e-3)
    assert gain[0, :, :46].abs().max() < 1e-3
    assert gain[1, :, :38].abs().max() < 1e-3


def test_where_nothing_is_read_nothing_changes():
    worth = StatusWorth(len(STATUSES), len(CLASSES))
    torch.nn.init.normal_(worth.weight)
    assert not worth(torch.randn(1, 2, 4, 8, 8), torch.zeros(1, 2, len(STATUSES), 4, 4)).any()


def test_one_that_learned_nothing_changes_nothing_and_learns_at_once():
    worth = StatusWorth(len(STATUSES), len(CLASSES))
    change = worth(torch.randn(1, 2, 4, 8, 8), torch.rand(1, 2, len(STATUSES), 4, 4))
    assert not change.any()
    change.square().sum().add(change[:, :, METASTASIS].sum()).backward()
    assert worth.weight.grad[METASTASIS].abs().min() > 0


def test_without_bones_no_place_can_be_told():
    with pytest.raises(ValueError, match="fusion by statuses needs the skeleton head"):
        NetworkConfig(fusion=("statuses",), skeleton=False)
