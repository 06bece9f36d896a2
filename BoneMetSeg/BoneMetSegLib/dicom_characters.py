"""The characters of a DICOM object's texts: as its character set says, unless the bytes speak against it (floor 2).

Some vendors write GBK, Big5 or UTF-8 into objects that declare Latin letters or nothing (PS3.3 C.12.1.1.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .text_encodings import chinese_in_disguise, decoded, decoded_as

_ESCAPE, _TO_GB2312 = b"\x1b", b"\x1b$)A"
_CHINESE_CODECS = {"GB18030": "gb18030", "GBK": "gb18030", "GB2312": "gb18030", "ISO_IR 192": "utf-8"}


def decoder_of(values: Sequence[bytes], declared: Sequence[str]) -> Callable[[bytes], str]:
    """Return what makes text of an object's bytes.

    Parameters
    ----------
    values : sequence of bytes
        All texts of the object: they are of one character set.
    declared : sequence of str
        The values of Specific Character Set (0008,0005), none where it is missing.
    """
    data = b"\n".join(values)
    if _ESCAPE in data and len(declared) > 0:
        return lambda value: _with_escapes(value, declared)
    codec = _codec_of(data, declared)
    return lambda value: value.decode(codec, "replace")


def _codec_of(data: bytes, declared: Sequence[str]) -> str:
    if decoded_as(data, "utf-8") is not None:  # ASCII too; what is well-formed UTF-8 is nothing else
        return "utf-8"
    said = declared[0].strip().upper() if len(declared) == 1 else ""
    codec = _CHINESE_CODECS.get(said, "")
    if not codec and not chinese_in_disguise(data):
        codec = _western_codec(said)
    if codec and decoded_as(data, codec) is not None:
        return codec
    read = decoded(data)
    return {"GB18030": "gb18030", "Big5": "big5hkscs", "Windows-1252": "cp1252"}.get(read[1] if read else "", "latin-1")


def _western_codec(said: str) -> str:
    """Return Python's codec of a character set with one byte a character (ISO_IR 100, 144 ...), "" of another."""
    from pydicom.charset import python_encoding

    codec = python_encoding.get(said, "") if said.startswith("ISO_IR") else ""
    return codec if codec.startswith(("latin", "iso8859", "iso_8859", "iso-8859")) else ""


def _with_escapes(value: bytes, declared: Sequence[str]) -> str:
    """Return a text that changes its character set by escape sequences (ISO 2022)."""
    if _TO_GB2312 in value:  # pydicom leaves the sequence in the text
        return re.sub(rb"\x1b(?:\$[)]A|[(]B|-A)", b"", value).decode("gb18030", "replace")
    if _ESCAPE not in value and not value.isascii():
        return decoded_as(value, "utf-8") or (decoded(value) or ("", ""))[0]
    from pydicom.charset import convert_encodings, decode_bytes
    from pydicom.valuerep import TEXT_VR_DELIMS

    return decode_bytes(value, convert_encodings(list(declared)), TEXT_VR_DELIMS)
