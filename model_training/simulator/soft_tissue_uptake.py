"""Uptake in soft tissue and cartilage: breasts, muscle, free pertechnetate, larynx, calcifications, ascites."""

from __future__ import annotations

import numpy as np

from .foci import FocusSource
from .focus_shapes import SIGN, FocusMaker

_UPPER = ("vertebra_C5", "vertebra_C6", "vertebra_C7")
_MIDDLE = ("vertebra_T12", "vertebra_L1", "vertebra_L2", "vertebra_L3")


def draw_soft_tissue_uptake(maker: FocusMaker, own: np.random.Generator) -> list[FocusSource | None]:
    """Draw it for one examination; ``own`` is the patient's own stream (calcifications stay)."""
    rng, clinic, patient = maker.rng, maker.clinic, maker.patient
    larynx = clinic.chance("physiological.thyroid_cartilage", own, min(patient.age_years / 60.0, 1.4))
    calcified = clinic.chance("physiological.calcification", own)
    costal = clinic.chance("physiological.costal_cartilage", own, min(patient.age_years / 60.0, 1.5))
    larynx_ratio = clinic.draw("physiological.thyroid_cartilage_ratio", own)
    found: list[FocusSource | None] = []
    if larynx and maker.has(*_UPPER):
        found.append(_larynx(maker, larynx_ratio))
    if calcified:
        found += _calcification(maker, own)
    if costal:
        found += _costal_cartilages(maker, own)
    lactating = patient.has("lactating")
    if (clinic.chance("physiological.breast", rng) or lactating) and patient.sex == "female":
        found += _breasts(maker, 2.5 if lactating else 1.0)
    if clinic.chance("physiological.muscle", rng):
        found.append(_muscle(maker))
    if clinic.chance("physiological.free_pertechnetate", rng):
        found += _free_pertechnetate(maker)
    if clinic.chance("physiological.ascites", rng) and maker.has(*_MIDDLE):
        belly = maker.points("vertebra_L3").mean(0) + maker.size * np.array([0.0, 55.0, 0.0])
        ratio = float(rng.uniform(0.12, 0.35))
        size = (115, 60, 140)
        found.append(_cloud(maker, "ascites", "midline", belly, size, ratio, _MIDDLE, rim=0.55))
    return found


def _cloud(maker: FocusMaker, kind: str, side: str, centre, half_axes, ratio: float, anchors, **more):
    lengths = maker.size * np.asarray(half_axes, float)
    return maker.cloud("soft_tissue", kind, "physiological", side, centre, lengths, ratio, anchors, **more)


def _larynx(maker: FocusMaker, ratio: float) -> FocusSource | None:
    """Return the thyroid cartilage: a small shield before C5."""
    at = maker.points("vertebra_C5").mean(0) + maker.size * np.array([0.0, 44.0, -4.0])
    return _cloud(maker, "thyroid cartilage", "midline", at, (15, 8, 11), ratio, _UPPER, rim=0.4)


def _breasts(maker: FocusMaker, factor: float) -> list[FocusSource | None]:
    rng = maker.rng
    ratio = factor * float(np.clip(rng.lognormal(np.log(0.22), 0.45), 0.08, 0.8))
    found = []
    for side in ("left", "right"):
        name = f"rib_5_{side}"
        if maker.patient.has("mastectomy", side) or not maker.has(name):
            continue
        rib = maker.points(name)
        low, high = np.percentile(rib, [1, 99], axis=0)
        outer = low[0] if side == "left" else high[0]
        # The breast root lies over the outer front of the chest.
        at = np.array([0.58 * outer, high[1] + rng.uniform(14, 26), low[2] - 4])
        own = ratio * float(rng.lognormal(0, 0.25))
        found.append(_cloud(maker, "breast", side, at, np.array([52, 20, 44]) * rng.uniform(0.8, 1.2), own, (name,)))
    return found


def _muscle(maker: FocusMaker) -> FocusSource | None:
    """Return an injured or overworked muscle: thigh, calf, upper arm or buttock."""
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    between = {
        "thigh": ("hip", "knee", 0.5, (22, 20, 75), "femur_shaft"),
        "calf": ("knee", "ankle", 0.3, (22, 16, 60), "tibia_shaft"),
        "arm": ("shoulder", "elbow", 0.5, (15, 15, 55), "humerus_shaft"),
    }
    first, second, share, size, bone = between[str(rng.choice(list(between)))]
    start, end = maker.landmark(f"{first}_{side}"), maker.landmark(f"{second}_{side}")
    behind = -32.0 if first == "knee" else rng.choice([-30.0, 34.0])
    at = start + share * (end - start) + np.array([SIGN[side] * rng.uniform(-6, 22), behind, 0.0])
    ratio = float(rng.lognormal(np.log(0.6), 0.5))
    half_axes = np.array(size) * rng.uniform(0.7, 1.1)
    return _cloud(maker, "muscle", side, at, half_axes, ratio, (f"{bone}_{side}",), lobes=3)


def _free_pertechnetate(maker: FocusMaker) -> list[FocusSource | None]:
    """Thyroid, stomach and salivary glands, which take up tracer that came off the diphosphonate."""
    rng = maker.rng
    if not maker.has("vertebra_T12", "mandible", *_UPPER):
        return []
    ratio = maker.clinic.draw("physiological.free_ratio", rng)
    throat = maker.points("vertebra_C7").mean(0) + maker.size * np.array([0.0, 46.0, -2.0])
    belly = maker.points("vertebra_T12").mean(0) + maker.size * np.array([-62.0, 70.0, 4.0])
    found = [
        _cloud(maker, "thyroid", side, throat + np.array([SIGN[side] * 17, 0, 0]), (10, 10, 21), ratio, _UPPER)
        for side in ("left", "right")
    ]
    found.append(
        _cloud(maker, "stomach", "left", belly, (36, 26, 54), 0.7 * ratio, ("vertebra_T12",), rim=0.6, tilt_degrees=20)
    )
    if rng.random() < 0.6:
        low, high = np.percentile(maker.points("mandible"), [2, 98], axis=0)
        for side in ("left", "right"):
            at = np.array([low[0] if side == "left" else high[0], low[1] + 8.0, 0.5 * (low[2] + high[2])])
            found.append(_cloud(maker, "salivary gland", side, at, (9, 13, 19), 0.6 * ratio, ("mandible",)))
    return found


def _calcification(maker: FocusMaker, own: np.random.Generator) -> list[FocusSource | None]:
    """Femoral arteries, an old injection in the buttock, or a patch of the liver."""
    kind, side = str(own.choice(["vessel", "buttock", "liver"], p=[0.4, 0.4, 0.2])), str(own.choice(["left", "right"]))
    ratio = float(own.lognormal(np.log(0.6), 0.4))
    name = "soft-tissue calcification"
    if kind == "liver":
        if not maker.has("vertebra_T11", "vertebra_T12"):
            return []
        at = maker.points("vertebra_T11").mean(0) + np.array([58.0, 50.0, -6.0])
        return [_cloud(maker, name, "right", at, (26, 24, 24), ratio, ("vertebra_T11", "vertebra_T12"), lobes=3)]
    hip, knee = maker.landmark(f"hip_{side}"), maker.landmark(f"knee_{side}")
    if kind == "buttock":
        at = hip + np.array([SIGN[side] * 20.0, -85.0, 45.0])
        return [_cloud(maker, name, side, at, (12, 8, 12), ratio, (f"ilium_{side}",), lobes=2)]
    inner = np.array([-SIGN[side], 0.0, 0.0])
    way = [
        hip + inner * 4 + [0, 34, -20],
        0.6 * hip + 0.4 * knee + inner * 14 + [0, 18, 0],
        knee + np.array([0, -22, 60]),
    ]
    anchors = (f"femur_proximal_{side}", f"femur_shaft_{side}", f"femur_distal_{side}")
    return [maker.path("soft_tissue", name, side, way, 3.0, ratio, anchors, gaps=0.5)]


def _costal_cartilages(maker: FocusMaker, own: np.random.Generator) -> list[FocusSource | None]:
    """Return the calcified cartilages of some ribs, from their front ends toward the sternum."""
    found = []
    if not maker.has("sternal_body"):
        return []
    sternum = maker.points("sternal_body")
    ratio = float(own.lognormal(np.log(0.4), 0.35))
    for number in range(4, 4 + int(own.integers(1, 5))):
        for side in ("left", "right"):
            name = f"rib_{number}_{side}"
            if own.random() < 0.3 or not maker.has(name):
                continue
            rib = maker.points(name)
            end = rib[np.argsort(-rib[:, 1])[: max(len(rib) // 40, 1)]].mean(0)
            height = min(end[2] + 10.0 * (number - 3), float(np.percentile(sternum[:, 2], 60)))
            inner = np.array([SIGN[side] * 18.0, float(sternum[:, 1].max()) - 4.0, height])
            share = float(own.uniform(0.35, 0.9))
            way = [end, end + share * (inner - end)]
            found.append(
                maker.path("soft_tissue", "costal cartilage", side, way, 3.5, ratio, (name, "sternal_body"), gaps=0.3)
            )
    return found
