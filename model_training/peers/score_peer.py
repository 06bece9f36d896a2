"""Score a trained peer on the same patients, by the same pixels, as the dual path."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS
from model_training.case_lists import cases_of
from model_training.simulator.case_files import json_bytes, replace_file
from model_training.training.batches import collate
from model_training.training.text_path import text_path_of
from model_training.training_case import load_training_case

from .pixel_dice import at_own_pixels, dice_summary, patient_confusion
from .train_peer import FACTS, WEIGHTS, peer_samples
from .two_view_network import TwoViewNetwork

_LOG = logging.getLogger(__name__)


def score_peer(run: Path, data: Path, split: str = "test") -> dict[str, Any]:
    """Score a peer's best weights, and write ``scores.<split>.json`` into its run folder.

    Raises
    ------
    InputError
        The folder holds no peer, or the data no case of that split.
    """
    network, configuration, facts = load_peer(run)
    cases = cases_of(data, split)
    if not cases:
        raise InputError(f"{data} has no case in its {split} split")
    text = text_path_of(run, configuration, configuration["train"]["seed"]) if network.recipe.reads_report else None
    pixel_mm, start, patients = configuration["grid"]["pixel_mm"], time.monotonic(), {}
    for index, path in enumerate(cases):
        case = load_training_case(path)
        batch = collate([peer_samples([path], configuration, text, None, augmented=False)[0]])
        with torch.inference_mode():
            logits = network(batch["image"], batch["tokens"], batch["token_mask"])[0]
        found = {view: logits[n].softmax(0) for n, view in enumerate(VIEWS) if view in case.views}
        patients[case.patient] = patient_confusion(case, at_own_pixels(found, case, pixel_mm))
        if (index + 1) % 20 == 0:
            left = (time.monotonic() - start) / (index + 1) * (len(cases) - index - 1)
            _LOG.info(f"{index + 1} of {len(cases)} patients scored, {left / 60:.1f} min left")
    named = {key: facts[key] for key in ("peer", "parameters", "steps", "flat")}
    scores = named | {"split": split} | dice_summary(patients)
    replace_file(run / f"scores.{split}.json", json_bytes(scores))
    return scores


def load_peer(run: Path) -> tuple[TwoViewNetwork, dict[str, Any], dict[str, Any]]:
    """Return a peer with its best weights, the run's configuration, and what was written of its training."""
    missing = [name for name in (WEIGHTS, FACTS, "config.yaml") if not (run / name).is_file()]
    if missing:
        raise InputError(f"{run} holds no trained peer (it lacks {missing[0]}); train one with 'peers --which'")
    facts = json.loads((run / FACTS).read_text(encoding="utf-8"))
    network = TwoViewNetwork(facts["peer"], facts["text_width"])
    try:
        network.load_state_dict(load_file(run / WEIGHTS))
    except (RuntimeError, SafetensorError) as error:
        raise InputError(f"{run / WEIGHTS} does not hold a {facts['peer']} of this program; train it again") from error
    return network.eval(), yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8")), facts
