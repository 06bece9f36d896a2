"""Foci in the views of one examination: how strong each is, and what is true of it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .foci import Focus, FocusSource
from .parts import Skeleton
from .projector import Projector
from .truth import FocusInView

_LEAST_SHARE_OF_HIGH = 0.02
"""A focus outside the body is held against this share of the view's 99th percentile."""


def scaled_boxes(
    projector: Projector, posed: Skeleton, sources: Sequence[FocusSource], background: Mapping[str, np.ndarray]
) -> tuple[list[dict[str, FocusInView]], np.ndarray]:
    """Return each focus in each view, so strong that its peak has the wanted ratio in the view that shows it better.

    Parameters
    ----------
    projector : Projector
    posed : Skeleton
        Carries the foci.
    sources : sequence of FocusSource
    background : mapping from view to numpy.ndarray
        ``(rows, columns)`` noiseless counts without foci, with scatter.

    Returns
    -------
    boxes : list of dict
        View to ``FocusInView``, for each focus.
    activities : numpy.ndarray
        ``(len(sources),)`` total activity of each focus in the unit of the bones' activity.
    """
    floor = {view: _LEAST_SHARE_OF_HIGH * float(np.percentile(background[view], 99)) for view in VIEWS}
    boxes: list[dict[str, FocusInView]] = []
    activities = np.zeros(len(sources))
    for index, source in enumerate(sources):
        points_mm = source.points_on(posed)
        in_views: dict[str, FocusInView] = {}
        ratios = []
        for view in VIEWS:
            box, (row, column) = projector.project_focus(points_mm, source.activity, view)
            in_views[view] = FocusInView(box, row, column)
            if box.size and box.max() > 0:
                at = np.unravel_index(int(box.argmax()), box.shape)
                other = max(float(background[view][row + at[0], column + at[1]]), floor[view])
                ratios.append(float(box[at]) / other)
        factor = max(source.peak_ratio, 0.0) / max(ratios) if ratios else 0.0
        activities[index] = factor * float(source.activity.sum())
        boxes.append(
            {view: FocusInView(box.counts * np.float32(factor), box.row, box.column) for view, box in in_views.items()}
        )
    return boxes, activities


def focus_truth(
    number: int,
    source: FocusSource,
    boxes: Mapping[str, FocusInView],
    everything: Mapping[str, np.ndarray],
    visible: Mapping[str, bool],
) -> Focus:
    """Return what is true of a focus in the views of an examination (``everything``: noiseless counts with scatter)."""
    contrasts = [_contrast(boxes[view], everything[view]) for view in VIEWS]
    contrast = 1.0 + source.peak_ratio if source.peak_ratio < 0 else max(contrasts)
    return Focus(
        number=number,
        hot_spot_class=source.hot_spot_class,
        fine_region=source.fine_region,
        kind=source.kind,
        side=source.side,
        visible=dict(visible),
        contrast=round(float(contrast), 3),
        volume_ml=source.volume_ml,
        looks_like_metastasis=source.looks_like_metastasis,
        lesion_id=source.lesion_id,
        part=source.part,
        part_side=source.part_side,
    )


def _contrast(box: FocusInView, everything: np.ndarray) -> float:
    if box.counts.size == 0 or box.counts.max() <= 0:
        return 1.0
    at = np.unravel_index(int(box.counts.argmax()), box.counts.shape)
    everything_there = float(everything[box.row + at[0], box.column + at[1]])
    own = float(box.counts[at])
    return everything_there / max(everything_there - own, 1e-12)
