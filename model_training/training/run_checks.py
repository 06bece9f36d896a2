"""Every so many steps: keep a checkpoint, score the averaged weights, store them."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer
from torch.utils.data import DataLoader

from .dual_path_module import DualPathModule
from .run_folder import CHECKPOINT, store_networks
from .run_log import RunLog
from .validation import score_paths

_LOG = logging.getLogger(__name__)


class RunChecks(Callback):
    """Validation and what the run folder keeps.

    Parameters
    ----------
    run : Path
    log : RunLog
    loader : DataLoader
        The validation draw.
    settings : dict
        The configuration's ``train``.
    """

    def __init__(self, run: Path, log: RunLog, loader: DataLoader[Any], settings: dict[str, Any]) -> None:
        self._run, self._log, self._loader, self._settings = run, log, loader, settings
        self._done = -1

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Check where it is time."""
        del outputs, batch
        step = trainer.global_step
        if (batch_idx + 1) % trainer.accumulate_grad_batches or step == self._done:
            return
        self._done = step
        last = step >= self._settings["max_steps"]
        assert isinstance(pl_module, DualPathModule)
        if last or step % self._settings["validate_every_steps"] == 0:
            self._validate(trainer, pl_module)
        if last or step % self._settings["checkpoint_every_steps"] == 0:
            self.keep(trainer)

    def keep(self, trainer: Trainer) -> None:
        """Write the checkpoint, whole or not at all."""
        part = self._run / f"{CHECKPOINT}.part"
        trainer.save_checkpoint(part)
        if trainer.is_global_zero:
            part.replace(self._run / CHECKPOINT)
        trainer.strategy.barrier()

    def _validate(self, trainer: Trainer, module: DualPathModule) -> None:
        with module.average.applied():
            scores = score_paths(module.paths, self._loader, module.device)
            scores.sums = trainer.strategy.reduce(scores.sums.to(module.device), reduce_op="sum")
            if trainer.is_global_zero:
                store_networks(module.paths, self._run)
        found = scores.as_json()
        step = trainer.global_step
        self._log.write(trainer, {"step": step, "minutes": round(self._log.minutes, 3), "scores": found})
        if trainer.is_global_zero:
            shown = {name: value for name, value in found.items() if "metastasis" in name or name == "skeleton/mean"}
            _LOG.info(f"step {step} validation: {json.dumps(shown)}")
