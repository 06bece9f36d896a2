"""Teach the text encoder to read before it guides: which place each character names, with what status.

Measured in small experiments: through the segmentation loss alone a text encoder learns nothing in the same time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import ReportReader
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder
from model_training.configuration import read_configuration
from model_training.simulator.case_files import replace_file
from model_training.simulator.report_grammar import Draw
from model_training.simulator.report_writer import WrittenReport, random_foci, write_report

from .broad_words import BroadWords
from .checkpoint import checkpoint_facts, load_checkpoint, save_checkpoint
from .composed_reports import composed_report
from .given_text_encoder import given_text_encoder
from .report_noise import Noise
from .scores import reading_scores, score_reports
from .sources import LabelledReports, ReadingSource, SimulatedReports, read_labelled_reports
from .targets import reading_batch
from .text_layers import text_parameter_groups
from .vocabulary import build_tokenizer

_LOG = logging.getLogger(__name__)

WEIGHTS_FILE, TOKENIZER_FILE, SCORES_FILE = "text.safetensors", "tokenizer.json", "reading.json"
ENCODER_FILE, CHECKPOINT_FILE = "text_encoder.json", "reading_checkpoint.safetensors"
_LOGGED_STEPS = 50
_WARM_UP_SHARE = 0.1
# At first no token names a place, or the first hundreds of steps only teach that.
_FIRST_PLACE_BIAS = -4.0


@dataclass
class TextPath:
    """What reads reports: encoder, reader and tokenizer, and the tokenizer's JSON.

    Attributes
    ----------
    scores : dict
        What ``reading.json`` holds; empty before teaching.
    """

    encoder: TextEncoder
    reader: ReportReader
    tokenizer: ReportTokenizer
    tokenizer_json: str
    scores: dict[str, Any]


def new_text_path(
    settings: dict[str, Any], seed: int, tokenizer_json: str | None = None
) -> tuple[TextEncoder, ReportReader, ReportTokenizer, str]:
    """Return an untaught encoder, reader and tokenizer, and the tokenizer's JSON.

    Parameters
    ----------
    tokenizer_json : str, optional
        Of a tokenizer made before; without it one is learned from simulated reports.
    """
    if tokenizer_json is None:
        rng = np.random.default_rng(seed)
        english = [write_report(random_foci(rng), {}, "en", rng).text for _ in range(3000)]
        english += [composed_report("en", Draw(number)).text for number in range(1500)]
        tokenizer = build_tokenizer(english, settings["word_pieces"])
    else:
        tokenizer = Tokenizer.from_str(tokenizer_json)
    sizes = {key: value for key, value in settings.items() if key != "word_pieces"}
    torch.manual_seed(seed)
    config = BertConfig(vocab_size=tokenizer.get_vocab_size(), pad_token_id=tokenizer.token_to_id("[PAD]"), **sizes)
    encoder = TextEncoder(BertModel(config, add_pooling_layer=False))
    return encoder, ReportReader(encoder.width), ReportTokenizer(tokenizer, encoder.max_tokens), tokenizer.to_str()


def given_text_path(folder: Path, seed: int) -> TextPath:
    """Return the encoder and tokenizer of a BERT folder or a bundle, with a reader that was taught nothing yet."""
    encoder, tokenizer = given_text_encoder(folder)
    torch.manual_seed(seed)
    return TextPath(encoder, ReportReader(encoder.width), tokenizer, tokenizer.to_json(), {})


def learning_rate_share(step: int, steps: int) -> float:
    """Return the share of the highest learning rate at a step: a linear warm-up, then half a cosine to nearly zero."""
    warm_up = max(1, round(_WARM_UP_SHARE * steps))
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def positive_weight(step: int, steps: int, settings: dict[str, Any]) -> float:
    """Return what a named place weighs in the loss: ``positive_weight`` for half of the steps, then falling."""
    first, last = float(settings["positive_weight"]), float(settings["last_positive_weight"])
    return first + (last - first) * min(max(2 * step / steps - 1, 0.0), 1.0)


def teach_reading(
    encoder: TextEncoder,
    reader: ReportReader,
    tokenizer: ReportTokenizer,
    settings: dict[str, Any],
    seed: int,
    *,
    source: ReadingSource | None = None,
    trained_layers: int | None = None,
    checkpoint: Path | None = None,
    go_on: bool = False,
) -> None:
    """Train encoder and reader on endless reports.

    Parameters
    ----------
    settings : dict
        Section ``teach_reading`` of a configuration.
    source : ReadingSource, optional
        Simulated reports by default.
    trained_layers : int, optional
        Of the encoder, from its last; see ``text_parameter_groups``. All of them by default.
    checkpoint : Path, optional
        Where the state is kept every ``checkpoint_steps``.
    go_on : bool
        Start where the checkpoint ends; the result is that of an unbroken run.

    Raises
    ------
    InputError
        Fewer than 2 steps, or a checkpoint that does not fit.
    """
    steps = settings["steps"]
    if steps < 2:
        raise InputError(f"reading cannot be taught in {steps} steps; teach_reading needs 2 or more")
    source = source or SimulatedReports(Noise.of(settings), broad=BroadWords.of(settings))
    rng = np.random.default_rng(seed + 1)
    torch.manual_seed(seed + 1)
    layers = text_parameter_groups(encoder, trained_layers, settings["learning_rate"], settings["weight_decay"])
    _LOG.info("%s", layers.said)
    heads = [*reader.slots.parameters(), *reader.statuses.parameters()]
    highest = settings["learning_rate"]
    optimiser = torch.optim.AdamW(
        [*layers.groups, {"params": heads, "lr": highest, "weight_decay": settings["weight_decay"]}], lr=highest
    )
    shares = [group["lr"] / highest for group in optimiser.param_groups]
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    torch.nn.init.constant_(reader.slots.bias, _FIRST_PLACE_BIAS)
    modules = {"text": encoder, "reader": reader}
    facts = {"settings": hashlib.sha256(json.dumps([settings, seed, trained_layers]).encode()).hexdigest()}
    first = 0
    if go_on and checkpoint is not None:
        if checkpoint_facts(checkpoint)["settings"] != facts["settings"]:
            raise InputError(
                f"{checkpoint.parent} was taught with other settings or another seed; give those, or a new folder"
            )
        first = int(load_checkpoint(checkpoint, modules, optimiser, rng)["step"])
    encoder.train()
    start, running = time.monotonic(), []
    for step in range(first, steps):
        for group, share in zip(optimiser.param_groups, shares, strict=True):
            group["lr"] = highest * share * learning_rate_share(step, steps)
        positive = torch.tensor(positive_weight(step, steps, settings))
        loss = _loss(
            encoder, reader, tokenizer, source.draw(rng, settings["reports_per_step"]), settings, rng, positive
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        running.append(loss.item())
        done = step + 1
        if done % _LOGGED_STEPS == 0 or done == steps:
            left = (time.monotonic() - start) / (done - first) * (steps - done)
            mean = sum(running[-_LOGGED_STEPS:]) / len(running[-_LOGGED_STEPS:])
            _LOG.info(f"reading {done}/{steps} loss {mean:.4f}, {left:.0f} s left")
        if checkpoint is not None and done < steps and done % settings["checkpoint_steps"] == 0:
            save_checkpoint(checkpoint, modules, optimiser, rng, facts | {"step": done})
    # Weighting what is there by w multiplies the odds that are learned by w; without the last one a sigmoid is a
    # probability again, and a neighbouring rib is not named beside the right one.
    with torch.no_grad():
        reader.slots.bias.sub_(math.log(settings["last_positive_weight"]))
    encoder.eval()


def _loss(
    encoder: TextEncoder,
    reader: ReportReader,
    tokenizer: ReportTokenizer,
    written: Sequence[WrittenReport],
    settings: dict[str, Any],
    rng: np.random.Generator,
    positive: torch.Tensor,
) -> torch.Tensor:
    """Cross-entropy of places (the mean over tokens of the sum over places) and of the statuses of what is named."""
    ids, mask, slots, statuses = reading_batch(written, tokenizer)
    unknown = torch.from_numpy(rng.random(ids.shape) < settings["unknown_token_share"]) & (statuses < 0) & mask.bool()
    hidden = encoder(ids.masked_fill(unknown, tokenizer.unknown_id), mask)
    slot_logits, status_logits = reader.tags(hidden)
    real = mask.bool()
    places = F.binary_cross_entropy_with_logits(slot_logits[real], slots[real], pos_weight=positive, reduction="sum")
    if not bool((statuses >= 0).any()):  # a batch of reports that name nothing has no mean over what is named
        return places / real.sum()
    return places / real.sum() + F.cross_entropy(status_logits[real], statuses[real], ignore_index=-1)


def teach_run(
    run: Path,
    configuration: dict[str, Any],
    seed: int,
    *,
    reports: Path | None = None,
    text_encoder: Path | None = None,
    trained_layers: int | None = None,
    go_on: bool = False,
    source: ReadingSource | None = None,
) -> TextPath:
    """Teach reading and write the run folder: weights, tokenizer, the encoder's sizes and the scores.

    Parameters
    ----------
    run : Path
        Folder for ``text.safetensors``, ``tokenizer.json``, ``text_encoder.json`` and ``reading.json``; it must not
        hold another taught encoder.
    reports : Path, optional
        Labelled reports of a hospital (``reading_sources``), mixed with simulated ones.
    text_encoder : Path, optional
        BERT folder to begin with; a fresh small one by default.
    trained_layers : int, optional
        Of the encoder, from its last; all by default.
    go_on : bool
        From the run's checkpoint.

    Raises
    ------
    InputError
        See ``teach_reading``, ``read_labelled_reports`` and ``given_text_path``.
    """
    if (run / WEIGHTS_FILE).is_file():
        raise InputError(f"{run} already holds a taught text encoder; give a new folder, or delete {WEIGHTS_FILE}")
    if go_on:
        checkpoint_facts(run / CHECKPOINT_FILE)  # before anything is made
    settings = configuration["teach_reading"]
    kept: list[tuple[WrittenReport, str]] = []
    if source is None:
        simulated = SimulatedReports(Noise.of(settings), broad=BroadWords.of(settings))
        source = simulated
        if reports is not None:
            taught, kept = read_labelled_reports(reports)
            _LOG.info(f"{len(taught)} labelled reports to teach with, {len(kept)} to score with")
            source = LabelledReports(taught, simulated)
    if text_encoder is None:
        path = TextPath(*new_text_path(configuration["text_encoder"], seed), {})
    else:
        path = given_text_path(text_encoder, seed)
    start = time.monotonic()
    teach_reading(
        path.encoder, path.reader, path.tokenizer, settings, seed,
        source=source, trained_layers=trained_layers, checkpoint=run / CHECKPOINT_FILE, go_on=go_on,
    )  # fmt: skip
    seconds = time.monotonic() - start
    path.scores = run_scores(path, seed + 2, settings["scored_reports"])
    if kept:
        path.scores["labelled"] = score_reports(path.encoder, path.reader, path.tokenizer, [one for one, _ in kept])
    path.scores |= {"seconds": round(seconds, 1), "steps": settings["steps"], "seed": seed}
    save_text_path(path, run)
    (run / CHECKPOINT_FILE).unlink(missing_ok=True)
    return path


def run_scores(path: TextPath, seed: int, reports: int) -> dict[str, Any]:
    """Return the scores of ``reading.json``: on fresh simulated reports in training and held-back wordings.

    The four numbers beside them ("place_f1_zh" ...) are those of the training wordings, as model cards print them.
    """
    seen = reading_scores(path.encoder, path.reader, path.tokenizer, seed, reports)
    held_back = reading_scores(path.encoder, path.reader, path.tokenizer, seed, reports, wording="held_back")
    numbers = {
        f"{name}_{language}": seen[language][name] for language in seen for name in ("place_f1", "status_accuracy")
    }
    return {**numbers, "simulated": {"training_wordings": seen, "held_back_wordings": held_back}}


def save_text_path(path: TextPath, run: Path) -> None:
    """Write a taught text path into a run folder; the weights come last, so that they mean a whole one."""
    run.mkdir(parents=True, exist_ok=True)
    (run / TOKENIZER_FILE).write_text(path.tokenizer_json, encoding="utf-8", newline="\n")
    (run / ENCODER_FILE).write_text(path.encoder.bert.config.to_json_string(use_diff=False), encoding="utf-8")
    (run / SCORES_FILE).write_text(json.dumps(path.scores, indent=2), encoding="utf-8")
    tensors = {f"text.{k}": v for k, v in path.encoder.state_dict().items()}
    tensors |= {f"reader.{k}": v for k, v in path.reader.state_dict().items()}
    replace_file(run / WEIGHTS_FILE, save({k: v.contiguous() for k, v in tensors.items()}))


def load_text_path(run: Path) -> TextPath:
    """Return what ``teach_run`` left in a run folder; the folder alone says the encoder's sizes.

    Raises
    ------
    InputError
        Files are missing or damaged.
    """
    missing = [n for n in (WEIGHTS_FILE, TOKENIZER_FILE, ENCODER_FILE, SCORES_FILE) if not (run / n).is_file()]
    if missing:
        raise InputError(f"{run} holds no taught text encoder (it lacks {missing[0]}); run 'teach-reading' first")
    try:
        config = BertConfig.from_dict(json.loads((run / ENCODER_FILE).read_text(encoding="utf-8")))
        encoder = TextEncoder(BertModel(config, add_pooling_layer=False))
        reader = ReportReader(encoder.width)
        words = (run / TOKENIZER_FILE).read_text(encoding="utf-8")
        tokenizer = ReportTokenizer(Tokenizer.from_str(words), encoder.max_tokens)
        weights = load_file(run / WEIGHTS_FILE)
        for prefix, module in (("text.", encoder), ("reader.", reader)):
            module.load_state_dict({k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)})
        scores = json.loads((run / SCORES_FILE).read_text(encoding="utf-8"))
    except InputError:
        raise
    except Exception as error:  # the tokenizers library raises bare Exception
        raise InputError(f"the taught text encoder in {run} cannot be read ({str(error).splitlines()[0]})") from error
    return TextPath(encoder.eval(), reader, tokenizer, words, scores)


def teach_reading_command(options: argparse.Namespace) -> None:
    """Run the command with parsed options."""
    path = teach_run(
        options.run,
        read_configuration(options.config),
        options.seed,
        reports=options.reports,
        text_encoder=options.text_encoder,
        trained_layers=options.trained_layers,
        go_on=options.resume,
    )
    for wording, scores in path.scores["simulated"].items():
        for language, one in scores.items():
            _LOG.info(
                f"{wording.replace('_', ' ')}, {language}: place F1 {one['place_f1']:.3f}, status right in "
                f"{one['status_accuracy']:.1%} of {one['named_tokens']} tokens ({one['reports']} simulated reports)"
            )
    _LOG.info(f"written: {options.run}")
