"""What a DICOM file is by its header alone: whose, of which study, which kind of picture (floor 2)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from .deflated_dicom import refuse_deflated_bomb
from .dicom_elements import NM_STORAGE, image_type, image_types, number, text
from .planar_checks import SWEPT_HEIGHT_MM
from .planar_frames import views_said
from .scan import View
from .text_encodings import decoded
from .view_words import says_whole_body

if TYPE_CHECKING:
    from pydicom import Dataset

Kind = Literal["planar", "spect", "document", "index", "other"]

HEAD_BYTES = 132
# A value longer than this is skipped while a header is read: nothing that is looked at here is as long.
_DEFER_BYTES = 65536

_SECONDARY_CAPTURE = frozenset(f"1.2.840.10008.5.1.4.1.1.7{suffix}" for suffix in ("", ".1", ".2", ".3", ".4"))
_DICOMDIR = "1.2.840.10008.1.3.10"
_DOCUMENTS = ("1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.104.")  # structured reports; PDF, CDA

_DATE, _TIME = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{2}:?[0-9]{2}(:?[0-9]{2})?")

_PLANAR_IN_WORDS = {
    "DYNAMIC": "a dynamic series",
    "GATED": "a gated series",
    "TOMO": "SPECT projections",
    "GATED TOMO": "gated SPECT projections",
    "RECON GATED TOMO": "a gated SPECT volume",
    "LOCALIZER": "a localizer",
}
_MODALITY_IN_WORDS = {
    "CT": "CT", "MR": "MR", "PT": "PET", "OT": "a screen capture", "SC": "a screen capture", "US": "ultrasound",
    "CR": "a radiograph", "DX": "a radiograph", "SR": "a report", "DOC": "a report", "PR": "a display setting",
    "SEG": "a segmentation", "KO": "a list of key images",
}  # fmt: skip

_TAGS = (
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "StudyDate", "SeriesDate", "AcquisitionDate",
    "ContentDate", "AcquisitionDateTime", "StudyTime", "SeriesTime", "AcquisitionTime", "Modality", "Manufacturer",
    "StudyDescription", "SeriesDescription", "DerivationDescription", "PatientName", "PatientID", "BodyPartExamined",
    "ProtocolName", "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "InstanceNumber", "ImageComments",
    "SamplesPerPixel", "NumberOfFrames", "Rows", "Columns", "PixelSpacing", "RequestedProcedureDescription",
    "PerformedProcedureStepDescription", "EnergyWindowVector", "EnergyWindowInformationSequence", "DetectorVector",
    "NumberOfDetectors", "DetectorInformationSequence", "NumberOfSlices", "ImageID", "ViewCodeSequence",
)  # fmt: skip
_TEXTS_OF_IMAGE = ("SeriesDescription", "ProtocolName", "BodyPartExamined", "ImageID", "ImageComments")
_TEXTS_OF_STUDY = ("StudyDescription", "RequestedProcedureDescription", "PerformedProcedureStepDescription")


@dataclass(frozen=True)
class ImageHeader:
    """A DICOM file as a folder's list shows it.

    Attributes
    ----------
    path : Path
        The file; within an archive its name there.
    member : str
        Its name in the archive, letter by letter; empty outside of one.
    kind : {"planar", "spect", "document", "index", "other"}
        "planar" is a planar whole-body image of modality NM, "spect" a reconstructed volume or a slice of one,
        "document" a structured report or an encapsulated document, "index" a DICOMDIR.
    words : str
        What it is, for the user: "a static (spot) view", "CT".
    views : tuple of view
        Those it says it shows; empty where it does not say.
    date, time : str
        Of acquisition, ``YYYYMMDD`` and ``HHMMSS``, empty where unknown.
    matrix : tuple of int
        Rows, columns, frames.
    patient_id, patient_name : str
        Only compared, never shown.
    """

    path: Path
    kind: Kind
    words: str
    member: str = ""
    sop_uid: str = field(default="", repr=False)
    series_uid: str = ""
    study_uid: str = ""
    series_number: str = ""
    instance_number: str = ""
    description: str = field(default="", repr=False)
    views: tuple[View, ...] = ()
    date: str = ""
    time: str = ""
    matrix: tuple[int, int, int] = (0, 0, 0)
    is_capture: bool = False
    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)

    @property
    def is_nuclear(self) -> bool:
        """Whether it is a picture that belongs to nuclear medicine."""
        return self.kind in ("planar", "spect")


def looks_like_dicom(head: bytes) -> bool:
    """Return whether a file's first 132 bytes are those of DICOM: with preamble, or a data set that starts at once."""
    if head[128:132] == b"DICM":
        return True
    # Group 0002 or 0008 and a low element number.
    return len(head) > 8 and head[:2] in (b"\x02\x00", b"\x08\x00") and head[3] == 0 and head[2] <= 0x18


def read_header(source: Path | bytes, path: Path) -> ImageHeader | None:
    """Return the header of a file, ``None`` where it is damaged.

    Parameters
    ----------
    source : Path or bytes
        The file, or its first bytes.
    path : Path
        What to call it.
    """
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            return _header(path, read_elements(file, _TAGS))
    except Exception:  # pydicom raises whatever a damaged file makes it stumble over
        return None


def read_elements(file: BinaryIO, keywords: Sequence[str]) -> Dataset:
    """Return some elements of a DICOM file's header; long values and what follows the header are passed over.

    Raises
    ------
    InputError
        It unpacks to too much. A damaged one raises whatever pydicom stumbles over.
    """
    import pydicom

    refuse_deflated_bomb("the file", file)
    return pydicom.dcmread(
        file, stop_before_pixels=True, specific_tags=[*keywords], defer_size=_DEFER_BYTES, force=True
    )


def _header(path: Path, dataset: Dataset) -> ImageHeader | None:
    storage = text(dataset, "SOPClassUID") or text(dataset.file_meta, "MediaStorageSOPClassUID")
    if storage == _DICOMDIR:
        return ImageHeader(path, "index", "a DICOMDIR")
    if not storage and "Modality" not in dataset:
        return None
    kind, words = _kind(dataset, storage)
    rows = _count(dataset, "Rows", 0)
    if not rows and (text(dataset, "Modality").upper() == "NM" or storage in NM_STORAGE):
        return None  # it breaks off before the image
    moment = text(dataset, "AcquisitionDateTime")
    dates = (text(dataset, "AcquisitionDate"), moment[:8], text(dataset, "SeriesDate"), text(dataset, "StudyDate"))
    times = (text(dataset, "AcquisitionTime"), moment[8:14], text(dataset, "SeriesTime"))
    return ImageHeader(
        path=path,
        kind=kind,
        words=words,
        sop_uid=text(dataset, "SOPInstanceUID"),
        series_uid=text(dataset, "SeriesInstanceUID"),
        study_uid=text(dataset, "StudyInstanceUID"),
        instance_number=text(dataset, "InstanceNumber"),
        series_number=shown_text(dataset, text(dataset, "SeriesNumber"))[:12],
        description=shown_text(dataset, text(dataset, "SeriesDescription")),
        views=views_said(path.name, dataset) if kind == "planar" else (),
        date=next((date for date in dates if _DATE.fullmatch(date)), ""),
        time=next((time.replace(":", "")[:6] for time in times if _TIME.match(time)), ""),
        matrix=(rows, _count(dataset, "Columns", 0), _count(dataset, "NumberOfFrames", 1)),
        is_capture=storage in _SECONDARY_CAPTURE,
        patient_id=" ".join(text(dataset, "PatientID").upper().split()),
        patient_name=text(dataset, "PatientName"),
    )


# --- what it is -------------------------------------------------------------------------------------------------------


def _kind(dataset: Dataset, storage: str) -> tuple[Kind, str]:
    modality = text(dataset, "Modality").upper()
    if storage.startswith(_DOCUMENTS):
        return "document", "a report"
    if modality not in ("NM", "") or (not modality and storage not in NM_STORAGE):
        return "other", _MODALITY_IN_WORDS.get(modality, "another DICOM object")
    if storage not in NM_STORAGE | _SECONDARY_CAPTURE:
        return "other", "another DICOM object"
    return _kind_of_picture(dataset)


def _kind_of_picture(dataset: Dataset) -> tuple[Kind, str]:
    """Return what a picture of nuclear medicine is."""
    if _count(dataset, "SamplesPerPixel", 1) != 1:
        return "other", "a colour picture"
    if "TRANSMISSION" in image_types(dataset)[3:]:
        return "other", "a transmission image (of attenuation)"
    kind = image_type(dataset)
    if kind == "RECON TOMO" or (not kind and _count(dataset, "NumberOfSlices", 1) > 1):
        return "spect", "a SPECT volume"
    if "LOCALIZER" in str(dataset.get("ImageType")).upper():
        return "other", "a localizer"
    if kind in _PLANAR_IN_WORDS:
        return "other", _PLANAR_IN_WORDS[kind]
    rows, columns = _count(dataset, "Rows", 0), _count(dataset, "Columns", 0)
    if not _is_whole_body(dataset, kind) or (kind == "STATIC" and columns >= rows):
        return "other", "a static (spot) view"
    if columns >= rows:
        return "other", "a whole-body picture that is not higher than wide"
    return "planar", "a whole-body view"


def _is_whole_body(dataset: Dataset, kind: str) -> bool:
    """Return whether an image says whole body, or is high enough.

    What speaks of the study ("bone scan, whole body") does not make a static view one.
    """
    texts = _TEXTS_OF_IMAGE if kind == "STATIC" else (*_TEXTS_OF_IMAGE, *_TEXTS_OF_STUDY)
    if kind == "WHOLE BODY" or any(says_whole_body(_legible(dataset, text(dataset, word))) for word in texts):
        return True
    rows, columns = _count(dataset, "Rows", 0), _count(dataset, "Columns", 0)
    if columns >= rows:
        return False
    spacing = dataset.get("PixelSpacing")
    if spacing is None or isinstance(spacing, str) or len(spacing) != 2 or float(spacing[0]) == 0:
        return rows >= 2 * columns  # no pixel size: only the matrix can tell
    return bool(rows * float(spacing[0]) >= SWEPT_HEIGHT_MM)


# --- what is shown ----------------------------------------------------------------------------------------------------


def shown_text(dataset: Dataset, words: str) -> str:
    """Return a description or name as it may be printed: one line, without the patient's name and number.

    A damaged element may hold what follows it, names included: nothing is shown from a control character on.
    """
    words = re.split(r"[\x00-\x1f\x7f]", _legible(dataset, words), maxsplit=1)[0]
    for one in sorted(_identifying(dataset), key=len, reverse=True):
        # Letters are taken as whole words: of a patient called An, "ANT" stays.
        pattern = rf"(?<![A-Za-z]){one}(?![A-Za-z])" if one.isascii() and one.isalpha() else re.escape(one)
        words = re.sub(pattern, "...", words, flags=re.IGNORECASE)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())[:64]


def _identifying(dataset: Dataset) -> set[str]:
    """Return the words that tell who the patient is: the parts of the name, apart and together, and the number."""
    found = {text(dataset, "PatientID")}
    for written in _legible(dataset, text(dataset, "PatientName")).split("="):
        parts = re.split(r"[\^\s]+", written)
        found |= {*parts, "".join(parts), " ".join(parts)}
    return {one for one in found if len(one) > 1}


def _legible(dataset: Dataset, words: str) -> str:
    """Return a text; where no character set beyond ASCII is declared, as GB18030, Big5 or UTF-8 if that it is."""
    if words.isascii() or dataset.get("SpecificCharacterSet") not in (None, "", "ISO_IR 6", "ISO_IR 100"):
        return words
    try:
        read = decoded(words.encode("latin-1"))
    except UnicodeError:
        return words
    return read[0] if read else words


def _count(dataset: Dataset, keyword: str, otherwise: int) -> int:
    found = number(dataset, keyword)
    return otherwise if found is None else int(found)
