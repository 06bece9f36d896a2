"""Reports as the hidden states of their readable tokens, computed once by the frozen text encoder."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder
from model_training.reading.report_states import ReportStatesCache, token_states

_LOG = logging.getLogger(__name__)

ReportTokens = Mapping[str, np.ndarray]
"""By language, ``(tokens, width)`` float16; empty for a patient without a report."""


def encode_reports(
    texts: Sequence[Mapping[str, str]], encoder: TextEncoder, tokenizer: ReportTokenizer, cache: Path | None = None
) -> list[dict[str, np.ndarray]]:
    """Return each patient's reports as token states, by language.

    Parameters
    ----------
    cache : Path, optional
        Folder that keeps them for other runs with the same encoder.
    """
    kept = None if cache is None else ReportStatesCache(cache / "reports", encoder, tokenizer)
    start, encoded = time.monotonic(), []
    for reports in texts:
        names = sorted(reports)
        if kept is None:
            states = [token_states(reports[name], encoder, tokenizer) for name in names]
        else:
            states = kept.states_of([reports[name] for name in names])
        encoded.append({name: one.numpy() for name, one in zip(names, states, strict=True)})
        if len(encoded) % 200 == 0:
            left = (time.monotonic() - start) / len(encoded) * (len(texts) - len(encoded))
            _LOG.info(f"reports of {len(encoded)} of {len(texts)} patients encoded, {left:.0f} s left")
    return encoded


def tokens_of(reports: ReportTokens, pick: int, width: int) -> dict[str, torch.Tensor]:
    """Return ``tokens (T, width)`` float16 and ``has_report`` of one of a patient's reports."""
    languages = sorted(reports)
    if not languages:
        return {"tokens": torch.zeros(0, width, dtype=torch.float16), "has_report": torch.tensor(False)}
    return {"tokens": torch.from_numpy(reports[languages[pick]]), "has_report": torch.tensor(True)}
