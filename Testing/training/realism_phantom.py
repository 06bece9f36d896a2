"""A body drawn by numbers, whose landmarks and levels the tests know."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

PIXEL_MM = 2.0
CROWN, CHIN, SHOULDER, CROTCH, KNEE, SOLE = 60, 160, 180, 500, 640, 900
MIDDLE = 128
TISSUE, SHAFT, KNEE_LEVEL = 40.0, 80.0, 120.0


def phantom(middle: int = MIDDLE) -> np.ndarray:
    """Return noiseless counts of a body 1680 mm tall: head, neck, trunk, two legs with shafts and hotter knees."""
    counts = np.zeros((1024, 256), np.float32)
    rows, columns = np.indices(counts.shape)
    head = ((rows - (CROWN + 55)) / 55) ** 2 + ((columns - middle) / 36) ** 2 < 1
    counts[head] = TISSUE
    counts[CHIN - 5 : SHOULDER, middle - 25 : middle + 26] = TISSUE
    counts[SHOULDER:CROTCH, middle - 80 : middle + 81] = TISSUE
    for side in (-1, 1):
        shaft = middle + side * 45
        counts[CROTCH : SOLE + 1, shaft - 32 : shaft + 33] = TISSUE
        counts[CROTCH : SOLE + 1, shaft - 6 : shaft + 7] = SHAFT
        counts[KNEE - 15 : KNEE + 16, shaft - 20 : shaft + 21] = KNEE_LEVEL
    return np.asarray(gaussian_filter(counts, 1.5))
