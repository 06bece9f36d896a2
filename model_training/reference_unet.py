"""The reference by which a clinic is tuned: an image-only U-Net at a coarse grid, trained for minutes on two cores.

It is the image path of the dual-path network without skeleton, levels or report, of smaller widths. What counts is its
Dice on patients it has not seen: on real whole-body scans U-Nets reach 0.60-0.70, and a clinic whose reference is far
from that is too easy or too hard. The bundled models are trained otherwise (``train``).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from BoneMetSegLib.network_grid import network_input, normalise_counts, resample
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.segmentation import CLASSES

from .case_lists import body_centre_mm, cases_of, clinic_of
from .evaluation.bootstrap import confidence_interval
from .evaluation.pixel_scores import METASTASIS
from .simulator.case import SimulatedCase
from .simulator.case_files import load_case
from .training.losses import class_loss
from .training.schedule import schedule

_LOG = logging.getLogger(__name__)

GRID_MM = 4.0
SHAPE = (480, 160)
WIDTHS = (32, 48, 80, 112)
BATCH = 4
LEARNING_RATE = 2e-3
AVERAGE_DECAY = 0.99
_LOSS = {"class_weights": [1.0, 1.0, 1.0, 1.0], "dice": 1.0}
_CONTRASTS = ((1.0, 1.5), (1.5, 2.0), (2.0, 3.0), (3.0, 5.0), (5.0, np.inf))
_NUMBERS = ((1, 1), (2, 3), (4, 8), (9, 20), (21, 60))


@dataclass(frozen=True)
class GridCase:
    """A case on the coarse grid, both views in anterior order.

    Attributes
    ----------
    expected : torch.Tensor
        ``(2, rows, columns)`` float16, noiseless counts per pixel of the grid.
    classes : torch.Tensor
        ``(2, rows, columns)`` uint8.
    """

    expected: torch.Tensor
    classes: torch.Tensor


def train_reference(
    data: Path,
    out: Path,
    minutes: float,
    seed: int = 0,
    others: Sequence[Path] = (),
    max_steps: int | None = None,
) -> dict[str, Any]:
    """Train by the clock on the training split, score all other patients; return and write the scores.

    A clinic is tuned on these scores, and tuning is a choice: no test of a model may use the same seed.

    Parameters
    ----------
    data : Path
        Cases made by ``simulate``.
    out : Path
        Receives ``reference.json``.
    others : sequence of Path
        Further sets to score, all their patients: another anatomy, other dials.
    max_steps : int, optional
        Ends the training before its minutes are over, so that runs can be compared whatever else the machine does.
    """
    training = cases_of(data, "training")
    unseen = [*cases_of(data, "validation"), *cases_of(data, "test")]
    if min(len(training), len(unseen)) < BATCH:
        raise InputError(f"{data} has too few patients for the reference; simulate more cases")
    torch.manual_seed(seed)
    network = DualPathNetwork(NetworkConfig(widths=WIDTHS, report_widths=WIDTHS[:-1], fusion=(), skeleton=False), 8).to(
        memory_format=torch.channels_last
    )  # type: ignore[call-overload]
    start = time.monotonic()
    samples = [_on_grid(load_case(path)) for path in training]
    _LOG.info(f"{len(samples)} cases on the grid in {time.monotonic() - start:.0f} s")
    steps = _train(network, samples, minutes * 60, max_steps, np.random.default_rng([seed, 1]))
    scores = _score(network, unseen, np.random.default_rng([seed, 2]))
    for other in others:
        everyone = [path for split in ("training", "validation", "test") for path in cases_of(other, split)]
        scores[f"on {other.name}"] = _score(network, everyone, np.random.default_rng([seed, 2]))
    scores = {
        "minutes": minutes,
        "steps": steps,
        "seed": seed,
        "training_patients": len(samples),
        "clinic": clinic_of(data),
    } | scores
    out.mkdir(parents=True, exist_ok=True)
    (out / "reference.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    return scores


def _on_grid(case: SimulatedCase) -> GridCase:
    size = (case.pixel_size_mm, case.pixel_size_mm)
    area = (GRID_MM / case.pixel_size_mm) ** 2
    shift = _frame_mm(case)
    expected, classes = [], []
    for view in VIEWS:
        flip = slice(None, None, -1) if view == "posterior" else slice(None)
        counts = torch.from_numpy(np.ascontiguousarray(case.expected[view][:, flip], np.float32))[None]
        labels = torch.from_numpy(np.ascontiguousarray(case.class_map[view][:, flip], np.float32))[None]
        expected.append(resample(counts, size, SHAPE, (GRID_MM, GRID_MM), shift)[0] * area)
        classes.append(resample(labels, size, SHAPE, (GRID_MM, GRID_MM), shift, "nearest")[0])
    return GridCase(torch.stack(expected).clamp(max=6e4).half(), torch.stack(classes).to(torch.uint8))


def _frame_mm(case: SimulatedCase) -> list[list[float]]:
    """Return the shift that puts the middle of the counts in the middle of the grid."""
    down, right = body_centre_mm(case)
    return [[1.0, 0.0, right], [0.0, 1.0, down]]


def _train(
    network: DualPathNetwork,
    samples: list[GridCase],
    seconds: float,
    max_steps: int | None,
    rng: np.random.Generator,
) -> int:
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=0.02)
    # A run is short: the mean of its last weights scores better than the very last.
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY))
    start, steps, running = time.monotonic(), 0, []
    network.train()
    while (share := max((time.monotonic() - start) / seconds, steps / (max_steps or np.inf))) < 1:
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * schedule(share, 0.03)
        chosen = rng.choice(len(samples), BATCH, replace=False)
        images, labels = zip(*(_augmented(samples[index], rng) for index in chosen), strict=True)
        batch = torch.stack(images).contiguous(memory_format=torch.channels_last)
        features = network.encode(batch)
        logits = network.image_path(features).classes
        present = torch.ones(len(batch), len(VIEWS), dtype=torch.bool)
        loss = class_loss(logits, torch.stack(labels), present, _LOSS)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(network)
        steps += 1
        running.append(loss.item())
        if steps % 100 == 0:
            left = (time.monotonic() - start) * (1 / share - 1) / 60
            _LOG.info(f"step {steps} loss {np.mean(running[-100:]):.4f}, {left:.1f} min left")
    network.load_state_dict(average.module.state_dict())
    return steps


def _augmented(sample: GridCase, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw fresh Poisson noise at other counts; rotate, scale and shift a little."""
    expected = sample.expected.float() * float(np.exp(rng.uniform(np.log(0.5), np.log(1.6))))
    counts = torch.from_numpy(rng.poisson(expected.numpy()).astype(np.float32))
    angle = np.radians(rng.uniform(-4, 4))
    scale_x, scale_y = 1 + rng.uniform(-0.08, 0.08, 2)
    transform = [
        [scale_x * np.cos(angle), -scale_x * np.sin(angle), rng.uniform(-30, 30)],
        [scale_y * np.sin(angle), scale_y * np.cos(angle), rng.uniform(-30, 30)],
    ]
    pixel = (GRID_MM, GRID_MM)
    counts = resample(counts, pixel, SHAPE, pixel, transform)
    labels = resample(sample.classes.float(), pixel, SHAPE, pixel, transform, "nearest")
    return _input(counts), labels.long()


def _input(counts: torch.Tensor) -> torch.Tensor:
    return network_input({view: normalise_counts(counts[n]) for n, view in enumerate(VIEWS)}, SHAPE)


# ---- scores ----------------------------------------------------------------------------------------------------------


def _score(network: DualPathNetwork, cases: Sequence[Path], rng: np.random.Generator) -> dict[str, Any]:
    network.eval()
    rows, foci = [], []
    false_pixels = dict.fromkeys(("mimic", "other benign", "physiological", "edge of a metastasis", "nothing"), 0)
    for path in cases:
        case = load_case(path)
        drawn = _drawn(network, case)
        overlap = mine = true = 0
        for view in VIEWS:
            truth = case.class_map[view] == METASTASIS
            overlap += int((drawn[view] & truth).sum())
            mine, true = mine + int(drawn[view].sum()), true + int(truth.sum())
            _count_false(false_pixels, case, view, drawn[view])
            foci += _shares_drawn(case, view, drawn[view])
        count = sum(focus.hot_spot_class == "metastasis" for focus in case.foci)
        rows.append((2 * overlap / (mine + true) if true else np.nan, count))
    dice, counts = np.array(rows).T
    contrasts, shares = np.array(foci or [(np.nan, np.nan)]).T
    return {
        "scored_patients": len(cases),
        "dice": confidence_interval(dice, rng),
        "dice_by_metastases": {f"{a}-{b}": _mean(dice[(counts >= a) & (counts <= b)]) for a, b in _NUMBERS},
        "share_drawn_by_contrast": {
            f"{a:g}-{b:g}": _mean(shares[(contrasts >= a) & (contrasts < b)]) for a, b in _CONTRASTS
        },
        "false_pixels": false_pixels,
    }


def _drawn(network: DualPathNetwork, case: SimulatedCase) -> dict[str, np.ndarray]:
    """Return the metastasis pixels of each view, at its own pixels in acquired order."""
    shift = _frame_mm(case)
    size, pixel = (case.pixel_size_mm, case.pixel_size_mm), (GRID_MM, GRID_MM)
    on_grid = []
    for view in VIEWS:
        flip = slice(None, None, -1) if view == "posterior" else slice(None)
        counts = torch.from_numpy(np.ascontiguousarray(case.counts[view][:, flip], np.float32))[None]
        # As many source pixels as the grid's cell holds are averaged: interpolation alone would keep all the noise.
        width = max(round(GRID_MM / case.pixel_size_mm), 1)
        kernel = torch.full((1, 1, width, width), 1.0 / width**2)
        counts = F.conv2d(F.pad(counts[None], _same(width), mode="replicate"), kernel)[0]
        on_grid.append(resample(counts, size, SHAPE, pixel, shift)[0])
    with torch.inference_mode():
        features = network.encode(_input(torch.stack(on_grid))[None])
        probabilities = network.image_path(features).classes.softmax(2)[0]
    back = [[1.0, 0.0, -shift[0][2]], [0.0, 1.0, -shift[1][2]]]
    drawn = {}
    for index, view in enumerate(VIEWS):
        maps = resample(probabilities[index], pixel, case.counts[view].shape, size, back).argmax(0).numpy()
        drawn[view] = (maps[:, ::-1] if view == "posterior" else maps) == METASTASIS
    return drawn


def _same(width: int) -> tuple[int, int, int, int]:
    before, after = (width - 1) // 2, width // 2
    return before, after, before, after


def _count_false(pixels: dict[str, int], case: SimulatedCase, view: str, drawn: np.ndarray) -> None:
    from scipy.ndimage import binary_dilation

    truth = case.class_map[view] == METASTASIS
    wrong = drawn & ~truth
    mimics = [focus.number for focus in case.foci if focus.looks_like_metastasis]
    mimic = np.isin(case.focus_map[view], mimics)
    benign = (case.class_map[view] == CLASSES.index("benign")) & ~mimic
    physiological = case.class_map[view] == CLASSES.index("physiological")
    near = binary_dilation(truth, iterations=4) & (case.class_map[view] == 0)
    nothing = (case.class_map[view] == 0) & ~near
    for name, where in zip(pixels, (mimic, benign, physiological, near, nothing), strict=True):
        pixels[name] += int((wrong & where).sum())


def _shares_drawn(case: SimulatedCase, view: str, drawn: np.ndarray) -> list[tuple[float, float]]:
    """Return contrast and share of pixels drawn, of each visible metastasis."""
    found = []
    for focus in case.foci:
        own = case.focus_map[view] == focus.number
        if focus.hot_spot_class == "metastasis" and own.any():
            found.append((focus.contrast, float(drawn[own].mean())))
    return found


def _mean(values: np.ndarray) -> dict[str, float | int | None]:
    values = values[np.isfinite(values)]
    return {"count": len(values), "mean": round(float(values.mean()), 3) if len(values) else None}
