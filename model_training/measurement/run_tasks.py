"""Work through examinations: in parallel, with time left, and from where it was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from BoneMetSegLib.segmenter import Segmenter
from model_training.evaluation.evaluate_cases import ProgressLine, print_progress
from model_training.evaluation.records import append_record, read_records
from model_training.worker_processes import in_processes, prepare_process

from .examination_record import CONDITIONS, examination_record
from .tasks import Task

RECORDS_NAME = "examinations.jsonl"
MAPS_FOLDER = "maps"


@dataclass(frozen=True)
class Setting:
    """What all examinations of a run have in common.

    Attributes
    ----------
    bundle : Path
    out : Path
        Receives ``examinations.jsonl``, and ``maps`` if they are kept.
    seed : int
    clinic : str
        Name or file.
    conditions : tuple of str
    keep_maps : bool
    """

    bundle: Path
    out: Path
    seed: int
    clinic: str
    conditions: tuple[str, ...] = CONDITIONS
    keep_maps: bool = False

    def maps_of(self, task: Task) -> Path | None:
        """Return where a task's maps are kept, None where they are not."""
        return self.out / MAPS_FOLDER / f"{task.name}.npz" if self.keep_maps else None


def run_tasks(tasks: Sequence[Task], setting: Setting, workers: int = 1) -> list[dict[str, Any]]:
    """Return the records of all tasks, in their order; those that are in the folder already are not made again.

    Ctrl-C loses none that is finished.
    """
    path = setting.out / RECORDS_NAME
    done = {record["name"] for record in read_records(path)}
    waiting = [task for task in tasks if task.name not in done]
    if setting.keep_maps:
        (setting.out / MAPS_FOLDER).mkdir(exist_ok=True)
    line = ProgressLine(len(waiting), print_progress)
    if workers <= 1 or len(waiting) < 2:
        segmenter = Segmenter(setting.bundle, "cpu") if waiting else None
        for task in waiting:
            append_record(path, _record(segmenter, task, setting))
            line.step()
    else:
        for record in in_processes(_work, waiting, workers, _start_worker, (setting,)):
            append_record(path, record)
            line.step()
    by_name = {record["name"]: record for record in read_records(path)}
    return [by_name[task.name] for task in tasks]


def _record(segmenter: Segmenter | None, task: Task, setting: Setting) -> dict[str, Any]:
    if segmenter is None:
        raise TypeError("a task needs a loaded model")
    return examination_record(
        segmenter,
        task,
        setting.seed,
        setting.clinic,
        conditions=setting.conditions,
        maps_to=setting.maps_of(task),
    )


_WORKER: dict[str, tuple[Segmenter, Setting]] = {}


def _start_worker(setting: Setting) -> None:
    prepare_process()
    _WORKER["own"] = Segmenter(setting.bundle, "cpu"), setting


def _work(task: Task) -> dict[str, Any]:
    segmenter, setting = _WORKER["own"]
    return _record(segmenter, task, setting)
