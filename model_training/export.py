"""Make a bundle of a training run: thresholds from the validation split, scores from the test split, model card."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from BoneMetSegLib.bundle import Bundle, open_bundle, write_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.segmenter import Segmenter

from .bundle_kinds import BundleKind, bundle_kind
from .case_lists import cases_of, clinic_of, entries_of
from .configuration import configuration_hash
from .evaluation.cohort import listed_cases
from .evaluation.examination import load_meta
from .evaluation.model_scores import evaluate, write_scores
from .given_report_path import with_report_path_of
from .model_card import TEST_SPLIT, model_card
from .thresholds import choose_thresholds
from .training.given_image_path import given_image_path
from .training.run_folder import Trained, load_run


@dataclass(frozen=True)
class Taken:
    """What an export takes of other bundles.

    Attributes
    ----------
    thresholds_of : Path, optional
        A bundle with the same image path, whose thresholds and burden calibration are taken over: what was measured of
        the image alone with them holds for the new one too. By default they are chosen, and nothing is calibrated.
    report_path_of : Path, optional
        A bundle by statuses whose report path is put over the run's image path.
    """

    thresholds_of: Path | None = None
    report_path_of: Path | None = None


def export_bundle(
    run: Path,
    data: Path,
    out: Path,
    seed: int,
    *,
    config: Path | None = None,
    path: str = "",
    test_data: Path | None = None,
    test_cases: int | None = None,
    taken: Taken | None = None,
) -> Bundle:
    """Write the bundle of a finished run, planar or SPECT, with its evaluation, to ``out``.

    Parameters
    ----------
    data : Path
        What the run was trained on.
    seed : int
        Of the evaluation.
    config : Path, optional
        Name, version and number of validation cases that differ from the kind's own configuration.
    path : str
        Which report path, where the run trained several.
    test_data : Path, optional
        A set that was simulated to be scored; all of it is. By default the test split of ``data``.
    test_cases : int, optional
        Only the first so many patients of the test.
    taken : Taken, optional
        What is taken of other bundles instead of being the run's own.

    Raises
    ------
    InputError
        The run, the cases or ``out`` cannot be used; nothing has been written then.
    """
    _check_out(out)
    for given in filter(None, (data, test_data)):
        entries_of(given, "test")  # no data list is said first
    trained = load_run(run, path)
    taken = taken or Taken()
    if taken.report_path_of is not None:
        trained = with_report_path_of(trained, taken.report_path_of)
    kind = bundle_kind(trained.network.config)
    configuration = kind.read_configuration(config)
    test = listed_cases(test_data or data, "all" if test_data else "test", test_cases, kind.name)
    if len(test) < 2:
        raise InputError(
            f"{test_data or data} gives {len(test)} test patients; the model card needs at least 2: simulate more cases"
        )
    facts = {"name": configuration["name"], "version": configuration["version"]}
    thresholds = {} if taken.thresholds_of is None else _given_thresholds(taken.thresholds_of, trained)
    facts |= {"training": _training(trained, kind, data), "intended_use": kind.intended_use, "licence": "Apache-2.0"}
    with tempfile.TemporaryDirectory() as folder:
        draft = _write_draft(Path(folder) / "draft", trained, {**facts, "thresholds": dict(kind.start_thresholds)})
        validation = cases_of(data, "validation", kind.name)[: configuration["train"]["validation_cases"]]
        facts.update(thresholds or {"thresholds": choose_thresholds(Segmenter(draft, "cpu"), validation)})
        chosen = _write_draft(Path(folder) / "chosen", trained, facts)
        scores = evaluate(Segmenter(chosen, "cpu"), test, seed)
    write_scores(scores, run)
    patients = _other_set_words(test[0]) if test_data else TEST_SPLIT
    return _write(out, trained, {**facts, "evaluation": scores}, model_card(kind, facts, scores, patients))


def _given_thresholds(folder: Path, trained: Trained) -> dict[str, Any]:
    """Return thresholds and calibration of a bundle whose image path is that of a run.

    Raises
    ------
    InputError
        Its image path is another.
    """
    bundle = open_bundle(folder)
    theirs = given_image_path(folder).weights
    ours = {name: value.cpu() for name, value in trained.network.state_dict().items() if name.startswith("image.")}
    if theirs.keys() != ours.keys() or not all(torch.equal(theirs[name], ours[name]) for name in theirs):
        raise InputError(f"bundle {folder.name} has another image path than the run; let export choose the thresholds")
    facts: dict[str, Any] = {"thresholds": bundle.thresholds, "thresholds_of": bundle.name}
    if bundle.burden_calibration:
        facts["burden_calibration"] = bundle.burden_calibration
    return facts


def _check_out(out: Path) -> None:
    if out.exists() and not (out.is_dir() and ((out / "bundle.json").is_file() or not any(out.iterdir()))):
        raise InputError(f"{out} holds something else than a bundle; give an empty or a new folder")


def _training(trained: Trained, kind: BundleKind, data: Path) -> dict[str, Any]:
    """Return what ``bundle.json`` says of the training: as it ran, whatever a configuration says now."""
    made_with = trained.log["configuration"]
    patients = {split: len(cases_of(data, split, kind.name)) for split in ("training", "validation", "test")}
    if trained.log.get("report_path_of"):  # what was trained is the image path alone
        patients = (trained.log.get("image_path") or {}).get("patients", patients)
    return {
        "data": kind.data,
        "clinic": clinic_of(data),
        "patients": patients,
        "configuration_sha256": configuration_hash(made_with),
        "configuration": made_with,
        "seed": trained.log["seed"],
        "steps": trained.log.get("steps"),
        "minutes": trained.log.get("minutes"),
        "image_path": trained.log.get("image_path"),
        "report_path_of": trained.log.get("report_path_of"),
        "reading": trained.log["reading"],
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, CPU, {torch.get_num_threads()} threads",
    }


def _other_set_words(case: Path) -> str:
    meta = load_meta(case)
    who = f"`{meta.get('clinic')}`, seed {meta.get('set_seed')}"
    return f"They are a set of their own ({who}), on which nothing was chosen."


def _write_draft(out: Path, trained: Trained, facts: Mapping[str, Any]) -> Bundle:
    return _write(out, trained, {**facts, "evaluation": {}}, "A draft, not evaluated.\n")


def _write(out: Path, trained: Trained, description: Mapping[str, Any], card: str) -> Bundle:
    grid = _preprocessing(trained)
    return write_bundle(out, trained.network, trained.text, trained.tokenizer_json, card, description, grid)


def _preprocessing(trained: Trained) -> Preprocessing:
    """The grid the network was trained on, which its bundle asks for."""
    grid = trained.log["configuration"]["grid"]
    sides = tuple(int(grid[name]) for name in ("slices", "rows", "columns") if name in grid)
    pixel_mm = grid["voxel_mm"] if "voxel_mm" in grid else grid["pixel_mm"]
    return Preprocessing(float(pixel_mm), sides, trained.network.config.grid_multiple)
