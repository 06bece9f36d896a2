"""A simulated scan with a planted lesion on the patient's left, as DICOM, and its finished case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib import jobs
from BoneMetSegLib.anatomy import channel_index
from BoneMetSegLib.cli import main
from BoneMetSegLib.scan import VIEWS
from model_training.simulator.case import simulate_case
from model_training.simulator.clinic import default_clinic, undisturbed
from model_training.simulator.nm_dicom import write_planar_nm
from Testing.command_line.command import REPORT_ZH, PlantedScan

PATIENT_SEED = 4
"""Of 256 x 1024 pixels, 1.8 million counts in the anterior view, and a metastasis elsewhere."""
FOCUS_SIGMA_MM, FOCUS_TIMES = 8.0, 8.0
"""So large and hot that any model of use finds it, in both views or in one, with the report or without."""


@pytest.fixture(scope="session")
def planted() -> PlantedScan:
    """A simulated patient whose only planted focus is on the left; its place comes from the skeleton's truth."""
    case = simulate_case(PATIENT_SEED, clinic=undisturbed(default_clinic()), anatomy="analytic")
    rng = np.random.default_rng(7)
    counts, lesion = {}, {}
    for view in VIEWS:
        ilium = case.skeleton[view][channel_index("pelvis", "left")]  # at half of the counts' resolution
        rows, columns = np.nonzero(ilium)
        row = int(np.percentile(rows, 30))
        column = round(float(columns[rows == row].mean()))
        row, column = lesion[view] = (2 * row, 2 * column)
        expected = case.expected[view].copy()
        y, x = np.mgrid[: expected.shape[0], : expected.shape[1]]
        height = FOCUS_TIMES * expected[row - 4 : row + 5, column - 4 : column + 5].mean()
        distance_mm = case.pixel_size_mm * np.hypot(y - row, x - column)
        expected += height * np.exp(-(distance_mm**2) / (2 * FOCUS_SIGMA_MM**2))
        counts[view] = rng.poisson(expected).astype(np.uint16)
    return PlantedScan(counts, case.pixel_size_mm, lesion)


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


@pytest.fixture
def without_bundles(monkeypatch, tmp_path):
    """An installation that came without models."""
    monkeypatch.setattr(jobs, "default_bundle", lambda kind: tmp_path / "Models" / kind)
