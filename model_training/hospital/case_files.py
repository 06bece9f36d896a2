"""One real examination on disk: the arrays and the json of a simulated one, less what no hospital knows.

A real scan has no noiseless expectation, no skeleton and no levels. Their keys are absent, and the json says so:
``"source": "hospital", "truth": {"skeleton": false, "expected": false, "levels": false}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.segmentation import CLASSES
from model_training.simulator.case_files import json_bytes, replace_file, write_arrays

PLANAR_FORMAT = "BoneMetSeg hospital case 1"
SPECT_FORMAT = "BoneMetSeg hospital SPECT 1"
IGNORE = 255
"""In a class map: nobody knows what is there, and no loss or score may count it."""
MOST_FOCI = 255
_TRUTH = {"expected": False, "skeleton": False, "levels": False}


@dataclass(frozen=True)
class HospitalCase:
    """One planar examination with what somebody drew on it.

    Images are ``(rows, columns)`` as acquired: column 0 of the anterior view is the patient's right, of the posterior
    view the patient's left.

    Attributes
    ----------
    patient : str
        A name that does not tell who it is.
    pixel_size_mm : float
        Of square pixels.
    counts : mapping from view to numpy.ndarray
    class_map : mapping from view to numpy.ndarray
        uint8 index in ``segmentation.CLASSES``, or ``IGNORE``.
    focus_map : mapping from view to numpy.ndarray
        uint8 number of the focus, 0 = none; the same number in both views where they are one focus.
    foci : tuple of dict
        Of each: ``number``, ``hot_spot_class``, ``label`` (as it was called), ``visible`` by view.
    reports : mapping from language to str
    counts_up_to_a_factor : bool
        The values are proportional to counts at best: they come from a picture.
    facts : mapping
        Plain values: source files without names of persons, what was assumed.
    """

    patient: str
    pixel_size_mm: float
    counts: Mapping[str, np.ndarray]
    class_map: Mapping[str, np.ndarray]
    focus_map: Mapping[str, np.ndarray]
    foci: tuple[dict[str, Any], ...] = ()
    reports: Mapping[str, str] = field(default_factory=dict)
    counts_up_to_a_factor: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def modality(self) -> str:
        """As the data list names it."""
        return "planar"


@dataclass(frozen=True)
class HospitalSpect:
    """One tomography with what somebody drew on it.

    Volumes are ``(slices, rows, columns)``: slices from the feet up, rows from the front to the back, columns from the
    patient's right to the left.

    Attributes
    ----------
    voxels, class_map, focus_map : numpy.ndarray
    voxel_mm : tuple of float
        Slice distance, height, width of a voxel.
    unit : {"counts", "Bq/ml", "SUVbw"}
    first_voxel_lps_mm : tuple of float
    patient, foci, reports, facts
        As in ``HospitalCase``.
    """

    patient: str
    voxels: np.ndarray
    class_map: np.ndarray
    focus_map: np.ndarray
    voxel_mm: tuple[float, float, float]
    unit: str = "counts"
    first_voxel_lps_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    foci: tuple[dict[str, Any], ...] = ()
    reports: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def modality(self) -> str:
        """As the data list names it."""
        return "spect"


def write_hospital_case(path: Path, case: HospitalCase | HospitalSpect) -> None:
    """Write a case: its npz, and a json of the same name.

    Parameters
    ----------
    path : Path
        Of the npz.
    """
    meta: dict[str, Any] = {"source": "hospital", "truth": dict(_TRUTH), "patient": case.patient}
    meta |= {"foci": list(case.foci), "reports": {name: {"text": text} for name, text in case.reports.items()}}
    if isinstance(case, HospitalCase):
        meta |= {"format": PLANAR_FORMAT, "pixel_size_mm": case.pixel_size_mm, "views": list(case.counts)}
        meta |= {"counts_up_to_a_factor": case.counts_up_to_a_factor}
        arrays = {f"counts_{view}": smallest(counts) for view, counts in case.counts.items()}
        arrays |= {f"class_{view}": case.class_map[view].astype(np.uint8) for view in case.counts}
        arrays |= {f"focus_{view}": case.focus_map[view].astype(np.uint8) for view in case.counts}
    else:
        meta |= {"format": SPECT_FORMAT, "voxel_mm": list(case.voxel_mm), "unit": case.unit}
        meta |= {"first_voxel_lps_mm": list(case.first_voxel_lps_mm), "value_per_stored": 1.0}
        arrays = {
            "voxels": smallest(case.voxels),
            "class_map": case.class_map.astype(np.uint8),
            "focus_map": case.focus_map.astype(np.uint8),
        }
    # The json first: a case counts as complete when its npz is there.
    replace_file(path.with_suffix(".json"), json_bytes(meta | dict(case.facts)))
    write_arrays(path, arrays)


def load_hospital_case(path: Path) -> HospitalCase | HospitalSpect:
    """Read a case back.

    Raises
    ------
    InputError
        A file is missing, or is not an imported case.
    """
    meta = hospital_meta(path)
    try:
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        common: dict[str, Any] = {
            "patient": str(meta["patient"]),
            "foci": tuple(meta["foci"]),
            "reports": {name: report["text"] for name, report in meta["reports"].items()},
            "facts": {name: value for name, value in meta.items() if name not in _OWN_KEYS},
        }
        if meta["format"] == PLANAR_FORMAT:
            views = [view for view in VIEWS if f"counts_{view}" in arrays]
            return _checked(
                path,
                HospitalCase(
                    pixel_size_mm=float(meta["pixel_size_mm"]),
                    counts={view: arrays[f"counts_{view}"] for view in views},
                    class_map={view: arrays[f"class_{view}"] for view in views},
                    focus_map={view: arrays[f"focus_{view}"] for view in views},
                    counts_up_to_a_factor=bool(meta["counts_up_to_a_factor"]),
                    **common,
                ),
            )
        slice_mm, height_mm, width_mm = meta["voxel_mm"]
        left, back, up = meta["first_voxel_lps_mm"]
        return HospitalSpect(
            voxels=arrays["voxels"],
            class_map=arrays["class_map"],
            focus_map=arrays["focus_map"],
            voxel_mm=(float(slice_mm), float(height_mm), float(width_mm)),
            first_voxel_lps_mm=(float(left), float(back), float(up)),
            unit=str(meta["unit"]),
            **common,
        )
    except InputError:
        raise
    except Exception as error:  # numpy raises many kinds on a damaged archive
        raise InputError(f"{path} is not an imported case of this program, or is damaged; import it again") from error


_OWN_KEYS = frozenset(
    "format source truth patient foci reports pixel_size_mm views counts_up_to_a_factor voxel_mm unit "
    "first_voxel_lps_mm value_per_stored".split()
)


def hospital_meta(path: Path) -> dict[str, Any]:
    """Return the json beside an imported case's npz.

    Raises
    ------
    InputError
        It is missing or describes something else.
    """
    path = path.with_suffix(".json")
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as the description of an imported case") from error
    if not isinstance(meta, dict) or meta.get("format") not in (PLANAR_FORMAT, SPECT_FORMAT):
        raise InputError(f"{path} is not the description of an imported case; import it again")
    return meta


def _checked(path: Path, case: HospitalCase) -> HospitalCase:
    if not case.counts:
        raise InputError(f"{path} holds no view; import it again")
    for view, counts in case.counts.items():
        if counts.ndim != 2 or not counts.shape == case.class_map[view].shape == case.focus_map[view].shape:
            raise InputError(f"{path} is damaged: counts and masks of its {view} view differ in size; import it again")
        if not np.isin(np.unique(case.class_map[view]), (*range(len(CLASSES)), IGNORE)).all():
            raise InputError(f"{path} is damaged: its {view} view holds a class that is unknown; import it again")
    return case


def smallest(values: np.ndarray) -> np.ndarray:
    """Return values as uint16 where that loses nothing, else as float32."""
    whole = values.size and values.min() >= 0 and values.max() <= 65535 and bool((values == np.rint(values)).all())
    return values.astype(np.uint16 if whole else np.float32)
