"""A simulated scan with a planted lesion on the patient's left, as DICOM, and its finished case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.anatomy import channel_index
from BoneMetSegLib.cli import main
from BoneMetSegLib.scan import VIEWS
from model_training.simulator.case import simulate_case
from model_training.simulator.nm_dicom import write_planar_nm
from Testing.command_line.command import REPORT_ZH, PlantedScan

SEED = 8


@pytest.fixture(scope="session")
def planted() -> PlantedScan:
    """A simulated patient whose only planted focus is on the left; its place comes from the skeleton's truth."""
    case = simulate_case(SEED, anatomy="analytic")
    rng = np.random.default_rng(7)
    counts, lesion = {}, {}
    for view in VIEWS:
        ilium = case.skeleton[view][channel_index("pelvis", "left")]
        rows, columns = np.nonzero(ilium)
        row = int(np.percentile(rows, 30))
        column = round(float(columns[rows == row].mean()))
        lesion[view] = (2 * row, 2 * column)
        expected = case.expected[view].copy()
        y, x = np.mgrid[: expected.shape[0], : expected.shape[1]]
        sigma_px = 6.0 / case.pixel_size_mm
        height = 6 * expected[2 * row - 4 : 2 * row + 5, 2 * column - 4 : 2 * column + 5].mean()
        expected += height * np.exp(-((y - 2 * row) ** 2 + (x - 2 * column) ** 2) / (2 * sigma_px**2))
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
