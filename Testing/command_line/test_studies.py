"""Whole studies given to the commands: folders and archives, ``--series``, SPECT in them, mirrored exports."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.cli import main
from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm
from model_training.simulator.nm_spect_dicom import SpectGeometry, SpectObject, write_spect_series
from Testing.command_line.command import REPORT_ZH, at_lesion, result_of
from Testing.library import report_documents as documents
from Testing.library.study_files import changed, write_ct

SPECT = SpectObject(SpectGeometry((4.8, 4.8), 4.8, 4.8, position=(-45.6, -36.0, 0.0)))


def voxels() -> np.ndarray:
    volume = np.random.default_rng(2).poisson(9, (10, 16, 20)).astype(np.uint16)
    volume[7, 4, 17] = 300
    return volume


def packed(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


@pytest.fixture(params=["folder", "zip"])
def spect_study(tmp_path, request) -> Path:
    """Single slices of a SPECT volume, in any order of names, beside CT slices."""
    study = tmp_path / "study"
    (study / "spect").mkdir(parents=True)
    write_spect_series(study / "spect", voxels(), SPECT)
    write_ct(study / "ct" / "1")
    write_ct(study / "ct" / "2")
    return study if request.param == "folder" else packed(study, tmp_path / "study.zip")


def info(capsys, *arguments: object) -> dict:
    capsys.readouterr()
    assert main(["info", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_spect_series_is_found_among_ct_slices_and_left_is_left(spect_study, capsys):
    details = info(capsys, spect_study)
    assert (details["kind"], details["size_ijk"]) == ("spect", [20, 16, 10])
    assert details["maximum_at_ijk"] == [17, 4, 7]
    # L = -45.6 + 17 * 4.8 = 36, P = -36 + 4 * 4.8 = -16.8, S = 7 * 4.8 = 33.6.
    assert details["maximum_at_ras_mm"] == [-36.0, 16.8, 33.6]


def test_without_a_model_for_spect_a_study_is_refused_in_a_sentence(spect_study, tmp_path, without_bundles, capsys):
    assert main(["segment", str(spect_study), "-o", str(tmp_path / "out")]) == 2
    assert f"{spect_study.name} is a SPECT volume, and there is no model for SPECT" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def study_of_two(tmp_path, planted) -> Path:
    """An early scan of the patient without the lesion's counts, and the late one."""
    study = tmp_path / "study"
    early = {view: counts // 2 for view, counts in planted.counts.items()}
    for name, counts, time in (("WB early", early, "100000"), ("WB late", planted.counts, "140000")):
        path = study / name / "image.dcm"
        path.parent.mkdir(parents=True)
        manner = Manner(series_description=name)
        study_at = Study(acquisition_time=time)
        write_planar_nm(path, counts, planted.pixel_size_mm, study=study_at, manner=manner)
    return study


def test_of_several_bone_scans_the_user_is_asked_and_series_chooses(study_of_two, planted, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["segment", str(study_of_two), "--report-text", REPORT_ZH, "-o", str(out)]) == 2
    sentence = capsys.readouterr().err
    assert "[1]" in sentence
    assert "[2]" in sentence
    assert "--series" in sentence
    assert not out.exists()
    arguments = ["segment", str(study_of_two), "--report-text", REPORT_ZH, "-o", str(out), "--no-scene"]
    assert main([*arguments, "--series", "late"]) == 0
    late = planted.counts["anterior"].sum()
    assert result_of(out)["scan"]["views"]["anterior"]["total_counts"] == late
    assert at_lesion(planted, out, "anterior")
    early = info(capsys, study_of_two, "--series", "1")
    assert early["views"]["anterior"]["total_counts"] < 0.6 * late


def mirrored(planted, path: Path) -> Path:
    """A posterior view alone, exported with its columns turned, as its Patient Orientation says."""
    write_planar_nm(path, {"posterior": planted.counts["posterior"][:, ::-1]}, planted.pixel_size_mm)
    return changed(path, PatientOrientation=["L", "F"])


@pytest.mark.parametrize(
    ("option", "is_mirrored"), [([], True), (["--flip-posterior"], True), (["--no-flip-posterior"], False)]
)
def test_a_mirrored_export_is_known_by_its_orientation_unless_the_user_says_otherwise(
    planted, tmp_path, capsys, option, is_mirrored
):
    details = info(capsys, mirrored(planted, tmp_path / "post.dcm"), *option)
    assert details["views"]["posterior"]["mirrored"] is is_mirrored


def test_the_lesion_of_a_mirrored_export_stays_on_the_left(planted, tmp_path):
    out, path = tmp_path / "out", mirrored(planted, tmp_path / "post.dcm")
    assert main(["segment", str(path), "--report-text", REPORT_ZH, "-o", str(out), "--no-scene"]) == 0
    row, column = planted.lesion["posterior"]
    turned = planted.counts["posterior"].shape[1] - 1 - column
    moved = type(planted)(planted.counts, planted.pixel_size_mm, {"posterior": (row, turned)})
    spots = {spot["id"]: spot for spot in result_of(out)["hot_spots"]}
    found = [spots[name.split("_")[0]] for name in at_lesion(moved, out, "posterior")]
    assert [(spot["region"], spot["side"]) for spot in found] == [("pelvis", "left")]


def test_a_study_twice_over_is_the_same_scan(planted, tmp_path, capsys):
    write_planar_nm(tmp_path / "a.dcm", planted.counts, planted.pixel_size_mm)
    (tmp_path / "study" / "x").mkdir(parents=True)
    shutil.copy(tmp_path / "a.dcm", tmp_path / "study" / "1")
    shutil.copy(tmp_path / "a.dcm", tmp_path / "study" / "x" / "1")
    one, twice = info(capsys, tmp_path / "a.dcm"), info(capsys, tmp_path / "study")
    assert one["views"] == twice["views"]
    assert any("repeated" in sentence for sentence in twice["warnings"])


def write_sr(path: Path, study_uid: str, words: str, **elements) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(documents.structured_report(documents.sections_of_report(words, "骨转移")))
    changed(path, StudyInstanceUID=study_uid, PatientID="SIMULATED-1", **elements)


def test_the_report_in_the_scans_study_is_found_and_another_studys_is_not_taken(planted, tmp_path, capsys):
    study, out = tmp_path / "study", tmp_path / "out"
    study.mkdir()
    write_planar_nm(study / "scan", planted.counts, planted.pixel_size_mm)
    write_sr(study / "sr" / "1", Study().uid, "左侧髂骨见异常浓聚灶")
    write_sr(study / "sr" / "2", "1.2.3.4.5", "颅骨见异常浓聚灶", SOPInstanceUID="1.2.3.4.5.6")
    arguments = ["segment", str(study), "--report", str(study), "-o", str(out), "--no-scene"]
    assert main(arguments) == 0
    assert "左侧髂骨" in result_of(out)["report"]["text"]
    assert "颅骨" not in result_of(out)["report"]["text"]
    write_sr(study / "sr" / "3", Study().uid, "右侧髂骨见异常浓聚灶", SOPInstanceUID="1.2.3.4.5.7")
    assert main([*arguments, "--overwrite"]) == 2
    assert "holds 2 reports of the scan" in capsys.readouterr().err
    assert "左侧髂骨" in result_of(out)["report"]["text"], "the earlier case stands"
    archive = packed(study / "sr", tmp_path / "reports.zip")
    assert main(["segment", str(study), "--report", str(archive), "-o", str(tmp_path / "b")]) == 2


def test_a_transmission_map_is_no_second_volume(tmp_path, capsys):
    for name in ("emission", "map"):
        (tmp_path / "study" / name).mkdir(parents=True)
        write_spect_series(tmp_path / "study" / name, voxels(), SPECT)
    for path in (tmp_path / "study" / "map").iterdir():
        series = {"SeriesInstanceUID": "1.2.3.9", "SOPInstanceUID": f"1.2.3.9.{path.stem[-3:].lstrip('0')}"}
        changed(path, ImageType=["DERIVED", "PRIMARY", "RECON TOMO", "TRANSMISSION"], **series)
    assert info(capsys, tmp_path / "study")["kind"] == "spect"
