"""One window for all views of a case while a reader drags it in one of them; the MIP follows the slices (floor 5)."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from .scene_mip import match_mip
from .scene_nodes import SceneNodes

_EVENT = "ModifiedEvent"


class WindowLink:
    """Hands the window of a view that was changed to the others, until it is switched off.

    Parameters
    ----------
    nodes : SceneNodes
    """

    def __init__(self, nodes: SceneNodes) -> None:
        self._volumes = list(nodes.volumes.values())
        self._tags: list[tuple[Any, int]] = []
        self._handing_on = False
        self.on()

    @property
    def is_on(self) -> bool:
        """Whether windows are handed on."""
        return bool(self._tags)

    def on(self) -> None:
        """Hand windows on from now."""
        if self.is_on:
            return
        displays = [volume.GetScalarVolumeDisplayNode() for volume in self._volumes]
        self._tags = [(display, display.AddObserver(_EVENT, self._on_modified)) for display in displays]

    def off(self) -> None:
        """Leave each view its window, and take the observers away."""
        for display, tag in self._tags:
            display.RemoveObserver(tag)
        self._tags.clear()

    def __enter__(self) -> WindowLink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.off()

    def _on_modified(self, changed: Any, _event: str) -> None:
        if self._handing_on:
            return
        if any(display.GetScene() is None for display, _ in self._tags):
            self.off()
            return
        if changed.GetScene().IsClosing():
            return
        self._handing_on = True
        try:
            window = (changed.GetWindowLevelMin(), changed.GetWindowLevelMax())
            for volume in self._volumes:
                display = volume.GetScalarVolumeDisplayNode()
                if display is None:
                    continue
                if (display.GetWindowLevelMin(), display.GetWindowLevelMax()) != window:
                    display.SetAutoWindowLevel(False)
                    display.SetWindowLevelMinMax(*window)
                match_mip(volume)
        finally:
            self._handing_on = False
