"""Flags about what limits the burden: superscan, skeleton, bladder over bone, counts (floor 4).

They follow the reader's decisions, so they are made anew with every change; all of them take a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .anatomy import SKELETON_CHANNELS, channel_index
from .burden import SUPERSCAN_PERCENT, Burden
from .burden_spect import SpectBurden
from .hot_spots import HotSpot
from .quality_flag import QualityFlag
from .scan import PlanarScan, Scan
from .segmentation import Segmentation

BURDEN_FLAGS = ("superscan", "skeleton_not_recognised", "bladder_over_sacrum", "bladder_over_pubis", "bsi_unreliable")

# Conventions of this program, without a guideline behind them.
UNRELIABLE_COUNTS = 0.75e6
"""Half of the guideline's counts per view. The published error of BSI is 0.57 at 0.5 million and 4.67 at 0.2 million
(Anand, J Nucl Med 2016;57:1865)."""
COVERED_PERCENT = 25.0
"""Of sacrum or pubis, in the view in which the bladder covers least of it."""
_PUBIS_LOWER_SHARE = 0.4
_PUBIS_FROM_MIDLINE_MM = 60.0
# Bones without which no burden can be placed, from head to feet, and the least area at which one counts as seen.
_MAIN_BONES = ("skull", "thoracic_spine", "lumbar_spine", "ribs", "pelvis", "femur")
_LEAST_BONE_MM2 = 1500.0
_MOST_MISSING = 1


def with_burden_flags(
    flags: Sequence[QualityFlag],
    scan: Scan,
    segmentation: Segmentation,
    hot_spots: Sequence[HotSpot],
    burden: Burden | SpectBurden,
) -> list[QualityFlag]:
    """Return the flags of a scan with those of its burden as it is now, instead of those that were among them."""
    others = [flag for flag in flags if flag.name not in BURDEN_FLAGS]
    if not isinstance(scan, PlanarScan) or not isinstance(burden, Burden):
        return others
    return [
        *others,
        *_superscan(burden),
        *_skeleton(scan, segmentation),
        *_bladder(scan, segmentation, hot_spots),
        *_counts(scan),
    ]


def _superscan(burden: Burden) -> list[QualityFlag]:
    if not burden.axial_percent > SUPERSCAN_PERCENT:
        return []
    sentence = (
        f"Superscan: lesions take {burden.axial_percent:.0f} % of ribs, spine and pelvis. The Bone Scan Index no "
        "longer follows the disease."
    )
    return [QualityFlag("superscan", burden.axial_percent, SUPERSCAN_PERCENT, "%", sentence)]


def _skeleton(scan: PlanarScan, segmentation: Segmentation) -> list[QualityFlag]:
    """Flag main bones that no view shows, and main bones out of order from head to feet."""
    heights: dict[str, float] = {}
    for region in _MAIN_BONES:
        channels = tuple(index for index, channel in enumerate(SKELETON_CHANNELS) if channel.region == region)
        for name, view in scan.views.items():
            shown, size = segmentation.views[name].silhouette(channels)
            if size * view.pixel_area_mm2 >= _LEAST_BONE_MM2:
                rows = np.flatnonzero(shown.any(1))
                heights[region] = max(heights.get(region, -np.inf), -float(rows.mean()) * view.pixel_size_mm[0])
    missing = [region for region in _MAIN_BONES if region not in heights]
    column = [heights[region] for region in ("skull", "thoracic_spine", "lumbar_spine", "femur") if region in heights]
    if len(missing) <= _MOST_MISSING and column == sorted(column, reverse=True):
        return []
    sentence = (
        f"The skeleton is not recognised well ({len(missing)} of {len(_MAIN_BONES)} main bones are not found): "
        "regions, levels and the Bone Scan Index may be wrong."
    )
    return [QualityFlag("skeleton_not_recognised", float(len(missing)), float(_MOST_MISSING), "{bones}", sentence)]


def _bladder(scan: PlanarScan, segmentation: Segmentation, hot_spots: Sequence[HotSpot]) -> list[QualityFlag]:
    bladders = [spot for spot in hot_spots if spot.region == "bladder"]
    flags = []
    for part, words in (("sacrum", "sacrum"), ("pubis", "pubis")):
        percents = [
            percent
            for name in scan.views
            if (percent := _covered(scan, segmentation, name, bladders, part)) is not None
        ]
        if percents and min(percents) >= COVERED_PERCENT:
            sentence = (
                f"The bladder lies over {min(percents):.0f} % of the {words} in every view: a lesion there may be "
                "hidden, and the Bone Scan Index too low."
            )
            flags.append(QualityFlag(f"bladder_over_{part}", min(percents), COVERED_PERCENT, "%", sentence))
    return flags


def _covered(
    scan: PlanarScan, segmentation: Segmentation, name: str, bladders: Sequence[HotSpot], part: str
) -> float | None:
    """Return the share of a bone that bladders cover in a view, %; None where the view does not show it."""
    maps, view = segmentation.views[name], scan.views[name]
    sacrum, _ = maps.silhouette((channel_index("sacrum", "midline"),))
    bone = sacrum
    if part == "pubis":
        pelvis, size = maps.silhouette((channel_index("pelvis", "left"), channel_index("pelvis", "right")))
        if not size:
            return None
        rows, columns = np.nonzero(pelvis)
        lower = rows.max() - _PUBIS_LOWER_SHARE * (rows.max() - rows.min())
        midline = columns.mean()
        near = np.abs(np.arange(pelvis.shape[1]) - midline) * view.pixel_size_mm[1] <= _PUBIS_FROM_MIDLINE_MM
        bone = pelvis & near & (np.arange(pelvis.shape[0]) >= lower)[:, None]
    area = int(np.count_nonzero(bone))
    if area * view.pixel_area_mm2 < _LEAST_BONE_MM2 / 3:
        return None
    pixels = [spot.views[name].pixels for spot in bladders if name in spot.views]
    return 100 * sum(int(np.count_nonzero(bone.flat[own])) for own in pixels) / area


def _counts(scan: PlanarScan) -> list[QualityFlag]:
    fewest = min(view.total_counts for view in scan.views.values())
    if scan.lossy or fewest >= UNRELIABLE_COUNTS:
        return []
    sentence = (
        f"The Bone Scan Index is unreliable at these counts ({fewest / 1e6:.2f} million in a view): below 0.75 million "
        "faint lesions are missed and noise is taken for lesions."
    )
    return [QualityFlag("bsi_unreliable", fewest, UNRELIABLE_COUNTS, "{counts}", sentence)]
