"""The dual-path network: one encoding, two decodings, and report states laid where their bones are."""

from __future__ import annotations

import pytest
import torch

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES, SKELETON_CHANNELS, TEXT_SLOTS, channel_index, slot_index
from BoneMetSegLib.bone_sides import sides_by_position
from BoneMetSegLib.network import (
    STATE_WIDTH,
    DualPathNetwork,
    ImageOutput,
    NetworkConfig,
    ReportReader,
    ReportStates,
)
from BoneMetSegLib.segmentation import CLASSES, STATUSES

ROWS, COLUMNS, TEXT_WIDTH = 96, 64, 24
FAR = -30.0  # a logit whose probability is nothing


@pytest.fixture(scope="module")
def network() -> DualPathNetwork:
    torch.manual_seed(0)
    return DualPathNetwork(NetworkConfig(), TEXT_WIDTH).eval()


@pytest.fixture
def image() -> torch.Tensor:
    torch.manual_seed(2)
    x = torch.rand(2, 4, ROWS, COLUMNS)
    x[:, 2:] = 1
    return x


@pytest.fixture
def states() -> ReportStates:
    torch.manual_seed(3)
    return reports_of(torch.randn(2, len(TEXT_SLOTS), STATE_WIDTH))


def reports_of(states: torch.Tensor) -> ReportStates:
    """Reports of some states, with no token."""
    return ReportStates(states, torch.zeros(len(states), 0, TEXT_WIDTH), torch.zeros(len(states), 0, dtype=torch.bool))


def a_trained_network() -> DualPathNetwork:
    """Its report path says something, and believes every report."""
    torch.manual_seed(0)
    network = DualPathNetwork(NetworkConfig(), TEXT_WIDTH).eval()
    torch.nn.init.normal_(network.report.head[-1].weight, std=0.1)
    return network


def laid_out(network: DualPathNetwork, image: ImageOutput, states: torch.Tensor) -> torch.Tensor:
    """Where a report's states come to lie: ``(views, values, rows, columns)``."""
    return torch.einsum("bsc,bvshw->bvchw", states, network.places(image))[0]


def an_image_output(rows: int = 20, columns: int = 16) -> ImageOutput:
    """An image that shows nothing, for a test to draw bones into."""
    return ImageOutput(
        classes=torch.zeros(1, 2, 4, 2 * rows, 2 * columns),
        skeleton=torch.full((1, 2, len(SKELETON_CHANNELS), rows, columns), FAR),
        spine_level=torch.zeros(1, 2, rows, columns),
        rib_level=torch.zeros(1, 2, rows, columns),
        decoded=[],
    )


def one_state(slot: str) -> torch.Tensor:
    states = torch.zeros(1, len(TEXT_SLOTS), STATE_WIDTH)
    states[0, slot_index(slot)] = torch.arange(1, STATE_WIDTH + 1)
    return states


# ---- shapes ---------------------------------------------------------------------------------------------------------


def test_outputs_have_the_shapes_that_a_bundle_declares(network, image, states):
    with torch.inference_mode():
        features = network.encode(image)
        seen = network.image_path(features)
        told = network.report_path(features, seen, states)
    assert told.fit.shape == (2,)
    assert seen.classes.shape == told.classes.shape == (2, 2, len(CLASSES), ROWS, COLUMNS)
    assert seen.skeleton.shape == (2, 2, len(SKELETON_CHANNEL_NAMES), ROWS // 2, COLUMNS // 2)
    assert seen.spine_level.shape == seen.rib_level.shape == (2, 2, ROWS // 2, COLUMNS // 2)


def test_any_grid_of_whole_steps_fits(network):
    with torch.inference_mode():
        for rows, columns in ((32, 32), (32, 160), (672, 224)):
            x = torch.rand(1, 4, rows, columns)
            assert network.image_path(network.encode(x)).classes.shape == (1, 2, 4, rows, columns)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_view_gives_finite_maps_for_the_other(network, image, states, missing):
    image[:, missing] = 0
    image[:, 2 + missing] = 0
    with torch.inference_mode():
        features = network.encode(image)
        seen = network.image_path(features)
        told = network.report_path(features, seen, states)
    assert seen.classes.isfinite().all()
    assert told.classes.isfinite().all()
    assert told.fit.isfinite().all()


def test_an_empty_view_is_not_a_missing_one(network, image):
    image[:, 1] = 0
    absent = image.clone()
    absent[:, 3] = 0
    with torch.inference_mode():
        one, other = (network.image_path(network.encode(x)).classes for x in (image, absent))
    assert not torch.equal(one, other)


# ---- one encoding, two decodings ------------------------------------------------------------------------------------


def test_a_fresh_network_says_the_same_with_any_report_and_without(network, image, states):
    with torch.inference_mode():
        features = network.encode(image)
        seen = network.image_path(features)
        for scale in (0.0, 1.0, 100.0):
            told = network.report_path(features, seen, reports_of(scale * states.states))
            assert torch.equal(told.classes, seen.classes)


def test_the_report_path_lets_the_report_through_and_leaves_the_image_path_alone(image, states):
    network = a_trained_network()
    with torch.inference_mode():
        features = network.encode(image)
        before = [feature.clone() for feature in features]
        seen = network.image_path(features)
        reports = (states, reports_of(-states.states))
        told, told_else = (network.report_path(features, seen, one, scaled=False).classes for one in reports)
        again = network.image_path(features)
    assert not torch.allclose(told, seen.classes)
    assert not torch.allclose(told, told_else)
    assert torch.equal(again.classes, seen.classes)
    assert all(torch.equal(a, b) for a, b in zip(before, features, strict=True))


def test_a_report_reaches_its_own_image_only(image, states):
    network = a_trained_network()
    changed = reports_of(torch.stack([states.states[0], -states.states[1]]))
    with torch.inference_mode():
        features = network.encode(image)
        seen = network.image_path(features)
        one, other = (network.report_path(features, seen, each, scaled=False).classes for each in (states, changed))
    assert torch.allclose(one[0], other[0], atol=1e-5)
    assert not torch.allclose(one[1], other[1], atol=1e-3)


def test_the_fit_scales_what_the_report_changes(image, states):
    network = a_trained_network()
    with torch.inference_mode():
        features = network.encode(image)
        seen = network.image_path(features)
        whole, scaled = (network.report_path(features, seen, states, scaled=flag) for flag in (False, True))
        fits = network.fits(seen, states)
    assert torch.allclose(scaled.fit, fits.diagonal(), atol=1e-5)
    share = scaled.fit.sigmoid()[:, None, None, None, None]
    assert torch.allclose(scaled.classes - seen.classes, share * (whole.classes - seen.classes), atol=1e-4)


def test_what_the_lexicon_reads_counts_as_well_and_what_it_does_not_counts_half():
    read = torch.zeros(1, 78, 16)
    read[0, 3], read[0, 4] = 0.8, 0.6
    said = torch.zeros(1, 78, 5)
    said[0, 3, 1] = 1.0  # read by both, with a status that only the lexicon is sure of
    said[0, 7, 0] = 0.75  # read by the lexicon alone
    joined = ReportStates(read, torch.zeros(1, 0, 8), torch.zeros(1, 0, dtype=torch.bool)).with_lexicon(said).states[0]
    expected = torch.zeros(78, 16)
    expected[3] = 0.8
    expected[3, 1] = 1.0
    expected[4] = 0.3
    expected[7, 0] = 0.75
    torch.testing.assert_close(joined, expected)


def test_same_seed_and_input_give_the_same_bytes(image, states):
    def run() -> bytes:
        network = a_trained_network()
        with torch.inference_mode():
            features = network.encode(image)
            return network.report_path(features, network.image_path(features), states).classes.numpy().tobytes()

    assert run() == run()


def test_no_gradient_of_the_report_path_reaches_the_image_path(image, states):
    network = a_trained_network()
    features = network.encode(image)
    told = network.report_path(features, network.image_path(features), states)
    (told.classes.square().mean() + told.fit.sum()).backward()
    assert all(weight.grad is None for weight in network.image.parameters())
    assert network.report.start.weight.grad.abs().sum() > 0


# ---- laid where the bone is -----------------------------------------------------------------------------------------


def test_left_rib_7_is_laid_where_left_ribs_and_level_7_meet_in_both_views_and_nowhere_else(network):
    image = an_image_output()
    left, right = (SKELETON_CHANNEL_NAMES.index(f"ribs_{side}") for side in ("left", "right"))
    levels = torch.arange(20, dtype=torch.float32)[:, None].expand(20, 16)  # row = rib level
    image.rib_level[0, :] = levels
    image.spine_level[0, :] = 7  # level 7 of the other coordinate must not count
    image.skeleton[0, 0, left, :, 10:14] = -FAR  # anterior order: patient's left at the high columns
    image.skeleton[0, 0, right, :, 2:6] = -FAR
    image.skeleton[0, 1, left, 4:, 9:12] = -FAR  # the other view shows it elsewhere
    laid = laid_out(network, image, one_state("rib_7_left"))

    wanted = torch.zeros(2, 20, 16)
    for row, weight in ((6, 1 / 3), (7, 1.0), (8, 1 / 3)):  # fades to nothing at the next rib but a half
        wanted[0, row, 10:14] = weight
        wanted[1, row, 9:12] = weight
    state = torch.arange(1, STATE_WIDTH + 1)[None, :, None, None]
    assert torch.allclose(laid, wanted[:, None] * state, atol=1e-4)


def test_a_vertebra_is_laid_by_the_spine_coordinate(network):
    image = an_image_output()
    channel = SKELETON_CHANNEL_NAMES.index("thoracic_spine")
    image.skeleton[0, :, channel, :, 7:9] = -FAR
    image.spine_level[0, :] = torch.arange(6, 26, dtype=torch.float32)[:, None]  # T8 is 15, at row 9
    laid = laid_out(network, image, one_state("vertebra_T8"))[0, 0]
    assert laid[9, 7:9].tolist() == pytest.approx([1, 1])
    assert laid.argmax(0)[7] == 9
    assert not laid[:, :7].abs().gt(1e-4).any()
    assert not laid[12:].abs().gt(1e-4).any()


def test_a_region_is_laid_over_its_whole_bone_on_its_side(network):
    image = an_image_output()
    image.skeleton[0, 0, SKELETON_CHANNEL_NAMES.index("femur_right"), 12:18, 3:5] = -FAR
    image.skeleton[0, 0, SKELETON_CHANNEL_NAMES.index("femur_left"), 12:18, 11:13] = -FAR
    laid = laid_out(network, image, one_state("femur_right"))[0, 0]
    wanted = torch.zeros(20, 16)
    wanted[12:18, 3:5] = 1
    assert torch.allclose(laid, wanted, atol=1e-4)


def test_the_whole_skeleton_is_laid_on_every_bone(network):
    image = an_image_output()
    image.skeleton[0, 0, 0, 1:3, 4] = -FAR
    image.skeleton[0, 0, 5, 9, 9] = -FAR
    laid = laid_out(network, image, one_state("whole_skeleton"))[0, 0]
    assert (laid > 0.5).nonzero().tolist() == [[1, 4], [2, 4], [9, 9]]


def test_every_slot_has_its_own_place_in_the_order_of_the_anatomy(network):
    """With every bone at its own pixel, each slot's state comes to that pixel's bone and to no other kind of bone."""
    image = an_image_output(rows=1, columns=len(SKELETON_CHANNELS))
    for channel in range(len(SKELETON_CHANNELS)):
        image.skeleton[0, 0, channel, 0, channel] = -FAR
    for index, name in enumerate(SKELETON_CHANNEL_NAMES):
        laid = laid_out(network, image, one_state(name))[0, 0, 0]
        assert laid.gt(0.5).nonzero().flatten().tolist() == [index], name


# ---- reading --------------------------------------------------------------------------------------------------------


def a_reader() -> ReportReader:
    """A reader whose hidden states say slot 3 in their first value and the status in the next five."""
    reader = ReportReader(6)
    with torch.no_grad():
        for layer in (reader.slots, reader.statuses, reader.values):
            layer.weight.zero_()
            layer.bias.zero_()
        reader.slots.bias.fill_(FAR)
        reader.slots.weight[3, 0] = -2 * FAR
        for status in range(len(STATUSES)):
            reader.statuses.weight[status, 1 + status] = 50.0
        reader.values.weight[0, 1] = 1.0
    return reader


def test_a_place_keeps_the_status_of_each_of_its_clauses():
    hidden = torch.zeros(2, 3, 6)
    hidden[0, 1, 0] = hidden[0, 1, 1 + STATUSES.index("uptake")] = 1  # "uptake" in the findings
    hidden[1, 2, 0] = hidden[1, 2, 1 + STATUSES.index("metastatic")] = 1  # "metastatic" in the impression
    states = a_reader()(hidden, torch.ones(2, 3, dtype=torch.bool))
    told = dict(zip(STATUSES, states[3, : len(STATUSES)].tolist(), strict=True))
    assert told["metastatic"] == pytest.approx(1, abs=1e-3)
    assert told["uptake"] == pytest.approx(1, abs=1e-3)
    assert told["negated"] == pytest.approx(0, abs=1e-3)
    assert states[[0, 1, 2, *range(4, 78)]].abs().max() < 1e-6


def test_tokens_that_are_not_to_be_read_say_nothing():
    hidden = torch.zeros(1, 3, 6)
    hidden[0, 0, 0] = 1
    mask = torch.tensor([[False, True, True]])
    assert a_reader()(hidden, mask).abs().max() < 1e-6
    assert not a_reader()(hidden, torch.zeros_like(mask)).any()


def test_gradients_reach_the_values_that_are_learned_through_the_segmentation():
    network = a_trained_network()
    features = network.encode(torch.rand(1, 4, 64, 64))
    report = network.reader.report([(torch.randn(2, 5, TEXT_WIDTH), torch.ones(2, 5, dtype=torch.bool))])
    network.report_path(features, network.image_path(features), report).classes.square().mean().backward()
    assert network.reader.values.weight.grad is not None
    assert network.reader.values.weight.grad.abs().sum() > 0


def test_gradients_reach_the_report_path_from_its_start_at_zero(image, states):
    torch.manual_seed(0)
    network = DualPathNetwork(NetworkConfig(), TEXT_WIDTH)
    features = network.encode(image)
    network.report_path(features, network.image_path(features), states).classes.square().mean().backward()
    assert network.report.head[-1].weight.grad.abs().sum() > 0


# ---- sides by place -------------------------------------------------------------------------------------------------


def a_skeleton_unsure_of_sides(lean: float = 0.0):
    """A spine down the middle (leaning by ``lean`` columns over the height), ribs said to be left and right alike."""
    skeleton = torch.zeros(1, 2, len(SKELETON_CHANNELS), 60, 40)
    for row in range(60):
        middle = round(20 + lean * (row - 30) / 60)
        skeleton[:, :, channel_index("thoracic_spine", "midline"), row, middle - 1 : middle + 2] = 0.9
    for side in ("left", "right"):
        skeleton[:, :, channel_index("ribs", side), 10:30] = 0.5
    return skeleton


@pytest.mark.parametrize("lean", [0.0, 8.0])
def test_a_bone_unsure_of_its_side_goes_to_the_side_of_the_midline_it_lies_on(lean):
    sided = sides_by_position(a_skeleton_unsure_of_sides(lean))
    left, right = (sided[0, :, channel_index("ribs", side), 10:30] for side in ("left", "right"))
    # In anterior order the patient's left is at the larger columns.
    assert (left[..., 28:] > 0.7).all()
    assert (right[..., 28:] < 0.01).all()
    assert (right[..., :12] > 0.7).all()
    assert (left[..., :12] < 0.01).all()


def test_without_a_spine_sides_stay_as_the_network_says():
    skeleton = a_skeleton_unsure_of_sides()
    skeleton[:, :, channel_index("thoracic_spine", "midline")] = 0
    assert torch.equal(sides_by_position(skeleton), skeleton)


def test_bones_of_the_midline_stay_as_they_are():
    skeleton = a_skeleton_unsure_of_sides()
    spine = channel_index("thoracic_spine", "midline")
    assert torch.equal(sides_by_position(skeleton)[:, :, spine], skeleton[:, :, spine])


def legs_under_a_leaning_spine(columns: tuple[tuple[int, int], ...], lean: float = 12.0) -> torch.Tensor:
    """A spine in the upper half whose line runs off to one side, and legs below, said to be left and right alike."""
    skeleton = torch.zeros(1, 2, len(SKELETON_CHANNELS), 120, 40)
    for row in range(10, 60):
        middle = round(20 + lean * (row - 55) / 60)
        skeleton[:, :, channel_index("thoracic_spine", "midline"), row, middle - 1 : middle + 2] = 0.9
    for region, rows in (("femur", slice(65, 90)), ("leg", slice(92, 118))):
        for side in ("left", "right"):
            for first, end in columns:
                skeleton[:, :, channel_index(region, side), rows, first:end] = 0.6
    return skeleton


@pytest.mark.parametrize("lean", [-14.0, 0.0, 14.0])
@pytest.mark.parametrize("region", ["femur", "leg"])
def test_legs_are_told_apart_by_the_line_between_them_where_the_spine_points_past_it(lean, region):
    sided = sides_by_position(legs_under_a_leaning_spine(((12, 17), (24, 29)), lean))
    rows = slice(70, 85) if region == "femur" else slice(95, 115)
    left, right = (sided[0, :, channel_index(region, side), rows] for side in ("left", "right"))
    assert (left[..., 24:29] > 0.8).all()
    assert (right[..., 24:29] < 0.05).all()
    assert (right[..., 12:17] > 0.8).all()
    assert (left[..., 12:17] < 0.05).all()


def test_one_leg_alone_is_on_the_side_of_the_spine_that_it_lies_on():
    sided = sides_by_position(legs_under_a_leaning_spine(((24, 29),), 0.0))
    assert (sided[0, :, channel_index("femur", "left"), 70:85, 24:29] > 0.8).all()
    assert (sided[0, :, channel_index("femur", "right"), 70:85, 24:29] < 0.05).all()
