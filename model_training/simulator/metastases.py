"""Metastases: how many, where, how large, how strong, of what shape. Benign mimics are drawn by the same function."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS

from .bone_parts import ARCH_UP_TO, BODY_FROM
from .clinic import Clinic
from .foci import FocusSource, FocusSpec
from .focus_shapes import FocusMaker, pieces_of_the_same_bone

DIFFUSE = "diffuse metastasis"
_LONG_BONES = ("femur", "humerus", "tibia", "fibula", "radius", "ulna")
_SHAFTS = ("femur_shaft", "humerus_shaft", "tibia_shaft", "sacrum", "ilium")
# Blood-forming marrow of an adult, where a superscan is hot: all of the axial skeleton and the proximal limbs.
_MARROW = ("vertebra_", "rib_", "sacrum", "manubrium", "sternal", "ilium", "pubis", "ischium", "acetabulum", "scapula")
_MARROW_LESS = ("clavicle", "humerus_proximal", "femur_proximal", "skull_vault")


@dataclass(frozen=True)
class Habit:
    """What the lesions of one patient have in common, as factors.

    Attributes
    ----------
    strength, size : float
        Of every metastasis and of every mimic of this patient.
    """

    strength: float
    size: float


@dataclass(frozen=True)
class LesionPlan:
    """A lesion in bone before it is built.

    Attributes
    ----------
    spec : FocusSpec
    form : {"solid", "lytic centre", "cold"}
    """

    spec: FocusSpec
    form: str


def draw_habit(rng: np.random.Generator, clinic: Clinic) -> Habit:
    """Draw what the lesions of a patient have in common."""
    return Habit(clinic.draw("metastases.patient_strength", rng), clinic.draw("metastases.patient_size", rng))


def draw_metastases(maker: FocusMaker, habit: Habit) -> list[FocusSource]:
    """Draw all metastases of a patient: none, focal ones, or a superscan."""
    count = number_of_metastases(maker.rng, maker.clinic)
    if count and maker.clinic.chance("metastases.superscan", maker.rng):
        return _superscan(maker)
    found = (draw_metastasis(maker, habit) for _ in range(count))
    return [source for source in found if source is not None]


def draw_metastasis(maker: FocusMaker, habit: Habit) -> FocusSource | None:
    """Draw one metastasis (None where the drawn bone is not there)."""
    plan = plan_lesion(maker, habit)
    if plan is None:
        return None
    kind = {"cold": "cold metastasis", "lytic centre": "metastasis with lytic centre"}.get(plan.form, "metastasis")
    return maker.in_bone(plan.spec, kind, "metastasis")


def number_of_metastases(rng: np.random.Generator, clinic: Clinic) -> int:
    """Draw the number of focal metastases: a range by its weight, and evenly within it."""
    low, _, high = clinic.choose("metastases.number", rng).partition("-")
    return int(rng.integers(int(low), int(high or low) + 1))


def plan_lesion(maker: FocusMaker, habit: Habit) -> LesionPlan | None:
    """Draw place, size, strength and shape of a lesion: the one function for metastases and for what mimics them."""
    rng, clinic = maker.rng, maker.clinic
    name = draw_site(rng, clinic)
    if not maker.has(name):
        return None
    radius = clinic.draw("metastases.radius_mm", rng) * habit.size
    strength = clinic.draw("metastases.peak_ratio", rng) * habit.strength
    half_axes = _half_axes(name, radius, rng, clinic)
    form = clinic.choose("metastases.form", rng)
    layer = "bone"
    if name.startswith("vertebra_"):
        centre, half_axes = _in_vertebra(maker, name, half_axes)
    else:
        centre = maker.toward_marrow(name, radius)
        if name.startswith(_LONG_BONES):
            layer = clinic.choose("metastases.long_bone_layer", rng)
    lobes = int(clinic.choose("metastases.lobes", rng))
    hollow = 0.0
    if form == "cold":
        strength, half_axes = -rng.uniform(0.7, 0.97), np.maximum(half_axes, 19.0)
    elif form == "lytic centre":
        hollow, half_axes = rng.uniform(0.5, 0.75), np.maximum(half_axes, 15.0)
    blobs = maker.blobs(centre, half_axes, lobes)
    spec = FocusSpec(pieces_of_the_same_bone(name), blobs, float(strength), hollow, layer, maker.seed())
    return LesionPlan(spec, form)


def draw_site(rng: np.random.Generator, clinic: Clinic) -> str:
    """Draw the fine region of a metastasis by the published shares and, within a group, by ours."""
    group = clinic.choose("metastases.site", rng)
    region = clinic.choose(f"metastases.in_{group}", rng)
    names = _bones_of(region)
    favour = np.array([_favour(name, clinic) for name in names])
    return names[int(rng.choice(len(names), p=favour / favour.sum()))]


@cache
def _bones_of(region: str) -> tuple[str, ...]:
    return tuple(fine.name for fine in FINE_REGIONS if fine.region == region and not fine.is_joint)


def _favour(name: str, clinic: Clinic) -> float:
    favoured = clinic.weights("metastases.favoured")
    if name in favoured:
        return favoured[name]
    return next((weight for stem, weight in favoured.items() if name.startswith(f"{stem}_")), 1.0)


def _half_axes(name: str, radius: float, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    if name.startswith("rib_"):
        # Along the rib the focus is long: its other extents are limited by the bone itself.
        radius = float(np.clip(radius * clinic.draw("metastases.rib_length", rng), 6.0, 45.0))
    elif name.startswith(_SHAFTS):
        radius *= rng.uniform(1.0, 1.7)
    half_axes = radius * rng.uniform(0.75, 1.3, 3)
    if name.startswith(("femur_shaft", "humerus_shaft", "tibia_shaft")):
        half_axes[2] *= rng.uniform(1.0, 2.2)  # marrow lets it spread along the shaft
    return np.asarray(half_axes)


def _in_vertebra(maker: FocusMaker, name: str, half_axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rng = maker.rng
    low, high = np.percentile(maker.points(name), [1, 99], axis=0)
    part = maker.clinic.choose("metastases.vertebral_part", rng)
    side = rng.choice([-1.0, 1.0])
    height = rng.uniform(0.25, 0.75)
    if part == "whole":
        return (low + high) / 2, (high - low) * rng.uniform(0.6, 0.85)
    share = {
        "body": np.array([0.5 + rng.normal(0, 0.12), rng.uniform(BODY_FROM + 0.08, 0.85), height]),
        "pedicle": np.array([0.5 + side * rng.uniform(0.18, 0.26), rng.uniform(ARCH_UP_TO, BODY_FROM), height]),
        "arch": np.array([0.5 + rng.normal(0, 0.08), rng.uniform(0.05, ARCH_UP_TO), rng.uniform(0.15, 0.6)]),
    }[part]
    smaller = 1.0 if part == "body" else rng.uniform(0.6, 0.9)
    # Half way to the surface, where the points of the bone are: a focus takes bone, not the gap between its walls.
    points, centre = maker.points(name), low + (high - low) * share
    nearest = points[((points - centre) ** 2).sum(1).argmin()]
    return 0.5 * (centre + nearest), half_axes * smaller


def _superscan(maker: FocusMaker) -> list[FocusSource]:
    """Return diffuse uptake in the marrow of the whole skeleton or of a good part of it, a focus for each bone."""
    rng, clinic = maker.rng, maker.clinic
    common = clinic.draw("metastases.superscan_ratio", rng)
    limbs = common * rng.uniform(0.3, 0.9)
    extent_share = 1.0 if clinic.chance("metastases.superscan_whole", rng) else rng.uniform(0.3, 0.8)
    found = []
    for fine in FINE_REGIONS:
        in_limb = fine.name.startswith(_MARROW_LESS)
        if fine.is_joint or not (in_limb or fine.name.startswith(_MARROW)) or not maker.has(fine.name):
            continue
        if rng.random() > extent_share * (0.75 if in_limb else 0.98):
            continue
        bones = tuple(fine.name.replace("proximal", piece) for piece in ("proximal", "shaft")) if in_limb else ()
        bones = bones if len(set(bones)) == 2 else (fine.name,)
        low, high = np.percentile(maker.points(*bones), [1, 99], axis=0)
        middle, extent = (low + high) / 2, high - low
        half_axes = 0.8 * extent + 8.0
        if len(bones) == 2:  # from the proximal end, fading down the shaft
            middle[2], half_axes[2] = high[2], rng.uniform(0.35, 0.75) * extent[2]
        elif extent_share < 1.0 and not fine.name.startswith("vertebra_"):
            # Disease that spares bones spares parts of the others too.
            own = maker.points(*bones)
            middle, half_axes = own[rng.integers(len(own))].astype(float), rng.uniform(0.25, 0.7) * extent + 8.0
        lobes = [np.concatenate([middle, half_axes, [1.0]])]
        lobes += [
            np.concatenate([rng.uniform(low, high), np.full(3, rng.uniform(10, 20)), [rng.uniform(1.1, 1.7)]])
            for _ in range(int(rng.integers(0, 3)))
        ]
        strength = (limbs if in_limb else common) * float(np.exp(rng.normal(0, 0.15)))
        spec = FocusSpec(bones, np.array(lobes), strength, seed=maker.seed())
        found.append(maker.in_bone(spec, DIFFUSE, "metastasis"))
    return [source for source in found if source is not None]
