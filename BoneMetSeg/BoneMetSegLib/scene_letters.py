"""Letters at the edges of slice views that say which side of the patient is there, and the view's name (floor 5).

They are control points of a markups node in each view: MRML alone, drawn by whatever draws Slicer's scenes.
A letter is never set: it is read from where the edge of the view lies in the patient, so that it is right for any
orientation. Observers move it with the view; the nodes are hidden from lists and are not saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from .scene_boot import slicer_package
from .scene_watch import NodeWatch

_NAMES = {"anterior": "ANT", "posterior": "POST"}
# RAS axes, towards plus and towards minus.
_SIDES = (("R", "L"), ("A", "P"), ("S", "I"))
# Between edge and letter, and what a letter needs: markups write to the right of a point and above it.
_MARGIN_PX = 5
_LETTER_PX = (20, 28)
_TEXT_SCALE = 4.5  # percent of the view's diagonal, as markups measure text
_RGB = (0.45, 0.1, 0.55)  # apart from the colours of segments, and dark enough for a white ground


class SideLetters(NodeWatch):
    """The letters of some slice views, there until ``off``.

    Parameters
    ----------
    slice_nodes : mapping from view to vtkMRMLSliceNode
        "anterior" and "posterior" are named at the top; those of a volume get letters on all four sides.
    """

    def __init__(self, slice_nodes: Mapping[str, Any]) -> None:
        self._slice_nodes = {name: node for name, node in slice_nodes.items() if node.IsA("vtkMRMLSliceNode")}
        self._letters: dict[str, Any] = {}
        super().__init__(list(self._slice_nodes.values()))

    def _begin(self) -> None:
        for name, node in self._slice_nodes.items():
            self._letters[name] = _add_letters(node)
            self._place(name)

    def _answer(self, changed: Any) -> None:
        for name, node in self._slice_nodes.items():
            if node is changed:
                self._place(name)

    def _end(self) -> None:
        for letters in self._letters.values():
            if letters.GetScene() is not None:
                display = letters.GetDisplayNode()
                letters.GetScene().RemoveNode(letters)
                if display is not None and display.GetScene() is not None:
                    display.GetScene().RemoveNode(display)
        self._letters.clear()

    def _place(self, name: str) -> None:
        letters = self._letters[name]
        if letters.GetScene() is None or letters.GetScene().IsClosing():
            return
        was_modifying = letters.StartModify()
        for number, (text, place) in enumerate(edge_letters(self._slice_nodes[name], _NAMES.get(name))):
            if number == letters.GetNumberOfControlPoints():
                letters.AddControlPoint(*place, text)
            letters.SetNthControlPointPosition(number, *place)
            letters.SetNthControlPointLabel(number, text)
        letters.EndModify(was_modifying)


def edge_letters(slice_node: Any, name: str | None = None) -> list[tuple[str, tuple[float, float, float]]]:
    """Return what to write at the left and the right edge of a slice view and at the top, with its place in RAS.

    Parameters
    ----------
    slice_node : vtkMRMLSliceNode
    name : str, optional
        What to write at the top; by default the letter of the side, and another one at the bottom.
    """
    width, height, _ = slice_node.GetDimensions()
    middle = (width / 2 - _LETTER_PX[0] / 2, height / 2 - _LETTER_PX[1] / 2)
    top = height - _MARGIN_PX - _LETTER_PX[1]
    edges = [(_MARGIN_PX, middle[1]), (width - _MARGIN_PX - _LETTER_PX[0], middle[1]), (middle[0], top)]
    if name is None:
        edges.append((middle[0], _MARGIN_PX))
    to_ras = slice_node.GetXYToRAS()

    def place(point: tuple[float, float]) -> np.ndarray:
        return np.array(to_ras.MultiplyPoint((float(point[0]), float(point[1]), 0.0, 1.0))[:3])

    centre = place(middle)
    written = []
    for edge in edges:
        there = place(edge)
        text = name if name and edge is edges[2] else _side(there - centre)
        written.append((text, (float(there[0]), float(there[1]), float(there[2]))))
    return written


def _side(direction: np.ndarray) -> str:
    """Return the letter of the RAS direction that a direction is nearest to."""
    axis = int(np.argmax(np.abs(direction)))
    plus, minus = _SIDES[axis]
    return plus if direction[axis] > 0 else minus


def _add_letters(slice_node: Any) -> Any:
    slicer = slicer_package()
    scene = slice_node.GetScene()
    display = slicer.vtkMRMLMarkupsFiducialDisplayNode()
    letters = slicer.vtkMRMLMarkupsFiducialNode()
    for node in (display, letters):
        node.SetName(f"{slice_node.GetLayoutName()} sides")
        node.SetHideFromEditors(True)
        node.SetSaveWithScene(False)
        node.SetSelectable(False)
    scene.AddNode(display)
    _style(display)
    display.SetViewNodeIDs((slice_node.GetID(),))
    letters.SetAndObserveDisplayNodeID(display.GetID())  # before it is added, or Slicer's logic adds one of its own
    with _place_list_kept(scene):
        scene.AddNode(letters)
    letters.SetLocked(True)
    return letters


@contextmanager
def _place_list_kept(scene: Any) -> Iterator[None]:
    """Keep the list that the user places points in: Slicer would place them among the letters, the newest list."""
    selection = scene.GetFirstNodeByClass("vtkMRMLSelectionNode")
    if selection is None:
        yield
        return
    before = selection.GetActivePlaceNodeClassName(), selection.GetActivePlaceNodeID()
    yield
    selection.SetReferenceActivePlaceNodeClassName(before[0])
    selection.SetReferenceActivePlaceNodeID(before[1])


def _style(display: Any) -> None:
    display.SetPointLabelsVisibility(True)
    display.SetPropertiesLabelVisibility(False)
    display.SetGlyphScale(0.01)
    display.SetTextScale(_TEXT_SCALE)
    display.SetColor(*_RGB)
    display.SetSelectedColor(*_RGB)
    text = display.GetTextProperty()
    text.SetBold(True)
    text.SetShadow(False)
    text.SetBackgroundColor(1, 1, 1)
    text.SetBackgroundOpacity(1.0)  # Slicer's slice views are black beside the image
