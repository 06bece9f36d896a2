"""A run's losses, scores and pictures for TensorBoard, where it is installed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from .batches import Batch
from .pictures import planar_picture
from .report_paths import ReportPaths
from .report_reading import read_states

_LOG = logging.getLogger(__name__)


class TensorBoardLog:
    """Writes event files into a folder; without the package ``tensorboard`` it says so once and writes none.

    Parameters
    ----------
    folder : Path, optional
        None writes nothing.
    first_step : int
        What an earlier part of the run wrote from this step on is replaced.
    """

    def __init__(self, folder: Path | None, first_step: int = 0) -> None:
        self._writer: Any = None
        if folder is None:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            _LOG.info("the package tensorboard is not installed: log.jsonl holds the curves, no pictures are kept")
            return
        self._writer = SummaryWriter(str(folder), purge_step=first_step or None)

    @property
    def on(self) -> bool:
        """Whether anything is written."""
        return self._writer is not None

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Write numbers by name."""
        if self.on:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)
            self._writer.flush()

    def pictures(self, paths: ReportPaths, batch: Batch, count: int, step: int, what: str = "scan") -> None:
        """Write pictures of the first scans of a batch, drawn with the weights the paths have now."""
        if not self.on or batch["image"].ndim != 4:
            return
        for number, (image, classes, drawn) in enumerate(drawings(paths, batch, count)):
            figure = planar_picture(image, classes, drawn, f"{what} {number}, step {step}")
            self._writer.add_figure(f"scan {number}", figure, step)

    def close(self) -> None:
        """Finish the files."""
        if self.on:
            self._writer.close()


def drawings(
    paths: ReportPaths, batch: Batch, count: int
) -> list[tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]]:
    """Return input, truth and class maps by name (no report, each report path) of the first scans of a batch."""
    was_training = paths.training
    paths.eval()
    with torch.inference_mode():
        features = paths.image.encode(batch["image"])
        image = paths.image.image_path(features)
        maps = {"no report": image.classes.argmax(2).cpu()}
        for name, network in paths.each():
            output = network.report_path(features, image, read_states(network.reader, batch))
            maps[f"report: {name}"] = output.classes.argmax(2).cpu()
    paths.train(was_training)
    count = min(count, len(batch["image"]))
    return [
        (batch["image"][n].cpu(), batch["classes"][n].cpu(), {name: one[n] for name, one in maps.items()})
        for n in range(count)
    ]
