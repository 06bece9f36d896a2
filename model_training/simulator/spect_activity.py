"""A patient in a tomographic field: MBq and attenuation in every voxel, bone by bone and focus by focus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from BoneMetSegLib.anatomy import FineRegion

from .body import Body
from .clinic import Clinic
from .parts import Skeleton
from .patient import Patient
from .spect_body import body_volume_ml, raise_arms, raised_joints, soft_tissue
from .spect_bones import bones_in
from .spect_grid import SpectGrid

Field = Literal["chest", "abdomen", "pelvis", "trunk"]
FIELDS: tuple[Field, ...] = ("chest", "abdomen", "pelvis", "trunk")
MATRIX = 128
PADDING = 6  # slices simulated beyond both ends: their photons reach the field
HALF_LIFE_H = 6.01  # of Tc-99m
# At 140.5 keV; NIST tables: 0.154 cm2/g in water. Bone here is cortex, trabeculae and marrow together.
MU_WATER_PER_MM = 0.0154
_MU_BONE_PER_MM = 0.0195
PHYSIOLOGICAL = "physiological"


class FocusLike(Protocol):
    """What is needed of a focus: ``foci.FocusSource`` has it; its ``activity`` in the unit of ``bone_activity``."""

    @property
    def hot_spot_class(self) -> str: ...  # noqa: D102
    @property
    def fine_region(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def side(self) -> str: ...  # noqa: D102
    @property
    def volume_ml(self) -> float: ...  # noqa: D102
    @property
    def looks_like_metastasis(self) -> bool: ...  # noqa: D102
    @property
    def points_mm(self) -> np.ndarray: ...  # noqa: D102
    @property
    def activity(self) -> np.ndarray: ...  # noqa: D102


@dataclass(frozen=True)
class LyingPatient:
    """A patient as one examination finds him, all activity in one unit.

    Attributes
    ----------
    skeleton : Skeleton
        As posed for the examination.
    bone_activity : numpy.ndarray
        ``(N,)`` of the skeleton's points; what cold foci remove is missing already.
    body : Body
        Front and back surface on a coarse grid.
    right_mm, superior_mm : numpy.ndarray
        R of that grid's columns and S of its rows.
    soft_activity_per_ml : float
        Of soft tissue of relative uptake 1.
    foci : sequence of FocusLike
        Zero activity for cold ones.
    patient : Patient
    """

    skeleton: Skeleton
    bone_activity: np.ndarray
    body: Body
    right_mm: np.ndarray
    superior_mm: np.ndarray
    soft_activity_per_ml: float
    foci: Sequence[FocusLike]
    patient: Patient


@dataclass(frozen=True)
class PlacedBone:
    """A bone in a field: ``window`` is its box in the grid, ``filled`` the share of each voxel in it that is bone."""

    fine: FineRegion
    window: tuple[slice, slice, slice]
    filled: np.ndarray


@dataclass(frozen=True)
class PlacedFocus:
    """A focus where it lies at the tomography: ``points_mm`` RAS, ``mbq`` of each point."""

    points_mm: np.ndarray
    mbq: np.ndarray


@dataclass(frozen=True)
class PatientInField:
    """A patient on the voxels of a field with some slices more at both ends.

    Attributes
    ----------
    grid : SpectGrid
        The field itself.
    padded : SpectGrid
        With ``PADDING`` slices more at both ends: the grid of the arrays here, all ``(slices, rows, columns)``.
    normal_mbq : numpy.ndarray
        float32 MBq per voxel without foci.
    tissue : numpy.ndarray
        float32 share (0-1) of each voxel inside the patient.
    mu_per_mm : numpy.ndarray
        float32, attenuation at 140 keV, narrow beam.
    bones : tuple of PlacedBone
    foci : tuple of PlacedFocus
        In the order given.
    arms_raised : bool
    mbq_per_unit : float
        Of the unit that activities were given in.
    """

    grid: SpectGrid
    padded: SpectGrid
    normal_mbq: np.ndarray
    tissue: np.ndarray
    mu_per_mm: np.ndarray
    bones: tuple[PlacedBone, ...]
    foci: tuple[PlacedFocus, ...]
    arms_raised: bool
    mbq_per_unit: float

    def total_mbq(self) -> np.ndarray:
        """Return MBq per voxel with all foci."""
        total = self.normal_mbq.copy()
        for focus in self.foci:
            if focus.mbq.sum() > 0:
                total += self.padded.spread(focus.points_mm, focus.mbq)
        return total


def place_patient(
    lying: LyingPatient, field: Field, voxel_mm: float, rng: np.random.Generator, clinic: Clinic
) -> PatientInField:
    """Lay a patient into a field of the tomograph and give all activity its absolute size.

    The activity of bones, soft tissue and foci in or on bone is what the patient retained: injected activity, decayed
    to the examination, times a drawn share. Physiological foci (urine, injection site) come on top, in the same unit.
    """
    body, right_mm, superior_mm = lying.body, lying.right_mm, lying.superior_mm
    mbq_per_unit = _mbq_per_unit(lying, rng, clinic)
    placed, joints, sources = _with_arms(lying, field, rng, clinic)
    grid = _grid(placed, lying, field, voxel_mm, rng, clinic)
    padded = grid.padded(PADDING)
    soft = soft_tissue(padded, body, right_mm, superior_mm, placed, lying.patient, joints, rng, clinic)
    in_bone, bone = np.zeros(padded.shape, np.float32), np.zeros(padded.shape, np.float32)
    bones = []
    for fine, window, own, filled in bones_in(padded, placed, lying.bone_activity):
        in_bone[window] += own
        bone[window] = np.maximum(bone[window], filled)
        bones.append(PlacedBone(fine, window, filled))
    # Bone takes the place of soft tissue, its uptake and its attenuation.
    normal = in_bone + soft.uptake * np.float32(lying.soft_activity_per_ml * padded.voxel_ml) * (1 - bone)
    mu = soft.density * np.float32(MU_WATER_PER_MM) * (1 - bone) + np.float32(_MU_BONE_PER_MM) * bone
    return PatientInField(
        grid=grid,
        padded=padded,
        normal_mbq=normal * np.float32(mbq_per_unit),
        tissue=soft.tissue,
        mu_per_mm=mu.astype(np.float32),
        bones=tuple(bones),
        foci=tuple(PlacedFocus(points, np.asarray(unit * mbq_per_unit, np.float32)) for points, unit in sources),
        arms_raised=joints is not None,
        mbq_per_unit=mbq_per_unit,
    )


def decayed(activity: float, hours: float) -> float:
    """Return an activity of Tc-99m some hours later."""
    return float(activity * 0.5 ** (hours / HALF_LIFE_H))


def _mbq_per_unit(lying: LyingPatient, rng: np.random.Generator, clinic: Clinic) -> float:
    body_ml = body_volume_ml(lying.body, lying.right_mm, lying.superior_mm)
    soft = float((body_ml * lying.body.uptake).sum()) * lying.soft_activity_per_ml
    on_bone = sum(float(np.sum(focus.activity)) for focus in lying.foci if focus.hot_spot_class != PHYSIOLOGICAL)
    patient = lying.patient
    retained = decayed(patient.activity_mbq, patient.hours_after_injection) * clinic.draw("spect.retained_share", rng)
    return retained / (float(np.sum(lying.bone_activity, dtype=np.float64)) + soft + on_bone)


def _with_arms(
    lying: LyingPatient, field: Field, rng: np.random.Generator, clinic: Clinic
) -> tuple[Skeleton, dict[str, np.ndarray] | None, list[tuple[np.ndarray, np.ndarray]]]:
    """Return skeleton, the raised arms' joints or None, and the foci's points and activity, arms raised or not."""
    skeleton, foci = lying.skeleton, lying.foci
    sources = [(np.asarray(focus.points_mm, np.float32), np.asarray(focus.activity)) for focus in foci]
    raised = clinic.chance("spect.arms_raised_pelvis" if field == "pelvis" else "spect.arms_raised", rng)
    joints = raised_joints(skeleton, rng, clinic)
    if not raised:
        return skeleton, None, sources
    moved = raise_arms(skeleton, skeleton.points_mm, skeleton.segment, joints)
    sources = [
        (raise_arms(skeleton, points, _segments(focus, points, skeleton), joints), activity)
        for focus, (points, activity) in zip(foci, sources, strict=True)
    ]
    return replace(skeleton, points_mm=moved), joints, sources


def _segments(focus: FocusLike, points: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Return the rigid piece of the body that each point of a focus moves with."""
    carrier = getattr(focus, "carrier", None)
    if carrier is not None and len(carrier) == len(points):
        return np.asarray(skeleton.segment[carrier])
    from scipy.spatial import cKDTree

    some = slice(None, None, 5)
    nearest = cKDTree(skeleton.points_mm[some]).query(points[:: max(len(points) // 50, 1)])[1]
    pieces = skeleton.segment[some][nearest]
    return np.full(len(points), np.bincount(pieces).argmax())  # a focus moves as a whole


def _grid(
    skeleton: Skeleton, lying: LyingPatient, field: Field, voxel_mm: float, rng: np.random.Generator, clinic: Clinic
) -> SpectGrid:
    body, right_mm, superior_mm = lying.body, lying.right_mm, lying.superior_mm
    marks = skeleton.landmarks
    hip = float(marks["hip_left"][2] + marks["hip_right"][2]) / 2
    shoulder = float(marks["shoulder_left"][2] + marks["shoulder_right"][2]) / 2
    length = clinic.draw("spect.bed_mm", rng)
    shift = clinic.draw("spect.bed_shift_mm", rng)
    lowest = {
        "chest": shoulder + 70 - length,
        "abdomen": float(skeleton.points_of("vertebra_L2").mean(0)[2]) - length / 2,
        "pelvis": hip - 120,
        "trunk": hip - 120,
    }[field]
    if field == "trunk":
        length = shoulder + 70 - lowest
    lowest += shift
    slices = int(length / voxel_mm)
    rows = (superior_mm > lowest) & (superior_mm < lowest + length)
    trunk = skeleton.points_of("sacrum", *(f"vertebra_T{n}" for n in (4, 8, 12)), "vertebra_L3")
    middle = float(np.median(trunk[:, 0])) + clinic.draw("spect.table_shift_mm", rng)
    columns = np.abs(right_mm - middle) < 90
    part = np.ix_(rows, columns)
    if rows.any() and np.isfinite(body.front_mm[part]).any():
        anterior = (float(np.nanmax(body.front_mm[part])) + float(np.nanmin(body.back_mm[part]))) / 2
    else:
        anterior = float(trunk[:, 1].mean())
    half = (MATRIX - 1) / 2 * voxel_mm
    # Rounded as cameras write it, so that what is read back is what was simulated.
    first = (round(-middle - half, 2), round(-anterior - half, 2), round(lowest + voxel_mm / 2, 2))
    return SpectGrid(first, (slices, MATRIX, MATRIX), voxel_mm)
