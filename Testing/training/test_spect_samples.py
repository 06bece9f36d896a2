"""Tomographies as training samples: left stays left, bones are shares, noise has a reconstruction's texture."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.scan import SpectScan
from BoneMetSegLib.spect_grid import volume_frame, volume_to_grid
from model_training.training.report_tokens import EncodedReport
from model_training.training_spect.placed_volume import (
    halve,
    load_placed_volume,
    place_volume,
    store_placed_volume,
)
from model_training.training_spect.train_spect import read_spect_configuration
from model_training.training_spect.volume_draw import draw_volume, smooth
from model_training.training_spect.volume_grid import (
    VolumeGrid,
    find_body,
    grid_space,
    own_voxels,
    points_of,
    sample_volume,
    whole_grid,
)
from model_training.training_spect.volume_samples import VolumeSamples
from Testing.training.spect_fixtures import LESION, SHAPE, VOXEL_MM, a_volume

GRID = VolumeGrid(VOXEL_MM, 16, 32, 48)
AUGMENTATION = read_spect_configuration()["augmentation"]


def test_without_augmentation_a_sample_is_the_volume_itself() -> None:
    volume = a_volume()
    sample = draw_volume(place_volume(volume, GRID), GRID, None, np.random.default_rng(0))
    assert sample["image"].shape == (2, *GRID.shape)
    assert sample["classes"].shape == (1, *GRID.shape)
    assert sample["skeleton"].shape == (1, len(SKELETON_CHANNELS), 8, 16, 24)
    assert sample["levels"].shape == (1, 2, 8, 16, 24)
    assert sample["image"][1].eq(1).all()
    # Same voxels, same middle: 40 columns lie in the middle of 48.
    expected = np.zeros(GRID.shape, np.int64)
    expected[:, :, 4:44] = volume.class_map
    np.testing.assert_array_equal(sample["classes"][0].numpy(), expected)


def test_a_lesion_on_the_left_is_on_the_left_of_every_sample() -> None:
    placed = place_volume(a_volume(), GRID)
    left, right = channel_index("ribs", "left"), channel_index("ribs", "right")
    middle = GRID.columns / 2
    for number, settings in enumerate([None, *[AUGMENTATION] * 8]):
        sample = draw_volume(placed, GRID, settings, np.random.default_rng(number))
        columns = sample["classes"][0].nonzero()[:, 2].float()
        assert len(columns)
        assert columns.min() > middle
        hottest = int(sample["image"][0].flatten().argmax()) % GRID.columns
        assert hottest > middle
        bones = sample["skeleton"][0]
        assert bones[left, :, :, 12:].sum() > 0
        assert bones[left, :, :, :12].sum() == 0
        assert bones[right].sum() == 0


def test_feet_are_at_the_first_slice_and_the_front_at_the_first_row() -> None:
    volume = a_volume()
    classes = np.zeros(SHAPE, np.uint8)
    classes[1, 3, 20] = 1
    sample = draw_volume(
        place_volume(dataclasses.replace(volume, class_map=classes), GRID), GRID, None, np.random.default_rng(0)
    )
    assert sample["classes"][0].nonzero().tolist() == [[1, 3, 24]]


def test_bones_are_shares_of_half_resolution_voxels() -> None:
    masks = np.zeros((2, 3, 2, 2), bool)
    masks[0, 0, 0, 0] = True  # one of eight
    masks[1, :2] = True  # all eight
    halved = halve(masks)
    assert halved.shape == (2, 2, 1, 1)
    assert halved.dtype == np.uint8
    assert halved[:, 0, 0, 0].tolist() == [255 // 8, 255]
    assert halved[:, 1, 0, 0].tolist() == [0, 0]


def test_a_half_covered_voxel_of_the_samples_skeleton_is_about_a_half() -> None:
    volume = a_volume()
    assert volume.skeleton is not None
    bones = np.zeros_like(volume.skeleton)
    bones[0, :, :, 21:] = True  # from an odd column on, so that every second voxel at half resolution is half covered
    placed = place_volume(dataclasses.replace(volume, skeleton=bones), None)
    drawn = draw_volume(placed, GRID, None, np.random.default_rng(0))["skeleton"][0, 0, 4, 8]
    # Column 21 of 40 is column 25 of 48: the second half of voxel 12 of 24.
    assert drawn[:12].eq(0).all()
    assert 120 <= int(drawn[12]) <= 135
    assert drawn[13:22].eq(255).all()


def test_levels_are_coordinates_where_there_is_bone() -> None:
    sample = draw_volume(place_volume(a_volume(), GRID), GRID, None, np.random.default_rng(0))
    spine, rib = sample["levels"][0]
    assert not spine.any()
    assert set(rib.unique().tolist()) == {0.0, 7.0}


def test_only_ratios_of_activity_matter() -> None:
    volume = a_volume()
    counts = dataclasses.replace(volume, voxels=volume.voxels * 0.0123, unit="counts")
    one, other = (
        draw_volume(place_volume(each), GRID, None, np.random.default_rng(0))["image"] for each in (volume, counts)
    )
    torch.testing.assert_close(one, other, atol=2e-3, rtol=2e-3)


def test_what_nobody_knows_of_a_hospitals_tomography_is_not_invented() -> None:
    sample = draw_volume(place_volume(a_volume(skeleton=False), GRID), GRID, AUGMENTATION, np.random.default_rng(0))
    assert not sample["has_skeleton"]
    assert sample["skeleton"].shape == (1, len(SKELETON_CHANNELS), 8, 16, 24)
    assert not sample["skeleton"].any()


def test_the_networks_grid_leads_back_to_the_volumes_own_voxels() -> None:
    volume = dataclasses.replace(a_volume(), voxel_mm=(4.0, 4.4, 4.4))
    placed = place_volume(volume)
    grid = whole_grid(find_body(volume.voxels, volume.voxel_mm), GRID, 16)
    points = points_of(grid.shape, grid_space(grid))
    on_grid = sample_volume(torch.from_numpy(volume.class_map)[None], placed.space, points, "bilinear")
    back = own_voxels(on_grid, grid, SHAPE, placed.space)[0].numpy() > 0.5
    truth = volume.class_map > 0
    assert (back & truth).sum() / (back | truth).sum() > 0.7
    assert back[:, :, : SHAPE[2] // 2].sum() == 0


def test_the_whole_grid_holds_field_and_body_in_multiples() -> None:
    voxels = np.zeros((50, 64, 64), np.float32)
    voxels[:, 10:54, 5:59] = 1
    body = find_body(voxels, (4.8, 4.8, 4.8))
    grid = whole_grid(body, VolumeGrid(4.8, 16, 32, 32), 16)
    assert grid.shape == (64, 64, 80)  # 50 slices; 43 rows and 53 columns with 30 mm to either side
    assert body.middle_mm[1] == pytest.approx(31.5 * 4.8)
    assert body.middle_mm[2] == pytest.approx(31.5 * 4.8)


def test_gaussian_smoothing_is_scipys() -> None:
    image = torch.rand(1, 12, 12, 12, generator=torch.Generator().manual_seed(0))
    ours = smooth(image, 0.8)[0, 4:8, 4:8, 4:8].numpy()
    theirs = gaussian_filter(image[0].numpy(), 0.8, truncate=3 / 0.8)[4:8, 4:8, 4:8]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_noise_is_a_share_of_the_activity_and_correlated_between_neighbours() -> None:
    placed = place_volume(a_volume(), GRID)
    still = {**AUGMENTATION, "rotation_deg": 0.0, "scale": 0.0, "shift_mm": 0.0, "smoothing_share": 0.0}
    noisy = {**still, "noise": [0.2, 0.2], "noise_sigma_voxels": [1.0, 1.0]}
    plain = draw_volume(placed, GRID, None, np.random.default_rng(1))["image"][0]
    image = draw_volume(placed, GRID, noisy, np.random.default_rng(1))["image"][0]
    inside = (slice(None), slice(10, 22), slice(14, 34))
    relative = 2 * torch.log(image[inside] / plain[inside])  # of activity, of which the image is the root
    assert float(relative.std()) == pytest.approx(0.2, abs=0.05)
    neighbours = torch.stack([relative[:, :, 1:].flatten(), relative[:, :, :-1].flatten()])
    # White noise smoothed by a sigma of 1 correlates by exp(-1/4) = 0.78 over one voxel.
    assert float(torch.corrcoef(neighbours)[0, 1]) == pytest.approx(0.78, abs=0.12)
    assert (image[:, 0] == 0).all()  # outside of the body there is nothing to be noisy


def test_the_same_number_is_the_same_sample_and_every_patient_is_shown_once_an_epoch() -> None:
    placed = place_volume(a_volume(), GRID)
    said = np.zeros((78, 5), np.float32)
    tokens = {
        "en": EncodedReport(np.ones((5, 8), np.float16), said),
        "zh": EncodedReport(np.zeros((7, 8), np.float16), said),
    }
    samples = VolumeSamples([placed] * 3, [tokens] * 3, GRID, AUGMENTATION, 4, 8)
    assert torch.equal(samples[5]["image"], samples[5]["image"])
    assert not torch.equal(samples[5]["image"], samples[6]["image"])
    assert sorted(int(samples[n]["patient"]) for n in range(3)) == [0, 1, 2]
    assert {len(samples[n]["tokens"]) for n in range(12)} == {5, 7}


def test_a_placed_volume_is_kept_on_disk_as_it_is(tmp_path: Path) -> None:
    placed = place_volume(a_volume(), GRID)
    store_placed_volume(tmp_path / "c" / "v.npz", placed)
    again = load_placed_volume(tmp_path / "c" / "v.npz")
    assert again is not None
    for name, value in vars(placed).items():
        np.testing.assert_array_equal(getattr(again, name), value)
    (tmp_path / "c" / "v.npz").write_bytes(b"damaged")
    assert load_placed_volume(tmp_path / "c" / "v.npz") is None


def test_a_grid_that_the_network_cannot_halve_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text("grid: {rows: 50}\n")
    with pytest.raises(InputError, match="rows is 50; with 4 widths it should be a multiple of 16"):
        read_spect_configuration(file)


def test_the_lesion_of_the_fixture_is_on_the_left() -> None:
    assert LESION[2].start > SHAPE[2] / 2


def test_a_network_in_use_is_shown_what_it_was_shown_in_training() -> None:
    preprocessing = Preprocessing(VOXEL_MM, GRID.shape, 16)
    volume = dataclasses.replace(a_volume(), voxel_mm=(4.0, 4.42, 4.42))
    # i to the patient's left, j to the back, k up.
    scan = SpectScan(voxels=volume.voxels, ijk_to_ras=np.diag([-4.42, -4.42, 4.0, 1.0]))
    frame = volume_frame(scan, preprocessing)
    grid = whole_grid(find_body(volume.voxels, volume.voxel_mm), GRID, 16)
    assert frame.shape == grid.shape
    in_training = draw_volume(place_volume(volume), grid, None, np.random.default_rng(0))["image"]
    # Training keeps intensities as float16.
    torch.testing.assert_close(volume_to_grid(scan, preprocessing, frame), in_training, atol=4e-3, rtol=4e-3)
