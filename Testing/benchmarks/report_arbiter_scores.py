"""How well lexicon, text path and both together read simulated validation reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from BoneMetSegLib.report import Report, parse_report
from BoneMetSegLib.report_arbiter import combined, mentions_of
from BoneMetSegLib.report_findings import read_findings
from BoneMetSegLib.segmentation import Mention
from BoneMetSegLib.segmenter import Segmenter
from model_training.simulator.report_grammar import WrittenMention
from model_training.simulator.report_writer import random_report

VALIDATION_SEED = 47_007_000
"""The first seed of these reports; nothing else is made with it."""

Said = set[tuple[int, str, str]]


def _said(mentions: Iterable[Mention | WrittenMention], report: Report) -> Said:
    """Return clause, slot and status of each slot named; the history and the technique are no findings."""
    found: Said = set()
    for one in mentions:
        clause = next((n for n, each in enumerate(report.clauses) if each.start <= one.start < each.end), None)
        if clause is not None and report.tells(report.clauses[clause]):
            found |= {(clause, slot, one.status) for slot in one.slots}
    return found


def readings(segmenter: Segmenter, language: str, wording: str, count: int) -> Iterator[dict[str, Said]]:
    """Yield what is true and what each reader reads of fresh simulated reports."""
    for number in range(count):
        written = random_report(language, np.random.default_rng(VALIDATION_SEED + number), wording=wording)
        report = parse_report(written.text)
        of_lexicon = mentions_of(read_findings(report))
        of_text_path = segmenter.read(report)
        yield {
            "truth": _said(written.mentions, report),
            "lexicon": _said(of_lexicon, report),
            "text path": _said(of_text_path, report),
            "both": _said(combined(of_lexicon, of_text_path), report),
        }


def f1(truth: Said, read: Said) -> float:
    """Return F1 of what is read."""
    return 2 * len(truth & read) / max(len(truth) + len(read), 1)


def arbiter_table(count: int) -> str:
    """Return the F1 of each reader by language and wording, by clause, place and status, as Markdown."""
    segmenter = Segmenter()
    lines = [f"| F1 on {count} simulated validation reports each | lexicon | text path | both |", "|---|---|---|---|"]
    for language in ("zh", "en"):
        for wording in ("training", "held_back"):
            every: dict[str, Said] = {}
            for number, reading in enumerate(readings(segmenter, language, wording, count)):
                for name, said in reading.items():
                    # Each report's clauses are its own.
                    every.setdefault(name, set()).update(
                        (number * 10_000 + c, slot, status) for c, slot, status in said
                    )
            scores = [f"{f1(every['truth'], every[name]):.3f}" for name in ("lexicon", "text path", "both")]
            lines.append(f"| {language}, {wording.replace('_', ' ')} | {' | '.join(scores)} |")
    return "\n".join(lines)
