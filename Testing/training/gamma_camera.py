"""Cameras and bodies small enough to know the answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_training.simulator.body import Body
from model_training.simulator.camera import Camera

MU_PER_MM = 0.012


def a_camera(**changed: Any) -> Camera:
    """A camera of 128 x 128 mm: R = 0 between its middle columns, S = 64 in row 0, heads 160 mm from A = 0."""
    pixel = changed.get("pixel_size_mm", 2.0)
    size = round(128 / pixel)
    given: dict[str, Any] = {
        "rows": size, "columns": size, "pixel_size_mm": pixel, "column_of_midline": (size - 1) / 2, "row_of_top": 0.0,
        "top_superior_mm": 64.0, "detector_a_mm": (160.0, -160.0), "intrinsic_fwhm_mm": 3.8, "hole_diameter_mm": 1.11,
        "hole_length_mm": 23.3, "attenuation_per_mm": MU_PER_MM, "scatter_share": 0.0, "scatter_sigma_mm": 16.0,
        "tail_share": 0.0, "tail_sigma_mm": 14.0,
    }  # fmt: skip
    return Camera(**(given | changed))


def a_slab(camera: Camera, thickness_mm: float = 200.0) -> Body:
    """Tissue over the whole field, its middle at A = 0."""
    full = np.ones((camera.rows // 2, camera.columns // 2), np.float32)
    return Body(full * thickness_mm / 2, -full * thickness_mm / 2, full * thickness_mm, full)


def air(camera: Camera) -> Body:
    """Nothing."""
    empty = np.zeros((camera.rows // 2, camera.columns // 2), np.float32)
    return Body(empty * np.nan, empty * np.nan, empty, empty)


def a_point(right: float = 0.0, anterior: float = 0.0, superior: float = 0.0) -> np.ndarray:
    """One point, RAS in mm."""
    return np.array([[right, anterior, superior]], np.float32)


def middle_column(image: np.ndarray) -> float:
    """Return the counts' mean column."""
    return float((image.sum(-2) * np.arange(image.shape[-1])).sum() / image.sum())


def middle_row(image: np.ndarray) -> float:
    """Return the counts' mean row."""
    return float((image.sum(-1) * np.arange(image.shape[-2])).sum() / image.sum())
