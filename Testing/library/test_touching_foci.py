"""Foci that touch are told apart by the dip between them, and only by a dip that counts."""

import numpy as np
import pytest

from BoneMetSegLib.touching_foci import touching_foci

SPACING_MM = (2.4, 2.4)
BACKGROUND = 20.0


def _blobs(*centres: tuple[float, float], peak: float, sigma_px: float = 2.0) -> np.ndarray:
    rows, columns = np.mgrid[:40, :60]
    return BACKGROUND + sum(
        peak * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * sigma_px**2)) for row, column in centres
    )


def _split(counts: np.ndarray, mask: np.ndarray, least: int = 10) -> list[np.ndarray]:
    return touching_foci(counts, mask, SPACING_MM, least_elements=least, are_counts=True)


def test_two_peaks_with_a_dip_are_two_foci_that_share_the_component():
    counts = _blobs((20, 20), (20, 29), peak=200.0)
    mask = counts > BACKGROUND + 15
    first, second = _split(counts, mask)
    assert not (first & second).any()
    assert np.array_equal(first | second, mask)
    centres = sorted(float(np.argwhere(piece)[:, 1].mean()) for piece in (first, second))
    assert centres == pytest.approx([20, 29], abs=1.0)


def test_the_brighter_one_comes_first_whichever_side_it_is_on():
    for bright, faint in ((20, 30), (30, 20)):
        counts = _blobs((20, bright), peak=300.0) + _blobs((20, faint), peak=150.0)
        first, _ = _split(counts, counts > 2 * BACKGROUND + 20)
        assert np.argwhere(first)[:, 1].mean() == pytest.approx(bright, abs=1.5)


def test_one_peak_is_one_focus_even_if_it_is_long():
    counts = BACKGROUND + 200 * np.exp(-((np.mgrid[:40, :60][0] - 20.0) ** 2) / 8) * np.ones((40, 60))
    mask = counts > BACKGROUND + 30
    assert len(_split(counts, mask)) == 1


def test_noise_makes_no_foci():
    rng = np.random.default_rng(3)
    even = _blobs((20, 20), (20, 24), (20, 28), peak=12.0)
    mask = even > BACKGROUND + 4
    assert [len(_split(rng.poisson(even).astype(float), mask)) for _ in range(20)].count(1) >= 18


def test_many_counts_show_a_dip_that_few_counts_do_not():
    shape = _blobs((20, 20), (20, 29), peak=40.0)
    mask = shape > BACKGROUND + 4
    assert len(_split(100 * shape, mask)) == 2
    assert len(_split(0.01 * shape, mask)) == 1
    # Of a reconstruction the same numbers may be an SUV.
    assert len(touching_foci(0.01 * shape, mask, SPACING_MM, least_elements=10, are_counts=False)) == 2


def test_a_piece_too_small_to_be_a_focus_goes_to_what_it_touches():
    counts = _blobs((20, 20), (20, 29), peak=200.0)
    mask = counts > BACKGROUND + 15
    mask[:, 30:] = False
    smaller = int(min(piece.sum() for piece in _split(counts, mask)))
    (only,) = _split(counts, mask, least=smaller + 1)
    assert np.array_equal(only, mask)
    pieces = _split(_blobs((20, 12), (20, 21), (20, 30), peak=200.0), mask, least=smaller + 1)
    assert np.array_equal(np.logical_or.reduce(pieces), mask)


def test_a_component_at_the_edge_of_the_image_is_split_as_well():
    counts = _blobs((0, 20), (0, 29), peak=200.0)
    assert len(_split(counts, counts > BACKGROUND + 15)) == 2


def test_in_a_volume_foci_above_each_other_are_two():
    z, y, x = np.mgrid[:24, :16, :16]
    counts = sum(200.0 * np.exp(-((z - row) ** 2 + (y - 8) ** 2 + (x - 8) ** 2) / (2 * 1.5**2)) for row in (8.0, 15.0))
    pieces = touching_foci(counts, counts > 10, (4.0, 4.0, 4.0), least_elements=4, are_counts=False)
    assert sorted(float(np.argwhere(piece)[:, 0].mean()) for piece in pieces) == pytest.approx([8, 15], abs=1.0)
