"""Pretrain the text encoder on a hospital's own reports, by MacBERT's objective (Cui et al. 2020).

The encoder says what stood where words were replaced by similar ones (``masked_words``), and whether two clauses that
follow each other stand in the order they were written in. Nothing is labelled and no image is read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import nn

from BoneMetSegLib.bundle import default_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import Report
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder
from model_training.configuration import read_configuration

from .checkpoint import checkpoint_facts, load_checkpoint, save_checkpoint
from .given_text_encoder import given_text_encoder
from .masked_words import NOT_CHOSEN, WordMasker, word_masker
from .pretraining_settings import PretrainingSettings
from .teach_reading import learning_rate_share, new_text_path
from .text_corpus import read_corpus

_LOG = logging.getLogger(__name__)

CHECKPOINT_FILE = "pretraining_checkpoint.safetensors"
SCORES_FILE = "pretraining.json"
FRESH = "fresh"
_VALIDATION_SHARE = 10  # every tenth report, by the hash of its text
_VALIDATION_WINDOWS = 200
_LOGGED_STEPS = 50


class CorrectionHeads(nn.Module):
    """What stood at each token (the encoder's own embeddings say it), and whether two clauses are in order."""

    def __init__(self, width: int, words: int) -> None:
        super().__init__()
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(words))
        self.order = nn.Linear(width, 2)

    def words(self, hidden: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        """Return logits ``(tokens, words)`` of hidden states ``(tokens, width)``."""
        return self.transform(hidden) @ embeddings.T + self.bias


@dataclass(frozen=True)
class _Window:
    """Token ids of one clause, or of two that follow each other, with [CLS] and [SEP]; ``second`` is where B starts."""

    first: tuple[int, ...]
    second: tuple[int, ...]


def _windows(reports: Sequence[Report], tokenizer: ReportTokenizer, most: int) -> list[_Window]:
    """Return every clause with the next one of its report; alone where it is the last, or both are too long."""
    windows = []
    for report in reports:
        stretches = [tuple(ids[1:-1]) for ids in tokenizer(report).ids]
        for index, stretch in enumerate(stretches):
            after = stretches[index + 1] if index + 1 < len(stretches) else ()
            windows.append(_Window(stretch, after if len(stretch) + len(after) + 3 <= most else ()))
    return windows


@dataclass
class _Batch:
    ids: torch.Tensor
    mask: torch.Tensor
    kinds: torch.Tensor
    wanted: torch.Tensor
    swapped: torch.Tensor  # 1 swapped, 0 in order, NOT_CHOSEN for a clause alone


def _batch(
    windows: Sequence[_Window], masker: WordMasker, ends: tuple[int, int, int], rng: np.random.Generator
) -> _Batch:
    pad, start, stop = ends
    rows, wanted, kinds, swapped = [], [], [], []
    for window in windows:
        swap = bool(window.second) and rng.random() < 0.5
        parts = [window.second, window.first] if swap else [window.first, window.second]
        row, want, kind = [start], [NOT_CHOSEN], [0]
        for number, part in enumerate(part for part in parts if part):
            spoiled, stood = masker(part, rng)
            row += [*spoiled, stop]
            want += [*stood, NOT_CHOSEN]
            kind += [number] * (len(part) + 1)
        rows.append(row)
        wanted.append(want)
        kinds.append(kind)
        swapped.append(int(swap) if window.second else NOT_CHOSEN)
    longest = max(map(len, rows))

    def padded(lists: list[list[int]], value: int) -> torch.Tensor:
        return torch.tensor([one + [value] * (longest - len(one)) for one in lists])

    ids = padded(rows, pad)
    lengths = torch.tensor([len(row) for row in rows])
    mask = (torch.arange(longest) < lengths[:, None]).long()
    return _Batch(ids, mask, padded(kinds, 0), padded(wanted, NOT_CHOSEN), torch.tensor(swapped))


def _losses(encoder: TextEncoder, heads: CorrectionHeads, batch: _Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the cross-entropies of the words and of the order; 0 where there is nothing to say."""
    hidden = encoder.bert(input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.kinds).last_hidden_state
    chosen = batch.wanted != NOT_CHOSEN
    embeddings = encoder.bert.embeddings.word_embeddings.weight
    none = hidden.sum() * 0
    words = F.cross_entropy(heads.words(hidden[chosen], embeddings), batch.wanted[chosen]) if chosen.any() else none
    ordered = batch.swapped != NOT_CHOSEN
    order = F.cross_entropy(heads.order(hidden[:, 0][ordered]), batch.swapped[ordered]) if ordered.any() else none
    return words, order


def _split(corpus: Sequence[Report]) -> tuple[list[Report], list[Report]]:
    """Return the reports to pretrain on and those to check with; of few reports there may be none to check with."""
    parts: tuple[list[Report], list[Report]] = ([], [])
    for report in corpus:
        parts[hashlib.sha256(report.text.encode()).digest()[0] % _VALIDATION_SHARE == 0].append(report)
    return parts if parts[0] else (list(corpus), [])


def pretrain_text(
    corpus: Sequence[Report],
    encoder: TextEncoder,
    tokenizer: ReportTokenizer,
    settings: PretrainingSettings,
    seed: int,
    *,
    checkpoint: Path | None = None,
    go_on: bool = False,
) -> dict[str, Any]:
    """Pretrain an encoder in place.

    Returns
    -------
    dict
        Cross-entropies on reports that were not trained on, "before" and "after": "words", "order"; and counts.

    Raises
    ------
    InputError
        No step, or a checkpoint of another pretraining.
    """
    if settings.steps < 1:
        raise InputError(f"{settings.steps} steps pretrain nothing; give 1 or more")
    rng = np.random.default_rng(seed + 1)
    torch.manual_seed(seed + 1)
    taught, kept = _split(corpus)
    windows, checks = (_windows(part, tokenizer, encoder.max_tokens) for part in (taught, kept or taught))
    checks = checks[:_VALIDATION_WINDOWS]
    ends = (tokenizer.pad_id, tokenizer.start_id, tokenizer.end_id)
    masker = word_masker([w.first for w in windows], tokenizer)
    heads = CorrectionHeads(encoder.width, encoder.word_count)
    parameters = [*encoder.parameters(), *heads.parameters()]
    optimiser = torch.optim.AdamW(parameters, settings.learning_rate, weight_decay=settings.weight_decay)
    modules = {"text": encoder, "heads": heads}

    def check() -> dict[str, float]:
        encoder.eval()
        drawn = np.random.default_rng(seed + 2)
        found = []
        with torch.inference_mode():
            for start in range(0, len(checks), settings.windows_per_step):
                batch = _batch(checks[start : start + settings.windows_per_step], masker, ends, drawn)
                found.append([float(loss) for loss in _losses(encoder, heads, batch)])
        encoder.train()
        words, order = np.mean(found, 0)
        return {"words": round(float(words), 4), "order": round(float(order), 4)}

    texts = hashlib.sha256("\0".join(r.text for r in corpus).encode()).hexdigest()
    facts: dict[str, Any] = {"of": [texts, seed, repr(settings)]}
    first = 0
    if go_on and checkpoint is not None:
        found = checkpoint_facts(checkpoint)
        if found["of"] != facts["of"]:
            raise InputError(f"{checkpoint.parent} was pretrained on other reports or with other settings; give those")
        facts["before"] = found["before"]
        first = int(load_checkpoint(checkpoint, modules, optimiser, rng)["step"])
    else:
        facts["before"] = check()
    _LOG.info(f"{len(taught)} reports to pretrain on, {len(kept)} to check with; before: {facts['before']}")
    encoder.train()
    start, running = time.monotonic(), []
    for step in range(first, settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * learning_rate_share(step, settings.steps)
        drawn = rng.integers(len(windows), size=settings.windows_per_step)
        words, order = _losses(encoder, heads, _batch([windows[i] for i in drawn], masker, ends, rng))
        optimiser.zero_grad(set_to_none=True)
        (words + order).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        running.append(words.item())
        done = step + 1
        if done % _LOGGED_STEPS == 0 or done == settings.steps:
            left = (time.monotonic() - start) / (done - first) * (settings.steps - done)
            mean = sum(running[-_LOGGED_STEPS:]) / len(running[-_LOGGED_STEPS:])
            _LOG.info(f"pretraining {done}/{settings.steps} words {mean:.3f}, {left:.0f} s left")
        if checkpoint is not None and done < settings.steps and done % settings.checkpoint_steps == 0:
            save_checkpoint(checkpoint, modules, optimiser, rng, facts | {"step": done})
    after = check()
    encoder.eval()
    return {
        "before": facts["before"],
        "after": after,
        "reports": len(taught),
        "reports_checked": len(kept),
        "checked_on_unseen_reports": bool(kept),
        "windows": len(windows),
        "steps": settings.steps,
        "seed": seed,
    }


def write_bert_folder(encoder: TextEncoder, tokenizer: ReportTokenizer, folder: Path) -> None:
    """Write a Hugging Face BERT folder: ``config.json``, ``model.safetensors``, ``tokenizer.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {key: value.detach().cpu().contiguous() for key, value in encoder.bert.state_dict().items()}
    (folder / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    (folder / "config.json").write_text(encoder.bert.config.to_json_string(use_diff=False), encoding="utf-8")
    (folder / "tokenizer.json").write_text(tokenizer.to_json(), encoding="utf-8", newline="\n")


def pretrain_text_command(options: argparse.Namespace) -> None:
    """Run the command with parsed options."""
    out: Path = options.out
    if (out / "config.json").exists():
        raise InputError(f"{out} already holds an encoder; give a new folder")
    if out.exists() and not options.resume and any(out.iterdir()):
        raise InputError(f"{out} is not empty; give a new folder, or --resume to go on from its checkpoint")
    corpus = read_corpus(options.reports)
    encoder, tokenizer = _begun(options)
    settings = PretrainingSettings(options.steps, options.windows, options.learning_rate)
    start = time.monotonic()
    scores = pretrain_text(
        corpus, encoder, tokenizer, settings, options.seed, checkpoint=out / CHECKPOINT_FILE, go_on=options.resume
    )
    scores["seconds"] = round(time.monotonic() - start, 1)
    beside = out.with_name(f"{out.name}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    write_bert_folder(encoder, tokenizer, beside)
    (beside / SCORES_FILE).write_text(json.dumps(scores, indent=2), encoding="utf-8")
    out.mkdir(parents=True, exist_ok=True)
    for file in sorted(beside.iterdir(), key=lambda file: file.name == "config.json"):  # it makes the folder an encoder
        file.replace(out / file.name)
    beside.rmdir()
    (out / CHECKPOINT_FILE).unlink(missing_ok=True)
    before, after = scores["before"], scores["after"]
    _LOG.info(
        f"cross-entropy of words {before['words']} -> {after['words']}, of order {before['order']} -> {after['order']}"
    )
    _LOG.info(f"written: {out}")


def _begun(options: argparse.Namespace) -> tuple[TextEncoder, ReportTokenizer]:
    if options.text_encoder == FRESH:
        encoder, _, tokenizer, _ = new_text_path(read_configuration(options.config)["text_encoder"], options.seed)
        return encoder, tokenizer
    if options.text_encoder is not None:
        return given_text_encoder(Path(options.text_encoder))
    return given_text_encoder(default_bundle())
