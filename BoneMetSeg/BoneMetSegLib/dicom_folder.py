"""The bone scan in a DICOM folder, a DICOMDIR or a ZIP archive of either (floor 2)."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .dicom_headers import ImageHeader
from .errors import InputError
from .quiet_decoder import quiet_decoder
from .study_contents import StudyContents, is_study, opened_study
from .study_series import candidates_of, chosen, refuse_several_patients, without_repeats

__all__ = ["FoundScan", "found_scan", "is_study"]

# Copies under other identifiers are looked for among this many images, each of a planar scan's size.
_MAX_COMPARED, _MAX_COMPARED_BYTES = 32, 64 * 2**20


@dataclass(frozen=True)
class FoundScan:
    """The chosen scan.

    Attributes
    ----------
    paths : tuple of Path
        Its files: one, two of one view each, or the slices of a SPECT series.
    kind : {"planar", "spect"}
    notes : tuple of str
        Sentences for the user: what was left out, what was chosen.
    """

    paths: tuple[Path, ...]
    kind: str
    notes: tuple[str, ...]


@contextlib.contextmanager
def found_scan(path: Path, series: str | None = None) -> Iterator[FoundScan]:
    """Find the bone scan; what an archive holds of it lies in a temporary folder within the block.

    Parameters
    ----------
    path : Path
        A folder (searched to a depth of 32), a DICOMDIR (whose records are followed) or a ZIP archive.
    series : str, optional
        Which, of several: number in the list, UID, (part of) the series description, or series number.

    Raises
    ------
    InputError
        It holds no bone scan, several of which none is chosen, or several patients; or it is unsafe to open.
    """
    with opened_study(path) as study:
        with quiet_decoder():
            found = _find(study, series)
        yield found


def _find(study: StudyContents, series: str | None) -> FoundScan:
    refuse_several_patients(study.name, study.images)
    images, repeats = without_repeats([image for image in study.images if image.is_nuclear])
    if not images:
        advice = "a planar whole-body scan or a SPECT volume of modality NM is needed"
        if study.others and not study.images:
            advice = "give the scan's own file"
        raise InputError(f"{study.name} holds no bone scan: {study.instead()}; {advice}")
    images, copies = _without_copies(images, study)
    candidate, notes = chosen(study.name, candidates_of(images), series)
    repeats += copies
    if repeats:
        files = "1 file" if repeats == 1 else f"{repeats} files"
        notes = (*notes, f"{files} repeated an image and counted once.")
    paths = study.paths(candidate.images)
    return FoundScan(tuple(paths), candidate.first.kind, (*notes, *study.notes()))


def _without_copies(images: list[ImageHeader], study: StudyContents) -> tuple[list[ImageHeader], int]:
    """Leave out planar images with the same pixels and views as one before, sent again under another identifier."""
    alike = Counter(_likeness(image) for image in images if image.kind == "planar")
    suspects = [image for image in images if image.kind == "planar" and alike[_likeness(image)] > 1]
    if not suspects or len(suspects) > _MAX_COMPARED:
        return images, 0
    seen: set[tuple[object, ...]] = set()
    copies: set[ImageHeader] = set()
    for image in suspects:
        digest = _pixel_digest(image, study)
        key = (*_likeness(image), digest)
        if digest and key in seen:
            copies.add(image)
        seen.add(key)
    return [image for image in images if image not in copies], len(copies)


def _likeness(image: ImageHeader) -> tuple[object, ...]:
    return image.study_uid, image.matrix, image.views, image.date, image.is_capture


def _pixel_digest(image: ImageHeader, study: StudyContents) -> str:
    """Return a fingerprint of the stored pixels, empty where they cannot be read or are too many for a scan."""
    import pydicom

    try:
        with study.opened(image, _MAX_COMPARED_BYTES) as file:
            dataset = pydicom.dcmread(file, specific_tags=["PixelData"], force=True)
        return hashlib.sha256(dataset.PixelData).hexdigest()
    except Exception:  # a damaged file is met, with its sentence, when it is read
        return ""
