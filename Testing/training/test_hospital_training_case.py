"""A training case says what is known of an examination, simulated or a hospital's, and ``None`` for the rest."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from model_training.hospital.case_files import HospitalCase, HospitalSpect, load_hospital_case, write_hospital_case
from model_training.simulator.case_files import write_case_files
from model_training.simulator.simulated_case import SimulatedCase
from model_training.training_case import IGNORE, load_training_case, load_training_volume

ROWS, COLUMNS = 200, 80


def _maps(value: int = 0) -> dict[str, np.ndarray]:
    anterior, posterior = np.zeros((2, ROWS, COLUMNS), np.uint8)
    anterior[50:54, 10:13] = value  # the patient's right
    posterior[50:54, 67:70] = value  # the same side, seen from behind
    return {"anterior": anterior, "posterior": posterior}


def _counts(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {view: rng.poisson(20, (ROWS, COLUMNS)) for view in ("anterior", "posterior")}


def test_a_hospitals_case_has_counts_masks_and_reports_and_says_what_it_lacks(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    made = HospitalCase("p1", 2.4, _counts(rng), _maps(1), _maps(3), reports={"zh": "右侧肋骨转移。"})
    write_hospital_case(tmp_path / "a.npz", made)
    meta = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert meta["source"] == "hospital"
    assert meta["truth"]["skeleton"] is False
    assert meta["truth"]["expected"] is False
    case = load_training_case(tmp_path / "a.npz")
    assert (case.views, case.source, case.patient, case.pixel_size_mm) == (
        ("anterior", "posterior"), "hospital", "p1", 2.4,
    )  # fmt: skip
    assert case.expected is case.skeleton is case.spine_level is case.rib_level is None
    assert case.reports == {"zh": "右侧肋骨转移。"}
    for view in case.views:
        assert case.counts[view].dtype == np.uint16
        np.testing.assert_array_equal(case.counts[view], made.counts[view])
        np.testing.assert_array_equal(case.class_map[view], made.class_map[view])
        np.testing.assert_array_equal(case.focus_map[view], made.focus_map[view])
    assert case.class_map["anterior"][50:54, 10:13].all()
    assert case.class_map["posterior"][50:54, 67:70].all()


def test_a_single_view_is_a_case_too(tmp_path: Path, rng: np.random.Generator) -> None:
    one = {"posterior": _counts(rng)["posterior"] + 0.5}
    masks = {"posterior": np.full((ROWS, COLUMNS), IGNORE, np.uint8)}
    write_hospital_case(tmp_path / "a.npz", HospitalCase("p", 2.0, one, masks, masks, counts_up_to_a_factor=True))
    case = load_training_case(tmp_path / "a.npz")
    assert case.views == ("posterior",)
    assert case.counts["posterior"].dtype == np.float32
    assert case.counts_up_to_a_factor
    assert (case.class_map["posterior"] == IGNORE).all()
    assert case.reports == {}


def test_a_simulated_case_knows_everything(tmp_path: Path, rng: np.random.Generator) -> None:
    counts = {view: image.astype(np.uint16) for view, image in _counts(rng).items()}
    skeleton = {view: rng.random((29, ROWS // 2, COLUMNS // 2)) > 0.5 for view in counts}
    levels = {view: np.full((ROWS // 2, COLUMNS // 2), 70, np.uint8) for view in counts}
    expected = {view: image.astype(np.float32) for view, image in counts.items()}
    simulated = SimulatedCase(
        7, 2.4, expected, counts, _maps(1), _maps(1), skeleton, levels, levels, (), 0.1, {"sex": "female"}
    )
    reports = {"zh": {"text": "骨转移。"}, "en": {"text": "Metastasis."}}
    write_case_files(tmp_path / "s.npz", simulated, {"reports": reports, "set_seed": 5, "index": 2})
    case = load_training_case(tmp_path / "s.npz")
    assert (case.source, case.patient) == ("simulated", "simulated_5_2")
    assert case.reports == {"zh": "骨转移。", "en": "Metastasis."}
    assert case.expected is not None
    assert case.skeleton is not None
    assert case.spine_level is not None
    assert case.rib_level is not None
    np.testing.assert_array_equal(case.skeleton["anterior"], skeleton["anterior"])
    np.testing.assert_array_equal(case.expected["posterior"], expected["posterior"])


def test_a_hospitals_tomography_reads_back_as_a_volume(tmp_path: Path, rng: np.random.Generator) -> None:
    voxels = rng.random((12, 10, 14)).astype(np.float32) * 1e5
    mask = (voxels > 9e4).astype(np.uint8)
    made = HospitalSpect("p", voxels, mask, mask, (3.0, 4.0, 4.0), "Bq/ml", (-20.0, -10.0, 5.0), reports={"en": "x"})
    write_hospital_case(tmp_path / "a.npz", made)
    volume = load_training_volume(tmp_path / "a.npz")
    assert (volume.voxel_mm, volume.unit, volume.source, volume.skeleton) == (
        (3.0, 4.0, 4.0),
        "Bq/ml",
        "hospital",
        None,
    )
    np.testing.assert_array_equal(volume.voxels, voxels)
    np.testing.assert_array_equal(volume.class_map, mask)
    with pytest.raises(InputError, match="not a planar case"):
        load_training_case(tmp_path / "a.npz")


def test_a_damaged_case_is_refused_in_a_sentence(tmp_path: Path, rng: np.random.Generator) -> None:
    path = tmp_path / "a.npz"
    with pytest.raises(InputError, match="cannot be read as the description"):
        load_training_case(path)
    write_hospital_case(path, HospitalCase("p", 2.4, _counts(rng), _maps(1), _maps(1)))
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InputError, match="import it again"):
        load_training_case(path)
    wrong = {view: mask[:-1] for view, mask in _maps(1).items()}
    write_hospital_case(path, HospitalCase("p", 2.4, _counts(rng), wrong, _maps(1)))
    with pytest.raises(InputError, match="differ in size"):
        load_hospital_case(path)
    write_hospital_case(path, HospitalCase("p", 2.4, _counts(rng), _maps(9), _maps(1)))
    with pytest.raises(InputError, match="class that is unknown"):
        load_hospital_case(path)
    path.with_suffix(".json").write_text('{"format": "something else"}')
    with pytest.raises(InputError, match="not a planar case"):
        load_training_case(path)
