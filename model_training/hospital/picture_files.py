"""Bone scans that were saved as pictures: PNG, JPEG, TIFF or BMP."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np

from BoneMetSegLib.errors import InputError

MAX_PIXELS = 64_000_000
_MAX_FILE_BYTES = 500_000_000
# White paper: most of the edge is brighter than this share of the brightest.
_PAPER_SHARE = 0.5


def read_picture(path: Path) -> tuple[np.ndarray, int]:
    """Return the grey values of a picture ``(rows, columns)`` and the bits of each.

    Raises
    ------
    InputError
        It is missing, damaged, too large or in colour.
    """
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise InputError(f"{path.name} is too large for a picture of a bone scan")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path.name} does not exist") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened; check that you may read it") from error
    return picture_values(data, path.name)


def picture_values(data: bytes, name: str) -> tuple[np.ndarray, int]:
    """Return the grey values, or the numbers of a palette's colours, of a picture in memory, and the bits of each."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise InputError(f"{name} has {picture.width} x {picture.height} pixels, too many for a bone scan")
                pixels = np.asarray(picture)
    except InputError:
        raise
    except Exception as error:  # Pillow raises many kinds on damaged files
        raise InputError(f"{name} is damaged or no picture that is read (PNG, JPEG, TIFF, BMP)") from error
    if pixels.ndim == 3:
        # Transparency is no value. Screenshots hold grey values three times.
        colours = pixels[..., : pixels.shape[2] - (pixels.shape[2] in (2, 4))].astype(np.int32)
        if np.abs(colours - colours[..., :1]).max() > 8:  # JPEG's rounding
            raise InputError(f"{name} is in colour, whose order is no amount; save it in shades of grey")
        pixels = colours[..., 0].astype(pixels.dtype)
    if pixels.ndim != 2:
        raise InputError(f"{name} holds several pictures; save one")
    bits = 1 if pixels.dtype == bool else 8 * pixels.dtype.itemsize
    return pixels.astype(np.float32), bits


def dark_background(values: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return the picture with air dark, and whether it was turned: scans are printed black on white."""
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    if np.median(edge) > _PAPER_SHARE * values.max():
        return values.max() - values, True
    return values, False


def likeness(picture: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Return how well a picture shows counts, as they are and mirrored: correlation of roots, either sign counts.

    The picture may be enlarged; both are ``(rows, columns)``.
    """
    rows, columns = counts.shape
    row = (np.arange(rows) + 0.5) * picture.shape[0] / rows
    column = (np.arange(columns) + 0.5) * picture.shape[1] / columns
    shown = np.sqrt(np.maximum(picture[row.astype(int)][:, column.astype(int)], 0))
    roots = np.sqrt(np.maximum(counts, 0))
    return _correlation(shown, roots), _correlation(shown[:, ::-1], roots)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 0.0 if scale == 0 else abs(float((one * other).sum()) / scale)
