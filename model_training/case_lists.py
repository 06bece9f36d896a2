"""Which cases a data folder holds, by split, and what is written beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS


class _Examination(Protocol):
    """Anything with counts of views: a simulated case or a training case."""

    @property
    def pixel_size_mm(self) -> float: ...
    @property
    def counts(self) -> Mapping[str, np.ndarray]: ...
    @property
    def expected(self) -> Mapping[str, np.ndarray] | None: ...


def entries_of(folder: Path, split: str, modality: str = "planar") -> list[dict[str, Any]]:
    """Return the entries of a split ("training", "validation", "test") as the data list has them.

    Raises
    ------
    InputError
        No data list, or none that can be read.
    """
    path = folder / "datalist.json"
    try:
        datalist = json.loads(path.read_text(encoding="utf-8"))
        return [dict(entry) for entry in datalist[split] if entry.get("modality", "planar") == modality]
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} holds no datalist.json; make cases with 'python -m model_training simulate'"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not a data list with a {split} split; simulate the cases again") from error


def cases_of(folder: Path, split: str, modality: str = "planar") -> list[Path]:
    """Return the case files of a split ("training", "validation", "test") as the data list names them."""
    try:
        return [folder / entry["image"] for entry in entries_of(folder, split, modality)]
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{folder / 'datalist.json'} is not a data list with a {split} split; simulate the cases again"
        ) from error


def clinic_of(folder: Path) -> dict[str, Any]:
    """Return name, SHA-256 and simulator version of the clinic that a folder's patients come from; empty if unknown."""
    try:
        settings = json.loads((folder / "simulation.json").read_text(encoding="utf-8"))
        return {
            "name": settings["clinic"],
            "sha256": settings["clinic_sha256"],
            "simulator_version": settings["simulator_version"],
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def body_centre_mm(case: _Examination) -> tuple[float, float]:
    """Return the middle of the counts' 1-99 % range from the image's centre, (down, right in anterior order).

    Of the anterior view; of the posterior one, mirrored, where that is the only one.
    """
    images = case.counts if case.expected is None else case.expected
    view = next(view for view in VIEWS if view in images)
    centre = []
    for axis in (1, 0):
        share = np.cumsum(images[view].sum(axis, dtype=np.float64))
        low, high = np.searchsorted(share, (0.01 * share[-1], 0.99 * share[-1]))
        centre.append(float((low + high) / 2 - (len(share) - 1) / 2) * case.pixel_size_mm)
    down, right = centre
    return down, right if view == "anterior" else -right
