"""Foci of uptake: what is true of one in an image (``Focus``), and what it is made of before (``FocusSource``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .parts import Skeleton


@dataclass(frozen=True)
class Focus:
    """One focus of uptake and what is true of it.

    Attributes
    ----------
    number : int
        1-based, its value in ``focus_map``.
    hot_spot_class : {"metastasis", "benign", "physiological"}
    fine_region : str
        Name of ``anatomy.FINE_REGIONS``, or of ``anatomy.PHYSIOLOGICAL_SITES``.
    kind : str
        "metastasis", "cold metastasis", "osteoarthritis", "rib fracture", "bladder", ...
    side : {"left", "right", "midline"}
    visible : mapping from view to bool
        Whether it shows there by the rule of ``truth.focus_is_visible``.
    contrast : float
        Counts at its maximum over the counts there without it, in the view that shows it better; below 1 for cold ones.
    volume_ml : float
        Bone (or urine, tissue) that it takes up.
    looks_like_metastasis : bool
        Benign, but drawn from the same places, sizes and strengths as metastases: only a report can tell.
    lesion_id : int
        The same lesion has the same number in all examinations of a patient; 0 for physiological uptake.
    part : str
        Part of the bone (``bone_parts.part_of``): "body", "pedicle", "lateral arc", "proximal", ...; "" if none.
    part_side : {"left", "right", ""}
        Side within an unpaired bone.
    """

    number: int
    hot_spot_class: str
    fine_region: str
    kind: str
    side: str
    visible: Mapping[str, bool]
    contrast: float
    volume_ml: float
    looks_like_metastasis: bool
    lesion_id: int = 0
    part: str = ""
    part_side: str = ""


@dataclass(frozen=True)
class FocusSpec:
    """What a focus in bone is made from: the same spec, scaled, is the same lesion grown or shrunk.

    Attributes
    ----------
    bones : tuple of str
        Fine regions whose points it may take; the first is where its middle lies.
    blobs : numpy.ndarray
        ``(lobes, 7)``: centre (RAS in mm, neutral skeleton), half axes in mm, relative strength. Their union is the
        irregular outline.
    strength : float
        Own maximum over the other counts there; negative for cold foci.
    hollow : float
        Share of the half axes within which nothing is taken up (a lytic lesion with a hot rim); 0 for none.
    layer : {"bone", "marrow", "periosteal"}
        Whether uptake sits on the bone's points, is drawn in toward the axis of a long bone, or lies on its surface.
    seed : int
        Of the sampling of its points.
    """

    bones: tuple[str, ...]
    blobs: np.ndarray
    strength: float
    hollow: float = 0.0
    layer: str = "bone"
    seed: int = 0

    @property
    def radius_mm(self) -> float:
        """Geometric mean of the half axes of the main lobe."""
        return float(np.prod(self.blobs[0, 3:6]) ** (1 / 3))

    def scaled(self, size: float, strength: float = 1.0) -> FocusSpec:
        """Return the same outline, ``size`` times as large about its main lobe's centre."""
        blobs = self.blobs.copy()
        blobs[:, :3] = blobs[0, :3] + size * (blobs[:, :3] - blobs[0, :3])
        blobs[:, 3:6] *= size
        return replace(self, blobs=blobs, strength=self.strength * strength)


@dataclass(frozen=True)
class FocusSource:
    """A focus before it is projected.

    Attributes
    ----------
    hot_spot_class, fine_region, kind, side, volume_ml, looks_like_metastasis, lesion_id, part, part_side
        As in ``Focus``.
    points_mm : numpy.ndarray
        ``(N, 3)`` RAS in mm on the skeleton it was drawn on; ``points_on`` says where they are after posing.
    activity : numpy.ndarray
        ``(N,)`` relative activity.
    peak_ratio : float
        Its own maximum over the other counts there, wanted in the view that shows it better; negative for cold foci.
    bone_points, involvement : numpy.ndarray
        Indices of the skeleton's points inside it and how much of each (0-1) it takes: the truth of the Bone Scan
        Index.
    photopenia : numpy.ndarray
        Share (0-1) of its normal uptake that each of ``bone_points`` loses; empty for none.
    carrier : numpy.ndarray
        ``(N,)`` int64, index of the skeleton's point that each of its points moves with.
    offset_mm : numpy.ndarray
        ``(N, 3)`` from carrier to point on the skeleton it was drawn on.
    frame, frame_mm : numpy.ndarray
        ``(K,)`` indices of points of the bones that carry it, and ``(K, 3)`` where they were then: how these have
        turned is how the offsets turn.
    spec : FocusSpec or None
        None where it is not made of bone.
    """

    hot_spot_class: str
    fine_region: str
    kind: str
    side: str
    volume_ml: float
    looks_like_metastasis: bool
    points_mm: np.ndarray
    activity: np.ndarray
    peak_ratio: float
    bone_points: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    involvement: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    photopenia: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    carrier: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    offset_mm: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    frame: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    frame_mm: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    lesion_id: int = 0
    part: str = ""
    part_side: str = ""
    spec: FocusSpec | None = None

    def points_on(self, posed: Skeleton) -> np.ndarray:
        """Return the ``(N, 3)`` float32 points in mm on a skeleton of the same points, moved.

        Each point keeps its offset from its carrier; offsets turn with the rigid piece of the body that carries them
        (best rotation of the ``frame``'s points of that piece, Kabsch 1976). Offsets within bone are a few mm, where
        the rotation hardly matters; kidneys, muscles and veins are up to 100 mm away from bone.
        """
        points = posed.points_mm[self.carrier].astype(np.float64)
        segments, frame_segments = posed.segment[self.carrier], posed.segment[self.frame]
        for segment in np.unique(segments):
            mine, reference = segments == segment, frame_segments == segment
            rotation = best_rotation(self.frame_mm[reference], posed.points_mm[self.frame[reference]])
            points[mine] += self.offset_mm[mine] @ rotation.T
        return points.astype(np.float32)


def best_rotation(before_mm: np.ndarray, after_mm: np.ndarray) -> np.ndarray:
    """Return the ``(3, 3)`` rotation that best takes points to where they went, about their middles.

    Kabsch, Acta Cryst. 1976;A32:922. The identity where there are fewer than three points.
    """
    if len(before_mm) < 3:
        return np.eye(3)
    first = before_mm.astype(np.float64) - before_mm.mean(0, dtype=np.float64)
    second = after_mm.astype(np.float64) - after_mm.mean(0, dtype=np.float64)
    left, _, right = np.linalg.svd(first.T @ second)
    keep_handed = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return np.asarray((left @ keep_handed @ right).T)


def with_photopenia(activity: np.ndarray, sources: Iterable[FocusSource]) -> np.ndarray:
    """Return the activity ``(N,)`` of the skeleton's points without what cold foci and lytic cores remove."""
    activity = activity.copy()
    for source in sources:
        if len(source.photopenia):
            activity[source.bone_points] *= 1 - source.photopenia
    return activity
