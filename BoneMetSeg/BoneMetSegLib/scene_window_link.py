"""One window for all views of a case while a reader drags it in one of them; the MIP follows the slices (floor 5)."""

from __future__ import annotations

from typing import Any

from .scene_mip import match_mip
from .scene_nodes import SceneNodes
from .scene_watch import NodeWatch


class WindowLink(NodeWatch):
    """Hands the window of a view that was changed to the others, until it is switched off.

    Parameters
    ----------
    nodes : SceneNodes
    """

    def __init__(self, nodes: SceneNodes) -> None:
        self._volumes = list(nodes.volumes.values())
        super().__init__([volume.GetScalarVolumeDisplayNode() for volume in self._volumes])

    def _answer(self, changed: Any) -> None:
        window = (changed.GetWindowLevelMin(), changed.GetWindowLevelMax())
        for volume in self._volumes:
            display = volume.GetScalarVolumeDisplayNode()
            if display is None:
                continue
            if (display.GetWindowLevelMin(), display.GetWindowLevelMax()) != window:
                display.SetAutoWindowLevel(False)
                display.SetWindowLevelMinMax(*window)
            match_mip(volume)
