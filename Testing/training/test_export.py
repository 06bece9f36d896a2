"""The model card says what was done, and nothing that was not measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from BoneMetSegLib.bundle import open_bundle, sha256_of
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import NetworkConfig
from BoneMetSegLib.segmenter import default_bundle
from model_training import export as module
from model_training.bundle_kinds import PLANAR, SPECT, BundleKind
from model_training.configuration import configuration_hash, read_configuration
from model_training.model_card import model_card, write_card

READING = {
    "place_f1_zh": 0.91,
    "place_f1_en": 0.92,
    "status_accuracy_zh": 0.93,
    "status_accuracy_en": 0.94,
    "seconds": 61,
}


def interval(mean: float | None) -> dict[str, float | None]:
    return {"mean": mean, "low": mean and mean - 0.1, "high": mean and mean + 0.1}


def scores_with(gain: float | None) -> dict:
    row = {
        "dice": interval(0.5),
        "dice_pooled": 0.6,
        "benign_drawn_as_metastasis": interval(None),
        "lesion_sensitivity": 0.7,
        "false_positives_per_scan": 0.2,
        "false_positives_per_normal_scan": None,
    }
    return {
        "patients": 9,
        "patients_with_visible_metastasis": 5,
        "conditions": dict.fromkeys(("image_only", "report", "other_report"), row),
        "dice_gain": {f"{name}_minus_image_only": interval(gain) for name in ("report", "other_report")},
        "places": {
            key: {"share": None, "count": 0} for key in ("region", "side", "vertebra_within_one", "rib_within_one")
        },
        "skeleton_dice_mean": 0.8,
        "bsi": {"max": {"slope": None, "r": None, "mean_difference": None, "sd_difference": None}},
        "seconds_per_case_median": 0.4,
    }


def description_and_training(configuration: dict) -> tuple[dict, dict]:
    training = {
        "patients": {"training": 70, "validation": 8, "test": 9},
        "configuration": configuration,
        "configuration_sha256": configuration_hash(configuration),
        "seed": 3,
        "machine": "x86_64, CPU, 1 threads",
        "reading": READING,
        "minutes": 45.0,
        "steps": 1234,
    }
    thresholds = {"foreground": 0.4, "accept": 0.5, "min_area_mm2": 60.0}
    return {"name": "planar", "version": "0.1", "thresholds": thresholds, "licence": "Apache-2.0"}, training


def card_of(kind: BundleKind, scores: dict) -> str:
    configuration = kind.read_configuration(None)
    described, training = description_and_training(configuration)
    facts = described | {"intended_use": kind.intended_use, "training": training}
    return model_card(kind, facts, scores)


@pytest.mark.parametrize("kind", [PLANAR, SPECT], ids=lambda kind: kind.name)
def test_the_card_says_on_what_how_long_how_good_and_for_what(kind):
    card = card_of(kind, scores_with(0.12))
    assert card.startswith("# planar 0.1\n")
    for words in (
        "Not for diagnosis or treatment",
        "70 simulated patients",
        "45.0 min",
        "1234",
        "seed 3",
        "0.5 (0.4 to 0.6)",
        "+0.120 (+0.020 to +0.220)",
        configuration_hash(kind.read_configuration(None))[:16],
        f"model_training/configs/{kind.name}.yaml",
        "Apache-2.0",
        '"foreground": 0.4',
        "They are the test split",
    ):
        assert words in card, words


def test_a_card_of_tomographies_speaks_of_voxels_and_volumes_and_never_of_views():
    scores = scores_with(0.12)
    del scores["bsi"]
    scores["lesion_volume_ml"] = {"slope": 0.9, "r": 0.95, "mean_difference": 1.5, "sd_difference": 3.0}
    card = card_of(SPECT, scores)
    for words in ("three dimensions", "blurred\nwith the resolution", "exceeds 40 %", "voxel", "train-spect"):
        assert words in card, words
    assert "slope 0.9, r 0.95, difference 1.5 (SD 3.0) ml" in card
    for words in ("posterior", "both views", "either view", "Bone Scan Index", "whole-body"):
        assert words not in card, words


def test_a_card_without_a_measured_gain_says_so():
    assert "Own report minus image only: DSC not measured." in card_of(PLANAR, scores_with(None))


def test_the_training_is_described_by_the_configuration_it_ran_with(monkeypatch, tmp_path):
    """Not by the one that the export was given: --minutes may have changed it."""
    ran_with = read_configuration()
    ran_with["train"]["minutes"] = 7
    monkeypatch.setattr(module, "cases_of", lambda *_: [])
    log = {"seed": 3, "steps": 5, "minutes": 7.0, "reading": READING, "configuration": ran_with}
    training = module._training(SimpleNamespace(log=log), PLANAR, tmp_path)
    assert training["configuration"]["train"]["minutes"] == 7
    assert training["configuration_sha256"] == configuration_hash(ran_with)
    json.dumps(training)


def test_one_test_patient_makes_no_card(monkeypatch, tmp_path):
    trained = SimpleNamespace(network=SimpleNamespace(config=NetworkConfig()))
    monkeypatch.setattr(module, "load_run", lambda *_: trained)
    monkeypatch.setattr(module, "entries_of", lambda *_: [])
    monkeypatch.setattr(module, "listed_cases", lambda *_: [Path("a")])
    with pytest.raises(InputError, match="gives 1 test patients; the model card needs at least 2"):
        module.export_bundle(tmp_path, tmp_path, tmp_path / "out", 0)
    assert not (tmp_path / "out").exists()


def test_thresholds_and_calibration_are_taken_of_a_bundle_with_the_same_image_path_alone():
    bundle = open_bundle(default_bundle())
    network = bundle.load()[0]
    taken = module._given_thresholds(bundle.folder, SimpleNamespace(network=network))
    assert taken["thresholds"] == bundle.thresholds
    assert taken["burden_calibration"] == bundle.burden_calibration != {}
    with torch.no_grad():
        next(network.image.parameters()).add_(1e-3)
    with pytest.raises(InputError, match="bundle planar has another image path than the run"):
        module._given_thresholds(bundle.folder, SimpleNamespace(network=network))


def test_a_card_says_whose_thresholds_were_taken():
    described, training = description_and_training(PLANAR.read_configuration(None))
    facts = described | {"intended_use": PLANAR.intended_use, "training": training, "thresholds_of": "planar 0.4"}
    assert "those of the bundle planar 0.4, whose image path this one shares" in model_card(
        PLANAR, facts, scores_with(0.1)
    )


def test_a_bundle_is_not_written_over_something_else(tmp_path):
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds something else than a bundle"):
        module.export_bundle(tmp_path, tmp_path, tmp_path, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_card_is_written_anew_with_other_scores_and_the_bundle_stays_sound(tmp_path):
    bundle = shutil.copytree(default_bundle(), tmp_path / "bundle")
    weights = sha256_of(bundle / "weights.safetensors")
    scores = tmp_path / "evaluation.json"
    scores.write_text(json.dumps(scores_with(0.123)), encoding="utf-8")
    written = write_card(bundle, scores, "Nine patients of another seed.")
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert "Nine patients of another seed." in card
    assert "+0.123" in card
    assert written.description["evaluation"]["patients"] == 9
    assert sha256_of(bundle / "weights.safetensors") == weights
    of_command = {"cohort": {"clinic": "clinic_v1"}, "models": {"planar": scores_with(0.456)}}
    scores.write_text(json.dumps(of_command), encoding="utf-8")
    written = write_card(bundle, scores, "Nine patients of another seed.")
    assert written.description["evaluation"]["cohort"] == {"clinic": "clinic_v1"}
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert "+0.456" in card
    scores.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"is no evaluation\.json"):
        write_card(bundle, scores, "")
    assert (bundle / "README.md").read_text(encoding="utf-8") == card
