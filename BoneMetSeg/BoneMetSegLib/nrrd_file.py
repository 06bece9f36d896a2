"""The NRRD container, read and written byte for byte (floor 2).

Why not through ITK: its writer cannot say that an axis is a list of layers, which Slicer's segmentations need, does not
promise the same bytes twice, and on Windows does not open paths with Chinese characters.
The format: http://teem.sourceforge.net/nrrd/format.html
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .errors import InputError

# Whole-body views hold 0.3 million pixels; a file of many layers stays far below this, a decompression bomb does not.
MAX_BYTES = 2**31

_TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    "float": "f4",
    "double": "f8",
}
# From each anatomical space to RAS: the sign of its first two axes.
_SPACES_TO_RAS = {
    "right-anterior-superior": (1, 1),
    "ras": (1, 1),
    "left-anterior-superior": (-1, 1),
    "las": (-1, 1),
    "left-posterior-superior": (-1, -1),
    "lps": (-1, -1),
}


@dataclass(frozen=True)
class NrrdFile:
    """A volume of one or several layers in space.

    Attributes
    ----------
    layers : numpy.ndarray
        ``(layers, slices, rows, columns)``.
    ijk_to_ras : numpy.ndarray
        4 x 4, from (column, row, slice) to RAS in mm.
    key_values : mapping
        The ``key:=value`` pairs.
    """

    layers: np.ndarray
    ijk_to_ras: np.ndarray
    key_values: Mapping[str, str] = field(default_factory=dict)


def write_nrrd(path: Path, image: NrrdFile) -> None:
    """Write unsigned 8-bit layers, gzip-compressed; the same input gives the same bytes.

    One layer makes a three-dimensional file, several make a four-dimensional one whose first axis is of kind ``list``,
    as Slicer's ``vtkMRMLSegmentationStorageNode`` reads and writes them.
    """
    layers, slices, rows, columns = image.layers.shape
    is_list = layers > 1
    directions = [_vector(image.ijk_to_ras[:3, axis]) for axis in range(3)]
    header = [
        "NRRD0004",
        "# Complete NRRD file format specification at:",
        "# http://teem.sourceforge.net/nrrd/format.html",
        "type: unsigned char",
        f"dimension: {4 if is_list else 3}",
        "space: left-posterior-superior",
        f"sizes: {f'{layers} ' if is_list else ''}{columns} {rows} {slices}",
        f"space directions: {'none ' if is_list else ''}{' '.join(directions)}",
        f"kinds: {'list ' if is_list else ''}domain domain domain",
        "encoding: gzip",
        f"space origin: {_vector(image.ijk_to_ras[:3, 3])}",
        *(f"{key}:={_escaped(value)}" for key, value in image.key_values.items()),
    ]
    pixels = np.ascontiguousarray(np.moveaxis(image.layers, 0, -1) if is_list else image.layers[0], dtype=np.uint8)
    with path.open("wb") as file:
        file.write(("\n".join(header) + "\n\n").encode("utf-8"))
        file.write(gzip.compress(pixels.tobytes(), compresslevel=6, mtime=0))


def read_nrrd(path: Path) -> NrrdFile:
    """Read a NRRD file with attached data, raw or gzip, in three dimensions or four (a list of layers first).

    Raises
    ------
    InputError
        The file is not there, not NRRD, truncated, or of a kind that Slicer does not write segmentations in.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if not content.startswith(b"NRRD"):
        raise InputError(f"{path.name} is not an NRRD file.")
    stream = io.BytesIO(content)
    fields, key_values = _read_header(stream)
    try:
        return _decoded(fields, key_values, stream)
    except InputError as error:
        raise InputError(f"{path.name} cannot be read: {error}.") from error
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"{path.name} cannot be read: its NRRD header is incomplete or damaged.") from error


def _read_header(stream: io.BytesIO) -> tuple[dict[str, str], dict[str, str]]:
    fields: dict[str, str] = {}
    key_values: dict[str, str] = {}
    stream.readline()
    for raw_line in iter(stream.readline, b""):
        line = raw_line.decode("utf-8", errors="replace").rstrip("\r\n")
        if not line:
            break
        if line.startswith("#"):
            continue
        key, separator, value = line.partition(":=")
        if separator:
            key_values[key] = _unescaped(value)
        else:
            name, _, text = line.partition(":")
            fields[name.strip().lower()] = text.strip()
    return fields, key_values


def _decoded(fields: dict[str, str], key_values: dict[str, str], stream: io.BytesIO) -> NrrdFile:
    if "data file" in fields or "datafile" in fields:
        raise InputError("its pixels are in another file; save it from Slicer as .seg.nrrd")
    sizes = [int(size) for size in fields["sizes"].split()]
    if len(sizes) not in (3, 4) or min(sizes) < 1:
        raise InputError("it is neither a volume nor a list of volumes")
    dtype = np.dtype(_TYPES[fields["type"]]).newbyteorder(">" if fields.get("endian") == "big" else "<")
    byte_count = int(np.prod([float(size) for size in sizes])) * dtype.itemsize
    if byte_count > MAX_BYTES:
        raise InputError("it is larger than any segmentation of a bone scan")
    pixels = np.frombuffer(_pixel_bytes(stream, fields["encoding"], byte_count), dtype).reshape(sizes[::-1])
    layers = pixels[np.newaxis] if len(sizes) == 3 else np.moveaxis(pixels, -1, 0)
    return NrrdFile(layers, _ijk_to_ras(fields), key_values)


def _pixel_bytes(stream: io.BytesIO, encoding: str, byte_count: int) -> bytes:
    try:
        if encoding in ("gzip", "gz"):
            pixels = gzip.GzipFile(fileobj=stream).read(byte_count)
        elif encoding == "raw":
            pixels = stream.read(byte_count)
        else:
            raise InputError(f'its encoding "{encoding}" is not read here; save it from Slicer')
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("its pixels are damaged or cut off") from error
    if len(pixels) < byte_count:
        raise InputError("its pixels are damaged or cut off")
    return pixels


def _ijk_to_ras(fields: dict[str, str]) -> np.ndarray:
    signs = _SPACES_TO_RAS.get(fields.get("space", "").lower())
    if signs is None:
        raise InputError("it does not say where it lies in the patient")
    directions = [text for text in fields["space directions"].replace(", ", ",").split() if text != "none"]
    matrix = np.eye(4)
    for axis, text in enumerate([*directions, fields["space origin"]]):
        matrix[:3, axis] = [float(number) for number in text.strip("()").split(",")]
    matrix[0] *= signs[0]
    matrix[1] *= signs[1]
    return matrix


def _vector(ras: np.ndarray) -> str:
    # "+ 0.0" makes a plain zero of the negative one.
    lps = (-ras[0] + 0.0, -ras[1] + 0.0, ras[2] + 0.0)
    return "(" + ",".join(f"{number:.17g}" for number in lps) + ")"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


def _unescaped(value: str) -> str:
    return "\\".join(part.replace("\\n", "\n") for part in value.split("\\\\"))
