"""SPECT volumes from Slicer's DICOM module in the scene."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_spect_dicom import SpectObject

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402

from Testing.mrml.dicom_plugin.files_and_volumes import (  # noqa: E402
    ANN,
    examined,
    hierarchy_of,
    loaded,
    matrix_of,
    write_a_volume,
)


def test_a_spect_volume_lies_where_it_was_acquired_in_its_quantity(a_slicer, tmp_path):
    write_a_volume(tmp_path / "s.dcm")
    (volume,) = loaded(a_slicer, tmp_path)
    scan = read_scan(tmp_path / "s.dcm")
    np.testing.assert_allclose(matrix_of(volume), scan.ijk_to_ras)
    assert np.linalg.det(matrix_of(volume)[:3, :3]) > 0
    array = array_from_volume(volume)
    k, j, i = np.unravel_index(array.argmax(), array.shape)
    np.testing.assert_allclose((matrix_of(volume) @ [i, j, k, 1])[:3], [-62.5, 34, 290])
    assert volume.GetAttribute("BoneMetSeg.Quantity") == scan.quantity == "SUVbw"
    assert volume.GetVoxelValueUnits().GetCodeValue() == "g/ml{SUVbw}"
    assert hierarchy_of(a_slicer).GetItemUID(hierarchy_of(a_slicer).GetItemByDataNode(volume), "DICOM")


def test_the_slices_of_a_spect_series_are_one_thing_to_load(a_slicer, tmp_path):
    from model_training.simulator.nm_spect_dicom import write_spect_series

    voxels = np.random.default_rng(3).poisson(20, (12, 16, 16)).astype(np.uint16)
    write_spect_series(tmp_path, voxels, SpectObject(study=ANN))
    (loadable,) = examined(a_slicer, tmp_path)
    assert len(loadable.files) == 12
    (volume,) = loaded(a_slicer, tmp_path)
    assert len(set(volume.GetAttribute("DICOM.instanceUIDs").split())) == 12
