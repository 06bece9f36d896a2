"""``bonemetseg info``: what is recognised, in a line and in JSON; the scene; what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from BoneMetSegLib.cli import main
from model_training.simulator.nm_dicom import write_planar_nm
from model_training.simulator.nm_spect_dicom import (
    Calibration,
    SpectGeometry,
    SpectObject,
    write_spect_nm,
    write_spect_series,
)
from Testing.command_line.command import run_cli


def voxels() -> np.ndarray:
    volume = np.random.default_rng(2).poisson(9, (10, 16, 20)).astype(np.uint16)
    volume[7, 4, 17] = 300
    return volume


GOOD = SpectObject(
    SpectGeometry((4.8, 4.8), 4.8, 4.8, position=(-45.6, -36.0, 0.0)),
    Calibration(unit="Bq/ml", slope=10.0, weight_kg=70, dose_mbq=600),
)


@pytest.fixture
def spect_file(tmp_path):
    return write_spect_nm(tmp_path / "spect.dcm", voxels(), GOOD)


def test_a_spect_volume_is_recognised_in_a_line(spect_file):
    finished = run_cli("info", str(spect_file))
    assert finished.returncode == 0
    line, quantity = finished.stdout.splitlines()[:2]
    assert line == (
        "spect.dcm: SPECT volume, 20 x 16 x 10 voxels of 4.8 x 4.8 x 4.8 mm, SUVbw, Tc-99m MDP, 2025-03-01, from DICOM"
    )
    assert quantity.startswith("quantity: SUV by body weight (70 kg)")
    assert "SIMULATED" not in finished.stdout + finished.stderr


def test_the_details_are_json_alone(spect_file, capsys):
    assert main(["info", str(spect_file), "--json"]) == 0
    details = json.loads(capsys.readouterr().out)
    assert (details["kind"], details["quantity"], details["size_ijk"]) == ("spect", "SUVbw", [20, 16, 10])
    assert details["maximum_at_ijk"] == [17, 4, 7]
    # L = -45.6 + 17 * 4.8 = 36, P = -36 + 4 * 4.8 = -16.8, S = 7 * 4.8 = 33.6.
    assert details["maximum_at_ras_mm"] == [-36.0, 16.8, 33.6]
    # 3000 Bq/ml * 70000 g / 424.5088 MBq.
    assert details["maximum"] == pytest.approx(0.49469, abs=1e-4)
    assert "SIMULATED" not in json.dumps(details)


def test_a_series_of_slices_and_a_planar_scan_are_recognised(tmp_path, capsys):
    files = write_spect_series(tmp_path, voxels(), GOOD)
    assert main(["info", *map(str, files[::-1])]) == 0
    assert "20 x 16 x 10 voxels" in capsys.readouterr().out
    counts = np.random.default_rng(1).poisson(3, (400, 100)).astype(np.uint16)
    planar = write_planar_nm(tmp_path / "planar.dcm", {"anterior": counts}, 4.0)
    assert main(["info", str(planar)]) == 0
    shown = capsys.readouterr().out
    assert "planar.dcm: planar whole-body scan, anterior 100 x 400 of 4 mm with 0.12 million counts" in shown
    assert "quality: There is no posterior view" in shown
    assert main(["info", str(planar), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["views"]["anterior"]["view_source"] == "View Code Sequence"


def test_the_scene_is_written_and_not_over_another_file(spect_file, tmp_path, capsys):
    pytest.importorskip("slicer")
    scene = tmp_path / "scene.mrb"
    report = tmp_path / "report.txt"
    report.write_text("诊断意见：未见骨转移。", encoding="utf-8")
    assert main(["info", str(spect_file), "--scene", str(scene), "--report", str(report)]) == 0
    assert scene.stat().st_size > 5000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.txt", "scene.mrb", "spect.dcm"]
    before = scene.read_bytes()
    assert main(["info", str(spect_file), "--scene", str(scene)]) == 2
    assert "scene.mrb exists already" in capsys.readouterr().err
    assert scene.read_bytes() == before
    assert main(["info", str(spect_file), "--scene", str(scene), "--overwrite"]) == 0


def test_a_planar_scan_is_written_as_a_scene_too(tmp_path):
    pytest.importorskip("slicer")
    counts = np.random.default_rng(1).poisson(3, (400, 100)).astype(np.uint16)
    planar = write_planar_nm(tmp_path / "planar.dcm", {"anterior": counts, "posterior": counts}, 4.0)
    assert main(["info", str(planar), "--scene", str(tmp_path / "planar.mrb")]) == 0
    assert (tmp_path / "planar.mrb").is_file()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--scene", "scene.zip"], "scene.zip does not end in .mrb"),
        (["--scene", "nowhere/scene.mrb"], "its folder does not exist"),
        (["--report", "report.txt"], "say where to write it with --scene"),
        (["--view", "anterior"], "--view is for planar views"),
        (["--quantity", "counts"], "but --quantity says counts"),
    ],
)
def test_what_does_not_fit_ends_with_2_and_one_sentence(spect_file, arguments, fault, capsys):
    assert main(["info", str(spect_file), *arguments]) == 2
    error = capsys.readouterr().err
    assert fault in error
    assert error.count("\n") == 1


def test_segmenting_spect_without_a_model_for_it_says_so_and_writes_nothing(
    spect_file, tmp_path, without_bundles, capsys
):
    out = tmp_path / "out"
    assert main(["segment", str(spect_file), "-o", str(out)]) == 2
    error = capsys.readouterr().err
    assert error.splitlines()[-1] == (
        "bonemetseg: spect.dcm is a SPECT volume, and there is no model for SPECT; 'bonemetseg info' reads and shows it"
    )
    assert not out.exists()
