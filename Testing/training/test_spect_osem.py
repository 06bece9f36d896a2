"""Reconstruction of noiseless phantoms whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from model_training.simulator.osem import reconstruct
from model_training.simulator.spect_projector import Collimator, Orbit, SpectSystem

VOXEL_MM, SIZE, SLICES = 4.8, 72, 12
SHAPE = (SIZE, SIZE, SLICES)
LEHR = Collimator(3.8, 1.4, 24.0)
ANGLES = np.arange(60) * 6.0
ORBIT = Orbit(ANGLES, np.full(60, 190.0))
ROW, COLUMN = np.indices((SIZE, SIZE)) - (SIZE - 1) / 2
RADIUS_MM = np.hypot(ROW, COLUMN) * VOXEL_MM


def cylinder(radius_mm: float, row_mm: float = 0.0, column_mm: float = 0.0, finer: int = 6) -> np.ndarray:
    axis = ((np.arange(SIZE * finer) + 0.5) / finer - SIZE / 2) * VOXEL_MM
    inside = (axis[:, None] - row_mm) ** 2 + (axis[None, :] - column_mm) ** 2 < radius_mm**2
    disc = inside.reshape(SIZE, finer, SIZE, finer).mean((1, 3)).astype(np.float32)
    return np.repeat(disc[:, :, None], SLICES, 2)


WATER = cylinder(120.0)
MU = WATER * np.float32(0.0154)


@pytest.fixture(scope="module")
def seen() -> np.ndarray:
    return SpectSystem(SHAPE, VOXEL_MM, ORBIT, LEHR, MU).project(WATER)


def ring(volume: np.ndarray, inner_mm: float, outer_mm: float) -> float:
    chosen = (inner_mm <= RADIUS_MM) & (outer_mm > RADIUS_MM)
    return float(volume[:, :, SLICES // 2][chosen].mean())


def test_a_uniform_cylinder_comes_back_uniform_with_attenuation_correction(seen):
    system = SpectSystem(SHAPE, VOXEL_MM, ORBIT, LEHR, MU)
    found = reconstruct(seen, system, iterations=4, subsets=10)
    for inner in (0, 20, 40, 60, 80):
        assert ring(found, inner, inner + 20) == pytest.approx(1.0, rel=0.04)


def test_without_attenuation_correction_the_middle_of_a_cylinder_is_dark(seen):
    found = reconstruct(seen, SpectSystem(SHAPE, VOXEL_MM, ORBIT), iterations=4, subsets=10)
    middle, edge = ring(found, 0, 20), ring(found, 95, 110)
    assert middle < 0.6 * edge
    # Over the cylinder's axis every path is 120 mm of water: exp(-0.0154 x 120) = 0.158, and not below.
    assert 0.12 < middle < 0.3


def test_a_hot_rod_is_recovered_better_with_resolution_recovery_and_never_invented():
    rod = cylinder(12.0, row_mm=55.0)
    true = SpectSystem(SHAPE, VOXEL_MM, ORBIT, LEHR, MU)
    projections = true.project(WATER + 7 * rod)
    middle = int(np.argmin(np.abs(ROW[:, 0] * VOXEL_MM - 55.0)))
    # Mean over the rod: its voxels are those more than half inside.
    core = rod[:, :, 0] > 0.5
    means = {}
    for name, system in (("with", true), ("without", SpectSystem(SHAPE, VOXEL_MM, ORBIT, None, MU))):
        found = reconstruct(projections, system, iterations=4, subsets=10)
        means[name] = float(found[:, :, SLICES // 2][core].mean())
        brightest = np.unravel_index(found[:, :, SLICES // 2].argmax(), (SIZE, SIZE))
        assert abs(brightest[0] - middle) <= 1
        assert abs(brightest[1] - (SIZE - 1) / 2) <= 1
    assert 0.55 * 8 < means["without"] < means["with"] < 1.1 * 8


def test_scattered_counts_that_are_estimated_leave_the_reconstruction(seen):
    scatter = 0.35 * gaussian_filter(seen, (0, 8, 8))
    system = SpectSystem(SHAPE, VOXEL_MM, ORBIT, LEHR, MU)
    plain = reconstruct(seen + scatter, system, iterations=4, subsets=10)
    corrected = reconstruct(seen + scatter, system, iterations=4, subsets=10, scatter=scatter)
    assert ring(plain, 0, 40) > 1.15
    assert ring(corrected, 0, 40) == pytest.approx(1.0, rel=0.04)


def test_activity_beyond_the_ends_of_the_field_does_not_pile_up_in_its_last_slices():
    """The detector reaches slices 3 to 8 only; the cylinder goes on beyond them."""
    true = SpectSystem(SHAPE, VOXEL_MM, ORBIT, LEHR, MU)
    projections = true.project(WATER)[:, :, 3:-3]
    found = reconstruct(projections, true, iterations=4, subsets=10, beyond=3)
    assert found.shape == (SIZE, SIZE, SLICES - 6)
    inside = RADIUS_MM < 80
    for slice_ in range(SLICES - 6):
        assert float(found[:, :, slice_][inside].mean()) == pytest.approx(1.0, rel=0.06)
