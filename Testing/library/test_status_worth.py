"""The fusion by statuses: what is said changes a hot spot where its place lies, and nothing elsewhere."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from BoneMetSegLib.anatomy import TEXT_SLOTS, channel_index, slot_index
from BoneMetSegLib.network import STATE_WIDTH, DualPathNetwork, ImageOutput, NetworkConfig
from BoneMetSegLib.report_fit import ReportFit
from BoneMetSegLib.report_fusion import ReportStates
from BoneMetSegLib.segmentation import CLASSES, STATUSES
from BoneMetSegLib.status_worth import StatusWorth, _agreed, _box_mean, _peak

METASTASIS, METASTATIC, UPTAKE = CLASSES.index("metastasis"), STATUSES.index("metastatic"), 0.75
TEXT_PATH, LEXICON = 0, 1
HALF = 8


def gives_one(worth: StatusWorth) -> StatusWorth:
    """Make a head that raises metastasis by 1 wherever it may change anything."""
    last = worth.weigh[-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.zero_()
        last.bias[METASTASIS] = 0.25  # times the scale of 4
    return worth


def a_head() -> StatusWorth:
    return StatusWorth(len(STATUSES), len(CLASSES))


def nothing_read() -> torch.Tensor:
    return torch.zeros(1, 2, len(TEXT_SLOTS), len(STATUSES))


def one_place(slot: str) -> torch.Tensor:
    """The left half of one view belongs to a place."""
    places = torch.zeros(1, 1, len(TEXT_SLOTS), HALF, 2 * HALF)
    places[0, 0, slot_index(slot), :, :HALF] = 1
    return places


def change(worth: StatusWorth, classes: torch.Tensor, places: torch.Tensor, readers: torch.Tensor) -> torch.Tensor:
    return worth(classes, places, readers, ReportFit.evidence(classes, places)).detach()


@pytest.mark.parametrize("reader", [TEXT_PATH, LEXICON])
def test_it_changes_uptake_in_a_named_place_by_how_surely_it_is_named(reader):
    classes = torch.zeros(1, 1, 4, 2 * HALF, 4 * HALF)  # every class as likely: uptake 3/4
    classes[0, 0, 0, HALF:] = 50  # background for certain
    readers = nothing_read()
    readers[0, reader, slot_index("femur_left"), METASTATIC] = 0.5
    changed = change(gives_one(a_head()), classes, one_place("femur_left"), readers)
    inside = changed[0, 0, METASTASIS, :HALF, : 2 * HALF - 1]
    assert inside.flatten().tolist() == pytest.approx([0.5 * UPTAKE] * inside.numel())
    assert not changed[0, 0, METASTASIS, :, 2 * HALF + 1 :].any()
    assert changed[0, 0, METASTASIS, HALF:].abs().max() < 1e-6
    changed[0, 0, METASTASIS] = 0
    assert not changed.any()


def test_a_left_bone_gains_on_the_left_alone():
    network = DualPathNetwork(NetworkConfig(fusion=("statuses",)), 24).eval()
    assert network.report is None
    gives_one(network.worth)
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
    said = torch.zeros(1, len(TEXT_SLOTS), len(STATUSES))
    said[0, slot_index("femur_left"), METASTATIC] = 1
    states = torch.zeros(1, len(TEXT_SLOTS), STATE_WIDTH)
    report = ReportStates(states, torch.zeros(1, 0, 24), torch.zeros(1, 0, dtype=torch.bool)).with_lexicon(said)
    with torch.inference_mode():
        features = network.encode(torch.zeros(1, 4, 64, 64))
        told = network.report_path(features, image, report, scaled=False).classes
    gain = told[0, :, METASTASIS]
    wanted = torch.zeros(2, 64, 64)
    wanted[0, :, 50:54] = wanted[1, :, 42:46] = UPTAKE  # edges are interpolated from half of the grid
    inside = wanted > 0
    assert gain[inside].tolist() == pytest.approx([UPTAKE] * int(inside.sum()), abs=2e-3)
    assert gain[0, :, :46].abs().max() < 1e-3
    assert gain[1, :, :38].abs().max() < 1e-3


def test_where_nothing_is_read_nothing_changes_whatever_was_learned():
    worth = a_head()
    for parameter in worth.parameters():
        nn.init.normal_(parameter)
    places = torch.rand(1, 2, len(TEXT_SLOTS), 4, 4)
    assert not change(worth, torch.randn(1, 2, 4, 8, 8), places, nothing_read()).any()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_one_that_learned_nothing_changes_nothing_and_learns_at_once(dimensions):
    worth = StatusWorth(len(STATUSES), len(CLASSES))
    classes, places = torch.randn(2, 1, 4, *[8] * dimensions), torch.rand(2, 1, len(TEXT_SLOTS), *[4] * dimensions)
    readers = torch.rand(2, 2, len(TEXT_SLOTS), len(STATUSES))
    changed = worth(classes, places, readers, ReportFit.evidence(classes, places))
    assert changed.shape == classes.shape
    assert not changed.any()
    changed[:, :, METASTASIS].sum().backward()
    assert worth.weigh[-1].weight.grad[METASTASIS].abs().max() > 0


def test_a_place_that_is_called_metastatic_and_shows_a_metastasis_agrees_by_the_product():
    readers, evidence = nothing_read(), torch.zeros(1, len(TEXT_SLOTS), 7)
    readers[0, TEXT_PATH, slot_index("femur_left"), METASTATIC] = 0.5
    readers[0, LEXICON, slot_index("femur_left"), METASTATIC] = 0.8  # the surer counts
    evidence[0, slot_index("femur_left"), 0] = 0.5  # of metastasis: the first class behind the background
    agreed = _agreed(one_place("femur_left"), readers, evidence)
    assert agreed[0, 0, 0, :, :HALF].flatten().tolist() == pytest.approx([0.4] * HALF * HALF)
    assert not agreed[0, 0, 1:].any()
    assert not agreed[..., HALF:].any()


def test_means_and_peaks_are_those_of_a_box():
    x = torch.rand(1, 2, 11, 9)
    assert torch.allclose(_box_mean(x, 5), nn.functional.avg_pool2d(x, 5, 1, 2), atol=1e-6)
    assert torch.equal(_peak(x), nn.functional.max_pool2d(x, 9, 1, 4))


def test_a_report_that_no_lexicon_read_is_a_mistake_of_the_program():
    network = DualPathNetwork(NetworkConfig(fusion=("statuses",)), 24)
    image = network.image_path(network.encode(torch.zeros(1, 4, 64, 64)))
    states = torch.zeros(1, len(TEXT_SLOTS), STATE_WIDTH)
    report = ReportStates(states, torch.zeros(1, 0, 24), torch.zeros(1, 0, dtype=torch.bool))
    with pytest.raises(ValueError, match="what the lexicon read"):
        network.report_path([], image, report)


def test_without_bones_no_place_can_be_told():
    with pytest.raises(ValueError, match="fusion by statuses needs the skeleton head"):
        NetworkConfig(fusion=("statuses",), skeleton=False)
