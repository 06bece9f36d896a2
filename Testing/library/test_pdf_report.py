"""Reports in PDF: the words in the order in which people read them."""

from __future__ import annotations

import io
import re
import sys
import time
import zlib

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.pdf_report import pdf_text
from BoneMetSegLib.report_files import read_report

from .report_documents import CHINESE, ENGLISH, Pdf, encapsulated_pdf, pdf, save

_HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def raw_pdf(
    content: bytes, *, font: bytes = _HELVETICA, resources: bytes = b"", extra: bytes = b"", stream_entries: bytes = b""
) -> bytes:
    """A PDF document of one page, made by hand: its content stream as given."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>" + resources + b">>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), stream_entries, content),
        font,
    ]  # fmt: skip
    data, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    data += extra
    table = b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return data + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(data),
    )


def test_chinese_through_a_predefined_character_map(tmp_path):
    report = read_report(save(tmp_path, pdf(CHINESE)))
    assert (report.text, report.encoding, report.language) == (CHINESE, "PDF", "zh")
    assert [clause.section for clause in report.clauses] == ["findings", "impression"]


@pytest.mark.parametrize(
    ("text", "character_map", "ordering", "codec"),
    [
        ("檢查所見：左側第7肋", b"ETen-B5-H", b"CNS1", "big5"),
        ("检查所见：左侧第7肋", b"GBK-EUC-H", b"GB1", "gbk"),
        ("检查所见：左侧第7肋", b"UniGB-UTF16-H", b"GB1", "utf-16-be"),
    ],
)
def test_chinese_fonts_that_are_not_embedded(text, character_map, ordering, codec):
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/%s/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
        b"/BaseFont/Song/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)/Supplement 0>>>>]>>"
        % (character_map, ordering)
    )
    content = b"BT /F1 12 Tf 50 700 Td <%s> Tj ET" % text.encode(codec).hex().encode()
    assert pdf_text("a.pdf", raw_pdf(content, font=font)) == text


def test_english_in_latin_letters(tmp_path):
    report = read_report(save(tmp_path, pdf(ENGLISH, font="Helvetica")))
    assert (report.text, report.language) == (ENGLISH, "en")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_reads_the_same(turn):
    assert pdf_text("a.pdf", pdf(CHINESE, rotate=turn)) == CHINESE


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_written_sideways_reads_the_same(turn):
    page = Pdf()
    page.canvas.translate(300, 400)
    page.canvas.rotate(turn)
    assert pdf_text("a.pdf", page.lines(-200, 100, CHINESE.split("\n")).done()) == CHINESE


def test_two_columns_are_read_one_after_the_other():
    left = [
        "检查所见：",
        "左侧第7肋见点状放射性浓聚灶，右侧股",
        "骨未见异常放射性浓聚。第3腰椎见放射",
        "性浓聚，余未见异常。",
    ]
    right = ["诊断意见：", "1. 左侧第7肋骨转移瘤可能性大，请结合", "临床其他影像检查综合考虑，建议复查核", "磁共振。"]
    page = Pdf().at(200, 800, "全身骨显像报告单")
    for number, (one, other) in enumerate(zip(left, right, strict=True)):  # drawn line by line, across the page
        page.at(50, 760 - 16 * number, one).at(310, 760 - 16 * number, other)
    assert pdf_text("a.pdf", page.at(50, 600, "报告医师：").done()) == (
        "全身骨显像报告单\n检查所见：\n左侧第7肋见点状放射性浓聚灶，右侧股骨未见异常放射性浓聚。第3腰椎见放射性浓聚，余未见异常。\n"
        "诊断意见：\n1. 左侧第7肋骨转移瘤可能性大，请结合临床其他影像检查综合考虑，建议复查核磁共振。\n报告医师："
    )


def test_english_columns_join_their_broken_sentences():
    left = [
        "Findings: there is focal increased",
        "uptake in the left seventh rib and in",
        "the third lumbar vertebra. The right",
        "femur is normal.",
    ]
    right = ["Impression: multiple metastases of", "bone; the focus in the left knee is", "degenerative-", "appearing."]
    page = Pdf(font="Helvetica").lines(60, 760, left).lines(330, 760, right)
    assert pdf_text("a.pdf", page.done()) == (
        "Findings: there is focal increased uptake in the left seventh rib and in the third lumbar vertebra. The right "
        "femur is normal.\nImpression: multiple metastases of bone; the focus in the left knee is degenerative-\nappearing."
    )  # fmt: skip


def test_a_head_of_labels_is_read_row_by_row():
    page = Pdf().at(50, 800, "姓名：某人").at(250, 800, "性别：男").at(400, 800, "检查号：B-7")
    page.at(50, 784, "科室：肿瘤").at(250, 784, "年龄：60").at(50, 760, "检查所见：左侧")
    assert pdf_text("a.pdf", page.done()) == "姓名：某人  性别：男  检查号：B-7\n科室：肿瘤  年龄：60\n检查所见：左侧"


def test_a_sentence_broken_at_the_edge_is_one_clause_and_paragraphs_stay_apart(tmp_path):
    lines = [
        "检查所见：",
        "    " + "左侧第七肋见点状放射性浓聚灶，双侧肩关节对称性放射性分布，其余骨骼未见",
        "异常放射性浓聚。",
        "    双肾显影。",
    ]
    report = read_report(save(tmp_path, Pdf().lines(60, 780, lines).done()))
    assert "未见异常放射性浓聚。\n" in report.text
    assert len(report.clauses) == 2


def test_bold_print_that_draws_twice_reads_once():
    page = Pdf().at(60, 780, "左侧第7肋").at(60.3, 780, "左侧第7肋")
    assert pdf_text("a.pdf", page.done()) == "左侧第7肋"


def test_running_heads_and_page_numbers_are_left_out():
    page = Pdf()
    for number, text in enumerate(("检查所见：左侧第7肋浓聚。", "诊断意见：骨转移。"), start=1):
        if number > 1:
            page.next_page()
        page.at(200, 810, "某某医院核医学科").at(60, 700, text).at(250, 30, f"第{number}页 共2页")
    assert pdf_text("a.pdf", page.done()) == "某某医院核医学科\n检查所见：左侧第7肋浓聚。\n诊断意见：骨转移。"


def test_a_watermark_across_the_page_is_left_out():
    page = Pdf().lines(60, 780, CHINESE.split("\n"))
    page.canvas.rotate(45)
    assert pdf_text("a.pdf", page.at(400, 200, "复印件").done()) == CHINESE


def test_a_pdf_within_dicom_is_read(tmp_path):
    report = read_report(save(tmp_path, encapsulated_pdf(pdf(CHINESE)), "r.dcm"))
    assert (report.text, report.encoding) == (CHINESE, "DICOM Encapsulated PDF")


def _picture_only() -> bytes:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    page = Pdf()
    page.canvas.drawImage(ImageReader(Image.new("L", (60, 80), 128)), 0, 0, 600, 800)
    return page.done()


def _bomb(times: int = 1) -> bytes:
    data = b"q " * 40_000_000
    for _ in range(times):
        data = zlib.compress(data, 9)
    return raw_pdf(data, stream_entries=b"/Filter[" + b"/FlateDecode " * times + b"]")


def _drawn_in_drawings() -> bytes:
    """Forms that each draw the next one ten times: ten to the twelfth words."""
    forms = [f"F{n}" for n in range(13)]
    names = "".join(f"/{name} {10 + n} 0 R" for n, name in enumerate(forms)).encode()
    extra = b""
    for n in range(13):
        content = f"/F{n + 1} Do " * 10 if n < 12 else "BT /F1 9 Tf (x) Tj ET"
        extra += (
            b"%d 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 5 0 R>>/XObject<<%s>>>>/Length %d>>"
            b"stream\n%s\nendstream\nendobj\n" % (10 + n, names, len(content), content.encode())
        )
    return raw_pdf(b"/F0 Do", resources=b"/XObject<<" + names + b">>", extra=extra).replace(
        b"startxref\n", b"startxref\n9"
    )


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (pdf(CHINESE, encrypt=StandardEncryption("secret", "owner")), "encrypted"),
        (pdf(CHINESE, encrypt=StandardEncryption("", "owner", canCopy=0)), "protected against copying"),
        (_picture_only(), "scanned picture without text"),
        (raw_pdf(b""), "without text"),
        (pdf(CHINESE)[:400], "damaged|without text"),
        (b"%PDF-1.7\n" + b"[" * 200_000, "damaged|without text"),
        (_bomb(), "unpacks to more than 32 MB"),
        (_bomb(2), "unpacks to more than 32 MB"),
        (_drawn_in_drawings(), "unpacks|longer than|damaged|without"),
        (raw_pdf(b"BT /F1 9 Tf 9 TL " + b"(xxxxxxxxx) Tj T* " * 60_000 + b"ET"), "150000 characters"),
        (Pdf().at(9, 9, "左").done().replace(b"/Count 1", b"/Count 999999999"), ""),
        (re.sub(rb"(\s)29\s+31\s+605", rb"\g<1>29 999999999 605", pdf(CHINESE)), "needs more than 800 MB|longer than"),
    ],
    ids=["encrypted", "no copying", "scanned", "empty", "cut", "nested", "bomb", "bomb in a bomb", "forms", "letters", "count", "widths"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path, data, fault):
    path = save(tmp_path, data, "r.pdf")
    if not fault:
        assert read_report(path).text == "左"
        return
    with pytest.raises(InputError, match=rf"^r\.pdf .*(?:{fault})"):
        read_report(path)


def test_a_font_that_does_not_say_its_characters_is_refused(tmp_path):
    data = raw_pdf(b"BT /F1 12 Tf 50 700 Td (words \x81\x8d\x8f\x90\x81\x8d\x8f\x90) Tj ET")
    with pytest.raises(InputError, match="does not say which characters"):
        read_report(save(tmp_path, data, "r.pdf"))


def test_too_many_pages_are_refused(tmp_path):
    page = Pdf()
    for _ in range(51):
        page.at(60, 700, "L3").next_page()
    with pytest.raises(InputError, match="more than 50 pages"):
        read_report(save(tmp_path, page.done()))


def test_without_its_package_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("pdfminer")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pdfminer", None)
    with pytest.raises(InputError, match=r"pip install bonemetseg\[readers\]"):
        read_report(save(tmp_path, pdf(CHINESE), "r.pdf"))


def test_nothing_of_the_report_is_logged(caplog):
    with caplog.at_level("DEBUG"):
        pdf_text("a.pdf", pdf("姓名：某某"))
    assert "某某" not in caplog.text
    assert not any(record.name.startswith("pdfminer") for record in caplog.records)


@pytest.mark.parametrize("ordering", [b"CNS1", b"Japan1", b"GB1"])
def test_codes_of_a_unicode_map_are_the_characters_whatever_the_fonts_collection(ordering):
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
        b"/BaseFont/Song/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)/Supplement 0>>>>]>>" % ordering
    )
    content = b"BT /F1 12 Tf 50 700 Td <%s> Tj ET" % "检查所见：骨扫描".encode("utf-16-be").hex().encode()
    assert pdf_text("a.pdf", raw_pdf(content, font=font)) == "检查所见：骨扫描"


def test_a_font_with_a_character_map_of_its_own_is_read():
    own = b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 begincidrange <0000> <FFFF> 0 endcidrange endcmap"
    shown = b"begincmap 2 beginbfchar <0001> <5DE6> <0002> <4FA7> endbfchar endcmap"
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/Sub/Encoding 6 0 R/ToUnicode 7 0 R/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType0/BaseFont/Sub/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>"
    )
    streams = b"6 0 obj<</Type/CMap/CMapName/Own/Length %d>>stream\n%s\nendstream endobj\n" % (len(own), own)
    streams += b"7 0 obj<</Length %d>>stream\n%s\nendstream endobj\n" % (len(shown), shown)
    data = raw_pdf(b"BT /F1 12 Tf 50 700 Td <00010002> Tj ET", font=font, extra=streams)
    assert pdf_text("a.pdf", data.replace(b"startxref", b"startxref\n0 broken")) == "左侧"


def test_narrow_double_letters_are_both_kept():
    words = "Follow-up: all bilateral patellae, till L11"
    assert pdf_text("a.pdf", Pdf(font="Helvetica").at(60, 700, words).done()) == words


def test_a_scan_with_the_mark_of_a_program_is_a_scan(tmp_path):
    scan = Pdf(font="Helvetica", size=8)
    scan.canvas.drawInlineImage(Image.new("L", (60, 85), 255), 0, 0, 595, 842)
    with pytest.raises(InputError, match=r"^s\.pdf is a scanned picture without text; have it recognised"):
        read_report(save(tmp_path, scan.at(50, 20, "Scanned by CamScanner").done(), "s.pdf"))


def test_a_short_report_upon_a_picture_of_the_page_is_read():
    page = Pdf()
    page.canvas.drawInlineImage(Image.new("L", (60, 85), 255), 0, 0, 595, 842)
    assert pdf_text("a.pdf", page.at(60, 700, "诊断意见：左第7肋转移").done()) == "诊断意见：左第7肋转移"


def test_what_was_typed_into_a_form_is_read():
    form = Pdf(font="Helvetica").at(50, 750, "Findings:")
    form.canvas.acroForm.textfield(name="f", value="Uptake in the left 7th rib", x=50, y=710, width=300, height=20)
    assert pdf_text("a.pdf", form.done()) == "Findings:\nUptake in the left 7th rib"


@pytest.mark.parametrize("label", ["检查所见", "检<br/>查<br/>所<br/>见", "检查<br/>所见"])
@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_label_in_the_middle_of_its_cell_heads_all_of_its_text(tmp_path, label, times):
    style = ParagraphStyle("song", fontName="STSong-Light", fontSize=11, leading=16, wordWrap="CJK")
    findings = "左侧第7肋见点状放射性浓聚灶，右侧股骨未见异常放射性浓聚。脊柱各椎体显影清晰，余骨未见异常。" * times
    rows = [
        ("临床诊断", "前列腺癌术后"),
        (label, findings),
        ("诊断意见", "左侧第7肋骨转移瘤可能性大，请结合临床。" * times),
    ]
    table = Table(
        [[Paragraph(one, style) for one in row] for row in rows], colWidths=[70, 380],
        style=[("GRID", (0, 0), (-1, -1), 1, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )  # fmt: skip
    stream = io.BytesIO()
    SimpleDocTemplate(stream).build([table])
    report = read_report(save(tmp_path, stream.getvalue()))
    said = {one.section: "" for one in report.clauses}
    for one in report.clauses:
        said[one.section] += report.text[one.start : one.end]
    assert said == {
        "clinical": "前列腺癌术后", "findings": findings, "impression": "左侧第7肋骨转移瘤可能性大，请结合临床。" * times
    }  # fmt: skip


def test_thirty_full_pages_are_read_in_half_of_the_time_allowed():
    from BoneMetSegLib.reading_limits import READING_SECONDS

    line = "Whole body images show focal increased uptake in the left 7th rib and nowhere else in the skeleton."
    document = Pdf(font="Helvetica", size=9)
    for page in range(30):
        document.lines(50, 800, [f"{page}. {number}. {line}" for number in range(45)], leading=16).next_page()
    data = document.done()
    seconds = []
    for _ in range(3):  # the least of them: another process on the same core makes all of them longer
        start = time.process_time()
        text = pdf_text("a.pdf", data)
        seconds.append(time.process_time() - start)
    assert min(seconds) < READING_SECONDS / 2
    assert text.count("left 7th rib") == 30 * 45


def test_a_finding_at_a_pages_edge_is_no_running_head():
    pages = (
        Pdf()
        .lines(60, 780, ["检查所见：", "左侧第7肋浓聚。"])
        .next_page()
        .lines(60, 780, ["影像科", "左侧第8肋浓聚。"])
    )
    assert pdf_text("a.pdf", pages.done()) == "检查所见：\n左侧第7肋浓聚。\n影像科\n左侧第8肋浓聚。"
    pages = (
        Pdf()
        .lines(60, 780, ["检查所见：", "余骨未见异常。"])
        .next_page()
        .lines(60, 600, ["余骨未见异常。", "建议复查。"])
    )
    assert pdf_text("a.pdf", pages.done()).count("余骨未见异常。") == 2


def test_a_sentence_beside_its_label_is_one_clause():
    form = (
        Pdf()
        .at(60, 780, "检查所见：")
        .at(140, 780, "左侧第7肋见浓聚，右侧股骨近段及髂骨翼")
        .at(140, 764, "未见异常浓聚。")
    )
    form.at(60, 740, "诊断意见：").at(140, 740, "转移")
    assert pdf_text("a.pdf", form.done()) == (
        "检查所见：\n左侧第7肋见浓聚，右侧股骨近段及髂骨翼未见异常浓聚。\n诊断意见：\n转移"
    )


def test_a_chinese_line_that_ends_two_characters_early_goes_on():
    full = "检查所见：左侧第7肋见点状放射性浓聚灶，脊柱各椎体显影清晰"
    form = Pdf().lines(60, 780, [full, "骨盆诸骨及双侧股骨近段、第7胸椎及双足各部诸骨均未见异", "常浓聚。"])
    assert pdf_text("a.pdf", form.done()).endswith("骨盆诸骨及双侧股骨近段、第7胸椎及双足各部诸骨均未见异常浓聚。")
