"""How dark a scan is shown: normal, saturated, or as the reader set it by hand; the same scale in both views (floor 5).

Saturated shows faint foci of ribs and skull, where the normal scale is made for spine and pelvis.
"""

from __future__ import annotations

from typing import Any

from .scene_mip import match_mip
from .scene_nodes import SceneNodes

NORMAL, SATURATED, BY_HAND = "normal", "saturated", "by hand"
PRESETS = (NORMAL, SATURATED)
# The share of the normal scale's upper end that is black already. Chosen by eye on whole-body scans: at a half, faint
# ribs and skull come out and spine and pelvis run into black; at a quarter no bone is told from its neighbour.
_SHARE = {NORMAL: 1.0, SATURATED: 0.5}
_UPPER = "BoneMetSeg.UpperWindow"
_BY_HAND = "BoneMetSeg.WindowByHand"
_TOLERANCE = 1e-3


def intensity(nodes: SceneNodes) -> str:
    """Return "normal", "saturated", or "by hand" where a reader set a window of his own in any view."""
    _note_upper(nodes)
    for preset in PRESETS:
        if all(_is_near(_window(volume), _preset_window(volume, preset)) for volume in nodes.volumes.values()):
            return preset
    return BY_HAND


def show_intensity(nodes: SceneNodes, preset: str) -> None:
    """Show a case at an intensity, in all its views; a window that was set by hand is kept for later.

    Parameters
    ----------
    nodes : SceneNodes
    preset : {"normal", "saturated", "by hand"}
        "by hand" brings back the window that the reader set, or does nothing where there was none.
    """
    if preset not in (*PRESETS, BY_HAND):
        raise ValueError(f"there is no intensity {preset!r}")
    if intensity(nodes) == BY_HAND:
        if preset == BY_HAND:
            return
        for volume in nodes.volumes.values():
            volume.SetAttribute(_BY_HAND, " ".join(repr(value) for value in _window(volume)))
    for volume in nodes.volumes.values():
        window = _kept_window(volume) if preset == BY_HAND else _preset_window(volume, preset)
        if window:
            _set_window(volume, window)


def next_intensity(nodes: SceneNodes) -> str:
    """Show the next intensity: normal, saturated, then the reader's own where he set one; return its name."""
    own = any(_kept_window(volume) for volume in nodes.volumes.values())
    before = intensity(nodes)
    order = (*PRESETS, BY_HAND) if own or before == BY_HAND else PRESETS
    preset = order[(order.index(before) + 1) % len(order)]
    show_intensity(nodes, preset)
    return preset


def share_scale(nodes: SceneNodes) -> None:
    """Give all views of a case the scale of the one that needs the longest, unless a reader set a window by hand."""
    if len({volume.GetAttribute(_UPPER) for volume in nodes.volumes.values()}) == 1 and _noted(nodes):
        return
    upper = max(_window(volume)[1] for volume in nodes.volumes.values())
    for volume in nodes.volumes.values():
        volume.SetAttribute(_UPPER, repr(upper))
        _set_window(volume, (0.0, upper))


def _noted(nodes: SceneNodes) -> bool:
    return all(volume.GetAttribute(_UPPER) for volume in nodes.volumes.values())


def _note_upper(nodes: SceneNodes) -> None:
    """Take the window that the case came with as the normal one, once."""
    if not _noted(nodes):
        share_scale(nodes)


def _preset_window(volume: Any, preset: str) -> tuple[float, float]:
    return 0.0, float(volume.GetAttribute(_UPPER)) * _SHARE[preset]


def _kept_window(volume: Any) -> tuple[float, float] | None:
    kept = volume.GetAttribute(_BY_HAND)
    if not kept:
        return None
    lower, upper = (float(value) for value in kept.split())
    return lower, upper


def _window(volume: Any) -> tuple[float, float]:
    display = volume.GetScalarVolumeDisplayNode()
    return display.GetWindowLevelMin(), display.GetWindowLevelMax()


def _set_window(volume: Any, window: tuple[float, float]) -> None:
    display = volume.GetScalarVolumeDisplayNode()
    was_modifying = display.StartModify()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(*window)
    display.EndModify(was_modifying)
    match_mip(volume)


def _is_near(first: tuple[float, float], second: tuple[float, float]) -> bool:
    span = max(second[1] - second[0], 1e-12)
    return all(abs(one - other) <= _TOLERANCE * span for one, other in zip(first, second, strict=True))
