"""Samples to a batch. What a sample holds, of planar views and of volumes alike:

=============  ===========================  ==========  ==============================================================
image          (2 * views, *size)           float32     the network's input
classes        (views, *size)               int64       hot-spot class; 255 where nobody knows
present        (views,)                     bool        views that are shown
skeleton       (views, 29, *half)           uint8       share of each pixel's area that is bone, times 255
levels         (views, 2, *half)            float32     coordinates of spine and ribs; 0 = none
has_skeleton   ()                           bool        whether bones and levels are known
tokens         (T, text width)              float16     hidden states of the report's readable tokens; T may be 0
lexicon        (78, 5)                      float32     what lexicon and grammar read in the report
has_report     ()                           bool
patient        ()                           int64       the same for all samples of a patient: its reports all fit
number         ()                           int64       of the sample in the run; seeds what is drawn of the report
=============  ===========================  ==========  ==============================================================

A batch stacks them, ``tokens`` padded with zeros to ``(batch, longest, width)``, beside ``token_mask``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

Batch = dict[str, torch.Tensor]


def collate(samples: Sequence[Batch]) -> Batch:
    """Stack samples."""
    batch = {name: torch.stack([one[name] for one in samples]) for name in samples[0] if name != "tokens"}
    tokens = [one["tokens"] for one in samples]
    lengths = torch.tensor([len(one) for one in tokens])
    batch["tokens"] = nn.utils.rnn.pad_sequence(tokens, batch_first=True)
    batch["token_mask"] = torch.arange(int(lengths.max()))[None] < lengths[:, None]
    return batch
