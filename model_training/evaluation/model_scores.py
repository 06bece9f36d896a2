"""The scores of one loaded model on cases, in this process: for a model card and for choosing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from BoneMetSegLib.segmenter import Segmenter

from .case_record import case_record
from .cohort import patients_of
from .conditions import BASIC, chosen_conditions
from .evaluate_cases import ProgressLine, print_progress
from .records import RecordTable
from .report_rules import PLAIN_RULE, Rule
from .summary import model_summary
from .tables import evaluation_markdown

JSON_NAME, MARKDOWN_NAME = "evaluation.json", "evaluation.md"


def evaluate(
    segmenter: Segmenter,
    cases: Sequence[Path],
    seed: int,
    *,
    conditions: Iterable[str] = BASIC,
    wording: str = "held_back",
    rules: Mapping[str, Rule] | None = None,
) -> dict[str, Any]:
    """Return the scores of a model on cases (``summary.model_summary``).

    Parameters
    ----------
    seed : int
        Chooses the other patients' reports and the languages, and seeds the bootstrap.
    conditions : iterable of str
        Names of ``conditions.CONDITIONS``.
    wording : {"training", "held_back"}
        Of the reports.
    rules : mapping, optional
        For the conditions that are rules; the plain rule by default.

    Raises
    ------
    InputError
        Fewer than two patients, or a condition that is not known.
    """
    chosen = chosen_conditions(conditions)
    patients = patients_of(cases, seed, wording)
    given = {condition.name: PLAIN_RULE for condition in chosen if condition.rule} | dict(rules or {})
    records = []
    line = ProgressLine(len(patients), print_progress)
    for patient in patients:
        records.append(case_record(segmenter, patient, chosen, given, "one"))
        line.step()
    return model_summary(RecordTable([records]), seed + 1)


def write_scores(scores: Mapping[str, Any], folder: Path) -> None:
    """Write ``evaluation.json`` and ``evaluation.md`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / JSON_NAME).write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8", newline="\n")
    (folder / MARKDOWN_NAME).write_text(evaluation_markdown(scores), encoding="utf-8", newline="\n")
