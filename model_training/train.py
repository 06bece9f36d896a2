"""Train the image path and the fusion, with the text encoder already taught and frozen."""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import DataLoader

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder

from .losses import class_loss, place_loss
from .samples import PlanarSamples, cases_of, collate
from .teach_reading import load_text_path, teach_run

_LOG = logging.getLogger(__name__)


@dataclass
class Trained:
    """Everything a bundle needs: modules, the tokenizer's JSON and the log."""

    network: DualPathNetwork
    text: TextEncoder
    tokenizer: ReportTokenizer
    tokenizer_json: str
    log: dict[str, Any]


def read_text_path(run: Path, configuration: dict[str, Any], seed: int) -> Trained:
    """Return the taught text path of a run folder, teaching and storing it first where there is none."""
    path = load_text_path(run) if (run / "text.safetensors").is_file() else teach_run(run, configuration, seed)
    network = DualPathNetwork(NetworkConfig(), path.encoder.width)
    network.reader.load_state_dict(path.reader.state_dict())
    return Trained(network, path.encoder, path.tokenizer, path.tokenizer_json, {"seed": seed, "reading": path.scores})


def train(data: Path, run: Path, configuration: dict[str, Any], seed: int, *, go_on: bool = False) -> Trained:
    """Train by the clock; the last weights and the log are in ``run`` at every validation.

    Parameters
    ----------
    go_on : bool
        Train the finished network of ``run`` further, as another stage with a schedule of its own. The log lists the
        stages; steps and minutes are those of all.
    """
    settings = configuration["train"]
    cases = {split: cases_of(data, split) for split in ("training", "validation")}
    for split, least in (("training", settings["batch_size"]), ("validation", 1)):
        if len(cases[split]) < least:
            raise InputError(
                f"{data} has {len(cases[split])} patients in its {split} split, {least} are needed; simulate more cases"
            )
    if go_on:
        trained = load_run(run, configuration, seed)
        stages = trained.log["stages"]
    else:
        trained = read_text_path(run, configuration, seed)
        stages = trained.log["stages"] = []
    trained.log.setdefault("configuration", configuration)
    earlier_steps, earlier_minutes = sum(s["steps"] for s in stages), sum(s["minutes"] for s in stages)
    torch.manual_seed(seed + len(stages))
    network, text = trained.network, trained.text.eval().requires_grad_(False)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.reader.slots.requires_grad_(False)
    network.reader.statuses.requires_grad_(False)
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, settings["learning_rate"], weight_decay=settings["weight_decay"])
    samples = PlanarSamples(cases["training"], configuration, trained.tokenizer, augment=True, seed=seed)
    checks = PlanarSamples(
        cases["validation"][: settings["validation_cases"]],
        configuration,
        trained.tokenizer,
        augment=False,
        seed=seed,
    )
    samples.epoch = 1000 * len(stages)  # other noise and augmentation than in the stages before
    stages.append(_stage(0, 0.0, settings))
    clock = _Clock(settings["minutes"] * 60, settings["max_steps"])
    history: list[dict[str, float]] = trained.log.setdefault("history", [])
    running: list[float] = []
    next_check = settings["validate_every_minutes"] * 60.0
    while True:
        for batch in _loader(samples, settings):
            rate = settings["learning_rate"] * schedule(clock.share, settings["warm_up_share"])
            for group in optimiser.param_groups:
                group["lr"] = rate
            loss = _loss(network, text, trained.tokenizer, batch, configuration["loss"])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            clock.steps += 1
            running.append(loss.item())
            if clock.steps % 50 == 0:
                _LOG.info(
                    f"step {clock.steps} loss {sum(running[-50:]) / 50:.4f}, {clock.seconds_left / 60:.1f} min left"
                )
            done = clock.done  # asked once: the last weights are always validated and kept
            if done or clock.seconds > next_check:
                next_check = clock.seconds + settings["validate_every_minutes"] * 60
                scores = validate(network, text, trained.tokenizer, checks)
                stages[-1] = _stage(clock.steps, round(clock.seconds / 60, 1), settings)
                steps, minutes = earlier_steps + clock.steps, round(earlier_minutes + stages[-1]["minutes"], 1)
                history.append({"step": steps, "minutes": minutes, **scores})
                _LOG.info("%s", json.dumps(history[-1]))
                trained.log |= {"steps": steps, "minutes": minutes}
                save_run(trained, run)
            if done:
                return trained
        samples.epoch += 1


def _stage(steps: int, minutes: float, settings: dict[str, Any]) -> dict[str, float]:
    return {"steps": steps, "minutes": minutes, "learning_rate": settings["learning_rate"]}


def save_run(trained: Trained, run: Path) -> None:
    """Write the network's weights and the log into a run folder."""
    run.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in trained.network.state_dict().items()}, run / "network.safetensors")
    (run / "log.json").write_text(json.dumps(trained.log, indent=2), encoding="utf-8")


def load_run(run: Path, configuration: dict[str, Any], seed: int) -> Trained:
    """Return what a finished ``train`` left in its run folder, built by the configuration it was trained with.

    Raises
    ------
    InputError
        The folder holds no trained network.
    """
    missing = [name for name in ("network.safetensors", "text.safetensors", "log.json") if not (run / name).is_file()]
    if missing:
        raise InputError(f"{run} holds no trained network (it lacks {missing[0]}); run 'train' first")
    log = json.loads((run / "log.json").read_text(encoding="utf-8"))
    trained = read_text_path(run, log.get("configuration", configuration), seed)
    trained.network.load_state_dict(load_file(run / "network.safetensors"))
    trained.log = log
    return trained


def read_reports(
    network: DualPathNetwork, text: TextEncoder, tokenizer: ReportTokenizer, batch: dict[str, Any]
) -> torch.Tensor:
    """Return the states ``(batch, 78, 16)`` of a batch's reports; all windows go through the encoder at once."""
    ids, mask = tokenizer.pad([window for windows in batch["windows"] for window in windows])
    with torch.no_grad():
        hidden = text(ids, mask)
    readable = torch.zeros_like(mask, dtype=torch.bool)
    for row, flags in enumerate(flags for windows in batch["readable"] for flags in windows):
        readable[row, : len(flags)] = torch.tensor(flags)
    sizes = [len(windows) for windows in batch["windows"]]
    return torch.stack([network.reader(h, m) for h, m in zip(hidden.split(sizes), readable.split(sizes), strict=True)])


def _loss(
    network: DualPathNetwork,
    text: TextEncoder,
    tokenizer: ReportTokenizer,
    batch: dict[str, Any],
    settings: dict[str, Any],
) -> torch.Tensor:
    features = network.encode(batch["image"].contiguous(memory_format=torch.channels_last))
    image = network.image_path(features)
    loss = class_loss(image.classes, batch["classes"], batch["present"], settings) + place_loss(image, batch, settings)
    states = read_reports(network, text, tokenizer, batch)
    with_report = network.report_path(features, image, states)
    return loss + class_loss(with_report, batch["classes"], batch["present"], settings)


def validate(
    network: DualPathNetwork, text: TextEncoder, tokenizer: ReportTokenizer, samples: PlanarSamples
) -> dict[str, float]:
    """Return pooled Dice per class without and with the report, and the mean Dice of the skeleton."""
    network.eval()
    counts = torch.zeros(2, 3, 3)
    bones = torch.zeros(2, samples[0]["skeleton"].shape[1])
    with torch.inference_mode():
        for index in range(len(samples)):
            batch = collate([samples[index]])
            features = network.encode(batch["image"])
            image = network.image_path(features)
            states = read_reports(network, text, tokenizer, batch)
            for path, logits in enumerate((image.classes, network.report_path(features, image, states))):
                drawn = logits.argmax(2)
                for label in (1, 2, 3):
                    mine, true = drawn == label, batch["classes"] == label
                    counts[path, label - 1] += torch.tensor([(mine & true).sum(), mine.sum(), true.sum()])
            seen, truth = image.skeleton > 0, batch["skeleton"]
            bones[0] += 2 * (seen & truth).sum((0, 1, 3, 4))
            bones[1] += seen.sum((0, 1, 3, 4)) + truth.sum((0, 1, 3, 4))
    network.train()
    dice = 2 * counts[..., 0] / counts[..., 1:].sum(-1).clamp(min=1)
    names = ("metastasis", "benign", "physiological")
    scores = {
        f"{name}_{path}": round(float(dice[p, n]), 4)
        for p, path in enumerate(("image", "report"))
        for n, name in enumerate(names)
    }
    return scores | {"skeleton": round(float((bones[0] / bones[1].clamp(min=1)).mean()), 4)}


class _Clock:
    def __init__(self, seconds: float, max_steps: int) -> None:
        self._start, self._limit, self._max_steps = time.monotonic(), seconds, max_steps
        self.steps = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    @property
    def share(self) -> float:
        return min(max(self.seconds / self._limit, self.steps / self._max_steps), 1.0)

    @property
    def done(self) -> bool:
        return self.share >= 1.0

    @property
    def seconds_left(self) -> float:
        return self.seconds * (1 / max(self.share, 1e-6) - 1)


def schedule(share: float, warm_up: float) -> float:
    """Linear warm-up, then half a cosine to 1 % of the rate."""
    if share < warm_up:
        return max(share / warm_up, 0.01)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))


def _loader(samples: PlanarSamples, settings: dict[str, Any]) -> DataLoader:  # type: ignore[type-arg]
    return DataLoader(
        samples,
        batch_size=settings["batch_size"],
        shuffle=True,
        drop_last=True,
        num_workers=settings["loader_workers"],
        collate_fn=collate,
    )
