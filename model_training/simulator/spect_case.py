"""The tomography of a simulated patient: of the same body, normal uptake and foci as the whole-body scan."""

from __future__ import annotations

from dataclasses import replace

from .clinic import Clinic, default_clinic
from .planar_exam import PlanarExam, examine
from .simulated_patient import Anatomy, SimulatedPatient, simulate_patient
from .spect import SimulatedSpect, simulate_spect_exam
from .spect_acquisition import SpectProtocol
from .spect_activity import Field

__all__ = ["Field", "SimulatedSpect", "simulate_spect", "spect_of"]


def simulate_spect(
    seed: int,
    *,
    field: Field | None = None,
    clinic: Clinic | None = None,
    protocol: SpectProtocol | None = None,
    anatomy: Anatomy = "auto",
) -> SimulatedSpect:
    """Simulate a patient and the tomography of one field: the whole chain for one seed.

    Parameters
    ----------
    seed : int
        The same seed gives the same volume.
    field : {"chest", "abdomen", "pelvis", "trunk"}, optional
        Drawn from the clinic by default.
    clinic : Clinic, optional
        ``clinic_v1`` by default.
    protocol : SpectProtocol, optional
        Drawn from the clinic by default.
    anatomy : {"auto", "analytic", "mesh"}
    """
    person = simulate_patient(seed, clinic or default_clinic(), anatomy=anatomy)
    return spect_of(person, examine(person), field=field, protocol=protocol)


def spect_of(
    person: SimulatedPatient, exam: PlanarExam, *, field: Field | None = None, protocol: SpectProtocol | None = None
) -> SimulatedSpect:
    """Take a tomography of a patient after the whole-body scan.

    The scan says how strong each focus and the soft tissue are: their absolute activity is the same in both.
    """
    rng = person.stream("spect", exam.case.timepoint)
    drawn: Field = person.clinic.choose("spect.field", rng)  # type: ignore[assignment]
    foci = [
        replace(source, points_mm=source.points_on(exam.skeleton), activity=source.activity * activity)
        for source, activity in zip(exam.sources, exam.activities / _sums(exam), strict=True)
    ]
    return simulate_spect_exam(
        skeleton=exam.skeleton,
        bone_activity=exam.bone_activity,
        body=exam.body,
        axes_mm=exam.camera.coarse_axes_mm(),
        soft_activity_per_ml=exam.soft_activity_per_ml,
        foci=foci,
        patient=person.patient,
        field=field or drawn,
        rng=rng,
        clinic=person.clinic,
        protocol=protocol,
    )


def _sums(exam: PlanarExam) -> list[float]:
    return [float(source.activity.sum()) for source in exam.sources]
