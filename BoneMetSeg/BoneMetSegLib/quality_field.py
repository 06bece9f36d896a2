"""Flags about what the picture holds of the body: a view missing, no body, head, feet or arms cut off (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from .body_outline import BodyOutline
from .quality_flag import QualityFlag
from .scan import VIEWS, PlanarScan, PlanarView

# The body reaches an edge of the field along at least this length. Tips of fingers and toes are narrower, the blur and
# scatter around a body that ends inside the field is fainter than the outline's threshold.
CLIPPED_MM = 50.0
_BAND_MM = 8.0


def field_flags(scan: PlanarScan, outlines: Mapping[str, BodyOutline]) -> list[QualityFlag]:
    """Return flags of a missing view, of a view without a body, and of a body that goes on beyond the field."""
    flags = []
    missing = [view for view in VIEWS if view not in scan.views]
    if missing:
        sentence = f"There is no {missing[0]} view: foci that only it would show are missed."
        flags.append(QualityFlag("view_missing", float(len(scan.views)), 2.0, "views", sentence))
    for name, view in scan.views.items():
        if name in outlines:
            flags += _clipped(view, outlines[name])
        else:
            sentence = f"In the {name} view no body stands out: cut edges, motion, side and uptake were not checked."
            flags.append(QualityFlag("body_not_found", None, None, "", sentence))
    return flags


def _clipped(view: PlanarView, outline: BodyOutline) -> list[QualityFlag]:
    height_mm, width_mm = view.pixel_size_mm
    field = view.counts[_scanned_rows(view.counts)].astype(np.float32) - np.float32(outline.background)
    deep, broad = max(1, round(_BAND_MM / height_mm)), max(1, round(_BAND_MM / width_mm))
    edges = {
        "head": (field[:deep].mean(0), width_mm),
        "feet": (field[-deep:].mean(0), width_mm),
        "first column": (field[:, :broad].mean(1), height_mm),
        "last column": (field[:, -broad:].mean(1), height_mm),
    }
    lengths = {edge: _length_mm(band, pixel_mm, outline.threshold) for edge, (band, pixel_mm) in edges.items()}
    flags = []
    for part in ("head", "feet"):
        if lengths[part] > CLIPPED_MM:
            end = "top" if part == "head" else "bottom"
            sentence = (
                f"The {view.view} view cuts the {'head' if part == 'head' else 'legs or feet'} off: the body goes on "
                f"over {lengths[part]:.0f} mm of its {end} edge."
            )
            flags.append(QualityFlag(f"clipped_{part}", lengths[part], CLIPPED_MM, "mm", sentence))
    side_mm = max(lengths["first column"], lengths["last column"])
    if side_mm > CLIPPED_MM:
        sentence = f"The {view.view} view cuts an arm or the trunk off over {side_mm:.0f} mm of its side edge."
        flags.append(QualityFlag("clipped_side", side_mm, CLIPPED_MM, "mm", sentence))
    return flags


def _scanned_rows(counts: np.ndarray) -> slice:
    """Return the rows that hold counts: cameras pad the matrix above and below with zeros."""
    filled = np.flatnonzero(counts.any(1))
    return slice(int(filled[0]), int(filled[-1]) + 1)


def _length_mm(band: np.ndarray, pixel_mm: float, threshold: float) -> float:
    return float((ndimage.gaussian_filter1d(band, 8.0 / pixel_mm, mode="nearest") > threshold).sum() * pixel_mm)
