"""A small scripted module, written as for Slicer, that the tests of the double load."""

from __future__ import annotations

from typing import Annotated

import qt
import slicer
import vtk
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import Choice, WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

# ruff: noqa: ARG002, N802, N806, N815 - Slicer's names


class SampleCounter(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Sample counter")
        self.parent.categories = ["Testing"]


@parameterNodeWrapper
class SampleCounterParameterNode:
    inputVolume: vtkMRMLScalarVolumeNode | None
    threshold: Annotated[float, WithinRange(0, 100)] = 12.5
    mode: Annotated[str, Choice(["above", "below"])] = "above"
    note: str
    accepted: bool
    history: list[str]


class SampleCounterWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = self._parameterNode = self._guiTag = None
        self.visits = []

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/SampleCounter.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = SampleCounterLogic()
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        # A node box lists nothing while a scene is read, so what was chosen is shown again afterwards.
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneEndClose)
        self.ui.applyButton.connect("clicked(bool)", self.onApply)
        self.initializeParameterNode()

    def cleanup(self):
        self.removeObservers()

    def enter(self):
        self.visits.append("enter")
        self.initializeParameterNode()

    def exit(self):
        self.visits.append("exit")
        self.setParameterNode(None)

    def onSceneStartClose(self, caller, event):
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, node):
        if self._parameterNode:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.checkCanApply)
        self._parameterNode = node
        if node:
            self._guiTag = node.connectGui(self.ui)
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self.checkCanApply)
            self.checkCanApply()

    def checkCanApply(self, caller=None, event=None):
        ready = self._parameterNode.inputVolume is not None
        self.ui.applyButton.enabled = ready
        self.ui.applyButton.toolTip = _("Count pixels") if ready else _("Choose a volume")

    def onApply(self):
        with slicer.util.tryWithErrorDisplay(_("Counting failed."), waitCursor=True):
            pixels = self.logic.count(self._parameterNode)
            if slicer.util.confirmYesNoDisplay(_("Keep {count}?").format(count=pixels)):
                self._parameterNode.history.append(str(pixels))
            self.ui.resultTable.rowCount = len(self._parameterNode.history)
            for row, text in enumerate(self._parameterNode.history):
                self.ui.resultTable.setItem(row, 0, qt.QTableWidgetItem(text))


class SampleCounterLogic(ScriptedLoadableModuleLogic):
    def getParameterNode(self):
        return SampleCounterParameterNode(super().getParameterNode())

    def count(self, parameters):
        if parameters.inputVolume is None:
            raise ValueError("there is no volume")
        pixels = slicer.util.arrayFromVolume(parameters.inputVolume)
        above = pixels > parameters.threshold
        return int(above.sum() if parameters.mode == "above" else (~above).sum())


class SampleCounterTest(ScriptedLoadableModuleTest):
    def test_nothing(self):
        self.delayDisplay("nothing to do")
