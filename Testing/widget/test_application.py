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
