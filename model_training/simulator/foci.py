"""Foci of uptake: metastases, what mimics them, and what is physiological; where they sit and what shape they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, fine_region

from .parts import Skeleton
from .patient import Patient


@dataclass(frozen=True)
class Focus:
    """One focus of uptake and what is true of it.

    Attributes
    ----------
    number : int
        1-based, its value in ``focus_map``.
    hot_spot_class : {"metastasis", "benign", "physiological"}
    fine_region : str
        Name of ``anatomy.FINE_REGIONS``, or of ``anatomy.PHYSIOLOGICAL_SITES``.
    kind : str
        "metastasis", "cold metastasis", "osteoarthritis", "rib fracture", "bladder", ...
    side : {"left", "right", "midline"}
    visible : mapping from view to bool
        Whether it shows there by the rule of ``truth.focus_is_visible``.
    contrast : float
        Counts at its maximum over the counts there without it, in the view that shows it better; below 1 for cold ones.
    volume_ml : float
        Bone (or urine, tissue) that it takes up.
    looks_like_metastasis : bool
        Benign, but drawn from the same places, sizes and strengths as metastases: only a report can tell.
    """

    number: int
    hot_spot_class: str
    fine_region: str
    kind: str
    side: str
    visible: Mapping[str, bool]
    contrast: float
    volume_ml: float
    looks_like_metastasis: bool


@dataclass(frozen=True)
class FocusSource:
    """A focus before it is projected.

    Attributes
    ----------
    hot_spot_class, fine_region, kind, side, volume_ml, looks_like_metastasis
        As in ``Focus``.
    points_mm : numpy.ndarray
        ``(N, 3)`` RAS in mm.
    activity : numpy.ndarray
        ``(N,)`` relative activity.
    peak_ratio : float
        Its own maximum over the other counts there, wanted in the view that shows it better; negative for cold foci.
    bone_points, involvement : numpy.ndarray
        Indices of the skeleton's points inside it and how much of each (0-1) it takes: the truth of the Bone Scan
        Index, and where a cold focus removes uptake.
    """

    hot_spot_class: str
    fine_region: str
    kind: str
    side: str
    volume_ml: float
    looks_like_metastasis: bool
    points_mm: np.ndarray
    activity: np.ndarray
    peak_ratio: float
    bone_points: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    involvement: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))


# 638 Chinese patients: spine 34 %, ribs 30, pelvis 18, limbs 10, skull 3.3, sternum and clavicle 2.4, scapula 2.3;
# 0.8 % cold. The split inside a group is ours.
_SITE_SHARES: tuple[tuple[float, dict[str, float]], ...] = (
    (34.0, {"cervical_spine": 3, "thoracic_spine": 15, "lumbar_spine": 12, "sacrum": 4}),
    (30.0, {"ribs": 1}),
    (18.0, {"pelvis": 1}),
    (10.0, {"femur": 5, "humerus": 3, "leg": 1, "forearm": 0.3, "patella": 0.1, "foot": 0.3, "hand": 0.3}),
    (3.3, {"skull": 2.8, "mandible": 0.5}),
    (2.4, {"sternum": 1.6, "clavicle": 0.8}),
    (2.3, {"scapula": 1}),
)
_COLD_SHARE = 0.008
_FAVOURED = {"femur_proximal": 4.0, "humerus_proximal": 3.0, "skull_vault": 4.0, "ilium": 3.0, "sternal_body": 2.0}
_MOST_FOCI = 60
_POINTS_PER_FOCUS = 2600

# Volume of a skeleton with marrow, ml, at 170 cm: about 10.5 kg at 1.3 g/ml (reference man, ICRP 70). The share of a
# bone in it is taken from its share of the surface, so volumes are rough.
_SKELETON_ML = 8000.0


def draw_foci(skeleton: Skeleton, patient: Patient, rng: np.random.Generator) -> list[FocusSource]:
    """Draw all foci of a patient: metastases, benign mimics, physiological uptake, in this order."""
    maker = _Maker(skeleton, patient, rng)
    metastases = _metastases(maker)
    benign = _benign(maker)
    physiological = _physiological(maker)
    room = _MOST_FOCI - len(physiological)
    return [*(metastases + benign)[:room], *physiological]


class _Maker:
    """Builds foci on one skeleton."""

    def __init__(self, skeleton: Skeleton, patient: Patient, rng: np.random.Generator) -> None:
        self.skeleton, self.patient, self.rng = skeleton, patient, rng
        self.ml_per_mass = _SKELETON_ML * (patient.height_cm / 170.0) ** 2 / float(skeleton.mass.sum())
        self._by_fine = {fine.name: skeleton.indices(fine.name) for fine in FINE_REGIONS if not fine.is_joint}

    def points_in(self, fine_name: str) -> np.ndarray:
        return self._by_fine[fine_name]

    def in_bone(
        self, fine_name: str, kind: str, hot_spot_class: str, radii_mm, ratio: float, centre=None, **more
    ) -> FocusSource | None:
        """Return a focus made of the bone's own points inside a soft ellipsoid."""
        named = self.points_in(fine_name)
        if len(named) == 0:
            return None
        # A lesion does not stop where the table of regions cuts a bone in pieces.
        own = np.concatenate([self.points_in(name) for name in _pieces_of_the_same_bone(fine_name)])
        points = self.skeleton.points_mm[own]
        if centre is None:
            centre = self.skeleton.points_mm[named[self.rng.integers(len(named))]]
            # Toward the marrow: a surface point's neighbours on the far side of the bone belong to the focus too.
            near = points[((points - centre) ** 2).sum(1) < (1.2 * np.mean(radii_mm)) ** 2]
            centre = 0.4 * centre + 0.6 * near.mean(0)
        distance = _lobed_distance(points, np.asarray(centre), np.asarray(radii_mm), more.get("lobes", 1), self.rng)
        weight = np.exp(-((distance / 1.0) ** 4)) * (distance < 1.6)
        if weight.sum() <= 0:
            weight[distance.argmin()] = 1.0
        inside = np.flatnonzero(weight > 0.02)
        density = self.skeleton.mass[own[inside]] * weight[inside]
        chosen = self.rng.choice(len(inside), _POINTS_PER_FOCUS, p=density / density.sum())
        jitter = self.rng.normal(0, min(0.12 * float(np.mean(radii_mm)), 3.0) + 0.8, (_POINTS_PER_FOCUS, 3))
        involvement = weight[inside].astype(np.float32)
        return FocusSource(
            hot_spot_class=hot_spot_class,
            fine_region=more.get("named", fine_name),
            kind=kind,
            side=fine_region(fine_name).side,
            volume_ml=round(float((self.skeleton.mass[own[inside]] * involvement).sum()) * self.ml_per_mass, 2),
            looks_like_metastasis=more.get("lookalike", False),
            points_mm=(points[inside][chosen] + jitter).astype(np.float32),
            activity=np.full(_POINTS_PER_FOCUS, 1.0 / _POINTS_PER_FOCUS),
            peak_ratio=ratio,
            bone_points=own[inside],
            involvement=involvement,
        )

    def cloud(
        self, name: str, kind: str, hot_spot_class: str, side: str, centre, radii_mm, ratio: float, rim: float = 0.0
    ) -> FocusSource:
        """Return an ellipsoidal focus; ``rim`` (0-1) empties its middle."""
        count = 2 * _POINTS_PER_FOCUS
        direction = self.rng.standard_normal((count, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        reach = (rim**3 + (1 - rim**3) * self.rng.random(count)) ** (1 / 3)
        radii = np.asarray(radii_mm, float)
        points = np.asarray(centre) + direction * reach[:, None] * radii
        return FocusSource(
            hot_spot_class=hot_spot_class,
            fine_region=name,
            kind=kind,
            side=side,
            volume_ml=round(float(4 / 3 * np.pi * np.prod(radii) / 1000.0), 2),
            looks_like_metastasis=False,
            points_mm=points.astype(np.float32),
            activity=np.full(count, 1.0 / count),
            peak_ratio=float(ratio),
        )


def _pieces_of_the_same_bone(fine_name: str) -> tuple[str, ...]:
    fine = fine_region(fine_name)
    if fine.level:
        return (fine_name,)
    stem = fine_name.split("_", maxsplit=1)[0]
    same_bone = [
        other.name
        for other in FINE_REGIONS
        if other.channel == fine.channel
        and not other.is_joint
        and (fine.region in ("pelvis", "sternum", "skull") or f"{other.name}_".startswith(f"{stem}_"))
    ]
    return tuple(same_bone)


def _lobed_distance(
    points: np.ndarray, centre: np.ndarray, radii: np.ndarray, lobes: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the distance of points from a focus in units of its half axes; lobes make its outline irregular."""
    distance = np.sqrt((((points - centre) / radii) ** 2).sum(1))
    for _ in range(lobes - 1):
        shifted = centre + rng.normal(0, 0.75, 3) * radii
        own = np.sqrt((((points - shifted) / (radii * rng.uniform(0.5, 0.9))) ** 2).sum(1))
        distance = np.minimum(distance, own)
    return distance


# ---- metastases -----------------------------------------------------------------------------------------------------


def _number_of_metastases(rng: np.random.Generator) -> int:
    low, high = ((0, 0), (1, 1), (2, 3), (4, 8), (9, 20), (21, 42))[
        rng.choice(6, p=[0.26, 0.15, 0.21, 0.2, 0.12, 0.06])
    ]
    return int(rng.integers(low, high + 1))


def _metastases(maker: _Maker) -> list[FocusSource]:
    count = _number_of_metastases(maker.rng)
    strength = maker.rng.lognormal(0.0, 0.35)
    # Widespread disease has larger lesions too.
    size = maker.rng.lognormal(0.0, 0.2) * (1.0 + 0.9 * maker.rng.random() * min(count / 20, 1.0))
    found = (_metastasis(maker, strength, size) for _ in range(count))
    return [focus for focus in found if focus is not None]


def _metastasis(maker: _Maker, strength: float, size: float) -> FocusSource | None:
    name = _metastasis_site(maker.rng)
    radii, ratio = _size_and_strength(maker, name)
    radii = radii * size
    if maker.rng.random() < _COLD_SHARE:
        return maker.in_bone(name, "cold metastasis", "metastasis", np.maximum(radii, 14.0), -0.8)
    lobes = int(maker.rng.choice(3, p=[0.6, 0.25, 0.15])) + 1
    return maker.in_bone(name, "metastasis", "metastasis", radii, ratio * strength, lobes=lobes)


def _metastasis_site(rng: np.random.Generator) -> str:
    shares = np.array([share for share, _ in _SITE_SHARES])
    regions = _SITE_SHARES[rng.choice(len(shares), p=shares / shares.sum())][1]
    weights = np.array(list(regions.values()), float)
    region = list(regions)[rng.choice(len(weights), p=weights / weights.sum())]
    bones = [fine.name for fine in FINE_REGIONS if fine.region == region and not fine.is_joint]
    favour = np.array([_favour(name) for name in bones])
    return bones[rng.choice(len(bones), p=favour / favour.sum())]


def _favour(name: str) -> float:
    for beginning, weight in _FAVOURED.items():
        if name.startswith(beginning):
            return weight
    if name.startswith("rib_"):
        return {1: 0.4, 11: 0.5, 12: 0.3}.get(int(name.split("_")[1]), 1.0)
    return 1.0


def _size_and_strength(maker: _Maker, name: str) -> tuple[np.ndarray, float]:
    """Draw half axes in mm and the ratio to the other counts: small to a whole bone, faint to blazing."""
    rng = maker.rng
    radius = float(np.clip(rng.lognormal(np.log(11.0), 0.38), 5.0, 34.0))
    ratio = float(np.clip(rng.lognormal(np.log(1.15), 0.65), 0.22, 9.0))
    if name.startswith("rib_"):
        # Along the rib the focus is long: its other extents are limited by the bone itself.
        radius = float(np.clip(radius * rng.uniform(0.8, 1.6), 6.0, 40.0))
    if name.startswith(("femur_shaft", "humerus_shaft", "tibia_shaft", "sacrum", "ilium")):
        radius *= rng.uniform(1.0, 1.7)
    return radius * rng.uniform(0.75, 1.3, 3), ratio


# ---- benign mimics --------------------------------------------------------------------------------------------------

# joint (or bone of small joints) and how often, relative to each other
_ARTHRITIS: tuple[tuple[str, float], ...] = (
    ("knee_joint", 3.0),
    ("shoulder_joint", 2.2),
    ("acromioclavicular_joint", 1.6),
    ("sternoclavicular_joint", 1.2),
    ("hip_joint", 1.2),
    ("wrist_joint", 1.0),
    ("hand", 0.9),
    ("foot", 1.5),
    ("ankle_joint", 0.9),
    ("elbow_joint", 0.6),
    ("sacroiliac_joint", 0.8),
)


def _benign(maker: _Maker) -> list[FocusSource]:
    rng, age = maker.rng, maker.patient.age_years
    foci: list[FocusSource | None] = []
    for _ in range(rng.poisson(0.6 + 1.7 * age / 90)):
        foci += _arthritis(maker)
    for _ in range(rng.poisson(0.2 + 0.9 * age / 90)):
        foci.append(_facet_or_disc(maker))
    if rng.random() < 0.16:
        foci += _rib_fractures(maker)
    if rng.random() < 0.04 + 0.08 * (age > 65):
        foci.append(_compression_fracture(maker))
    if rng.random() < 0.28:
        foci.append(_dental(maker))
    if rng.random() < 0.14:
        foci.append(_enthesopathy(maker))
    if rng.random() < 0.015:
        foci.append(_paget(maker))
    if rng.random() < 0.05:
        foci.append(_limb_fracture(maker))
    for _ in range(rng.choice(4, p=[0.55, 0.25, 0.13, 0.07])):
        foci.append(_lookalike(maker))
    return [focus for focus in foci if focus is not None]


def _mild(rng: np.random.Generator, middle: float = 0.6) -> float:
    return float(np.clip(rng.lognormal(np.log(middle), 0.6), 0.15, 5.0))


def _arthritis(maker: _Maker) -> list[FocusSource]:
    rng = maker.rng
    weights = np.array([weight for _, weight in _ARTHRITIS])
    joint = _ARTHRITIS[rng.choice(len(weights), p=weights / weights.sum())][0]
    sides = ["left", "right"] if rng.random() < 0.4 else [str(rng.choice(["left", "right"]))]
    foci = []
    stem = joint.removesuffix("_joint")
    for side in sides:
        lost = stem in ("knee", "ankle", "foot") and not maker.skeleton.has_joint(
            "ankle" if stem == "foot" else stem, side
        )
        if lost or maker.patient.has(f"{stem}_prosthesis", side):
            continue
        centre, radii = _joint_place(maker, joint, side)
        name = f"{joint}_{side}"
        foci.append(maker.cloud(name, "osteoarthritis", "benign", side, centre, radii, _mild(rng, 0.75)))
    return foci


def _joint_place(maker: _Maker, joint: str, side: str) -> tuple[np.ndarray, np.ndarray]:
    rng, skeleton = maker.rng, maker.skeleton
    outward = np.sign(skeleton.landmarks[f"shoulder_{side}"][0] - skeleton.landmarks["neck"][0])
    wander = rng.normal(0, 3, 3)
    stem = joint.removesuffix("_joint")
    if stem == "knee":
        compartment = -outward * 22 if rng.random() < 0.6 else outward * 22
        shift = np.array([compartment, 14.0, rng.uniform(-16, 10)])
        if rng.random() < 0.25:
            shift = np.array([0.0, 45.0, 22.0])
        return skeleton.landmarks[f"knee_{side}"] + shift + wander, rng.uniform([6, 6, 4], [17, 14, 11])
    if stem in ("shoulder", "hip", "wrist", "ankle", "elbow"):
        reach = {"shoulder": 14, "hip": 18, "wrist": 10, "ankle": 12, "elbow": 10}[stem]
        shift = rng.normal(0, reach * 0.5, 3)
        return skeleton.landmarks[f"{stem}_{side}"] + shift, rng.uniform(0.45, 1.1, 3) * reach
    if stem == "acromioclavicular":
        scapula = skeleton.points_of(f"scapula_{side}")
        tip = scapula[scapula[:, 2] > np.percentile(scapula[:, 2], 97)].mean(0)
        return tip + wander, rng.uniform(5, 13, 3)
    if stem == "sternoclavicular":
        clavicle = skeleton.points_of(f"clavicle_{side}")
        end = clavicle[np.argsort(outward * clavicle[:, 0])[: len(clavicle) // 20]].mean(0)
        return end + wander, rng.uniform(5, 12, 3)
    if stem == "sacroiliac":
        ilium = skeleton.points_of(f"ilium_{side}")
        inner = ilium[np.argsort(outward * ilium[:, 0])[: len(ilium) // 12]].mean(0)
        return inner + wander, rng.uniform([5, 8, 10], [9, 14, 24])
    bones = skeleton.points_of(f"{stem}_{side}")
    return bones[rng.integers(len(bones))] + wander * 0.3, rng.uniform(4, 10, 3)


def _facet_or_disc(maker: _Maker) -> FocusSource | None:
    rng = maker.rng
    levels = ["C5", "C6", "C7", "T8", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5"]
    level = str(rng.choice(levels, p=np.array([1, 1, 0.7, 0.6, 0.6, 0.7, 0.8, 1, 1.4, 2, 3, 3]) / 15.8))
    points = maker.skeleton.points_of(f"vertebra_{level}")
    low, high = np.percentile(points, [4, 96], axis=0)
    sideways = rng.choice([-1.0, 1.0])
    share = np.array([0.5 + 0.36 * sideways, rng.uniform(0.3, 0.7), rng.choice([0.1, 0.9])])
    centre = low + (high - low) * share
    radii = rng.uniform([5, 6, 4], [12, 12, 9])
    name = f"vertebra_{level}"
    return maker.cloud(name, "facet arthropathy", "benign", "midline", centre, radii, _mild(rng, 0.7))


def _rib_fractures(maker: _Maker) -> list[FocusSource | None]:
    """Ribs in a row, broken along one line."""
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    first = int(rng.integers(3, 9))
    count = int(rng.integers(2, 6))
    share = rng.uniform(0.25, 0.95)
    ratio = _mild(rng, 1.2)
    foci = []
    for number in range(first, min(first + count, 11)):
        points = maker.skeleton.points_of(f"rib_{number}_{side}")
        at = np.percentile(points[:, 1], 100 * share)
        lateral = np.abs(points[:, 0] - maker.skeleton.landmarks["neck"][0])
        slab = np.flatnonzero((np.abs(points[:, 1] - at) < 6) & (lateral > 40))
        if len(slab) == 0:
            continue
        centre = points[slab[rng.integers(len(slab))]] + rng.normal(0, 2.5, 3)
        radii = rng.uniform(5.5, 10, 3)
        strength = ratio * rng.lognormal(0, 0.3)
        foci.append(maker.in_bone(f"rib_{number}_{side}", "rib fracture", "benign", radii, strength, centre))
    return foci


def _compression_fracture(maker: _Maker) -> FocusSource | None:
    rng = maker.rng
    level = str(rng.choice(["T7", "T8", "T11", "T12", "L1", "L2", "L3", "L4"]))
    points = maker.skeleton.points_of(f"vertebra_{level}")
    centre = points.mean(0) + np.array([0.0, 12.0, rng.uniform(-6, 8)])
    radii = np.array([34.0, 30.0, rng.uniform(5, 10)])
    return maker.in_bone(f"vertebra_{level}", "compression fracture", "benign", radii, _mild(rng, 1.3), centre)


def _dental(maker: _Maker) -> FocusSource | None:
    rng = maker.rng
    name = str(rng.choice(["mandible", "facial_bones"]))
    points = maker.skeleton.points_of(name)
    low, high = np.percentile(points[:, 2], [5, 95])
    at = low + (high - low) * (rng.uniform(0.1, 0.5) if name == "mandible" else rng.uniform(0.0, 0.45))
    front = points[(np.abs(points[:, 2] - at) < 8) & (points[:, 1] > np.median(points[:, 1]))]
    if len(front) == 0:
        return None
    centre = front[rng.integers(len(front))]
    return maker.in_bone(name, "dental", "benign", rng.uniform(6, 12, 3), _mild(rng, 0.8), centre)


def _enthesopathy(maker: _Maker) -> FocusSource | None:
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    stem = str(rng.choice(["femur_proximal", "ilium", "ischium", "patella", "foot"]))
    name = f"{stem}_{side}"
    points = maker.skeleton.points_of(name)
    if len(points) == 0:
        return None
    lateral = np.abs(points[:, 0] - maker.skeleton.landmarks["neck"][0])
    edge = points[np.argsort(-lateral)[: max(len(points) // 20, 1)]]
    centre = edge[rng.integers(len(edge))]
    return maker.in_bone(name, "enthesopathy", "benign", rng.uniform(6, 13, 3), _mild(rng, 0.6), centre)


def _paget(maker: _Maker) -> FocusSource | None:
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    names = [f"ilium_{side}", f"femur_shaft_{side}", f"tibia_shaft_{side}", "vertebra_L3", "skull_vault"]
    name = str(rng.choice(names))
    points = maker.skeleton.points_of(name)
    if len(points) == 0:
        return None
    reach = np.full(3, 1.2 * float(np.linalg.norm(points - points.mean(0), axis=1).max()))
    return maker.in_bone(name, "paget", "benign", reach, _mild(rng, 2.0), points.mean(0))


def _limb_fracture(maker: _Maker) -> FocusSource | None:
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    stems = ["humerus_proximal", "radius", "femur_proximal", "tibia_distal", "fibula", "clavicle", "tibia_shaft"]
    stem = str(rng.choice(stems))
    return maker.in_bone(f"{stem}_{side}", "fracture", "benign", rng.uniform(9, 18, 3), _mild(rng, 1.4))


def _lookalike(maker: _Maker) -> FocusSource | None:
    """Return a benign focus drawn exactly as metastases are: the image cannot tell it, the report can."""
    name = _metastasis_site(maker.rng)
    radii, ratio = _size_and_strength(maker, name)
    kinds = ["benign lesion", "fracture", "fibrous dysplasia", "infection"]
    kind = str(maker.rng.choice(kinds, p=[0.4, 0.3, 0.2, 0.1]))
    if name.startswith("rib_") and kind == "fracture":
        kind = "rib fracture"
    lobes = int(maker.rng.choice(3, p=[0.6, 0.25, 0.15])) + 1
    return maker.in_bone(name, kind, "benign", radii, ratio, lookalike=True, lobes=lobes)


# ---- physiological uptake -------------------------------------------------------------------------------------------


def _physiological(maker: _Maker) -> list[FocusSource]:
    rng = maker.rng
    foci = []
    if rng.random() < 0.96:
        foci.append(_bladder(maker))
    foci += _kidneys(maker)
    if rng.random() < 0.4:
        foci.append(_injection_site(maker))
    if rng.random() < 0.1:
        foci.append(_urine(maker))
    if rng.random() < 0.08:
        foci.append(_ureter(maker))
    if rng.random() < 0.03:
        foci += _free_pertechnetate(maker)
    return foci


def _bladder(maker: _Maker) -> FocusSource:
    rng, skeleton = maker.rng, maker.skeleton
    pubis = skeleton.points_of("pubis_left", "pubis_right")
    top = float(np.percentile(pubis[:, 2], 95))
    fill = float(rng.lognormal(0.0, 0.35))
    radii = np.array([33 * fill**0.5, 24 * fill**0.4, 22 * fill**0.5]) * rng.uniform(0.85, 1.2, 3)
    centre = pubis.mean(0) + np.array([rng.normal(0, 5), -28.0, 0.0])
    centre[2] = top + radii[2] * 0.75 + rng.uniform(0, 8)
    ratio = float(np.clip(rng.lognormal(np.log(4.0), 0.8), 0.3, 30))
    return maker.cloud("bladder", "bladder", "physiological", "midline", centre, radii, ratio)


def _kidneys(maker: _Maker) -> list[FocusSource]:
    rng, skeleton = maker.rng, maker.skeleton
    common = float(np.clip(rng.lognormal(np.log(0.52), 0.55), 0.05, 2.5))
    middle = skeleton.points_of("vertebra_L1").mean(0)
    foci = []
    for side in ("left", "right"):
        if rng.random() < 0.03:
            continue
        sign = -1.0 if side == "left" else 1.0
        drop = rng.uniform(0, 18) if side == "left" else rng.uniform(8, 34)
        centre = middle + np.array([sign * rng.uniform(58, 76), -26.0, 4.0 - drop])
        radii = np.array([25.0, 20.0, 50.0]) * rng.uniform(0.85, 1.15)
        ratio = common * rng.lognormal(0, 0.2)
        if rng.random() < 0.25:  # the renal pelvis alone
            centre, radii, ratio = centre - [sign * 8, 0, 0], radii * [0.5, 0.6, 0.4], ratio * rng.uniform(0.8, 2.0)
        focus = maker.cloud("kidney", "kidney", "physiological", side, centre, radii, ratio, rim=rng.uniform(0, 0.5))
        foci.append(_tilted(focus, centre, -sign * rng.uniform(4, 16)))
    return foci


def _tilted(focus: FocusSource, centre: np.ndarray, degrees: float) -> FocusSource:
    from dataclasses import replace

    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    points = focus.points_mm - centre
    right, superior = points[:, 0].copy(), points[:, 2].copy()
    points[:, 0], points[:, 2] = cosine * right - sine * superior, sine * right + cosine * superior
    return replace(focus, points_mm=(points + centre).astype(np.float32))


def _injection_site(maker: _Maker) -> FocusSource:
    rng, skeleton = maker.rng, maker.skeleton
    side = str(rng.choice(["left", "right"]))
    wrist, elbow = skeleton.landmarks[f"wrist_{side}"], skeleton.landmarks[f"elbow_{side}"]
    tip = skeleton.landmarks[f"fingertip_{side}"]
    place = rng.choice(["hand", "forearm", "elbow"], p=[0.45, 0.2, 0.35])
    centre = {"hand": wrist + 0.35 * (tip - wrist), "forearm": 0.3 * elbow + 0.7 * wrist, "elbow": elbow}[str(place)]
    centre = centre + np.array([0.0, 14.0, 0.0]) + rng.normal(0, 6, 3)
    radii = rng.uniform([4, 4, 4], [13, 9, 18])
    ratio = float(np.clip(rng.lognormal(np.log(5.0), 1.0), 0.5, 60))
    return maker.cloud("injection_site", "injection site", "physiological", side, centre, radii, ratio)


def _urine(maker: _Maker) -> FocusSource:
    rng, skeleton = maker.rng, maker.skeleton
    side = str(rng.choice(["left", "right"]))
    hip, knee = skeleton.landmarks[f"hip_{side}"], skeleton.landmarks[f"knee_{side}"]
    centre = hip + (knee - hip) * rng.uniform(0.15, 0.6) + np.array([0.0, 60.0, 0.0])
    centre[0] += rng.normal(0, 25)
    radii = rng.uniform([4, 3, 5], [20, 6, 24])
    ratio = float(np.clip(rng.lognormal(np.log(1.5), 0.8), 0.3, 15))
    return maker.cloud("soft_tissue", "urine contamination", "physiological", side, centre, radii, ratio)


def _ureter(maker: _Maker) -> FocusSource:
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    sign = -1.0 if side == "left" else 1.0
    level = maker.skeleton.points_of(f"vertebra_{rng.choice(['L3', 'L4', 'L5'])}").mean(0)
    centre = level + np.array([sign * rng.uniform(34, 46), 14.0, rng.normal(0, 8)])
    ratio = float(np.clip(rng.lognormal(np.log(0.8), 0.6), 0.2, 4))
    radii = rng.uniform([4, 4, 8], [7, 7, 30])
    return maker.cloud("soft_tissue", "ureter", "physiological", side, centre, radii, ratio)


def _free_pertechnetate(maker: _Maker) -> list[FocusSource]:
    """Thyroid and stomach, which take up tracer that came off the diphosphonate."""
    rng, skeleton = maker.rng, maker.skeleton
    ratio = float(np.clip(rng.lognormal(np.log(0.6), 0.5), 0.2, 3))
    throat = skeleton.landmarks["neck"] + np.array([0.0, 48.0, -2.0])
    belly = skeleton.points_of("vertebra_T12").mean(0) + np.array([-62.0, 70.0, 4.0])
    return [
        maker.cloud("soft_tissue", "thyroid", "physiological", "midline", throat, [24, 11, 20], ratio),
        maker.cloud("soft_tissue", "stomach", "physiological", "left", belly, [36, 26, 52], 0.7 * ratio, rim=0.6),
    ]
