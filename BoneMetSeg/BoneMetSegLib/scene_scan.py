"""A scan read back from volumes of the scene, however they came there (floor 5).

Volumes that our DICOM plugin or a case made say what they are by their attributes (``scene_volumes.ATTRIBUTES``). Of
others the DICOM database is asked for the file; what has none is read by its axes and its name, as a file would be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .planar_checks import checked_counts
from .scan import QUANTITIES, VIEWS, Identity, PlanarScan, PlanarView, Scan, SpectScan, View, right_handed
from .scan_files import read_scan
from .scene_hierarchy import hierarchy_of
from .scene_images import array_of_matrix
from .scene_volumes import OTHER_VIEW_ROLE
from .spect_checks import MIN_EXTENT, checked_extents, checked_spacing, checked_voxels
from .volume_files import planar_scan_of_image

VIEW_ATTRIBUTE = "BoneMetSeg.View"
_NOTHING_FOUND: Callable[[str], Path | None] = lambda _uid: None  # noqa: E731


def scan_of_volumes(
    volumes: Sequence[Any],
    *,
    view: View | None = None,
    order: Sequence[View] | None = None,
    flip_posterior: bool | None = None,
    file_of_instance: Callable[[str], Path | None] = _NOTHING_FOUND,
) -> Scan:
    """Return the scan that volumes of the scene hold.

    Parameters
    ----------
    volumes : sequence of vtkMRMLScalarVolumeNode
        One volume, or one for each view in any order. The other view of a volume that knows it is added by itself.
    view : {"anterior", "posterior"}, optional
        Of a single image that does not say it.
    order : sequence of view, optional
        Of the slices of a volume with both views, where nothing else says it.
    flip_posterior : bool, optional
        Whether the posterior view was exported mirrored; None: as the scan says.
    file_of_instance : callable, optional
        Returns the file of a SOP Instance UID, or None: the DICOM database, for volumes that Slicer loaded itself.

    Raises
    ------
    InputError
        The volumes are no bone scan that can be used; the sentence says why.
    """
    nodes = _with_partner(list(dict.fromkeys(volumes)))
    if not nodes:
        raise InputError("No volume is chosen; choose a bone scan")
    if any(node.GetImageData() is None or not node.GetImageData().GetNumberOfPoints() for node in nodes):
        raise InputError("The chosen volume holds no image")
    if all(node.GetAttribute(VIEW_ATTRIBUTE) for node in nodes):
        return _planar(nodes, flip_posterior)
    files = [_file(node, file_of_instance) for node in nodes]
    if all(files):
        paths = list(dict.fromkeys(file for file in files if file is not None))
        return read_scan(paths if len(paths) > 1 else paths[0], view=view, flip_posterior=flip_posterior)
    if len(nodes) == 1 and min(nodes[0].GetImageData().GetDimensions()) >= MIN_EXTENT:
        return _spect(nodes[0])
    return _foreign(nodes, view, order, flip_posterior)


def volumes_of_views(volumes: Sequence[Any]) -> dict[str, Any]:
    """Return those volumes that a case can be shown on as they are: the ones that say which view they are."""
    nodes = _with_partner(list(dict.fromkeys(volumes)))
    if not all(node.GetAttribute(VIEW_ATTRIBUTE) for node in nodes):
        return {}
    return {node.GetAttribute(VIEW_ATTRIBUTE): node for node in nodes}


def _with_partner(nodes: list[Any]) -> list[Any]:
    if len(nodes) == 1:
        partner = nodes[0].GetNodeReference(OTHER_VIEW_ROLE)
        if partner is not None:
            nodes.append(partner)
    return nodes


# --- volumes that say what they are -----------------------------------------------------------------------------------


def _planar(nodes: Sequence[Any], flip_posterior: bool | None) -> PlanarScan:
    by_view = {node.GetAttribute(VIEW_ATTRIBUTE): node for node in nodes}
    if len(by_view) < len(nodes):
        raise InputError(f"Both volumes show the {next(iter(by_view))} view; choose an anterior and a posterior one")
    views = {view: _view(view, by_view[view]) for view in VIEWS if view in by_view}
    if flip_posterior is not None and "posterior" in views:
        views["posterior"] = replace(views["posterior"], mirrored=flip_posterior)
    first = by_view[next(iter(views))]
    warnings = json.loads(first.GetAttribute("BoneMetSeg.Warnings") or "[]")
    return PlanarScan(views, identity=_identity(first), warnings=tuple(warnings), **_facts(first))


def _view(view: View, node: Any) -> PlanarView:
    pixels = _pixels(node)[0]
    width_mm, height_mm, _ = node.GetSpacing()
    return PlanarView(
        view,
        checked_counts(node.GetName(), pixels),
        (float(height_mm), float(width_mm)),
        pixel_size_source=node.GetAttribute("BoneMetSeg.PixelSizeSource") or "file",
        view_source=node.GetAttribute("BoneMetSeg.ViewSource") or "volume",
        mirrored=node.GetAttribute("BoneMetSeg.Mirrored") == "yes",
        sop_instance_uid=(node.GetAttribute("DICOM.instanceUIDs") or "").split(" ")[0],
        frame_number=int(node.GetAttribute("BoneMetSeg.FrameNumber") or 1),
    )


def _facts(node: Any) -> dict[str, Any]:
    """Return what the attributes say of scan and camera."""

    def said(name: str) -> str:
        return node.GetAttribute(f"BoneMetSeg.{name}") or ""

    return {
        "modality": said("Modality") or "NM",
        "acquisition_date": said("AcquisitionDate"),
        "acquisition_time": said("AcquisitionTime"),
        "injection_time": said("InjectionTime"),
        "radiopharmaceutical": said("Radiopharmaceutical"),
        "device": said("Device"),
        "source_format": said("SourceFormat") or "volume",
        "lossy": said("Lossy") == "yes",
    }


def _identity(node: Any) -> Identity:
    """Return who was scanned in which study, as the subject hierarchy has it."""
    hierarchy = hierarchy_of(node.GetScene())
    item = hierarchy.GetItemByDataNode(node)

    def said(level: str, name: str) -> str:
        above = hierarchy.GetItemAncestorAtLevel(item, level) if item else 0
        return hierarchy.GetItemAttribute(above, f"DICOM.{name}") or "" if above else ""

    return Identity(
        patient_id=said("Patient", "PatientID"),
        patient_name=said("Patient", "PatientName"),
        study_instance_uid=said("Study", "StudyInstanceUID"),
        accession_number=said("Study", "AccessionNumber"),
    )


# --- volumes that Slicer loaded by itself -----------------------------------------------------------------------------


def _file(node: Any, file_of_instance: Callable[[str], Path | None]) -> Path | None:
    uids = (node.GetAttribute("DICOM.instanceUIDs") or "").split()
    return file_of_instance(uids[0]) if len(uids) == 1 else None


def _foreign(
    nodes: Sequence[Any], view: View | None, order: Sequence[View] | None, flip_posterior: bool | None
) -> PlanarScan:
    scans = [
        planar_scan_of_image(
            node.GetName(),
            _itk_image(node),
            "volume",
            view=view if len(nodes) == 1 else None,
            order=order,
            flip_posterior=flip_posterior,
        )
        for node in nodes
    ]
    views: dict[str, PlanarView] = {}
    for scan in scans:
        twice = set(views) & set(scan.views)
        if twice:
            raise InputError(f"Both volumes show the {min(twice)} view; choose an anterior and a posterior one")
        views.update(scan.views)
    warnings = dict.fromkeys(sentence for scan in scans for sentence in scan.warnings)
    return replace(
        scans[0],
        views={name: views[name] for name in VIEWS if name in views},
        identity=_identity(nodes[0]),
        warnings=tuple(warnings),
    )


def _spect(node: Any) -> SpectScan:
    name, said = node.GetName(), node.GetAttribute("BoneMetSeg.Quantity")
    columns, rows, slices = node.GetImageData().GetDimensions()
    checked_extents(name, (columns, rows, slices))
    checked_spacing(name, node.GetSpacing(), (columns, rows, slices))
    voxels, notes = checked_voxels(name, _pixels(node).astype(np.float32))
    voxels, ijk_to_ras, _ = right_handed(voxels, _ijk_to_ras(node))
    return SpectScan(
        voxels=voxels,
        ijk_to_ras=ijk_to_ras,
        quantity=said if said in QUANTITIES else "counts",
        quantity_reason=node.GetAttribute("BoneMetSeg.QuantityReason")
        or "counts, since the volume does not say what its values are",
        identity=_identity(node),
        warnings=tuple(notes),
        **_facts(node),
    )


# --- pixels and axes --------------------------------------------------------------------------------------------------


def _pixels(node: Any) -> np.ndarray:
    """Return a copy of a volume's voxels, ``(k, j, i)``."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    image = node.GetImageData()
    scalars = image.GetPointData().GetScalars()
    if scalars.GetNumberOfComponents() != 1:
        raise InputError(f"{node.GetName()} is a colour picture; counts are needed")
    return np.array(vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1]))


def _ijk_to_ras(node: Any) -> np.ndarray:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return array_of_matrix(matrix)


def _itk_image(node: Any) -> Any:
    """Return a volume as ITK has it: its axes in LPS."""
    import SimpleITK

    matrix = np.diag([-1.0, -1.0, 1.0, 1.0]) @ _ijk_to_ras(node)
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    image = SimpleITK.GetImageFromArray(_pixels(node))
    image.SetSpacing([float(mm) for mm in spacing])
    image.SetOrigin([float(mm) for mm in matrix[:3, 3]])
    image.SetDirection((matrix[:3, :3] / spacing).ravel().tolist())
    return image


def case_of_views(volumes: Mapping[str, Any]) -> str:
    """Return the first words of the names of a case's nodes: those that its volumes have in common."""
    names = [node.GetName() for node in volumes.values()]
    if not names:
        return "Bone scan"
    common = names[0]
    for name in names[1:]:
        while not name.startswith(common):
            common = common[:-1]
    words = common.strip(" -_:")
    for term in ("anterior", "posterior", "前位", "后位"):
        words = words.removesuffix(term).strip(" -_:")
    return words or "Bone scan"
