"""Reports saved as Rich Text and as web pages."""

from __future__ import annotations

import pytest

from BoneMetSegLib.report_files import read_report

from .report_documents import CHINESE, save


def _rtf(body: bytes, head: bytes = b"") -> bytes:
    return rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1 Arial;}}" + head + body + b"}"


def _hex(text: str, codec: str = "gbk") -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode(codec))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (_rtf(b"\\f0 " + b"\\par ".join(_hex(line) for line in CHINESE.split("\n"))), CHINESE),
        (_rtf(b"\\uc1" + b"".join(b"\\u%d?" % ord(one) for one in "左侧第7肋")), "左侧第7肋"),
        (_rtf(b"\\uc2 L3\\u25918\\'b7\\'c5\\u-29218\\'b7\\'c5 x", b"{\\*\\generator y;}{\\info{\\author Secret}}"), "L3放跞 x"),
        (_rtf(b"left\\cell rib 7\\row {\\v hidden}{\\*\\x gone}\\{L3\\}\\~x"), "left\trib 7\n{L3} x"),
        (rb"{\rtf1\ansi\ansicpg950 " + _hex("左側第7肋", "big5") + b"}", "左側第7肋"),
        (rb"{\rtf1 unbalanced}}}} {{{ text", "unbalanced  text"),
    ],
    ids=["gbk", "unicode", "both", "table", "big5", "unbalanced"],
)  # fmt: skip
def test_rich_text(tmp_path, data, text):
    report = read_report(save(tmp_path, data))
    assert (report.text, report.encoding) == (text, "RTF")


@pytest.mark.parametrize("codec", ["utf-8", "gb2312"])
def test_web_pages(tmp_path, codec):
    page = (
        f'<!DOCTYPE html><html><head><meta charset="{codec}"><title>Secret</title><style>p {{}}</style></head><body>'
        "<h1>骨显像</h1><p>检查所见：<br>左侧&#31532;7肋&nbsp;浓聚</p><table><tr><td>诊断意见</td><td>骨\n转移</td></tr></table>"
        "<script>alert('x')</script></body></html>"
    )
    report = read_report(save(tmp_path, page.encode(codec)))
    assert report.text == "骨显像\n检查所见：\n左侧第7肋 浓聚\n诊断意见\t骨 转移"
    assert [clause.section for clause in report.clauses] == ["", "findings", "impression"]
    assert report.encoding == {"utf-8": "HTML, UTF-8", "gb2312": "HTML, GB18030"}[codec]


def test_a_files_line_may_end_within_a_chinese_character(tmp_path):
    wrapped = _rtf(b"\\f0 " + _hex("左侧第7肋见浓聚").replace(b"\\'", b"\r\n\\'"))
    assert read_report(save(tmp_path, wrapped)).text == "左侧第7肋见浓聚"


def test_the_default_font_says_the_code_page_of_rich_text(tmp_path):
    data = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fcharset0 Arial;}}"
    data += _hex("左侧") + rb"\par \f1 rib 7\par \plain " + _hex("转移") + b"}"
    assert read_report(save(tmp_path, data)).text == "左侧\nrib 7\n转移"


def test_text_boxes_of_rich_text_are_read_and_what_was_deleted_is_not(tmp_path):
    box = rb"{\shp{\*\shpinst\shpleft1{\sp{\sn shapeType}{\sv 202}}{\shptxt " + _hex("左侧") + rb"\par}}}"
    data = _rtf(b"\\f0 " + box + b"{\\deleted " + _hex("右侧") + b"}" + _hex("转移"))
    assert read_report(save(tmp_path, data)).text == "左侧\n转移"


def test_a_piece_of_a_web_page_is_a_web_page(tmp_path):
    report = read_report(save(tmp_path, "<h2>检查所见</h2><span>左侧</span><h2>诊断意见</h2>转移".encode()))
    assert report.text == "检查所见\n左侧\n诊断意见\n转移"
