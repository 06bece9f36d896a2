"""``bonemetseg segment`` on a SPECT volume: with a bundle for SPECT, without one, and with one of the other kind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import validate

from BoneMetSegLib import jobs
from BoneMetSegLib.cli import main
from BoneMetSegLib.nrrd_file import read_nrrd
from BoneMetSegLib.resources import resource_path
from Testing.library.tiny_spect_bundle import write_tiny_spect_bundle

VOLUME = resource_path("SampleData", "simulated_spect.dcm")
REPORT = "诊断意见：左侧第7肋骨转移。"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained bundle that calls nothing hot: what it finds is of no interest here."""
    folder = write_tiny_spect_bundle(tmp_path_factory.mktemp("b") / "spect").folder
    description = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    description["thresholds"]["foreground"] = 0.999
    (folder / "bundle.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def test_a_volume_becomes_a_case_on_its_own_grid(tmp_path, bundle):
    out = tmp_path / "out"
    options = ["--bundle", str(bundle), "--report-text", REPORT, "--no-scene", "-o", str(out)]
    assert main(["segment", str(VOLUME), *options]) == 0
    assert {path.name for path in out.iterdir()} == {
        "spect.seg.nrrd", "hot_spots.csv", "result.json", "maps.npz", "overlay.png",
    }  # fmt: skip
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    validate(document, json.loads(resource_path("Schema", "result.schema.json").read_text(encoding="utf-8")))
    segmentation = read_nrrd(out / "spect.seg.nrrd")
    assert list(segmentation.layers.shape[:0:-1]) == document["scan"]["size_ijk"]
    assert np.allclose(segmentation.ijk_to_ras, document["scan"]["ijk_to_ras"])
    assert 0 < document["report"]["fit"] < 1
    assert main(["measure", str(out)]) == 0


def test_without_a_bundle_for_spect_it_is_refused_in_one_sentence(tmp_path, without_bundles, capsys):
    assert main(["segment", str(VOLUME), "-o", str(tmp_path / "out")]) == 2
    assert "is a SPECT volume, and there is no model for SPECT" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_bundle_of_the_installation_is_chosen_by_the_kind_of_scan(tmp_path, monkeypatch, bundle):
    monkeypatch.setattr(jobs, "default_bundle", bundle.with_name)
    assert main(["segment", str(VOLUME), "--no-scene", "-o", str(tmp_path / "out")]) == 0
    document = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert document["model"]["name"] == "tiny volume"


def test_a_bundle_of_the_other_kind_is_refused_in_one_sentence(tmp_path, scan_file, bundle, capsys):
    assert main(["segment", str(scan_file), "--bundle", str(bundle), "-o", str(tmp_path / "out")]) == 2
    assert "bundle spect is for spect scans, and this is a planar scan" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
