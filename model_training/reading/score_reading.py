"""``score-reading``: how well a taught text path reads reports that were written, not simulated."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError
from model_training.simulator.case_files import replace_file

from .place_scores import score_named_reports
from .sources import labelled_reports
from .taught_text_path import taught_text_path
from .written_reports import WRITTEN_REPORTS, NamedReport, written_reports

_LANGUAGE_NAMES = {"en": "English", "zh": "Chinese"}


def score_reading(text_from: Path, reports: Path | None = None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Score the text path of a folder on marked reports.

    Parameters
    ----------
    text_from : Path
        A folder of ``teach-reading``, of a training, or a bundle.
    reports : Path, optional
        Labelled reports (JSON) or marked ones (text); the project's reports written by hand by default.

    Returns
    -------
    scores, misread
        See ``score_named_reports``.

    Raises
    ------
    InputError
        No taught text path or no reports there, or one of them cannot be read.
    """
    named = given_reports(reports or WRITTEN_REPORTS)
    return score_named_reports(taught_text_path(text_from), named)


def given_reports(path: Path) -> list[NamedReport]:
    """Return the reports of a folder or file: labelled ones where there is JSON, marked ones otherwise."""
    if not path.exists():
        raise InputError(f"there are no reports in {path}")
    if path.suffix.lower() == ".json" or (path.is_dir() and any(path.rglob("*.json"))):
        return [NamedReport(name, "", report) for name, report in labelled_reports(path)]
    return written_reports(path)


def scores_text(languages: dict[str, Any]) -> str:
    """Return the scores in words, by language."""
    lines = []
    for language, one in languages.items():
        places, mentions, tokens, lexicon = one["places"], one["mentions"], one["tokens"], one["lexicon"]
        lines += [
            f"{_LANGUAGE_NAMES[language]}, {places['reports']} reports",
            (
                f"  places of a report: F1 {places['f1']:.3f} (precision {places['precision']:.3f}, recall "
                f"{places['recall']:.3f}, mean F1 of a report {places['report_f1']:.3f}); {places['marked']} marked, "
                f"{places['read']} read, {places['other_side']} of them on the other side alone"
            ),
            (
                f"  status right: {places['status_accuracy']:.1%} of the {places['found']} found; found with the "
                f"right status: {places['read_right']:.1%} of those marked"
            ),
            (
                f"  lexicon and grammar on the same reports: F1 {lexicon['f1']:.3f} (precision "
                f"{lexicon['precision']:.3f}, recall {lexicon['recall']:.3f}), status right "
                f"{lexicon['status_accuracy']:.1%} of the {lexicon['found']} found"
            ),
            "  found, and with the right status, by true status: " + _by_status(places["by_status"]),
            (
                f"  phrases: {mentions['right']} of {mentions['marked']} right, {mentions['unread']} unread, "
                f"{mentions['other_places']} as other places, {mentions['other_status']} with another status; "
                f"{mentions['invented']} read where nothing is marked"
            ),
            (
                f"  tokens: place F1 {tokens['place_f1']:.3f} (precision {tokens['place_precision']:.3f}, "
                f"recall {tokens['place_recall']:.3f}), status right "
                f"{tokens['status_accuracy']:.1%} of {tokens['named_tokens']}"
            ),
        ]
    return "\n".join(lines)


def _by_status(by_status: dict[str, dict[str, int]]) -> str:
    return ", ".join(
        f"{status} {one['found']} and {one['status_right']} of {one['marked']}" for status, one in by_status.items()
    )


def score_reading_command(options: argparse.Namespace) -> str:
    """Run the command with parsed options and return what it prints; files are written at the end."""
    scores, misread = score_reading(options.text_from, options.reports)
    for file, content in ((options.json, scores), (options.misread, misread)):
        if file is not None:
            _write(file, content)
    return scores_text(scores["languages"])


def _write(file: Path, content: dict[str, Any] | Sequence[dict[str, Any]]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, json.dumps(content, indent=2, ensure_ascii=False).encode())
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror})") from error
