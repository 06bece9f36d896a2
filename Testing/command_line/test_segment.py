"""``bonemetseg segment`` with the bundled weights, as a user runs it."""

from __future__ import annotations

import csv
import json

import jsonschema
import numpy as np
import pytest

from BoneMetSegLib.cli import main
from BoneMetSegLib.maps_file import read_maps
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.seg_nrrd import read_segments
from model_training.simulator.nm_dicom import write_planar_nm
from Testing.command_line.command import REPORT_EN, REPORT_ZH, at_lesion, result_of, run_cli

SEGMENTATIONS = ("anterior.seg.nrrd", "posterior.seg.nrrd")


def lesion_of(planted, out) -> dict:
    """The hot spot on the planted lesion, from result.json."""
    ids = {segment_id.split("_")[0] for view in planted.lesion for segment_id in at_lesion(planted, out, view)}
    spots = [spot for spot in result_of(out)["hot_spots"] if spot["id"] in ids]
    assert spots, "nothing was found at the planted lesion"
    return max(spots, key=lambda spot: len(spot["views"]))


def test_a_case_is_a_folder_with_every_file_of_the_contract(finished_case):
    pytest.importorskip("slicer")
    files = {path.name for path in finished_case.iterdir()}
    assert files == {*SEGMENTATIONS, "hot_spots.csv", "result.json", "maps.npz", "overlay.png", "scene.mrb"}


def test_result_json_is_valid_against_its_schema(finished_case):
    schema = json.loads(resource_path("Schema", "result.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(result_of(finished_case))


def test_the_lesion_on_the_left_is_found_in_the_left_pelvis_in_both_views(planted, finished_case):
    spot = lesion_of(planted, finished_case)
    assert (spot["region"], spot["side"]) == ("pelvis", "left")
    assert set(spot["views"]) == {"anterior", "posterior"}


def test_the_report_that_calls_the_lesion_a_metastasis_makes_it_an_accepted_one_with_its_phrase(planted, finished_case):
    spot = lesion_of(planted, finished_case)
    assert spot["class"] == "metastasis"
    assert spot["accepted"]
    assert "左侧髂骨" in spot["phrase"]
    start, end = spot["phrase_span"]
    assert REPORT_ZH[start:end] == spot["phrase"]


def test_left_is_left_in_array_segment_name_and_ras(planted, finished_case):
    scan, _ = read_maps(finished_case / "maps.npz")
    for view, toward_left in (("anterior", 1), ("posterior", -1)):
        ids = at_lesion(planted, finished_case, view)
        segment = next(s for s in read_segments(finished_case / f"{view}.seg.nrrd", scan.views[view]) if s.id in ids)
        columns = np.nonzero(segment.mask)[1]
        from_centre = columns.mean() - (segment.mask.shape[1] - 1) / 2
        assert from_centre * toward_left > 0
        assert "left pelvis" in segment.name
        ras = scan.views[view].ijk_to_ras @ [columns.mean(), 0, 0, 1]
        assert ras[0] < 0, "the patient's left is at negative R"


def test_segmentations_have_exactly_the_acquired_size(planted, finished_case):
    import SimpleITK as sitk

    for view, counts in planted.counts.items():
        image = sitk.ReadImage(str(finished_case / f"{view}.seg.nrrd"))
        assert image.GetSize() == (counts.shape[1], counts.shape[0], 1)


def test_the_order_of_the_frames_changes_nothing(planted, finished_case, tmp_path):
    scan = tmp_path / "posterior_first.dcm"
    write_planar_nm(scan, planted.counts, planted.pixel_size_mm, view_order=("posterior", "anterior"))
    assert main(["segment", str(scan), "--report-text", REPORT_ZH, "--no-scene", "-o", str(tmp_path / "out")]) == 0
    for name in SEGMENTATIONS:
        assert (tmp_path / "out" / name).read_bytes() == (finished_case / name).read_bytes()


def test_two_objects_of_one_view_each_give_the_same_as_one_object(planted, finished_case, tmp_path):
    files = []
    for view in ("posterior", "anterior"):
        files.append(tmp_path / f"{view}.dcm")
        write_planar_nm(files[-1], {view: planted.counts[view]}, planted.pixel_size_mm, view_order=(view,))
    out = tmp_path / "out"
    assert main(["segment", *map(str, files), "--report-text", REPORT_ZH, "--no-scene", "-o", str(out)]) == 0
    for name in SEGMENTATIONS:
        assert (out / name).read_bytes() == (finished_case / name).read_bytes()


@pytest.mark.parametrize("view", ["anterior", "posterior"])
def test_one_view_alone_is_enough_and_is_said(planted, tmp_path, view):
    scan, out = tmp_path / "one.dcm", tmp_path / "out"
    write_planar_nm(scan, {view: planted.counts[view]}, planted.pixel_size_mm, view_order=(view,))
    assert main(["segment", str(scan), "--no-scene", "-o", str(out)]) == 0
    result = result_of(out)
    assert list(result["scan"]["views"]) == [view]
    assert "view_missing" in {flag["name"] for flag in result["quality"]}
    ids = {segment_id.split("_")[0] for segment_id in at_lesion(planted, out, view)}
    assert {(s["region"], s["side"]) for s in result["hot_spots"] if s["id"] in ids} == {("pelvis", "left")}


def test_without_a_report_there_is_a_result_and_no_report_effect(planted, scan_file, tmp_path):
    out = tmp_path / "out"
    assert main(["segment", str(scan_file), "--no-scene", "-o", str(out)]) == 0
    result = result_of(out)
    assert result["report"] == {"present": False}
    assert result["concordance"] is None
    assert {spot["report_effect"] for spot in result["hot_spots"]} == {"no report"}
    assert lesion_of(planted, out)["side"] == "left"


def test_the_image_only_probabilities_do_not_depend_on_the_report(scan_file, finished_case, tmp_path):
    out = tmp_path / "out"
    assert main(["segment", str(scan_file), "--report-text", REPORT_EN, "--no-scene", "-o", str(out)]) == 0
    _, chinese = read_maps(finished_case / "maps.npz")
    _, english = read_maps(out / "maps.npz")
    for view in ("anterior", "posterior"):
        assert np.array_equal(chinese.views[view].image_only, english.views[view].image_only)


def test_an_english_report_is_read_too(planted, scan_file, tmp_path):
    report, out = tmp_path / "report.txt", tmp_path / "out"
    report.write_text(REPORT_EN, encoding="utf-8")
    assert main(["segment", str(scan_file), "--report", str(report), "--no-scene", "-o", str(out)]) == 0
    spot = lesion_of(planted, out)
    assert spot["accepted"]
    assert "left iliac" in spot["phrase"].lower()


def test_the_same_input_gives_the_same_bytes(scan_file, finished_case, tmp_path):
    out = tmp_path / "again"
    assert main(["segment", str(scan_file), "--report-text", REPORT_ZH, "--no-scene", "-o", str(out)]) == 0
    for name in (*SEGMENTATIONS, "hot_spots.csv", "maps.npz"):
        assert (out / name).read_bytes() == (finished_case / name).read_bytes()


def test_chinese_names_on_request(planted, scan_file, tmp_path):
    out = tmp_path / "out"
    arguments = ["segment", str(scan_file), "--report-text", REPORT_ZH, "--lang", "zh", "--no-scene", "-o", str(out)]
    assert main(arguments) == 0
    scan, _ = read_maps(out / "maps.npz")
    names = [segment.name for segment in read_segments(out / "anterior.seg.nrrd", scan.views["anterior"])]
    assert any("左侧骨盆" in name for name in names)


def test_the_table_has_the_columns_of_the_contract(finished_case):
    with (finished_case / "hot_spots.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {
        "id",
        "class",
        "accepted",
        "region",
        "side",
        "level",
        "views",
        "ratio_to_background",
        "report_effect",
    } <= set(rows[0])
    assert {row["accepted"] for row in rows} <= {"yes", "no"}


def test_a_user_sees_the_summary_and_the_lesion_in_the_terminal(scan_file, tmp_path):
    finished = run_cli("segment", str(scan_file), "--report-text", REPORT_ZH, "--no-scene", "-o", str(tmp_path / "out"))
    assert finished.returncode == 0, finished.stderr
    assert "accepted as metastasis" in finished.stdout
    assert "left pelvis" in finished.stdout
    assert "Research use only" in finished.stdout


def test_progress_json_says_stage_share_and_time_left_and_never_goes_back(scan_file, tmp_path):
    out = tmp_path / "out"
    finished = run_cli("segment", str(scan_file), "--no-scene", "--progress", "json", "-o", str(out))
    events = [json.loads(line) for line in finished.stderr.splitlines() if line.startswith("{")]
    shares = [event["done"] for event in events]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any(event["seconds_left"] is not None for event in events)
    assert {"reading", "loading the model", "segmenting", "measuring", "writing"} == {
        event["stage"] for event in events
    }


def test_deidentified_output_names_nobody_and_repeats_nothing_of_the_report(planted, tmp_path):
    from model_training.simulator.nm_dicom import Study

    scan, out = tmp_path / "scan.dcm", tmp_path / "out"
    study = Study(patient_id="ID-4711", patient_name="Zhang^San")
    write_planar_nm(scan, planted.counts, planted.pixel_size_mm, study=study)
    assert main(["segment", str(scan), "--report-text", REPORT_ZH, "--deidentify", "--no-scene", "-o", str(out)]) == 0
    text = (out / "result.json").read_text(encoding="utf-8") + (out / "hot_spots.csv").read_text(encoding="utf-8-sig")
    for secret in ("ID-4711", "Zhang", "团块状"):
        assert secret not in text
