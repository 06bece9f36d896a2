"""The page's pictures: what a reader looks at, in one window for real and simulated scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model_training.simulator.case import SimulatedCase

from .body_landmarks import Landmarks, find_landmarks
from .real_scan import RealScan
from .row_profiles import ACROSS_MM, PROFILES
from .simulated_ranges import MeasuredView, Place, profile_bands

# The window's top over the median tissue: as readers set it, so that the bladder and hot foci are black.
WINDOW_TOP = 3.6
_SMALL = {"fontsize": 7}
_GREYS = 20
# Crimson, royal blue, orange, teal and the first two half way to white.
_COLOURS = (220, 20, 60, 65, 105, 225, 255, 165, 0, 0, 128, 128, 237, 137, 157, 160, 180, 240)
CLOSE_UPS = ("face", "shoulders", "rib ends", "thighs and trunk", "hand", "feet")


def _pyplot() -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def _show(axes: Any, counts: np.ndarray, tissue: float, title: str = "") -> None:
    axes.imshow(counts, cmap="gray_r", vmin=0, vmax=WINDOW_TOP * tissue, interpolation="nearest")
    axes.set_title(title, **_SMALL)
    axes.axis("off")


def _save(figure: Any, path: Path, dpi: int = 100) -> Path:
    """Write a picture with few colours: noise does not compress, and the repository stays small."""
    from PIL import Image

    figure.set_dpi(dpi)
    figure.canvas.draw()
    picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3].copy())
    _pyplot().close(figure)
    greys = np.linspace(0, 255, _GREYS).round().astype(int)
    palette = Image.new("P", (1, 1))
    palette.putpalette([int(each) for grey in greys for each in (grey, grey, grey)] + list(_COLOURS))
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def _tissue(counts: np.ndarray, pixel_mm: float) -> float:
    seen = find_landmarks(counts, pixel_mm)
    return seen.tissue + seen.background if seen is not None else float(np.percentile(counts, 80))


def _cropped(counts: np.ndarray, pixel_mm: float, height_mm: float = 2000.0, width_mm: float = 560.0) -> np.ndarray:
    """Return a picture of a fixed size in mm about the body, so that all are shown at one scale."""
    filled = np.flatnonzero(counts.sum(1) > 0.02 * counts.sum(1).max())
    top = max(0, int(filled[0]) - round(30 / pixel_mm))
    rows, columns = round(height_mm / pixel_mm), round(width_mm / pixel_mm)
    picture = np.zeros((rows, columns), np.float32)
    middle = int((counts.sum(0) * np.arange(counts.shape[1])).sum() / counts.sum())
    left = max(0, min(middle - columns // 2, counts.shape[1] - columns))
    part = counts[top : top + rows, left : left + columns]
    aside = (columns - part.shape[1]) // 2
    picture[: part.shape[0], aside : aside + part.shape[1]] = part
    return picture


def draw_patients(path: Path, cases: Sequence[SimulatedCase], real: RealScan | None = None) -> Path:
    """Draw both views of simulated patients at one scale and one window, with the real scan first where it is given."""
    plt = _pyplot()
    number = 2 * len(cases) + (real is not None)
    figure, axes = plt.subplots(1, number, figsize=(1.35 * number, 4.9), squeeze=False)
    row = list(axes[0])
    if real is not None:
        _show(row.pop(0), _cropped(real.counts, real.pixel_mm), _tissue(real.counts, real.pixel_mm), "real, anterior")
    for index, case in enumerate(cases):
        tissue = _tissue(case.counts["anterior"].astype(np.float32), case.pixel_size_mm)
        for view in ("anterior", "posterior"):
            counts = case.counts[view].astype(np.float32)
            _show(row.pop(0), _cropped(counts, case.pixel_size_mm), tissue, f"{index}, {view}")
    figure.subplots_adjust(0.002, 0.002, 0.998, 0.95, 0.02, 0.02)
    return _save(figure, path, 110)


def close_up(counts: np.ndarray, seen: Landmarks, which: str) -> np.ndarray:
    """Return a square of an anterior view about one of ``CLOSE_UPS``, 0 where it leaves the field."""
    tall = seen.sole - seen.crown
    row, aside_mm, half_mm = {
        "face": ((seen.crown + seen.neck) / 2, 0.0, 140.0),
        "shoulders": (seen.trunk_row(0.06), 0.0, 250.0),
        "rib ends": (seen.trunk_row(0.35), 0.0, 200.0),
        "thighs and trunk": (seen.crotch, 0.0, 230.0),
        "hand": (seen.crotch, 200.0, 130.0),
        "feet": (seen.sole - 0.05 * tall, 0.0, 180.0),
    }[which]
    half = round(half_mm / seen.pixel_mm)
    centre_row = round(row)
    centre = round(seen.midline[min(centre_row, len(seen.midline) - 1)] + aside_mm / seen.pixel_mm)
    padded = np.pad(counts, half)
    return np.asarray(padded[centre_row : centre_row + 2 * half + 1, centre : centre + 2 * half + 1])


def draw_close_ups(path: Path, cases: Sequence[SimulatedCase], real: RealScan | None = None) -> Path:
    """Draw close-ups in which a simulator's construction would show: one row a place, one column a patient."""
    plt = _pyplot()
    shown: list[tuple[str, np.ndarray, float]] = []
    if real is not None:
        shown.append(("real", real.counts, real.pixel_mm))
    shown += [(str(i), case.counts["anterior"].astype(np.float32), case.pixel_size_mm) for i, case in enumerate(cases)]
    figure, axes = plt.subplots(len(CLOSE_UPS), len(shown), figsize=(1.75 * len(shown), 1.85 * len(CLOSE_UPS)))
    for column, (title, counts, pixel_mm) in enumerate(shown):
        seen = find_landmarks(counts, pixel_mm)
        for row, which in enumerate(CLOSE_UPS):
            cell = axes[row][column]
            if seen is None:
                cell.axis("off")
                continue
            _show(cell, close_up(counts, seen, which), seen.tissue, f"{title}: {which}")
    figure.subplots_adjust(0.002, 0.002, 0.998, 0.975, 0.02, 0.1)
    return _save(figure, path, 90)


def draw_foci(path: Path, cases: Sequence[SimulatedCase], each: int = 8) -> Path:
    """Draw foci with their outlines as labelled, in the better view.

    Two rows of metastases, one of benign foci drawn by the metastases' own rule (mimics), one of other benign foci.
    """
    plt = _pyplot()
    figure, axes = plt.subplots(4, each, figsize=(1.3 * each, 5.9))
    rows = (
        ("metastasis", None, [*axes[0], *axes[1]], "crimson"),
        ("benign", True, axes[2], "royalblue"),
        ("benign", False, axes[3], "royalblue"),
    )
    for kind, mimic, cells, colour in rows:
        for cell in cells:
            cell.axis("off")
        for cell, (case, number) in zip(cells, _visible_foci(cases, kind, mimic, len(cells)), strict=False):
            _draw_focus(cell, case, number, colour)
    figure.subplots_adjust(0.002, 0.002, 0.998, 0.96, 0.03, 0.13)
    return _save(figure, path, 100)


def _visible_foci(
    cases: Sequence[SimulatedCase], kind: str, mimic: bool | None, count: int
) -> list[tuple[SimulatedCase, int]]:
    """Return foci of a class, patient after patient in turn, so that one with many does not fill the picture."""
    of_each = [
        [
            focus.number
            for focus in case.foci
            if focus.hot_spot_class == kind
            and any(focus.visible.values())
            and (mimic is None or focus.looks_like_metastasis == mimic)
        ]
        for case in cases
    ]
    turns = max((len(numbers) for numbers in of_each), default=0)
    in_turn = [
        (case, numbers[turn])
        for turn in range(turns)
        for case, numbers in zip(cases, of_each, strict=True)
        if turn < len(numbers)
    ]
    return in_turn[:count]


def _draw_focus(cell: Any, case: SimulatedCase, number: int, colour: str) -> None:
    masks = {view: case.focus_map[view] == number for view in case.counts}
    view = max(masks, key=lambda name: int(masks[name].sum()))
    rows, columns = np.nonzero(masks[view])
    if not rows.size:
        return
    half = round(70.0 / case.pixel_size_mm)
    row, column = int(rows.mean()), int(columns.mean())
    counts = np.pad(case.counts[view].astype(np.float32), half)[
        row : row + 2 * half + 1, column : column + 2 * half + 1
    ]
    mask = np.pad(masks[view], half)[row : row + 2 * half + 1, column : column + 2 * half + 1]
    focus = next(each for each in case.foci if each.number == number)
    tissue = _tissue(case.counts["anterior"].astype(np.float32), case.pixel_size_mm)
    _show(cell, counts, max(tissue, float(np.percentile(counts, 97)) / WINDOW_TOP), "")
    cell.contour(mask, [0.5], colors=colour, linewidths=0.5)
    cell.set_title(f"{focus.fine_region.replace('_', ' ')}\n{focus.kind}, {view[:4]}.", fontsize=5, pad=1.5)


def draw_profiles(path: Path, simulated: Sequence[MeasuredView], real: Mapping[str, MeasuredView]) -> Path:
    """Draw the simulated 5-95 % of each profile with the real ones in it."""
    plt = _pyplot()
    figure, axes = plt.subplots(1, len(PROFILES), figsize=(11, 2.3), sharey=False)
    for cell, name in zip(axes, PROFILES, strict=True):
        low, median, high = 1000.0 * profile_bands(simulated, name)
        cell.fill_between(ACROSS_MM, low, high, color="0.82", lw=0, label="simulated 5-95 %")
        cell.plot(ACROSS_MM, median, color="0.45", lw=0.8, label="simulated median")
        for (label, view), style in zip(real.items(), ("-", ":"), strict=False):
            cell.plot(ACROSS_MM, 1000.0 * view.profiles[name], style, color="crimson", lw=0.9, label=label)
        cell.set_title(name, fontsize=8)
        cell.tick_params(labelsize=6)
        cell.set_xlabel("mm from the midline", fontsize=6)
        cell.set_ylim(bottom=0)
    axes[0].legend(fontsize=5, frameon=False)
    axes[0].set_ylabel("share of the profile per m", fontsize=6)
    figure.tight_layout(pad=0.4)
    return _save(figure, path)


def draw_ranges(path: Path, places: Mapping[str, Place]) -> Path:
    """Draw each measure's real number on a line from the simulated 5 % (left mark) to 95 % (right mark)."""
    plt = _pyplot()
    names = list(places)
    figure, cell = plt.subplots(figsize=(6.5, 0.135 * len(names) + 0.5))
    for line, name in enumerate(names):
        place = places[name]
        span = max(place.high - place.low, 1e-12)
        at = (place.real - place.low) / span
        cell.plot([0, 1], [line, line], color="0.8", lw=3, solid_capstyle="butt")
        cell.plot((place.median - place.low) / span, line, "|", color="0.3", ms=5)
        cell.plot(
            np.clip(at, -1, 2), line, "o" if -1 <= at <= 2 else "x", color="black" if place.inside else "crimson", ms=3
        )
    cell.set_yticks(range(len(names)), names, fontsize=5)
    cell.set_xticks([0, 1], ["simulated 5 %", "95 %"], fontsize=6)
    cell.set_xlim(-1.05, 2.05)
    cell.set_ylim(len(names) - 0.5, -0.5)
    for side in ("top", "right", "left", "bottom"):
        cell.spines[side].set_visible(False)
    figure.tight_layout(pad=0.3)
    return _save(figure, path)


def draw_landmarks(path: Path, scans: Sequence[tuple[str, np.ndarray, float]]) -> Path:
    """Draw the landmarks that the measures stand on over the scans, to be checked by eye."""
    plt = _pyplot()
    figure, axes = plt.subplots(1, len(scans), figsize=(1.6 * len(scans), 5.5), squeeze=False)
    for cell, (title, counts, pixel_mm) in zip(axes[0], scans, strict=True):
        seen = find_landmarks(counts, pixel_mm)
        _show(cell, counts, _tissue(counts, pixel_mm), title)
        if seen is None:
            continue
        cell.contour(seen.body, [0.5], colors="orange", linewidths=0.3)
        for name, rows in seen.part_rows().items():
            cell.axhline(rows.start, color="royalblue", lw=0.5)
            cell.text(1, rows.start, name, fontsize=4, va="top", color="royalblue")
        cell.plot(seen.midline[seen.crown : seen.sole], np.arange(seen.crown, seen.sole), color="teal", lw=0.5)
    figure.subplots_adjust(0.002, 0.002, 0.998, 0.95, 0.02, 0.02)
    return _save(figure, path, 110)
