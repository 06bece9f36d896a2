"""timeline.png: burden, number and size of lesions over time, new ones marked (floor 5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from .anatomy import region_term
from .comparison import THERE, Comparison, LesionCourse
from .comparison_document import comparison_sentence
from .figure_states import Lettering, lettering
from .figure_style import INK, PAPER, QUIET, fitted
from .sentences_zh import in_chinese
from .state_colours import STATE_COLOURS, STATE_ORDER

_DPI = 150
_MOST_ROWS = 40
_CHART_INCHES = 3.1
_RULE = "#d9d9d9"
_MARKS = {"resolved": "x", "faint": ".", "not seen": "$?$", "reclassified": "D", "new": "o"}


def draw_timeline(comparison: Comparison, path: Path, *, lang: str = "en") -> None:
    """Write ``compose_timeline``'s picture as a PNG without metadata."""
    save_png(compose_timeline(comparison, lang=lang), path)


def save_png(figure: Figure, path: Path) -> None:
    """Draw a figure into a PNG without metadata."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    Image.fromarray(pixels).save(path, format="PNG", compress_level=4, dpi=(figure.dpi, figure.dpi))


def compose_timeline(comparison: Comparison, *, lang: str = "en") -> Figure:
    """Compose burden over time, lesions by state, and a line for each lesion with its size at each scan.

    Times are days since the first scan, or the order of scans without dates: the picture never says who or when.
    """
    style = lettering(lang)
    lesions = _by_interest(comparison)[:_MOST_ROWS]
    left_out = len(comparison.lesions) - len(lesions)
    # Inches from the top: header, titles of the charts, charts, their labels and legend, rows of lesions, footer.
    charts, rows_from = 1.35, 1.35 + _CHART_INCHES + 1.35
    rows_tall = 0.27 * (len(lesions) + 1.2)
    height = rows_from + rows_tall + 0.65
    figure = Figure(figsize=(11.5, height), dpi=_DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    times = scan_times(comparison)
    bottom = (height - charts - _CHART_INCHES) / height
    top = figure.add_axes((0.085, bottom, 0.385, _CHART_INCHES / height))
    counts = figure.add_axes((0.575, bottom, 0.385, _CHART_INCHES / height))
    rows = figure.add_axes((0.25, (height - rows_from - rows_tall) / height, 0.71, rows_tall / height))
    _draw_burden(top, comparison, times, style)
    _draw_counts(counts, comparison, style)
    _draw_lesions(rows, comparison, lesions, style, left_out)
    figure.text(0.03, 1 - 0.32 / height, style.words["title"], **style.text(17, fontweight="bold", va="center"))
    fitted(figure, 0.03, 1 - 0.68 / height, _headline(comparison, style), style.text(10.5, va="center"))
    models = sorted(
        {
            f"{s.case.segmentation.model.get('name', '')} {s.case.segmentation.model.get('version', '')}".strip()
            for s in comparison.scans
        }
    )
    footer = " · ".join(part for part in (style.words["research"], *models, comparison.limits.name) if part)
    figure.text(0.03, 0.22 / height, footer, **style.text(8.5, color=QUIET, va="center"))
    return figure


def _headline(comparison: Comparison, style: Lettering) -> str:
    if style.lang == "en":
        return comparison_sentence(comparison)
    last, words = len(comparison.scans) - 1, style.words
    counts = [(state, comparison.count(last, state)) for state in STATE_ORDER if state != "present"]
    said = "，".join(f"{words[state]} {count}" for state, count in counts if count) or words["no lesion"]
    line = f"{comparison.scans[last].id} 对照 {comparison.scans[last - 1].id}：{said}"
    change = comparison.last_change
    if not math.isnan(change.bsi_change_percent):
        line += (
            f"；骨显像指数 {change.bsi_change_percent:+.2f} %（95 % 区间 {change.low_percent:+.2f} 至 "
            f"{change.high_percent:+.2f}），{in_chinese(change.verdict)}"
        )
    return line + (f"；PCWG3 {comparison.responses[last].category}" if comparison.responses else "")


def scan_times(comparison: Comparison) -> list[float]:
    """Return days since the first scan, or 0, 1, 2 without dates."""
    days = [scan.days for scan in comparison.scans]
    return [float(index if day is None else day) for index, day in enumerate(days)]


def scan_label(comparison: Comparison, index: int, style: Lettering) -> str:
    """Say when a scan was, without its date."""
    scan, words = comparison.scans[index], style.words
    if scan.days is None:
        return words["scan"].format(number=index + 1)
    label = words["day"].format(days=scan.days)
    if scan.days_on_treatment is not None:
        key = "on treatment" if scan.days_on_treatment > 0 else "before treatment"
        label += f", {words[key].format(days=abs(scan.days_on_treatment))}"
    return label


def _plain(axes: Any, style: Lettering) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(QUIET)
    axes.tick_params(colors=INK, labelsize=9, length=3)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontfamily(style.families)


def _draw_burden(axes: Any, comparison: Comparison, times: Sequence[float], style: Lettering) -> None:
    values = [scan.burden.bsi_percent for scan in comparison.scans]
    # Each bar is that of one scan: a difference of two has it twice over.
    bars = [
        0.0 if math.isnan(value) else comparison.limits.bsi_margin_percent(value, value) / math.sqrt(2)
        for value in values
    ]
    lower = [min(bar, value) if not math.isnan(value) else 0.0 for bar, value in zip(bars, values, strict=True)]
    axes.errorbar(
        times, values, yerr=[lower, bars], color=INK, linewidth=1.6, marker="o", markersize=7, capsize=4,
        elinewidth=1.2, ecolor=QUIET, zorder=3,
    )  # fmt: skip
    known = [value + bar for value, bar in zip(values, bars, strict=True) if not math.isnan(value)]
    axes.set_ylim(0, max([*known, 0.1]) * 1.25)
    span = max(times[-1] - times[0], 1.0)
    axes.set_xlim(times[0] - 0.12 * span, times[-1] + 0.12 * span)
    for index, (time, value) in enumerate(zip(times, values, strict=True)):
        if math.isnan(value):
            continue
        category = comparison.responses[index].category if comparison.responses else ""
        shown = f"{value:.2f} %" + (f"\n{category}" if category in ("PD", "PDu", "non-PD") else "")
        axes.annotate(shown, (time, value + bars[index]), xytext=(0, 5), textcoords="offset points",
                      ha="center", va="bottom", **style.text(9.5, fontweight="bold"))  # fmt: skip
    start = comparison.scans[0].days_on_treatment
    if start is not None and axes.get_xlim()[0] < -start < axes.get_xlim()[1]:
        axes.axvline(-start, color=QUIET, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
        axes.text(-start - 0.008 * span, 0.42 * axes.get_ylim()[1], f"{style.words['treatment']} ", rotation=90,
                  ha="right", va="bottom", **style.text(8.5, color=QUIET))  # fmt: skip
    axes.set_title(style.words["bsi"], loc="left", **style.text(11, fontweight="bold", pad=10))
    dated = comparison.scans[0].days is not None
    axes.set_xlabel(style.words["days" if dated else "scans"], **style.text(9, color=QUIET))
    axes.set_xticks(times, [f"{time:.0f}" if dated else f"S{index + 1}" for index, time in enumerate(times)])
    axes.text(0.0, -0.27, style.words["bsi interval"], transform=axes.transAxes, **style.text(8, color=QUIET))
    _plain(axes, style)


def _draw_counts(axes: Any, comparison: Comparison, style: Lettering) -> None:
    positions = np.arange(len(comparison.scans))
    bottom = np.zeros(len(positions))
    shown = [state for state in reversed(STATE_ORDER) if state in THERE or state == "reclassified"]
    for state in shown:
        heights = np.array([
            sum(lesion.at[index].state == state and bool(lesion.at[index].spots) for lesion in comparison.lesions)
            for index in range(len(positions))
        ])  # fmt: skip
        if not heights.any():
            continue
        axes.bar(positions, heights, 0.5, bottom=bottom, color=STATE_COLOURS[state], edgecolor=PAPER, linewidth=1,
                 label=style.words[state])  # fmt: skip
        for position, height, low in zip(positions, heights, bottom, strict=True):
            if height:
                axes.text(position, low + height / 2, f"{height}", ha="center", va="center",
                          **style.text(9, color=PAPER, fontweight="bold"))  # fmt: skip
        bottom += heights
    gone = [comparison.count(index, "resolved") for index in range(len(positions))]
    if any(gone):
        axes.bar(positions, [-number for number in gone], 0.5, color=PAPER, edgecolor=STATE_COLOURS["resolved"],
                 linewidth=1.2, hatch="///", label=style.words["resolved"])  # fmt: skip
        for position, number in zip(positions, gone, strict=True):
            if number:
                axes.text(position, -number / 2, f"{number}", ha="center", va="center",
                          bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
                          **style.text(9, fontweight="bold"))  # fmt: skip
    axes.axhline(0, color=QUIET, linewidth=0.8)
    most, least = max(float(bottom.max()), 1.0), -float(max(gone, default=0))
    axes.set_ylim(least * 1.2, most * 1.3)
    axes.set_yticks([])
    axes.set_xticks(positions, [f"S{index + 1}" for index in positions])
    axes.set_xlim(-0.6, len(positions) - 0.4)
    axes.set_title(style.words["count"], loc="left", **style.text(11, fontweight="bold", pad=10))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=5, frameon=False, handlelength=1.2,
                    columnspacing=1.2, prop={"size": 8.5, "family": style.families})  # fmt: skip
    _plain(axes, style)
    axes.spines["left"].set_visible(False)


def _by_interest(comparison: Comparison) -> list[LesionCourse]:
    """Return lesions with those that changed last first, from head to feet within each state."""
    rank = {state: number for number, state in enumerate(STATE_ORDER)}
    return sorted(comparison.lesions, key=lambda lesion: (rank.get(lesion.at[-1].state, 99), lesion.id))


def _draw_lesions(
    axes: Any, comparison: Comparison, lesions: Sequence[LesionCourse], style: Lettering, left_out: int
) -> None:
    """A row for each lesion: discs of its area at each scan, coloured by state, and what became of it."""
    axes.set_xlim(-0.5, len(comparison.scans) - 0.5)
    axes.set_ylim(len(lesions) - 0.3, -1.5)
    axes.set_axis_off()
    for index in range(len(comparison.scans)):
        axes.text(index, -1.0, f"S{index + 1} · {scan_label(comparison, index, style)}", ha="center", va="bottom",
                  **style.text(9, fontweight="bold"))  # fmt: skip
    largest = max((at.area_mm2 for lesion in lesions for at in lesion.at), default=1.0) or 1.0
    for row, lesion in enumerate(lesions):
        place = region_term(lesion.region, lesion.side, lesion.level, style.lang)
        axes.text(-0.03, row, f"{place}   {lesion.id}", ha="right", va="center_baseline",
                  transform=axes.get_yaxis_transform(), **style.text(9))  # fmt: skip
        there = [index for index, at in enumerate(lesion.at) if at.spots]
        axes.plot([there[0], there[-1]], [row, row], color=_RULE, linewidth=1.5, zorder=1)
        for index, at in enumerate(lesion.at):
            _draw_disc(axes, index, row, at, largest, style)
    if left_out:
        axes.text(-0.03, len(lesions) - 0.45, style.words["more"].format(count=left_out), ha="right", va="top",
                  transform=axes.get_yaxis_transform(), **style.text(8.5, color=QUIET))  # fmt: skip


def _draw_disc(axes: Any, index: int, row: int, at: Any, largest: float, style: Lettering) -> None:
    if at.state == "absent":
        return
    colour = STATE_COLOURS[at.state]
    if at.spots:
        axes.scatter([index], [row], s=14 + 150 * at.area_mm2 / largest, color=colour, zorder=3, linewidths=0)
    else:
        axes.scatter([index], [row], s=38, color=colour, marker=_MARKS[at.state], zorder=3)
    if at.state == "present":
        return
    said = style.words[at.state]
    if not math.isnan(at.area_factor):
        said += f"  × {at.area_factor:.2f}"
    if at.shape:
        said += f"  ({at.shape})" if style.lang == "en" else f"（{'分裂' if at.shape == 'split' else '融合'}）"
    axes.annotate(said, (index, row), xytext=(13, 0), textcoords="offset points", va="center_baseline", ha="left",
                  **style.text(8.5, color=colour, fontweight="bold" if at.state == "new" else "normal"))  # fmt: skip
