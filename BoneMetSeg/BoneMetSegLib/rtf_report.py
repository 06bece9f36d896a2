"""The text of reports saved as Rich Text Format (floor 2).

Of RTF 1.9 what text needs: groups, destinations that are not shown, paragraphs, cells, Unicode characters, and bytes in
the code page of the document or of the font in use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .text_encodings import decoded_as

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_HIDDEN = frozenset(
    """
    fonttbl colortbl stylesheet info pict object fldinst header headerl headerr headerf footer footerl footerr footerf
    footnote annotation themedata datastore xmlnstbl listtable listoverridetable rsidtbl generator latentstyles
    bkmkstart bkmkend nonshppict shppict pntext pn listtext mmathPr sp shprslt
    """.split()
)
_SHOWN_THOUGH_STARRED = frozenset({"shpinst"})  # text boxes
_BREAKS = {
    **dict.fromkeys(("par", "line", "sect", "page", "row", "nestrow"), "\n"),
    **dict.fromkeys(("cell", "nestcell", "tab"), "\t"),
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"-": "", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n", b"\r": "\n"}
_CODE_PAGE_OF_CHARSET = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs"}


@dataclass(frozen=True)
class _State:
    hidden: bool = False
    unicode_skip: int = 1  # characters that stand for a Unicode one in old programs
    font: int = -1
    in_font_table: bool = False


class _Reader:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._state, self._stack = _State(), []  # type: _State, list[_State]
        self._code_page, self._default_font = "cp1252", -1
        self._code_page_of_font: dict[int, str] = {}
        self._bytes = bytearray()
        self._skip = 0
        self._starred = False

    def read(self, data: bytes) -> str:
        """Return the text of a document."""
        for word, number, code, symbol, brace, plain in (match.groups() for match in _TOKEN.finditer(data)):
            if code:
                self._byte(int(code, 16))
                continue
            if plain:
                self._plain(plain)
                continue
            if not (brace or symbol or word):  # a line's end within the file, maybe within a character, means nothing
                continue
            self._flush()
            if brace:
                self._brace(brace)
            elif symbol:
                self._symbol(symbol)
            elif word:
                self._word(word.decode("ascii"), None if number is None else int(number))
        self._flush()
        lines = (line.strip() for line in "".join(self.pieces).split("\n"))
        return "\n".join(line for line in lines if line)

    def _byte(self, value: int) -> None:
        if self._skip:
            self._skip -= 1
        elif not self._state.hidden:
            self._bytes.append(value)

    def _plain(self, plain: bytes) -> None:
        skipped = min(self._skip, len(plain))
        self._skip -= skipped
        if not self._state.hidden:
            self._bytes += plain[skipped:]

    def _flush(self) -> None:
        if self._bytes:
            font = self._default_font if self._state.font < 0 else self._state.font
            page = self._code_page_of_font.get(font, self._code_page)
            text = decoded_as(bytes(self._bytes), page)
            self.pieces.append(bytes(self._bytes).decode("latin-1") if text is None else text)
            self._bytes.clear()

    def _brace(self, brace: bytes) -> None:
        self._skip = 0
        if brace == b"{":
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()
        self._starred = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in _SYMBOLS and not self._state.hidden:
            self.pieces.append(_SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> None:
        if word in _HIDDEN or (self._starred and word not in _SHOWN_THOUGH_STARRED):
            self._state = replace(
                self._state, hidden=True, in_font_table=self._state.in_font_table or word == "fonttbl"
            )
            self._starred = False
            return
        self._starred = False
        if word == "ansicpg" and number:
            self._code_page = {936: "gb18030", 950: "big5hkscs", 65001: "utf-8"}.get(number, f"cp{number}")
        elif word == "uc" and number is not None:
            self._state = replace(self._state, unicode_skip=min(max(number, 0), 8))
        elif word == "f" and number is not None:
            self._state = replace(self._state, font=number)
        elif word == "fcharset" and self._state.in_font_table:
            page = _CODE_PAGE_OF_CHARSET.get(number or 0)
            if page and number:
                self._code_page_of_font[self._state.font] = page
        elif word == "u" and number is not None:
            self._unicode(number)
        elif word == "deff" and number is not None:
            self._default_font = number
        elif word == "plain":
            self._state = replace(self._state, font=-1)
        elif word in ("v", "deleted"):
            self._state = replace(self._state, hidden=number != 0)
        elif word in _BREAKS and not self._state.hidden:
            self.pieces.append(_BREAKS[word])

    def _unicode(self, number: int) -> None:
        value = number + 0x10000 if number < 0 else number
        if not self._state.hidden and 0 <= value < 0x110000:
            self.pieces.append(chr(value))
        self._skip = self._state.unicode_skip


def rtf_text(data: bytes) -> str:
    """Return the text of a Rich Text document, a line per paragraph or table row."""
    text = _Reader().read(data)
    # Characters beyond 16 bits are written as two surrogates.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
