"""Input that cannot be used: exit code 2, one sentence that names file and fault, nothing written."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from BoneMetSegLib.cli import main
from model_training.simulator.nm_dicom import Manner, write_planar_nm
from Testing.command_line.command import REPORT_ZH, run_cli


@pytest.fixture
def refused(tmp_path, capsys):
    """Run ``segment`` and return its one sentence; check exit code and that nothing was written or left behind."""

    def run(*arguments: str, out_name: str = "out") -> str:
        before = sorted(path.name for path in tmp_path.iterdir())
        code = main(["segment", *arguments, "-o", str(tmp_path / out_name)])
        assert code == 2
        error = capsys.readouterr().err.strip()
        assert error.startswith("bonemetseg: ")
        assert "\n" not in error
        assert "Traceback" not in error
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        return error

    return run


def bad_file(tmp_path, scan_file, kind):
    """Write a file that cannot be used; return its path."""
    import pydicom

    path = tmp_path / f"{kind}.dcm"
    good = scan_file.read_bytes()
    if kind == "truncated":
        path.write_bytes(good[: len(good) // 2])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("Not a scan at all.\n" * 20)
    elif kind == "ct":
        dataset = pydicom.dcmread(scan_file)
        dataset.Modality = "CT"
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
        dataset.save_as(path)
    elif kind == "all zero":
        dataset = pydicom.dcmread(scan_file)
        dataset.PixelData = bytes(len(dataset.PixelData))
        dataset.save_as(path)
    elif kind == "absurd spacing":
        dataset = pydicom.dcmread(scan_file)
        dataset.PixelSpacing = [400.0, 400.0]
        dataset.save_as(path)
    return path


@pytest.mark.parametrize("kind", ["truncated", "empty", "text", "ct", "all zero", "absurd spacing"])
def test_a_file_that_cannot_be_used_is_named_with_its_fault(tmp_path, scan_file, refused, kind):
    path = bad_file(tmp_path, scan_file, kind)
    assert path.name in refused(str(path))


@pytest.mark.parametrize("values", ["nan", "negative"])
def test_a_volume_with_values_that_are_no_counts_is_refused(tmp_path, planted, refused, values):
    import SimpleITK as sitk

    array = planted.counts["anterior"].astype(np.float32)
    array[100, 100] = float("nan") if values == "nan" else -5.0
    image = sitk.GetImageFromArray(array[None])
    image.SetSpacing((planted.pixel_size_mm, planted.pixel_size_mm, 1.0))
    path = tmp_path / "scan.nrrd"
    sitk.WriteImage(image, str(path))
    assert path.name in refused(str(path), "--view", "anterior")


def test_a_missing_file_is_named(tmp_path, refused):
    assert "nowhere.dcm" in refused(str(tmp_path / "nowhere.dcm"))


def test_a_view_that_nothing_names_is_asked_for(tmp_path, planted, refused):
    path = tmp_path / "silent.dcm"
    counts = {"anterior": planted.counts["anterior"]}
    write_planar_nm(path, counts, planted.pixel_size_mm, view_order=("anterior",), manner=Manner(view_naming="none"))
    assert "--view" in refused(str(path))


def test_a_pixel_size_that_is_not_there_is_asked_for(tmp_path, planted, refused):
    path = tmp_path / "scan.dcm"
    write_planar_nm(path, planted.counts, None)
    assert "--pixel-size-mm" in refused(str(path))


def test_a_given_pixel_size_is_used_and_said_in_the_result(tmp_path, planted):
    from Testing.command_line.command import result_of

    path, out = tmp_path / "scan.dcm", tmp_path / "out"
    write_planar_nm(path, planted.counts, None)
    assert main(["segment", str(path), "--pixel-size-mm", "2.4", "--no-scene", "-o", str(out)]) == 0
    result = result_of(out)
    assert result["scan"]["views"]["anterior"]["pixel_size_mm"] == [2.4, 2.4]
    assert any("2.4 mm was given" in warning for warning in result["warnings"])


def test_a_folder_that_is_not_empty_is_refused_and_kept(tmp_path, scan_file, refused):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious")
    assert "not empty" in refused(str(scan_file))
    assert (tmp_path / "out" / "mine.txt").read_text() == "precious"


def test_overwrite_does_not_replace_a_folder_that_holds_no_case(tmp_path, scan_file, refused):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious")
    assert "no earlier case" in refused(str(scan_file), "--overwrite")
    assert (tmp_path / "out" / "mine.txt").read_text() == "precious"


def test_a_failed_overwrite_leaves_the_earlier_case(tmp_path, scan_file, finished_case, refused):
    shutil.copytree(finished_case, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    refused(str(bad_file(tmp_path, scan_file, "truncated")), "--overwrite")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 binary", b"%PDF-1.7 ..."], ids=["empty", "binary", "pdf"])
def test_a_report_that_cannot_be_read_is_refused(tmp_path, scan_file, refused, content):
    report = tmp_path / "report.txt"
    report.write_bytes(content)
    assert "report.txt" in refused(str(scan_file), "--report", str(report))


def test_two_reports_at_once_are_refused(tmp_path, scan_file, refused):
    report = tmp_path / "report.txt"
    report.write_text(REPORT_ZH, encoding="utf-8")
    assert "--report-text" in refused(str(scan_file), "--report", str(report), "--report-text", "T8.")


def test_a_folder_that_is_no_bundle_is_refused(tmp_path, scan_file, refused):
    (tmp_path / "model").mkdir()
    assert "bundle.json" in refused(str(scan_file), "--bundle", str(tmp_path / "model"))


def test_a_gpu_that_is_not_there_is_never_silently_replaced(scan_file, refused):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    assert "cuda" in refused(str(scan_file), "--device", "cuda")


def test_update_needs_a_case_and_the_same_scan(tmp_path, planted, finished_case, refused):
    other = tmp_path / "other.dcm"
    counts = {view: array + 1 for view, array in planted.counts.items()}
    write_planar_nm(other, counts, planted.pixel_size_mm)
    assert "no case" in refused(str(other), "--update")
    shutil.copytree(finished_case, tmp_path / "out")
    assert "another scan" in refused(str(other), "--update", "--report-text", REPORT_ZH)


def test_a_user_gets_exit_code_two_and_one_sentence_from_the_shell(tmp_path):
    finished = run_cli("segment", str(tmp_path / "nowhere.dcm"), "-o", str(tmp_path / "out"))
    assert finished.returncode == 2
    assert len(finished.stderr.strip().splitlines()) == 1


def test_measure_refuses_a_folder_without_a_case(tmp_path, capsys):
    assert main(["measure", str(tmp_path)]) == 2
    assert "result.json" in capsys.readouterr().err


def test_a_file_of_several_reports_asks_for_one_and_a_wrong_number_is_refused(tmp_path, scan_file, refused):
    reports = tmp_path / "reports.csv"
    reports.write_text("检查号,姓名,影像所见\nB-1,某甲,左侧第7肋浓聚\nB-2,某乙,未见异常\n", encoding="gb18030")
    sentence = refused(str(scan_file), "--report", str(reports))
    assert "reports.csv holds 2 reports; choose one with --accession" in sentence
    assert "某" not in sentence
    assert "none of its 2 reports" in refused(str(scan_file), "--report", str(reports), "--accession", "B-3")


def test_an_accession_number_without_a_file_of_reports_is_refused(scan_file, refused):
    sentence = refused(str(scan_file), "--report-text", "L3 uptake", "--accession", "B-3")
    assert "--accession chooses a report in a file" in sentence
