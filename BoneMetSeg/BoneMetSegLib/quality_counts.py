"""Flags about the pixels' values: too few counts, saturation, pixel size, compression (floor 4)."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .quality_flag import QualityFlag
from .scan import PlanarScan, PlanarView

# Counts per view of a guideline whole-body scan; the error of BSI grows below it (Anand, J Nucl Med 2016;57:1865:
# 0.20 +- 0.26 at 1.5 M, 0.57 +- 0.38 at 0.5 M, 4.67 +- 0.85 at 0.2 M).
GUIDELINE_COUNTS_PER_VIEW = 1.5e6
# Touching pixels of one and the same highest value. In counts two neighbours are equal with a chance of a few percent,
# so four of them, all the highest of the image, do not happen; a ceiling makes a plateau.
SATURATED_PIXELS = 4
_MIN_CEILING = 32.0


def count_flags(scan: PlanarScan) -> list[QualityFlag]:
    """Return flags of too few counts per view and in all, of saturation, and of a pixel size not in the file."""
    flags = []
    for name, view in scan.views.items():
        if not scan.lossy and view.total_counts < GUIDELINE_COUNTS_PER_VIEW:
            millions = view.total_counts / 1e6
            sentence = (
                f"The {name} view has {millions:.2f} million counts; "
                "below 1.5 million the Bone Scan Index is less sure."
            )
            flags.append(QualityFlag("low_counts", view.total_counts, GUIDELINE_COUNTS_PER_VIEW, "{counts}", sentence))
        flags += _saturation(view)
        if view.pixel_size_source != "file":
            sentence = (
                f"The pixel size of the {name} view was {view.pixel_size_source}, "
                "not read from the file: areas depend on it."
            )
            flags.append(QualityFlag("pixel_size_not_in_file", view.pixel_size_mm[0], None, "mm", sentence))
    total, wanted = sum(view.total_counts for view in scan.views.values()), 2 * GUIDELINE_COUNTS_PER_VIEW
    if not scan.lossy and len(scan.views) == 2 and total < wanted:
        sentence = f"Both views together have {total / 1e6:.2f} million counts; 3 million are the guideline."
        flags.append(QualityFlag("low_counts_in_all", total, wanted, "{counts}", sentence))
    if scan.lossy:
        sentence = "The picture went through lossy compression: its counts are not those that were acquired."
        flags.append(QualityFlag("lossy_compression", None, None, "", sentence))
    return flags


def _saturation(view: PlanarView) -> list[QualityFlag]:
    highest = float(view.counts.max())
    if highest < _MIN_CEILING:
        return []
    plateaus, count = ndimage.label(view.counts == highest, np.ones((3, 3)))
    if not count:
        return []
    pixels = int(np.bincount(plateaus.ravel())[1:].max())
    if pixels < SATURATED_PIXELS:
        return []
    sentence = (
        f"The {view.view} view is saturated: {pixels} touching pixels have the same highest value of {highest:g}, "
        "so hotter places are cut off."
    )
    return [QualityFlag("saturation", float(pixels), float(SATURATED_PIXELS - 1), "{pixels}", sentence)]
