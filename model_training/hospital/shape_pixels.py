"""The pixels that a drawn shape covers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import ndimage

from .labelme_file import Shape

_CLOSED_PX = 3.0
# A point says where a focus is, not how far it reaches: its edge is where the simulator's truth has it, at 40 % of the
# focus's own maximum (docs/dataset.md), looked for within this distance.
EDGE_SHARE = 0.4
_PEAK_MM, _REACH_MM = 8.0, 25.0


def has_area(shape: Shape) -> bool:
    """Return whether a shape says how far the focus reaches: a point or an open line does not."""
    if shape.shape_type in ("polygon", "rectangle", "circle", "mask"):
        return True
    first, last = shape.points[0], shape.points[-1]
    return shape.shape_type == "linestrip" and len(shape.points) > 3 and np.hypot(*(first - last)) <= _CLOSED_PX


def area_pixels(shape: Shape, rows: int, columns: int, scale: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
    """Return the pixels whose centre lies within a shape, ``(rows, columns)`` bool; at least the one at its middle.

    Parameters
    ----------
    shape : Shape
        One that ``has_area``.
    rows, columns : int
        Of the image.
    scale : tuple of float
        Image pixels per pixel of the picture, (down, across).
    """
    down, across = scale
    if shape.mask is not None:
        pixels = _box_pixels(shape, rows, columns, scale)
    elif shape.shape_type == "circle":
        (x, y), edge = shape.points[0], shape.points[1]
        radius = np.hypot(*(edge - shape.points[0]))
        centre_y, centre_x = np.mgrid[:rows, :columns] + 0.5
        pixels = (centre_x / across - x) ** 2 + (centre_y / down - y) ** 2 <= radius**2
    else:
        points = shape.points
        if shape.shape_type == "rectangle" and len(points) == 2:
            (x0, y0), (x1, y1) = points
            points = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        pixels = _within(points * (across, down), rows, columns)
    if not pixels.any():
        row, column = _middle(shape, rows, columns, scale)
        pixels[row, column] = True
    return pixels


def grown_pixels(
    shape: Shape, counts: np.ndarray, pixel_size_mm: tuple[float, float], scale: tuple[float, float] = (1.0, 1.0)
) -> np.ndarray:
    """Return the focus at a point or along a line: what is joined to it above 40 % of its own maximum.

    Its own counts are those above the median of what lies around, between 25 and 50 mm away.

    Parameters
    ----------
    counts : numpy.ndarray
        ``(rows, columns)``.
    pixel_size_mm : tuple of float
        (height, width).
    """
    rows, columns = counts.shape
    seeds = np.zeros((rows, columns), bool)
    points = shape.points * (scale[1], scale[0])
    steps = points if shape.shape_type in ("point", "points") else _along(points)
    seeds[np.clip(steps[:, 1].astype(int), 0, rows - 1), np.clip(steps[:, 0].astype(int), 0, columns - 1)] = True
    distance_mm = ndimage.distance_transform_edt(~seeds, sampling=pixel_size_mm)
    smooth = ndimage.gaussian_filter(counts.astype(np.float32), [3.0 / mm for mm in pixel_size_mm])
    around = (distance_mm > _REACH_MM) & (distance_mm <= 2 * _REACH_MM)
    background = float(np.median(smooth[around])) if around.any() else 0.0
    peak = float(smooth[distance_mm <= _PEAK_MM].max())
    hot = (smooth > background + EDGE_SHARE * (peak - background)) & (distance_mm <= _REACH_MM)
    parts, _ = ndimage.label(hot, np.ones((3, 3)))
    near = np.unique(parts[(distance_mm <= _PEAK_MM) & hot])
    return np.asarray(np.isin(parts, near[near > 0]) | seeds)


def _within(points: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return pixels with their centre inside a polygon, by the even-odd rule."""
    inside = np.zeros((rows, columns), bool)
    top, bottom = (int(np.clip(edge, 0, rows)) for edge in (points[:, 1].min() - 1, points[:, 1].max() + 1))
    centres_x = np.arange(columns) + 0.5
    following = np.roll(points, -1, axis=0)
    for row in range(top, bottom):
        y = row + 0.5
        cuts = ((points[:, 1] > y) != (following[:, 1] > y)).nonzero()[0]
        if not cuts.size:
            continue
        (x0, y0), (x1, y1) = points[cuts].T, following[cuts].T
        crossings = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
        inside[row] = (centres_x[:, None] > crossings).sum(1) % 2 == 1
    return inside


def _box_pixels(shape: Shape, rows: int, columns: int, scale: tuple[float, float]) -> np.ndarray:
    down, across = scale
    if shape.mask is None:
        raise ValueError("the shape has no mask")
    left, top = np.rint(shape.points.min(0)).astype(int)
    row = np.floor((np.arange(rows) + 0.5) / down).astype(int) - top
    column = np.floor((np.arange(columns) + 0.5) / across).astype(int) - left
    height, width = shape.mask.shape
    pixels = np.zeros((rows, columns), bool)
    row_in, column_in = ((row >= 0) & (row < height)).nonzero()[0], ((column >= 0) & (column < width)).nonzero()[0]
    pixels[np.ix_(row_in, column_in)] = shape.mask[np.ix_(row[row_in], column[column_in])]
    return pixels


def _middle(shape: Shape, rows: int, columns: int, scale: tuple[float, float]) -> tuple[int, int]:
    x, y = shape.points.mean(0)
    return int(np.clip(y * scale[0], 0, rows - 1)), int(np.clip(x * scale[1], 0, columns - 1))


def _along(points: np.ndarray) -> np.ndarray:
    """Return points along a line, half a pixel apart."""
    parts = [
        start + np.linspace(0, 1, max(2, int(2 * np.hypot(*(stop - start))) + 1))[:, None] * (stop - start)
        for start, stop in pairwise(points)
    ]
    return np.concatenate(parts)
