"""How typed parameters are written into a vtkMRMLScriptedModuleNode: the strings that Slicer itself writes.

Each serializer keeps one value under a name. A scene saved in a test is read by Slicer, and the other way round.
"""

from __future__ import annotations

import collections.abc
import enum
import pathlib
import types
import typing
from typing import Any

import slicer

from Testing.slicer_application.parameter_types import IsInstance, NotNone, Validator, split


class Serializer:
    """A value as one string: the base of the plain kinds.

    Parameters
    ----------
    default : object
    write_value, read_value : callable
        To the string and back.
    """

    def __init__(self, default: Any, write_value: Any = str, read_value: Any = str) -> None:
        self._default, self._to_text, self._from_text = default, write_value, read_value

    def default(self) -> Any:
        """Return the value where none is told."""
        return self._default

    def is_in(self, node: Any, name: str) -> bool:
        """Say whether the node holds the parameter."""
        return node.HasParameter(name)

    def write(self, node: Any, name: str, value: Any) -> None:
        """Write a value."""
        node.SetParameter(name, self._to_text(value))

    def read(self, node: Any, name: str) -> Any:
        """Read the value."""
        return self._from_text(node.GetParameter(name))

    def remove(self, node: Any, name: str) -> None:
        """Take the parameter out."""
        node.UnsetParameter(name)

    def takes(self, value: Any) -> bool:
        """Say whether a value is of this kind, to choose within a union."""
        return value is not None


class Validated(Serializer):
    """Another serializer, behind its validators."""

    def __init__(self, inner: Serializer, validators: list[Validator]) -> None:
        if isinstance(inner, Validated):
            inner, validators = inner.inner, inner.validators + validators
        self.inner, self.validators = inner, validators
        self.default, self.is_in, self.read, self.remove = inner.default, inner.is_in, inner.read, inner.remove

    def validate(self, value: Any) -> None:
        """Raise for a value that may not be."""
        for validator in self.validators:
            validator.validate(value)

    def write(self, node: Any, name: str, value: Any) -> None:
        """Write a value that may be."""
        self.validate(value)
        self.inner.write(node, name, value)

    def takes(self, value: Any) -> bool:
        """Say whether a value is of this kind."""
        try:
            self.validate(value)
        except (TypeError, ValueError):
            return False
        return self.inner.takes(value)


class NodeSerializer(Serializer):
    """A node, or None: an empty parameter says that it is known, a node reference which it is."""

    def __init__(self) -> None:
        super().__init__(None)

    def write(self, node: Any, name: str, value: Any) -> None:
        """Refer to a node."""
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node: Any, name: str) -> Any:
        """Return the node referred to."""
        return node.GetNodeReference(name)

    def remove(self, node: Any, name: str) -> None:
        """Refer to none."""
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class NoneSerializer(Serializer):
    """Nothing, within a union."""

    def __init__(self) -> None:
        super().__init__(None, lambda _value: "True", lambda _text: None)

    def takes(self, value: Any) -> bool:
        """Say whether it is nothing."""
        return value is None


class ObservedList(collections.abc.MutableSequence):
    """A list that writes itself into the node when it changes."""

    def __init__(self, node: Any, serializer: Any, name: str, values: list) -> None:
        self._save = lambda: serializer.write(node, name, self._list)
        self._list = values

    def __len__(self) -> int:
        return len(self._list)

    def __getitem__(self, index: Any) -> Any:
        return self._list[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._list[index] = value
        self._save()

    def __delitem__(self, index: Any) -> None:
        del self._list[index]
        self._save()

    def insert(self, index: int, value: Any) -> None:
        """Put a value in."""
        self._list.insert(index, value)
        self._save()

    def __eq__(self, other: object) -> bool:
        return self._list == (other._list if isinstance(other, ObservedList) else other)

    __hash__ = None

    def __add__(self, other: Any) -> Any:
        raise NotImplementedError("Slicer does not add lists of parameters either: write += instead of +")

    __radd__ = __add__

    def __repr__(self) -> str:
        return f"ObservedList({self._list})"


class ListSerializer(Serializer):
    """A list: its length, and each element under a name of its own."""

    def __init__(self, element: Serializer) -> None:
        super().__init__([])
        self._element = element

    def default(self) -> list:
        """Return a new empty list."""
        return []

    def _length(self, node: Any, name: str) -> int:
        return int(node.GetParameter(f"{name}.len")) if self.is_in(node, name) else 0

    def is_in(self, node: Any, name: str) -> bool:
        """Say whether the length is there."""
        return node.HasParameter(f"{name}.len")

    def write(self, node: Any, name: str, value: Any) -> None:
        """Write all elements and forget those beyond."""
        with slicer.util.NodeModify(node):
            before = self._length(node, name)
            for index, element in enumerate(value):
                self._element.write(node, f"{name}.{index}", element)
            node.SetParameter(f"{name}.len", str(len(value)))
            for index in range(len(value), before):
                self._element.remove(node, f"{name}.{index}")

    def read(self, node: Any, name: str) -> ObservedList:
        """Return a list that writes its changes back."""
        values = [self._element.read(node, f"{name}.{index}") for index in range(self._length(node, name))]
        return ObservedList(node, self, name, values)

    def remove(self, node: Any, name: str) -> None:
        """Take length and elements out."""
        for index in range(self._length(node, name)):
            self._element.remove(node, f"{name}.{index}")
        node.UnsetParameter(f"{name}.len")


class TupleSerializer(Serializer):
    """A tuple of fixed kinds, each under its position."""

    def __init__(self, elements: list[Serializer]) -> None:
        super().__init__(None)
        self._elements = elements

    def default(self) -> tuple:
        """Return each element's default."""
        return tuple(element.default() for element in self._elements)

    def is_in(self, node: Any, name: str) -> bool:
        """Say whether the first element is there."""
        return self._elements[0].is_in(node, f"{name}.0")

    def write(self, node: Any, name: str, value: Any) -> None:
        """Write each element."""
        if len(value) != len(self._elements):
            raise ValueError("the tuple has more or fewer values than its type says")
        for index, (element, part) in enumerate(zip(self._elements, value, strict=True)):
            element.write(node, f"{name}.{index}", part)

    def read(self, node: Any, name: str) -> tuple:
        """Return the tuple."""
        return tuple(element.read(node, f"{name}.{index}") for index, element in enumerate(self._elements))

    def remove(self, node: Any, name: str) -> None:
        """Take each element out."""
        for index, element in enumerate(self._elements):
            element.remove(node, f"{name}.{index}")


class UnionSerializer(Serializer):
    """One of several kinds: the position of the kind stands in the name."""

    def __init__(self, kinds: list[Serializer]) -> None:
        super().__init__(None)
        self._kinds = kinds

    def default(self) -> Any:
        """Return None for "this or nothing", else the first kind's default."""
        last = getattr(self._kinds[-1], "inner", self._kinds[-1])
        if len(self._kinds) == 2 and isinstance(last, NoneSerializer):
            return None
        return self._kinds[0].default()

    def is_in(self, node: Any, name: str) -> bool:
        """Say whether any kind is there."""
        return any(kind.is_in(node, f"{name}.{index}") for index, kind in enumerate(self._kinds))

    def write(self, node: Any, name: str, value: Any) -> None:
        """Write under the kind that takes the value."""
        taking = [index for index, kind in enumerate(self._kinds) if kind.takes(value)]
        if not taking:
            raise TypeError(f"no type of the parameter takes {value!r}")
        with slicer.util.NodeModify(node):
            self.remove(node, name)
            self._kinds[taking[0]].write(node, f"{name}.{taking[0]}", value)

    def read(self, node: Any, name: str) -> Any:
        """Read the kind that is there."""
        for index, kind in enumerate(self._kinds):
            if kind.is_in(node, f"{name}.{index}"):
                return kind.read(node, f"{name}.{index}")
        raise KeyError(f"the node holds no value called {name!r}")

    def remove(self, node: Any, name: str) -> None:
        """Take every kind out."""
        for index, kind in enumerate(self._kinds):
            kind.remove(node, f"{name}.{index}")


_PATHS = (pathlib.Path, pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePath, pathlib.PurePosixPath,
          pathlib.PureWindowsPath)  # fmt: skip


def serializer_for(annotated: Any) -> tuple[Serializer, list[Any]]:
    """Return the serializer of an annotated type, and the annotations that it did not use.

    Raises
    ------
    TypeError
        Slicer cannot store the type.
    """
    kind, annotations = split(annotated)
    validators = [annotation for annotation in annotations if isinstance(annotation, Validator)]
    rest = [annotation for annotation in annotations if annotation not in validators]
    return Validated(_plain(kind), validators), rest


def _plain(kind: Any) -> Serializer:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return UnionSerializer([serializer_for(part)[0] for part in arguments])
    if origin is list or kind is list:
        return ListSerializer(serializer_for(arguments[0])[0])
    if origin is tuple:
        return TupleSerializer([serializer_for(part)[0] for part in arguments])
    if kind is type(None):
        return NoneSerializer()
    found = _of_class(kind) if isinstance(kind, type) else None
    if found is None:
        raise TypeError(f"Unable to create serializer for type: {kind}")
    return found


def _of_class(kind: type) -> Serializer | None:
    if kind is bool:
        inner: Serializer = Serializer(False, lambda value: "True" if value else "False", lambda text: text == "True")
    elif kind in (int, float):
        inner = Serializer(0, str, kind)
    elif kind is str:
        inner = Serializer("")
    elif kind in _PATHS:
        inner = Serializer(kind(), str, kind)
    elif issubclass(kind, enum.Enum):
        inner = Serializer(next(iter(kind)), lambda value: value.name, lambda text: _member(kind, text))
        return Validated(inner, [IsInstance(kind)])
    elif issubclass(kind, slicer.vtkMRMLNode):
        return Validated(NodeSerializer(), [IsInstance(kind)])
    else:
        return None
    return Validated(inner, [NotNone(), IsInstance((int, float) if kind is float else kind)])


def _member(kind: Any, text: str) -> Any:
    try:
        return kind[text]
    except KeyError as error:
        raise ValueError(f"Found {text!r} in parameter node but it is not a name in {kind!r}") from error
