"""NRRD, NIfTI and MetaImage files as ITK reads them, after header and bytes have passed (floor 2)."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .errors import InputError
from .metaimage_header import metaimage_header
from .nrrd_header import nrrd_fields
from .quiet_decoder import quiet_decoder
from .volume_bytes import refuse_broken_nrrd, refuse_unsound_metaimage, refuse_unsound_nifti

if TYPE_CHECKING:
    from SimpleITK import Image, ImageFileReader

VolumeFormat = Literal["NRRD", "NIfTI", "MHA"]

_ITK_READER = {"NRRD": "NrrdImageIO", "NIfTI": "NiftiImageIO", "MHA": "MetaImageIO"}
_NIFTI_ENDINGS = (".nii", ".nii.gz", ".hdr", ".img", ".hdr.gz", ".img.gz")


@dataclass(frozen=True)
class VolumeHeader:
    """Extents of an image along its axes, and the number of values per pixel."""

    extents: tuple[int, ...]
    components: int


def volume_header(path: Path, file_format: VolumeFormat) -> VolumeHeader:
    """Return what a file says of its size; it raises what ITK raises, and ``InputError``."""
    with quiet_decoder(), _opened(path, file_format) as reader:
        return VolumeHeader(reader.GetSize(), reader.GetNumberOfComponents())


def read_image(
    path: Path, file_format: VolumeFormat, check: Callable[[VolumeHeader], None]
) -> tuple[Image, dict[str, str]]:
    """Return an image of two or three dimensions, and the keys of its file in lower case.

    Parameters
    ----------
    path : Path
    file_format : {"NRRD", "NIfTI", "MHA"}
        What the file is by its content; its ending does not matter.
    check : callable
        Raises ``InputError`` where the size cannot be used, before the pixels are read. Extents beyond the third are 1
        after it.

    Raises
    ------
    InputError
        The file cannot be used; the sentence says why.
    """
    try:
        with quiet_decoder(), _opened(path, file_format) as reader:
            check(VolumeHeader(reader.GetSize(), reader.GetNumberOfComponents()))
            if file_format == "NIfTI":
                refuse_unsound_nifti(path, reader.GetSize())
            elif file_format == "MHA":
                refuse_unsound_metaimage(path, metaimage_header(path))
            else:
                refuse_broken_nrrd(path, nrrd_fields(path))
            keys = {key.lower(): reader.GetMetaData(key) for key in reader.GetMetaDataKeys()}
            image = reader.Execute()
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(f"{path.name} says it is larger than this computer's memory") from error
    except Exception as error:  # ITK raises RuntimeError for nearly everything, numpy and the file system more
        raise InputError(_in_words(path.name, file_format, str(error))) from error
    while image.GetDimension() > 3:
        image = image[(slice(None),) * (image.GetDimension() - 1) + (0,)]
    return image, keys


def _in_words(name: str, file_format: str, error: str) -> str:
    if "orthonormal" in error:
        return f"{name} has axes that are not perpendicular; save it resampled to a grid whose axes are"
    if "number of domain axes" in error:
        return f"{name} has axes that are not those of its space; save it with two or three axes in space"
    return f"{name} is damaged or truncated and cannot be read as {file_format}"


@contextlib.contextmanager
def _opened(path: Path, file_format: VolumeFormat) -> Iterator[ImageFileReader]:
    """Yield a reader that knows the header."""
    import SimpleITK

    with _itk_path(path, file_format) as copy:
        reader = SimpleITK.ImageFileReader()
        reader.SetImageIO(_ITK_READER[file_format])
        reader.SetFileName(str(copy))
        reader.ReadImageInformation()
        yield reader


@contextlib.contextmanager
def _itk_path(path: Path, file_format: VolumeFormat) -> Iterator[Path]:
    """Yield a path ITK accepts: its NIfTI reader wants a known ending, so others are read from a copy.

    Raises
    ------
    InputError
        The header is damaged; ITK would crash on it or never come back.
    """
    if file_format == "NRRD":
        nrrd_fields(path)
    elif file_format == "MHA":
        metaimage_header(path)
    if file_format != "NIfTI" or path.name.lower().endswith(_NIFTI_ENDINGS):
        yield path
        return
    with path.open("rb") as file:
        ending = ".nii.gz" if file.read(2) == b"\x1f\x8b" else ".nii"
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copyfile(path, Path(folder) / f"scan{ending}"))
