"""Diagnostic reports from text files in the encodings hospitals use, and from text given directly (floor 2)."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

from .errors import InputError
from .report import Report, parse_report

MAX_BYTES = 1_000_000  # a long report has about 10 kB

# What a file that is no text starts with, and what to call it.
_OTHER_FILES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a Word document or ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "a Word document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"NRRD", "an image"),
)
_DICOM_MARK, _DICOM_MARK_AT = b"DICM", 128
# UTF-32 comes first: its little-endian mark starts with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_WHITE_SPACE = frozenset("\t\n\r\f\v\x85")


def read_report(path: str | Path) -> Report:
    """Read a report from a text file.

    Parameters
    ----------
    path : str or Path
        Text in UTF-8 (with or without byte order mark), UTF-16 with one, or GB18030 (GBK, GB2312).

    Raises
    ------
    InputError
        The file is missing, empty, over 1 MB, no text, or holds no words.
    """
    path = Path(path)
    data = _bytes(path)
    _refuse_other_files(path.name, data)
    text, encoding = _decoded(path.name, data)
    _check_text(path.name, text)
    return parse_report(text, encoding)


def report_from_text(text: str) -> Report:
    """Make a report of text given directly (``--report-text``, a text box).

    Raises
    ------
    InputError
        The text is over 1 MB, holds control characters or no words.
    """
    if len(text) > MAX_BYTES:
        raise InputError(f"the report has {len(text)} characters; at most {MAX_BYTES} are read")
    _check_text("the report", text)
    return parse_report(text)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path.name} is a folder; give the report's text file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{path.name} does not exist; give the report's text file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} cannot be opened; check that you may read it") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path.name} is larger than 1 MB, too large for a report; give its text alone")
    if not data.strip():
        raise InputError(f"{path.name} is empty; leave the report out, or give one with words in it")
    return data


def _refuse_other_files(name: str, data: bytes) -> None:
    kind = next((kind for mark, kind in _OTHER_FILES if data.startswith(mark)), "")
    if data[_DICOM_MARK_AT : _DICOM_MARK_AT + 4] == _DICOM_MARK:
        kind = "a DICOM file"
    # "BM" also starts English words; a bitmap's header holds zero bytes.
    if kind and not (data.startswith(b"BM") and b"\0" not in data[:64]):
        raise InputError(f"{name} is {kind}, not text; save the report as a text file")
    if data.removeprefix(codecs.BOM_UTF8).lstrip()[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise InputError(f"{name} is a web page or XML, not plain text; save the report as a text file")


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding."""
    marked = next(((codec, encoding) for mark, codec, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    codec, encoding = marked or (("utf-8", "UTF-8") if _decodes(data, "utf-8") else ("gb18030", "GB18030"))
    if not _decodes(data, codec):
        raise InputError(f"{name} is not text in UTF-8 or GB18030; save the report as a UTF-8 text file")
    return data.decode(codec), encoding


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _check_text(name: str, text: str) -> None:
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in _WHITE_SPACE for character in text):
        raise InputError(f"{name} holds control characters, so it is not plain text; save it as a UTF-8 text file")
    if not any(character.isalpha() for character in text):
        raise InputError(f"{name} holds no words; leave the report out, or give one with words in it")
