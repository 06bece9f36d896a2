"""What goes in: the scan that is recognised, the report from wherever it is, and packages that are missing."""

from __future__ import annotations

import importlib.machinery
import sys
import types

import numpy as np
import pytest

from Testing.widget.conftest import REPORT


def _volume(name, shape):
    import slicer

    counts = np.random.default_rng(1).poisson(4.0, shape).astype(np.float32)
    return slicer.util.addVolumeFromArray(counts, name=name)


def test_an_empty_panel_says_what_to_do(panel):
    assert panel.ui.recognisedLabel.text == "Choose a bone scan: from the DICOM database, a file, or Sample Data."
    assert not panel.ui.applyButton.enabled
    assert panel.ui.applyButton.toolTip == "Choose a scan first"
    assert not panel.ui.resultsCollapsibleButton.enabled
    assert panel.ui.resultsCollapsibleButton.collapsed
    assert not panel.ui.studyReportButton.enabled


def test_what_was_recognised_is_said_in_a_line_and_shown_at_once(panel, scan_file):
    import slicer

    panel.choose_scan(panel.add_volumes(scan_file)["anterior"])
    assert panel.ui.recognisedLabel.text.startswith("Recognised: planar whole-body scan, anterior")
    assert "and posterior" in panel.ui.recognisedLabel.text
    assert panel.ui.applyButton.enabled
    assert len(slicer.app.layoutManager().visible_slice_views()) == 2


def test_a_scan_that_is_there_when_the_panel_opens_is_chosen(panel, scan_file):
    import slicer

    slicer.util.selectModule("Data")
    volumes = panel.add_volumes(scan_file)
    slicer.util.selectModule("BoneMetSeg")
    assert panel.ui.scanSelector.currentNode() is volumes["anterior"]
    assert panel.ui.applyButton.enabled


def test_a_spect_volume_is_recognised_and_cannot_be_segmented_without_a_model(panel, without_spect_bundle):
    panel.choose_scan(_volume("tomo", (40, 64, 64)))
    assert "SPECT volume, 64 x 64 x 40" in panel.ui.recognisedLabel.text
    assert "There is no model for SPECT" in panel.ui.recognisedLabel.text
    assert not panel.ui.applyButton.enabled
    assert panel.ui.applyButton.toolTip == "This is a SPECT volume, and there is no model for SPECT."


def test_a_picture_that_is_no_scan_is_refused_in_a_sentence(panel):
    panel.choose_scan(_volume("thumbnail", (1, 8, 8)))
    assert panel.ui.recognisedLabel.text
    assert not panel.ui.recognisedLabel.text.startswith("Recognised")
    assert not panel.ui.applyButton.enabled
    assert panel.ui.applyButton.toolTip == panel.ui.recognisedLabel.text


def test_two_volumes_of_one_view_each_are_one_scan(panel, scan_file):
    volumes = panel.add_volumes(scan_file)
    for volume in volumes.values():
        volume.RemoveNodeReferenceIDs("BoneMetSeg.OtherView")
    panel.choose_scan(volumes["posterior"])
    assert "anterior 256" not in panel.ui.recognisedLabel.text
    panel.ui.otherViewSelector.setCurrentNode(volumes["anterior"])
    assert "anterior" in panel.ui.recognisedLabel.text
    assert "posterior" in panel.ui.recognisedLabel.text
    panel.ui.otherViewSelector.setCurrentNode(volumes["posterior"])
    assert panel.ui.applyButton.enabled


def test_the_same_view_twice_is_refused(panel, scan_file):
    first, second = (panel.add_volumes(scan_file, name)["anterior"] for name in ("a", "b"))
    panel.choose_scan(first)
    panel.ui.otherViewSelector.setCurrentNode(second)
    assert "Both volumes show the anterior view" in panel.ui.recognisedLabel.text
    assert not panel.ui.applyButton.enabled


def test_views_of_two_days_or_two_patients_are_not_taken_for_one_scan(panel, scan_file):
    import slicer

    first, second = (panel.add_volumes(scan_file, name) for name in ("a", "b"))
    panel.choose_scan(first["posterior"])
    panel.ui.otherViewSelector.setCurrentNode(second["anterior"])
    assert panel.ui.applyButton.enabled
    second["anterior"].SetAttribute("BoneMetSeg.AcquisitionDate", "20240101")
    panel.ui.otherViewSelector.setCurrentNode(None)
    panel.ui.otherViewSelector.setCurrentNode(second["anterior"])
    assert "were acquired on different days" in panel.ui.recognisedLabel.text
    assert not panel.ui.applyButton.enabled
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(panel.application.scene)
    for patient_id, volumes in (("1", first), ("2", second)):
        item = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), patient_id)
        hierarchy.SetItemAttribute(item, "DICOM.PatientID", patient_id)
        hierarchy.SetItemAttribute(item, "DICOM.Level", "Patient")
        for volume in volumes.values():
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(volume), item)
    panel.ui.otherViewSelector.setCurrentNode(None)
    panel.ui.otherViewSelector.setCurrentNode(second["anterior"])
    assert "are of different patients" in panel.ui.recognisedLabel.text


# ---- the report -----------------------------------------------------------------------------------------------------


@pytest.fixture
def with_scan(panel, scan_file):
    panel.choose_scan(panel.add_volumes(scan_file)["anterior"])
    return panel


def test_a_report_is_read_from_a_file(with_scan, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(REPORT, encoding="gb18030")
    with_scan.application.dialogs.answer(str(path))
    with_scan.ui.openReportButton.click()
    assert with_scan.ui.reportSelector.currentNode().GetText() == REPORT
    assert with_scan.panel.inputs.report_text == REPORT


def test_choosing_no_file_changes_nothing(with_scan):
    with_scan.application.dialogs.answer("")
    with_scan.ui.openReportButton.click()
    assert with_scan.parameters.report is None


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff" * 40])
def test_a_file_without_a_report_is_refused_in_a_sentence(with_scan, tmp_path, content):
    path = tmp_path / "report.txt"
    path.write_bytes(content)
    with_scan.panel.inputs.open_report(path)
    assert len(with_scan.application.dialogs.texts) == 1
    assert with_scan.parameters.report is None


def test_a_file_that_is_not_there_is_said(with_scan, tmp_path):
    with_scan.panel.inputs.open_report(tmp_path / "gone.txt")
    assert "gone.txt cannot be opened" in with_scan.application.dialogs.texts[0]


def test_a_report_is_pasted(with_scan):
    from PySide6 import QtWidgets

    def paste(dialog):
        dialog.findChild(QtWidgets.QPlainTextEdit).setPlainText(REPORT)
        dialog.accept()

    with_scan.application.dialogs.answer(paste)
    with_scan.ui.pasteReportButton.click()
    assert with_scan.panel.inputs.report_text == REPORT


def test_the_clipboard_of_another_program_is_not_taken_without_a_press_on_ok(with_scan):
    with_scan.application.dialogs.answer(lambda dialog: dialog.reject())
    with_scan.ui.pasteReportButton.click()
    assert with_scan.parameters.report is None


def test_a_text_of_the_scene_is_chosen(with_scan):
    from BoneMetSegLib.scene_nodes import add_text

    node = add_text(with_scan.application.scene, REPORT, "a letter")
    with_scan.ui.reportSelector.setCurrentNode(node)
    assert with_scan.panel.inputs.report_text == REPORT


def test_an_empty_text_is_no_report(with_scan):
    from BoneMetSegLib.scene_nodes import add_text

    with_scan.ui.reportSelector.setCurrentNode(add_text(with_scan.application.scene, "  \n", "empty"))
    assert with_scan.panel.inputs.report_text is None


class _Database:
    """A study with two reports; nothing else is asked."""

    isOpen = True  # noqa: N815

    def __init__(self, files):
        self.files = files

    def seriesForStudy(self, _study):  # noqa: N802
        return tuple(self.files)

    def filesForSeries(self, series):  # noqa: N802
        return (self.files[series],)

    def fileForInstance(self, _uid):  # noqa: N802
        return ""

    def fileValue(self, path, tag):  # noqa: N802
        import pydicom

        element = pydicom.dcmread(path, stop_before_pixels=True).get(tuple(int(part, 16) for part in tag.split(",")))
        return str(element.value) if element is not None else ""


@pytest.fixture
def study(with_scan, tmp_path, monkeypatch):
    """Structured Reports in the scan's study; call it with their texts."""
    import slicer

    from Testing.library.report_documents import save, sections_of_report, structured_report

    def make(*impressions):
        files = {}
        for number, impression in enumerate(impressions):
            data = structured_report(sections_of_report("左侧髂骨见异常放射性浓聚灶。", impression))
            files[str(number)] = str(save(tmp_path, data, f"{number}.dcm"))
        monkeypatch.setattr(slicer, "dicomDatabase", _Database(files), raising=False)

    return make


def test_a_study_without_a_report_says_so(with_scan, study):
    study()
    with_scan.panel.inputs.on_study_report()
    assert "holds no report" in with_scan.application.dialogs.texts[0]


def test_the_only_report_of_a_study_is_taken(with_scan, study):
    study("考虑骨转移。")
    assert with_scan.ui.studyReportButton.enabled
    with_scan.ui.studyReportButton.click()
    assert "考虑骨转移" in with_scan.panel.inputs.report_text


def test_of_several_reports_one_is_chosen(with_scan, study):
    study("考虑骨转移。", "未见骨转移。")
    with_scan.ui.studyReportButton.click()
    menu = with_scan.panel.inputs.menu
    assert len(menu.actions()) == 2
    menu.actions()[1].trigger()
    menu.close()
    assert "未见骨转移" in with_scan.panel.inputs.report_text


# ---- the model ------------------------------------------------------------------------------------------------------


def test_the_bundled_model_is_described(panel):
    assert panel.ui.modelLabel.text.startswith("Model ")


def test_a_folder_that_is_no_model_is_refused_before_the_start(with_scan, tmp_path):
    with_scan.ui.bundlePathLineEdit.currentPath = str(tmp_path)
    assert "bundle.json" in with_scan.ui.modelLabel.text
    assert not with_scan.ui.applyButton.enabled
    assert with_scan.ui.applyButton.toolTip == with_scan.ui.modelLabel.text
    with_scan.ui.bundlePathLineEdit.currentPath = ""
    assert with_scan.ui.applyButton.enabled


def test_a_model_with_a_changed_file_is_refused(with_scan, tmp_path):
    import shutil

    from BoneMetSegLib.resources import resource_path

    shutil.copytree(resource_path("Models", "planar"), tmp_path / "model")
    with (tmp_path / "model" / "README.md").open("a") as file:
        file.write("changed")
    (tmp_path / "model" / "weights.safetensors").write_bytes(b"other")
    with_scan.ui.bundlePathLineEdit.currentPath = str(tmp_path / "model")
    assert "SHA-256" in with_scan.ui.applyButton.toolTip


# ---- packages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def missing(with_scan, monkeypatch):
    """Says which packages are not installed; what is installed afterwards is there."""
    packages = {"transformers": "0.1", "torch": "9.9", "safetensors": "9.9", "tokenizers": "9.9"}

    def version(name):
        from importlib.metadata import PackageNotFoundError

        if name not in packages:
            raise PackageNotFoundError(name)
        return packages[name]

    monkeypatch.setattr("importlib.metadata.version", version)

    def install(requirements):
        for requirement in requirements:
            packages[requirement.split(">=")[0]] = "99"

    with_scan.application.pip.on_install = install
    started = []
    monkeypatch.setattr(with_scan.panel.run, "_start", started.append)
    return types.SimpleNamespace(packages=packages, started=started)


def test_missing_packages_are_installed_with_consent_and_the_run_starts(with_scan, missing):
    with_scan.application.dialogs.answer("Ok")
    with_scan.ui.applyButton.click()
    (question,) = with_scan.application.dialogs.texts
    assert "transformers>=" in question
    assert "torch" not in question.replace("PyTorch", "")
    assert "downloaded" in question
    (asked,) = with_scan.application.pip.asked
    assert "--only-binary" in asked
    assert "-c" in asked
    assert len(missing.started) == 1


def test_a_refusal_starts_and_installs_nothing(with_scan, missing):
    with_scan.application.dialogs.answer("Cancel")
    with_scan.ui.applyButton.click()
    assert with_scan.application.pip.asked == []
    assert missing.started == []
    assert "Not started" in with_scan.ui.statusLabel.text
    assert with_scan.ui.applyButton.enabled


def test_a_failed_installation_says_what_to_do(with_scan, missing):
    with_scan.application.pip.fails = True
    with_scan.application.dialogs.answer("Ok")
    with_scan.ui.applyButton.click()
    assert "proxy" in with_scan.application.dialogs.texts[-1]
    assert "Model and settings" in with_scan.application.dialogs.texts[-1]
    assert missing.started == []


def test_a_folder_of_wheels_serves_a_computer_without_internet(with_scan, missing, tmp_path):
    del missing.packages["torch"]
    with_scan.ui.wheelsPathLineEdit.currentPath = str(tmp_path)
    with_scan.application.dialogs.answer("Ok")
    with_scan.ui.applyButton.click()
    assert str(tmp_path) in with_scan.application.dialogs.texts[0]
    assert [asked[0] for asked in with_scan.application.pip.asked] == ["torch>=2.4", "transformers>=4.44"]
    assert all("--no-index" in asked and str(tmp_path) in asked for asked in with_scan.application.pip.asked)
    assert len(missing.started) == 1


def test_without_the_pytorch_extension_the_way_to_it_is_said(with_scan, missing):
    del missing.packages["torch"]
    with_scan.application.dialogs.answer("Ok")
    with_scan.ui.applyButton.click()
    assert "Extensions Manager" in with_scan.application.dialogs.texts[-1]
    assert with_scan.application.pip.asked == []


def test_torch_comes_through_the_pytorch_extension(with_scan, missing, monkeypatch):
    del missing.packages["torch"]
    asked = []

    class PyTorchUtilsLogic:
        def installTorch(self, askConfirmation, torchVersionRequirement):  # noqa: N802, N803
            asked.append((askConfirmation, torchVersionRequirement))
            missing.packages["torch"] = "2.9.0+cu128"
            return object()

    module = types.ModuleType("PyTorchUtils")
    module.PyTorchUtilsLogic = PyTorchUtilsLogic
    module.__spec__ = importlib.machinery.ModuleSpec("PyTorchUtils", None)
    monkeypatch.setitem(sys.modules, "PyTorchUtils", module)
    with_scan.application.dialogs.answer("Ok")
    with_scan.ui.applyButton.click()
    assert asked == [(False, ">=2.4")]
    assert len(missing.started) == 1
