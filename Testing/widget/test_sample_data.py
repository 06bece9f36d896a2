"""The sample cases of the module Sample Data: one click, and a scan with its report is ready to be segmented."""

from __future__ import annotations

import filecmp
from pathlib import Path

import numpy as np
import pytest

from Testing.slicer_application.reasons import reason_to_skip

if reason_to_skip():
    pytest.skip(reason_to_skip(), allow_module_level=True)

MODULE = Path(__file__).resolve().parents[2] / "BoneMetSeg" / "BoneMetSeg.py"
FILES = MODULE.parent / "Resources" / "SampleData"


@pytest.fixture
def slicer_with_samples(slicer_application):
    """Slicer after it has started with our module."""
    slicer_application.load_module(MODULE)
    slicer_application.start_up()
    return slicer_application


def click(application, name: str) -> list:
    """Do what a click on a sample's button does: call its loader with its source."""
    (source,) = [source for source in application.sample_data if source["sampleName"] == name]
    nodes = source["customDownloader"](source)
    application.process_events(0.3)
    return nodes


def ras_of_brightest(volume, inside=None) -> np.ndarray:
    import slicer
    from scipy.ndimage import uniform_filter
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    voxels = uniform_filter(slicer.util.arrayFromVolume(volume).astype(float), (0 if inside else 3, 3, 3))
    if inside is not None:
        outside = np.ones(voxels.shape, bool)
        outside[inside] = False
        voxels[outside] = 0
    k, j, i = np.unravel_index(int(voxels.argmax()), voxels.shape)
    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array(matrix.MultiplyPoint((i, j, k, 1.0)))[:3]


def test_both_samples_are_offered_with_a_picture_and_a_file_of_this_computer(slicer_with_samples):
    offered = slicer_with_samples.sample_data
    assert [source["sampleName"] for source in offered] == ["SimulatedPlanarBoneScan", "SimulatedBoneSPECT"]
    for source in offered:
        assert source["category"] == "BoneMetSeg"
        assert Path(source["thumbnailFileName"]).is_file()
        assert source["uris"].startswith("file:///")
        assert (FILES / source["fileNames"]).is_file()


def test_a_click_on_the_planar_sample_ends_with_both_views_shown_and_the_inputs_chosen(slicer_with_samples):
    import slicer

    anterior, posterior = click(slicer_with_samples, "SimulatedPlanarBoneScan")
    widget = slicer_with_samples.open_module("BoneMetSeg")
    parameters = widget._parameterNode
    assert parameters.scan.GetID() == anterior.GetID()
    assert parameters.otherView.GetID() == posterior.GetID()
    assert "simulated" in anterior.GetName().lower()
    assert "the left proximal femur" in parameters.report.GetText()
    assert "planar whole-body scan" in widget.ui.recognisedLabel.text
    assert widget.ui.applyButton.enabled
    views = list(slicer.app.layoutManager().visible_slice_views())
    assert views == ["BoneMetSegAnterior", "BoneMetSegPosterior"]
    for name, volume in zip(views, (anterior, posterior), strict=True):
        logic = slicer.app.layoutManager().sliceWidget(name).mrmlSliceCompositeNode()
        assert logic.GetBackgroundVolumeID() == volume.GetID()


def test_the_left_femur_of_the_planar_sample_lies_on_the_left(slicer_with_samples):
    anterior, _posterior = click(slicer_with_samples, "SimulatedPlanarBoneScan")
    # The hottest place of the lower legs and knees is the metastasis in the left distal femur, or near it.
    knees = (slice(None), slice(640, 760), slice(None))
    right, _a, superior = ras_of_brightest(anterior, knees)
    assert right < -40
    assert superior < 0


def test_scan_and_report_of_a_sample_stand_in_one_study_of_a_simulated_patient(slicer_with_samples):
    import slicer

    anterior, posterior = click(slicer_with_samples, "SimulatedPlanarBoneScan")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    study = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(anterior))
    assert hierarchy.GetItemLevel(study) == "Study"
    assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(posterior)) == study
    assert hierarchy.GetNumberOfItemChildren(study) == 3
    patient = hierarchy.GetItemParent(study)
    assert hierarchy.GetItemAttribute(patient, "DICOM.PatientID") == "SIMULATED-PLANAR"


def test_a_click_on_the_spect_sample_shows_three_planes_and_says_that_there_is_no_model(
    slicer_with_samples, without_spect_bundle
):
    import slicer

    (volume,) = click(slicer_with_samples, "SimulatedBoneSPECT")
    widget = slicer_with_samples.open_module("BoneMetSeg")
    assert "SPECT volume, 128 x 128 x" in widget.ui.recognisedLabel.text
    assert "SUVbw" in widget.ui.recognisedLabel.text
    assert not widget.ui.applyButton.enabled
    assert "SPECT" in widget.ui.applyButton.toolTip
    assert "left anterior superior iliac spine" in widget._parameterNode.report.GetText()
    shown = slicer.app.layoutManager().visible_slice_views()
    assert {"BoneMetSegAxial", "BoneMetSegSagittal", "BoneMetSegCoronal"} <= set(shown)
    assert volume.GetAttribute("BoneMetSeg.Quantity") == "SUVbw"


def test_the_left_ilium_of_the_spect_sample_lies_on_the_left(slicer_with_samples):
    from model_training.sample_cases import sample_spect

    (volume,) = click(slicer_with_samples, "SimulatedBoneSPECT")
    spect = sample_spect()
    (at,) = [
        middle
        for focus, middle in zip(spect.foci, spect.middles_lps_mm, strict=True)
        if focus.fine_region == "ilium_left"
    ]
    k, j, i = np.rint((np.array(at) - spect.first_voxel_lps_mm) / spect.voxel_mm).astype(int)[::-1]
    inside = (slice(k - 5, k + 6), slice(j - 5, j + 6), slice(i - 5, i + 6))
    right, anterior, superior = ras_of_brightest(volume, inside)
    left_by_truth, posterior_by_truth, superior_by_truth = at
    assert left_by_truth > 30
    # The lesion is several centimetres long: its hottest voxel need not be its middle.
    assert right < -30
    assert right == pytest.approx(-left_by_truth, abs=25)
    assert anterior == pytest.approx(-posterior_by_truth, abs=25)
    assert superior == pytest.approx(superior_by_truth, abs=25)


def test_a_second_sample_takes_the_place_of_the_first_in_panel_and_views(slicer_with_samples):
    click(slicer_with_samples, "SimulatedPlanarBoneScan")
    (volume,) = click(slicer_with_samples, "SimulatedBoneSPECT")
    widget = slicer_with_samples.open_module("BoneMetSeg")
    assert widget._parameterNode.scan.GetID() == volume.GetID()
    assert widget._parameterNode.otherView is None
    anterior, _ = click(slicer_with_samples, "SimulatedPlanarBoneScan")
    assert widget._parameterNode.scan.GetID() == anterior.GetID()
    assert widget.ui.applyButton.enabled


def test_in_chinese_the_samples_come_with_the_chinese_report(slicer_application):
    slicer_application.set_language("zh_CN")
    slicer_application.app.settings().setValue("Internationalization/Enabled", "true")
    slicer_application.load_module(MODULE)
    slicer_application.start_up()
    click(slicer_application, "SimulatedPlanarBoneScan")
    widget = slicer_application.open_module("BoneMetSeg")
    assert "左股骨大转子" in widget._parameterNode.report.GetText()


def test_the_samples_are_small_simulated_and_made_by_one_command(tmp_path):
    import pydicom

    from model_training.sample_cases import write_sample_cases

    assert sum(path.stat().st_size for path in FILES.iterdir()) < 1_500_000
    for path in write_sample_cases(tmp_path):
        if path.suffix != ".png":
            assert filecmp.cmp(path, FILES / path.name, shallow=False), path.name
    for name in ("simulated_planar.dcm", "simulated_spect.dcm"):
        dataset = pydicom.dcmread(FILES / name, stop_before_pixels=True)
        assert str(dataset.PatientName).startswith("Simulated")
        assert dataset.SeriesDescription.startswith("Simulated")
