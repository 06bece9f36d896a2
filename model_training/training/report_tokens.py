"""Reports as the hidden states of their readable tokens, computed once by the frozen text encoder."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from BoneMetSegLib.report import parse_report
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder

_LOG = logging.getLogger(__name__)

ReportTokens = Mapping[str, np.ndarray]
"""By language, ``(tokens, width)`` float16; empty for a patient without a report."""


def encode_report(text: str, encoder: TextEncoder, tokenizer: ReportTokenizer) -> np.ndarray:
    """Return a report's readable tokens, ``(tokens, width)`` float16, in the order of the text."""
    tokens = tokenizer(parse_report(text))
    if not tokens.ids:
        return np.zeros((0, encoder.width), np.float16)
    ids, attention = tokenizer.pad(tokens.ids)
    readable = torch.zeros_like(attention, dtype=torch.bool)
    for row, spans in enumerate(tokens.spans):
        readable[row, : len(spans)] = torch.tensor([span is not None for span in spans])
    device = next(encoder.parameters()).device
    with torch.inference_mode():
        hidden = encoder(ids.to(device), attention.to(device)).cpu()
    return hidden[readable].half().numpy()


def encode_reports(
    texts: Sequence[Mapping[str, str]], encoder: TextEncoder, tokenizer: ReportTokenizer
) -> list[dict[str, np.ndarray]]:
    """Return each patient's reports as token states, by language."""
    encoder.eval()
    start, encoded = time.monotonic(), []
    for reports in texts:
        encoded.append({name: encode_report(reports[name], encoder, tokenizer) for name in sorted(reports)})
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
