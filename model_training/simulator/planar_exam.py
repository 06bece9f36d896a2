"""One whole-body examination of a simulated patient: pose, camera, noiseless views, truth, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .acquisition import Acquisition, applied_views, draw_acquisition
from .body import Body, make_body
from .burden_truth import true_bsi_percent
from .camera import Camera, as_acquired, draw_camera
from .disease import is_superscan, tracer_left
from .foci import FocusSource, with_photopenia
from .focus_images import focus_truth, scaled_boxes
from .markers import MarkerInView, draw_markers, marker_boxes
from .parts import Skeleton
from .physiological import draw_physiological
from .pose import pose_skeleton
from .projector import Projector
from .simulated_case import SimulatedCase
from .simulated_patient import SimulatedPatient
from .truth import FocusInView, focus_maps, skeleton_maps

_FLESH_MM = 40.0
"""In front of and behind the bones, for a first guess of where the patient ends."""


@dataclass(frozen=True)
class PlanarExam:
    """An examination with what another one of the same patient, with another camera, needs.

    Attributes
    ----------
    case : SimulatedCase
    skeleton : Skeleton
        As posed.
    body : Body
    camera : Camera
    bone_activity : numpy.ndarray
        ``(N,)`` of the skeleton's points, photopenia taken off.
    soft_activity_per_ml : float
        In the unit of ``bone_activity``.
    sources : tuple of FocusSource
        In the order of their numbers.
    activities : numpy.ndarray
        ``(len(sources),)``: total activity of each focus, in the unit of ``bone_activity``.
    """

    case: SimulatedCase
    skeleton: Skeleton
    body: Body
    camera: Camera
    bone_activity: np.ndarray
    soft_activity_per_ml: float
    sources: tuple[FocusSource, ...]
    activities: np.ndarray


def examine(
    person: SimulatedPatient, *, examination: int = 0, lesions: Sequence[FocusSource] | None = None, days: int = 0
) -> PlanarExam:
    """Take a whole-body scan of a patient.

    Parameters
    ----------
    person : SimulatedPatient
    examination : int
        0 for the first; pose, camera, urinary tract and noise are drawn anew for each.
    lesions : sequence of FocusSource, optional
        Instead of the patient's own, for a later examination.
    days : int
        Since the first examination.
    """
    clinic, built = person.clinic, person.skeleton

    def stream(stage: str) -> np.random.Generator:
        return person.stream(stage, examination)

    own = list(person.lesions if lesions is None else lesions)
    left = tracer_left(built, own, clinic)
    sources = [*own, *draw_physiological(built, person.patient, stream("physiological"), clinic, left)]
    posed = pose_skeleton(built, person.patient, stream("pose"), clinic)
    camera, body = _place(person, posed, stream("camera"))
    acquisition = draw_acquisition(camera, posed.landmarks, stream("acquisition"), clinic)
    projector = Projector(camera, body)
    bone_activity = with_photopenia(person.activity, own)
    normal, soft_per_mm = _normal_views(projector, posed, bone_activity, person.soft_share * left)
    background = {view: projector.add_scatter(normal[view], view) for view in VIEWS}
    boxes, activities = scaled_boxes(projector, posed, sources, background)
    middles = [source.points_on(posed).mean(0) for source in own if source.hot_spot_class == "metastasis"]
    markers = draw_markers(projector, posed.landmarks, middles, stream("markers"), clinic)
    marks: list[dict[str, MarkerInView]] = [marker_boxes(projector, marker, background) for marker in markers]
    primary = {
        view: _with_boxes(normal[view], [*(box[view] for box in boxes), *(mark[view] for mark in marks)])
        for view in VIEWS
    }
    everything = applied_views(acquisition, {view: projector.add_scatter(primary[view], view) for view in VIEWS})
    boxes = [{view: _recorded(acquisition, box[view], view) for view in VIEWS} for box in boxes]
    scale = np.float32(acquisition.counts_per_unit(everything["anterior"]))

    expected: dict[str, np.ndarray] = {view: _acquired(everything[view] * scale, view) for view in VIEWS}
    found = {view: focus_maps(_numbered(sources, boxes, view), everything[view]) for view in VIEWS}
    bones = {view: _recorded_bones(acquisition, projector, posed, person.activity, background, view) for view in VIEWS}
    foci = tuple(
        focus_truth(number, source, boxes[number - 1], everything, {view: found[view][2][number] for view in VIEWS})
        for number, source in enumerate(sources, start=1)
    )
    noise = stream("counts")
    artefacts = [
        {"kind": marker.kind, "side": marker.side} | _marker_places(acquisition, mark, scale)
        for marker, mark in zip(markers, marks, strict=True)
    ]
    case = SimulatedCase(
        seed=person.seed,
        pixel_size_mm=camera.pixel_size_mm,
        expected=expected,
        counts={view: acquisition.record(expected[view], noise) for view in VIEWS},
        class_map={view: _acquired(found[view][0], view) for view in VIEWS},
        focus_map={view: _acquired(found[view][1], view) for view in VIEWS},
        skeleton={view: _acquired(bones[view][0], view) for view in VIEWS},
        spine_level={view: _acquired(bones[view][1], view) for view in VIEWS},
        rib_level={view: _acquired(bones[view][2], view) for view in VIEWS},
        foci=foci,
        true_bsi_percent=true_bsi_percent(built, [each for each in own if each.hot_spot_class == "metastasis"]),
        patient=person.patient.facts() | {"anatomy": built.source, "superscan": is_superscan(own)},
        acquisition={"camera": camera.facts(), **acquisition.facts(), "artefacts": artefacts},
        timepoint=examination,
        days=days,
    )
    soft_per_ml = soft_per_mm * 1000.0 / camera.pixel_size_mm**2
    return PlanarExam(case, posed, body, camera, bone_activity, soft_per_ml, tuple(sources), activities)


def _place(person: SimulatedPatient, posed: Skeleton, rng: np.random.Generator) -> tuple[Camera, Body]:
    points = posed.points_mm
    front, back = float(points[:, 1].max()) + _FLESH_MM, float(points[:, 1].min()) - _FLESH_MM
    camera = draw_camera(points, front, back, rng, person.clinic)
    right, superior = camera.coarse_axes_mm()
    # The same body at each examination.
    return camera, make_body(posed, person.patient, right, superior, person.stream("body"), person.clinic)


def _normal_views(
    projector: Projector, skeleton: Skeleton, activity: np.ndarray, soft_share: float
) -> tuple[dict[str, np.ndarray], float]:
    """Return bones and soft tissue, primary counts in arbitrary units, and the soft tissue's activity per mm of depth.

    ``soft_share`` is soft tissue over bone, both views together.
    """
    bones = {view: projector.project(skeleton.points_mm, activity, view) for view in VIEWS}
    soft = {view: projector.project_soft_tissue(view) for view in VIEWS}
    factor = soft_share * sum(image.sum() for image in bones.values()) / sum(image.sum() for image in soft.values())
    return {view: bones[view] + np.float32(factor) * soft[view] for view in VIEWS}, float(factor)


def _recorded(acquisition: Acquisition, box: FocusInView, view: str) -> FocusInView:
    return FocusInView(*acquisition.apply_box(box.counts, box.row, box.column, view))


def _recorded_bones(
    acquisition: Acquisition,
    projector: Projector,
    skeleton: Skeleton,
    activity: np.ndarray,
    background: Mapping[str, np.ndarray],
    view: str,
) -> list[np.ndarray]:
    maps = skeleton_maps(skeleton, activity, projector, view, background[view])
    return [acquisition.apply_mask(each) for each in maps]


def _with_boxes(normal: np.ndarray, boxes: Sequence[FocusInView | MarkerInView]) -> np.ndarray:
    image = normal.copy()
    for box in boxes:
        height, width = box.counts.shape
        image[box.row : box.row + height, box.column : box.column + width] += box.counts
    return image


def _numbered(
    sources: list[FocusSource], boxes: list[dict[str, FocusInView]], view: str
) -> dict[int, tuple[str, FocusInView]]:
    return {
        number: (source.hot_spot_class, box[view])
        for number, (source, box) in enumerate(zip(sources, boxes, strict=True), start=1)
    }


def _marker_places(acquisition: Acquisition, mark: Mapping[str, MarkerInView], scale: np.float32) -> dict[str, Any]:
    """Return where a marker is in each view as acquired, and its own counts at its maximum; 0 where it is not seen."""
    places: dict[str, Any] = {}
    for view in VIEWS:
        counts, row, column = acquisition.apply_box(mark[view].counts, mark[view].row, mark[view].column, view)
        if counts.size == 0 or counts.max() <= 0:
            places[view] = {"row": -1, "column": -1, "peak_counts": 0.0}
            continue
        at = np.unravel_index(int(counts.argmax()), counts.shape)
        own = column + int(at[1])
        seen = own if view == VIEWS[0] else acquisition.columns - 1 - own
        peak = round(float(counts[at] * scale), 1)
        places[view] = {"row": row + int(at[0]), "column": seen, "peak_counts": peak}
    return places


def _acquired(image: np.ndarray, view: str) -> np.ndarray:
    return np.ascontiguousarray(as_acquired(image, view))
