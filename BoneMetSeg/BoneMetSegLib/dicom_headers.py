"""What a DICOM file is by its header alone: whose, of which study, which kind of picture (floor 2)."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from .planar_checks import SWEPT_HEIGHT_MM
from .planar_frames import views_said
from .scan import View
from .view_words import says_whole_body

if TYPE_CHECKING:
    from pydicom import Dataset

Kind = Literal["planar", "spect", "document", "index", "other"]

HEAD_BYTES = 132
# A value longer than this is skipped while a header is read: nothing that is looked at here is as long.
_DEFER_BYTES = 65536

_NM_STORAGE = frozenset({"1.2.840.10008.5.1.4.1.1.20", "1.2.840.10008.5.1.4.1.1.5"})
_SECONDARY_CAPTURE = frozenset(f"1.2.840.10008.5.1.4.1.1.7{suffix}" for suffix in ("", ".1", ".2", ".3", ".4"))
_DICOMDIR = "1.2.840.10008.1.3.10"
_STRUCTURED_REPORT, _ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.104.1"

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
    "NumberOfDetectors", "DetectorInformationSequence", "NumberOfSlices", "ImageID",
)  # fmt: skip
_WHOLE_BODY_TEXTS = (
    "SeriesDescription", "StudyDescription", "ProtocolName", "BodyPartExamined", "ImageID", "ImageComments",
    "RequestedProcedureDescription", "PerformedProcedureStepDescription",
)  # fmt: skip


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
        "document" a structured report or an encapsulated PDF, "index" a DICOMDIR.
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
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if isinstance(source, bytes):
                return _header(path, _dataset(io.BytesIO(source)))
            with source.open("rb") as file:
                return _header(path, _dataset(file))
    except MemoryError:
        return None
    except Exception:  # pydicom raises whatever a damaged file makes it stumble over
        return None


def _dataset(file: BinaryIO) -> Dataset:
    import pydicom

    return pydicom.dcmread(file, stop_before_pixels=True, specific_tags=[*_TAGS], defer_size=_DEFER_BYTES, force=True)


def _header(path: Path, dataset: Dataset) -> ImageHeader | None:
    storage = _text(dataset, "SOPClassUID") or _text(dataset.file_meta, "MediaStorageSOPClassUID")
    if storage == _DICOMDIR:
        return ImageHeader(path, "index", "a DICOMDIR")
    if not storage and "Modality" not in dataset:
        return None
    kind, words = _kind(dataset, storage)
    moment = _text(dataset, "AcquisitionDateTime")
    dates = (_text(dataset, "AcquisitionDate"), moment[:8], _text(dataset, "SeriesDate"), _text(dataset, "StudyDate"))
    times = (_text(dataset, "AcquisitionTime"), moment[8:14], _text(dataset, "SeriesTime"))
    return ImageHeader(
        path=path,
        kind=kind,
        words=words,
        sop_uid=_text(dataset, "SOPInstanceUID"),
        series_uid=_text(dataset, "SeriesInstanceUID"),
        study_uid=_text(dataset, "StudyInstanceUID"),
        series_number=_shown(_text(dataset, "SeriesNumber"), _text(dataset, "PatientName"))[:12],
        description=_shown(_text(dataset, "SeriesDescription"), _text(dataset, "PatientName")),
        views=views_said(path.name, dataset) if kind == "planar" else (),
        date=next((date for date in dates if _DATE.fullmatch(date)), ""),
        time=next((time.replace(":", "")[:6] for time in times if _TIME.match(time)), ""),
        matrix=(_number(dataset, "Rows", 0), _number(dataset, "Columns", 0), _number(dataset, "NumberOfFrames", 1)),
        is_capture=storage in _SECONDARY_CAPTURE,
        patient_id=" ".join(_text(dataset, "PatientID").upper().split()),
        patient_name=_text(dataset, "PatientName"),
    )


# --- what it is -------------------------------------------------------------------------------------------------------


def _kind(dataset: Dataset, storage: str) -> tuple[Kind, str]:
    modality = _text(dataset, "Modality").upper()
    if storage.startswith(_STRUCTURED_REPORT) or storage == _ENCAPSULATED_PDF:
        return "document", "a report"
    if modality not in ("NM", "") or (not modality and storage not in _NM_STORAGE):
        return "other", _MODALITY_IN_WORDS.get(modality, "another DICOM object")
    if storage not in _NM_STORAGE | _SECONDARY_CAPTURE:
        return "other", "another DICOM object"
    return _kind_of_picture(dataset)


def _kind_of_picture(dataset: Dataset) -> tuple[Kind, str]:
    """Return what a picture of nuclear medicine is."""
    if _number(dataset, "SamplesPerPixel", 1) != 1:
        return "other", "a colour picture"
    values = dataset.get("ImageType") or []
    values = [values] if isinstance(values, str) else [str(value).strip().upper() for value in values]
    image_type = values[2] if len(values) > 2 else ""
    if image_type == "RECON TOMO":
        return "spect", "a SPECT volume"
    if "LOCALIZER" in values:
        return "other", "a localizer"
    if image_type in _PLANAR_IN_WORDS:
        return "other", _PLANAR_IN_WORDS[image_type]
    if not _is_whole_body(dataset, image_type):
        return "other", "a static (spot) view"
    return "planar", "a whole-body view"


def _is_whole_body(dataset: Dataset, image_type: str) -> bool:
    rows, columns = _number(dataset, "Rows", 0), _number(dataset, "Columns", 0)
    if columns >= rows > 0:
        return False
    if image_type == "WHOLE BODY" or any(says_whole_body(_text(dataset, keyword)) for keyword in _WHOLE_BODY_TEXTS):
        return True
    spacing = dataset.get("PixelSpacing")
    if spacing is None or isinstance(spacing, str) or len(spacing) != 2 or float(spacing[0]) == 0:
        return rows >= 2 * columns  # no pixel size: only the matrix can tell
    return bool(rows * float(spacing[0]) >= SWEPT_HEIGHT_MM)


def _shown(description: str, patient_name: str) -> str:
    """Return a description as it may be printed: one line, without the patient's name."""
    words = [word for word in patient_name.replace("=", "^").replace(" ", "^").split("^") if len(word) > 1]
    for word in sorted(words, key=len, reverse=True):
        at = description.upper().find(word.upper())
        while at >= 0:
            description = f"{description[:at]}...{description[at + len(word) :]}"
            at = description.upper().find(word.upper(), at + 3)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in description).split())[:64]


def _text(dataset: Dataset, keyword: str) -> str:
    value: Any = dataset.get(keyword)
    return "" if value is None else str(value).strip().strip("\0")


def _number(dataset: Dataset, keyword: str, otherwise: int) -> int:
    value: Any = dataset.get(keyword)
    return otherwise if value in (None, "") else int(value)
