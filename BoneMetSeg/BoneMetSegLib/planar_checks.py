"""What makes pixels and their size a planar whole-body view, whatever the file (floor 2)."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from .errors import InputError
from .scan import View

# Whole-body matrices are 256 x 1024 with pixels of 2.2-2.8 mm; the bounds leave room for older and finer cameras.
MIN_PIXELS, MAX_PIXELS = 64, 4096
MIN_PIXEL_MM, MAX_PIXEL_MM = 0.5, 10.0
# A camera's field of view is about 540 x 400 mm, a scanning table about 2 m long.
MIN_HEIGHT_MM, MAX_HEIGHT_MM = 400.0, 3500.0
# Longer than any camera's field of view: such an image was swept along the body even where nothing says so.
SWEPT_HEIGHT_MM = 1000.0

PixelSize = tuple[float, float]
PixelSizeSource = Literal["file", "given", "assumed"]


def checked_size(name: str, rows: int, columns: int) -> None:
    """Refuse a matrix that no whole-body view has.

    Raises
    ------
    InputError
        Fewer than 64 or more than 4096 rows or columns, or wider than high.
    """
    if not (MIN_PIXELS <= rows <= MAX_PIXELS and MIN_PIXELS <= columns <= MAX_PIXELS):
        raise InputError(
            f"{name} has {columns} columns x {rows} rows; a whole-body view has {MIN_PIXELS} to {MAX_PIXELS} of each"
        )
    if columns >= rows:
        raise InputError(
            f"{name} has {columns} columns x {rows} rows and is not higher than wide, so it is no whole-body view"
        )


def checked_counts(name: str, counts: np.ndarray) -> np.ndarray:
    """Return the counts as float32 ``(rows, columns)``, contiguous.

    Raises
    ------
    InputError
        The size is no whole-body view's, or there are NaN, infinite or negative values, or nothing but one value.
    """
    checked_size(name, *counts.shape)
    with np.errstate(over="ignore"):
        counts = np.ascontiguousarray(counts, dtype=np.float32)
    if not np.isfinite(counts).all():
        raise InputError(f"{name} holds pixels that are not numbers (NaN or infinite)")
    if counts.min() < 0:
        raise InputError(f"{name} holds negative counts; the image as acquired is needed, without processing")
    if counts.max() == 0:
        raise InputError(f"{name} is empty: every pixel is zero")
    if counts.min() == counts.max():
        raise InputError(f"{name} shows nothing: every pixel has the same value")
    return counts


def checked_height(name: str, rows: int, pixel_size_mm: PixelSize) -> None:
    """Refuse a view too short or too tall for a body.

    Raises
    ------
    InputError
        The height is under 400 mm or over 3500 mm.
    """
    height_mm = rows * pixel_size_mm[0]
    if not MIN_HEIGHT_MM <= height_mm <= MAX_HEIGHT_MM:
        raise InputError(
            f"{name} is {height_mm:.0f} mm high, which is not a whole-body view; check the pixel size "
            f"({pixel_size_mm[0]:g} mm)"
        )


def chosen_pixel_size(
    name: str, in_file: PixelSize | None, given: float | PixelSize | None
) -> tuple[PixelSize, PixelSizeSource, tuple[str, ...]]:
    """Return the pixel size to use, (height, width) in mm, where it comes from, and sentences for the user.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    in_file : tuple of float, optional
        (height, width) in mm as the file has them; ``None`` where it has none.
    given : float or tuple of float, optional
        What ``--pixel-size-mm`` says; it wins over the file.

    Raises
    ------
    InputError
        No size is known, or it lies outside 0.5 to 10 mm.
    """
    if given is None:
        if in_file is None:
            raise InputError(f"{name} does not say how large a pixel is; give it with --pixel-size-mm")
        _check_pixel_size(name, in_file, "")
        return in_file, "file", ()
    height_mm, width_mm = (given, given) if isinstance(given, (int, float)) else given
    size = (float(height_mm), float(width_mm))
    _check_pixel_size("--pixel-size-mm", size, f" ({name})")
    if in_file is None:
        return size, "given", (f"The file does not say how large a pixel is; {_in_words(size)} was given.",)
    # Two decimals less than DICOM's decimal strings hold: a rounded repetition of the file's value is no contradiction.
    if np.allclose(size, in_file, rtol=1e-3):
        return in_file, "file", ()
    return size, "given", (f"A pixel of {_in_words(size)} was given; the file says {_in_words(in_file)}.",)


def chosen_view(name: str, in_file: View | None, source: str, given: View | None) -> tuple[View, str]:
    """Return the view of a single image and how it is known.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    in_file : {"anterior", "posterior"}, optional
        What the file says; ``None`` where it says nothing.
    source : str
        How the file says it, in words.
    given : {"anterior", "posterior"}, optional
        What ``--view`` says.

    Raises
    ------
    InputError
        Neither says which view it is, or they contradict each other.
    """
    if in_file is None:
        if given is not None:
            return given, "--view"
        raise InputError(f"{name} does not say whether it is the anterior or the posterior view; give it with --view")
    if given is not None and in_file != given:
        raise InputError(f"{name} is the {in_file} view by its {source}, but --view says {given}")
    return in_file, source


def _check_pixel_size(name: str, size: PixelSize, where: str) -> None:
    if not all(math.isfinite(mm) and MIN_PIXEL_MM <= mm <= MAX_PIXEL_MM for mm in size):
        raise InputError(
            f"{name} says a pixel is {_in_words(size)}{where}; a bone scan has pixels of {MIN_PIXEL_MM:g} to "
            f"{MAX_PIXEL_MM:g} mm"
        )


def _in_words(size: PixelSize) -> str:
    height, width = size
    return f"{width:g} mm" if height == width else f"{width:g} x {height:g} mm"
