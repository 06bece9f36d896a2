"""Whether the header of an NRRD or MetaImage file is one: ITK's parsers crash on some that are damaged (floor 2).

A crash takes Slicer with it, so nothing reaches ITK whose fields are not of the form that their format gives them.
"""

from __future__ import annotations

import re
from pathlib import Path

from .errors import InputError

_HEADER_BYTES = 65_536
_LINE_BYTES = 1000
_KEY_BYTES = 64
_PAIR_KEY_BYTES = 256
_MAX_LENGTH = 1e10  # also bounds numbers of bytes
_NUMBER = r"[-+]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][-+]?\d{1,4})?"
_ANY_NUMBER = rf"(?:{_NUMBER}|[-+]?nan|[-+]?inf)"
_WORDS = r"[ -~]{0,500}"
_VECTOR = rf"(?:none|\( ?{_NUMBER}(?: ?, ?{_NUMBER}){{0,3}} ?\))"


def _several(one: str) -> str:
    return rf"{one}(?:\s{{1,8}}{one}){{0,3}}"


_SIZE = r"[1-9]\d{0,8}"
_STRING = r'"[ !#-~]{0,60}"'
# Fields of the NRRD format in lower case; what is not here is refused by ITK itself.
_NRRD_FIELDS = {
    "type": r"[a-z0-9_ ]{1,40}",
    "dimension": "[1-4]",
    "sizes": _several(_SIZE),
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
    "content": r"[^\x00-\x1f]{0,900}",
    "number": r"\d{1,12}",
    "block size": r"\d{1,6}",
    "data file": r"[^\x00-\x1f]{1,900}",
    "datafile": r"[^\x00-\x1f]{1,900}",
}
_NRRD_ALIASES = str.maketrans("", "", " ")
_NRRD_PATTERNS = {
    key: re.compile(pattern, re.IGNORECASE)
    for name, pattern in _NRRD_FIELDS.items()
    for key in {name, name.translate(_NRRD_ALIASES)}
}
# Of MetaImage, by the number of values: 1, one per axis, one per pair of axes.
_META_NUMBERS = {
    "DimSize": 1, "ElementSpacing": 1, "ElementSize": 1, "Offset": 1, "Origin": 1, "Position": 1, "CenterOfRotation": 1,
    "TransformMatrix": 2, "Rotation": 2, "Orientation": 2, "NDims": 0, "ElementNumberOfChannels": 0, "HeaderSize": 0,
    "CompressedDataSize": 0, "CompressionLevel": 0, "ElementMin": 0, "ElementMax": 0, "ID": 0, "ParentID": 0,
}  # fmt: skip
_META_COUNTS = frozenset({"DimSize", "NDims", "ElementNumberOfChannels"})
_META_WORD = re.compile(r"[^\x00-\x1f]{0,255}")
_META_NDIMS = re.compile(r"[2-4]")


def refuse_unsound_nrrd_header(path: Path) -> None:
    """Refuse an NRRD file with a damaged header.

    Raises
    ------
    InputError
        The header does not end, or a field is not of its form.
    """
    head = _head(path)
    parts = re.split(rb"\r?\n\r?\n", head, maxsplit=1)
    header = parts[0].decode("utf-8", "replace")
    if len(parts) == 1 and len(head) == _HEADER_BYTES:
        raise InputError(f"{path.name} is damaged: its NRRD header does not end")
    values: dict[str, str] = {}
    for line in header.splitlines()[1:]:
        if line.startswith("#"):
            continue
        # As the format's own reader does it: a known name before ": " makes a field, else ":=" makes a pair.
        name, _, value = line.partition(": ")
        pattern = _NRRD_PATTERNS.get(name.strip().lower())
        key, is_pair, _ = line.partition(":=")
        if pattern is None and is_pair and len(key) <= _PAIR_KEY_BYTES:
            continue
        name, value = name.strip().lower(), value.strip()
        sound = len(line) <= _LINE_BYTES and pattern is not None and pattern.fullmatch(value)
        if not sound or ("(" in value and not _are_lengths(re.findall(_NUMBER, value))):
            raise InputError(f"{path.name} is damaged: a field of its NRRD header cannot be read")
        values[name] = value
    dimension = int(values.get("dimension", "0"))
    if not dimension or len(values.get("sizes", "").split()) != dimension:
        raise InputError(f"{path.name} is damaged: its NRRD header does not say how large it is")
    for name in ("space directions", "spacings", "kinds", "spacedirections"):
        found = re.findall(r"\([^)]*\)|\S+", values.get(name, ""))
        if found and len(found) != dimension:
            raise InputError(f"{path.name} is damaged: its NRRD header has {len(found)} {name} for {dimension} axes")


def refuse_unsound_metaimage_header(path: Path) -> None:
    """Refuse a MetaImage file with a damaged header.

    Raises
    ------
    InputError
        The header does not end, or a field is not of its form.
    """
    head = _head(path)
    end = re.search(rb"^ElementDataFile\s{0,8}=[^\r\n]{1,900}", head, re.MULTILINE)
    if end is None:
        raise InputError(f"{path.name} is damaged: its MHA header does not end")
    fields: dict[str, str] = {}
    for line in head[: end.end()].decode("utf-8", "replace").splitlines():
        key, separator, value = line.partition("=")
        key, value = key.strip(), value.strip()
        if not separator or not 0 < len(key) <= _KEY_BYTES or not _META_WORD.fullmatch(value) or key in fields:
            raise InputError(f"{path.name} is damaged: a field of its MHA header cannot be read")
        fields[key] = value
    dimensions = fields.get("NDims", "")
    if not _META_NDIMS.fullmatch(dimensions) or "DimSize" not in fields:
        raise InputError(f"{path.name} is damaged: its MHA header does not say how large it is")
    for key, power in _META_NUMBERS.items():
        if key not in fields:
            continue
        numbers = fields[key].split()
        form = _SIZE if key in _META_COUNTS else _NUMBER
        sound = len(numbers) == int(dimensions) ** power and all(re.fullmatch(form, number) for number in numbers)
        if not sound or (key not in _META_COUNTS and not _are_lengths(numbers)):
            raise InputError(f"{path.name} is damaged: {key} of its MHA header cannot be read")
    if fields["ElementDataFile"].split()[0].upper() == "LIST" or "%" in fields["ElementDataFile"]:
        raise InputError(f"{path.name} keeps its pixels in a list of files; save it as a single .mha file")


def _are_lengths(numbers: list[str]) -> bool:
    """Return whether numbers can be lengths in mm or cosines: ITK does not come back from directions of 1e308."""
    return all(abs(float(number)) <= _MAX_LENGTH for number in numbers)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)
