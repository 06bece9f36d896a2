"""The measures of realism, on images small enough to know the answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from model_training.realism import counts_and_shape, measures
from model_training.realism.band_shares import BLURS_MM, band_energies, blurred_roots
from model_training.realism.body_landmarks import PARTS, Landmarks, find_landmarks
from model_training.realism.limb_profile import (
    STEP_MM,
    LimbProfile,
    edge_width_mm,
    shaft,
    shaft_columns,
    skin_mm,
    straighten,
)
from model_training.realism.row_profiles import ACROSS_MM, row_profile

from . import realism_phantom as known

PIXEL_MM = known.PIXEL_MM


def seen(counts: np.ndarray | None = None) -> Landmarks:
    found = find_landmarks(known.phantom() if counts is None else counts, PIXEL_MM)
    assert found is not None
    return found


def test_the_landmarks_of_a_drawn_body_are_where_they_were_drawn() -> None:
    found = seen()
    assert abs(found.crown - known.CROWN) <= 4
    assert known.CHIN - 10 <= found.neck <= known.SHOULDER
    assert abs(found.shoulder - known.SHOULDER) <= 6
    assert abs(found.crotch - known.CROTCH) <= 8
    assert abs(found.knee - known.KNEE) <= 15
    assert abs(found.sole - known.SOLE) <= 4
    assert np.abs(found.midline[known.CROWN : known.SOLE - 10] - known.MIDDLE).max() < 3


def test_landmarks_do_not_depend_on_the_number_of_counts() -> None:
    few = seen(np.random.default_rng(1).poisson(0.25 * known.phantom()).astype(np.float32))
    many = seen()
    for name in ("crown", "neck", "shoulder", "crotch", "knee", "sole"):
        assert abs(getattr(few, name) - getattr(many, name)) <= 8, name


def test_where_there_is_no_body_there_are_no_landmarks() -> None:
    assert find_landmarks(np.random.default_rng(0).poisson(2.0, (1024, 256)), PIXEL_MM) is None


def test_the_parts_share_all_counts_of_the_body() -> None:
    found = seen()
    shares = {part: counts_and_shape.share_of_rows(found, found.part_rows()[part]) for part in PARTS}
    assert sum(shares.values()) == pytest.approx(100.0)
    # Thighs: 140 rows of twice 52 pixels of tissue and 13 of shaft, without the upper half of the knees.
    drawn = known.phantom()
    rows = slice(found.crotch, found.knee)
    assert shares["thighs"] == pytest.approx(100 * drawn[rows].sum() / drawn.sum(), abs=0.3)


def test_an_edge_blurred_by_a_known_width_measures_that_width() -> None:
    across = np.arange(-110.0, 110.5, STEP_MM)
    for sigma_mm in (4.0, 8.0):
        edge = 0.5 * (1 - erf((across - 70.0) / (np.sqrt(2) * sigma_mm)))
        width = edge_width_mm(LimbProfile(across, 30.0 * edge))
        # From 90 % to 10 % a Gaussian edge takes 2 x 1.2816 standard deviations; the measure blurs by 1 mm itself.
        assert width == pytest.approx(2 * 1.2816 * np.hypot(sigma_mm, 1.0), rel=0.03)


def test_the_skin_lies_where_an_edge_has_half_of_the_tissue() -> None:
    across = np.arange(-110.0, 110.5, STEP_MM)
    profile = LimbProfile(across, 12.0 * 0.5 * (1 - erf((across - 63.0) / 8.0)))
    assert skin_mm(profile) == pytest.approx(63.0, abs=0.6)


def test_an_edge_that_leaves_the_field_has_no_width() -> None:
    across = np.arange(-110.0, 110.5, STEP_MM)
    assert edge_width_mm(LimbProfile(across, np.full(across.shape, 5.0))) is None


def test_a_shaft_of_known_contrast_and_width_is_measured_so() -> None:
    across = np.arange(-110.0, 110.5, STEP_MM)
    sigma_mm = 20.0 / 2.3548
    counts = 10.0 + 15.0 * np.exp(-0.5 * (across / sigma_mm) ** 2)
    found = shaft(LimbProfile(across, counts))
    assert found is not None
    contrast, width_mm = found
    assert contrast == pytest.approx(2.5, rel=0.05)
    assert width_mm == pytest.approx(20.0, rel=0.08)


def test_a_slanting_shaft_is_straightened_on_either_side() -> None:
    rows, columns = np.indices((200, 256))
    middle = 128.0
    for outward in (-1, 1):
        ridge = middle + outward * (40.0 + 0.08 * rows)
        counts = (10.0 + 20.0 * np.exp(-0.5 * ((columns - ridge) * PIXEL_MM / 8.0) ** 2)).astype(np.float32)
        found = shaft_columns(counts, PIXEL_MM, np.full(200, middle), slice(20, 180), outward, 40.0, 150.0)
        np.testing.assert_allclose(found, ridge[20:180, 0], atol=1.5)
        profile = straighten(counts, PIXEL_MM, found, slice(20, 180), outward)
        assert profile is not None
        measured = shaft(profile)
        assert measured is not None
        assert measured[0] == pytest.approx(3.0, rel=0.06)
        assert measured[1] == pytest.approx(8.0 * 2.3548, rel=0.1)


def test_the_outside_of_a_limb_is_outside_on_either_side() -> None:
    counts = np.full((100, 256), 4.0, np.float32)
    counts[:, 90:100] = 30.0  # a shaft to the image's left of the midline at 128, and beyond it, at 60, no body
    counts[:, :60] = 0.0
    profile = straighten(counts, PIXEL_MM, np.full(100, 94.5), slice(0, 100), -1)
    assert profile is not None
    assert profile.counts[profile.across_mm == 100.0] == pytest.approx(0.0)
    assert profile.counts[profile.across_mm == -60.0] == pytest.approx(4.0)


def test_poisson_noise_has_no_texture_in_any_band() -> None:
    counts = np.random.default_rng(3).poisson(60.0, (600, 256)).astype(np.float32)
    inside = np.zeros(counts.shape, bool)
    inside[60:-60, 60:-60] = True
    energies = band_energies(blurred_roots(counts, PIXEL_MM), PIXEL_MM, inside)
    assert (energies < 1e-4).all()


def test_a_wave_of_known_size_lies_in_the_bands_that_gaussian_blurs_leave_it_in() -> None:
    wave_mm = 60.0
    rows = np.arange(960)[:, None] * PIXEL_MM
    root = 6.0 + 0.6 * np.sin(2 * np.pi * rows / wave_mm) * np.ones((1, 64))
    inside = np.zeros(root.shape, bool)
    inside[180:780] = True  # 20 whole waves
    kept = [np.exp(-2 * (np.pi * blur / wave_mm) ** 2) for blur in BLURS_MM]
    expected = [0.5 * 0.6**2 * (kept[i] - kept[i + 1]) ** 2 / 36.0 for i in range(3)]
    noise = [0.25 / (4 * np.pi) * _noise(BLURS_MM[i], BLURS_MM[i + 1]) / 36.0 for i in range(3)]
    measured = band_energies(blurred_roots(root**2, PIXEL_MM), PIXEL_MM, inside)
    np.testing.assert_allclose(measured, np.maximum(np.subtract(expected, noise), 0), rtol=0.03, atol=2e-6)


def _noise(fine_mm: float, coarse_mm: float) -> float:
    s2, t2 = (fine_mm / PIXEL_MM) ** 2, (coarse_mm / PIXEL_MM) ** 2
    return 1 / s2 + 1 / t2 - 4 / (s2 + t2)


def test_a_profile_has_area_one_and_keeps_its_side() -> None:
    counts = np.zeros((100, 256), np.float32)
    counts[:, 100:157] = 10.0
    counts[:, 178] = 300.0  # 100 mm to the image's right of the midline: the patient's left
    profile = row_profile(counts, PIXEL_MM, 50, 128.0)
    assert profile.sum() * 4.0 == pytest.approx(1.0)
    assert ACROSS_MM[profile.argmax()] == pytest.approx(100.0, abs=4.0)


def test_a_profile_does_not_depend_on_counts_or_pixel_size() -> None:
    fine = np.zeros((400, 512), np.float32)
    fine[:, 200:313] = 3.0
    coarse = 40.0 * fine.reshape(200, 2, 256, 2).sum((1, 3))
    one = row_profile(fine, 1.0, 200, 255.5)
    two = row_profile(coarse, 2.0, 100, 127.5)
    np.testing.assert_allclose(one, two, atol=1e-3)


def test_noise_of_a_poisson_scan_measures_one_and_that_of_a_smoothed_one_less() -> None:
    noisy = np.random.default_rng(5).poisson(known.phantom()).astype(np.float32)
    assert counts_and_shape.noise_over_poisson(seen(noisy)) == pytest.approx(1.0, abs=0.05)
    smoothed = (noisy + np.roll(noisy, 1, 0) + np.roll(noisy, 1, 1) + np.roll(noisy, (1, 1), (0, 1))) / 4
    assert counts_and_shape.noise_over_poisson(seen(smoothed)) < 0.4


def test_ratios_of_a_drawn_body_are_those_drawn() -> None:
    found = seen()
    by_name = measures.measure_scan(found)
    assert by_name["femoral shaft over muscle"] == pytest.approx(known.SHAFT / known.TISSUE, rel=0.06)
    assert by_name["femoral shaft's width"] == pytest.approx(13 * PIXEL_MM, rel=0.1)
    assert by_name["lumbar spine over flank"] == pytest.approx(1.0, abs=0.05)
    assert by_name["rib relief"] == pytest.approx(0.0, abs=1.0)
    # 80 mm across: knee 41 pixels of 120; thigh 13 of 80 and 27 of 40.
    expected = 120.0 / ((13 * 80.0 + 27 * 40.0) / 40)
    assert by_name["knee over thigh"] == pytest.approx(expected, rel=0.08)
    assert by_name["halo beside the legs"] == pytest.approx(0.0, abs=0.2)


def test_halves_that_differ_measure_their_difference_over_their_sum() -> None:
    counts = known.phantom()
    counts[known.CROTCH :, known.MIDDLE :] *= 1.5
    by_name = measures.measure_scan(seen(counts))
    assert by_name["shanks, right against left"] == pytest.approx(100 * 0.5 / 2.5, abs=2.0)


def test_measures_that_compression_spoils_are_not_taken_of_a_lossy_scan() -> None:
    by_name = measures.measure_scan(seen(), lossy=True)
    spoilt = {each.name for each in measures.MEASURES if each.needs_lossless}
    assert spoilt
    assert all(np.isnan(by_name[name]) for name in spoilt)


def test_every_measure_has_a_name_of_its_own() -> None:
    names = [each.name for each in measures.MEASURES]
    assert len(names) == len(set(names))
