"""Smooth outlines of hot spots, of the same area as their pixels (floor 5)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage

# Sub-pixels along an edge, and how far (in pixels) the staircase of the pixels is smoothed.
_SUBPIXELS = 6
_SMOOTHING_PIXELS = 0.7
_PAD_PIXELS = 3


class OutlineTracer:
    """Traces masks one after the other, on one matplotlib axes: contouring needs one, and they are slow to make."""

    def __init__(self) -> None:
        self._axes = Figure().add_subplot()

    def outlines(self, mask: np.ndarray) -> list[np.ndarray]:
        """Return the closed outlines of a mask.

        The mask is sampled finer and smoothed, and the level of the outline is chosen so that it encloses the mask's
        own area: even a single pixel keeps its size.

        Parameters
        ----------
        mask : numpy.ndarray
            ``(rows, columns)`` bool.

        Returns
        -------
        list of numpy.ndarray
            ``(n, 2)`` polygons of (column, row), in pixels; the centre of the first pixel is (0, 0).
        """
        if not mask.any():
            return []
        rows, columns = np.nonzero(mask)
        top, left = rows.min() - _PAD_PIXELS, columns.min() - _PAD_PIXELS
        cut = np.pad(mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], _PAD_PIXELS)
        fine = np.kron(cut.astype(np.float32), np.ones((_SUBPIXELS, _SUBPIXELS), np.float32))
        smooth = ndimage.gaussian_filter(fine, _SMOOTHING_PIXELS * _SUBPIXELS)
        area = int(fine.sum())
        level = float(np.partition(smooth.ravel(), -area)[-area])
        # The centre of a sub-pixel, in pixels from the centre of the first pixel.
        centres = (np.arange(max(smooth.shape)) + 0.5) / _SUBPIXELS - 0.5
        x, y = centres[: smooth.shape[1]] + left, centres[: smooth.shape[0]] + top
        contours = self._axes.contour(x, y, smooth, levels=[level])
        contours.remove()
        return [np.asarray(polygon) for polygon in contours.allsegs[0] if len(polygon) > 2]
