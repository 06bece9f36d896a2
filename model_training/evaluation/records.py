"""Records of cases as a table: runs of a model x patients."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.errors import InputError

Record = Mapping[str, Any]
RECORDS_NAME = "cases.jsonl"


class RecordTable:
    """The records of one model: its runs (seeds), each on the same patients.

    Parameters
    ----------
    runs : sequence of sequences of records
        One sequence for each run, patients in the same order.

    Raises
    ------
    InputError
        The runs were not evaluated on the same patients, or there are none.
    """

    def __init__(self, runs: Sequence[Sequence[Record]]) -> None:
        self._runs = [list(run) for run in runs]
        if not self._runs or not self._runs[0]:
            raise InputError("there are no records of evaluated patients")
        cases = [[record["case"] for record in run] for run in self._runs]
        if any(one != cases[0] for one in cases):
            raise InputError("the runs of a model were not evaluated on the same patients; evaluate them together")

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self._runs)

    @property
    def truths(self) -> list[Mapping[str, Any]]:
        """What is true of each patient."""
        return [record["truth"] for record in self._runs[0]]

    @property
    def conditions(self) -> list[str]:
        """Names of the conditions that all records have."""
        first = list(self._runs[0][0]["conditions"])
        return [name for name in first if all(name in record["conditions"] for run in self._runs for record in run)]

    def each(self, value: Callable[[Record], float]) -> np.ndarray:
        """Return a number of every record: ``(runs, patients)``."""
        return np.array([[value(record) for record in run] for run in self._runs], float)

    def scored(self, condition: str, value: Callable[[Mapping[str, Any], Record], float]) -> np.ndarray:
        """Return a number of a condition of every record: ``(runs, patients)``."""
        return self.each(lambda record: value(scores_of(record, condition), record))

    def by_run(self) -> list[list[Record]]:
        """Return the records of each run."""
        return [list(run) for run in self._runs]

    def flat(self) -> list[Record]:
        """Return the records of all runs, one after the other."""
        return [record for run in self._runs for record in run]


def scores_of(record: Record, condition: str) -> Mapping[str, Any]:
    """Return a condition's scores, those of the condition that read the same text where they are kept there."""
    scores: Mapping[str, Any] = record["conditions"][condition]
    return record["conditions"][scores["same_as"]] if "same_as" in scores else scores


def append_record(path: Path, record: Record) -> None:
    """Add a record to a file of records, one line each."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n")


def read_records(path: Path) -> list[dict[str, Any]]:
    """Return the whole records of a file; a last line that was cut off is left out, no file is none.

    Raises
    ------
    InputError
        A line before the last one is no record.
    """
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    records = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            records.append(json.loads(line))
        except ValueError as error:
            if number == len(lines):
                break
            raise InputError(
                f"{path}, line {number}, is no record of an evaluation; evaluate without --resume"
            ) from error
    return records


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
