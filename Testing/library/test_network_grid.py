"""From pixels to the network's grid and back: left stays left, and every map comes back to its own pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from BoneMetSegLib.network_grid import (
    body_frame,
    grid_shape,
    grid_to_view,
    network_input,
    normalise_counts,
    resample,
    scan_to_grid,
)
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.scan import PlanarScan, PlanarView

THREE_MM = Preprocessing(3.0, (608, 192), 32)
GRIDS = [THREE_MM, Preprocessing(4.0, (448, 160), 32), Preprocessing(2.5, (768, 256), 16)]


def a_view(name: str, shape=(256, 128), pixel=(4.0, 4.0), spot_mm=(-200.0, 80.0), mirrored=False) -> PlanarView:
    """A pale body with a hot spot ``spot_mm`` (down, toward the patient's left) from the centre."""
    left_first = name == "posterior" and not mirrored
    y = (np.arange(shape[0]) - (shape[0] - 1) / 2) * pixel[0]
    x = (np.arange(shape[1]) - (shape[1] - 1) / 2) * pixel[1] * (-1 if left_first else 1)
    counts = np.full(shape, 10.0, np.float32)
    counts += 90 * (np.hypot(y[:, None] - spot_mm[0], x[None] - spot_mm[1]) < 14)
    return PlanarView(name, counts, pixel, mirrored=mirrored)


def centre(image: np.ndarray) -> tuple[float, float]:
    """Centre of what is brighter than half of the maximum, (row, column)."""
    rows, columns = np.nonzero(image > 0.5 * image.max())
    return float(rows.mean()), float(columns.mean())


PIXELS = [(2.0, 2.0), (2.4, 2.4), (3.0, 3.0), (4.8, 4.8), (2.2, 3.1), (4.4, 2.0)]


# ---- left is left ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_spot_on_the_patients_left_lies_on_the_same_grid_pixel_in_both_views(mirrored):
    scan = PlanarScan({v: a_view(v, mirrored=mirrored and v == "posterior") for v in ("anterior", "posterior")})
    anterior, posterior = (centre(image.numpy()) for image in scan_to_grid(scan, THREE_MM)[:2])
    assert anterior == pytest.approx(posterior, abs=0.6)
    # Patient's right at column 0, so left is right of the middle.
    assert anterior[1] > scan_to_grid(scan, THREE_MM).shape[2] / 2


@pytest.mark.parametrize("pixel", PIXELS)
def test_a_spot_lies_where_its_millimetres_say(pixel):
    shape = (round(1000 / pixel[0]), round(500 / pixel[1]))
    grid = scan_to_grid(PlanarScan({"anterior": a_view("anterior", shape, pixel)}), THREE_MM)
    row, column = centre(grid[0].numpy())
    assert (row - (grid.shape[1] - 1) / 2) * THREE_MM.grid_pixel_mm == pytest.approx(-200, abs=2.5)
    assert (column - (grid.shape[2] - 1) / 2) * THREE_MM.grid_pixel_mm == pytest.approx(80, abs=2.5)


def test_views_of_different_size_and_pixels_lie_on_each_other():
    scan = PlanarScan(
        {
            "anterior": a_view("anterior", (512, 180), (2.0, 2.2)),
            "posterior": a_view("posterior", (300, 128), (4.0, 3.5)),
        }
    )
    anterior, posterior = (centre(image.numpy()) for image in scan_to_grid(scan, THREE_MM)[:2])
    assert anterior == pytest.approx(posterior, abs=1.0)


# ---- and back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pixel", PIXELS)
@pytest.mark.parametrize(("name", "mirrored"), [("anterior", False), ("posterior", False), ("posterior", True)])
def test_a_map_comes_back_to_the_pixels_it_was_made_from(name, mirrored, pixel):
    shape = (round(1000 / pixel[0]) + 1, round(500 / pixel[1]))
    view = a_view(name, shape, pixel, mirrored=mirrored)
    grid = scan_to_grid(PlanarScan({name: view}), THREE_MM)
    index = ("anterior", "posterior").index(name)
    back = grid_to_view(grid[index : index + 1], view, THREE_MM.grid_pixel_mm)
    assert back.shape == (1, *shape)
    assert back.dtype == np.float32
    assert back.flags.c_contiguous
    row, column = centre(view.counts)
    assert centre(back[0]) == pytest.approx((row, column), abs=0.5 * THREE_MM.grid_pixel_mm / min(pixel) + 0.1)
    patients_left_of_the_image = column > (shape[1] - 1) / 2
    assert patients_left_of_the_image == (name == "anterior" or mirrored)


def test_maps_of_half_resolution_come_back_to_the_same_place():
    view = a_view("posterior", pixel=(2.5, 2.5), shape=(400, 200))
    grid = scan_to_grid(PlanarScan({"posterior": view}), THREE_MM)[1:2]
    half = torch.nn.functional.avg_pool2d(grid, 2)
    assert centre(grid_to_view(half, view, 2 * THREE_MM.grid_pixel_mm)[0]) == pytest.approx(
        centre(view.counts), abs=1.0
    )


def test_views_of_different_size_each_come_back_in_their_own_size():
    views = {
        "anterior": a_view("anterior", (512, 180), (2.0, 2.2)),
        "posterior": a_view("posterior", (300, 128), (4.0, 3.5)),
    }
    grid = scan_to_grid(PlanarScan(views), THREE_MM)
    for index, view in enumerate(views.values()):
        back = grid_to_view(grid[index : index + 1], view, THREE_MM.grid_pixel_mm)[0]
        assert back.shape == view.counts.shape
        assert centre(back) == pytest.approx(centre(view.counts), abs=1.1)


def test_resampling_onto_the_same_grid_changes_nothing():
    image = torch.rand(2, 30, 20)
    assert torch.allclose(resample(image, (2.0, 3.0), (30, 20), (2.0, 3.0)), image, atol=1e-5)


def test_nearest_resampling_invents_no_label():
    labels = torch.randint(0, 4, (1, 40, 30)).float()
    turned = resample(labels, (2.2, 2.2), (64, 32), (3.0, 3.0), ((0.99, -0.1, 4.0), (0.1, 0.99, -7.0)), "nearest")
    assert set(turned.unique().tolist()) <= {0.0, 1.0, 2.0, 3.0}


# ---- the grid -------------------------------------------------------------------------------------------------------


def test_the_grid_holds_every_view_whole():
    views = [a_view("anterior", (1024, 256), (1.95, 2.26)), a_view("posterior", (300, 400), (4.0, 1.0))]
    rows, columns = grid_shape(views, THREE_MM)
    assert rows % THREE_MM.grid_multiple == columns % THREE_MM.grid_multiple == 0
    for view in views:
        assert rows * THREE_MM.grid_pixel_mm >= view.counts.shape[0] * view.pixel_size_mm[0]
        assert columns * THREE_MM.grid_pixel_mm >= view.counts.shape[1] * view.pixel_size_mm[1]
    assert (rows - THREE_MM.grid_multiple) * THREE_MM.grid_pixel_mm < 1024 * 1.95


def test_a_missing_view_is_zero_and_said_to_be_missing():
    image = torch.rand(32, 32)
    stacked = network_input({"posterior": image}, (32, 32))
    assert stacked.shape == (4, 32, 32)
    assert not stacked[0].any()
    assert torch.equal(stacked[1], image)
    assert stacked[2:, 0, 0].tolist() == [0, 1]
    only_anterior = scan_to_grid(PlanarScan({"anterior": a_view("anterior")}), THREE_MM)
    assert only_anterior[2:, 0, 0].tolist() == [1, 0]
    assert not only_anterior[1].any()


# ---- counts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def body() -> torch.Tensor:
    """A whole body of Poisson counts on the grid: soft tissue, trunk, bones."""
    torch.manual_seed(0)
    rate = torch.zeros(608, 192)
    rate[20:580, 40:150] = 10
    rate[150:320, 50:140] = 20
    rate[40:560, 85:107] = 30
    return torch.poisson(rate)


@pytest.mark.parametrize("factor", [0.01, 3.0, 1000.0])
def test_the_amount_of_counts_changes_nothing(body, factor):
    assert torch.allclose(normalise_counts(factor * body), normalise_counts(body), atol=1e-4)


@pytest.mark.parametrize("times_as_hot_as_bone", [5, 10, 20])
def test_a_hot_bladder_does_not_darken_the_skeleton(body, times_as_hot_as_bone):
    hot = body.clone()
    hot[330:354, 84:108] = 30 * times_as_hot_as_bone
    shown, plain = normalise_counts(hot), normalise_counts(body)
    bone = (slice(200, 300), slice(88, 104))
    assert float(shown[bone].mean() / plain[bone].mean()) > 0.9
    assert shown.max() <= THREE_MM.ceiling


def test_a_wide_empty_field_changes_nothing(body):
    wide = torch.nn.functional.pad(body, (100, 100, 200, 200))
    assert torch.allclose(normalise_counts(wide)[200:-200, 100:-100], normalise_counts(body), rtol=0.05)


@pytest.mark.parametrize("value", [0.0, 1.0, 7.3, 1e5])
def test_an_image_of_one_value_gives_finite_input(value):
    image = normalise_counts(torch.full((96, 64), value))
    assert image.isfinite().all()
    assert image.max() == pytest.approx(min(value, 1.0), abs=1e-4)


def test_the_ceiling_is_the_bundles(body):
    body[300, 100] = 1e6
    assert normalise_counts(body, 2.5).max() == 2.5
    tight = Preprocessing(3.0, (608, 192), 32, ceiling=1.5)
    assert scan_to_grid(PlanarScan({"anterior": a_view("anterior")}), tight)[0].max() == 1.5


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"grid_pixel_mm": 0.0}, "above zero"),
        ({"grid_pixel_mm": "3"}, "are numbers"),
        ({"trained_shape": [600, 192]}, "a multiple of 32"),
        ({"trained_shape": [608]}, "two or three sides"),
        ({"trained_shape": "608 192"}, "list of whole numbers"),
        ({"intensity": "raw"}, "intensity is"),
        ({"smoothing": 1}, "it should name"),
    ],
)
def test_a_preprocessing_that_cannot_be_used(change, fault):
    assert Preprocessing.from_json(THREE_MM.as_json()) == THREE_MM
    with pytest.raises(ValueError, match=fault):
        Preprocessing.from_json(THREE_MM.as_json() | change)


def test_a_single_count_gives_finite_input():
    image = torch.zeros(96, 64)
    image[3, 4] = 1
    assert normalise_counts(image).isfinite().all()


# ---- the frame around the body ---------------------------------------------------------------------------------------


def a_body_off_the_middle(name: str, *, lesion_on_left: bool = True) -> PlanarView:
    """A body of 300 x 1200 mm high up and aside in a field of 600 x 2600 mm, with a blob on one side of it."""
    rows, columns, pixel = 1040, 240, 2.5
    y, x = np.mgrid[:rows, :columns]
    counts = 20.0 * ((y > 60) & (y < 540) & (abs(x - 150) < 60))
    column = 150 + (30 if lesion_on_left else -30)
    counts += 200 * np.exp(-((y - 200) ** 2 + (x - column) ** 2) / 20)
    view = PlanarView(name, counts.astype(np.float32), (pixel, pixel))
    return PlanarView(name, np.ascontiguousarray(view.from_anterior_order(view.counts)), (pixel, pixel))


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: f"{grid.grid_pixel_mm} mm")
@pytest.mark.parametrize("name", ["anterior", "posterior"])
def test_the_frame_lies_on_the_body_and_maps_come_back_to_the_same_pixel_on_the_left(name, grid):
    view = a_body_off_the_middle(name)
    scan = PlanarScan({name: view})
    frame = body_frame(scan, grid)
    assert frame.shape == grid.trained_shape
    down, left = frame.centre_mm
    assert down == pytest.approx((300 - 519.5) * 2.5, abs=20)
    assert left == pytest.approx((150 - 119.5) * 2.5, abs=20)
    index = ("anterior", "posterior").index(name)
    image = scan_to_grid(scan, grid, frame)[index : index + 1]
    back = grid_to_view(image, view, grid.grid_pixel_mm, frame.centre_mm)[0]
    assert np.unravel_index(back.argmax(), back.shape) == pytest.approx(
        np.unravel_index(view.counts.argmax(), view.counts.shape), abs=1 if grid.grid_pixel_mm <= 3 else 2
    )


def test_a_field_with_more_air_around_the_same_body_gives_the_network_the_same_picture():
    view = a_body_off_the_middle("anterior")
    wider = PlanarView("anterior", np.pad(view.counts, ((0, 200), (40, 60))), view.pixel_size_mm)
    scans = [PlanarScan({"anterior": v}) for v in (view, wider)]
    one, other = (scan_to_grid(scan, THREE_MM, body_frame(scan, THREE_MM)) for scan in scans)
    assert one.shape == other.shape
    assert float((one - other).abs().mean()) < 0.02


def test_a_body_larger_than_the_trained_frame_gets_a_larger_frame():
    counts = np.full((1040, 300), 10, np.float32)
    rows, columns = body_frame(PlanarScan({"anterior": PlanarView("anterior", counts, (2.5, 2.5))}), THREE_MM).shape
    assert rows >= 1040 * 2.5 / 3
    assert columns >= 300 * 2.5 / 3
    assert rows % 32 == columns % 32 == 0
