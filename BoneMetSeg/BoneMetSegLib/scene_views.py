"""How the views of a scan are looked at in Slicer: orientations, slice views, layout (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .scan import PLANE_THICKNESS_MM, VIEWS
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
_CHOSEN_HERE = "BoneMetSeg.ChosenLayout"
_CHOSEN_BY_USER = "BoneMetSeg.UserLayout"


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
        _aim(slice_node, nodes.volumes[view], view)
        show_volume(nodes.scene, slice_node, nodes.volumes[view])
        for displayable in filter(None, (nodes.volumes[view], nodes.segmentations.get(view))):
            displayable.GetDisplayNode().SetViewNodeIDs((slice_node.GetID(),))
    if slice_nodes is None:
        layout = slicer_package().vtkMRMLLayoutNode
        side_by_side = layout.SlicerLayoutSideBySideView
        arrangement = side_by_side if len(chosen) > 1 else layout.SlicerLayoutOneUpRedSliceView
        set_layout(nodes.scene, arrangement, _SLICE_VIEW_NAMES[: len(chosen)])
    return dict(chosen)


def show_volume(scene: Any, slice_node: Any, volume: Any) -> None:
    """Show a volume, and nothing else, in a slice view."""
    composite = composite_of(scene, slice_node)
    composite.SetLinkedControl(False)  # linked views would take each other's orientation
    composite.SetBackgroundVolumeID(volume.GetID())
    composite.SetForegroundVolumeID(None)
    composite.SetLabelVolumeID(None)


def _default_slice_nodes(nodes: SceneNodes) -> dict[str, Any]:
    views = [view for view in VIEWS if view in nodes.volumes]
    return {view: slice_view(nodes.scene, name) for view, name in zip(views, _SLICE_VIEW_NAMES, strict=False)}


def _aim(slice_node: Any, volume: Any, view: str) -> None:
    """Turn a slice node to a view, put it exactly on the view's plane, and fit the whole image."""
    turn_to_view(slice_node, view, volume)
    width_mm, height_mm = size_mm(volume)
    set_scale(slice_node, fitting_scale(slice_node, width_mm, height_mm), PLANE_THICKNESS_MM)


def turn_to_view(slice_node: Any, view: str, volume: Any) -> None:
    """Turn a slice node to a view, with the middle of the image in the middle of the screen.

    The volume is where its view's plane is (``scan.PLANE_A_MM``), or where a transform has moved it.
    """
    add_orientation_presets(slice_node)
    slice_node.SetOrientation(ORIENTATIONS[view][0])
    slice_node.SetXYZOrigin(0.0, 0.0, 0.0)  # panning moves this one, and a jump leaves it
    # The volume is half a slice thick either side of its plane: beside it there is nothing to see.
    slice_node.JumpSliceByCentering(*(float(value) for value in centre_and_extents(volume)[0]))


def size_mm(volume: Any) -> tuple[float, float]:
    """Return width and height of a planar volume's image."""
    columns, rows, _ = volume.GetImageData().GetDimensions()
    width_mm, height_mm, _ = volume.GetSpacing()
    return columns * width_mm, rows * height_mm


def centre_and_extents(volume: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a volume's centre in RAS and its extents along R, A and S, in mm."""
    bounds = [0.0] * 6
    volume.GetRASBounds(bounds)
    low, high = np.array(bounds[::2]), np.array(bounds[1::2])
    return (low + high) / 2, high - low


def fitting_scale(slice_node: Any, width_mm: float, height_mm: float) -> float:
    """Return the mm per screen pixel at which something of this size just fits a view."""
    across, down, _ = (max(size, 1) for size in slice_node.GetDimensions())
    return max(width_mm / across, height_mm / down)


def set_scale(slice_node: Any, mm_per_screen_pixel: float, depth_mm: float | None = None) -> None:
    """Give a view a scale."""
    across, down, _ = (max(size, 1) for size in slice_node.GetDimensions())
    depth_mm = slice_node.GetFieldOfView()[2] if depth_mm is None else depth_mm
    slice_node.SetFieldOfView(mm_per_screen_pixel * across, mm_per_screen_pixel * down, depth_mm)


def slice_view(scene: Any, name: str) -> Any:
    """Return the slice view of a name ("Red"), made if missing."""
    existing = scene.GetSingletonNode(name, "vtkMRMLSliceNode")
    if existing:
        return existing
    return _add_singleton(scene, with_defaults(scene, slicer_package().vtkMRMLSliceNode()), name)


def with_defaults(scene: Any, view_node: Any) -> Any:
    """Give a new view node the user's settings for views of its kind: orientations, ruler, marker."""
    default = scene.GetDefaultNodeByClass(view_node.GetClassName())
    if default is not None:
        view_node.CopyContent(default)
    return view_node


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
    layout = layout_node(scene)
    if not layout.IsLayoutDescription(arrangement):
        # Outside the application nobody has described Slicer's layouts; the bundle carries the number alone.
        layout.AddLayoutDescription(arrangement, _layout_description(names))
    arrange(layout, arrangement)


def layout_node(scene: Any) -> Any:
    """Return the scene's layout node, made if missing."""
    layout_class = slicer_package().vtkMRMLLayoutNode
    layout = scene.GetSingletonNode(_LAYOUT_TAG, "vtkMRMLLayoutNode") or scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is None:
        layout = layout_class()
        layout.SetSingletonTag(_LAYOUT_TAG)
        layout = scene.AddNode(layout)
    return layout


def arrange(layout: Any, arrangement: int) -> None:
    """Choose a described layout, and remember the one that the user had chosen before."""
    current = layout.GetViewArrangement()
    if str(current) != layout.GetAttribute(_CHOSEN_HERE) and current != layout.SlicerLayoutNone:
        layout.SetAttribute(_CHOSEN_BY_USER, str(current))
    layout.SetAttribute(_CHOSEN_HERE, str(arrangement))
    layout.SetViewArrangement(arrangement)


def restore_layout(scene: Any) -> bool:
    """Go back to the layout that the user had before ours; one that he chose since is left alone.

    Returns
    -------
    bool
        Whether the layout changed.
    """
    layout = layout_node(scene)
    before = layout.GetAttribute(_CHOSEN_BY_USER)
    ours = layout.GetAttribute(_CHOSEN_HERE)
    layout.RemoveAttribute(_CHOSEN_BY_USER)
    layout.RemoveAttribute(_CHOSEN_HERE)
    # A layout that came with a scene file need not be described here.
    if not before or str(layout.GetViewArrangement()) != ours or not layout.IsLayoutDescription(int(before)):
        return False
    layout.SetViewArrangement(int(before))
    return True


def _layout_description(names: tuple[str, ...]) -> str:
    items = "".join(f'<item><view class="vtkMRMLSliceNode" singletontag="{name}"/></item>' for name in names)
    return f'<layout type="horizontal">{items}</layout>'
