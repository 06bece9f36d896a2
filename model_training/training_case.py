"""One examination to train on, wherever it comes from: what is not known of it is ``None``.

A simulated case knows everything. A hospital's case has counts, masks and perhaps reports; nobody drew its skeleton,
and its noiseless expectation cannot be known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS

from .hospital.case_files import (
    IGNORE,
    PLANAR_FORMAT,
    SPECT_FORMAT,
    HospitalCase,
    HospitalSpect,
    load_hospital_case,
)
from .simulator import case_files as simulated_files
from .simulator import spect_files as simulated_spect_files
from .simulator.spect_truth import unpack_skeleton

__all__ = ["IGNORE", "TrainingCase", "TrainingVolume", "load_training_case", "load_training_volume"]

Source = Literal["simulated", "hospital"]


@dataclass(frozen=True)
class TrainingCase:
    """A planar examination.

    Images are ``(rows, columns)`` as acquired: column 0 of the anterior view is the patient's right, of the posterior
    view the patient's left (also where the hospital's file stored it mirrored: importing turned it).

    Attributes
    ----------
    views : tuple of str
        Those that there are: "anterior", "posterior", or both, in this order. The mappings have these keys.
    counts : mapping from view to numpy.ndarray
        One acquisition; uint16, or float32 where the values are no whole numbers.
    expected : mapping from view to numpy.ndarray, or None
        float32 noiseless counts; None: not known, so noise cannot be drawn anew (counts can be thinned).
    class_map : mapping from view to numpy.ndarray
        uint8 index in ``segmentation.CLASSES``. ``IGNORE`` (255) where nobody knows: to be left out of losses and
        scores. Simulated cases have none.
    focus_map : mapping from view to numpy.ndarray
        uint8 number of the focus, 0 = none.
    skeleton : mapping from view to numpy.ndarray, or None
        ``(29, rows // 2, columns // 2)`` bool.
    spine_level, rib_level : mapping from view to numpy.ndarray, or None
        ``(rows // 2, columns // 2)`` uint8, ``anatomy.level_coordinate`` x 10, 0 = none.
    pixel_size_mm : float
        Of square pixels.
    reports : mapping from language ("zh", "en") to str
        Empty where there is no report.
    patient : str
        The same for all examinations of a patient; tells nobody who it is.
    source : {"simulated", "hospital"}
    counts_up_to_a_factor : bool
        The counts come from a picture and are proportional to counts at best: their noise is not Poisson's.
    """

    views: tuple[str, ...]
    counts: Mapping[str, np.ndarray]
    expected: Mapping[str, np.ndarray] | None
    class_map: Mapping[str, np.ndarray]
    focus_map: Mapping[str, np.ndarray]
    skeleton: Mapping[str, np.ndarray] | None
    spine_level: Mapping[str, np.ndarray] | None
    rib_level: Mapping[str, np.ndarray] | None
    pixel_size_mm: float
    reports: Mapping[str, str]
    patient: str
    source: Source
    counts_up_to_a_factor: bool = False


@dataclass(frozen=True)
class TrainingVolume:
    """A tomography.

    Volumes are ``(slices, rows, columns)``: slices from the feet up, rows from the front to the back, columns from the
    patient's right to the left.

    Attributes
    ----------
    voxels : numpy.ndarray
        uint16 or float32; times ``value_per_stored`` in ``unit``.
    class_map, focus_map : numpy.ndarray
        uint8, as in ``TrainingCase``.
    skeleton : numpy.ndarray or None
        ``(29, slices, rows, columns)`` bool.
    spine_level, rib_level : numpy.ndarray or None
        uint8 ``(slices, rows, columns)``, level coordinate x 10, 0 = none.
    voxel_mm : tuple of float
        Slice distance, height, width.
    unit : {"counts", "Bq/ml", "SUVbw"}
    value_per_stored : float
    reports, patient, source
        As in ``TrainingCase``.
    """

    voxels: np.ndarray
    class_map: np.ndarray
    focus_map: np.ndarray
    skeleton: np.ndarray | None
    spine_level: np.ndarray | None
    rib_level: np.ndarray | None
    voxel_mm: tuple[float, float, float]
    unit: str
    value_per_stored: float
    reports: Mapping[str, str] = field(default_factory=dict)
    patient: str = ""
    source: Source = "simulated"


def load_training_case(path: str | Path) -> TrainingCase:
    """Read a planar case, simulated or imported.

    Parameters
    ----------
    path : path
        Its npz; the json of the same name lies beside it.

    Raises
    ------
    InputError
        A file is missing, damaged, or no planar case.
    """
    path = Path(path)
    meta = _meta(path)
    if meta.get("format") == PLANAR_FORMAT:
        return _of_hospital(path)
    if meta.get("format") != simulated_files.FORMAT:
        raise InputError(f"{path} is not a planar case of this program; simulate or import it again")
    case = simulated_files.load_case(path)
    return TrainingCase(
        views=VIEWS,
        counts=case.counts,
        expected=case.expected,
        class_map=case.class_map,
        focus_map=case.focus_map,
        skeleton=case.skeleton,
        spine_level=case.spine_level,
        rib_level=case.rib_level,
        pixel_size_mm=case.pixel_size_mm,
        reports=_reports(path, meta),
        patient=_simulated_patient(meta),
        source="simulated",
    )


def load_training_volume(path: str | Path) -> TrainingVolume:
    """Read a tomography, simulated or imported.

    Raises
    ------
    InputError
        A file is missing, damaged, or no tomography.
    """
    path = Path(path)
    meta = _meta(path)
    if meta.get("format") == SPECT_FORMAT:
        return _volume_of_hospital(path)
    if meta.get("format") != simulated_spect_files.FORMAT:
        raise InputError(f"{path} is not a tomography of this program; simulate or import it again")
    spect = simulated_spect_files.load_spect(path)
    return TrainingVolume(
        voxels=spect.voxels,
        class_map=spect.class_map,
        focus_map=spect.focus_map,
        skeleton=unpack_skeleton(spect.skeleton),
        spine_level=spect.spine_level,
        rib_level=spect.rib_level,
        voxel_mm=(spect.voxel_mm,) * 3,
        unit=spect.unit,
        value_per_stored=spect.value_per_stored,
        reports=_reports(path, meta),
        patient=_simulated_patient(meta),
        source="simulated",
    )


def _of_hospital(path: Path) -> TrainingCase:
    case = load_hospital_case(path)
    if not isinstance(case, HospitalCase):
        raise InputError(f"{path} is not a planar case of this program; import it again")
    return TrainingCase(
        views=tuple(case.counts),
        counts=case.counts,
        expected=None,
        class_map=case.class_map,
        focus_map=case.focus_map,
        skeleton=None,
        spine_level=None,
        rib_level=None,
        pixel_size_mm=case.pixel_size_mm,
        reports=case.reports,
        patient=case.patient,
        source="hospital",
        counts_up_to_a_factor=case.counts_up_to_a_factor,
    )


def _volume_of_hospital(path: Path) -> TrainingVolume:
    spect = load_hospital_case(path)
    if not isinstance(spect, HospitalSpect):
        raise InputError(f"{path} is not a tomography of this program; import it again")
    return TrainingVolume(
        voxels=spect.voxels,
        class_map=spect.class_map,
        focus_map=spect.focus_map,
        skeleton=None,
        spine_level=None,
        rib_level=None,
        voxel_mm=spect.voxel_mm,
        unit=spect.unit,
        value_per_stored=1.0,
        reports=spect.reports,
        patient=spect.patient,
        source="hospital",
    )


def marked_reports(path: str | Path) -> dict[str, dict[str, Any]]:
    """Return a case's reports by language as its json holds them; simulated ones have ``mentions`` beside ``text``.

    Raises
    ------
    InputError
        The json cannot be read, or its reports are in another form.
    """
    meta = _meta(Path(path))
    _reports(Path(path), meta)
    return dict(meta.get("reports", {}))


def _meta(path: Path) -> dict[str, Any]:
    path = path.with_suffix(".json")
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as the description of a case") from error
    if not isinstance(meta, dict):
        raise InputError(f"{path} is not the description of a case of this program")
    return meta


def _reports(path: Path, meta: Mapping[str, Any]) -> dict[str, str]:
    try:
        return {language: report["text"] for language, report in meta.get("reports", {}).items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{path.with_suffix('.json')} holds reports in a form that is not read") from error


def _simulated_patient(meta: Mapping[str, Any]) -> str:
    """Return the name that the data list gives the patient."""
    if "set_seed" in meta and "index" in meta:
        return f"simulated_{meta['set_seed']}_{meta['index']}"
    return f"simulated_{meta.get('seed', '')}"
