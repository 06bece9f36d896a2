"""Simulated scans as several makers write them: every object is read back with its sides, counts and pixel size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS, PlanarScan
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.case_dicom import CaseDicom, study_of, sweep_of, write_case_dicom
from model_training.simulator.clinic import default_clinic
from model_training.simulator.nm_dicom import Manner, Study, Sweep
from model_training.simulator.nm_vendors import draw_manner

PIXEL_MM, ROWS, COLUMNS = 4.0, 300, 96
MAKERS = ("GE", "Siemens", "Philips", "Mediso", "archive")
OF_LEFT, OF_RIGHT = 200, 90  # counts of the hot spot on the patient's left, high, and of the one on the right, low


def counts() -> dict[str, np.ndarray]:
    anterior = np.random.default_rng(1).poisson(3.0, (ROWS, COLUMNS)).astype(np.uint16)
    anterior[80:84, 70:74] = OF_LEFT
    anterior[200:204, 20:24] = OF_RIGHT
    posterior = anterior[:, ::-1].copy()
    posterior[0, 0] = 77  # the views are not the same numbers
    return {"anterior": anterior, "posterior": posterior}


def a_manner(maker: str, seed: int, **shares: float) -> Manner:
    changed: dict[str, Any] = {"acquisition.vendor": {"weights": {maker: 1}}}
    changed |= {f"acquisition.{name}": {"share": share} for name, share in shares.items()}
    return draw_manner(np.random.default_rng(seed), default_clinic().changed(changed))


def read(written: CaseDicom) -> PlanarScan:
    facts = written.facts
    scan = read_scan(
        list(written.paths),
        pixel_size_mm=None if facts["pixel_size_in_file"] else PIXEL_MM,
        flip_posterior=True if facts["mirrored_posterior"] and not facts["mirroring_in_file"] else None,
    )
    assert isinstance(scan, PlanarScan)
    return scan


def check_sides(scan: PlanarScan, what: Any) -> None:
    for view in VIEWS:
        found = scan.views[view]
        in_anterior_order = found.to_anterior_order(found.counts)
        expected = counts()[view] if view == "anterior" else counts()[view][:, ::-1]
        assert np.array_equal(in_anterior_order, expected), what
        row, column = np.argwhere(found.counts == OF_LEFT).mean(0)
        assert (found.ijk_to_ras @ [column, row, 0, 1])[0] < 0, what  # R < 0: the patient's left
        assert found.pixel_size_mm == (PIXEL_MM, PIXEL_MM)
        assert found.total_counts == counts()[view].sum()


@pytest.mark.parametrize("maker", MAKERS)
def test_every_maker_is_read_back_with_left_at_the_left(tmp_path: Path, maker: str) -> None:
    for seed in range(8):
        folder = tmp_path / str(seed)
        folder.mkdir()
        manner = a_manner(maker, seed)
        written = write_case_dicom(folder, counts(), PIXEL_MM, manner=manner)
        assert len(written.paths) == (2 if manner.one_view_each else 1)
        check_sides(read(written), manner)


@pytest.mark.parametrize("maker", MAKERS)
def test_mirrored_posterior_views_are_recorded_and_put_right(tmp_path: Path, maker: str) -> None:
    said = 0
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        manner = a_manner(maker, seed, mirrored_posterior=1.0, without_pixel_spacing=0.0)
        written = write_case_dicom(folder, counts(), PIXEL_MM, manner=manner)
        assert written.facts["mirrored_posterior"]
        said += written.facts["mirroring_in_file"]
        scan = read(written)
        assert scan.views["posterior"].mirrored
        check_sides(scan, manner)
    assert said < 10


def test_a_file_without_pixel_size_is_recorded_and_refused_without_one(tmp_path: Path) -> None:
    written = write_case_dicom(tmp_path, counts(), PIXEL_MM, manner=a_manner("GE", 1, without_pixel_spacing=1.0))
    assert not written.facts["pixel_size_in_file"]
    with pytest.raises(InputError, match="--pixel-size-mm"):
        read_scan(list(written.paths))
    check_sides(read(written), "given")


def test_big_endian_and_implicit_files_hold_the_same_counts(tmp_path: Path) -> None:
    for manner in (Manner(big_endian=True), Manner(implicit_vr=True), Manner()):
        check_sides(read(write_case_dicom(tmp_path, counts(), PIXEL_MM, manner=manner)), manner)
    for manner in (Manner(big_endian=True, eight_bits=True), Manner(implicit_vr=True, eight_bits=True)):
        written = write_case_dicom(tmp_path, counts(), PIXEL_MM, manner=manner)
        assert pydicom.dcmread(written.paths[0]).BitsAllocated == 8
        check_sides(read(written), manner)


def test_eight_bits_are_left_where_counts_need_more(tmp_path: Path) -> None:
    hot = counts()
    hot["anterior"][5, 5] = 300
    written = write_case_dicom(tmp_path, hot, PIXEL_MM, manner=Manner(eight_bits=True))
    assert pydicom.dcmread(written.paths[0]).BitsAllocated == 16


def test_the_header_states_what_was_done(tmp_path: Path) -> None:
    patient = {
        "sex": "female", "age_years": 61, "height_cm": 160.0, "weight_kg": 64.5, "activity_mbq": 740.0,
        "hours_after_injection": 3.5,
    }  # fmt: skip
    sweep = Sweep(velocity_mm_per_s=2.0, length_mm=1800, window_percent=15, collimator="LEGP", follows_body=True)
    manner = Manner(states_sweep=True, drug="dose", orientation="image", manufacturer="MAKER", model_name="MODEL")
    written = write_case_dicom(
        tmp_path, counts(), PIXEL_MM, manner=manner, study=study_of(7, patient, "Tc-99m HDP"), sweep=sweep
    )
    dataset = pydicom.dcmread(written.paths[0])
    assert (dataset.ScanVelocity, dataset.ScanLength, dataset.ActualFrameDuration) == (2.0, 1800, 900_000)
    assert list(dataset.WholeBodyTechnique) == ["1PS", "PCN"]
    window = dataset.EnergyWindowInformationSequence[0].EnergyWindowRangeSequence[0]
    # 15 % of 140.5 keV are 21.075 keV.
    assert float(window.EnergyWindowLowerLimit) == pytest.approx(129.9625, abs=1e-3)
    assert float(window.EnergyWindowUpperLimit) == pytest.approx(151.0375, abs=1e-3)
    drug = dataset.RadiopharmaceuticalInformationSequence[0]
    assert drug.RadionuclideTotalDose == 740  # MBq
    assert drug.RadiopharmaceuticalStartTime == "100000"
    assert drug.RadiopharmaceuticalCodeSequence[0].CodeValue == "53951001"
    assert (dataset.PatientSex, dataset.PatientAge, dataset.PatientWeight, dataset.PatientSize) == (
        "F", "061Y", 64.5, 1.6,
    )  # fmt: skip
    assert [head.CollimatorGridName for head in dataset.DetectorInformationSequence] == ["LEGP"] * 2
    rows = [head.ImageOrientationPatient[0] for head in dataset.DetectorInformationSequence]
    assert rows == [1, -1]
    assert int(dataset.CountsAccumulated) == sum(int(image.sum()) for image in counts().values())
    assert read(written).device == "MAKER MODEL"


def test_no_header_names_the_views_file_and_the_same_case_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    manner = a_manner("Siemens", 3)
    first, again = (
        write_case_dicom(tmp_path / name, counts(), PIXEL_MM, manner=manner, study=Study()) for name in ("a", "b")
    )
    assert [path.read_bytes() for path in first.paths] == [path.read_bytes() for path in again.paths]
    assert not any(view in path.name for path in first.paths for view in VIEWS)


def test_a_case_tells_how_it_was_swept() -> None:
    facts = {
        "camera": {"energy_window_percent": 15.0, "collimator": "ME", "heads": "fixed"},
        "velocity_mm_per_s": 2.5, "field_rows": [10, 810], "technique": "stepped",
    }  # fmt: skip
    assert sweep_of(facts, 1024, 2.0) == Sweep(2.5, 1600.0, 15.0, "ME", True)


def test_every_kind_of_writing_is_drawn() -> None:
    rng = np.random.default_rng(3)
    drawn = [draw_manner(rng, default_clinic()) for _ in range(400)]
    assert {manner.vendor for manner in drawn} == set(MAKERS)
    assert 2 <= sum(not manner.states_pixel_spacing for manner in drawn) <= 30
    assert 1 <= sum(manner.mirrored_posterior for manner in drawn) <= 25
    assert all(
        any(getattr(manner, name) for manner in drawn) for name in ("big_endian", "implicit_vr", "one_view_each")
    )
    assert all(manner.one_view_each for manner in drawn if manner.view_naming == "series description")
