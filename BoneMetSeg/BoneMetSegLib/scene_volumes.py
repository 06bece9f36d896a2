"""A scan's images as volumes of the scene, which keep what the scan says of itself (floor 5).

``ATTRIBUTES`` is the one list of what is written on a volume node, so that a scan can be read back from its nodes. Who
was scanned is not among them: patient and study stand in the subject hierarchy alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .count_window import upper_counts
from .scan import VIEWS, PlanarScan, PlanarView, Scan, SpectScan
from .scene_images import vtk_image, vtk_matrix

# Name of a node attribute, and what it holds. "yes" and "no" are truth values; an unknown text is an absent attribute.
ATTRIBUTES: dict[str, str] = {
    # every volume
    "BoneMetSeg.Kind": '"planar" or "spect"',
    "BoneMetSeg.Modality": "as DICOM writes it",
    "BoneMetSeg.AcquisitionDate": "YYYYMMDD",
    "BoneMetSeg.AcquisitionTime": "HHMMSS",
    "BoneMetSeg.InjectionTime": "HHMMSS",
    "BoneMetSeg.Radiopharmaceutical": "as the file names it",
    "BoneMetSeg.Device": "manufacturer and model",
    "BoneMetSeg.SourceFormat": '"DICOM", "NRRD", "NIfTI" or "MHA"',
    "BoneMetSeg.Lossy": "yes or no: the pixels went through lossy compression",
    "BoneMetSeg.Warnings": "JSON list of sentences: what was assumed while reading",
    "DICOM.instanceUIDs": "SOP Instance UIDs with blanks between them: one, or one a slice (the name is Slicer's)",
    # a planar view; counts and pixel size are the volume's, the matrix is PlanarView.ijk_to_ras
    "BoneMetSeg.View": '"anterior" or "posterior"',
    "BoneMetSeg.ViewSource": "how the view was known, in words",
    "BoneMetSeg.Mirrored": "yes or no: the export put the patient's right at column 0 of a posterior view",
    "BoneMetSeg.PixelSizeSource": '"file", "given" or "assumed"',
    "BoneMetSeg.FrameNumber": "of the DICOM object, 1-based",
    "BoneMetSeg.DepthConvention": "a sentence for who reads the scene file",
    # a SPECT volume; voxels and matrix are the volume's
    "BoneMetSeg.Quantity": '"counts", "Bq/ml" or "SUVbw"',
    "BoneMetSeg.QuantityReason": "why, in words",
    "BoneMetSeg.Units": "UCUM",
    "BoneMetSeg.FrameNumbers": "of each slice in its DICOM object, 1-based, with blanks between them",
}
# Node reference from each of two planar views to the other; it outlives saving, and names that the user changes.
OTHER_VIEW_ROLE = "BoneMetSeg.OtherView"

DEPTH_CONVENTION = "The A coordinate is a convention, a planar image has no depth."


def add_planar_volumes(scene: Any, scan: PlanarScan, names: Mapping[str, str]) -> dict[str, Any]:
    """Add a volume for each view, in the view's geometry, in inverse grey.

    Parameters
    ----------
    scene : vtkMRMLScene
    scan : PlanarScan
    names : mapping from view to str
        Of the nodes; views that are not in it are left out. Never an identity: node names become file names.

    Returns
    -------
    dict
        The vtkMRMLScalarVolumeNode of each view, the anterior first.
    """
    volumes = {view: _add_volume(scene, scan.views[view], names[view]) for view in VIEWS if view in names}
    for view, node in volumes.items():
        describe_scan(node, scan)
        for other, other_node in volumes.items():
            if other != view:
                node.SetNodeReferenceID(OTHER_VIEW_ROLE, other_node.GetID())
    return volumes


def _add_volume(scene: Any, view: PlanarView, name: str) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    node.SetAndObserveImageData(vtk_image(view.counts.astype(np.float32)))
    node.SetIJKToRASMatrix(vtk_matrix(view.ijk_to_ras))
    node.CreateDefaultDisplayNodes()
    show_inverse_grey(node, upper_counts(view, []))
    describe_view(node, view)
    _set_known(node, "DICOM.instanceUIDs", view.sop_instance_uid)
    return node


def show_inverse_grey(volume: Any, upper: float) -> None:
    """Show a volume from white at 0 to black at ``upper``."""
    display = volume.GetScalarVolumeDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeInvertedGrey")
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(0.0, upper)


def describe_view(node: Any, view: PlanarView) -> None:
    """Write what a view says of itself on a node, its volume or its segmentation."""
    node.SetAttribute("BoneMetSeg.View", view.view)
    node.SetAttribute("BoneMetSeg.DepthConvention", DEPTH_CONVENTION)
    node.SetAttribute("BoneMetSeg.Mirrored", _yes_or_no(view.mirrored))
    node.SetAttribute("BoneMetSeg.PixelSizeSource", view.pixel_size_source)
    node.SetAttribute("BoneMetSeg.FrameNumber", str(view.frame_number))
    _set_known(node, "BoneMetSeg.ViewSource", view.view_source)


def describe_scan(node: Any, scan: Scan) -> None:
    """Write what a scan says of itself on a volume node."""
    node.SetAttribute("BoneMetSeg.Kind", scan.kind)
    node.SetAttribute("BoneMetSeg.SourceFormat", scan.source_format)
    node.SetAttribute("BoneMetSeg.Lossy", _yes_or_no(scan.lossy))
    node.SetAttribute("BoneMetSeg.Warnings", json.dumps(scan.warnings, ensure_ascii=False))
    _set_known(node, "BoneMetSeg.Modality", scan.modality)
    _set_known(node, "BoneMetSeg.AcquisitionDate", scan.acquisition_date)
    _set_known(node, "BoneMetSeg.AcquisitionTime", scan.acquisition_time)
    _set_known(node, "BoneMetSeg.InjectionTime", scan.injection_time)
    _set_known(node, "BoneMetSeg.Radiopharmaceutical", scan.radiopharmaceutical)
    _set_known(node, "BoneMetSeg.Device", scan.device)
    if isinstance(scan, SpectScan):
        uids = [uid for uid, _ in scan.slice_sources if uid]
        _set_known(node, "DICOM.instanceUIDs", _joined(uids[:1] if len(set(uids)) == 1 else uids))
        _set_known(node, "BoneMetSeg.FrameNumbers", _joined(str(number) for _, number in scan.slice_sources))


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _set_known(node: Any, attribute: str, value: str) -> None:
    if value:
        node.SetAttribute(attribute, value)
