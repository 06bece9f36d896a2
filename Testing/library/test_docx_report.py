"""Reports in Word: what a reader of the document sees, in its order."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from BoneMetSegLib.docx_report import docx_text
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report

from .report_documents import CHINESE, FINDINGS_ZH, IMPRESSION_ZH, save, word


def _saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _changed(data: bytes, part: str, change) -> bytes:
    """The document with the text of one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def _in_body(xml: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("Findings:")
    document.element.body.insert(1, parse_xml(xml))
    return _saved(document)


def test_paragraphs_and_sections_are_read(tmp_path):
    report = read_report(save(tmp_path, word(CHINESE.split("\n")), "报告.docx"))
    assert (report.text, report.encoding, report.language) == (CHINESE, "DOCX", "zh")
    assert [(clause.section, report.text[clause.start : clause.end]) for clause in report.clauses] == [
        ("findings", FINDINGS_ZH), ("impression", IMPRESSION_ZH)
    ]  # fmt: skip


def test_header_comes_first_footer_last_and_table_rows_are_lines():
    data = word(["检查所见：L3浓聚"], header="某某医院", footer="核医学科", table=[["左侧", "第7肋"], ["右侧", "股骨"]])
    assert docx_text("a.docx", data) == "某某医院\n检查所见：L3浓聚\n左侧\t第7肋\n右侧\t股骨\n核医学科"


def test_a_form_made_of_a_table_has_its_sections(tmp_path):
    data = word([], table=[["检查所见", FINDINGS_ZH], ["诊断意见", IMPRESSION_ZH]])
    report = read_report(save(tmp_path, data))
    assert [clause.section for clause in report.clauses] == ["findings", "impression"]


def test_tables_stand_between_the_paragraphs_where_the_author_put_them():
    document = docx.Document()
    document.add_paragraph("before")
    document.add_table(rows=1, cols=1).cell(0, 0).text = "cell"
    document.add_paragraph("after")
    assert docx_text("a.docx", _saved(document)) == "before\ncell\nafter"


def test_text_boxes_and_content_controls_are_read_once():
    space = nsdecls("w") + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>left rib 7</w:t></w:r></w:p></w:txbxContent>"
    data = _in_body(
        f"<w:p {space}><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        f"</mc:AlternateContent></w:r></w:p>"
    )
    assert docx_text("a.docx", data) == "Findings:\nleft rib 7"
    control = (
        f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent><w:p><w:r><w:t>L3</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    assert docx_text("a.docx", _in_body(control)) == "Findings:\nL3"


def test_what_was_deleted_or_hidden_is_not_read():
    data = _in_body(
        f"<w:p {nsdecls('w')}><w:del><w:r><w:delText>right</w:delText></w:r></w:del><w:ins><w:r><w:t>left</w:t></w:r></w:ins>"
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:tab/><w:t>rib</w:t><w:br/><w:t>7</w:t></w:r></w:p>"
    )
    assert docx_text("a.docx", data) == "Findings:\nleft\trib\n7"


def test_strict_documents_are_read():
    data = _changed(
        word(["左侧"]), "word/document.xml",
        lambda xml: xml.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"),
    )  # fmt: skip
    assert docx_text("a.docx", data) == "左侧"


def _archive(**parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return stream.getvalue()


def _bomb(xml: bytes) -> bytes:
    head, _, tail = xml.partition(b"<w:body>")
    return head + b"<w:body>" + b"<w:p><w:r><w:t>" + b"x" * 20_000_000 + b"</w:t></w:r></w:p>" + tail


def _entities(xml: bytes) -> bytes:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<!DOCTYPE d [<!ENTITY e0 "ha">{lines}]>'.encode()
    return declared + xml[xml.index(b"<w:document") :].replace(
        b"<w:body>", b"<w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p>"
    )


def _nested(xml: bytes) -> bytes:
    return xml.replace(b"<w:body>", b"<w:body>" + b"<w:p>" * 100_000 + b"</w:p>" * 100_000)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (_archive(hello="words"), "ZIP archive, not a Word document"),
        (_archive(**{"content.xml": "words"}), "OpenDocument"),
        (word(["words"])[:500], "damaged"),
        (_changed(word(["words"]), "word/document.xml", lambda xml: xml[:200]), "damaged"),
        (_changed(word(["words"]), "word/document.xml", _bomb), "unpacks to 20 MB"),
        (_changed(word(["words"]), "word/document.xml", _entities), "defines entities"),
        (_changed(word(["words"]), "word/document.xml", _nested), "deep"),
        (_changed(word(["words"]), "_rels/.rels", lambda xml: xml.replace(b"word/", b"xl/")), "Excel"),
    ],
    ids=["zip", "odt", "cut", "cut xml", "zip bomb", "entity bomb", "nested", "excel"],
)  # fmt: skip
def test_what_is_no_sound_word_document_is_refused(tmp_path, data, fault):
    with pytest.raises(InputError, match=rf"^r\.docx .*{fault}"):
        read_report(save(tmp_path, data, "r.docx"))


def test_an_encrypted_part_is_refused(tmp_path):
    data = bytearray(word(["words"]))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(mark, start + 4)
    with pytest.raises(InputError, match="protected by a password"):
        read_report(save(tmp_path, bytes(data)))


def test_the_reading_above_a_character_and_page_numbers_are_left_out():
    ruby = "<w:ruby><w:rubyPr/><w:rt><w:r><w:t>gu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>骨</w:t></w:r></w:rubyBase></w:ruby>"
    data = _changed(
        word(["左侧X"], footer="第1页 共2页"), "word/document.xml",
        lambda xml: xml.replace("左侧X</w:t></w:r>".encode(), f"左侧</w:t></w:r><w:r>{ruby}</w:r>".encode()),
    )  # fmt: skip
    assert docx_text("a.docx", data) == "左侧骨"


def test_a_deleted_row_of_a_table_is_not_read():
    table = word([], table=[["Findings", "L3"], ["Impression", "old"]])
    data = _changed(
        table, "word/document.xml",
        lambda xml: b"<w:tr><w:trPr><w:del/></w:trPr>".join(xml.rsplit(b"<w:tr>", 1)),
    )  # fmt: skip
    assert docx_text("a.docx", data) == "Findings\tL3"


def test_a_document_whose_text_lies_in_another_folder_is_read():
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(["左侧"]))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name).replace(b'Target="word/document.xml"', b'Target="document.xml"')
            new.writestr("document.xml" if name == "word/document.xml" else name, data)
    assert docx_text("a.docx", stream.getvalue()) == "左侧"
