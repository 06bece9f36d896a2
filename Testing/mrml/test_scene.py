"""What stands in the scene after a case was put there."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from BoneMetSegLib import scene_boot
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scene import build_scene, load_terminology
from BoneMetSegLib.scene_boot import mrml, vtk_errors
from BoneMetSegLib.scene_tables import COLUMN_NAMES
from BoneMetSegLib.scene_views import add_orientation_presets, show_views

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer import util as slicer_util  # noqa: E402
from vtkmodules.util.numpy_support import vtk_to_numpy  # noqa: E402
from vtkmodules.vtkCommonCore import reference, vtkOutputWindow  # noqa: E402
from vtkmodules.vtkCommonMath import vtkMatrix4x4  # noqa: E402

REPORT = "诊断意见：左侧第7肋骨转移瘤可能。"


@pytest.fixture
def a_case(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, REPORT) as nodes:
        yield nodes


def ijk_to_ras(volume):
    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def test_volumes_hold_the_counts_as_acquired_in_the_views_geometry(a_case, a_scan):
    for view, planar in a_scan.views.items():
        volume = a_case.volumes[view]
        array = slicer_util.arrayFromVolume(volume)
        assert array.shape == (1, *planar.counts.shape)
        np.testing.assert_array_equal(array[0], planar.counts)
        np.testing.assert_allclose(ijk_to_ras(volume), planar.ijk_to_ras)
        assert volume.GetAttribute("BoneMetSeg.View") == view
        assert "convention" in volume.GetAttribute("BoneMetSeg.DepthConvention")


def test_views_are_drawn_in_inverse_grey_with_a_window_from_the_bones(a_case):
    display = a_case.volumes["anterior"].GetDisplayNode()
    assert display.GetColorNode().GetName() == "InvertedGrey"
    assert not display.GetAutoWindowLevel()
    assert display.GetWindowLevelMin() == 0
    assert 12 < display.GetWindowLevelMax() < 30, "near the bright end of a field of 12 counts per pixel"


def test_segments_carry_name_colour_and_tags(a_case):
    segmentation = a_case.segmentations["anterior"].GetSegmentation()
    assert list(segmentation.GetSegmentIDs()) == ["H01_anterior", "H02_anterior", "H03_anterior", "H04_anterior"]
    rib = segmentation.GetSegment("H01_anterior")
    assert rib.GetName() == "01 left rib 7"
    red, green, blue = rib.GetColor()
    assert red > 2 * max(green, blue)
    assert list(a_case.segmentations["posterior"].GetSegmentation().GetSegmentIDs()) == [
        "H01_posterior", "H02_posterior", "H04_posterior",
    ]  # fmt: skip


def test_segment_pixels_are_the_masks_even_where_they_overlap(a_case, a_scan, some_hot_spots):
    for hot_spot in some_hot_spots:
        for view, seen in hot_spot.views.items():
            image = slicer.vtkOrientedImageData()
            node, volume = a_case.segmentations[view], a_case.volumes[view]
            node.GetBinaryLabelmapRepresentation(hot_spot.segment_id(view), image)
            reference = slicer.vtkSlicerSegmentationsModuleLogic.CreateOrientedImageDataFromVolumeNode(volume)
            reference.UnRegister(None)
            whole = slicer.vtkOrientedImageData()
            slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(image, reference, whole)
            np.testing.assert_array_equal(_array(whole) > 0, seen.mask)


def _array(image):
    columns, rows, _ = image.GetDimensions()
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns)


def test_what_is_not_accepted_and_what_is_physiological_is_hidden(a_case):
    display = a_case.segmentations["anterior"].GetDisplayNode()
    shown = [display.GetSegmentVisibility(f"H0{number}_anterior") for number in (1, 2, 3, 4)]
    assert shown == [True, True, False, False]


def test_segmentations_are_unsmoothed_labelmaps_without_surfaces(a_case):
    for node in a_case.segmentations.values():
        segmentation = node.GetSegmentation()
        assert segmentation.GetConversionParameter("Smoothing factor") == "0"
        assert segmentation.GetSourceRepresentationName() == "Binary labelmap"
        assert not segmentation.ContainsRepresentation("Closed surface")
        assert not node.GetDisplayNode().GetVisibility3D()


def test_a_small_hot_spot_keeps_its_area_as_a_surface(a_case):
    """The reader may ask for 3-D after all: one pixel by two is not smoothed away."""
    node = a_case.segmentations["anterior"]
    assert node.CreateClosedSurfaceRepresentation()
    bounds = [0.0] * 6
    node.GetSegmentation().GetSegment("H03_anterior").GetRepresentation("Closed surface").GetBounds(bounds)
    assert bounds[1] - bounds[0] > 1.0
    assert bounds[5] - bounds[4] > 2.5


def test_the_table_lists_every_hot_spot_with_its_measures(a_case):
    table = a_case.table.GetTable()
    names = [table.GetColumnName(n) for n in range(table.GetNumberOfColumns())]
    assert tuple(names) == COLUMN_NAMES
    assert table.GetNumberOfRows() == 4
    assert a_case.table.GetCellText(0, names.index("place")) == "left rib 7"
    assert table.GetValueByName(0, "area_mm2_anterior").ToDouble() == 6 * 6 * 5.0
    assert np.isnan(table.GetValueByName(2, "area_mm2_posterior").ToDouble()), "not seen from behind"


def test_the_report_is_kept_in_chinese(a_case):
    assert a_case.text.GetText() == REPORT


def test_without_a_report_there_is_no_text_node(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        assert nodes.text is None


def test_everything_hangs_under_patient_and_study(a_case):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_case.scene)
    assert hierarchy.GetItemLevel(a_case.subject_item) == "Patient"
    assert hierarchy.GetItemAttribute(a_case.subject_item, "DICOM.PatientID") == "ID-42"
    assert hierarchy.GetItemParent(a_case.study_item) == a_case.subject_item
    nodes = [*a_case.volumes.values(), *a_case.segmentations.values(), a_case.table, a_case.text]
    assert {hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) for node in nodes} == {a_case.study_item}


def test_node_names_hold_no_identity(a_case):
    names = [a_case.scene.GetNthNode(n).GetName() or "" for n in range(a_case.scene.GetNumberOfNodes())]
    assert not [name for name in names if "Invented" in name or "ID-42" in name or "A77" in name]


def test_each_view_is_looked_at_from_its_own_side_and_exactly_in_its_plane(a_case):
    for name, view, orientation, a_mm in (
        ("Red", "anterior", "Anterior", 100.0),
        ("Yellow", "posterior", "Posterior", -100.0),
    ):
        slice_node = a_case.scene.GetNodeByID(f"vtkMRMLSliceNode{name}")
        composite = a_case.scene.GetNodeByID(f"vtkMRMLSliceCompositeNode{name}")
        assert slice_node.GetOrientation() == orientation
        to_ras = slice_node.GetSliceToRAS()
        assert to_ras.GetElement(1, 3) == a_mm
        assert (to_ras.GetElement(0, 0) > 0) == (view == "posterior"), "screen right is the patient's right from behind"
        assert composite.GetBackgroundVolumeID() == a_case.volumes[view].GetID()
        for node in (a_case.volumes[view], a_case.segmentations[view]):
            assert list(node.GetDisplayNode().GetViewNodeIDs()) == [slice_node.GetID()]


def test_views_can_be_shown_in_slice_views_of_the_callers_choice(a_case):
    green = slicer.vtkMRMLSliceNode()
    green.SetName("Green")
    green.SetLayoutName("Green")
    green.SetSingletonTag("Green")
    green = a_case.scene.AddNode(green)
    assert show_views(a_case, {"posterior": green}) == {"posterior": green}
    assert green.GetOrientation() == "Posterior"
    add_orientation_presets(green)  # again, as a reloaded module does
    assert green.HasSliceOrientationPreset("Anterior")
    a_case.scene.RemoveNode(green)


def test_a_scan_of_one_view_fills_one_slice_view(a_scan, some_hot_spots):
    one = PlanarScan({"posterior": a_scan.views["posterior"]})
    with build_scene(one, some_hot_spots[:2], None) as nodes:
        assert list(nodes.volumes) == ["posterior"]
        assert nodes.scene.GetNodeByID("vtkMRMLSliceNodeRed").GetOrientation() == "Posterior"


def test_removing_a_case_leaves_the_scene_as_it_was(a_scan, some_hot_spots):
    def state():
        scene = mrml().scene
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
        nodes = sorted(scene.GetNthNode(n).GetID() for n in range(scene.GetNumberOfNodes()))
        return nodes, hierarchy.GetNumberOfItems()

    with build_scene(a_scan, some_hot_spots, REPORT):  # makes the slice views
        pass
    before = state()
    nodes = build_scene(a_scan, some_hot_spots, REPORT)
    assert state() != before
    nodes.remove()
    assert state() == before


def test_volumes_that_are_loaded_already_are_used_and_stay(a_scan, some_hot_spots):
    scene = mrml().scene
    loaded = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "loaded by the DICOM plugin")
    slicer_util.updateVolumeFromArray(loaded, a_scan.views["anterior"].counts[np.newaxis])
    loaded.CreateDefaultDisplayNodes()
    with build_scene(a_scan, some_hot_spots, None, volumes={"anterior": loaded}) as nodes:
        assert nodes.volumes["anterior"] is loaded
    assert scene.GetNodeByID(loaded.GetID()) is loaded
    scene.RemoveNode(loaded.GetDisplayNode())
    scene.RemoveNode(loaded)


def test_names_can_be_chinese(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, REPORT, lang="zh", case_name="骨扫描") as nodes:
        assert nodes.segmentations["anterior"].GetName() == "骨扫描 前位 浓聚灶"
        segment = nodes.segmentations["anterior"].GetSegmentation().GetSegment("H01_anterior")
        assert segment.GetName() == "01 左侧第7肋"


def test_slicer_accepts_the_terminology(a_case):
    logic = slicer.vtkSlicerTerminologiesModuleLogic()
    load_terminology(logic)
    segmentation = a_case.segmentations["anterior"].GetSegmentation()
    for segment_id in segmentation.GetSegmentIDs():
        text = _terminology(segmentation.GetSegment(segment_id))
        entry = slicer.vtkSlicerTerminologyEntry()
        assert logic.DeserializeTerminologyEntry(text, entry)
        # True only if category, type and region are found in the loaded contexts.
        assert logic.UpdateEntryFromLoadedTerminologies(
            entry, [entry.GetTerminologyContextName()], [entry.GetRegionContextName()]
        )
        assert entry.GetTypeObject().GetCodeMeaning()
        assert entry.GetRegionObject().GetCodeMeaning()


def _terminology(segment):
    text = reference("")
    assert segment.GetTag("TerminologyEntry", text)
    return str(text)


def test_vtks_errors_are_collected_and_its_warnings_passed_on(vtk_messages):
    window = vtkOutputWindow.GetInstance()
    with vtk_errors() as errors:
        vtkOutputWindow.GetInstance().DisplayErrorText("broken")
        vtkOutputWindow.GetInstance().DisplayWarningText("odd")
    assert errors == ["broken"]
    assert vtkOutputWindow.GetInstance() is window
    assert vtk_messages == ["odd"]
    vtk_messages.clear()


def test_without_slicer_one_sentence_says_so(monkeypatch, a_scan, some_hot_spots):
    monkeypatch.setattr(scene_boot, "scene_is_available", lambda: False)
    with pytest.raises(InputError, match="slicer-core"):
        build_scene(a_scan, some_hot_spots, None)


def test_inside_slicer_its_own_scene_is_used(monkeypatch, a_scan, some_hot_spots):
    scene = scene_boot._boot.__wrapped__().scene

    class Application:
        def mrmlScene(self):  # noqa: N802
            return scene

        def applicationLogic(self):  # noqa: N802
            return None

    monkeypatch.setattr(slicer, "app", Application(), raising=False)
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        assert nodes.scene is scene


def test_building_logs_nothing_of_the_report_or_the_patient(caplog, capfd, a_scan, some_hot_spots):
    with caplog.at_level(logging.DEBUG), build_scene(a_scan, some_hot_spots, REPORT):
        pass
    said = caplog.text + "".join(capfd.readouterr())
    assert "转移" not in said
    assert "Invented" not in said
