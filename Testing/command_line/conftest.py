"""A simulated scan with a planted lesion on the patient's left, as DICOM, and its finished case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.cli import main
from BoneMetSegLib.scan import VIEWS
from model_training.simulator.nm_dicom import write_planar_nm
from Testing.command_line.command import REPORT_ZH, PlantedScan

STORED = Path(__file__).parents[1] / "data" / "planted_scan.npz"
"""A simulated patient on analytic bones, of the simulator that the bundled weights were trained on, with a focus (6 mm
sigma, six times the counts around it) planted in the left ilium of both views before the Poisson draw."""


@pytest.fixture(scope="session")
def planted() -> PlantedScan:
    """A simulated patient whose only planted focus is on the left; its place comes from the skeleton's truth."""
    with np.load(STORED) as stored:
        counts = {view: stored[f"counts_{view}"] for view in VIEWS}
        lesion = {view: (int(stored[f"lesion_{view}"][0]), int(stored[f"lesion_{view}"][1])) for view in VIEWS}
        return PlantedScan(counts, float(stored["pixel_size_mm"]), lesion)


@pytest.fixture(scope="session")
def scan_file(planted, tmp_path_factory) -> Path:
    """Both views in one DICOM object, anterior first."""
    path = tmp_path_factory.mktemp("scan") / "scan.dcm"
    write_planar_nm(path, planted.counts, planted.pixel_size_mm)
    return path


@pytest.fixture(scope="session")
def finished_case(scan_file, tmp_path_factory) -> Path:
    """A case segmented with its Chinese report; copy it before changing it."""
    out = tmp_path_factory.mktemp("case") / "out"
    assert main(["segment", str(scan_file), "--report-text", REPORT_ZH, "-o", str(out)]) == 0
    return out
