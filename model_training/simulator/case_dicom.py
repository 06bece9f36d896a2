"""A simulated case as DICOM files, in the manner of one maker, with what its header says recorded for the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .nm_dicom import Manner, Study, Sweep, write_planar_nm

_FIRST_DAY = date(2025, 3, 1)
_ACQUIRED_MINUTE = 13 * 60 + 30  # of the day
_SEXES = {"male": "M", "female": "F"}


@dataclass(frozen=True)
class CaseDicom:
    """The files of a case.

    Attributes
    ----------
    paths : tuple of Path
        One of two frames, or the anterior and the posterior view.
    facts : mapping
        What a reader cannot know from the pixels, as plain values: maker, layout, whether the pixel size is left out
        and whether the posterior view is stored mirrored.
    """

    paths: tuple[Path, ...]
    facts: Mapping[str, Any]


def write_case_dicom(
    folder: str | Path,
    counts: Mapping[str, np.ndarray],
    pixel_size_mm: float,
    *,
    manner: Manner,
    study: Study | None = None,
    sweep: Sweep | None = None,
    name: str = "planar",
) -> CaseDicom:
    """Write both views as a maker does: one object, or one per view.

    Parameters
    ----------
    folder : path
        Exists.
    counts : mapping from view to numpy.ndarray
        ``(rows, columns)`` uint16, as acquired.
    pixel_size_mm : float
    manner : Manner
        ``nm_vendors.draw_manner`` draws one.
    study : Study, optional
    sweep : Sweep, optional
    name : str
        What the files' names begin with. It names no view: a reader has to look inside.
    """
    groups = [(view,) for view in VIEWS] if manner.one_view_each or manner.secondary_capture else [VIEWS]
    paths = []
    for number, views in enumerate(groups, start=1):
        path = Path(folder) / (f"{name}.dcm" if len(groups) == 1 else f"{name}_{number}.dcm")
        given = {view: counts[view] for view in views}
        paths.append(write_planar_nm(path, given, pixel_size_mm, study=study, manner=manner, sweep=sweep))
    facts = {
        "files": [path.name for path in paths],
        "vendor": manner.vendor,
        "manufacturer": manner.manufacturer,
        "view_naming": manner.view_naming,
        "secondary_capture": manner.secondary_capture,
        "transfer_syntax": "implicit" if manner.implicit_vr else "big endian" if manner.big_endian else "explicit",
        "pixel_size_in_file": manner.states_pixel_spacing,
        "pixel_size_mm": pixel_size_mm,
        "mirrored_posterior": manner.mirrored_posterior,
        "mirroring_in_file": manner.mirrored_posterior and _says_mirroring(manner),
    }
    return CaseDicom(tuple(paths), facts)


def study_of(seed: int, patient: Mapping[str, Any], radiopharmaceutical: str = "Tc-99m MDP", *, days: int = 0) -> Study:
    """Return the study of a simulated patient (``patient.Patient.facts``): no name, an invented number and date.

    ``days`` after the first examination it is a study of its own.
    """
    day = _FIRST_DAY + timedelta(days=days)
    injected = (_ACQUIRED_MINUTE - round(float(patient["hours_after_injection"]) * 60)) % 1440
    return Study(
        patient_id=f"SIM-{seed}",
        patient_name="Simulated^Patient",
        accession_number=f"{'F' if days else 'S'}{seed}"[:16],
        acquisition_date=day.strftime("%Y%m%d"),
        acquisition_time=_clock(_ACQUIRED_MINUTE),
        injection_time=_clock(injected),
        radiopharmaceutical=radiopharmaceutical,
        patient_sex=_SEXES.get(str(patient.get("sex")), ""),
        patient_age=f"{int(patient['age_years']):03d}Y",
        patient_weight_kg=float(patient["weight_kg"]),
        patient_height_cm=float(patient["height_cm"]),
        injected_mbq=float(patient["activity_mbq"]),
    )


def sweep_of(acquisition: Mapping[str, Any], rows: int, pixel_size_mm: float) -> Sweep:
    """Return how a case was scanned, from its plain facts (``SimulatedCase.acquisition``)."""
    camera = acquisition.get("camera", {})
    first, last = acquisition.get("field_rows", (0, rows))
    return Sweep(
        velocity_mm_per_s=float(acquisition.get("velocity_mm_per_s", 2.0)),
        length_mm=(last - first) * pixel_size_mm,
        window_percent=float(camera.get("energy_window_percent", 20.0)),
        collimator=str(camera.get("collimator", "LEHR")),
        stepped=acquisition.get("technique") == "stepped",
        follows_body=camera.get("heads") == "body contour",
    )


def _says_mirroring(manner: Manner) -> bool:
    if manner.orientation == "image":
        return not manner.secondary_capture
    return manner.orientation == "patient" and (manner.one_view_each or manner.secondary_capture)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}{minute % 60:02d}00"
