"""Reports in rows of a table, and several reports in a text: the right one is taken, or asked for."""

from __future__ import annotations

import csv
import io

import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_choice import reports_in_text
from BoneMetSegLib.report_files import read_report

from .report_documents import CHINESE, FINDINGS_ZH, IMPRESSION_ZH, save, word

ROWS = [("A-1", "某甲", FINDINGS_ZH, IMPRESSION_ZH), ("A-2", "某乙", "右侧股骨浓聚，\n余正常。", "骨转移")]


def _table(header, rows=ROWS, *, delimiter: str = ",", codec: str = "utf-8") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
    return stream.getvalue().encode(codec)


def _read(tmp_path, data: bytes, **options):
    return read_report(save(tmp_path, data, "r.csv"), **options)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_row_is_chosen_by_its_number(tmp_path, codec, delimiter):
    data = _table(("检查号", "姓名", "影像所见", "诊断意见"), delimiter=delimiter, codec=codec)
    report = _read(tmp_path, data, accession="A-2")
    assert report.text == "检查所见:\n右侧股骨浓聚，\n余正常。\n诊断意见:\n骨转移"
    assert report.encoding.startswith("CSV, ")
    assert [clause.section for clause in report.clauses] == ["findings", "findings", "impression"]


def test_english_headers_and_a_column_of_the_whole_report(tmp_path):
    rows = [("7", "history", "Uptake in L3.", "Metastasis.")]
    text = _read(tmp_path, _table(("Accession No.", "Clinical History", "FINDINGS", "Impression"), rows)).text
    assert text == "Clinical history:\nhistory\nFindings:\nUptake in L3.\nImpression:\nMetastasis."
    assert _read(tmp_path, _table(("id", "Report Text"), [("7", CHINESE)])).text == CHINESE


def test_several_rows_without_a_choice_are_refused_without_names(tmp_path):
    data = _table(("检查号", "姓名", "影像所见", "诊断意见"))
    with pytest.raises(InputError, match=r"^r\.csv holds 2 reports; choose one with --accession$"):
        _read(tmp_path, data)
    with pytest.raises(InputError, match="none of its 2 reports") as refusal:
        _read(tmp_path, data, accession="A-3")
    assert "某" not in str(refusal.value)
    assert "A-1" not in str(refusal.value)


def test_the_scans_own_number_chooses(tmp_path):
    data = _table(("检查号", "姓名", "影像所见", "诊断意见"))
    assert "左侧第7肋" in _read(tmp_path, data, scan_accession="A-1").text


def test_a_table_without_numbers_and_one_of_a_single_row(tmp_path):
    with pytest.raises(InputError, match="save the one that belongs to the scan"):
        _read(tmp_path, _table(("姓名", "所见"), [("某甲", "左侧"), ("某乙", "右侧")]))
    assert _read(tmp_path, _table(("姓名", "所见"), [("某甲", "左侧")])).text == "检查所见:\n左侧"


def test_two_rows_of_one_number_are_not_guessed_between(tmp_path):
    data = _table(("检查号", "所见"), [("A-1", "左侧"), ("A-1", "右侧")])
    with pytest.raises(InputError, match="2 different reports of the accession number"):
        _read(tmp_path, data, accession="A-1")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (_table(("检查号", "所见"), [("A-1", "")]), "are empty"),
        (b'id,findings\n1,"' + b"x" * 200_000, "does not end"),
        (_table(("id", "findings"), [(str(n), "L3") for n in range(200_001)]), "more than 200000 rows"),
    ],
)
def test_tables_that_hold_no_report_are_refused(tmp_path, data, fault):
    with pytest.raises(InputError, match=rf"^r\.csv .*{fault}"):
        _read(tmp_path, data)


def test_a_sentence_with_commas_is_no_table(tmp_path):
    text = "检查所见，诊断意见如下,左侧第7肋,右侧股骨\n骨转移"
    report = _read(tmp_path, text.encode())
    assert (report.text, report.encoding) == (text, "UTF-8")


def _one(number: str, side: str) -> str:
    return f"姓名：某某  检查号：{number}\n检查所见：{side}侧第7肋浓聚。\n诊断意见：骨转移。"


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n==========\n", "\f"])
def test_one_of_several_reports_in_a_text_is_chosen(tmp_path, between):
    data = (_one("A-1", "左") + between + _one("A-2", "右")).encode()
    assert _read(tmp_path, data, accession="A-1").text == _one("A-1", "左")
    assert _read(tmp_path, data, accession="A-2").text == _one("A-2", "右")
    assert _read(tmp_path, data, scan_accession="A-2").text == _one("A-2", "右")
    with pytest.raises(InputError, match="holds 2 reports; choose one with --accession"):
        _read(tmp_path, data)


def test_reports_parted_by_rules_without_numbers_are_asked_for(tmp_path):
    one, other = ("检查所见：左侧。\n诊断意见：甲。", "检查所见：右侧。\n诊断意见：乙。")
    with pytest.raises(InputError, match="holds 2 reports; save the one"):
        _read(tmp_path, f"{one}\n-----------\n{other}".encode())


def test_a_report_that_names_other_examinations_stays_whole():
    text = "检查号：A-1  影像号：77\n检查所见：与前片（检查号：A-0）比较，左侧浓聚。\n诊断意见：骨转移。\n检查号：A-1"
    assert len(reports_in_text(text, "UTF-8")) == 1
    ruled = "检查所见：左侧。\n----------\n诊断意见：骨转移。\n----------\n报告医师"
    assert [one.text for one in reports_in_text(ruled, "UTF-8")] == [ruled]


@pytest.mark.parametrize(
    "text",
    [
        "检查所见：左侧。\n诊断意见：甲。\n检查号：A-1\n检查所见：右侧。\n诊断意见：乙。\n检查号：A-2",
        "姓名：某甲\n检查所见：左侧。\n姓名：某乙\n检查所见：右侧。",
    ],
    ids=["numbers at the end", "names"],
)
def test_reports_of_several_patients_that_nothing_parts_are_never_read_as_one(tmp_path, text):
    with pytest.raises(InputError, match="holds 2 reports; save the one") as refusal:
        _read(tmp_path, text.encode())
    assert "某" not in str(refusal.value)


def test_the_same_holds_for_several_reports_in_a_word_document(tmp_path):
    data = word([*_one("A-1", "左").split("\n"), *_one("A-2", "右").split("\n")])
    report = read_report(save(tmp_path, data), accession="A-2")
    assert (report.text, report.encoding) == (_one("A-2", "右"), "DOCX")


def test_an_only_report_that_names_no_number_is_taken(tmp_path):
    assert _read(tmp_path, CHINESE.encode(), accession="A-1").text == CHINESE


ROWS = '1001,张三,左侧第7肋见浓聚,左第7肋转移\n1002,李四,"右侧髂骨\n见浓聚",右髂骨转移\n'
SECOND = "检查所见:\n右侧髂骨\n见浓聚\n诊断意见:\n右髂骨转移"


@pytest.mark.parametrize(
    "column",
    [
        "住院号",
        "检查号",
        "PatientID",
        "accession",
        "编号",
        "id",
        "病历号",
        "门诊号",
        "报告编号",
        "Case_ID",
        "MRN",
        "StudyInstanceUID",
    ],
)
def test_a_row_is_chosen_by_whatever_number_the_table_has(tmp_path, column):
    table = f"{column},姓名,检查所见,诊断意见\n{ROWS}"
    assert read_report(save(tmp_path, table.encode()), accession="1002").text == SECOND


@pytest.mark.parametrize(
    "columns",
    [
        "影像学表现,影像学诊断", "检查所见(描述),诊断意见(印象)", "报告所见,报告结论", "Result,Interpretation", "findings_text,ImpressionText",
        "SPECT所见,核医学诊断", "Description,Diagnosis",
    ],
)  # fmt: skip
def test_columns_of_any_heading_are_found(tmp_path, columns):
    report = read_report(save(tmp_path, f"检查号,姓名,{columns}\n{ROWS}".encode("gb18030")), accession="1002")
    assert report.text == SECOND


@pytest.mark.parametrize("above", ["sep=,\r\n", "全身骨显像报告导出,,,\n", "某院\t,2026-03-01,,\n,,,\n"])
def test_a_table_below_its_title_is_a_table(tmp_path, above):
    table = f"{above}检查号,姓名,检查所见,诊断意见\n{ROWS}"
    assert read_report(save(tmp_path, table.encode("utf-8-sig")), accession="1002").text == SECOND
    with pytest.raises(InputError, match="holds 2 reports; choose one with --accession"):
        read_report(save(tmp_path, table.encode()))


def test_numbers_that_were_kept_from_excel_are_numbers(tmp_path):
    table = '检查号,检查所见\n="0012",左侧第7肋\n\'0013,右侧髂骨\n'
    assert read_report(save(tmp_path, table.encode()), accession="0012").text == "检查所见:\n左侧第7肋"
    assert read_report(save(tmp_path, table.encode()), accession="0013").text == "检查所见:\n右侧髂骨"


def test_two_columns_of_findings_are_both_read(tmp_path):
    table = "检查所见,SPECT/CT所见,诊断意见\n左侧第7肋,骨质破坏,转移\n"
    assert read_report(save(tmp_path, table.encode())).text == "检查所见:\n左侧第7肋\n骨质破坏\n诊断意见:\n转移"


def test_the_only_row_of_a_patient_is_taken_whatever_its_examinations_number(tmp_path):
    table = "病历号,检查所见\n4711,左侧第7肋\n"
    assert read_report(save(tmp_path, table.encode()), accession="A-1").text == "检查所见:\n左侧第7肋"
    with pytest.raises(InputError, match="its report names another"):
        read_report(save(tmp_path, table.replace("病历号", "检查号").encode()), accession="A-1")
