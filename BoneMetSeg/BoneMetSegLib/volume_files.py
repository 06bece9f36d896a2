"""Planar views in NRRD, NIfTI and MetaImage files (floor 2).

Such a file holds one view, or two as slices of a volume. Where its axes are those of the body (a coronal slice, as
Slicer writes the views of ``design.md``), the geometry says where the head and which side the patient's right is; where
they are not (a plain 2-D image, the axial axes most programs write by default), the pixels are taken as acquired.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import InputError
from .itk_volume import VolumeFormat, VolumeHeader, read_image
from .planar_checks import (
    PixelSize,
    checked_counts,
    checked_height,
    checked_size,
    chosen_pixel_size,
    chosen_view,
)
from .scan import PLANE_A_MM, VIEWS, PlanarScan, PlanarView, View
from .view_words import only_view_named

if TYPE_CHECKING:
    from SimpleITK import Image

_MAX_SLICES = 2
_L, _P, _S = 0, 1, 2  # ITK's axes: left, posterior, superior
_ALONG_AXIS = 0.9  # cosine: an axis tilted by up to 25 degrees still runs along the body's
_PLANE_TOLERANCE_MM = 1.0


@dataclass(frozen=True)
class _Slice:
    """A slice as stored, head end at row 0.

    ``right_first`` says whether column 0 is the patient's right and ``view`` which view the geometry says, both
    ``None`` where it does not. ``seen_from_front`` is True for an upright picture whose columns run toward the left: an
    anterior view, or a mirrored posterior one.
    """

    counts: np.ndarray
    right_first: bool | None
    view: View | None
    view_source: str
    seen_from_front: bool = False


@dataclass(frozen=True)
class _Layout:
    """Which array axes are a view's columns, rows and slices, and what they mean.

    ``right_first`` is ``None`` where the axes are not the body's. ``as_displayed`` is True where pixels are stored as
    an upright picture: columns, then rows from the head down, then slices.
    """

    columns: int
    rows: int
    slices: int
    right_first: bool | None = None
    head_first: bool = True

    @property
    def as_displayed(self) -> bool:
        return self.head_first and (self.columns, self.rows, self.slices) == (0, 1, 2)


def read_volume(
    path: Path,
    file_format: VolumeFormat,
    *,
    view: View | None = None,
    pixel_size_mm: float | PixelSize | None = None,
    flip_posterior: bool | None = None,
) -> PlanarScan:
    """Read one or two planar views.

    Parameters
    ----------
    path : Path
    file_format : {"NRRD", "NIfTI", "MHA"}
        What the file is by its content; its ending does not matter.
    view, pixel_size_mm, flip_posterior
        As of a DICOM file. Axes of the body decide by default whether the posterior view is mirrored.

    Returns
    -------
    PlanarScan
        The view of a slice is known by the file's key ``view`` or ``views`` ("anterior posterior", one word per slice;
        in NIfTI the description), by its plane (A = +100 or -100 mm, ``design.md``), by the file's name, or by axes
        as an observer sees them: columns toward the patient's right are seen from behind.

    Raises
    ------
    InputError
        The file cannot be used; the sentence says why.
    """
    image, _ = read_image(path, file_format, lambda header: _check_header(path.name, header))
    return planar_scan_of_image(
        path.name, image, file_format, view=view, pixel_size_mm=pixel_size_mm, flip_posterior=flip_posterior
    )


def planar_scan_of_image(
    name: str,
    image: Image,
    source_format: str,
    *,
    view: View | None = None,
    order: Sequence[View] | None = None,
    pixel_size_mm: float | PixelSize | None = None,
    flip_posterior: bool | None = None,
) -> PlanarScan:
    """Return the scan that an image in memory is, as ``read_volume`` reads it from a file.

    Parameters
    ----------
    name : str
        Of the file or volume: it may name the view, and the errors name it.
    order : sequence of view, optional
        The view of each slice, where neither file nor geometry says it.

    Raises
    ------
    InputError
        The image cannot be used; the sentence says why.
    """
    _check_header(name, VolumeHeader(image.GetSize(), image.GetNumberOfComponentsPerPixel()))
    layout = _layout(name, image)
    size, size_source, warnings = chosen_pixel_size(name, _pixel_size(image, layout), pixel_size_mm)
    slices = _slices(image, layout)
    checked_height(name, slices[0].counts.shape[0], size)
    named = list(order) if order and len(order) == len(slices) else _views_by_key(name, image, len(slices))
    known, notes = _with_views(name, slices, named, view)
    views: dict[str, PlanarView] = {}
    for shown, source, one in sorted(known, key=lambda item: VIEWS.index(item[0])):
        # Anterior views are acquired with the patient's right first; axes of the body tell where that is not so.
        turned = shown == "anterior" and one.right_first is False
        counts = one.counts[:, ::-1] if turned else one.counts
        notes += ["The columns were turned so that the patient's right comes first."] if turned else []
        views[shown] = PlanarView(
            view=shown,
            counts=checked_counts(name, counts),
            pixel_size_mm=size,
            pixel_size_source=size_source,
            view_source=source,
            mirrored=shown == "posterior" and (one.right_first is True if flip_posterior is None else flip_posterior),
        )
    return PlanarScan(views=views, modality="NM", source_format=source_format, warnings=(*warnings, *notes))


# --- the file ---------------------------------------------------------------------------------------------------------


def _check_header(name: str, header: VolumeHeader) -> None:
    size, components = header.extents, header.components
    if components != 1:
        raise InputError(f"{name} is a colour picture or has {components} values per pixel; counts are needed")
    if len(size) < 2 or any(extent > 1 for extent in size[3:]):
        raise InputError(f"{name} has {len(size)} dimensions; one or two planar views are needed")
    thin = sorted(size[:3])[0] if len(size) > 2 else 1
    if thin > _MAX_SLICES:
        raise InputError(
            f"{name} is a volume of {' x '.join(map(str, size[:3]))} voxels; one or two planar views are needed"
        )


# --- its axes ---------------------------------------------------------------------------------------------------------


def _layout(name: str, image: Image) -> _Layout:
    """Return which axes are columns, rows and slices: by the body where the slice is coronal, else by their order."""
    size = image.GetSize()
    if len(size) == 2:
        checked_size(name, size[1], size[0])
        return _Layout(0, 1, 2)
    thin = int(np.argmin(size))
    # Of two axes of equal extent the last is the slices', as files are written.
    thin = max(axis for axis in range(3) if size[axis] == size[thin])
    first, second = (axis for axis in range(3) if axis != thin)
    layout = _body_layout(np.reshape(image.GetDirection(), (3, 3)), first, second, thin)
    checked_size(name, size[layout.rows], size[layout.columns])
    return layout


def _body_layout(direction: np.ndarray, first: int, second: int, thin: int) -> _Layout:
    along = np.where(np.abs(direction) > _ALONG_AXIS, np.sign(direction), 0.0)  # [body axis, array axis]
    for columns, rows in ((first, second), (second, first)):
        if along[_L, columns] and along[_S, rows] and along[_P, thin]:
            return _Layout(columns, rows, thin, bool(along[_L, columns] > 0), bool(along[_S, rows] < 0))
    return _Layout(first, second, thin)


def _pixel_size(image: Image, layout: _Layout) -> PixelSize | None:
    spacing = image.GetSpacing()
    size = (float(spacing[layout.rows]), float(spacing[layout.columns]))
    # These formats write 1 where nothing is known, and no bone scan has pixels of 1 mm.
    return None if 1.0 in size else size


def _slices(image: Image, layout: _Layout) -> list[_Slice]:
    import SimpleITK

    pixels = SimpleITK.GetArrayFromImage(image)
    if image.GetDimension() == 2:
        return [_Slice(pixels, None, None, "")]
    pixels = pixels.transpose(2, 1, 0).transpose(layout.slices, layout.rows, layout.columns)
    if not layout.head_first:
        pixels = pixels[:, ::-1]
    return [
        _Slice(
            counts,
            layout.right_first,
            *_view_by_geometry(image, layout, index),
            seen_from_front=layout.as_displayed and layout.right_first is True,
        )
        for index, counts in enumerate(pixels)
    ]


def _view_by_geometry(image: Image, layout: _Layout, index: int) -> tuple[View | None, str]:
    """Return the view by the slice's plane, else by columns that run toward the right, as seen from behind."""
    if layout.right_first is None:
        return None, ""
    position = [(extent - 1) / 2 for extent in image.GetSize()]
    position[layout.slices] = index
    anterior_mm = -image.TransformContinuousIndexToPhysicalPoint(position)[_P]
    for view in VIEWS:
        if abs(anterior_mm - PLANE_A_MM[view]) < _PLANE_TOLERANCE_MM:
            return view, "plane in the body"
    if layout.as_displayed and not layout.right_first and image.GetSize()[layout.slices] == 1:
        return "posterior", "direction of the columns"
    return None, ""


# --- its views --------------------------------------------------------------------------------------------------------


def _views_by_key(name: str, image: Image, count: int) -> list[View] | None:
    """Return the views that the file's own key names, one per slice."""
    keys = {key.lower(): key for key in image.GetMetaDataKeys()}
    for key in ("views", "view"):
        if key not in keys:
            continue
        words = re.findall(r"\w+", image.GetMetaData(keys[key]))
        views = [view for word in words if (view := only_view_named(word))]
        if len(views) != len(words) or len(views) != count or len(set(views)) != count:
            raise InputError(f"{name} has {count} slices, and its key {key!r} does not name one view for each")
        return views
    if "descrip" in keys:  # NIfTI has no keys of its own
        words = re.findall(r"\w+", image.GetMetaData(keys["descrip"]))
        views = [view for word in words if (view := only_view_named(word))]
        if len(views) == count == len(set(views)):
            return views
    return None


def _with_views(
    name: str, slices: list[_Slice], by_key: list[View] | None, given: View | None
) -> tuple[list[tuple[View, str, _Slice]], list[str]]:
    """Return each slice with its view and how that is known, and sentences for the user."""
    notes = []
    if slices[0].right_first is None:
        notes.append(
            "The file's axes are not the body's: its first row was taken as the head, its columns as acquired."
        )
    if len(slices) == 1:
        (one,) = slices
        said, source = _single_view(name, one, by_key)
        if said is None and given is None and one.seen_from_front:
            said, source = "anterior", "direction of the columns"
            notes.append("The view was taken to be anterior by the direction of its columns; --view says otherwise.")
        shown, source = chosen_view(name, said, source, given)
        if shown == "posterior" and one.right_first:
            notes.append(
                "By the file's axes the posterior view is mirrored: its first column is the patient's right. "
                "--no-flip-posterior says otherwise."
            )
        return [(shown, source, one)], notes
    if given is not None:
        raise InputError(f"{name} holds two views; --view is for a file with a single view")
    known = [
        (by_key[index], "key in the file") if by_key else (one.view, one.view_source)
        for index, one in enumerate(slices)
    ]
    views = [view for view, _ in known if view is not None]
    if len(set(views)) != len(slices):
        raise InputError(
            f"{name} holds two slices and does not say which view each is; save each view as a file named with ant or "
            f"post, or add the key views with 'anterior posterior' in the slices' order"
        )
    return [(view, source, one) for view, (_, source), one in zip(views, known, slices, strict=True)], notes


def _single_view(name: str, one: _Slice, by_key: list[View] | None) -> tuple[View | None, str]:
    """Return what key, plane and file name say about the only slice.

    Raises
    ------
    InputError
        They contradict each other.
    """
    said: list[tuple[View, str]] = []
    if by_key:
        said.append((by_key[0], "key in the file"))
    if one.view:
        said.append((one.view, one.view_source))
    named = only_view_named(Path(name).stem)
    if named:
        said.append((named, "file name"))
    if len({view for view, _ in said}) > 1:
        words = ", ".join(f"{source}: {view}" for view, source in said)
        raise InputError(f"{name} contradicts itself about its view ({words})")
    return said[0] if said else (None, "")
