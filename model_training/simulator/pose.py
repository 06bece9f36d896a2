"""How the patient is built and lies: scaling, spinal curves, turned limbs, tilt on the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .parts import SEGMENT_INDEX, Skeleton
from .patient import Patient

_MODEL_HEIGHT_MM = 1752.0 - 63.0
_SIGN = {"left": -1.0, "right": 1.0}  # of +R


def pose_skeleton(skeleton: Skeleton, patient: Patient, rng: np.random.Generator) -> Skeleton:
    """Return the skeleton with the patient's proportions, lying as patients lie.

    Limbs turn rigidly about their joints (arms at the sides or abducted, feet plantar flexed and turned outward), the
    spine gets a smooth scoliosis and kyphosis, and the whole patient is tilted in the plane of the table and rolled
    about the long axis by a few degrees.
    """
    points = skeleton.points_mm.astype(np.float64)
    landmarks = {name: point.copy() for name, point in skeleton.landmarks.items()}
    names = list(landmarks)
    marks = np.array([landmarks[name] for name in names])
    mark_segment = np.array([_segment_of_landmark(name) for name in names])
    body = _Body(np.concatenate([points, marks]), np.concatenate([skeleton.segment, mark_segment]), names, len(points))

    body.warp_trunk_shape(patient, rng)
    body.scale(patient, rng)
    slope = rng.normal(1.0, 4.0)
    for side in ("left", "right"):
        _pose_shoulder_girdle(body, skeleton, side, slope + rng.normal(0, 2.0))
        _pose_arm(body, side, patient, rng)
        _pose_leg(body, side, rng)
    _pose_head(body, rng)
    body.bend_spine(rng)
    body.turn(_rotation(1, rng.normal(0, 1.3)) @ _rotation(2, rng.normal(0, 3.0)), body.centre())
    return replace(
        skeleton,
        points_mm=body.points[: body.count].astype(np.float32),
        landmarks={name: body.landmark(name).copy() for name in names},
    )


def _segment_of_landmark(name: str) -> int:
    stem, _, side = name.rpartition("_")
    # A joint's centre belongs to the piece nearer the trunk, so that turning the outer piece leaves it in place.
    inner = {"elbow": "arm", "wrist": "forearm", "fingertip": "hand", "knee": "thigh", "ankle": "shank", "toe": "foot"}
    return SEGMENT_INDEX[f"{inner[stem]}_{side}"] if stem in inner else SEGMENT_INDEX["trunk"]


def _rotation(axis: int, degrees: float) -> np.ndarray:
    """Return the right-handed rotation about R (0), A (1) or S (2)."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = [(1, 2), (2, 0), (0, 1)][axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def _about(direction: np.ndarray, degrees: float) -> np.ndarray:
    """Return the rotation about any direction (Rodrigues)."""
    x, y, z = direction / np.linalg.norm(direction)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


class _Body:
    """Bone points followed by landmarks, moved together."""

    def __init__(self, points: np.ndarray, segment: np.ndarray, names: list[str], count: int) -> None:
        self.points, self.segment, self.names, self.count = points, segment, names, count

    def landmark(self, name: str) -> np.ndarray:
        return self.points[self.count + self.names.index(name)]

    def centre(self) -> np.ndarray:
        return 0.5 * (self.landmark("hip_left") + self.landmark("hip_right"))

    def turn(self, rotation: np.ndarray, centre: np.ndarray, *segments: str) -> None:
        centre = centre.copy()
        if not segments:
            self.points[:] = (self.points - centre) @ rotation.T + centre
            return
        chosen = np.isin(self.segment, [SEGMENT_INDEX[name] for name in segments])
        self.points[chosen] = (self.points[chosen] - centre) @ rotation.T + centre

    def warp_trunk_shape(self, patient: Patient, rng: np.random.Generator) -> None:
        """Widen chest and pelvis smoothly by height; limbs follow the joints they hang from."""
        chest = rng.normal(1.06 if patient.sex == "male" else 1.0, 0.05)
        pelvis = rng.normal(1.0 if patient.sex == "male" else 1.06, 0.04)
        depth = rng.normal(1.0 + 0.006 * (patient.body_mass_index - 24), 0.06)
        trunk = np.isin(self.segment, [SEGMENT_INDEX["trunk"]])
        height = self.points[:, 2]
        in_chest = 1 / (1 + np.exp(-(height - 1140) / 25))
        width = pelvis + (chest - pelvis) * in_chest
        in_chest_depth = 1 + (depth - 1) * in_chest
        marks = {side: (self.landmark(f"shoulder_{side}"), self.landmark(f"hip_{side}")) for side in _SIGN}
        before = {side: (shoulder.copy(), hip.copy()) for side, (shoulder, hip) in marks.items()}
        self.points[trunk, 0] *= width[trunk]
        self.points[trunk, 1] = -40 + (self.points[trunk, 1] + 40) * in_chest_depth[trunk]
        for side, (shoulder, hip) in before.items():
            self._move(self.landmark(f"shoulder_{side}") - shoulder, "arm", "forearm", "hand", side=side)
            self._move(self.landmark(f"hip_{side}") - hip, "thigh", "shank", "foot", side=side)

    def _move(self, shift: np.ndarray, *pieces: str, side: str) -> None:
        chosen = np.isin(self.segment, [SEGMENT_INDEX[f"{piece}_{side}"] for piece in pieces])
        self.points[chosen] += shift

    def scale(self, patient: Patient, rng: np.random.Generator) -> None:
        size = patient.height_cm * 10 / (_MODEL_HEIGHT_MM + 20)
        self.points *= size * np.array([rng.normal(1.0, 0.02), rng.normal(1.0, 0.03), 1.0])

    def bend_spine(self, rng: np.random.Generator) -> None:
        """Shift trunk, head and arms sideways and in depth as smooth functions of height."""
        hip = self.centre()[2]
        above = np.clip((self.points[:, 2] - hip) / 650.0, 0.0, 1.5)
        upper = ~np.isin(
            self.segment, [SEGMENT_INDEX[f"{piece}_{side}"] for piece in ("thigh", "shank", "foot") for side in _SIGN]
        )
        hanging = np.isin(
            self.segment, [SEGMENT_INDEX[f"{piece}_{side}"] for piece in ("arm", "forearm", "hand") for side in _SIGN]
        )
        shoulder = (self.landmark("shoulder_left")[2] - hip) / 650.0
        above[hanging] = shoulder
        scoliosis = rng.normal(0, 5.0) + (rng.normal(0, 12.0) if rng.random() < 0.25 else 0.0)
        lean, kyphosis = rng.normal(0, 7.0), rng.normal(0, 7.0)
        sideways = scoliosis * np.sin(np.pi * above * 1.1) + lean * above
        self.points[upper, 0] += sideways[upper]
        self.points[upper, 1] -= (kyphosis * np.sin(np.pi * np.clip(above, 0, 1)))[upper]


def _pose_shoulder_girdle(body: _Body, skeleton: Skeleton, side: str, elevation: float) -> None:
    """Raise or lower clavicle, scapula and arm about the sternoclavicular joint (degrees)."""
    bones = skeleton.indices(f"clavicle_{side}", f"scapula_{side}")
    clavicle = body.points[skeleton.indices(f"clavicle_{side}")]
    medial = np.argsort(_SIGN[side] * clavicle[:, 0])[: max(len(clavicle) // 20, 1)]
    arm = np.isin(body.segment, [SEGMENT_INDEX[f"{piece}_{side}"] for piece in ("arm", "forearm", "hand")])
    arm[bones] = True
    arm[body.count + body.names.index(f"shoulder_{side}")] = True
    centre, rotation = clavicle[medial].mean(0), _rotation(1, -_SIGN[side] * elevation)
    body.points[arm] = (body.points[arm] - centre) @ rotation.T + centre
    # The arm itself keeps hanging as it did.
    body.turn(rotation.T, body.landmark(f"shoulder_{side}"), f"arm_{side}", f"forearm_{side}", f"hand_{side}")


def _pose_arm(body: _Body, side: str, patient: Patient, rng: np.random.Generator) -> None:
    sign = _SIGN[side]
    abduction = rng.choice([rng.normal(4, 4), rng.normal(14, 6)], p=[0.65, 0.35])
    # A broad trunk pushes the arms aside.
    abduction = float(np.clip(abduction + 0.7 * max(patient.body_mass_index - 24, 0), -2, 35))
    elbow = float(np.clip(rng.normal(8, 8), -4, 40)) if rng.random() < 0.8 else float(rng.uniform(20, 70))
    wrist = body.landmark(f"wrist_{side}").copy()
    body.turn(_rotation(1, -sign * rng.normal(-4, 8)), wrist, f"hand_{side}")
    body.turn(_rotation(0, rng.normal(0, 12)), wrist, f"hand_{side}")
    axis = wrist - body.landmark(f"elbow_{side}")
    body.turn(_about(axis, -sign * rng.uniform(-70, 70)), wrist, f"hand_{side}")
    # A bent elbow brings the forearm toward the midline and in front of the body.
    bend = _rotation(1, sign * elbow * 0.75) @ _rotation(0, elbow * 0.5)
    body.turn(bend, body.landmark(f"elbow_{side}"), f"forearm_{side}", f"hand_{side}")
    lift = _rotation(1, -sign * abduction) @ _rotation(0, rng.normal(-3, 4))
    body.turn(lift, body.landmark(f"shoulder_{side}"), f"arm_{side}", f"forearm_{side}", f"hand_{side}")


def _pose_leg(body: _Body, side: str, rng: np.random.Generator) -> None:
    sign = _SIGN[side]
    leg = (f"thigh_{side}", f"shank_{side}", f"foot_{side}")
    ankle, hip = body.landmark(f"ankle_{side}").copy(), body.landmark(f"hip_{side}").copy()
    body.turn(_rotation(0, -float(np.clip(rng.normal(44, 10), 15, 70))), ankle, leg[2])
    knee_bend = abs(rng.normal(0, 4))
    body.turn(_rotation(0, -knee_bend), body.landmark(f"knee_{side}"), leg[1], leg[2])
    ankle = body.landmark(f"ankle_{side}").copy()
    body.turn(_about(ankle - hip, sign * float(np.clip(rng.normal(14, 12), -15, 45))), hip, *leg)
    body.turn(_rotation(1, -sign * float(np.clip(rng.normal(1.5, 2.0), -3.0, 8))), hip, *leg)
    body.turn(_rotation(0, knee_bend * 0.5), hip, *leg)


def _pose_head(body: _Body, rng: np.random.Generator) -> None:
    neck = body.landmark("neck").copy() + np.array([0.0, 5.0, 60.0])
    turned = rng.normal(0, 5) if rng.random() < 0.75 else rng.normal(0, 25)
    rotation = _rotation(2, turned) @ _rotation(1, rng.normal(0, 3)) @ _rotation(0, rng.normal(4, 7))
    body.turn(rotation, neck, "head")
