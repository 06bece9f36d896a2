"""What is to be measured: one examination of one patient each, by test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_PERCENT, MOST_PERCENT = 0.1, 13.0
CV_LEVELS = (0.5, 1.0, 3.0, 5.0, 10.0)
SCANS_PER_LEVEL = 10
COUNTS = (1.5e6, 0.5e6, 0.2e6)
REFERENCE_COUNTS = 3.0e6
LINEARITY_PATIENTS, REPEAT_PATIENTS, COUNTS_PATIENTS = 50, 35, 20
TESTS = ("linearity", "tumours_only", "variation", "repeat", "counts")
CALIBRATION = "calibration"
_OFFSETS = {name: 1 + number for number, name in enumerate((*TESTS, CALIBRATION))}


@dataclass(frozen=True)
class Task:
    """One examination.

    Attributes
    ----------
    test : str
        One of ``TESTS``, or "calibration".
    patient : int
        Number within the test.
    examination : int
        Pose, camera, urinary tract and noise are drawn anew for each.
    percent : float
        Wanted true Bone Scan Index.
    counts : float or None
        Of the anterior view; None as the clinic draws them.
    benign : bool
        With the patient's benign foci.
    """

    test: str
    patient: int
    examination: int
    percent: float
    counts: float | None = 1.5e6
    benign: bool = True

    @property
    def name(self) -> str:
        """Its name in the records, the same in every run."""
        counts = "own" if self.counts is None else f"{self.counts / 1e6:g}M"
        return f"{self.test}_{self.patient:03d}_{self.examination}_{self.percent:.3f}_{counts}"

    def seed(self, set_seed: int) -> int:
        """Return the seed of its patient: of another test, set or number another one."""
        sequence = np.random.SeedSequence([set_seed, _OFFSETS[self.test], self.patient])
        return int(sequence.generate_state(1)[0])


def validation_tasks(tests: Sequence[str] = TESTS, share: float = 1.0) -> list[Task]:
    """Return the examinations of the validation.

    Parameters
    ----------
    tests : sequence of str
    share : float
        Of the patients of each test (of the scans per level), for a try; at least two, four for a line.
    """

    def some(count: int, least: int = 2) -> int:
        return max(least, round(count * share))

    patients = some(LINEARITY_PATIENTS, 4)
    repeats, by_counts, scans = (some(count) for count in (REPEAT_PATIENTS, COUNTS_PATIENTS, SCANS_PER_LEVEL))
    spread = spread_percents(patients)
    made = {
        "linearity": [Task("linearity", number, 0, percent) for number, percent in enumerate(spread)],
        "tumours_only": [
            Task("tumours_only", number, 0, percent, benign=False) for number, percent in enumerate(spread)
        ],
        "variation": [
            Task("variation", level, scan, percent) for level, percent in enumerate(CV_LEVELS) for scan in range(scans)
        ],
        "repeat": [
            Task("repeat", number, scan, percent)
            for number, percent in enumerate(_log_even(repeats, 0.2, 5.0))
            for scan in (0, 1)
        ],
        "counts": [
            Task("counts", number, 0, percent, counts)
            for number, percent in enumerate(_log_even(by_counts, 0.3, 3.0))
            for counts in (REFERENCE_COUNTS, *COUNTS)
        ],
    }
    return [task for test in tests for task in made[test]]


def calibration_tasks(patients: int) -> list[Task]:
    """Return the examinations for a calibration: burdens evenly on a log scale, counts as the clinic draws them."""
    percents = _log_even(patients, 0.05, 1.15 * MOST_PERCENT)
    return [Task(CALIBRATION, number, 0, percent, None) for number, percent in enumerate(percents)]


def spread_percents(count: int) -> list[float]:
    """Return burdens from 0.1 to 13 %: every other one evenly spread, the rest evenly on a log scale."""
    even = np.linspace(LEAST_PERCENT, MOST_PERCENT, (count + 1) // 2)
    log = _log_even(count // 2, LEAST_PERCENT, MOST_PERCENT)
    return [round(float(percent), 4) for percent in sorted([*even, *log])]


def _log_even(count: int, low: float, high: float) -> list[float]:
    return [round(float(percent), 4) for percent in np.geomspace(low, high, count)]
