"""Degenerative and inflammatory joints: limbs, girdles, facets, osteophytes, discs, sacroiliac joints."""

from __future__ import annotations

import numpy as np

from .foci import FocusSource
from .focus_shapes import SIGN, FocusMaker

_REACH_MM = {"shoulder": 14.0, "hip": 18.0, "wrist": 10.0, "ankle": 12.0, "elbow": 10.0}
_ANCHORS = {
    "knee": ("tibia_proximal", "femur_distal"),
    "shoulder": ("humerus_proximal",),
    "hip": ("acetabulum",),
    "wrist": ("radius", "hand"),
    "ankle": ("tibia_distal", "foot"),
    "elbow": ("humerus_distal",),
    "acromioclavicular": ("clavicle",),
    "sternoclavicular": ("clavicle",),
    "sacroiliac": ("ilium",),
    "hand": ("hand",),
    "foot": ("foot",),
}
_SPINE = ("C5", "C6", "C7", *(f"T{n}" for n in range(1, 13)), *(f"L{n}" for n in range(1, 6)))


def usual_ratio(maker: FocusMaker, usual: float) -> float:
    """Draw the own maximum over other counts of a benign focus around its kind's usual one."""
    return usual * maker.clinic.draw("benign.strength", maker.rng)


def either_side(maker: FocusMaker) -> str:
    """Draw a side."""
    return "left" if maker.rng.random() < 0.5 else "right"


def arthritis(maker: FocusMaker) -> list[FocusSource]:
    """Return one arthritic joint, often on both sides, each with one or two places."""
    rng, clinic = maker.rng, maker.clinic
    joint = clinic.choose("benign.joint", rng)
    usual = clinic.number("benign.arthritis_ratio")
    if joint == "manubriosternal":
        return _manubriosternal(maker, usual_ratio(maker, usual))
    sides = ["left", "right"] if clinic.chance("benign.both_sides", rng) else [either_side(maker)]
    found = [_joint(maker, joint, side, usual_ratio(maker, usual)) for side in sides]
    return [source for source in found if source is not None]


def _joint(maker: FocusMaker, joint: str, side: str, ratio: float) -> FocusSource | None:
    stem = joint.removesuffix("_joint")
    anchors = tuple(f"{name}_{side}" for name in _ANCHORS[stem])
    # A limb that is gone has no joint, and a joint of metal no cartilage to wear.
    if not maker.has(*anchors) or maker.patient.has(f"{stem}_prosthesis", side):
        return None
    centre, half_axes = _joint_place(maker, stem, side)
    lobes = int(maker.rng.integers(1, 4))
    name = f"{joint}_{side}"
    return maker.cloud(name, "osteoarthritis", "benign", side, centre, half_axes, ratio, anchors, lobes=lobes)


def _joint_place(maker: FocusMaker, stem: str, side: str) -> tuple[np.ndarray, np.ndarray]:
    rng, outward = maker.rng, SIGN[side]
    wander = rng.normal(0, 3, 3)
    if stem == "knee":
        return _knee_place(maker, side, wander)
    if stem in _REACH_MM:
        reach = _REACH_MM[stem]
        return maker.landmark(f"{stem}_{side}") + rng.normal(0, reach * 0.5, 3), rng.uniform(0.5, 1.1, 3) * reach
    if stem == "acromioclavicular":
        return _end_of_clavicle(maker, side, -outward) + wander, rng.uniform(6, 12, 3)
    if stem == "sternoclavicular":
        return _end_of_clavicle(maker, side, outward) + wander, rng.uniform(6, 12, 3)
    if stem == "sacroiliac":
        return _sacroiliac_place(maker, side) + wander, rng.uniform([5, 8, 10], [9, 14, 24])
    bones = maker.points(f"{stem}_{side}")
    low, high = np.percentile(bones, [2, 98], axis=0)
    if stem == "hand" and rng.random() < 0.5:
        # Base of the thumb: the outer (thumb) border of the hand, a third of the way down from the wrist.
        border = bones[bones[:, 2] > low[2] + 0.6 * (high[2] - low[2])]
        at = border[np.argsort(-border[:, 1])[: max(len(border) // 30, 1)]].mean(0)
    elif stem == "foot" and rng.random() < 0.5:
        # First metatarsophalangeal joint: inner border, three quarters of the way to the toes.
        middle = bones[np.abs(bones[:, 1] - (low[1] + 0.72 * (high[1] - low[1]))) < 10]
        at = middle[np.argsort(outward * middle[:, 0])[: max(len(middle) // 12, 1)]].mean(0)
    else:
        at = bones[rng.integers(len(bones))]
    return at + wander * 0.3, rng.uniform(4.5, 10, 3)


def _end_of_clavicle(maker: FocusMaker, side: str, direction: float) -> np.ndarray:
    """Return the middle of the twentieth of a clavicle with the least R times direction."""
    clavicle = maker.points(f"clavicle_{side}")
    return np.asarray(clavicle[np.argsort(direction * clavicle[:, 0])[: max(len(clavicle) // 20, 1)]].mean(0))


def _knee_place(maker: FocusMaker, side: str, wander: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rng, outward = maker.rng, SIGN[side]
    knee = maker.landmark(f"knee_{side}")
    kind = rng.choice(["medial", "lateral", "patellofemoral"], p=[0.5, 0.25, 0.25])
    if kind == "patellofemoral":
        return knee + np.array([0.0, 45.0, 22.0]) + wander, rng.uniform([8, 5, 8], [16, 9, 16])
    compartment = outward * (22.0 if kind == "lateral" else -22.0)
    return knee + np.array([compartment, 14.0, rng.uniform(-14, 8)]) + wander, rng.uniform([8, 6, 5], [18, 14, 11])


def _sacroiliac_place(maker: FocusMaker, side: str) -> np.ndarray:
    ilium = maker.points(f"ilium_{side}")
    inner = np.argsort(SIGN[side] * ilium[:, 0])[: max(len(ilium) // 12, 1)]
    return np.asarray(ilium[inner].mean(0))


def _manubriosternal(maker: FocusMaker, ratio: float) -> list[FocusSource]:
    if not maker.has("manubrium", "sternal_body"):
        return []
    manubrium = maker.points("manubrium")
    centre = manubrium[manubrium[:, 2] < np.percentile(manubrium[:, 2], 12)].mean(0)
    half_axes = maker.rng.uniform([9, 5, 4], [18, 8, 8])
    source = maker.cloud(
        "sternal_body", "osteoarthritis", "benign", "midline", centre, half_axes, ratio, ("manubrium",)
    )
    return [source] if source else []


def sacroiliitis(maker: FocusMaker) -> list[FocusSource]:
    """Return both sacroiliac joints, hot along their height."""
    ratio = usual_ratio(maker, 0.9)
    found = []
    for side in ("left", "right"):
        if not maker.has(f"ilium_{side}"):
            continue
        centre, half_axes = _sacroiliac_place(maker, side), maker.rng.uniform([6, 10, 20], [9, 16, 32])
        name, tilt = f"sacroiliac_joint_{side}", SIGN[side] * -12.0
        found.append(
            maker.cloud(
                name, "sacroiliitis", "benign", side, centre, half_axes, ratio, (f"ilium_{side}",), tilt_degrees=tilt
            )
        )
    return [source for source in found if source is not None]


def spinal_degeneration(maker: FocusMaker) -> list[FocusSource]:
    """Return a degenerative level: a facet joint or both, an osteophyte, or the two end plates of a disc."""
    level = maker.clinic.choose("benign.spinal_level", maker.rng)
    form = maker.clinic.choose("benign.spinal_form", maker.rng)
    ratio = usual_ratio(maker, maker.clinic.number("benign.spinal_ratio"))
    if not maker.has(f"vertebra_{level}"):
        return []
    found = _disc(maker, level, ratio) if form == "disc" else _at_one_vertebra(maker, level, form, ratio)
    return [source for source in found if source is not None]


def _at_one_vertebra(maker: FocusMaker, level: str, form: str, ratio: float) -> list[FocusSource | None]:
    rng, name = maker.rng, f"vertebra_{level}"
    low, high = np.percentile(maker.points(name), [3, 97], axis=0)
    first = rng.choice([-1.0, 1.0])
    end = rng.choice([0.08, 0.92])
    found = []
    for sideways in [first, -first] if form == "facet" and rng.random() < 0.3 else [first]:
        if form == "facet":
            share = np.array([0.5 + 0.27 * sideways, rng.uniform(0.12, 0.34), end])
            half_axes = rng.uniform([5, 5, 5], [10, 10, 10])
        else:
            share = np.array([0.5 + 0.37 * sideways, rng.uniform(0.55, 0.9), end])
            half_axes = rng.uniform([6, 6, 4], [12, 12, 8])
        centre = low + (high - low) * share
        kind = "facet arthropathy" if form == "facet" else "osteophyte"
        side = "right" if sideways > 0 else "left"
        found.append(
            maker.cloud(
                name, kind, "benign", "midline", centre, half_axes, ratio, (name,),
                lobes=int(rng.integers(1, 3)), part="facet" if form == "facet" else "body", part_side=side,
            )
        )  # fmt: skip
    return found


def _disc(maker: FocusMaker, level: str, ratio: float) -> list[FocusSource | None]:
    """Return two lines along the end plates of a disc, often heavier on one side."""
    rng = maker.rng
    below = _SPINE[min(_SPINE.index(level) + 1, len(_SPINE) - 1)]
    if below == level or not maker.has(f"vertebra_{below}"):
        return _at_one_vertebra(maker, level, "osteophyte", ratio)
    sideways, extent = rng.normal(0, 0.14), rng.uniform(0.24, 0.38)
    found = []
    for name, at in ((f"vertebra_{level}", 0.05), (f"vertebra_{below}", 0.95)):
        low, high = np.percentile(maker.points(name), [3, 97], axis=0)
        centre = low + (high - low) * np.array([0.5 + sideways, 0.66, at])
        half_axes = np.array([extent * (high[0] - low[0]), 11.0, 2.8])
        own = ratio * float(np.exp(rng.normal(0, 0.25)))
        found.append(
            maker.cloud(
                name, "disc degeneration", "benign", "midline", centre, half_axes, own, (name,), part="end plate"
            )
        )
    return found
