"""The soft tissue around a posed skeleton: its front and back surface seen from the camera, and how it takes up tracer.

The body is an envelope of the skeleton: a trunk of smooth cross-sections and limbs as tapering tubes, so it follows any
pose and any skeleton. All maps are on a coarse grid of the camera (one cell per 2 x 2 pixels), columns in anterior
order (patient's right first).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clinic import Clinic
from .envelope import Envelope
from .parts import Skeleton
from .patient import Patient

_SIDES = ("left", "right")


@dataclass(frozen=True)
class Body:
    """Envelope of the patient on the coarse grid.

    Attributes
    ----------
    front_mm, back_mm : numpy.ndarray
        ``(rows // 2, columns // 2)`` float32, A coordinate of the front and back surface; NaN outside the patient.
    thickness_mm : numpy.ndarray
        The same shape: tissue along the line of sight, smoothed, zero outside.
    uptake : numpy.ndarray
        The same shape: relative activity per ml of soft tissue.
    metal_mm : numpy.ndarray or None
        The same shape: metal of prostheses along the line of sight as mm of water that attenuate as much; None where
        there is none. A point sees half of it, since where along the line the metal lies is not kept.
    """

    front_mm: np.ndarray
    back_mm: np.ndarray
    thickness_mm: np.ndarray
    uptake: np.ndarray
    metal_mm: np.ndarray | None = None


def draw_soft_share(patient: Patient, rng: np.random.Generator, clinic: Clinic) -> float:
    """Draw the counts of soft tissue over those of normal bone, both views together.

    More tissue gives more counts; tracer leaves it by the hour, while bone keeps it.
    """
    share = clinic.draw("body.soft_share", rng) * (patient.body_mass_index / 24.0) ** 0.8
    return share * float(np.exp(-clinic.number("body.soft_washout_per_hour") * (patient.hours_after_injection - 3.0)))


def make_body(
    posed: Skeleton,
    patient: Patient,
    right_mm: np.ndarray,
    superior_mm: np.ndarray,
    rng: np.random.Generator,
    clinic: Clinic,
) -> Body:
    """Wrap a patient around a posed skeleton.

    Parameters
    ----------
    posed : Skeleton
    patient : Patient
    right_mm, superior_mm : numpy.ndarray
        ``(columns // 2,)`` and ``(rows // 2,)``: R of the coarse columns and S of the coarse rows.
    rng : numpy.random.Generator
    clinic : Clinic
        Section "body".
    """
    envelope = Envelope(right_mm, superior_mm)
    for side in _SIDES:
        _add_leg(envelope, posed, side, patient, rng, clinic)
    _add_trunk(envelope, posed, patient, rng, clinic)
    _add_head(envelope, posed)
    for side in _SIDES:
        _add_arm(envelope, posed, side, patient, rng, clinic)
    glow = _breasts(envelope, posed, patient, rng, clinic) if patient.sex == "female" else None
    return _finish(envelope, posed, glow, rng, clinic)


def _add_trunk(
    envelope: Envelope, skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic
) -> None:
    marks, fat = skeleton.landmarks, patient.fat_mm
    male = patient.sex == "male"
    sections: list[tuple[float, ...]] = []

    def section(superior, right, half_width, front, back):
        sections.append((float(superior), float(right), float(half_width), float(front), float(back)))

    def around(names, wider, before, behind, at=None):
        points = skeleton.points_of(*names)
        low, high = np.percentile(points[:, :2], [0.5, 99.5], axis=0)
        superior = points[:, 2].mean() if at is None else at
        section(superior, (low[0] + high[0]) / 2, (high[0] - low[0]) / 2 + wider, high[1] + before, low[1] - behind)

    spine = {level: skeleton.points_of(f"vertebra_{level}").mean(0) for level in ("C2", "C5", "T1", "L1", "L3", "L5")}
    size = patient.height_cm / 170.0
    neck = (50 + 8 * male) * size + 0.3 * fat
    # Above the second vertebra the neck passes into the head.
    for level, above, wide in (("C2", 30, 0.3), ("C2", 15, 0.8), ("C2", 0, 0.97), ("C5", 0, 1.0)):
        x, a, s = spine[level]
        section(s + above * size, x, neck * wide, a + neck * 0.95 * wide, a - neck * 1.05 * wide)
    span = abs(marks["shoulder_left"][0] - marks["shoulder_right"][0]) / 2
    middle = (marks["shoulder_left"][0] + marks["shoulder_right"][0]) / 2
    top = min((marks["shoulder_left"][2] + marks["shoulder_right"][2]) / 2, spine["T1"][2] - 10)
    nape = (middle + spine["T1"][0]) / 2
    # The trapezius slopes from the neck to the shoulders.
    section(0.3 * top + 0.7 * spine["C5"][2], nape, neck * 1.15, spine["T1"][1] + 60 * size, spine["T1"][1] - 56 * size)
    for above, share in ((38, 0.45), (22, 0.74), (6, 0.95)):
        front, back = (86 - 0.4 * above) * size + 0.2 * fat, (64 - 0.15 * above) * size
        section(top + above * size, nape, span * share, spine["T1"][1] + front, spine["T1"][1] - back)
    section(top - 16 * size, middle, span, spine["T1"][1] + 92 * size + 0.3 * fat, spine["T1"][1] - 66 * size)
    upper = [f"rib_{n}_{s}" for n in (4, 5) for s in _SIDES]
    lower = [f"rib_{n}_{s}" for n in (7, 8) for s in _SIDES]
    around(upper, 20 + fat * 0.65, 16 + fat * 0.5, 26 + fat * 0.3)
    around(lower, 15 + fat * 0.95, 8 + fat * 0.7, 26 + fat * 0.4)
    ribs = skeleton.points_of(*(f"rib_{n}_{s}" for n in (8, 9, 10) for s in _SIDES))
    chest = (np.percentile(ribs[:, 0], 99) - np.percentile(ribs[:, 0], 1)) / 2
    ilium = skeleton.points_of("ilium_left", "ilium_right")
    crest = (np.percentile(ilium[:, 0], 99.5) - np.percentile(ilium[:, 0], 0.5)) / 2
    belly = clinic.draw("body.belly_mm", rng) + 1.5 * fat
    for level in ("L1", "L3"):
        share = {"L1": 0.3, "L3": 0.65}[level]
        waist = chest * (1 - share) + crest * share + (10 if male else 3) * size + 1.05 * fat
        front = {"L1": 122, "L3": 112}[level] * size + belly
        section(
            spine[level][2], spine[level][0], waist, spine[level][1] + front, spine[level][1] - 72 * size - fat * 0.4
        )
    around(_both("ilium"), 26 * size + fat * 0.85, 8 + belly * 0.8, 62 * size + fat * 0.4, spine["L5"][2] - 12)
    hip = (marks["hip_left"] + marks["hip_right"]) / 2
    trochanters = abs(marks["hip_left"][0] - marks["hip_right"][0]) / 2 + 66 * size
    # Below the hips the trunk thins out slowly, so that it passes into the thighs without an edge.
    for drop, wide, front, back in (
        (-5, trochanters + 24 * size + 0.62 * fat, 72, 98),
        (40, trochanters + 22 * size + 0.58 * fat, 66, 92),
        (80, trochanters + 14 * size + 0.5 * fat, 48, 76),
        (115, trochanters, 26, 48),
        (150, 0.8 * trochanters, 8, 20),
        (172, 0.6 * trochanters, -4, 7),
    ):
        thick = 0.5 * fat * np.clip((150 - drop) / 150, 0, 1)
        section(hip[2] - drop * size, hip[0], wide, hip[1] + front * size + thick, hip[1] - back * size - thick)
    envelope.add_sections(*np.array(sections).T)
    # Muscle over the shoulder blade follows a raised shoulder.
    base = spine["T1"] + np.array([0.0, 6.0, -6.0]) * size
    envelope.add_limb([(marks["shoulder_left"], base, 42 * size, 46 * size, 1.2)])
    envelope.add_limb([(marks["shoulder_right"], base, 42 * size, 46 * size, 1.2)])
    if male:
        scrotum = hip + np.array([rng.normal(0, 6), 45, -88]) * size
        envelope.add_ellipsoid(scrotum, np.array([27, 30, clinic.draw("body.genital_length_mm", rng)]) * size)


def _both(bone: str) -> list[str]:
    return [f"{bone}_{side}" for side in _SIDES]


def _breasts(
    envelope: Envelope, skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic
) -> np.ndarray | None:
    """Raise the front of the chest; return by how much more the tissue there takes up."""
    if patient.age_years < 13:
        return None
    volume = clinic.draw("body.breast_size", rng) * (1 + 0.012 * patient.fat_mm)
    gain = clinic.draw("body.lactating_breast_gain" if patient.has("lactating") else "body.breast_gain", rng)
    glow = np.ones(envelope.front.shape)
    chest = skeleton.points_of("sternal_body").mean(0)
    ribs = skeleton.points_of(*_both("rib_5"))
    half = (np.percentile(ribs[:, 0], 99) - np.percentile(ribs[:, 0], 1)) / 2
    for side, sign in zip(_SIDES, (-1.0, 1.0), strict=True):
        at = chest[0] + sign * 0.62 * half, chest[2] - (22 + 0.3 * patient.fat_mm)
        radii = np.array([76.0, 78.0]) * volume**0.5
        if patient.has("mastectomy", side):
            # Taken off down to the muscle, the chest wall is thinner than the fat around it.
            envelope.add_bump(*at, radii, -min(8.0 + 0.35 * max(patient.fat_mm, 0.0), 25.0))
            continue
        envelope.add_bump(*at, radii, 32.0 * volume**0.5 * clinic.draw("body.breast_side_factor", rng))
        aside = (envelope.right[None, :] - at[0]) / radii[0]
        above = (envelope.superior[:, None] - at[1]) / radii[1]
        glow += gain * np.maximum(1 - aside**2 - above**2, 0) ** 0.75
    return glow


def _add_head(envelope: Envelope, skeleton: Skeleton) -> None:
    vault = skeleton.points_of("skull_vault", "skull_base", "facial_bones")
    low, high = np.percentile(vault, [0.5, 99.5], axis=0)
    envelope.add_ellipsoid((low + high) / 2, (high - low) / 2 * np.array([1.06, 1.04, 1.08]) + 6)
    jaw = skeleton.points_of("mandible")
    low, high = np.percentile(jaw, [1, 99], axis=0)
    envelope.add_ellipsoid((low + high) / 2, (high - low) / 2 + np.array([12, 16, 18]))


def _add_arm(
    envelope: Envelope, skeleton: Skeleton, side: str, patient: Patient, rng: np.random.Generator, clinic: Clinic
) -> None:
    at = {name: skeleton.landmarks[f"{name}_{side}"] for name in ("shoulder", "elbow", "wrist", "fingertip")}
    size = np.sqrt(patient.height_cm / 170.0)
    wide = clinic.draw("body.arm_thicker_mm", rng) + 0.4 * patient.fat_mm
    inner = 0.5 * (at["shoulder"] + at["elbow"])
    belly = 0.75 * at["elbow"] + 0.25 * at["wrist"]
    palm = 0.5 * (at["wrist"] + at["fingertip"])
    hand = skeleton.points_of(f"hand_{side}")
    spread = min(30 * size + 0.5 * float(np.std(hand[:, 0])), 46 * size)
    envelope.add_limb(
        [
            (at["shoulder"], inner, 45 * size + 0.6 * wide, 45 * size + wide, 1.0),
            (inner, at["elbow"], 45 * size + wide, 39 * size + 0.8 * wide, 1.0),
            (at["elbow"], belly, 39 * size + 0.8 * wide, 41 * size + 0.6 * wide, 1.0),
            (belly, at["wrist"], 41 * size + 0.6 * wide, 27 * size + 0.2 * wide, 1.0),
            (at["wrist"], palm, 27 * size, spread, 0.6),
            (palm, at["fingertip"], spread, 18 * size, 0.4),
        ]
    )


def _add_leg(
    envelope: Envelope, skeleton: Skeleton, side: str, patient: Patient, rng: np.random.Generator, clinic: Clinic
) -> None:
    hip, knee, ankle, toe = (skeleton.landmarks[f"{name}_{side}"] for name in ("hip", "knee", "ankle", "toe"))
    size = np.sqrt(patient.height_cm / 170.0)
    wide = clinic.draw("body.leg_thicker_mm", rng) + 0.5 * patient.fat_mm
    other_hip = skeleton.landmarks[f"hip_{'right' if side == 'left' else 'left'}"]
    # Muscle lies mostly behind and beside the femur.
    outward = np.array([np.sign(hip[0] - other_hip[0]) * 14, -18, 0])
    middle = 0.55 * hip + 0.45 * knee - outward * 0.1
    calf = 0.68 * knee + 0.32 * ankle - np.array([0, 14, 0])
    heel = ankle + np.array([0, -32, -22]) * size
    instep = 0.4 * ankle + 0.6 * toe
    # place, radius (mm of an adult of 170 cm, and share of the patient's own thickness), depth over width of the tube
    pieces = [
        ("thigh", hip + outward, middle, (86, 1), (77, 1), 1.0),
        ("thigh", middle, knee, (77, 1), (58, 0.6), 1.0),
        ("shank", knee, calf, (58, 0.6), (56, 0.6), 1.0),
        ("shank", calf, ankle, (56, 0.6), (34, 0.2), 1.0),
        ("foot", ankle, heel, (35, 0.1), (33, 0), 1.0),
        ("foot", ankle, instep, (38, 0.1), (42, 0), 0.7),
        ("foot", instep, toe, (42, 0), (30, 0), 0.5),
    ]
    stump = skeleton.stump(side)
    tubes = []
    for piece, start, end, first, last, flat in pieces:
        radii = [mm * size + share * wide for mm, share in (first, last)]
        stop = end
        if stump is not None:
            if _is_beyond(piece, stump[0]):
                continue
            if piece == stump[0]:
                # The stump ends round, its tissue a little beyond the bone.
                share = float((stump[1] - start) @ (end - start) / ((end - start) @ (end - start)))
                if share <= 0.02:
                    continue
                stop = start + min(share, 1.0) * (end - start)
                radii[1] = radii[0] + min(share, 1.0) * (radii[1] - radii[0])
                if share < 1:
                    # A tube ends in a half sphere; drawn back, it ends about 25 mm beyond the bone.
                    stop = stop - (end - start) / np.linalg.norm(end - start) * min(radii[1] - 25.0, 35.0)
        tubes.append((start, stop, radii[0], radii[1], flat))
    # Within the trunk the thigh begins thin and passes into it as the trunk thins out.
    envelope.add_limb(tubes, fade_mm=(-70 * size, 85 * size))


def _is_beyond(piece: str, stump_piece: str) -> bool:
    order = ("thigh", "shank", "foot")
    return order.index(piece) > order.index(stump_piece)


def _finish(
    envelope: Envelope, skeleton: Skeleton, glow: np.ndarray | None, rng: np.random.Generator, clinic: Clinic
) -> Body:
    from scipy.ndimage import gaussian_filter

    cell_mm = abs(float(envelope.right[1] - envelope.right[0]))
    inside = np.isfinite(envelope.front) & (envelope.front > envelope.back)
    # Skin is smooth: surfaces are averaged over their neighbours inside the body, and the outline is rounded.
    sigma = clinic.number("body.skin_smoothing_mm") / cell_mm
    weight = gaussian_filter(inside.astype(np.float32), sigma)
    outline = weight > 0.5
    surfaces = []
    for surface in (envelope.front, envelope.back):
        smooth = gaussian_filter(np.where(inside, surface, 0.0).astype(np.float32), sigma)
        surfaces.append(np.where(outline, smooth / np.maximum(weight, 1e-3), np.nan).astype(np.float32))
    thickness = gaussian_filter(envelope.thickness.astype(np.float32), sigma)
    uptake = _soft_uptake(envelope, skeleton, rng, cell_mm, clinic)
    if glow is not None:
        uptake *= glow
    metal = _metal(envelope, skeleton, rng, clinic) if len(skeleton.metal_ml) else None
    return Body(surfaces[0], surfaces[1], thickness, uptake.astype(np.float32), metal)


def _metal(envelope: Envelope, skeleton: Skeleton, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    cell = abs(float(envelope.right[1] - envelope.right[0]))
    rows = np.rint((envelope.superior[0] - skeleton.metal_points_mm[:, 2]) / cell).astype(int)
    columns = np.rint((envelope.right[0] - skeleton.metal_points_mm[:, 0]) / cell).astype(int)
    shape = envelope.front.shape
    keep = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
    volume = np.zeros(shape)
    np.add.at(volume, (rows[keep], columns[keep]), skeleton.metal_ml[keep] * 1000.0)
    water = clinic.draw("body.metal_over_water", rng) * volume / cell**2
    return gaussian_filter(water, 0.6).astype(np.float32)


def _soft_uptake(
    envelope: Envelope, skeleton: Skeleton, rng: np.random.Generator, cell_mm: float, clinic: Clinic
) -> np.ndarray:
    """Return the uptake of soft tissue: cloudy, its own level in legs, trunk and head, perhaps a liver."""
    from scipy.ndimage import gaussian_filter, zoom

    shape = envelope.front.shape
    coarse = rng.standard_normal((shape[0] // 8 + 2, shape[1] // 8 + 2))
    clouds = zoom(gaussian_filter(coarse, 24.0 / (8 * cell_mm)), 8, order=1)[: shape[0], : shape[1]]
    uptake = np.exp(clinic.draw("body.cloudiness", rng) * clouds / clouds.std())
    hip, knee, neck = (skeleton.landmarks[name][2] for name in ("hip_left", "knee_left", "neck"))
    size = (neck - hip) / 600.0
    levels = [knee - 450 * size, knee, hip - 150 * size, hip + 100 * size, *(neck + np.array([-220, -60, 120]) * size)]
    legs = [clinic.draw(f"body.{piece}_uptake", rng) for piece in ("shank", "knee", "thigh")]
    values = [*legs, 1.0, 1.0, clinic.draw("body.shoulder_uptake", rng), clinic.draw("body.head_uptake", rng)]
    profile = np.interp(envelope.superior, levels, values)
    uptake *= gaussian_filter(profile, 20.0 / cell_mm)[:, None]
    if clinic.chance("body.liver_seen", rng):
        middle = skeleton.points_of("vertebra_T11").mean(0)
        aside = (envelope.right[None, :] - middle[0] - 52.0) / 78.0
        above = (
            envelope.superior[:, None] - middle[2] - 6.0 - 0.35 * (envelope.right[None, :] - middle[0] - 52.0)
        ) / 62.0
        uptake *= 1 + clinic.draw("body.liver_gain", rng) * np.exp(-((aside**2 + above**2) ** 1.5))
    return uptake
