"""scene.mrb: written, read by Slicer's own reader into an empty scene, compared."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from BoneMetSegLib import scene_boot
from BoneMetSegLib.scene import build_scene, write_mrb

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402
from vtkmodules.util.numpy_support import vtk_to_numpy  # noqa: E402
from vtkmodules.vtkCommonCore import reference  # noqa: E402
from vtkmodules.vtkCommonMath import vtkMatrix4x4  # noqa: E402

SHORT_REPORT = "诊断意见：左侧第7肋骨转移瘤可能；“未见”其他异常 <&> 100%。"
SHORT_REPORT_WITH_TABS = "部位\t所见\r\n左侧第7肋\t浓聚"
LONG_REPORT = "检查所见：\n" + "\t全身骨骼显影清晰；第6-8肋见放射性浓聚。\n" * 200


@pytest.fixture
def read_mrb(tmp_path):
    """Read a bundle as Slicer does, into a scene of its own."""
    kept = []

    def read(path):
        mrml = scene_boot._boot.__wrapped__()
        cache = tmp_path / "cache"
        cache.mkdir()
        remote = slicer.vtkMRMLRemoteIOLogic()
        remote.SetMRMLScene(mrml.scene)
        remote.SetMRMLApplicationLogic(mrml.application_logic)
        remote.GetCacheManager().SetRemoteCacheDirectory(str(cache))
        data_io = slicer.vtkDataIOManagerLogic()
        data_io.SetMRMLScene(mrml.scene)
        data_io.SetMRMLApplicationLogic(mrml.application_logic)
        data_io.SetAndObserveDataIOManager(remote.GetDataIOManager())
        remote.AddDataIOToScene()
        kept.extend((mrml, remote, data_io))
        assert mrml.scene.ReadFromMRB(str(path))
        return mrml.scene

    return read


@pytest.fixture(params=[SHORT_REPORT, SHORT_REPORT_WITH_TABS, LONG_REPORT], ids=["short", "with tabs", "long"])
def reloaded(request, a_scan, some_hot_spots, tmp_path, read_mrb):
    path = tmp_path / "OUT 病例" / "scene.mrb"
    path.parent.mkdir()
    with build_scene(a_scan, some_hot_spots, request.param) as nodes:
        write_mrb(nodes, path)
    scene = read_mrb(path)
    scene.report = request.param
    return scene


def only(scene, node_class, name):
    (node,) = [n for n in slicer_nodes(scene, node_class) if n.GetName() == name]
    return node


def slicer_nodes(scene, node_class):
    return [scene.GetNthNodeByClass(n, node_class) for n in range(scene.GetNumberOfNodesByClass(node_class))]


def test_everything_comes_back(reloaded, a_scan, some_hot_spots):
    for view, planar in a_scan.views.items():
        volume = only(reloaded, "vtkMRMLScalarVolumeNode", f"Bone scan {view}")
        np.testing.assert_array_equal(array_from_volume(volume)[0], planar.counts)
        matrix = volume_matrix(volume)
        np.testing.assert_allclose(matrix, planar.ijk_to_ras, atol=1e-6)
        assert volume.GetAttribute("BoneMetSeg.View") == view
        assert volume.GetAttribute("BoneMetSeg.DepthConvention").endswith("no depth.")
        assert volume.GetDisplayNode().GetColorNode().GetName() == "InvertedGrey"
        node = only(reloaded, "vtkMRMLSegmentationNode", f"Bone scan {view} hot spots")
        _same_segments(node, view, some_hot_spots)
    table = only(reloaded, "vtkMRMLTableNode", "Bone scan hot spots").GetTable()
    assert table.GetNumberOfRows() == 4
    assert table.GetValueByName(0, "phrase").ToString() == "左侧第7肋"
    assert table.GetColumnByName("area_mm2_anterior").IsA("vtkDoubleArray")
    assert table.GetValueByName(0, "area_mm2_anterior").ToDouble() == 180
    assert np.isnan(table.GetValueByName(2, "area_mm2_posterior").ToDouble())
    assert only(reloaded, "vtkMRMLTextNode", "Bone scan report").GetText() == reloaded.report


def volume_matrix(volume):
    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def _same_segments(node, view, hot_spots):
    segmentation = node.GetSegmentation()
    seen = [hot_spot for hot_spot in hot_spots if view in hot_spot.views]
    assert list(segmentation.GetSegmentIDs()) == [hot_spot.segment_id(view) for hot_spot in seen]
    assert not segmentation.ContainsRepresentation("Closed surface")
    assert segmentation.GetConversionParameter("Smoothing factor") == "0"
    for hot_spot in seen:
        segment = segmentation.GetSegment(hot_spot.segment_id(view))
        for key, value in (
            ("BoneMetSeg.Class", hot_spot.hot_spot_class),
            ("BoneMetSeg.Accepted", "yes" if hot_spot.accepted else "no"),
            ("BoneMetSeg.Probability", f"{hot_spot.probability:.3f}"),
        ):
            text = reference("")
            assert segment.GetTag(key, text)
            assert str(text) == value
        text = reference("")
        assert segment.GetTag("TerminologyEntry", text)
        assert "BoneMetSeg bone scan" in str(text)
        image = slicer.vtkOrientedImageData()
        node.GetBinaryLabelmapRepresentation(segment_id := hot_spot.segment_id(view), image)
        assert (vtk_to_numpy(image.GetPointData().GetScalars()) > 0).sum() == hot_spot.views[view].mask.sum()
        visible = hot_spot.accepted and hot_spot.hot_spot_class != "physiological"
        assert node.GetDisplayNode().GetSegmentVisibility(segment_id) == visible


def test_the_subject_hierarchy_comes_back(reloaded):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(reloaded)
    study = hierarchy.GetItemByName("Bone scan")
    assert hierarchy.GetItemLevel(study) == "Study"
    assert hierarchy.GetItemAttribute(study, "DICOM.StudyDate") == "20240501"
    patient = hierarchy.GetItemParent(study)
    assert hierarchy.GetItemLevel(patient) == "Patient"
    assert hierarchy.GetItemAttribute(patient, "DICOM.PatientName") == "Invented^Name"
    items = [hierarchy.GetItemByPositionUnderParent(study, n) for n in range(hierarchy.GetNumberOfItemChildren(study))]
    assert [hierarchy.GetItemName(item) for item in items] == [
        "Bone scan anterior",
        "Bone scan posterior",
        "Bone scan anterior hot spots",
        "Bone scan posterior hot spots",
        "Bone scan hot spots",
        "Bone scan report",
    ]


def test_the_bundle_opens_with_each_view_seen_from_its_side(reloaded):
    for name, a_mm, right in (("Red", 100.0, -1.0), ("Yellow", -100.0, 1.0)):
        to_ras = reloaded.GetNodeByID(f"vtkMRMLSliceNode{name}").GetSliceToRAS()
        assert (to_ras.GetElement(1, 3), to_ras.GetElement(0, 0)) == (a_mm, right)
        background = reloaded.GetNodeByID(f"vtkMRMLSliceCompositeNode{name}").GetBackgroundVolumeID()
        assert reloaded.GetNodeByID(background).GetAttribute("BoneMetSeg.View") == (
            "anterior" if a_mm > 0 else "posterior"
        )
    layout = reloaded.GetSingletonNode("vtkMRMLLayoutNode", "vtkMRMLLayoutNode")
    assert layout.GetViewArrangement() == slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView


def test_file_names_in_the_bundle_hold_no_identity_and_nothing_is_left_beside_it(a_scan, some_hot_spots, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    with build_scene(a_scan, some_hot_spots, SHORT_REPORT) as nodes:
        write_mrb(nodes, folder / "scene.mrb")
    assert [path.name for path in folder.iterdir()] == ["scene.mrb"]
    with zipfile.ZipFile(folder / "scene.mrb") as bundle:
        assert not [name for name in bundle.namelist() if "Invented" in name or "ID-42" in name]


def test_writing_says_nothing_on_stdout(a_scan, some_hot_spots, tmp_path, capfd):
    """The worker speaks JSON lines there."""
    with build_scene(a_scan, some_hot_spots, SHORT_REPORT) as nodes:
        write_mrb(nodes, tmp_path / "scene.mrb")
    assert capfd.readouterr().out == ""


def test_a_bundle_that_cannot_be_written_raises(a_scan, some_hot_spots, tmp_path):
    (tmp_path / "file").write_text("a file, not a folder", encoding="utf-8")
    with build_scene(a_scan, some_hot_spots, None) as nodes, pytest.raises(OSError, match=r"scene\.mrb"):
        write_mrb(nodes, tmp_path / "file" / "scene.mrb")
