"""Concordance measured on simulated patients: planted disagreements found, flags where none was planted."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from BoneMetSegLib.concordance import Concordance, compare_report
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import Segmentation
from BoneMetSegLib.segmenter import Segmenter
from model_training.case_lists import cases_of
from model_training.evaluation.bootstrap import ratio_interval
from model_training.simulator.case import SimulatedCase
from model_training.simulator.case_files import load_case
from model_training.simulator.report_errors import ReportErrorRates
from model_training.simulator.report_writer import WrittenReport, write_report
from Testing.benchmarks.flag_causes import flags_of
from Testing.benchmarks.planted_disagreements import CERTAIN, KINDS, planted
from Testing.benchmarks.simulated_scans import cases, scan_of

GROUPS = (("zh", "training"), ("en", "training"), ("zh", "held_back"), ("en", "held_back"))
FLAGS = (
    "hot spots without a phrase",
    "phrases without a hot spot, not benign",
    "phrases without a hot spot, benign",
    "contradictions of nature",
    "contradictions of side",
    "contradictions of level",
    "contradictions of denied",
)
READERS: dict[str, ReportErrorRates | None] = {"exact": CERTAIN, "erring": None}
"""Rates of the reader who writes the report; None stands for those of the clinic."""


@dataclass
class PatientCounts:
    """What was planted, found and flagged for one patient: counters by language, wording and more."""

    planted: Counter[tuple[str, ...]] = field(default_factory=Counter)
    found: Counter[tuple[str, ...]] = field(default_factory=Counter)
    reports: Counter[tuple[str, ...]] = field(default_factory=Counter)
    flags: Counter[tuple[str, ...]] = field(default_factory=Counter)
    causes: Counter[tuple[str, ...]] = field(default_factory=Counter)


def measure(folder: Path | None, count: int, skip: int) -> list[PatientCounts]:
    """Plant and look, on validation patients of a simulated set, or on fresh ones without a folder."""
    segmenter, patients, start = Segmenter(), [], time.monotonic()
    for case in _cases(folder, count, skip):
        patients.append(_of_case(case, segmenter, len(patients)))
        left_s = (time.monotonic() - start) / len(patients) * (count - len(patients))
        print(f"{len(patients)} of {count} patients, {left_s:.0f} s left", file=sys.stderr, flush=True)
    return patients


def _cases(folder: Path | None, count: int, skip: int) -> Iterator[SimulatedCase]:
    if folder is None:
        yield from cases(None, count)
    else:
        yield from (load_case(path) for path in cases_of(folder, "validation")[skip : skip + count])


def _of_case(case: SimulatedCase, segmenter: Segmenter, seed: int) -> PatientCounts:
    scan, counts = scan_of(case), PatientCounts()
    segmentation = segmenter.segment(scan)
    spots = find_hot_spots(scan, segmentation)
    for language, wording in GROUPS:
        for reader, rates in READERS.items():
            written = _written(case, case.foci, language, wording, rates, seed)
            said = _compared(written, segmenter, segmentation, spots)
            counts.reports[language, wording, reader] += 1
            for flag, cause in flags_of(said, case, spots, written.mentions):
                counts.flags[language, wording, reader, flag] += 1
                counts.causes[wording, reader, flag, cause] += 1
        for one in planted(case, spots):
            key = language, wording, one.kind, "sure" if one.is_sure else "unsure"
            said = _compared(_written(case, one.foci, language, wording, CERTAIN, seed), segmenter, segmentation, spots)
            counts.planted[key] += 1
            counts.found[key] += one.is_found(said)
    return counts


def _written(
    case: SimulatedCase, foci: Sequence, language: str, wording: str, rates: ReportErrorRates | None, seed: int
) -> WrittenReport:
    # The same draw for each form of a patient's report, so that they differ in what is planted.
    rng = np.random.default_rng((seed, 7))
    return write_report(foci, case.patient, language, rng, report_error_rates=rates, wording=wording)


def _compared(written: WrittenReport, segmenter: Segmenter, segmentation: Segmentation, spots: Sequence) -> Concordance:
    report = parse_report(written.text)
    return compare_report(report, replace(segmentation, mentions=segmenter.read(report)), spots)


# ---- tables ---------------------------------------------------------------------------------------------------------


def table(patients: Sequence[PatientCounts]) -> str:
    """Return what was found and flagged as Markdown, with 95 % intervals over patients drawn again."""
    return "\n".join([*_planted_table(patients), "", *_flag_table(patients), "", *_cause_table(patients)])


def _share(top: Sequence[int], bottom: Sequence[int]) -> str:
    found = ratio_interval(np.array(top, float), np.array(bottom, float), np.random.default_rng(0))
    if found["mean"] is None:
        return "-"
    return f"{found['mean']:.2f} ({found['low']:.2f}-{found['high']:.2f})"


def _of_group(counter: Counter[tuple[str, ...]], group: tuple[str, str], *rest: str) -> int:
    return sum(number for key, number in counter.items() if key[:2] == group and all(part in key[2:] for part in rest))


def _head(first: str) -> list[str]:
    names = {"zh": "Chinese", "en": "English"}
    titles = [f"{names[language]}{', held back' if wording == 'held_back' else ''}" for language, wording in GROUPS]
    return [f"| {first} | {' | '.join(titles)} |", "|---|" + "---|" * len(GROUPS)]


def _planted_table(patients: Sequence[PatientCounts]) -> list[str]:
    lines = _head(f"planted in reports of {len(patients)} patients, share found")
    rows = [(kind,) for kind in KINDS] + [("nature", "sure"), ("nature", "unsure")]
    names = {"sure": ", image sure", "unsure": ", image not sure"}
    for row in rows:
        cells = []
        for group in GROUPS:
            top = [_of_group(one.found, group, *row) for one in patients]
            bottom = [_of_group(one.planted, group, *row) for one in patients]
            cells.append(f"{_share(top, bottom)}, n = {sum(bottom)}")
        lines.append(f"| {row[0]}{names[row[1]] if len(row) > 1 else ''} | {' | '.join(cells)} |")
    return lines


def _flag_table(patients: Sequence[PatientCounts]) -> list[str]:
    lines = _head("flags per report, nothing planted")
    for reader in READERS:
        for flag in FLAGS:
            cells = [
                _share(
                    [_of_group(one.flags, group, reader, flag) for one in patients],
                    [_of_group(one.reports, group, reader) for one in patients],
                )
                for group in GROUPS
            ]
            lines.append(f"| {flag}; {reader} reader | {' | '.join(cells)} |")
    return lines


def _cause_table(patients: Sequence[PatientCounts]) -> list[str]:
    lines = ["| flag in exact reports | cause | per report | held back |", "|---|---|---|---|"]
    causes: Counter[tuple[str, ...]] = Counter()
    reports: Counter[str] = Counter()
    for one in patients:
        causes.update(one.causes)
        for (_, wording, reader), number in one.reports.items():
            reports[wording] += number if reader == "exact" else 0
    rows = {(flag, cause) for _, reader, flag, cause in causes if reader == "exact"}
    for flag, cause in sorted(rows, key=lambda row: (FLAGS.index(row[0]), row[1])):
        rates = [
            f"{causes[wording, 'exact', flag, cause] / max(reports[wording], 1):.2f}"
            for wording in ("training", "held_back")
        ]
        lines.append(f"| {flag} | {cause} | {' | '.join(rates)} |")
    return lines
