"""The training step of a peer: the samples and the loss of the image path, the optimiser of its authors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from lightning.pytorch import LightningModule

from model_training.training.batches import Batch
from model_training.training.losses import class_loss
from model_training.training.schedule import schedule

from .two_view_network import TwoViewNetwork


class PeerModule(LightningModule):
    """A peer in training.

    Parameters
    ----------
    name : str
        One of ``recipes.PEERS``.
    configuration : mapping
        As ``read_configuration`` returns it; its ``loss`` is used.
    text_width, steps : int
    """

    def __init__(self, name: str, configuration: Mapping[str, Any], text_width: int, steps: int) -> None:
        super().__init__()
        self._loss, self._steps = configuration["loss"], steps
        self.peer = TwoViewNetwork(name, text_width)

    def training_step(self, batch: Batch, _index: int) -> torch.Tensor:
        """Return the class loss of a batch."""
        logits = self.peer(batch["image"], batch["tokens"], batch["token_mask"])
        return class_loss(logits, batch["classes"], batch["present"], self._loss)

    def configure_optimizers(self) -> Any:
        """Return the recipe's optimiser and schedule."""
        recipe = self.peer.recipe
        kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[recipe.optimiser]
        optimiser = kind(self.peer.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
        if recipe.schedule == "constant":
            return optimiser
        rates = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: schedule(min(step / self._steps, 1.0), recipe.warm_up_share)
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": rates, "interval": "step"}}
