"""How active each bone is in a patient without disease: a table by region, joints, edges, age and irregularity."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS

from .clinic import Clinic
from .deformation import interpolate_linearly
from .growth import growth_plate_factor
from .parts import FINE_INDEX, Skeleton
from .patient import Patient
from .uptake_edges import edge_factor
from .uptake_long_bones import long_bone_factor

_SIDES = ("left", "right")
_JOINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_GROUPS = {
    "skull": ("skull", "facial", "mandible"),
    "spine": ("vertebra", "sacrum"),
    "ribs": ("rib",),
    "sternum": ("manubrium", "sternal"),
    "girdle": ("clavicle", "scapula"),
    "arms": ("humerus", "radius", "ulna", "hand"),
    "pelvis": ("ilium", "ischium", "pubis", "acetabulum"),
    "legs": ("femur", "patella", "tibia", "fibula", "foot"),
}


def normal_activity(built: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Return ``(N,)`` float32, the activity of every bone point of a patient without foci.

    Parameters
    ----------
    built : Skeleton
        Of ``build.build_skeleton``, in the neutral pose.
    patient : Patient
    rng : numpy.random.Generator
    clinic : Clinic
        Section "uptake".

    Notes
    -----
    The unit is arbitrary and common to all bones. A region's activity is that of the whole bone: of an amputated one
    the share that is left.
    """
    whole = np.maximum(built.whole_mass(), 1e-9)
    by_region = np.array([_usual_activity(fine.name, clinic) for fine in FINE_REGIONS])
    by_region = by_region * _bone_to_bone_variation(patient, rng, clinic)
    density = by_region / whole
    activity = (density[built.fine] * built.mass).astype(np.float32)
    activity *= long_bone_factor(built, density, clinic)
    activity *= _joint_factor(built, patient, rng, clinic)
    activity *= edge_factor(built, patient, rng, clinic)
    plates = growth_plate_factor(built, patient, rng, clinic)
    if plates is not None:
        activity *= plates
    if len(built.metal_ml):
        _raise_rims(activity, built, rng, clinic)
    activity *= _irregularity(built.points_mm, patient, rng, clinic)
    return activity


def _usual_activity(name: str, clinic: Clinic) -> float:
    if name.startswith("vertebra_"):
        level, number = name[9], int(name[10:])
        if level == "C":  # larger from the head down
            return clinic.number("uptake.cervical_vertebra") * (0.55 + 0.15 * (number - 1))
        first, last = clinic.number(f"uptake.first_{level}"), clinic.number(f"uptake.last_{level}")
        return first + (last - first) * (number - 1) / {"T": 11, "L": 4}[level]
    if name.startswith("rib_"):
        return clinic.number("uptake.rib") * _RIBS[int(name.split("_")[1]) - 1]
    return clinic.weights("uptake.bones").get(name.removesuffix("_left").removesuffix("_right"), 0.0)


_RIBS = (0.55, 0.7, 0.82, 0.9, 0.95, 1.0, 1.0, 0.97, 0.9, 0.78, 0.42, 0.2)
"""Activity of the ribs against each other: about as their lengths, by eye less in the lowest."""


def _bone_to_bone_variation(patient: Patient, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Vary groups of bones together, and each bone a little on its own."""
    factor = np.array([clinic.draw("uptake.one_bone_factor", rng) for _ in FINE_REGIONS])
    for beginnings in _GROUPS.values():
        group = clinic.draw("uptake.bone_group_factor", rng)
        for name, index in FINE_INDEX.items():
            if name.startswith(beginnings):
                factor[index] *= group
    # Teeth and sinuses make the face the most variable part.
    for name in ("facial_bones", "mandible", "skull_base"):
        factor[FINE_INDEX[name]] *= clinic.draw("uptake.face_factor", rng)
    # Discs and facets wear unevenly: the older, the more vertebrae differ.
    worn = clinic.number("uptake.vertebra_spread_at_90_years") * (patient.age_years / 90.0) ** 2
    for name, index in FINE_INDEX.items():
        if name.startswith("vertebra_"):
            factor[index] *= np.exp(rng.normal(0.0, worn))
    if patient.sex == "female" and patient.age_years >= 50 and clinic.chance("uptake.hot_skull", rng):
        factor[FINE_INDEX["skull_vault"]] *= clinic.draw("uptake.hot_skull_factor", rng)
    return factor


def _joint_factor(skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Raise bone near the large joints, more in the old and unevenly from compartment to compartment."""
    factor = np.ones(len(skeleton.mass), np.float32)
    age = 0.4 + 1.1 * (patient.age_years / 90.0) ** 1.5
    gains, reaches = clinic.weights("uptake.joint_gain"), clinic.weights("uptake.joint_reach_mm")
    size = patient.height_cm / 170.0
    order = np.argsort(skeleton.points_mm[:, 2], kind="stable")
    height = skeleton.points_mm[order, 2]
    for joint in _JOINTS:
        common = clinic.draw("uptake.joint_common_factor", rng)
        reach = reaches[joint] * size
        for side in _SIDES:
            centre = skeleton.landmarks[f"{joint}_{side}"]
            strength = gains[joint] * age * common * clinic.draw("uptake.joint_side_factor", rng)
            low, high = np.searchsorted(height, [centre[2] - 3 * reach, centre[2] + 3 * reach])
            near = order[low:high]
            near = near[np.abs(skeleton.points_mm[near, 0] - centre[0]) < 3 * reach]
            points = skeleton.points_mm[near]
            factor[near] += strength * np.exp(-0.5 * ((points - centre) ** 2).sum(1) / reach**2)
            # A few compartments stand out: a joint is rarely worn evenly.
            for _ in range(
                rng.poisson(clinic.number("uptake.worn_compartments_at_90_years") * patient.age_years / 90.0)
            ):
                if not len(points):
                    continue
                at = points[rng.integers(len(points))]
                if np.linalg.norm(at - centre) > 1.3 * reach:
                    continue
                radius = clinic.draw("uptake.worn_compartment_mm", rng) * size
                gain = clinic.draw("uptake.worn_compartment_gain", rng)
                factor[near] += gain * np.exp(-0.5 * ((points - at) ** 2).sum(1) / radius**2)
    return factor


def _raise_rims(activity: np.ndarray, skeleton: Skeleton, rng: np.random.Generator, clinic: Clinic) -> None:
    """Raise bone around the metal of prostheses: mild, and stronger at the tips of stems."""
    from scipy.spatial import cKDTree

    metal = skeleton.metal_points_mm
    margin = 25.0
    near = np.zeros(len(skeleton.mass), bool)
    for piece in np.unique(skeleton.metal_segment):
        own = metal[skeleton.metal_segment == piece]
        low, high = own.min(0) - margin, own.max(0) + margin
        near |= ((skeleton.points_mm > low) & (skeleton.points_mm < high)).all(1)
    rows = np.flatnonzero(near)
    distance, _ = cKDTree(metal).query(skeleton.points_mm[rows], distance_upper_bound=margin)
    gain = clinic.draw("uptake.implant_rim_gain", rng)
    activity[rows] *= (1 + gain * np.exp(-0.5 * (np.minimum(distance, 60.0) / 9.0) ** 2)).astype(np.float32)


def _irregularity(points_mm: np.ndarray, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Return a smooth random factor around 1, of two scales (about 60 and 18 mm), rougher in the old."""
    from scipy.ndimage import gaussian_filter

    factor = np.zeros(len(points_mm), np.float32)
    age = 0.7 + 0.5 * patient.age_years / 90.0
    for scale_mm, key in ((60.0, "coarse"), (18.0, "fine")):
        spacing = scale_mm / 2
        origin = points_mm.min(0) - spacing
        shape = (np.ceil((points_mm.max(0) - origin) / spacing).astype(int) + 2).tolist()
        noise = gaussian_filter(rng.standard_normal(shape).astype(np.float32), 1.0)
        noise *= age * clinic.draw(f"uptake.{key}_irregularity", rng) / noise.std()
        factor += interpolate_linearly(noise[..., None], (points_mm - origin) / spacing)[:, 0]
    return np.exp(factor)
