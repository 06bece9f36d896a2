"""Loading a .ui file of Qt Designer, with stand-ins for the widgets of CTK and Slicer."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from PySide6 import QtCore, QtUiTools, QtWidgets


class UnknownWidgetError(RuntimeError):
    """A .ui file names a class for which there is no stand-in."""


class UiLoader(QtUiTools.QUiLoader):
    """``qt.QUiLoader`` that knows the plugin widgets of Slicer's designer."""

    def load(self, device: Any, parent: Any = None) -> Any:
        """Return the widget that the device describes.

        Raises
        ------
        UnknownWidgetError
            It holds a widget without a stand-in.
        """
        document = ET.fromstring(bytes(device.readAll().data()))
        self._refuse_unknown_classes(document)
        _number_enumerations(document)
        connections = _take_connections(document)
        buffer = QtCore.QBuffer()
        buffer.setData(ET.tostring(document))
        buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
        widget = super().load(buffer, parent)
        for connection in connections:
            _make(widget, connection)
        return widget

    def _refuse_unknown_classes(self, document: ET.Element) -> None:
        known = set(self.availableWidgets()) | set(_stand_ins()) | {"Line", "QWidget"}
        unknown = {widget.get("class") for widget in document.iter("widget")} - known
        if unknown:
            raise UnknownWidgetError(f"the .ui file holds widgets without a stand-in: {sorted(unknown)}")

    def createWidget(self, className: str, parent: Any = None, name: str = "") -> Any:  # noqa: N802, N803
        """Make one widget; called by Qt for each in the file."""
        stand_in = _stand_ins().get(className)
        if stand_in is None:
            return super().createWidget(className, parent, name)
        widget = stand_in(parent)
        widget.setObjectName(name)
        return widget


def _stand_ins() -> dict[str, type]:
    from Testing.slicer_application import ctk_widgets, mrml_widgets, range_widgets

    return {
        name: member
        for module in (ctk_widgets, range_widgets, mrml_widgets)
        for name, member in vars(module).items()
        if isinstance(member, type) and issubclass(member, QtWidgets.QWidget) and name.startswith(("ctk", "qMRML"))
    }


def _number_enumerations(document: ET.Element) -> None:
    """Write enumerators of the stand-ins as numbers: Qt does not know their names."""
    stand_ins = _stand_ins()
    for prop in document.iter("property"):
        for value in prop:
            words = (value.text or "").split("|")
            if value.tag in ("set", "enum") and words[0].partition("::")[0] in stand_ins:
                owners = [word.strip().split("::") for word in words]
                value.tag, value.text = "number", str(sum(int(getattr(stand_ins[o[0]], o[-1])) for o in owners))


def _take_connections(document: ET.Element) -> list[dict[str, str]]:
    """Remove the connections that Qt cannot make between stand-ins, and return them."""
    parent = document.find("connections")
    if parent is None:
        return []
    taken = []
    for connection in list(parent):
        fields = {field.tag: field.text or "" for field in connection}
        if "vtkMRML" in fields["signal"] or "vtkMRML" in fields["slot"]:
            taken.append(fields)
            parent.remove(connection)
    return taken


def _make(root: Any, fields: dict[str, str]) -> None:
    sender, receiver = (
        root if root.objectName == fields[end] else root.findChild(QtCore.QObject, fields[end])
        for end in ("sender", "receiver")
    )
    sender.connect(fields["signal"], getattr(receiver, fields["slot"].partition("(")[0]))
