"""A simulated patient from seed to counts and truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .body import Body, draw_soft_share, make_body
from .build import build_skeleton
from .burden_truth import true_bsi_percent
from .clinic import Clinic, default_clinic
from .foci import Focus, FocusSource, draw_foci
from .parts import Skeleton
from .patient import Patient, draw_patient
from .pose import pose_skeleton
from .projector import Camera, Projector, as_acquired, draw_camera
from .skeleton_analytic import analytic_skeleton
from .skeleton_meshes import mesh_skeleton
from .truth import FocusInView, focus_maps, skeleton_maps
from .uptake import normal_activity

Anatomy = Literal["auto", "analytic", "mesh"]
MESH_SHARE = 0.75
"""Share of "auto" cases on mesh bones, where the meshes are to be had; the others have analytic bones."""


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
    patient: Mapping[str, str | int | float]


def simulate_case(seed: int, *, anatomy: Anatomy = "auto") -> SimulatedCase:
    """Simulate one patient's anterior and posterior whole-body scan.

    Parameters
    ----------
    seed : int
        The same seed gives the same case.
    anatomy : {"auto", "analytic", "mesh"}
        Source of the bones: "auto" takes mesh bones for 75 % of the cases where they are to be had.

    Raises
    ------
    ValueError
        "mesh" is asked for and neither the cache nor the packages ``mujoco`` and ``myo-sim`` are there.
    """
    rng = np.random.default_rng([20260917, seed])
    clinic = default_clinic()
    patient = draw_patient(rng, clinic)
    built = build_skeleton(_bones(anatomy, rng), patient, rng, clinic)
    return _image(seed, patient, built, pose_skeleton(built, patient, rng, clinic), rng, clinic)


def _bones(anatomy: Anatomy, rng: np.random.Generator) -> Skeleton:
    wants_mesh = anatomy == "mesh" or (anatomy == "auto" and rng.random() < MESH_SHARE)
    shape_seed = int(rng.integers(2**31))
    skeleton = mesh_skeleton() if wants_mesh else None
    if skeleton is not None:
        return skeleton
    if anatomy == "mesh":
        raise ValueError("mesh anatomy needs the packages mujoco and myo-sim")
    return analytic_skeleton(np.random.default_rng(shape_seed))


def _image(
    seed: int, patient: Patient, built: Skeleton, skeleton: Skeleton, rng: np.random.Generator, clinic: Clinic
) -> SimulatedCase:
    camera, body = _place(skeleton, patient, rng, clinic)
    projector = Projector(camera, body)
    activity = normal_activity(built, patient, rng, clinic)
    sources = draw_foci(skeleton, patient, rng)
    soft_share = _soft_share(sources, patient, rng, clinic)
    normal = _normal_views(projector, skeleton, _with_cold_foci(activity, sources), soft_share)
    boxes = _focus_boxes(projector, sources, normal)
    primary = {view: _with_foci(normal[view], [box[view] for box in boxes]) for view in VIEWS}
    everything: dict[str, np.ndarray] = {view: projector.add_scatter(primary[view]) for view in VIEWS}
    scale = np.float32(_counts_per_unit(everything["anterior"], rng))

    expected: dict[str, np.ndarray] = {view: _acquired(everything[view] * scale, view) for view in VIEWS}
    found = {view: focus_maps(_numbered(sources, boxes, view), everything[view]) for view in VIEWS}
    bones = {
        view: skeleton_maps(skeleton, activity, projector, view, projector.add_scatter(normal[view])) for view in VIEWS
    }
    foci = tuple(
        _focus(number, source, boxes[number - 1], everything, {view: found[view][2][number] for view in VIEWS})
        for number, source in enumerate(sources, start=1)
    )
    metastases = [source for source in sources if source.hot_spot_class == "metastasis"]
    return SimulatedCase(
        seed=seed,
        pixel_size_mm=camera.pixel_size_mm,
        expected=expected,
        counts={view: np.minimum(rng.poisson(expected[view]), 65535).astype(np.uint16) for view in VIEWS},
        class_map={view: _acquired(found[view][0], view) for view in VIEWS},
        focus_map={view: _acquired(found[view][1], view) for view in VIEWS},
        skeleton={view: _acquired(bones[view][0], view) for view in VIEWS},
        spine_level={view: _acquired(bones[view][1], view) for view in VIEWS},
        rib_level={view: _acquired(bones[view][2], view) for view in VIEWS},
        foci=foci,
        true_bsi_percent=true_bsi_percent(skeleton, metastases),
        patient=patient.facts() | {"anatomy": skeleton.source},
    )


def _acquired(image: np.ndarray, view: str) -> np.ndarray:
    return np.ascontiguousarray(as_acquired(image, view))


def _numbered(
    sources: list[FocusSource], boxes: list[dict[str, FocusInView]], view: str
) -> dict[int, tuple[str, FocusInView]]:
    return {
        number: (source.hot_spot_class, box[view])
        for number, (source, box) in enumerate(zip(sources, boxes, strict=True), start=1)
    }


def _place(skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> tuple[Camera, Body]:
    points = skeleton.points_mm
    front, back = float(points[:, 1].max()) + 40, float(points[:, 1].min()) - 40
    camera = draw_camera(points, front, back, rng)
    right, superior = camera.coarse_axes_mm()
    return camera, make_body(skeleton, patient, right, superior, rng, clinic)


def _with_cold_foci(activity: np.ndarray, sources: list[FocusSource]) -> np.ndarray:
    activity = activity.copy()
    for source in sources:
        if source.peak_ratio < 0:
            activity[source.bone_points] *= 1 + source.peak_ratio * source.involvement
    return activity


def _normal_views(
    projector: Projector, skeleton: Skeleton, activity: np.ndarray, soft_share: float
) -> dict[str, np.ndarray]:
    """Return bones and soft tissue, primary counts in arbitrary units; ``soft_share`` is soft tissue over bone."""
    bones = {view: projector.project(skeleton.points_mm, activity, view) for view in VIEWS}
    soft = projector.project_soft_tissue()
    factor = soft_share * sum(image.sum() for image in bones.values()) / (len(VIEWS) * soft.sum())
    return {view: bones[view] + np.float32(factor) * soft for view in VIEWS}


def _soft_share(sources: list[FocusSource], patient: Patient, rng: np.random.Generator, clinic: Clinic) -> float:
    """Draw the counts of soft tissue over those of bone, both views together.

    Where metastases are very many they take the tracer from soft tissue (superscan).
    """
    share = draw_soft_share(patient, rng, clinic)
    many = sum(source.hot_spot_class == "metastasis" for source in sources) > 24
    return share * float(rng.uniform(0.3, 0.8)) if many else share


def _focus_boxes(
    projector: Projector, sources: list[FocusSource], normal: Mapping[str, np.ndarray]
) -> list[dict[str, FocusInView]]:
    """Return each focus in each view, scaled so that its peak has the wanted ratio in the view that shows it better."""
    background = {view: projector.add_scatter(normal[view]) for view in VIEWS}
    floor = {view: 0.02 * float(np.percentile(background[view], 99)) for view in VIEWS}
    boxes: list[dict[str, FocusInView]] = []
    for source in sources:
        in_views: dict[str, FocusInView] = {}
        ratios = [1e-9]
        for view in VIEWS:
            box, (row, column) = projector.project_focus(source.points_mm, source.activity, view)
            in_views[view] = FocusInView(box, row, column)
            if box.size and box.max() > 0:
                at = np.unravel_index(int(box.argmax()), box.shape)
                other = max(float(background[view][row + at[0], column + at[1]]), floor[view])
                ratios.append(float(box[at]) / other)
        factor = np.float32(max(source.peak_ratio, 0.0) / max(ratios)) if len(ratios) > 1 else np.float32(0)
        boxes.append({view: FocusInView(box.counts * factor, box.row, box.column) for view, box in in_views.items()})
    return boxes


def _with_foci(normal: np.ndarray, boxes: list[FocusInView]) -> np.ndarray:
    image = normal.copy()
    for box in boxes:
        if box.counts.size:
            image[box.window] += box.counts
    return image


def _counts_per_unit(anterior: np.ndarray, rng: np.random.Generator) -> float:
    """Draw the counts of the anterior view: 0.2 to 3 million, mostly near 1.2; very hot foci come on top of them."""
    wanted = float(np.clip(rng.lognormal(np.log(1.2e6), 0.55), 0.2e6, 3.0e6))
    usual = np.minimum(anterior, 3 * np.percentile(anterior, 99.3))
    return wanted / float(usual.sum(dtype=np.float64))


def _focus(
    number: int,
    source: FocusSource,
    boxes: Mapping[str, FocusInView],
    everything: Mapping[str, np.ndarray],
    visible: Mapping[str, bool],
) -> Focus:
    contrasts = [_contrast(boxes[view], everything[view]) for view in VIEWS]
    contrast = 1.0 + source.peak_ratio if source.peak_ratio < 0 else max(contrasts)
    return Focus(
        number=number,
        hot_spot_class=source.hot_spot_class,
        fine_region=source.fine_region,
        kind=source.kind,
        side=source.side,
        visible=dict(visible),
        contrast=round(float(contrast), 3),
        volume_ml=source.volume_ml,
        looks_like_metastasis=source.looks_like_metastasis,
    )


def _contrast(box: FocusInView, everything: np.ndarray) -> float:
    if box.counts.size == 0 or box.counts.max() <= 0:
        return 1.0
    at = np.unravel_index(int(box.counts.argmax()), box.counts.shape)
    everything_there = float(everything[box.row + at[0], box.column + at[1]])
    own = float(box.counts[at])
    return everything_there / max(everything_there - own, 1e-12)
