"""Radioactive markers that staff put beside or on the patient: artefacts of the picture, no uptake of the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .clinic import Clinic
from .projector import Projector

_POINTS = 120


@dataclass(frozen=True)
class Marker:
    """A small source outside the patient.

    Attributes
    ----------
    kind : {"point marker beside", "point marker on a lesion", "line marker"}
    side : {"left", "right", "midline"}
        Of the patient.
    points_mm : numpy.ndarray
        ``(N, 3)`` RAS in mm.
    peak_ratio : float
        Its maximum over the 99th percentile of the other counts, in the view that shows it better.
    """

    kind: str
    side: str
    points_mm: np.ndarray
    peak_ratio: float


@dataclass(frozen=True)
class MarkerInView:
    """A marker's noiseless counts on a box of a view (anterior order), empty where it lies outside."""

    counts: np.ndarray
    row: int
    column: int


def draw_markers(
    projector: Projector,
    landmarks: Mapping[str, np.ndarray],
    lesions_mm: Sequence[np.ndarray],
    rng: np.random.Generator,
    clinic: Clinic,
) -> list[Marker]:
    """Draw the markers of an examination, mostly none.

    Parameters
    ----------
    projector : Projector
        Of the camera and the body.
    landmarks : mapping from str to numpy.ndarray
        ``(3,)`` RAS in mm, of the posed skeleton.
    lesions_mm : sequence of numpy.ndarray
        ``(3,)`` middles of foci that somebody may have felt.
    rng : numpy.random.Generator
    clinic : Clinic
    """
    markers = []
    if clinic.chance("acquisition.side_marker", rng):
        side = clinic.choose("acquisition.side_marker_side", rng)
        place = _beside(projector, landmarks, side, rng, clinic)
        markers.append(Marker("point marker beside", side, _point(place, rng), _strength(rng, clinic)))
    if lesions_mm and clinic.chance("acquisition.lesion_marker", rng):
        lesion = lesions_mm[int(rng.integers(len(lesions_mm)))]
        place = np.array([lesion[0], _skin_in_front(projector, lesion) + 4.0, lesion[2]])
        markers.append(Marker("point marker on a lesion", _side_of(lesion), _point(place, rng), _strength(rng, clinic)))
    if clinic.chance("acquisition.line_marker", rng):
        side = str(rng.choice(["left", "right"]))
        place = _beside(projector, landmarks, side, rng, clinic)
        length = clinic.draw("acquisition.line_marker_mm", rng)
        line = place + np.linspace(-0.5, 0.5, 3 * _POINTS)[:, np.newaxis] * np.array([0.0, 0.0, length])
        markers.append(Marker("line marker", side, line.astype(np.float32), _strength(rng, clinic)))
    return markers


def marker_boxes(projector: Projector, marker: Marker, others: Mapping[str, np.ndarray]) -> dict[str, MarkerInView]:
    """Return a marker in both views, seen through the body where that lies between, in the unit of ``others``."""
    even = np.full(len(marker.points_mm), 1.0 / len(marker.points_mm))
    boxes = {}
    for view in VIEWS:
        counts, (row, column) = projector.project_focus(marker.points_mm, even, view)
        boxes[view] = MarkerInView(counts, row, column)
    highest = max((float(box.counts.max()) for box in boxes.values() if box.counts.size), default=0.0)
    if highest <= 0:
        return boxes
    wanted = marker.peak_ratio * max(float(np.percentile(others[view], 99)) for view in VIEWS)
    factor = np.float32(wanted / highest)
    return {view: MarkerInView(box.counts * factor, box.row, box.column) for view, box in boxes.items()}


def _strength(rng: np.random.Generator, clinic: Clinic) -> float:
    return clinic.draw("acquisition.marker_peak_ratio", rng)


def _point(place_mm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (place_mm + rng.normal(0, 1.0, (_POINTS, 3))).astype(np.float32)


def _side_of(point_mm: np.ndarray) -> str:
    return "midline" if abs(float(point_mm[0])) < 15.0 else "right" if point_mm[0] > 0 else "left"


def _beside(
    projector: Projector,
    landmarks: Mapping[str, np.ndarray],
    side: str,
    rng: np.random.Generator,
    clinic: Clinic,
) -> np.ndarray:
    """Return a place in the air beside the body, on a side of the patient."""
    camera = projector.camera
    height = float(landmarks[f"{clinic.choose('acquisition.marker_height', rng)}_{side}"][2]) + clinic.draw(
        "acquisition.marker_height_mm", rng
    )
    right_mm, superior_mm = camera.coarse_axes_mm()
    row = int(np.abs(superior_mm - height).argmin())
    body = right_mm[np.isfinite(projector.body.front_mm[max(row - 8, 0) : row + 9]).any(0)]
    edge = (float(body.max()) if side == "right" else float(body.min())) if body.size else 0.0
    outward = 1.0 if side == "right" else -1.0
    depth = float(np.nanmean([camera.detector_a_mm[0], camera.detector_a_mm[1]]))
    return np.array([edge + outward * clinic.draw("acquisition.marker_gap_mm", rng), depth, height])


def _skin_in_front(projector: Projector, point_mm: np.ndarray) -> float:
    camera, front = projector.camera, projector.body.front_mm
    row = int(np.clip(np.rint(camera.rows_of(point_mm[2])) // 2, 0, front.shape[0] - 1))
    column = int(np.clip(np.rint(camera.columns_of(point_mm[0])) // 2, 0, front.shape[1] - 1))
    skin = float(front[row, column])
    return skin if np.isfinite(skin) else float(point_mm[1]) + 20.0
