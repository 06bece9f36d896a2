"""The headings of a report's sections in Chinese and English, as hospitals write them (floor 1).

Headings are looked for in half-width, simplified text (``report.normalise``). A heading is

- words and a colon, at the start of a line or after a sentence's end;
- words in square or lenticular brackets at the start of a line, with a colon or without;
- unambiguous words alone on their line;
- unambiguous words in capitals and a dash: ``IMPRESSION - ...``;
- unambiguous words in a cell of their own: a tab, or two spaces and more, behind them.

A list's number or mark may stand before them, spaces between the characters of Chinese ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Section, words that are a heading even without a colon, words that need one (or brackets).
_SECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "findings",
        """
        检查所见及诊断意见 检查所见及诊断 影像所见及诊断 检查所见 影像学所见 影像所见 影像学表现 影像表现
        检查表现 放射学表现 放射学所见
        核医学所见 显像所见 显像表现 骨显像所见 扫描所见 检查描述 影像描述 影像学描述 报告所见 所见
        findings/impressions? findings_(?:and|&)_impressions?
        (?:radiological_|imaging_|scintigraphic_|bone_scan_)?findings
        """,
        "表现 描述 检查结果 报告内容 report description results?",
    ),
    (
        "impression",
        """
        诊断意见及建议 诊断意见 诊断印象 影像学诊断 影像诊断 放射学诊断 核医学诊断 检查诊断 检查意见 检查结论
        检查印象 检查提示
        诊断结论 诊断提示 初步诊断意见 印象及建议 结论及建议 印象 结论
        (?:final_|overall_)?impressions?(?:_and_recommendations?)? conclusions?(?:_and_recommendations?)? opinion
        radiological_diagnosis imaging_diagnosis
        """,
        "提示 意见 总结 summary comments?",
    ),
    (
        "clinical",
        """
        临床诊断 临床资料 临床病史 临床信息 临床表现 病史摘要 简要病史 主诉 检查目的 检查原因
        clinical_(?:history|information|indications?|data|details|diagnosis|question|context)
        reason_for_(?:exam|examination|study|test) patient_history
        """,
        "病史 history indications?",
    ),
    (
        "technique",
        """
        检查项目 检查方法 检查技术 检查名称 检查部位 扫描方法 显像方法 显像剂
        technique procedure_description radiopharmaceuticals? procedure/technique
        """,
        "方法 技术 procedure examination exam radiotracer tracer protocol",
    ),
    (
        "comparison",
        "comparison_studies comparisons? prior_(?:studies|exams?|examinations?)",
        "对比 比较 既往检查 priors?",
    ),
    ("advice", "诊疗建议 recommendations? follow-up_recommendations?", "建议 处理意见 advice"),
    # What it is depends on where it stands: before the findings it is the referrer's, after them the reader's.
    ("diagnosis", "", "诊断 diagnosis"),
)
# Every repetition is bounded, and two of white space never meet: a file made for it cannot make the search slow.
_SPACE = r"[ \t]"
_SPACES = rf"{_SPACE}{{0,20}}"
_NUMBER = r"(?:[一二三四五六七八九十]{1,3}[、.:,]|[(][一二三四五六七八九十\d]{1,2}[)]|\d{1,2}[.、)])"
_MARK = rf"{_SPACES}(?:[#*\-•●◆■▲]{{1,6}}{_SPACES})?(?:{_NUMBER}{_SPACES})?"
_COLON = rf"[*]{{0,2}}{_SPACES}[:∶﹕][*]{{0,2}}"


def _words(words: str) -> str:
    """Return words as a pattern: a space within English ones is ``_``; Chinese ones may be spaced out."""
    patterns = []
    for word in words.split():
        spaced = word.replace("_", rf"{_SPACE}{{1,4}}")
        chinese = all("\u4e00" <= character <= "\u9fff" for character in word)
        patterns.append(rf"{_SPACE}{{0,6}}".join(word) if chinese else spaced)
    return "|".join(patterns)


def _forms(*, at_line_start: bool) -> re.Pattern[str]:
    """Return the pattern of a heading after its mark, one named group per section."""
    parts = []
    for section, clear, unclear in _SECTIONS:
        any_words = _words(f"{clear} {unclear}")
        forms = [rf"[【\[〖《(]?(?:{any_words})[】\]〗》)]?{_COLON}"]
        if at_line_start:
            forms.append(rf"[【\[〖]{_SPACE}{{0,4}}(?:{any_words}){_SPACE}{{0,4}}[】\]〗]")
        if at_line_start and clear:
            forms.append(rf"[《(]?(?:{_words(clear)})[》)]?[*]{{0,2}}{_SPACES}$")
            capitals = re.sub(r"(?<!\\)[a-z]", lambda letter: letter[0].upper(), _words(clear))
            # A table's cell beside its text.
            forms.append(rf"(?:{_words(clear)})(?:\t|{_SPACE}{{2,20}})(?=\S)")
            forms.append(rf"(?-i:{capitals}){_SPACE}{{1,4}}[-–—]{{1,3}}{_SPACE}")
        parts.append(f"(?P<{section}>{'|'.join(forms)})")
    return re.compile("|".join(parts), re.IGNORECASE | re.MULTILINE)


_AT_LINE_START, _AFTER_SENTENCE = _forms(at_line_start=True), _forms(at_line_start=False)
_FIRST_LETTERS = "".join(
    sorted({word[0] for _, *lists in _SECTIONS for words in lists for word in words.split()} - {"("})
)
# English first letters of optional words, which start with a bracket in the table above, come from their own words.
_START = re.compile(
    rf"(?:^|(?<=[\n。;.])){_MARK}(?=[【\[〖《({_FIRST_LETTERS}bfiors])", re.IGNORECASE | re.MULTILINE
)  # fmt: skip


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
    found = []
    for start in _START.finditer(text):
        at_line_start = start.start() == 0 or text[start.start() - 1] == "\n"
        forms = _AT_LINE_START if at_line_start else _AFTER_SENTENCE
        match = forms.match(text, start.end())
        if match is not None:
            found.append(Heading(start.start(), match.end(), match.lastgroup or ""))
    last_findings = max((one.start for one in found if one.section == "findings"), default=-1)
    return [
        Heading(one.start, one.end, "clinical" if one.start < last_findings else "impression")
        if one.section == "diagnosis"
        else one
        for one in found
    ]


def is_heading(line: str) -> bool:
    """Return whether a line, half-width and simplified, is a heading and nothing else."""
    line = line.strip()
    found = headings(line)
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(line))
