"""What a parameter may be told beside its type: its default and what values are refused."""

from __future__ import annotations

import abc
import typing
from dataclasses import dataclass
from typing import Any


class Default:
    """The value of a parameter that the scene does not hold yet."""

    def __init__(self, value: Any = None, *, generator: Any = None) -> None:
        self._value, self._generator = value, generator

    @property
    def value(self) -> Any:
        """The value, made anew where a generator was given."""
        return self._generator() if self._generator else self._value


class Validator(abc.ABC):
    """Refuses values by raising from `validate`."""

    @abc.abstractmethod
    def validate(self, value: Any) -> None:
        """Raise ValueError or TypeError for a value that may not be."""


@dataclass
class NotNone(Validator):
    """Something must be there."""

    def validate(self, value: Any) -> None:
        """Refuse None."""
        if value is None:
            raise ValueError("this parameter must have a value")


@dataclass
class IsInstance(Validator):
    """Of a class, or None."""

    classtype: Any

    def validate(self, value: Any) -> None:
        """Refuse other classes."""
        if value is not None and not isinstance(value, self.classtype):
            raise TypeError(f"{value!r} is no {self.classtype}")


@dataclass
class WithinRange(Validator):
    """Between two limits, both allowed."""

    minimum: Any
    maximum: Any

    def validate(self, value: Any) -> None:
        """Refuse what lies outside."""
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not from {self.minimum} to {self.maximum}")


@dataclass
class Minimum(Validator):
    """Not below a limit."""

    minimum: Any

    def validate(self, value: Any) -> None:
        """Refuse what is smaller."""
        if value < self.minimum:
            raise ValueError(f"{value} is not above {self.minimum}")


@dataclass
class Maximum(Validator):
    """Not above a limit."""

    maximum: Any

    def validate(self, value: Any) -> None:
        """Refuse what is larger."""
        if value > self.maximum:
            raise ValueError(f"Value must be smaller than {self.maximum}, is {value}")


@dataclass
class Choice(Validator):
    """One of a list."""

    choices: Any

    def validate(self, value: Any) -> None:
        """Refuse what is not in the list."""
        if value not in self.choices:
            raise ValueError(f"{value!r} is none of {self.choices}")


@dataclass
class Exclude(Validator):
    """None of a list."""

    excludedValues: Any  # noqa: N815 - Slicer's name

    def validate(self, value: Any) -> None:
        """Refuse what is in the list."""
        if value in self.excludedValues:
            raise ValueError(f"Value is {value}, but must not be an excluded value: {self.excludedValues}")


@dataclass
class Decimals:
    """Digits that a spin box shows."""

    value: int


@dataclass
class SingleStep:
    """What one step of a spin box adds."""

    value: float


def split(annotated: Any) -> tuple[Any, list[Any]]:
    """Return a type and what is told beside it."""
    arguments = typing.get_args(typing.Annotated[annotated, "end"])
    return arguments[0], list(arguments[1:-1])


def first_of(annotations: list[Any], kind: type) -> Any:
    """Return the first annotation of a kind, or None."""
    return next((annotation for annotation in annotations if isinstance(annotation, kind)), None)
