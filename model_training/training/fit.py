"""Run a training: Lightning's trainer over a run's samples, taken up where its checkpoint left it."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import ReportReader

from .batches import collate
from .run_folder import CHECKPOINT, LOG, store_configuration
from .run_order import RunOrder

_LOG = logging.getLogger(__name__)


def fit(
    run: Path,
    configuration: dict[str, Any],
    samples: Dataset[Any],
    checks: Dataset[Any],
    reader: ReportReader,
    *,
    go_on: bool = False,
) -> None:
    """Train to the configuration's steps and leave networks, checkpoint and log in the run folder.

    Parameters
    ----------
    samples : Dataset
        Item n is the n-th sample of the run (``run_order.py``); see ``batches.py`` for what it holds.
    checks : Dataset
        The validation draw, one item a patient.
    reader : ReportReader
        Taught; its input width is that of the token states.
    go_on : bool
        Go on from the run's checkpoint: the same as if it had never stopped.

    Raises
    ------
    InputError
        Nothing to go on from, or a run that would be written over.
    """
    from lightning.pytorch import Trainer

    from .dual_path_module import DualPathModule
    from .run_checks import RunChecks
    from .run_log import RunLog

    settings = configuration["train"]
    checkpoint = run / CHECKPOINT
    if go_on and not checkpoint.is_file():
        raise InputError(f"{run} holds no {CHECKPOINT} to go on from; leave out --continue")
    if not go_on and (run / LOG).is_file():
        raise InputError(f"{run} holds a training already; give --continue to go on, or another folder")
    store_configuration(run, configuration)
    seed = settings["seed"]
    torch.manual_seed(seed)
    module = DualPathModule(configuration, reader.slots.in_features, seed, reader)
    log = RunLog(run / LOG, settings["log_every_steps"], settings["max_steps"])
    check_loader: DataLoader[Any] = DataLoader(checks, settings["batch_size"], collate_fn=collate)
    first_step = _steps_done(checkpoint) if go_on else 0
    with warnings.catch_warnings():
        _hush()
        trainer = Trainer(
            accelerator={"auto": "auto", "cpu": "cpu", "cuda": "gpu"}[settings["device"]],
            devices=1,
            precision=settings["precision"],
            max_steps=settings["max_steps"],
            max_epochs=-1,
            accumulate_grad_batches=settings["accumulate"],
            deterministic=bool(settings["deterministic"]) or None,
            callbacks=[log, RunChecks(run, log, check_loader, settings)],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            limit_val_batches=0,
            use_distributed_sampler=False,
            default_root_dir=run,
        )
        loader = _loader(samples, settings, first_step, trainer.global_rank, trainer.world_size)
        trainer.fit(module, loader, ckpt_path=checkpoint if go_on else None, weights_only=False)


def _loader(
    samples: Dataset[Any], settings: dict[str, Any], first_step: int, process: int, processes: int
) -> DataLoader[Any]:
    batches = settings["max_steps"] * settings["accumulate"]
    order = RunOrder(
        batches,
        settings["batch_size"],
        first_batch=first_step * settings["accumulate"],
        process=process,
        processes=processes,
    )
    workers = settings["loader_workers"]
    return DataLoader(
        samples,
        settings["batch_size"],
        sampler=order,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        collate_fn=collate,
        pin_memory=torch.cuda.is_available() and settings["device"] != "cpu",
    )


def _steps_done(checkpoint: Path) -> int:
    return int(torch.load(checkpoint, map_location="cpu", weights_only=False)["global_step"])


def _hush() -> None:
    """What Lightning warns of and is meant so: no logger, no validation loop of its own, a run that is one epoch."""
    for words in (".*does not have many workers.*", ".*val_dataloader.*", ".*mid-epoch.*", ".*resuming from a checkpoint.*"):
        warnings.filterwarnings("ignore", words)
    for name in ("lightning.pytorch.utilities.rank_zero", "lightning.pytorch.accelerators.cuda", "lightning.fabric.utilities.rank_zero"):
        logging.getLogger(name).setLevel(logging.WARNING)
