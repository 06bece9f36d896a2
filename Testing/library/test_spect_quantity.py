"""What the voxels of a SPECT object are: counts, Bq/ml, SUV, and that it is said why."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_dicom import Study
from model_training.simulator.nm_spect_dicom import Calibration, SpectObject, write_spect_nm, write_spect_series

HOT = (5, 6, 13)
GOOD = {"unit": "Bq/ml", "slope": 10.0, "weight_kg": 70.0, "dose_mbq": 600.0}
# 900 stored are 9000 Bq/ml; 600 MBq at 10:30 leave 424.5088 MBq at 13:30 (half-life 6.01 h): SUV 1.48407 for 70 kg.
HOT_SUV = 1.48407


def stored() -> np.ndarray:
    voxels = np.full((8, 12, 16), 90, np.uint16)
    voxels[0] = 0
    voxels[HOT] = 900
    return voxels


@pytest.fixture
def a_scan_of(tmp_path):
    """Write an object with a calibration, change it, and read it."""

    def read(edit=None, study=None, quantity=None, **calibration):
        how = SpectObject(calibration=Calibration(**calibration), study=study or Study())
        path = write_spect_nm(tmp_path / "spect.dcm", stored(), how)
        if edit:
            dataset = pydicom.dcmread(path)
            edit(dataset)
            dataset.save_as(path)
        return read_scan(path, quantity=quantity)

    return read


def test_becquerel_become_suv_by_the_hand_computed_factor(a_scan_of):
    scan = a_scan_of(**GOOD)
    assert scan.quantity == "SUVbw"
    assert scan.voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-4)
    assert scan.voxels[2, 3, 4] == pytest.approx(HOT_SUV / 10, abs=1e-5)
    assert "70 kg" in scan.quantity_reason
    assert "Real World Value Mapping" in scan.quantity_reason
    assert scan.total_activity_mbq is None


def test_a_real_world_mapping_starts_from_stored_values_not_from_rescaled_ones(a_scan_of):
    scan = a_scan_of(unit="Bq/ml", slope=10.0, intercept=5.0, rescale_slope=3.0)
    assert scan.quantity == "Bq/ml"
    assert scan.voxels[HOT] == pytest.approx(9005)
    # 4.8^3 mm3 a voxel; 192 voxels of 5, 1343 of 905 and one of 9005 Bq/ml.
    assert scan.total_activity_mbq == pytest.approx((192 * 5 + 1343 * 905 + 9005) * 0.110592e-6)
    assert "not SUV, because the patient's weight is missing" in scan.quantity_reason


@pytest.mark.parametrize(("unit", "factor"), [("kBq/ml", 1e3), ("BQML", 1.0), ("Bq/mL", 1.0), ("MBq/ml", 1e6)])
def test_other_spellings_and_multiples_of_the_unit(a_scan_of, unit, factor):
    scan = a_scan_of(unit=unit, slope=10.0 / factor)
    assert scan.quantity == "Bq/ml"
    assert scan.voxels[HOT] == pytest.approx(9000)


def test_suv_in_the_file_is_taken_as_it_is(a_scan_of):
    scan = a_scan_of(unit="g/ml{SUVbw}", slope=0.01)
    assert (scan.quantity, scan.voxels[HOT]) == ("SUVbw", pytest.approx(9))


def test_units_of_pet_are_understood(a_scan_of):
    scan = a_scan_of(lambda d: setattr(d, "Units", "BQML"), rescale_slope=10.0, weight_kg=70.0, dose_mbq=600.0)
    assert (scan.quantity, scan.voxels[HOT]) == ("SUVbw", pytest.approx(HOT_SUV, abs=1e-4))


def test_a_start_date_over_midnight(a_scan_of):
    study = Study(acquisition_date="20250302", acquisition_time="013000", injection_time="223000")
    assert a_scan_of(study=study, **GOOD).voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-4)
    dated = a_scan_of(study=study, start_date_time="20250301223000", **GOOD)
    assert dated.voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-4)


def test_decay_corrected_to_administration_the_dose_does_not_decay(a_scan_of):
    scan = a_scan_of(decay_correction="ADMIN", **GOOD)
    assert scan.voxels[HOT] == pytest.approx(9000 * 70000 / 600e6)  # 1.05


def test_the_series_time_serves_where_the_acquisition_has_none(a_scan_of):
    def forget(dataset):
        del dataset.AcquisitionTime
        del dataset.AcquisitionDate

    assert a_scan_of(forget, **GOOD).voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weight_kg": None}, "weight is missing"),
        ({"weight_kg": 0.0}, "weight of 0 kg cannot be right"),
        ({"dose_mbq": None}, "dose is missing"),
        ({"dose_mbq": 6e5}, "dose of 600000 MBq cannot be right"),
        ({"start_date_time": "20250301200000"}, "injection is after that of acquisition"),
        ({"slope": 1e7}, "more than the 424.5 MBq that were left of the dose"),
    ],
)
def test_implausible_facts_leave_becquerel_and_say_so(a_scan_of, changes, reason):
    scan = a_scan_of(**{**GOOD, **changes})
    assert scan.quantity == "Bq/ml"
    assert reason in scan.quantity_reason


def test_a_dose_written_in_becquerel_is_used_with_a_warning(a_scan_of):
    scan = a_scan_of(**{**GOOD, "dose_mbq": 6e8})
    assert scan.voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-4)
    assert any("taken as Bq" in sentence for sentence in scan.warnings)


@pytest.mark.parametrize(
    ("calibration", "edit", "fault"),
    [
        ({"unit": "furlongs"}, None, "its unit is not known"),
        ({"unit": "Bq/ml", "slope": 0.0}, None, "it has no slope"),
        (
            {"unit": "Bq/ml"},
            lambda d: setattr(d.RealWorldValueMappingSequence[0], "RealWorldValueLastValueMapped", 800),
            "does not cover",
        ),
    ],
)
def test_a_mapping_that_cannot_be_used_leaves_counts_and_is_said(a_scan_of, calibration, edit, fault):
    scan = a_scan_of(edit, **calibration)
    assert scan.quantity == "counts"
    assert scan.voxels[HOT] == 900
    assert any(fault in sentence for sentence in scan.warnings)


def test_the_user_may_say_the_quantity_but_not_against_the_file(a_scan_of):
    scan = a_scan_of(quantity="Bq/ml", rescale_slope=10.0, weight_kg=70.0, dose_mbq=600.0)
    assert scan.voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-4)
    assert "given by --quantity" in scan.quantity_reason
    assert a_scan_of(quantity="counts").quantity == "counts"
    with pytest.raises(InputError, match="but --quantity says SUVbw"):
        a_scan_of(quantity="SUVbw", **GOOD)


def test_each_slice_of_a_series_has_its_own_mapping(tmp_path):
    files = write_spect_series(tmp_path, stored(), SpectObject(calibration=Calibration(**GOOD)))
    for file in files[4:]:
        dataset = pydicom.dcmread(file)
        dataset.RealWorldValueMappingSequence[0].RealWorldValueSlope = 20.0
        dataset.save_as(file)
    scan = read_scan(files)
    assert scan.voxels[2, 3, 4] == pytest.approx(HOT_SUV / 10, abs=1e-5)
    assert scan.voxels[HOT] == pytest.approx(2 * HOT_SUV, abs=1e-4)
    dataset.RealWorldValueMappingSequence[0].MeasurementUnitsCodeSequence[0].CodeValue = "g/ml{SUVbw}"
    dataset.save_as(files[-1])
    with pytest.raises(InputError, match=r"different quantities \(Bq/ml, SUVbw\)"):
        read_scan(files)
