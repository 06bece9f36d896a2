"""A simulated examination as the scan a reader would get from it."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.scan import VIEWS, PlanarScan, PlanarView, Quantity, SpectScan, ras_from_lps

from .simulator.case import SimulatedCase
from .simulator.spect import SimulatedSpect


def scan_of_case(case: SimulatedCase) -> PlanarScan:
    """Return the case's Poisson counts as a two-view scan, without going through a file."""
    size = (case.pixel_size_mm, case.pixel_size_mm)
    views = {
        view: PlanarView(view, case.counts[view].astype("float32"), size, view_source="simulator") for view in VIEWS
    }
    return PlanarScan(views, source_format="simulated")


def scan_of_spect(spect: SimulatedSpect) -> SpectScan:
    """Return the reconstructed volume in its own unit, without going through a file.

    Columns of the simulator's volumes run to the patient's left, rows to the back, slices up: its axes are LPS.
    """
    to_lps = np.diag([spect.voxel_mm, spect.voxel_mm, spect.voxel_mm, 1.0])
    to_lps[:3, 3] = spect.first_voxel_lps_mm
    quantity: Quantity = "Bq/ml" if spect.unit == "Bq/ml" else "counts"
    return SpectScan(
        spect.values, ras_from_lps(to_lps), quantity, "as the simulator wrote it", source_format="simulated"
    )
