"""Planar scans from Slicer's DICOM module in the scene."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy.ndimage import uniform_filter

from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.scene import write_mrb
from BoneMetSegLib.scene_nodes import SceneNodes
from model_training.simulator.nm_dicom import Manner, write_planar_nm
from Testing.mrml.test_display import offscreen  # noqa: F401 (a fixture)
from Testing.mrml.test_mrb import read_mrb  # noqa: F401 (a fixture)

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402

from Testing.mrml.dicom_plugin.files_and_volumes import (  # noqa: E402
    ANN,
    SERIES_NAMED,
    counts,
    examined,
    hierarchy_of,
    hottest_ras,
    loaded,
    matrix_of,
    view_of,
    volumes,
    write,
    write_a_volume,
    write_pair,
)


def write_two_frames(folder: Path) -> None:
    write(folder / "scan.dcm", "anterior", "posterior")


@pytest.fixture(params=[write_two_frames, write_pair], ids=["one object of two frames", "two series"])
def a_folder(request, tmp_path) -> Path:
    request.param(tmp_path)
    return tmp_path


def test_each_view_is_a_volume_in_the_views_geometry(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    scan = read_scan(sorted(a_folder.iterdir()))
    assert len(nodes) == 2
    for view in ("anterior", "posterior"):
        volume = view_of(nodes, view)
        np.testing.assert_array_equal(array_from_volume(volume)[0], counts(view))
        np.testing.assert_allclose(matrix_of(volume), scan.views[view].ijk_to_ras)
        assert volume.GetSpacing() == pytest.approx((3, 4, 1))


def test_a_lesion_on_the_left_is_on_the_left_in_both_views(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    np.testing.assert_allclose(hottest_ras(view_of(nodes, "anterior")), [-69, 100, -12])
    np.testing.assert_allclose(hottest_ras(view_of(nodes, "posterior")), [-69, -100, -12])


def test_both_views_lie_under_patient_and_study_each_as_its_own_item(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    hierarchy = hierarchy_of(a_slicer)
    items = [hierarchy.GetItemByDataNode(node) for node in nodes]
    assert len(set(items)) == 2
    (study,) = {hierarchy.GetItemParent(item) for item in items}
    assert hierarchy.GetItemUID(study, "DICOM") == ANN.uid
    patient = hierarchy.GetItemParent(study)
    assert hierarchy.GetItemUID(patient, "DICOM") == "ID-4711"
    assert hierarchy.GetItemName(patient) == "Anna^Geheim", "as Slicer's own plugins do"
    for node, item in zip(nodes, items, strict=True):
        instance = node.GetAttribute("DICOM.instanceUIDs")
        assert hierarchy.GetItemUID(item, "DICOMInstanceUID").split() == [instance]
        (file,) = [path for path in a_folder.iterdir() if pydicom.dcmread(path).SOPInstanceUID == instance]
        assert hierarchy.GetItemUID(item, "DICOM") == pydicom.dcmread(file).SeriesInstanceUID


def test_a_pair_is_loaded_once_where_a_script_loads_both_series(a_slicer, tmp_path):
    write_pair(tmp_path)
    assert len(loaded(a_slicer, tmp_path, by_script=True)) == 2


def test_a_study_loaded_again_becomes_a_second_pair_in_the_same_study(a_slicer, a_folder):
    first = loaded(a_slicer, a_folder)
    both = loaded(a_slicer, a_folder)
    assert len(both) == 4
    hierarchy = hierarchy_of(a_slicer)
    assert len({hierarchy.GetItemByDataNode(node) for node in both}) == 4
    assert len({hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) for node in both}) == 1
    again = [node for node in both if node not in first]
    assert view_of(again, "anterior").GetNodeReference("BoneMetSeg.OtherView") is view_of(again, "posterior")


def test_a_posterior_view_that_the_export_mirrored_keeps_its_left(a_slicer, tmp_path):
    path = write(tmp_path / "p.dcm", "posterior", manner=SERIES_NAMED, PatientOrientation=["L", "F"])
    dataset = pydicom.dcmread(path)
    dataset.PixelData = np.ascontiguousarray(counts("posterior")[:, ::-1]).tobytes()
    dataset.save_as(path)
    (volume,) = loaded(a_slicer, tmp_path)
    assert volume.GetAttribute("BoneMetSeg.Mirrored") == "yes"
    np.testing.assert_allclose(hottest_ras(volume), [-69, -100, -12])
    assert "exported mirrored" in json.loads(volume.GetAttribute("BoneMetSeg.Warnings"))[0]
    (said,) = a_slicer.status
    assert "exported mirrored" in said, "in the status bar too"
    assert "--" not in said, "no words of the command line"


def test_node_names_hold_views_and_no_identity(a_slicer, tmp_path):
    manner = Manner(series_description="WB BONE Geheim ID-4711")
    write(tmp_path / "1" / "a.dcm", "anterior", "posterior", manner=manner)
    write(tmp_path / "2" / "b.dcm", "anterior", "posterior", manner=Manner(series_description="WB/BONE Geheim"))
    loaded(a_slicer, tmp_path)
    names = {node.GetName() for node in volumes(a_slicer)}
    assert names == {
        "1: WB BONE ... ... anterior", "1: WB BONE ... ... posterior", "1: WB-BONE ... anterior",
        "1: WB-BONE ... posterior",
    }  # fmt: skip


def test_the_views_are_shown_side_by_side_each_from_its_side(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    shown = {}
    for name, view, orientation in (("Red", "anterior", "Anterior"), ("Yellow", "posterior", "Posterior")):
        slice_node = a_slicer.scene.GetSingletonNode(name, "vtkMRMLSliceNode")
        composite = slicer.vtkMRMLSliceLogic.GetSliceCompositeNode(slice_node)
        volume = view_of(nodes, view)
        shown[view] = slice_node.GetID()
        assert composite.GetBackgroundVolumeID() == volume.GetID()
        assert slice_node.GetOrientation() == orientation
        assert volume.GetDisplayNode().GetViewNodeIDs() == (shown[view],)
        assert volume.GetDisplayNode().GetColorNode().GetName() == "InvertedGrey"


def test_the_left_is_drawn_right_from_the_front_and_left_from_behind(a_slicer, a_folder, offscreen):  # noqa: F811
    from Testing.mrml.slice_window import SliceWindow

    loaded(a_slicer, a_folder)
    for name, at_right in (("Red", True), ("Yellow", False)):
        window = SliceWindow(a_slicer.booted, a_slicer.scene.GetSingletonNode(name, "vtkMRMLSliceNode"), (300, 600))
        picture = window.picture()
        window.close()
        # A block of 18 x 24 mm is 9 x 12 pixels here; single pixels of noise may be as dark.
        row, column = np.unravel_index(uniform_filter(picture.mean(axis=-1), 9).argmin(), picture.shape[:2])
        assert picture[row, column].max() < 20, "hot is black"
        assert (column > 160, column < 140) == (at_right, not at_right)
        assert 290 < row < 320, "row 203 of 400, the image centred"


def test_what_the_scan_says_of_itself_outlives_saving_the_scene(a_slicer, tmp_path, read_mrb):  # noqa: F811
    manner = Manner(rescale_slope=2.0)
    write(tmp_path / "in" / "x.dcm", "anterior", "posterior", manner=manner, Manufacturer="Camera: A; B")
    nodes = loaded(a_slicer, tmp_path / "in")
    hierarchy_of(a_slicer).RemoveAllItems(False)
    by_view = {view: view_of(nodes, view) for view in ("anterior", "posterior")}
    write_mrb(SceneNodes(a_slicer.scene, by_view, {}, None, None, 0, 0), tmp_path / "s.mrb")
    scene = read_mrb(tmp_path / "s.mrb")
    front = scene.GetFirstNodeByName("1: WB BONE anterior")
    says = {name: front.GetAttribute(name) for name in front.GetAttributeNames()}
    assert says["BoneMetSeg.Kind"] == "planar"
    assert says["BoneMetSeg.AcquisitionDate"] == "20250301"
    assert says["BoneMetSeg.AcquisitionTime"] == "133000"
    assert says["BoneMetSeg.InjectionTime"] == "103000"
    assert says["BoneMetSeg.Radiopharmaceutical"] == "Tc-99m MDP"
    assert says["BoneMetSeg.Device"] == "Camera: A; B Simulator"
    assert says["BoneMetSeg.ViewSource"] == "View Code Sequence"
    assert (says["BoneMetSeg.PixelSizeSource"], says["BoneMetSeg.Lossy"]) == ("file", "no")
    other = front.GetNodeReference("BoneMetSeg.OtherView")
    assert other.GetAttribute("BoneMetSeg.View") == "posterior"
    assert other.GetAttribute("BoneMetSeg.FrameNumber") == "2"


def test_every_attribute_that_is_written_is_in_the_table(a_slicer, tmp_path):
    from BoneMetSegLib.scene_volumes import ATTRIBUTES

    write(tmp_path / "x.dcm", "anterior", "posterior")
    write_a_volume(tmp_path / "s.dcm")
    written = {name for node in loaded(a_slicer, tmp_path) for name in node.GetAttributeNames()}
    assert {name for name in written if name.startswith(("BoneMetSeg.", "DICOM."))} == set(ATTRIBUTES)


def test_what_cannot_be_read_is_said_in_a_sentence_and_leaves_the_scene_alone(a_slicer, tmp_path):
    write_planar_nm(tmp_path / "x.dcm", {"anterior": counts("anterior")}, None, study=ANN)
    (loadable,) = examined(a_slicer, tmp_path)
    before = a_slicer.scene.GetNumberOfNodes()
    assert a_slicer.plugin.load(loadable) is None
    (sentence,) = a_slicer.errors
    assert sentence.startswith("1: WB BONE does not say how large a pixel is")
    assert "--" not in sentence
    assert a_slicer.scene.GetNumberOfNodes() == before


def test_what_cannot_be_read_is_said_in_chinese_where_slicer_speaks_chinese(a_slicer, tmp_path):
    slicer.app.userSettings().setValue("language", "zh-CN")
    write_planar_nm(tmp_path / "x.dcm", {"anterior": counts("anterior")}, None, study=ANN)
    (loadable,) = examined(a_slicer, tmp_path)
    assert a_slicer.plugin.load(loadable) is None
    assert a_slicer.errors == ["1: WB BONE 未注明像素大小；请在 Volumes 模块中输入像素间距"]
