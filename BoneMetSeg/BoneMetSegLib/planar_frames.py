"""Which frame of a planar DICOM object shows which view, and where its rows and columns run (floor 2).

Frame order is never trusted: detectors' codes, their words, and for a single view its descriptions say it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .dicom_elements import items, readings, text, vector
from .errors import InputError
from .planar_checks import chosen_view
from .planar_orientation import NOT_SAID, Orientation, image_orientation, patient_orientation
from .scan import VIEWS, View
from .view_words import only_view_named, views_named

if TYPE_CHECKING:
    from pydicom import Dataset

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

_TC99M_KEV = 140.5


@dataclass(frozen=True)
class _Frame:
    """A frame of the object (0-based): which view it shows, ``None`` where that is not known, and how it is known."""

    index: int
    view: View | None
    source: str
    lies: Orientation = NOT_SAID


@dataclass(frozen=True)
class KnownFrame:
    """A frame of the object (0-based) whose view is known, and where its rows and columns run."""

    index: int
    view: View
    source: str
    lies: Orientation


def views_said(name: str, dataset: Dataset) -> tuple[View, ...]:
    """Return the views that a header (no pixels are needed) says its frames show; empty where it does not say."""
    try:
        frames, _ = chosen_frames(name, dataset, None)
    except InputError:
        return ()
    return tuple(view for view in VIEWS if any(frame.view == view for frame in frames))


def chosen_frames(name: str, dataset: Dataset, given: View | None) -> tuple[list[KnownFrame], list[str]]:
    """Return one frame per view, each with its view known, and sentences for the user."""
    frames = _frames(name, dataset)
    warnings: list[str] = []
    if _energy_windows(dataset) > 1 and len(frames) > 1:
        frames, warnings = _of_photopeak(name, dataset, frames)
    if len(frames) == 1:
        frame = frames[0]
        said, source = (frame.view, frame.source) if frame.view else _view_described(name, dataset)
        shown, source = chosen_view(name, said, source, given)
        return [KnownFrame(frame.index, shown, source, frame.lies or patient_orientation(dataset))], warnings
    if given is not None:
        raise InputError(f"{name} holds {len(frames)} images; --view is for a file with a single view")
    known = []
    for frame in frames:
        if frame.view is None:
            raise InputError(
                f"{name} does not say whether its image {frame.index + 1} is the anterior or the posterior view; "
                f"export the views as two files and name each with its view (ant, post)"
            )
        known.append(KnownFrame(frame.index, frame.view, frame.source, frame.lies))
    if len({frame.view for frame in known}) < len(known):
        raise InputError(f"{name} holds the {known[0].view} view more than once; give one anterior and one posterior")
    return known, warnings


def _frames(name: str, dataset: Dataset) -> list[_Frame]:
    """Return every frame with the view that its detector's codes or words say."""
    count = int(dataset.get("NumberOfFrames") or 1)
    detectors = vector(dataset, "DetectorVector")
    if not 1 <= count <= 2 * max(1, _energy_windows(dataset)):
        raise InputError(f"{name} holds {count} images; an anterior and a posterior view are needed")
    if not detectors and count == 1:
        detectors = [1]
    if len(detectors) != count:
        raise InputError(
            f"{name} holds {count} images but its Detector Vector has {len(detectors)} values, so which is which is "
            f"not known"
        )
    described = items(dataset, "DetectorInformationSequence")
    if count == 1 and not described and "ViewCodeSequence" in dataset:
        described = [dataset]  # as Secondary Captures have it
    frames = []
    for index, detector in enumerate(detectors):
        if detector < 1 or (described and detector > len(described)):
            raise InputError(f"{name} has an image of detector {detector}, which it does not describe")
        if not described:
            frames.append(_Frame(index, None, ""))
            continue
        one = described[detector - 1]
        frames.append(_Frame(index, *_view_of_detector(name, one), image_orientation(one)))
    return frames


def _view_of_detector(name: str, detector: Dataset) -> tuple[View | None, str]:
    """Return the view of an item of the Detector Information Sequence: by its code, else by the code's meaning.

    Raises
    ------
    InputError
        Code and meaning contradict each other, or name another view (a lateral one).
    """
    for code in items(detector, "ViewCodeSequence"):
        meaning = text(code, "CodeMeaning")
        by_code = _VIEW_OF_CODE.get((text(code, "CodingSchemeDesignator"), text(code, "CodeValue")))
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
        view = _only_view(text(dataset, keyword))
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
    for reading in readings(text):
        if views_named(reading):
            return only_view_named(reading)
    return None


def _energy_windows(dataset: Dataset) -> int:
    return max([1, *vector(dataset, "EnergyWindowVector")])


def _of_photopeak(name: str, dataset: Dataset, frames: list[_Frame]) -> tuple[list[_Frame], list[str]]:
    """Return the frames of the energy window that holds the photopeak of technetium-99m.

    Raises
    ------
    InputError
        No window holds it, or several do.
    """
    windows = vector(dataset, "EnergyWindowVector")
    if len(windows) != len(frames):
        raise InputError(
            f"{name} holds {len(frames)} images but its Energy Window Vector has {len(windows)} values, so which is "
            f"which is not known"
        )
    peaks = [
        number
        for number, window in enumerate(items(dataset, "EnergyWindowInformationSequence"), start=1)
        if any(_holds_photopeak(limits) for limits in items(window, "EnergyWindowRangeSequence"))
    ]
    if len(peaks) != 1:
        raise InputError(
            f"{name} holds images of {max(windows)} energy windows, of which {len(peaks)} hold {_TC99M_KEV:g} keV; "
            f"export the photopeak window alone"
        )
    chosen = [frame for frame, window in zip(frames, windows, strict=True) if window == peaks[0]]
    if not chosen:
        raise InputError(f"{name} holds no image of its photopeak window ({_TC99M_KEV:g} keV)")
    return chosen, [f"The file holds {max(windows)} energy windows; only that of {_TC99M_KEV:g} keV was used."]


def _holds_photopeak(limits: Dataset) -> bool:
    lower, upper = limits.get("EnergyWindowLowerLimit"), limits.get("EnergyWindowUpperLimit")
    return lower is not None and upper is not None and float(lower) <= _TC99M_KEV <= float(upper)
