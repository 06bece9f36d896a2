"""The counts at which inverse grey becomes black (floor 4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from .hot_spots import HotSpot
from .scan import PlanarView

# Counts smear around bladder and injection site; that far off they no longer count as bone.
_SPILL_MM = 12.0
# The share of the body's pixels that stays short of black, chosen by eye on a whole-body scan: the spine comes out dark
# grey and its vertebrae still differ.
_PERCENTILE = 99.0


def upper_counts(view: PlanarView, hot_spots: Sequence[HotSpot]) -> float:
    """Return the counts per pixel to be drawn black, at least 1.

    A high percentile of the body's pixels outside physiological hot spots, so that a full bladder or an injection site
    does not make the skeleton pale. The body is what exceeds a tenth of the mean of the nonzero pixels.
    """
    counts = view.counts
    nonzero = counts[counts > 0]
    if not nonzero.size:
        return 1.0
    body = counts > nonzero.mean() / 10
    expected = np.zeros(counts.shape, bool)
    for hot_spot in hot_spots:
        if hot_spot.hot_spot_class == "physiological" and view.view in hot_spot.views:
            expected |= hot_spot.views[view.view].mask
    if expected.any():
        body &= ndimage.distance_transform_edt(~expected, sampling=view.pixel_size_mm) > _SPILL_MM
    pixels = counts[body]
    return max(float(np.percentile(pixels if pixels.size else nonzero, _PERCENTILE)), 1.0)
