"""Simulated cases on disk: round trip, resumption, the same bytes with any number of workers, refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS
from model_training.simulator.case import simulate_case
from model_training.simulator.case_files import load_case, load_meta
from model_training.simulator.clinic import Clinic, default_clinic
from model_training.simulator.generate import case_path, case_seed, generate_cases
from model_training.simulator.planar_exam import examine
from model_training.simulator.simulated_patient import simulate_patient
from model_training.simulator.spect_case import spect_of
from model_training.simulator.spect_files import load_spect

COUNT = 2


@pytest.fixture(scope="module")
def a_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one_worker")
    generate_cases(COUNT, folder, 3, workers=1, progress=lambda *_: None, anatomy="analytic")
    return folder


def test_same_bytes_with_two_workers(a_folder: Path, tmp_path: Path) -> None:
    generate_cases(COUNT, tmp_path / "two", 3, workers=2, progress=lambda *_: None, anatomy="analytic")
    names = sorted(path.name for path in a_folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert len(names) == 2 * COUNT + 2, "npz and json of each, the data list and the settings"
    for name in names:
        assert (a_folder / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_case_reads_back_as_it_was_simulated(a_folder: Path) -> None:
    stored, made = load_case(case_path(a_folder, 0)), simulate_case(case_seed(3, 0), anatomy="analytic")
    assert stored.foci == made.foci
    assert stored.true_bsi_percent == made.true_bsi_percent
    assert stored.pixel_size_mm == made.pixel_size_mm
    for view in VIEWS:
        for name in ("counts", "class_map", "focus_map", "skeleton", "spine_level", "rib_level"):
            assert np.array_equal(getattr(stored, name)[view], getattr(made, name)[view]), (name, view)
        assert np.allclose(stored.expected[view], made.expected[view], rtol=1e-3, atol=1e-3)


def test_resuming_keeps_what_is_there_and_makes_what_is_missing(a_folder: Path, tmp_path: Path) -> None:
    kept, missing = case_path(tmp_path, 0), case_path(tmp_path, 1)
    for path in (kept, kept.with_suffix(".json")):
        path.write_bytes((a_folder / path.name).read_bytes())
    before, steps = kept.stat().st_mtime_ns, []
    generate_cases(COUNT, tmp_path, 3, resume=True, progress=lambda *step: steps.append(step[:2]), anatomy="analytic")
    assert kept.stat().st_mtime_ns == before
    assert steps == [(2, 2)]
    assert missing.read_bytes() == (a_folder / missing.name).read_bytes()


def test_each_case_has_reports_in_both_languages(a_folder: Path) -> None:
    reports = load_meta(case_path(a_folder, 0))["reports"]
    assert set(reports) == {"zh", "en"}
    for report in reports.values():
        assert report["text"].strip()
        for mention in report["mentions"]:
            assert 0 <= mention["start"] < mention["end"] <= len(report["text"])


def test_the_data_list_names_every_case_once(a_folder: Path) -> None:
    listed = json.loads((a_folder / "datalist.json").read_text(encoding="utf-8"))
    images = [entry["image"] for part in ("training", "validation", "test") for entry in listed[part]]
    assert sorted(images) == [case_path(a_folder, index).name for index in range(COUNT)]


def test_a_folder_with_cases_is_refused_without_resume(a_folder: Path) -> None:
    with pytest.raises(InputError, match="already holds simulated cases"):
        generate_cases(COUNT, a_folder, 3)


def test_no_cases_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one case"):
        generate_cases(0, tmp_path / "none", 3)
    assert not (tmp_path / "none").exists()


def test_a_file_that_is_no_case_is_refused(tmp_path: Path) -> None:
    path = case_path(tmp_path, 0)
    path.write_bytes(b"not a case")
    with pytest.raises(InputError, match="cannot be read"):
        load_case(path)
    path.with_suffix(".json").write_text('{"format": "something else"}', encoding="utf-8")
    with pytest.raises(InputError, match="is not the description"):
        load_case(path)


# ---- kinds of sets, DICOM, settings ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("followed")
    generate_cases(2, folder, 8, progress=lambda *_: None, anatomy="analytic", kind="followup", dicom=True)
    return folder


def test_a_followed_patient_has_two_scans_and_a_table_of_changes(followed: Path) -> None:
    listed = json.loads((followed / "datalist.json").read_text(encoding="utf-8"))
    entries = [entry for part in ("training", "validation", "test") for entry in listed[part]]
    assert [(entry["timepoint"], entry.get("prior", "")) for entry in entries if "000000" in entry["image"]] == [
        (0, ""),
        (1, "case_000000_t0.npz"),
    ]
    for index in range(2):
        first, second = (load_case(case_path(followed, index, name)) for name in ("t0", "t1"))
        assert (first.days, first.timepoint, second.timepoint) == (0, 0, 1)
        assert second.days >= 42
        assert {key: first.patient[key] for key in ("sex", "height_cm", "conditions")} == {
            key: second.patient[key] for key in ("sex", "height_cm", "conditions")
        }
        changes = load_meta(case_path(followed, index, "t1"))["followup"]["changes"]
        ids = {change: {row["lesion_id"] for row in changes if row["change"] == change} for change in
               ("new", "grown", "stable", "shrunk", "resolved", "flare")}  # fmt: skip
        seen = [{focus.lesion_id for focus in case.foci if focus.lesion_id} for case in (first, second)]
        assert ids["stable"] <= seen[0] & seen[1]
        assert not ids["new"] & seen[0]
        assert ids["new"] <= seen[1]
        assert not ids["resolved"] & seen[1]


def test_both_scans_of_a_pair_are_of_the_same_split(followed: Path) -> None:
    listed = json.loads((followed / "datalist.json").read_text(encoding="utf-8"))
    parts: dict[str, set[str]] = {}
    for part in ("training", "validation", "test"):
        for entry in listed[part]:
            parts.setdefault(entry["patient"], set()).add(part)
    assert len(parts) == 2
    assert all(len(found) == 1 for found in parts.values())


def test_written_dicom_reads_back_with_the_counts_and_sides_of_the_case(followed: Path) -> None:
    from BoneMetSegLib.scan_files import read_scan

    for index in range(2):
        path = case_path(followed, index, "t0")
        case, facts = load_case(path), load_meta(path)["dicom"]
        given = [followed / "dicom" / name for name in facts["files"]]
        size = None if facts["pixel_size_in_file"] else facts["pixel_size_mm"]
        scan = read_scan(given, pixel_size_mm=size)
        for view in VIEWS:
            stored = scan.views[view].counts
            mirrored = view == "posterior" and facts["mirrored_posterior"] and not facts["mirroring_in_file"]
            assert np.array_equal(stored[:, ::-1] if mirrored else stored, case.counts[view]), (index, view, facts)


def test_the_second_scan_is_a_later_study_of_the_same_patient(followed: Path) -> None:
    from datetime import datetime

    import pydicom

    for index in range(2):
        objects = []
        for name in ("t0", "t1"):
            files = load_meta(case_path(followed, index, name))["dicom"]["files"]
            objects.append(pydicom.dcmread(followed / "dicom" / files[0], stop_before_pixels=True))
        first, second = objects
        assert first.PatientID == second.PatientID
        assert first.StudyInstanceUID != second.StudyInstanceUID
        days = [datetime.strptime(found.StudyDate, "%Y%m%d") for found in objects]  # noqa: DTZ007
        assert (days[1] - days[0]).days == load_case(case_path(followed, index, "t1")).days


def test_reports_are_written_as_text_beside_dicom(followed: Path) -> None:
    reports = load_meta(case_path(followed, 0, "t1"))["reports"]
    for language in ("zh", "en"):
        text = (followed / "reports" / f"case_000000_t1_{language}.txt").read_text(encoding="utf-8")
        assert text.strip() == reports[language]["text"].strip()


@pytest.mark.parametrize(("change", "told"), [({"seed": 4}, "seed 3"), ({"kind": "followup"}, "kind 'planar'")])
def test_a_set_made_otherwise_is_not_gone_on_with(a_folder: Path, change: dict, told: str) -> None:
    settings = {"seed": 3, "kind": "planar"} | change
    before = sorted(path.name for path in a_folder.iterdir())
    with pytest.raises(InputError, match="holds a set made otherwise") as refused:
        generate_cases(COUNT, a_folder, settings["seed"], resume=True, anatomy="analytic", kind=settings["kind"])
    assert told in str(refused.value)
    assert sorted(path.name for path in a_folder.iterdir()) == before


def test_another_clinic_is_another_set(a_folder: Path) -> None:
    clinic = default_clinic().changed({"benign.mimic_share": {"share": 1.0}})
    with pytest.raises(InputError, match="clinic_sha256"):
        generate_cases(COUNT, a_folder, 3, resume=True, anatomy="analytic", clinic=clinic)


def test_the_settings_name_the_clinic_and_all_its_numbers(a_folder: Path) -> None:
    settings = json.loads((a_folder / "simulation.json").read_text(encoding="utf-8"))
    assert settings["clinic"] == "clinic_v1"
    assert settings["clinic_sha256"] == default_clinic().sha256
    assert Clinic("again", settings["clinic_settings"]).sha256 == default_clinic().sha256
    assert load_meta(case_path(a_folder, 0))["clinic_sha256"] == default_clinic().sha256


def test_an_interrupted_set_goes_on_to_the_same_bytes(a_folder: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(done: int, *_: object) -> None:
        if done == 1:
            raise StopError

    with pytest.raises(StopError):
        generate_cases(COUNT, tmp_path, 3, progress=stop, anatomy="analytic")
    assert not (tmp_path / "datalist.json").exists()
    generate_cases(COUNT, tmp_path, 3, resume=True, progress=lambda *_: None, anatomy="analytic")
    for path in a_folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


BARE = """
import importlib.abc, sys
MISSING = {{"pydicom", "yaml", "SimpleITK", "matplotlib", "skimage", "vtk", "highdicom", "jsonschema", "PIL",
            "safetensors", "transformers", "tokenizers", "monai", "lightning", "mujoco", "myo_sim", "nibabel",
            "pandas"}}
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in MISSING:
            raise ModuleNotFoundError(name, name=name)
        return None
sys.meta_path.insert(0, Refuse())
from pathlib import Path
from model_training.simulator.generate import generate_cases
generate_cases(1, Path({folder!r}), 5, progress=lambda *_: None, kind={kind!r}, anatomy="analytic")
print("made")
"""


@pytest.mark.parametrize("kind", ["planar", pytest.param("spect", marks=pytest.mark.slow)])
def test_arrays_are_made_where_nothing_but_numpy_scipy_and_torch_is_installed(kind: str, tmp_path: Path) -> None:
    script = BARE.format(folder=str(tmp_path / "set"), kind=kind)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )
    assert done.stdout.strip() == "made", done.stderr
    assert list((tmp_path / "set").glob("case_*.npz"))


@pytest.fixture(scope="module")
def with_tomography(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tomography")
    generate_cases(2, folder, 9, progress=lambda *_: None, clinic=short_bed(), **TOMOGRAPHY)
    return folder


TOMOGRAPHY = {"anatomy": "analytic", "kind": "both", "dicom": True}


def short_bed() -> Clinic:
    return default_clinic().changed({"spect.bed_mm": {"value": 80.0}, "spect.views": {"weights": {"60": 1}}})


def test_a_tomography_reads_back_as_it_was_simulated(with_tomography: Path) -> None:
    path = case_path(with_tomography, 0, "spect")
    stored = load_spect(path)
    person = simulate_patient(case_seed(9, 0), short_bed(), anatomy="analytic")
    made = spect_of(person, examine(person))
    for name in ("voxels", "true_bq_per_ml", "class_map", "focus_map", "skeleton", "spine_level", "rib_level"):
        assert np.array_equal(getattr(stored, name), getattr(made, name)), name
    assert stored.spect_foci == made.spect_foci
    assert stored.patient == made.patient
    assert (stored.field, stored.unit, stored.voxel_mm) == (made.field, made.unit, made.voxel_mm)


def test_both_examinations_are_of_the_same_foci(with_tomography: Path) -> None:
    for index in range(2):
        planar = load_case(case_path(with_tomography, index))
        spect = load_spect(case_path(with_tomography, index, "spect"))
        assert [(focus.number, focus.fine_region, focus.kind) for focus in planar.foci] == [
            (focus.number, focus.fine_region, focus.kind) for focus in spect.spect_foci
        ]


def test_a_tomography_is_written_as_dicom_that_reads_back(with_tomography: Path) -> None:
    from BoneMetSegLib.scan_files import read_scan

    for index in range(2):
        path = case_path(with_tomography, index, "spect")
        spect = load_spect(path)
        scan = read_scan([with_tomography / "dicom" / f"{path.stem}.dcm"])
        assert scan.kind == "spect"
        assert sorted(scan.voxels.shape) == sorted(spect.voxels.shape)
        factor = scan.voxels.max() / spect.values.max()
        assert scan.voxels.sum(dtype=float) / factor == pytest.approx(spect.values.sum(dtype=float), rel=1e-3)


def test_tomographies_are_the_same_bytes_with_two_workers(with_tomography: Path, tmp_path: Path) -> None:
    generate_cases(2, tmp_path, 9, workers=2, progress=lambda *_: None, clinic=short_bed(), **TOMOGRAPHY)
    paths = sorted(with_tomography.rglob("case_*.*"))
    assert {path.suffix for path in paths} == {".npz", ".json", ".dcm", ".txt"}
    for path in paths:
        assert path.read_bytes() == (tmp_path / path.relative_to(with_tomography)).read_bytes(), path.name


def test_a_file_that_is_no_tomography_is_refused(with_tomography: Path) -> None:
    with pytest.raises(InputError, match="is not a simulated tomography"):
        load_spect(case_path(with_tomography, 0))
