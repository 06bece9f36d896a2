"""Lesion burden: count, area, Bone Scan Index, extent of disease (floor 4).

Bone Scan Index (Imbriaco 1998): the sum over bones of the fraction of the bone that is involved times the bone's share
of the skeleton's mass. The planar form takes areas: lesion area over the bone's area in a view. How two views make
one fraction is not published; it is a named rule, printed beside every figure. Never comparable with aBSI or other
products.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .anatomy import SKELETON_CHANNELS, ReportingRegion, reporting_region
from .burden_spect import SpectBurden, measure_spect_burden
from .errors import InputError
from .hot_spots import HotSpot
from .resources import resource_path
from .scan import PlanarScan, Scan, SpectScan
from .segmentation import Segmentation

VIEW_RULES = ("mean", "max")
DEFAULT_VIEW_RULE = "max"
# A sliver of bone at the view's edge gives no fraction worth having.
MIN_BONE_AREA_MM2 = 200.0
EOD_NAME = "Soloway"


@dataclass(frozen=True)
class Burden:
    """The burden of the accepted metastases.

    Attributes
    ----------
    lesion_count : int
        Accepted metastases.
    lesion_area_mm2 : mapping from view to float
    bsi_percent : float
        Bone Scan Index, % of skeletal mass; NaN where no bone could be measured.
    bsi_by_region_percent : mapping
        Share of each weighted bone ("spine", "ribs", "femur_left", ...), % of skeletal mass.
    weights_name, view_rule : str
        Printed beside every BSI.
    eod_grade : int
        Soloway's extent of disease, 0-3 by the number of lesions; grade 4 (superscan) is not told from the count.
    unmeasured : tuple of str
        Weighted bones with lesions that no view shows well enough to measure; ``bsi_percent`` leaves them out.
    """

    lesion_count: int
    lesion_area_mm2: Mapping[str, float]
    bsi_percent: float
    bsi_by_region_percent: Mapping[str, float]
    weights_name: str
    view_rule: str
    eod_grade: int
    unmeasured: tuple[str, ...] = ()


@dataclass(frozen=True)
class _WeightedBone:
    """What the weights weigh as one: its skeleton channels and its share of skeletal mass."""

    name: str
    channels: tuple[int, ...]
    mass_percent: float


def weighted_bones(weights_file: Path | None = None) -> tuple[str, tuple[_WeightedBone, ...]]:
    """Return the weights' name and the bones they weigh.

    Parameters
    ----------
    weights_file : pathlib.Path, optional
        JSON as ``Resources/Burden/skeletal_mass_v1.json``, which is the default.

    Raises
    ------
    InputError
        The file is not of that form, or lacks a bone of the anatomy table.
    """
    path = weights_file or resource_path("Burden", "skeletal_mass_v1.json")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        name, bones = str(data["name"]), data["bones"]
        channels: dict[str, list[int]] = {}
        masses: dict[str, float] = {}
        for index, channel in enumerate(SKELETON_CHANNELS):
            region = reporting_region(channel.region)
            if not region.bsi_bones:
                continue
            mass, per_side = _mass(path.name, bones, region)
            # Bones that are weighed as one but drawn apart (radius and ulna; the parts of the spine) share a name.
            unit = f"{channel.region}_{channel.side}" if per_side else "+".join(region.bsi_bones)
            channels.setdefault(unit, []).append(index)
            masses[unit] = mass
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path.name} is not a table of skeletal mass: it needs a name and bones") from error
    return name, tuple(_WeightedBone(unit, tuple(channels[unit]), mass) for unit, mass in masses.items())


def _mass(file: str, bones: Mapping[str, Any], region: ReportingRegion) -> tuple[float, bool]:
    """Return a region's share of skeletal mass in percent, and whether it is that of each side."""
    for bone in region.bsi_bones:
        if bone not in bones:
            raise InputError(f"{file} lacks the bone {bone!r}")
        mass = bones[bone]["mass_percent"]
        if isinstance(mass, bool) or not isinstance(mass, (int, float)) or not 0 < mass <= 100:
            raise InputError(f"{file} gives {bone!r} a mass of {mass!r}; it is a percentage above 0")
    per_side = {bones[bone]["per_side"] for bone in region.bsi_bones}
    if len(per_side) > 1 or (True in per_side and not region.sided):
        raise InputError(
            f"{file} weighs {' and '.join(region.bsi_bones)} per side, which does not fit {region.term_en}"
        )
    return math.fsum(bones[bone]["mass_percent"] for bone in region.bsi_bones), per_side == {True}


def burden_of(scan: Scan, segmentation: Segmentation, hot_spots: Sequence[HotSpot]) -> Burden | SpectBurden:
    """Measure the accepted metastases of a planar scan or of a volume."""
    if isinstance(scan, SpectScan):
        return measure_spect_burden(scan, hot_spots)
    return measure_burden(scan, segmentation, hot_spots)


def measure_burden(
    scan: PlanarScan,
    segmentation: Segmentation,
    hot_spots: Sequence[HotSpot],
    *,
    view_rule: str = DEFAULT_VIEW_RULE,
    weights_file: Path | None = None,
) -> Burden:
    """Measure the accepted metastases.

    Parameters
    ----------
    view_rule : {"max", "mean"}
        A bone's involved fraction is the larger one of the two views, or their mean, over the views that show the bone.
    weights_file : pathlib.Path, optional
        Another table of skeletal mass.

    Raises
    ------
    InputError
        Unknown view rule.
    """
    if view_rule not in VIEW_RULES:
        raise InputError(f"view rule {view_rule!r} is not one of {', '.join(VIEW_RULES)}")
    lesions = [spot for spot in hot_spots if spot.accepted and spot.hot_spot_class == "metastasis"]
    name, bones = weighted_bones(weights_file)
    shares: dict[str, float] = {}
    unmeasured = []
    for bone in bones:
        places = {(SKELETON_CHANNELS[index].region, SKELETON_CHANNELS[index].side) for index in bone.channels}
        own = [spot for spot in lesions if (spot.region, spot.side) in places]
        fractions = [
            fraction for view in scan.views if (fraction := _fraction(scan, segmentation, view, bone, own)) is not None
        ]
        if own and not any(fractions):
            unmeasured.append(bone.name)  # no view shows both the bone and its lesion
        elif fractions:
            fraction = max(fractions) if view_rule == "max" else float(np.mean(fractions))
            shares[bone.name] = fraction * bone.mass_percent
    areas = {view: sum(spot.views[view].area_mm2 for spot in lesions if view in spot.views) for view in scan.views}
    total = sum(shares.values()) if shares else float("nan")
    return Burden(len(lesions), areas, total, shares, name, view_rule, _eod(len(lesions)), tuple(unmeasured))


def _fraction(
    scan: PlanarScan, segmentation: Segmentation, view: str, bone: _WeightedBone, lesions: Sequence[HotSpot]
) -> float | None:
    """Return lesion area over bone area in a view, at most 1; None where the view does not show the bone."""
    shown = segmentation.views[view].bones[list(bone.channels)].any(0)
    involved = np.zeros_like(shown)
    for spot in lesions:
        if view in spot.views:
            involved |= spot.views[view].mask
    if shown.sum() * scan.views[view].pixel_area_mm2 < MIN_BONE_AREA_MM2:
        return None
    # A lesion may reach a pixel beyond the bone's silhouette; the bone is then at least as large as the two together.
    return float(involved.sum() / (shown | involved).sum())


def _eod(count: int) -> int:
    """Soloway's grades by number: 0 none, 1 fewer than six, 2 six to twenty, 3 more (superscan, 4, is not a count)."""
    if count == 0:
        return 0
    return 1 if count < 6 else 2 if count <= 20 else 3
