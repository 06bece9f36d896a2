"""Reports in DICOM: Structured Reports become text with headings, sides and sites stay with their finding."""

from __future__ import annotations

import io

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report

from .report_documents import (
    FINDINGS_ZH,
    IMPRESSION_ZH,
    content,
    dicom,
    encapsulated_pdf,
    save,
    sections_of_report,
    structured_report,
)

FINDINGS = ("121070", "DCM", "Findings")


def _read(tmp_path, data: bytes, **options):
    return read_report(save(tmp_path, data, "r.dcm"), **options)


@pytest.mark.parametrize("suffix", [11, 22, 33])
def test_basic_enhanced_and_comprehensive_reports_are_read(tmp_path, suffix):
    report = _read(tmp_path, structured_report(sections_of_report("Uptake in L3.", "Metastasis."), suffix=suffix))
    assert report.text == "Findings:\nUptake in L3.\nImpression:\nMetastasis."
    assert report.encoding == "DICOM SR"
    assert [clause.section for clause in report.clauses] == ["findings", "impression"]


@pytest.mark.parametrize(
    ("character_set", "codec"), [("ISO_IR 192", "utf-8"), ("GB18030", "gb18030"), ("GBK", "gbk"), (None, "gb18030")]
)
def test_chinese_in_every_character_set_and_without_one(tmp_path, character_set, codec):
    if character_set is None:  # what archives do: the bytes are there, the element is not
        data = structured_report(sections_of_report(FINDINGS_ZH, IMPRESSION_ZH), character_set="GB18030")
        dataset = pydicom.dcmread(io.BytesIO(data))
        del dataset.SpecificCharacterSet
        data = data.replace(b"\x08\x00\x05\x00CS\x08\x00GB18030 ", b"")
        assert b"GB18030" not in data
    else:
        data = structured_report(sections_of_report(FINDINGS_ZH, IMPRESSION_ZH), character_set=character_set)
    assert FINDINGS_ZH.encode(codec) in data
    assert _read(tmp_path, data).text == f"检查所见:\n{FINDINGS_ZH}\n诊断意见:\n{IMPRESSION_ZH}"


def test_a_coded_finding_keeps_its_side_and_its_number_its_unit(tmp_path):
    left = content("CODE", ("272741003", "SCT", "Laterality"), ("7771000", "SCT", "Left"), relation="HAS CONCEPT MOD")
    site = content("CODE", ("363698007", "SCT", "Finding site"), ("113197003", "SCT", "Rib"), [left], "HAS PROPERTIES")
    finding = content("CODE", ("121071", "DCM", "Finding"), ("94222008", "SCT", "Metastasis to bone"), [site])
    size = content("NUM", ("81827009", "SCT", "Diameter"), "12 mm")
    text = _read(
        tmp_path, structured_report([content("CONTAINER", FINDINGS, children=[finding, size])], suffix=33)
    ).text
    assert text == "Findings:\nMetastasis to bone (Finding site: Rib (Laterality: Left))\nDiameter: 12 mm"


def test_text_with_a_section_name_of_its_own_needs_no_container(tmp_path):
    items = [content("TEXT", FINDINGS, "L3 uptake."), content("TEXT", ("1", "99X", "Conclusion"), "Metastasis."),
             content("TEXT", ("2", "99X", "Remark"), "Follow up.")]  # fmt: skip
    report = _read(tmp_path, structured_report(items))
    assert report.text == "Findings:\nL3 uptake.\nConclusion:\nMetastasis.\nRemark: Follow up."
    assert [clause.section for clause in report.clauses] == ["findings", "impression", "impression"]


def test_persons_are_left_out(tmp_path):
    assert "Secret" not in _read(tmp_path, structured_report(sections_of_report("a", "b"))).text


def test_the_accession_number_is_checked_where_it_is_given(tmp_path):
    data = structured_report(sections_of_report("L3 uptake", "none"), accession="A-9")
    assert _read(tmp_path, data, accession="a-9").clauses
    assert _read(tmp_path, data, scan_accession="B-1").clauses
    with pytest.raises(InputError, match="its report names another") as refusal:
        _read(tmp_path, data, accession="A-8")
    assert "A-9" not in str(refusal.value)


def _deflated_bomb() -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(structured_report(sections_of_report("L3", "none"))))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.add_new(0x00420011, "OB", bytes(600_000_000))
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _deep() -> bytes:
    item = content("TEXT", FINDINGS, "L3")
    for _ in range(60):
        item = content("CONTAINER", FINDINGS, children=[item])
    return structured_report([item])


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (dicom("1.2.840.10008.5.1.4.1.1.20"), "no report: it is a DICOM object of the kind 'Nuclear Medicine"),
        (dicom("1.2.840.10008.5.1.4.1.1.88.67"), "Dose SR"),
        (dicom("1.2.3"), "1.2.3"),
        (structured_report([]), "without text"),
        (structured_report([content("IMAGE", None)]), "without text"),
        (_deep(), "deep"),
        (encapsulated_pdf(b"words"), "encapsulates a PDF document, but holds none"),
        (encapsulated_pdf(b"%PDF-1.4 words"), "damaged"),
        (bytes(128) + b"DICM" + b"words" * 9, "damaged|unknown"),
        (structured_report([content("TEXT", FINDINGS, "x" * 1_100_000)]), "larger than 1 MB"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path, data, fault):
    with pytest.raises(InputError, match=rf"^r\.dcm .*(?:{fault})"):
        _read(tmp_path, data)


def test_a_deflated_object_is_read_and_a_bomb_is_not(tmp_path):
    dataset = pydicom.dcmread(io.BytesIO(structured_report(sections_of_report("L3 uptake", "none"))))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    assert _read(tmp_path, stream.getvalue()).text.startswith("Findings:\nL3 uptake")
    bomb = _deflated_bomb()
    assert len(bomb) < 2_000_000
    with pytest.raises(InputError, match="unpacks to over 512 MB"):
        _read(tmp_path, bomb)


@pytest.mark.parametrize("codec", ["gbk", "utf-8", "big5"])
@pytest.mark.parametrize("declared", ["ISO_IR 100", "ISO_IR 6", "BIG5", "ISO_IR 192"])
def test_chinese_under_a_wrong_character_set(tmp_path, codec, declared):
    findings, impression = (
        ("左側第7肋見異常濃聚，右側未見。", "左第7肋骨轉移。") if codec == "big5" else (FINDINGS_ZH, IMPRESSION_ZH)
    )
    as_latin = [text.encode(codec).decode("latin-1") for text in (findings, impression)]
    data = structured_report(sections_of_report(*as_latin), character_set="ISO_IR 100")
    data = data.replace(b"ISO_IR 100", declared.ljust(10).encode())
    assert read_report(save(tmp_path, data)).text == f"检查所见:\n{findings}\n诊断意见:\n{impression}"


def test_latin_letters_stay_latin_letters(tmp_path):
    data = structured_report(sections_of_report("Größe 3 cm, für è µ°", "Metastasis."), character_set="ISO_IR 100")
    assert "Größe 3 cm, für è µ°" in read_report(save(tmp_path, data)).text


def test_chinese_by_escape_sequences(tmp_path):
    lines = [b"\x1b$)A" + line.encode("gb2312") for line in ("左侧第7肋浓聚", "右侧未见")]
    data = structured_report(sections_of_report(b"\r\n".join(lines).decode("latin-1"), "x"), character_set="ISO_IR 100")
    data = data.replace(b"CS\x0a\x00ISO_IR 100", b"CS\x10\x00\\ISO 2022 IR 58 ")
    assert "左侧第7肋浓聚\n右侧未见" in read_report(save(tmp_path, data)).text


def test_an_object_without_preamble_is_read(tmp_path):
    data = structured_report(sections_of_report("L3", "Metastasis"))
    assert read_report(save(tmp_path, data[132:])).text == "Findings:\nL3\nImpression:\nMetastasis"


def test_a_group_of_measurements_keeps_its_site_and_side(tmp_path):
    left = content("CODE", ("272741003", "SCT", "Laterality"), ("7771000", "SCT", "Left"), relation="HAS CONCEPT MOD")
    site = content(
        "CODE", ("363698007", "SCT", "Finding Site"), ("113197003", "SCT", "Rib"), [left], relation="HAS CONCEPT MOD"
    )
    volume = content("NUM", ("118565006", "SCT", "Volume"), "12.5 ml")
    group = content("CONTAINER", ("125007", "DCM", "Measurement Group"), children=[site, volume])
    lines = read_report(save(tmp_path, structured_report([group]))).text.split("\n")
    assert lines == ["Measurement Group:", "Finding Site: Rib (Laterality: Left)", "Volume: 12.5 ml"]
