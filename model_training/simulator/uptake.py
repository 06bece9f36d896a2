"""How active each bone is in a patient without disease: a table by region, joints, and gentle irregularity."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS

from .parts import FINE_INDEX, Skeleton
from .patient import Patient

# Activity of each whole bone or piece, in arbitrary units common to all: tuned by eye so that projections resemble
# the real scan that pydicom ships. No quantitative meaning beyond that.
_ACTIVITY_BY_STEM: dict[str, float] = {
    "skull_vault": 3.7,
    "skull_base": 1.5,
    "facial_bones": 3.4,
    "mandible": 1.5,
    "sacrum": 5.2,
    "manubrium": 1.6,
    "sternal_body": 2.1,
    "ilium": 4.1,
    "ischium": 1.1,
    "pubis": 0.9,
    "acetabulum": 0.95,
    "clavicle": 0.75,
    "scapula": 2.0,
    "humerus_proximal": 1.5,
    "humerus_shaft": 0.9,
    "humerus_distal": 0.6,
    "radius": 0.62,
    "ulna": 0.66,
    "hand": 1.15,
    "femur_proximal": 2.5,
    "femur_shaft": 2.6,
    "femur_distal": 2.0,
    "patella": 0.5,
    "tibia_proximal": 1.8,
    "tibia_shaft": 1.7,
    "tibia_distal": 0.8,
    "fibula": 0.65,
    "foot": 2.0,
}
_CERVICAL, _THORACIC_FIRST, _THORACIC_LAST, _LUMBAR_FIRST, _LUMBAR_LAST = 0.55, 1.1, 1.9, 2.2, 2.6
_RIBS = (0.5, 0.65, 0.78, 0.85, 0.9, 0.95, 1.0, 1.0, 0.95, 0.85, 0.45, 0.2)

# Joint centres: landmark, reach in mm, added share of uptake at its centre.
_JOINTS: tuple[tuple[str, float, float], ...] = (
    ("shoulder", 26.0, 0.8),
    ("elbow", 22.0, 0.5),
    ("wrist", 22.0, 0.7),
    ("hip", 26.0, 0.08),
    ("knee", 34.0, 0.35),
    ("ankle", 26.0, 0.4),
)


def normal_activity(skeleton: Skeleton, patient: Patient, rng: np.random.Generator) -> np.ndarray:
    """Return ``(N,)`` float32, the activity of every bone point of a patient without foci."""
    share = _share_of_own_bone(skeleton)
    by_region = np.array([_usual_activity(fine.name) for fine in FINE_REGIONS])
    by_region = by_region * _bone_to_bone_variation(rng)
    activity = by_region[skeleton.fine] * share
    activity *= _joint_factor(skeleton, patient, rng)
    activity *= _edge_factor(skeleton, rng)
    activity *= _irregularity(skeleton.points_mm, rng)
    return activity.astype(np.float32)


def _share_of_own_bone(skeleton: Skeleton) -> np.ndarray:
    total = np.bincount(skeleton.fine, skeleton.mass, minlength=len(FINE_REGIONS))
    return skeleton.mass / total[skeleton.fine]


def _usual_activity(name: str) -> float:
    if name.startswith("vertebra_"):
        letter, number = name[9], int(name[10:])
        if letter == "C":
            return _CERVICAL
        if letter == "T":
            return _THORACIC_FIRST + (_THORACIC_LAST - _THORACIC_FIRST) * (number - 1) / 11
        return _LUMBAR_FIRST + (_LUMBAR_LAST - _LUMBAR_FIRST) * (number - 1) / 4
    if name.startswith("rib_"):
        return _RIBS[int(name.split("_")[1]) - 1]
    return _ACTIVITY_BY_STEM.get(name.removesuffix("_left").removesuffix("_right"), 0.0)


def _bone_to_bone_variation(rng: np.random.Generator) -> np.ndarray:
    """Vary groups of bones together, and each bone a little on its own."""
    groups = {
        "skull": ("skull", "facial", "mandible"),
        "spine": ("vertebra", "sacrum"),
        "ribs": ("rib",),
        "sternum": ("manubrium", "sternal"),
        "girdle": ("clavicle", "scapula"),
        "arms": ("humerus", "radius", "ulna", "hand"),
        "pelvis": ("ilium", "ischium", "pubis", "acetabulum"),
        "legs": ("femur", "patella", "tibia", "fibula", "foot"),
    }
    factor = rng.lognormal(0.0, 0.07, len(FINE_REGIONS))
    for beginnings in groups.values():
        group = float(rng.lognormal(0.0, 0.18))
        for name, index in FINE_INDEX.items():
            if name.startswith(beginnings):
                factor[index] *= group
    # Teeth and sinuses make the face the most variable part; old skulls may be diffusely hot.
    for name in ("facial_bones", "mandible", "skull_base"):
        factor[FINE_INDEX[name]] *= float(rng.lognormal(0.0, 0.25))
    return factor


def _joint_factor(skeleton: Skeleton, patient: Patient, rng: np.random.Generator) -> np.ndarray:
    factor = np.ones(len(skeleton.mass))
    age = 0.5 + patient.age_years / 90.0
    for joint, reach_mm, added in _JOINTS:
        common = rng.lognormal(0.0, 0.4)
        for side in ("left", "right"):
            centre = skeleton.landmarks[f"{joint}_{side}"]
            strength = added * age * common * rng.lognormal(0.0, 0.25)
            near = np.flatnonzero(np.abs(skeleton.points_mm[:, 2] - centre[2]) < 3.2 * reach_mm)
            distance2 = ((skeleton.points_mm[near] - centre) ** 2).sum(1)
            factor[near] += strength * np.exp(-0.5 * distance2 / reach_mm**2)
    return factor


def _edge_factor(skeleton: Skeleton, rng: np.random.Generator) -> np.ndarray:
    """Raise what scans usually show brighter: acromion, sternal angle, iliac crest, sacroiliac joint, rib fronts."""
    factor = np.ones(len(skeleton.mass))
    points = skeleton.points_mm
    for side in ("left", "right"):
        ilium = skeleton.indices(f"ilium_{side}")
        height = points[ilium, 2]
        crest = np.exp(-0.5 * ((height.max() - height) / 16.0) ** 2)
        inner = np.abs(points[ilium, 0] - points[skeleton.indices("sacrum"), 0].mean())
        joint = np.exp(-0.5 * ((inner - inner.min()) / 14.0) ** 2) * (points[ilium, 1] < np.median(points[ilium, 1]))
        factor[ilium] += rng.uniform(0.2, 0.8) * crest + rng.uniform(0.5, 1.6) * joint
        scapula = skeleton.indices(f"scapula_{side}")
        tip = np.exp(-0.5 * ((points[scapula, 2].max() - points[scapula, 2]) / 14.0) ** 2)
        lower = np.exp(-0.5 * ((points[scapula, 2] - points[scapula, 2].min()) / 16.0) ** 2)
        factor[scapula] += rng.uniform(0.6, 1.6) * tip + rng.uniform(0.0, 0.6) * lower
        clavicle = skeleton.indices(f"clavicle_{side}")
        medial = np.abs(points[clavicle, 0] - points[skeleton.indices("manubrium"), 0].mean())
        factor[clavicle] += rng.uniform(0.4, 1.6) * np.exp(-0.5 * ((medial - medial.min()) / 11.0) ** 2)
        front_gain, side_loss = rng.uniform(0.5, 1.5), rng.uniform(0.05, 0.45)
        for number in range(1, 11):
            rib = skeleton.indices(f"rib_{number}_{side}")
            forward = points[rib, 1].max() - points[rib, 1]
            tip, front = np.exp(-0.5 * (forward / 9.0) ** 2), 1 / (1 + np.exp((forward - 45) / 10))
            side_on = np.abs(points[rib, 0] - np.median(points[rib, 0]))
            lateral = 1 / (1 + np.exp((side_on.max() - side_on - 12) / 4))
            # The costal margin lies shallow and would outshine the upper ribs, which it does not on scans.
            shallow = 1.0 if number < 7 else 0.3
            factor[rib] += shallow * (rng.uniform(0.0, 0.6) * tip + front_gain * front) - side_loss * lateral
            factor[rib] *= 1.0 if number < 7 else np.where(front > 0.5, 0.75, 1.0)
    body = skeleton.indices("sternal_body")
    height = points[body, 2]
    factor[body] *= np.interp(height, [height.min(), height.max()], [rng.uniform(0.25, 0.6), rng.uniform(1.0, 1.3)])
    lower_skull = skeleton.indices("facial_bones", "skull_base")
    aside = (points[lower_skull, 0] - points[lower_skull, 0].mean()) / rng.uniform(26, 40)
    factor[lower_skull] *= 0.4 + 0.6 * np.exp(-0.5 * aside**2)
    factor[lower_skull] *= _fading_upward(points[lower_skull], rng.uniform(0.25, 0.45), rng.uniform(20, 34))
    face = skeleton.indices("facial_bones")
    centre = points[face].mean(0) + np.array([0.0, 10.0, -4.0])
    near = ((points[face] - centre) / np.array([24.0, 45.0, 28.0])) ** 2
    factor[face] += rng.uniform(0.3, 3.0) * np.exp(-0.5 * near.sum(1))
    return factor


def _fading_upward(points_mm: np.ndarray, least: float, over_mm: float) -> np.ndarray:
    """Return a factor that falls to ``least`` at the top edge: face and base pass into the vault without a step."""
    slab = np.clip(((points_mm[:, 1] - points_mm[:, 1].min()) / 12.0).astype(int), 0, 30)
    top = np.array([np.percentile(points_mm[slab == n, 2], 98) if (slab == n).any() else 0.0 for n in range(31)])
    share = np.clip((top[slab] - points_mm[:, 2]) / over_mm, 0, 1)
    return least + (1 - least) * share * share * (3 - 2 * share)


def _irregularity(points_mm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a smooth random factor around 1, of two scales (about 60 and 18 mm)."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    factor = np.zeros(len(points_mm))
    for scale_mm, strength in ((60.0, 0.10), (18.0, 0.14)):
        spacing = scale_mm / 2
        origin = points_mm.min(0) - spacing
        shape = np.ceil((points_mm.max(0) - origin) / spacing).astype(int) + 2
        noise = gaussian_filter(rng.standard_normal(shape), 1.0)
        noise *= strength / noise.std()
        factor += map_coordinates(noise, ((points_mm - origin) / spacing).T, order=1, mode="nearest")
    return np.exp(factor)
