"""The text of reports saved as web pages (floor 2)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_LINE_TAGS = frozenset(
    "p div br tr li ul ol h1 h2 h3 h4 h5 h6 table section article header footer pre hr dt dd blockquote body".split()
)
_SILENT_TAGS = frozenset({"script", "style", "title", "template", "noscript"})
_START = re.compile(
    r"<(?:!--|(?:!doctype html|html|head|body|meta|title|style|link|table|div|p|h[1-6]|span|font)[\s/>])"
    r"|<(?:b|i|u|strong|em|center|br|hr|ul|ol|pre)[\s/>]"
)


def looks_like_html(head: str) -> bool:
    """Return whether a text starts as a web page does."""
    start = head.lstrip("\ufeff \t\r\n")[:200].lower()
    return _START.match(start) is not None or (start.startswith("<?xml") and ("<html" in head[:2000].lower()))


def html_text(page: str) -> str:
    """Return the text of a page, a line per paragraph or table row, cells parted by tabs."""
    reader = _TextReader()
    reader.feed(page)
    reader.close()
    lines = (re.sub(r"[ \xa0]{2,}", " ", line).strip() for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0
        self._verbatim = 0

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        """Start a line where the tag does."""
        self._silent += tag in _SILENT_TAGS
        self._verbatim += tag == "pre"
        if tag in _LINE_TAGS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a line or a cell where the tag does."""
        self._silent = max(0, self._silent - (tag in _SILENT_TAGS))
        self._verbatim = max(0, self._verbatim - (tag == "pre"))
        if tag in _LINE_TAGS:
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append("\t")

    def handle_data(self, data: str) -> None:
        """Keep text that is shown."""
        if not self._silent:
            self.pieces.append(data if self._verbatim else re.sub(r"\s+", " ", data))
