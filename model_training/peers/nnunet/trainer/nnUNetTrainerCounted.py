"""For nnU-Net's own environment: its trainer with as many epochs and iterations as the environment says.

Found by ``nnUNet_extTrainer``. ``BONEMETSEG_EPOCHS`` and ``BONEMETSEG_ITERATIONS`` (of each epoch) replace 1000 and
250; the learning rate falls over the epochs that there are.
"""

from __future__ import annotations

import os

from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer


class nnUNetTrainerCounted(nnUNetTrainer):
    """nnU-Net's recipe over another number of steps."""

    def initialize(self) -> None:
        """Set the numbers before the schedule is made; the constructor's parameters are nnU-Net's to change."""
        self.num_epochs = int(os.environ.get("BONEMETSEG_EPOCHS", "1000"))
        self.num_iterations_per_epoch = int(os.environ.get("BONEMETSEG_ITERATIONS", "250"))
        super().initialize()
