"""The turning gamma camera of the tomography, against answers known by formula."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.simulator.spect_projector import (
    FWHM_PER_SIGMA,
    Collimator,
    Orbit,
    SpectSystem,
    contour_radii_mm,
    subsets_of_angles,
)

VOXEL_MM = 4.42
SIZE, SLICES = 64, 20
ANGLES = np.arange(0, 360, 15.0)
LEHR = Collimator(3.8, 1.4, 24.0)
MU_PER_MM = 0.0154
MIDDLE = (SIZE - 1) / 2


def orbit(radius_mm: float = 200.0) -> Orbit:
    return Orbit(ANGLES, np.full(len(ANGLES), radius_mm))


def ball(radius_mm: float, *, flat: bool = False, finer: int = 4) -> np.ndarray:
    """Return a ball (or a cylinder along the slices) of activity 1 per voxel, its edge averaged over finer cells."""
    axis = (np.arange(SIZE * finer) + 0.5) / finer - SIZE / 2
    along = (np.arange(SLICES * finer) + 0.5) / finer - SLICES / 2
    squared = axis[:, None, None] ** 2 + axis[None, :, None] ** 2 + (0 if flat else along[None, None, :] ** 2)
    inside = np.broadcast_to(squared < (radius_mm / VOXEL_MM) ** 2, (SIZE * finer, SIZE * finer, SLICES * finer))
    return inside.reshape(SIZE, finer, SIZE, finer, SLICES, finer).mean((1, 3, 5)).astype(np.float32)


def point(row: int, column: int, slice_: int = SLICES // 2) -> np.ndarray:
    volume = np.zeros((SIZE, SIZE, SLICES), np.float32)
    volume[row, column, slice_] = 1000.0
    return volume


def system(*, collimator: Collimator | None = None, mu: np.ndarray | None = None, radius_mm: float = 200.0):
    return SpectSystem((SIZE, SIZE, SLICES), VOXEL_MM, orbit(radius_mm), collimator, mu)


@pytest.mark.parametrize("collimator", [None, LEHR], ids=["sharp", "blurred"])
@pytest.mark.parametrize("attenuated", [False, True], ids=["in air", "in water"])
def test_projecting_back_is_the_exact_adjoint_of_projecting(collimator, attenuated):
    rng = np.random.default_rng(1)
    mu = ball(110.0, flat=True) * np.float32(MU_PER_MM) if attenuated else None
    camera = system(collimator=collimator, mu=mu)
    volume = rng.random((SIZE, SIZE, SLICES), dtype=np.float32)
    for angle in (0, 1, 5, 11, 17):
        projection = rng.random((SIZE, SLICES), dtype=np.float32)
        forward = float(np.vdot(camera.forward(volume, angle).astype(float), projection.astype(float)))
        backward = float(np.vdot(volume.astype(float), camera.backward(projection, angle).astype(float)))
        assert forward == pytest.approx(backward, rel=1e-5)


def test_a_ball_in_air_projects_to_the_lengths_of_its_chords():
    projections = system().project(ball(40.0))
    columns = (np.arange(SIZE) - MIDDLE) * VOXEL_MM
    for offset in (-24.0, 0.0, 15.0):
        column = int(np.argmin(np.abs(columns - offset)))
        # Chord of a ball at the distance of this column and of the two middle slices, half a slice off.
        squared = 40.0**2 - columns[column] ** 2 - (0.5 * VOXEL_MM) ** 2
        seen = projections[:, column, SLICES // 2]
        assert seen.mean() == pytest.approx(2 * np.sqrt(squared) / VOXEL_MM, rel=0.03)


def test_a_cylinder_looks_the_same_from_everywhere_and_keeps_its_counts():
    volume = ball(80.0, flat=True)
    for camera in (system(), system(collimator=LEHR)):
        per_slice = camera.project(volume)[:, :, SLICES // 2].sum(1)
        # 200 mm of orbit and a collimator blur only out of the ends of the cylinder, which fills all slices.
        np.testing.assert_allclose(per_slice, volume[:, :, SLICES // 2].sum(), rtol=0.01)


def test_activity_behind_water_is_seen_by_the_exponential_of_its_depth():
    mu = ball(100.0, flat=True) * np.float32(MU_PER_MM)
    at = 48  # columns, toward the patient's left
    side = (at - MIDDLE) * VOXEL_MM
    seen = system(mu=mu).project(point(round(MIDDLE), at)).sum((1, 2)) / 1000.0
    front_depth = np.sqrt(100.0**2 - side**2)
    for angle_deg, depth in ((0, front_depth), (180, front_depth), (90, 100 - side), (270, 100 + side)):
        index = int(np.flatnonzero(angle_deg == ANGLES)[0])
        assert seen[index] == pytest.approx(np.exp(-MU_PER_MM * depth), rel=0.05)


def test_the_blur_at_a_distance_is_that_of_the_collimator():
    """The formula: hypot(3.8, 1.4 (1 + z / 24)) mm; the variance of a point's image gives it back."""
    camera = system(collimator=LEHR, radius_mm=180.0)
    toward = 20
    projections = camera.project(point(round(MIDDLE) - toward, round(MIDDLE)))
    bins = np.arange(SIZE) * VOXEL_MM
    slices = np.arange(SLICES) * VOXEL_MM

    def fwhm(profile, position):
        middle = np.average(position, weights=profile)
        return FWHM_PER_SIGMA * np.sqrt(np.average((position - middle) ** 2, weights=profile))

    for index in range(len(ANGLES)):
        away = 180.0 - np.cos(np.radians(ANGLES[index])) * (toward - 0.5) * VOXEL_MM
        if away > 130:
            continue  # farther off, the few slices of this test cut the image's tails
        expected = float(np.hypot(3.8, 1.4 * (1 + away / 24)))
        assert fwhm(projections[index].sum(0), slices) == pytest.approx(expected, rel=0.04)
    # Along columns turning blurs a little by itself, differently at each angle: right on the whole.
    found = [fwhm(projections[index].sum(1), bins) for index in range(len(ANGLES))]
    formula = [float(LEHR.fwhm_mm(180.0 - np.cos(np.radians(a)) * (toward - 0.5) * VOXEL_MM)) for a in ANGLES]
    np.testing.assert_allclose(np.mean(found), np.mean(formula), rtol=0.03)


def test_a_source_at_the_patients_left_is_seen_there_from_the_front_and_nearest_from_the_left():
    mu = ball(110.0, flat=True) * np.float32(MU_PER_MM)
    projections = system(collimator=LEHR, mu=mu).project(point(round(MIDDLE), 50))
    front, left, back, right = (projections[int(np.flatnonzero(a == ANGLES)[0])] for a in (0, 90, 180, 270))
    assert front.sum(1).argmax() > MIDDLE + 10, "from the front: high columns, the patient's left"
    assert back.sum(1).argmax() < MIDDLE - 10, "from behind: mirrored"
    assert left.sum() > 3 * right.sum(), "the left detector has less tissue before it"
    assert left.max() > 3 * right.max()


def test_a_detector_that_follows_the_body_stays_a_gap_away_from_it():
    row, column = np.indices((SIZE, SIZE)) - MIDDLE
    ellipse = (row / 15) ** 2 + (column / 25) ** 2 <= 1
    radii = contour_radii_mm(ellipse, VOXEL_MM, [0, 90, 180, 270], 20.0)
    # By hand: half axes of 15 and 25 voxels, in steps of a voxel.
    np.testing.assert_allclose(radii, np.array([15, 25, 15, 25]) * VOXEL_MM + 20, atol=VOXEL_MM)


def test_subsets_share_out_all_angles_evenly():
    for angles, subsets in ((60, 10), (64, 8), (90, 8), (120, 10)):
        groups = subsets_of_angles(angles, subsets)
        assert sorted(angle for group in groups for angle in group) == list(range(angles))
        assert max(map(len, groups)) - min(map(len, groups)) <= 1


def test_a_volume_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="must be as many"):
        SpectSystem((10, 12, 4), VOXEL_MM, orbit())
    with pytest.raises(ValueError, match="attenuation has the shape"):
        SpectSystem((12, 12, 4), VOXEL_MM, orbit(), mu_per_mm=np.zeros((12, 12, 5), np.float32))
