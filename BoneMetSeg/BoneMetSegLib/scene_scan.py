"""A scan read back from volumes of the scene, however they came there (floor 5).

Volumes that our DICOM plugin or a case made say what they are by their attributes (``scene_volumes.ATTRIBUTES``). Of
others the DICOM database is asked for the file; what has none is read by its axes and its name, as a file would be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .planar_checks import checked_counts
from .scan import QUANTITIES, SPECT_VIEW, VIEWS, Identity, PlanarScan, PlanarView, Scan, SpectScan, View, right_handed
from .scan_files import check_pair, read_scan
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
        Of a single image that does not say it, or of the first of two slices that do not.
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
    if len(nodes) == 1 and nodes[0].GetAttribute("BoneMetSeg.Kind") == "spect":
        return _spect(nodes[0])
    paths = _files(nodes, file_of_instance)
    thinnest = min(_extents(nodes[0])) if len(nodes) == 1 else 0
    is_volume = thinnest >= MIN_EXTENT
    if paths:
        scan = read_scan(
            paths,
            view=view if thinnest == 1 else None,
            flip_posterior=None if is_volume else flip_posterior,  # chosen for another scan
        )
        if _holds(nodes, scan):
            return scan
    if is_volume:
        return _spect(nodes[0])
    return _foreign(nodes, view, order, flip_posterior)


def volumes_of_views(volumes: Sequence[Any], scan: Scan | None = None) -> dict[str, Any]:
    """Return those volumes that a case can be shown on as they are: the ones that say which view they are, or "spect".

    Where a scan is given, nothing is returned if it takes a side for the other one than its volume does: the reader
    said that the posterior view was mirrored, or was not. Of SPECT the volume must hold the scan's own voxels, at the
    same places and in the same quantity; what Slicer loaded of a file that says more (SUV) is left alone.
    """
    nodes = _with_partner(list(dict.fromkeys(volumes)))
    if isinstance(scan, SpectScan):
        return {SPECT_VIEW: nodes[0]} if _holds_voxels(nodes[0], scan) else {}
    if len(nodes) == 1 and nodes[0].GetAttribute("BoneMetSeg.Kind") == "spect":
        return {SPECT_VIEW: nodes[0]}
    if not all(node.GetAttribute(VIEW_ATTRIBUTE) for node in nodes):
        return {}
    by_view = {node.GetAttribute(VIEW_ATTRIBUTE): node for node in nodes}
    if scan is not None and any(_is_mirrored(by_view[name]) != view.mirrored for name, view in scan.views.items()):
        return {}
    return by_view


def _holds_voxels(node: Any, scan: SpectScan) -> bool:
    return (
        node.GetImageData().GetDimensions()[::-1] == scan.voxels.shape
        and np.allclose(_ijk_to_ras(node), scan.ijk_to_ras)
        and np.array_equal(_pixels(node).astype(np.float32), scan.voxels)
        and node.GetAttribute("BoneMetSeg.Quantity") in (None, scan.quantity)
    )


def _is_mirrored(node: Any) -> bool:
    return bool(node.GetAttribute("BoneMetSeg.Mirrored") == "yes")


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
    singles = [_single(by_view[name], view) for name, view in views.items()]
    warnings = [sentence for single in singles for sentence in single.warnings]
    if len(singles) == 2:
        warnings += check_pair(_names(by_view[name] for name in views), *singles)
    return replace(singles[0], views=views, warnings=tuple(dict.fromkeys(warnings)))


def _single(node: Any, view: PlanarView) -> PlanarScan:
    warnings = json.loads(node.GetAttribute("BoneMetSeg.Warnings") or "[]")
    return PlanarScan({view.view: view}, identity=_identity(node), warnings=tuple(warnings), **_facts(node))


def _names(nodes: Iterable[Any]) -> str:
    return " and ".join(node.GetName() for node in nodes)


def _view(view: View, node: Any) -> PlanarView:
    pixels = _pixels(node)[0]
    width_mm, height_mm, _ = node.GetSpacing()
    return PlanarView(
        view,
        checked_counts(node.GetName(), pixels),
        (float(height_mm), float(width_mm)),
        pixel_size_source=node.GetAttribute("BoneMetSeg.PixelSizeSource") or "file",
        view_source=node.GetAttribute("BoneMetSeg.ViewSource") or "volume",
        mirrored=_is_mirrored(node),
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


def _files(nodes: Sequence[Any], file_of_instance: Callable[[str], Path | None]) -> list[Path]:
    """Return the files of volumes, nothing where not all of them are known."""
    uids = [(node.GetAttribute("DICOM.instanceUIDs") or "").split() for node in nodes]
    if not all(uids):
        return []
    files = [file_of_instance(uid) for one in uids for uid in one]
    return list(dict.fromkeys(file for file in files if file is not None)) if all(files) else []


def _holds(nodes: Sequence[Any], scan: Scan) -> bool:
    """Say whether volumes hold what their files hold: a volume that was changed since keeps its file's UIDs.

    Slicer turns an image upside down where it likes to; so each view is looked for by its size and its counts alone.
    """
    if not isinstance(scan, PlanarScan):
        return bool(_extents(nodes[0]) == sorted(scan.voxels.shape)) if len(nodes) == 1 else False
    slices = [one for node in nodes for one in _pixels(node)]
    return all(any(_same_counts(view.counts, one) for one in slices) for view in scan.views.values())


def _extents(node: Any) -> list[int]:
    return sorted(int(extent) for extent in node.GetImageData().GetDimensions())


def _same_counts(counts: np.ndarray, pixels: np.ndarray) -> bool:
    # A lossy picture is decoded within a count by different programs.
    total = float(counts.sum(dtype=np.float64))
    return counts.shape == pixels.shape and abs(float(pixels.sum(dtype=np.float64)) - total) <= 1 + 0.01 * total


def _foreign(
    nodes: Sequence[Any], view: View | None, order: Sequence[View] | None, flip_posterior: bool | None
) -> PlanarScan:
    if order is None and len(nodes) == 1 and min(_extents(nodes[0])) == len(VIEWS):
        order = _order_of_slices(nodes[0], view)
    scans = [
        planar_scan_of_image(
            node.GetName(),
            _itk_image(node),
            "volume",
            view=view if len(nodes) == 1 and order is None else None,
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
    scans = [replace(scan, identity=_identity(node)) for scan, node in zip(scans, nodes, strict=True)]
    warnings = [sentence for scan in scans for sentence in scan.warnings]
    if len(scans) == 2:
        warnings += check_pair(_names(nodes), *scans)
    return replace(
        scans[0],
        views={name: views[name] for name in VIEWS if name in views},
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _order_of_slices(node: Any, first: View | None) -> tuple[View, ...] | None:
    """Return the views of two slices, None where the slices lie as coronal ones and may say it themselves.

    Raises
    ------
    InputError
        Nothing says it, and nothing is guessed: the wrong order would take left for right.
    """
    if first is not None:
        return (first, *(other for other in VIEWS if other != first))
    if _is_coronal(node):
        return None
    raise InputError(
        f"{node.GetName()} holds two slices and does not say which of them is the anterior view; choose the view of "
        f"the first slice, or load the scan from the DICOM database"
    )


def _is_coronal(node: Any) -> bool:
    across = _ijk_to_ras(node)[:3, int(np.argmin(node.GetImageData().GetDimensions()))]
    return int(np.abs(across).argmax()) == 1


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
    for term in ("anterior", "posterior", "前位", "后位", "SPECT", "断层"):
        words = words.removesuffix(term).strip(" -_:")
    return words or "Bone scan"
