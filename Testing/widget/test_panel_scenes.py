"""Scenes closed, saved and read; several studies; nodes that go; the module loaded anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from Testing.widget.conftest import REPORT

MODULE = Path(__file__).resolve().parents[2] / "BoneMetSeg" / "BoneMetSeg.py"


@pytest.fixture
def two_cases(reviewed, tmp_path):
    """The same case twice in a scene, the second one shown."""
    first = reviewed.panel.results.review
    reviewed.panel.save_case(tmp_path / "second")
    reviewed.panel.load_case(tmp_path / "second")
    return reviewed, first, reviewed.panel.results.review


def test_a_scene_that_is_closed_leaves_an_empty_panel(reviewed):
    reviewed.application.close_scene()
    assert reviewed.case is None
    assert reviewed.table.rowCount == 0
    assert not reviewed.ui.resultsCollapsibleButton.enabled
    assert not reviewed.ui.applyButton.enabled
    assert reviewed.ui.summaryLabel.text == "Nothing is segmented yet."


def test_a_scene_is_read_again_with_choices_results_and_review(reviewed, tmp_path):
    reviewed.ui.physiologicalCheckBox.click()
    reviewed.ui.linkZoomCheckBox.click()
    reviewed.press("X")
    burden = reviewed.case.burden
    reviewed.application.save_and_reload_scene(tmp_path / "scene.mrb")
    assert reviewed.case is not None
    assert reviewed.case.burden == burden
    assert not reviewed.spot("H01").accepted
    assert reviewed.spot("H01").edited_by == "reader"
    assert reviewed.ui.physiologicalCheckBox.checked
    assert not reviewed.ui.linkZoomCheckBox.checked
    assert reviewed.ui.scanSelector.currentNode() is reviewed.panel.results.review.nodes.volumes["anterior"]
    assert "左侧髂骨" in reviewed.ui.reportBrowser.plainText
    assert reviewed.panel.inputs.report_text == REPORT
    reviewed.click_cell("H01")
    reviewed.press("A")
    assert reviewed.spot("H01").accepted


def test_a_saved_scene_finds_its_layout_although_the_module_was_not_opened(slicer_application):
    import slicer

    from BoneMetSegLib.scene_layouts import PLANAR_LAYOUT
    from BoneMetSegLib.scene_views import layout_node

    slicer_application.load_module(MODULE)
    assert not layout_node(slicer.mrmlScene).IsLayoutDescription(PLANAR_LAYOUT)
    slicer_application.start_up()
    assert layout_node(slicer.mrmlScene).IsLayoutDescription(PLANAR_LAYOUT)
    slicer_application.close_scene()
    assert layout_node(slicer.mrmlScene).IsLayoutDescription(PLANAR_LAYOUT)


def test_edited_outlines_come_back_with_the_scene(reviewed, tmp_path):
    import slicer

    from BoneMetSegLib.scene_segments import mask_of_segment

    review = reviewed.panel.results.review
    segmentation, volume = review.nodes.segmentations["anterior"], review.nodes.volumes["anterior"]
    view = review.case.scan.views["anterior"]
    mask = mask_of_segment(segmentation, "H02_anterior", view)
    drawn = mask | np.roll(mask, 5, axis=0)
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        drawn[np.newaxis].astype(np.uint8), segmentation, "H02_anterior", volume
    )
    reviewed.application.save_and_reload_scene(tmp_path / "scene.mrb")
    np.testing.assert_array_equal(reviewed.spot("H02").views["anterior"].mask, drawn)


def test_each_scan_has_its_own_case(two_cases):
    panel, first, second = two_cases
    panel.press("X")
    assert "Loaded from" in panel.ui.statusLabel.text
    panel.choose_scan(first.nodes.volumes["anterior"])
    assert panel.ui.statusLabel.text == ""
    assert panel.panel.results.review is first
    assert panel.spot("H01").accepted
    panel.choose_scan(second.nodes.volumes["posterior"])
    assert panel.panel.results.review is second
    assert not panel.spot("H01").accepted
    assert panel.ui.undoButton.enabled


def test_a_scan_without_a_case_shows_none_and_gets_no_other_patient_s_report(reviewed, scan_file):
    first = reviewed.panel.results.review
    assert reviewed.panel.inputs.report_text == REPORT
    other = reviewed.add_volumes(scan_file, "other patient", in_study=False)["anterior"]
    reviewed.choose_scan(other)
    assert reviewed.case is None
    assert reviewed.parameters.report is None
    assert not reviewed.ui.resultsCollapsibleButton.enabled
    assert reviewed.ui.applyButton.text == "Segment"
    reviewed.choose_scan(first.nodes.volumes["anterior"])
    assert reviewed.panel.results.review is first
    assert reviewed.panel.inputs.report_text == REPORT


def test_a_report_that_lies_in_the_study_of_a_scan_is_chosen_with_it(panel, scan_file):
    import slicer

    from BoneMetSegLib.scene_nodes import add_text

    volumes = panel.add_volumes(scan_file, in_study=False)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(panel.application.scene)
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "study")
    report = add_text(panel.application.scene, REPORT, "report")
    for node in (*volumes.values(), report):
        hierarchy.CreateItem(study, node)
    panel.choose_scan(volumes["anterior"])
    assert panel.parameters.report is report


@pytest.mark.parametrize("part", ["volume", "segmentation", "table", "stored case", "stored maps"])
def test_a_deleted_part_of_the_case_empties_the_results_and_nothing_breaks(reviewed, part):
    review = reviewed.panel.results.review
    node = {
        "volume": review.nodes.volumes["anterior"],
        "segmentation": review.nodes.segmentations["posterior"],
        "table": review.nodes.table,
        "stored case": review.case_node,
        "stored maps": review.maps_node,
    }
    reviewed.application.scene.RemoveNode(node[part])
    reviewed.application.process_events()
    assert reviewed.case is None
    assert "deleted" in reviewed.ui.statusLabel.text
    for key in ("A", "X", "N", "P", "I", "Ctrl+Z"):
        reviewed.press(key)


def test_a_deleted_report_leaves_the_case_as_it_is(reviewed):
    reviewed.application.scene.RemoveNode(reviewed.panel.results.review.nodes.text)
    assert reviewed.case.report.text == REPORT
    assert reviewed.panel.inputs.report_text is None
    reviewed.press("X")
    assert not reviewed.spot("H01").accepted


def test_what_a_script_put_into_the_scene_is_shown_when_the_panel_opens(panel, finished_folder):
    import slicer

    from BoneMetSegLib.case_folder import read_case
    from BoneMetSegLib.scene_review import SceneReview

    slicer.util.selectModule("Data")
    SceneReview.begin(read_case(finished_folder), scene=slicer.mrmlScene)
    slicer.util.selectModule("BoneMetSeg")
    assert panel.case.burden.lesion_count == 2


def test_the_module_is_loaded_anew_and_goes_on_with_the_case(reviewed):
    import slicer

    reviewed.press("X")
    old = reviewed.widget
    slicer.util.reloadScriptedModule("BoneMetSeg")
    reviewed.widget = slicer.modules.BoneMetSegWidget
    assert reviewed.widget is not old
    reviewed.widget.enter()
    assert not reviewed.spot("H01").accepted
    reviewed.press("A")
    assert reviewed.spot(reviewed.selected_id or "H01") is not None


def test_leaving_the_module_and_coming_back_keeps_everything(reviewed):
    import slicer

    reviewed.press("N")
    case = reviewed.case
    slicer.util.selectModule("Data")
    slicer.util.selectModule("BoneMetSeg")
    assert reviewed.case is case
    assert reviewed.selected_id == "H02"


def test_a_two_slice_volume_of_slicer_s_own_reader_has_its_case_too(panel, scan_file, finished_folder):
    """Such a volume is not shown itself: the case brings one volume for each view."""
    import slicer

    from BoneMetSegLib.case_folder import read_case
    from BoneMetSegPanel.panel import _Asked
    from BoneMetSegPanel.segmentation_job import JobRequest

    case = read_case(finished_folder)
    counts = np.stack([case.scan.views[view].counts for view in ("anterior", "posterior")])
    volume = slicer.util.addVolumeFromArray(counts.astype(np.float32), name="WHOLE BODY")
    panel.choose_scan(volume)
    panel.panel._show_result(case, JobRequest(case.scan, context=_Asked([volume], None, None, None)))
    review = panel.panel.results.review
    assert review is not None
    panel.choose_scan(None)
    assert panel.case is None
    panel.choose_scan(volume)
    assert panel.panel.results.review is review
