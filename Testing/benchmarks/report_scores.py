"""How findings are matched with labels: one to one, by region, side, level and status."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_findings import Finding, read_findings

SENTENCES = Path(__file__).parents[1] / "data" / "report_sentences" / "report_sentences.json"
SAME_SPAN = 0.5
"""Two spans are the same from this intersection over union on."""

Reader = Callable[[str], Sequence[Finding]]


@dataclass
class Score:
    """Counts of findings: right, invented, missed; and among the right ones spans and certainties that agree."""

    right: int = 0
    invented: int = 0
    missed: int = 0
    same_span: int = 0
    same_certainty: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """F1 of the findings, by region, side, level and status."""
        total = 2 * self.right + self.invented + self.missed
        return 2 * self.right / total if total else 1.0


def key_of_label(label: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return what is matched of a label."""
    return label["region"], label["side"] or "", label["level"] or "", label["status"]


def key_of_finding(finding: Finding) -> tuple[str, str, str, str]:
    """Return what is matched of a finding; ranges of ribs are written "6-8"."""
    return finding.region, finding.side, finding.level, finding.status


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Return the intersection over union of two spans of characters."""
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / (max(a[1], b[1]) - min(a[0], b[0]))


def add(score: Score, name: str, labels: Sequence[dict[str, Any]], findings: Sequence[Finding]) -> None:
    """Match one sentence's findings with its labels, each at most once, the nearest spans first."""
    left = list(findings)
    for label in labels:
        same = [one for one in left if key_of_finding(one) == key_of_label(label)]
        if not same:
            score.missed += 1
            score.wrong.append(f"{name} missed {key_of_label(label)} {label['place']!r}")
            continue
        span = label["start"], label["end"]
        best = max(same, key=lambda one: overlap(span, (one.start, one.end)))
        left.remove(best)
        score.right += 1
        score.same_span += overlap(span, (best.start, best.end)) >= SAME_SPAN
        score.same_certainty += best.certainty == label["certainty"]
    for one in left:
        score.invented += 1
        score.wrong.append(f"{name} invented {key_of_finding(one)}")


def lexicon(text: str) -> Sequence[Finding]:
    """Read a text with lexicon and grammar alone."""
    return read_findings(parse_report(text))


def score_sentences(reader: Reader = lexicon) -> dict[str, Score]:
    """Return the scores of the labelled sentences by split, and by split and language ("seen", "seen zh")."""
    scores: dict[str, Score] = {}
    for sentence in json.loads(SENTENCES.read_text(encoding="utf-8"))["sentences"]:
        findings = reader(sentence["text"])
        for name in (sentence["split"], f"{sentence['split']} {sentence['language']}"):
            add(scores.setdefault(name, Score()), sentence["id"], sentence["findings"], findings)
    return scores


def sentences_table(scores: dict[str, Score]) -> str:
    """Return the scores as Markdown."""
    lines = ["| sentences | F1 | right | missed | invented | same characters | same certainty |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name in sorted(scores):
        one = scores[name]
        right = max(one.right, 1)
        lines.append(
            f"| {name} | {one.f1:.3f} | {one.right} | {one.missed} | {one.invented} | "
            f"{one.same_span / right:.2f} | {one.same_certainty / right:.2f} |"
        )
    return "\n".join(lines)
