"""The panel in the double of Slicer, with the words of a test for what a user does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

MODULE = Path(__file__).parents[2] / "BoneMetSeg" / "BoneMetSeg.py"


class OpenPanel:
    """Opens the module and holds what a test touches.

    Attributes
    ----------
    application : Testing.slicer_application.application.Application
    widget : BoneMetSegWidget
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        application.load_module(MODULE)
        self.widget = application.open_module("BoneMetSeg")
        application.show()

    @property
    def ui(self) -> Any:
        """The form's widgets."""
        return self.widget.ui

    @property
    def panel(self) -> Any:
        """The panel behind them."""
        return self.widget.panel

    @property
    def parameters(self) -> Any:
        """The scene's choices."""
        return self.widget.logic.getParameterNode()

    @property
    def temporary_folder(self) -> Path:
        """Where the files of a run lie."""
        return Path(self.application.app.temporaryPath)

    @property
    def case(self) -> Any:
        """The case that is shown."""
        return self.panel.results.case

    @property
    def table(self) -> Any:
        """The table of hot spots."""
        return self.ui.hotSpotTable

    @property
    def selected_id(self) -> str:
        """Id of the selected hot spot."""
        return self.panel.results.table.selected_id

    def add_volumes(self, path: Path, name: str = "WB", *, in_study: bool = True) -> dict[str, Any]:
        """Put the volumes of a scan's file into the scene, as the DICOM plugin does."""
        from BoneMetSegLib.scan_files import read_scan
        from BoneMetSegLib.scene_hierarchy import add_to_hierarchy
        from BoneMetSegLib.scene_volumes import add_planar_volumes

        scan = read_scan(path)
        scene = self.application.scene
        volumes = add_planar_volumes(scene, scan, {view: f"{name} {view}" for view in scan.views})
        if in_study:
            add_to_hierarchy(scene, scan, (name, "Patient"), list(volumes.values()))
        return dict(volumes)

    def choose_scan(self, volume: Any) -> None:
        """Choose the scan in its box."""
        self.ui.scanSelector.setCurrentNode(volume)
        self.application.process_events()

    def click_cell(self, spot_id: str, column: int = 1) -> None:
        """Click a cell of a hot spot's row."""
        row = self.panel.results.table.ids.index(spot_id)
        self.table.setCurrentCell(row, column)
        self.application.process_events()

    def press(self, key: str) -> None:
        """Press a key in the main window."""
        from PySide6 import QtGui, QtTest

        self.application.window.activateWindow()
        self.application.process_events()
        QtTest.QTest.keySequence(self.application.window, QtGui.QKeySequence(key))
        self.application.process_events()

    def choose(self, spot_id: str, column: int, words: str) -> None:
        """Choose from the menu that a double click on a cell opens."""
        row = self.panel.results.table.ids.index(spot_id)
        self.table.cellDoubleClicked.emit(row, column)
        menu = self.panel.results.table.menu
        next(action for action in menu.actions() if action.text == words).trigger()
        menu.close()
        self.application.process_events()

    def spot(self, spot_id: str) -> Any:
        """Return a hot spot of the case that is shown."""
        return next(spot for spot in self.case.hot_spots if spot.id == spot_id)

    def rows(self, column: int) -> list[str]:
        """Return the words of a column."""
        return [self.table.item(row, column).text() for row in range(self.table.rowCount)]

    def run(self, seconds: float = 120) -> None:
        """Press the button and wait for the end."""
        self.ui.applyButton.click()
        self.wait(seconds)

    def wait(self, seconds: float = 120) -> None:
        """Wait until nothing runs."""
        self.application.wait_until(lambda: not self.panel.run.is_running, seconds)

    def work_with(self, script: Path) -> None:
        """Let another program do the worker's work."""
        self.panel.run.job.stop_worker()
        self.panel.run.job._worker._command = [sys.executable, str(script)]

    def nodes(self) -> list[tuple[str, str]]:
        """Return class and id of every node of the scene but the panel's own choices."""
        scene = self.application.scene
        found = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
        return [(node.GetClassName(), node.GetID()) for node in found]
