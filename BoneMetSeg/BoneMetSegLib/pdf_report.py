"""The text of PDF documents in reading order, through pdfminer.six (floor 2).

pdfminer.six (MIT) knows the predefined character maps of Chinese fonts (GBK-EUC-H, UniGB-UCS2-H, ETen-B5-H ...). It
unpacks whatever a file tells it to; so streams are unpacked here, up to a limit.
"""

from __future__ import annotations

import io
import logging
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .errors import InputError
from .line_joining import is_page_number
from .pdf_fields import field_glyphs
from .pdf_fonts import font_manager
from .pdf_form_labels import Rule
from .pdf_reading_order import Glyph, Line, lines_of, text_of
from .report import normalise
from .report_headings import headings

if TYPE_CHECKING:
    from pdfminer.layout import LTChar, LTPage
    from pdfminer.pdfdocument import PDFDocument

_INSTALL = "pip install bonemetseg[readers], or pip install pdfminer.six"
_MAX_PAGES = 50
_MAX_STREAM_BYTES = 32_000_000  # a Chinese font has up to 20 MB; images are not unpacked
_MAX_TOTAL_BYTES = 128_000_000
_MAX_SLOW_BYTES = 2_000_000  # of filters that are decoded in Python
_MAX_GLYPHS = 150_000  # 30 full pages of 5000; they take 2 s, and a slow machine four times that
_UNREADABLE_SHARE = 0.02
_SCAN_SHARE = 0.6  # of the page that a picture covers
_MARK_CHARACTERS = 60  # a scanner's or a program's mark on a page ("Scanned by ...") is shorter than a report
_MAX_RULES = 2000  # horizontal lines on a page
_RULE_POINTS = 15.0
_SAME_HEIGHT_POINTS = 3.0
_COUNTS_PAGES = re.compile(r"第\d+页|\d+页|page\d+|\d+/\d+", re.IGNORECASE)
_EDGE_LINES = 3  # running heads and feet stand among the first or last lines


class _TooMuch(Exception):  # noqa: N818 (becomes an InputError that names the file)
    """The document unpacks to more than a report has."""


def pdf_text(name: str, data: bytes) -> str:
    """Return the text of a PDF document, pages one after the other, running heads and page numbers left out.

    Raises
    ------
    InputError
        pdfminer.six is not installed; the document is encrypted, a scanned picture, damaged, too long or too large.
    """
    try:
        from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect, PDFTextExtractionNotAllowed
    except ImportError as error:
        raise InputError(
            f"{name} is a PDF document; reading it needs a package that is not installed: {_INSTALL}"
        ) from error
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it prints objects, that is, the patient's text
    try:
        return _text(name, data)
    except InputError:
        raise
    except (PDFPasswordIncorrect, PDFEncryptionError, PDFTextExtractionNotAllowed) as error:
        raise InputError(f"{name} is encrypted; save the report as a PDF without a password") from error
    except _TooMuch as error:
        raise InputError(f"{name} unpacks to more than {error}, too much for a report") from error
    except Exception as error:  # pdfminer raises whatever a damaged file makes it stumble over
        raise InputError(f"{name} is damaged and cannot be read as PDF") from error


def _text(name: str, data: bytes) -> str:
    from pdfminer.pdfpage import PDFPage

    document = _document(data)
    if not document.is_extractable:
        raise InputError(f"{name} is protected against copying its text; save the report as an unprotected PDF")
    pages: list[list[Line]] = []
    glyphs = pictures = scanned = unreadable = 0
    device, interpreter = _interpreter()
    for page in PDFPage.create_pages(document):
        if len(pages) == _MAX_PAGES:
            raise InputError(f"{name} has more than {_MAX_PAGES} pages, too many for a report")
        interpreter.process_page(page)
        layout = device.get_result()
        shown = _upright(list(_characters(layout))) + field_glyphs(page)
        pictures += device.pictures
        scanned += device.scanned
        glyphs += len(shown)
        unreadable += sum(_is_unreadable(one.text) for one in shown)
        pages.append(lines_of(shown, device.rules))
    text = text_of(_without_running_heads(pages))
    words = any(character.isalpha() for character in text)
    marked = scanned == len(pages) and len(text) < _MARK_CHARACTERS * len(pages) and not headings(normalise(text))
    if not words or marked:
        if pictures:
            raise InputError(
                f"{name} is a scanned picture without text; have it recognised (OCR) and checked, or type its text"
            )
        raise InputError(f"{name} is a PDF document without text")
    if unreadable > _UNREADABLE_SHARE * glyphs:
        raise InputError(
            f"{name} does not say which characters its fonts show; save the report as text or Word document"
        )
    return text


def _is_unreadable(text: str) -> bool:
    return text == "\ufffd" or (len(text) == 1 and ("\ue000" <= text <= "\uf8ff" or ord(text) < 32))


# --- the document, unpacked with care ---------------------------------------------------------------------------------


def _document(data: bytes) -> PDFDocument:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import PDFStream

    left = [_MAX_TOTAL_BYTES]

    class CarefulStream(PDFStream):  # type: ignore[misc]
        """A stream that is unpacked up to a limit."""

        def decode(self) -> None:
            """Unpack the data: what is deflated here, the rest, if short, by pdfminer."""
            raw: bytes = getattr(self, "rawdata", None) or b""
            if self.decipher:
                raw = self.decipher(self.objid, self.genno, raw, self.attrs)
            filters = self.get_filters()
            self.data = _unpacked(raw, filters, left)
            self.rawdata = None

    class CarefulParser(PDFParser):  # type: ignore[misc]
        """A parser whose streams are careful ones."""

        def push(self, *objects: Any) -> None:
            """Keep objects; streams are exchanged."""
            super().push(*((at, self._careful(one)) for at, one in objects))

        @staticmethod
        def _careful(one: Any) -> Any:
            return CarefulStream(one.attrs, one.rawdata, one.decipher) if type(one) is PDFStream else one

    return PDFDocument(CarefulParser(io.BytesIO(data)))


def _unpacked(data: bytes, filters: list[tuple[Any, Any]], left: list[int]) -> bytes:
    from pdfminer.pdftypes import LITERALS_FLATE_DECODE, PDFStream

    for one, parameters in filters:
        if one in LITERALS_FLATE_DECODE:
            data = _inflated(data, min(_MAX_STREAM_BYTES, left[0]))
            rest: list[tuple[Any, Any]] = []
        elif len(data) > _MAX_SLOW_BYTES:
            raise _TooMuch(f"{_MAX_SLOW_BYTES / 1e6:.0f} MB in an old compression")
        else:
            rest = [(one, None)]
        # pdfminer decodes the other filters, and undoes predictors through a filter that changes nothing.
        dictionary = {"Filter": [name for name, _ in rest]} if rest else {}
        stream = PDFStream(dictionary, data)
        stream.decode()
        data = _predicted(stream.data or b"", parameters)
        left[0] -= len(data)
        if len(data) > _MAX_STREAM_BYTES or left[0] < 0:
            raise _TooMuch(f"{_MAX_STREAM_BYTES / 1e6:.0f} MB")
    return data


def _inflated(data: bytes, limit: int) -> bytes:
    """Return what deflated data hold; of broken data, what comes before the break."""
    unpacker = zlib.decompressobj()
    pieces, total = [], 0
    waiting = data
    try:
        while waiting and not unpacker.eof:
            piece = unpacker.decompress(waiting, 65_536)
            pieces.append(piece)
            total += len(piece)
            if total > limit:
                raise _TooMuch(f"{_MAX_STREAM_BYTES / 1e6:.0f} MB")
            waiting = unpacker.unconsumed_tail
    except zlib.error:
        pass
    return b"".join(pieces)


def _predicted(data: bytes, parameters: Any) -> bytes:
    from pdfminer.pdftypes import int_value, resolve1
    from pdfminer.utils import apply_png_predictor

    parameters = resolve1(parameters)
    if not isinstance(parameters, dict):
        return data
    predictor = int_value(parameters.get("Predictor", 1))
    if predictor < 10:
        return data
    colours, columns, bits = (
        int_value(parameters.get(key, default))
        for key, default in (("Colors", 1), ("Columns", 1), ("BitsPerComponent", 8))
    )
    if not (1 <= colours <= 32 and 1 <= columns <= 100_000 and bits in (1, 2, 4, 8, 16)):
        raise ValueError("a predictor of impossible size")
    return bytes(apply_png_predictor(predictor, colours, columns, bits, data))


# --- its characters ---------------------------------------------------------------------------------------------------


def _interpreter() -> tuple[Any, Any]:
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfinterp import PDFPageInterpreter
    from pdfminer.utils import apply_matrix_pt

    class Collector(PDFPageAggregator):  # type: ignore[misc]
        """Collects characters, counts pictures and pages that are one; of paths, ruled lines are kept."""

        pictures = 0
        scanned = False
        glyphs = 0

        def begin_page(self, page: Any, ctm: Any) -> None:
            """Start a page."""
            self.pictures, self.scanned = 0, False
            self.rules: list[Rule] = []
            super().begin_page(page, ctm)

        def render_image(self, *_: Any) -> None:
            """Count a picture."""
            self.pictures += 1
            page = self._stack[0] if self._stack else self.cur_item
            covered = self.cur_item.width * self.cur_item.height
            self.scanned |= covered > _SCAN_SHARE * page.width * page.height

        def paint_path(self, _state: Any, _stroke: bool, _fill: bool, _evenodd: bool, path: Sequence[Any]) -> None:
            """Keep horizontal lines; other paths are left out."""
            points = [apply_matrix_pt(self.ctm, one[-2:]) for one in path if len(one) > 2]
            for (x0, y0), (x1, y1) in pairwise(points):
                if len(self.rules) < _MAX_RULES and abs(y1 - y0) < 1 and abs(x1 - x0) > _RULE_POINTS:
                    self.rules.append(Rule(min(x0, x1), max(x0, x1), y0))

        def render_char(self, *values: Any, **named: Any) -> float:
            """Keep a character, if there are not too many."""
            self.glyphs += 1
            if self.glyphs > _MAX_GLYPHS:
                raise _TooMuch(f"{_MAX_GLYPHS} characters")
            return float(super().render_char(*values, **named))

        def handle_undefined_char(self, *_: Any) -> str:
            """Mark a character that the font does not name."""
            return "\ufffd"

    manager = font_manager()
    device = Collector(manager, laparams=None)
    return device, PDFPageInterpreter(manager, device)


def _characters(container: LTPage) -> Iterator[LTChar]:
    from pdfminer.layout import LTChar, LTContainer

    waiting: list[Any] = [container]
    while waiting:
        one = waiting.pop()
        if isinstance(one, LTChar):
            yield one
        elif isinstance(one, LTContainer):
            waiting.extend(reversed(list(one)))


def _upright(characters: list[LTChar]) -> list[Glyph]:
    """Return the characters written in the page's main direction, turned so that it runs to the right.

    What runs in other directions (a watermark, a note at the margin) is left out.
    """
    directions = Counter(_quarter_turns(one) for one in characters if one.get_text().strip())
    if not directions:
        return []
    main = directions.most_common(1)[0][0]
    glyphs = []
    for one in characters:
        x0, y0, x1, y1 = one.bbox
        if _quarter_turns(one) != main or not all(math.isfinite(value) for value in one.bbox):
            continue
        x0, y0, x1, y1 = {
            0: (x0, y0, x1, y1),
            1: (y0, -x1, y1, -x0),
            2: (-x1, -y1, -x0, -y0),
            3: (-y1, x0, -y0, x1),
        }[main % 4]
        glyphs += [Glyph(_plain(one.get_text()), x0, y0, x1, y1)]
    return [glyph for glyph in glyphs if glyph.text]


def _quarter_turns(character: LTChar) -> int:
    """Return the direction of writing in quarter turns to the left, 4 for slanted text."""
    a, b = character.matrix[:2]
    turns = math.degrees(math.atan2(b, a)) / 90
    return round(turns) % 4 if abs(turns - round(turns)) < 0.1 else 4


def _plain(text: str) -> str:
    return text.replace("\0", "").replace("\xad", "")


# --- running heads ----------------------------------------------------------------------------------------------------


def _without_running_heads(pages: list[list[Line]]) -> list[Line]:
    """Return the lines of all pages; page numbers are left out, and repeated heads and feet after the first time.

    A head is repeated where the same words stand at the same height of another page.
    """
    places: dict[str, list[tuple[int, float]]] = {}
    for number, page in enumerate(pages):
        for line in (*page[:_EDGE_LINES], *page[_EDGE_LINES:][-_EDGE_LINES:]):
            places.setdefault(_key(line.text), []).append((number, line.y0))
    lines = []
    for number, page in enumerate(pages):
        for index, line in enumerate(page):
            if min(index, len(page) - 1 - index) < _EDGE_LINES:
                if len(pages) > 1 and is_page_number(line.text):
                    continue
                before = places[_key(line.text)]
                if any(other < number and abs(height - line.y0) < _SAME_HEIGHT_POINTS for other, height in before):
                    continue
            lines.append(line)
    return lines


def _key(text: str) -> str:
    """Return what tells a line: of one that counts pages, not its numbers."""
    plain = "".join(text.split())
    return re.sub(r"\d+", "#", plain) if _COUNTS_PAGES.search(plain) else plain
