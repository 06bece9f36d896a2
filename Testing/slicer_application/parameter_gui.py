"""Which widget shows which type of parameter, read and written both ways, as Slicer's connectors do.

Like Slicer, this goes by the exact class of a widget, and refuses pairs that Slicer refuses.
"""

from __future__ import annotations

import enum
import pathlib
import types
import typing
from typing import Any

import slicer
from PySide6 import QtWidgets

from Testing.slicer_application import ctk_widgets, mrml_widgets, range_widgets
from Testing.slicer_application.parameter_types import (
    Choice,
    Decimals,
    Maximum,
    Minimum,
    SingleStep,
    WithinRange,
    first_of,
    split,
)


class Connector:
    """Joins a widget to a parameter.

    Parameters
    ----------
    widget : QWidget
    signal : str or None
        Name of the signal that tells of a change.
    read, write : callable
    """

    def __init__(self, widget: Any, signal: str | None, read: Any, write: Any) -> None:
        self.widget, self._signal, self.read, self.write = widget, signal, read, write
        self._callback: Any = None

    def on_changed(self, callback: Any) -> None:
        """Call back when the user changes the widget; None stops that."""
        if self._signal is None:
            return
        signal = getattr(self.widget, self._signal)
        if self._callback is not None:
            signal.disconnect(self._changed)
        if callback is not None:
            signal.connect(self._changed)
        self._callback = callback

    def _changed(self, *_arguments: Any) -> None:
        if self._callback is not None:
            self._callback()


def connector(widget: Any, annotated: Any) -> Connector:
    """Return what joins a widget to a parameter of a type.

    Raises
    ------
    RuntimeError
        Slicer knows no way to show the type in the widget.
    """
    kind, annotations = split(annotated)
    for joins in (_bool, _int, _number, _combo, _text, _path, _node):
        if found := joins(widget, kind, annotations):
            return found
    raise RuntimeError(f"Unable to create GUI connector from datatype '{annotated}' to widget type '{type(widget)}'.")


def _by_property(widget: Any, signal: str | None, name: str, convert: Any = None) -> Connector:
    convert = convert or (lambda value: value)
    return Connector(widget, signal, lambda: convert(getattr(widget, name)), lambda value: setattr(widget, name, value))


def _bool(widget: Any, kind: Any, _annotations: list) -> Connector | None:
    if kind is not bool:
        return None
    if type(widget) in (QtWidgets.QCheckBox, ctk_widgets.ctkCheckBox):
        return _by_property(widget, "toggled", "checked")
    if type(widget) is QtWidgets.QPushButton:
        widget.checkable = True
        return _by_property(widget, "toggled", "checked")
    return None


def _limits(annotations: list) -> tuple[Any, Any]:
    within = first_of(annotations, WithinRange)
    if within:
        return within.minimum, within.maximum
    lowest, highest = first_of(annotations, Minimum), first_of(annotations, Maximum)
    return lowest and lowest.minimum, highest and highest.maximum


def _int(widget: Any, kind: Any, annotations: list) -> Connector | None:
    if kind is not int or type(widget) not in (QtWidgets.QSlider, QtWidgets.QSpinBox):
        return None
    low, high = _limits(annotations)
    if type(widget) is QtWidgets.QSlider and (low is None or high is None):
        raise RuntimeError("a slider needs an int parameter with a range")
    if step := first_of(annotations, SingleStep):
        widget.singleStep = step.value
    widget.setMinimum(-(2**31) if low is None else low)
    widget.setMaximum(2**31 - 1 if high is None else high)
    return _by_property(widget, "valueChanged", "value")


def _number(widget: Any, kind: Any, annotations: list) -> Connector | None:
    sliders = (range_widgets.ctkSliderWidget, range_widgets.qMRMLSliderWidget)
    boxes = (QtWidgets.QDoubleSpinBox, range_widgets.ctkDoubleSlider, range_widgets.ctkDoubleSpinBox,
             range_widgets.qMRMLSpinBox)  # fmt: skip
    if kind not in (int, float) or type(widget) not in (*sliders, *boxes):
        return None
    low, high = _limits(annotations)
    if type(widget) in sliders and (low is None or high is None):
        raise RuntimeError("a slider needs a float parameter with a range")
    decimals = first_of(annotations, Decimals)
    if type(widget) is not range_widgets.ctkDoubleSlider and (kind is int or decimals):
        widget.decimals = 0 if kind is int else decimals.value
    if step := first_of(annotations, SingleStep):
        widget.singleStep = step.value
    widget.minimum = float("-inf") if low is None else low
    widget.maximum = float("inf") if high is None else high
    return _by_property(widget, "valueChanged", "value", int if kind is int else None)


def _combo(widget: Any, kind: Any, annotations: list) -> Connector | None:
    if type(widget) not in (QtWidgets.QComboBox, ctk_widgets.ctkComboBox):
        return None
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        label = getattr(kind, "label", lambda member: member.name)
        choices, labels = list(kind), [label(member) for member in kind]
    elif kind in (int, float, str, bool):
        choice = first_of(annotations, Choice)
        if choice is None:
            raise RuntimeError("a combo box needs a parameter with a Choice")
        choices = list(choice.choices)
        labels = [str(one) for one in choices]
    else:
        return None
    widget.clear()
    widget.addItems(labels)

    def write(value: Any) -> None:
        if value not in choices:
            raise ValueError(f"Unable to find value {value} in choices {choices}")
        widget.currentIndex = choices.index(value)

    return Connector(widget, "currentIndexChanged", lambda: choices[widget.currentIndex], write)


def _text(widget: Any, kind: Any, _annotations: list) -> Connector | None:
    if kind is not str:
        return None
    if type(widget) is QtWidgets.QLineEdit:
        return _by_property(widget, "textChanged", "text")
    if type(widget) is QtWidgets.QLabel:
        return _by_property(widget, None, "text")
    if type(widget) is QtWidgets.QTextEdit:
        return Connector(widget, "textChanged", widget.toPlainText, widget.setPlainText)
    return None


def _path(widget: Any, kind: Any, _annotations: list) -> Connector | None:
    if not (isinstance(kind, type) and issubclass(kind, pathlib.PurePath)):
        return None
    if type(widget) is ctk_widgets.ctkPathLineEdit:
        signal, name = "currentPathChanged", "currentPath"
    elif type(widget) is ctk_widgets.ctkDirectoryButton:
        signal, name = "directoryChanged", "directory"
    else:
        return None
    return Connector(
        widget, signal, lambda: kind(getattr(widget, name)), lambda value: setattr(widget, name, str(value))
    )


def _node(widget: Any, kind: Any, _annotations: list) -> Connector | None:
    union = typing.get_origin(kind) in (typing.Union, types.UnionType)
    classes = [split(part)[0] for part in typing.get_args(kind)] if union else [kind]
    named = [one for one in classes if one is not type(None)]
    are_nodes = all(isinstance(one, type) and issubclass(one, slicer.vtkMRMLNode) for one in named)
    if type(widget) is not mrml_widgets.qMRMLNodeComboBox or not are_nodes:
        return None
    widget.nodeTypes = [one().GetClassName() for one in named]
    return Connector(widget, "currentNodeChanged", widget.currentNode, widget.setCurrentNode)
