"""After each step: is it time for a validation, a checkpoint, or the end?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from lightning.pytorch import Callback, LightningModule, Trainer
from torch.utils.data import DataLoader

from .dual_path_module import DualPathModule
from .run_folder import CHECKPOINT, store_networks
from .run_log import RunLog
from .run_stops import Patience, StopRequest
from .tensorboard_log import TensorBoardLog
from .validation import score_paths, watched


class RunChecks(Callback):
    """Scores the averaged weights, and keeps what the run folder holds.

    Parameters
    ----------
    run : Path
    log : RunLog
    board : TensorBoardLog
    loader : DataLoader
        The validation draw; of several processes each has a part of it.
    settings : dict
        The configuration's ``train``.
    stop : StopRequest
    """

    def __init__(
        self,
        run: Path,
        log: RunLog,
        board: TensorBoardLog,
        loader: DataLoader[Any],
        settings: dict[str, Any],
        stop: StopRequest,
    ) -> None:
        self._run, self._log, self._board, self._loader = run, log, board, loader
        self._settings, self._stop = settings, stop
        self._patience = Patience(settings["patience"])
        self._what = "simulated scan" if getattr(loader.dataset, "simulated", False) else "scan"
        self.ended = ""
        """Why the run ended before its last step."""

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Do what is due after a step."""
        del outputs, batch
        if (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        module, step = cast("DualPathModule", pl_module), trainer.global_step
        validate = step % self._settings["validate_every_steps"] == 0
        self.ended = self._ending(trainer)
        last = step >= self._settings["max_steps"] or self.ended == "minutes"
        if validate or last:
            score = self._validate(trainer, module)
            if self._patience.spent(score) and not last:
                self.ended, last = "patience", True
        if last or self.ended or step % self._settings["checkpoint_every_steps"] == 0:
            self.keep(trainer)
        if self.ended:
            trainer.should_stop = True

    def _ending(self, trainer: Trainer) -> str:
        """Find out, all processes alike, whether to end."""
        minutes = self._settings["minutes"]
        reasons = {"ctrl-c": self._stop.asked, "minutes": bool(minutes) and self._log.minutes >= minutes}
        for reason, wanted in reasons.items():
            if trainer.strategy.reduce_boolean_decision(wanted, all=False):
                return reason
        return ""

    def keep(self, trainer: Trainer) -> None:
        """Write the checkpoint, whole or not at all."""
        part = self._run / f"{CHECKPOINT}.part"
        trainer.save_checkpoint(part)
        if trainer.is_global_zero:
            part.replace(self._run / CHECKPOINT)
        trainer.strategy.barrier()

    def _validate(self, trainer: Trainer, module: DualPathModule) -> float:
        step = trainer.global_step
        with module.average.applied():
            scores = score_paths(module.paths, self._loader, module.device)
            scores.sums = trainer.strategy.reduce(scores.sums.to(module.device), reduce_op="sum")
            if trainer.is_global_zero:
                store_networks(module.paths, self._run)
                if self._settings["pictures"]:
                    first = {name: value.to(module.device) for name, value in next(iter(self._loader)).items()}
                    self._board.pictures(module.paths, first, self._settings["pictures"], step, self._what)
        found = scores.as_json()
        if trainer.is_global_zero:
            self._board.scalars(found, step)
        self._log.write(trainer, {"step": step, "minutes": round(self._log.minutes, 3), "scores": found})
        shown = {name: value for name, value in found.items() if name.endswith(("/metastasis", "/mean", "/own"))}
        self._log.say(trainer, f"step {step} validation: {json.dumps(shown)}")
        return watched(found, [name for name, _ in module.paths.each()])

    def state_dict(self) -> dict[str, Any]:
        """Keep the patience that is left."""
        return self._patience.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take it up again."""
        self._patience.load_state_dict(state_dict)
