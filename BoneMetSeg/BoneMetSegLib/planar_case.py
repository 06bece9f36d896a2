"""A case as one of a planar scan: what compares scans knows planar views only (floor 4)."""

from __future__ import annotations

from .burden import Burden
from .errors import InputError
from .result_document import Case
from .scan import PlanarScan


def planar_scan(case: Case, name: str = "the case") -> PlanarScan:
    """Return a case's scan.

    Raises
    ------
    InputError
        It is of a SPECT volume; ``name`` is how the error calls the case.
    """
    if not isinstance(case.scan, PlanarScan):
        raise InputError(f"{name} is of a SPECT volume; 'bonemetseg compare' compares planar scans")
    return case.scan


def planar_burden(case: Case) -> Burden:
    """Return a planar case's burden."""
    if not isinstance(case.burden, Burden):
        raise TypeError("a planar case has the burden of a SPECT volume")
    return case.burden
