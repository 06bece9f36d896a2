"""LabelMe's JSON: what was drawn, and the picture that it was drawn on.

The documented format: ``version``, ``flags``, ``shapes`` (each with ``label``, ``points``, ``shape_type``,
``group_id`` and, for masks, ``mask``), ``imagePath``, ``imageData`` (base64 or null), ``imageHeight``, ``imageWidth``.
Points are (x, y) in pixels; the first pixel reaches from 0 to 1.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.text_encodings import decoded

from .picture_files import picture_values

MAX_BYTES = 200_000_000
_POINTS_NEEDED = {
    "polygon": (3, None),
    "rectangle": (2, 4),
    "circle": (2, 2),
    "mask": (2, 2),
    "point": (1, 1),
    "points": (1, None),
    "line": (2, 2),
    "linestrip": (2, None),
}
# A pixel's edge may be clicked; further out, a shape belongs to another picture.
_OUTSIDE_TOLERANCE_PX = 2.0


@dataclass(frozen=True)
class Shape:
    """One drawn shape.

    Attributes
    ----------
    number : int
        1-based, in the file's order.
    label, shape_type : str
    points : numpy.ndarray
        ``(n, 2)``, x and y in pixels of the picture.
    group_id : int, str or None
        Shapes of one group are one focus.
    mask : numpy.ndarray, optional
        bool, of a shape of type "mask": its bounding box's pixels.
    """

    number: int
    label: str
    shape_type: str
    points: np.ndarray
    group_id: int | str | None = None
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class LabelMeFile:
    """What a file of LabelMe says.

    Attributes
    ----------
    path : Path
    shapes : tuple of Shape
    rows, columns : int
        Of the picture; 0 where the file does not say it.
    image_name : str
        Last part of ``imagePath``, whichever way its slashes lean.
    image_folder : tuple of str
        The parts before it.
    image_data : bytes or None
    flags : mapping from str to bool
    """

    path: Path
    shapes: tuple[Shape, ...]
    rows: int
    columns: int
    image_name: str = ""
    image_folder: tuple[str, ...] = ()
    image_data: bytes | None = field(default=None, repr=False)
    flags: Mapping[str, bool] = field(default_factory=dict)


def read_labelme(path: Path) -> LabelMeFile:
    """Read a file of LabelMe.

    Raises
    ------
    InputError
        It is no JSON, another program's, or damaged; a shape is of an unknown kind, lacks points or lies outside of
        the picture.
    """
    document = _document(path)
    shapes = document.get("shapes")
    if not isinstance(shapes, list):
        raise InputError(f"{path.name} is not a file of LabelMe: it has no list of shapes")
    rows, columns = (_extent(path, document.get(key), key) for key in ("imageHeight", "imageWidth"))
    image_path = document.get("imagePath") or ""
    if not isinstance(image_path, str):
        raise InputError(f"{path.name} is not a file of LabelMe: its imagePath is no text")
    parts = PureWindowsPath(image_path).parts  # reads slashes of both kinds
    read = tuple(_shape(path, number, each) for number, each in enumerate(shapes, start=1))
    found = LabelMeFile(
        path=path,
        shapes=read,
        rows=rows,
        columns=columns,
        image_name=parts[-1] if parts else "",
        image_folder=parts[:-1],
        image_data=_image_data(path, document.get("imageData")),
        flags={str(key): bool(value) for key, value in (document.get("flags") or {}).items()}
        if isinstance(document.get("flags") or {}, dict)
        else {},
    )
    if rows and columns:
        check_inside(found, rows, columns)
    return found


def check_inside(file: LabelMeFile, rows: int, columns: int) -> None:
    """Refuse shapes that lie outside of the picture.

    Raises
    ------
    InputError
        A point is more than two pixels outside.
    """
    for shape in file.shapes:
        low, high = shape.points.min(0), shape.points.max(0)
        if shape.shape_type == "circle":
            radius = float(np.hypot(*(shape.points[1] - shape.points[0])))
            # A circle may reach beyond the edge, its middle may not.
            low = high = shape.points[0]
            if radius > max(rows, columns):
                high = high + radius
        if (low < -_OUTSIDE_TOLERANCE_PX).any() or (high > np.array([columns, rows]) + _OUTSIDE_TOLERANCE_PX).any():
            raise InputError(
                f"{file.path.name}: shape {shape.number} ({shape.label[:40]}) lies outside of the picture of "
                f"{columns} x {rows} pixels; it was drawn on another one"
            )


def _document(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB, too large for one annotation")
        text = decoded(path.read_bytes())
        document = json.loads(text[0]) if text else None
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened; check that you may read it") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is damaged: it is no JSON") from error
    if not isinstance(document, dict):
        raise InputError(f"{path.name} is not a file of LabelMe")
    return document


def _extent(path: Path, value: Any, key: str) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 <= value <= 100_000:
        raise InputError(f"{path.name} is damaged: its {key} is {str(value)[:20]}")
    return int(value)


def _image_data(path: Path, value: Any) -> bytes | None:
    if not value:
        return None
    return _base64(path, value, "its imageData")


def _base64(path: Path, value: Any, what: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise InputError(f"{path.name} is damaged: {what} is no base64") from error


def _shape(path: Path, number: int, shape: Any) -> Shape:
    where = f"{path.name}: shape {number}"
    if not isinstance(shape, dict) or not isinstance(shape.get("label"), str):
        raise InputError(f"{where} has no label, so it is not LabelMe's")
    kind = shape.get("shape_type") or "polygon"  # old files name none
    if kind not in _POINTS_NEEDED:
        raise InputError(f"{where} is of the kind {str(kind)[:30]}, which is not read ({', '.join(_POINTS_NEEDED)})")
    try:
        points = np.array(shape.get("points"), np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where} has points that are no pairs of numbers") from error
    least, most = _POINTS_NEEDED[kind]
    if len(points) < least or (most is not None and len(points) > most) or not np.isfinite(points).all():
        raise InputError(f"{where} is a {kind} of {len(points)} points, which is no {kind}")
    group = shape.get("group_id")
    mask = _mask(path, where, shape.get("mask"), points) if kind == "mask" else None
    return Shape(number, shape["label"], kind, points, group if isinstance(group, (int, str)) else None, mask)


def _mask(path: Path, where: str, value: Any, points: np.ndarray) -> np.ndarray:
    """Return the pixels of a mask's bounding box, both of whose corners are within it."""
    if not value:
        raise InputError(f"{where} is a mask without pixels")
    pixels, _ = picture_values(_base64(path, value, f"the mask of shape {number_of(where)}"), where)
    (left, top), (right, bottom) = np.rint(np.sort(points, axis=0)).astype(int)
    wanted = (bottom - top + 1, right - left + 1)
    if pixels.shape != wanted:
        raise InputError(
            f"{where} is a mask of {pixels.shape[1]} x {pixels.shape[0]} pixels in a box of {wanted[1]} x {wanted[0]}"
        )
    return np.asarray(pixels > 0)


def number_of(where: str) -> str:
    """Return the number at the end of "a.json: shape 3"."""
    return where.rsplit(" ", 1)[-1]
