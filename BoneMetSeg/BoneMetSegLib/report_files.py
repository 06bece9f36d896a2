"""Diagnostic reports from every container that hospitals use, told apart by content (floor 2)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from .docx_report import docx_text
from .errors import InputError
from .hl7_report import hl7_reports, looks_like_hl7
from .html_report import html_text, looks_like_html
from .pdf_report import pdf_text
from .reading_limits import within_limits
from .report import Report, parse_report
from .report_choice import FoundReport, chosen, reports_in_text
from .rtf_report import rtf_text
from .sr_report import dicom_report
from .table_report import table_reports
from .text_encodings import declared_charset, decoded, decoded_as

MAX_BYTES = 1_000_000  # of text; a long report has about 10 kB
MAX_FILE_BYTES = 64_000_000  # of documents with pictures, of tables and messages with many reports

_OTHER_FILES = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"NRRD", "an image"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
)
_PDF_MARK, _ZIP_MARK, _OLE_MARK, _RTF_MARK = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf"
_DICOM_MARK, _DICOM_MARK_AT = b"DICM", 128
_PADDING = b"\x1a"  # DOS's mark of a file's end
_BARE_DICOM = re.compile(rb"\x08\x00[\x00\x01\x05\x08\x12-\x16]\x00|\x02\x00[\x00-\x02]\x00")  # without preamble
_WHITE_SPACE = frozenset("\t\n\r\f\v\x85")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def read_report(path: str | Path, *, accession: str | None = None, scan_accession: str = "") -> Report:
    """Read a report from a file.

    Parameters
    ----------
    path : str or Path
        Plain text (UTF-8, UTF-16 with a byte order mark, GB18030, Big5), a Word document (.docx), a PDF document with
        text, a DICOM Structured Report or Encapsulated PDF, HL7 v2 messages ORU^R01, a table (CSV), Rich Text or HTML.
        The content decides, not the file's ending.
    accession : str, optional
        Chooses one of several reports in a file by the number that the file gives its examination. The file's only
        report is refused if it names another number.
    scan_accession : str
        The scan's own accession number: chooses among several reports, and is no reason to refuse one.

    Returns
    -------
    Report
        Its ``text`` is plain text with line ends; spans refer to it. Its ``encoding`` names the container.

    Raises
    ------
    InputError
        The file is missing, empty, too large, of no kind that is read, damaged, protected or without text; or it holds
        several reports and nothing says which.
    """
    path = Path(path)
    data = _bytes(path)
    return within_limits(path.name, lambda: _read(path.name, data, accession, scan_accession))


def _read(name: str, data: bytes, accession: str | None, scan_accession: str) -> Report:
    report = chosen(name, _found(name, data), accession, scan_accession)
    text = _CONTROL.sub("", report.text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > MAX_BYTES:
        raise InputError(f"{name} is larger than 1 MB, too large for a report; give its text alone")
    _check_text(name, text)
    return parse_report(text, report.container)


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
        raise InputError(f"{path.name} is a folder; give the report's file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{path.name} does not exist; give the report's file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} cannot be opened; check that you may read it") from error
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"{path.name} is larger than {MAX_FILE_BYTES / 1e6:.0f} MB, too large for a report")
    if not data.strip():
        raise InputError(f"{path.name} is empty; leave the report out, or give one with words in it")
    return data


def _found(name: str, data: bytes) -> list[FoundReport]:
    """Return the reports in a file, by what its first bytes are."""
    if data[_DICOM_MARK_AT : _DICOM_MARK_AT + 4] == _DICOM_MARK or _BARE_DICOM.match(data):
        return [dicom_report(name, data, pdf_text)]
    if looks_like_hl7(data):
        return hl7_reports(name, data, _document_text)
    if _is_document(data):
        text, kind = _document_text(name, data)
        return reports_in_text(text, kind)
    _refuse_other_files(name, data)
    return _in_text(name, data)


def _is_document(data: bytes) -> bool:
    return _PDF_MARK in data[:1024] or data.startswith((_ZIP_MARK, _OLE_MARK, _RTF_MARK))


def _document_text(name: str, data: bytes) -> tuple[str, str]:
    """Return the text and the kind of a document: PDF, Word, Rich Text, a web page or plain text."""
    if _PDF_MARK in data[:1024]:
        return pdf_text(name, data), "PDF"
    if data.startswith(_ZIP_MARK):
        return docx_text(name, data), "DOCX"
    if data.startswith(_OLE_MARK):
        raise InputError(f"{name} is {_ole_in_words(data)}; save the report as .docx without a password, PDF or text")
    if data.startswith(_RTF_MARK):
        return rtf_text(data), "RTF"
    text, encoding = _decoded(name, data)
    return (html_text(text), f"HTML, {encoding}") if looks_like_html(text) else (text, encoding)


def _ole_in_words(data: bytes) -> str:
    """Return what an OLE container holds, by the names of its streams (UTF-16)."""
    for stream, words in (
        ("EncryptedPackage", "a document protected by a password"),
        ("WordDocument", "a Word document of the old kind (.doc)"),
        ("Workbook", "an Excel workbook of the old kind (.xls)"),
    ):
        if stream.encode("utf-16-le") in data:
            return words
    return "an Office document of the old kind"


def _in_text(name: str, data: bytes) -> list[FoundReport]:
    text, encoding = _decoded(name, data.rstrip(_PADDING))
    if looks_like_html(text):
        return reports_in_text(html_text(text), f"HTML, {encoding}")
    if text.lstrip("\ufeff \t\r\n").startswith("<?xml") or text.lstrip("\ufeff \t\r\n").startswith("<ClinicalDocument"):
        kind = "an HL7 CDA document" if "ClinicalDocument" in text[:5000] else "XML"
        raise InputError(f"{name} is {kind}, which is not read; save the report as a text file, PDF or Word document")
    if text.lstrip().lower().startswith("mime-version:"):
        raise InputError(f"{name} is a web archive (.mht), which is not read; save the report as .docx, PDF or text")
    table = table_reports(name, text, encoding)
    if table is not None:
        return table
    if len(data) > MAX_BYTES:
        raise InputError(f"{name} is larger than 1 MB, too large for a report; give its text alone")
    _check_text(name, text)
    return reports_in_text(text, encoding)


def _refuse_other_files(name: str, data: bytes) -> None:
    kind = next((kind for mark, kind in _OTHER_FILES if data.startswith(mark)), "")
    # "BM" also starts English words; a bitmap's header holds zero bytes.
    if kind and not (data.startswith(b"BM") and b"\0" not in data[:64]):
        raise InputError(f"{name} is {kind}, not text; save the report as a text file, PDF or Word document")


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding: what a web page says of itself, else what it looks like."""
    head = data[:2000]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        declared = declared_charset(head)
        codec = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(declared, declared)
        text = decoded_as(data, codec) if codec else None
        if text is not None:
            return text.lstrip("\ufeff"), {"gb18030": "GB18030", "big5hkscs": "Big5"}.get(codec, codec.upper())
    read = decoded(data)
    if read is None:
        raise InputError(f"{name} is not text in UTF-8, GB18030 or Big5; save the report as a UTF-8 text file")
    return read


def _check_text(name: str, text: str) -> None:
    if _CONTROL.search(text) or any(unicodedata.category(one) == "Cs" for one in set(text) - _WHITE_SPACE):
        raise InputError(f"{name} holds control characters, so it is not plain text; save it as a UTF-8 text file")
    if not any(character.isalpha() for character in text):
        raise InputError(f"{name} holds no words; leave the report out, or give one with words in it")
