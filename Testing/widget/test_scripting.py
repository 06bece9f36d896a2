"""Scripts in Slicer: the documented example, without a window, and volumes however they came into the scene."""

from __future__ import annotations

import csv
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from Testing.slicer_application.reasons import reason_to_skip

if reason_to_skip():
    pytest.skip(reason_to_skip(), allow_module_level=True)

CHECKOUT = Path(__file__).resolve().parents[2]
MODULE = CHECKOUT / "BoneMetSeg" / "BoneMetSeg.py"
EXAMPLE = CHECKOUT / "docs" / "examples" / "segment_scan.py"
SAMPLE = MODULE.parent / "Resources" / "SampleData" / "simulated_planar.dcm"
REPORT = SAMPLE.with_name("simulated_planar_report_en.txt")
# The sample's patient has lesions about the left hip, in trochanter and wing; which bone it is, the model may mistake.
LEFT_HIP = ("femur", "pelvis")


@pytest.fixture
def slicer_without_window(slicer_application, monkeypatch):
    """Slicer as ``--no-main-window`` starts it, our module loaded; asking for a window's parts would fail."""
    import slicer

    slicer_application.window.setObjectName("")
    slicer_application.load_module(MODULE)
    slicer_application.start_up()
    assert slicer.util.mainWindow() is None
    return slicer_application


@pytest.fixture
def logic(slicer_without_window):
    from BoneMetSeg import BoneMetSegLogic

    return BoneMetSegLogic()


def run_example(monkeypatch, *arguments) -> int:
    """Run the script as ``--python-script`` does; return what Slicer exits with."""
    import slicer

    codes: list[int] = []
    monkeypatch.setattr(slicer.util, "exit", lambda status=0: codes.append(status))
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), *map(str, arguments)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    return codes[-1]


def lesions_in(folder: Path) -> list[tuple[str, str]]:
    with (folder / "hot_spots.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["region"], row["side"]) for row in csv.DictReader(file) if row["accepted"] == "yes"]


def test_the_documented_example_segments_a_scan_without_a_window(slicer_without_window, monkeypatch, tmp_path, capsys):
    out = tmp_path / "out"
    assert run_example(monkeypatch, SAMPLE, out, REPORT) == 0
    assert {side for region, side in lesions_in(out) if region in LEFT_HIP} == {"left"}
    assert (out / "scene.mrb").stat().st_size > 100_000
    assert (out / "anterior.seg.nrrd").is_file()
    said = capsys.readouterr().out
    assert "left femur" in said or "left pelvis" in said
    assert re.search(r"\d+ lesions, Bone Scan Index \d\.\d\d % \(research use only\)", said)


def test_the_documented_example_says_in_a_sentence_what_it_cannot_read(
    slicer_without_window, monkeypatch, tmp_path, capsys
):
    bad = tmp_path / "notes.dcm"
    bad.write_text("no DICOM")
    assert run_example(monkeypatch, bad, tmp_path / "out") == 2
    assert "notes.dcm" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_every_name_that_the_documentation_uses_is_there():
    words = (CHECKOUT / "docs" / "scripting.md").read_text(encoding="utf-8")
    source = MODULE.read_text(encoding="utf-8")
    for name in re.findall(r"logic\.(\w+)\(", words):
        assert f"def {name}(" in source
    for name in re.findall(r"^\| `(\w+)` \|", words, re.MULTILINE):
        assert re.search(rf"^        {name}\b.*[:,]", source, re.MULTILINE), name


def segmented(logic, volumes, **options):
    """Segment with the sample's report and return the review; the left hip's lesion is where it has to be."""
    review = logic.segment(volumes, reportText=REPORT.read_text(encoding="utf-8"), device="cpu", **options)
    spots = [
        spot
        for spot in review.case.hot_spots
        if spot.region in LEFT_HIP and spot.side == "left" and spot.accepted and "anterior" in spot.views
    ]
    assert spots
    row, column = np.argwhere(spots[0].views["anterior"].mask).mean(0)
    view = review.case.scan.views["anterior"]
    assert (view.ijk_to_ras @ (column, row, 0, 1))[0] < -40  # the patient's left
    segment = review.nodes.segmentations["anterior"].GetSegmentation().GetSegment(spots[0].segment_id("anterior"))
    assert f"left {spots[0].region}" in segment.GetName()
    return review


def two_axial_slices(volumes) -> object:
    """The same scan as Slicer's own reader loads it: one volume, two axial slices 1 mm apart."""
    import slicer
    import vtk

    pixels = np.concatenate([slicer.util.arrayFromVolume(volume) for volume in volumes])
    matrix = vtk.vtkMatrix4x4()
    for axis, mm in enumerate((-2.2, -2.2, 1.0)):
        matrix.SetElement(axis, axis, mm)
    return slicer.util.addVolumeFromArray(pixels, matrix, "1: Simulated WB BONE")


def test_a_two_frame_volume_under_a_transform_is_segmented_on_views_of_its_own(logic):
    import slicer

    source = two_axial_slices(logic.loadScan(SAMPLE))
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Moved")
    source.SetAndObserveTransformNodeID(transform.GetID())
    review = segmented(logic, [source], view="anterior")
    assert source not in review.nodes.volumes.values()
    for node in (*review.nodes.volumes.values(), *review.nodes.segmentations.values()):
        assert node.GetTransformNodeID() == transform.GetID()


def test_two_scans_one_after_another_become_two_cases(logic):
    first = segmented(logic, logic.loadScan(SAMPLE, name="First"))
    second = segmented(logic, logic.loadScan(SAMPLE, name="Second"))
    assert first.nodes.volumes["anterior"].GetName() == "First anterior"
    names = [review.nodes.table.GetName() for review in (first, second)]
    assert len(set(names)) == 2
    assert first.nodes.segmentations["anterior"].GetID() != second.nodes.segmentations["anterior"].GetID()
    first.session.reject(first.case.hot_spots[0].id)
    assert second.case.hot_spots[0].accepted


def test_a_spect_volume_is_segmented_by_a_script_and_saved(logic, spect_bundle, tmp_path):
    from BoneMetSegLib.case_folder import read_case

    (volume,) = logic.loadScan(SAMPLE.with_name("simulated_spect.dcm"), name="Pelvis")
    review = logic.segment([volume], reportText="Bone metastasis in the left ilium.", bundle=spect_bundle, device="cpu")
    assert review.nodes.volumes["spect"] is volume
    segmentation = review.nodes.segmentations["spect"]
    assert segmentation.GetName() == "Pelvis SPECT hot spots"
    # The sample's lesion lies in the left iliac spine, the largest thing beside the midline that is this bright.
    beside = [
        (spot, segmentation.GetSegmentCenterRAS(spot.segment_id("spect"))[0])
        for spot in review.case.hot_spots
        if abs(segmentation.GetSegmentCenterRAS(spot.segment_id("spect"))[0]) > 60
    ]
    lesion, r_mm = max(beside, key=lambda one: one[0].views["spect"].volume_ml)
    assert r_mm < -60
    assert lesion.side == "left"
    assert all(spot.side == ("left" if r_mm < 0 else "right") for spot, r_mm in beside)
    assert review.case.scan.identity.patient_id == "SIMULATED-SPECT"
    logic.saveCase(review, tmp_path / "case")
    assert read_case(tmp_path / "case").burden == review.case.burden


def test_without_a_model_a_spect_volume_is_refused_and_the_scene_stays_as_it_was(logic, without_spect_bundle):
    import slicer

    from BoneMetSegLib.errors import InputError

    volumes = logic.loadScan(SAMPLE.with_name("simulated_spect.dcm"))
    nodes_before = slicer.mrmlScene.GetNumberOfNodes()
    with pytest.raises(InputError, match="no model for SPECT"):
        logic.segment(volumes)
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes_before


def test_a_case_is_not_saved_over_another(logic, tmp_path):
    from BoneMetSegLib.errors import InputError
    from BoneMetSegLib.scene_review import SceneReview
    from BoneMetSegLib.scene_scan import scan_of_volumes
    from BoneMetSegPanel.self_test import painted_case

    review = SceneReview.begin(painted_case(scan_of_volumes(logic.loadScan(SAMPLE))))
    logic.saveCase(review, tmp_path / "case")
    with pytest.raises(InputError, match="case"):
        logic.saveCase(review, tmp_path / "case")
