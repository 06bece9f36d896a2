"""Where the body is in the planar volumes of a scene, so that a view shows it large (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .body_outline import body_outline
from .scan import PlanarView
from .scene_views import size_mm

_MARGIN = 0.04  # of the body's height, above the head and below the feet


def body_span_mm(volumes: Mapping[str, Any]) -> tuple[float, float]:
    """Return the lowest and the highest place to be shown, in mm above the middle of the image.

    Parameters
    ----------
    volumes : mapping from view to vtkMRMLScalarVolumeNode
        The whole image counts where any of them shows nothing like a body.
    """
    spans = [_span_mm(view, volume) for view, volume in volumes.items()]
    return min(low for low, _ in spans), max(high for _, high in spans)


def _span_mm(view: str, volume: Any) -> tuple[float, float]:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    columns, rows, _ = volume.GetImageData().GetDimensions()
    counts = vtk_to_numpy(volume.GetImageData().GetPointData().GetScalars()).reshape(rows, columns)
    width_mm, height_mm, _ = volume.GetSpacing()
    half_image_mm = size_mm(volume)[1] / 2
    outline = body_outline(PlanarView(view, counts.astype(np.float32), (height_mm, width_mm)))  # type: ignore[arg-type]
    if outline is None:
        return -half_image_mm, half_image_mm
    margin_mm = _MARGIN * outline.rows * height_mm
    low = half_image_mm - (outline.last_row + 1) * height_mm - margin_mm
    high = half_image_mm - outline.first_row * height_mm + margin_mm
    return max(low, -half_image_mm), min(high, half_image_mm)
