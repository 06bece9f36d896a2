"""PythonQt's manners on PySide6: Qt properties are attributes, signals are named by strings, nothing is invented.

Slicer wraps Qt with PythonQt, where ``label.text`` is a string and ``label.text()`` therefore fails, where
``button.connect("clicked(bool)", f)`` connects, and where an attribute that does not exist cannot be set. Code that
passes here is written for those manners. What PythonQt does is read in its ``PythonQtInstanceWrapper.cpp``.
"""

from __future__ import annotations

import functools
import types
from typing import Any

from PySide6 import QtCore

_get = QtCore.QObject.__getattribute__
_connect = QtCore.QObject.connect
_adopted: dict[type, Any] = {}  # with what Qt's class read its attributes by before
_connections: dict[tuple[int, str], list[tuple[Any, Any]]] = {}

# Read by PythonQt as methods although they are properties, or virtual: a property would be asked for again for ever.
_METHODS_ALL_THE_SAME = {"singleShot", "sizeHint", "minimumSizeHint"}


def adopt(module: types.ModuleType) -> None:
    """Give the classes of a PySide6 module PythonQt's manners; once is enough, more does no harm."""
    for name in dir(module):
        member = getattr(module, name)
        if isinstance(member, type) and issubclass(member, QtCore.QObject) and member not in _adopted:
            _adopted[member] = _reader_of(member)
            member.__getattribute__ = _read_attribute
            member.__setattr__ = _write_attribute


def _reader_of(cls: type) -> Any:
    """Return the class's own reader: one with methods both static and not (QFile.exists) has one."""
    for base in cls.__mro__:
        if base in _adopted:
            return _adopted[base]
        if "__getattribute__" in vars(base):
            return vars(base)["__getattribute__"]
    return _get


@functools.cache
def _reader(cls: type) -> Any:
    return next(_adopted[base] for base in cls.__mro__ if base in _adopted)


def forget_connections() -> None:
    """Drop the list of what was connected by strings; the objects of the test that made them are gone."""
    _connections.clear()


@functools.cache
def _declared_properties(cls: type) -> frozenset[str]:
    meta = cls.staticMetaObject
    names = {meta.property(index).name() for index in range(meta.propertyCount())}
    return frozenset(names - _METHODS_ALL_THE_SAME)


@functools.cache
def _is_overridden(cls: type, name: str) -> bool:
    """Say whether a class written in Python, above Qt's own, defines the name."""
    for base in cls.__mro__:
        if base in _adopted:
            return False
        if name in vars(base):
            return True
    return False


def _qt_name(cls: type, name: str) -> str:
    return "objectName" if name == "name" and "name" not in _declared_properties(cls) else name


def _read_attribute(self: Any, name: str) -> Any:
    if name.startswith("__"):
        return _get(self, name)
    cls = type(self)
    if isinstance(in_python := _descriptor(cls, name), QtCore.Property):
        return _as_python(in_python.fget(self))
    if _is_overridden(cls, name):
        return _get(self, name)
    if name == "connect":
        return functools.partial(connect, self)
    if name == "disconnect":
        return functools.partial(disconnect, self)
    if (qt_name := _qt_name(cls, name)) in _declared_properties(cls):
        return _as_python(_get(self, "property")(qt_name))
    if name.endswith("_") and not name.startswith("_"):
        name = name[:-1]  # exec_, print_: Python's own words carry a tail
    try:
        return _reader(cls)(self, name)
    except AttributeError:
        return _read_undeclared(self, name)


def _as_python(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # PythonQt makes tuples of Qt's lists


def _read_undeclared(self: Any, name: str) -> Any:
    if name == "className":
        return _get(self, "metaObject")().className
    if name == "delete":
        return _get(self, "deleteLater")
    value = _get(self, "property")(name)
    if value is not None:
        return value
    for child in _get(self, "children")():
        if _get(child, "objectName")() == name:
            return child
    raise AttributeError(f"{type(self).__name__} has no attribute named '{name}'")


def _write_attribute(self: Any, name: str, value: Any) -> None:
    cls = type(self)
    if isinstance(descriptor := _descriptor(cls, name), property):
        descriptor.__set__(self, value)
        return
    if isinstance(value, QtCore.QObject) and value.objectName == name:
        return  # PySide6's QUiLoader names the children; they are found by their names anyway
    if isinstance(value, QtCore.SignalInstance):
        _get(self, "__dict__")[name] = value  # PySide6 keeps a signal that was read
        return
    qt_name = _qt_name(cls, name)
    if qt_name in _declared_properties(cls):
        _write_property(self, qt_name, value)
    elif _get(self, "property")(name) is not None and name not in _get(self, "__dict__"):
        _get(self, "setProperty")(name, value)
    elif cls in _adopted or (_is_double(cls) and not name.startswith("_")):
        if hasattr(cls, name):
            raise AttributeError(f"'{name}' can not be overwritten on {cls.__name__} object")
        raise AttributeError(
            f"'{name}' does not exist on {cls.__name__} and creating new attributes on C++ objects is not allowed"
        )
    else:
        _get(self, "__dict__")[name] = value


@functools.cache
def _descriptor(cls: type, name: str) -> Any:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)


def _is_double(cls: type) -> bool:
    """Say whether a class stands for one of C++, so that no one may add to its objects."""
    return cls.__module__.startswith(__package__)


def _write_property(self: Any, name: str, value: Any) -> None:
    meta = _get(self, "metaObject")()
    declared = meta.property(meta.indexOfProperty(name))
    if not declared.isWritable():
        raise AttributeError(f"Property '{name}' of {type(self).__name__} object is not writable")
    if declared.typeName() == "QString":
        value = str(value)  # as PythonQt does: None becomes the word
    if declared.typeName() == "bool" and not isinstance(value, bool | int | float):
        value = None
    written = _descriptor(type(self), name)
    if isinstance(written, QtCore.Property) and value is not None:
        written.fset(self, value)
    elif value is None or not _get(self, "setProperty")(name, value):
        raise AttributeError(
            f"Property '{name}' of type '{declared.typeName()}' does not accept an object of type "
            f"{type(value).__name__} ({value!r})"
        )


# ---- signals -------------------------------------------------------------------------------------------------------


def _signal(sender: Any, signature: str) -> Any:
    """Return the signal that a string names.

    Raises
    ------
    ValueError
        There is none. Slicer only returns False, and the slot is never called: here the mistake shows.
    """
    name = signature.partition("(")[0]
    named = getattr(type(sender), "string_signals", {}).get(signature)
    if named:
        return _get(sender, named)
    meta = _get(sender, "metaObject")()
    plain = bytes(QtCore.QMetaObject.normalizedSignature(signature).data()).decode()
    if meta.indexOfSignal(plain) < 0:
        known = [m.methodSignature().data().decode() for m in _signals(meta) if m.name().data().decode() == name]
        raise ValueError(f"{meta.className()} has no signal '{signature}'; of that name it has {known}")
    return None


def _signals(meta: Any) -> list[Any]:
    methods = (meta.method(index) for index in range(meta.methodCount()))
    return [method for method in methods if method.methodType() == QtCore.QMetaMethod.MethodType.Signal]


def _key(sender: Any, signature: str) -> tuple[int, str]:
    from shiboken6 import Shiboken

    return Shiboken.getCppPointer(sender)[0], signature.replace(" ", "")


def connect(sender: Any, *arguments: Any) -> bool:
    """Connect as PythonQt does: ``(signal, callable)`` or ``(signal, receiver, slot)``.

    Raises
    ------
    ValueError
        The sender has no such signal.
    TypeError
        What is connected cannot be called.
    """
    if isinstance(arguments[0], QtCore.QObject):
        return _connect(*arguments)  # PySide6 itself, from within QTimer.singleShot
    signature, receiver = arguments[0], arguments[1]
    target = getattr(receiver, arguments[2].partition("(")[0]) if len(arguments) > 2 else receiver
    if not callable(target):
        raise TypeError(f"'{signature}' cannot be connected to {target!r}: it is not callable")
    python_signal = _signal(sender, signature)
    if python_signal is not None:
        connection = python_signal.connect(target)
    else:
        connection = _connect(sender, QtCore.SIGNAL(signature), target)
    _connections.setdefault(_key(sender, signature), []).append((target, connection))
    return True


def disconnect(sender: Any, signature: str, *arguments: Any) -> bool:
    """Undo one `connect` of the same signal and callable; False if there was none."""
    target = arguments[0] if len(arguments) == 1 else None
    known = _connections.get(_key(sender, signature), [])
    for position, (connected, connection) in enumerate(known):
        if target is None or connected == target:
            QtCore.QObject.disconnect(connection)
            del known[position]
            return True
    return False
