"""The reports of a simulated examination, in both languages, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from .case_files import plain
from .report_writer import write_report
from .simulated_case import SimulatedCase

if TYPE_CHECKING:
    from .spect import SimulatedSpect

LANGUAGES = ("zh", "en")


def case_reports(case: SimulatedCase, changes: Sequence[Mapping[str, Any]] = ()) -> dict[str, dict[str, Any]]:
    """Write the reports of a whole-body scan, "zh" and "en", with their mentions, as plain values for json."""
    reports = {}
    for number, language in enumerate(LANGUAGES):
        rng = np.random.default_rng([case.seed, 7, number, case.timepoint])
        reports[language] = plain(asdict(write_report(case.foci, case.patient, language, rng)))
    return reports


def spect_reports(spect: SimulatedSpect, seed: int) -> dict[str, dict[str, Any]]:
    """Write the reports of a tomography, as ``case_reports`` does."""
    reports = {}
    for number, language in enumerate(LANGUAGES):
        rng = np.random.default_rng([seed, 8, number])
        reports[language] = plain(asdict(write_report(spect.foci, spect.patient.facts(), language, rng)))
    return reports
