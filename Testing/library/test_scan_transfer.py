"""A scan handed to the worker and back: pixels, sides and dates arrive, the patient's identity stays behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_transfer import read_transferred_scan, with_identity_of, write_transferred_scan
from Testing.library.synthetic_case import LEFT_FEMUR, found
from Testing.library.synthetic_spect import LEFT_RIB, ORDERS, painted_volume


@pytest.fixture
def scan():
    scan, _, _ = found([LEFT_FEMUR], mirrored=True)
    return replace(scan, acquisition_date="20240501", injection_time="093000", lossy=True, warnings=("A 句子.",))


def test_everything_but_the_identity_arrives(scan, tmp_path):
    path = tmp_path / "扫描.npz"
    write_transferred_scan(path, scan)
    back = read_transferred_scan(path)
    for view, shown in scan.views.items():
        np.testing.assert_array_equal(back.views[view].counts, shown.counts)
        assert back.views[view].counts.dtype == np.float32
        np.testing.assert_array_equal(back.views[view].ijk_to_ras, shown.ijk_to_ras)
    assert back.views["posterior"].mirrored
    assert (back.acquisition_date, back.injection_time, back.lossy, back.warnings) == (
        "20240501",
        "093000",
        True,
        ("A 句子.",),
    )
    assert scan.identity.patient_id
    assert back.identity == type(scan.identity)()
    assert scan.identity.patient_id.encode() not in path.read_bytes()
    assert b"1.2.3." not in path.read_bytes()


def test_the_identity_is_put_back(scan, tmp_path):
    write_transferred_scan(tmp_path / "scan.npz", scan)
    back = with_identity_of(read_transferred_scan(tmp_path / "scan.npz"), scan)
    assert back.identity == scan.identity
    assert back.views["anterior"].sop_instance_uid == scan.views["anterior"].sop_instance_uid


@pytest.mark.parametrize("order", [ORDERS[0], ORDERS[13]], ids=str)
def test_a_volume_arrives_where_it_lies_in_what_it_holds_and_without_its_identity(tmp_path, order):
    scan, _ = painted_volume([LEFT_RIB], order=order, quantity="Bq/ml")
    scan = replace(scan, warnings=("A 句子.",), slice_sources=(("1.2.3.4", 1),) * len(scan.voxels))
    path = tmp_path / "扫描.npz"
    write_transferred_scan(path, scan)
    back = read_transferred_scan(path)
    np.testing.assert_array_equal(back.voxels, scan.voxels)
    np.testing.assert_array_equal(back.ijk_to_ras, scan.ijk_to_ras)
    facts = (back.kind, back.quantity, back.quantity_reason, back.acquisition_date, back.warnings)
    assert facts == ("spect", "Bq/ml", "painted by a test", "20240501", ("A 句子.",))
    assert back.slice_sources == ()
    for secret in (scan.identity.patient_id, scan.identity.study_instance_uid, "1.2.3.4"):
        assert secret.encode() not in path.read_bytes()
    again = with_identity_of(back, scan)
    assert (again.identity, again.slice_sources) == (scan.identity, scan.slice_sources)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_a_damaged_file_is_a_sentence(tmp_path, content):
    path = tmp_path / "scan.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"^scan\.npz is missing or damaged$"):
        read_transferred_scan(path)
    with pytest.raises(InputError, match="missing"):
        read_transferred_scan(tmp_path / "none.npz")
