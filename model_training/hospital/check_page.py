"""The page, the numbers and the pictures that ``check-data`` writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from model_training.simulator.case_files import json_bytes, replace_file
from model_training.training_case import IGNORE, TrainingCase

from .check_findings import Finding, SetSummary

_COLOURS = {1: "#d62728", 2: "#1f77b4", 3: "#2ca02c", IGNORE: "#7f7f7f"}
_NAMES = {1: "metastasis", 2: "benign", 3: "physiological", IGNORE: "ignore"}


def table_text(findings: Sequence[Finding], summary: SetSummary) -> str:
    """Return what the screen shows: the set in a line, and how often each thing was found."""
    lists = ", ".join(f"{count} {name}" for name, count in (summary.by_list or {}).items())
    if summary.by_list is None:
        head = f"{summary.cases} examinations to be imported; {summary.with_report} with a report file"
        return "\n".join([head, "", *_counted(findings)])
    head = f"{summary.cases} cases of {summary.patients} patients ({lists}); {summary.with_report} with a report, "
    head += f"{summary.with_metastasis} with a metastasis drawn; sides compared with reports: {summary.sides_compared}"
    return "\n".join([head, "", *_counted(findings)])


def _counted(findings: Sequence[Finding]) -> list[str]:
    """Return a line for each kind of finding, with how often it was found and its first example."""
    counted = Counter((one.severity, one.kind) for one in findings)
    width = max((len(kind) for _, kind in counted), default=0)
    lines = []
    for (severity, kind), count in sorted(counted.items()):
        first = next(one for one in findings if (one.severity, one.kind) == (severity, kind))
        example = f"{first.case}: {first.sentence}" if first.case else first.sentence
        lines.append(f"{severity:8}{kind:{width}}{count:6}  e.g. {example}")
    return lines or ["nothing was found"]


def write_check(
    out: Path, findings: Sequence[Finding], summary: SetSummary, pictures: Mapping[str, str], simulated: bool
) -> None:
    """Write check.json and check.md.

    Parameters
    ----------
    out : Path
    findings : sequence of Finding
    summary : SetSummary
    pictures : mapping
        From cases to their pictures, from ``out``.
    simulated : bool
        The set holds simulated cases, which the page says.
    """
    out.mkdir(parents=True, exist_ok=True)
    found = [asdict(one) for one in findings]
    replace_file(out / "check.json", json_bytes({"summary": asdict(summary), "findings": found}))
    lines = ["# Check of a set of training cases", "", *(["Simulated cases are among them.", ""] if simulated else [])]
    lines += [table_text([], summary).split("\n")[0], "", "| | what | case | |", "|---|---|---|---|"]
    lines += [f"| {one.severity} | {one.kind} | {one.case} | {one.sentence} |" for one in findings]
    for case, picture in pictures.items():
        lines += ["", f"## {case}", "", *(f"- {one.sentence}" for one in findings if one.case == case)]
        lines += ["", f"![{case}]({picture})"]
    replace_file(out / "check.md", ("\n".join(lines) + "\n").encode("utf-8"))


def draw_case(path: Path, name: str, case: TrainingCase, sentences: Sequence[str]) -> None:
    """Draw the views of a case, as acquired, with its outlines and the patient's sides."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(3.2 * len(case.views), 8.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(case.views), squeeze=False)[0]
    for axis, view in zip(axes, case.views, strict=True):
        counts = case.counts[view].astype(np.float32)
        axis.imshow(np.sqrt(counts), cmap="gray_r", vmax=float(np.sqrt(np.percentile(counts, 99.7))) or 1.0)
        for value, colour in _COLOURS.items():
            mask = case.class_map[view] == value
            if mask.any():
                axis.contour(mask, [0.5], colors=[colour], linewidths=1.2)
        axis.set_title(view, fontsize=10)
        axis.set_xticks([])
        axis.set_yticks([])
        first, last = ("R", "L") if view == "anterior" else ("L", "R")
        for at, side in ((0.03, first), (0.97, last)):
            axis.text(at, 0.985, side, transform=axis.transAxes, ha="center", va="top", fontsize=10, weight="bold")
    present = [value for value in _COLOURS if any((case.class_map[view] == value).any() for view in case.views)]
    if present:
        lines = [Line2D([], [], color=_COLOURS[value], label=_NAMES[value]) for value in present]
        figure.legend(handles=lines, loc="outside lower center", ncols=len(lines), fontsize=8, frameon=False)
    import textwrap

    simulated = ["simulated"] if case.source == "simulated" else []
    shown = [", ".join([name, *simulated]), *sentences[:3]]
    width = 38 * len(case.views)
    figure.suptitle("\n".join(textwrap.fill(line, width) for line in shown), fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
