"""What the second view and the skeleton head are worth to the image path, on validation patients of a simulated set.

    python -m Testing.benchmarks.compare_image_paths NAME=RUN_OR_BUNDLE [...] --data DIR [--patients N] [--json FILE]

Each view of each patient is scored twice: read together with the other view, and read alone (the other one marked as
missing). The runs should differ in one setting, say ``network: {skeleton: false}`` or ``augmentation:
{only_anterior_share: 0.5, only_posterior_share: 0.5}``, which never shows two views. DSC is that of metastases by view,
the mean over views that have one, with a bootstrap over patients.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.network import DualPathNetwork
from BoneMetSegLib.segmentation import CLASSES
from model_training.case_lists import cases_of
from model_training.training.placed_case import Grid, place_case
from model_training.training.planar_draw import draw_sample
from model_training.training.run_folder import load_run
from model_training.training_case import load_training_case

METASTASIS = CLASSES.index("metastasis")
BOOTSTRAPS = 2000


def network_of(folder: Path) -> tuple[DualPathNetwork, Grid]:
    """Return the network of a run or a bundle, and the grid it was trained on."""
    if (folder / "bundle.json").is_file():
        bundle = open_bundle(folder)
        grid = bundle.preprocessing
        return bundle.load()[0].eval(), Grid(grid.grid_pixel_mm, *grid.trained_shape)
    trained = load_run(folder)
    return trained.network.eval(), Grid(**trained.log["configuration"]["grid"])


def dice_of_views(logits: torch.Tensor, classes: torch.Tensor) -> Iterator[tuple[int, float]]:
    """Yield each view that shows a metastasis, with its DSC: ``(views, 4, *size)`` against ``(views, *size)``."""
    for view, (drawn, true) in enumerate(zip(logits.argmax(1) == METASTASIS, classes == METASTASIS, strict=True)):
        if true.any():
            yield view, float(2 * (drawn & true).sum() / (drawn.sum() + true.sum()))


@torch.inference_mode()
def scores_of(folder: Path, cases: list[Path]) -> dict[str, list[list[float]]]:
    """Return the DSC of every patient's views, "together" and "alone"."""
    network, grid = network_of(folder)
    found: dict[str, list[list[float]]] = {"together": [], "alone": []}
    for path in cases:
        case = place_case(load_training_case(path), grid, acquired=True)
        sample = draw_sample(case, grid, None, np.random.default_rng(0))
        image, classes = sample["image"][None], sample["classes"]
        together = network.image_path(network.encode(image)).classes[0]
        alone = torch.stack(
            [network.image_path(network.encode(_only(image, view))).classes[0, view] for view in range(len(classes))]
        )
        for name, logits in (("together", together), ("alone", alone)):
            found[name].append([dice for _, dice in dice_of_views(logits, classes)])
    return found


def _only(image: torch.Tensor, view: int) -> torch.Tensor:
    """Return the input with the other view marked as missing: channels are the images, then whether each is there."""
    kept = torch.zeros_like(image)
    views = image.shape[1] // 2
    for channel in (view, views + view):
        kept[:, channel] = image[:, channel]
    return kept


def interval(by_patient: list[list[float]]) -> tuple[float, float, float]:
    """Return mean and 95 % interval of the mean over views, patients drawn with replacement."""
    sums = np.array([(sum(views), len(views)) for views in by_patient if views])
    drawn = sums[np.random.default_rng(0).integers(len(sums), size=(BOOTSTRAPS, len(sums)))].sum(1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return float(sums[:, 0].sum() / sums[:, 1].sum()), float(low), float(high)


def main(arguments: list[str] | None = None) -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("models", nargs="+", metavar="NAME=DIR")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=80)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    cases = cases_of(options.data, "validation", "planar")[: options.patients]
    rows = {}
    for model in options.models:
        name, folder = model.split("=", 1)
        scores = scores_of(Path(folder), cases)
        rows[name] = {how: [round(value, 4) for value in interval(found)] for how, found in scores.items()}
        for how, (mean, low, high) in rows[name].items():
            sys.stdout.write(f"| {name} | {how} | {mean:.3f} ({low:.3f} to {high:.3f}) |\n")
    if options.json:
        options.json.write_text(json.dumps({"patients": len(cases), "models": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
