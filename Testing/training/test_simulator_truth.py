"""The rule of truth and the camera, on scenes small enough to know the answer."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.segmentation import CLASSES
from model_training.simulator.body import Body
from model_training.simulator.camera import Camera, as_acquired
from model_training.simulator.projector import Projector, wide_blur
from model_training.simulator.truth import FocusInView, focus_is_visible, focus_maps

COUNTS = np.array([[0, 1, 0], [3.9, 10, 4.1], [0, 2, 0]], np.float32)


def a_camera() -> Camera:
    return Camera(
        rows=64, columns=64, pixel_size_mm=2.0, column_of_midline=31.5, row_of_top=0.0, top_superior_mm=64.0,
        detector_a_mm=(160.0, -160.0), intrinsic_fwhm_mm=3.8, hole_diameter_mm=1.1, hole_length_mm=24.0,
        attenuation_per_mm=0.012, scatter_share=0.2, scatter_sigma_mm=20.0, tail_share=0.0, tail_sigma_mm=16.0,
    )  # fmt: skip


def a_slab(thickness_mm: float = 200.0) -> Body:
    full = np.full((32, 32), 1.0, np.float32)
    return Body(full * thickness_mm / 2, -full * thickness_mm / 2, full * thickness_mm, full)


def test_focus_pixels_exceed_forty_percent_of_their_own_maximum() -> None:
    everything = np.full((5, 5), 1.0, np.float32)
    everything[1:4, 1:4] += COUNTS
    classes, numbers, visible = focus_maps({1: ("metastasis", FocusInView(COUNTS, 1, 1))}, everything)
    assert visible == {1: True}
    assert np.argwhere(numbers == 1).tolist() == [[2, 2], [2, 3]]
    assert classes[2, 2] == CLASSES.index("metastasis")


@pytest.mark.parametrize(("other", "shows"), [(28.0, True), (29.0, False)])
def test_visible_above_thirty_five_percent_of_the_other_counts(other: float, shows: bool) -> None:
    everything = np.full((3, 3), other, np.float32) + COUNTS
    assert focus_is_visible(FocusInView(COUNTS, 0, 0), everything) is shows


def _gaussian(peak: float, sigma_pixels: float = 6.0) -> np.ndarray:
    row, column = np.mgrid[-30:31, -30:31]
    return (peak * np.exp(-(row**2 + column**2) / (2 * sigma_pixels**2))).astype(np.float32)


def test_the_label_of_a_gaussian_focus_is_the_disc_where_it_exceeds_forty_percent() -> None:
    own = _gaussian(10.0)
    numbers = focus_maps({1: ("benign", FocusInView(own, 10, 20))}, np.pad(own, 40) + 1)[1]
    # exp(-r^2 / 2 sigma^2) = 0.4 at r = sigma sqrt(2 ln 2.5)
    radius = 6.0 * np.sqrt(2 * np.log(2.5))
    assert (numbers == 1).sum() == pytest.approx(np.pi * radius**2, rel=0.03)
    assert np.argwhere(numbers == 1).mean(0).tolist() == [40.0, 50.0]


@pytest.mark.parametrize(("peak", "shows"), [(36.0, True), (34.0, False)])
def test_a_gaussian_focus_shows_from_thirty_five_percent_of_the_bone_beneath(peak: float, shows: bool) -> None:
    own = _gaussian(peak)
    everything = np.full((90, 90), 100.0, np.float32)
    everything[5:66, 5:66] += own
    found = focus_maps({1: ("metastasis", FocusInView(own, 5, 5))}, everything)
    assert found[2] == {1: shows}
    assert bool((found[1] == 1).any()) is shows


def test_a_cold_focus_is_not_labelled() -> None:
    nothing = FocusInView(np.zeros((9, 9), np.float32), 2, 2)
    assert focus_maps({1: ("metastasis", nothing)}, np.ones((20, 20), np.float32))[2] == {1: False}


def test_invisible_foci_are_left_out_and_the_stronger_wins_where_two_overlap() -> None:
    everything = np.full((3, 3), 1.0, np.float32) + 3 * COUNTS
    foci = {
        1: ("benign", FocusInView(COUNTS, 0, 0)),
        2: ("metastasis", FocusInView(2 * COUNTS, 0, 0)),
        3: ("physiological", FocusInView(0.01 * COUNTS, 0, 0)),
    }
    classes, numbers, visible = focus_maps(foci, everything)
    assert visible == {1: True, 2: True, 3: False}
    assert set(np.unique(numbers)) == {0, 2}
    assert set(np.unique(classes)) == {0, CLASSES.index("metastasis")}


def test_focus_outside_the_image_is_not_visible() -> None:
    everything = np.ones((3, 3), np.float32)
    assert focus_maps({1: ("benign", FocusInView(np.zeros((0, 0), np.float32), 0, 0))}, everything)[2] == {1: False}


def test_right_is_at_column_zero_in_anterior_and_left_in_posterior_as_acquired() -> None:
    projector = Projector(a_camera(), a_slab())
    right = np.array([[40.0, 0.0, 0.0]], np.float32)
    for view, is_left_half in (("anterior", True), ("posterior", False)):
        image = as_acquired(projector.project(right, np.ones(1, np.float32), view), view)
        assert bool(np.unravel_index(image.argmax(), image.shape)[1] < 32) is is_left_half


def test_attenuation_follows_depth() -> None:
    projector = Projector(a_camera(), a_slab())
    shallow, deep = np.array([[0.0, 80.0, 0.0]]), np.array([[0.0, -20.0, 0.0]])
    seen = [projector.project(point, np.ones(1, np.float32), "anterior").sum() for point in (shallow, deep)]
    assert seen[1] / seen[0] == pytest.approx(np.exp(-0.012 * 100), rel=0.02)
    behind = projector.project(shallow, np.ones(1, np.float32), "posterior").sum()
    assert behind == pytest.approx(np.exp(-0.012 * 180), rel=0.02)


def test_blur_grows_with_distance_from_the_collimator() -> None:
    projector = Projector(a_camera(), a_slab())
    near, far = (np.array([[0.0, anterior, 0.0]], np.float32) for anterior in (90.0, -90.0))
    peaks = []
    for point in (near, far):
        box, _ = projector.project_focus(point, np.ones(1), "anterior")
        peaks.append(box.max() / box.sum())
    assert peaks[1] < 0.5 * peaks[0]
    camera = a_camera()
    collimator = 1.1 * (24.0 + 100.0) / 24.0
    assert camera.sigma_mm(np.array(100.0)) * 2.3548 == pytest.approx(np.hypot(3.8, collimator), rel=1e-6)


def test_soft_tissue_seen_through_itself() -> None:
    projector = Projector(a_camera(), a_slab(200.0))
    image = projector.project_soft_tissue()
    assert image[32, 32] == pytest.approx((1 - np.exp(-0.012 * 200)) / 0.012, rel=0.01)


def test_scatter_adds_its_share_and_keeps_the_rest() -> None:
    projector = Projector(a_camera(), a_slab())
    primary = np.zeros((64, 64), np.float32)
    primary[28:36, 28:36] = 100.0
    scattered = projector.add_scatter(primary)
    assert (scattered >= primary).all()
    share = 1 - primary.sum() / scattered.sum()
    assert share == pytest.approx(0.2, abs=0.02)
    assert wide_blur(primary, 4.0).sum() == pytest.approx(primary.sum(), rel=0.02)
