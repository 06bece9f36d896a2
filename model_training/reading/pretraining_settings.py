"""Settings of ``pretrain-text``, known to the command line before anything heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PretrainingSettings:
    """Settings of a pretraining.

    Attributes
    ----------
    steps, windows_per_step : int
    learning_rate, weight_decay : float
        1e-3 suits the small encoder, 5e-5 to 1e-4 one of MacBERT's size.
    checkpoint_steps : int
        A checkpoint is kept every so many steps.
    """

    steps: int = 2000
    windows_per_step: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    checkpoint_steps: int = 200
