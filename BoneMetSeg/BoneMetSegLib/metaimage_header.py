"""The header of a MetaImage file, and whether it is one: ITK's parser crashes on some that are damaged (floor 2).

The format: https://itk.org/Wiki/MetaIO/Documentation
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError

_HEADER_BYTES = 1_000_000
_KEY_BYTES = 250  # MetaIO's own buffers: 255 for a key and for the values it knows, 32 kB for others
_VALUE_BYTES = 30_000
_OWN_VALUE_BYTES = 250
_MAX_LENGTH = 1e10  # mm, and bytes; ITK does not come back from directions of 1e308
_NUMBER = re.compile(r"[-+]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][-+]?\d{1,4})?")
_COUNT = re.compile(r"[1-9]\d{0,8}")
# How many values: 1, one per axis, one per pair of axes, as powers of the number of axes.
_NUMBERS = {
    "DimSize": 1, "ElementSpacing": 1, "ElementSize": 1, "Offset": 1, "Origin": 1, "Position": 1, "CenterOfRotation": 1,
    "TransformMatrix": 2, "Rotation": 2, "Orientation": 2, "NDims": 0, "ElementNumberOfChannels": 0, "HeaderSize": 0,
    "CompressedDataSize": 0, "CompressionLevel": 0, "ElementMin": 0, "ElementMax": 0, "ID": 0, "ParentID": 0,
    "ElementToIntensityFunctionSlope": 0, "ElementToIntensityFunctionOffset": 0,
}  # fmt: skip
_COUNTS = frozenset({"DimSize", "NDims", "ElementNumberOfChannels"})
_OWN_WORDS = frozenset({"Comment", "Name", "ObjectType", "ObjectSubType", "ElementType", "ElementDataFile", "Modality"})
_MATRICES = ("TransformMatrix", "Rotation", "Orientation")


@dataclass(frozen=True)
class MetaImageHeader:
    """Fields by name, and the number of bytes before the pixels that follow them."""

    fields: dict[str, str]
    size_bytes: int

    def says(self, flag: str) -> bool:
        """Return whether a flag is true; MetaIO looks at its first letter."""
        return self.fields.get(flag, "")[:1] in ("T", "t", "1")

    @property
    def says_axes(self) -> bool:
        """Whether it says how its axes lie in the body."""
        return any(matrix in self.fields for matrix in _MATRICES)


def metaimage_header(path: Path) -> MetaImageHeader:
    """Return the header of a MetaImage file (.mha, .mhd).

    Raises
    ------
    InputError
        The header does not end, a field is not of its form, or it asks for what ITK does not do.
    """
    name = path.name
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    end = re.search(rb"^ElementDataFile\s{0,8}=[^\r\n]{1,900}\r?\n?", head, re.MULTILINE)
    if end is None:
        raise InputError(f"{name} is damaged: its MHA header does not end")
    fields: dict[str, str] = {}
    for line in filter(str.strip, head[: end.end()].decode("utf-8", "replace").splitlines()):
        key, separator, value = (part.strip() for part in line.partition("="))
        longest = _OWN_VALUE_BYTES if key in _OWN_WORDS | _NUMBERS.keys() else _VALUE_BYTES
        is_text = len(value.encode()) <= longest and not re.search(r"[\x00-\x08\x0b-\x1f]", value)
        is_repeated = key in fields and key in _NUMBERS
        if not separator or not 0 < len(key.encode()) <= _KEY_BYTES or not is_text or is_repeated:
            raise InputError(f"{name} is damaged: a field of its MHA header cannot be read")
        fields[key] = value
    _check_numbers(name, fields)
    header = MetaImageHeader(fields, end.end())
    _refuse_what_itk_leaves_undone(name, header)
    return header


def _check_numbers(name: str, fields: dict[str, str]) -> None:
    dimensions = fields.get("NDims", "")
    if re.fullmatch(r"[5-9]|10", dimensions):
        raise InputError(f"{name} has {dimensions} dimensions; one scan has two or three")
    if not re.fullmatch(r"[2-4]", dimensions) or "DimSize" not in fields:
        raise InputError(f"{name} is damaged: its MHA header does not say how large it is")
    for key, power in _NUMBERS.items():
        numbers = fields.get(key, "").split()
        form = _COUNT if key in _COUNTS else _NUMBER
        sound = len(numbers) == int(dimensions) ** power and all(form.fullmatch(number) for number in numbers)
        if key in fields and not (sound and all(abs(float(number)) <= _MAX_LENGTH for number in numbers)):
            raise InputError(f"{name} is damaged: {key} of its MHA header cannot be read")


def _refuse_what_itk_leaves_undone(name: str, header: MetaImageHeader) -> None:
    fields = header.fields
    if fields["ElementDataFile"].split()[0].upper() == "LIST" or "%" in fields["ElementDataFile"]:
        raise InputError(f"{name} keeps its pixels in a list of files; save it as a single .mha file")
    if "BinaryData" in fields and not header.says("BinaryData"):
        raise InputError(f"{name} holds its pixels as text, which is not read; save it as a binary .mha file")
    slope, offset = (float(fields.get(f"ElementToIntensityFunction{what}", one)) for what, one in _NO_RESCALE)
    if (slope, offset) != (1, 0):
        raise InputError(
            f"{name} says that its values are to be rescaled (ElementToIntensityFunction), which is not done; save "
            f"them rescaled"
        )


_NO_RESCALE = (("Slope", "1"), ("Offset", "0"))
