"""A simulated whole-body examination with everything that is true of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .foci import Focus


@dataclass(frozen=True)
class SimulatedCase:
    """A whole-body scan with everything that is true of it.

    Images are ``(rows, columns)`` as acquired: in the anterior view the patient's right is at column 0, in the
    posterior view the patient's left.

    Attributes
    ----------
    seed : int
    pixel_size_mm : float
    expected : mapping from view to numpy.ndarray
        float32 noiseless counts with scatter.
    counts : mapping from view to numpy.ndarray
        uint16, one Poisson draw of ``expected``.
    class_map : mapping from view to numpy.ndarray
        uint8 index in ``segmentation.CLASSES`` of the visible foci.
    focus_map : mapping from view to numpy.ndarray
        uint8, number of the focus (1-based), 0 = none.
    skeleton : mapping from view to numpy.ndarray
        ``(29, rows // 2, columns // 2)`` bool, ``anatomy.SKELETON_CHANNELS``.
    spine_level, rib_level : mapping from view to numpy.ndarray
        ``(rows // 2, columns // 2)`` uint8, ``anatomy.level_coordinate`` x 10, 0 = none.
    foci : tuple of Focus
    true_bsi_percent : float
        Bone Scan Index of the involved bone volume, % of skeletal mass.
    patient : mapping
        Plain facts.
    acquisition : mapping
        What is true of camera and examination, markers among it, as plain values.
    timepoint : int
        0 for the first examination of a patient, 1 for the second.
    days : int
        Since the first.
    """

    seed: int
    pixel_size_mm: float
    expected: Mapping[str, np.ndarray]
    counts: Mapping[str, np.ndarray]
    class_map: Mapping[str, np.ndarray]
    focus_map: Mapping[str, np.ndarray]
    skeleton: Mapping[str, np.ndarray]
    spine_level: Mapping[str, np.ndarray]
    rib_level: Mapping[str, np.ndarray]
    foci: tuple[Focus, ...]
    true_bsi_percent: float
    patient: Mapping[str, Any]
    acquisition: Mapping[str, Any] = field(default_factory=dict)
    timepoint: int = 0
    days: int = 0
