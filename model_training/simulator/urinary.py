"""Kidneys, ureters, bladder, and urine where it should not be."""

from __future__ import annotations

import numpy as np

from .foci import FocusSource
from .focus_shapes import SIGN, FocusMaker

_TRUNK = ("vertebra_L1", "vertebra_L2")
_LOWER_SPINE = ("vertebra_L2", "vertebra_L3", "vertebra_L4", "vertebra_L5", "sacrum")
_PELVIC = ("sacrum", "pubis_left", "pubis_right")


def draw_urinary(maker: FocusMaker, own: np.random.Generator, tracer_left: float) -> list[FocusSource | None]:
    """Draw the urinary tract; ``own`` is the patient's own stream, for what does not change between examinations."""
    clinic, rng = maker.clinic, maker.rng
    found = _kidneys(maker, own, tracer_left)
    if clinic.chance("physiological.bladder", rng):
        found += _bladder(maker)
    if clinic.chance("physiological.ureter_whole", rng):
        found.append(_ureter(maker, 0.0, 1.0))
    elif clinic.chance("physiological.ureter", rng):
        start = rng.uniform(0.0, 0.75)
        found.append(_ureter(maker, start, min(start + rng.uniform(0.08, 0.35), 1.0)))
    if clinic.chance("physiological.urine", rng):
        found += _urine(maker)
    return found


def _kidneys(maker: FocusMaker, own: np.random.Generator, tracer_left: float) -> list[FocusSource | None]:
    clinic, rng = maker.clinic, maker.rng
    if not maker.has(*_TRUNK):
        return []
    common = clinic.draw("physiological.kidney_ratio", rng) * tracer_left
    # Drawn for every patient, so that later draws from the patient's own stream do not shift.
    absent = {side: clinic.chance("physiological.kidney_absent", own) for side in ("left", "right")}
    ptotic = {side: clinic.chance("physiological.kidney_ptotic", own, 0.5 if side == "left" else 1.5)
              for side in ("left", "right")}  # fmt: skip
    is_horseshoe = clinic.chance("physiological.horseshoe", own)
    is_transplant = clinic.chance("physiological.transplant", own)
    size, grafted = own.uniform(0.88, 1.14, 2), str(own.choice(["left", "right"]))
    drops = {"left": own.uniform(0, 18), "right": own.uniform(8, 34)}
    asides, low = own.uniform(58, 74, 2), own.uniform(35, 80)
    if is_transplant:
        return [_transplant(maker, grafted, common)]
    found: list[FocusSource | None] = []
    for number, side in enumerate(("left", "right")):
        if absent[side] and not (absent["left"] and absent["right"]):
            continue
        sign = SIGN[side]
        drop = drops[side] + (low if ptotic[side] else 0.0)
        aside = asides[number] - (0.25 * low if ptotic[side] else 0.0)
        tilt = sign * rng.uniform(6, 16)
        if is_horseshoe:
            drop, aside, tilt = 55.0 + 4 * number, 36.0, -sign * 22.0
        centre = maker.points("vertebra_L1").mean(0) + maker.size * np.array([sign * aside, -26.0, 4.0 - drop])
        ratio = common * clinic.draw("physiological.kidney_asymmetry", rng)
        found += _kidney(maker, side, centre, np.array([25.0, 20.0, 50.0]) * maker.size * size[number], ratio, tilt)
    if is_horseshoe:
        middle = maker.points("vertebra_L4").mean(0) + maker.size * np.array([0.0, 34.0, 6.0])
        found.append(
            maker.cloud("kidney", "kidney", "physiological", "midline", middle, (26, 10, 10), 0.6 * common, _TRUNK)
        )
    return found


def _kidney(
    maker: FocusMaker, side: str, centre: np.ndarray, half_axes: np.ndarray, ratio: float, tilt: float
) -> list[FocusSource | None]:
    rng, sign = maker.rng, SIGN[side]
    form = maker.clinic.choose("physiological.kidney_form", rng)

    def cloud(kind: str, at: np.ndarray, size: np.ndarray, strength: float, **more) -> FocusSource | None:
        return maker.cloud("kidney", kind, "physiological", side, at, size, strength, _TRUNK, tilt_degrees=tilt, **more)

    hilum = centre - maker.size * np.array([sign * 9.0, 0.0, 0.0])
    if form == "faint":
        return [cloud("kidney", centre, half_axes, 0.3 * ratio, rim=0.3)]
    if form == "pelvis":
        size = half_axes * np.array([0.45, 0.6, 0.4]) * rng.uniform(0.7, 1.1)
        parenchyma = cloud("kidney", centre, half_axes, 0.35 * ratio, rim=0.5)
        return [parenchyma, cloud("renal pelvis", hilum, size, ratio * rng.uniform(0.8, 2.0), lobes=2)]
    if form == "hydronephrosis":
        wide = half_axes * np.array([0.95, 1.0, 0.85])
        dilated = cloud("hydronephrosis", hilum, wide, max(ratio, 0.6) * rng.uniform(1.0, 2.5), lobes=3)
        return [dilated]
    return [cloud("kidney", centre, half_axes, ratio, rim=rng.uniform(0.2, 0.55))]


def _transplant(maker: FocusMaker, side: str, common: float) -> FocusSource | None:
    """Return a grafted kidney in the iliac fossa; the patient's own ones are not seen."""
    name = f"ilium_{side}"
    if not maker.has(name):
        return None
    centre = maker.points(name).mean(0) + np.array([-SIGN[side] * 6.0, 38.0, 4.0])
    ratio, tilt = max(common, 0.4) * 1.3, SIGN[side] * -20.0
    return maker.cloud(
        "kidney", "transplanted kidney", "physiological", side, centre, (29, 22, 52), ratio, (name,),
        rim=0.4, tilt_degrees=tilt,
    )  # fmt: skip


def _bladder(maker: FocusMaker) -> list[FocusSource | None]:
    rng, clinic = maker.rng, maker.clinic
    if not maker.has("pubis_left", "pubis_right"):
        return []
    pubis = maker.points("pubis_left", "pubis_right")
    top = float(np.percentile(pubis[:, 2], 95))
    fill = clinic.draw("physiological.bladder_fill", rng)
    half_axes = np.array([33 * fill**0.5, 24 * fill**0.4, 22 * fill**0.5]) * maker.size * rng.uniform(0.85, 1.2, 3)
    centre = pubis.mean(0) + maker.size * np.array([rng.normal(0, 5), -28.0, 0.0])
    # Empty it lies behind the pubis, full it rises above it.
    centre[2] = top + half_axes[2] * 0.75 + rng.uniform(-8, 8)
    ratio = clinic.draw("physiological.bladder_ratio", rng)

    def cloud(kind: str, at, size, strength: float, **more) -> FocusSource | None:
        return maker.cloud("bladder", kind, "physiological", "midline", at, size, strength, _PELVIC, **more)

    has_catheter = clinic.chance("physiological.catheter", rng)
    if has_catheter:
        half_axes, ratio = half_axes * 0.55, ratio * 0.5
    found = [cloud("bladder", centre, half_axes, ratio, tilt_degrees=rng.normal(0, 4))]
    if clinic.chance("physiological.diverticulum", rng):
        aside = np.array([rng.choice([-1.0, 1.0]) * (half_axes[0] + 8), -6.0, rng.uniform(-8, 10)])
        found.append(cloud("bladder diverticulum", centre + aside, rng.uniform(10, 20, 3), ratio * 0.8))
    if has_catheter:
        found += _catheter(maker, centre, ratio)
    return found


def _catheter(maker: FocusMaker, bladder: np.ndarray, ratio: float) -> list[FocusSource | None]:
    """Return a tube over the thigh and a bag beside the leg."""
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    hip, knee = maker.landmark(f"hip_{side}"), maker.landmark(f"knee_{side}")
    ahead, outward = np.array([0.0, 85.0, 0.0]), np.array([SIGN[side], 0.0, 0.0])
    way = [bladder + np.array([0, 30, -45]), 0.75 * hip + 0.25 * knee + ahead - outward * 20,
           0.4 * hip + 0.6 * knee + ahead + outward * 45, knee + outward * 105 + [0, 10, -20]]  # fmt: skip
    anchors = ("pubis_left", "pubis_right", f"femur_shaft_{side}", f"femur_distal_{side}")
    tube = maker.path("soft_tissue", "urinary catheter", side, way, 2.5, max(0.6 * ratio, 1.0), anchors, gaps=0.5)
    bag = maker.cloud(
        "soft_tissue", "urine bag", "physiological", side, way[-1] + [0, 0, -50], (34, 12, 55),
        max(8.0 * ratio, 15.0), (f"femur_distal_{side}",), rim=0.2,
    )  # fmt: skip
    return [tube, bag]


def _ureter(maker: FocusMaker, start: float, end: float) -> FocusSource | None:
    """Return urine in a ureter between two shares of its course from the kidney's hilum to the bladder."""
    rng = maker.rng
    side = str(rng.choice(["left", "right"]))
    if not maker.has(*_LOWER_SPINE, f"ischium_{side}"):
        return None
    sign = SIGN[side]
    spine = {level: maker.points(f"vertebra_{level}").mean(0) for level in ("L2", "L3", "L4", "L5")}
    sacrum, ischium = maker.points("sacrum").mean(0), maker.points(f"ischium_{side}").mean(0)
    course = np.array([
        spine["L2"] + [sign * 46, 6, -4],
        spine["L3"] + [sign * 40, 18, -6],
        spine["L4"] + [sign * 37, 26, -8],
        spine["L5"] + [sign * 38, 26, -8],
        sacrum + np.array([sign * 48, 26, -6]),
        [sacrum[0] + sign * 52, sacrum[1] + 16, sacrum[2] - 45],
        [sacrum[0] + sign * 24, ischium[1] + 24, ischium[2] + 62],
    ])  # fmt: skip
    at = np.linspace(0, 1, len(course))
    wanted = np.linspace(start, end, max(int((end - start) * 10) + 2, 3))
    way = np.stack([np.interp(wanted, at, course[:, axis]) for axis in range(3)], axis=1)
    way += rng.normal(0, 2.0, way.shape)
    ratio = maker.clinic.draw("physiological.ureter_ratio", rng)
    return maker.path("soft_tissue", "ureter", side, way, rng.uniform(2.5, 4.5), ratio, _LOWER_SPINE, gaps=0.7)


def _urine(maker: FocusMaker) -> list[FocusSource | None]:
    """Return one to four spots of urine on skin, clothes or the sheet."""
    rng, clinic = maker.rng, maker.clinic
    side = str(rng.choice(["left", "right"]))
    place = clinic.choose("physiological.urine_place", rng)
    hip, knee = maker.landmark(f"hip_{side}"), maker.landmark(f"knee_{side}")
    anchors = (f"femur_proximal_{side}", f"femur_shaft_{side}")
    ratio = clinic.draw("physiological.urine_ratio", rng)
    if place == "groin":
        middle = 0.5 * (maker.landmark("hip_left") + maker.landmark("hip_right"))
        at = middle + np.array([rng.normal(0, 18), 50.0, rng.uniform(-95, -45)])
    elif place == "thigh":
        at = hip + (knee - hip) * rng.uniform(0.2, 0.65) + np.array([rng.normal(0, 25), 62.0, 0.0])
    else:
        # On the sheet between or beside the thighs, behind the patient; little else is counted there.
        beside = rng.choice([-0.45, 1.0]) * SIGN[side] * hip_width(maker)
        at = hip + (knee - hip) * rng.uniform(0.15, 0.8) + np.array([beside, -85.0, 0.0])
        ratio *= 6.0
    found = []
    for number in range(int(rng.choice([1, 2, 3, 4], p=[0.55, 0.25, 0.12, 0.08]))):
        here = at + (rng.normal(0, 1, 3) * [16, 3, 24] if number else 0.0)
        half_axes = rng.uniform([4, 2, 4], [17, 5, 20]) * (1.0 if number == 0 else 0.6)
        own = ratio * (1.0 if number == 0 else rng.uniform(0.2, 0.9))
        found.append(
            maker.cloud(
                "soft_tissue", "urine contamination", "physiological", side, here, half_axes, own, anchors,
                lobes=int(rng.integers(1, 4)), tilt_degrees=rng.uniform(-60, 60),
            )
        )  # fmt: skip
    return found


def hip_width(maker: FocusMaker) -> float:
    """Return the distance between the hip joints, mm."""
    return float(np.linalg.norm(maker.landmark("hip_left") - maker.landmark("hip_right")))
