"""What each token of a report should be read as: places (78, any number of them) and a status."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS, slot_index
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import STATUSES
from BoneMetSegLib.text_encoder import ReportTokenizer, ReportTokens
from model_training.simulator.report_writer import WrittenReport


def token_targets(tokens: ReportTokens, written: WrittenReport, slot_count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each window, slots ``(tokens, 78)`` in 0/1 and statuses ``(tokens,)``, -1 where there is none."""
    # One mention per character; -1 where a character names nothing.
    mention_at = np.full(max((mention.end for mention in written.mentions), default=0) + 1, -1)
    for number, mention in enumerate(written.mentions):
        mention_at[mention.start : mention.end] = number
    targets = []
    for spans in tokens.spans:
        slots = np.zeros((len(spans), slot_count), np.float32)
        statuses = np.full(len(spans), -1)
        for position, span in enumerate(spans):
            number = -1 if span is None or span[0] >= len(mention_at) else mention_at[span[0]]
            if number >= 0:
                mention = written.mentions[number]
                slots[position, [slot_index(name) for name in mention.slots]] = 1
                statuses[position] = STATUSES.index(mention.status)
        targets.append((slots, statuses))
    return targets


def reading_batch(
    written: Sequence[WrittenReport], tokenizer: ReportTokenizer
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids and mask ``(windows, tokens)``, slots ``(windows, tokens, 78)`` and statuses ``(windows, tokens)``.

    Windows are those of all reports, one after the other.
    """
    windows: list[list[int]] = []
    targets: list[tuple[np.ndarray, np.ndarray]] = []
    for one in written:
        tokens = tokenizer(parse_report(one.text))
        windows += tokens.ids
        targets += token_targets(tokens, one, len(TEXT_SLOTS))
    ids, mask = tokenizer.pad(windows)
    slots = torch.zeros(*ids.shape, len(TEXT_SLOTS))
    statuses = torch.full(ids.shape, -1)
    for row, (window_slots, window_statuses) in enumerate(targets):
        slots[row, : len(window_slots)] = torch.from_numpy(window_slots)
        statuses[row, : len(window_statuses)] = torch.from_numpy(window_statuses)
    return ids, mask, slots, statuses
