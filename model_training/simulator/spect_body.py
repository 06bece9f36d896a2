"""The patient's soft tissue in the voxels of a field: outline, lungs, fat, how much tracer and how much attenuation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .body import Body
from .clinic import Clinic
from .parts import SEGMENT_INDEX, Skeleton
from .patient import Patient
from .spect_grid import SpectGrid

SIDES = ("left", "right")
_RAISED_BELOW_SHOULDER_MM = 55.0  # the shoulder's own tissue stays where it is


@dataclass(frozen=True)
class SoftTissue:
    """Soft tissue on a grid, arrays ``(slices, rows, columns)`` float32.

    Attributes
    ----------
    tissue : numpy.ndarray
        Share (0-1) of each voxel inside the patient.
    density : numpy.ndarray
        g/ml: 1 for tissue, less in the lungs, 0 outside.
    uptake : numpy.ndarray
        Relative activity per ml, near 1 for muscle and organs.
    """

    tissue: np.ndarray
    density: np.ndarray
    uptake: np.ndarray


def body_volume_ml(body: Body, right_mm: np.ndarray, superior_mm: np.ndarray) -> np.ndarray:
    """Return ``(rows, columns)`` ml of tissue behind each cell of the body's map."""
    cell_mm2 = abs(float(right_mm[1] - right_mm[0])) * abs(float(superior_mm[1] - superior_mm[0]))
    return np.nan_to_num(body.front_mm - body.back_mm) * cell_mm2 / 1000.0


def soft_tissue(
    grid: SpectGrid,
    body: Body,
    right_mm: np.ndarray,
    superior_mm: np.ndarray,
    skeleton: Skeleton,
    patient: Patient,
    arms: Mapping[str, np.ndarray] | None,
    rng: np.random.Generator,
    clinic: Clinic,
) -> SoftTissue:
    """Fill a field with the patient's soft tissue.

    Parameters
    ----------
    grid : SpectGrid
    body : Body
        Front and back surface on the coarse grid of the planar camera.
    right_mm, superior_mm : numpy.ndarray
        R of that grid's columns and S of its rows.
    skeleton : Skeleton
        As the patient lies for the tomography; its landmarks are those of the arms as the body has them.
    patient : Patient
    arms : mapping, optional
        Where arms were raised: side to ``(3, 3)`` RAS mm of shoulder, elbow and wrist. ``None`` leaves them as the
        body has them.
    rng : numpy.random.Generator
    clinic : Clinic
    """
    superior, anterior, right = grid.axes_ras_mm()
    row, column = _nearest(superior_mm, superior), _nearest(right_mm, right)
    front, back = (surface[np.ix_(row, column)] for surface in (body.front_mm, body.back_mm))
    outside_map = (superior > superior_mm.max() + grid.voxel_mm) | (superior < superior_mm.min() - grid.voxel_mm)
    front, back = np.where(outside_map[:, None], np.nan, front), np.where(outside_map[:, None], np.nan, back)
    if arms is not None:
        beside = _beside_trunk(skeleton, patient, superior, right)
        front, back = np.where(beside, np.nan, front), np.where(beside, np.nan, back)
        covered = _under_hanging_arms(skeleton, patient, superior, right) & np.isfinite(front)
        front, back = _across(front, covered), _across(back, covered)
    tissue = _between(front, back, anterior, grid.voxel_mm)
    if arms is not None:
        for joints in arms.values():
            tissue = np.maximum(tissue, _arm(grid, joints, patient))
    tissue = _smooth(tissue, 0.6)
    lungs = _lungs(grid, skeleton, rng) * tissue
    lung_density = np.float32(clinic.draw("spect.lung_density_g_per_ml", rng))
    lung_uptake = np.float32(clinic.draw("spect.lung_uptake", rng))
    density = tissue * (1 - lungs * (1 - lung_density))
    uptake = body.uptake[np.ix_(row, column)][:, np.newaxis, :] * _clouds(grid, rng, clinic)
    uptake = uptake * _less_in_fat(tissue, grid.voxel_mm, patient, rng, clinic) * (1 - lungs * (1 - lung_uptake))
    return SoftTissue(tissue, density.astype(np.float32), (uptake * tissue).astype(np.float32))


def raise_arms(
    skeleton: Skeleton, points_mm: np.ndarray, segment: np.ndarray, joints: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return points with those of the arms turned up about the shoulders.

    Parameters
    ----------
    skeleton : Skeleton
        Before the arms were raised: its landmarks say where they hung.
    points_mm : numpy.ndarray
        ``(N, 3)`` RAS.
    segment : numpy.ndarray
        ``(N,)`` index in ``SEGMENTS`` that each point moves with.
    joints : mapping
        As ``raised_joints`` returns it.
    """
    moved = np.array(points_mm, np.float64)
    for side, (shoulder, elbow, _) in joints.items():
        chosen = np.isin(segment, [SEGMENT_INDEX[f"{piece}_{side}"] for piece in ("arm", "forearm", "hand")])
        turn = _turn_onto(skeleton.landmarks[f"elbow_{side}"] - shoulder, elbow - shoulder)
        moved[chosen] = (moved[chosen] - shoulder) @ turn.T + shoulder
    return moved.astype(np.float32)


def raised_joints(skeleton: Skeleton, rng: np.random.Generator, clinic: Clinic) -> dict[str, np.ndarray]:
    """Return side to ``(3, 3)`` RAS mm of shoulder, elbow and wrist of raised arms."""
    found = {}
    for side in SIDES:
        shoulder, elbow, wrist = (skeleton.landmarks[f"{name}_{side}"] for name in ("shoulder", "elbow", "wrist"))
        outward = np.sign(shoulder[0] - skeleton.landmarks["neck"][0])
        aside, forward = (np.radians(clinic.draw(f"spect.raised_arm_{way}_deg", rng)) for way in ("aside", "forward"))
        direction = np.array([outward * np.sin(aside), np.sin(forward), 1.0])
        direction /= np.linalg.norm(direction)
        raised = shoulder + direction * np.linalg.norm(elbow - shoulder)
        turn = _turn_onto(elbow - shoulder, direction)
        found[side] = np.stack([shoulder, raised, turn @ (wrist - shoulder) + shoulder])
    return found


def _turn_onto(start: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Return the rotation about the normal of both that turns one direction onto the other (Rodrigues)."""
    a, b = start / np.linalg.norm(start), goal / np.linalg.norm(goal)
    normal, cosine = np.cross(a, b), float(a @ b)
    if np.linalg.norm(normal) < 1e-9:
        return np.eye(3) if cosine > 0 else np.diag([-1.0, 1.0, -1.0])  # straight up: about the A axis
    x, y, z = normal
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1 + cosine))


def _nearest(axis: np.ndarray, at: np.ndarray) -> np.ndarray:
    step = float(axis[1] - axis[0])
    return np.clip(np.rint((at - axis[0]) / step).astype(int), 0, len(axis) - 1)


def _between(front: np.ndarray, back: np.ndarray, anterior: np.ndarray, voxel_mm: float) -> np.ndarray:
    """Return the share of each voxel that lies between two surfaces, ``(slices, rows, columns)``."""
    front = np.nan_to_num(front, nan=-1e6)[:, np.newaxis, :]
    back = np.nan_to_num(back, nan=1e6)[:, np.newaxis, :]
    depth = anterior[np.newaxis, :, np.newaxis]
    reach = np.minimum(front, depth + voxel_mm / 2) - np.maximum(back, depth - voxel_mm / 2)
    return np.clip(reach / voxel_mm, 0, 1).astype(np.float32)


def _beside_trunk(skeleton: Skeleton, patient: Patient, superior: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return ``(slices, columns)`` bool: where only arms lie while they hang at the sides."""
    fat_mm = float(np.clip((patient.body_mass_index - 21.5) * 2.8, -10, 55))
    names = [f"rib_{number}_{side}" for number in range(1, 13) for side in SIDES]
    trunk = skeleton.points_of(*names, *(f"ilium_{side}" for side in SIDES), *(f"femur_proximal_{s}" for s in SIDES))
    middle = float(np.median(trunk[:, 0]))
    wide = np.full(len(superior), 0.0)
    for index, height in enumerate(superior):
        near = np.abs(trunk[:, 2] - height) < 90.0
        wide[index] = np.percentile(np.abs(trunk[near, 0] - middle), 99) if near.any() else 0.0
    shoulders = [skeleton.landmarks[f"shoulder_{side}"] for side in SIDES]
    top = min(float(mark[2]) for mark in shoulders) - _RAISED_BELOW_SHOULDER_MM
    reach = np.where(superior > top, np.inf, wide + 20.0 + 0.9 * fat_mm)
    return np.asarray(np.abs(right[np.newaxis, :] - middle) > reach[:, np.newaxis])


def _under_hanging_arms(skeleton: Skeleton, patient: Patient, superior: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return ``(slices, columns)`` bool: where forearms and hands lay before they were raised, seen from the front."""
    wide = 0.35 * float(np.clip((patient.body_mass_index - 21.5) * 2.8, -10, 55))
    found = np.zeros((len(superior), len(right)), bool)
    for side in SIDES:
        marks = [skeleton.landmarks[f"{name}_{side}"][[0, 2]] for name in ("elbow", "wrist", "fingertip")]
        for start, end in pairwise(marks):
            along = end - start
            offset = right[None, :] - start[0], superior[:, None] - start[1]
            share = np.clip((offset[0] * along[0] + offset[1] * along[1]) / max(float(along @ along), 1.0), 0, 1)
            distance = np.hypot(offset[0] - share * along[0], offset[1] - share * along[1])
            found |= distance < 52.0 + wide
    return found


def _across(surface: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return a surface whose hidden columns lie evenly between what is left and right of them."""
    filled = surface.copy()
    at = np.arange(surface.shape[1])
    for row, unknown in zip(filled, hidden, strict=True):
        known = np.isfinite(row) & ~unknown
        if unknown.any() and known.any():
            row[unknown] = np.interp(at[unknown], at[known], row[known])
    return filled


def _arm(grid: SpectGrid, joints: np.ndarray, patient: Patient) -> np.ndarray:
    """Return the share of each voxel inside a raised arm: two tapering tubes."""
    superior, anterior, right = grid.axes_ras_mm()
    wide = 0.35 * float(np.clip((patient.body_mass_index - 21.5) * 2.8, -10, 55))
    found = np.zeros(grid.shape, np.float32)
    for (start, end), (thick, thin) in zip(
        ((joints[0], joints[1]), (joints[1], joints[2])), ((56.0, 42.0), (42.0, 28.0)), strict=True
    ):
        along = end - start
        offset = (
            right[None, None, :] - start[0],
            anterior[None, :, None] - start[1],
            superior[:, None, None] - start[2],
        )
        share = np.clip(sum(o * a for o, a in zip(offset, along, strict=True)) / float(along @ along), 0, 1)
        distance = np.sqrt(sum((o - share * a) ** 2 for o, a in zip(offset, along, strict=True)))
        radius = thick + (thin - thick) * share + wide
        found = np.maximum(found, np.clip((radius - distance) / grid.voxel_mm + 0.5, 0, 1).astype(np.float32))
    return found


def _lungs(grid: SpectGrid, skeleton: Skeleton, rng: np.random.Generator) -> np.ndarray:
    """Return the share of each voxel that is lung: inside the ribs, beside the mediastinum, above the diaphragm."""
    superior, anterior, right = grid.axes_ras_mm()
    ribs = skeleton.points_of(*(f"rib_{number}_{side}" for number in range(1, 11) for side in SIDES))
    first = skeleton.points_of("rib_1_left", "rib_1_right")
    apex = float(first[:, 2].max()) + 12.0
    dome = float(skeleton.points_of("vertebra_T10").mean(0)[2]) + rng.normal(8.0, 8.0)
    middle = float(skeleton.points_of("vertebra_T7").mean(0)[0])
    lungs = np.zeros(grid.shape, np.float32)
    outward = {side: np.sign(skeleton.landmarks[f"shoulder_{side}"][0] - middle) for side in SIDES}
    for index, height in enumerate(superior):
        if not dome - 70 < height < apex:
            continue
        ring = ribs[np.abs(ribs[:, 2] - height) < 16.0]
        if len(ring) < 50:
            continue
        low, high = np.percentile(ring[:, 1], [0.5, 99.5])
        for side, sign in outward.items():
            own = ring[sign * (ring[:, 0] - middle) > 0]
            if len(own) == 0:
                continue
            wide = float(np.percentile(np.abs(own[:, 0] - middle), 99)) - 10.0
            heart = 18.0 * np.exp(-(((height - dome - 50) / 45.0) ** 2)) if side == "left" else 0.0
            inner = 26.0 + heart
            if wide - inner < 20:
                continue
            across = (sign * (right - middle) - (inner + wide) / 2) / ((wide - inner) / 2)
            along = (anterior - (low + high) / 2) / max((high - low) / 2 - 10.0, 10.0)
            # The diaphragm is a dome, higher on the right, where the liver is.
            floor = dome + (8.0 if side == "right" else 0.0) - 55.0 * (across[None, :] ** 2 + 0.6 * along[:, None] ** 2)
            edge = (1 - np.sqrt(across[None, :] ** 2 + along[:, None] ** 2)) * min(wide - inner, high - low) / 2
            depth = np.minimum(np.minimum(edge, height - floor), apex - height)
            share = np.clip(depth / grid.voxel_mm + 0.5, 0, 1).astype(np.float32)
            lungs[index] = np.maximum(lungs[index], share)
    return _smooth(lungs, 0.8)


def _less_in_fat(
    tissue: np.ndarray, voxel_mm: float, patient: Patient, rng: np.random.Generator, clinic: Clinic
) -> np.ndarray:
    """Return a factor under 1 in the layer of fat under the skin, thicker with a higher body mass index."""
    from scipy.ndimage import distance_transform_edt

    depth = distance_transform_edt(tissue > 0.5) * voxel_mm
    thick = 5.0 + max(patient.body_mass_index - 20.0, 0.0) * clinic.draw("spect.fat_mm_per_bmi", rng)
    least = clinic.draw("spect.fat_uptake", rng)
    return np.asarray(least + (1 - least) * np.clip((depth - thick) / 8.0 + 0.5, 0, 1), np.float32)


def _clouds(grid: SpectGrid, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Return a smooth random factor around 1: organs and muscles differ."""
    from scipy.ndimage import gaussian_filter, zoom

    step = 6
    shape = [extent // step + 2 for extent in grid.shape]
    noise = gaussian_filter(rng.standard_normal(shape), 1.0)
    noise *= clinic.draw("spect.soft_unevenness", rng) / noise.std()
    fine = zoom(noise, step, order=1)[: grid.shape[0], : grid.shape[1], : grid.shape[2]]
    return np.exp(fine).astype(np.float32)


def _smooth(volume: np.ndarray, sigma_voxels: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(volume, sigma_voxels, mode="nearest", truncate=3.0), np.float32)
