"""``slicer.modules``: the built-in modules with their logics, and scripted modules loaded from their files."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtGui, QtWidgets
from PySide6.QtCore import Property

from Testing.slicer_application.mrml_widgets import qMRMLWidget
from Testing.slicer_application.segment_editor import SegmentEditorPanel

# ruff: noqa: N801, N802, N815 - the names are Slicer's


class BuiltInModule:
    """A module of Slicer's own: a name, a logic, rarely a panel."""

    def __init__(self, name: str, logic: Any, panel: Any = None) -> None:
        self.name, self.title, self._logic, self._panel = name, name, logic, panel

    def logic(self) -> Any:
        """Return the module's logic."""
        return self._logic

    def widgetRepresentation(self) -> Any:
        """Return the panel, None where it is not doubled."""
        return self._panel


class qSlicerScriptedLoadableModule:
    """A scripted module as Slicer keeps it; the module's own class fills in the attributes.

    Parameters
    ----------
    path : Path
        The module's file.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = str(path), path.stem
        self.title = self.helpText = self.acknowledgementText = ""
        self.categories, self.dependencies, self.contributors = [], [], []
        self.associatedNodeTypes: list[str] = []
        self.hidden, self.icon, self.index, self.widgetRepresentationCreationEnabled = False, QtGui.QIcon(), -1, True
        self._panel: Any = None

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(self, "_panel") and not hasattr(self, name):
            raise AttributeError(f"'{name}' does not exist on qSlicerScriptedLoadableModule")
        object.__setattr__(self, name, value)

    def widgetRepresentation(self) -> Any:
        """Return the panel, built and set up when first asked for."""
        if self._panel is None and hasattr(sys.modules[self.name], f"{self.name}Widget"):
            self._panel = qSlicerScriptedLoadableModuleWidget(self)
        return self._panel

    def createNewWidgetRepresentation(self) -> Any:
        """Return another panel."""
        return qSlicerScriptedLoadableModuleWidget(self)

    def logic(self) -> Any:
        """Return C++'s idea of a logic: nothing useful for a scripted module, as in Slicer."""
        return None

    def close(self) -> None:
        """Close the panel."""
        if self._panel is not None:
            self._panel.deleteLater()
        self._panel = None


class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """The frame of a scripted panel."""

    def __init__(self, module: qSlicerScriptedLoadableModule) -> None:
        super().__init__()
        self._module, self._python, self._entered = module, None, False
        self.setLayout(QtWidgets.QVBoxLayout())
        self.setMRMLScene(slicer.mrmlScene)
        self.reload()

    def reload(self) -> None:
        """Build the panel from the module's class as it is now."""
        name = f"{self._module.name}Widget"
        self._python = getattr(sys.modules[self._module.name], name)(self)
        setattr(slicer.modules, name, self._python)
        self._python.setup()

    def self(self) -> Any:
        """Return the panel's object in Python."""
        return self._python

    def enter(self) -> None:
        """Come to the panel."""
        self._entered = True
        self._python.enter()

    def exit(self) -> None:
        """Leave the panel."""
        self._entered = False
        self._python.exit()

    isEntered = Property(bool, lambda self: self._entered)

    def setMRMLScene(self, scene: Any) -> None:
        """Take a scene."""
        super().setMRMLScene(scene)


class Modules(types.SimpleNamespace):
    """The namespace ``slicer.modules``."""

    def __init__(self, logics: dict[str, Any]) -> None:
        super().__init__()
        self.by_name: dict[str, Any] = {}
        self.dicomPlugins: dict[str, Any] = {}
        for name, logic in logics.items():
            self._add(name, BuiltInModule(name, logic))
        for name in ("Data", "DICOM", "SampleData", "Welcome"):
            self._add(name, BuiltInModule(name, None))
        self._add("SegmentEditor", BuiltInModule("SegmentEditor", None, SegmentEditorPanel()))

    def _add(self, name: str, module: Any) -> None:
        self.by_name[name] = module
        setattr(self, name.lower(), module)

    def load(self, path: Path) -> Any:
        """Load a scripted module from its file, as Slicer does when it starts."""
        path = Path(path)
        name = path.stem
        spec = importlib.util.spec_from_file_location(name, path)
        source = importlib.util.module_from_spec(spec)
        sys.modules[name] = source
        spec.loader.exec_module(source)
        module = qSlicerScriptedLoadableModule(path)
        instance = getattr(source, name)(module)
        setattr(self, f"{name}Instance", instance)
        self._add(name, module)
        return module

    def unload_all(self) -> None:
        """Close every panel, as Slicer does when it quits."""
        for name, module in list(self.by_name.items()):
            if isinstance(module, qSlicerScriptedLoadableModule):
                slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(name)
                module.close()
                sys.modules.pop(name, None)
                slicer.selfTests.pop(name, None)
