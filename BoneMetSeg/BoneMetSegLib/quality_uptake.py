"""Flags about uptake: injection site, bladder, and bone too faint beside soft tissue (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .body_outline import BodyOutline
from .hot_spots import HotSpot
from .quality_flag import QualityFlag
from .scan import PlanarScan

# Conventions of this program, without a guideline behind them: a share of a view's counts beside the vein that the
# rest of the body lacks, and a bladder that covers sacrum and pubis.
EXTRAVASATION_PERCENT = 5.0
LARGE_BLADDER_MM2 = 8000.0
# Simulated scans have 2 to 8 (Testing/benchmarks/measure_quality.py): what lies well below is unlike anything the model
# has seen. There is no upper limit: where soft tissue has vanished (superscan) it cannot be told from air.
LEAST_CONTRAST = 1.5


def uptake_flags(
    scan: PlanarScan, outlines: Mapping[str, BodyOutline], hot_spots: Sequence[HotSpot] | None
) -> list[QualityFlag]:
    """Return flags of injection site and bladder found, extravasation, a large bladder, and poor contrast.

    Parameters
    ----------
    scan : PlanarScan
    outlines : mapping from view to BodyOutline
    hot_spots : sequence of HotSpot, optional
        Without them nothing is said of injection site and bladder.
    """
    flags = []
    for spot in hot_spots or ():
        if spot.region == "injection_site":
            flags += _injection_site(scan, spot)
        elif spot.region == "bladder":
            flags += _bladder(spot)
    for name, outline in outlines.items():
        flags += _contrast(name, outline)
    return flags


def _injection_site(scan: PlanarScan, spot: HotSpot) -> list[QualityFlag]:
    area_mm2 = max(view.area_mm2 for view in spot.views.values())
    where = "" if spot.side == "midline" else f" {spot.side}"
    sentence = f"The{where} injection site is in the picture ({area_mm2:.0f} mm2, {spot.id}); it is no lesion."
    flags = [QualityFlag("injection_site_found", area_mm2, None, "mm2", sentence)]
    percent = max(
        100 * float(scan.views[name].counts[view.mask].sum(dtype=np.float64)) / scan.views[name].total_counts
        for name, view in spot.views.items()
    )
    if percent > EXTRAVASATION_PERCENT:
        sentence = (
            f"{percent:.0f} % of a view's counts lie at the{where} injection site ({spot.id}, {area_mm2:.0f} mm2): "
            "with that much beside the vein, uptake elsewhere is too low."
        )
        flags.append(QualityFlag("extravasation", percent, EXTRAVASATION_PERCENT, "%", sentence))
    return flags


def _bladder(spot: HotSpot) -> list[QualityFlag]:
    area_mm2 = max(view.area_mm2 for view in spot.views.values())
    sentence = f"The bladder is seen ({area_mm2:.0f} mm2, {spot.id}); it is no lesion."
    flags = [QualityFlag("bladder_found", area_mm2, None, "mm2", sentence)]
    if area_mm2 > LARGE_BLADDER_MM2:
        sentence = (
            f"The bladder is large ({area_mm2:.0f} mm2, {spot.id}): it may hide foci of the sacrum and the pubis."
        )
        flags.append(QualityFlag("bladder_large", area_mm2, LARGE_BLADDER_MM2, "mm2", sentence))
    return flags


def body_contrast(outline: BodyOutline) -> float:
    """Return the ratio of bright (95th percentile) to faint (30th) counts of trunk and thighs: bone to soft tissue."""
    tall = outline.rows
    part = slice(outline.first_row + int(0.15 * tall), outline.first_row + int(0.7 * tall))
    faint, bright = np.percentile(outline.counts[part][outline.mask[part]], (30, 95))
    return float(bright / faint)


def _contrast(name: str, outline: BodyOutline) -> list[QualityFlag]:
    contrast = body_contrast(outline)
    if contrast >= LEAST_CONTRAST:
        return []
    sentence = (
        f"In the {name} view bone hardly stands out of soft tissue (ratio {contrast:.1f}): early image, poor uptake, "
        "or no bone scan."
    )
    return [QualityFlag("uptake_out_of_range", contrast, LEAST_CONTRAST, "{ratio}", sentence)]
