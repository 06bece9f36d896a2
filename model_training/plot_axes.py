"""Empty plots of one look, drawn without a display."""

from __future__ import annotations

from typing import Any

_DPI = 120


def plain_axes(width_in: float, height_in: float, columns: int = 1) -> tuple[Any, list[Any]]:
    """Return a matplotlib figure of a size in inches, and its axes beside each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(1, columns, index + 1) for index in range(columns)]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.grid(color="#e3e6ea", linewidth=0.7)
        each.set_axisbelow(True)
    return figure, axes
