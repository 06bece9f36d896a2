"""Simulated cases on disk: round trip, resumption, the same bytes with any number of workers, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS
from model_training.simulator.case import simulate_case
from model_training.simulator.case_files import load_case, load_meta
from model_training.simulator.generate import case_path, case_seed, generate_cases

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
    assert len(names) == 2 * COUNT + 1
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
