"""Which characters the Chinese fonts of a PDF document show, where pdfminer.six does not know (floor 2).

Two cases of ISO 32000-1, 9.7.5: a character map that the document brings along, and a predefined map of Unicode
(``UniGB-UCS2-H``), whose codes are the characters themselves. The latter need not be looked up in the font's character
collection, which lacks some and which some programs name wrongly (reportlab's MSung-Light).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

_UNICODE_MAP = re.compile(r"Uni\w+-(?:UCS2|UTF16)-[HV]|Uni\w+-(?:UCS2|UTF16)-HW-[HV]")


class _Code(int):
    """A font's number of a character (CID) that knows its text."""

    text: str


def font_manager() -> Any:
    """Return pdfminer's manager of fonts, whose Chinese fonts know their characters."""
    from pdfminer.pdffont import PDFCIDFont
    from pdfminer.pdfinterp import PDFResourceManager
    from pdfminer.pdftypes import PDFStream, resolve1
    from pdfminer.psparser import PSLiteral

    class Manager(PDFResourceManager):  # type: ignore[misc]
        """Makes fonts, and mends those of Chinese."""

        def get_font(self, objid: object, spec: Any) -> Any:
            """Return a font, new or made before."""
            is_new = not objid or objid not in self._cached_fonts
            font = super().get_font(objid, spec)
            # A composite font is made of its descendant, with the encoding handed down.
            if is_new and isinstance(font, PDFCIDFont):
                encoding = resolve1(spec.get("Encoding"))
                if isinstance(encoding, PDFStream):
                    _read_own_map(font, encoding.get_data())
                elif (
                    isinstance(encoding, PSLiteral)
                    and _UNICODE_MAP.fullmatch(str(encoding.name))
                    and not isinstance(resolve1(spec.get("ToUnicode")), PDFStream)
                ):
                    _take_codes_as_characters(font)
            return font

    return Manager(caching=True)


def _read_own_map(font: Any, data: bytes) -> None:
    from pdfminer.cmapdb import CMapParser, FileCMap, IdentityCMap

    own = FileCMap()
    CMapParser(own, io.BytesIO(data)).run()
    font.cmap = own if own.code2cid else IdentityCMap()


def _take_codes_as_characters(font: Any) -> None:
    by_collection: Callable[[int], str] = font.to_unichr
    number_of = font.cmap.decode

    def decode(data: bytes) -> Iterator[int]:
        for text in data.decode("utf-16-be", "replace"):
            code = _Code(next(iter(number_of(text.encode("utf-16-be"))), 0))
            code.text = text
            yield code

    font.decode = decode
    font.to_unichr = lambda code: code.text if isinstance(code, _Code) else by_collection(code)
