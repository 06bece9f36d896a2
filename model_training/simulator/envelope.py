"""The outline of a body seen from the front: a union of tubes, ellipsoids and cross-sections as a height map."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

_ROUND = 2.5
"""Exponent of a limb's section: a little squarer than round, as flesh on a table; by eye."""


class Envelope:
    """Front and back surface and thickness of a union of shapes on a grid.

    Parameters
    ----------
    right_mm, superior_mm : numpy.ndarray
        R of the columns and S of the rows of the grid.

    Attributes
    ----------
    front, back, thickness : numpy.ndarray
        ``(rows, columns)`` mm; -inf, inf and 0 outside.
    """

    def __init__(self, right_mm: np.ndarray, superior_mm: np.ndarray) -> None:
        self.right, self.superior = right_mm, superior_mm
        shape = (len(superior_mm), len(right_mm))
        self.front, self.back = np.full(shape, -np.inf), np.full(shape, np.inf)
        self.thickness = np.zeros(shape)

    def _add(self, window: tuple[slice, slice], middle, half_depth: np.ndarray, inside: np.ndarray) -> None:
        self._add_surfaces(window, middle, half_depth, inside)
        self._add_thickness(window, np.where(inside, 2 * half_depth, 0.0))

    def _add_surfaces(self, window: tuple[slice, slice], middle, half_depth: np.ndarray, inside: np.ndarray) -> None:
        front, back = self.front[window], self.back[window]
        front[:] = np.where(inside, np.maximum(front, middle + half_depth), front)
        back[:] = np.where(inside, np.minimum(back, middle - half_depth), back)

    def _add_thickness(self, window: tuple[slice, slice], own: np.ndarray) -> None:
        # A soft maximum lets arms and trunk, thighs and pelvis run into each other without an edge.
        thickness = self.thickness[window]
        thickness[:] = np.cbrt(np.sqrt(thickness**6 + own**6))

    def _window(self, low_right: float, high_right: float, low: float, high: float) -> tuple[slice, slice]:
        return _span(self.superior, low, high), _span(self.right, low_right, high_right)

    def add_limb(
        self,
        tubes: Iterable[tuple[np.ndarray, np.ndarray, float, float, float]],
        fade_mm: tuple[float, float] | None = None,
    ) -> None:
        """Add a chain of tapering tubes with round ends as one shape.

        Parameters
        ----------
        tubes : iterable
            Start, end, radius at both (mm), depth over width.
        fade_mm : tuple of float, optional
            Along the first tube, from its start: where its depth begins and where it is whole.
        """
        limb = np.zeros(self.front.shape)
        for number, (start, end, radius_start, radius_end, flat) in enumerate(tubes):
            reach = max(radius_start, radius_end)
            ends = np.array([start, end])
            low, high = ends.min(0) - reach, ends.max(0) + reach
            window = self._window(low[0], high[0], low[2], high[2])
            axis = np.array([end[0] - start[0], end[2] - start[2]])
            length2 = max(float(axis @ axis), 1e-6)
            right, superior = self.right[None, window[1]] - start[0], self.superior[window[0], None] - start[2]
            unclipped = (right * axis[0] + superior * axis[1]) / length2
            along = np.clip(unclipped, 0, 1)
            distance2 = (right - along * axis[0]) ** 2 + (superior - along * axis[1]) ** 2
            radius = radius_start + (radius_end - radius_start) * along
            half_depth = flat * np.maximum(radius**_ROUND - distance2 ** (_ROUND / 2), 0) ** (1 / _ROUND)
            if number == 0 and fade_mm is not None:
                whole = np.clip((unclipped * np.sqrt(length2) - fade_mm[0]) / (fade_mm[1] - fade_mm[0]), 0, 1)
                half_depth = half_depth * whole * whole * (3 - 2 * whole)
            self._add_surfaces(window, start[1] + (end[1] - start[1]) * along, half_depth, distance2 < radius**2)
            limb[window] = np.maximum(limb[window], 2 * half_depth)
        self._add_thickness((slice(None), slice(None)), limb)

    def add_ellipsoid(self, centre, radii) -> None:
        """Add an ellipsoid with axes along R, A and S."""
        window = self._window(centre[0] - radii[0], centre[0] + radii[0], centre[2] - radii[2], centre[2] + radii[2])
        right, superior = self.right[None, window[1]] - centre[0], self.superior[window[0], None] - centre[2]
        rest = 1 - (right / radii[0]) ** 2 - (superior / radii[2]) ** 2
        self._add(window, centre[1], radii[1] * np.sqrt(np.maximum(rest, 0)), rest > 0)

    def add_bump(self, right: float, superior: float, radii, height: float) -> None:
        """Raise the front of what is there by a smooth bump (negative: a hollow), thickness with it."""
        window = self._window(right - radii[0], right + radii[0], superior - radii[1], superior + radii[1])
        aside = (self.right[None, window[1]] - right) / radii[0]
        above = (self.superior[window[0], None] - superior) / radii[1]
        own = height * np.maximum(1 - aside**2 - above**2, 0)
        there = np.isfinite(self.front[window])
        self.front[window] += np.where(there, own, 0.0)
        self.thickness[window] += np.where(there, own, 0.0)

    def add_sections(self, superior, middle_right, half_width, front, back) -> None:
        """Add a stack of superelliptic cross-sections, each at its height."""
        from scipy.interpolate import PchipInterpolator

        order = np.argsort(superior)
        levels = np.asarray(superior)[order]
        levels = np.maximum.accumulate(levels + np.arange(len(levels)) * 1e-3)
        window = (_span(self.superior, levels[0], levels[-1]), slice(None))
        at = self.superior[window[0]]
        x, a, yf, yb = (
            PchipInterpolator(levels, np.asarray(values, float)[order])(at)[:, None]
            for values in (middle_right, half_width, front, back)
        )
        across = np.abs(self.right[None, :] - x) / a
        half = np.maximum(1 - across**2.3, 0) ** (1 / 2.1) * (yf - yb) / 2
        self._add(window, (yf + yb) / 2, half, across < 1)


def _span(axis: np.ndarray, low: float, high: float) -> slice:
    """Return the slice of an evenly falling or rising axis between two values."""
    inside = np.flatnonzero((axis >= low) & (axis <= high))
    return slice(int(inside[0]), int(inside[-1]) + 1) if len(inside) else slice(0, 0)
