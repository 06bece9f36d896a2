"""Painted scans of one patient at several times, as cases and as case folders; limits that are easy to reckon with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.case_folder import write_case
from BoneMetSegLib.repeatability import LesionLimit, Repeatability
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import Identity
from Testing.library.synthetic_case import Focus, a_case

LIMITS = Repeatability("by hand", "test", (LesionLimit(float("inf"), 1.5, 1.3, 1),), 0.05, 0.1)


def case(foci: Sequence[Focus], date: str = "20240101", seed: int = 0, **options: Any) -> Case:
    """Return a painted case with Poisson noise, so that two of them are not the same scan."""
    made = a_case(foci, **options)
    noise = np.random.default_rng(seed + int(date or 0))
    views = {
        name: replace(view, counts=noise.poisson(view.counts).astype(np.float32))
        for name, view in made.scan.views.items()
    }
    return replace(made, scan=replace(made.scan, views=views, acquisition_date=date))


def written(folder: Path, foci: Sequence[Focus], date: str, *, patient_id: str = "ID-4711", **options: Any) -> Path:
    """Write such a case as ``segment`` would, without scene and pictures, and return its folder."""
    made = case(foci, date, **options)
    identity = replace(made.scan.identity, patient_id=patient_id) if patient_id else Identity()
    folder.mkdir()
    write_case(folder, replace(made, scan=replace(made.scan, identity=identity)), scene=False, pictures=False)
    return folder
