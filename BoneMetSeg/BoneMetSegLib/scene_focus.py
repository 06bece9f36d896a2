"""The hot spot a reader looks at: the views centred on it, its segment brought out (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .hot_spot_segments import ACCEPTED_TAG, CLASS_TAG
from .hot_spots import HotSpot
from .scan import VIEWS
from .scene_images import array_of_matrix
from .scene_link import centre_of_view, move_centre
from .scene_nodes import SceneNodes

# Of a segment's fill: the counts stay readable through it.
_FILL_BROUGHT_OUT = 0.55
# Of the other segments' outlines while one is brought out.
_OUTLINE_BEHIND = 0.35
_SELECTED = "BoneMetSeg.Selected"
_WAS_HIDDEN = "hidden"


def centre_on(nodes: SceneNodes, hot_spot: HotSpot, slice_nodes: Mapping[str, Any]) -> np.ndarray:
    """Centre the views on a hot spot and bring its segment out, in place of the one before.

    Both views show the same place of the body, also where the hot spot is seen in one of them only. A hidden hot spot
    is shown as long as it is selected.

    Parameters
    ----------
    nodes : SceneNodes
    hot_spot : HotSpot
    slice_nodes : mapping from view to vtkMRMLSliceNode
        As ``scene_layouts.show_planar`` or ``show_spect`` returns them.

    Returns
    -------
    numpy.ndarray
        The place in RAS, in mm; of planar views its A is the mean of their planes and means nothing.
    """
    bring_out(nodes, hot_spot)
    place = place_of(nodes, hot_spot)
    centre_on_place(place, slice_nodes)
    return place


def centre_on_place(place_ras_mm: np.ndarray, slice_nodes: Mapping[str, Any]) -> None:
    """Centre planar views on a place; slices of a volume go through it, centred only where it was off the screen."""
    for name, slice_node in slice_nodes.items():
        if name in VIEWS:
            move_centre(slice_node, place_ras_mm)
        elif slice_node.IsA("vtkMRMLSliceNode"):
            was_modifying = slice_node.StartModify()
            slice_node.JumpSliceByOffsetting(*(float(value) for value in place_ras_mm))
            if not _is_on_screen(slice_node, place_ras_mm):
                move_centre(slice_node, place_ras_mm)
            slice_node.EndModify(was_modifying)


def _is_on_screen(slice_node: Any, place_ras_mm: np.ndarray) -> bool:
    offset = centre_of_view(slice_node) - place_ras_mm
    return float(np.abs(offset).max()) < min(slice_node.GetFieldOfView()[:2]) / 2


def place_of(nodes: SceneNodes, hot_spot: HotSpot) -> np.ndarray:
    """Return the middle of a hot spot in RAS, in mm: the mean over the views that show it.

    In a volume it is the voxel of the hot spot nearest to its middle: slices through it show the hot spot, also one
    that is bent like a rib.
    """
    places = []
    for view, seen in hot_spot.views.items():
        volume = nodes.volumes[view]
        local = _ijk_to_ras(volume) @ (*_middle_ijk(seen.mask, volume.GetSpacing()), 1.0)
        world = [0.0, 0.0, 0.0]
        volume.TransformPointToWorld([float(value) for value in local[:3]], world)
        places.append(world)
    return np.mean(places, axis=0)


def _middle_ijk(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    if mask.ndim == 2:
        rows, columns = np.nonzero(mask)
        return np.array([columns.mean(), rows.mean(), 0.0])
    ijk = np.argwhere(mask)[:, ::-1]
    distance = np.linalg.norm((ijk - ijk.mean(0)) * spacing_mm, axis=1)
    return np.asarray(ijk[distance.argmin()], float)


def bring_out(nodes: SceneNodes, hot_spot: HotSpot | None) -> None:
    """Bring the segment of a hot spot out, in place of the one before; None puts all back as they were.

    A change of what is shown (a review's decision, "show physiological uptake") is drawn by
    ``scene_refresh.show_segments``, which knows nothing of the selection: call this again after it.
    """
    for view, segmentation in nodes.segmentations.items():
        display = segmentation.GetDisplayNode()
        was_modifying = display.StartModify()
        _put_back(segmentation, display)
        if hot_spot is not None:
            _bring_out(segmentation, display, hot_spot.segment_id(view) if view in hot_spot.views else None)
        display.EndModify(was_modifying)


def _bring_out(segmentation: Any, display: Any, segment_id: str | None) -> None:
    """Make one segment stronger and the others weaker, and note what it was like."""
    for other in segmentation.GetSegmentation().GetSegmentIDs():
        display.SetSegmentOpacity2DOutline(other, 1.0 if other == segment_id else _OUTLINE_BEHIND)
    if segment_id is None or segmentation.GetSegmentation().GetSegment(segment_id) is None:
        return
    fill = display.GetSegmentOpacity2DFill(segment_id)
    shown = "shown" if display.GetSegmentVisibility(segment_id) else _WAS_HIDDEN
    segmentation.SetAttribute(_SELECTED, f"{segment_id} {fill!r} {shown}")
    display.SetSegmentOpacity2DFill(segment_id, _FILL_BROUGHT_OUT)
    display.SetSegmentVisibility(segment_id, True)


def _put_back(segmentation: Any, display: Any) -> None:
    segments = segmentation.GetSegmentation()
    for segment_id in segments.GetSegmentIDs():
        display.SetSegmentOpacity2DOutline(segment_id, 1.0)
    noted = segmentation.GetAttribute(_SELECTED)
    if not noted:
        return
    segmentation.RemoveAttribute(_SELECTED)
    segment_id, fill, shown = noted.rsplit(" ", 2)
    segment = segments.GetSegment(segment_id)
    if segment is None:
        return  # deleted while it was selected
    display.SetSegmentOpacity2DFill(segment_id, float(fill))
    if shown == _WAS_HIDDEN and not _accepted_meanwhile(segment):
        display.SetSegmentVisibility(segment_id, False)


def _accepted_meanwhile(segment: Any) -> bool:
    """Say whether a segment is to be seen by now, by its tags (``hot_spot_segments.is_shown``)."""
    tags = {key: _tag(segment, key) for key in (ACCEPTED_TAG, CLASS_TAG)}
    return tags[ACCEPTED_TAG] == "yes" and tags[CLASS_TAG] != "physiological"


def _tag(segment: Any, key: str) -> str:
    from vtkmodules.vtkCommonCore import reference

    value = reference("")
    return str(value) if segment.GetTag(key, value) else ""


def _ijk_to_ras(volume: Any) -> np.ndarray:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return array_of_matrix(matrix)
