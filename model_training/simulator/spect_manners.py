"""How cameras and archives write a simulated tomography: stacking, spacing, calibration, dose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from .clinic import Clinic
from .nm_dicom import Study
from .nm_spect_dicom import Calibration, SpectGeometry, SpectManner, SpectObject, write_spect_nm
from .spect import SimulatedSpect
from .spect_activity import HALF_LIFE_H

STACKINGS = ("upward", "downward", "downward, negative spacing", "turned about")
Frames = tuple[np.ndarray, SpectGeometry]


def spect_frames(spect: SimulatedSpect, stacking: str = "upward") -> Frames:
    """Return a volume's frames and their geometry as a camera stacks them.

    Parameters
    ----------
    spect : SimulatedSpect
    stacking : str
        "upward": from the feet to the head, axial, columns to the left. "downward": from the head down, the rows'
        direction turned so that the normal points down. "downward, negative spacing": from the head down, said by the
        sign of Spacing Between Slices. "turned about": columns to the right and rows to the front.

    Raises
    ------
    KeyError
        There is no such stacking.
    """
    step = spect.voxel_mm
    upward = SpectGeometry((step, step), step, step, position=spect.first_voxel_lps_mm)
    return _STACK[stacking](spect.voxels, upward)


def write_spect(
    path: str | Path,
    spect: SimulatedSpect,
    *,
    stacking: str = "upward",
    writes_spacing: bool = True,
    writes_dose: bool = True,
    decay_correction: str = "START",
    study: Study | None = None,
    series_description: str = "",
) -> Path:
    """Write a simulated tomography as a RECON TOMO object.

    Parameters
    ----------
    path : str or Path
    spect : SimulatedSpect
    stacking : str
        As in ``spect_frames``.
    writes_spacing : bool
        Else only Slice Thickness says how far slices lie apart.
    writes_dose : bool
        Weight, dose and half-life, which an SUV needs.
    decay_correction : {"START", "ADMIN"}
        Bq/ml refer to the start of the acquisition, or to the injection.
    study : Study, optional
        Its time of injection is set to fit the patient.
    series_description : str, optional
        By default one that says how it was reconstructed.
    """
    frames, geometry = spect_frames(spect, stacking)
    if not writes_spacing:
        geometry = replace(geometry, spacing_mm=None)
    study = _with_time_of_injection(study or Study("SIMULATED-SPECT", "Simulated^Spect"), spect)
    description = series_description or _description(spect)
    how = SpectObject(geometry, _calibration(spect, writes_dose, decay_correction), SpectManner(), study)
    how = replace(how, manner=SpectManner(series_description=description))
    return write_spect_nm(path, frames, how)


def write_spect_as_drawn(
    path: str | Path, spect: SimulatedSpect, rng: np.random.Generator, clinic: Clinic, study: Study | None = None
) -> Path:
    """Write a simulated tomography in a manner drawn from the clinic."""
    stacking = clinic.choose("spect.stacking", rng)
    spacing = clinic.chance("spect.writes_spacing", rng)
    dose = clinic.chance("spect.writes_dose", rng)
    return write_spect(
        path,
        spect,
        stacking=stacking,
        # Without it, nothing says that frames run against the normal.
        writes_spacing=spacing or "negative" in stacking,
        writes_dose=dose,
        decay_correction=clinic.choose("spect.decay_correction", rng),
        study=study,
    )


def _downward(voxels: np.ndarray, upward: SpectGeometry) -> Frames:
    # Columns to the left and rows to the front: row x column points to the feet.
    position = _moved(upward, voxels.shape, (False, True, True))
    orientation = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    return voxels[::-1, ::-1].copy(), replace(upward, orientation=orientation, position=position)


def _negative(voxels: np.ndarray, upward: SpectGeometry) -> Frames:
    position = _moved(upward, voxels.shape, (False, False, True))
    return voxels[::-1].copy(), replace(upward, spacing_mm=-upward.pixel_mm[0], position=position)


def _turned(voxels: np.ndarray, upward: SpectGeometry) -> Frames:
    position = _moved(upward, voxels.shape, (True, True, False))
    orientation = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    return voxels[:, ::-1, ::-1].copy(), replace(upward, orientation=orientation, position=position)


_STACK: dict[str, Callable[[np.ndarray, SpectGeometry], Frames]] = {
    "upward": lambda voxels, upward: (voxels, upward),
    "downward": _downward,
    "downward, negative spacing": _negative,
    "turned about": _turned,
}


def _moved(
    upward: SpectGeometry, shape: tuple[int, ...], to_the_end: tuple[bool, bool, bool]
) -> tuple[float, float, float]:
    """Return the first voxel's position after some of the axes (left, posterior, superior) were turned round."""
    assert upward.position is not None  # noqa: S101
    step = upward.pixel_mm[0]
    left, posterior, superior = (
        round(at + (extent - 1) * step, 6) if turned else at
        for at, extent, turned in zip(upward.position, shape[::-1], to_the_end, strict=True)
    )
    return left, posterior, superior


def _calibration(spect: SimulatedSpect, writes_dose: bool, decay_correction: str) -> Calibration:
    patient = spect.patient
    # To the injection: more activity by what decayed until the acquisition.
    earlier = 2.0 ** (patient.hours_after_injection / HALF_LIFE_H) if decay_correction == "ADMIN" else 1.0
    calibrated = spect.unit == "Bq/ml"
    return Calibration(
        unit="Bq/ml" if calibrated else "",
        slope=spect.value_per_stored * earlier if calibrated else 1.0,
        weight_kg=patient.weight_kg if writes_dose else None,
        dose_mbq=patient.activity_mbq if writes_dose else None,
        half_life_s=HALF_LIFE_H * 3600 if writes_dose else None,
        decay_correction=decay_correction if calibrated else "",
    )


def _description(spect: SimulatedSpect) -> str:
    facts = spect.acquisition
    corrections = "".join(
        f" {short}"
        for short, name in (
            ("AC", "attenuation_correction"),
            ("SC", "scatter_correction"),
            ("RR", "resolution_recovery"),
        )
        if facts[name]
    )
    return f"Bone SPECT {spect.field.upper()}{corrections or ' NAC'}"


def _with_time_of_injection(study: Study, spect: SimulatedSpect) -> Study:
    acquired = datetime.strptime(study.acquisition_date + study.acquisition_time, "%Y%m%d%H%M%S")  # noqa: DTZ007
    injected = acquired - timedelta(hours=spect.patient.hours_after_injection)
    return replace(study, injection_time=injected.strftime("%H%M%S"))
