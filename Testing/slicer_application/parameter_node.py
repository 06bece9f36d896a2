"""``slicer.parameterNodeWrapper``: a class of typed parameters over a vtkMRMLScriptedModuleNode, joined to widgets."""

from __future__ import annotations

import types
import typing
import weakref
from dataclasses import dataclass
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets
from vtkmodules.vtkCommonCore import vtkCommand

from Testing.slicer_application import parameter_types
from Testing.slicer_application.parameter_gui import connector
from Testing.slicer_application.parameter_serializers import Serializer, serializer_for
from Testing.slicer_application.parameter_types import Default

# ruff: noqa: N802, N803 - the names are Slicer's

SlicerParameterNamePropertyName = "SlicerParameterName"


@dataclass(frozen=True)
class _Parameter:
    name: str
    kind: Any
    serializer: Serializer
    default: Default


class _Wrapper:
    """What every decorated class gets."""

    allParameters: dict[str, _Parameter] = {}  # noqa: N815, RUF012

    def __init__(self, parameterNode: Any) -> None:
        self.parameterNode = parameterNode
        self._guis: dict[int, tuple[list[Any], int]] = {}
        self._next_tag = 0
        self._updating_gui = False
        self._values: dict[str, Any] = {}
        for parameter in self.allParameters.values():
            if not parameter.serializer.is_in(parameterNode, parameter.name):
                parameter.serializer.write(parameterNode, parameter.name, parameter.default.value)
        self._reread()
        weak = weakref.ref(self)
        self._observer = parameterNode.AddObserver(
            vtkCommand.ModifiedEvent, lambda _caller, _event: weak() and weak()._reread()
        )

    def __del__(self) -> None:
        self.parameterNode.RemoveObserver(self._observer)

    def _reread(self) -> None:
        for parameter in self.allParameters.values():
            if not parameter.serializer.is_in(self.parameterNode, parameter.name):
                parameter.serializer.write(self.parameterNode, parameter.name, parameter.default.value)
            self._values[parameter.name] = parameter.serializer.read(self.parameterNode, parameter.name)

    def _check(self, name: str) -> _Parameter:
        if name not in self.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}; found {sorted(self.allParameters)}")
        return self.allParameters[name]

    # ---- values ----------------------------------------------------------------------------------------------------

    def getValue(self, name: str) -> Any:
        """Return a parameter's value."""
        self._check(name)
        return self._values[name]

    def setValue(self, name: str, value: Any) -> None:
        """Write a parameter; what may not be is refused and nothing changes."""
        parameter = self._check(name)
        with slicer.util.NodeModify(self.parameterNode):
            parameter.serializer.write(self.parameterNode, name, value)
            self._values[name] = parameter.serializer.read(self.parameterNode, name)

    def default(self, name: str) -> Default:
        """Return a parameter's default."""
        return self._check(name).default

    def isCached(self, name: str) -> bool:
        """Say whether reading a parameter is quick."""
        return self._check(name) is not None

    def dataType(self, name: str) -> Any:
        """Return a parameter's type, annotations included."""
        return self._check(name).kind

    # ---- the node --------------------------------------------------------------------------------------------------

    def StartModify(self) -> int:
        """Hold events back."""
        return self.parameterNode.StartModify()

    def EndModify(self, wasModifying: int) -> int:
        """Send the events held back."""
        return self.parameterNode.EndModify(wasModifying)

    def AddObserver(self, event: Any, callback: Any, priority: float = 0.0) -> int:
        """Observe the node."""
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag: int) -> None:
        """Stop observing the node."""
        self.parameterNode.RemoveObserver(tag)

    def Modified(self) -> None:
        """Tell those who observe."""
        self.parameterNode.Modified()

    # ---- widgets ---------------------------------------------------------------------------------------------------

    def connectGui(self, gui: Any) -> int:
        """Join every widget that carries a SlicerParameterName; return a tag for `disconnectGui`."""
        is_widget = isinstance(gui, QtWidgets.QWidget)
        widgets = gui.findChildren(QtWidgets.QWidget) if is_widget else vars(gui).values()
        named = {}
        for widget in widgets:
            name = widget.property(SlicerParameterNamePropertyName) if isinstance(widget, QtCore.QObject) else None
            if name:
                named[name] = widget
        return self.connectParametersToGui(named)

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        """Join parameters to widgets.

        Raises
        ------
        ValueError
            A widget names a parameter that does not exist.
        RuntimeError
            A widget cannot show its parameter's type.
        """
        for name in mapping:
            self._check(name)
        joined = {name: connector(widget, self.dataType(name)) for name, widget in mapping.items()}
        tag = self._next_tag
        self._next_tag += 1
        for name, one in joined.items():
            one.write(self.getValue(name))
            one.on_changed(lambda name=name, one=one: self._from_gui(name, one))
        observer = self.AddObserver(vtkCommand.ModifiedEvent, lambda _caller, _event: self._to_gui())
        self._guis[tag] = (joined, observer)
        return tag

    def disconnectGui(self, tag: int) -> None:
        """Part what `connectGui` joined."""
        if tag in self._guis:
            joined, observer = self._guis.pop(tag)
            for one in joined.values():
                one.on_changed(None)
            self.RemoveObserver(observer)

    def _from_gui(self, name: str, one: Any) -> None:
        if not self._updating_gui:
            with slicer.util.NodeModify(self):
                self.setValue(name, one.read())

    def _to_gui(self) -> None:
        if self._updating_gui:
            return
        self._updating_gui = True
        try:
            with slicer.util.NodeModify(self):
                for joined, _ in list(self._guis.values()):
                    for name, one in joined.items():
                        one.write(self.getValue(name))
        finally:
            self._updating_gui = False


def parameterNodeWrapper(classtype: Any = None) -> Any:
    """Turn the annotated names of a class into parameters kept in a node.

    Raises
    ------
    Exception
        A member's type cannot be stored, or its name is Slicer's own.
    """
    if classtype is None:
        return parameterNodeWrapper
    parameters = {}
    for name, kind in typing.get_type_hints(classtype, include_extras=True).items():
        if hasattr(_Wrapper, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
        parameters[name] = _parameter(classtype, name, kind)
        setattr(classtype, name, _property(name))
    classtype.allParameters = parameters
    for name, member in vars(_Wrapper).items():
        if name.startswith("__") and name not in ("__init__", "__del__"):
            continue
        if name in vars(classtype) and name not in ("allParameters", "__init__"):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
        if name != "allParameters":
            setattr(classtype, name, member)
    classtype._is_parameter_node_wrapper = True
    return classtype


def _parameter(classtype: Any, name: str, kind: Any) -> _Parameter:
    try:
        serializer, annotations = serializer_for(kind)
    except TypeError as error:
        raise Exception(f"Unable to create serializer for {classtype} member {name}") from error
    if hasattr(classtype, name):
        default = Default(getattr(classtype, name))
    else:
        told = [one for one in annotations if isinstance(one, Default)]
        default = told[0] if told else Default(generator=serializer.default)
    return _Parameter(name, kind, serializer, default)


def _property(name: str) -> property:
    return property(lambda self: self.getValue(name), lambda self, value: self.setValue(name, value))


def findChildWidgetForParameter(widget: Any, parameter: str) -> Any:
    """Return the widget below another that shows a parameter, or None."""
    children = widget.findChildren(QtWidgets.QWidget)
    return next((child for child in children if child.property(SlicerParameterNamePropertyName) == parameter), None)


def isParameterNodeWrapper(thing: Any) -> bool:
    """Say whether a class or object was decorated."""
    return getattr(thing, "_is_parameter_node_wrapper", False)


def parameter_node_module() -> types.ModuleType:
    """Return a new module ``slicer.parameterNodeWrapper``."""
    module = types.ModuleType("slicer.parameterNodeWrapper")
    for name in ("Default", "Validator", "NotNone", "IsInstance", "WithinRange", "Minimum", "Maximum", "Choice",
                 "Exclude", "Decimals", "SingleStep"):  # fmt: skip
        setattr(module, name, getattr(parameter_types, name))
    module.parameterNodeWrapper = parameterNodeWrapper
    module.findChildWidgetForParameter = findChildWidgetForParameter
    module.isParameterNodeWrapper = isParameterNodeWrapper
    module.SlicerParameterNamePropertyName = SlicerParameterNamePropertyName
    return module
