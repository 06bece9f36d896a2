"""Which layers of a text encoder are trained: none, the last few, or all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.text_encoder import TextEncoder


@dataclass(frozen=True)
class TrainedLayers:
    """Parameter groups of a text encoder for an optimiser.

    Attributes
    ----------
    groups : tuple of dict
        "params", "lr", "weight_decay", "name", from the embeddings to the last layer; empty where none is trained.
    trained, frozen : tuple of str
        Names of the parts: "embeddings", "layer 1" (the first) ...
    said : str
        One line for the log.
    """

    groups: tuple[dict[str, Any], ...]
    trained: tuple[str, ...]
    frozen: tuple[str, ...]
    said: str


def text_parameter_groups(
    encoder: TextEncoder,
    trained_layers: int | None,
    learning_rate: float,
    weight_decay: float = 0.01,
    layer_decay: float = 1.0,
) -> TrainedLayers:
    """Freeze what is not trained and return the groups of what is.

    Parameters
    ----------
    trained_layers : int, optional
        The last so many layers; 0 freezes the whole encoder. None trains all, embeddings too.
    layer_decay : float
        Each layer nearer to the input learns by this factor less (a pretrained encoder forgets less at 0.8-0.95).

    Raises
    ------
    InputError
        There are not so many layers.
    """
    layers = list(encoder.bert.encoder.layer)
    if trained_layers is not None and not 0 <= trained_layers <= len(layers):
        raise InputError(
            f"the text encoder has {len(layers)} layers, {trained_layers} cannot be trained; give 0 to {len(layers)}"
        )
    parts: list[tuple[str, nn.Module]] = [("embeddings", encoder.bert.embeddings)]
    parts += [(f"layer {number}", layer) for number, layer in enumerate(layers, 1)]
    first = 0 if trained_layers is None else len(parts) - trained_layers
    groups: list[dict[str, Any]] = []
    for index, (name, part) in enumerate(parts):
        part.requires_grad_(index >= first)
        if index < first:
            continue
        rate = learning_rate * layer_decay ** (len(parts) - 1 - index)
        # Biases and the scales of normalisations are not drawn to zero, as BERT's own recipe has it.
        weights = [p for p in part.parameters() if p.ndim > 1]
        others = [p for p in part.parameters() if p.ndim <= 1]
        groups.append({"params": weights, "lr": rate, "weight_decay": weight_decay, "name": name})
        groups.append({"params": others, "lr": rate, "weight_decay": 0.0, "name": name})
    trained, frozen = (tuple(name for name, _ in half) for half in (parts[first:], parts[:first]))
    count = sum(p.numel() for group in groups for p in group["params"])
    said = f"text encoder: {len(trained)} of {len(parts)} parts trained ({count} parameters)"
    said += f", frozen: {', '.join(frozen)}" if frozen else ""
    return TrainedLayers(tuple(groups), trained, frozen, said)
