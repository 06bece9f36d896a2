"""Planar whole-body bone scans in DICOM: Nuclear Medicine objects and Secondary Captures of modality NM (floor 2).

The geometry and the views are read here with pydicom, because general readers take the two frames of a planar object
for two axial slices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .dicom_elements import NM_STORAGE as _NM_STORAGE
from .dicom_elements import (
    acquired,
    coded_word,
    device,
    identity,
    injection_time,
    open_dicom,
    radiopharmaceutical,
    uid_in_words,
)
from .dicom_elements import image_type as _image_type
from .dicom_elements import items as _items
from .dicom_elements import text as _text
from .dicom_elements import vector as _vector
from .dicom_pixels import is_lossy, refuse_without_counts, rescale_of, stored_pixels
from .errors import InputError
from .planar_checks import (
    SWEPT_HEIGHT_MM,
    PixelSize,
    checked_counts,
    checked_height,
    checked_size,
    chosen_pixel_size,
    chosen_view,
)
from .planar_orientation import NOT_SAID, Orientation, image_orientation, patient_orientation
from .quiet_decoder import quiet_decoder
from .scan import VIEWS, PlanarScan, PlanarView, View
from .view_words import only_view_named, says_whole_body, views_named

if TYPE_CHECKING:
    from pydicom import Dataset

_SECONDARY_CAPTURE = frozenset(f"1.2.840.10008.5.1.4.1.1.7{suffix}" for suffix in ("", ".2", ".3"))
_DICOMDIR = "1.2.840.10008.1.3.10"

# DICOM CID 26, Nuclear Medicine Projections; G-52xx are the same concepts in the older SNOMED (SRT, SNM3, 99SDM).
_ANTERIOR_CODES = {("SCT", "399321004"), ("SRT", "G-5215"), ("SNM3", "G-5215"), ("99SDM", "G-5215")}
_POSTERIOR_CODES = {("SCT", "399001007"), ("SRT", "G-5216"), ("SNM3", "G-5216"), ("99SDM", "G-5216")}
_VIEW_OF_CODE: dict[tuple[str, str], View] = {
    **dict.fromkeys(_ANTERIOR_CODES, "anterior"),
    **dict.fromkeys(_POSTERIOR_CODES, "posterior"),
}

# Texts that speak of one image, the nearest to the image first.
_DESCRIPTIONS = (
    ("ImageID", "Image ID"),
    ("ImageComments", "image comments"),
    ("SeriesDescription", "series description"),
    ("ProtocolName", "protocol name"),
    ("DerivationDescription", "derivation description"),
)
_WHOLE_BODY_TEXTS = (
    "SeriesDescription", "StudyDescription", "ProtocolName", "BodyPartExamined", "ImageID", "ImageComments",
    "RequestedProcedureDescription", "PerformedProcedureStepDescription",
)  # fmt: skip

_TC99M_KEV = 140.5
_IMAGE_TYPES_IN_WORDS = {
    "DYNAMIC": "a dynamic series",
    "GATED": "a gated series",
    "TOMO": "a set of SPECT projections",
    "GATED TOMO": "a set of gated SPECT projections",
    "RECON TOMO": "a reconstructed SPECT volume",
    "RECON GATED TOMO": "a reconstructed gated SPECT volume",
}


@dataclass(frozen=True)
class _Frame:
    """A frame of the object (0-based): which view it shows, ``None`` where that is not known, and how it is known."""

    index: int
    view: View | None
    source: str
    lies: Orientation = NOT_SAID


@dataclass(frozen=True)
class _KnownFrame:
    """A frame of the object (0-based) whose view is known, and where its rows and columns run."""

    index: int
    view: View
    source: str
    lies: Orientation


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
    frames, warnings = _chosen_frames(name, dataset, view)
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
            sop_instance_uid=_text(dataset, "SOPInstanceUID"),
            frame_number=frame.index + 1,
        )
        for frame in sorted(frames, key=lambda frame: VIEWS.index(frame.view))
    }
    warnings += _doubts_about_sides(name, frames, views)
    return _scan(dataset, views, warnings)


# --- the object -------------------------------------------------------------------------------------------------------


def _refuse_other_objects(name: str, dataset: Dataset) -> None:
    """Refuse what is no planar nuclear medicine image of one body."""
    if _text(dataset, "SOPClassUID") == _DICOMDIR or _text(dataset.file_meta, "MediaStorageSOPClassUID") == _DICOMDIR:
        raise InputError(f"{name} is the index of a DICOM disc (DICOMDIR); give the image file itself")
    storage, modality = _text(dataset, "SOPClassUID"), coded_word(dataset, "Modality")
    if not storage and not modality and "PixelData" not in dataset:
        raise InputError(f"{name} is truncated or damaged: it breaks off before its image")
    if modality not in ("NM", "") or (not modality and storage not in _NM_STORAGE):
        said = coded_word(dataset, "Modality") or "not stated"
        raise InputError(f"{name} is no bone scan: its modality is {said}, and NM is needed")
    if storage not in _NM_STORAGE | _SECONDARY_CAPTURE:
        raise InputError(
            f"{name} holds no planar image: it is a {uid_in_words(storage, 'DICOM object of unknown kind')}"
        )
    refuse_without_counts(name, dataset)
    image_type = _image_type(dataset)
    if image_type in _IMAGE_TYPES_IN_WORDS:
        raise InputError(
            f"{name} is {_IMAGE_TYPES_IN_WORDS[image_type]}; planar whole-body views or a reconstructed SPECT volume "
            f"are needed"
        )
    if int(dataset.get("NumberOfSlices") or 1) > 1 and image_type != "WHOLE BODY":
        raise InputError(f"{name} is a volume of {dataset.NumberOfSlices} slices; planar whole-body views are needed")
    checked_size(name, int(dataset.Rows), int(dataset.Columns))


def _not_a_whole_body_by_name(name: str, dataset: Dataset, pixel_size_mm: PixelSize) -> list[str]:
    """Refuse spot views; return a sentence where only the length shows that it is a whole body."""
    if _image_type(dataset) == "WHOLE BODY" or any(
        says_whole_body(text) for keyword in _WHOLE_BODY_TEXTS for text in _readings(_text(dataset, keyword))
    ):
        return []
    height_mm = int(dataset.Rows) * pixel_size_mm[0]
    if height_mm < SWEPT_HEIGHT_MM:
        kind = "a static (spot) view" if _image_type(dataset) == "STATIC" else "not said to be a whole body"
        raise InputError(f"{name} is {kind} of {height_mm:.0f} mm height; whole-body views are needed")
    return [f"The file does not say that it is a whole-body view; its height of {height_mm:.0f} mm does."]


# --- frames and their views -------------------------------------------------------------------------------------------


def views_said(name: str, dataset: Dataset) -> tuple[View, ...]:
    """Return the views that a header (no pixels are needed) says its frames show; empty where it does not say."""
    try:
        frames, _ = _chosen_frames(name, dataset, None)
    except InputError:
        return ()
    return tuple(view for view in VIEWS if any(frame.view == view for frame in frames))


def _chosen_frames(name: str, dataset: Dataset, given: View | None) -> tuple[list[_KnownFrame], list[str]]:
    """Return one frame per view, each with its view known, and sentences for the user."""
    frames = _frames(name, dataset)
    warnings: list[str] = []
    if _energy_windows(dataset) > 1 and len(frames) > 1:
        frames, warnings = _of_photopeak(name, dataset, frames)
    if len(frames) == 1:
        frame = frames[0]
        said, source = (frame.view, frame.source) if frame.view else _view_described(name, dataset)
        shown, source = chosen_view(name, said, source, given)
        return [_KnownFrame(frame.index, shown, source, frame.lies or patient_orientation(dataset))], warnings
    if given is not None:
        raise InputError(f"{name} holds {len(frames)} images; --view is for a file with a single view")
    known = []
    for frame in frames:
        if frame.view is None:
            raise InputError(
                f"{name} does not say whether its image {frame.index + 1} is the anterior or the posterior view; "
                f"export the views as two files and name each with its view (ant, post)"
            )
        known.append(_KnownFrame(frame.index, frame.view, frame.source, frame.lies))
    if len({frame.view for frame in known}) < len(known):
        raise InputError(f"{name} holds the {known[0].view} view more than once; give one anterior and one posterior")
    return known, warnings


def _frames(name: str, dataset: Dataset) -> list[_Frame]:
    """Return every frame with the view that its detector's codes or words say."""
    count = int(dataset.get("NumberOfFrames") or 1)
    detectors = _vector(dataset, "DetectorVector")
    if not 1 <= count <= 2 * max(1, _energy_windows(dataset)):
        raise InputError(f"{name} holds {count} images; an anterior and a posterior view are needed")
    if not detectors and count == 1:
        detectors = [1]
    if len(detectors) != count:
        raise InputError(
            f"{name} holds {count} images but its Detector Vector has {len(detectors)} values, so which is which is "
            f"not known"
        )
    items = _items(dataset, "DetectorInformationSequence")
    if count == 1 and not items and "ViewCodeSequence" in dataset:
        items = [dataset]  # as Secondary Captures have it
    frames = []
    for index, detector in enumerate(detectors):
        if detector < 1 or (items and detector > len(items)):
            raise InputError(f"{name} has an image of detector {detector}, which it does not describe")
        if not items:
            frames.append(_Frame(index, None, ""))
            continue
        item = items[detector - 1]
        frames.append(_Frame(index, *_view_of_detector(name, item), image_orientation(item)))
    return frames


def _view_of_detector(name: str, detector: Dataset) -> tuple[View | None, str]:
    """Return the view of an item of the Detector Information Sequence: by its code, else by the code's meaning.

    Raises
    ------
    InputError
        Code and meaning contradict each other, or name another view (a lateral one).
    """
    for code in _items(detector, "ViewCodeSequence"):
        meaning = _text(code, "CodeMeaning")
        by_code = _VIEW_OF_CODE.get((_text(code, "CodingSchemeDesignator"), _text(code, "CodeValue")))
        by_meaning = _only_view(meaning)
        if by_code and by_meaning and by_code != by_meaning:
            raise InputError(f"{name} contradicts itself: its view code is {by_code}, the code's meaning {by_meaning}")
        if by_code:
            return by_code, "View Code Sequence"
        if by_meaning:
            return by_meaning, "view code's meaning"
        if any(word in meaning.lower() for word in ("lateral", "oblique", "vertex", "侧位", "斜位")):
            # A damaged element may hold what followed it, the patient's name too: only a plain word or two is said.
            said = repr(meaning) if re.fullmatch(r"[\w ,/-]{1,40}", meaning) else "lateral or oblique"
            raise InputError(f"{name} shows the view {said}; an anterior and a posterior view are needed")
    return None, ""


def _view_described(name: str, dataset: Dataset) -> tuple[View | None, str]:
    """Return the view that the descriptions of a single image say, and which of them.

    Raises
    ------
    InputError
        Two descriptions contradict each other.
    """
    found: list[tuple[View, str]] = []
    for keyword, words in _DESCRIPTIONS:
        view = _only_view(_text(dataset, keyword))
        if view:
            found.append((view, words))
    if not found:
        # A file named by its user is no frame order: it is the only way to name two captures that say nothing.
        view = only_view_named(Path(name).stem)
        return (view, "file name") if view else (None, "")
    if len({view for view, _ in found}) == 2:
        said = " and ".join(f"{words} {view}" for view, words in found)
        raise InputError(f"{name} contradicts itself about its view ({said})")
    return found[0]


def _only_view(text: str) -> View | None:
    for reading in _readings(text):
        if views_named(reading):
            return only_view_named(reading)
    return None


def _readings(text: str) -> Iterator[str]:
    """Yield the text, and what it is if it was written as GB18030 without a Specific Character Set."""
    yield text
    if not text.isascii():
        try:
            yield text.encode("latin-1").decode("gb18030")
        except UnicodeError:
            return


def _energy_windows(dataset: Dataset) -> int:
    return max([1, *_vector(dataset, "EnergyWindowVector")])


def _of_photopeak(name: str, dataset: Dataset, frames: list[_Frame]) -> tuple[list[_Frame], list[str]]:
    """Return the frames of the energy window that holds the photopeak of technetium-99m.

    Raises
    ------
    InputError
        No window holds it, or several do.
    """
    vector = _vector(dataset, "EnergyWindowVector")
    if len(vector) != len(frames):
        raise InputError(
            f"{name} holds {len(frames)} images but its Energy Window Vector has {len(vector)} values, so which is "
            f"which is not known"
        )
    peaks = [
        number
        for number, window in enumerate(_items(dataset, "EnergyWindowInformationSequence"), start=1)
        if any(_holds_photopeak(limits) for limits in _items(window, "EnergyWindowRangeSequence"))
    ]
    if len(peaks) != 1:
        raise InputError(
            f"{name} holds images of {max(vector)} energy windows, of which {len(peaks)} hold {_TC99M_KEV:g} keV; "
            f"export the photopeak window alone"
        )
    chosen = [frame for frame, window in zip(frames, vector, strict=True) if window == peaks[0]]
    if not chosen:
        raise InputError(f"{name} holds no image of its photopeak window ({_TC99M_KEV:g} keV)")
    return chosen, [f"The file holds {max(vector)} energy windows; only that of {_TC99M_KEV:g} keV was used."]


def _holds_photopeak(limits: Dataset) -> bool:
    lower, upper = limits.get("EnergyWindowLowerLimit"), limits.get("EnergyWindowUpperLimit")
    return lower is not None and upper is not None and float(lower) <= _TC99M_KEV <= float(upper)


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


def _doubts_about_sides(name: str, frames: Sequence[_KnownFrame], views: Mapping[str, PlanarView]) -> list[str]:
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


def _mirrored_posterior(frames: Sequence[_KnownFrame], given: bool | None) -> tuple[bool, list[str]]:
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
    if _text(dataset, "SOPClassUID") in _SECONDARY_CAPTURE:
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
