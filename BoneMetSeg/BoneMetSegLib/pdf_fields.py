"""What was typed into the fields of a PDF form, and text put upon its pages (floor 2).

Neither stands in the page's own content (ISO 32000-1, 12.5.6.6 and 12.7.4.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .pdf_reading_order import Glyph

_MAX_FIELDS = 1000
_MAX_PARENTS = 8
_HIDDEN = 0b100010  # flags 2 (hidden) and 6 (no view)
_LINE_POINTS = 12.0


def field_glyphs(page: Any) -> list[Glyph]:
    """Return the lines of the page's filled fields and free texts, each in its place, in points."""
    from pdfminer.pdftypes import resolve1

    annotations = resolve1(page.annots) or []
    return [glyph for one in annotations[:_MAX_FIELDS] for glyph in _glyphs(resolve1(one))]


def _glyphs(annotation: Any) -> Iterator[Glyph]:
    from pdfminer.pdftypes import resolve1
    from pdfminer.psparser import literal_name
    from pdfminer.utils import decode_text

    if not isinstance(annotation, dict) or int(resolve1(annotation.get("F")) or 0) & _HIDDEN:
        return
    kind = literal_name(resolve1(annotation.get("Subtype")))
    value = {"FreeText": annotation.get("Contents"), "Widget": _inherited(annotation, "V")}.get(kind)
    value, place = resolve1(value), resolve1(annotation.get("Rect"))
    if not isinstance(value, bytes) or not isinstance(place, list) or len(place) != 4:
        return  # a button's state is a name
    x0, y0, x1, y1 = (float(resolve1(one)) for one in place)
    lines = decode_text(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    height = min(_LINE_POINTS, abs(y1 - y0) / len(lines))
    # A field of one line stands in the middle of its box, beside its label.
    top = (y0 + y1 + height) / 2 if len(lines) == 1 else max(y0, y1)
    for number, line in enumerate(lines):
        if line.strip():
            high = top - number * height
            yield Glyph(line.strip(), min(x0, x1), high - height, max(x0, x1), high)


def _inherited(field: Any, key: str) -> Any:
    """Return a value of a field, or that of the field it is part of."""
    from pdfminer.pdftypes import resolve1

    for _ in range(_MAX_PARENTS):
        if not isinstance(field, dict):
            return None
        if key in field:
            return field[key]
        field = resolve1(field.get("Parent"))
    return None
