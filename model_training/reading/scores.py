"""How well reports are read: F1 of places per token and share of right statuses, with the counts behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from BoneMetSegLib.network import ReportReader
from BoneMetSegLib.segmentation import STATUSES
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder
from model_training.simulator.report_grammar import Draw
from model_training.simulator.report_writer import WrittenReport, random_report

from .targets import reading_batch

_REPORTS_AT_ONCE = 10


def score_reports(
    encoder: TextEncoder, reader: ReportReader, tokenizer: ReportTokenizer, reports: Sequence[WrittenReport]
) -> dict[str, Any]:
    """Return how well given reports are read.

    Returns
    -------
    dict
        "place_f1", "place_precision", "place_recall": pooled over pairs of a token and one of the 78 places, a place
        being named where its logit is above 0; "status_accuracy": share of the tokens that name a place whose likeliest
        status is right, also by true status ("status_recall"); and the counts "reports", "named_tokens", "places".
    """
    was_training = encoder.training
    encoder.eval()
    hit = named = true = tokens = 0
    confusion = np.zeros((len(STATUSES), len(STATUSES)), int)
    with torch.inference_mode():
        for start in range(0, len(reports), _REPORTS_AT_ONCE):
            ids, mask, slots, statuses = reading_batch(reports[start : start + _REPORTS_AT_ONCE], tokenizer)
            slot_logits, status_logits = reader.tags(encoder(ids, mask))
            predicted = (slot_logits > 0) & mask.bool()[..., None]
            hit += int((predicted & (slots > 0)).sum())
            named += int(predicted.sum())
            true += int(slots.sum())
            told = statuses >= 0
            tokens += int(told.sum())
            np.add.at(confusion, (statuses[told].numpy(), status_logits.argmax(-1)[told].numpy()), 1)
    encoder.train(was_training)
    return {
        "place_f1": 2 * hit / max(named + true, 1),
        "place_precision": hit / max(named, 1),
        "place_recall": hit / max(true, 1),
        "status_accuracy": float(np.trace(confusion)) / max(tokens, 1),
        "status_recall": {
            name: float(confusion[i, i]) / max(int(confusion[i].sum()), 1) for i, name in enumerate(STATUSES)
        },
        "reports": len(reports),
        "named_tokens": tokens,
        "places": true,
    }


def reading_scores(
    encoder: TextEncoder,
    reader: ReportReader,
    tokenizer: ReportTokenizer,
    seed: int,
    reports: int,
    *,
    wording: str = "training",
    draws: Callable[[int], Draw] = Draw,
) -> dict[str, dict[str, Any]]:
    """Return ``score_reports`` on fresh simulated reports, by language ("zh", "en")."""
    scores = {}
    for language in ("zh", "en"):
        rng = np.random.default_rng(seed)
        written = [random_report(language, rng, wording=wording, draws=draws) for _ in range(reports)]
        scores[language] = score_reports(encoder, reader, tokenizer, written)
    return scores
