"""Read all patients with all bundles: in parallel, with time left, and from where it was stopped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from BoneMetSegLib.segmenter import Segmenter
from model_training.worker_processes import in_processes, prepare_process

from .case_record import case_record
from .conditions import Condition, Patient, chosen_conditions
from .records import append_record
from .report_rules import Rule

Progress = Callable[[int, int, float], None]
Rules = Mapping[str, Mapping[str, Rule]]
"""Run to its rules."""


@dataclass(frozen=True)
class Job:
    """One patient to read with one bundle."""

    run: str
    patient: Patient
    conditions: tuple[Condition, ...]
    rules: Mapping[str, Rule]


def evaluate_jobs(
    jobs: Sequence[Job],
    bundles: Mapping[str, Path],
    records: Path,
    *,
    device: str = "cpu",
    workers: int = 1,
    progress: Progress | None = None,
) -> None:
    """Read patients and append their records to a file as they are done.

    Parameters
    ----------
    jobs : sequence of Job
    bundles : mapping from run to Path
    records : Path
        Receives a line for each job; what is written stays when the rest is stopped.
    workers : int
        Processes, each with its own copy of the models and one thread.
    progress : callable, optional
        Called with (done, of how many, seconds left); by default a line on stderr.
    """
    line = ProgressLine(len(jobs), progress or print_progress)
    if workers <= 1 or len(jobs) == 1:
        segmenters = _Segmenters(bundles, device)
        for job in jobs:
            append_record(records, segmenters.record(job))
            line.step()
        return
    # Conditions hold functions, which no other process can be sent: their names go, and the table is there as well.
    tasks = [(job.run, job.patient, tuple(c.name for c in job.conditions), dict(job.rules)) for job in jobs]
    for record in in_processes(_work, tasks, workers, _start_worker, (dict(bundles), device)):
        append_record(records, record)
        line.step()


class _Segmenters:
    """Bundles, each loaded when it is first asked for."""

    def __init__(self, bundles: Mapping[str, Path], device: str) -> None:
        self._bundles, self._device = dict(bundles), device
        self._loaded: dict[str, Segmenter] = {}

    def record(self, job: Job) -> dict[str, Any]:
        if job.run not in self._loaded:
            self._loaded[job.run] = Segmenter(self._bundles[job.run], self._device)
        return case_record(self._loaded[job.run], job.patient, job.conditions, dict(job.rules), job.run)


_WORKER: dict[str, _Segmenters] = {}


def _start_worker(bundles: dict[str, Path], device: str) -> None:
    prepare_process()
    _WORKER["segmenters"] = _Segmenters(bundles, device)


def _work(task: tuple[str, Patient, tuple[str, ...], dict[str, Rule]]) -> dict[str, Any]:
    run, patient, names, rules = task
    return _WORKER["segmenters"].record(Job(run, patient, chosen_conditions(names), rules))


class ProgressLine:
    """Tells how many are done and how long the others will take.

    Parameters
    ----------
    count : int
    show : callable
        Called with (done, of how many, seconds left).
    """

    def __init__(self, count: int, show: Progress) -> None:
        self._count, self._show, self._done, self._start = count, show, 0, time.monotonic()

    def step(self) -> None:
        """Count one more as done."""
        self._done += 1
        each = (time.monotonic() - self._start) / self._done
        self._show(self._done, self._count, each * (self._count - self._done))


class _Printed:
    last = 0.0


def print_progress(done: int, count: int, seconds_left: float, every_s: float = 5.0) -> None:
    """Write a line on stderr, not more often than every few seconds."""
    now = time.monotonic()
    if now - _Printed.last < every_s and done < count:
        return
    _Printed.last = now
    minutes, seconds = divmod(round(seconds_left), 60)
    sys.stderr.write(f"evaluated {done} of {count}, {minutes} min {seconds:02d} s left\n")
    sys.stderr.flush()
