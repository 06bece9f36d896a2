"""Scans in files, and what Slicer's DICOM module makes of them with our plugin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm
from model_training.simulator.nm_spect_dicom import Calibration, SpectGeometry, SpectObject, write_spect_nm

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402
from vtkmodules.vtkCommonMath import vtkMatrix4x4  # noqa: E402

from Testing.mrml.dicom_module import (  # noqa: E402
    ScalarVolumePlugin,
    choose,
    load_selected,
    uncheck_same_files,
)

ROWS, COLUMNS, PIXEL_MM = 400, 100, (4.0, 3.0)
# A hot block on the patient's left, as each camera head sees it.
HOT_ROWS, HOT_COLUMNS = slice(200, 206), {"anterior": slice(70, 76), "posterior": slice(24, 30)}
SERIES_NAMED = Manner(view_naming="series description")
ANN, BOB = Study("ID-4711", "Anna^Geheim"), Study("ID-0815", "Bob^Secret", acquisition_date="20250402")


def counts(view: str) -> np.ndarray:
    image = np.random.default_rng(len(view)).poisson(4, (ROWS, COLUMNS)).astype(np.uint16)
    image[HOT_ROWS, HOT_COLUMNS[view]] = 300
    return image


def write(path: Path, *views: str, study: Study = ANN, manner: Manner | None = None, **elements) -> Path:
    """Write a planar object with the views, and elements of it changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_planar_nm(path, {view: counts(view) for view in views}, PIXEL_MM, study=study, manner=manner)
    if elements:
        dataset = pydicom.dcmread(path)
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)
    return path


def write_pair(folder: Path, study: Study = ANN) -> None:
    """Write a scan as two series with one view each."""
    write(folder / "a.dcm", "posterior", study=study, manner=SERIES_NAMED, SeriesNumber="1")
    write(folder / "b.dcm", "anterior", study=study, manner=SERIES_NAMED, SeriesNumber="2")


def examined(a_slicer, folder: Path) -> list:
    return a_slicer.plugin.examineForImport(a_slicer.database.series(folder))


def loaded(a_slicer, folder: Path, *, by_script: bool = False) -> list:
    """Load what Slicer would choose of a folder, its own reader at hand; return the volumes in the scene."""
    series = a_slicer.database.series(folder)
    by_plugin = {plugin: plugin.examineForImport(series) for plugin in (ScalarVolumePlugin(), a_slicer.plugin)}
    choose(by_plugin)
    if not by_script:
        uncheck_same_files(by_plugin)
    load_selected(by_plugin)
    return volumes(a_slicer)


def volumes(a_slicer) -> list:
    nodes = a_slicer.scene.GetNodesByClass("vtkMRMLScalarVolumeNode")
    nodes.UnRegister(None)
    return [nodes.GetItemAsObject(n) for n in range(nodes.GetNumberOfItems())]


def view_of(nodes: list, view: str):
    (node,) = [node for node in nodes if node.GetAttribute("BoneMetSeg.View") == view]
    return node


def matrix_of(volume) -> np.ndarray:
    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def hottest_ras(volume) -> np.ndarray:
    """Return where the middle of the hot block lies."""
    _, rows, columns = np.nonzero(array_from_volume(volume) == 300)
    return (matrix_of(volume) @ [columns.mean(), rows.mean(), 0, 1])[:3]


def hierarchy_of(a_slicer):
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_slicer.scene)


def write_a_volume(path: Path) -> np.ndarray:
    """Write a quantitative volume, stacked from head to feet, with a hot voxel at the patient's left."""
    voxels = np.random.default_rng(3).poisson(20, (20, 28, 36)).astype(np.uint16)
    voxels[4, 5, 30] = 900
    geometry = SpectGeometry((4.0, 5.0), -6.0, 6.0, position=(-87.5, -54.0, 314.0))
    calibration = Calibration(unit="Bq/ml", slope=10.0, weight_kg=70, dose_mbq=600)
    write_spect_nm(path, voxels, SpectObject(geometry, calibration, study=ANN))
    return voxels
