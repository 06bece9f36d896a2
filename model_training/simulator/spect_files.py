"""One simulated tomography on disk: an npz with the volumes and a json with the truth in words and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.errors import InputError

from .case_files import json_bytes, replace_file, write_arrays
from .patient import Patient
from .spect import SimulatedSpect
from .spect_truth import SpectFocus

FORMAT = "BoneMetSeg simulated SPECT 1"
_ARRAYS = ("voxels", "true_bq_per_ml", "class_map", "focus_map", "skeleton", "spine_level", "rib_level")
_NUMBERS = ("field", "unit", "value_per_stored", "voxel_mm", "first_voxel_lps_mm", "acquisition")


def write_spect_files(path: Path, spect: SimulatedSpect, facts: Mapping[str, Any]) -> None:
    """Write a tomography.

    Parameters
    ----------
    path : Path
        Of the npz; the json gets the same name.
    facts : mapping
        What else goes into the json: reports, the set's name, ...
    """
    meta = {"format": FORMAT} | {name: getattr(spect, name) for name in _NUMBERS}
    meta |= {"patient": asdict(spect.patient), "foci": [asdict(focus) for focus in spect.spect_foci]}
    replace_file(path.with_suffix(".json"), json_bytes(meta | dict(facts)))
    write_arrays(path, {name: getattr(spect, name) for name in _ARRAYS})


def load_spect(path: str | Path) -> SimulatedSpect:
    """Read a tomography back.

    Raises
    ------
    InputError
        A file is missing or is not a simulated tomography.
    """
    path = Path(path)
    try:
        meta = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if meta["format"] != FORMAT:
            raise ValueError(meta["format"])
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
        numbers = {name: meta[name] for name in _NUMBERS} | {"first_voxel_lps_mm": tuple(meta["first_voxel_lps_mm"])}
        foci = tuple(SpectFocus(**_with_tuple(focus, "middle_lps_mm")) for focus in meta["foci"])
        patient = Patient(**_with_tuple(meta["patient"], "conditions"))
        return SimulatedSpect(**arrays, **numbers, spect_foci=foci, patient=patient)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path} is not a simulated tomography of this program; simulate it again") from error


def _with_tuple(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**values, name: tuple(values[name])}
