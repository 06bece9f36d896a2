"""Scores of the averaged weights on a fixed draw of other patients, every so many steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch

from .batches import Batch
from .report_paths import ReportPaths
from .report_reading import read_states
from .scores import Scores

OTHERS = "another's"


def score_paths(paths: ReportPaths, batches: Iterable[Batch], device: torch.device) -> Scores:
    """Draw batches without a report, with the own and with the next patient's, and count.

    Drawings are named "image", then for each report path its name, and its name with "another's" behind it.
    """
    names = [name for name, _ in paths.each()]
    scores = Scores(["image", *(drawing for name in names for drawing in (name, f"{name} {OTHERS}"))])
    was_training = paths.training
    paths.eval()
    with torch.inference_mode():
        for batch in batches:
            _score_batch(paths, {name: value.to(device) for name, value in batch.items()}, scores)
    paths.train(was_training)
    return scores


def _score_batch(paths: ReportPaths, batch: Batch, scores: Scores) -> None:
    features = paths.image.encode(batch["image"])
    image = paths.image.image_path(features)
    scores.add_classes("image", image.classes, batch)
    if paths.image.config.skeleton:
        scores.add_bones(image, batch)
    size = len(batch["image"])
    other = [(index + 1) % size for index in range(size)]
    differs = batch["has_report"] & batch["has_report"][other] & (batch["patient"] != batch["patient"][other])
    for number, (name, network) in enumerate(paths.each()):
        report = read_states(network.reader, batch)
        if not number and network.fit is not None:
            scores.add_fits(network.fits(image, report), batch)
        own = network.report_path(features, image, report)
        scores.add_classes(name, own.classes, batch, batch["has_report"])
        if bool(differs.any()):
            wrong = network.report_path(features, image, report.of(other))
            scores.add_classes(f"{name} {OTHERS}", wrong.classes, batch, differs)


def watched(scores: dict[str, float], names: Sequence[str]) -> float:
    """Return the score that early stopping watches: metastasis Dice of the first report path, else of the image."""
    return scores.get(f"dice/{names[0] if names else 'image'}/metastasis", 0.0)
