"""Reports as an unknown hand's are read: places missed, taken for another status, or invented.

In the wordings of training the taught reader makes next to no mistake, so a network that met nothing else takes what it
is told for certain, and what it is not told for denied: reports in other words then cost true lesions. Text path and
lexicon are misread apart, as they err apart: what both say stays the surer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from BoneMetSegLib.report_fusion import ReportStates
from BoneMetSegLib.segmentation import STATUSES

_NAMED = 0.5
_GREATEST_RATE = 0.6
"""Of a misread report up to this share of places, evenly drawn, is not what the report says."""
_UNREAD, _UPTAKE = 0.3, 0.3
"""Of these places so many are missed, and so many "uptake": the finding was understood, its verdict not."""
_INVENTED = 4.0
"""Places, at a rate of 1, that the report does not name."""
_LEXICON_UNREAD = 0.7
"""The lexicon misses what it does not know far more often than it takes it for something else."""


def misread(
    report: ReportStates, lexicon: torch.Tensor, share: float, rng: np.random.Generator
) -> tuple[ReportStates, torch.Tensor]:
    """Return reports of which, in a share, text path and lexicon misread places.

    Parameters
    ----------
    report : ReportStates
        Of the text path alone. Its tokens stay as they are.
    lexicon : torch.Tensor
        ``(batch, 78, 5)`` of ``lexicon_states``.
    share : float
        Of the reports that are misread.
    """
    if share <= 0:
        return report, lexicon
    count = len(STATUSES)
    said = report.states[..., :count].detach()
    keep = torch.ones(report.states.shape[:2], dtype=torch.bool)
    instead, lexicon_now = torch.zeros(*keep.shape, count), lexicon.cpu().clone()
    for index in range(len(keep)):
        chance, own = rng.random(), np.random.default_rng(int(rng.integers(1 << 32)))
        if chance >= share:
            continue
        rate = own.uniform(0, _GREATEST_RATE)
        sure = said[index].amax(-1).cpu()
        named = torch.from_numpy(own.random(len(sure)) < rate) & (sure > _NAMED)
        for place in named.nonzero()[:, 0].tolist():
            keep[index, place] = False
            kind = own.random()
            if kind >= _UNREAD:
                status = STATUSES.index("uptake") if kind < _UNREAD + _UPTAKE else int(own.integers(count))
                instead[index, place, status] = sure[place]
        for place in own.choice(len(sure), min(own.poisson(rate * _INVENTED), len(sure)), replace=False):
            if sure[place] <= _NAMED:
                keep[index, place] = False
                instead[index, place, int(own.integers(count))] = 1.0
        _misread_lexicon(lexicon_now[index], rate, own)
    here = report.states.device
    values = report.states.shape[-1] - count
    states = report.states * keep.to(here)[..., None] + torch.nn.functional.pad(instead, (0, values)).to(here)
    return replace(report, states=states), lexicon_now.to(lexicon.device)


def _misread_lexicon(said: torch.Tensor, rate: float, rng: np.random.Generator) -> None:
    """Change what the lexicon says of a report's places, ``(78, 5)``, in place."""
    for place in said.amax(-1).nonzero()[:, 0].tolist():
        chance, kind, status = rng.random(), rng.random(), int(rng.integers(said.shape[-1]))
        if chance < rate:
            sure = float(said[place].amax())
            said[place] = 0.0
            if kind >= _LEXICON_UNREAD:
                said[place, status] = sure
