"""The gamma camera against what physics says exactly: sources in air and in water, statistics, sides."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from BoneMetSegLib.scan import VIEWS
from model_training.simulator.acquisition import whole
from model_training.simulator.camera import Contour, as_acquired, draw_camera
from model_training.simulator.clinic import default_clinic
from model_training.simulator.projector import Projector
from Testing.training.gamma_camera import MU_PER_MM, a_camera, a_point, a_slab, air, middle_column, middle_row

ONE = np.ones(1, np.float32)


def half_width_mm(image: np.ndarray, pixel_mm: float) -> float:
    """Return the full width at half maximum of the row through the maximum, linear between pixels."""
    profile = image[np.unravel_index(image.argmax(), image.shape)[0]].astype(float)
    half, peak = profile.max() / 2, int(profile.argmax())
    left = max(index for index in range(peak) if profile[index] < half)
    right = min(index for index in range(peak, len(profile)) if profile[index] < half)
    first = left + (half - profile[left]) / (profile[left + 1] - profile[left])
    last = right - (half - profile[right]) / (profile[right - 1] - profile[right])
    return (last - first) * pixel_mm


@pytest.mark.parametrize("view", VIEWS)
def test_counts_of_a_point_in_air_do_not_depend_on_its_distance(view: str) -> None:
    camera = a_camera()
    totals = [Projector(camera, air(camera)).project(a_point(0, a), ONE, view).sum() for a in (-120.0, 0.0, 120.0)]
    assert totals == pytest.approx([1.0, 1.0, 1.0], rel=1e-3)


@pytest.mark.parametrize("distance_mm", [20.0, 60.0, 100.0, 200.0])
def test_width_of_a_point_follows_the_resolution_formula(distance_mm: float) -> None:
    # 3.8 mm intrinsic; holes of 1.11 mm and 23.3 mm effective length, interaction 8 mm behind them.
    camera = a_camera(pixel_size_mm=0.5, behind_mm=8.0)
    expected = np.hypot(3.8, 1.11 * (23.3 + distance_mm + 8.0) / 23.3)
    for image in (
        Projector(camera, air(camera)).project(a_point(0, 160 - distance_mm), ONE, "anterior"),
        Projector(camera, air(camera)).project_focus(a_point(0, 160 - distance_mm), ONE, "anterior")[0],
    ):
        assert half_width_mm(image, 0.5) == pytest.approx(expected, rel=0.02)


def test_many_points_of_different_depth_keep_their_own_widths() -> None:
    camera = a_camera(pixel_size_mm=0.5)
    points = np.repeat(np.linspace(-100, 100, 41), 50)
    cloud = np.stack([np.zeros_like(points), points, np.zeros_like(points)], 1).astype(np.float32)
    image = Projector(camera, air(camera)).project(cloud, np.full(len(cloud), 1 / len(cloud), np.float32), "anterior")
    columns = (np.arange(camera.columns) - middle_column(image)) * 0.5
    variance = float((image.sum(0) * columns**2).sum() / image.sum())
    assert variance == pytest.approx(float((camera.sigma_mm(160 - points) ** 2).mean()), rel=0.02)


@pytest.mark.parametrize("depth_mm", [10.0, 50.0, 150.0])
def test_water_lets_exp_of_minus_mu_d_through(depth_mm: float) -> None:
    camera = a_camera()
    image = Projector(camera, a_slab(camera)).project(a_point(0, 100 - depth_mm), ONE, "anterior")
    assert image.sum() == pytest.approx(np.exp(-MU_PER_MM * depth_mm), rel=1e-3)


def test_geometric_mean_of_conjugate_views_does_not_depend_on_depth() -> None:
    camera = a_camera()
    projector = Projector(camera, a_slab(camera))
    means = [
        np.sqrt(np.prod([projector.project(a_point(0, anterior), ONE, view).sum() for view in VIEWS]))
        for anterior in (-80.0, -20.0, 0.0, 35.0, 90.0)
    ]
    assert means == pytest.approx([np.exp(-MU_PER_MM * 200 / 2)] * 5, rel=1e-3)


@pytest.mark.parametrize("thickness_mm", [20.0, 200.0, 350.0])
def test_even_slab_shows_one_minus_exp_of_minus_mu_t_over_mu(thickness_mm: float) -> None:
    camera = a_camera(head_offset_pixels=(0.6, -0.3), tilt_degrees=1.0)
    projector = Projector(camera, a_slab(camera, thickness_mm))
    for view in VIEWS:
        middle = projector.project_soft_tissue(view)[24:40, 24:40]
        assert middle == pytest.approx((1 - np.exp(-MU_PER_MM * thickness_mm)) / MU_PER_MM, rel=1e-3)


def test_two_sources_make_the_sum_and_twice_the_activity_twice_the_counts() -> None:
    camera = a_camera(scatter_share=0.3, tail_share=0.04)
    projector = Projector(camera, a_slab(camera))

    def seen(points: np.ndarray, activity: list[float]) -> np.ndarray:
        image = projector.project(points, np.array(activity, np.float32), "anterior")
        return projector.add_scatter(image)

    one, other = a_point(20, 0, 10), a_point(-24, 0, -14)
    both = seen(np.concatenate([one, other]), [2.0, 3.0])
    assert both == pytest.approx(2 * seen(one, [1.0]) + 3 * seen(other, [1.0]), abs=1e-5 * float(both.max()))


def test_blur_and_tail_keep_the_counts() -> None:
    camera = a_camera(tail_share=0.05, tail_sigma_mm=6.0)
    image = Projector(camera, air(camera)).project(a_point(), ONE, "anterior")
    assert image.sum() == pytest.approx(1.0, rel=2e-3)
    narrow = Projector(a_camera(), air(camera)).project(a_point(), ONE, "anterior")
    assert image.max() < narrow.max()
    assert image.min() >= 0


@pytest.mark.parametrize(("thickness_mm", "ratio"), [(100.0, 0.125), (200.0, 0.25), (400.0, 0.5)])
def test_scatter_grows_with_thickness(thickness_mm: float, ratio: float) -> None:
    # A share of 0.2 behind 200 mm is a quarter of the primary counts; single scatter grows with the path.
    camera = a_camera(scatter_share=0.2, scatter_sigma_mm=8.0)
    primary = np.zeros((64, 64), np.float32)
    primary[28:36, 28:36] = 100.0
    scattered = Projector(camera, a_slab(camera, thickness_mm)).add_scatter(primary) - primary
    assert scattered.sum() / primary.sum() == pytest.approx(ratio, rel=0.02)
    assert scattered.min() >= 0


def test_scatter_spreads_further_behind_more_tissue_and_there_is_none_in_air() -> None:
    camera = a_camera(scatter_share=0.2, scatter_sigma_mm=8.0)
    primary = np.zeros((64, 64), np.float32)
    primary[32, 32] = 1.0
    thin, thick = (Projector(camera, a_slab(camera, mm)).add_scatter(primary) - primary for mm in (50.0, 400.0))
    near = (slice(28, 37), slice(28, 37))
    assert thick[near].sum() / thick.sum() < 0.8 * thin[near].sum() / thin.sum()
    assert np.array_equal(Projector(camera, air(camera)).add_scatter(primary), primary)


def test_counts_have_the_mean_and_the_variance_of_poisson_and_are_never_negative() -> None:
    camera = a_camera()
    expected = Projector(camera, a_slab(camera)).project_soft_tissue() * np.float32(0.3)
    rng = np.random.default_rng(4)
    draws = np.stack([whole(camera).record(expected, rng) for _ in range(600)])
    assert draws.dtype == np.uint16
    assert draws.mean() == pytest.approx(expected.mean(), rel=2e-3)
    assert (draws.var(0, ddof=1) / expected).mean() == pytest.approx(1.0, abs=0.01)
    statistic = float(((draws[0] - expected) ** 2 / expected).sum())
    assert chi2.cdf(statistic, expected.size) == pytest.approx(0.5, abs=0.499)


def test_left_source_is_at_the_left_of_the_patient_in_both_views_as_acquired() -> None:
    camera = a_camera(tilt_degrees=1.5, head_offset_pixels=(0.5, 0.8))
    left = a_point(right=-40.0)
    for view in VIEWS:
        image = as_acquired(Projector(camera, a_slab(camera)).project(left, ONE, view), view)
        # Anterior: the patient's left is at the last columns; posterior, as its camera sees it, at the first.
        assert (middle_column(image) > 31.5) == (view == "anterior")
        assert abs(middle_column(image) - 31.5) == pytest.approx(20.0, abs=1.5)


def test_heads_lie_beside_each_other_by_their_offset_and_count_by_their_sensitivity() -> None:
    camera = a_camera(head_offset_pixels=(3.0, -2.0), head_sensitivity=(1.0, 0.9))
    projector = Projector(camera, air(camera))
    front, back = (projector.project(a_point(10, 0, -6), ONE, view) for view in VIEWS)
    assert middle_row(back) - middle_row(front) == pytest.approx(3.0, abs=1e-3)
    assert middle_column(back) - middle_column(front) == pytest.approx(-2.0, abs=1e-3)
    assert back.sum() / front.sum() == pytest.approx(0.9, rel=1e-4)


def test_tilt_turns_points_and_soft_tissue_alike_about_the_middle() -> None:
    camera = a_camera(pixel_size_mm=0.5, tilt_degrees=2.0)
    point = Projector(camera, air(camera)).project(a_point(superior=44.0), ONE, "anterior")
    straight = Projector(a_camera(pixel_size_mm=0.5), air(camera)).project(a_point(superior=44.0), ONE, "anterior")
    middle = (camera.rows - 1) / 2
    # Clockwise: what lies above the middle goes toward the last column.
    expected = -np.sin(np.radians(2.0)) * (middle_row(straight) - middle)
    assert middle_column(point) - middle == pytest.approx(expected, abs=0.6)
    assert expected > 1
    body = a_slab(camera)
    body.uptake[:] = 0
    body.uptake[middle_row(straight).__round__() // 2, camera.columns // 4 - 1 : camera.columns // 4 + 1] = 1
    soft = Projector(camera, body).project_soft_tissue()
    assert middle_column(soft) == pytest.approx(middle_column(point), abs=1.0)


def test_head_that_follows_the_body_is_nearer_where_the_body_is_thin() -> None:
    contour = Contour(np.array([-60.0, 60.0]), np.array([60.0, 160.0]))
    camera = a_camera(contour=contour)
    points = np.concatenate([a_point(0, 0, -60), a_point(0, 0, 0), a_point(0, 0, 60)])
    assert camera.distance_mm(points, "anterior") == pytest.approx([60.0, 110.0, 160.0])
    assert camera.distance_mm(points, "posterior") == pytest.approx([160.0] * 3)


def test_the_same_seed_draws_the_same_camera_and_its_head_clears_the_body() -> None:
    points = np.random.default_rng(1).uniform([-250, -90, -900], [250, 100, 800], (4000, 3)).astype(np.float32)
    for seed in range(40):
        first, again = (draw_camera(points, 140.0, -130.0, np.random.default_rng(seed), default_clinic()) for _ in "ab")
        assert repr(first) == repr(again)
        assert 1.0 < first.pixel_size_mm < 2.9
        assert first.columns < first.rows
        assert first.distance_mm(points, "anterior").min() > 0
        assert first.distance_mm(points, "posterior").min() > 0
        assert 6.0 < first.facts()["fwhm_at_100_mm"] < 18.0
