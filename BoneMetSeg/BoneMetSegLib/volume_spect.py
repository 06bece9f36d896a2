"""SPECT volumes in NRRD, NIfTI and MetaImage files (floor 2).

Such files say where the voxels lie, but neither who was scanned nor, by any standard, what the values are: they are
counts unless a key in the file or the user says otherwise.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import InputError
from .itk_volume import VolumeFormat, VolumeHeader, read_image, volume_header
from .metaimage_header import metaimage_header
from .nrrd_header import lacks_spacing, nrrd_fields
from .scan import Quantity, SpectScan, ras_from_lps, right_handed
from .spect_checks import MIN_EXTENT, checked_extents, checked_spacing, checked_voxels
from .spect_quantity import Scale, chosen_scale, known_unit

if TYPE_CHECKING:
    from SimpleITK import Image

_QUANTITY_KEYS = ("quantity", "units", "unit", "bonemetseg.quantity")


def is_spect_volume(path: Path, file_format: VolumeFormat) -> bool:
    """Return whether the header of a file says that it is a volume of three slices or more along each axis.

    A file that cannot be opened is none: reading it says why.
    """
    try:
        extents = volume_header(path, file_format).extents
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
    image, keys = read_image(path, file_format, lambda header: _check_header(path.name, header))
    doubts = _doubts(path, file_format, keys, image.GetSpacing())
    checked_spacing(path.name, image.GetSpacing(), image.GetSize())
    scale = chosen_scale(path.name, _scale(keys), quantity)
    voxels, ijk_to_ras, _ = right_handed(_scaled(image, scale), ras_from_lps(_ijk_to_lps(image)))
    voxels, notes = checked_voxels(path.name, voxels)
    return SpectScan(
        voxels=voxels,
        ijk_to_ras=ijk_to_ras,
        quantity=scale.quantity,
        quantity_reason=scale.reason,
        source_format=file_format,
        warnings=(*doubts, *notes),
    )


_ASSUMED_AXES = (
    "The file does not say how its axes lie in the body: columns were taken to run to the patient's left, rows to the "
    "back, slices to the head; check left and right."
)
_ASSUMED_SIZE = (
    "The voxels are 1 mm wide, high and thick, which such files also say where it is not known: check the size."
)
# The others ("scanner-xyz", "3D-right-handed") do not say where left is.
_SPACE_OF_BODY = re.compile(r"(?:(?:right|left)-(?:anterior|posterior)-superior|ras|las|lps)(?:-time|t)?")


def _check_header(name: str, header: VolumeHeader) -> None:
    if header.components != 1:
        raise InputError(f"{name} is a colour picture or has {header.components} values per voxel; counts are needed")
    if any(extent > 1 for extent in header.extents[3:]):
        raise InputError(f"{name} holds {header.extents[3]} volumes; one SPECT volume is needed")
    checked_extents(name, header.extents[:3])


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

    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused as no number
        voxels = SimpleITK.GetArrayViewFromImage(image).astype(np.float32)
    return voxels if scale.slope == 1 else voxels * np.float32(scale.slope)


def _doubts(path: Path, file_format: VolumeFormat, keys: dict[str, str], spacing: tuple[float, ...]) -> list[str]:
    """Return sentences on what the file does not say of its geometry.

    Raises
    ------
    InputError
        It does not say how far its voxels are apart.
    """
    if file_format == "NRRD":
        fields = nrrd_fields(path)
        if lacks_spacing(fields):
            raise InputError(f"{path.name} does not say how far its voxels are apart (spacings or space directions)")
        says_axes = _SPACE_OF_BODY.fullmatch(fields.get("space", "").lower()) is not None
    elif file_format == "NIfTI":
        says_axes = any(keys.get(code, "0").strip() not in ("", "0") for code in ("qform_code", "sform_code"))
    else:
        says_axes = metaimage_header(path).says_axes
    doubts = [] if says_axes else [_ASSUMED_AXES]
    return [*doubts, _ASSUMED_SIZE] if spacing == (1.0, 1.0, 1.0) else doubts


def _ijk_to_lps(image: Image) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * np.array(image.GetSpacing())
    matrix[:3, 3] = image.GetOrigin()
    return matrix
