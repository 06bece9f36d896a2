"""The encoding of a text: UTF-8 and its kin by form, GB18030 and Big5 by their characters (floor 2).

Nearly every sequence of bytes above 127 is valid in GB18030 and in Big5 alike. They are told apart by what comes out:
both standards put the characters in common use in a first level (GB 2312: rows B0-D7; Big5: A440-C67E), and a report is
made of those, of full-width punctuation and of the words of bone scans. What is wrong falls into the rest.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

# UTF-32 comes first: its little-endian mark starts with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# Python's codec and the name shown. Big5-HKSCS holds all of Big5, and characters of bones that Big5 lacks (骶).
_CHINESE = (("gb18030", "GB18030"), ("big5hkscs", "Big5"))
_REPORT_WORDS = {
    "gb18030": "骨放射性浓聚肋椎未见异常左右侧诊断检查所全身显像转移考虑可能多发余部代谢增高的在于临床建议患者",
    "big5hkscs": "骨放射性濃聚攝取肋椎未見異常左右側診斷檢查所全身顯像轉移考慮可能多發餘部代謝增高的在於臨床建議患者",
}
# A character of the first level says one, a word of bone scans three, another one takes two away.
_COMMON_SCORE, _WORD_SCORE, _RARE_SCORE, _NO_TEXT_SCORE = 1.0, 3.0, -2.0, -3.0
_WESTERN_SCORE = 0.0  # Chinese characters rarer than this are western ones misread
_CODEC_OF = {name: codec for codec, name in _CHINESE}
_UTF16_SHARE = 0.95
_TWO_BEYOND_ASCII = re.compile(rb"[\x80-\xff]{2}")
_SAMPLE_CHARACTERS = 20_000
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE)


def decoded(data: bytes) -> tuple[str, str] | None:
    """Return a text and the name of its encoding, or ``None`` where the bytes are no text.

    Parameters
    ----------
    data : bytes
        Text in UTF-8 or UTF-16 (with or without byte order mark), UTF-32 with one, GB18030 (GBK, GB2312), Big5, or
        Windows-1252 where only single characters are beyond ASCII (dashes, quotes, µ).
    """
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = _decode(data, codec)
            return None if text is None else (text, name)
    codec = _unmarked_utf16(data)
    text = _decode(data, codec) if codec else None
    if text is not None:
        return text, "UTF-16"
    text = _decode(data, "utf-8")
    if text is not None:
        return text, "UTF-8"
    return _scored_best(data)


def chinese_in_disguise(data: bytes) -> bool:
    """Return whether bytes that are said to be of a western character set are Chinese by what they hold."""
    if data.isascii():
        return False
    if _decode(data, "utf-8") is not None:
        return True
    best = _scored_best(data)
    return best is not None and best[1] != "Windows-1252" and _score(best[0], _CODEC_OF[best[1]]) > _WESTERN_SCORE


def _unmarked_utf16(data: bytes) -> str:
    """Return the codec of UTF-16 without a byte order mark: half of the bytes of each ASCII character are zero.

    No other text holds zero bytes. Blanks, digits or line ends stand in every report; all that is not of ASCII must be
    Chinese.
    """
    zeros = [data[half::2].count(0) for half in (0, 1)]
    if len(data) % 2 or not any(zeros) or all(zeros):
        return ""
    codec = "utf-16-le" if zeros[1] else "utf-16-be"
    text = _decode(data, codec) or ""
    known = sum(
        one in "\t\r\n"
        or " " <= one <= "~"
        or "\u4e00" <= one <= "\u9fff"
        or "\u2000" <= one <= "\u303f"
        or one >= "\uff00"
        for one in text
    )
    return codec if known > _UTF16_SHARE * len(text) else ""


def decoded_as(data: bytes, codec: str) -> str | None:
    """Return the text in a Python codec that the file names, ``None`` where the bytes are not in it."""
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):  # a codec that makes no text, as "zip", is a LookupError
        return None


def declared_charset(head: bytes) -> str:
    """Return the character set that the head of a web page names, "" where it names none."""
    found = _CHARSET.search(head)
    return (found[1] or found[2]).decode("ascii").lower() if found else ""


def _decode(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def _scored_best(data: bytes) -> tuple[str, str] | None:
    best: tuple[float, str, str] | None = None
    for codec, name in _CHINESE:
        text = _decode(data, codec)
        if text is None:
            continue
        score = _score(text, codec)
        if best is None or score > best[0]:  # equal scores: GB18030, the first
            best = score, text, name
    if (best is None or best[0] < _WESTERN_SCORE) and not _TWO_BEYOND_ASCII.search(data):
        western = _decode(data, "cp1252")
        if western is not None:
            return western, "Windows-1252"
    return None if best is None else (best[1], best[2])


def _score(text: str, codec: str) -> float:
    """Return the mean score of the characters above 127 in a text decoded by ``codec``."""
    foreign = [character for character in text if character > "\x7f"][:_SAMPLE_CHARACTERS]
    words = _REPORT_WORDS[codec]
    return sum(_WORD_SCORE if one in words else _character_score(one, codec) for one in foreign) / max(1, len(foreign))


@cache
def _character_score(character: str, codec: str) -> float:
    if not character.isprintable() or "\ue000" <= character <= "\uf8ff":
        return _NO_TEXT_SCORE
    try:
        code = character.encode(codec)
    except UnicodeEncodeError:
        return _NO_TEXT_SCORE
    if len(code) != 2:
        return _RARE_SCORE
    lead, trail = code
    if codec == "gb18030":
        common = trail >= 0xA1 and (0xB0 <= lead <= 0xD7 or lead in (0xA1, 0xA2, 0xA3))
    else:
        common = 0xA4 <= lead <= 0xC6 or lead == 0xA1
    return _COMMON_SCORE if common else _RARE_SCORE
