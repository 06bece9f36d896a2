"""Simulated reports said again in words that the text path was not taught, or knows less well.

In the wordings it was taught with, the text path makes next to no mistake, so that a network that met nothing else
takes what it reads for certain. Here places are named by other terms of the broad vocabulary and spelled otherwise, and
other words become unknown ones; what text path and lexicon then make of them is how they read a hospital's reports.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model_training.reading.other_places import with_other_places
from model_training.reading.report_noise import Noise, disturbed
from model_training.simulator.report_grammar import Draw, WrittenMention
from model_training.simulator.report_writer import WrittenReport
from model_training.training_case import marked_reports

_LANGUAGES = ("zh", "en")


def reports_to_read(paths: Sequence[Path], configuration: Mapping[str, Any], *, reworded: bool) -> list[dict[str, str]]:
    """Return each case's reports by language, with what ``with_reworded`` adds if asked for."""
    rewording, seed = configuration["reports"]["rewording"], configuration["train"]["seed"]
    settings = rewording if reworded else {**rewording, "copies": 0}
    return [with_reworded(marked_reports(path), settings, (seed, zlib.crc32(path.stem.encode()))) for path in paths]


def with_reworded(
    reports: Mapping[str, Mapping[str, Any]], settings: Mapping[str, float], seed: tuple[int, ...]
) -> dict[str, str]:
    """Return the texts of a case's reports by language, and ``copies`` of each said otherwise, as "zh 1", "zh 2".

    Parameters
    ----------
    reports : mapping
        ``reports`` of a case's json. A hospital's reports have no mentions, so that nobody knows what in them is a
        place: they have no copies.
    settings : mapping
        ``reports: rewording`` of the configuration.
    seed : tuple of int
        Of the run and the patient.
    """
    texts = {language: str(report["text"]) for language, report in reports.items()}
    if not settings["copies"]:
        return texts
    noise = Noise.of({"disturbed_reports": 1.0, **settings})
    for language, report in reports.items():
        if language not in _LANGUAGES or not report.get("mentions"):
            continue
        written = _written(report)
        for copy in range(1, int(settings["copies"]) + 1):
            rng = np.random.default_rng([*seed, _LANGUAGES.index(language), copy])
            draw = Draw(int(rng.integers(2**62)))
            other = with_other_places(written, language, settings["replaced_places"], draw)  # type: ignore[arg-type]
            texts[f"{language} {copy}"] = disturbed(other, language, noise, rng).text
    return texts


def _written(report: Mapping[str, Any]) -> WrittenReport:
    mentions = (
        WrittenMention(one["start"], one["end"], tuple(one["slots"]), one["status"]) for one in report["mentions"]
    )
    return WrittenReport(str(report["text"]), tuple(mentions), ())
