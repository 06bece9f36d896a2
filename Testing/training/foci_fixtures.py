"""A thinned analytic skeleton and patients, so that thousands of foci are drawn in a second."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from model_training.simulator.clinic import Clinic, default_clinic
from model_training.simulator.focus_shapes import FocusMaker
from model_training.simulator.parts import SEGMENT_INDEX, Skeleton
from model_training.simulator.patient import Patient, draw_patient
from model_training.simulator.skeleton_analytic import analytic_skeleton


@lru_cache(maxsize=2)
def a_skeleton(every: int = 6) -> Skeleton:
    whole = analytic_skeleton(np.random.default_rng(0))
    return replace(
        whole,
        points_mm=whole.points_mm[::every],
        fine=whole.fine[::every],
        mass=whole.mass[::every],
        segment=whole.segment[::every],
    )


def a_patient(seed: int = 3, **facts: object) -> Patient:
    return replace(draw_patient(np.random.default_rng(seed), default_clinic()), **facts)


def a_maker(seed: int = 1, clinic: Clinic | None = None, skeleton: Skeleton | None = None) -> FocusMaker:
    return FocusMaker(skeleton or a_skeleton(), a_patient(), np.random.default_rng(seed), clinic or default_clinic())


def turned(skeleton: Skeleton, rotation: np.ndarray, centre: np.ndarray, *segments: str) -> Skeleton:
    """Return the skeleton with some rigid pieces (all if none are named) turned about a centre."""
    points = skeleton.points_mm.astype(np.float64)
    chosen = np.isin(skeleton.segment, [SEGMENT_INDEX[name] for name in segments]) if segments else np.s_[:]
    points[chosen] = (points[chosen] - centre) @ rotation.T + centre
    return replace(skeleton, points_mm=points.astype(np.float32))


def about_superior(degrees: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def about_right(degrees: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
