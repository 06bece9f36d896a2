"""What the network says about a scan and its report, before any finding is made of it (floor 1).

Written to ``maps.npz`` and read back, so that measuring needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

CLASSES: tuple[str, ...] = ("background", "metastasis", "benign", "physiological")
HOT_SPOT_CLASSES: tuple[str, ...] = CLASSES[1:]
STATUSES: tuple[str, ...] = ("metastatic", "benign", "uncertain", "negated", "uptake")
"""What a report says of a place; "uptake" is uptake whose nature is not said there."""
BONE_PROBABILITY = 0.5
"""A pixel belongs to a bone from this probability on."""
LEAST_KEPT_PROBABILITY = 1e-3
"""``maps.npz`` keeps a smaller probability as zero."""


@dataclass(frozen=True)
class ViewMaps:
    """The network's maps of one view, rows x columns as acquired (a posterior view is not mirrored).

    Of a SPECT volume the maps are three-dimensional: ``(k, j, i)`` stands for rows x columns.

    Attributes
    ----------
    image_only, with_report : numpy.ndarray
        ``(4, rows, columns)`` float32, probabilities of ``CLASSES`` that sum to one, without and with the report.
        ``with_report`` is None where there is no report.
    skeleton : numpy.ndarray
        ``(29, rows, columns)`` float32, probability of each of ``anatomy.SKELETON_CHANNELS``; several may hold at a
        pixel, since bones overlap in projection.
    spine_level, rib_level : numpy.ndarray
        ``(rows, columns)`` float32, coordinates of ``anatomy.vertebra_at`` and ``anatomy.rib_at``; meaningful where the
        skeleton map says spine or rib.
    """

    image_only: np.ndarray
    with_report: np.ndarray | None
    skeleton: np.ndarray
    spine_level: np.ndarray
    rib_level: np.ndarray

    @cached_property
    def bones(self) -> np.ndarray:
        """Which pixels belong to which bone: ``(29, rows, columns)`` bool. Asked for every focus."""
        return np.asarray(self.skeleton > BONE_PROBABILITY)

    @cached_property
    def _silhouettes(self) -> dict[tuple[int, ...], tuple[np.ndarray, int]]:
        return {}

    def silhouette(self, channels: tuple[int, ...]) -> tuple[np.ndarray, int]:
        """Return which pixels belong to any of some bones, ``(rows, columns)`` bool, and how many these are.

        Kept, since every change of the table of hot spots measures the same bones again.

        Parameters
        ----------
        channels : tuple of int
            Indices in ``anatomy.SKELETON_CHANNELS``.
        """
        if channels not in self._silhouettes:
            shown = np.asarray(self.bones[list(channels)].any(0))
            self._silhouettes[channels] = (shown, int(np.count_nonzero(shown)))
        return self._silhouettes[channels]

    @property
    def best(self) -> np.ndarray:
        """The probabilities with the report where there is one, else without."""
        return self.image_only if self.with_report is None else self.with_report


@dataclass(frozen=True)
class Mention:
    """A place the report speaks of, as it was read.

    Attributes
    ----------
    start, end : int
        Character span in the report's text.
    clause : int
        Index in ``Report.clauses``.
    slots : tuple of str
        Names of ``anatomy.TEXT_SLOTS``; several for "ribs 6-8" or "both shoulders".
    status : str
        One of ``STATUSES``.
    certainty : {"definite", "probable", "possible"}
        How sure the report is; the text path does not say, and stands for "definite".
    part : str
        The part of the bone that the words name, of ``anatomy.FINE_REGIONS`` without side ("knee_joint"), or "".
    is_cold : bool
        The words tell of less uptake than normal, or of a purely lytic focus.
    source : {"text path", "lexicon"}
        Who read the place.
    """

    start: int
    end: int
    clause: int
    slots: tuple[str, ...]
    status: str
    certainty: str = "definite"
    part: str = ""
    is_cold: bool = False
    source: str = "text path"


@dataclass(frozen=True)
class Segmentation:
    """The network's maps per view, what it read in the report, and what made them.

    Attributes
    ----------
    views : mapping from view to ViewMaps
    mentions : tuple of Mention
        Empty without a report.
    model : mapping
        ``name``, ``version``, ``sha256`` of the weights, as ``result.json`` prints them.
    thresholds : mapping
        From the bundle: ``foreground`` and others that ``hot_spots`` reads.
    device : str
        Where it ran ("cpu", "cuda:0 NVIDIA ...").
    seconds : mapping
        Time per stage.
    report_fit : float or None
        Probability that the report belongs to this scan, of the image's own evidence; None without a report.
    burden_calibration : mapping
        From the bundle, as ``burden_calibration.BurdenCalibration`` reads it; empty where it was never fitted.
    """

    views: Mapping[str, ViewMaps]
    mentions: tuple[Mention, ...] = ()
    model: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    device: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    report_fit: float | None = None
    burden_calibration: Mapping[str, Any] = field(default_factory=dict)
