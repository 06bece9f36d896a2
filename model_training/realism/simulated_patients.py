"""The simulated patients that are measured and shown: those of ``simulate`` with the same seed."""

from __future__ import annotations

from model_training.simulator.case import SimulatedCase, simulate_case
from model_training.simulator.clinic import read_clinic
from model_training.simulator.generate import case_seed


def simulated_patient(index: int, seed: int, clinic: str) -> SimulatedCase:
    """Return patient ``index`` of the set that ``simulate --clinic CLINIC --seed SEED`` makes.

    Raises
    ------
    InputError
        There is no such clinic.
    """
    return simulate_case(case_seed(seed, index), clinic=read_clinic(clinic))
