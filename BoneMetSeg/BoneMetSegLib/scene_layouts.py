"""The layouts in which scans are read in Slicer, in slice views of their own (floor 5).

Planar: anterior and posterior side by side, or one view alone. SPECT: axial, sagittal, coronal, and a maximum intensity
projection where volumes can be rendered. The layout manager finds each view by its singleton tag; here the view exists,
turned and labelled, before the layout is chosen. Slicer's own views keep showing the case as the bundle shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .scan import PLANE_THICKNESS_MM, VIEWS
from .scene_body import body_span_mm
from .scene_mip import add_mip_view, fit_mip_view, mip_is_possible
from .scene_nodes import SceneNodes
from .scene_spect import fit_plane, show_plane
from .scene_views import (
    ORIENTATIONS,
    arrange,
    fitting_scale,
    layout_node,
    set_scale,
    show_volume,
    size_mm,
    slice_view,
    turn_to_view,
)

# Singleton tag, label in the view's bar, and colour of the bar.
PLANAR_VIEWS = {
    "anterior": ("BoneMetSegAnterior", "A", "#3B7EA1"),
    "posterior": ("BoneMetSegPosterior", "P", "#A1703B"),
}
SPECT_VIEWS = {
    "Axial": ("BoneMetSegAxial", "Ax", "#B5483A"),
    "Sagittal": ("BoneMetSegSagittal", "Sag", "#B59B2E"),
    "Coronal": ("BoneMetSegCoronal", "Cor", "#4F8F3A"),
}
# Two scans of a comparison, the earlier one (0) and the later one (1), view beside view.
COMPARISON_VIEWS = {
    (0, "anterior"): ("BoneMetSegEarlierAnterior", "A", "#7FA9BF"),
    (1, "anterior"): ("BoneMetSegLaterAnterior", "A", "#3B7EA1"),
    (0, "posterior"): ("BoneMetSegEarlierPosterior", "P", "#C2A078"),
    (1, "posterior"): ("BoneMetSegLaterPosterior", "P", "#A1703B"),
}
MIP_VIEW = ("BoneMetSegMIP", "MIP", "#6B6BA8")

# Numbers of our own in Slicer's table of layouts; it asks modules to stay above 100.
PLANAR_LAYOUT, ANTERIOR_LAYOUT, POSTERIOR_LAYOUT, SPECT_LAYOUT, SPECT_PLANES_LAYOUT = range(27181, 27186)
COMPARISON_LAYOUTS = {("anterior", "posterior"): 27186, ("anterior",): 27187, ("posterior",): 27188}


def describe_layouts(scene: Any) -> None:
    """Make our layouts known to a scene; once is enough, and again does no harm.

    A saved scene keeps only the layout's number: the module calls this when Slicer starts, so that such a scene comes
    back as it was.
    """
    layout = layout_node(scene)
    anterior, posterior = (_view("vtkMRMLSliceNode", *PLANAR_VIEWS[view]) for view in VIEWS)
    axial, sagittal, coronal = (_view("vtkMRMLSliceNode", *view) for view in SPECT_VIEWS.values())
    mip = _view("vtkMRMLViewNode", *MIP_VIEW)
    for number, description in (
        (PLANAR_LAYOUT, _row(anterior, posterior)),
        (ANTERIOR_LAYOUT, _row(anterior)),
        (POSTERIOR_LAYOUT, _row(posterior)),
        (SPECT_LAYOUT, _column(_row(axial, sagittal), _row(coronal, mip))),
        (SPECT_PLANES_LAYOUT, _row(axial, sagittal, coronal)),
    ):
        if not layout.IsLayoutDescription(number):
            layout.AddLayoutDescription(number, description)
    for views, number in COMPARISON_LAYOUTS.items():
        if not layout.IsLayoutDescription(number):
            panes = (_view("vtkMRMLSliceNode", *COMPARISON_VIEWS[place, view]) for view in views for place in (0, 1))
            layout.AddLayoutDescription(number, _row(*panes))
    # Slicer starts in the layout it was closed in, or reads it with a scene, and shows nothing if it is not known yet.
    if PLANAR_LAYOUT <= layout.GetViewArrangement() <= max(COMPARISON_LAYOUTS.values()):
        layout.SetViewArrangement(layout.GetViewArrangement())


def show_planar(nodes: SceneNodes, view: str | None = None) -> dict[str, Any]:
    """Show a planar case in views of its own, each from its own side, both at the same scale.

    Parameters
    ----------
    nodes : SceneNodes
    view : {"anterior", "posterior"}, optional
        This view alone; by default all that the case has, side by side.

    Returns
    -------
    dict
        The slice node of each view that is shown.
    """
    scene = nodes.scene
    describe_layouts(scene)
    shown = [name for name in VIEWS if name in nodes.volumes and view in (None, name)]
    slice_nodes = {}
    for name in shown:
        slice_node = labelled(slice_view(scene, PLANAR_VIEWS[name][0]), *PLANAR_VIEWS[name][1:])
        turn_to_view(slice_node, name, nodes.volumes[name])
        slice_node.SetDefaultOrientation(ORIENTATIONS[name][0])
        show_volume(scene, slice_node, nodes.volumes[name])
        displayed = (nodes.volumes[name], nodes.segmentations.get(name))
        for displayable in filter(None, displayed):
            _show_there_too(displayable.GetDisplayNode(), slice_node)
        slice_nodes[name] = slice_node
    one_alone = {"anterior": ANTERIOR_LAYOUT, "posterior": POSTERIOR_LAYOUT}
    arrange(layout_node(scene), PLANAR_LAYOUT if len(shown) > 1 else one_alone[shown[0]])
    fit_views(nodes, slice_nodes)
    return slice_nodes


def show_spect(nodes: SceneNodes) -> dict[str, Any]:
    """Show a SPECT volume in three planes through its centre and, where volumes can be rendered, as a MIP.

    Returns
    -------
    dict
        The slice nodes "Axial", "Sagittal", "Coronal" and, where it is shown, the 3-D view node "MIP". Without volume
        rendering "MIP" is missing: that is for the panel to say.
    """
    scene, volume = nodes.scene, nodes.volumes["spect"]
    describe_layouts(scene)
    views = {}
    for plane, (tag, label, colour) in SPECT_VIEWS.items():
        slice_node = labelled(slice_view(scene, tag), label, colour)
        show_plane(scene, slice_node, plane, volume)
        slice_node.SetDefaultOrientation(plane)
        views[plane] = slice_node
    if mip_is_possible():
        views["MIP"] = labelled(add_mip_view(scene, volume, MIP_VIEW[0]), *MIP_VIEW[1:])
    arrange(layout_node(scene), SPECT_LAYOUT if "MIP" in views else SPECT_PLANES_LAYOUT)
    return views


def fit_views(nodes: SceneNodes, views: dict[str, Any]) -> None:
    """Show all of the scan in each view; to be called again once the widgets have their size.

    Planar views show the whole width of the image and the body from head to feet, at one scale and height.

    Parameters
    ----------
    nodes : SceneNodes
    views : dict
        What ``show_planar`` or ``show_spect`` returned.
    """
    planar = {name: node for name, node in views.items() if name in VIEWS}
    if planar:
        low_mm, high_mm = body_span_mm({name: nodes.volumes[name] for name in planar})
        scale = max(
            fitting_scale(node, size_mm(nodes.volumes[name])[0], high_mm - low_mm) for name, node in planar.items()
        )
        for name, node in planar.items():
            _turn_and_scale(node, name, nodes.volumes[name], (low_mm + high_mm) / 2, scale)
    for plane in SPECT_VIEWS.keys() & views.keys():
        fit_plane(views[plane], plane, nodes.volumes["spect"])
    if "MIP" in views:
        fit_mip_view(nodes.scene, views["MIP"], nodes.volumes["spect"])


def fit_comparison(shown: Mapping[tuple[int, str], tuple[Any, Any]], width_mm: float) -> None:
    """Show the bodies of two scans from head to feet, all views at one scale, each scan at a height of its own.

    Parameters
    ----------
    shown : mapping from (scan, view) to (vtkMRMLSliceNode, vtkMRMLScalarVolumeNode)
    width_mm : float
        To be seen, half of it either side of the images' middle.
    """
    spans = {
        place: body_span_mm({view: volume for (each, view), (_, volume) in shown.items() if each == place})
        for place in {place for place, _ in shown}
    }
    tallest = max(high - low for low, high in spans.values())
    scale = max(fitting_scale(node, width_mm, tallest) for node, _ in shown.values())
    for (place, view), (node, volume) in shown.items():
        # Heads level, whatever lies below.
        _turn_and_scale(node, view, volume, spans[place][1] - tallest / 2, scale)


def _turn_and_scale(node: Any, view: str, volume: Any, middle_mm: float, scale: float) -> None:
    was_modifying = node.StartModify()
    turn_to_view(node, view, volume)
    node.SetXYZOrigin(0.0, middle_mm, 0.0)
    set_scale(node, scale, PLANE_THICKNESS_MM)
    node.EndModify(was_modifying)


def labelled(view_node: Any, label: str, colour: str) -> Any:
    """Give a view its label and the colour of its bar, and return it."""
    view_node.SetLayoutLabel(label)
    view_node.SetLayoutColor(*(int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)))
    return view_node


def _show_there_too(display: Any, view_node: Any) -> None:
    """Add a view to those that show a node; Slicer's own views keep what the bundle shows in them."""
    if display.GetNumberOfViewNodeIDs() and not display.IsViewNodeIDPresent(view_node.GetID()):
        display.AddViewNodeID(view_node.GetID())


# ---- descriptions --------------------------------------------------------------------------------------------------


def _view(view_class: str, tag: str, label: str, colour: str) -> str:
    properties = f'<property name="viewlabel" action="default">{label}</property>'
    properties += f'<property name="viewcolor" action="default">{colour}</property>'
    return f'<view class="{view_class}" singletontag="{tag}">{properties}</view>'


def _row(*parts: str) -> str:
    return _layout("horizontal", parts)


def _column(*parts: str) -> str:
    return _layout("vertical", parts)


def _layout(kind: str, parts: tuple[str, ...]) -> str:
    return f'<layout type="{kind}">' + "".join(f"<item>{part}</item>" for part in parts) + "</layout>"
