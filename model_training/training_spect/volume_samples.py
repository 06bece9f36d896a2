"""Samples of tomographies, in memory: the n-th of a run, or one of each patient for validation."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from model_training.training.report_tokens import ReportTokens, tokens_of
from model_training.training.run_order import patient_of_sample
from model_training.training_case import load_training_volume

from .placed_volume import PlacedVolume, load_placed_volume, place_volume, store_placed_volume
from .volume_draw import draw_volume
from .volume_grid import VolumeGrid

_LOG = logging.getLogger(__name__)


class VolumeSamples(Dataset):  # type: ignore[type-arg]
    """What ``DualPathModule`` is trained on in three dimensions; ``training/batches.py`` says what a sample holds.

    Parameters
    ----------
    volumes : sequence of PlacedVolume
    tokens : sequence of mapping from language to EncodedReport
        Each patient's reports.
    grid : VolumeGrid
    augmentation : mapping, optional
        The configuration's ``augmentation``. Without it item n is patient n, as reconstructed, with the first of the
        patient's reports on even, the last on odd places of the list.
    seed, text_width : int
    """

    def __init__(
        self,
        volumes: Sequence[PlacedVolume],
        tokens: Sequence[ReportTokens],
        grid: VolumeGrid,
        augmentation: Mapping[str, Any] | None,
        seed: int,
        text_width: int,
    ) -> None:
        self._volumes, self._tokens, self._grid = list(volumes), list(tokens), grid
        self._augmentation, self._seed, self._text_width = augmentation, seed, text_width

    def __len__(self) -> int:
        return len(self._volumes)

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        patient = number
        if self._augmentation is not None:
            patient = patient_of_sample(number, len(self._volumes), self._seed)
        # The image's random numbers are its own: the same whether or not, and how, reports are read.
        image_rng = np.random.default_rng([self._seed, 0, number])
        report_rng = np.random.default_rng([self._seed, 1, number])
        sample = draw_volume(self._volumes[patient], self._grid, self._augmentation, image_rng)
        reports = self._tokens[patient]
        if self._augmentation is not None:
            pick = int(report_rng.integers(max(len(reports), 1)))
        else:
            pick = number % max(len(reports), 1)
        numbers = {"patient": torch.tensor(patient), "number": torch.tensor(number)}
        return sample | tokens_of(reports, pick, self._text_width) | numbers


def place_volumes(paths: Sequence[Path], grid: VolumeGrid | None, *, cache: Path | None = None) -> list[PlacedVolume]:
    """Read tomographies and place them.

    Parameters
    ----------
    grid : VolumeGrid, optional
        What training can show of them; without it they are kept whole.
    cache : Path, optional
        Folder that keeps placed volumes for the next run with the same grid.
    """
    start, placed = time.monotonic(), []
    for path in paths:
        kept = None if cache is None else _cache_file(cache, path, grid)
        volume = None if kept is None or not _is_newer(kept, path) else load_placed_volume(kept)
        if volume is None:
            volume = place_volume(load_training_volume(path), grid)
            if kept is not None:
                store_placed_volume(kept, volume)
        placed.append(volume)
        if len(placed) % 20 == 0:
            left = (time.monotonic() - start) / len(placed) * (len(paths) - len(placed))
            _LOG.info(f"{len(placed)} of {len(paths)} volumes placed, {left:.0f} s left")
    return placed


def _cache_file(cache: Path, path: Path, grid: VolumeGrid | None) -> Path:
    size = "whole" if grid is None else f"{grid.rows}x{grid.columns}_{grid.voxel_mm:g}mm"
    return cache / f"volumes_{size}" / f"{path.parent.name}_{path.stem}.npz"


def _is_newer(kept: Path, source: Path) -> bool:
    try:
        return kept.stat().st_mtime >= source.stat().st_mtime
    except OSError:
        return False
