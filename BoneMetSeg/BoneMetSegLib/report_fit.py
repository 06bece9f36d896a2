"""Does this report belong to this image? (floor 3)

A report of another patient must not change what the image shows. For each place of the anatomy the image's own
evidence (how surely it shows a metastasis, something benign, something physiological there) is held against what the
report says of that place, and all places together give one probability. It is learned with the other reports of a batch
as the wrong ones, and it is printed, so that a mix-up of reports is seen.
"""

from __future__ import annotations

import torch
from torch import nn

from .network_blocks import max_pool

_WIDTH = 32
_EMBEDDING = 6
_POOLED = 4  # pixels a side at half of the grid's resolution: a focus is no smaller


class ReportFit(nn.Module):
    """Logits of reports belonging to images.

    Parameters
    ----------
    slots, statuses, classes : int
        Numbers of text slots, of statuses a report may give them, and of hot-spot classes.
    """

    def __init__(self, slots: int, statuses: int, classes: int) -> None:
        super().__init__()
        self.slot = nn.Parameter(torch.randn(slots, _EMBEDDING) * 0.1)
        inputs = 2 * classes + 1 + statuses + _EMBEDDING
        self.compare = nn.Sequential(nn.Linear(inputs, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH), nn.SiLU())
        self.decide = nn.Sequential(nn.Linear(3 * _WIDTH, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, 1))

    def forward(self, classes: torch.Tensor, places: torch.Tensor, statuses: torch.Tensor) -> torch.Tensor:
        """Return ``(images, reports)`` logits.

        Parameters
        ----------
        classes : torch.Tensor
            ``(images, views, 4, *size)`` logits of the image path.
        places : torch.Tensor
            ``(images, views, slots, *half)``, how much each pixel belongs to each place.
        statuses : torch.Tensor
            ``(reports, slots, statuses)``, 0 to 1.
        """
        evidence = self.evidence(classes, places)
        images, reports = len(evidence), len(statuses)
        each = torch.cat(
            [
                evidence[:, None].expand(-1, reports, -1, -1),
                statuses[None].expand(images, -1, -1, -1).to(evidence.dtype),
                self.slot.expand(images, reports, -1, -1).to(evidence.dtype),
            ],
            -1,
        )
        compared = self.compare(each)
        # What speaks for and against at single places, and the whole.
        pooled = torch.cat([compared.mean(2), compared.amax(2), compared.logsumexp(2)], -1)
        return self.decide(pooled)[..., 0]

    @staticmethod
    def evidence(classes: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Return peak and extent of each class at each place, and presence: ``(images, slots, 2 * classes + 1)``.

        The peak is the greatest product of both, of any view; the extent the share of the place that is hot.
        """
        # Twice the factor for classes: they are at the full resolution, places at half of it.
        hot = max_pool(classes.softmax(2)[:, :, 1:].flatten(0, 1), 2 * _POOLED).flatten(2)
        where = max_pool(places.flatten(0, 1), _POOLED).flatten(2)
        peak = (where[:, :, None] * hot[:, None]).amax(-1)
        extent = torch.einsum("bsp,bcp->bsc", where, hot) / (where.sum(-1)[:, :, None] + 1.0)
        found = torch.cat([peak, extent, where.amax(-1)[:, :, None]], -1)
        return found.unflatten(0, classes.shape[:2]).amax(1)
