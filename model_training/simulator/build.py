"""The patient's own skeleton in the neutral pose: what does not change between two examinations.

Proportions by sex, age and habitus, stature, a smooth random deformation, scoliosis and kyphosis, prostheses and
amputations. ``pose.pose_skeleton`` then lays it on the table.
"""

from __future__ import annotations

import numpy as np

from .clinic import Clinic
from .deformation import smooth_displacement_mm
from .growth import child_proportions
from .implants import operate
from .moving import ARM, LEG, SIGN, MovingSkeleton
from .parts import Skeleton
from .patient import Patient

_SOLE_AND_SCALP_MM = 26.0
"""Height of the patient that is not skeleton: pad of the heel and scalp."""


def build_skeleton(bones: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    """Return the skeleton of one patient, in the neutral pose.

    Parameters
    ----------
    bones : Skeleton
        An adult of a source ("mesh" or "analytic"), neutral pose.
    patient : Patient
    rng : numpy.random.Generator
    clinic : Clinic
        Section "build".

    Returns
    -------
    Skeleton
        The points of ``bones`` in their order, less those amputated or replaced by metal.
    """
    body = MovingSkeleton(bones)
    _shape_trunk(body, patient, rng, clinic)
    _shape_limbs(body, patient, rng, clinic)
    _scale_to_stature(body, patient, rng, clinic)
    scales = [
        (clinic.draw(f"build.{scale}_deformation_mm", rng), clinic.number(f"build.{scale}_wavelength_mm"))
        for scale in ("wide", "narrow")
    ]
    body.points += smooth_displacement_mm(body.points, scales, rng)
    _bend_spine(body, patient, rng, clinic)
    return operate(body.finished(), patient, rng, clinic)


def _shape_trunk(body: MovingSkeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> None:
    """Widen and deepen chest and pelvis smoothly by height; limbs follow the joints they hang from."""
    stout = float(np.clip(patient.body_mass_index - 24.0, -6.0, 16.0))
    young = 1.0 if patient.age_years >= 18 else child_proportions(patient.age_years)[2]
    chest = young * clinic.draw(f"build.{patient.sex}_chest_width", rng) * (1 + 0.004 * stout)
    pelvis = young * clinic.draw(f"build.{patient.sex}_pelvis_width", rng)
    depth = clinic.draw("build.chest_depth", rng) * (1 + 0.006 * stout)
    trunk = body.rows("trunk")
    before = {(joint, side): body.landmark(f"{joint}_{side}").copy() for joint in ("shoulder", "hip") for side in SIGN}
    # From the pelvis' width at the iliac crests to the chest's at the tenth rib.
    crest = body.bone_points("ilium_left", "ilium_right")[:, 2].max()
    in_chest = 1 / (1 + np.exp(-(body.points[trunk, 2] - crest - 60.0) / 25.0))
    middle = body.landmark("neck")[1]
    body.points[trunk, 0] *= pelvis + (chest - pelvis) * in_chest
    body.points[trunk, 1] = middle + (body.points[trunk, 1] - middle) * (1 + (depth - 1) * in_chest)
    for (joint, side), old in before.items():
        rows = body.limb(ARM if joint == "shoulder" else LEG, side)
        body.points[rows] += body.landmark(f"{joint}_{side}") - old


def _shape_limbs(body: MovingSkeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> None:
    """Lengthen or shorten limbs and enlarge the head about their joints."""
    young_head, young_legs = child_proportions(patient.age_years)[:2] if patient.age_years < 18 else (1.0, 1.0)
    legs = young_legs * clinic.draw("build.leg_length", rng)
    arms = young_legs * clinic.draw("build.arm_length", rng)
    for side in SIGN:
        one_sided = clinic.draw("build.leg_difference", rng)
        thick = legs**0.5 * clinic.draw("build.limb_thickness", rng)
        for kind, joint, length in ((LEG, "hip", legs * one_sided), (ARM, "shoulder", arms)):
            rows, centre = body.limb(kind, side), body.landmark(f"{joint}_{side}").copy()
            # The joint's own head keeps its size, so that it stays in its socket.
            away = np.clip((centre[2] - body.points[rows, 2]) / 60.0, 0.0, 1.0)[:, None]
            scale = 1 + (np.array([thick, thick, length]) - 1) * away
            body.points[rows] = centre + (body.points[rows] - centre) * scale
    head = young_head * clinic.draw("build.head_size", rng)
    rows = body.rows("head")
    joint = body.bone_points("vertebra_C1").mean(0)
    body.points[rows] = joint + (body.points[rows] - joint) * head


def _scale_to_stature(body: MovingSkeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> None:
    height = body.points[:, 2]
    size = (patient.height_cm * 10 - _SOLE_AND_SCALP_MM) / (height.max() - height.min())
    body.points[:, 2] -= height.min()
    body.points *= size * np.array([clinic.draw("build.width", rng), clinic.draw("build.depth", rng), 1.0])


def _bend_spine(body: MovingSkeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> None:
    """Give the spine its curves: trunk, head and arms are shifted and tilted along them as functions of height.

    Vertebrae turn with the slope of the curve. A severe kyphosis carries head and arms forward.
    """
    hip = 0.5 * (body.landmark("hip_left") + body.landmark("hip_right"))
    top = body.landmark("neck")[2]
    length = top - hip[2]
    upper = np.concatenate([body.rows("trunk", "head"), *(body.limb(ARM, side) for side in SIGN)])
    share = (body.points[upper, 2] - hip[2]) / length
    hanging = np.zeros(len(body.points), bool)
    for side in SIGN:
        hanging[body.limb(ARM, side)] = True
    hanging = hanging[upper]
    share[hanging] = (0.5 * (body.landmark("shoulder_left")[2] + body.landmark("shoulder_right")[2]) - hip[2]) / length
    share = np.clip(share, 0.0, 1.25)
    grid = np.linspace(0.0, 1.25, 126)
    curved = "severe" if patient.has("scoliosis") else "usual"
    sideways = _scoliosis(grid, clinic.draw(f"build.{curved}_scoliosis_mm", rng), rng, clinic)
    curved = "severe" if patient.has("kyphosis") else "usual"
    backward = _kyphosis(grid, clinic.draw(f"build.{curved}_kyphosis_mm", rng))
    slope = np.gradient(sideways, grid) / length
    slope_back = np.gradient(backward, grid) / length
    right, anterior = body.points[upper, 0].copy(), body.points[upper, 1].copy()
    body.points[upper, 0] += np.interp(share, grid, sideways)
    body.points[upper, 1] -= np.interp(share, grid, backward)
    tilt = np.interp(share, grid, slope) * np.clip(right, -130, 130)
    tilt -= np.interp(share, grid, slope_back) * np.clip(anterior - hip[1] + 60.0, -60, 90)
    # Arms hang: they are shifted as a whole, by what their shoulder is shifted by.
    drop = np.where(hanging, 0.0, tilt)
    for side in SIGN:
        mark = body.row_of(f"shoulder_{side}")
        drop[np.isin(upper, body.limb(ARM, side))] = tilt[np.flatnonzero(upper == mark)[0]]
    body.points[upper, 2] -= drop


def _scoliosis(share: np.ndarray, size_mm: float, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Return the sideways shift at heights of 0 (hips) to 1.25 (head): one curve or two, none at the pelvis."""
    waves = 1.0 if clinic.chance("build.single_curve", rng) else 2.0
    fading = np.clip(share / 0.2, 0, 1) ** 2
    lean = clinic.draw("build.lean_mm", rng)
    return size_mm * fading * np.sin(np.pi * waves * np.minimum(share, 1.1)) + lean * share**2


def _kyphosis(share: np.ndarray, size_mm: float) -> np.ndarray:
    """Return the shift backward: a hump about the middle of the chest, the neck bent forward above it."""
    return size_mm * (np.exp(-0.5 * ((share - 0.68) / 0.2) ** 2) - 0.55 * np.clip(share - 0.75, 0, None) / 0.5)
