"""Samples of planar cases, in memory: the n-th of a run, or one of each patient for validation."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from model_training.training_case import load_training_case

from .placed_case import Grid, PlacedCase, load_placed, place_case, store_placed
from .planar_draw import draw_sample
from .report_tokens import ReportTokens, tokens_of
from .run_order import patient_of_sample

_LOG = logging.getLogger(__name__)


class PlanarSamples(Dataset):  # type: ignore[type-arg]
    """What ``DualPathModule`` is trained on; see ``batches.py`` for what a sample holds.

    Parameters
    ----------
    cases : sequence of PlacedCase
    tokens : sequence of mapping from language to EncodedReport
        Each patient's reports; empty for a patient without a report.
    grid : Grid
    augmentation : mapping, optional
        The configuration's ``augmentation``. Without it item n is patient n, as acquired, with the first of the
        patient's reports on even, the last on odd places of the list.
    seed : int
    text_width : int
    simulated : bool
        Pictures say so.
    """

    def __init__(
        self,
        cases: Sequence[PlacedCase],
        tokens: Sequence[ReportTokens],
        grid: Grid,
        augmentation: Mapping[str, Any] | None,
        seed: int,
        text_width: int,
        *,
        simulated: bool = False,
    ) -> None:
        self.simulated = simulated
        self._cases, self._tokens, self._grid = list(cases), list(tokens), grid
        self._augmentation, self._seed, self._text_width = augmentation, seed, text_width

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        patient = number
        if self._augmentation is not None:
            patient = patient_of_sample(number, len(self._cases), self._seed)
        # The image's random numbers are its own: the same whether or not, and how, reports are read.
        image_rng = np.random.default_rng([self._seed, 0, number])
        report_rng = np.random.default_rng([self._seed, 1, number])
        sample = draw_sample(self._cases[patient], self._grid, self._augmentation, image_rng)
        reports = self._tokens[patient]
        if self._augmentation is not None:
            pick = int(report_rng.integers(max(len(reports), 1)))
        else:
            pick = number % max(len(reports), 1)
        return sample | tokens_of(reports, pick, self._text_width) | _numbers(patient, number)


def _numbers(patient: int, number: int) -> dict[str, torch.Tensor]:
    return {"patient": torch.tensor(patient), "number": torch.tensor(number)}


def place_cases(
    paths: Sequence[Path], grid: Grid, *, acquired: bool = False, cache: Path | None = None
) -> list[PlacedCase]:
    """Read cases and place them on a grid.

    Parameters
    ----------
    cache : Path, optional
        Folder that keeps placed cases for the next run with the same grid.
    """
    start, placed = time.monotonic(), []
    for path in paths:
        kept = None if cache is None else _cache_file(cache, path, grid, acquired=acquired)
        case = None if kept is None or not _is_newer(kept, path) else load_placed(kept)
        if case is None:
            case = place_case(load_training_case(path), grid, acquired=acquired)
            if kept is not None:
                store_placed(kept, case)
        placed.append(case)
        if len(placed) % 100 == 0:
            left = (time.monotonic() - start) / len(placed) * (len(paths) - len(placed))
            _LOG.info(f"{len(placed)} of {len(paths)} cases placed, {left:.0f} s left")
    return placed


def _cache_file(cache: Path, path: Path, grid: Grid, *, acquired: bool) -> Path:
    kind = "acquired" if acquired else "noiseless"
    return cache / f"{grid.rows}x{grid.columns}_{grid.pixel_mm:g}mm_{kind}" / f"{path.parent.name}_{path.stem}.npz"


def _is_newer(kept: Path, source: Path) -> bool:
    try:
        return kept.stat().st_mtime >= source.stat().st_mtime
    except OSError:
        return False
