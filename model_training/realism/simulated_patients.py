"""The simulated patients that are measured and shown: those of ``simulate`` with the same seed."""

from __future__ import annotations

from BoneMetSegLib.errors import InputError
from model_training.simulator.case import SimulatedCase, simulate_case
from model_training.simulator.clinic import DEFAULT_CLINIC
from model_training.simulator.generate import case_seed


def simulated_patient(index: int, seed: int, clinic: str) -> SimulatedCase:
    """Return patient ``index`` of the set that ``simulate --clinic CLINIC --seed SEED`` makes.

    Raises
    ------
    InputError
        The simulator draws from another clinic.
    """
    if clinic != DEFAULT_CLINIC:
        raise InputError(f"the simulator draws from {DEFAULT_CLINIC} only, not from {clinic}")
    return simulate_case(case_seed(seed, index))
