"""Report files: encodings, and what is no text."""

from __future__ import annotations

import codecs

import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report, report_from_text

CHINESE = "检查所见：\r\n左侧第7肋见放射性浓聚灶，考虑骨转移。\r\n诊断意见：多发骨转移瘤。"
ENGLISH = "Findings: Focal increased uptake in the left 7th rib.\nImpression: Metastasis – likely."


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CHINESE.encode("utf-8"), "UTF-8"),
        (CHINESE.encode("utf-8-sig"), "UTF-8"),
        (CHINESE.encode("gb18030"), "GB18030"),
        (CHINESE.encode("gbk"), "GB18030"),
        (CHINESE.encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "UTF-16"),
        (codecs.BOM_UTF32_LE + CHINESE.encode("utf-32-le"), "UTF-32"),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "gbk", "utf-16", "utf-16 big-endian", "utf-32"],
)
def test_the_same_text_in_every_encoding(tmp_path, data, encoding):
    path = tmp_path / "report.txt"
    path.write_bytes(data)
    report = read_report(path)
    assert report.text == CHINESE.replace("\r\n", "\n")
    assert report.encoding == encoding
    assert report.language == "zh"
    assert [report.clause_text(clause) for clause in report.clauses] == [
        "左侧第7肋见放射性浓聚灶,考虑骨转移。", "多发骨转移瘤。"
    ]  # fmt: skip


def test_english_and_a_path_as_text(tmp_path):
    path = tmp_path / "报告.txt"
    path.write_text(ENGLISH, encoding="utf-8")
    report = read_report(str(path))
    assert (report.language, report.text) == ("en", ENGLISH)


def test_text_given_directly_is_the_same_report(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(ENGLISH, encoding="utf-8")
    assert report_from_text(ENGLISH).clauses == read_report(path).clauses


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (codecs.BOM_UTF8, "holds no words"),
        ("123 ，。".encode(), "holds no words"),
        (b"%PDF-1.7 words", "damaged and cannot be read as PDF"),
        (b"PK\x03\x04words", "Word document"),
        (b"\xd0\xcf\x11\xe0words", "Office document of the old kind"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), r"Word document of the old kind \(\.doc\)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le"), "Excel workbook"),
        (b"{\\rtf1 }", "no words"),
        (b"Rar!\x1a\x07", "compressed file"),
        (b"\x89PNG\r\n", "picture"),
        (b"BM\x00\x00\x00\x00 words", "picture"),
        (b"\0" * 128 + b"DICM words", "DICOM"),
        (b"<!DOCTYPE html><script>words</script>", "no words"),
        (b'<?xml version="1.0"?><ClinicalDocument>words</ClinicalDocument>', "HL7 CDA"),
        (b'<?xml version="1.0"?><words/>', "XML"),
        (b"words \x00\x01", "control characters"),
        (b"w\0o\0r\0\1\2\3\0", "control characters"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>words</html>", "web archive"),
        (b"words \xff\xff\xff", "not text"),
        (codecs.BOM_UTF16_LE + b"a", "not text"),
        (b"word " * 250_000, "larger than 1 MB"),
    ],
)
def test_what_is_no_report_is_refused_with_the_files_name(tmp_path, data, fault):
    path = tmp_path / "report.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"^report\.txt.*{fault}"):
        read_report(path)


def test_a_report_that_starts_with_bm_is_no_bitmap(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("BMD was normal. No metastasis.", encoding="utf-8")
    assert read_report(path).clauses


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InputError, match=r"^none\.txt does not exist"):
        read_report(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is a folder"):
        read_report(tmp_path)


@pytest.mark.parametrize("text", ["", "  \n", "。。", "bad \x00 text", "x" * 1_000_001])
def test_texts_that_are_refused(text):
    with pytest.raises(InputError, match="report"):
        report_from_text(text)


@pytest.mark.parametrize("tail", [b"\x1a", b""])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "gb18030"])
def test_a_text_without_a_mark_of_its_encoding_and_with_that_of_old_systems_at_its_end(tmp_path, codec, tail):
    path = tmp_path / "report.txt"
    path.write_bytes("检查所见：\n左侧第7肋见异常浓聚。".encode(codec) + (tail if codec == "gb18030" else b""))
    assert read_report(path).text == "检查所见：\n左侧第7肋见异常浓聚。"
