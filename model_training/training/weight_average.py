"""The moving average of a network's weights: what is validated and exported, since runs are short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


class WeightAverage:
    """Exponential moving average over steps, of everything that is learned.

    Parameters
    ----------
    module : nn.Module
    decay : float
        In the long run; at first the average forgets faster (step + 1 of step + 10).
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self._module, self._decay = module, decay
        self.steps = 0
        self._average = {name: value.detach().clone() for name, value in self._learned()}

    def _learned(self) -> list[tuple[str, nn.Parameter]]:
        return [(name, value) for name, value in self._module.named_parameters() if value.requires_grad]

    @torch.no_grad()
    def update(self) -> None:
        """Take the weights of one more step into the average."""
        share = 1 - min(self._decay, (1 + self.steps) / (10 + self.steps))
        self.steps += 1
        learned: list[torch.Tensor] = [value for _, value in self._learned()]
        torch._foreach_lerp_(self._on_device(), learned, share)

    def _on_device(self) -> list[torch.Tensor]:
        for name, value in self._learned():
            if self._average[name].device != value.device:
                self._average[name] = self._average[name].to(value.device)
        return list(self._average.values())

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the module the averaged weights for a while."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for (_, value), average in zip(self._learned(), self._on_device(), strict=True):
            kept = value.detach().clone()
            value.copy_(average)
            average.copy_(kept)

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"steps": self.steps, "average": {name: value.cpu() for name, value in self._average.items()}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take up what a checkpoint kept."""
        self.steps = state["steps"]
        self._average = {name: state["average"][name].clone() for name in self._average}
