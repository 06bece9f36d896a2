"""A simulated case as the scan a reader would get from it."""

from __future__ import annotations

from BoneMetSegLib.scan import VIEWS, PlanarScan, PlanarView

from .simulator.case import SimulatedCase


def scan_of_case(case: SimulatedCase) -> PlanarScan:
    """Return the case's Poisson counts as a two-view scan, without going through a file."""
    size = (case.pixel_size_mm, case.pixel_size_mm)
    views = {
        view: PlanarView(view, case.counts[view].astype("float32"), size, view_source="simulator") for view in VIEWS
    }
    return PlanarScan(views, source_format="simulated")
