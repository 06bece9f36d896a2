"""The module ``qt`` as Slicer has it: every class of Qt in one flat namespace, with PythonQt's manners."""

from __future__ import annotations

import importlib
import types
from typing import Any

from Testing.slicer_application import pythonqt

_PARTS = ("QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtTest", "QtUiTools", "QtSvg")


class BoolResult:
    """PythonQt's way to take a ``bool *ok`` back."""

    def __init__(self) -> None:
        self.value = False

    def __bool__(self) -> bool:
        return self.value


class QtModule(types.ModuleType):
    """Looks a name up in the parts of PySide6, each loaded when first asked for."""

    BoolResult = BoolResult

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        for part in _PARTS:
            module = _part(part)
            if module is not None and hasattr(module, name):
                value = getattr(module, name)
                setattr(self, name, value)
                return value
        raise AttributeError(f"module 'qt' has no attribute '{name}'")


_loaded: dict[str, Any] = {}


def _part(name: str) -> Any:
    if name not in _loaded:
        try:
            module = importlib.import_module(f"PySide6.{name}")
        except ImportError:  # not every installation has every part
            module = None
        else:
            pythonqt.adopt(module)
        _loaded[name] = module
    return _loaded[name]


def qt_module() -> QtModule:
    """Return a new module ``qt``."""
    from Testing.slicer_application.ui_loader import UiLoader

    for part in ("QtCore", "QtGui", "QtWidgets"):
        _part(part)
    module = QtModule("qt")
    module.QUiLoader = UiLoader
    return module
