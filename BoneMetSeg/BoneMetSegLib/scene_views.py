"""How the views of a scan are looked at in Slicer: orientations, slice views, layout (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .scan import PLANE_A_MM, PLANE_THICKNESS_MM, VIEWS
from .scene_boot import slicer_package
from .scene_nodes import SceneNodes

# Slice axes in RAS, as columns: to the right of the screen, up, and their cross product. Anterior has the patient's
# right at screen left; posterior looks from behind, the patient's left at screen left.
ORIENTATIONS: dict[str, tuple[str, np.ndarray]] = {
    "anterior": ("Anterior", np.array([[-1.0, 0, 0], [0, 0, 1], [0, 1, 0]])),
    "posterior": ("Posterior", np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])),
}
_SLICE_VIEW_NAMES = ("Red", "Yellow")
_LAYOUT_TAG = "vtkMRMLLayoutNode"  # as the application tags its own, so that a bundle replaces it


def add_orientation_presets(slice_node: Any) -> None:
    """Give a slice node the orientation presets "Anterior" and "Posterior"."""
    from vtkmodules.vtkCommonMath import vtkMatrix3x3

    for name, axes in ORIENTATIONS.values():
        matrix = vtkMatrix3x3()
        matrix.DeepCopy(axes.ravel().tolist())
        if slice_node.HasSliceOrientationPreset(name):
            slice_node.RemoveSliceOrientationPreset(name)
        slice_node.AddSliceOrientationPreset(name, matrix)


def show_views(nodes: SceneNodes, slice_nodes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Show each view, and its segmentation, in its own slice view, from the side it was acquired on.

    Parameters
    ----------
    nodes : SceneNodes
    slice_nodes : mapping from view to vtkMRMLSliceNode, optional
        Where to show them; by default Red for the first view and Yellow for the second, side by side, made if missing.

    Returns
    -------
    dict
        The slice node of each view.
    """
    chosen = slice_nodes or _default_slice_nodes(nodes)
    for view, slice_node in chosen.items():
        add_orientation_presets(slice_node)
        _aim(slice_node, nodes.volumes[view], view)
        composite = composite_of(nodes.scene, slice_node)
        composite.SetLinkedControl(False)  # linked views would take each other's orientation
        composite.SetBackgroundVolumeID(nodes.volumes[view].GetID())
        composite.SetForegroundVolumeID(None)
        composite.SetLabelVolumeID(None)
        for displayable in filter(None, (nodes.volumes[view], nodes.segmentations.get(view))):
            displayable.GetDisplayNode().SetViewNodeIDs((slice_node.GetID(),))
    if slice_nodes is None:
        layout = slicer_package().vtkMRMLLayoutNode
        side_by_side = layout.SlicerLayoutSideBySideView
        arrangement = side_by_side if len(chosen) > 1 else layout.SlicerLayoutOneUpRedSliceView
        set_layout(nodes.scene, arrangement, _SLICE_VIEW_NAMES[: len(chosen)])
    return dict(chosen)


def _default_slice_nodes(nodes: SceneNodes) -> dict[str, Any]:
    views = [view for view in VIEWS if view in nodes.volumes]
    return {view: slice_view(nodes.scene, name) for view, name in zip(views, _SLICE_VIEW_NAMES, strict=False)}


def _aim(slice_node: Any, volume: Any, view: str) -> None:
    """Turn a slice node to a view, put it exactly on the view's plane, and fit the whole image."""
    slice_node.SetOrientation(ORIENTATIONS[view][0])
    # The volume is half a slice thick either side of its plane: beside it there is nothing to see.
    slice_node.JumpSliceByCentering(0.0, PLANE_A_MM[view], 0.0)
    columns, rows, _ = volume.GetImageData().GetDimensions()
    width_mm, height_mm, _ = volume.GetSpacing()
    across, down, _ = slice_node.GetDimensions()
    mm_per_screen_pixel = max(columns * width_mm / max(across, 1), rows * height_mm / max(down, 1))
    slice_node.SetFieldOfView(
        mm_per_screen_pixel * max(across, 1), mm_per_screen_pixel * max(down, 1), PLANE_THICKNESS_MM
    )


def slice_view(scene: Any, name: str) -> Any:
    """Return the slice view of a name ("Red"), made if missing."""
    existing = scene.GetSingletonNode(name, "vtkMRMLSliceNode")
    if existing:
        return existing
    node = slicer_package().vtkMRMLSliceNode()
    return _add_singleton(scene, node, name)


def composite_of(scene: Any, slice_node: Any) -> Any:
    """Return what a slice view shows, made if missing."""
    name = slice_node.GetLayoutName()
    existing = slicer_package().vtkMRMLSliceLogic.GetSliceCompositeNode(slice_node)
    if existing:
        return existing
    return _add_singleton(scene, slicer_package().vtkMRMLSliceCompositeNode(), name)


def _add_singleton(scene: Any, node: Any, name: str) -> Any:
    node.SetName(name)
    node.SetLayoutName(name)
    node.SetSingletonTag(name)
    return scene.AddNode(node)


def set_layout(scene: Any, arrangement: int, names: tuple[str, ...]) -> None:
    """Arrange the views; ``names`` are the slice views that the arrangement holds."""
    layout_class = slicer_package().vtkMRMLLayoutNode
    layout = scene.GetSingletonNode(_LAYOUT_TAG, "vtkMRMLLayoutNode") or scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is None:
        layout = layout_class()
        layout.SetSingletonTag(_LAYOUT_TAG)
        layout = scene.AddNode(layout)
    if not layout.IsLayoutDescription(arrangement):
        # Outside the application nobody has described Slicer's layouts; the bundle carries the number alone.
        layout.AddLayoutDescription(arrangement, _layout_description(names))
    layout.SetViewArrangement(arrangement)


def _layout_description(names: tuple[str, ...]) -> str:
    items = "".join(f'<item><view class="vtkMRMLSliceNode" singletontag="{name}"/></item>' for name in names)
    return f'<layout type="horizontal">{items}</layout>'
