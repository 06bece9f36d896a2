"""The table of hot spots as a reader edits it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BoneMetSegLib.case_folder import (
    read_case,
)
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spot_csv import CSV_COLUMNS
from Testing.library.case_folder.case_on_disk import (
    contents,
    edit_row,
    rows_of,
    save_rows,
    spot_of,
    write,
)
from Testing.library.synthetic_case import (
    BLADDER,
    LEFT_FEMUR,
    a_case,
)


def test_the_table_has_the_promised_columns_and_numbers(out):
    rows = rows_of(out)
    assert list(rows[0]) == [
        "id", "class", "accepted", "region", "side", "level", "views",
        "area_mm2_anterior", "area_mm2_posterior", "max_counts_anterior", "max_counts_posterior",
        "mean_counts_anterior", "mean_counts_posterior", "ratio_to_background",
        "probability", "probability_image_only", "report_effect", "phrase", "edited_by", "disagreement",
        "level_margin",
    ]  # fmt: skip
    assert rows[0] == {
        "id": "H01", "class": "metastasis", "accepted": "yes", "region": "ribs", "side": "left", "level": "7",
        "views": "posterior", "area_mm2_anterior": "", "area_mm2_posterior": "320.0", "max_counts_anterior": "",
        "max_counts_posterior": "60.0", "mean_counts_anterior": "", "mean_counts_posterior": "60.00",
        "ratio_to_background": "6.00", "probability": "0.900", "probability_image_only": "0.900",
        "report_effect": "unchanged", "phrase": "Intense uptake in the 7th rib on the left.", "edited_by": "",
        "disagreement": "", "level_margin": "1",
    }  # fmt: skip
    assert {row["region"]: row["disagreement"] for row in rows} == {
        "ribs": "", "femur": "no phrase", "lumbar_spine": "", "bladder": "",
    }  # fmt: skip
    bladder = rows[3]
    assert (bladder["region"], bladder["accepted"], bladder["ratio_to_background"]) == ("bladder", "no", "")


def test_not_a_number_never_stands_in_a_file(tmp_path):
    case = a_case([BLADDER])
    write(tmp_path / "OUT", case)
    for name in ("hot_spots.csv", "result.json"):
        text = (tmp_path / "OUT" / name).read_text(encoding="utf-8-sig")
        assert "nan" not in text.lower()


def test_rejecting_a_lesion_lowers_the_burden_and_names_the_editor(case, out):
    edit_row(out, "H03", accepted="no")
    back = read_case(out, "Dr. Li")
    assert not spot_of(back, "H03").accepted
    assert {spot.id: spot.edited_by for spot in back.hot_spots} == {"H01": "", "H02": "", "H03": "Dr. Li", "H04": ""}
    assert back.burden.lesion_count == 2
    assert back.burden.bsi_percent < case.burden.bsi_percent


def test_an_edit_stays_when_measured_again(out):
    edit_row(out, "H03", accepted="no")
    write(out, read_case(out, "Dr. Li"))
    back = read_case(out, "somebody else")
    assert (spot_of(back, "H03").accepted, spot_of(back, "H03").edited_by) == (False, "Dr. Li")
    assert rows_of(out)[2]["edited_by"] == "Dr. Li"


def test_class_and_place_can_be_edited_and_the_ratio_follows_the_place(out):
    edit_row(out, "H03", class_="benign", region="pelvis", side="right")
    spot = spot_of(read_case(out), "H03")
    assert (spot.hot_spot_class, spot.region, spot.side, spot.edited_by) == ("benign", "pelvis", "right", "reader")


def test_a_hot_spot_moved_to_another_place_takes_the_phrase_of_that_place(out):
    edit_row(out, "H01", region="lumbar_spine", side="midline", level="L3")
    assert spot_of(read_case(out), "H01").phrase == "Increased uptake of L3."


def test_capitals_and_spaces_typed_by_hand_do_no_harm(out):
    edit_row(out, "H02", accepted=" Yes ", level="l3", region="Lumbar_Spine")
    assert spot_of(read_case(out), "H02").edited_by == ""


def test_a_row_deleted_deletes_the_hot_spot(out):
    save_rows(out / "hot_spots.csv", [row for row in rows_of(out) if row["id"] != "H02"])
    assert [spot.id for spot in read_case(out).hot_spots] == ["H01", "H03", "H04"]


@pytest.mark.parametrize(
    "saved",
    [
        {"encoding": "utf-8-sig", "line_end": "\r\n"},
        {"encoding": "utf-8", "line_end": "\n"},
        {"encoding": "utf-8", "line_end": "\r"},
        {"encoding": "gbk", "line_end": "\r\n"},
        {"separator": ";"},
        {"separator": "\t"},
        {"columns": tuple(reversed(CSV_COLUMNS))},
        {"columns": (*CSV_COLUMNS, "remark")},
    ],
    ids=str,
)
def test_a_table_saved_again_by_a_spreadsheet_program_is_read(out, saved):
    rows = rows_of(out)
    rows[2]["accepted"] = "no"
    rows[0]["phrase"] = "左侧第7肋, “浓聚”; -"
    blank = dict.fromkeys(CSV_COLUMNS, "")
    save_rows(out / "hot_spots.csv", [*rows, blank], **saved)
    assert {spot.id: spot.accepted for spot in read_case(out).hot_spots} == {
        "H01": True,
        "H02": True,
        "H03": False,
        "H04": False,
    }


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"accepted": "maybe"}, "H03 has accepted 'maybe'; it is one of yes, no"),
        ({"accepted": ""}, "H03 has accepted ''"),
        ({"class_": "tumour"}, "H03 has class 'tumour'; it is one of metastasis, benign, physiological"),
        ({"region": "knee"}, "H03 has region 'knee'"),
        ({"side": "L"}, "H03 has side 'L'"),
        ({"side": "midline"}, "H03 has side 'midline'; femur has side left or right"),
        ({"region": "sternum"}, "H03 has side 'left'; sternum has side midline"),
        ({"level": "7"}, "H03 has level '7'; femur has no levels, leave it empty"),
        ({"region": "lumbar_spine", "side": "midline", "level": "T3"}, "lumbar_spine has levels L1 to L5"),
        ({"id": "H33"}, "'H33' is no hot spot of this case"),
        ({"id": "H02"}, "two rows of H02"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_that_names_its_row(out, values, fault):
    before = contents(out)
    edit_row(out, "H03", **values)
    edited = contents(out)
    with pytest.raises(InputError, match=fault) as caught:
        read_case(out)
    assert "hot_spots.csv" in str(caught.value)
    assert str(caught.value).count(". ") == 0
    assert contents(out) == edited != before


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "lacks its column 'id'"),
        (b"id,class\nH01,metastasis\n", "lacks its column 'accepted'"),
        ("id,class".encode("utf-16"), "save it as CSV in UTF-8"),
        (b"\x81\x00\xff", "save it as CSV in UTF-8"),
        (b"id,class,accepted,region,side,level\nH01\n", "H01 has class ''"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(out, content, fault):
    (out / "hot_spots.csv").write_bytes(content)
    with pytest.raises(InputError, match=fault):
        read_case(out)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝"])
def test_no_phrase_is_a_formula_in_a_spreadsheet_and_reading_back_has_the_words_unchanged(tmp_path, first):
    case = a_case([LEFT_FEMUR])
    phrase = f'{first}HYPERLINK("http://x")'
    case = replace(case, hot_spots=[replace(spot, phrase=phrase, phrase_span=(0, 5)) for spot in case.hot_spots])
    write(tmp_path / "OUT", case)
    assert rows_of(tmp_path / "OUT")[0]["phrase"] == f"'{phrase}"
    assert read_case(tmp_path / "OUT").hot_spots[0].phrase == phrase
