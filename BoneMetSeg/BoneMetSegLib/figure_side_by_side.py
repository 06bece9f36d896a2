"""side_by_side.png: all views of all scans beside each other, at one scale, outlines by state (floor 5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from .body_outline import body_box_mm
from .common_canvas import from_pixels, to_pixels
from .comparison import ComparedScan, Comparison, LesionCourse
from .count_window import upper_counts
from .figure_labels import spread
from .figure_outlines import OutlineTracer
from .figure_states import Lettering, lettering
from .figure_style import INK, PAPER, QUIET
from .figure_timeline import save_png, scan_label
from .hot_spots import HotSpot
from .scan import VIEWS, PlanarView
from .state_colours import STATE_COLOURS, STATE_ORDER

_DPI = 150
_TALL_INCHES, _LABELS_INCHES, _GAP_INCHES = 9.2, 0.62, 0.18
_HEADER, _FOOTER, _MARGIN = 1.35, 0.85, 0.3
_GAMMA, _AIR_PERCENTILE, _AIR_MM = 0.7, 10, 40.0


def draw_side_by_side(comparison: Comparison, path: Path, *, lang: str = "en") -> None:
    """Write ``compose_side_by_side``'s picture as a PNG without metadata."""
    save_png(compose_side_by_side(comparison, lang=lang), path)


def compose_side_by_side(comparison: Comparison, *, lang: str = "en") -> Figure:
    """Compose all views of all scans, the anterior ones first, so that one view's change is seen across its scans.

    Every view is shown as acquired, with letters for the patient's sides. A lesion carries its number through all
    scans and its state as colour; a resolved one is shown dashed where it was. Nothing says who or when.
    """
    style = lettering(lang)
    views = [view for view in VIEWS if any(view in scan.scan.views for scan in comparison.scans)]
    box_mm = _largest_body_mm(comparison)
    mm_per_inch = box_mm[1] / _TALL_INCHES
    wide = box_mm[0] / mm_per_inch + 2 * _LABELS_INCHES
    number = len(views) * len(comparison.scans)
    width = max(number * wide + (number - 1) * _GAP_INCHES + (len(views) - 1) * _GAP_INCHES + 2 * _MARGIN, 9.0)
    height = _TALL_INCHES + _HEADER + _FOOTER
    figure = Figure(figsize=(width, height), dpi=_DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    tracer = OutlineTracer()
    left = (width - (number * wide + (number - 1) * _GAP_INCHES + (len(views) - 1) * _GAP_INCHES)) / 2
    for view in views:
        first = left
        for index in range(len(comparison.scans)):
            axes = figure.add_axes((left / width, _FOOTER / height, wide / width, _TALL_INCHES / height))
            _draw_view(axes, comparison, index, view, box_mm, mm_per_inch, tracer, style)
            middle = (left + wide / 2) / width
            when = f"S{index + 1} · {scan_label(comparison, index, style)}"
            label = figure.text(middle, 1 - (_HEADER - 0.36) / height, when, ha="center", va="center",
                                **style.text(10.5, fontweight="bold"))  # fmt: skip
            _fit(figure, label, wide)
            left += wide + _GAP_INCHES
        last = left - _GAP_INCHES
        figure.text((first + last) / 2 / width, 1 - (_HEADER - 0.66) / height, style.words[view], ha="center",
                    va="center", **style.text(13, color=QUIET))  # fmt: skip
        left += _GAP_INCHES
    figure.text(_MARGIN / width, 1 - 0.33 / height, style.words["title"], va="center",
                **style.text(17, fontweight="bold"))  # fmt: skip
    figure.legend(handles=_legend(comparison, style), loc="center", bbox_to_anchor=(0.5, 0.5 / height), ncols=8,
                  frameon=False, handlelength=2.2, columnspacing=1.6,
                  prop={"size": 10, "family": style.families})  # fmt: skip
    notes = [f"{scan.id}: {style.words['poor']}" for scan in comparison.scans if scan.poor]
    figure.text(_MARGIN / width, 0.17 / height, " · ".join([style.words["research"], *notes]), va="center",
                **style.text(8.5, color=QUIET))  # fmt: skip
    return figure


def _fit(figure: Figure, artist: Any, inches: float) -> None:
    width = artist.get_window_extent(figure.canvas.get_renderer()).width / figure.dpi  # type: ignore[attr-defined]
    if width > inches:
        artist.set_fontsize(artist.get_fontsize() * inches / width)


def _largest_body_mm(comparison: Comparison) -> tuple[float, float]:
    boxes = [body_box_mm(view, _AIR_MM) for scan in comparison.scans for view in scan.scan.views.values()]
    return max(right - left for left, right, _, _ in boxes), max(bottom - top for _, _, top, bottom in boxes)


def _draw_view(
    axes: Any,
    comparison: Comparison,
    index: int,
    name: str,
    box_mm: tuple[float, float],
    mm_per_inch: float,
    tracer: OutlineTracer,
    style: Lettering,
) -> None:
    scan = comparison.scans[index]
    axes.set_axis_off()
    if name not in scan.scan.views:
        axes.text(0.5, 0.5, style.words["missing"], ha="center", va="center", transform=axes.transAxes,
                  **style.text(12, color=QUIET))  # fmt: skip
        return
    view = scan.scan.views[name]
    left, right, top, _ = body_box_mm(view, _AIR_MM)
    middle = (left + right) / 2
    # Heads level, whatever lies below.
    low, high = middle - box_mm[0] / 2, middle + box_mm[0] / 2
    upper = upper_counts(view, scan.case.hot_spots)
    air = min(float(np.percentile(view.counts, _AIR_PERCENTILE)), upper / 10)
    height_mm, width_mm = view.pixel_size_mm
    rows, columns = view.counts.shape
    axes.imshow(
        np.clip((view.counts - air) / (upper - air), 0, 1) ** _GAMMA, cmap="gray_r", vmin=0, vmax=1,
        interpolation="bicubic", extent=(0, columns * width_mm, rows * height_mm, 0), aspect="equal",
    )  # fmt: skip
    labels_mm = _LABELS_INCHES * mm_per_inch
    axes.set_xlim(low - labels_mm, high + labels_mm)
    axes.set_ylim(top + box_mm[1], top)
    first, last = ("right", "left") if view.patient_right_first else ("left", "right")
    for x, side in ((low - labels_mm * 0.55, first), (high + labels_mm * 0.55, last)):
        axes.text(x, top + 0.1 * mm_per_inch, style.words[side], ha="center", va="top",
                  **style.text(15, fontweight="bold"))  # fmt: skip
    marked = [*_apart(scan, view, tracer), *_lesions(comparison, index, view, tracer)]
    for polygon, look, _ in marked:
        axes.plot(polygon[:, 0], polygon[:, 1], zorder=4, **look)
    _draw_numbers(axes, marked, (low, high, top, top + box_mm[1]), mm_per_inch, style)


_Marked = tuple[np.ndarray, dict[str, Any], str]


def _apart(scan: ComparedScan, view: PlanarView, tracer: OutlineTracer) -> list[_Marked]:
    """Outlines of hot spots that are no lesions, without numbers."""
    look = {"color": "#9a9a9a", "linewidth": 0.9, "linestyle": (0, (2, 2))}
    return [
        (polygon, look, "")
        for spot in scan.case.hot_spots
        if spot.hot_spot_class != "physiological" and not (spot.accepted and spot.hot_spot_class == "metastasis")
        for polygon in _outlines_mm(spot, view, tracer)
    ]


def _lesions(comparison: Comparison, index: int, view: PlanarView, tracer: OutlineTracer) -> list[_Marked]:
    found = []
    spots = {spot.id: spot for spot in comparison.scans[index].case.hot_spots}
    for lesion in comparison.lesions:
        at = lesion.at[index]
        if at.spots:
            look = _look(at.state)
            polygons = [polygon for spot in at.spots for polygon in _outlines_mm(spots[spot], view, tracer)]
        elif at.state == "resolved":
            look = {**_look("resolved"), "linestyle": (0, (2.5, 1.8)), "linewidth": 1.4}
            polygons = _where_it_was(comparison, lesion, index, view, tracer)
        else:
            continue
        found += [(polygon, look, lesion.id.lstrip("L0"))
                  for polygon in polygons]  # fmt: skip
    return found


def _where_it_was(
    comparison: Comparison, lesion: LesionCourse, index: int, view: PlanarView, tracer: OutlineTracer
) -> list[np.ndarray]:
    """Return the outlines of the last scan that had a lesion, brought to this one."""
    earlier = max(number for number in range(index) if lesion.at[number].spots)
    before = comparison.scans[earlier]
    if view.view not in before.registrations or view.view not in comparison.scans[index].registrations:
        return []
    spots = {spot.id: spot for spot in before.case.hot_spots}
    source = before.scan.views[view.view]
    polygons = []
    for spot in lesion.at[earlier].spots:
        for polygon in _outlines_mm(spots[spot], source, tracer):
            plane = _to_plane(source, polygon)
            there = (
                comparison.scans[index]
                .registrations[view.view]
                .to_scan(before.registrations[view.view].to_reference(plane))
            )
            polygons.append(_from_plane(view, there))
    return polygons


def _to_plane(view: PlanarView, polygon_mm: np.ndarray) -> np.ndarray:
    """Bring points (mm from the image's upper left corner) to the common plane."""
    height_mm, width_mm = view.pixel_size_mm
    return from_pixels(view, np.stack([polygon_mm[:, 1] / height_mm - 0.5, polygon_mm[:, 0] / width_mm - 0.5], 1))


def _from_plane(view: PlanarView, points_mm: np.ndarray) -> np.ndarray:
    height_mm, width_mm = view.pixel_size_mm
    return np.asarray((to_pixels(view, points_mm)[:, ::-1] + 0.5) * (width_mm, height_mm))


def _outlines_mm(spot: HotSpot, view: PlanarView, tracer: OutlineTracer) -> list[np.ndarray]:
    if view.view not in spot.views:
        return []
    height_mm, width_mm = view.pixel_size_mm
    return [(polygon + 0.5) * (width_mm, height_mm) for polygon in tracer.outlines(spot.views[view.view].mask)]


def _look(state: str) -> dict[str, Any]:
    width = {"new": 2.2, "returned": 2.2, "grown": 1.8}.get(state, 1.4)
    return {
        "color": STATE_COLOURS[state],
        "linewidth": width,
        "path_effects": [withStroke(linewidth=width + 1.2, foreground=PAPER, alpha=0.75)],
    }


def _draw_numbers(
    axes: Any,
    marked: Sequence[_Marked],
    limits_mm: tuple[float, float, float, float],
    mm_per_inch: float,
    style: Lettering,
) -> None:
    """Write the numbers of lesions beside the body, level with them, on the nearer side, with a thin leader."""
    low, high, top, bottom = limits_mm
    largest: dict[str, _Marked] = {}
    for one in marked:
        if one[2] and (one[2] not in largest or np.ptp(one[0][:, 1]) > np.ptp(largest[one[2]][0][:, 1])):
            largest[one[2]] = one
    for at_left in (True, False):
        beside = [one for one in largest.values() if (one[0][:, 0].mean() < (low + high) / 2) == at_left]
        beside.sort(key=lambda one: float(one[0][:, 1].mean()))
        size = max(min(9.5, _TALL_INCHES * 72 / max(len(beside), 1) / 1.3), 5.0)
        line_mm = size * 1.3 / 72 * mm_per_inch
        heights = spread([float(one[0][:, 1].mean()) for one in beside], line_mm,
                         top + 0.45 * mm_per_inch, bottom - line_mm)  # fmt: skip
        outward = -1 if at_left else 1
        edge = (low if at_left else high) + outward * 0.12 * mm_per_inch
        for (polygon, look, number), y in zip(beside, heights, strict=True):
            touch = polygon[np.argmin(np.hypot(polygon[:, 0] - edge, polygon[:, 1] - y))]
            axes.plot([touch[0], edge], [touch[1], y], color=look["color"], linewidth=0.6, alpha=0.7, zorder=3)
            axes.text(edge + outward * 0.04 * mm_per_inch, y, number, ha="right" if at_left else "left",
                      va="center_baseline", **style.text(size, color=look["color"], fontweight="bold"))  # fmt: skip


def _legend(comparison: Comparison, style: Lettering) -> list[Line2D]:
    lines = []
    for state in STATE_ORDER:
        number = sum(at.state == state for lesion in comparison.lesions for at in lesion.at)
        if not number or state == "not seen":
            continue
        look = _look(state)
        look.pop("path_effects")
        if state == "resolved":
            look |= {"linestyle": (0, (2.5, 1.8)), "linewidth": 1.4}
        lines.append(Line2D([], [], label=style.words[state], **look))
    apart = Line2D([], [], color="#9a9a9a", linewidth=0.9, linestyle=(0, (2, 2)), label=style.words["not accepted"])
    return [*lines, apart] if lines else [Line2D([], [], color=INK, linewidth=0, label=""), apart]
