"""overlay.png: both views in inverse grey with every hot spot outlined, named and numbered (floor 5).

Drawn with matplotlib's objects, without pyplot's global state, so that it works in any thread and inside Slicer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from .count_window import upper_counts
from .figure_labels import spread
from .figure_outlines import OutlineTracer
from .figure_page import FOOTNOTE, GUTTER, LEGEND_ROW, MARGIN, Page
from .figure_style import INK, PAPER, QUIET, Style, chinese_family, fitted, legend_lines, outline_line, shrink_to
from .hot_spot_segments import segment_name
from .hot_spots import HotSpot
from .scan import PlanarScan, PlanarView
from .terminology import CLASS_APPEARANCE

_DPI, _LEAST_PIXELS = 200, 2200
# Between linear and the square root of Poisson counts: bones stand out of soft tissue and faint foci remain.
_GAMMA = 0.7
# From a view's edge to its label, in inches: to the line's knee, along the line, and to the first letter.
_KNEE, _LINE, _BEFORE_LABEL = 0.02, 0.1, 0.05
# Scans that were made lossy have a constant where there should be nothing.
_AIR_PERCENTILE = 10
_CHINESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")

_WORDS = {
    "en": {
        "title": "Bone scan",
        "anterior": "Anterior",
        "posterior": "Posterior",
        "left": "L",
        "right": "R",
        "mirrored": "mirrored by its export",
        "research": "Research use only",
        "window": "inverse grey, gamma {gamma}; black from {counts:.0f} counts per pixel",
    },
    "zh": {
        "title": "骨显像",
        "anterior": "前位",
        "posterior": "后位",
        "left": "左",
        "right": "右",
        "mirrored": "导出时已镜像",
        "research": "仅供研究使用",
        "window": "反转灰阶，γ = {gamma}；每像素 {counts:.0f} 计数以上为黑",
    },
}


def draw_overlay(
    scan: PlanarScan,
    hot_spots: Sequence[HotSpot],
    path: Path,
    *,
    title: str | None = None,
    caption: str = "",
    model: str = "",
    lang: str = "en",
) -> None:
    """Write ``compose_overlay``'s picture as a PNG at least 2,200 pixels tall, without metadata."""
    figure = compose_overlay(scan, hot_spots, title=title, caption=caption, model=model, lang=lang)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    # Compressing well takes longer than drawing and saves a third of a megabyte.
    Image.fromarray(pixels).save(path, format="PNG", compress_level=2, dpi=(figure.dpi, figure.dpi))


def compose_overlay(
    scan: PlanarScan,
    hot_spots: Sequence[HotSpot],
    *,
    title: str | None = None,
    caption: str = "",
    model: str = "",
    lang: str = "en",
) -> Figure:
    """Compose a picture of a scan with its hot spots, on white, to scale.

    Accepted metastases have solid thick outlines, other accepted ones thinner, physiological ones thin, what is not
    accepted dashed. The picture never holds the patient's identity.

    Parameters
    ----------
    scan : PlanarScan
    hot_spots : sequence of HotSpot
    title : str, optional
        Big, on top.
    caption : str
        Under the title, the burden for example.
    model : str
        Name and version, in the footer beside "Research use only".
    lang : {"en", "zh"}
        Chinese falls back to English where no font of this computer has it.
    """
    family = chinese_family()
    lang = lang if lang == "en" or family else "en"
    words = _WORDS[lang]
    texts = {"title": title or words["title"], "caption": caption, "model": model}
    if not family:
        texts = {key: "" if _CHINESE.search(text) else text for key, text in texts.items()}
        texts["title"] = texts["title"] or words["title"]
    legend = legend_lines(hot_spots, lang)
    page = Page.of(scan, len(legend))
    figure = Figure(figsize=page.size_inches, dpi=max(_DPI, _LEAST_PIXELS / page.size_inches[1]), facecolor=PAPER)
    FigureCanvasAgg(figure)  # measures text
    style = Style(lang, ["DejaVu Sans", family] if family else ["DejaVu Sans"])
    uppers = {view: upper_counts(scan.views[view], hot_spots) for view in page.views}
    for index, view in enumerate(page.views):
        axes = figure.add_axes(page.rectangle(index))
        _draw_view(axes, scan.views[view], hot_spots, page, uppers[view], style)
    _draw_scale_bar(figure.axes[0], page, style)
    _draw_header(figure, page, texts, style)
    _draw_footer(figure, page, legend, texts["model"], uppers, style)
    return figure


# ---- a view --------------------------------------------------------------------------------------------------------


def _draw_view(
    axes: Any, view: PlanarView, hot_spots: Sequence[HotSpot], page: Page, upper: float, style: Style
) -> None:
    left, right, top, bottom = page.limits_mm(view.view)
    gutter = GUTTER * page.mm_per_inch
    axes.set_axis_off()
    rows, columns = view.counts.shape
    height_mm, width_mm = view.pixel_size_mm
    axes.imshow(
        _tone(view.counts, upper),
        cmap="gray_r",
        vmin=0,
        vmax=1,
        interpolation="bicubic",
        extent=(0, columns * width_mm, rows * height_mm, 0),
        aspect="equal",
    )
    axes.set_xlim(left - gutter, right + gutter)
    axes.set_ylim(bottom, top)
    words = _WORDS[style.lang]
    first, last = ("right", "left") if view.patient_right_first else ("left", "right")
    name = words[view.view] if not view.mirrored else f"{words[view.view]} ({words['mirrored']})"
    # Above the picture, where no leader runs.
    height = top - 0.16 * page.mm_per_inch
    axes.text(left, height, words[first], ha="left", va="baseline", **style.text(19, fontweight="bold"))
    axes.text(right, height, words[last], ha="right", va="baseline", **style.text(19, fontweight="bold"))
    axes.text((left + right) / 2, height, name, ha="center", va="baseline", **style.text(15, color=QUIET))
    seen = [hot_spot for hot_spot in hot_spots if view.view in hot_spot.views]
    tracer = OutlineTracer()
    polygons = {hot_spot.id: _polygons_mm(tracer, hot_spot, view) for hot_spot in seen}
    _draw_labels(axes, [hot_spot for hot_spot in seen if polygons[hot_spot.id]], polygons, page, view.view, style)
    for hot_spot in sorted(seen, key=_prominence):
        for polygon in polygons[hot_spot.id]:
            axes.plot(polygon[:, 0], polygon[:, 1], **outline_line(hot_spot), zorder=5)


def _tone(counts: np.ndarray, upper: float) -> np.ndarray:
    """Return 0 (white) to 1 (black)."""
    air = min(float(np.percentile(counts, _AIR_PERCENTILE)), upper / 10)
    return np.clip((counts - air) / (upper - air), 0, 1) ** _GAMMA


def _polygons_mm(tracer: OutlineTracer, hot_spot: HotSpot, view: PlanarView) -> list[np.ndarray]:
    height_mm, width_mm = view.pixel_size_mm
    return [(polygon + 0.5) * (width_mm, height_mm) for polygon in tracer.outlines(hot_spot.views[view.view].mask)]


def _prominence(hot_spot: HotSpot) -> tuple[bool, bool]:
    return hot_spot.hot_spot_class == "metastasis", hot_spot.accepted


def _draw_labels(
    axes: Any,
    hot_spots: Sequence[HotSpot],
    polygons: Mapping[str, list[np.ndarray]],
    page: Page,
    view: str,
    style: Style,
) -> None:
    """Name hot spots in the gutters, level with them, each on the side it is nearer to."""
    left, right, top, bottom = page.limits_mm(view)
    middles = {hot_spot.id: _largest(polygons[hot_spot.id]).mean(axis=0) for hot_spot in hot_spots}
    for at_left in (True, False):
        beside = [h for h in hot_spots if (middles[h.id][0] < (left + right) / 2) == at_left]
        beside.sort(key=lambda hot_spot: middles[hot_spot.id][1])
        most = page.panel_inches[1] * 72 / max(len(beside), 1) / 1.45
        size = max(min(12.5, most), 5.0)
        line_mm = size * 1.45 / 72 * page.mm_per_inch
        lowest = bottom - 0.6 * page.mm_per_inch  # the scale bar stands below
        heights = spread([middles[h.id][1] for h in beside], line_mm, top + line_mm / 2, lowest)
        for hot_spot, y in zip(beside, heights, strict=True):
            edge = left if at_left else right
            _draw_label(axes, hot_spot, polygons[hot_spot.id], (edge, y, at_left), size, page, style)


def _draw_label(
    axes: Any,
    hot_spot: HotSpot,
    polygons: list[np.ndarray],
    place: tuple[float, float, bool],
    size: float,
    page: Page,
    style: Style,
) -> None:
    edge, y, at_left = place
    outward = -1 if at_left else 1
    colour = CLASS_APPEARANCE[hot_spot.hot_spot_class].rgb_fraction
    knee = edge + outward * _KNEE * page.mm_per_inch
    outline = _largest(polygons)
    touch = outline[np.argmin(np.hypot(outline[:, 0] - knee, outline[:, 1] - y))]
    end = knee + outward * _LINE * page.mm_per_inch
    axes.plot([touch[0], knee, end], [touch[1], y, y], color=colour, linewidth=0.8, alpha=0.75, zorder=4)
    is_lesion = hot_spot.accepted and hot_spot.hot_spot_class == "metastasis"
    _, _, place_words = segment_name(hot_spot, style.lang).partition(" ")
    label = axes.text(
        end + outward * _BEFORE_LABEL * page.mm_per_inch,
        y,
        f"{hot_spot.number}  {place_words}" if not at_left else f"{place_words}  {hot_spot.number}",
        ha="right" if at_left else "left",
        va="center_baseline",
        **style.text(
            size,
            color=colour if hot_spot.accepted else QUIET,
            fontweight="bold" if is_lesion else "normal",
            fontstyle="normal" if hot_spot.accepted else "italic",
        ),
    )
    shrink_to(label, (GUTTER - _KNEE - _LINE - _BEFORE_LABEL) * axes.figure.dpi)


def _largest(polygons: list[np.ndarray]) -> np.ndarray:
    return max(polygons, key=lambda polygon: float(np.ptp(polygon[:, 0]) * np.ptp(polygon[:, 1])))


def _draw_scale_bar(axes: Any, page: Page, style: Style) -> None:
    view = page.views[0]
    left, right, _, bottom = page.limits_mm(view)
    length = next((mm for mm in (200, 100, 50, 20, 10) if mm <= (right - left) / 2.5), 5)
    inch = page.mm_per_inch
    x, y = left - 1.5 * inch, bottom - 0.16 * inch
    axes.plot([x, x + length], [y, y], color=INK, linewidth=2.5, solid_capstyle="butt", clip_on=False)
    label = f"{length // 10} cm" if length >= 10 else f"{length} mm"
    axes.text(x + length / 2, y - 0.07 * inch, label, ha="center", va="bottom", **style.text(12))


# ---- header and footer ---------------------------------------------------------------------------------------------


def _draw_header(figure: Figure, page: Page, texts: Mapping[str, str], style: Style) -> None:
    across, down = page.size_inches
    x = (MARGIN + 0.1) / across
    fitted(figure, x, 1 - 0.45 / down, texts["title"], style.text(25, fontweight="bold", va="center"))
    fitted(figure, x, 1 - 0.92 / down, texts["caption"], style.text(15, va="center"))


def _draw_footer(
    figure: Figure,
    page: Page,
    legend: Sequence[Line2D],
    model: str,
    uppers: Mapping[str, float],
    style: Style,
) -> None:
    across, down = page.size_inches
    words = _WORDS[style.lang]
    figure.legend(
        handles=list(legend),
        loc="center",
        bbox_to_anchor=(0.5, (FOOTNOTE + page.legend_rows * LEGEND_ROW / 2 - 0.18) / down),
        ncols=-(-len(legend) // page.legend_rows),
        frameon=False,
        prop={"size": 12.5, "family": style.families},
        handlelength=2.4,
        columnspacing=2.2,
        labelcolor=INK,
    )
    research = " · ".join(part for part in (words["research"], model) if part)
    small = style.text(9.5, color=QUIET, va="center")
    window = words["window"].format(gamma=_GAMMA, counts=max(uppers.values()))
    x = (MARGIN + 0.1) / across
    fitted(figure, x, 0.27 / down, f"{research} · {window}", small)
