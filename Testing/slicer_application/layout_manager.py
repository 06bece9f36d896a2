"""``slicer.app.layoutManager()``: layouts and slice views over MRML's layout logic; a slice view can be drawn."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import slicer
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal

# ruff: noqa: N801, N802, N815 - the names are Slicer's


class qMRMLSliceView(QtWidgets.QWidget):
    """The picture of a slice view; drawn only when it is asked for."""

    def __init__(self, slice_widget: Any) -> None:
        super().__init__(slice_widget)
        self._slice_widget = slice_widget
        self._window: Any = None
        self._ground = QtGui.QColor("black")
        self.setMinimumSize(80, 80)

    def setBackgroundColor(self, colour: Any) -> None:
        """Set what is seen beside the volume."""
        self._ground = QtGui.QColor(colour)

    def mrmlSliceNode(self) -> Any:
        """Return the slice node."""
        return self._slice_widget.mrmlSliceNode()

    def scheduleRender(self) -> None:
        """Draw at leisure; nothing is on screen here."""

    def forceRender(self) -> None:
        """Draw now."""
        self.picture()

    def renderWindow(self) -> Any:
        """Return VTK's window, offscreen."""
        return self._slice_window().window

    def _slice_window(self) -> Any:
        if self._window is None:
            from Testing.slicer_application.slice_picture import SlicePicture

            self._window = SlicePicture(self._slice_widget)
        return self._window

    def picture(self, width: int = 0, height: int = 0) -> Any:
        """Return (rows, columns, 3) of what a reader sees, row 0 at the top."""
        ground = (self._ground.red(), self._ground.green(), self._ground.blue())
        return self._slice_window().draw(width or max(self.width, 80), height or max(self.height, 80), ground)

    def paintEvent(self, _event: Any) -> None:
        """Draw the slice where the widget is grabbed."""
        pixels = self.picture().astype("uint8").copy()
        image = QtGui.QImage(
            pixels.data, pixels.shape[1], pixels.shape[0], 3 * pixels.shape[1], QtGui.QImage.Format.Format_RGB888
        )
        painter = QtGui.QPainter(self)
        painter.drawImage(0, 0, image)
        painter.end()

    def close_window(self) -> None:
        """Let go of VTK's window."""
        if self._window is not None:
            self._window.close()
            self._window = None


class qMRMLSliceController(QtWidgets.QLabel):
    """The bar above a slice view: its name and orientation."""

    def __init__(self, slice_widget: Any) -> None:
        super().__init__(slice_widget)
        self._slice_widget = slice_widget

    def fitSliceToBackground(self) -> None:
        """Show the whole background image."""
        self._slice_widget.fitSliceToBackground()

    def setSliceVisible(self, visible: bool) -> None:
        """Show the slice in 3-D views."""
        self._slice_widget.mrmlSliceNode().SetSliceVisible(int(visible))

    def setSliceOffsetValue(self, offset: float) -> None:
        """Go to a position along the view's normal."""
        self._slice_widget.sliceLogic().SetSliceOffset(offset)


class qMRMLSliceWidget(QtWidgets.QWidget):
    """A slice view with its controller."""

    def __init__(self, logic: Any, name: str) -> None:
        super().__init__()
        self._logic, self._name = logic, name
        self._view, self._controller = qMRMLSliceView(self), qMRMLSliceController(self)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._controller)
        layout.addWidget(self._view, 1)
        self._controller.setText(name)

    def sliceLogic(self) -> Any:
        """Return the view's logic."""
        return self._logic

    def mrmlSliceNode(self) -> Any:
        """Return the slice node."""
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        """Return the node of what is shown."""
        return self._logic.GetSliceCompositeNode()

    def sliceView(self) -> qMRMLSliceView:
        """Return the picture."""
        return self._view

    def sliceController(self) -> qMRMLSliceController:
        """Return the bar."""
        return self._controller

    def fitSliceToBackground(self) -> None:
        """Show the whole background image."""
        self._logic.FitSliceToBackground()

    def _get_name(self) -> str:
        return self._name

    sliceViewName = Property(str, _get_name)


class LayoutManager(QtCore.QObject):
    """Follows the layout node and makes a widget for each slice view that the layout names."""

    layoutChanged = Signal(int)

    def __init__(self, boot: Any) -> None:
        super().__init__()
        self._boot = boot
        self._widgets: dict[str, qMRMLSliceWidget] = {}
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLApplicationLogic(boot.application_logic)
        self._logic.SetMRMLScene(boot.scene)
        self._seen = -1
        events = slicer.vtkMRMLScene
        self._tags = [
            boot.scene.AddObserver(event, lambda _caller, _event: self._on_scene())
            for event in (events.EndBatchProcessEvent, events.EndImportEvent, events.EndCloseEvent)
        ]
        node = self._logic.GetLayoutNode()
        self._node, self._tag = node, node.AddObserver("ModifiedEvent", lambda _caller, _event: self._follow())
        self.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)

    def _on_scene(self) -> None:
        for widget in self._widgets.values():
            widget.sliceView().close_window()  # what draws it is made anew for what the scene holds now
        self._follow()

    def _follow(self) -> None:
        if self._boot.scene.IsBatchProcessing():
            return
        for name in self.sliceViewNames():
            self._slice_widget(name)
        arrangement = self._get_layout()
        if arrangement != self._seen:
            self._seen = arrangement
            self.layoutChanged.emit(arrangement)

    def _get_layout(self) -> int:
        node = self._logic.GetLayoutNode()
        return node.GetViewArrangement() if node else 0

    def setLayout(self, arrangement: int) -> None:
        """Arrange the views."""
        self._logic.GetLayoutNode().SetViewArrangement(arrangement)
        self._follow()

    def layoutLogic(self) -> Any:
        """Return MRML's layout logic."""
        return self._logic

    def mrmlScene(self) -> Any:
        """Return the scene."""
        return self._boot.scene

    def mrmlSliceLogics(self) -> Any:
        """Return the logics of all slice views."""
        return self._boot.application_logic.GetSliceLogics()

    def sliceViewNames(self) -> tuple[str, ...]:
        """Return the names of the slice views made so far."""
        scene = self._boot.scene
        count = scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")
        nodes = [scene.GetNthNodeByClass(index, "vtkMRMLSliceNode") for index in range(count)]
        return tuple(node.GetLayoutName() for node in nodes)

    def visible_slice_views(self) -> tuple[str, ...]:
        """Return the slice views that the present layout shows, left to right (of the tests, not Slicer's)."""
        description = self._logic.GetLayoutNode().GetCurrentLayoutDescription() or "<layout/>"
        views = ET.fromstring(description).iter("view")
        return tuple(view.get("singletontag") for view in views if view.get("class") == "vtkMRMLSliceNode")

    def sliceWidget(self, name: str) -> Any:
        """Return the widget of a slice view, None where no layout has named it."""
        return self._slice_widget(name) if name in self.sliceViewNames() else None

    def _slice_widget(self, name: str) -> qMRMLSliceWidget:
        node = self._boot.scene.GetSingletonNode(name, "vtkMRMLSliceNode")
        if name not in self._widgets:
            logic = slicer.vtkMRMLSliceLogic()
            logic.SetMRMLApplicationLogic(self._boot.application_logic)
            logic.SetMRMLScene(self._boot.scene)
            self._boot.application_logic.GetSliceLogics().AddItem(logic)
            self._widgets[name] = qMRMLSliceWidget(logic, name)
        logic = self._widgets[name].sliceLogic()
        if logic.GetSliceNode() is not node:
            logic.SetSliceNode(node)
        return self._widgets[name]

    def resetSliceViews(self) -> None:
        """Fit every slice view to its background."""
        for name in self.sliceViewNames():
            self._slice_widget(name).fitSliceToBackground()

    def resetThreeDViews(self) -> None:
        """Look at everything in 3-D; there are no 3-D views here."""

    def _three_d_views(self) -> int:
        return 0

    layout = Property(int, _get_layout, setLayout, notify=layoutChanged)
    threeDViewCount = Property(int, _three_d_views)

    def close(self) -> None:
        """Let go of scene and windows."""
        for tag in self._tags:
            self._boot.scene.RemoveObserver(tag)
        self._node.RemoveObserver(self._tag)
        for widget in self._widgets.values():
            widget.sliceView().close_window()
            widget.sliceLogic().SetMRMLScene(None)
            widget.deleteLater()
        self._widgets.clear()
        self._logic.SetMRMLScene(None)
