"""Reports in DICOM: Structured Reports with text, and encapsulated PDF documents (floor 2).

The content tree (PS3.3 C.17.3) becomes lines: containers and their concept names become headings, text, codes and
numbers become lines, what modifies or explains an item follows it in brackets. Persons, identifiers and references to
images are left out.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .deflated_dicom import refuse_deflated_bomb
from .dicom_characters import decoder_of
from .errors import InputError
from .report import normalise
from .report_choice import FoundReport
from .report_headings import is_heading

if TYPE_CHECKING:
    from pydicom import Dataset

_TEXT_REPORTS = frozenset(f"1.2.840.10008.5.1.4.1.1.88.{suffix}" for suffix in (1, 2, 11, 22, 33, 34, 35))
_ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
_MAX_DEPTH = 40
_MAX_ITEMS = 20_000

# Concept to heading (Chinese, English): DICOM CID 7001 and 7002, LOINC.
_FINDINGS, _IMPRESSION = ("检查所见", "Findings"), ("诊断意见", "Impression")
_CLINICAL, _TECHNIQUE = ("临床资料", "Clinical history"), ("检查方法", "Technique")
_COMPARISON, _ADVICE = ("对比", "Comparison"), ("建议", "Recommendations")
_HEADING_OF_CODE = {
    (scheme, code): heading
    for heading, codes in (
        (_FINDINGS, "DCM 121070 DCM 121071 LN 59776-5 LN 18782-3"),
        (_IMPRESSION, "DCM 121072 DCM 121073 DCM 121076 DCM 121077 DCM 121111 LN 19005-8 LN 55110-1 LN 55112-7"),
        (_CLINICAL, "DCM 121060 DCM 121109 DCM 121110 LN 55108-5 LN 11329-0 LN 18785-6 LN 55752-0"),
        (_TECHNIQUE, "DCM 121064 DCM 121065 LN 55111-9"),
        (_COMPARISON, "DCM 121066 DCM 121068 LN 18834-2"),
        (_ADVICE, "DCM 121074 DCM 121075 LN 18783-1"),
    )
    for scheme, code in zip(codes.split()[::2], codes.split()[1::2], strict=True)
}
_SHOWN = frozenset({"TEXT", "CODE", "NUM", "DATE", "DATETIME", "TIME"})
_LANGUAGE_CODES = frozenset({"121046", "121047", "121049"})  # DCM: country, equivalent meaning, language
_SILENT_RELATIONS = frozenset({"HAS OBS CONTEXT", "HAS ACQ CONTEXT"})


def dicom_report(name: str, data: bytes, read_pdf: Any) -> FoundReport:
    """Return the report of a DICOM object.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    data : bytes
    read_pdf : callable
        ``read_pdf(name, data)`` returns the text of a PDF document.

    Raises
    ------
    InputError
        The object is no report, holds no text or is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _report(name, data, read_pdf)
        except InputError:
            raise
        except Exception as error:  # pydicom raises whatever a damaged file makes it stumble over
            raise InputError(f"{name} is damaged and cannot be read as DICOM") from error


def _report(name: str, data: bytes, read_pdf: Any) -> FoundReport:
    import io

    import pydicom
    from pydicom.uid import UID

    refuse_deflated_bomb(name, io.BytesIO(data))
    dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    storage = _text(dataset, "SOPClassUID")
    if storage == _ENCAPSULATED_PDF:
        document = bytes(dataset.get("EncapsulatedDocument") or b"")
        if b"%PDF" not in document[:1024]:
            raise InputError(f"{name} says it encapsulates a PDF document, but holds none")
        return FoundReport(read_pdf(name, document), "DICOM Encapsulated PDF", _accessions(dataset))
    if storage not in _TEXT_REPORTS:
        # A damaged element may hold what followed it, the patient's name too: only a real UID is said.
        kind = UID(storage).name if re.fullmatch(r"[\d.]{1,64}", storage) else "unknown"
        raise InputError(f"{name} is no report: it is a DICOM object of the kind {kind!r}")
    lines = list(_lines(dataset, _Tree(name, dataset)))
    if not lines:
        raise InputError(f"{name} is a DICOM Structured Report without text")
    return FoundReport("\n".join(lines), "DICOM SR", _accessions(dataset))


class _Tree:
    """What holds for the whole content tree: its language, its characters, and how much was read."""

    def __init__(self, name: str, dataset: Dataset) -> None:
        declared = dataset.get("SpecificCharacterSet") or []
        texts = list(_texts(dataset))
        self.name = name
        self._decode = decoder_of(texts, [declared] if isinstance(declared, str) else list(declared))
        self._items = 0
        self.chinese = re.search("[\u4e00-\u9fff]", "".join(map(self._decode, texts))) is not None

    def text(self, item: Dataset, keyword: str) -> str:
        """Return a text of an item, in the characters of the object."""
        return self._decode(_bytes(item, keyword)).strip().strip("\0")

    def count(self) -> None:
        """Refuse trees that no report has."""
        self._items += 1
        if self._items > _MAX_ITEMS:
            raise InputError(f"{self.name} has more than {_MAX_ITEMS} content items, too many for a report")


def _texts(item: Dataset, depth: int = 0) -> Iterator[bytes]:
    yield _bytes(item, "TextValue")
    for sequence in ("ConceptNameCodeSequence", "ConceptCodeSequence"):
        for code in item.get(sequence) or []:
            yield _bytes(code, "CodeMeaning")
    if depth < _MAX_DEPTH:
        for child in item.get("ContentSequence") or []:
            yield from _texts(child, depth + 1)


def _bytes(item: Dataset, keyword: str) -> bytes:
    """Return an element's value as the file holds it."""
    element = item.get_item(keyword)
    value = None if element is None else element.value
    return value if isinstance(value, bytes) else str(value or "").encode("utf-8")


def _lines(item: Dataset, tree: _Tree, heading: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the lines of a container's items."""
    if depth > _MAX_DEPTH:
        raise InputError(f"{tree.name} nests its content more than {_MAX_DEPTH} deep; it is damaged")
    for child in item.get("ContentSequence") or []:
        tree.count()
        relation, kind = _text(child, "RelationshipType"), _text(child, "ValueType")
        # What modifies the whole report is its language; what modifies a group of measurements is their site.
        if relation in _SILENT_RELATIONS or (relation == "HAS CONCEPT MOD" and (depth == 0 or _is_language(child))):
            continue
        concept, is_section = _concept(child, tree)
        if kind == "CONTAINER":
            inside = list(_lines(child, tree, concept, depth + 1))
            if inside:
                if concept and concept != heading:
                    yield f"{concept}:"
                yield from inside
        elif kind in _SHOWN:
            value = _value(child, tree)
            if not value:
                continue
            value += _explained(child, tree, depth)
            yield (
                value
                if not concept or concept == heading
                else f"{concept}:\n{value}"
                if is_section
                else f"{concept}: {value}"
            )
            if is_section:
                heading = concept


def _explained(item: Dataset, tree: _Tree, depth: int) -> str:
    """Return what belongs to an item in brackets: side, site, properties."""
    if depth > _MAX_DEPTH:
        raise InputError(f"{tree.name} nests its content more than {_MAX_DEPTH} deep; it is damaged")
    said = []
    for child in item.get("ContentSequence") or []:
        tree.count()
        if _text(child, "RelationshipType") in _SILENT_RELATIONS or _text(child, "ValueType") not in _SHOWN | {
            "CONTAINER"
        }:
            continue
        concept, _ = _concept(child, tree)
        value = _value(child, tree) + _explained(child, tree, depth + 1)
        if value:
            said.append(f"{concept}: {value}" if concept else value)
    return f" ({', '.join(said)})" if said else ""


def _is_language(item: Dataset) -> bool:
    return any(_text(code, "CodeValue") in _LANGUAGE_CODES for code in item.get("ConceptNameCodeSequence") or [])


def _concept(item: Dataset, tree: _Tree) -> tuple[str, bool]:
    """Return an item's concept name, and whether it is the heading of a section."""
    for code in item.get("ConceptNameCodeSequence") or []:
        found = _HEADING_OF_CODE.get((_text(code, "CodingSchemeDesignator"), _text(code, "CodeValue")))
        if found:
            return found[0 if tree.chinese else 1], True
        meaning = tree.text(code, "CodeMeaning")
        return meaning, is_heading(normalise(f"{meaning}:"))
    return "", False


def _value(item: Dataset, tree: _Tree) -> str:
    kind = _text(item, "ValueType")
    if kind == "TEXT":
        return tree.text(item, "TextValue").replace("\r\n", "\n").replace("\r", "\n")
    if kind == "CODE":
        return ", ".join(tree.text(code, "CodeMeaning") for code in item.get("ConceptCodeSequence") or [])
    if kind == "NUM":
        return ", ".join(_measured(one) for one in item.get("MeasuredValueSequence") or [])
    return _text(item, {"DATE": "Date", "TIME": "Time", "DATETIME": "DateTime"}.get(kind, "TextValue"))


def _measured(value: Dataset) -> str:
    units = [_text(unit, "CodeValue") for unit in value.get("MeasurementUnitsCodeSequence") or []]
    return " ".join(filter(None, [_text(value, "NumericValue"), *(unit for unit in units if unit != "1")]))


def _accessions(dataset: Dataset) -> tuple[str, ...]:
    requests = [dataset, *(dataset.get("ReferencedRequestSequence") or [])]
    return tuple(dict.fromkeys(filter(None, (_text(one, "AccessionNumber") for one in requests))))


def _text(dataset: Dataset, keyword: str) -> str:
    value: Any = dataset.get(keyword)
    return "" if value is None else str(value).strip().strip("\0")
