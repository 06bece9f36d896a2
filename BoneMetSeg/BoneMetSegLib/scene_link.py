"""Anterior and posterior views that zoom and pan together, each kept on its own plane (floor 5).

Slicer's own linking would copy the orientation as well, and mirror nothing: here the other view shows the same place of
the body (the same R and S) at the same scale (mm per screen pixel), from its own side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .scene_watch import NodeWatch

_TOLERANCE_MM = 1e-3


class ViewLink(NodeWatch):
    """Keeps slice views of one case at the same place and scale, from the moment it is made until it is switched off.

    It holds nothing but the slice nodes: a scene that is closed or a case that is removed does not trouble it, and
    views that left their scene switch it off.

    Parameters
    ----------
    slice_nodes : mapping from view to vtkMRMLSliceNode
        As ``scene_layouts.show_planar`` returns them, each on its plane. The first one's scale and place become the
        others'.
    """

    def __init__(self, slice_nodes: Mapping[str, Any]) -> None:
        self._slice_nodes = dict(slice_nodes)
        self._planes_a_mm = {view: node.GetSliceToRAS().GetElement(1, 3) for view, node in slice_nodes.items()}
        super().__init__(list(slice_nodes.values()))

    def _begin(self) -> None:
        self._on_modified(next(iter(self._slice_nodes.values())), "")

    def _answer(self, changed: Any) -> None:
        place = centre_of_view(changed)
        scale = mm_per_screen_pixel(changed)
        for view, node in self._slice_nodes.items():
            was_modifying = node.StartModify()
            keep_on_plane(node, self._planes_a_mm[view])
            if node is not changed:
                _set_scale(node, scale)
                move_centre(node, place)
            node.EndModify(was_modifying)


def mm_per_screen_pixel(slice_node: Any) -> float:
    """Return a slice view's scale."""
    return float(slice_node.GetFieldOfView()[1] / max(slice_node.GetDimensions()[1], 1))


def centre_of_view(slice_node: Any) -> np.ndarray:
    """Return the place in RAS, in mm, that is in the middle of a slice view."""
    across, up, _ = slice_node.GetXYZOrigin()
    return np.array(slice_node.GetSliceToRAS().MultiplyPoint((across, up, 0.0, 1.0))[:3])


def move_centre(slice_node: Any, place_ras_mm: np.ndarray) -> None:
    """Bring the place of a slice view's plane that lies nearest to a place into the middle; the plane stays."""
    to_ras = _matrix(slice_node)
    across, up = to_ras[:3, :2].T @ (np.asarray(place_ras_mm, float) - to_ras[:3, 3])
    before = slice_node.GetXYZOrigin()
    if max(abs(across - before[0]), abs(up - before[1])) > _TOLERANCE_MM:
        slice_node.SetXYZOrigin(float(across), float(up), before[2])


def keep_on_plane(slice_node: Any, plane_a_mm: float) -> None:
    """Bring a slice view back onto a coronal plane: beside it a planar image is not seen, and the wheel moves it."""
    matrix = slice_node.GetSliceToRAS()
    if abs(matrix.GetElement(1, 2)) > 0.999 and abs(matrix.GetElement(1, 3) - plane_a_mm) > _TOLERANCE_MM:
        matrix.SetElement(1, 3, plane_a_mm)
        slice_node.UpdateMatrices()


def _set_scale(slice_node: Any, scale: float) -> None:
    across, down, _ = slice_node.GetDimensions()
    before = slice_node.GetFieldOfView()
    wanted = (scale * max(across, 1), scale * max(down, 1))
    if max(abs(wanted[0] - before[0]), abs(wanted[1] - before[1])) > _TOLERANCE_MM:
        slice_node.SetFieldOfView(*wanted, before[2])


def _matrix(slice_node: Any) -> np.ndarray:
    matrix = slice_node.GetSliceToRAS()
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
