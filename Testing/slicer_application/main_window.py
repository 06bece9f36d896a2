"""The main window: module panel at the left, slice views at the right, status bar below."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Property, Signal

# ruff: noqa: N801, N802, N815 - the names are Slicer's


class qSlicerModuleSelectorToolBar(QtWidgets.QToolBar):
    """Chooses the module whose panel is shown."""

    moduleSelected = Signal(str)

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self._window, self._selected = window, ""

    def selectModule(self, name: str) -> None:
        """Leave the present panel and go to another."""
        if name == self._selected:
            return
        self._leave()
        self._selected = name
        module = slicer.app.moduleManager().module(name)
        panel = module.widgetRepresentation() if module else None
        self._window.show_panel(panel)
        if panel is not None:
            panel.enter()
        self.moduleSelected.emit(name)

    def _leave(self) -> None:
        module = slicer.app.moduleManager().module(self._selected)
        panel = module.widgetRepresentation() if module else None
        if panel is not None and panel.isEntered:
            panel.exit()

    def _get(self) -> str:
        return self._selected

    selectedModule = Property(str, _get)


class qSlicerMainWindow(QtWidgets.QMainWindow):
    """Slicer's window."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self.setWindowTitle("3D Slicer")
        self._selector = qSlicerModuleSelectorToolBar(self)
        self._scroll = QtWidgets.QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        dock = QtWidgets.QDockWidget("", self)
        dock.setObjectName("PanelDockWidget")
        dock.setTitleBarWidget(QtWidgets.QWidget())
        dock.setWidget(self._scroll)
        dock.setMinimumWidth(480)
        self.addDockWidget(QtCore.Qt.DockWidgetArea.LeftDockWidgetArea, dock)
        self._views = QtWidgets.QWidget()
        self._views.setLayout(QtWidgets.QHBoxLayout())
        self._views.layout().setContentsMargins(0, 0, 0, 0)
        self.setCentralWidget(self._views)
        self.statusBar()

    def moduleSelector(self) -> qSlicerModuleSelectorToolBar:
        """Return who chooses the module."""
        return self._selector

    def show_panel(self, panel: Any) -> None:
        """Put a panel into the dock."""
        self._scroll.takeWidget()
        if panel is not None:
            self._scroll.setWidget(panel)
            panel.show()

    def show_views(self) -> None:
        """Put the slice views of the layout beside each other."""
        layout = self._views.layout()
        while layout.count():
            layout.takeAt(0).widget().setParent(None)
        manager = slicer.app.layoutManager()
        for name in manager.visible_slice_views():
            widget = manager.sliceWidget(name)
            layout.addWidget(widget)
            widget.show()

    def close_down(self) -> None:
        """Empty the window and close it, at the end of a test."""
        self._scroll.takeWidget()
        layout = self._views.layout()
        while layout.count():
            layout.takeAt(0).widget().setParent(None)
        self.close()
        self.setObjectName("")  # or Slicer's mainWindow() would find it in the next test
        self.deleteLater()
