"""Reports as the hidden states of their readable tokens, of the frozen text encoder, and what the lexicon reads."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_slots import lexicon_states
from BoneMetSegLib.segmentation import STATUSES
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder
from model_training.reading.report_states import ReportStatesCache, token_states

_LOG = logging.getLogger(__name__)


class EncodedReport(NamedTuple):
    """A report as the network is given it.

    Attributes
    ----------
    tokens : numpy.ndarray
        ``(tokens, width)`` float16, of the frozen text encoder.
    lexicon : numpy.ndarray
        ``(78, 5)`` float32 of ``lexicon_states``.
    """

    tokens: np.ndarray
    lexicon: np.ndarray


ReportTokens = Mapping[str, EncodedReport]
"""By language; empty for a patient without a report."""


def encode_reports(
    texts: Sequence[Mapping[str, str]], encoder: TextEncoder, tokenizer: ReportTokenizer, cache: Path | None = None
) -> list[dict[str, EncodedReport]]:
    """Return each patient's reports by language.

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
        encoded.append(
            {
                name: EncodedReport(one.numpy(), lexicon_states(parse_report(reports[name])))
                for name, one in zip(names, states, strict=True)
            }
        )
        if len(encoded) % 200 == 0:
            left = (time.monotonic() - start) / len(encoded) * (len(texts) - len(encoded))
            _LOG.info(f"reports of {len(encoded)} of {len(texts)} patients encoded, {left:.0f} s left")
    return encoded


def tokens_of(reports: ReportTokens, pick: int, width: int) -> dict[str, torch.Tensor]:
    """Return ``tokens (T, width)`` float16, ``lexicon (78, 5)`` and ``has_report`` of one of a patient's reports."""
    languages = sorted(reports)
    if not languages:
        return {
            "tokens": torch.zeros(0, width, dtype=torch.float16),
            "lexicon": torch.zeros(len(TEXT_SLOTS), len(STATUSES)),
            "has_report": torch.tensor(False),
        }
    report = reports[languages[pick]]
    return {
        "tokens": torch.from_numpy(report.tokens),
        "lexicon": torch.from_numpy(report.lexicon),
        "has_report": torch.tensor(True),
    }
