"""Losses of the dual-path network, for planar views and volumes alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F

from BoneMetSegLib.network import ImageOutput
from model_training.training_case import IGNORE


def class_loss(
    logits: torch.Tensor, classes: torch.Tensor, present: torch.Tensor, settings: Mapping[str, Any]
) -> torch.Tensor:
    """Weighted cross-entropy plus soft Dice of the three hot-spot classes over the batch.

    Parameters
    ----------
    logits : torch.Tensor
        ``(batch, views, 4, *size)``.
    classes : torch.Tensor
        ``(batch, views, *size)`` int64; 255 is not scored.
    present : torch.Tensor
        ``(batch, views)`` bool; views that are not there are not scored.
    """
    # Left out by weight, not by selection: every process of several has a gradient for every weight.
    known = (classes != IGNORE) & present.reshape(*present.shape, *[1] * (classes.ndim - 2))
    classes = classes.masked_fill(~known, 0)
    flat, known, truth = logits.flatten(0, 1).float(), known.flatten(0, 1), classes.flatten(0, 1)
    weights = torch.tensor(settings["class_weights"], device=logits.device, dtype=torch.float32)
    each = F.cross_entropy(flat, truth, weight=weights, reduction="none") * known
    cross_entropy = each.sum() / (weights[truth] * known).sum().clamp(min=1e-6)
    return cross_entropy + settings["dice"] * soft_dice_loss(flat.softmax(1), truth, known)


def soft_dice_loss(
    probabilities: torch.Tensor, classes: torch.Tensor, known: torch.Tensor | None = None
) -> torch.Tensor:
    """One minus soft Dice, mean over the hot-spot classes; ``(n, 4, *size)`` against ``(n, *size)``.

    The denominator is squared (V-Net, Milletari 2016), summed over the batch: many images hold no lesion.
    """
    truth = F.one_hot(classes, probabilities.shape[1]).movedim(-1, 1)[:, 1:].to(probabilities.dtype)
    fore = probabilities[:, 1:]
    if known is not None:
        fore, truth = fore * known[:, None], truth * known[:, None]
    over = (0, *range(2, fore.ndim))
    overlap = (fore * truth).sum(over)
    total = (fore * fore).sum(over) + truth.sum(over)
    return (1 - (2 * overlap + 1) / (total + 1)).mean()


def place_loss(image: ImageOutput, batch: Mapping[str, torch.Tensor], settings: Mapping[str, Any]) -> torch.Tensor:
    """Skeleton (binary cross-entropy and soft Dice per channel) and level coordinates (mean absolute error).

    The truth is a share of area between 0 and 1. Images without a known skeleton are not scored. ``bone_weight`` is
    what bone weighs against its background in the cross-entropy.
    """
    shown = batch["present"] & batch["has_skeleton"][:, None]
    weight = shown.flatten().float()
    logits = image.skeleton.flatten(0, 1).float()
    truth = batch["skeleton"].flatten(0, 1).float() / 255
    over = tuple(range(2, logits.ndim))
    bone = 1 + (settings["bone_weight"] - 1) * truth
    each = (bone * F.binary_cross_entropy_with_logits(logits, truth, reduction="none")).mean((1, *over))
    cross_entropy = (each * weight).sum() / weight.sum().clamp(min=1)
    probabilities = logits.sigmoid()
    # The lesser of both is what overlaps; of a hard truth it is the product, and a share drawn exactly costs nothing.
    overlap = torch.einsum("n,nc->c", weight, torch.minimum(probabilities, truth).sum(over))
    total = torch.einsum("n,nc->c", weight, (probabilities + truth).sum(over))
    dice = (1 - (2 * overlap + 10) / (total + 10)).mean()
    levels = logits.new_zeros(())
    for index, drawn in enumerate((image.spine_level, image.rib_level)):
        wanted = batch["levels"][:, :, index]
        known = (wanted > 0) & shown.reshape(*shown.shape, *[1] * (wanted.ndim - 2))
        levels = levels + ((drawn.float() - wanted).abs() * known).sum() / known.sum().clamp(min=1)
    return settings["skeleton"] * (10 * cross_entropy + dice) + settings["levels"] * levels


def fit_loss(
    logits: torch.Tensor, patients: torch.Tensor, of_reports: torch.Tensor, has_report: torch.Tensor
) -> torch.Tensor:
    """Balanced binary cross-entropy: the mean over own reports plus the mean over those of others.

    Parameters
    ----------
    logits : torch.Tensor
        ``(images, reports)``.
    patients : torch.Tensor
        ``(images,)``; every report of a patient fits every image of that patient.
    of_reports : torch.Tensor
        ``(reports,)``, the patient of each.
    has_report : torch.Tensor
        ``(reports,)`` bool.
    """
    same = patients[:, None] == of_reports[None]
    own, other = same & has_report[None], ~same & has_report[None]
    logits = logits.float()
    each = F.binary_cross_entropy_with_logits(logits, own.float(), reduction="none")
    return (each * own).sum() / own.sum().clamp(min=1) + (each * other).sum() / other.sum().clamp(min=1)
