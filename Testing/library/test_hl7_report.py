"""Reports in HL7 v2 messages."""

from __future__ import annotations

import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report

from .report_documents import CHINESE, FINDINGS_ZH, IMPRESSION_ZH, hl7, hl7_with_document, pdf, save, word

GDT, IMP = "TX|78306&GDT^Bone scan||", "TX|78306&IMP^Bone scan||"


def _text(tmp_path, data: bytes, **options) -> str:
    return read_report(save(tmp_path, data, "r.hl7"), **options).text


def test_findings_and_impression_are_joined_in_order(tmp_path):
    report = read_report(
        save(tmp_path, hl7([GDT + "Uptake in the left rib 7.", GDT + "L3 is normal.", IMP + "Metastasis."]))
    )
    assert report.text == "Findings:\nUptake in the left rib 7.\nL3 is normal.\nImpression:\nMetastasis."
    assert report.encoding == "HL7 v2, UTF-8"
    assert [clause.section for clause in report.clauses] == ["findings", "findings", "impression"]


@pytest.mark.parametrize(
    ("character_set", "codec", "encoding"),
    [
        ("UNICODE UTF-8", "utf-8", "UTF-8"), ("GB 18030-2000", "gb18030", "GB18030"), ("", "gb18030", "GB18030"),
        ("", "utf-8", "UTF-8"), ("ASCII", "gb18030", "GB18030"), ("UNICODE UTF-8", "gb18030", "GB18030"),
    ],
)  # fmt: skip
def test_chinese_in_the_character_set_named_or_not(tmp_path, character_set, codec, encoding):
    data = hl7([GDT + FINDINGS_ZH, IMP + IMPRESSION_ZH], character_set=character_set, codec=codec)
    report = read_report(save(tmp_path, data))
    assert report.text == f"检查所见:\n{FINDINGS_ZH}\n诊断意见:\n{IMPRESSION_ZH}"
    assert report.encoding == f"HL7 v2, {encoding}"


def test_big5_in_a_message(tmp_path):
    data = hl7([GDT + "左側第7肋見放射性濃聚"], character_set="BIG-5", codec="big5")
    assert "左側第7肋" in _text(tmp_path, data)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (r"L3\.br\L4", "L3\nL4"), (r"A \F\ B", "A | B"), (r"A \S\ B", "A ^ B"), (r"A \T\ B", "A & B"), (r"A \R\ B", "A ~ B"),
        (r"A \E\ B", "A \\ B"), (r"L3\X0D0A\L4", "L3\nL4"), (r"\XE5B7A6\ rib", "左 rib"), (r"\H\L3\N\ is hot", "L3 is hot"),
        ("L3 hot~L4 cold", "L3 hot\nL4 cold"), (r"C:\temp", r"C:\temp"), (r"L3\.sp2\L4", "L3\nL4"),
    ],
)  # fmt: skip
def test_escape_sequences_are_undone(tmp_path, value, shown):
    assert _text(tmp_path, hl7(["FT|1^Bone scan||" + value])) == shown


def test_a_sentence_broken_over_segments_is_one_clause(tmp_path):
    lines = [
        "There is focal increased uptake in the left seventh rib and no abnormal uptake in",
        "the right femur.",
        "End.",
    ]
    report = read_report(save(tmp_path, hl7([GDT + line for line in lines])))
    assert report.text == f"Findings:\n{lines[0]} the right femur.\nEnd."
    assert len(report.clauses) == 2


def test_a_report_whose_text_has_its_headings_keeps_them(tmp_path):
    assert _text(tmp_path, hl7([GDT + line for line in CHINESE.split("\n")])) == CHINESE


def test_withdrawn_observations_are_left_out(tmp_path):
    assert _text(tmp_path, hl7([GDT + "right||||||D", GDT + "left||||||F"])) == "Findings:\nleft"


@pytest.mark.parametrize(("document", "kind"), [(pdf(CHINESE), "PDF"), (word(CHINESE.split("\n")), "DOCX")])
def test_a_document_in_the_message_is_read(tmp_path, document, kind):
    report = read_report(save(tmp_path, hl7_with_document(document)))
    assert (report.text, report.encoding) == (CHINESE, f"HL7 v2, {kind}")


def test_one_of_several_messages_is_chosen_by_its_number(tmp_path):
    data = hl7([GDT + "left"], accession="A-1") + hl7([GDT + "right"], accession="A-2")
    assert _text(tmp_path, data, accession="A-2") == "Findings:\nright"
    assert _text(tmp_path, data, scan_accession="A-1") == "Findings:\nleft"
    with pytest.raises(InputError, match=r"^r\.hl7 holds 2 reports; choose one with --accession$"):
        _text(tmp_path, data)
    with pytest.raises(InputError, match="none of its 2 reports names it"):
        _text(tmp_path, data, accession="A-3")


def test_a_correction_replaces_the_report_and_a_late_draft_does_not(tmp_path):
    final, corrected = hl7([GDT + "right"], status="F"), hl7([GDT + "left"], status="C")
    draft = hl7([GDT + "nothing"], status="P")
    assert _text(tmp_path, final + corrected + draft) == "Findings:\nleft"


def test_messages_with_frames_and_line_feeds(tmp_path):
    data = b"\x0b" + hl7([GDT + "left"]).replace(b"\r", b"\r\n") + b"\x1c\r"
    assert _text(tmp_path, data) == "Findings:\nleft"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (hl7([GDT + "left"], kind="ADT^A01"), r"of the kind ADT\^A01"),
        (hl7([]), "without a report's text"),
        (hl7(["ED|1||RIS^application^pdf^Base64^JVBE*"]), "cut short or damaged"),
        (hl7_with_document(b"%PDF-1.4 words"), "damaged"),
        (hl7([GDT + "left"]).replace(b"left", b"\xff\xff\xff"), "not text in the character set"),
    ],
)
def test_what_holds_no_report_is_refused(tmp_path, data, fault):
    with pytest.raises(InputError, match=rf"^r\.hl7 .*{fault}") as refusal:
        _text(tmp_path, data)
    assert "Secret" not in str(refusal.value)


@pytest.mark.parametrize("value", ["左侧第6~8肋见浓聚。", "T3~T5浓聚", "第6~第8肋"])
def test_a_range_with_an_unescaped_tilde_stays_one_place(tmp_path, value):
    assert _text(tmp_path, hl7(["TX|1^Bone scan||" + value])) == value


def test_repetitions_with_list_numbers_are_lines(tmp_path):
    assert _text(tmp_path, hl7(["TX|1^Bone scan||最大径3~1.左侧第7肋~2.L3"])) == "最大径3\n1.左侧第7肋\n2.L3"


def test_a_line_of_three_capitals_is_text(tmp_path):
    assert _text(tmp_path, hl7(["TX|1^Bone scan||Tracer:\rMDP\rL3 uptake"])) == "Tracer:\nMDP\nL3 uptake"


def test_results_of_two_patients_in_a_message_are_never_read_as_one(tmp_path):
    message = hl7([GDT + "Uptake in T8."], accession="").decode()
    second = message.split("\r", 1)[1].replace("ID-4711", "ID-4712").replace("T8", "L3")
    with pytest.raises(InputError, match="holds 2 reports"):
        read_report(save(tmp_path, (message + second).encode()))


def test_escapes_that_were_escaped_again_are_undone(tmp_path):
    assert _text(tmp_path, hl7(["FT|1^Bone scan||" + r"L3\\.br\\L4"])) == "L3\nL4"


def test_chinese_in_a_message_that_says_it_has_latin_letters(tmp_path):
    assert FINDINGS_ZH in _text(tmp_path, hl7([GDT + FINDINGS_ZH], character_set="8859/1", codec="gb18030"))
    assert "Größe" in _text(tmp_path, hl7([GDT + "Größe"], character_set="8859/1", codec="latin-1"))


def test_a_message_in_utf_16(tmp_path):
    assert FINDINGS_ZH in _text(tmp_path, hl7([GDT + FINDINGS_ZH], codec="utf-16"))
