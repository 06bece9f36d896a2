"""A scan with what is true and what is drawn, both views side by side as the camera sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from BoneMetSegLib.scan import VIEWS, PlanarView
from BoneMetSegLib.segmentation import CLASSES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = {"metastasis": "#ff3030", "benign": "#30b0ff", "physiological": "#40d040"}


def planar_picture(image: torch.Tensor, classes: torch.Tensor, drawn: Mapping[str, torch.Tensor], title: str) -> Figure:
    """Return a figure of one scan: truth first, then each drawing.

    Parameters
    ----------
    image : torch.Tensor
        ``(4, rows, columns)``, the network's input: in anterior order.
    classes : torch.Tensor
        ``(2, rows, columns)``, truth.
    drawn : mapping from name to torch.Tensor
        ``(2, rows, columns)`` class indices.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    maps = {"truth": classes, **drawn}
    figure = Figure(figsize=(2.0 * len(maps) * len(VIEWS), 6.4), facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(maps) * len(VIEWS), squeeze=False)[0]
    for column, (name, labels) in enumerate(maps.items()):
        for index, view in enumerate(VIEWS):
            axis = axes[column * len(VIEWS) + index]
            _draw_view(axis, view, image[index].numpy(), labels[index].numpy(), bool(image[len(VIEWS) + index].any()))
            axis.set_title(f"{name}\n{view}", fontsize=8)
    handles = [Line2D([], [], color=colour, label=name) for name, colour in _COLOURS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8, frameon=False)
    figure.suptitle(title, fontsize=9)
    return figure


def _draw_view(axis: object, view: str, counts: np.ndarray, labels: np.ndarray, there: bool) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axis, Axes)  # noqa: S101 (matplotlib types an array of axes as objects)
    # A view's own order: the posterior one is seen from behind, its column 0 is the patient's left.
    own = PlanarView(view, counts, (1.0, 1.0))
    shown, marks = own.from_anterior_order(counts), own.from_anterior_order(labels)
    axis.imshow(shown, cmap="gray_r", vmin=0, vmax=2.0, aspect="equal", interpolation="bilinear")
    for name, colour in _COLOURS.items():
        mask = marks == CLASSES.index(name)
        if mask.any():
            axis.contour(mask, [0.5], colors=[colour], linewidths=0.9)
    first, last = ("R", "L") if own.patient_right_first else ("L", "R")
    for letter, x, side in ((first, 0.02, "left"), (last, 0.98, "right")):
        axis.text(x, 0.99, letter, transform=axis.transAxes, ha=side, va="top", fontsize=9, color="black")
    if not there:
        axis.text(0.5, 0.5, "view not shown", transform=axis.transAxes, ha="center", fontsize=8, color="black")
    axis.set_xticks([])
    axis.set_yticks([])
