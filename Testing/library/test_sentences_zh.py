"""What the library says, in Chinese: every sentence that the panel can meet has its Chinese form.

The sentences are read from the sources, so that a new one is named here until it is translated.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from BoneMetSegLib.sentences_zh import _part, _patterns, in_chinese
from BoneMetSegLib.sentences_zh_burden import BURDEN
from BoneMetSegLib.sentences_zh_findings import FINDINGS
from BoneMetSegLib.sentences_zh_followup import FOLLOWUP
from BoneMetSegLib.sentences_zh_planar import PLANAR
from BoneMetSegLib.sentences_zh_reports import REPORTS
from BoneMetSegLib.sentences_zh_studies import STUDIES
from BoneMetSegLib.sentences_zh_volumes import VOLUMES

LIBRARY = Path(__file__).resolve().parents[2] / "BoneMetSeg" / "BoneMetSegLib"
ALL = (*PLANAR, *STUDIES, *VOLUMES, *REPORTS, *FINDINGS, *BURDEN, *FOLLOWUP)

# Files whose sentences the panel can meet: what reads scans and reports, flags, reviews, stores and opens.
FILES = sorted(
    path
    for pattern in (
        "dicom_*", "planar_*", "spect_*", "suv", "volume_*", "nrrd_*", "metaimage_header", "itk_volume", "deflated_dicom",
        "scan_files", "scan_transfer", "study_*", "zipped_study", "report", "report_choice", "report_files",
        "report_of_scan", "reading_limits", "docx_report", "hl7_report", "html_report", "pdf_report", "rtf_report",
        "sr_report", "table_report", "text_encodings", "quality_*", "review", "review_session", "case_edits",
        "stored_case", "maps_file", "seg_nrrd", "scene_scan", "scene_store", "bundle", "resources",
        "followup", "same_patient", "comparison_notes", "response_categories", "repeatability",
    )
    for path in LIBRARY.glob(f"{pattern}.py")
)  # fmt: skip

# Strings with two blanks and more that no user sees, or that are the same in both languages.
SILENT = re.compile(
    r"RECON GATED TOMO|HAS \w+ \w+|DCM \d.*|LN \d.*|.*\\\(.*|^\W*$|signed short int|unsigned short int|number of domain axes"
    r"|NRRD000.*|# .*|type: .*|dimension: .*|sizes: .*|space .*|kinds: .*|[\d. ⟨⟩-]+|a mask of .*|Reference image geometry"
    r"|DICOM Encapsulated PDF|HL7 v2, .*|square root of counts .*|⟨\d⟩ x ⟨\d⟩( mm)?|pip install .*|.*does not fit a view.*"
    r"|⟨1⟩ and ⟨2⟩( more)?|Patient Orientation .*|⟨1⟩, (not )?accepted, ⟨2⟩"
    r"|a scan comes back as .*|the scans are not in the order of .*|there is no scan on or before .*|a planar case has .*|maps\.npz of ⟨1⟩"
    r"|(p div|报告|表现|方法|诊断|fonttbl|\s).*|(?s:.*fonttbl.*)",
)


# Calls whose texts nobody reads: patterns, the log, lists of words.
UNSHOWN = ("compile", "debug", "info", "warning", "error", "exception", "split")

# Fields of some files that hold a word or nothing.
WORDS = {
    "quality_uptake": {"where": ("", " left")},
    "planar_checks": {"where": ("", " (Pixel Spacing)")},
    "study_contents": {"is_are": ("is", "are")},
    "study_series": {"fault": ("names none", "names 2")},
}


def _spoken_fields(node: ast.expr, numbers: Iterator[int], words: Mapping[str, Sequence[str]]) -> list[str]:
    """Return how an expression may read: its text, with ``⟨1⟩`` for what is known only when it runs."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*_spoken_fields(node.body, numbers, words), *_spoken_fields(node.orelse, numbers, words)]
    if isinstance(node, ast.JoinedStr):
        parts = [_spoken_fields(value, numbers, words) for value in node.values]
        return ["".join(choice) for choice in itertools.product(*parts)]
    if isinstance(node, ast.FormattedValue):
        if isinstance(node.value, ast.IfExp):
            return _spoken_fields(node.value, numbers, words)
        if isinstance(node.value, ast.Name) and node.value.id in words:
            return list(words[node.value.id])
        return [f"'⟨{next(numbers)}⟩'" if node.conversion == ord("r") else f"⟨{next(numbers)}⟩"]
    return [f"⟨{next(numbers)}⟩"]


def sentences_of(path: Path) -> dict[str, int]:
    """Return what a file may say, with the line of each: strings of three words and more, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            silent.add(id(node.value))  # docstrings
        if isinstance(node, ast.JoinedStr):
            silent.update(id(part) for value in node.values for part in ast.walk(value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in UNSHOWN:
            silent.update(id(part) for part in ast.walk(node))
    found = {}
    for node in ast.walk(tree):
        if id(node) in silent or not (
            isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        ):
            continue
        for sentence in _spoken_fields(node, itertools.count(1), WORDS.get(path.stem, {})):
            if sentence.strip().count(" ") >= 2 and not SILENT.fullmatch(sentence.strip()):
                found[sentence] = node.lineno
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_reader_in_chinese_gets_every_sentence_in_chinese(path):
    lines = []
    for sentence, line in sentences_of(path).items():
        chinese = in_chinese(sentence)
        chinese = chinese if chinese != sentence else _part(sentence)  # what is said as a part of other sentences
        if chinese == sentence:
            lines.append(f"{path.name}:{line}: no Chinese form in sentences_zh_*.py: {sentence}")
        elif missing := set(re.findall("⟨.⟩", sentence)) - set(re.findall("⟨.⟩", chinese)):
            lines.append(f"{path.name}:{line}: {missing} lost: {sentence} - {chinese}")
    assert not lines, "\n" + "\n".join(lines)


def test_the_sentences_are_really_read():
    assert len(FILES) > 50
    assert sum(len(sentences_of(path)) for path in FILES) > 300


@pytest.mark.parametrize(("english", "chinese"), ALL, ids=[english[:60] for english, _ in ALL])
def test_no_field_is_lost_or_added_by_the_translation(english, chinese):
    assert sorted(re.findall(r"\{(\w+)\}", english)) == sorted(re.findall(r"\{(\w+)\}", chinese))
    assert re.search("[\u4e00-\u9fff]", chinese) or re.fullmatch(r"[^A-Za-z]*(\{\w+\}[^{}]*)+", chinese)


def test_each_sentence_has_one_chinese_form():
    english = [one for one, _ in ALL]
    assert sorted(english) == sorted(set(english))
    assert len(_patterns()) == len(ALL)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("scan.dcm is empty: every pixel is zero", "scan.dcm 为空白图像：所有像素均为零"),
        (
            "The anterior view has 0.81 million counts; below 1.5 million the Bone Scan Index is less sure.",
            "前位计数为 0.81 百万；低于 1.5 百万时骨显像指数的可靠性下降。",
        ),
        ("The left injection site is in the picture (310 mm2, H07); it is no lesion.", "图像中可见左侧注射点（310 mm2，H07）；不是病灶。"),
        ("The injection site is in the picture (310 mm2, H07); it is no lesion.", "图像中可见注射点（310 mm2，H07）；不是病灶。"),
        (
            "study holds no bone scan: it holds CT (204), a SPECT volume (1); a planar whole-body scan or a SPECT volume "
            "of modality NM is needed",
            "study 中没有骨显像：其中有CT（204）、SPECT 断层图像（1）；需要模态为 NM 的平面全身显像或 SPECT 断层图像",
        ),
        (
            "The view called posterior looks like an anterior one: if it is, left and right are wrong too.",
            "标为后位的图像看似前位：若确实如此，则左右也有误。",
        ),
        ("One thing, and another (that nobody translated)", "One thing, and another (that nobody translated)"),
        ("left", "左"),
        ("", ""),
    ],
)  # fmt: skip
def test_sentences_as_they_are_said(english, chinese):
    assert in_chinese(english) == chinese


def test_a_name_is_not_translated_even_where_it_is_a_word():
    assert in_chinese("left is a folder; give the report's file") == "left 是文件夹；请给出报告文件"


def test_an_absurdly_long_sentence_costs_nothing():
    sentence = "a; " * 5000
    assert in_chinese(sentence) == sentence
