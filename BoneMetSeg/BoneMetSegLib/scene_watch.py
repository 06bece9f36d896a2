"""What follows nodes of the scene from the moment it is made until it is switched off (floor 5)."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from types import TracebackType
from typing import Any, TypeVar

_EVENT = "ModifiedEvent"
_Watch = TypeVar("_Watch", bound="NodeWatch")


class NodeWatch(abc.ABC):
    """Answers changes of nodes; a change that it makes itself while answering is not answered again.

    It holds nothing but the nodes: a scene that is closed does not trouble it, and once one of the nodes has left its
    scene it switches itself off. Leaving a ``with`` block switches it off, too.

    Parameters
    ----------
    nodes : sequence of vtkMRMLNode
    """

    def __init__(self, nodes: Sequence[Any]) -> None:
        self._watched = list(nodes)
        self._tags: list[int] = []
        self._is_answering = False
        self.on()

    @property
    def is_on(self) -> bool:
        """Whether changes are answered."""
        return bool(self._tags)

    def on(self) -> None:
        """Answer changes from now; again does nothing."""
        if not self.is_on and self._watched:
            self._tags = [node.AddObserver(_EVENT, self._on_modified) for node in self._watched]
            self._begin()

    def off(self) -> None:
        """Answer no more, and take the observers away."""
        for node, tag in zip(self._watched, self._tags, strict=False):
            node.RemoveObserver(tag)
        self._tags = []
        self._end()

    def __enter__(self: _Watch) -> _Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.off()

    def _on_modified(self, changed: Any, _event: str) -> None:
        if self._is_answering:
            return
        if any(node.GetScene() is None for node in self._watched):
            self.off()
            return
        if changed.GetScene().IsClosing():
            return
        self._is_answering = True
        try:
            self._answer(changed)
        finally:
            self._is_answering = False

    def _begin(self) -> None:  # noqa: B027 (most have nothing to do)
        """Do what is to be done when it is switched on."""

    @abc.abstractmethod
    def _answer(self, changed: Any) -> None:
        """Do what a change of a node asks for."""

    def _end(self) -> None:  # noqa: B027
        """Do what is to be done when it is switched off."""
