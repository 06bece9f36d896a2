"""A simulated examination, planar or tomography, in the one form that is scored: what is true of it, by view.

A tomography has the one view "spect", as its scan has; its arrays have three axes where planar ones have two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.scan import SPECT_VIEW, Scan
from model_training.simulated_scan import scan_of_case, scan_of_spect
from model_training.simulator import case_files, spect_files
from model_training.simulator.case import SimulatedCase
from model_training.simulator.foci import Focus
from model_training.simulator.spect import SimulatedSpect, foci_in_field
from model_training.simulator.spect_projector import FWHM_PER_SIGMA
from model_training.simulator.spect_truth import SpectFocus, unpack_skeleton


@dataclass(frozen=True)
class Tomography:
    """A simulated tomography in the terms of a ``SimulatedCase``, as far as scores ask for them.

    Attributes
    ----------
    spect : SimulatedSpect
    """

    spect: SimulatedSpect

    @property
    def pixel_size_mm(self) -> float:
        """Edge of the cubic voxels."""
        return self.spect.voxel_mm

    @property
    def foci(self) -> tuple[Focus, ...]:
        """Those in the field."""
        return self.spect.foci

    @cached_property
    def expected(self) -> dict[str, np.ndarray]:
        """Noiseless activity in Bq/ml, blurred with the resolution of the reconstruction as the truth of foci is."""
        from scipy.ndimage import gaussian_filter

        fwhm_mm = float(self.spect.acquisition["resolution_fwhm_mm"])  # type: ignore[arg-type]
        sigma = fwhm_mm / FWHM_PER_SIGMA / self.spect.voxel_mm
        return {SPECT_VIEW: gaussian_filter(self.spect.true_bq_per_ml, sigma, truncate=3.5)}

    @property
    def class_map(self) -> dict[str, np.ndarray]:
        """``(slices, rows, columns)`` by the only view."""
        return {SPECT_VIEW: self.spect.class_map}

    @property
    def focus_map(self) -> dict[str, np.ndarray]:
        """``(slices, rows, columns)`` by the only view."""
        return {SPECT_VIEW: self.spect.focus_map}

    @cached_property
    def skeleton(self) -> dict[str, np.ndarray]:
        """``(29, slices, rows, columns)`` by the only view."""
        return {SPECT_VIEW: unpack_skeleton(self.spect.skeleton)}

    @property
    def spine_level(self) -> dict[str, np.ndarray]:
        """``(slices, rows, columns)`` by the only view."""
        return {SPECT_VIEW: self.spect.spine_level}

    @property
    def rib_level(self) -> dict[str, np.ndarray]:
        """``(slices, rows, columns)`` by the only view."""
        return {SPECT_VIEW: self.spect.rib_level}


Examination = SimulatedCase | Tomography


def load_examination(path: Path) -> Examination:
    """Read a simulated examination, planar or tomography.

    Raises
    ------
    InputError
        A file is missing, or is no simulated examination.
    """
    if is_tomography(load_meta(path)):
        return Tomography(spect_files.load_spect(path))
    return case_files.load_case(path)


def load_meta(path: Path) -> dict[str, Any]:
    """Return the json of a simulated examination.

    Raises
    ------
    InputError
        It is missing, or of no simulated examination.
    """
    try:
        meta = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        meta = None
    return meta if isinstance(meta, dict) and is_tomography(meta) else case_files.load_meta(path)


def is_tomography(meta: Mapping[str, Any]) -> bool:
    """Say whether a json is of a tomography."""
    return bool(meta.get("format") == spect_files.FORMAT)


def foci_of(meta: Mapping[str, Any]) -> tuple[Focus, ...]:
    """Return the foci of an examination's json; of a tomography those in the field."""
    if not is_tomography(meta):
        return tuple(Focus(**focus) for focus in meta["foci"])
    return foci_in_field(SpectFocus(**focus) for focus in meta["foci"])


def truth_step(known: tuple[int, ...], shown: tuple[int, ...]) -> int:
    """Return whether bones and levels are known of every pixel (1) or of every second one along each axis (2)."""
    return 1 if known == shown else 2


def scan_of(case: Examination) -> Scan:
    """Return the scan that a reader would get."""
    return scan_of_spect(case.spect) if isinstance(case, Tomography) else scan_of_case(case)


def acquired_counts(case: Examination) -> dict[str, int]:
    """Return how much was counted: in each planar view, or in all projections of a tomography."""
    if isinstance(case, Tomography):
        return {SPECT_VIEW: int(case.spect.acquisition["total_counts"])}  # type: ignore[call-overload]
    return {view: int(counts.sum(dtype=np.int64)) for view, counts in case.counts.items()}
