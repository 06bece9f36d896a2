"""The reports of a simulated examination, in both languages and wordings, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from .case_files import plain
from .clinic import Clinic
from .foci import Focus
from .report_writer import write_report
from .simulated_case import SimulatedCase

if TYPE_CHECKING:
    from .spect import SimulatedSpect

LANGUAGES = ("zh", "en")
WORDINGS = {"reports": "training", "reports_held_back": "held_back"}
"""Key of a case's json to wording. What is held back is for testing: no network may be trained on it."""
# A reader sees a flare as growth.
_SEEN_CHANGE = {"flare": "grown"}


def case_reports(
    case: SimulatedCase,
    clinic: Clinic | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
    prior_foci: Sequence[Focus] = (),
) -> dict[str, dict[str, dict[str, Any]]]:
    """Write the reports of a whole-body scan.

    Parameters
    ----------
    case : SimulatedCase
    clinic : Clinic, optional
        ``clinic_v1`` by default.
    changes : sequence of mapping
        Of a follow-up: rows with "lesion_id" and "change" (``followup.truth_of_pair``).
    prior_foci : sequence of Focus
        Of the earlier scan.

    Returns
    -------
    dict
        "reports" and "reports_held_back" to language ("zh", "en") to the report as plain values for json.
    """
    prior = {row["lesion_id"]: _SEEN_CHANGE.get(row["change"], row["change"]) for row in changes}
    more = {"prior": prior, "prior_foci": prior_foci} if case.timepoint else {}
    return _written(case.foci, case.patient, (case.seed, 7, case.timepoint), {"clinic": clinic, **more})


def spect_reports(spect: SimulatedSpect, seed: int, clinic: Clinic | None = None) -> dict[str, dict[str, Any]]:
    """Write the reports of a tomography, as ``case_reports`` does."""
    facts = spect.patient.facts() | {"field": spect.field}
    return _written(spect.foci, facts, (seed, 8), {"clinic": clinic, "examination": "spect"})


def _written(
    foci: Sequence[Focus], patient: Mapping[str, Any], seed: tuple[int, ...], more: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    return {
        key: {
            language: plain(
                asdict(
                    write_report(
                        foci, patient, language, np.random.default_rng([*seed, number, which]), wording=wording, **more
                    )
                )
            )
            for number, language in enumerate(LANGUAGES)
        }
        for which, (key, wording) in enumerate(WORDINGS.items())
    }
