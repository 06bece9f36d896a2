"""A peer behind the interface of our image path: both views in, class logits of both views out."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.segmentation import CLASSES

from .recipes import recipe_of


class TwoViewNetwork(nn.Module):
    """Wraps a peer.

    Parameters
    ----------
    name : str
        One of ``recipes.PEERS``.
    text_width : int
        Width of the text tokens; only a peer that reads reports looks at it.
    """

    def __init__(self, name: str, text_width: int) -> None:
        super().__init__()
        self.recipe = recipe_of(name)
        self.network = self.recipe.build(text_width)

    @property
    def parameter_count(self) -> int:
        """Number of learned values."""
        return sum(parameter.numel() for parameter in self.network.parameters() if parameter.requires_grad)

    def forward(self, image: torch.Tensor, tokens: torch.Tensor, token_mask: torch.Tensor) -> torch.Tensor:
        """Return logits ``(batch, views, 4, rows, columns)`` of ``segmentation.CLASSES``.

        Parameters
        ----------
        image : torch.Tensor
            ``(batch, 4, rows, columns)`` as ``training.batches`` describes it; any size.
        tokens, token_mask : torch.Tensor
            ``(batch, T, width)`` and ``(batch, T)`` bool.
        """
        rows, columns = image.shape[2:]
        padding = (0, -columns % self.recipe.multiple, 0, -rows % self.recipe.multiple)
        padded = F.pad(image, padding)
        found = self.network(padded, tokens, token_mask) if self.recipe.reads_report else self.network(padded)
        if isinstance(found, (list, tuple)):  # UNet++ returns a list, also of one
            found = found[0]
        return found[:, :, :rows, :columns].unflatten(1, (len(VIEWS), len(CLASSES)))
