"""The double of Slicer itself: what works there works here, and what fails there fails here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

SAMPLE = Path(__file__).parents[1] / "slicer_application" / "sample" / "SampleCounter.py"


@pytest.fixture
def a_panel(slicer_application):
    slicer_application.load_module(SAMPLE)
    return slicer_application.open_module("SampleCounter")


@pytest.fixture
def a_volume(slicer_application):
    import slicer

    counts = np.zeros((1, 8, 6), np.float32)
    counts[0, 2:4, 1:3] = 50
    return slicer.util.addVolumeFromArray(counts, name="counts")


def test_a_panel_is_filled_in_clicked_and_answered(slicer_application, a_panel, a_volume):
    assert not a_panel.ui.applyButton.enabled
    assert a_panel.ui.applyButton.toolTip == "Choose a volume"
    a_panel.ui.volumeSelector.setCurrentNode(a_volume)
    assert a_panel.ui.applyButton.enabled
    slicer_application.dialogs.answer("Yes")
    a_panel.ui.applyButton.click()
    assert slicer_application.dialogs.texts == ["Keep 4?"]
    assert a_panel.ui.resultTable.item(0, 0).text() == "4"
    a_panel.ui.modeBox.setCurrentText("below")
    slicer_application.dialogs.answer("No")
    a_panel.ui.applyButton.click()
    assert slicer_application.dialogs.texts[-1] == "Keep 44?"
    assert a_panel.ui.resultTable.rowCount == 1


def test_choices_are_saved_with_the_scene_and_come_back(slicer_application, a_panel, a_volume, tmp_path):
    a_panel.ui.volumeSelector.setCurrentNode(a_volume)
    a_panel.ui.thresholdSlider.value = 33.5
    a_panel.ui.noteEdit.text = "左侧第7肋"
    a_panel.ui.acceptedBox.checked = True
    a_panel._parameterNode.history += ["4", "5"]
    slicer_application.save_and_reload_scene(tmp_path / "scene.mrb")
    parameters = a_panel.logic.getParameterNode()
    assert parameters.inputVolume.GetName() == "counts"
    assert parameters.threshold == 33.5
    assert parameters.note == "左侧第7肋"
    assert parameters.accepted is True
    assert parameters.history == ["4", "5"]
    assert a_panel.ui.noteEdit.text == "左侧第7肋"
    assert a_panel.ui.volumeSelector.currentNode().GetName() == "counts"


def test_the_picture_of_a_panel_is_written(slicer_application, a_panel, tmp_path):
    from PySide6 import QtGui

    picture = QtGui.QImage(str(slicer_application.grab(a_panel.parent, tmp_path / "panel.png", 460, 520)))
    assert (picture.width(), picture.height()) == (460, 520)


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_properties_in_the_ui_file_arrive(a_panel, time):
    selector = a_panel.ui.volumeSelector
    assert (selector.noneEnabled, selector.addEnabled) == (True, False)
    assert selector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    assert a_panel.ui.inputsButton.text == "Inputs"
    assert a_panel.ui.thresholdSlider.decimals == 1
    assert a_panel.ui.pathEdit.filters == 0x11
    assert a_panel.ui.resultTable.columnCount == 1


def test_a_section_folds(slicer_application, a_panel):
    slicer_application.show()
    assert a_panel.ui.modeBox.visible
    a_panel.ui.inputsButton.collapsed = True
    assert not a_panel.ui.modeBox.visible
    a_panel.ui.inputsButton.collapsed = False
    assert a_panel.ui.modeBox.visible


def test_leaving_and_coming_back_calls_the_panel(slicer_application, a_panel):
    import slicer

    slicer.util.selectModule("Volumes")
    slicer.util.selectModule("SampleCounter")
    assert a_panel.visits == ["enter", "exit", "enter"]
    assert slicer.util.selectedModule() == "SampleCounter"


def test_a_node_box_follows_the_scene(slicer_application, a_panel, a_volume):
    selector, scene = a_panel.ui.volumeSelector, slicer_application.scene
    other = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "other")
    scene.AddNewNodeByClass("vtkMRMLTableNode", "a table")
    assert [selector.nodeFromIndex(row).GetName() for row in range(selector.nodeCount())] == ["counts", "other"]
    seen = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", seen.append)
    selector.setCurrentNode(other)
    scene.RemoveNode(other)
    assert seen == [other, None]
    assert selector.currentNode() is None


def test_a_scene_that_is_closed_empties_the_panel(slicer_application, a_panel, a_volume):
    a_panel.ui.volumeSelector.setCurrentNode(a_volume)
    slicer_application.close_scene()
    assert a_panel.ui.volumeSelector.currentNode() is None
    assert not a_panel.ui.applyButton.enabled


def test_a_question_nobody_answers_fails(slicer_application):
    import slicer

    with pytest.raises(AssertionError, match="nobody answers the message 'Delete everything\\?'"):
        slicer.util.confirmOkCancelDisplay("Delete everything?")


def test_an_error_is_shown_once_with_its_details_and_raised_again(slicer_application):
    import slicer

    with pytest.raises(ValueError, match="no pixels"), slicer.util.tryWithErrorDisplay("Counting failed."):
        raise ValueError("no pixels")
    (shown,) = slicer_application.dialogs.asked
    assert shown.text == "Counting failed.\n\nno pixels"
    assert "Traceback" in shown.details
    assert shown.buttons == ("Ok",)


def test_files_and_texts_are_asked_for(slicer_application):
    import qt

    slicer_application.dialogs.answer("/data/report.txt", "", "typed")
    assert qt.QFileDialog.getOpenFileName(None, "Report") == "/data/report.txt"
    assert qt.QFileDialog.getExistingDirectory(None, "Case folder") == ""
    assert qt.QInputDialog.getMultiLineText(None, "Report", "Paste it") == "typed"


def test_a_dialog_of_the_module_is_worked_on_while_it_is_open(slicer_application):
    import qt

    dialog = qt.QDialog()
    slicer_application.dialogs.answer(lambda opened: opened.accept())
    assert dialog.exec_() == qt.QDialog.Accepted


def test_installing_is_recorded_and_can_fail(slicer_application):
    import slicer

    slicer.util.pip_install("safetensors>=0.4.3")
    slicer_application.pip.fails = True
    with pytest.raises(Exception, match="pip"):
        slicer.util.pip_install("tokenizers")
    assert slicer_application.pip.asked == ["safetensors>=0.4.3", "tokenizers"]


def test_a_volume_and_a_segmentation_are_saved_and_loaded(slicer_application, a_volume, tmp_path):
    import slicer

    assert slicer.util.saveNode(a_volume, str(tmp_path / "counts.nrrd"), {})
    loaded = slicer.util.loadVolume(str(tmp_path / "counts.nrrd"), {})
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(loaded), slicer.util.arrayFromVolume(a_volume))
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segment = segmentation.GetSegmentation().AddEmptySegment("H01", "left rib 7")
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(a_volume)
    mask = (slicer.util.arrayFromVolume(a_volume) > 12).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment, a_volume)
    assert slicer.util.saveNode(segmentation, str(tmp_path / "spots.seg.nrrd"), {})
    again = slicer.util.loadSegmentation(str(tmp_path / "spots.seg.nrrd"), {})
    read = slicer.util.arrayFromSegmentBinaryLabelmap(again, "H01", a_volume)
    np.testing.assert_array_equal(read, mask)


def test_a_file_that_is_not_there_is_not_loaded(slicer_application, tmp_path):
    import slicer

    with pytest.raises(RuntimeError, match="Failed to load node from file"):
        slicer.util.loadVolume(str(tmp_path / "nothing.nrrd"), {})


def test_a_slice_view_shows_the_volume(slicer_application, a_volume):
    import slicer

    manager = slicer.app.layoutManager()
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
    assert manager.visible_slice_views() == ("Red",)
    slicer.util.setSliceViewerLayers(background=a_volume, fit=True)
    picture = manager.sliceWidget("Red").sliceView().picture(120, 160)
    bright = picture[..., 0] > 200
    assert 0.03 < bright.mean() < 0.1  # 4 of 48 pixels, in half of the width
    assert bright[:, :60].sum() != bright[:, 60:].sum()


def test_words_come_from_the_translator_under_the_file_s_context(slicer_application, a_panel):
    import qt

    class Chinese(qt.QTranslator):
        def translate(self, context, text, *_more):
            return {("SampleCounter", "Choose a volume"): "请选择图像"}.get((context, text), "")

    translator = Chinese()
    qt.QCoreApplication.installTranslator(translator)
    try:
        a_panel.checkCanApply()
        assert a_panel.ui.applyButton.toolTip == "请选择图像"
    finally:
        qt.QCoreApplication.removeTranslator(translator)


def test_a_translator_left_installed_speaks_in_no_later_test(tmp_path):
    from PySide6 import QtCore

    from Testing.slicer_application.application import start_application

    class Chinese(QtCore.QTranslator):
        def translate(self, *_words):
            return "请选择图像"

    application = start_application(tmp_path)
    try:
        left_installed = Chinese()
        application.app.installTranslator(left_installed)
        assert QtCore.QCoreApplication.translate("SampleCounter", "Choose a volume") == "请选择图像"
    finally:
        application.stop()
    assert QtCore.QCoreApplication.translate("SampleCounter", "Choose a volume") == "Choose a volume"


def test_the_module_s_own_test_runs(slicer_application, a_panel):
    import slicer

    slicer.selfTests["SampleCounter"]()


def test_a_module_is_reloaded(slicer_application, a_panel):
    import slicer

    slicer.util.reloadScriptedModule("SampleCounter")
    again = slicer.modules.SampleCounterWidget
    assert again is not a_panel
    assert again.ui.applyButton.toolTip == "Choose a volume"


def test_a_widget_without_a_stand_in_is_named(slicer_application, tmp_path):
    import slicer

    path = tmp_path / "unknown.ui"
    path.write_text('<ui version="4.0"><class>X</class><widget class="qMRMLUnheardOf" name="X"/></ui>')
    with pytest.raises(RuntimeError, match="qMRMLUnheardOf"):
        slicer.util.loadUI(str(path))


def test_python_slicer_is_on_the_path(slicer_application):
    import shutil

    import qt

    process = qt.QProcess()
    process.start(shutil.which("PythonSlicer"), ["-c", "import sys; print(sys.version_info[0])"])
    assert process.waitForFinished()
    assert process.readAllStandardOutput().data().strip() == b"3"


def test_settings_of_the_application_are_those_of_the_module(slicer_application):
    import qt
    import slicer

    qt.QSettings().setValue("BoneMetSeg/device", "cpu")
    assert slicer.app.settings().value("BoneMetSeg/device") == "cpu"
    slicer_application.set_language("zh_CN")
    assert slicer.app.applicationLocaleName == "zh_CN"


def test_sample_data_is_registered_once_the_application_has_started(slicer_application):
    import slicer

    def register():
        import SampleData

        SampleData.SampleDataLogic.registerCustomSampleDataSource(category="Bone", sampleName="planar")

    slicer.app.connect("startupCompleted()", register)
    assert not slicer_application.sample_data
    slicer_application.start_up()
    assert slicer_application.sample_data[0]["sampleName"] == "planar"


def test_the_newer_installer_asks_first(slicer_application, tmp_path):
    import slicer

    assert not hasattr(slicer, "packaging")
    slicer_application.offer_packaging()
    (tmp_path / "requirements.txt").write_text("numpy>=1\nno-such-package-here>=2  # missing\n")
    needed = slicer.packaging.load_requirements(tmp_path / "requirements.txt")
    slicer_application.dialogs.answer("Cancel", "Ok")
    with pytest.raises(RuntimeError, match="declined"):
        slicer.packaging.pip_ensure(needed, requester="Sample")
    slicer.packaging.pip_ensure(needed, requester="Sample")
    assert slicer_application.pip.asked == [["no-such-package-here>=2"]]


def test_the_segment_editor_is_handed_a_segmentation(slicer_application):
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    slicer.util.selectModule("SegmentEditor")
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    editor.setSegmentationNode(node)
    assert slicer.util.selectedModule() == "SegmentEditor"
    assert editor.segmentationNode() is node


def test_quitting_lets_the_panel_tidy_up(slicer_application, a_panel):
    assert a_panel.Observations
    slicer_application.modules.unload_all()
    assert not a_panel.Observations


def test_an_error_of_mrml_is_kept_for_the_test(slicer_application):
    slicer_application.scene.AddNewNodeByClass("vtkMRMLNoSuchNode")
    assert "vtkMRMLNoSuchNode" in slicer_application.vtk_errors.take()[0]
