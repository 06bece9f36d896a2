"""A SPECT volume of a simulated patient: the patient's own bones, soft tissue and foci on a grid of voxels.

Neither projections nor a reconstruction are simulated: activity is blurred with the resolution of a reconstruction,
counts are drawn, and smoothed as a reconstruction smooths. Good for showing and testing software, for nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .body import Body, make_body
from .camera import Camera, draw_camera
from .clinic import default_clinic
from .foci import Focus, FocusSource, draw_foci
from .parts import Skeleton
from .patient import Patient, draw_patient
from .pose import pose_skeleton
from .skeleton_analytic import analytic_skeleton
from .uptake import normal_activity

VOXEL_MM = 4.8
_MATRIX = 96  # columns and rows of a slice
_FWHM_MM = 9.5  # of a reconstruction with resolution modelling
_SMOOTHING_MM = 3.6  # sigma of the filter after the reconstruction
_FWHM_PER_SIGMA = 2.3548
# Soft tissue over the hottest ordinary bone: without bones behind and before it SPECT has more contrast than planar.
_SOFT_SHARE = 0.09
_CONTRAST_OVER_PLANAR = 2.0
_BONE_COUNTS = 30.0  # in a voxel of the hottest ordinary bone
STORED_PER_COUNT = 8.0  # a smoothed volume has fractions of counts


@dataclass(frozen=True)
class SimulatedSpect:
    """A volume and what is true of it.

    Attributes
    ----------
    voxels : numpy.ndarray
        ``(slices, rows, columns)`` uint16, ``STORED_PER_COUNT`` for each count: slices from the feet up, rows from the
        front to the back, columns from the patient's right to the left.
    first_voxel_lps_mm : tuple of float
        Centre of the first voxel.
    foci : tuple of Focus
        Those whose middle lies inside the volume.
    middles_lps_mm : tuple
        The middle of each of these foci.
    patient : Patient
    """

    voxels: np.ndarray
    first_voxel_lps_mm: tuple[float, float, float]
    foci: tuple[Focus, ...]
    middles_lps_mm: tuple[tuple[float, float, float], ...]
    patient: Patient


def simulate_spect(seed: int, *, slices: int = 80, lowest_landmark: str = "hip_left") -> SimulatedSpect:
    """Simulate a volume of a patient's trunk on analytic bones.

    Parameters
    ----------
    seed : int
        The same seed gives the same volume.
    slices : int
    lowest_landmark : str
        Of ``Skeleton.landmarks``: the first slice lies 60 mm under it.
    """
    rng = np.random.default_rng([20261122, seed])
    patient = draw_patient(rng)
    skeleton = pose_skeleton(analytic_skeleton(np.random.default_rng(int(rng.integers(2**31)))), patient, rng)
    activity = normal_activity(skeleton, patient, rng)
    sources = draw_foci(skeleton, patient, rng)
    points = skeleton.points_mm
    camera = draw_camera(points, float(points[:, 1].max()) + 40, float(points[:, 1].min()) - 40, rng, default_clinic())
    body = make_body(skeleton, patient, *camera.coarse_axes_mm(), rng)
    grid = _grid(skeleton, slices, float(skeleton.landmarks[lowest_landmark][2]) - 60)
    expected = _expected(grid, skeleton, activity, sources, _inside_body(grid, camera, body))
    counts = _smoothed(rng.poisson(expected).astype(np.float32))
    inside = [source for source in sources if grid.holds(_middle(source))]
    return SimulatedSpect(
        voxels=np.clip(np.rint(STORED_PER_COUNT * counts), 0, 65535).astype(np.uint16),
        first_voxel_lps_mm=grid.first_lps_mm,
        foci=tuple(_focus(number, source) for number, source in enumerate(inside, start=1)),
        middles_lps_mm=tuple(_lps(_middle(source)) for source in inside),
        patient=patient,
    )


@dataclass(frozen=True)
class _Grid:
    """Voxels as DICOM stacks them: axis 0 toward the head, 1 toward the back, 2 toward the patient's left.

    ``first_lps_mm`` is the centre of the first voxel.
    """

    first_lps_mm: tuple[float, float, float]
    shape: tuple[int, int, int]

    def indices(self, points_ras_mm: np.ndarray) -> np.ndarray:
        """Return the ``(N, 3)`` voxel (slice, row, column) of points; it may lie outside."""
        lps = points_ras_mm * np.array([-1, -1, 1])
        return np.rint((lps - self.first_lps_mm) / VOXEL_MM).astype(int)[:, ::-1]

    def holds(self, point_ras_mm: np.ndarray) -> bool:
        index = self.indices(point_ras_mm[np.newaxis])[0]
        return all(0 <= at < extent for at, extent in zip(index, self.shape, strict=True))

    def splat(self, points_ras_mm: np.ndarray, activity: np.ndarray) -> np.ndarray:
        """Return the sum of the points' activity in each voxel."""
        index = self.indices(points_ras_mm)
        keep = ((index >= 0) & (index < self.shape)).all(1)
        flat = np.ravel_multi_index(tuple(index[keep].T), self.shape)
        total = np.bincount(flat, activity[keep].astype(np.float64), minlength=int(np.prod(self.shape)))
        return total.reshape(self.shape).astype(np.float32)


def _grid(skeleton: Skeleton, slices: int, lowest_mm: float) -> _Grid:
    ilium = skeleton.points_of("ilium_left", "ilium_right")
    right, anterior = (ilium[:, :2].min(0) + ilium[:, :2].max(0)) / 2
    half = (_MATRIX - 1) / 2 * VOXEL_MM
    first = (round(-right - half, 1), round(-anterior - half, 1), round(lowest_mm, 1))
    return _Grid(first, (slices, _MATRIX, _MATRIX))


def _inside_body(grid: _Grid, camera: Camera, body: Body) -> np.ndarray:
    """Return which voxels lie in the body, bool."""
    slices, rows, columns = grid.shape
    left = grid.first_lps_mm[0] + VOXEL_MM * np.arange(columns)
    anterior = -(grid.first_lps_mm[1] + VOXEL_MM * np.arange(rows))
    superior = grid.first_lps_mm[2] + VOXEL_MM * np.arange(slices)
    row = np.clip(np.rint(camera.rows_of(superior) / 2).astype(int), 0, body.front_mm.shape[0] - 1)
    column = np.clip(np.rint(camera.columns_of(-left) / 2).astype(int), 0, body.front_mm.shape[1] - 1)
    front, back = (surface[np.ix_(row, column)][:, np.newaxis, :] for surface in (body.front_mm, body.back_mm))
    depth = anterior[np.newaxis, :, np.newaxis]
    return np.asarray((depth <= front) & (depth >= back))


def _expected(
    grid: _Grid, skeleton: Skeleton, activity: np.ndarray, sources: Sequence[FocusSource], inside: np.ndarray
) -> np.ndarray:
    """Return the noiseless counts of a reconstruction."""
    bones = _blurred(grid.splat(skeleton.points_mm, activity))
    hottest = float(np.percentile(bones[bones > 0.02 * bones.max()], 97))
    expected: np.ndarray = bones + np.float32(_SOFT_SHARE * hottest) * _blurred(inside.astype(np.float32))
    for source in sources:
        own = _blurred(grid.splat(source.points_mm, source.activity))
        if source.peak_ratio <= 0 or own.max() <= 0:
            continue
        beneath = max(float(expected.flat[int(own.argmax())]), 0.3 * hottest)
        expected = expected + own * np.float32(_CONTRAST_OVER_PLANAR * source.peak_ratio * beneath / own.max())
    return np.asarray(expected * np.float32(_BONE_COUNTS / hottest))


def _blurred(image: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(image, _FWHM_MM / _FWHM_PER_SIGMA / VOXEL_MM, mode="constant", truncate=3.5))


def _smoothed(counts: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(counts, _SMOOTHING_MM / VOXEL_MM, mode="constant", truncate=3.0))


def _middle(source: FocusSource) -> np.ndarray:
    return np.asarray(np.average(source.points_mm, axis=0, weights=source.activity))


def _lps(point_ras_mm: np.ndarray) -> tuple[float, float, float]:
    right, anterior, superior = (float(mm) for mm in point_ras_mm)
    return -right, -anterior, superior


def _focus(number: int, source: FocusSource) -> Focus:
    is_hot = source.peak_ratio > 0
    return Focus(
        number=number,
        hot_spot_class=source.hot_spot_class,
        fine_region=source.fine_region,
        kind=source.kind,
        side=source.side,
        visible={"anterior": is_hot, "posterior": is_hot},
        contrast=round(1 + source.peak_ratio * (_CONTRAST_OVER_PLANAR if is_hot else 1.0), 3),
        volume_ml=source.volume_ml,
        looks_like_metastasis=source.looks_like_metastasis,
    )
