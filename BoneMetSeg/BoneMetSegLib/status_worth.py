"""The fusion by statuses: what the report says of a place, weighed by what the image shows there (floor 3).

A decoder that is told of the report learns from every pixel of a few hundred patients, and trusts the words it was
taught with. This is a small function of a pixel instead, the same everywhere: how likely the image makes each class
here and around, what the text path and what the lexicon read of this place, and what uptake the place has at all. The
two readers are told apart, so that it is learned, from reports in other words
(``model_training/training/reworded_reports.py``), how far either is to be believed alone.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from .network_blocks import activation, upsample

_HIDDEN = 32
_SCALE = 4.0
"""Of the change of a logit, so that it is learned in as few steps as the rest of a report path."""
_MEANS, _PEAK = (5, 13), 9  # pixels a side of the grid: within a focus, about a focus; a focus's peak
_MOST_SAID = 1.5  # a place and its level may both be named
_LEAST_UPTAKE = 0.02  # a pixel that is more surely background stays it, whatever is said: it is not weighed at all
_JUDGED = 2  # metastatic and benign: statuses, and classes behind the background, that may agree


class StatusWorth(nn.Module):
    """What a report changes in the logits of the classes.

    Where it names nothing it changes nothing: what is not read is not denied. Where the image sees no uptake it changes
    nothing either: nothing is drawn there for a word.

    Parameters
    ----------
    statuses, classes : int
    """

    def __init__(self, statuses: int, classes: int) -> None:
        super().__init__()
        around = classes * (1 + len(_MEANS) + 1)
        said = 2 * 2 * statuses  # two readers; of the place and of the whole skeleton
        self.weigh = nn.Sequential(
            nn.Linear(around + said + _JUDGED * _JUDGED, _HIDDEN),
            activation(),
            nn.Linear(_HIDDEN, _HIDDEN),
            activation(),
            nn.Linear(_HIDDEN, classes),
        )
        # At first the report changes nothing.
        for parameter in self.weigh[-1].parameters():
            nn.init.zeros_(parameter)

    def forward(
        self, classes: torch.Tensor, places: torch.Tensor, readers: torch.Tensor, evidence: torch.Tensor
    ) -> torch.Tensor:
        """Return the change of the logits.

        Parameters
        ----------
        classes : torch.Tensor
            ``(batch, views, classes, *size)`` logits of the image alone, background first.
        places : torch.Tensor
            ``(batch, views, slots, *half)``: how much each pixel belongs to each place, the whole skeleton last.
        readers : torch.Tensor
            ``(batch, 2, slots, statuses)``: what text path and lexicon read.
        evidence : torch.Tensor
            ``(batch, slots, classes - 1 or more)``: how surely the image shows each class at each place, of
            ``ReportFit.evidence``.
        """
        with torch.no_grad():  # nothing of what is weighed is learned here
            likely = classes.flatten(0, 1).float().softmax(1)
            said = upsample(_said(places, readers).flatten(0, 1), likely)
            named, uptake = said.amax(1).clamp(max=1), 1 - likely[:, 0]
            weighed = (named > 0) & (uptake > _LEAST_UPTAKE)
            agreed = upsample(_agreed(places, readers, evidence).flatten(0, 1), likely)
            around = torch.cat([likely, *(_box_mean(likely, side) for side in _MEANS), _peak(likely)], 1)
            inputs = torch.cat([part.movedim(1, -1)[weighed] for part in (2 * around - 0.5, said, agreed)], -1)
            strength = _SCALE * (named * uptake)[weighed]
        change = classes.new_zeros(*weighed.shape, classes.shape[2], dtype=torch.float32)
        change[weighed] = self.weigh(inputs).float() * strength[:, None]
        return change.movedim(-1, 1).unflatten(0, classes.shape[:2])


def _said(places: torch.Tensor, readers: torch.Tensor) -> torch.Tensor:
    """Lay out what each reader says of the places, then of the whole skeleton: ``(batch, views, 4 * 5, *half)``."""
    read = readers.to(places.dtype)
    of_places = torch.einsum("brsk,bvs...->bvrk...", read[:, :, :-1], places[:, :, :-1])
    of_all = torch.einsum("brk,bv...->bvrk...", read[:, :, -1], places[:, :, -1])
    return torch.cat([of_places, of_all], 2).flatten(2, 3).clamp(max=_MOST_SAID)


def _agreed(places: torch.Tensor, readers: torch.Tensor, evidence: torch.Tensor) -> torch.Tensor:
    """Lay out how surely a place with a status has uptake of a class anywhere: ``(batch, views, 4, *half)``.

    A faint spot in a bone that is called metastatic is that metastasis if the bone shows no better one.
    """
    status = readers.amax(1)[:, :-1, :_JUDGED].to(places.dtype)
    both = (status[..., None] * evidence[:, :-1, None, :_JUDGED].to(places.dtype)).flatten(2)
    return torch.einsum("bsc,bvs...->bvc...", both, places[:, :, :-1])


def _box_mean(x: torch.Tensor, side: int) -> torch.Tensor:
    """Average over a box around each pixel, axis by axis; beyond the edge is zero."""
    for axis in range(2, x.ndim):
        x = _along(F.avg_pool1d, x, axis, side)
    return x


def _peak(x: torch.Tensor) -> torch.Tensor:
    """Return the maximum in a box around each pixel."""
    for axis in range(2, x.ndim):
        x = _along(F.max_pool1d, x, axis, _PEAK)
    return x


def _along(pool: Callable[..., torch.Tensor], x: torch.Tensor, axis: int, side: int) -> torch.Tensor:
    """Pool the lines along one axis, each pixel over ``side`` of its neighbours; the size stays."""
    lines = x.movedim(axis, -1)
    return pool(lines.flatten(0, -2)[:, None], side, 1, side // 2)[:, 0].reshape(lines.shape).movedim(-1, axis)
