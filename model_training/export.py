"""Make a bundle of a training run: thresholds from the validation split, scores from the test split, model card."""

from __future__ import annotations

import json
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from BoneMetSegLib.bundle import Bundle, open_bundle, sha256_of, write_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.segmenter import Segmenter

from .case_lists import cases_of, clinic_of
from .configuration import configuration_hash
from .evaluation.model_scores import evaluate, write_scores
from .evaluation.tables import evaluation_markdown
from .thresholds import choose_thresholds
from .training.run_folder import Trained, load_run

START_THRESHOLDS = {"foreground": 0.5, "accept": 0.5, "min_area_mm2": 90.0}
INTENDED_USE = (
    "Research on planar whole-body bone scans with their reports. Not for diagnosis or treatment. Trained on simulated scans "
    "and reports only; how it does on patients is not known."
)


def export_bundle(
    run: Path, data: Path, out: Path, configuration: dict[str, Any], seed: int, *, test_cases: int | None = None
) -> Bundle:
    """Write the bundle of a finished run, with its evaluation, to ``out``.

    Parameters
    ----------
    test_cases : int, optional
        Only the first so many patients of the test split.
    """
    trained = load_run(run)
    test = cases_of(data, "test")[:test_cases]
    if len(test) < 2:
        raise InputError(
            f"{data} gives {len(test)} test patients; the model card needs at least 2: simulate more cases"
        )
    with tempfile.TemporaryDirectory() as folder:
        draft = _write(Path(folder) / "draft", trained, configuration, START_THRESHOLDS, {}, data)
        validation = cases_of(data, "validation")[: configuration["train"]["validation_cases"]]
        thresholds = choose_thresholds(Segmenter(draft, "cpu"), validation)
        chosen = _write(Path(folder) / "chosen", trained, configuration, thresholds, {}, data)
        scores = evaluate(Segmenter(chosen, "cpu"), test, seed)
    write_scores(scores, run)
    return _write(out, trained, configuration, thresholds, scores, data)


def _write(
    out: Path,
    trained: Trained,
    configuration: dict[str, Any],
    thresholds: Mapping[str, float],
    scores: Mapping[str, Any],
    data: Path,
) -> Bundle:
    counts = {split: len(cases_of(data, split)) for split in ("training", "validation", "test")}
    made_with = trained.log.get("configuration", configuration)
    training = {
        "data": "simulated planar whole-body scans and simulated reports (model_training simulate); no patient data",
        "clinic": clinic_of(data),
        "patients": counts,
        "configuration_sha256": configuration_hash(made_with),
        "configuration": made_with,
        "seed": trained.log["seed"],
        "steps": trained.log.get("steps"),
        "minutes": trained.log.get("minutes"),
        "image_path": trained.log.get("image_path"),
        "reading": trained.log["reading"],
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, CPU, {torch.get_num_threads()} threads",
    }
    description = {
        "name": configuration["name"],
        "version": configuration["version"],
        "thresholds": dict(thresholds),
        "training": training,
        "evaluation": dict(scores),
        "intended_use": INTENDED_USE,
        "licence": "Apache-2.0",
    }
    card = _card(description, training, scores) if scores else "A draft, not evaluated.\n"
    return write_bundle(
        out, trained.network, trained.text, trained.tokenizer_json, card, description, _preprocessing(trained)
    )


def _preprocessing(trained: Trained) -> Preprocessing:
    """The grid the network was trained on, which its bundle asks for."""
    grid = trained.log["configuration"]["grid"]
    sides = tuple(int(grid[name]) for name in ("slices", "rows", "columns") if name in grid)
    pixel_mm = grid["voxel_mm"] if "voxel_mm" in grid else grid["pixel_mm"]
    return Preprocessing(float(pixel_mm), sides, trained.network.config.grid_multiple)


def write_card(bundle: Path, scores: Path, patients: str) -> Bundle:
    """Write the card of a bundle anew, with other scores; weights, thresholds and what training said stay.

    Parameters
    ----------
    bundle : Path
        The bundle's folder.
    scores : Path
        ``evaluation.json`` of ``evaluate``.
    patients : str
        A sentence on who was evaluated: seed, how often they were looked at.

    Raises
    ------
    InputError
        The bundle is damaged, or the scores cannot be read.
    """
    description = dict(open_bundle(bundle).description)
    try:
        new_scores = _scores_of_one_model(json.loads(scores.read_text(encoding="utf-8")))
        card = _card(description, description["training"], new_scores, patients)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{scores} is no evaluation.json") from error
    (bundle / "README.md").write_text(card, encoding="utf-8", newline="\n")
    description["evaluation"] = {**new_scores, "patients_in_words": patients}
    description["files"] = {name: sha256_of(bundle / name) for name in description["files"]}
    text = json.dumps(description, ensure_ascii=False, indent=2) + "\n"
    (bundle / "bundle.json").write_text(text, encoding="utf-8", newline="\n")
    return open_bundle(bundle)


def _scores_of_one_model(document: dict[str, Any]) -> dict[str, Any]:
    """Return the scores in an ``evaluation.json``: of the command, which names its models, or of an export."""
    if "models" not in document:
        return document
    (scores,) = document["models"].values()
    return {**scores, "cohort": document["cohort"]}


def _card(
    description: Mapping[str, Any], training: Mapping[str, Any], scores: Mapping[str, Any], patients: str = ""
) -> str:
    gain = scores["dice_gain"]["report_minus_image_only"]
    other = scores["dice_gain"]["other_report_minus_image_only"]
    places, reading, bsi = scores["places"], training["reading"], scores["bsi"]
    return f"""# {description["name"]} {description["version"]}

{description["intended_use"]}

**What it is.** A residual U-Net over the anterior and the mirrored posterior view together, a small BERT that reads the report
clause by clause (Chinese or English), and region states of the report laid out in space where the image shows each bone. It
runs twice over one image encoding: without the report and with it.

**Trained on** {training["patients"]["training"]} simulated patients (validation {training["patients"]["validation"]}, test
{training["patients"]["test"]}; one scan each, so the split is by patient) {_clinic_words(training.get("clinic"))} and endless simulated reports, by
`model_training/configs/planar.yaml` (SHA-256 `{training["configuration_sha256"][:16]}`), seed {training["seed"]}, on a CPU
({training["machine"]}): reading {reading["seconds"]:.0f} s, {_steps_words(training)}.
One run; the spread over seeds was not measured.

**How good, on simulated test patients** ({scores["patients"]}, {scores["patients_with_visible_metastasis"]} of them with a visible
metastasis). {patients or "They are the test split of the training data."} DSC is the mean over patients with a visible metastasis, both views together; the interval
is a bootstrap over patients. A lesion is found by an accepted hot spot of IoU of at least 0.1, one to one, in either view; an
accepted hot spot that hits none is a false positive. "Benign drawn": benign foci of which a quarter or more is
called metastasis.

{evaluation_markdown(scores)}
- Own report minus image only: DSC {_gain_words(gain)}. Another patient's report minus image only: {_gain_words(other)}.
- The simulated report is written from the truth of the same patient, so part of the gain is information that the (simulated)
  reader already extracted. It is not evidence of a gain on patients.
- Place of hot spots on bone: region right in {_percent(places["region"])}, side in {_percent(places["side"])}, vertebra within one in
  {_percent(places["vertebra_within_one"])}, rib within one in {_percent(places["rib_within_one"])}.
- Skeleton, mean DSC over regions: {scores["skeleton_dice_mean"]}.
- Bone Scan Index against the true involved volume: {_bsi_words(bsi)}.
- Reading fresh simulated reports: place F1 {reading["place_f1_zh"]:.3f} (Chinese) / {reading["place_f1_en"]:.3f} (English), status right in
  {reading["status_accuracy_zh"]:.1%} / {reading["status_accuracy_en"]:.1%} of the characters that name a place. These are the wordings of
  training{_held_back_words(reading)}.
- {scores["seconds_per_case_median"]} s a case (median, two passes with hot spots, model loaded).

**Known limits.** Simulated data only. Superscan, prostheses and children were not simulated on purpose. Levels may be off by one.
Thresholds: `{json.dumps(description["thresholds"])}`; foreground and accept were chosen on the validation split.

Made by `python -m model_training simulate`, `train`, `export`. Licence: {description["licence"]}.
"""


def _clinic_words(clinic: Mapping[str, Any] | None) -> str:
    if not clinic:
        return "of a simulator before its clinics were frozen"
    return f"of `{clinic['name']}` (SHA-256 `{clinic['sha256'][:16]}`, simulator {clinic['simulator_version']})"


def _gain_words(gain: Mapping[str, float | None]) -> str:
    if gain["mean"] is None:
        return "not measured"
    return f"{gain['mean']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"


def _steps_words(training: Mapping[str, Any]) -> str:
    """Say how long the paths were trained: together, or the report path over a finished image path."""
    steps = (
        f"{training['steps']} steps of {training['configuration']['train']['batch_size']} in {training['minutes']} min"
    )
    image = training.get("image_path")
    if image is None:
        return f"image path and report path together {steps}"
    batch = image["configuration"]["train"]["batch_size"]
    return f"image path {image['steps']} steps of {batch} in {image['minutes']} min, report path over it {steps}"


def _held_back_words(reading: Mapping[str, Any]) -> str:
    """Say how wordings are read that teaching never used."""
    held_back = reading.get("simulated", {}).get("held_back_wordings")
    if not held_back:
        return "; other wordings are read less well"
    chinese, english = (held_back[language]["place_f1"] for language in ("zh", "en"))
    return f"; in wordings that it never met place F1 is {chinese:.3f} / {english:.3f}"


def _percent(place: Mapping[str, Any]) -> str:
    return "-" if place["share"] is None else f"{place['share']:.1%} of {place['count']}"


def _bsi_words(bsi: Mapping[str, Mapping[str, Any]]) -> str:
    return "; ".join(
        f"view rule {rule}: slope {row['slope']}, r {row['r']}, difference {row['mean_difference']} (SD {row['sd_difference']}) %"
        for rule, row in bsi.items()
    )
