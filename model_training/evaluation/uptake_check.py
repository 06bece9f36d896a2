"""Where a simulated scan has no uptake above its surroundings: nothing may be drawn there because a report says so."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from .examination import Examination
from .pixel_scores import METASTASIS

SURROUNDINGS_MM = 12.0
ABOVE = 1.1


def without_uptake(case: Examination) -> dict[str, np.ndarray]:
    """Return the pixels of each view that are not above the neighbouring background: bool.

    Background is the Gaussian mean (sigma 12 mm) of the noiseless counts around the pixel, pixels of any focus left
    out; above it is what exceeds it by a tenth. Pixels of a focus are never without uptake.
    """
    sigma = SURROUNDINGS_MM / case.pixel_size_mm
    result = {}
    for view, expected in case.expected.items():
        focus = case.focus_map[view] > 0
        weight = ndimage.gaussian_filter((~focus).astype(np.float32), sigma)
        background = ndimage.gaussian_filter(np.where(focus, 0, expected).astype(np.float32), sigma) / weight.clip(1e-3)
        result[view] = ~focus & (expected <= ABOVE * background)
    return result


def pixels_added(
    drawn: Mapping[str, np.ndarray], image_only: Mapping[str, np.ndarray], cold: Mapping[str, np.ndarray]
) -> tuple[int, int]:
    """Return how many metastasis pixels are drawn with a report and not without, and how many of these lack uptake.

    Parameters
    ----------
    cold : mapping from view to numpy.ndarray
        Of ``without_uptake``.
    """
    added = {view: (labels == METASTASIS) & (image_only[view] != METASTASIS) for view, labels in drawn.items()}
    return (
        sum(int(mask.sum()) for mask in added.values()),
        sum(int((mask & cold[view]).sum()) for view, mask in added.items()),
    )
