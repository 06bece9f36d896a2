"""The soft tissue around a posed skeleton: its front and back surface seen from the camera, and how it takes up tracer.

The body is an envelope of the skeleton: a trunk of smooth cross-sections and limbs as tapering tubes, so it follows any
pose and any skeleton. All maps are on a coarse grid of the camera (one cell per 2 x 2 pixels), columns in anterior
order (patient's right first).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .parts import Skeleton
from .patient import Patient


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
    """

    front_mm: np.ndarray
    back_mm: np.ndarray
    thickness_mm: np.ndarray
    uptake: np.ndarray


class _Envelope:
    """Union of shapes seen from the front, as a height map of front and back."""

    def __init__(self, right_mm: np.ndarray, superior_mm: np.ndarray) -> None:
        self.right, self.superior = right_mm, superior_mm
        shape = (len(superior_mm), len(right_mm))
        self.front, self.back = np.full(shape, -np.inf), np.full(shape, np.inf)
        self.thickness = np.zeros(shape)

    def add(self, middle: np.ndarray, half_depth: np.ndarray, inside: np.ndarray) -> None:
        self.front = np.where(inside, np.maximum(self.front, middle + half_depth), self.front)
        self.back = np.where(inside, np.minimum(self.back, middle - half_depth), self.back)
        own = np.where(inside, 2 * half_depth, 0.0)
        # A soft maximum lets arms and trunk, thighs and pelvis run into each other without an edge.
        self.thickness = (self.thickness**4 + own**4) ** 0.25

    def add_tube(self, start, end, radius_start: float, radius_end: float, flat: float = 1.0) -> None:
        axis = np.array([end[0] - start[0], end[2] - start[2]])
        length2 = max(float(axis @ axis), 1e-6)
        right, superior = self.right[None, :] - start[0], self.superior[:, None] - start[2]
        along = np.clip((right * axis[0] + superior * axis[1]) / length2, 0, 1)
        distance2 = (right - along * axis[0]) ** 2 + (superior - along * axis[1]) ** 2
        radius = radius_start + (radius_end - radius_start) * along
        inside = distance2 < radius**2
        half_depth = flat * np.sqrt(np.maximum(radius**2 - distance2, 0))
        self.add(start[1] + (end[1] - start[1]) * along, half_depth, inside)

    def add_ellipsoid(self, centre, radii) -> None:
        right, superior = self.right[None, :] - centre[0], self.superior[:, None] - centre[2]
        rest = 1 - (right / radii[0]) ** 2 - (superior / radii[2]) ** 2
        self.add(np.full(rest.shape, centre[1]), radii[1] * np.sqrt(np.maximum(rest, 0)), rest > 0)

    def add_sections(self, superior, middle_right, half_width, front, back) -> None:
        """Add a stack of superelliptic cross-sections given at rising heights."""
        from scipy.interpolate import PchipInterpolator

        order = np.argsort(superior)
        levels = np.asarray(superior)[order]
        levels = np.maximum.accumulate(levels + np.arange(len(levels)) * 1e-3)
        rows = (self.superior >= levels[0]) & (self.superior <= levels[-1])
        at = self.superior[rows]
        x, a, yf, yb = (
            PchipInterpolator(levels, np.asarray(values, float)[order])(at)[:, None]
            for values in (middle_right, half_width, front, back)
        )
        across = np.abs(self.right[None, :] - x) / a
        half = np.maximum(1 - across**2.3, 0) ** (1 / 2.1) * (yf - yb) / 2
        shape = self.front.shape
        middle, half_depth, inside = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
        middle[rows], half_depth[rows], inside[rows] = (yf + yb) / 2, half, across < 1
        self.add(middle, half_depth, inside)


def make_body(
    skeleton: Skeleton, patient: Patient, right_mm: np.ndarray, superior_mm: np.ndarray, rng: np.random.Generator
) -> Body:
    """Wrap a patient around a posed skeleton.

    Parameters
    ----------
    skeleton : Skeleton
    patient : Patient
    right_mm, superior_mm : numpy.ndarray
        ``(columns // 2,)`` and ``(rows // 2,)``: R of the coarse columns and S of the coarse rows.
    rng : numpy.random.Generator
    """
    fat_mm = float(np.clip((patient.body_mass_index - 21.5) * 2.8, -10, 55))
    envelope = _Envelope(right_mm, superior_mm)
    _add_trunk(envelope, skeleton, patient, fat_mm, rng)
    _add_head(envelope, skeleton)
    for side in ("left", "right"):
        _add_arm(envelope, skeleton, side, fat_mm, rng)
        _add_leg(envelope, skeleton, side, fat_mm, rng)
    return _finish(envelope, skeleton, rng)


def _add_trunk(envelope: _Envelope, skeleton: Skeleton, patient: Patient, fat: float, rng: np.random.Generator) -> None:
    marks = skeleton.landmarks
    male = patient.sex == "male"
    sections = []

    def section(superior, right, half_width, front, back):
        sections.append((float(superior), float(right), float(half_width), float(front), float(back)))

    def around(names, wider, before, behind, at=None):
        points = skeleton.points_of(*names)
        low, high = np.percentile(points[:, :2], [0.5, 99.5], axis=0)
        superior = points[:, 2].mean() if at is None else at
        section(superior, (low[0] + high[0]) / 2, (high[0] - low[0]) / 2 + wider, high[1] + before, low[1] - behind)

    spine = {level: skeleton.points_of(f"vertebra_{level}").mean(0) for level in ("C2", "C5", "T1", "L1", "L3", "L5")}
    neck = 52 + 7 * male + 0.25 * fat
    section(spine["C2"][2], spine["C2"][0], neck, spine["C2"][1] + neck, spine["C2"][1] - neck)
    section(spine["C5"][2], spine["C5"][0], neck, spine["C5"][1] + neck, spine["C5"][1] - neck)
    span = abs(marks["shoulder_left"][0] - marks["shoulder_right"][0]) / 2
    middle = (marks["shoulder_left"][0] + marks["shoulder_right"][0]) / 2
    top = (marks["shoulder_left"][2] + marks["shoulder_right"][2]) / 2
    section(top + 32, (middle + spine["T1"][0]) / 2, span * 0.74, spine["T1"][1] + 72, spine["T1"][1] - 58)
    section(top - 14, middle, span * 1.0, spine["T1"][1] + 92 + 0.3 * fat, spine["T1"][1] - 66)
    bust = 0.0 if male else float(rng.uniform(4, 22))
    upper = [f"rib_{n}_{s}" for n in (4, 5) for s in ("left", "right")]
    lower = [f"rib_{n}_{s}" for n in (7, 8) for s in ("left", "right")]
    around(upper, 20 + fat * 0.6, 14 + bust + fat * 0.5, 26 + fat * 0.3)
    around(lower, 14 + fat * 0.9, 6 + fat * 0.7, 26 + fat * 0.4)
    ribs = skeleton.points_of(*(f"rib_{n}_{s}" for n in (8, 9, 10) for s in ("left", "right")))
    chest = (np.percentile(ribs[:, 0], 99) - np.percentile(ribs[:, 0], 1)) / 2
    ilium = skeleton.points_of("ilium_left", "ilium_right")
    crest = (np.percentile(ilium[:, 0], 99.5) - np.percentile(ilium[:, 0], 0.5)) / 2
    belly = float(rng.uniform(-8, 14)) + 1.5 * fat
    for level in ("L1", "L3"):
        share = {"L1": 0.3, "L3": 0.6}[level]
        waist = chest * (1 - share) + crest * share + (8 if male else 2) + fat
        front = {"L1": 122, "L3": 112}[level] + belly
        section(spine[level][2], spine[level][0], waist, spine[level][1] + front, spine[level][1] - 72 - fat * 0.4)
    around(["ilium_left", "ilium_right"], 24 + fat * 0.8, 8 + belly * 0.8, 62 + fat * 0.4, spine["L5"][2] - 12)
    hip = (marks["hip_left"] + marks["hip_right"]) / 2
    trochanters = abs(marks["hip_left"][0] - marks["hip_right"][0]) / 2 + 68
    section(hip[2] + 5, hip[0], trochanters + 22 + fat * 0.6, hip[1] + 62 + fat * 0.5, hip[1] - 98 - fat * 0.5)
    section(hip[2] - 62, hip[0], trochanters + 18 + fat * 0.55, hip[1] + 50 + fat * 0.3, hip[1] - 82 - fat * 0.4)
    section(hip[2] - 85, hip[0], trochanters + 12 + fat * 0.5, hip[1] + 6, hip[1] - 10)
    envelope.add_sections(*np.array(sections).T)
    if male:
        scrotum = hip + np.array([rng.normal(0, 6), 45, -88])
        envelope.add_ellipsoid(scrotum, (27, 30, 36 + rng.uniform(0, 22)))
    else:
        for sign in (-1, 1):
            breast = skeleton.points_of("rib_5_left", "rib_5_right").mean(0)
            at = breast + np.array([sign * (chest * 0.62), 70 + bust, -20])
            envelope.add_ellipsoid(at, (52 + fat * 0.5, 25 + bust * 0.5, 50 + fat * 0.4))


def _add_head(envelope: _Envelope, skeleton: Skeleton) -> None:
    vault = skeleton.points_of("skull_vault", "skull_base", "facial_bones")
    low, high = np.percentile(vault, [0.5, 99.5], axis=0)
    envelope.add_ellipsoid((low + high) / 2, (high - low) / 2 * np.array([1.06, 1.04, 1.08]) + 6)
    jaw = skeleton.points_of("mandible")
    low, high = np.percentile(jaw, [1, 99], axis=0)
    envelope.add_ellipsoid((low + high) / 2, (high - low) / 2 + np.array([12, 16, 18]))


def _add_arm(envelope: _Envelope, skeleton: Skeleton, side: str, fat: float, rng: np.random.Generator) -> None:
    at = {name: skeleton.landmarks[f"{name}_{side}"] for name in ("shoulder", "elbow", "wrist", "fingertip")}
    wide = float(rng.normal(0, 2)) + 0.35 * fat
    envelope.add_tube(at["shoulder"], at["elbow"], 56 + wide, 42 + wide)
    belly = 0.75 * at["elbow"] + 0.25 * at["wrist"]
    envelope.add_tube(at["elbow"], belly, 40 + wide, 43 + 0.6 * wide)
    envelope.add_tube(belly, at["wrist"], 43 + 0.6 * wide, 27 + 0.2 * wide)
    palm = 0.5 * (at["wrist"] + at["fingertip"])
    hand = skeleton.points_of(f"hand_{side}")
    spread = float(np.std(hand[:, 0] - hand[:, 0].mean()))
    envelope.add_tube(at["wrist"], palm, 27, min(30 + spread * 0.5, 46), 0.6)
    envelope.add_tube(palm, at["fingertip"], min(30 + spread * 0.5, 46), 20, 0.4)


def _add_leg(envelope: _Envelope, skeleton: Skeleton, side: str, fat: float, rng: np.random.Generator) -> None:
    hip, knee, ankle, toe = (skeleton.landmarks[f"{name}_{side}"] for name in ("hip", "knee", "ankle", "toe"))
    wide = float(rng.normal(0, 3)) + 0.5 * fat
    other_hip = skeleton.landmarks[f"hip_{'right' if side == 'left' else 'left'}"]
    outward = np.array([np.sign(hip[0] - other_hip[0]) * 14, 0, 0])
    middle = 0.55 * hip + 0.45 * knee + outward * 0.5
    envelope.add_tube(hip + outward + (knee - hip) * 0.12, middle, 82 + wide, 78 + wide)
    envelope.add_tube(middle, knee, 78 + wide, 60 + 0.6 * wide)
    calf = 0.68 * knee + 0.32 * ankle - np.array([0, 14, 0])
    envelope.add_tube(knee, calf, 59 + 0.6 * wide, 58 + 0.6 * wide)
    envelope.add_tube(calf, ankle, 58 + 0.6 * wide, 35 + 0.2 * wide)
    heel = ankle + np.array([0, -32, -22])
    envelope.add_tube(ankle, heel, 36, 34)
    envelope.add_tube(ankle, 0.4 * ankle + 0.6 * toe, 40, 42, 0.7)
    envelope.add_tube(0.4 * ankle + 0.6 * toe, toe, 42, 32, 0.5)


def _finish(envelope: _Envelope, skeleton: Skeleton, rng: np.random.Generator) -> Body:
    from scipy.ndimage import gaussian_filter

    cell_mm = abs(float(envelope.right[1] - envelope.right[0]))
    thickness = gaussian_filter(envelope.thickness, 6.0 / cell_mm)
    inside = np.isfinite(envelope.front) & (envelope.front > envelope.back)
    front = np.where(inside, envelope.front, np.nan).astype(np.float32)
    back = np.where(inside, envelope.back, np.nan).astype(np.float32)
    return Body(front, back, thickness.astype(np.float32), _soft_uptake(envelope, skeleton, rng, cell_mm))


def _soft_uptake(envelope: _Envelope, skeleton: Skeleton, rng: np.random.Generator, cell_mm: float) -> np.ndarray:
    """Return the uptake of soft tissue: cloudy, a little higher in trunk and thighs' muscle, lower in head and feet."""
    from scipy.ndimage import gaussian_filter, zoom

    shape = envelope.front.shape
    coarse = rng.standard_normal((shape[0] // 8 + 2, shape[1] // 8 + 2))
    clouds = zoom(gaussian_filter(coarse, 24.0 / (8 * cell_mm)), 8, order=1)[: shape[0], : shape[1]]
    uptake = np.exp(rng.uniform(0.04, 0.13) * clouds / clouds.std())
    hip = skeleton.landmarks["hip_left"][2]
    knee = skeleton.landmarks["knee_left"][2]
    neck = skeleton.landmarks["neck"][2]
    levels = [knee - 450, knee, hip - 150, hip + 100, neck - 220, neck - 60, neck + 120]
    legs = [rng.uniform(0.7, 1.1), rng.uniform(0.75, 1.1), rng.uniform(0.85, 1.15)]
    values = [*legs, 1.0, 1.0, 1.05, rng.uniform(0.6, 1.0)]
    profile = np.interp(envelope.superior, levels, values)
    return (uptake * gaussian_filter(profile, 20.0 / cell_mm)[:, None]).astype(np.float32)
