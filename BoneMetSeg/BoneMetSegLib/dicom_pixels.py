"""The pixels of a DICOM object, compressed or not, and their rescale (floor 2).

Uncompressed, deflated and RLE pixels are read by pydicom; JPEG, JPEG-LS and JPEG 2000 by SimpleITK (GDCM).
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .codestream_size import codestream_size
from .dicom_elements import image_types, number, text, uid_in_words
from .errors import InputError

if TYPE_CHECKING:
    from pydicom import Dataset

_BY_PYDICOM = frozenset(f"1.2.840.10008.1.2{suffix}" for suffix in ("", ".1", ".1.99", ".2"))
_RLE = "1.2.840.10008.1.2.5"
_LOSSY = frozenset(f"1.2.840.10008.1.2.4.{suffix}" for suffix in (50, 51, 81, 91))
# Transfer syntaxes that GDCM decodes, and the processes that their streams may have.
_BY_GDCM = {
    f"1.2.840.10008.1.2.4.{suffix}": processes
    for suffix, processes in {
        50: ("baseline", "extended"),
        51: ("baseline", "extended"),
        57: ("lossless",),
        70: ("lossless",),
        80: ("JPEG-LS",),
        81: ("JPEG-LS",),
        90: ("JPEG 2000",),
        91: ("JPEG 2000",),
    }.items()
}
READ_IN_WORDS = "uncompressed, RLE, JPEG (baseline, extended, lossless), JPEG-LS and JPEG 2000 pixels are read"

_MAX_PIXELS = 2**27  # a few kB of packed zeros may claim any number; 512 slices of 512 x 512 are as many
_BITS_OF_A_BYTE = 8
_SECONDARY_CAPTURE_OF_WORDS = "1.2.840.10008.5.1.4.1.1.7.3"
_PIXEL_ELEMENTS = (
    "SamplesPerPixel", "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation",
)  # fmt: skip


def refuse_without_counts(name: str, dataset: Dataset) -> None:
    """Refuse an object that holds no image, or one whose values are no counts.

    Raises
    ------
    InputError
        There are no pixels or no size of them, they are colours, or a transmission image.
    """
    if "PixelData" not in dataset:
        raise InputError(f"{name} holds no image; it may be truncated")
    if "Rows" not in dataset or "Columns" not in dataset:
        raise InputError(f"{name} does not say how many rows and columns its image has")
    if int(dataset.get("SamplesPerPixel") or 1) != 1:
        raise InputError(f"{name} is a colour picture; the counts are needed, not a screenshot")
    if "TRANSMISSION" in image_types(dataset)[3:]:
        raise InputError(f"{name} is a transmission image (of attenuation); the emission image is needed")


def stored_pixels(name: str, dataset: Dataset) -> np.ndarray:
    """Return the stored values, before any rescale.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    dataset : Dataset
        An image of one value per pixel.

    Returns
    -------
    numpy.ndarray
        ``(frames, rows, columns)``, integers as stored.

    Raises
    ------
    InputError
        The pixels are too few or too many, are compressed in a way that is not read, or cannot be decoded.
    """
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames * rows * columns > _MAX_PIXELS:
        raise InputError(f"{name} says it holds {frames} images of {columns} x {rows} pixels, too many for a bone scan")
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax in _BY_GDCM:
        return _decoded_by_gdcm(name, dataset, frames).reshape(frames, rows, columns)
    if syntax == _RLE:
        return dataset.pixel_array.reshape(frames, rows, columns)
    if syntax is not None and syntax not in _BY_PYDICOM:
        words = uid_in_words(syntax, "an unknown transfer syntax")
        raise InputError(f"{name} is compressed as {words}, which is not read; export it otherwise: {READ_IN_WORDS}")
    expected = frames * rows * columns * int(dataset.BitsAllocated) // 8
    if len(dataset.PixelData) < expected:
        raise InputError(f"{name} is truncated: it holds {len(dataset.PixelData)} of {expected} bytes of its image")
    if len(dataset.PixelData) >= expected + expected // frames:
        raise InputError(f"{name} holds more images than the {frames} it says, so which is which is not known")
    return dataset.pixel_array.reshape(frames, rows, columns)


def rescale_of(name: str, dataset: Dataset) -> tuple[float, float]:
    """Return Rescale Slope and Intercept, 1 and 0 where the file has none.

    Raises
    ------
    InputError
        The slope is zero or no number.
    """
    slope, intercept = dataset.get("RescaleSlope"), number(dataset, "RescaleIntercept") or 0.0
    slope = 1.0 if slope in (None, "") else float(slope)
    if slope == 0 or not math.isfinite(slope):
        raise InputError(f"{name} has a Rescale Slope of {slope:g}, which makes no counts")
    return slope, intercept


def is_lossy(dataset: Dataset) -> bool:
    """Return whether the pixels went through lossy compression, now or before."""
    said = text(dataset, "LossyImageCompression")
    return said == "01" or (dataset.file_meta.get("TransferSyntaxUID") in _LOSSY and said != "00")


def _decoded_by_gdcm(name: str, dataset: Dataset, frames: int) -> np.ndarray:
    """Return the stored values of compressed frames.

    GDCM refuses Nuclear Medicine objects whose Detector Information Sequence lacks an Image Position, as planar ones
    do. So it gets the pixels alone, as a Secondary Capture without anything that identifies the patient.
    """
    import SimpleITK

    streams = _checked_streams(name, dataset, frames)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pixels.dcm"
        _pixels_alone(dataset, streams).save_as(path, enforce_file_format=True)
        reader = SimpleITK.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(str(path))
        try:
            return np.asarray(SimpleITK.GetArrayFromImage(reader.Execute()))
        except RuntimeError as error:
            raise InputError(f"{name} holds a compressed image that cannot be decoded; it may be truncated") from error


def _checked_streams(name: str, dataset: Dataset, frames: int) -> list[bytes]:
    """Return each frame's compressed stream, after its own header agreed with the file's.

    A stream that says it is larger would make the decoder reserve the memory it asks for, whatever Rows and Columns.
    """
    from pydicom.encaps import generate_frames

    try:
        streams = list(generate_frames(dataset.PixelData, number_of_frames=frames))
    except (ValueError, EOFError) as error:
        raise InputError(f"{name} is truncated or damaged: its compressed image breaks off") from error
    if len(streams) != frames:
        raise InputError(f"{name} says it holds {frames} images, but there are {len(streams)} compressed ones")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    processes = _BY_GDCM[dataset.file_meta.TransferSyntaxUID]
    for stream in streams:
        size = codestream_size(stream)
        if size is None or not size.is_sound or size.bits > int(dataset.BitsAllocated) or size.process not in processes:
            raise InputError(f"{name} holds a compressed image that cannot be decoded; it may be damaged")
        if (size.rows, size.columns, size.components) != (rows, columns, 1):
            raise InputError(
                f"{name} says its image has {columns} columns x {rows} rows, but the compressed one has {size.columns} "
                f"x {size.rows} of {size.components} values"
            )
    return streams


def _pixels_alone(dataset: Dataset, streams: list[bytes]) -> Dataset:
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import generate_uid

    alone = Dataset()
    alone.file_meta = FileMetaDataset()
    alone.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    alone.SOPClassUID = _SECONDARY_CAPTURE_OF_WORDS
    alone.SOPInstanceUID = generate_uid()
    alone.PhotometricInterpretation = "MONOCHROME2"  # the other one only tells how to display
    for keyword in _PIXEL_ELEMENTS:
        if keyword in dataset:
            alone[keyword] = dataset[keyword]
    bits = [size.bits for stream in streams if (size := codestream_size(stream))]
    if max(bits) <= _BITS_OF_A_BYTE:  # GDCM makes bytes of such streams, whatever was allocated
        alone.BitsAllocated, alone.BitsStored, alone.HighBit = _BITS_OF_A_BYTE, _BITS_OF_A_BYTE, _BITS_OF_A_BYTE - 1
    alone.PixelData = encapsulate(streams)
    alone["PixelData"].is_undefined_length = True
    return alone
