"""SPECT volumes in NRRD, NIfTI and MetaImage files (floor 2).

Such files say where the voxels lie, but neither who was scanned nor, by any standard, what the values are: they are
counts unless a key in the file or the user says otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import InputError
from .quiet_decoder import quiet_decoder
from .scan import Quantity, SpectScan, ras_from_lps, right_handed
from .spect_checks import MIN_EXTENT, checked_extents, checked_spacing, checked_voxels
from .spect_quantity import Scale, chosen_scale, known_unit
from .volume_bytes import refuse_short_metaimage, refuse_unsound_nifti
from .volume_files import ITK_READER, VolumeFormat, itk_path

if TYPE_CHECKING:
    from SimpleITK import Image, ImageFileReader

_QUANTITY_KEYS = ("quantity", "units", "unit", "bonemetseg.quantity")


def is_spect_volume(path: Path, file_format: VolumeFormat) -> bool:
    """Return whether the header of a file says that it is a volume of three slices or more along each axis.

    A file that cannot be opened is none: reading it says why.
    """
    with quiet_decoder():
        try:
            with itk_path(path, file_format) as copy:
                extents = _opened(copy, file_format).GetSize()
        except Exception:  # ITK raises RuntimeError for nearly everything, the file system more
            return False
    return len(extents) >= 3 and min(extents[:3]) >= MIN_EXTENT


def read_spect_volume(path: Path, file_format: VolumeFormat, *, quantity: Quantity | None = None) -> SpectScan:
    """Read a SPECT volume.

    Parameters
    ----------
    path : Path
    file_format : {"NRRD", "NIfTI", "MHA"}
        What the file is by its content; its ending does not matter.
    quantity : {"counts", "Bq/ml", "SUVbw"}, optional
        What the values are; by default what the file's key ``quantity`` or ``units`` says (in NIfTI the description),
        else counts. There is nothing in these files to make SUV of Bq/ml.

    Returns
    -------
    SpectScan

    Raises
    ------
    InputError
        The file cannot be used; the sentence says why.
    """
    with quiet_decoder():
        try:
            image, keys = _image(path, file_format)
        except InputError:
            raise
        except MemoryError as error:
            raise InputError(f"{path.name} says it is larger than this computer's memory") from error
        except Exception as error:
            raise InputError(f"{path.name} is damaged or truncated and cannot be read as {file_format}") from error
    checked_spacing(path.name, image.GetSpacing(), image.GetSize())
    scale = chosen_scale(path.name, _scale(keys), quantity)
    warnings = [] if _says_axes(keys, file_format) else [_ASSUMED_AXES]
    voxels, ijk_to_ras, _ = right_handed(_scaled(image, scale), ras_from_lps(_ijk_to_lps(image)))
    voxels, notes = checked_voxels(path.name, voxels)
    return SpectScan(
        voxels=voxels,
        ijk_to_ras=ijk_to_ras,
        quantity=scale.quantity,
        quantity_reason=scale.reason,
        source_format=file_format,
        warnings=(*warnings, *notes),
    )


_ASSUMED_AXES = (
    "The file does not say how its axes lie in the body: columns were taken to run to the patient's left, rows to the "
    "back, slices to the head; check left and right."
)


def _opened(path: Path, file_format: VolumeFormat) -> ImageFileReader:
    """Return a reader that knows the header."""
    import SimpleITK

    reader = SimpleITK.ImageFileReader()
    reader.SetImageIO(ITK_READER[file_format])
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    return reader


def _image(path: Path, file_format: VolumeFormat) -> tuple[Image, dict[str, str]]:
    """Return the image, after its header has passed, and its keys in lower case."""
    with itk_path(path, file_format) as copy:
        reader = _opened(copy, file_format)
        extents, components = reader.GetSize(), reader.GetNumberOfComponents()
        if components != 1:
            raise InputError(f"{path.name} is a colour picture or has {components} values per voxel; counts are needed")
        if any(extent > 1 for extent in extents[3:]):
            raise InputError(f"{path.name} holds {extents[3]} volumes; one SPECT volume is needed")
        checked_extents(path.name, extents[:3])
        if file_format == "NIfTI":
            refuse_unsound_nifti(path, extents)
        elif file_format == "MHA":
            refuse_short_metaimage(path)
        keys = {key.lower(): reader.GetMetaData(key) for key in reader.GetMetaDataKeys()}
        image = reader.Execute()
    while image.GetDimension() > 3:
        image = image[(slice(None),) * (image.GetDimension() - 1) + (0,)]
    return image, keys


def _scale(keys: dict[str, str]) -> Scale:
    """Return what the file's keys say that its values are; counts where they say nothing that is known."""
    said = [keys[key] for key in _QUANTITY_KEYS if key in keys]
    for words in (*said, keys.get("descrip", "")):
        known = known_unit(words)
        if known is not None:
            quantity, size = known
            return Scale(quantity, size, 0.0, f"{quantity} by a key in the file")
    return Scale("counts", 1.0, 0.0, "counts, since the file does not say what its values are", said_by_file=False)


def _scaled(image: Image, scale: Scale) -> np.ndarray:
    import SimpleITK

    voxels = SimpleITK.GetArrayViewFromImage(image).astype(np.float32)
    return voxels if scale.slope == 1 else voxels * np.float32(scale.slope)


def _says_axes(keys: dict[str, str], file_format: VolumeFormat) -> bool:
    if file_format == "NRRD":
        return "nrrd_space" in keys
    if file_format == "NIfTI":
        return any(keys.get(code, "0").strip() not in ("", "0") for code in ("qform_code", "sform_code"))
    return True  # MetaImage always writes its matrix


def _ijk_to_lps(image: Image) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * np.array(image.GetSpacing())
    matrix[:3, 3] = image.GetOrigin()
    return matrix
