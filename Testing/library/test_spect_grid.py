"""A volume on the network's grid and back: the same picture however it is stored, and left stays left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.scan import SpectScan
from BoneMetSegLib.spect_grid import grid_to_volume, volume_frame, volume_to_grid
from Testing.library.synthetic_spect import LEFT_RIB, ORDERS, painted_volume

GRID = Preprocessing(5.0, (48, 32, 48), 8)
PLACE = np.array([80.0, 20.0, 60.0])  # of the focus, LPS


def a_scan(order=ORDERS[0]) -> SpectScan:
    return painted_volume([LEFT_RIB], order=order)[0]


def place_on_grid(image: torch.Tensor, frame) -> np.ndarray:
    """Where the brightest part of a picture lies, in LPS."""
    k, j, i = (image[0] > 0.9 * image[0].max()).nonzero(as_tuple=True)
    return (frame.to_lps() @ [*(float(n.float().mean()) for n in (i, j, k)), 1.0])[:3]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_the_network_sees_the_same_picture_however_the_volume_is_stored(order):
    usual, turned = a_scan(), a_scan(order)
    frames = [volume_frame(scan, GRID) for scan in (usual, turned)]
    assert frames[0].shape == frames[1].shape
    assert frames[0].centre_lps_mm == pytest.approx(frames[1].centre_lps_mm, abs=1e-6)
    images = [volume_to_grid(scan, GRID, frame) for scan, frame in zip((usual, turned), frames, strict=True)]
    assert torch.allclose(*images, atol=1e-3)


def test_a_focus_on_the_left_lies_at_the_high_columns_toward_the_head_and_behind_the_middle():
    scan = a_scan()
    frame = volume_frame(scan, GRID)
    image = volume_to_grid(scan, GRID, frame)
    assert place_on_grid(image, frame) == pytest.approx(PLACE, abs=2.5)
    k, j, i = np.unravel_index(int(image[0].argmax()), frame.shape)
    assert i > frame.shape[2] / 2
    assert j > frame.shape[1] / 2
    assert k > frame.shape[0] / 2
    assert (image[1] == 1).all()


@pytest.mark.parametrize("order", ORDERS[::7], ids=str)
@pytest.mark.parametrize("half", [False, True])
def test_a_map_comes_back_to_the_voxels_it_was_made_from(order, half):
    scan = a_scan(order)
    frame = volume_frame(scan, GRID)
    maps = volume_to_grid(scan, GRID, frame)[:1]
    if half:
        maps, frame = torch.nn.functional.avg_pool3d(maps, 2), frame.halved()
    back = grid_to_volume(maps, scan, frame)
    assert back.shape == (1, *scan.voxels.shape)
    view = scan.views["spect"]
    centre = view.centre_ras_mm(back[0] > 0.8 * back[0].max())
    assert centre == pytest.approx(view.centre_ras_mm(scan.voxels == scan.voxels.max()), abs=3.0)
    assert centre[0] < -60  # the patient's left has negative R


def test_an_oblique_volume_keeps_its_left():
    scan = a_scan()
    angle = np.radians(20)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    oblique = replace(scan, ijk_to_ras=turn @ scan.ijk_to_ras)
    frame = volume_frame(oblique, GRID)
    place = place_on_grid(volume_to_grid(oblique, GRID, frame), frame)
    turned = np.diag([-1, -1, 1]) @ turn[:3, :3] @ np.diag([-1, -1, 1]) @ PLACE
    assert place == pytest.approx(turned, abs=3.0)


def test_the_frame_is_never_smaller_than_in_training_and_holds_field_and_body():
    scan = a_scan()
    assert volume_frame(scan, GRID).shape == (48, 48, 56)  # 240 mm of field; body of 150 and 210 mm with its margin
    wide = volume_frame(scan, Preprocessing(5.0, (64, 64, 64), 8))
    assert wide.shape == (64, 64, 64)
    long = replace(scan, voxels=np.concatenate([scan.voxels] * 3))
    assert volume_frame(long, GRID).shape[0] == 144


@pytest.mark.parametrize("factor", [0.01, 1000.0])
def test_counts_and_suv_are_the_same_to_the_network(factor):
    scan = a_scan()
    scaled = replace(scan, voxels=scan.voxels * np.float32(factor), quantity="counts")
    frame = volume_frame(scan, GRID)
    assert torch.allclose(volume_to_grid(scan, GRID, frame), volume_to_grid(scaled, GRID, frame), atol=1e-3)


def test_a_volume_of_nothing_gives_finite_input():
    scan = replace(a_scan(), voxels=np.zeros_like(a_scan().voxels))
    assert volume_to_grid(scan, GRID, volume_frame(scan, GRID)).isfinite().all()
