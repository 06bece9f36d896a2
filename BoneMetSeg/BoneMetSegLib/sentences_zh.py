"""The library's sentences in Chinese, for those who read the panel in Chinese (floor 1).

The library speaks English: errors, warnings and flags are written once, where they arise, and ``result.json`` keeps
them so. Here each English sentence, with ``{...}`` for what varies, stands beside its Chinese form. A sentence that is
not known is shown as it is. ``Testing/library/test_sentences_zh.py`` reads the sources and names what is missing.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .sentences_zh_findings import FINDINGS
from .sentences_zh_planar import PLANAR
from .sentences_zh_reports import REPORTS
from .sentences_zh_studies import STUDIES
from .sentences_zh_volumes import VOLUMES

# What stands for a name or for foreign words is never translated, whatever it is called.
_AS_IT_IS = {"name", "names", "text"}
_FIELD = re.compile(r"\{(\w+)\}")
_LONGEST = 2000
_LEAST_WORDS = 12


def in_chinese(sentence: str) -> str:
    """Return a sentence of the library in Chinese; as it is where it is not known.

    Examples
    --------
    >>> in_chinese("scan.dcm is empty: every pixel is zero")
    'scan.dcm 为空白图像：所有像素均为零'
    """
    return _translated(sentence, _LEAST_WORDS) or sentence


@lru_cache(maxsize=500)
def _translated(sentence: str, least: int = 0) -> str | None:
    """Return a sentence or a part of one in Chinese, None where it is not known.

    Patterns with fields and fewer letters than ``least`` are of parts, and would match what nobody knows.
    """
    if len(sentence) > _LONGEST:
        return None
    for letters, landmark, pattern, fields, chinese in _patterns():
        if fields and letters < least:
            continue
        if landmark in sentence and (match := pattern.fullmatch(sentence)):
            said = zip(fields, match.groups(), strict=True)
            return chinese.format(**{field: text if field in _AS_IT_IS else _part(text) for field, text in said})
    return None


def _part(text: str) -> str:
    """Return a part of a sentence in Chinese: a phrase, or several with commas, "and" or semicolons between them."""
    known = _translated(text)
    if known is not None:
        return known
    for separator, chinese in (("; ", "；"), (", ", "、"), (" and ", "和"), (" + ", " + ")):
        if separator in text:
            return chinese.join(_part(piece) for piece in text.split(separator))
    return text


@cache
def _patterns() -> tuple[tuple[int, str, re.Pattern[str], tuple[str, ...], str], ...]:
    """Return number of letters, landmark, pattern, fields and Chinese form of each sentence, the most particular first."""
    found = []
    for english, chinese in (*PLANAR, *STUDIES, *VOLUMES, *REPORTS, *FINDINGS):
        literals = _FIELD.split(english)[::2]
        fields = tuple(_FIELD.findall(english))
        pattern = "(.+?)".join(re.escape(literal) for literal in literals)
        found.append((sum(map(len, literals)), max(literals, key=len), re.compile(pattern, re.DOTALL), fields, chinese))
    return tuple(sorted(found, key=lambda one: -one[0]))
