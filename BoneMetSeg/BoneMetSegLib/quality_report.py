"""A flag about the report: it may be of another scan (floor 4)."""

from __future__ import annotations

from .quality_flag import QualityFlag
from .segmentation import Segmentation

LEAST_REPORT_FIT = 0.5
"""Where the bundle gives no threshold ``report_fit``."""


def report_flags(segmentation: Segmentation | None) -> list[QualityFlag]:
    """Return the flag of a report that fits the scan badly; none without a report.

    What such a report says changes the finding little already: the network scales it by the same probability.
    """
    if segmentation is None or segmentation.report_fit is None:
        return []
    fit = segmentation.report_fit
    limit = float(segmentation.thresholds.get("report_fit", LEAST_REPORT_FIT))
    if fit >= limit:
        return []
    sentence = (
        f"The report may belong to another scan: by what the image shows, the probability that it is of this one is "
        f"{fit:.2f}. Check name, date and examination."
    )
    return [QualityFlag("report_of_another_scan", fit, limit, "1", sentence)]
