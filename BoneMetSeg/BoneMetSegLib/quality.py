"""What limits the result, of everything that can be measured; each a flag with value and limit (floor 4)."""

from __future__ import annotations

from collections.abc import Sequence

from .body_outline import body_outline
from .hot_spots import HotSpot
from .quality_counts import GUIDELINE_COUNTS_PER_VIEW, count_flags
from .quality_field import field_flags
from .quality_flag import QualityFlag
from .quality_motion import motion_flags
from .quality_places import place_flags
from .quality_report import report_flags
from .quality_timing import timing_flags
from .quality_uptake import uptake_flags
from .quality_views import view_flags
from .scan import Scan, SpectScan
from .segmentation import Segmentation

__all__ = ["GUIDELINE_COUNTS_PER_VIEW", "QualityFlag", "quality_flags"]


def quality_flags(
    scan: Scan, *, hot_spots: Sequence[HotSpot] | None = None, segmentation: Segmentation | None = None
) -> list[QualityFlag]:
    """Return the flags of a scan, and of its report.

    Parameters
    ----------
    scan : PlanarScan or SpectScan
        Of SPECT only time and report are looked at.
    hot_spots : sequence of HotSpot, optional
        What was found in it; injection site and bladder are told from these.
    segmentation : Segmentation, optional
        Whether its report belongs to the scan is told from it.

    Returns
    -------
    list of QualityFlag
        None for a complete two-view scan of enough counts, in which nothing is odd; what is only told (injection site
        and bladder found) has no limit.
    """
    if isinstance(scan, SpectScan):
        return [*timing_flags(scan), *report_flags(segmentation)]
    outlines = {name: outline for name, view in scan.views.items() if (outline := body_outline(view)) is not None}
    return [
        *field_flags(scan, outlines),
        *count_flags(scan),
        *view_flags(scan, outlines),
        *motion_flags(scan, outlines),
        *timing_flags(scan),
        *uptake_flags(scan, outlines, hot_spots),
        *(place_flags(scan, segmentation, hot_spots) if segmentation is not None and hot_spots is not None else ()),
        *report_flags(segmentation),
    ]
