"""Tomography of a simulated patient: projections of a turning camera, OSEM, and what is true in every voxel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .body import Body
from .clinic import Clinic
from .foci import Focus
from .parts import Skeleton
from .patient import Patient
from .spect_acquisition import (
    SpectProtocol,
    acquire,
    draw_protocol,
    protocol_facts,
    reconstructed_mbq,
    resolution_fwhm_mm,
)
from .spect_activity import Field, FocusLike, LyingPatient, place_patient
from .spect_truth import SpectFocus, focus_truth, skeleton_truth, true_bq_per_ml

_HIGHEST_STORED = 32000
_COUNTS_OF_HIGHEST = (2000.0, 30000.0)


@dataclass(frozen=True)
class SimulatedSpect:
    """A reconstructed field and what is true of it.

    Volumes are ``(slices, rows, columns)``: slices from the feet up, rows from the front to the back, columns from the
    patient's right to the left.

    Attributes
    ----------
    field : {"chest", "abdomen", "pelvis", "trunk"}
    voxels : numpy.ndarray
        uint16 stored values.
    unit : {"Bq/ml", "counts"}
        What a stored value times ``value_per_stored`` is; Bq/ml only where attenuation and scatter were corrected and
        the camera is calibrated.
    value_per_stored : float
    voxel_mm : float
        Edge of the cubic voxels.
    first_voxel_lps_mm : tuple of float
        Centre of the first voxel.
    true_bq_per_ml : numpy.ndarray
        float32, nothing blurred, at the start of the acquisition.
    class_map, focus_map : numpy.ndarray
        uint8: index in ``segmentation.CLASSES`` and number of the visible foci.
    skeleton : numpy.ndarray
        ``(4, slices, rows, columns)`` uint8, bits of the skeleton channels: ``spect_truth.unpack_skeleton``.
    spine_level, rib_level : numpy.ndarray
        uint8, ``anatomy.level_coordinate`` x 10, 0 = none.
    spect_foci : tuple of SpectFocus
        All the patient's foci, also those outside the field.
    patient : Patient
    acquisition : mapping
        Plain facts: how it was acquired and reconstructed.
    """

    field: Field
    voxels: np.ndarray
    unit: str
    value_per_stored: float
    voxel_mm: float
    first_voxel_lps_mm: tuple[float, float, float]
    true_bq_per_ml: np.ndarray
    class_map: np.ndarray
    focus_map: np.ndarray
    skeleton: np.ndarray
    spine_level: np.ndarray
    rib_level: np.ndarray
    spect_foci: tuple[SpectFocus, ...]
    patient: Patient
    acquisition: Mapping[str, object]

    @property
    def values(self) -> np.ndarray:
        """The reconstructed volume in ``unit``, float32."""
        return self.voxels * np.float32(self.value_per_stored)

    @property
    def foci(self) -> tuple[Focus, ...]:
        """Those in the field, as a report's writer takes them, visible in both views or in none."""
        return foci_in_field(self.spect_foci)

    @property
    def middles_lps_mm(self) -> tuple[tuple[float, float, float], ...]:
        """The middle of each of ``foci``."""
        return tuple(focus.middle_lps_mm for focus in self.spect_foci if focus.place != "outside")


def simulate_spect_exam(  # noqa: PLR0913
    *,
    skeleton: Skeleton,
    bone_activity: np.ndarray,
    body: Body,
    axes_mm: tuple[np.ndarray, np.ndarray],
    soft_activity_per_ml: float,
    foci: Sequence[FocusLike],
    patient: Patient,
    field: Field,
    rng: np.random.Generator,
    clinic: Clinic,
    protocol: SpectProtocol | None = None,
) -> SimulatedSpect:
    """Acquire and reconstruct one field of a patient.

    Parameters
    ----------
    skeleton : Skeleton
        As posed for the examination.
    bone_activity : numpy.ndarray
        ``(N,)`` activity of the skeleton's points, any unit; what cold foci remove is missing already.
    body : Body
        Front and back surface of the same patient.
    axes_mm : tuple of numpy.ndarray
        R of the body's columns and S of its rows, as ``Camera.coarse_axes_mm`` returns them.
    soft_activity_per_ml : float
        Activity of soft tissue of relative uptake 1, in the unit of ``bone_activity``.
    foci : sequence of FocusLike
        ``activity`` of their points in the unit of ``bone_activity``; zero for cold ones.
    patient : Patient
        Its injected activity and time give all of this its size in Bq.
    field : {"chest", "abdomen", "pelvis", "trunk"}
        One bed of about 40 cm; "trunk" reaches from the hips to the shoulders.
    rng : numpy.random.Generator
    clinic : Clinic
        Section "spect".
    protocol : SpectProtocol, optional
        Drawn from the clinic by default.
    """
    drawn = draw_protocol(rng, clinic)
    protocol = protocol or drawn
    lying = LyingPatient(skeleton, bone_activity, body, *axes_mm, soft_activity_per_ml, foci, patient)
    placed = place_patient(lying, field, float(clinic.choose("spect.voxel_mm", rng)), rng, clinic)
    seen = acquire(placed, protocol, rng)
    found = reconstructed_mbq(placed, seen, protocol)
    is_calibrated = clinic.chance("spect.calibrated_share", rng) and protocol.is_quantitative
    error = clinic.draw("spect.calibration_factor", rng)
    counts_of_highest = float(np.exp(rng.uniform(*np.log(_COUNTS_OF_HIGHEST))))
    if is_calibrated:
        found *= np.float32(error * 1e6 / placed.grid.voxel_ml)
    else:
        found *= np.float32(counts_of_highest / max(float(found.max()), 1e-30))
    per_stored = _rounded(max(float(found.max()), 1e-6) / _HIGHEST_STORED) if is_calibrated else 1.0
    class_map, focus_map, spect_foci = focus_truth(placed, foci, resolution_fwhm_mm(seen, protocol))
    bones, spine_level, rib_level = skeleton_truth(placed)
    facts = dict(protocol_facts(protocol, seen)) | {
        "arms_raised": placed.arms_raised,
        "calibration_factor": round(error, 4) if is_calibrated else None,
        "mbq_per_unit": placed.mbq_per_unit,
    }
    return SimulatedSpect(
        field=field,
        voxels=np.clip(np.rint(found / np.float32(per_stored)), 0, 65535).astype(np.uint16),
        unit="Bq/ml" if is_calibrated else "counts",
        value_per_stored=per_stored,
        voxel_mm=placed.grid.voxel_mm,
        first_voxel_lps_mm=placed.grid.first_lps_mm,
        true_bq_per_ml=true_bq_per_ml(placed),
        class_map=class_map,
        focus_map=focus_map,
        skeleton=bones,
        spine_level=spine_level,
        rib_level=rib_level,
        spect_foci=spect_foci,
        patient=patient,
        acquisition=facts,
    )


def _rounded(value: float) -> float:
    """Return a value of five digits: what is written into a file is what was used."""
    return float(f"{value:.4e}")


def foci_in_field(foci: Iterable[SpectFocus]) -> tuple[Focus, ...]:
    """Return the foci that lie in the field, as a report's writer takes them."""
    return tuple(_for_the_report(focus) for focus in foci if focus.place != "outside")


def _for_the_report(focus: SpectFocus) -> Focus:
    return Focus(
        number=focus.number,
        hot_spot_class=focus.hot_spot_class,
        fine_region=focus.fine_region,
        kind=focus.kind,
        side=focus.side,
        visible=dict.fromkeys(VIEWS, focus.visible),
        contrast=focus.contrast,
        volume_ml=focus.volume_ml,
        looks_like_metastasis=focus.looks_like_metastasis,
    )
