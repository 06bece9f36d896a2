"""Reconstructed SPECT volumes in DICOM: one object of many frames, or a series of single-frame objects (floor 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .dicom_elements import (
    NM_STORAGE,
    acquired,
    coded_word,
    device,
    identity,
    image_type,
    injection_time,
    open_dicom,
    radiopharmaceutical,
    text,
)
from .dicom_pixels import is_lossy, refuse_without_counts, stored_pixels
from .errors import InputError
from .quiet_decoder import quiet_decoder
from .scan import Quantity, SpectScan, right_handed
from .spect_checks import MAX_EXTENT, checked_extents, checked_spacing, checked_voxels
from .spect_geometry import SliceAxes, slice_axes, stack_of_frames, stack_of_objects
from .spect_quantity import Scale, as_suv, chosen_scale, scale_of, suv_facts

if TYPE_CHECKING:
    from pydicom import Dataset

_RECONSTRUCTED, _RECONSTRUCTED_GATED = "RECON TOMO", "RECON GATED TOMO"
_NEEDED_TO_KNOW = ("ImageType", "NumberOfSlices", "Modality", "SOPClassUID")


def is_dicom_spect(path: Path) -> bool:
    """Return whether a DICOM file says that it is (a slice of) a reconstructed SPECT volume, gated or not.

    A file that cannot be opened is none: reading it says why.
    """
    with quiet_decoder():
        try:
            dataset = open_dicom(path, stop_before_pixels=True, specific_tags=list(_NEEDED_TO_KNOW))
            kind, slices = image_type(dataset), int(dataset.get("NumberOfSlices") or 1)
            nuclear = text(dataset, "Modality").upper() == "NM" or text(dataset, "SOPClassUID") in NM_STORAGE
        except Exception:  # pydicom raises whatever a damaged file makes it stumble over
            return False
    return nuclear and (kind in (_RECONSTRUCTED, _RECONSTRUCTED_GATED) or (not kind and slices > 1))


def read_dicom_spect(paths: Sequence[Path], *, quantity: Quantity | None = None) -> SpectScan:
    """Read a reconstructed SPECT volume.

    Parameters
    ----------
    paths : sequence of Path
        One Nuclear Medicine Image of many frames, or all single-frame images of one series, in any order.
    quantity : {"counts", "Bq/ml", "SUVbw"}, optional
        What the values are, where the file does not say it.

    Returns
    -------
    SpectScan
        Voxels as stored, in right-handed order: SUVbw where the file allows it, else Bq/ml, else counts.

    Raises
    ------
    InputError
        The files cannot be used; the sentence says why.
    """
    name = paths[0].name if len(paths) == 1 else f"{paths[0].name} and {len(paths) - 1} more"
    with quiet_decoder():
        try:
            return _read(name, paths, quantity)
        except InputError:
            raise
        except MemoryError as error:
            raise InputError(f"{name} says it is larger than this computer's memory") from error
        except Exception as error:  # pydicom raises whatever a damaged file makes it stumble over
            raise InputError(f"{name} is damaged and cannot be read as DICOM") from error


@dataclass(frozen=True)
class _Stack:
    """A volume in the order of its slices, before it is checked: float32 (k, j, i), and where each slice is from.

    ``dataset`` is the object, of several that which was acquired first: it says who, when and with what.
    """

    dataset: Dataset
    voxels: np.ndarray
    ijk_to_ras: np.ndarray
    scale: Scale
    sources: list[tuple[str, int]]
    warnings: list[str]


def _read(name: str, paths: Sequence[Path], quantity: Quantity | None) -> SpectScan:
    if len(paths) > MAX_EXTENT:
        raise InputError(f"{name} are {len(paths)} files; a SPECT series has at most {MAX_EXTENT}")
    first = open_dicom(paths[0])
    _refuse_other_objects(paths[0].name, first)
    stack = _of_frames(name, first, quantity) if len(paths) == 1 else _of_objects(name, paths, first, quantity)
    return _scan(name, stack)


def _refuse_other_objects(name: str, dataset: Dataset) -> None:
    """Refuse what is no reconstructed volume of nuclear medicine, or no image at all."""
    if text(dataset, "Modality").upper() != "NM" and text(dataset, "SOPClassUID") not in NM_STORAGE:
        raise InputError(f"{name} is no bone scan: its modality is {coded_word(dataset, 'Modality') or 'not stated'}")
    kind = image_type(dataset)
    if kind == _RECONSTRUCTED_GATED:
        raise InputError(f"{name} is a gated SPECT volume; a bone scan's volume is not gated")
    if kind not in (_RECONSTRUCTED, ""):
        raise InputError(f"{name} is no reconstructed SPECT volume: its Image Type is another")
    refuse_without_counts(name, dataset)


# --- one object of many frames ----------------------------------------------------------------------------------------


def _of_frames(name: str, dataset: Dataset, quantity: Quantity | None) -> _Stack:
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames == 1:
        raise InputError(f"{name} is a single slice of a SPECT volume; give all files of its series")
    checked_extents(name, (int(dataset.Columns), int(dataset.Rows), frames))
    order, ijk_to_ras, warnings = stack_of_frames(name, dataset, frames)
    stored = stored_pixels(name, dataset)
    scale, notes = scale_of(name, dataset, stored)
    scale = chosen_scale(name, scale, quantity)
    voxels = np.empty(stored.shape, np.float32)
    for k, frame in enumerate(order):
        voxels[k] = _scaled(stored[frame], scale)
    uid = text(dataset, "SOPInstanceUID")
    return _Stack(dataset, voxels, ijk_to_ras, scale, [(uid, int(frame) + 1) for frame in order], warnings + notes)


def _scaled(stored: np.ndarray, scale: Scale) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused as no number
        return (stored.astype(np.float64) * scale.slope + scale.intercept).astype(np.float32)


# --- many objects of one frame ----------------------------------------------------------------------------------------


def _of_objects(name: str, paths: Sequence[Path], first: Dataset, quantity: Quantity | None) -> _Stack:
    _refuse_strangers(paths[0].name, first, first)
    checked_extents(name, (int(first.Columns), int(first.Rows), len(paths)))
    slices: list[tuple[SliceAxes, np.ndarray, tuple[str, int]]] = []
    earliest = first
    scales: list[Scale] = []
    notes: list[str] = []
    seen: set[str] = set()
    for path in paths:
        dataset = first if path == paths[0] else open_dicom(path)
        _refuse_other_objects(path.name, dataset)
        _refuse_strangers(path.name, dataset, first)
        uid = text(dataset, "SOPInstanceUID")
        if uid and uid in seen:
            continue
        seen.add(uid)
        earliest = min(earliest, dataset, key=acquired)
        stored = stored_pixels(path.name, dataset)[0]
        scale, more = scale_of(path.name, dataset, stored)
        scales.append(chosen_scale(path.name, scale, quantity))
        notes += [note for note in more if note not in notes]
        slices.append((slice_axes(path.name, dataset), _scaled(stored, scales[-1]), (uid, 1)))
    if len({scale.quantity for scale in scales}) > 1:
        raise InputError(
            f"{name} hold slices of different quantities ({', '.join(sorted({scale.quantity for scale in scales}))})"
        )
    checked_extents(name, (int(first.Columns), int(first.Rows), len(slices)))
    notes += _doubts_about_number(name, first, len(slices))
    if len(slices) < len(paths):
        notes.append(f"{len(paths) - len(slices)} files repeat a slice that was read already.")
    order, ijk_to_ras, warnings = stack_of_objects(name, [axes for axes, _, _ in slices])
    voxels = np.stack([slices[index][1] for index in order])
    sources = [slices[index][2] for index in order]
    return _Stack(earliest, voxels, ijk_to_ras, scales[0], sources, warnings + notes)


def _refuse_strangers(name: str, dataset: Dataset, first: Dataset) -> None:
    """Refuse a file that is no slice of the volume that the first file is a slice of."""
    if int(dataset.get("NumberOfFrames") or 1) > 1:
        raise InputError(f"{name} is a volume by itself; give one volume, or the slices of one")
    if text(dataset, "PatientID") != text(first, "PatientID"):
        raise InputError(f"{name} is of another patient than the files given with it")
    if text(dataset, "SeriesInstanceUID") != text(first, "SeriesInstanceUID"):
        raise InputError(f"{name} is of another series than the files given with it")
    if (dataset.Rows, dataset.Columns) != (first.Rows, first.Columns):
        raise InputError(f"{name} has {dataset.Columns} columns x {dataset.Rows} rows, other slices another size")


def _doubts_about_number(name: str, dataset: Dataset, count: int) -> list[str]:
    """Return a sentence where the acquisition had another number of images, which may be those before reconstruction.

    Raises
    ------
    InputError
        The volume has another number of slices.
    """
    said, acquired_images = (int(dataset.get(keyword) or 1) for keyword in ("NumberOfSlices", "ImagesInAcquisition"))
    if said > 1 and said != count:
        raise InputError(f"{name} are {count} slices, but the files say that the volume has {said}")
    if said == 1 and acquired_images > count:
        return [
            f"The files say that the acquisition has {acquired_images} images: check that all {count} slices are here."
        ]
    return []


# --- the scan ---------------------------------------------------------------------------------------------------------


def _scan(name: str, stack: _Stack) -> SpectScan:
    dataset = stack.dataset
    voxels, ijk_to_ras, turned = right_handed(stack.voxels, stack.ijk_to_ras)
    voxels, notes = checked_voxels(name, voxels)
    date, time = acquired(dataset)
    scan = SpectScan(
        voxels=voxels,
        ijk_to_ras=ijk_to_ras,
        slice_sources=tuple(stack.sources[::-1] if turned else stack.sources),
        acquisition_date=date,
        acquisition_time=time,
        injection_time=injection_time(dataset),
        radiopharmaceutical=radiopharmaceutical(dataset),
        device=device(dataset),
        lossy=is_lossy(dataset),
        identity=identity(dataset),
        warnings=(*stack.warnings, *notes),
    )
    checked_spacing(name, scan.spacing_mm, voxels.shape[::-1])
    voxels, quantity, reason, suv_notes = as_suv(voxels, scan.voxel_volume_ml, stack.scale, suv_facts(dataset))
    lossy = ("The image went through lossy compression: its values are approximate.",) if scan.lossy else ()
    return replace(
        scan,
        voxels=voxels,
        quantity=quantity,
        quantity_reason=reason,
        warnings=(*scan.warnings, *suv_notes, *lossy),
    )
