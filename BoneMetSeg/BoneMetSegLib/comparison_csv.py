"""``lesions.csv``: a row for each lesion, with its state at each scan (floor 5)."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from .comparison import Comparison, LesionAt

PLACE_COLUMNS = ("lesion", "region", "side", "level")
SCAN_COLUMNS = ("state", "hot_spots", "area_mm2", "area_factor", "ratio", "uptake", "shape")


def write_lesion_csv(path: Path, comparison: Comparison) -> None:
    """Write a row per lesion; columns ``S1_state``, ``S1_area_mm2``, ... for each scan."""
    columns = [*PLACE_COLUMNS, *(f"{scan.id}_{column}" for scan in comparison.scans for column in SCAN_COLUMNS)]
    # With a byte order mark, as hot_spots.csv has it, for spreadsheet programs on Windows.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        for lesion in comparison.lesions:
            row = {"lesion": lesion.id, "region": lesion.region, "side": lesion.side, "level": lesion.level}
            for scan, at in zip(comparison.scans, lesion.at, strict=True):
                row |= {f"{scan.id}_{column}": value for column, value in _cells(at).items()}
            writer.writerow(row)


def _cells(at: LesionAt) -> dict[str, str]:
    return {
        "state": at.state,
        "hot_spots": " ".join((*at.spots, *at.other_spots)),
        "area_mm2": _number(at.area_mm2, 1) if at.spots else "",
        "area_factor": _number(at.area_factor, 2),
        "ratio": _number(at.ratio, 2),
        "uptake": at.uptake,
        "shape": at.shape,
    }


def _number(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"
