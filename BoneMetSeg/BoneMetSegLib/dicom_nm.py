"""Planar whole-body bone scans in DICOM: Nuclear Medicine objects and Secondary Captures of modality NM (floor 2).

The geometry and the views are read here with pydicom, because general readers take the two frames of a planar object
for two axial slices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    readings,
    text,
    uid_in_words,
)
from .dicom_pixels import is_lossy, refuse_without_counts, rescale_of, stored_pixels
from .errors import InputError
from .planar_checks import (
    SWEPT_HEIGHT_MM,
    PixelSize,
    checked_counts,
    checked_height,
    checked_size,
    chosen_pixel_size,
)
from .planar_frames import KnownFrame, chosen_frames
from .quiet_decoder import quiet_decoder
from .scan import VIEWS, PlanarScan, PlanarView, View
from .view_words import says_whole_body

if TYPE_CHECKING:
    from pydicom import Dataset

_SECONDARY_CAPTURE = frozenset(f"1.2.840.10008.5.1.4.1.1.7{suffix}" for suffix in ("", ".2", ".3"))
_DICOMDIR = "1.2.840.10008.1.3.10"

_WHOLE_BODY_TEXTS = (
    "SeriesDescription", "StudyDescription", "ProtocolName", "BodyPartExamined", "ImageID", "ImageComments",
    "RequestedProcedureDescription", "PerformedProcedureStepDescription",
)  # fmt: skip

_IMAGE_TYPES_IN_WORDS = {
    "DYNAMIC": "a dynamic series",
    "GATED": "a gated series",
    "TOMO": "a set of SPECT projections",
    "GATED TOMO": "a set of gated SPECT projections",
    "RECON TOMO": "a reconstructed SPECT volume",
    "RECON GATED TOMO": "a reconstructed gated SPECT volume",
}


def read_dicom(
    path: Path,
    *,
    view: View | None = None,
    pixel_size_mm: float | PixelSize | None = None,
    flip_posterior: bool | None = None,
) -> PlanarScan:
    """Read one DICOM object: a view, or both.

    Parameters
    ----------
    path : Path
        A Nuclear Medicine Image, or a Secondary Capture of modality NM that shows a whole body.
    view : {"anterior", "posterior"}, optional
        The view of a single image that does not say it.
    pixel_size_mm : float or (height, width), optional
        Size of a pixel where Pixel Spacing is empty or wrong.
    flip_posterior : bool, optional
        Whether the export mirrored the posterior view; by default Patient Orientation or Image Orientation decides.

    Returns
    -------
    PlanarScan
        Pixels as acquired, in counts after Rescale Slope.

    Raises
    ------
    InputError
        The file cannot be used; the sentence says why.
    """
    with quiet_decoder():
        try:
            return _read(path, view, pixel_size_mm, flip_posterior)
        except InputError:
            raise
        except MemoryError as error:
            raise InputError(f"{path.name} says it is larger than this computer's memory") from error
        except Exception as error:  # pydicom raises whatever a damaged file makes it stumble over
            raise InputError(f"{path.name} is damaged and cannot be read as DICOM") from error


def _read(
    path: Path, view: View | None, pixel_size_mm: float | PixelSize | None, flip_posterior: bool | None
) -> PlanarScan:
    name = path.name
    dataset = open_dicom(path)
    _refuse_other_objects(name, dataset)
    frames, warnings = chosen_frames(name, dataset, view)
    size, size_source, size_warnings = chosen_pixel_size(name, _pixel_spacing(name, dataset), pixel_size_mm)
    checked_height(name, int(dataset.Rows), size)
    warnings += [*size_warnings, *_not_a_whole_body_by_name(name, dataset, size)]

    mirrored, notes = _mirrored_posterior(frames, flip_posterior)
    warnings += notes
    pixels = _pixels(name, dataset)
    views: dict[str, PlanarView] = {
        frame.view: PlanarView(
            view=frame.view,
            counts=checked_counts(name, pixels[frame.index]),
            pixel_size_mm=size,
            pixel_size_source=size_source,
            view_source=frame.source,
            mirrored=mirrored and frame.view == "posterior",
            sop_instance_uid=text(dataset, "SOPInstanceUID"),
            frame_number=frame.index + 1,
        )
        for frame in sorted(frames, key=lambda frame: VIEWS.index(frame.view))
    }
    warnings += _doubts_about_sides(name, frames, views)
    return _scan(dataset, views, warnings)


# --- the object -------------------------------------------------------------------------------------------------------


def _refuse_other_objects(name: str, dataset: Dataset) -> None:
    """Refuse what is no planar nuclear medicine image of one body."""
    if text(dataset, "SOPClassUID") == _DICOMDIR or text(dataset.file_meta, "MediaStorageSOPClassUID") == _DICOMDIR:
        raise InputError(f"{name} is the index of a DICOM disc (DICOMDIR); give the image file itself")
    storage, modality = text(dataset, "SOPClassUID"), coded_word(dataset, "Modality")
    if not storage and not modality and "PixelData" not in dataset:
        raise InputError(f"{name} is truncated or damaged: it breaks off before its image")
    if modality not in ("NM", "") or (not modality and storage not in NM_STORAGE):
        said = coded_word(dataset, "Modality") or "not stated"
        raise InputError(f"{name} is no bone scan: its modality is {said}, and NM is needed")
    if storage not in NM_STORAGE | _SECONDARY_CAPTURE:
        raise InputError(
            f"{name} holds no planar image: it is a {uid_in_words(storage, 'DICOM object of unknown kind')}"
        )
    refuse_without_counts(name, dataset)
    kind = image_type(dataset)
    if kind in _IMAGE_TYPES_IN_WORDS:
        raise InputError(
            f"{name} is {_IMAGE_TYPES_IN_WORDS[kind]}; planar whole-body views or a reconstructed SPECT volume "
            f"are needed"
        )
    if int(dataset.get("NumberOfSlices") or 1) > 1 and kind != "WHOLE BODY":
        raise InputError(f"{name} is a volume of {dataset.NumberOfSlices} slices; planar whole-body views are needed")
    checked_size(name, int(dataset.Rows), int(dataset.Columns))


def _not_a_whole_body_by_name(name: str, dataset: Dataset, pixel_size_mm: PixelSize) -> list[str]:
    """Refuse spot views; return a sentence where only the length shows that it is a whole body."""
    if image_type(dataset) == "WHOLE BODY" or any(
        says_whole_body(words) for keyword in _WHOLE_BODY_TEXTS for words in readings(text(dataset, keyword))
    ):
        return []
    height_mm = int(dataset.Rows) * pixel_size_mm[0]
    if height_mm < SWEPT_HEIGHT_MM:
        kind = "a static (spot) view" if image_type(dataset) == "STATIC" else "not said to be a whole body"
        raise InputError(f"{name} is {kind} of {height_mm:.0f} mm height; whole-body views are needed")
    return [f"The file does not say that it is a whole-body view; its height of {height_mm:.0f} mm does."]


# --- pixels -----------------------------------------------------------------------------------------------------------


def _pixel_spacing(name: str, dataset: Dataset) -> PixelSize | None:
    values = dataset.get("PixelSpacing")
    if values is None or isinstance(values, str) or not isinstance(values, Sequence):
        return None
    spacing = [float(value) for value in values]
    if not spacing or spacing == [0.0, 0.0]:
        return None
    if len(spacing) != 2:
        raise InputError(f"{name} has a Pixel Spacing of {len(spacing)} values; give it with --pixel-size-mm")
    return spacing[0], spacing[1]


def _pixels(name: str, dataset: Dataset) -> np.ndarray:
    """Return the rescaled pixels, float64 ``(frames, rows, columns)``."""
    slope, intercept = rescale_of(name, dataset)
    return stored_pixels(name, dataset).astype(np.float64) * slope + intercept


# --- what else it says ------------------------------------------------------------------------------------------------


def _doubts_about_sides(name: str, frames: Sequence[KnownFrame], views: Mapping[str, PlanarView]) -> list[str]:
    """Return a sentence for each view whose rows run toward another side, by the file, than the view is taken to have.

    Raises
    ------
    InputError
        The first row is the feet.
    """
    doubts = []
    for frame in frames:
        if frame.lies.along_column == "H":
            raise InputError(f"{name} is stored with the feet at the top; export it with the head at the top")
        right_first = {"L": True, "R": False}.get(frame.lies.along_row)
        if right_first is not None and right_first != views[frame.view].patient_right_first:
            doubts.append(f"{frame.lies.source} contradicts the sides of the {frame.view} view: check left and right.")
    return doubts


def _mirrored_posterior(frames: Sequence[KnownFrame], given: bool | None) -> tuple[bool, list[str]]:
    """Return whether the posterior view is stored mirrored, and a sentence where the file says so.

    As the camera sees it the rows of a posterior view run toward the patient's right. Rows toward the left say that the
    export turned it.
    """
    if given is not None:
        return given, []
    for frame in frames:
        if frame.view == "posterior" and frame.lies.along_row == "L":
            sentence = (
                f"By its {frame.lies.source} the posterior view was exported mirrored, and its first column was taken "
                f"as the patient's right; --no-flip-posterior says otherwise."
            )
            return True, [sentence]
    return False, []


def _scan(dataset: Dataset, views: Mapping[str, PlanarView], warnings: list[str]) -> PlanarScan:
    lossy = is_lossy(dataset)
    if lossy:
        warnings.append("The image went through lossy compression: counts are approximate.")
    if text(dataset, "SOPClassUID") in _SECONDARY_CAPTURE:
        warnings.append("The file is a Secondary Capture: its values need not be counts.")
    date, time = acquired(dataset)
    return PlanarScan(
        views=views,
        modality="NM",
        acquisition_date=date,
        acquisition_time=time,
        injection_time=injection_time(dataset),
        radiopharmaceutical=radiopharmaceutical(dataset),
        device=device(dataset),
        source_format="DICOM",
        lossy=lossy,
        identity=identity(dataset),
        warnings=tuple(warnings),
    )
