"""overlay.png of a SPECT volume: maximum intensity projections and three planes, with outlines (floor 5).

The patient's right is at screen left, the head on top; from the left, the front is at screen left. Axes are the
volume's own, nearest to the patient's: nothing is resampled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from PIL import Image

from .figure_labels import spread
from .figure_outlines import OutlineTracer
from .figure_style import INK, PAPER, QUIET, Style, chinese_family, fitted, legend_lines, outline_line
from .hot_spots import HotSpot
from .patient_axes import patient_aligned
from .scan import SPECT_VIEW, SpectScan

_DPI = 200
_GAMMA = 0.7
# Black from this share of the voxels above zero that are no physiological uptake: bone is a few percent of them.
_BLACK_PERCENTILE = 99.8
# What is fainter than this share of black is air; so many voxels of it are left around the body.
_AIR_SHARE, _AIR_VOXELS = 0.05, 3
_WIDTH, _MARGIN, _HEADER, _FOOTER, _ROW_GAP, _COLUMN_GAP = 12.0, 0.45, 1.35, 1.0, 0.65, 0.45
_LIST_WIDTH, _MOST_LISTED = 3.3, 24
_TALLEST_ROW = 6.0
_WORDS = {
    "en": {
        "title": "Bone SPECT",
        "front": "MIP, front",
        "side": "MIP, left",
        "axial": "Axial",
        "coronal": "Coronal",
        "sagittal": "Sagittal",
        "right": "R",
        "left": "L",
        "anterior": "A",
        "posterior": "P",
        "more": "and {count} more",
        "research": "Research use only",
        "planes": "planes through {name}",
        "middle": "planes through the hottest voxel",
        "window": "inverse grey, gamma {gamma}; black from {upper:.4g} {unit}",
    },
    "zh": {
        "title": "骨 SPECT",
        "front": "前面 MIP",
        "side": "左侧 MIP",
        "axial": "横断面",
        "coronal": "冠状面",
        "sagittal": "矢状面",
        "right": "右",
        "left": "左",
        "anterior": "前",
        "posterior": "后",
        "more": "另有 {count} 个",
        "research": "仅供研究使用",
        "planes": "断面经过 {name}",
        "middle": "断面经过最热体素",
        "window": "反转灰阶，γ = {gamma}；{upper:.4g} {unit} 以上为黑",
    },
}
_UNITS = {"SUVbw": "SUVbw", "Bq/ml": "Bq/ml", "counts": "counts"}


@dataclass(frozen=True)
class _Panel:
    """One picture: how it is cut out of a volume, and its words.

    Attributes
    ----------
    image : callable
        From ``(slices, rows, columns)`` to a picture; of masks too.
    first, last : str
        The sides at its left and right edge.
    size_mm : tuple of float
        Width and height.
    """

    name: str
    image: Callable[[np.ndarray], np.ndarray]
    first: str
    last: str
    size_mm: tuple[float, float]


def draw_spect_overlay(
    scan: SpectScan,
    hot_spots: Sequence[HotSpot],
    path: Path,
    *,
    title: str | None = None,
    caption: str = "",
    model: str = "",
    lang: str = "en",
) -> None:
    """Write ``compose_spect_overlay``'s picture as a PNG, without metadata."""
    figure = compose_spect_overlay(scan, hot_spots, title=title, caption=caption, model=model, lang=lang)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    Image.fromarray(pixels).save(path, format="PNG", compress_level=2, dpi=(_DPI, _DPI))


def compose_spect_overlay(
    scan: SpectScan,
    hot_spots: Sequence[HotSpot],
    *,
    title: str | None = None,
    caption: str = "",
    model: str = "",
    lang: str = "en",
) -> Figure:
    """Compose two projections and three planes through the hottest lesion, to one scale, with the lesions' list.

    Outlines are those of the planar picture: solid where accepted, dashed where not. The picture never holds the
    patient's identity.

    Parameters
    ----------
    title, caption, model, lang
        As of ``figures.compose_overlay``.
    """
    family = chinese_family()
    lang = lang if lang == "en" or family else "en"
    words = _WORDS[lang]
    style = Style(lang, ["DejaVu Sans", family] if family else ["DejaVu Sans"])
    voxels, to_lps = patient_aligned(scan.voxels, scan.ijk_to_ras)
    masks = {spot.id: patient_aligned(spot.views[SPECT_VIEW].mask, scan.ijk_to_ras)[0] for spot in hot_spots}
    upper = _upper(voxels, [masks[spot.id] for spot in hot_spots if spot.hot_spot_class == "physiological"])
    shown = _shown(voxels, upper, list(masks.values()))
    voxels, masks = voxels[shown], {name: mask[shown] for name, mask in masks.items()}
    hottest = _hottest(hot_spots)
    centre = _centre(voxels, masks[hottest.id] if hottest else None)
    column_mm, row_mm, slice_mm = (float(mm) for mm in np.linalg.norm(to_lps[:3, :3], axis=0))
    rows_of_panels = _panels(voxels.shape, (slice_mm, row_mm, column_mm), centre)
    mm_per_inch = _scale(rows_of_panels)
    heights = [max(panel.size_mm[1] for panel in row) / mm_per_inch for row in rows_of_panels]
    down = _HEADER + sum(heights) + 2 * _ROW_GAP + _FOOTER
    figure = Figure(figsize=(_WIDTH, down), dpi=_DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)  # measures text
    tracer, top = OutlineTracer(), down - _HEADER
    for row, height in zip(rows_of_panels, heights, strict=True):
        top -= _ROW_GAP / 2
        x = _MARGIN
        for panel in row:
            width, own = panel.size_mm[0] / mm_per_inch, panel.size_mm[1] / mm_per_inch
            box = (x / _WIDTH, (top - own) / down, width / _WIDTH, own / down)
            _draw_panel(figure.add_axes(box), panel, voxels, upper, hot_spots, masks, tracer, style)
            x += width + _COLUMN_GAP
        top -= height + _ROW_GAP / 2
    _draw_list(figure, down, hot_spots, scan, style)
    texts = title or words["title"], caption
    fitted(figure, _MARGIN / _WIDTH, 1 - 0.45 / down, texts[0], style.text(23, fontweight="bold", va="center"))
    fitted(figure, _MARGIN / _WIDTH, 1 - 0.9 / down, texts[1], style.text(13, va="center"))
    where = words["planes"].format(name=f"{hottest.number:02d}") if hottest else words["middle"]
    window = words["window"].format(gamma=_GAMMA, upper=upper, unit=_UNITS[scan.quantity])
    foot = " · ".join(part for part in (words["research"], model, where, window) if part)
    fitted(figure, _MARGIN / _WIDTH, 0.25 / down, foot, style.text(9.5, color=QUIET, va="center"))
    legend = legend_lines(hot_spots, lang)
    figure.legend(
        handles=legend,
        loc="center",
        bbox_to_anchor=(0.5, 0.62 / down),
        ncols=len(legend),
        frameon=False,
        prop={"size": 10.5, "family": style.families},
        labelcolor=INK,
    )
    return figure


def _hottest(hot_spots: Sequence[HotSpot]) -> HotSpot | None:
    """Return the hottest lesion; where there is none, the hottest spot on bone."""
    lesions = [spot for spot in hot_spots if spot.accepted and spot.hot_spot_class == "metastasis"]
    others = [spot for spot in hot_spots if spot.hot_spot_class != "physiological"]
    return max(lesions or others, key=lambda spot: spot.views[SPECT_VIEW].max_counts, default=None)


def _centre(voxels: np.ndarray, mask: np.ndarray | None) -> tuple[int, int, int]:
    """Return the hottest voxel, of a mask where there is one: slice, row, column."""
    values = voxels if mask is None else np.where(mask, voxels, -np.inf)
    slice_, row, column = (int(n) for n in np.unravel_index(np.argmax(values), values.shape))
    return slice_, row, column


def _panels(
    shape: tuple[int, ...], size_mm: tuple[float, float, float], centre: tuple[int, int, int]
) -> list[list[_Panel]]:
    tall, deep, wide = (n * mm for n, mm in zip(shape, size_mm, strict=True))
    slice_, row, column = centre
    sides, fronts = ("right", "left"), ("anterior", "posterior")
    return [
        [
            _Panel("front", lambda volume: volume.max(1)[::-1], *sides, (wide, tall)),
            _Panel("side", lambda volume: volume.max(2)[::-1], *fronts, (deep, tall)),
        ],
        [
            _Panel("axial", lambda volume: volume[slice_], *sides, (wide, deep)),
            _Panel("coronal", lambda volume: volume[::-1, row], *sides, (wide, tall)),
            _Panel("sagittal", lambda volume: volume[::-1, :, column], *fronts, (deep, tall)),
        ],
    ]


def _scale(rows: Sequence[Sequence[_Panel]]) -> float:
    """Return mm per inch at which every row fits beside the list."""
    scales = []
    for number, row in enumerate(rows):
        room = _WIDTH - 2 * _MARGIN - (len(row) - 1) * _COLUMN_GAP - (_LIST_WIDTH if number == 0 else 0.0)
        scales.append(sum(panel.size_mm[0] for panel in row) / room)
        scales.append(max(panel.size_mm[1] for panel in row) / _TALLEST_ROW)
    return max(scales)


def _upper(voxels: np.ndarray, expected: Sequence[np.ndarray]) -> float:
    shown = voxels > 0
    for mask in expected:
        shown &= ~mask
    above = voxels[shown]
    return max(float(np.percentile(above, _BLACK_PERCENTILE)) if above.size else 1.0, 1e-6)


def _shown(voxels: np.ndarray, upper: float, masks: Sequence[np.ndarray]) -> tuple[slice, slice, slice]:
    """Return the part that holds body and hot spots, without the air in front, behind and beside."""
    there = np.logical_or.reduce([voxels > _AIR_SHARE * upper, *masks])
    box = [slice(0, voxels.shape[0])]
    for axis in (1, 2):
        lines = np.flatnonzero(there.any((0, 3 - axis)))
        first, last = (int(lines[0]), int(lines[-1])) if len(lines) else (0, voxels.shape[axis] - 1)
        box.append(slice(max(first - _AIR_VOXELS, 0), last + 1 + _AIR_VOXELS))
    return box[0], box[1], box[2]


def _draw_panel(
    axes: Any,
    panel: _Panel,
    voxels: np.ndarray,
    upper: float,
    hot_spots: Sequence[HotSpot],
    masks: dict[str, np.ndarray],
    tracer: OutlineTracer,
    style: Style,
) -> None:
    words, picture = _WORDS[style.lang], panel.image(voxels)
    rows, columns = picture.shape
    axes.set_axis_off()
    tone = np.clip(picture / upper, 0, 1) ** _GAMMA
    axes.imshow(tone, cmap="gray_r", vmin=0, vmax=1, interpolation="bicubic", aspect="auto")
    labelled = []
    for spot in hot_spots:
        for polygon in tracer.outlines(panel.image(masks[spot.id])):
            line = outline_line(spot)
            axes.plot(polygon[:, 0], polygon[:, 1], **{**line, "linewidth": 0.7 * line["linewidth"]}, zorder=5)
            labelled.append((spot, polygon))
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    _draw_numbers(axes, labelled, rows, style)
    for x, side, align in ((0.0, panel.first, "left"), (1.0, panel.last, "right")):
        text = style.text(13, fontweight="bold")
        axes.text(x, 1.015, words[side], transform=axes.transAxes, ha=align, va="bottom", **text)
    name = style.text(11, color=QUIET)
    axes.text(0.5, 1.02, words[panel.name], transform=axes.transAxes, ha="center", va="bottom", **name)


def _draw_numbers(axes: Any, labelled: Sequence[tuple[HotSpot, np.ndarray]], rows: int, style: Style) -> None:
    """Number accepted spots beside their outlines, apart from each other in height."""
    largest: dict[str, tuple[HotSpot, np.ndarray]] = {}
    for spot, polygon in labelled:
        if spot.accepted and (spot.id not in largest or np.ptp(polygon) > np.ptp(largest[spot.id][1])):
            largest[spot.id] = spot, polygon
    entries = sorted(largest.values(), key=lambda entry: float(entry[1][:, 1].mean()))
    if not entries:
        return
    # A line of 8 points, in pixels of the picture.
    line = 8 * 1.2 / 72 * rows / (axes.get_position().height * axes.figure.get_size_inches()[1])
    heights = spread([float(polygon[:, 1].mean()) for _, polygon in entries], line, line / 2, rows - line / 2)
    for (spot, polygon), y in zip(entries, heights, strict=True):
        colour = outline_line(spot)["color"]
        axes.text(
            float(polygon[:, 0].max()) + 1.0,
            y,
            f"{spot.number:02d}",
            va="center",
            ha="left",
            zorder=6,
            path_effects=[withStroke(linewidth=1.5, foreground=PAPER)],
            **style.text(8, color=colour, fontweight="bold"),
        )


def _draw_list(figure: Figure, down: float, hot_spots: Sequence[HotSpot], scan: SpectScan, style: Style) -> None:
    """List accepted spots with volume and maximum beside the projections."""
    listed = [spot for spot in hot_spots if spot.accepted and spot.hot_spot_class != "physiological"]
    listed = listed or [spot for spot in hot_spots if spot.hot_spot_class != "physiological"]
    x, y = (_WIDTH - _LIST_WIDTH) / _WIDTH, 1 - (_HEADER + _ROW_GAP / 2 + 0.1) / down
    step = 0.235 / down
    for spot in listed[:_MOST_LISTED]:
        shown = spot.views[SPECT_VIEW]
        place = spot.place_words(style.lang)
        measured = f"{shown.volume_ml:.1f} ml, max {shown.max_counts:.4g} {_UNITS[scan.quantity]}"
        colour = outline_line(spot)["color"] if spot.accepted else QUIET
        weight = "bold" if spot.accepted else "normal"
        figure.text(x, y, f"{spot.number:02d}  {place}", **style.text(10, color=colour, fontweight=weight, va="center"))
        figure.text(x + 0.3 / _WIDTH, y - 0.17 / down, measured, **style.text(8.5, color=QUIET, va="center"))
        y -= 1.75 * step
    if len(listed) > _MOST_LISTED:
        more = _WORDS[style.lang]["more"].format(count=len(listed) - _MOST_LISTED)
        figure.text(x, y, more, **style.text(9, color=QUIET, va="center"))
