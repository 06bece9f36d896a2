"""The reader's part: edit the case, measure again, and add the report when it comes."""

from __future__ import annotations

import csv
import shutil

import numpy as np
import pytest

from BoneMetSegLib.cli import main
from BoneMetSegLib.maps_file import read_maps
from BoneMetSegLib.seg_nrrd import read_segments, write_segments
from Testing.command_line.command import REPORT_ZH, at_lesion, result_of


@pytest.fixture
def case(finished_case, tmp_path):
    """A copy of the finished case, to be changed."""
    return shutil.copytree(finished_case, tmp_path / "case")


def edit_table(case, change) -> None:
    """Let ``change(row)`` edit each row of hot_spots.csv."""
    path = case / "hot_spots.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
        names = reader.fieldnames
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


def by_id(case) -> dict:
    return {spot["id"]: spot for spot in result_of(case)["hot_spots"]}


def lesion_id(planted, case) -> str:
    return at_lesion(planted, case, "anterior")[0].split("_")[0]


def test_measuring_an_unedited_case_changes_nothing(case):
    before = {name: (case / name).read_bytes() for name in ("anterior.seg.nrrd", "posterior.seg.nrrd", "hot_spots.csv")}
    burden = result_of(case)["burden"]
    assert main(["measure", str(case)]) == 0
    assert {name: (case / name).read_bytes() for name in before} == before
    assert result_of(case)["burden"] == burden


def test_rejecting_the_lesion_in_the_table_lowers_count_and_bone_scan_index(planted, case):
    lesion = lesion_id(planted, case)
    before = result_of(case)["burden"]
    edit_table(case, lambda row: row.update(accepted="no") if row["id"] == lesion else None)
    assert main(["measure", str(case), "--edited-by", "Dr Li"]) == 0
    after = result_of(case)["burden"]
    assert after["lesion_count"] == before["lesion_count"] - 1
    assert after["bsi_percent"] < before["bsi_percent"]
    assert by_id(case)[lesion]["edited_by"] == "Dr Li"
    assert not by_id(case)[lesion]["accepted"]


def test_a_larger_outline_gives_a_larger_area(planted, case):
    lesion = lesion_id(planted, case)
    view = read_maps(case / "maps.npz")[0].views["anterior"]
    segments = read_segments(case / "anterior.seg.nrrd", view)
    for segment in segments:
        if segment.id.startswith(lesion):
            rows, columns = np.nonzero(segment.mask)
            segment.mask[rows.min() - 5 : rows.max() + 6, columns.min() - 5 : columns.max() + 6] = True
    write_segments(case / "anterior.seg.nrrd", view, segments)
    before = by_id(case)[lesion]["views"]["anterior"]["area_mm2"]
    assert main(["measure", str(case)]) == 0
    assert by_id(case)[lesion]["views"]["anterior"]["area_mm2"] > before
    assert by_id(case)[lesion]["edited_by"] == "reader"


def test_the_scene_is_made_again_with_the_edits(planted, case):
    pytest.importorskip("slicer")
    before = (case / "scene.mrb").read_bytes()
    lesion = lesion_id(planted, case)
    edit_table(case, lambda row: row.update(accepted="no") if row["id"] == lesion else None)
    assert main(["measure", str(case)]) == 0
    assert (case / "scene.mrb").read_bytes() != before


def test_a_wrong_word_in_the_table_is_refused_and_the_case_stays(case, capsys):
    edit_table(case, lambda row: row.update(accepted="maybe"))
    before = {path.name: path.read_bytes() for path in case.iterdir()}
    assert main(["measure", str(case)]) == 2
    assert "maybe" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in case.iterdir()} == before


def test_a_report_that_comes_later_is_added_and_ids_stay(planted, scan_file, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["segment", str(scan_file), "--no-scene", "-o", str(out)]) == 0
    before, lesion = by_id(out), lesion_id(planted, out)
    capsys.readouterr()
    assert main(["segment", str(scan_file), "--update", "--report-text", REPORT_ZH, "--no-scene", "-o", str(out)]) == 0
    after = by_id(out)
    assert result_of(out)["report"]["present"]
    assert lesion_id(planted, out) == lesion
    assert after[lesion]["accepted"]
    assert after[lesion]["probability_image_only"] == pytest.approx(before[lesion]["probability_image_only"], abs=0.05)
    changes = result_of(out)["update"]
    assert any(change["id"] == lesion and change["what"] == "report_effect" for change in changes)
    assert "update:" in capsys.readouterr().out


def test_what_the_reader_rejected_stays_rejected_when_the_report_comes_and_it_is_said(planted, scan_file, tmp_path):
    out = tmp_path / "out"
    assert main(["segment", str(scan_file), "--report-text", REPORT_ZH, "--no-scene", "-o", str(out)]) == 0
    lesion = lesion_id(planted, out)
    edit_table(out, lambda row: row.update(accepted="no") if row["id"] == lesion else None)
    assert main(["segment", str(scan_file), "--update", "--report-text", REPORT_ZH, "--no-scene", "-o", str(out)]) == 0
    assert not by_id(out)[lesion]["accepted"]
    assert by_id(out)[lesion]["edited_by"] == "reader"
    kept = [change for change in result_of(out)["update"] if change["what"] == "kept"]
    assert lesion in {change["id"] for change in kept}


def test_overwrite_replaces_a_case(scan_file, case):
    edit_table(case, lambda row: row.update(accepted="no"))
    assert (
        main(["segment", str(scan_file), "--report-text", REPORT_ZH, "--overwrite", "--no-scene", "-o", str(case)]) == 0
    )
    assert not any(spot["edited_by"] for spot in result_of(case)["hot_spots"])
