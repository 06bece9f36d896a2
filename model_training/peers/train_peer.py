"""``peers``: train one peer on planar cases, and keep its best weights by the validation curve."""

from __future__ import annotations

import logging
import time
import warnings
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from safetensors.torch import save
from torch.utils.data import DataLoader

from BoneMetSegLib.errors import InputError
from model_training.case_lists import cases_of
from model_training.reading.teach_reading import TextPath
from model_training.simulator.case_files import json_bytes, replace_file
from model_training.training.batches import collate
from model_training.training.placed_case import Grid
from model_training.training.planar_samples import PlanarSamples, place_cases
from model_training.training.report_tokens import encode_reports
from model_training.training.run_folder import store_configuration
from model_training.training.run_order import RunOrder
from model_training.training.scores import Scores
from model_training.training.text_path import text_path_of
from model_training.training_case import load_training_case

from .peer_module import PeerModule
from .recipes import recipe_of
from .validation_curve import curve_words, is_flat

_LOG = logging.getLogger(__name__)
WEIGHTS, FACTS = "peer.safetensors", "peer.json"
_CURVE_POINTS = 18


def train_peer(
    name: str,
    data: Path,
    run: Path,
    configuration: dict[str, Any],
    *,
    text_from: Path | None = None,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Train a peer to the configuration's steps; return what ``peer.json`` in the run folder says.

    Parameters
    ----------
    name : str
        One of ``recipes.PEERS``.
    configuration : dict
        As for ``train``; the peer's recipe replaces optimiser, learning rate and schedule.
    text_from : Path, optional
        A bundle whose text path is used by a peer that reads reports.

    Raises
    ------
    InputError
        No such peer, MONAI is missing, too few cases, or a run that would be written over.
    """
    recipe, settings = recipe_of(name), configuration["train"]
    if (run / FACTS).is_file():
        raise InputError(f"{run} holds a peer already; give another folder")
    torch.manual_seed(settings["seed"])
    text = text_path_of(run, configuration, settings["seed"], text_from) if recipe.reads_report else None
    text_width = text.encoder.width if text else 1
    module = PeerModule(name, configuration, text_width, settings["max_steps"])
    _LOG.info(f"{name}: {module.peer.parameter_count} parameters; {recipe.source}; different here: {recipe.differs}")
    cases = {split: cases_of(data, split) for split in ("training", "validation")}
    for split, least in (("training", settings["batch_size"]), ("validation", 1)):
        if len(cases[split]) < least:
            raise InputError(
                f"{data} has {len(cases[split])} patients in its {split} split, {least} are needed; simulate more cases"
            )
    samples = peer_samples(cases["training"], configuration, text, cache, augmented=True)
    checks = peer_samples(
        cases["validation"][: settings["validation_cases"]], configuration, text, cache, augmented=False
    )
    store_configuration(run, configuration)
    curve = ValidationCurve(run, DataLoader(checks, settings["batch_size"], collate_fn=collate), settings["max_steps"])
    order = RunOrder(settings["max_steps"], settings["batch_size"])
    loader: DataLoader[Any] = DataLoader(
        samples, settings["batch_size"], sampler=order, num_workers=settings["loader_workers"], collate_fn=collate
    )
    start = time.monotonic()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*does not have many workers.*")
        logging.getLogger("lightning.pytorch.utilities.rank_zero").setLevel(logging.WARNING)
        trainer = Trainer(
            accelerator={"auto": "auto", "cpu": "cpu", "cuda": "gpu"}[settings["device"]],
            devices=1,
            max_steps=settings["max_steps"],
            precision=settings["precision"],
            callbacks=[curve],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, loader)
    facts = {
        "peer": name,
        "parameters": module.peer.parameter_count,
        "text_width": text_width,
        "steps": trainer.global_step,
        "minutes": round((time.monotonic() - start) / 60, 2),
        "seed": settings["seed"],
        "optimiser": recipe.optimiser,
        "learning_rate": recipe.learning_rate,
        "source": recipe.source,
        "differs": recipe.differs,
        "curve": curve.points,
        "best_step": curve.best_step,
        "flat": is_flat([point["dice"] for point in curve.points]),
    }
    replace_file(run / FACTS, json_bytes(facts))
    return facts


def peer_samples(
    paths: list[Path], configuration: dict[str, Any], text: TextPath | None, cache: Path | None, *, augmented: bool
) -> PlanarSamples:
    """Return the samples that the image path is trained on; without a text path they carry no report."""
    grid = Grid(**configuration["grid"])
    if text is None:
        tokens: list[Any] = [{} for _ in paths]
    else:
        reports = [load_training_case(path).reports for path in paths]
        tokens = encode_reports(reports, text.encoder, text.tokenizer, cache)
    return PlanarSamples(
        place_cases(paths, grid, acquired=not augmented, cache=cache),
        tokens,
        grid,
        configuration["augmentation"] if augmented else None,
        configuration["train"]["seed"],
        text.encoder.width if text else 1,
    )


class ValidationCurve(Callback):
    """Scores the peer at even distances of the run, keeps the best weights, says the time left.

    Attributes
    ----------
    points : list of dict
        ``step`` and pooled ``dice`` of metastases.
    """

    def __init__(self, run: Path, loader: DataLoader[Any], steps: int) -> None:
        self._run, self._loader, self._steps = run, loader, steps
        self._at = {max(1, round(steps * (n + 1) / _CURVE_POINTS)) for n in range(_CURVE_POINTS)}
        self._start = time.monotonic()
        self.points: list[dict[str, float]] = []
        self.best_step = 0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        del trainer, pl_module
        self._start = time.monotonic()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Score where it is time."""
        del batch, batch_idx
        step = trainer.global_step
        if step not in self._at:
            return
        if not isinstance(pl_module, PeerModule):
            raise TypeError("the curve is a peer's")
        dice = validation_dice(pl_module, self._loader)
        best = max((point["dice"] for point in self.points), default=-1.0)
        self.points.append({"step": step, "dice": dice})
        if dice > best:
            self.best_step = step
            weights = {key: value.detach().cpu().contiguous() for key, value in pl_module.peer.state_dict().items()}
            replace_file(self._run / WEIGHTS, save(weights))
        left = (time.monotonic() - self._start) / step * (self._steps - step) / 60
        loss = float(outputs["loss"] if isinstance(outputs, dict) else outputs)
        _LOG.info(f"step {step} of {self._steps}: loss {loss:.4f}, validation DSC {dice:.4f}; {left:.1f} min left")


def validation_dice(module: PeerModule, loader: DataLoader[Any]) -> float:
    """Return the pooled DSC of metastases over the validation draw."""
    scores, was_training = Scores(["image"]), module.training
    module.eval()
    with torch.inference_mode():
        for batch in loader:
            moved = {name: value.to(module.device) for name, value in batch.items()}
            scores.add_classes("image", module.peer(moved["image"], moved["tokens"], moved["token_mask"]), moved)
    module.train(was_training)
    return scores.as_json().get("dice/image/metastasis", 0.0)


def facts_words(facts: dict[str, Any]) -> str:
    """Say what a training came to."""
    points = facts["curve"]
    curve = curve_words([point["step"] for point in points], [point["dice"] for point in points])
    return (
        f"{facts['peer']}: {facts['parameters']} parameters, {facts['steps']} steps in {facts['minutes']} min, best at "
        f"step {facts['best_step']}\nvalidation DSC by step (simulated patients): {curve}"
    )
