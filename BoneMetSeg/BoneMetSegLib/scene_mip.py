"""A maximum intensity projection of a volume in a 3-D view, inverse grey on white, from the front (floor 5)."""

from __future__ import annotations

from typing import Any

from .scene_boot import mrml, slicer_package
from .scene_views import centre_and_extents, with_defaults

_LOGIC_CLASS = "vtkSlicerVolumeRenderingLogic"
_GPU_RENDERING = "vtkMRMLGPURayCastVolumeRenderingDisplayNode"
_MIP_ATTRIBUTE = "BoneMetSeg.MIP"
_FADED_ATTRIBUTE = "BoneMetSeg.Faded"
# Of a faded MIP's blackest voxel, chosen by eye: surfaces within show their colour, and bone is still seen.
_FADED_OPACITY = 0.4
_CAMERA_DISTANCE_MM = 2000.0
_MARGIN = 1.2  # of the volume's half height, for the letters of its sides
_MINUS_A, _PLUS_A = 2, 3  # of a view's axis labels


def mip_is_possible() -> bool:
    """Say whether Slicer's volume rendering is here."""
    slicer = slicer_package()
    if hasattr(slicer, "app"):
        return hasattr(slicer.modules, "volumerendering")
    return hasattr(slicer, _LOGIC_CLASS)


def add_mip_view(scene: Any, volume: Any, tag: str) -> Any:
    """Show a volume as a MIP in the 3-D view with a singleton tag, made if missing.

    Returns
    -------
    vtkMRMLViewNode
    """
    view = scene.GetSingletonNode(tag, "vtkMRMLViewNode") or _add_view(scene, tag)
    view.SetRaycastTechnique(view.MaximumIntensityProjection)
    view.SetRenderMode(view.Orthographic)
    view.SetBackgroundColor(1, 1, 1)
    view.SetBackgroundColor2(1, 1, 1)
    view.SetBoxVisible(False)
    view.SetAxisLabelsVisible(True)
    # Slicer writes the letter of the far side, which a MIP does not hide: "P" amid a view from the front misleads.
    for label in (_MINUS_A, _PLUS_A):
        view.SetAxisLabel(label, "")
    if hasattr(slicer_package(), "app"):  # the figure is a file of the application's
        view.SetOrientationMarkerType(view.OrientationMarkerTypeHuman)
    display = mip_display(volume) or _add_display(scene, volume)
    display.SetViewNodeIDs((view.GetID(),))
    display.SetVisibility(True)
    match_mip(volume)
    fit_mip_view(scene, view, volume)
    return view


def fit_mip_view(scene: Any, view: Any, volume: Any) -> None:
    """Look at the volume's centre from the patient's front, head up, the whole volume within the view."""
    camera = _camera_of(scene, view)
    centre, extents = centre_and_extents(volume)
    camera.SetFocalPoint(*centre)
    camera.SetPosition(centre[0], centre[1] + _CAMERA_DISTANCE_MM, centre[2])
    camera.SetViewUp(0, 0, 1)
    camera.SetParallelProjection(True)
    half_height = float(max(extents[0], extents[2])) / 2 * _MARGIN
    view.SetFieldOfView(half_height)  # the view hands it to its camera as parallel scale, whatever the camera had
    camera.SetParallelScale(half_height)
    camera.ResetClippingRange()


def match_mip(volume: Any) -> None:
    """Give a volume's MIP, where it has one, the window of its slices: zero is white, the upper end is black."""
    display = mip_display(volume)
    if display is None:
        return
    upper = max(volume.GetScalarVolumeDisplayNode().GetWindowLevelMax(), 1e-6)
    lower = min(volume.GetScalarVolumeDisplayNode().GetWindowLevelMin(), upper * 0.99)
    properties = display.GetVolumePropertyNode().GetVolumeProperty()
    was_modifying = display.GetVolumePropertyNode().StartModify()
    colour = properties.GetRGBTransferFunction()
    colour.RemoveAllPoints()
    colour.AddRGBPoint(lower, 0, 0, 0)
    colour.AddRGBPoint(upper, 0, 0, 0)
    opacity = properties.GetScalarOpacity()
    opacity.RemoveAllPoints()
    opacity.AddPoint(lower, 0)
    opacity.AddPoint(upper, _FADED_OPACITY if display.GetAttribute(_FADED_ATTRIBUTE) else 1)
    properties.SetInterpolationTypeToLinear()
    properties.ShadeOff()
    properties.DisableGradientOpacityOn()
    display.GetVolumePropertyNode().EndModify(was_modifying)


def fade_mip(volume: Any, *, is_faded: bool) -> None:
    """Make a volume's MIP, where it has one, faint enough for surfaces within it to be seen; or full again."""
    display = mip_display(volume)
    if display is not None and bool(display.GetAttribute(_FADED_ATTRIBUTE)) != is_faded:
        display.SetAttribute(_FADED_ATTRIBUTE, "yes" if is_faded else None)
        match_mip(volume)


def mip_display(volume: Any) -> Any:
    """Return the display node of a volume's MIP, or None; a volume rendering of the user's own is not meant."""
    displays = (volume.GetNthDisplayNode(n) for n in range(volume.GetNumberOfDisplayNodes()))
    return next((node for node in displays if node.GetAttribute(_MIP_ATTRIBUTE)), None)


def _add_view(scene: Any, tag: str) -> Any:
    view = with_defaults(scene, slicer_package().vtkMRMLViewNode())
    view.SetName(tag)
    view.SetLayoutName(tag)
    return scene.AddNode(view)


def _add_display(scene: Any, volume: Any) -> Any:
    logic = _logic()
    display = scene.AddNewNodeByClass(logic.GetDefaultRenderingMethod() or _GPU_RENDERING, f"{volume.GetName()} MIP")
    display.SetAttribute(_MIP_ATTRIBUTE, "yes")
    properties = scene.AddNewNodeByClass("vtkMRMLVolumePropertyNode", f"{volume.GetName()} MIP")
    # Slicer's own "create default nodes" would also guess a preset for CT or MR, and crop.
    display.SetFollowVolumeDisplayNode(False)
    volume.AddAndObserveDisplayNodeID(display.GetID())
    logic.UpdateDisplayNodeFromVolumeNode(display, volume, properties, None, False)
    return display


def _logic() -> Any:
    """Return Slicer's logic of volume rendering, or one booted beside the others."""
    slicer = slicer_package()
    if hasattr(slicer, "app"):
        return slicer.modules.volumerendering.logic()
    return mrml().application_logic.GetModuleLogic("VolumeRendering")


def _camera_of(scene: Any, view: Any) -> Any:
    """Return the camera that Slicer's 3-D view takes, the one with the view's layout name."""
    cameras = (
        scene.GetNthNodeByClass(n, "vtkMRMLCameraNode")
        for n in range(scene.GetNumberOfNodesByClass("vtkMRMLCameraNode"))
    )
    existing = next((camera for camera in cameras if camera.GetLayoutName() == view.GetLayoutName()), None)
    if existing:
        return existing
    camera = slicer_package().vtkMRMLCameraNode()
    camera.SetName(f"{view.GetName()} camera")
    camera.SetLayoutName(view.GetLayoutName())
    return scene.AddNode(camera)
