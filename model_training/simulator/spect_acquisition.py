"""One tomography: how the camera turned, what it counted, and what its computer made of the counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from .clinic import Clinic
from .osem import reconstruct
from .spect_activity import MU_WATER_PER_MM, PADDING, PatientInField
from .spect_projector import FWHM_PER_SIGMA, Collimator, Orbit, SpectSystem, contour_radii_mm

_DETECTORS = 2


@dataclass(frozen=True)
class SpectProtocol:
    """How a tomography is acquired and reconstructed.

    Attributes
    ----------
    views : int
        Angles over 360 degrees, by two opposite detectors.
    seconds_per_view : float
    counts_per_mbq_second : float
        Sensitivity of a detector in air.
    body_contour : bool
        The detectors follow the patient; else they stay on a circle.
    gap_mm : float
        Between patient and collimator.
    collimator : Collimator
    scatter_to_primary : float
        Counts scattered in the patient over those that were not.
    scatter_sigma_mm : float
    motion_mm : tuple of float
        (left, posterior, superior) shift of the patient from ``motion_from`` on.
    motion_from : float
        Share of the time that has passed by then; 1 for no motion.
    attenuation_correction, scatter_correction, resolution_recovery : bool
    map_shift_mm : tuple of float
        By how much the attenuation map of the CT lies beside the patient: left, posterior, superior.
    scatter_estimate : float
        Estimated over true scatter.
    resolution_estimate : float
        Blur that the reconstruction believes in over the true one.
    iterations, subsets : int
    filter_fwhm_mm : float
        Gaussian after the reconstruction.
    """

    views: int
    seconds_per_view: float
    counts_per_mbq_second: float
    body_contour: bool
    gap_mm: float
    collimator: Collimator
    scatter_to_primary: float
    scatter_sigma_mm: float
    motion_mm: tuple[float, float, float]
    motion_from: float
    attenuation_correction: bool
    scatter_correction: bool
    resolution_recovery: bool
    map_shift_mm: tuple[float, float, float]
    scatter_estimate: float
    resolution_estimate: float
    iterations: int
    subsets: int
    filter_fwhm_mm: float

    @property
    def is_quantitative(self) -> bool:
        """Whether attenuation and scatter are both corrected, so that counts can be calibrated to Bq/ml."""
        return self.attenuation_correction and self.scatter_correction

    def facts(self) -> dict[str, object]:
        """Return all of it as a plain dictionary."""
        return asdict(self)


def draw_protocol(rng: np.random.Generator, clinic: Clinic) -> SpectProtocol:
    """Draw a protocol from section "spect" of a clinic."""
    corrections = clinic.choose("spect.reconstruction", rng).split("+")
    moves = clinic.chance("spect.motion_share", rng)
    motion = clinic.draw("spect.motion_mm", rng) * _direction(rng)
    moment = float(rng.uniform(0.2, 0.8))
    scatter = clinic.draw("spect.scatter_share", rng)
    return SpectProtocol(
        views=int(clinic.choose("spect.views", rng)),
        seconds_per_view=clinic.draw("spect.seconds_per_view", rng),
        counts_per_mbq_second=clinic.draw("spect.counts_per_mbq_second", rng),
        body_contour=clinic.chance("spect.body_contour", rng),
        gap_mm=clinic.draw("spect.gap_mm", rng),
        collimator=Collimator(
            clinic.draw("spect.intrinsic_fwhm_mm", rng),
            clinic.draw("spect.hole_diameter_mm", rng),
            clinic.draw("spect.hole_length_mm", rng),
        ),
        scatter_to_primary=scatter / (1 - scatter),
        scatter_sigma_mm=clinic.draw("spect.scatter_sigma_mm", rng),
        motion_mm=_three(motion) if moves else (0.0, 0.0, 0.0),
        motion_from=moment if moves else 1.0,
        attenuation_correction="AC" in corrections,
        scatter_correction="SC" in corrections,
        resolution_recovery="RR" in corrections,
        map_shift_mm=_three(clinic.draw("spect.map_shift_mm", rng) * _direction(rng)),
        scatter_estimate=clinic.draw("spect.scatter_estimate", rng),
        resolution_estimate=clinic.draw("spect.resolution_estimate", rng),
        iterations=int(clinic.choose("spect.iterations", rng)),
        subsets=int(clinic.choose("spect.subsets", rng)),
        filter_fwhm_mm=clinic.draw("spect.filter_fwhm_mm", rng),
    )


@dataclass(frozen=True)
class Projections:
    """What the camera counted.

    Attributes
    ----------
    counts : numpy.ndarray
        ``(angles, columns, slices)`` float32, whole numbers: the Poisson draw of ``expected``.
    expected, scatter : numpy.ndarray
        The same shape: all counts, and those of them that were scattered, without noise.
    orbit : Orbit
    counts_per_mbq : float
        Of a detector in air during one view.
    columns : slice
        Columns (and rows) of the matrix that the detector's bins are.
    """

    counts: np.ndarray
    expected: np.ndarray
    scatter: np.ndarray
    orbit: Orbit
    counts_per_mbq: float
    columns: slice


def acquire(placed: PatientInField, protocol: SpectProtocol, rng: np.random.Generator) -> Projections:
    """Turn the camera around a patient and count.

    Returns
    -------
    Projections
        Of the field's own slices: those beyond its ends only lend it photons.
    """
    activity = placed.total_mbq()
    columns = _columns(placed.tissue, activity)
    part = (slice(None), columns, columns)
    volume, mu = _slices_last(activity[part]), _slices_last(placed.mu_per_mm[part])
    orbit = _orbit(placed.tissue[part], placed.grid.voxel_mm, protocol)
    per_mbq = protocol.counts_per_mbq_second * protocol.seconds_per_view
    primary = _project(volume, mu, placed.grid.voxel_mm, orbit, protocol) * np.float32(per_mbq)
    sigma = protocol.scatter_sigma_mm / placed.grid.voxel_mm
    scatter = np.float32(protocol.scatter_to_primary) * _blurred(primary, (0, sigma, sigma))
    inner = (slice(None), slice(None), slice(PADDING, -PADDING))
    expected, scatter = primary[inner] + scatter[inner], scatter[inner]
    counts = rng.poisson(expected).astype(np.float32)
    return Projections(counts, expected, scatter, orbit, per_mbq, columns)


def reconstructed_mbq(placed: PatientInField, seen: Projections, protocol: SpectProtocol) -> np.ndarray:
    """Reconstruct counts into ``(slices, rows, columns)`` float32 MBq per voxel of the field.

    Without attenuation or scatter correction these are not the patient's MBq but what the camera takes for them.
    """
    voxel_mm = placed.grid.voxel_mm
    mu = None
    if protocol.attenuation_correction:
        shift = [mm / voxel_mm for mm in protocol.map_shift_mm[::-1]]
        inner = placed.mu_per_mm[:, seen.columns, seen.columns]
        # Where scatter is not corrected, programs take a lower value (that of a broad beam) in its stead.
        beam = 1.0 if protocol.scatter_correction else _BROAD_BEAM_PER_MM / MU_WATER_PER_MM
        mu = _slices_last(_shifted(inner, shift)) * np.float32(beam)
    collimator = None
    if protocol.resolution_recovery:
        true = protocol.collimator
        believed = protocol.resolution_estimate
        collimator = Collimator(
            true.intrinsic_fwhm_mm * believed, true.hole_diameter_mm * believed, true.hole_length_mm
        )
    size, slices = seen.counts.shape[1:]
    system = SpectSystem((size, size, slices + 2 * PADDING), voxel_mm, seen.orbit, collimator, mu)
    scatter = seen.scatter * np.float32(protocol.scatter_estimate) if protocol.scatter_correction else None
    volume = reconstruct(
        seen.counts,
        system,
        iterations=protocol.iterations,
        subsets=protocol.subsets,
        scatter=scatter,
        beyond=PADDING,
    )
    whole = np.zeros(placed.grid.shape, np.float32)
    whole[:, seen.columns, seen.columns] = volume.transpose(2, 0, 1) / np.float32(seen.counts_per_mbq)
    return _blurred(whole, protocol.filter_fwhm_mm / FWHM_PER_SIGMA / voxel_mm, "nearest")


# Water for a broad beam at 140 keV, 0.12 / cm: what attenuation correction used before scatter could be measured.
_BROAD_BEAM_PER_MM = 0.0120


def resolution_fwhm_mm(seen: Projections, protocol: SpectProtocol) -> float:
    """Return the resolution of the reconstructed volume where most bones are: between the middle and the skin.

    A share of the camera's at the orbit's mean radius, and the filter, in quadrature. Views from nearby weigh more
    (less attenuated), so it is better than the camera's even without resolution recovery. The shares were measured on
    points in a warm, attenuating cylinder (``Testing/benchmarks/bench_spect.py``).
    """
    camera = float(protocol.collimator.fwhm_mm(float(np.mean(seen.orbit.radii_mm))))
    share = SHARE_WITH_RECOVERY if protocol.resolution_recovery else SHARE_WITHOUT_RECOVERY
    return float(np.hypot(camera * share, protocol.filter_fwhm_mm))


SHARE_WITH_RECOVERY, SHARE_WITHOUT_RECOVERY = 0.55, 0.65
"""Resolution of OSEM with and without resolution recovery over the camera's at the orbit's mean radius."""


def _project(volume: np.ndarray, mu: np.ndarray, voxel_mm: float, orbit: Orbit, protocol: SpectProtocol) -> np.ndarray:
    """Project all angles; from the moment of a motion on, the patient lies elsewhere."""
    order = np.arange(protocol.views) % (protocol.views // _DETECTORS)
    late = order >= protocol.motion_from * protocol.views / _DETECTORS
    shift = [protocol.motion_mm[1] / voxel_mm, protocol.motion_mm[0] / voxel_mm, protocol.motion_mm[2] / voxel_mm]
    projections = np.zeros((protocol.views, *volume.shape[1:]), np.float32)
    for chosen, moved in ((np.flatnonzero(~late), False), (np.flatnonzero(late), True)):
        if len(chosen) == 0:
            continue
        path = Orbit(orbit.angles_deg[chosen], orbit.radii_mm[chosen])
        system = SpectSystem(
            (volume.shape[0], volume.shape[1], volume.shape[2]),
            voxel_mm,
            path,
            protocol.collimator,
            _shifted(mu, shift) if moved else mu,
        )
        projections[chosen] = system.project(_shifted(volume, shift) if moved else volume)
    return projections


def _orbit(tissue: np.ndarray, voxel_mm: float, protocol: SpectProtocol) -> Orbit:
    angles = np.arange(protocol.views) * (360.0 / protocol.views)
    radii = contour_radii_mm(tissue.max(0) > 0.3, voxel_mm, angles, protocol.gap_mm)
    return Orbit(angles, radii if protocol.body_contour else np.full(len(angles), radii.max()))


def _columns(tissue: np.ndarray, activity: np.ndarray) -> slice:
    """Return the middle columns (and rows) whose circle holds the patient."""
    extent = tissue.shape[1]
    row, column = np.nonzero((tissue.max(0) > 0.05) | (activity.max(0) > 0))
    middle = (extent - 1) / 2
    reach = float(np.hypot(row - middle, column - middle).max()) if len(row) else middle
    half = min(int(np.ceil(reach)) + 3, extent // 2)
    return slice(extent // 2 - half, extent // 2 + half)


def _slices_last(volume: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(volume.transpose(1, 2, 0), dtype=np.float32)


def _shifted(volume: np.ndarray, voxels: list[float]) -> np.ndarray:
    from scipy.ndimage import shift

    return volume if not any(voxels) else np.asarray(shift(volume, voxels, order=1, mode="nearest"), np.float32)


def _blurred(volume: np.ndarray, sigma: float | tuple[float, ...], mode: str = "constant") -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(volume, sigma, mode=mode, truncate=3.5), np.float32)


def _direction(rng: np.random.Generator) -> np.ndarray:
    direction = rng.standard_normal(3)
    return np.asarray(direction / np.linalg.norm(direction))


def _three(values: np.ndarray) -> tuple[float, float, float]:
    left, posterior, superior = (round(float(value), 3) for value in values)
    return left, posterior, superior


def protocol_facts(protocol: SpectProtocol, seen: Projections) -> Mapping[str, object]:
    """Return the protocol and what came of it as a plain dictionary."""
    return protocol.facts() | {
        "orbit_radius_mm": [round(float(radius), 1) for radius in seen.orbit.radii_mm],
        "total_counts": int(seen.counts.sum(dtype=np.float64)),
        "resolution_fwhm_mm": round(resolution_fwhm_mm(seen, protocol), 2),
    }
