"""Patients simulated beside the training: processes in the background keep a pool that never stands still.

What a step sees then depends on how fast the machine simulates: a run with ``--clinic`` cannot be repeated bit by bit,
as a run on a folder of cases can.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from BoneMetSegLib.scan import VIEWS
from model_training.reading.teach_reading import TextPath
from model_training.simulator.case_reports import case_reports
from model_training.simulator.clinic import Clinic
from model_training.simulator.generate import case_seed
from model_training.simulator.planar_exam import examine
from model_training.simulator.simulated_patient import Anatomy, simulate_patient
from model_training.training_case import TrainingCase

from .placed_case import Grid, PlacedCase, place_case
from .planar_draw import draw_sample
from .report_tokens import ReportTokens, encode_reports, tokens_of
from .reworded_reports import with_reworded

_LOG = logging.getLogger(__name__)
_SAID_EVERY_S = 10.0
_FIRST_CHECK = 10_000_000  # no training gets so far

Simulated = tuple[PlacedCase, dict[str, str]]


def simulate_placed(
    clinic: Clinic,
    seed: int,
    grid: Grid,
    anatomy: Anatomy,
    rewording: Mapping[str, float] | None = None,
    *,
    acquired: bool,
) -> Simulated:
    """Return one simulated patient on the grid, and the reports by language, of ``with_reworded`` where asked for."""
    case = examine(simulate_patient(seed, clinic, anatomy=anatomy)).case
    reports = with_reworded(case_reports(case, clinic)["reports"], rewording or {"copies": 0}, (seed,))
    training_case = TrainingCase(
        views=VIEWS,
        counts=case.counts,
        expected=case.expected,
        class_map=case.class_map,
        focus_map=case.focus_map,
        skeleton=case.skeleton,
        spine_level=case.spine_level,
        rib_level=case.rib_level,
        pixel_size_mm=case.pixel_size_mm,
        reports=reports,
        patient=f"simulated_{seed}",
        source="simulated",
    )
    return place_case(training_case, grid, acquired=acquired), reports


def simulate_checks(
    clinic: Clinic, seed: int, grid: Grid, anatomy: Anatomy, count: int, text: TextPath
) -> tuple[list[PlacedCase], list[ReportTokens]]:
    """Return patients to validate with: the same for a seed, and none of those that are trained on."""
    cases, texts = [], []
    for index in range(count):
        case, reports = simulate_placed(clinic, case_seed(seed, _FIRST_CHECK + index), grid, anatomy, acquired=True)
        cases.append(case)
        texts.append(reports)
    return cases, list(encode_reports(texts, text.encoder, text.tokenizer))


def _start_simulating() -> None:
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and lets what runs end


class PatientPool(Dataset):  # type: ignore[type-arg]
    """Samples of the patients that are in the pool just then.

    Parameters
    ----------
    clinic : Clinic
    grid : Grid
    text : TextPath
    configuration : mapping
        Its ``augmentation``, and the ``rewording`` of its ``reports``.
    seed : int
        Of the patients and of what is drawn of them.
    capacity : int
        Patients in the pool; then each new one takes the place of the oldest.
    workers : int
        Processes that simulate.
    anatomy : {"auto", "analytic", "mesh"}
    first_patient : int
        Of the seed's patients; a run that is taken up again goes on with others.
    """

    shared_with_workers = False  # the pool changes in this process: a loader's worker would see the first one for ever

    def __init__(
        self,
        clinic: Clinic,
        grid: Grid,
        text: TextPath,
        configuration: Mapping[str, Any],
        seed: int,
        *,
        capacity: int,
        workers: int,
        anatomy: Anatomy = "auto",
        first_patient: int = 0,
    ) -> None:
        self._clinic, self._grid, self._text = clinic, grid, text
        self._augmentation, self._rewording = configuration["augmentation"], configuration["reports"]["rewording"]
        self._seed, self._capacity, self._workers, self._anatomy = seed, capacity, workers, anatomy
        self._patients: list[tuple[int, PlacedCase, ReportTokens]] = []
        self._waiting: list[Future[Simulated]] = []
        self.made = first_patient
        self._pool = ProcessPoolExecutor(workers, initializer=_start_simulating)

    def __len__(self) -> int:
        return len(self._patients)

    def fill(self, least: int) -> None:
        """Wait until there are so many patients, or as many as the pool holds, telling how long it takes."""
        least = min(least, self._capacity)
        start = said = time.monotonic()
        while len(self._patients) < least:
            self._gather(wait=True)
            now = time.monotonic()
            if now - said > _SAID_EVERY_S and self._patients:
                said = now
                left = (now - start) / len(self._patients) * (least - len(self._patients))
                _LOG.info(f"{len(self._patients)} of the first {least} patients simulated, {left:.0f} s left")

    def close(self) -> None:
        """Stop simulating."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        self._gather(wait=False)
        image_rng = np.random.default_rng([self._seed, 0, number])
        report_rng = np.random.default_rng([self._seed, 1, number])
        pick = int(np.random.default_rng([self._seed, 3, number]).integers(len(self._patients)))
        patient, case, reports = self._patients[pick]
        language = int(report_rng.integers(max(len(reports), 1)))
        return (
            draw_sample(case, self._grid, self._augmentation, image_rng)
            | tokens_of(reports, language, self._text.encoder.width)
            | {"patient": torch.tensor(patient), "number": torch.tensor(number)}
        )

    def _gather(self, *, wait: bool) -> None:
        while len(self._waiting) < 2 * self._workers:
            seed = case_seed(self._seed, self.made + len(self._waiting))
            self._waiting.append(
                self._pool.submit(
                    simulate_placed, self._clinic, seed, self._grid, self._anatomy, self._rewording, acquired=False
                )
            )
        # In their order, so that the patients are always the same ones; only when they come is up to the machine.
        while self._waiting and (wait or self._waiting[0].done()):
            wait = False
            case, texts = self._waiting.pop(0).result()
            reports = encode_reports([texts], self._text.encoder, self._text.tokenizer)[0]
            self._patients.append((self.made, case, reports))
            self.made += 1
            del self._patients[: -self._capacity]
