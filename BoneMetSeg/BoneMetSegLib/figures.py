"""overlay.png: both views in inverse grey with every hot spot outlined, named and numbered (floor 5).

Drawn with matplotlib's objects, without pyplot's global state, so that it works in any thread and inside Slicer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from .count_window import upper_counts
from .figure_labels import spread
from .figure_outlines import outlines
from .hot_spot_segments import segment_name
from .hot_spots import HotSpot
from .scan import VIEWS, PlanarScan, PlanarView
from .segmentation import HOT_SPOT_CLASSES
from .terminology import CLASS_APPEARANCE

# Inches on the page.
_TALLEST, _WIDEST = 10.6, 4.6
_GUTTER, _MARGIN, _GAP, _HEADER, _FOOTER = 1.75, 0.45, 0.25, 1.75, 1.15
_DPI, _LEAST_PIXELS = 200, 2200
_INK, _QUIET, _PAPER = "#1a1a1a", "#6b6b6b", "white"

# Families with simplified Chinese, as Windows, macOS and Linux ship them.
_CHINESE_FAMILIES = (
    "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Arial Unicode MS",
)  # fmt: skip
_CHINESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")

_WORDS = {
    "en": {
        "title": "Bone scan",
        "anterior": "Anterior",
        "posterior": "Posterior",
        "left": "L",
        "right": "R",
        "rejected": "not accepted",
        "research": "Research use only",
        "window": "inverse grey, square root; black from {counts:.0f} counts per pixel",
    },
    "zh": {
        "title": "骨显像",
        "anterior": "前位",
        "posterior": "后位",
        "left": "左",
        "right": "右",
        "rejected": "未采纳",
        "research": "仅供研究使用",
        "window": "反转灰阶，平方根；每像素 {counts:.0f} 计数以上为黑",
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
    """Draw a scan with its hot spots as a PNG at least 2,200 pixels tall, on white, to scale.

    Accepted metastases have solid thick outlines, other accepted ones thinner, physiological ones thin, what is not
    accepted dashed. The picture never holds the patient's identity.

    Parameters
    ----------
    scan : PlanarScan
    hot_spots : sequence of HotSpot
    path : Path
    title : str, optional
        Big, on top.
    caption : str
        Under the title, the burden for example.
    model : str
        Name and version, in the footer beside "Research use only".
    lang : {"en", "zh"}
        Chinese falls back to English where no font of this computer has it.
    """
    family = _chinese_family()
    lang = lang if lang == "en" or family else "en"
    words = _WORDS[lang]
    texts = {"title": title or words["title"], "caption": caption, "model": model}
    if not family:
        texts = {key: "" if _CHINESE.search(text) else text for key, text in texts.items()}
        texts["title"] = texts["title"] or words["title"]
    page = _Page.of(scan)
    figure = Figure(figsize=page.size_inches, dpi=max(_DPI, _LEAST_PIXELS / page.size_inches[1]), facecolor=_PAPER)
    canvas = FigureCanvasAgg(figure)
    style = _Style(lang, ["DejaVu Sans", family] if family else ["DejaVu Sans"])
    uppers = {view: upper_counts(scan.views[view], hot_spots) for view in page.views}
    for index, view in enumerate(page.views):
        axes = figure.add_axes(page.rectangle(index))
        _draw_view(axes, scan.views[view], hot_spots, page, uppers[view], style)
    _draw_scale_bar(figure.axes[0], page, style)
    _draw_header(figure, page, texts, style)
    _draw_footer(figure, page, hot_spots, texts["model"], uppers, style)
    canvas.print_png(str(path), metadata={"Title": texts["title"], "Software": None})


@dataclass(frozen=True)
class _Style:
    lang: str
    families: list[str]

    def text(self, size: float, **more: Any) -> dict[str, Any]:
        return {"fontsize": size, "fontfamily": self.families, "color": _INK, **more}


def _chinese_family() -> str | None:
    """Return an installed family that has Chinese, None where there is none."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((family for family in _CHINESE_FAMILIES if family in installed), None)


# ---- the page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Page:
    """What of each view is shown, and where on the page, all views at one scale.

    Attributes
    ----------
    views : tuple of str
    centres_mm : mapping from view to (x, y)
        Centre of the shown part, from the image's upper left corner.
    shown_mm : tuple of float
        Width and height shown of every view.
    mm_per_inch : float
    """

    views: tuple[str, ...]
    centres_mm: Mapping[str, tuple[float, float]]
    shown_mm: tuple[float, float]
    mm_per_inch: float

    @classmethod
    def of(cls, scan: PlanarScan) -> _Page:
        views = tuple(view for view in VIEWS if view in scan.views)
        boxes = {view: _body_box_mm(scan.views[view]) for view in views}
        width = max(right - left for left, right, _, _ in boxes.values())
        height = max(bottom - top for _, _, top, bottom in boxes.values())
        centres = {view: ((left + right) / 2, (top + bottom) / 2) for view, (left, right, top, bottom) in boxes.items()}
        return cls(views, centres, (width, height), max(height / _TALLEST, width / _WIDEST))

    @property
    def panel_inches(self) -> tuple[float, float]:
        return self.shown_mm[0] / self.mm_per_inch, self.shown_mm[1] / self.mm_per_inch

    @property
    def size_inches(self) -> tuple[float, float]:
        width, height = self.panel_inches
        count = len(self.views)
        across = count * (width + 2 * _GUTTER) + (count - 1) * _GAP + 2 * _MARGIN
        return across, height + _HEADER + _FOOTER

    def rectangle(self, index: int) -> tuple[float, float, float, float]:
        """Place of a view with its gutters, as fractions of the page: left, bottom, width, height."""
        across, down = self.size_inches
        width, height = self.panel_inches
        left = _MARGIN + index * (width + 2 * _GUTTER + _GAP)
        return left / across, _FOOTER / down, (width + 2 * _GUTTER) / across, height / down

    def limits_mm(self, view: str) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of the shown part of a view, from its upper left corner."""
        (x, y), (width, height) = self.centres_mm[view], self.shown_mm
        return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _body_box_mm(view: PlanarView) -> tuple[float, float, float, float]:
    """Left, right, top, bottom of the body with some air, from the image's upper left corner."""
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(view.counts.astype(np.float32), 2.0)
    body = smooth > 0.15 * smooth[smooth > 0].mean() if (smooth > 0).any() else np.ones(smooth.shape, bool)
    rows, columns = np.nonzero(body.any(axis=1))[0], np.nonzero(body.any(axis=0))[0]
    height_mm, width_mm = view.pixel_size_mm
    air = 0.02 * view.counts.shape[0] * height_mm
    return (
        max(columns[0] * width_mm - air, 0.0),
        min((columns[-1] + 1) * width_mm + air, view.counts.shape[1] * width_mm),
        max(rows[0] * height_mm - air, 0.0),
        min((rows[-1] + 1) * height_mm + air, view.counts.shape[0] * height_mm),
    )


# ---- a view --------------------------------------------------------------------------------------------------------


def _draw_view(
    axes: Any, view: PlanarView, hot_spots: Sequence[HotSpot], page: _Page, upper: float, style: _Style
) -> None:
    left, right, top, bottom = page.limits_mm(view.view)
    gutter = _GUTTER * page.mm_per_inch
    axes.set_axis_off()
    rows, columns = view.counts.shape
    height_mm, width_mm = view.pixel_size_mm
    axes.imshow(
        np.sqrt(np.clip(view.counts / upper, 0, 1)),
        cmap="gray_r",
        vmin=0,
        vmax=1,
        interpolation="bicubic",
        extent=(0, columns * width_mm, rows * height_mm, 0),
        aspect="equal",
        clip_path=None,
    )
    axes.set_xlim(left - gutter, right + gutter)
    axes.set_ylim(bottom, top)
    words = _WORDS[style.lang]
    first, last = ("right", "left") if view.patient_right_first else ("left", "right")
    inset = 0.12 * page.mm_per_inch
    mark = style.text(19, fontweight="bold", va="top")
    axes.text(left + inset, top + inset, words[first], ha="left", **mark)
    axes.text(right - inset, top + inset, words[last], ha="right", **mark)
    axes.text(
        (left + right) / 2, top - 0.14 * page.mm_per_inch, words[view.view], ha="center", **style.text(15, color=_QUIET)
    )
    seen = [hot_spot for hot_spot in hot_spots if view.view in hot_spot.views]
    polygons = {hot_spot.id: _polygons_mm(hot_spot, view) for hot_spot in seen}
    _draw_labels(axes, [hot_spot for hot_spot in seen if polygons[hot_spot.id]], polygons, page, view.view, style)
    for hot_spot in sorted(seen, key=_prominence):
        for polygon in polygons[hot_spot.id]:
            axes.plot(polygon[:, 0], polygon[:, 1], **_line(hot_spot), zorder=5)


def _polygons_mm(hot_spot: HotSpot, view: PlanarView) -> list[np.ndarray]:
    height_mm, width_mm = view.pixel_size_mm
    return [(polygon + 0.5) * (width_mm, height_mm) for polygon in outlines(hot_spot.views[view.view].mask)]


def _prominence(hot_spot: HotSpot) -> tuple[bool, bool]:
    return hot_spot.hot_spot_class == "metastasis", hot_spot.accepted


def _line(hot_spot: HotSpot) -> dict[str, Any]:
    """How the outline of a hot spot is drawn, in the picture and in the legend."""
    width = {"metastasis": 2.2, "benign": 1.7, "physiological": 1.0}[hot_spot.hot_spot_class]
    if not hot_spot.accepted:
        width = 1.2
    return {
        "color": CLASS_APPEARANCE[hot_spot.hot_spot_class].rgb_fraction,
        "linewidth": width,
        "linestyle": "-" if hot_spot.accepted else (0, (3, 2)),
        "solid_joinstyle": "round",
        "path_effects": [withStroke(linewidth=width + 1.4, foreground=_PAPER)] if hot_spot.accepted else None,
    }


def _draw_labels(
    axes: Any,
    hot_spots: Sequence[HotSpot],
    polygons: Mapping[str, list[np.ndarray]],
    page: _Page,
    view: str,
    style: _Style,
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
        heights = spread([middles[h.id][1] for h in beside], line_mm, top + 3 * line_mm, bottom - line_mm)
        for hot_spot, y in zip(beside, heights, strict=True):
            edge = left if at_left else right
            _draw_label(axes, hot_spot, polygons[hot_spot.id], (edge, y, at_left), size, page, style)


def _draw_label(
    axes: Any,
    hot_spot: HotSpot,
    polygons: list[np.ndarray],
    place: tuple[float, float, bool],
    size: float,
    page: _Page,
    style: _Style,
) -> None:
    edge, y, at_left = place
    outward = -1 if at_left else 1
    colour = CLASS_APPEARANCE[hot_spot.hot_spot_class].rgb_fraction
    knee = edge + outward * 0.02 * page.mm_per_inch
    outline = _largest(polygons)
    touch = outline[np.argmin(np.hypot(outline[:, 0] - knee, outline[:, 1] - y))]
    end = knee + outward * 0.1 * page.mm_per_inch
    axes.plot([touch[0], knee, end], [touch[1], y, y], color=colour, linewidth=0.8, alpha=0.75, zorder=4)
    is_lesion = hot_spot.accepted and hot_spot.hot_spot_class == "metastasis"
    _, _, place_words = segment_name(hot_spot, style.lang).partition(" ")
    axes.text(
        end + outward * 0.05 * page.mm_per_inch,
        y,
        f"{hot_spot.number}  {place_words}" if not at_left else f"{place_words}  {hot_spot.number}",
        ha="right" if at_left else "left",
        va="center_baseline",
        **style.text(
            size,
            color=colour if hot_spot.accepted else _QUIET,
            fontweight="bold" if is_lesion else "normal",
            fontstyle="normal" if hot_spot.accepted else "italic",
        ),
    )


def _largest(polygons: list[np.ndarray]) -> np.ndarray:
    return max(polygons, key=lambda polygon: float(np.ptp(polygon[:, 0]) * np.ptp(polygon[:, 1])))


def _draw_scale_bar(axes: Any, page: _Page, style: _Style) -> None:
    view = page.views[0]
    left, right, _, bottom = page.limits_mm(view)
    length = next((mm for mm in (200, 100, 50, 20, 10) if mm <= (right - left) / 2.5), 5)
    inch = page.mm_per_inch
    x, y = left - 1.5 * inch, bottom - 0.16 * inch
    axes.plot([x, x + length], [y, y], color=_INK, linewidth=2.5, solid_capstyle="butt", clip_on=False)
    label = f"{length // 10} cm" if length >= 10 else f"{length} mm"
    axes.text(x + length / 2, y - 0.07 * inch, label, ha="center", va="bottom", **style.text(12))


# ---- header and footer ---------------------------------------------------------------------------------------------


def _draw_header(figure: Figure, page: _Page, texts: Mapping[str, str], style: _Style) -> None:
    across, down = page.size_inches
    x = (_MARGIN + 0.1) / across
    _fitted(figure, x, 1 - 0.42 / down, texts["title"], style.text(25, fontweight="bold", va="center"))
    _fitted(figure, x, 1 - 0.87 / down, texts["caption"], style.text(15, va="center"))


def _draw_footer(
    figure: Figure,
    page: _Page,
    hot_spots: Sequence[HotSpot],
    model: str,
    uppers: Mapping[str, float],
    style: _Style,
) -> None:
    across, down = page.size_inches
    words = _WORDS[style.lang]
    figure.legend(
        handles=_legend_lines(hot_spots, style.lang),
        loc="center",
        bbox_to_anchor=(0.5, 0.72 / down),
        ncols=4 if len(page.views) > 1 else 2,
        frameon=False,
        prop={"size": 13, "family": style.families},
        handlelength=2.4,
        columnspacing=2.2,
        labelcolor=_INK,
    )
    research = " · ".join(part for part in (words["research"], model) if part)
    small = style.text(9.5, color=_QUIET, va="center")
    window = words["window"].format(counts=max(uppers.values()))
    x = (_MARGIN + 0.1) / across
    _fitted(figure, x, 0.25 / down, f"{research} · {window}", small)


def _legend_lines(hot_spots: Sequence[HotSpot], lang: str) -> list[Line2D]:
    lines = []
    for name in HOT_SPOT_CLASSES:
        of_class = [hot_spot for hot_spot in hot_spots if hot_spot.hot_spot_class == name]
        term = CLASS_APPEARANCE[name].term_zh if lang == "zh" else CLASS_APPEARANCE[name].term_en
        for accepted in (True, False):
            alike = [hot_spot for hot_spot in of_class if hot_spot.accepted == accepted]
            label = f"{term} ({len(alike)})" if accepted else f"{term}, {_WORDS[lang]['rejected']} ({len(alike)})"
            if alike:
                line = _line(alike[0])
            elif name == "metastasis" and accepted:
                line = {"color": CLASS_APPEARANCE[name].rgb_fraction, "linewidth": 2.2}
            else:
                continue
            line.pop("path_effects", None)
            lines.append(Line2D([], [], label=label, **line))
    return lines


def _fitted(figure: Figure, x: float, y: float, text: str, style: dict[str, Any]) -> None:
    """Write a line of text, smaller where it would run off the page."""
    if not text:
        return
    artist = figure.text(x, y, text, **style)
    width = artist.get_window_extent(figure.canvas.get_renderer()).width  # type: ignore[attr-defined]
    room = figure.bbox.width * (1 - 2 * x)
    if width > room:
        artist.set_fontsize(style["fontsize"] * room / width)
