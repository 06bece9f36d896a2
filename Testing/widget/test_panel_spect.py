"""A SPECT volume in the panel: segmented by the worker, shown, reviewed, edited, saved; and refused in sentences."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib import bundle as bundles
from Testing.library.synthetic_spect import LEFT_RIB, RIGHT_RIB, painted_volume
from Testing.widget.painted_volume import REPORT, write_painted_volume

SIZE, MAXIMUM = 6, 7
PLANES = {"BoneMetSegAxial", "BoneMetSegSagittal", "BoneMetSegCoronal"}


@pytest.fixture(scope="session")
def volume_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("volume") / "out"
    write_painted_volume(folder)
    return folder


@pytest.fixture
def reviewed(panel, volume_folder, tmp_path):
    """The panel with a finished volume loaded from its folder."""
    shutil.copytree(volume_folder, tmp_path / "case")
    panel.panel.load_case(tmp_path / "case")
    return panel


def add_volume(panel, foci):
    """Put a painted volume into the scene as the DICOM plugin does, and return its node."""
    from BoneMetSegLib.scene_hierarchy import add_to_hierarchy
    from BoneMetSegLib.scene_spect import add_spect_volume

    scan, _ = painted_volume(foci)
    volume = add_spect_volume(panel.application.scene, scan, "Chest SPECT")
    add_to_hierarchy(panel.application.scene, scan, ("Chest", "Patient"), [volume])
    return volume


def plane_nodes():
    import slicer

    manager = slicer.app.layoutManager()
    return {name.removeprefix("BoneMetSeg"): manager.sliceWidget(name).mrmlSliceNode() for name in PLANES}


def mask_in_scene(panel, spot_id):
    from BoneMetSegLib.scene_segments import mask_of_segment

    review = panel.panel.results.review
    return mask_of_segment(review.nodes.segmentations["spect"], f"{spot_id}_spect", review.case.scan.views["spect"])


def draw(panel, spot_id, mask):
    """Do what the Segment Editor does to a segment."""
    import slicer

    nodes = panel.panel.results.review.nodes
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask.astype(np.uint8), nodes.segmentations["spect"], f"{spot_id}_spect", nodes.volumes["spect"]
    )


def centre_ras(segmentation, segment_id):
    centre = segmentation.GetSegmentCenterRAS(segment_id)
    return np.array(centre)


# ---- the way through the worker -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("focus", "side", "sign"), [(LEFT_RIB, "left", -1), (RIGHT_RIB, "right", 1)])
def test_a_volume_and_its_report_are_segmented_and_left_is_left(panel, spect_bundle, focus, side, sign):
    volume = add_volume(panel, [focus])
    panel.choose_scan(volume)
    panel.parameters.bundleFolder = str(spect_bundle)
    panel.panel.inputs.use_report(REPORT)
    assert "no model" not in panel.ui.recognisedLabel.text
    assert "threshold 0.1" in panel.ui.modelLabel.text
    panel.ui.applyButton.click()
    assert panel.ui.applyButton.text == "Cancel"
    assert panel.ui.progressBar.visible
    said = []

    def ended():
        said.append(panel.ui.statusLabel.text)
        return not panel.panel.run.is_running

    panel.application.wait_until(ended, 300)
    assert any("Segmenting" in words and "s left" in words for words in said)
    assert panel.ui.statusLabel.text.startswith("Done in ")
    nodes = panel.panel.results.review.nodes
    assert nodes.volumes["spect"] is volume
    (spot,) = panel.case.hot_spots
    assert (spot.region, spot.side, spot.accepted) == ("ribs", side, True)
    segmentation = nodes.segmentations["spect"]
    assert segmentation.GetSegmentation().GetSegment("H01_spect").GetName().startswith(f"01 {side} rib")
    np.testing.assert_allclose(centre_ras(segmentation, "H01_spect"), [sign * 80, -20, 60], atol=6)
    assert panel.case.scan.identity.patient_id == "ID-4711"
    assert panel.ui.summaryLabel.text.startswith("1 lesion accepted as metastasis, ")
    assert panel.ui.applyButton.text == "Segment"
    assert panel.case.report.text == REPORT


def test_the_report_comes_later_and_the_review_of_a_volume_is_kept(panel, spect_bundle):
    panel.choose_scan(add_volume(panel, [LEFT_RIB, RIGHT_RIB]))
    panel.parameters.bundleFolder = str(spect_bundle)
    panel.run()
    assert "no report yet" in panel.ui.reportBrowser.plainText
    panel.press("X")
    panel.panel.inputs.use_report(REPORT)
    assert panel.ui.applyButton.text == "Add report"
    panel.run()
    assert panel.case.report.text == REPORT
    assert [spot.accepted for spot in panel.case.hot_spots] == [False, True]
    assert panel.spot("H01").edited_by == "reader"
    told = next(spot for spot in panel.case.hot_spots if spot.side == "left")
    assert "左侧第9肋骨" in told.phrase
    assert panel.ui.applyButton.text == "Segment"
    panel.ui.undoButton.click()
    assert panel.case.report is None


def test_cancel_leaves_the_scene_as_it_was(panel, spect_bundle):
    panel.choose_scan(add_volume(panel, [LEFT_RIB]))
    panel.parameters.bundleFolder = str(spect_bundle)
    before = panel.nodes()
    panel.ui.applyButton.click()
    panel.panel.run._started_s = 0.0  # long after the first click
    panel.ui.applyButton.click()
    assert panel.ui.statusLabel.text == "Cancelled; nothing was changed."
    assert panel.nodes() == before


# ---- models ---------------------------------------------------------------------------------------------------------


def test_without_a_model_for_spect_a_volume_can_be_looked_at(panel, without_spect_bundle):
    panel.choose_scan(add_volume(panel, [LEFT_RIB]))
    assert "There is no model for SPECT" in panel.ui.recognisedLabel.text
    assert not panel.ui.applyButton.enabled
    assert panel.ui.applyButton.toolTip == "This is a SPECT volume, and there is no model for SPECT."
    import slicer

    assert set(slicer.app.layoutManager().visible_slice_views()) >= PLANES


def test_a_model_of_the_other_kind_is_refused_in_a_sentence_until_the_scan_fits(panel, scan_file, spect_bundle):
    volume = add_volume(panel, [LEFT_RIB])
    planar = panel.add_volumes(scan_file)["anterior"]
    panel.choose_scan(planar)
    panel.parameters.bundleFolder = str(spect_bundle)
    assert not panel.ui.applyButton.enabled
    assert panel.ui.applyButton.toolTip == "bundle spect is for spect scans, and this is a planar scan"
    assert panel.ui.modelLabel.text == panel.ui.applyButton.toolTip
    panel.choose_scan(volume)
    assert panel.ui.applyButton.enabled
    panel.parameters.bundleFolder = str(bundles.default_bundle("planar"))
    assert panel.ui.applyButton.toolTip == "bundle planar is for planar scans, and this is a spect scan"
    panel.choose_scan(planar)
    assert panel.ui.applyButton.enabled


def test_the_model_that_is_described_is_the_bundled_one_for_the_kind_of_scan(
    panel, monkeypatch, spect_bundle, scan_file
):
    planar = bundles.default_bundle("planar")
    folders = {"planar": planar, "spect": spect_bundle}
    monkeypatch.setattr("BoneMetSegPanel.model_choice.default_bundle", folders.__getitem__)
    panel.choose_scan(add_volume(panel, [LEFT_RIB]))
    assert "threshold 0.1" in panel.ui.modelLabel.text
    assert panel.ui.applyButton.enabled
    panel.choose_scan(panel.add_volumes(scan_file)["anterior"])
    name = json.loads((planar / "bundle.json").read_text(encoding="utf-8"))["name"]
    assert f"Model {name}" in panel.ui.modelLabel.text


# ---- the review -----------------------------------------------------------------------------------------------------


def test_a_volume_is_loaded_into_three_planes_and_its_table_has_millilitres(reviewed):
    import slicer

    assert set(slicer.app.layoutManager().visible_slice_views()) >= PLANES
    assert reviewed.selected_id == "H01"
    headers = [reviewed.table.horizontalHeaderItem(column).text() for column in (SIZE, MAXIMUM)]
    assert headers == ["Volume (ml)", "Max. / peak (SUVbw)"]
    spot = reviewed.spot("H01").views["spect"]
    assert reviewed.rows(SIZE)[0] == f"{spot.volume_ml:.1f}"
    assert reviewed.rows(MAXIMUM) == ["15.0 / 15.0", "9.0 / 9.0"]
    volume = reviewed.case.burden.lesion_volume_ml
    assert f"2 lesions accepted as metastasis, {volume:.1f} ml (" in reviewed.ui.summaryLabel.text
    assert "Bone Scan Index of a volume" in reviewed.ui.summaryLabel.text
    assert "诊断意见" in reviewed.ui.reportBrowser.plainText
    assert reviewed.parameters.scan is reviewed.panel.results.review.nodes.volumes["spect"]


def test_a_click_takes_all_three_planes_through_the_hot_spot(reviewed):
    for spot_id, place in (("H01", (-80, -20, 60)), ("H02", (0, -40, 0))):
        reviewed.click_cell(spot_id)
        nodes = plane_nodes()
        for name, axis in (("Axial", 2), ("Sagittal", 0), ("Coronal", 1)):
            through = nodes[name].GetSliceToRAS().GetElement(axis, 3)
            assert through == pytest.approx(place[axis], abs=4), (spot_id, name)
    display = reviewed.panel.results.review.nodes.segmentations["spect"].GetDisplayNode()
    assert display.GetSegmentOpacity2DOutline("H02_spect") == 1.0
    assert display.GetSegmentOpacity2DOutline("H01_spect") < 0.5


def test_decisions_change_burden_and_segments_and_can_be_undone(reviewed):
    display = reviewed.panel.results.review.nodes.segmentations["spect"].GetDisplayNode()
    before = reviewed.case.burden
    reviewed.press("X")
    assert not reviewed.spot("H01").accepted
    assert reviewed.case.burden.lesion_count == 1
    assert reviewed.case.burden.maximum == 9
    assert reviewed.ui.burdenTable.item(0, 0).text().startswith("1 (")
    reviewed.press("N")
    assert not display.GetSegmentVisibility("H01_spect")
    reviewed.press("Ctrl+Z")
    assert reviewed.case.burden == before
    assert display.GetSegmentVisibility("H01_spect")
    reviewed.ui.physiologicalCheckBox.click()
    assert reviewed.panel.results.table.ids == ["H01", "H02", "H03"]
    assert display.GetSegmentVisibility("H03_spect")
    reviewed.choose("H03", 2, "metastasis")
    assert (reviewed.spot("H03").region, reviewed.case.burden.lesion_count) == ("lumbar_spine", 3)


def test_an_outline_drawn_in_the_segment_editor_is_measured_and_undone(reviewed):
    import slicer

    reviewed.click_cell("H02")
    reviewed.ui.editSegmentsButton.click()
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    assert editor.currentSegmentID() == "H02_spect"
    assert editor.sourceVolumeNode() is reviewed.panel.results.review.nodes.volumes["spect"]
    mask, before = mask_in_scene(reviewed, "H02"), reviewed.spot("H02").views["spect"].volume_ml
    draw(reviewed, "H02", mask | np.roll(mask, 1, axis=0))
    slicer.util.selectModule("BoneMetSeg")
    reviewed.ui.updateMeasurementsButton.click()
    larger = (mask | np.roll(mask, 1, axis=0)).sum() * 0.15
    assert reviewed.spot("H02").views["spect"].volume_ml == pytest.approx(larger)
    assert larger > before
    reviewed.press("Ctrl+Z")
    assert reviewed.spot("H02").views["spect"].volume_ml == before
    np.testing.assert_array_equal(mask_in_scene(reviewed, "H02"), mask)


def test_what_makes_no_sense_of_a_volume_is_not_offered(reviewed):
    assert not reviewed.ui.linkZoomCheckBox.visible
    assert reviewed.ui.surfacesCheckBox.visible
    assert reviewed.ui.burdenCollapsibleButton.text == "Burden in the volume"
    assert not reviewed.ui.comparisonCollapsibleButton.enabled
    assert "only planar scans are compared" in reviewed.ui.comparisonCollapsibleButton.toolTip


def test_surfaces_are_drawn_on_demand_and_follow_edits(reviewed):
    segmentation = reviewed.panel.results.review.nodes.segmentations["spect"]
    display = segmentation.GetDisplayNode()
    assert not display.GetVisibility3D()
    reviewed.ui.surfacesCheckBox.click()
    assert display.GetVisibility3D()
    before = _surface_volume_ml(segmentation, "H02_spect")
    assert before == pytest.approx(reviewed.spot("H02").views["spect"].volume_ml, rel=0.5)
    mask = mask_in_scene(reviewed, "H02")
    draw(reviewed, "H02", mask | np.roll(mask, 3, axis=0))
    reviewed.ui.updateMeasurementsButton.click()
    assert _surface_volume_ml(segmentation, "H02_spect") > 1.2 * before
    reviewed.press("Ctrl+Z")
    assert _surface_volume_ml(segmentation, "H02_spect") == pytest.approx(before)
    reviewed.ui.surfacesCheckBox.click()
    assert not display.GetVisibility3D()
    display.SetVisibility3D(True)  # as the Segment Editor's own button does
    reviewed.press("X")
    assert display.GetVisibility3D()


def _surface_volume_ml(segmentation, segment_id):
    import vtk

    surface = vtk.vtkPolyData()
    segmentation.GetClosedSurfaceRepresentation(segment_id, surface)
    triangles = vtk.vtkTriangleFilter()
    triangles.SetInputData(surface)
    triangles.Update()
    mass = vtk.vtkMassProperties()
    mass.SetInputData(triangles.GetOutput())
    return mass.GetVolume() / 1000


def test_a_saved_folder_comes_back_with_the_review(reviewed, tmp_path):
    reviewed.press("X")
    reviewed.panel.save_case(tmp_path / "saved")
    assert "Saved to" in reviewed.ui.statusLabel.text
    assert (tmp_path / "saved" / "spect.seg.nrrd").is_file()
    first = reviewed.panel.results.review
    reviewed.panel.load_case(tmp_path / "saved")
    assert reviewed.panel.results.review is not first
    assert not reviewed.spot("H01").accepted
    assert reviewed.case.burden.lesion_count == 1


def test_the_hot_spots_of_another_case_are_not_drawn_over_the_one_that_is_shown(reviewed, finished_folder):
    volume_review = reviewed.panel.results.review
    reviewed.panel.load_case(finished_folder)
    planar_review = reviewed.panel.results.review
    displays = [node.GetDisplayNode() for node in planar_review.nodes.segmentations.values()]
    assert all(display.GetVisibility() for display in displays)
    assert not volume_review.nodes.segmentations["spect"].GetDisplayNode().GetVisibility()
    assert reviewed.ui.linkZoomCheckBox.visible
    assert not reviewed.ui.surfacesCheckBox.visible
    assert reviewed.table.horizontalHeaderItem(SIZE).text() == "Area (mm²)"
    assert not reviewed.panel.comparison.priors.in_scene(), "a volume is no prior of a planar scan"
    reviewed.choose_scan(volume_review.nodes.volumes["spect"])
    assert reviewed.panel.results.review is volume_review
    assert volume_review.nodes.segmentations["spect"].GetDisplayNode().GetVisibility()
    assert not any(display.GetVisibility() for display in displays)


def test_a_volume_that_is_deleted_takes_its_case_off_the_panel(reviewed):
    reviewed.application.scene.RemoveNode(reviewed.parameters.scan)
    assert reviewed.case is None
    assert "deleted" in reviewed.ui.statusLabel.text
