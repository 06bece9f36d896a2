"""A run's log: one JSON object a line in ``log.jsonl``, the same for TensorBoard, and what the user sees of it."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any, cast

import torch
from lightning.pytorch import Callback, LightningModule, Trainer

from BoneMetSegLib.errors import InputError

from .dual_path_module import DualPathModule
from .progress_line import ProgressLine, time_left
from .tensorboard_log import TensorBoardLog


class RunLog(Callback):
    """Writes losses every so many steps.

    Parameters
    ----------
    path : Path
        Of ``log.jsonl``.
    board : TensorBoardLog
    every : int
        Steps between lines.
    max_steps : int
    """

    def __init__(self, path: Path, board: TensorBoardLog, every: int, max_steps: int) -> None:
        self._path, self._board, self._every, self._max_steps = path, board, every, max_steps
        self._sums: dict[str, torch.Tensor] = {}
        self._count = 0
        self._minutes_before = 0.0
        self._start = time.monotonic()
        self._first_step = 0
        self._line = ProgressLine()

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
        """Add up losses; write and say them every so many steps.

        Raises
        ------
        InputError
            A loss is not a number any more: the learning rate was too high.
        """
        del outputs, batch
        for name, loss in cast("DualPathModule", pl_module).latest.items():
            self._sums[name] = self._sums.get(name, torch.zeros_like(loss)) + loss
        self._count += 1
        step = trainer.global_step
        if (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        if step % self._every and step != self._max_steps:
            if trainer.is_global_zero:
                self._line.show(f"step {step} of {self._max_steps}, {self._left(step)} left")
            return
        losses = {name: round(float(total) / self._count, 5) for name, total in self._sums.items()}
        self._sums, self._count = {}, 0
        if bad := [name for name, loss in losses.items() if not math.isfinite(loss)]:
            raise InputError(
                f"the loss {bad[0]!r} is no number at step {step}; train with a lower learning rate, or in 32-true"
            )
        rate = trainer.optimizers[0].param_groups[0]["lr"]
        self.write(trainer, {"step": step, "minutes": round(self.minutes, 3), "rate": rate, "losses": losses})
        if trainer.is_global_zero:
            self._board.scalars({f"loss/{name}": loss for name, loss in losses.items()} | {"rate": rate}, step)
            words = ", ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
            self.say(trainer, f"step {step} of {self._max_steps}: {words}; {self._left(step)} left")

    def write(self, trainer: Trainer, entry: dict[str, Any]) -> None:
        """Append a line to the file."""
        if trainer.is_global_zero:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(entry) + "\n")

    def say(self, trainer: Trainer, text: str) -> None:
        """Tell the user."""
        if trainer.is_global_zero:
            self._line.say(text)

    def _left(self, step: int) -> str:
        each = (time.monotonic() - self._start) / max(step - self._first_step, 1)
        return time_left(each * (self._max_steps - step))

    def state_dict(self) -> dict[str, Any]:
        """Keep the minutes and what is added up."""
        sums = {name: total.cpu() for name, total in self._sums.items()}
        return {"minutes": self.minutes, "sums": sums, "count": self._count}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take them up again."""
        self._minutes_before = state_dict["minutes"]
        self._sums, self._count = dict(state_dict["sums"]), state_dict["count"]


def cut_log(path: Path, step: int) -> None:
    """Take out what a log says of steps behind a checkpoint: they are made again."""
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # the line that was being written when the run was cut off
            break
        if entry["step"] <= step:
            kept.append(line + "\n")
    path.write_text("".join(kept), encoding="utf-8", newline="\n")
