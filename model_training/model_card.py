"""The model card of a bundle, planar or SPECT: on what, how long, how good, for what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from BoneMetSegLib.bundle import Bundle, open_bundle, sha256_of
from BoneMetSegLib.errors import InputError

from .bundle_kinds import BundleKind, kind_named
from .evaluation.tables import burden_rows, evaluation_markdown, signed_interval

TEST_SPLIT = "They are the test split of the training data."


def model_card(
    kind: BundleKind, description: Mapping[str, Any], scores: Mapping[str, Any], patients: str = TEST_SPLIT
) -> str:
    """Return the card in Markdown.

    Parameters
    ----------
    description : mapping
        ``bundle.json``, or what of it ``export`` fills in.
    scores : mapping
        Of ``model_scores.evaluate``.
    patients : str
        A sentence on who was evaluated.
    """
    training = description["training"]
    gain, other = (
        scores["dice_gain"][f"{name}_minus_image_only"] for name in ("report", "other_report")
    )  # fmt: skip
    places, reading = scores["places"], training["reading"]
    return f"""# {description["name"]} {description["version"]}

{description["intended_use"]}

**What it is.** {kind.what_it_is}

**Trained on** {training["patients"]["training"]} simulated patients (validation {training["patients"]["validation"]}, test
{training["patients"]["test"]}; one scan each, so the split is by patient) {_clinic_words(training.get("clinic"))} and endless simulated reports, by
`model_training/configs/{kind.configuration_file.name}` (SHA-256 `{training["configuration_sha256"][:16]}`), seed {training["seed"]}, on a CPU
({training["machine"]}): {_reading_words(reading)}, {_steps_words(training)}.
One run; the spread over seeds was not measured.

**How good, on simulated test patients** ({scores["patients"]}, {scores["patients_with_visible_metastasis"]} of them with a visible
metastasis). {patients} {kind.scoring} "Benign drawn": benign foci of which a quarter or more is
called metastasis.

{evaluation_markdown(scores)}
- Own report minus image only: DSC {_gain_words(gain)}. Another patient's report minus image only: {_gain_words(other)}.
- The simulated report is written from the truth of the same patient, so part of the gain is information that the (simulated)
  reader already extracted. It is not evidence of a gain on patients.
- Place of hot spots on bone: region right in {_percent(places["region"])}, side in {_percent(places["side"])}, vertebra within one in
  {_percent(places["vertebra_within_one"])}, rib within one in {_percent(places["rib_within_one"])}.
- Skeleton, mean DSC over regions: {scores["skeleton_dice_mean"]}.
{_burden_lines(scores)}
- Reading fresh simulated reports: place F1 {reading["place_f1_zh"]:.3f} (Chinese) / {reading["place_f1_en"]:.3f} (English), status right in
  {reading["status_accuracy_zh"]:.1%} / {reading["status_accuracy_en"]:.1%} of the characters that name a place. These are the wordings of
  training{_held_back_words(reading)}.
- {scores["seconds_per_case_median"]} s a case (median, two passes with hot spots, model loaded).

**Known limits.** {kind.limits}
Thresholds: `{json.dumps(description["thresholds"])}`; {_thresholds_words(description)}.

Made by {kind.commands}. Licence: {description["licence"]}.
"""


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
    opened = open_bundle(bundle)
    description = dict(opened.description)
    try:
        new_scores = _scores_of_one_model(json.loads(scores.read_text(encoding="utf-8")))
        card = model_card(kind_named(opened.kind), description, new_scores, patients)
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


def _clinic_words(clinic: Mapping[str, Any] | None) -> str:
    if not clinic:
        return "of a simulator before its clinics were frozen"
    return f"of `{clinic['name']}` (SHA-256 `{clinic['sha256'][:16]}`, simulator {clinic['simulator_version']})"


def _thresholds_words(description: Mapping[str, Any]) -> str:
    if "thresholds_of" in description:
        return f"they are those of the bundle {description['thresholds_of']}, whose image path this one shares"
    return "foreground and accept were chosen on the validation split"


def _gain_words(gain: Mapping[str, float | None]) -> str:
    return "not measured" if gain["mean"] is None else signed_interval(gain)


def _reading_words(reading: Mapping[str, Any]) -> str:
    taken = f" (the text path of the bundle {reading['from_bundle']})" if reading.get("from_bundle") else ""
    return f"reading {reading['seconds']:.0f} s{taken}"


def _steps_words(training: Mapping[str, Any]) -> str:
    """Say how long the paths were trained: together, or the report path over a finished image path."""
    image = training.get("image_path")
    if training.get("report_path_of"):
        own = image or training
        batch = own["configuration"]["train"]["batch_size"]
        return (
            f"image path {own['steps']} steps of {batch} in {own['minutes']} min; the report path is that of the bundle "
            f"{training['report_path_of']}"
        )
    steps = (
        f"{training['steps']} steps of {training['configuration']['train']['batch_size']} in {training['minutes']} min"
    )
    if image is None:
        return f"image path and report path together {steps}"
    batch = image["configuration"]["train"]["batch_size"]
    taken = ""
    if "bundle" in image:
        taken = f" (that of the bundle {image['bundle']}, trained on {image['patients']['training']} other patients)"
    return f"image path{taken} {image['steps']} steps of {batch} in {image['minutes']} min, report path over it {steps}"


def _held_back_words(reading: Mapping[str, Any]) -> str:
    """Say how wordings are read that teaching never used."""
    held_back = reading.get("simulated", {}).get("held_back_wordings")
    if not held_back:
        return "; other wordings are read less well"
    chinese, english = (held_back[language]["place_f1"] for language in ("zh", "en"))
    return f"; in wordings that it never met place F1 is {chinese:.3f} / {english:.3f}"


def _percent(place: Mapping[str, Any]) -> str:
    return "-" if place["share"] is None else f"{place['share']:.1%} of {place['count']}"


def _burden_lines(scores: Mapping[str, Any]) -> str:
    return "\n".join(
        f"- {words[0].upper()}{words[1:]}, against the true one: {value}." for words, value in burden_rows(scores)
    )
