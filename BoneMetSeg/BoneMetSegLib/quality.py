"""What limits the result: views, counts, pixel size, compression; each a flag with value and limit (floor 4)."""

from __future__ import annotations

from dataclasses import dataclass

from .scan import VIEWS, PlanarScan

# Counts per view of a guideline whole-body scan; the error of BSI grows below it (Anand, J Nucl Med 2016;57:1865:
# 0.20 +- 0.26 at 1.5 M, 0.57 +- 0.38 at 0.5 M, 4.67 +- 0.85 at 0.2 M).
GUIDELINE_COUNTS_PER_VIEW = 1.5e6


@dataclass(frozen=True)
class QualityFlag:
    """One thing the reader should know about the scan.

    Attributes
    ----------
    name : str
        Identifier.
    value, limit : float or None
        What was found, and the limit it missed, in ``units``; None where it is no number.
    units : str
    sentence : str
        For the reader.
    """

    name: str
    value: float | None
    limit: float | None
    units: str
    sentence: str


def quality_flags(scan: PlanarScan) -> list[QualityFlag]:
    """Return the flags of a scan, none for a complete two-view scan of enough counts."""
    flags = []
    missing = [view for view in VIEWS if view not in scan.views]
    if missing:
        sentence = f"There is no {missing[0]} view: foci that only it would show are missed."
        flags.append(QualityFlag("view_missing", 1.0, 2.0, "views", sentence))
    for name, view in scan.views.items():
        if not scan.lossy and view.total_counts < GUIDELINE_COUNTS_PER_VIEW:
            millions = view.total_counts / 1e6
            sentence = (
                f"The {name} view has {millions:.2f} million counts; "
                "below 1.5 million the Bone Scan Index is less sure."
            )
            flags.append(QualityFlag("low_counts", view.total_counts, GUIDELINE_COUNTS_PER_VIEW, "{counts}", sentence))
        if view.pixel_size_source != "file":
            sentence = (
                f"The pixel size of the {name} view was {view.pixel_size_source}, "
                "not read from the file: areas depend on it."
            )
            flags.append(QualityFlag("pixel_size_not_in_file", view.pixel_size_mm[0], None, "mm", sentence))
    if scan.lossy:
        sentence = "The picture went through lossy compression: its counts are not those that were acquired."
        flags.append(QualityFlag("lossy_compression", None, None, "", sentence))
    return flags
