"""How much of the broad vocabulary is mixed into the reports that reading is taught with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from model_training.simulator.report_grammar import Draw
from model_training.simulator.report_writer import WrittenReport, random_report

from .composed_reports import composed_report
from .other_places import with_other_places


@dataclass(frozen=True)
class BroadWords:
    """Shares of the broad vocabulary; none of it by default.

    Attributes
    ----------
    composed_reports : float
        Share of the reports that are composed from its frames.
    replaced_places : float
        Share of the places in the simulator's reports that are named by its terms.
    """

    composed_reports: float = 0.0
    replaced_places: float = 0.0

    @classmethod
    def of(cls, settings: Mapping[str, float]) -> BroadWords:
        """Return the shares of a configuration's section ``teach_reading``."""
        return cls(float(settings["composed_reports"]), float(settings["replaced_places"]))

    def report(self, language: str, rng: np.random.Generator, draws: Callable[[int], Draw] = Draw) -> WrittenReport:
        """Return a report, drawn anew: composed, or simulated with some of its places in other terms."""
        if self.composed_reports > 0 and rng.random() < self.composed_reports:
            return composed_report(language, draws(int(rng.integers(2**62))))
        report = random_report(language, rng, draws=draws)
        if self.replaced_places <= 0:
            return report
        return with_other_places(report, language, self.replaced_places, draws(int(rng.integers(2**62))))
