"""A DICOM file opened, and what its elements say that planar and SPECT objects say alike (floor 2)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .deflated_dicom import refuse_deflated_bomb
from .errors import InputError
from .scan import Identity

if TYPE_CHECKING:
    from pydicom import Dataset

NM_STORAGE = frozenset({"1.2.840.10008.5.1.4.1.1.20", "1.2.840.10008.5.1.4.1.1.5"})  # the second is retired


def open_dicom(path: Path, **options: Any) -> Dataset:
    """Open a DICOM file, also one without preamble as old archives wrote them.

    Parameters
    ----------
    path : Path
    **options
        As ``pydicom.dcmread`` takes them.

    Raises
    ------
    InputError
        The file is not DICOM, or unpacks to too much. A damaged one raises whatever pydicom stumbles over.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    with path.open("rb") as file:
        refuse_deflated_bomb(path.name, file)
    try:
        dataset = pydicom.dcmread(path, **options)
    except InvalidDicomError:
        # Old archives wrote no preamble: the data set then starts with its first element.
        dataset = pydicom.dcmread(path, force=True, **options)
        if "SOPClassUID" not in dataset or "Modality" not in dataset:
            raise InputError(f"{path.name} is not a DICOM file") from None
    if not dataset.file_meta.get("TransferSyntaxUID"):
        implicit, little = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = (
            ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        )
    return dataset


def text(dataset: Dataset, keyword: str) -> str:
    """Return an element as text, empty where it is missing or empty."""
    value: Any = dataset.get(keyword)
    return "" if value is None else str(value).strip().strip("\0")


def readings(text: str) -> Iterator[str]:
    """Yield the text, and what it is if it was written as GB18030 without a Specific Character Set."""
    yield text
    if not text.isascii():
        try:
            yield text.encode("latin-1").decode("gb18030")
        except UnicodeError:
            return


def coded_word(dataset: Dataset, keyword: str) -> str:
    """Return a code string fit for an error sentence: a damaged one may hold the rest of the file, names included."""
    word = text(dataset, keyword).upper()
    return word if re.fullmatch(r"[A-Z0-9 _]{0,16}", word) else "unreadable"


def uid_in_words(uid: str, unknown: str) -> str:
    """Return a UID's name in DICOM, or ``unknown`` with the UID itself where it has none and is legible."""
    from pydicom.uid import UID

    words = UID(uid).name
    if words != uid:
        return words
    return f"{unknown} {uid}" if re.fullmatch(r"[0-9.]{1,64}", uid) else f"{unknown} (unreadable)"


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return an element as a finite number, ``None`` where it is missing, empty, or none."""
    value: Any = dataset.get(keyword)
    if value is None or value == "":
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def numbers(dataset: Dataset, keyword: str) -> list[float]:
    """Return an element's values as numbers, none where it is missing or empty."""
    value: Any = dataset.get(keyword)
    if value is None or isinstance(value, str):
        return []
    return [float(value)] if isinstance(value, (int, float)) else [float(one) for one in value]


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence, none where it is missing or empty."""
    return list(dataset.get(keyword) or [])


def vector(dataset: Dataset, keyword: str) -> list[int]:
    """Return an element's values as integers, none where it is missing or empty."""
    value: Any = dataset.get(keyword)
    if value is None or value == "":
        return []
    return [int(value)] if isinstance(value, (int, np.integer)) else [int(one) for one in value]


def image_types(dataset: Dataset) -> list[str]:
    """Return the values of Image Type in capitals, none where it is missing or empty."""
    values = dataset.get("ImageType") or []
    return [str(value).strip().upper() for value in ([values] if isinstance(values, str) else values)]


def image_type(dataset: Dataset) -> str:
    """Return value 3 of Image Type: "WHOLE BODY", "RECON TOMO" ..., empty where there is none."""
    values = image_types(dataset)
    return values[2] if len(values) > 2 else ""


def acquired(dataset: Dataset) -> tuple[str, str]:
    """Return the date and time of acquisition; the series' or study's date where only that is known."""
    moment = text(dataset, "AcquisitionDateTime")
    dates = (text(dataset, "AcquisitionDate"), moment[:8], text(dataset, "SeriesDate"), text(dataset, "StudyDate"))
    return next(filter(None, dates), ""), text(dataset, "AcquisitionTime") or moment[8:14]


def injection_time(dataset: Dataset) -> str:
    """Return when the radiopharmaceutical was given, ``HHMMSS``, empty where it is not said."""
    for drug in items(dataset, "RadiopharmaceuticalInformationSequence"):
        moment = text(drug, "RadiopharmaceuticalStartDateTime")[8:14]
        time = text(drug, "RadiopharmaceuticalStartTime") or moment
        if time:
            return time
    return ""


def radiopharmaceutical(dataset: Dataset) -> str:
    """Return the radiopharmaceutical as the file names it, empty where it does not."""
    for drug in items(dataset, "RadiopharmaceuticalInformationSequence"):
        if text(drug, "Radiopharmaceutical"):
            return text(drug, "Radiopharmaceutical")
        for code in items(drug, "RadiopharmaceuticalCodeSequence"):
            if text(code, "CodeMeaning"):
                return text(code, "CodeMeaning")
    return ""


def device(dataset: Dataset) -> str:
    """Return manufacturer and model, empty where neither is said."""
    return " ".join(filter(None, (text(dataset, "Manufacturer"), text(dataset, "ManufacturerModelName"))))


def identity(dataset: Dataset) -> Identity:
    """Return who was scanned in which study."""
    return Identity(
        patient_id=text(dataset, "PatientID"),
        patient_name=text(dataset, "PatientName"),
        study_instance_uid=text(dataset, "StudyInstanceUID"),
        accession_number=text(dataset, "AccessionNumber"),
    )
