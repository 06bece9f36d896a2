"""Losses of the dual-path network."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from BoneMetSegLib.network import ImageOutput


def class_loss(
    logits: torch.Tensor, classes: torch.Tensor, present: torch.Tensor, settings: dict[str, Any]
) -> torch.Tensor:
    """Weighted cross-entropy plus soft Dice of the three hot-spot classes over the batch.

    Parameters
    ----------
    logits : torch.Tensor
        ``(batch, views, 4, rows, columns)``.
    classes : torch.Tensor
        ``(batch, views, rows, columns)`` int64.
    present : torch.Tensor
        ``(batch, views)`` bool; views that are not there are not scored.
    """
    logits, classes = logits[present], classes[present]
    weights = torch.tensor(settings["class_weights"], device=logits.device)
    cross_entropy = F.cross_entropy(logits, classes, weight=weights)
    return cross_entropy + settings["dice"] * soft_dice_loss(logits.softmax(1), classes)


def soft_dice_loss(probabilities: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    """One minus soft Dice, mean over the hot-spot classes; ``(n, 4, rows, columns)`` against ``(n, rows, columns)``.

    The denominator is squared (V-Net, Milletari 2016), summed over the batch: many images hold no lesion.
    """
    truth = F.one_hot(classes, probabilities.shape[1]).movedim(-1, 1)[:, 1:]
    fore = probabilities[:, 1:]
    overlap = (fore * truth).sum((0, 2, 3))
    total = (fore * fore).sum((0, 2, 3)) + truth.sum((0, 2, 3))
    return (1 - (2 * overlap + 1) / (total + 1)).mean()


def place_loss(image: ImageOutput, batch: dict[str, Any], settings: dict[str, Any]) -> torch.Tensor:
    """Skeleton (binary cross-entropy and soft Dice per channel) and level coordinates (mean absolute error)."""
    present = batch["present"]
    logits, truth = image.skeleton[present], batch["skeleton"][present].float()
    probabilities = logits.sigmoid()
    overlap = (probabilities * truth).sum((0, 2, 3))
    total = (probabilities + truth).sum((0, 2, 3))
    dice = (1 - (2 * overlap + 10) / (total + 10)).mean()
    skeleton = 10 * F.binary_cross_entropy_with_logits(logits, truth) + dice
    levels = logits.new_zeros(())
    for name in ("spine_level", "rib_level"):
        wanted = batch[name][present]
        known = wanted > 0
        if known.any():
            levels = levels + (getattr(image, name)[present] - wanted)[known].abs().mean()
    return settings["skeleton"] * skeleton + settings["levels"] * levels
