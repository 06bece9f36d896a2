"""The bone scans among series that a DICOM database knows (floor 2).

A database answers for single elements, as Slicer's ``slicer.dicomDatabase.fileValue`` does. Which view a frame shows
stands in the items of a sequence, for which it does not answer: the headers of planar objects of nuclear medicine are
read from their files, and those of SPECT; of other modalities no file is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from .dicom_headers import ImageHeader, read_header
from .quiet_decoder import quiet_decoder
from .study_series import Candidate, candidates_of, without_repeats

# What the database is asked for; Slicer fetches them beforehand where it can.
TAGS = {
    "modality": "0008,0060",
    "imageType": "0008,0008",
    "instanceUID": "0008,0018",
    "seriesInstanceUID": "0020,000E",
    "numberOfFrames": "0028,0008",
}
_RECONSTRUCTED = "RECON TOMO"
# Pictures of nuclear medicine that hold neither a whole body nor a volume: their headers need not be read.
_OTHER_PICTURES = frozenset({"DYNAMIC", "GATED", "TOMO", "GATED TOMO", "RECON GATED TOMO"})

FileValue = Callable[[str, str], str]


def bone_scans_in(file_lists: Sequence[Sequence[str]], file_value: FileValue) -> list[Candidate]:
    """Return the bone scans among series.

    Parameters
    ----------
    file_lists : sequence of sequences of str
        The files of each series.
    file_value : callable
        Answers for a file and a tag ("0008,0060") with the element's text, values separated by a backslash.

    Returns
    -------
    list of Candidate
        Planar scans first; two single views of one study and day are one scan, whether of one series or of two.
    """
    images: list[ImageHeader] = []
    with quiet_decoder():  # what pydicom says of odd values may name the patient
        for files in file_lists:
            # Modality is an attribute of the series: one file answers for all (PS3.3 C.7.3.1).
            if files and file_value(files[0], TAGS["modality"]).strip().upper() == "NM":
                images += _nuclear_images(files, file_value)
    images, _ = without_repeats(images)
    return candidates_of(images)


def _nuclear_images(files: Sequence[str], file_value: FileValue) -> list[ImageHeader]:
    images: list[ImageHeader] = []
    slices: dict[str, ImageHeader] = {}  # of each series of single slices the one whose header was read
    for file in files:
        kind = _image_type(file_value(file, TAGS["imageType"]))
        if kind in _OTHER_PICTURES:
            continue
        series = file_value(file, TAGS["seriesInstanceUID"])
        one_slice = kind == _RECONSTRUCTED and file_value(file, TAGS["numberOfFrames"]).strip() in ("", "1")
        if one_slice and series in slices:
            uid = file_value(file, TAGS["instanceUID"])
            images.append(replace(slices[series], path=Path(file), sop_uid=uid))
            continue
        header = read_header(Path(file), Path(file))
        if header is None or not header.is_nuclear:
            continue
        images.append(header)
        if one_slice:
            slices[series] = header
    return images


def _image_type(text: str) -> str:
    values = text.split("\\")
    return values[2].strip().upper() if len(values) > 2 else ""
