"""A run's log, one JSON object a line, and what the user sees of it: losses and time left every so many steps."""

from __future__ import annotations

import json
import logging
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer

from .dual_path_module import DualPathModule

_LOG = logging.getLogger(__name__)


class RunLog(Callback):
    """Writes ``log.jsonl``.

    Parameters
    ----------
    path : Path
    every : int
        Steps between lines.
    max_steps : int
    """

    def __init__(self, path: Path, every: int, max_steps: int) -> None:
        self._path, self._every, self._max_steps = path, every, max_steps
        self._sums: dict[str, float] = defaultdict(float)
        self._count = 0
        self._minutes_before = 0.0
        self._start = time.monotonic()
        self._first_step = 0

    @property
    def minutes(self) -> float:
        """Minutes of training, of all the times the run was taken up."""
        return self._minutes_before + (time.monotonic() - self._start) / 60

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        del pl_module
        self._start, self._first_step = time.monotonic(), trainer.global_step

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Add up losses; write and say them every so many steps."""
        del outputs, batch
        assert isinstance(pl_module, DualPathModule)
        for name, loss in pl_module.latest.items():
            self._sums[name] += loss
        self._count += 1
        step = trainer.global_step
        stepped = (batch_idx + 1) % trainer.accumulate_grad_batches == 0
        if stepped and (step % self._every == 0 or step == self._max_steps):
            losses = {name: round(total / self._count, 5) for name, total in self._sums.items()}
            self._sums.clear()
            self._count = 0
            rate = trainer.optimizers[0].param_groups[0]["lr"]
            self.write(trainer, {"step": step, "minutes": round(self.minutes, 3), "rate": rate, "losses": losses})
            if trainer.is_global_zero:
                words = ", ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
                _LOG.info(f"step {step} of {self._max_steps}: {words}; {self._left(step)} left")

    def write(self, trainer: Trainer, entry: dict[str, Any]) -> None:
        """Append a line."""
        if trainer.is_global_zero:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(entry) + "\n")

    def _left(self, step: int) -> str:
        each = (time.monotonic() - self._start) / max(step - self._first_step, 1)
        return f"{each * (self._max_steps - step) / 60:.1f} min"

    def state_dict(self) -> dict[str, Any]:
        """Keep the minutes and what is added up."""
        return {"minutes": self.minutes, "sums": dict(self._sums), "count": self._count}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take them up again."""
        self._minutes_before = state_dict["minutes"]
        self._sums.update(state_dict["sums"])
        self._count = state_dict["count"]
