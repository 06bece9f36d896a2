"""``bonemetseg compare`` on case folders, as a user runs it."""

from __future__ import annotations

import csv
import json
import shutil

import jsonschema
import pytest
from PIL import Image

from BoneMetSegLib.cli import main
from BoneMetSegLib.resources import resource_path
from Testing.command_line.command import run_cli
from Testing.library.painted_followup import written
from Testing.library.synthetic_case import L3, LEFT_FEMUR, LEFT_RIB_7_BACK, RIGHT_FEMUR

FILES = {"comparison.json", "lesions.csv", "timeline.png", "side_by_side.png"}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """A scan before treatment, and one eight weeks on it with two new lesions of the left."""
    folder = tmp_path_factory.mktemp("cases")
    before = written(folder / "before", [L3, RIGHT_FEMUR], "20240101")
    after = written(folder / "after", [L3, RIGHT_FEMUR, LEFT_FEMUR, LEFT_RIB_7_BACK], "20240301")
    return before, after


@pytest.fixture(scope="module")
def compared(cases, tmp_path_factory):
    """The folder of their comparison, given in the wrong order."""
    out = tmp_path_factory.mktemp("compared") / "out"
    arguments = ["compare", str(cases[1]), str(cases[0]), "--treatment-start", "2024-01-05", "-o", str(out)]
    assert main(arguments) == 0
    return out


def document(out):
    return json.loads((out / "comparison.json").read_text(encoding="utf-8"))


def test_a_comparison_is_a_folder_of_four_files_and_its_json_is_valid(compared):
    assert {path.name for path in compared.iterdir()} == FILES
    schema = json.loads(resource_path("Schema", "comparison.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document(compared))
    for name in ("timeline.png", "side_by_side.png"):
        with Image.open(compared / name) as picture:
            assert picture.width > 1000
            assert not picture.text


def test_new_lesions_of_the_left_are_new_on_the_left_and_make_an_unconfirmed_progression(compared):
    with (compared / "lesions.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    new = {(row["region"], row["side"]) for row in rows if row["S2_state"] == "new"}
    assert new == {("femur", "left"), ("ribs", "left")}
    by_scan = document(compared)["response"]["by_scan"]
    assert [one["category"] for one in by_scan] == ["baseline", "PDu"]


def test_nothing_deidentified_says_who_or_when(cases, tmp_path):
    out = tmp_path / "out"
    assert main(["compare", *map(str, cases), "--deidentify", "-o", str(out)]) == 0
    text = (out / "comparison.json").read_text("utf-8") + (out / "lesions.csv").read_text("utf-8-sig")
    assert not [word for word in ("4711", "Doe", "2024", 'before"', "ACC-0815") if word in text]


def test_without_treatment_start_it_says_why_there_is_no_category(cases, capsys):
    assert main(["compare", *map(str, cases)]) == 0
    said = capsys.readouterr().out
    assert "2 new" in said
    assert "Treatment start is not known" in said
    assert "4711" not in said


def test_a_chinese_reader_gets_chinese_places(cases, tmp_path, capsys):
    assert main(["compare", *map(str, cases), "--lang", "zh", "-o", str(tmp_path / "out")]) == 0
    assert "左侧股骨" in capsys.readouterr().out


@pytest.fixture
def refused(tmp_path, capsys):
    """Run ``compare`` and return its one sentence; check exit code and that nothing was written."""

    def run(*arguments):
        before = sorted(path.name for path in tmp_path.iterdir())
        assert main(["compare", *map(str, arguments), "-o", str(tmp_path / "out")]) == 2
        error = capsys.readouterr().err.strip()
        assert error.startswith("bonemetseg: ")
        assert "\n" not in error
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        return error

    return run


def test_one_case_the_same_twice_and_a_folder_without_one_are_refused(cases, tmp_path, refused):
    assert "at least two" in refused(cases[0])
    assert "given twice" in refused(cases[0], cases[0])
    assert "result.json" in refused(cases[0], tmp_path)


def test_a_case_of_another_version_and_a_damaged_one_are_refused_by_their_folder(cases, tmp_path, refused):
    older = shutil.copytree(cases[0], tmp_path / "older")
    text = (older / "result.json").read_text(encoding="utf-8")
    (older / "result.json").write_text(text.replace('"schema_version": "1.0"', '"schema_version": "0.9"'), "utf-8")
    assert "older was written by another version of BoneMetSeg; segment the scan again" in refused(older, cases[1])
    damaged = shutil.copytree(cases[0], tmp_path / "damaged")
    (damaged / "maps.npz").write_bytes((damaged / "maps.npz").read_bytes()[:1000])
    sentence = refused(damaged, cases[1])
    assert sentence.endswith("damaged is missing or damaged; segment the scan again")


def test_different_patients_are_refused_without_saying_who_they_are(cases, tmp_path, refused):
    other = written(tmp_path / "other", [L3], "20240401", patient_id="ID-9999")
    sentence = refused(cases[0], other, "--same-patient")
    assert "different patients" in sentence
    assert "9999" not in sentence


def test_a_nameless_case_needs_a_word_of_the_user(cases, tmp_path, refused):
    nameless = written(tmp_path / "nameless", [L3], "20240401", patient_id="", deidentified=True)
    assert "--same-patient" in refused(cases[0], nameless)
    assert main(["compare", str(cases[0]), str(nameless), "--same-patient", "-o", str(tmp_path / "out")]) == 0
    assert document(tmp_path / "out")["deidentified"]
    assert "4711" not in (tmp_path / "out" / "comparison.json").read_text("utf-8")


def test_a_date_that_is_none_and_dates_beside_a_kept_order_are_refused(cases, refused):
    assert "is no date" in refused(*cases, "--treatment-start", "in spring")
    assert "exclude each other" in refused(*cases, "--treatment-start", "2024-01-05", "--keep-order")


def test_a_case_without_a_date_asks_for_the_order(cases, tmp_path, refused):
    undated = written(tmp_path / "undated", [L3], "")
    assert "--keep-order" in refused(cases[0], undated)
    assert main(["compare", str(cases[0]), str(undated), "--keep-order"]) == 0


def test_spect_against_planar_is_refused_in_a_sentence(cases, tmp_path, refused):
    spect = written(tmp_path / "spect", [L3], "20240401")
    result = json.loads((spect / "result.json").read_text("utf-8"))
    result["scan"]["kind"] = "spect"
    (spect / "result.json").write_text(json.dumps(result), encoding="utf-8")
    assert "only scans of one kind" in refused(cases[0], spect)


def test_a_folder_that_is_not_empty_is_kept_and_an_earlier_comparison_replaced_on_demand(
    cases, compared, tmp_path, capsys
):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "precious.txt").write_text("precious")
    for extra in ([], ["--overwrite"]):
        assert main(["compare", *map(str, cases), "-o", str(mine), *extra]) == 2
    assert {path.name for path in mine.iterdir()} == {"precious.txt"}
    (compared / "my notes.txt").write_text("keep")
    assert main(["compare", *map(str, cases), "--treatment-start", "20240105", "-o", str(compared), "--overwrite"]) == 0
    assert {path.name for path in compared.iterdir()} == FILES | {"my notes.txt"}
    (compared / "my notes.txt").unlink()
    capsys.readouterr()


def test_a_user_gets_one_sentence_and_exit_code_two_from_the_shell(tmp_path):
    finished = run_cli("compare", str(tmp_path / "a"), str(tmp_path / "b"))
    assert finished.returncode == 2
    assert len(finished.stderr.strip().splitlines()) == 1
