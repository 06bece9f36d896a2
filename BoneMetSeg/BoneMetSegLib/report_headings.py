"""The headings of a report's sections in Chinese and English, as hospitals write them (floor 1).

Headings are looked for in half-width, simplified text (``report.normalise``). A heading is a phrase of known words

- with a colon: at the start of a line, after a sentence's end, or (unambiguous ones) after white space;
- in square, lenticular or angle brackets, or between rules (``=== Findings ===``), at the start of a line;
- unambiguous and alone on its line, in a table's cell (a tab, or two spaces and more, behind it), or before a dash.

A list's number or mark may stand before it, spaces between Chinese characters; both languages may stand side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# What may stand before a heading's last word: "全身骨显像所见", "Whole body bone scan findings".
_ZH_KIND = "(?:全身|局部|断层|骨骼?|放射性?|核素|核医学|影像|放射|医学|学|显像|扫描|检查|报告|融合|图像|本次)"
_EN_KIND = (
    "(?:radiolog(?:y|ical|ic)|radiologist(?:'s)?|imaging|image|scintigraphic|scintigraphy|whole|body|bone|scan|planar|spect|"
    "ct|pet|nuclear|medicine|skeletal|key|relevant|final|overall|diagnostic|preliminary|report|provisional)"
)
# Section, words that are a heading even without a colon, words that need one (or brackets). "_": a space.
_SECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "findings",
        f"{_ZH_KIND}{{0,5}}所见(?:描述)? {_ZH_KIND}{{1,5}}(?:表现|描述|结果) (?:{_EN_KIND}_){{0,5}}findings",
        f"表现 描述 结果 报告内容 (?:{_EN_KIND}_){{0,5}}(?:finding|results?|description|observations?|report)",
    ),
    (
        "impression",
        f"""
        {_ZH_KIND}{{0,5}}(?:印象|结论|诊断印象) {_ZH_KIND}{{1,5}}(?:诊断|意见|提示|诊断意见|诊断结论|诊断建议)
        诊断(?:意见|印象|结论|提示|结果|建议) (?:初步|最后|最终|综合)(?:诊断|意见|诊断意见|结论|印象)
        (?:{_EN_KIND}_){{0,5}}(?:impressions?|conclusions?|opinion|interpretation)
        (?:{_EN_KIND}_){{1,5}}diagnos[ei]s
        """,
        "提示 意见 总结 summary comments? assessment",
    ),
    (
        "clinical",
        """
        临床(?:诊断|资料|病史|信息|表现|症状|印象|情况) (?:简要|现|既往)病史 病史(?:摘要|资料) 病历摘要 主诉 现病史
        既往史 (?:申请|送检|入院|门诊)诊断 (?:检查|申请)(?:目的|原因)
        clinical_(?:history|information|indications?|data|details|diagnos[ei]s|question|context|background|statement)
        clinical_notes? (?:reason|indications?)_for_(?:the_)?(?:exam|examination|study|test|referral|scan|request)
        (?:patient|medical)_history
        """,
        "病史 体征 (?:brief_|relevant_)?history indications? symptoms?",
    ),
    (
        "technique",
        f"""
        (?:检查|扫描|显像|成像)(?:项目|方法|技术|名称|部位|类型|设备|药物|参数) 显像剂
        (?:{_EN_KIND}_){{0,3}}(?:technique|protocol) procedure_description radiopharmaceuticals?
        """,
        f"""
        方法 技术 药物 (?:{_EN_KIND}_){{0,3}}(?:procedure|examination|exam|study) radiotracer tracer methods?
        type_of_(?:study|exam|examination)
        """,
    ),
    (
        "comparison",
        """
        (?:前片|既往片?|历史)对比 对比(?:检查|片) comparisons? comparison_(?:study|studies|exams?|examinations?)
        (?:prior|previous)_(?:study|studies|exams?|examinations?|scans?|imaging)
        """,
        "对比 比较 对照 既往检查 priors?",
    ),
    (
        "advice",
        "(?:诊疗|处理|随访|复查)建议 (?:follow-up_)?recommendations?",
        "建议 处理意见 advice suggestions? plan follow-up",
    ),
    # What it is depends on where it stands: before the findings it is the referrer's, after them the reader's.
    ("diagnosis", "", "诊断 diagnos[ei]s"),
)
# Ambiguous words that are a heading alone on their line, with a capital: "Report" or "Bone scan study" is a title.
_OF_A_SECTION = re.compile(r"(?=[A-Z])(?i:(?!.*(?:report|study|exam|examination|procedure|description)$))")
_NEUTRAL = re.compile(f"(?:{_EN_KIND}|{_ZH_KIND}|[ -]){{1,20}}")


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(word.replace("_", " ") for word in words.split()) or r"(?!)")


_WORDS = [(section, _pattern(clear), _pattern(unclear)) for section, clear, unclear in _SECTIONS]
# Every repetition is bounded, and two of white space never meet: a file made for it cannot make the search slow.
_SPACES = r"[ \t]{0,20}"
_NUMBER = r"(?:[一二三四五六七八九十]{1,3}[、.:,]|[(][一二三四五六七八九十\d]{1,2}[)]|\d{1,2}[.、)]|[①-⑳⑴-⒇])"
_MARK = rf"{_SPACES}(?:[#*\-•●○◆◇■□▲△▶►★☆]{{1,6}}{_SPACES})?(?:{_NUMBER}{_SPACES})?"
_PHRASE = r"([A-Za-z\u4e00-\u9fff](?:[A-Za-z\u4e00-\u9fff/&|,()'-]|[ \t]{1,6}(?![ \t])){0,60}?)"
_REMARK = r"(?:[ \t]?[(][^()\n:]{1,40}[)])?"  # "Findings (3 h p.i.):"
_COLON = re.compile(
    rf"[*_]{{0,3}}[【\[〖〔「『《(<]?{_PHRASE}{_REMARK}[】\]〗〕」』》)>]?[*_]{{0,3}}{_SPACES}[:∶﹕][*_]{{0,3}}"
)
_BRACKETS = re.compile(rf"[【\[〖〔「『<]{_SPACES}{_PHRASE}{_SPACES}[】\]〗〕」』>]")
_RULES = re.compile(rf"[=\-_*~]{{2,40}}{_SPACES}{_PHRASE}{_SPACES}[=\-_*~]{{2,40}}{_SPACES}$", re.MULTILINE)
_ALONE = re.compile(rf"[《(]?{_PHRASE}[》)]?[*_]{{0,3}}{_SPACES}$", re.MULTILINE)
_CELL = re.compile(rf"{_PHRASE}(?:\t|[ \t]{{2,20}})(?=\S)")
_DASH = re.compile(rf"{_PHRASE}{_SPACES}(?:[-–—]{{1,3}}(?=[ \t\u4e00-\u9fff]|$)|[–—]{{1,3}}(?![–—]))", re.MULTILINE)
_START = re.compile(
    rf"(?:^|(?<=[\n。;.])){_MARK}(?=[=_~【\[〖〔「『《(<A-Za-z\u4e00-\u9fff])|(?<=[ \t])(?=[A-Z\u4e00-\u9fff])",
    re.MULTILINE,
)
_EDGE_FORMS = (_ALONE, _CELL, _DASH)  # for unambiguous words at the start of a line
_PART = re.compile(r"[\u4e00-\u9fff](?:[ \t]*[\u4e00-\u9fff])*|[A-Za-z][A-Za-z' \t-]*")
_AND = re.compile(r"\band\b|[及和与]")


@dataclass(frozen=True)
class Heading:
    """A heading ``text[start:end]`` and its section.

    Sections are "impression", "findings", "clinical", "technique", "comparison" and "advice".
    """

    start: int
    end: int
    section: str


def headings(text: str) -> list[Heading]:
    """Return the headings in half-width, simplified ``text``, in order."""
    found: list[Heading] = []
    for start in _START.finditer(text):
        if found and start.start() < found[-1].end:
            continue
        heading = _heading_at(text, start.start(), start.end())
        if heading is not None:
            found.append(heading)
    last_findings = max((one.start for one in found if one.section == "findings"), default=-1)
    return [
        Heading(one.start, one.end, "clinical" if one.start < last_findings else "impression")
        if one.section == "diagnosis"
        else one
        for one in found
    ]


def _heading_at(text: str, start: int, words: int) -> Heading | None:
    """Return the heading whose mark starts at ``start`` and whose words start at ``words``."""
    before = text[start - 1 : start]
    match = _COLON.match(text, words)
    if match is not None:
        section, is_clear = _section_of(match[1])
        if section and (is_clear or before not in (" ", "\t")):
            return Heading(start, match.end(), section)
    if before not in ("", "\n"):
        return None
    for form in (_BRACKETS, _RULES, *_EDGE_FORMS):
        match = form.match(text, words)
        if match is not None:
            section, is_clear = _section_of(match[1])
            if section and (is_clear or form not in _EDGE_FORMS or (form is _ALONE and _OF_A_SECTION.match(match[1]))):
                return Heading(start, match.end(), section)
    return None


@lru_cache(maxsize=10_000)
def _section_of(phrase: str) -> tuple[str, bool]:
    """Return the section that a phrase heads and whether its words are unambiguous; "" where it is no heading.

    Each part (of two languages, or joined by "and") must be known; the first one decides.
    """
    found: tuple[str, bool] = "", False
    for part in _PART.findall(phrase.lower()):
        joined = "".join(part.split()) if part[0] > "\u4e00" else " ".join(part.split())
        for words in (joined,) if _known(joined)[0] else (one.strip() for one in _AND.split(joined)):
            known = _known(words)
            if not known[0] and not _NEUTRAL.fullmatch(words):
                return "", False
            found = found if found[0] else known
    return found


def _known(words: str) -> tuple[str, bool]:
    for section, clear, unclear in _WORDS:
        is_clear = clear.fullmatch(words) is not None
        if is_clear or unclear.fullmatch(words):
            return section, is_clear
    return "", False


def section_of(phrase: str) -> str:
    """Return the section that half-width, simplified words head, "diagnosis" where it depends on their place, or ""."""
    match = re.fullmatch(_PHRASE + _REMARK, phrase)
    return _section_of(match[1])[0] if match else ""


def is_heading(line: str) -> bool:
    """Return whether a line, half-width and simplified, is a heading and nothing else."""
    line = line.strip()
    found = headings(line)
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(line))
