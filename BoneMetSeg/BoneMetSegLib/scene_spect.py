"""A SPECT volume in the Slicer scene: volume, report, subject hierarchy, three planes (floor 5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .scan import SpectScan
from .scene_boot import mrml, slicer_package
from .scene_hierarchy import add_to_hierarchy
from .scene_images import vtk_image, vtk_matrix
from .scene_intensity import share_scale
from .scene_nodes import SceneNodes, add_text
from .scene_views import centre_and_extents, fitting_scale, set_layout, set_scale, show_volume, slice_view
from .scene_volumes import describe_scan

# (UCUM unit, its meaning, the code of the quantity where DICOM has one).
_CODES: dict[str, tuple[tuple[str, str], tuple[str, str] | None]] = {
    "counts": (("{counts}", "Counts"), None),
    "Bq/ml": (("Bq/ml", "Becquerels/milliliter"), None),
    "SUVbw": (
        ("g/ml{SUVbw}", "Standardized Uptake Value body weight"),
        ("126401", "SUVbw"),
    ),
}
# Slice views as Slicer names and colours them, and the planes it gives them.
PLANES = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}
_WINDOW_PERCENTILE = 99.8  # of the voxels above zero: bone is a few percent of them, bladder and kidneys less
_TERMS = {"en": ("SPECT", "report", "Patient"), "zh": ("断层", "报告", "患者")}


def build_spect_scene(
    scan: SpectScan,
    report_text: str | None = None,
    *,
    scene: Any = None,
    lang: str = "en",
    case_name: str = "Bone scan",
) -> SceneNodes:
    """Put a SPECT volume into a scene and show it in the axial, sagittal and coronal slice views.

    Parameters
    ----------
    scan : SpectScan
    report_text : str or None
    scene : vtkMRMLScene, optional
        ``slicer.mrmlScene`` inside Slicer; by default the scene booted for this process.
    lang : {"en", "zh"}
        Of node names.
    case_name : str
        First word of every node's name. Never an identity: node names become file names.

    Returns
    -------
    SceneNodes
        Its volume is "spect"; it has neither segmentations nor a table.

    Raises
    ------
    InputError
        Neither Slicer nor slicer-core is here.
    """
    scene = scene or mrml().scene
    volume_term, report_term, patient_term = _TERMS[lang]
    volume = add_spect_volume(scene, scan, f"{case_name} {volume_term}")
    text = None if report_text is None else add_text(scene, report_text, f"{case_name} {report_term}")
    nodes = [volume, *([text] if text else [])]
    subject, study, items = add_to_hierarchy(scene, scan, (case_name, patient_term), nodes)
    case = SceneNodes(scene, {"spect": volume}, {}, None, text, subject, study, items, ("spect",))
    share_scale(case)
    show_three_planes(scene, volume)
    return case


def upper_window(voxels: np.ndarray) -> float:
    """Return the value shown black: a high percentile of the voxels above zero, in the volume's quantity."""
    above = voxels[voxels > 0]
    return float(np.percentile(above, _WINDOW_PERCENTILE))


def add_spect_volume(scene: Any, scan: SpectScan, name: str) -> Any:
    """Add the volume, in the quantity it was read in and in inverse grey; return its vtkMRMLScalarVolumeNode."""
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    node.SetAndObserveImageData(vtk_image(scan.voxels))
    node.SetIJKToRASMatrix(vtk_matrix(scan.ijk_to_ras))
    node.CreateDefaultDisplayNodes()
    describe_scan(node, scan)
    node.SetAttribute("BoneMetSeg.Quantity", scan.quantity)
    node.SetAttribute("BoneMetSeg.QuantityReason", scan.quantity_reason)
    (unit, meaning), quantity = _CODES[scan.quantity]
    node.SetAttribute("BoneMetSeg.Units", unit)
    node.SetVoxelValueUnits(_coded(unit, "UCUM", meaning))
    if quantity:
        node.SetVoxelValueQuantity(_coded(quantity[0], "DCM", quantity[1]))
    display = node.GetScalarVolumeDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeInvertedGrey")
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(0.0, upper_window(scan.voxels))
    return node


def _coded(value: str, scheme: str, meaning: str) -> Any:
    entry = slicer_package().vtkCodedEntry()
    entry.SetValueSchemeMeaning(value, scheme, meaning)
    return entry


def show_three_planes(scene: Any, volume: Any) -> dict[str, Any]:
    """Show a volume in the Red, Yellow and Green slice views: axial, sagittal, coronal, through its centre.

    Returns
    -------
    dict
        The slice node of each view's name.
    """
    shown = {}
    for name, plane in PLANES.items():
        shown[name] = slice_view(scene, name)
        show_plane(scene, shown[name], plane, volume)
    set_layout(scene, slicer_package().vtkMRMLLayoutNode.SlicerLayoutFourUpView, tuple(PLANES))
    return shown


def show_plane(scene: Any, slice_node: Any, plane: str, volume: Any) -> None:
    """Show a plane ("Axial", "Sagittal", "Coronal") through a volume's centre in a slice view, all of it."""
    _add_missing_preset(slice_node, plane)
    slice_node.SetOrientation(plane)
    fit_plane(slice_node, plane, volume)
    show_volume(scene, slice_node, volume)


def fit_plane(slice_node: Any, plane: str, volume: Any) -> None:
    """Show the middle of a volume in the middle of a slice view, at the scale at which the volume just fits."""
    centre, extents = centre_and_extents(volume)
    slice_node.SetXYZOrigin(0.0, 0.0, 0.0)  # panning moves this one, and a jump leaves it
    slice_node.JumpSliceByCentering(*centre)
    # Which extents lie across and down each plane.
    across, down = {"Axial": (0, 1), "Sagittal": (1, 2), "Coronal": (0, 2)}[plane]
    set_scale(slice_node, fitting_scale(slice_node, float(extents[across]), float(extents[down])))


def _add_missing_preset(node: Any, plane: str) -> None:
    """Give a slice node the plane as Slicer has it by default, the patient's right at screen left."""
    if node.HasSliceOrientationPreset(plane):
        return
    from vtkmodules.vtkCommonMath import vtkMatrix3x3

    matrix = vtkMatrix3x3()
    getattr(node, f"Get{plane}SliceToRASMatrix")(matrix, True)
    node.AddSliceOrientationPreset(plane, matrix)
