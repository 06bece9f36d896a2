"""A simulated patient before any camera: facts, own skeleton in the neutral pose, normal uptake and disease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .body import draw_soft_share
from .build import build_skeleton
from .clinic import Clinic
from .disease import draw_lesions
from .foci import FocusSource
from .parts import Skeleton
from .patient import Patient, draw_patient
from .skeleton_analytic import analytic_skeleton
from .skeleton_meshes import mesh_skeleton
from .uptake import normal_activity

Anatomy = Literal["auto", "analytic", "mesh"]
# Each with its own random numbers; new ones go to the end.
_STAGES: tuple[str, ...] = (
    *("patient", "bones", "build", "uptake", "lesions", "soft tissue", "body", "pose", "camera", "counts"),
    *("physiological", "acquisition", "markers", "evolution", "spect", "dicom"),
)


@dataclass(frozen=True)
class SimulatedPatient:
    """What stays the same from one examination to the next.

    Attributes
    ----------
    seed : int
    clinic : Clinic
    patient : Patient
    skeleton : Skeleton
        In the neutral pose; ``pose_skeleton`` lays it on the table.
    activity : numpy.ndarray
        ``(N,)`` float32, normal uptake of each point of the skeleton, arbitrary units.
    lesions : tuple of FocusSource
        Metastases and benign foci of the first examination.
    soft_share : float
        Counts of soft tissue over those of bone, both views together, before disease takes its part of the tracer.
    """

    seed: int
    clinic: Clinic
    patient: Patient
    skeleton: Skeleton
    activity: np.ndarray
    lesions: tuple[FocusSource, ...]
    soft_share: float

    def stream(self, stage: str, examination: int = 0) -> np.random.Generator:
        """Return the random numbers of one stage of one examination.

        Each stage has its own: another share of mimics, say, leaves body, pose, camera and noise as they were.
        """
        return _stream(self.seed, stage, examination)


def simulate_patient(seed: int, clinic: Clinic, *, anatomy: Anatomy = "auto") -> SimulatedPatient:
    """Draw a patient of a clinic.

    Parameters
    ----------
    seed : int
        The same seed gives the same patient.
    anatomy : {"auto", "analytic", "mesh"}
        Source of the bones: "auto" takes mesh bones for a share of the patients where they are to be had.

    Raises
    ------
    ValueError
        "mesh" is asked for and neither the cache nor the packages ``mujoco`` and ``myo-sim`` are there.
    """
    patient = draw_patient(_stream(seed, "patient"), clinic)
    bones = _bones(anatomy, _stream(seed, "bones"), clinic)
    skeleton = build_skeleton(bones, patient, _stream(seed, "build"), clinic)
    lesions = tuple(draw_lesions(skeleton, patient, _stream(seed, "lesions"), clinic))
    activity = normal_activity(skeleton, patient, _stream(seed, "uptake"), clinic)
    share = draw_soft_share(patient, _stream(seed, "soft tissue"), clinic)
    return SimulatedPatient(seed, clinic, patient, skeleton, activity, lesions, share)


def _stream(seed: int, stage: str, examination: int = 0) -> np.random.Generator:
    return np.random.default_rng([20261122, seed, _STAGES.index(stage), examination])


def _bones(anatomy: Anatomy, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    wants_mesh = clinic.chance("patient.mesh_share", rng)
    shape = np.random.default_rng(int(rng.integers(2**31)))
    skeleton = mesh_skeleton() if anatomy == "mesh" or (anatomy == "auto" and wants_mesh) else None
    if skeleton is not None:
        return skeleton
    if anatomy == "mesh":
        raise ValueError("mesh anatomy needs the packages mujoco and myo-sim")
    return analytic_skeleton(shape)
