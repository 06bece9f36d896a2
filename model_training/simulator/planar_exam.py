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
from .case import SimulatedCase
from .foci import Focus, FocusSource, with_photopenia
from .markers import MarkerInView, draw_markers, marker_boxes
from .parts import Skeleton
from .physiological import draw_physiological
from .pose import pose_skeleton
from .projector import Projector
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
    clinic = person.clinic

    def stream(stage: str) -> np.random.Generator:
        return person.stream(stage, examination)

    own = list(person.lesions if lesions is None else lesions)
    sources = [*own, *draw_physiological(person.skeleton, person.patient, stream("physiological"), clinic)]
    posed = pose_skeleton(person.skeleton, person.patient, stream("pose"), clinic)
    camera, body = _place(person, posed, stream("camera"))
    acquisition = draw_acquisition(camera, posed.landmarks, stream("acquisition"), clinic)
    projector = Projector(camera, body)
    bone_activity = with_photopenia(person.activity, own)
    normal, soft_per_mm = _normal_views(projector, posed, bone_activity, person.soft_share)
    background = {view: projector.add_scatter(normal[view], view) for view in VIEWS}
    boxes, activities = _focus_boxes(projector, posed, sources, background)
    middles = [source.points_on(posed).mean(0) for source in own if source.hot_spot_class == "metastasis"]
    markers = draw_markers(projector, posed.landmarks, middles, stream("acquisition"), clinic)
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
        _focus(number, source, boxes[number - 1], everything, {view: found[view][2][number] for view in VIEWS})
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
        true_bsi_percent=true_bsi_percent(
            person.skeleton, [source for source in own if source.hot_spot_class == "metastasis"]
        ),
        patient=person.patient.facts() | {"anatomy": person.skeleton.source},
        acquisition={"camera": camera.facts(), **acquisition.facts(), "artefacts": artefacts},
        timepoint=examination,
        days=days,
    )
    soft_per_ml = soft_per_mm * 1000.0 / camera.pixel_size_mm**2
    return PlanarExam(case, posed, body, camera, bone_activity, soft_per_ml, tuple(sources), activities)
