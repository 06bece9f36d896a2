"""Masks that somebody drew: label volumes and pictures, and Slicer's segmentations, with where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spot_segments import ACCEPTED_TAG, CLASS_TAG, HOT_SPOT_TAG
from BoneMetSegLib.itk_volume import VolumeHeader, read_image
from BoneMetSegLib.nrrd_file import read_nrrd
from BoneMetSegLib.scan import ras_from_lps
from BoneMetSegLib.scan_files import file_format

from .label_table import MEANINGS, meaning_of

_NUMBERS = {"0": "background", "1": "metastasis", "2": "benign", "3": "physiological", "255": "ignore"}
_MAX_VOXELS = 2**28
_SAME_GRID = 0.1  # of a voxel
_MAX_LABELS = 100


@dataclass(frozen=True)
class LabelVolume:
    """Labels on a grid.

    Attributes
    ----------
    name : str
        Of the file.
    values : numpy.ndarray
        int32 ``(slices, rows, columns)``.
    ijk_to_ras : numpy.ndarray
        4 x 4, from (column, row, slice) to RAS in mm.
    """

    name: str
    values: np.ndarray
    ijk_to_ras: np.ndarray


@dataclass(frozen=True)
class NamedMask:
    """A segment of a segmentation, or a label of a label volume.

    Attributes
    ----------
    mask : numpy.ndarray
        bool, on its file's grid or on a scan's.
    meaning, label : str
    focus : str
        What joins outlines of one focus; "" where parts that do not touch are foci of their own.
    """

    mask: np.ndarray
    meaning: str
    label: str
    focus: str = ""


def with_numbers(labels: Mapping[str, str]) -> dict[str, str]:
    """Return a table of labels that also knows numbers: 1, 2, 3 as in class maps, 255 to be ignored."""
    return _NUMBERS | dict(labels)


def read_label_volume(path: Path) -> LabelVolume:
    """Read a label volume in NRRD, NIfTI or MetaImage.

    Raises
    ------
    InputError
        It cannot be read, is too large, or holds values that are no labels.
    """
    kind = file_format(path)
    if kind == "DICOM":
        raise InputError(f"{path.name} is DICOM, which is not read as a mask; save it as NRRD or NIfTI")
    image, _ = read_image(path, kind, lambda header: _check(path.name, header))
    import SimpleITK

    values = SimpleITK.GetArrayFromImage(image)
    values = values if values.ndim == 3 else values[None]
    return LabelVolume(path.name, whole_labels(path.name, values), ijk_to_ras(image))


def ijk_to_ras(image: object) -> np.ndarray:
    """Return the matrix of an ITK image, 4 x 4, from (i, j, k) to RAS in mm; a flat one lies in one slice."""
    import SimpleITK

    if not isinstance(image, SimpleITK.Image):
        raise TypeError(type(image).__name__)
    flat = image.GetDimension() == 2
    lps = np.eye(4)
    size = 2 if flat else 3
    lps[:size, :size] = np.reshape(image.GetDirection(), (size, size)) * np.array(image.GetSpacing())
    lps[:size, 3] = image.GetOrigin()
    return ras_from_lps(lps)


def whole_labels(name: str, values: np.ndarray) -> np.ndarray:
    """Return label values as int32.

    Raises
    ------
    InputError
        Values are no whole numbers, or there are so many that it is no mask.
    """
    values = values.astype(np.float64)
    whole = np.rint(values)
    if not np.isfinite(whole).all() or not np.allclose(values, whole) or np.abs(whole).max(initial=0) > 2**30:
        raise InputError(f"{name} holds values that are no whole numbers, so it is no mask")
    labels = whole.astype(np.int32)
    if len(np.unique(labels)) > _MAX_LABELS:
        raise InputError(f"{name} holds more than {_MAX_LABELS} different values, so it is no mask; is it an image?")
    return labels


def masks_of_labels(name: str, values: np.ndarray, table: Mapping[str, str], *, binary_255: bool) -> list[NamedMask]:
    """Return a mask for each label but 0.

    Parameters
    ----------
    name : str
        Of the file.
    values : numpy.ndarray
        int32.
    table : mapping
        From labels, numbers as text among them, to what they mean.
    binary_255 : bool
        A picture of nothing but 0 and 255 shows metastases in white.

    Raises
    ------
    InputError
        A value is unknown.
    """
    present = [int(value) for value in np.unique(values) if value != 0]
    meanings = {value: table.get(str(value)) for value in present}
    if binary_255 and present == [255]:
        meanings = {255: "metastasis"}
    unknown = [str(value) for value, meaning in meanings.items() if meaning is None]
    if unknown:
        raise InputError(
            f"{name} holds the values {', '.join(unknown[:20])}, which are unknown; say what each means with --labels "
            f"({', '.join(MEANINGS)})"
        )
    return [NamedMask(values == value, str(meaning), str(value)) for value, meaning in meanings.items()]


def meaning_of_segment(name: str, segment: str, tags: Mapping[str, str], table: Mapping[str, str]) -> tuple[str, str]:
    """Return what a segment of Slicer's means, and what joins it to the same focus in the other view.

    Segments of this program say it in their tags; a metastasis that was not accepted is nobody's finding, and is to be
    ignored. Others say it by their names.

    Raises
    ------
    InputError
        Neither says it.
    """
    if tags.get(CLASS_TAG) in MEANINGS:
        meaning = tags[CLASS_TAG]
        rejected = meaning == "metastasis" and tags.get(ACCEPTED_TAG) == "no"
        return ("ignore" if rejected else meaning), tags.get(HOT_SPOT_TAG, "")
    known = meaning_of(segment, table)
    if known is None:
        raise InputError(f"{name} has a segment {segment[:40]!r}, which is unknown; say what it means with --labels")
    return known, ""


def read_volume_segments(path: Path, table: Mapping[str, str]) -> tuple[list[NamedMask], np.ndarray]:
    """Return the segments of a volume's .seg.nrrd on the file's own grid, and its ``ijk_to_ras``.

    Raises
    ------
    InputError
        It cannot be read, or a segment is unknown.
    """
    image = read_nrrd(path)
    keys = image.key_values
    count = sum(1 for key in keys if key.startswith("Segment") and key.endswith("_ID"))
    if not count and "Segmentation_MasterRepresentation" not in keys:
        raise InputError(f"{path.name} is not a Slicer segmentation: it names no segments; save it as .seg.nrrd.")
    found = []
    try:
        for index in range(count):
            own = {key: keys.get(f"Segment{index}_{key}", "") for key in ("ID", "Name", "Layer", "LabelValue", "Tags")}
            name = own["Name"] or own["ID"]
            tags = {tag: value for tag, _, value in (part.partition(":") for part in own["Tags"].split("|"))}
            meaning, focus = meaning_of_segment(path.name, name, tags, table)
            layer = image.layers[int(own["Layer"] or index)]
            found.append(NamedMask(layer == int(own["LabelValue"] or 1), meaning, name, focus or own["ID"]))
    except (ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path.name} cannot be read: the description of its segments is damaged.") from error
    return found, image.ijk_to_ras


def on_grid(
    name: str,
    masks: list[NamedMask],
    mask_to_ras: np.ndarray,
    shape: tuple[int, ...],
    scan_to_ras: np.ndarray,
    *,
    cropped: bool = False,
) -> tuple[list[NamedMask], list[str]]:
    """Return masks on a scan's grid, by where both lie: each voxel takes the label at its centre.

    Parameters
    ----------
    name : str
        Of the masks' file.
    masks : list of NamedMask
    mask_to_ras, scan_to_ras : numpy.ndarray
        4 x 4.
    shape : tuple of int
        Of the scan: slices, rows, columns.
    cropped : bool
        The masks' grid may be a part of the scan's, as Slicer saves it.

    Returns
    -------
    list of NamedMask
    list of str
        Sentences, where the grids differ or a mask reaches out of the scan.

    Raises
    ------
    InputError
        They lie apart, or the masks' file does not say where they are.
    """
    if not masks:
        return [], []
    own = masks[0].mask.shape
    nowhere = np.allclose(np.abs(mask_to_ras[:3, :3]).sum(0), 1) and not mask_to_ras[:3, 3].any()
    if nowhere and own == shape and not np.allclose(mask_to_ras, scan_to_ras):
        raise InputError(f"{name} does not say where it lies (spacing 1, origin 0); save it with its image's geometry")
    try:
        to_mask, to_scan = np.linalg.inv(mask_to_ras) @ scan_to_ras, np.linalg.inv(scan_to_ras) @ mask_to_ras
    except np.linalg.LinAlgError as error:
        raise InputError(f"{name} has axes that fall together; save it again") from error
    notes = []
    if not _is_same_grid(to_mask, own, shape, cropped=cropped):
        notes.append(f"{name} is on another grid than its image and was resampled to the nearest voxels.")
    k, j, i = np.mgrid[: shape[0], : shape[1], : shape[2]].astype(np.float32)
    at = [np.rint(row[0] * i + row[1] * j + row[2] * k + row[3]).astype(np.int32) for row in to_mask[:3]]
    inside = np.logical_and.reduce([(index >= 0) & (index < size) for index, size in zip(at, own[::-1], strict=True)])
    found, drawn, lost = [], 0, 0
    for one in masks:
        mask = np.zeros(shape, bool)
        mask[inside] = one.mask[at[2][inside], at[1][inside], at[0][inside]]
        found.append(NamedMask(mask, one.meaning, one.label, one.focus))
        points = np.argwhere(one.mask)[:, ::-1]
        there = points @ to_scan[:3, :3].T + to_scan[:3, 3]
        drawn += len(points)
        lost += int(((there < -0.5) | (there > np.array(shape[::-1]) - 0.5)).any(1).sum())
    if drawn and lost == drawn:
        raise InputError(f"{name} lies elsewhere than its image: nothing of it is inside; it may be of another scan")
    if lost:
        notes.append(f"{name}: {100 * lost / drawn:.0f} % of what is drawn lies outside of the image.")
    return found, notes


def _is_same_grid(to_mask: np.ndarray, own: tuple[int, ...], shape: tuple[int, ...], *, cropped: bool) -> bool:
    """Return whether voxels of one grid are voxels of the other, in whatever order of axes."""
    turn = np.rint(to_mask[:3, :3])
    if not np.allclose(np.abs(turn).sum(0), 1) or not np.allclose(np.abs(turn).sum(1), 1):
        return False
    # The last voxel is where errors of the spacing have added up.
    last = np.array(shape[::-1]) - 1
    shift = to_mask[:3, 3]
    drift = to_mask[:3, :3] @ last - turn @ last
    whole = np.abs(shift - np.rint(shift)).max() < _SAME_GRID and np.abs(drift).max() < _SAME_GRID
    if cropped:
        return bool(whole)
    corners = np.sort(np.rint([shift, shift + turn @ last]), axis=0)
    return bool(whole) and not corners[0].any() and bool((corners[1] == np.array(own[::-1]) - 1).all())


def _check(name: str, header: VolumeHeader) -> None:
    if header.components != 1:
        raise InputError(f"{name} has {header.components} values per voxel; a mask has one label")
    if np.prod([float(extent) for extent in header.extents]) > _MAX_VOXELS:
        raise InputError(f"{name} is larger than any mask of a bone scan")
