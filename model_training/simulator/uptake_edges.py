"""What scans usually show brighter or fainter within a bone: joints' edges, rib fronts, sternum, skull, vertebrae."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS

from .clinic import Clinic
from .parts import Skeleton
from .patient import Patient

_SIDES = ("left", "right")


def edge_factor(skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Raise what scans usually show brighter: shoulder tips, sternal joints, iliac crests, sacroiliac joints."""
    factor = np.ones(len(skeleton.mass), np.float32)
    size = patient.height_cm / 170.0
    for side in _SIDES:
        _raise_pelvis(factor, skeleton, side, size, rng, clinic)
        _raise_girdle(factor, skeleton, side, size, rng, clinic)
        _shade_ribs(factor, skeleton, side, size, rng, clinic)
        _shade_foot(factor, skeleton, side, rng, clinic)
    _shade_sternum(factor, skeleton, rng, clinic)
    _shade_skull(factor, skeleton, rng, clinic)
    _shade_spine(factor, skeleton, patient, rng, clinic)
    return factor


def _raise_pelvis(
    factor: np.ndarray, skeleton: Skeleton, side: str, size: float, rng: np.random.Generator, clinic: Clinic
) -> None:
    ilium = skeleton.indices(f"ilium_{side}")
    points = skeleton.points_mm[ilium]
    middle = skeleton.points_of("sacrum")[:, 0].mean()
    crest = np.exp(-0.5 * ((points[:, 2].max() - points[:, 2]) / (16.0 * size)) ** 2)
    inner = np.abs(points[:, 0] - middle)
    joint = np.exp(-0.5 * ((inner - inner.min()) / (14.0 * size)) ** 2) * (points[:, 1] < np.median(points[:, 1]))
    if side == "left":  # once for the one sacrum
        sacrum = skeleton.indices("sacrum")
        height = skeleton.points_mm[sacrum, 2]
        upper = np.exp(-0.5 * ((height.max() - height) / (28.0 * size)) ** 2)
        factor[sacrum] += clinic.draw("uptake.upper_sacrum_gain", rng) * upper
    factor[ilium] += clinic.draw("uptake.iliac_crest_gain", rng) * crest
    factor[ilium] += clinic.draw("uptake.sacroiliac_gain", rng) * joint


def _raise_girdle(
    factor: np.ndarray, skeleton: Skeleton, side: str, size: float, rng: np.random.Generator, clinic: Clinic
) -> None:
    scapula = skeleton.indices(f"scapula_{side}")
    points = skeleton.points_mm[scapula]
    tip = np.linalg.norm(points - skeleton.landmarks[f"shoulder_{side}"], axis=1)
    lower = np.exp(-0.5 * ((points[:, 2] - points[:, 2].min()) / (16.0 * size)) ** 2)
    factor[scapula] += clinic.draw("uptake.shoulder_tip_gain", rng) * np.exp(-0.5 * (tip / (30.0 * size)) ** 2)
    factor[scapula] += clinic.draw("uptake.scapular_angle_gain", rng) * lower
    clavicle = skeleton.indices(f"clavicle_{side}")
    right = skeleton.points_mm[clavicle, 0]
    medial = np.abs(right - skeleton.points_of("manubrium")[:, 0].mean())
    near = np.exp(-0.5 * ((medial - medial.min()) / (11.0 * size)) ** 2)
    factor[clavicle] += clinic.draw("uptake.sternoclavicular_gain", rng) * near


def _shade_ribs(
    factor: np.ndarray, skeleton: Skeleton, side: str, size: float, rng: np.random.Generator, clinic: Clinic
) -> None:
    """Fade the ribs at the sides of the chest, where they are seen edge-on, and toward their soft costal ends.

    Each costochondral junction gets a soft bead of its own strength, and many get none: even beads look like a comb.
    """
    front_gain, side_loss = clinic.draw("uptake.rib_front_gain", rng), clinic.draw("uptake.rib_side_loss", rng)
    beads, heads = clinic.draw("uptake.costochondral_gain", rng), clinic.draw("uptake.costovertebral_gain", rng)
    lower_fading = clinic.draw("uptake.lower_rib_front_fading", rng)
    middle = skeleton.points_of("vertebra_T6")[:, 0].mean()
    for number in range(1, 11):
        rib = skeleton.indices(f"rib_{number}_{side}")
        points = skeleton.points_mm[rib]
        forward = points[:, 1].max() - points[:, 1]
        end = np.exp(-0.5 * (forward / (9.0 * size)) ** 2)
        front = 1 / (1 + np.exp((forward - 45 * size) / (12 * size)))
        side_on = np.abs(points[:, 0] - np.median(points[:, 0]))
        lateral = 1 / (1 + np.exp((side_on.max() - side_on - 12 * size) / (4 * size)))
        # The costal margin lies shallow and would outshine the upper ribs, which it does not on scans.
        shallow = (1.0, 1.0, 1.0, 1.0, 0.9, 0.7, 0.45, 0.25, 0.15, 0.1)[number - 1]
        bead = beads * float(rng.random() ** 2)
        factor[rib] += shallow * (bead * end + front_gain * front) - side_loss * lateral
        fade = clinic.draw("uptake.rib_end_fading", rng) * (1.0 - 0.6 * shallow)
        factor[rib] *= 1 - lower_fading * front * np.clip((number - 4) / 5.0, 0.0, 1.0)
        near = np.exp(-0.5 * (np.maximum(np.abs(points[:, 0] - middle) - 22 * size, 0.0) / (14.0 * size)) ** 2)
        factor[rib] += heads * near * (forward > 60 * size)
        factor[rib] *= 1 - fade * np.exp(-0.5 * (forward / (22.0 * size)) ** 2)
    factor[skeleton.indices(f"rib_11_{side}", f"rib_12_{side}")] *= 0.9


def _shade_foot(factor: np.ndarray, skeleton: Skeleton, side: str, rng: np.random.Generator, clinic: Clinic) -> None:
    hind, foot = clinic.draw("uptake.hindfoot_factor", rng), skeleton.indices(f"foot_{side}")
    if len(foot):
        forward = skeleton.points_mm[foot, 1] - skeleton.landmarks[f"ankle_{side}"][1]
        factor[foot] *= 1 - (1 - hind) / (1 + np.exp((forward - 40.0) / 8.0))


def _shade_sternum(factor: np.ndarray, skeleton: Skeleton, rng: np.random.Generator, clinic: Clinic) -> None:
    body = skeleton.indices("sternal_body")
    height = skeleton.points_mm[body, 2]
    lower, upper = clinic.draw("uptake.sternum_lower_factor", rng), clinic.draw("uptake.sternum_upper_factor", rng)
    factor[body] *= np.interp(height, [height.min(), height.max()], [lower, upper])
    both = skeleton.indices("manubrium", "sternal_body")
    angle = skeleton.points_of("manubrium")[:, 2].min()
    near = np.exp(-0.5 * ((skeleton.points_mm[both, 2] - angle) / 10.0) ** 2)
    factor[both] += clinic.draw("uptake.sternal_angle_gain", rng) * near


def _shade_skull(factor: np.ndarray, skeleton: Skeleton, rng: np.random.Generator, clinic: Clinic) -> None:
    points = skeleton.points_mm
    lower = skeleton.indices("facial_bones", "skull_base")
    aside = (points[lower, 0] - points[lower, 0].mean()) / rng.uniform(26, 40)
    factor[lower] *= 0.55 + 0.45 * np.exp(-0.5 * aside**2)
    factor[lower] *= _fading_upward(points[lower], rng.uniform(0.6, 0.85), rng.uniform(20, 34))
    # The floor of the hindbrain lies flat and is seen edge-on: it would be a black bar across the nape.
    base = skeleton.indices("skull_base")
    behind = 1 / (1 + np.exp((points[base, 1] - np.median(points[base, 1]) + 8.0) / 8.0))
    low = 1 / (1 + np.exp((points[base, 2] - np.percentile(points[base, 2], 2) - 22.0) / 5.0))
    factor[base] *= 1 - rng.uniform(0.5, 0.75) * behind * low
    face = skeleton.indices("facial_bones")
    centre = points[face].mean(0) + np.array([0.0, 10.0, -4.0])
    near = ((points[face] - centre) / np.array([24.0, 45.0, 28.0])) ** 2
    factor[face] += clinic.draw("uptake.nose_gain", rng) * np.exp(-0.5 * near.sum(1))
    vault = skeleton.indices("skull_vault")
    if clinic.chance("uptake.sutures_seen", rng):
        own = points[vault]
        gain = clinic.draw("uptake.suture_gain", rng)
        low, high = own[:, 1].min(), own[:, 1].max()
        # The coronal suture crosses the vault about a third of the way back from the brow, leaning back as it rises.
        crown = own[:, 2].max()
        coronal = own[:, 1] - (low + 0.62 * (high - low)) + 0.25 * (own[:, 2] - crown)
        sagittal = np.where(coronal < 0, own[:, 0] - own[:, 0].mean(), 1e3)
        seam = np.maximum(np.exp(-0.5 * (coronal / 4.0) ** 2), np.exp(-0.5 * (sagittal / 4.0) ** 2))
        factor[vault] += gain * seam


def _shade_spine(
    factor: np.ndarray,
    skeleton: Skeleton,
    patient: Patient,
    rng: np.random.Generator,
    clinic: Clinic,
) -> None:
    """Raise one side or the other of a vertebra a little, and edges that wear: facets, end plates."""
    spread = clinic.number("uptake.vertebra_side_spread_at_90_years") * patient.age_years / 90.0
    for fine in FINE_REGIONS:
        if not fine.name.startswith("vertebra_"):
            continue
        rows = skeleton.indices(fine.name)
        points = skeleton.points_mm[rows]
        low, high = points.min(0), points.max(0)
        share = (points - 0.5 * (low + high)) / np.maximum(0.5 * (high - low), 1e-6)
        lean = rng.normal(0.0, spread, 2)
        plates = clinic.draw("uptake.end_plate_gain", rng) * (patient.age_years / 90.0)
        # Bodies against discs: the spinous processes, which hang lower, do not tell where the body is.
        front = points[share[:, 1] > 0.1, 2]
        top, bottom = np.percentile(front, 97), np.percentile(front, 3)
        from_middle = (points[:, 2] - 0.5 * (top + bottom)) / max(0.5 * (top - bottom), 1.0)
        middle = clinic.draw("uptake.vertebra_middle_gain", rng)
        own = 1 + lean[0] * share[:, 0] + lean[1] * share[:, 2] + plates * (np.abs(from_middle) > 0.8)
        own += middle * np.exp(-0.5 * (from_middle / 0.45) ** 2)
        # The spinous process and the laminae are thin: most uptake is in body, pedicles and facets.
        own *= np.where(share[:, 1] < -0.45, clinic.number("uptake.spinous_process_factor"), 1.0)
        own = np.maximum(own, 0.3)
        # The bone as a whole keeps the activity of its table.
        factor[rows] *= own / np.average(own, weights=skeleton.mass[rows])


def _fading_upward(points_mm: np.ndarray, least: float, over_mm: float) -> np.ndarray:
    """Return a factor that falls to ``least`` at the top edge: face and base pass into the vault without a step."""
    slab = np.clip(((points_mm[:, 1] - points_mm[:, 1].min()) / 12.0).astype(int), 0, 30)
    top = np.array([np.percentile(points_mm[slab == n, 2], 98) if (slab == n).any() else 0.0 for n in range(31)])
    share = np.clip((top[slab] - points_mm[:, 2]) / over_mm, 0, 1)
    return least + (1 - least) * share * share * (3 - 2 * share)
