"""The library's sentences in Chinese, for those who read the panel in Chinese (floor 1).

The library speaks English: errors, warnings and flags are written once, where they arise, and ``result.json`` keeps
them so. Here each English sentence, with ``{...}`` for what varies, stands beside its Chinese form. A sentence that is
not known is shown as it is. ``Testing/library/test_sentences_zh.py`` reads the sources and names what is missing.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS, region_term
from .sentences_zh_burden import BURDEN
from .sentences_zh_findings import FINDINGS
from .sentences_zh_followup import FOLLOWUP
from .sentences_zh_planar import PLANAR
from .sentences_zh_reports import REPORTS
from .sentences_zh_studies import STUDIES
from .sentences_zh_volumes import VOLUMES

# What stands for a name or for foreign words is never translated, whatever it is called.
_AS_IT_IS = {"name", "names", "text"}
_FIELD = re.compile(r"\{(\w+)\}")
_AND_MORE = re.compile(r"(.+) and (\d+) more")
_SEPARATORS = (("; ", "；"), (", ", "、"), (" and ", "和"), (" + ", " + "))
_ENTRY = re.compile(r"\[(\d+)\] (.+)", re.DOTALL)
_NAMELESS = {"the report": "报告", "the file": "文件", "the folder": "该文件夹"}
_LONGEST = 2000
# Patterns with fewer letters are of parts of sentences, and would match what nobody knows.
_LEAST_LETTERS = 12


def in_chinese(sentence: str) -> str:
    """Return a sentence of the library in Chinese; as it is where it is not known.

    Examples
    --------
    >>> in_chinese("scan.dcm is empty: every pixel is zero")
    'scan.dcm 为空白图像：所有像素均为零'
    """
    if len(sentence) > _LONGEST:
        return sentence
    known = _translated(sentence, _LEAST_LETTERS)
    if known is not None:
        return known
    as_list = _part(sentence)
    return sentence if re.search("[A-Za-z]{3}", as_list) else as_list


@lru_cache(maxsize=1000)
def _translated(sentence: str, least: int) -> str | None:
    """Return a sentence or a part of one in Chinese, None where it is not known."""
    if sentence in _places():
        return _places()[sentence]
    for letters, landmark, pattern, fields, chinese in _patterns():
        if fields and letters < least:
            continue
        if landmark in sentence and (match := pattern.fullmatch(sentence)):
            said = zip(fields, match.groups(), strict=True)
            return chinese.format(**{name: _name(text) if name in _AS_IT_IS else _part(text) for name, text in said})
    return None


def _name(text: str) -> str:
    """Return what stands for a name: a file's as it is, "the report" in Chinese."""
    if more := _AND_MORE.fullmatch(text):
        return f"{more[1]} 等（另有 {more[2]} 个）"
    if text.startswith("bundle.json of "):
        return f"{text.removeprefix('bundle.json of ')} 的 bundle.json"
    return _NAMELESS.get(text, text)


def _part(text: str) -> str:
    """Return a part of a sentence in Chinese: a phrase, or several with commas, "and" or semicolons between them."""
    if "; [" in text:
        return "；".join(_part(piece) for piece in text.split("; "))
    known = _translated(text, _LEAST_LETTERS)
    if known is not None:
        return known
    if "; " not in text and (entry := _ENTRY.fullmatch(text)):
        return f"[{entry[1]}] {_part(entry[2])}"
    for separator, chinese in _SEPARATORS:
        if separator in text:
            return chinese.join(_part(piece) for piece in text.split(separator))
    return _translated(text, 0) or text


@cache
def _places() -> dict[str, str]:
    """Return the places of hot spots, as they stand in lists of changes."""
    bones = [
        (bone.name, side, level)
        for bone in REPORTING_REGIONS
        for side in (("left", "right") if bone.sided else ("midline",))
        for level in ("", *bone.levels)
    ]
    sites = [(site.name, side, "") for site in PHYSIOLOGICAL_SITES for side in ("left", "right", "midline")]
    return {region_term(*place): region_term(*place, lang="zh") for place in (*bones, *sites)}


@cache
def _patterns() -> tuple[tuple[int, str, re.Pattern[str], tuple[str, ...], str], ...]:
    """Return letters, landmark, pattern, fields and Chinese form of each sentence, the most particular first."""
    found = []
    for english, chinese in (*PLANAR, *STUDIES, *VOLUMES, *REPORTS, *FINDINGS, *BURDEN, *FOLLOWUP):
        literals = _FIELD.split(english)[::2]
        fields = tuple(_FIELD.findall(english))
        pattern = "(.+?)".join(re.escape(literal) for literal in literals)
        found.append((sum(map(len, literals)), max(literals, key=len), re.compile(pattern, re.DOTALL), fields, chinese))
    return tuple(sorted(found, key=lambda one: -one[0]))
