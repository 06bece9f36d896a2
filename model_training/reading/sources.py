"""Where the reports come from that reading is taught by: simulated without end, or a hospital's own labelled ones.

A hospital's reports lie in a folder, one JSON file each (UTF-8), or a list of them in a file::

    {"text": "检查所见：左侧第7肋放射性浓聚。",
     "mentions": [{"start": 5, "end": 10, "slots": ["rib_7_left"], "status": "uptake"}]}

``start`` and ``end`` count characters of ``text`` from 0, the end not included. ``slots`` are names of
``anatomy.TEXT_SLOTS`` (a range such as "第6-8肋" is one mention with three slots; the whole skeleton is
"whole_skeleton"), ``status`` one of ``segmentation.STATUSES``. The format is that of the simulator's reports
(docs/dataset.md); other keys are left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from BoneMetSegLib.anatomy import TEXT_SLOTS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import STATUSES
from model_training.simulator.report_grammar import Draw, WrittenMention
from model_training.simulator.report_writer import WrittenReport

from .broad_words import BroadWords
from .report_noise import Noise, disturbed

_SCORED_SHARE = 10  # every tenth labelled report, by the hash of its text, is kept for scoring
_FEWEST_REPORTS = 20


class ReadingSource(Protocol):
    """Gives reports with their mentions."""

    def draw(self, rng: np.random.Generator, count: int) -> list[WrittenReport]:
        """Return some reports, drawn anew."""
        ...


@dataclass(frozen=True)
class SimulatedReports:
    """Simulated reports in both languages, disturbed by noise.

    Attributes
    ----------
    noise : Noise
    draws : callable
        ``seed -> Draw``: which words are drawn, see ``held_back_words``.
    broad : BroadWords
        Reports and places in words that the simulator has not; none by default.
    """

    noise: Noise
    draws: Callable[[int], Draw] = Draw
    broad: BroadWords = field(default_factory=BroadWords)

    def draw(self, rng: np.random.Generator, count: int) -> list[WrittenReport]:
        """Return some reports, each in either language."""
        reports = []
        for _ in range(count):
            language = ("zh", "en")[int(rng.integers(2))]
            reports.append(disturbed(self.broad.report(language, rng, self.draws), language, self.noise, rng))
        return reports


@dataclass(frozen=True)
class LabelledReports:
    """A hospital's reports, mixed with simulated ones.

    Attributes
    ----------
    reports : sequence of (WrittenReport, language)
    simulated : SimulatedReports
    simulated_share : float
        Without simulated ones, the places that the hospital's few reports never name would be forgotten.
    """

    reports: Sequence[tuple[WrittenReport, str]]
    simulated: SimulatedReports
    simulated_share: float = 0.5

    def draw(self, rng: np.random.Generator, count: int) -> list[WrittenReport]:
        """Return some reports of either kind."""
        drawn = []
        for _ in range(count):
            if rng.random() < self.simulated_share:
                drawn += self.simulated.draw(rng, 1)
            else:
                written, language = self.reports[int(rng.integers(len(self.reports)))]
                drawn.append(disturbed(written, language, self.simulated.noise, rng))
        return drawn


def labelled_reports(path: Path) -> list[tuple[str, WrittenReport]]:
    """Read a folder or file of labelled reports; return each different one once, with its file and number in it.

    Raises
    ------
    InputError
        Nothing there, not JSON, or a mention that is not within its text or names no known place or status.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    if not files or not path.exists():
        raise InputError(f"{path} holds no labelled reports (*.json)")
    reports: dict[str, tuple[str, WrittenReport]] = {}
    for file in files:
        try:
            found = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise InputError(f"{file.name} is no JSON that can be read ({str(error).splitlines()[0]})") from error
        several = found if isinstance(found, list) else [found]
        for number, one in enumerate(several, 1):
            name = file.name if found is one else f"{file.name}, report {number}"
            report = _report(one, name)
            reports.setdefault(report.text, (name, report))
    return list(reports.values())


def read_labelled_reports(path: Path) -> tuple[list[tuple[WrittenReport, str]], list[tuple[WrittenReport, str]]]:
    """Read a folder or file of labelled reports; return those to teach with and those to score with.

    Raises
    ------
    InputError
        See ``labelled_reports``; or there are too few.
    """
    reports = {report.text: report for _, report in labelled_reports(path)}
    split: tuple[list[tuple[WrittenReport, str]], list[tuple[WrittenReport, str]]] = ([], [])
    for text, report in sorted(reports.items()):
        scored = hashlib.sha256(text.encode()).digest()[0] % _SCORED_SHARE == 0
        split[int(scored)].append((report, parse_report(text).language))
    if len(split[0]) < _FEWEST_REPORTS:
        raise InputError(
            f"{path} holds {len(reports)} different labelled reports, too few to teach reading; give "
            f"{_FEWEST_REPORTS * 2} or more"
        )
    return split


def _report(found: Any, where: str) -> WrittenReport:
    if not isinstance(found, dict) or not isinstance(found.get("text"), str) or not found["text"].strip():
        raise InputError(f'{where} has no "text" of a report')
    text = found["text"]
    parse_report(text)  # refuses a text without letters
    mentions = found.get("mentions")
    if not isinstance(mentions, list):
        raise InputError(f'{where} has no list of "mentions"; an empty one says that no place is named')
    read = sorted((_mention(one, text, where) for one in mentions), key=lambda one: one.start)
    for one, other in pairwise(read):
        if other.start < one.end:
            raise InputError(f"{where}: the mentions at {one.start}-{one.end} and {other.start}-{other.end} overlap")
    # parse_report takes a byte-order mark away and makes line ends one character; the spans follow.
    mark = len(text) - len(text.lstrip("\ufeff"))
    moved = tuple(replace(m, start=_moved(text, m.start) - mark, end=_moved(text, m.end) - mark) for m in read)
    return WrittenReport(text[mark:].replace("\r\n", "\n").replace("\r", "\n"), moved, ())


def _moved(text: str, at: int) -> int:
    return at - text.count("\r\n", 0, at)


def _mention(found: Any, text: str, where: str) -> WrittenMention:
    if not isinstance(found, dict):
        raise InputError(f"{where}: a mention is {found!r}, not an object with start, end, slots and status")
    start, end, slots, status = (found.get(key) for key in ("start", "end", "slots", "status"))
    if not (type(start) is int and type(end) is int and 0 <= start < end <= len(text)):
        raise InputError(f"{where}: a mention runs from {start} to {end}, outside its text of {len(text)} characters")
    span = f"the mention {text[start:end][:20]!r} at {start}-{end}"
    if text[start:end].strip() != text[start:end]:
        raise InputError(f"{where}: {span} begins or ends in white space; its span seems shifted")
    if not isinstance(slots, list) or not slots:
        raise InputError(f"{where}: {span} names no slots")
    if unknown := [name for name in slots if name not in TEXT_SLOTS]:
        raise InputError(f"{where}: {span} names the unknown place {unknown[0]!r} (anatomy.TEXT_SLOTS lists them)")
    if status not in STATUSES:
        raise InputError(f"{where}: {span} has the unknown status {status!r}; known are {', '.join(STATUSES)}")
    return WrittenMention(start, end, tuple(slots), str(status))
