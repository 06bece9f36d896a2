"""The text of Word documents (.docx): paragraphs, tables and text boxes in their order, headers and footers (floor 2).

A document is a ZIP archive of XML (ECMA-376). It is read with Python's own library, which needs no installation and
lets every size be checked before anything is unpacked.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET
from xml.parsers import expat

from .errors import InputError
from .line_joining import is_page_number

_MAX_PART_BYTES = 16_000_000  # of one XML part, unpacked; a report has 10-500 kB
_MAX_PARTS = 2000
_MAX_DEPTH = 200
_MAIN_PART_TYPE = "/officeDocument"
# Deleted and moved-away text, field codes, the second copy of a text box for old programs, notes on who did what,
# the reading above a character.
_SKIPPED = frozenset(
    {"del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr", "tblPr", "sectPr", "sdtPr", "rt"}
)
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


def docx_text(name: str, data: bytes) -> str:
    """Return the text of a Word document, cells of a table row parted by tabs.

    Raises
    ------
    InputError
        The archive is no Word document, is protected, damaged, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _text(name, archive)
    except InputError:
        raise
    except (
        zipfile.BadZipFile, zlib.error, ET.ParseError, expat.ExpatError, OSError, EOFError, ValueError,
        KeyError, NotImplementedError, RuntimeError, LookupError, OverflowError, MemoryError,
    ) as error:  # fmt: skip
        raise InputError(f"{name} is damaged and cannot be read as a Word document") from error


def _text(name: str, archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if len(names) > _MAX_PARTS:
        raise InputError(f"{name} holds {len(names)} files; a Word document with the report is needed")
    if "_rels/.rels" not in names or "[Content_Types].xml" not in names:
        kind = "an OpenDocument text" if "content.xml" in names else "a ZIP archive"
        raise InputError(f"{name} is {kind}, not a Word document; save the report as .docx, PDF or a text file")
    main = next((target for kind, target in _related(name, archive, "").values() if kind.endswith(_MAIN_PART_TYPE)), "")
    body = _parsed(name, archive, main) if main in names else None
    if body is None or _local(body.tag) != "document":
        kind = "an Excel workbook" if main.startswith("xl/") else "an Office document"
        raise InputError(f"{name} is {kind} without a Word text; save the report as .docx, PDF, CSV or a text file")
    related = _related(name, archive, main)
    headers, footers = ([], [])  # type: list[str], list[str]
    for reference in body.iter():
        kind = _local(reference.tag)
        if kind in ("headerReference", "footerReference"):
            target = related.get(next((value for key, value in reference.items() if key.endswith("}id")), ""))
            if target is not None and target[1] in names:
                lines = _part_text(_parsed(name, archive, target[1])).split("\n")
                part = "\n".join(line for line in lines if not is_page_number(line))
                place = headers if kind == "headerReference" else footers
                if part and part not in place:
                    place.append(part)
    return "\n".join(filter(None, [*headers, _part_text(body), *footers]))


def _parsed(name: str, archive: zipfile.ZipFile, part: str) -> ET.Element:
    info = archive.getinfo(part)
    if info.flag_bits & 1:
        raise InputError(f"{name} is protected by a password; save the report without one")
    if info.file_size > _MAX_PART_BYTES:
        raise InputError(f"{name} unpacks to {info.file_size / 1e6:.0f} MB of text, too much for a report")
    with archive.open(info) as stream:
        data = stream.read(_MAX_PART_BYTES + 1)
    if len(data) > _MAX_PART_BYTES:
        raise InputError(f"{name} unpacks to more than it says; it is damaged")
    return _tree(name, data)


def _tree(name: str, data: bytes) -> ET.Element:
    """Return XML as a tree; a document type (which could define endless entities) or deep nesting is refused."""
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise InputError(f"{name} nests its text more than {_MAX_DEPTH} deep; it is damaged")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise InputError(f"{name} defines entities in its XML, which no Word document does; it is damaged")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    parser.Parse(data, True)
    return builder.close()


def _related(name: str, archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return the parts that a part refers to: id to (type, path in the archive)."""
    folder, file = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{file}.rels")
    if path not in archive.namelist():
        return {}
    return {
        one.get("Id", ""): (
            one.get("Type", ""),
            posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))[1:],
        )
        for one in _parsed(name, archive, path)
        if one.get("TargetMode") != "External"
    }


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _part_text(part: ET.Element) -> str:
    lines = (line.rstrip() for line in "".join(_pieces(part)).split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _pieces(element: ET.Element) -> Iterator[str]:
    """Yield the text under an element; at most ``_MAX_DEPTH`` deep, as the tree is."""
    for child in element:
        kind = _local(child.tag)
        if kind in _SKIPPED or (kind == "r" and _is_hidden(child)) or (kind == "tr" and _is_deleted(child)):
            continue
        if kind == "t":
            yield child.text or ""
        elif kind in _BREAKS:
            yield _BREAKS[kind]
        elif kind == "tr":
            cells = ("".join(_pieces(cell)).strip() for cell in child if _local(cell.tag) in ("tc", "sdt"))
            yield "\n" + "\t".join(cell for cell in cells if cell) + "\n"
        elif kind in ("p", "txbxContent"):
            # A text box stands inside a run of its paragraph: its lines come first, as lines of their own.
            inside = "".join(_pieces(child))
            yield f"\n{inside}\n" if kind == "txbxContent" else f"{inside}\n"
        else:
            yield from _pieces(child)


def _is_deleted(row: ET.Element) -> bool:
    return any(_local(one.tag) == "del" for properties in row if _local(properties.tag) == "trPr" for one in properties)


def _is_hidden(run: ET.Element) -> bool:
    for properties in run:
        if _local(properties.tag) == "rPr":
            for one in properties:
                if _local(one.tag) == "vanish":
                    return next(iter(one.attrib.values()), "true") not in ("0", "false", "off")
    return False
