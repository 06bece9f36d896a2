"""Whatever stands in an element of a bone scan, the scan is read or refused in a sentence."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_dicom import write_planar_nm
from model_training.simulator.nm_spect_dicom import Calibration, SpectGeometry, SpectObject, write_spect_nm

_BYTES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"", b"0", b"-1", b"1e308", b"nan", b"99999999", b"1\\2", b"1\\2\\3\\4\\5\\6", b"\\", b"A\\B", b"\xff" * 8]
    ),
    st.integers(0, 2**32 - 1).map(lambda number: number.to_bytes(4, "little")),
    st.lists(st.sampled_from([b"0", b"1", b"-2.5", b"ant", b"19991332", b"256199"]), max_size=7).map(b"\\".join),
)


def _planar(path):
    counts = np.random.default_rng(1).poisson(4, (128, 64)).astype(np.uint16)
    return write_planar_nm(path, {"anterior": counts, "posterior": counts}, 4.0)


def _spect(path):
    voxels = np.random.default_rng(1).poisson(4, (6, 12, 12)).astype(np.uint16)
    geometry = SpectGeometry((4.8, 4.8), 4.8, 4.8, position=(-26.4, -26.4, 0.0))
    return write_spect_nm(path, voxels, SpectObject(geometry, Calibration("Bq/ml", 10.0, weight_kg=70, dose_mbq=600)))


@pytest.fixture(scope="module", params=[_planar, _spect], ids=["planar", "SPECT"])
def good(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elements")
    path = request.param(folder / "scan.dcm")
    read_scan(path)
    return folder / "changed.dcm", pydicom.dcmread(path)


def _places(dataset, depth=0):
    """Every element with the data set that holds it, sequences opened."""
    for element in dataset:
        yield dataset, element.tag
        if element.VR == "SQ" and depth < 4:
            for item in element.value:
                yield from _places(item, depth + 1)


@given(data=st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_of_any_element_is_read_or_refused_in_a_sentence(good, data):
    path, original = good
    dataset = copy.deepcopy(original)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _change(dataset, data)
            dataset.save_as(path)
        except Exception:  # pydicom does not write everything that a file may hold
            reject()
        _read(path)


def _change(dataset, data):
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(_places(dataset))
        holder, tag = places[data.draw(st.integers(0, len(places) - 1))]
        if data.draw(st.booleans()) and tag != Tag("PixelData"):
            del holder[tag]
            continue
        value, vr = data.draw(_BYTES), holder[tag].VR
        if vr != "SQ":
            holder[tag] = RawDataElement(tag, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)


def _read(path):
    try:
        scan = read_scan(path)
    except InputError as error:
        sentence = str(error)
        assert sentence.startswith("changed.dcm")
        assert "\n" not in sentence
        assert "Simulated^" not in sentence
    else:
        assert scan.kind in ("planar", "spect")
