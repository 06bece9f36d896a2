"""Whether the header of an NRRD file is one: ITK's parser crashes on some that are damaged (floor 2).

A crash takes Slicer with it, so nothing reaches ITK whose fields are not of the form that the format gives them
(http://teem.sourceforge.net/nrrd/format.html).
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from .errors import InputError

_HEADER_BYTES = 1_000_000  # segmentations and converted studies keep thousands of pairs
_LINE_BYTES = 1000  # of a field; pairs and comments may be longer
_PAIR_KEY_BYTES = 256
_MAX_LENGTH = 1e10  # mm; ITK does not come back from directions of 1e308
_NUMBER = r"[-+]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][-+]?\d{1,4})?"
_ANY_NUMBER = rf"(?:{_NUMBER}|[-+]?nan|[-+]?inf)"
_VECTOR = rf"(?:none|\( {{0,4}}{_ANY_NUMBER}(?: {{0,4}}, {{0,4}}{_ANY_NUMBER}){{0,3}} {{0,4}}\))"
_STRING = r'"(?:[^"\\\x00-\x1f]|\\.){0,120}"'
_WORDS = r"[^\x00-\x1f]{0,900}"


def _several(one: str) -> str:
    return rf"{one}(?:\s{{1,8}}{one}){{0,3}}"


# Fields of the format in lower case; what is not here ITK refuses itself.
_FIELDS = {
    "type": r"[a-z0-9_ ]{1,40}",
    "dimension": "[1-4]",
    "sizes": _several(r"[1-9]\d{0,8}"),
    "encoding": r"[a-z0-9]{1,10}",
    "endian": "little|big",
    "space": r"[a-z0-9-]{1,60}",
    "space dimension": "[1-4]",
    "space directions": _several(_VECTOR),
    "space origin": _VECTOR,
    "space units": _several(_STRING),
    "measurement frame": _several(_VECTOR),
    "spacings": _several(_ANY_NUMBER),
    "thicknesses": _several(_ANY_NUMBER),
    "axis mins": _several(_ANY_NUMBER),
    "axis maxs": _several(_ANY_NUMBER),
    "kinds": _several(r"(?:[a-z0-9-]{1,40}|\?{1,3})"),
    "centers": _several(r"(?:[a-z]{1,10}|\?{1,3})"),
    "centerings": _several(r"(?:[a-z]{1,10}|\?{1,3})"),
    "labels": _several(_STRING),
    "units": _several(_STRING),
    "line skip": r"\d{1,6}",
    "byte skip": r"-1|\d{1,9}",
    "min": _ANY_NUMBER,
    "max": _ANY_NUMBER,
    "old min": _ANY_NUMBER,
    "old max": _ANY_NUMBER,
    "sample units": _WORDS,
    "content": _WORDS,
    "number": r"\d{1,12}",
    "block size": r"\d{1,6}",
    "data file": r"[^\x00-\x1f]{1,900}",
}
# The format also allows the names without blanks, and "datafile".
_FIELD_OF_NAME = {name: field for field in _FIELDS for name in (field, field.replace(" ", ""))}
_PATTERNS = {field: re.compile(pattern, re.IGNORECASE) for field, pattern in _FIELDS.items()}
_PER_AXIS = ("sizes", "space directions", "spacings", "kinds")
_ENCODINGS = frozenset({"raw", "gzip", "gz", "text", "txt", "ascii", "hex"})
_ONE_BYTE = re.compile(r"(?:un)?signed char|u?char|u?int8(?:_t)?", re.IGNORECASE)


def nrrd_fields(path: Path) -> dict[str, str]:
    """Return the fields of an NRRD header, without its pairs of key and value; names in lower case, with blanks.

    Raises
    ------
    InputError
        The header does not end, a field is not of its form, or the pixels are kept in a way that ITK does not read.
    """
    name = path.name
    fields: dict[str, str] = {}
    for line in _lines(path):
        field = _field_of(name, line)
        if field is None:
            continue
        fields[field[0]] = field[1]
        if field == ("data file", "LIST"):
            break  # names of files follow
    _check_size(name, fields)
    _check_pixels(path, fields)
    return fields


def pixels_within(path: Path, fields: dict[str, str]) -> tuple[Path, int] | None:
    """Return the file of the pixels and the byte where they start, ``None`` where they are in several or skipped to."""
    where = fields.get("data file")
    if "line skip" in fields or "byte skip" in fields:
        return None
    if where is not None:
        return None if where.upper().startswith("LIST") or "%" in where else (path.parent / where, 0)
    with path.open("rb") as file:
        end = re.search(rb"\r?\n\r?\n", file.read(_HEADER_BYTES))
    return (path, end.end()) if end else None


def lacks_spacing(fields: dict[str, str]) -> bool:
    """Return whether fewer than three axes say how far their voxels are apart: ITK then puts 1 mm."""
    if "space directions" in fields:
        return False
    return sum(math.isfinite(float(number)) for number in fields.get("spacings", "").split()) < 3


def _lines(path: Path) -> list[str]:
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    parts = re.split(rb"\r?\n\r?\n", head, maxsplit=1)
    if len(parts) == 1 and len(head) == _HEADER_BYTES:
        raise InputError(f"{path.name} is damaged: its NRRD header does not end")
    return parts[0].decode("utf-8", "replace").splitlines()[1:]


def _field_of(file_name: str, line: str) -> tuple[str, str] | None:
    """Return a line's field and value, ``None`` for a comment and for a pair of key and value."""
    if line.startswith("#"):
        return None
    # As the format's own reader does it: a known name before ": " makes a field, else ":=" makes a pair.
    name, _, value = line.partition(": ")
    field, value = _FIELD_OF_NAME.get(name.strip().lower()), value.strip()
    key, is_pair, _ = line.partition(":=")
    if field is None and is_pair and len(key) <= _PAIR_KEY_BYTES:
        return None
    if field == "dimension" and re.fullmatch(r"[5-9]|1[0-6]", value):
        raise InputError(f"{file_name} has {value} dimensions; one scan has two or three")
    if field is None or len(line) > _LINE_BYTES or not _PATTERNS[field].fullmatch(value) or not _are_lengths(value):
        raise InputError(f"{file_name} is damaged: a field of its NRRD header cannot be read")
    return field, value


def _are_lengths(value: str) -> bool:
    """Return whether the numbers of a value, where it has vectors, can be lengths in mm or cosines."""
    return "(" not in value or all(abs(float(number)) <= _MAX_LENGTH for number in re.findall(_NUMBER, value))


def _check_size(name: str, fields: dict[str, str]) -> None:
    dimension = int(fields.get("dimension", "0"))
    if not dimension or len(fields.get("sizes", "").split()) != dimension:
        raise InputError(f"{name} is damaged: its NRRD header does not say how large it is")
    for field in _PER_AXIS:
        found = re.findall(r"\([^)]*\)|\S+", fields.get(field, ""))
        if found and len(found) != dimension:
            raise InputError(f"{name} is damaged: its NRRD header has {len(found)} {field} for {dimension} axes")


def _check_pixels(path: Path, fields: dict[str, str]) -> None:
    """Refuse pixels that ITK does not read, by the reason; and those of a file that is not there."""
    encoding = fields.get("encoding", "").lower()
    if encoding and encoding not in _ENCODINGS:
        raise InputError(f"{path.name} is compressed by {encoding}, which is not read; save it with gzip or without")
    if encoding == "raw" and "endian" not in fields and not _ONE_BYTE.fullmatch(fields.get("type", "")):
        raise InputError(f"{path.name} does not say the byte order of its pixels (endian: little or big)")
    where = fields.get("data file", "LIST")
    is_one_file = not where.upper().startswith("LIST") and "%" not in where
    if is_one_file and not (path.parent / where).is_file():
        raise InputError(f"{path.name} keeps its pixels in another file, which is not beside it; give both")
