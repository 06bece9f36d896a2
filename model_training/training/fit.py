"""Run a training: Lightning's trainer over a run's samples, taken up where its checkpoint left it."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, Dataset, Subset

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import ReportReader
from model_training.configuration import read_configuration

from .batches import collate
from .given_image_path import GivenImagePath, given_image_path
from .processes import process_count, process_number
from .run_folder import (
    CHECKPOINT,
    IMAGE_ORIGIN,
    LOG,
    alone_in,
    store_configuration,
    store_image_origin,
)
from .run_order import RunOrder
from .run_stops import StopRequest
from .tensorboard_log import TensorBoardLog

if TYPE_CHECKING:
    from lightning.pytorch import Trainer

_LOG = logging.getLogger(__name__)
_ACCELERATORS = {"auto": "auto", "cpu": "cpu", "cuda": "gpu"}
_PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")


def fit(
    run: Path,
    configuration: dict[str, Any],
    samples: Dataset[Any],
    checks: Dataset[Any],
    reader: ReportReader,
    *,
    go_on: bool = False,
    image_from: Path | None = None,
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
    image_from : Path, optional
        A finished run, or a bundle, whose image path is taken over and stays as it is.
    go_on : bool
        Go on from the run's checkpoint: the same as if it had never stopped.

    Raises
    ------
    InputError
        Nothing to go on from, a run that would be written over, a setting that cannot be used, or a loss that is no
        number any more.
    KeyboardInterrupt
        Ctrl-C, after the step that was being made; the checkpoint is that of this step.
    """
    settings = configuration["train"] = _with_defaults(configuration["train"])
    _check(run, settings, go_on=go_on)
    first_step = steps_done(run) if go_on else 0
    if first_step >= settings["max_steps"]:
        _LOG.info(f"{run} has made its {first_step} steps already")
        return
    # Read before anything is written: a folder that is none leaves nothing behind.
    given = None if image_from is None else given_image_path(image_from)
    if given is not None:
        given.check_shape(configuration)
    with alone_in(run) if process_number() == 0 else nullcontext():
        _fit(run, configuration, samples, checks, reader, first_step if go_on else None, given)


def _fit(
    run: Path,
    configuration: dict[str, Any],
    samples: Dataset[Any],
    checks: Dataset[Any],
    reader: ReportReader,
    resumed_at: int | None,
    given: GivenImagePath | None,
) -> None:
    from .dual_path_module import DualPathModule
    from .run_checks import RunChecks
    from .run_log import RunLog, cut_log

    settings, go_on, first_step = configuration["train"], resumed_at is not None, resumed_at or 0
    first_process = process_number() == 0
    if first_process:
        store_configuration(run, configuration)
        if (run / LOG).is_file():
            cut_log(run / LOG, first_step)
    torch.manual_seed(settings["seed"])
    stop = StopRequest()
    with _hushed():
        module = DualPathModule(configuration, reader.slots.in_features, settings["seed"], reader)
        if given is not None:
            module.fix_image(given.weights)
            if first_process:
                store_image_origin(run, given.origin)
        elif go_on and (run / IMAGE_ORIGIN).is_file():
            module.fix_image()  # its weights are in the checkpoint
        board = TensorBoardLog(run / "tensorboard", first_step) if first_process else TensorBoardLog(None)
        log = RunLog(run / LOG, board, settings["log_every_steps"], settings["max_steps"])
        checking = RunChecks(run, log, board, _check_loader(checks, settings), settings, stop)
        trainer = _trainer(run, settings, [log, checking])
        try:
            with stop.listening():
                trainer.fit(
                    module,
                    _loader(samples, settings, first_step),
                    ckpt_path=run / CHECKPOINT if go_on else None,
                    weights_only=False,
                )
        finally:
            board.close()
    if checking.ended == "ctrl-c":
        raise KeyboardInterrupt(f"stopped after step {trainer.global_step}; go on with --continue")
    if checking.ended:
        _LOG.info(f"ended after step {trainer.global_step}: {checking.ended}")


def steps_done(run: Path) -> int:
    """Return the step of the run's checkpoint.

    Raises
    ------
    InputError
        There is none that can be read.
    """
    try:
        return int(torch.load(run / CHECKPOINT, map_location="cpu", weights_only=False)["global_step"])
    except FileNotFoundError as error:
        raise InputError(f"{run} holds no {CHECKPOINT} to go on from; leave out --continue") from error
    except Exception as error:  # pickle raises whatever the damage makes it do
        raise InputError(f"{run / CHECKPOINT} cannot be read; train anew in another folder") from error


def _with_defaults(settings: dict[str, Any]) -> dict[str, Any]:
    """Fill in what another kind's configuration leaves to the planar one's."""
    return read_configuration()["train"] | settings


def _check(run: Path, settings: dict[str, Any], *, go_on: bool) -> None:
    if not go_on and (run / LOG).is_file():
        raise InputError(f"{run} holds a training already; give --continue to go on, or another folder")
    for name, known in (("device", tuple(_ACCELERATORS)), ("precision", _PRECISIONS)):
        if settings[name] not in known:
            raise InputError(f"train: {name} is {settings[name]!r}; known are {', '.join(known)}")
    if settings["device"] == "cuda" and not torch.cuda.is_available():
        raise InputError("train: device is cuda, but this installation of PyTorch sees no CUDA GPU")
    for name in ("max_steps", "batch_size", "accumulate", "log_every_steps", "validate_every_steps"):
        if settings[name] < 1:
            raise InputError(f"train: {name} is {settings[name]}; it should be 1 or more")


def _trainer(run: Path, settings: dict[str, Any], callbacks: list[Any]) -> Trainer:
    from lightning.pytorch import Trainer
    from lightning.pytorch.strategies import DDPStrategy

    several = process_count() > 1
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return Trainer(
        accelerator=_ACCELERATORS[settings["device"]],
        devices=here,
        num_nodes=process_count() // here,
        # A report without a readable token teaches its reader nothing in that step.
        strategy=DDPStrategy(find_unused_parameters=True) if several else "auto",
        precision=settings["precision"],
        max_steps=settings["max_steps"],
        max_epochs=-1,
        accumulate_grad_batches=settings["accumulate"],
        deterministic=True if settings["deterministic"] else None,
        callbacks=callbacks,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        limit_val_batches=0,
        use_distributed_sampler=False,
        default_root_dir=run,
    )


def _loader(samples: Dataset[Any], settings: dict[str, Any], first_step: int) -> DataLoader[Any]:
    order = RunOrder(
        settings["max_steps"] * settings["accumulate"],
        settings["batch_size"],
        first_batch=first_step * settings["accumulate"],
        process=process_number(),
        processes=process_count(),
    )
    workers = settings["loader_workers"] if getattr(samples, "shared_with_workers", True) else 0
    return DataLoader(
        samples,
        settings["batch_size"],
        sampler=order,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        collate_fn=collate,
        pin_memory=torch.cuda.is_available() and settings["device"] != "cpu",
    )


def _check_loader(checks: Dataset[Any], settings: dict[str, Any]) -> DataLoader[Any]:
    count = len(checks)  # type: ignore[arg-type]
    if process_count() > 1:
        checks = Subset(checks, range(process_number(), count, process_count()))
    return DataLoader(checks, settings["batch_size"], collate_fn=collate)


@contextmanager
def _hushed() -> Iterator[None]:
    """What Lightning warns of and is meant so: no validation loop of its own, a run that is one long epoch."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"lightning\..*")
            warnings.filterwarnings("ignore", ".*LeafSpec.*")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
