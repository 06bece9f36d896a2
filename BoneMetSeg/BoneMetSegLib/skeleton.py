"""Where in the skeleton a focus lies: reporting region, side, level; site of physiological uptake (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from .anatomy import REPORTING_REGIONS, SKELETON_CHANNELS, VERTEBRA_LEVELS, channel_index, reporting_region
from .level_counting import counted_level
from .scan import AnyView, PlanarView, Scan, SpectView
from .segmentation import BONE_PROBABILITY, ViewMaps
from .skeleton_volume import site_in_volume

# Below this mean probability a mask does not lie on a bone by itself, and the nearest bone is taken.
_ON_BONE = 0.15
_REACH_MM = 25.0
# Of eight foci of the sternum that the network took for the spine (26 simulated patients) this told five, and it called
# none of the spine's wrong; at 1 it would have been six, and two of the spine's wrong.
_IN_FRONT = 1.2
# Kidneys lie beside T11-L3, the pelvis rotates a little further (anatomy textbooks; broad on purpose).
_KIDNEY_LEVELS = (VERTEBRA_LEVELS.index("T10") + 1, VERTEBRA_LEVELS.index("L4") + 1)
_KIDNEY_FROM_MIDLINE_MM = (20.0, 120.0)
_BLADDER_FROM_MIDLINE_MM = 55.0
# Uptake outside bone has no side within this of the midline (contaminated skin or clothes, urethra).
_NO_SIDE_MM = 10.0
# Farther out there is only an arm, even one of which the field cut off too much to know it.
_BESIDE_THE_BODY_MM = 170.0
_ARM_REGIONS = ("hand", "forearm", "humerus")


@dataclass(frozen=True)
class Place:
    """A place in the skeleton, or a site of physiological uptake.

    Attributes
    ----------
    region : str
        Reporting region or physiological site; "soft_tissue" where no bone is near.
    side : {"left", "right", "midline"}
    level : str
        "L3", "7", or "" where there is none or it cannot be known.
    level_margin : int
        By how much the level may be off: 0 or 1. Not compared: a place is the same however sure it is.
    """

    region: str
    side: str
    level: str
    level_margin: int = field(default=0, compare=False)


def centre_ras_mm(view: AnyView, mask: np.ndarray) -> tuple[float, float]:
    """Return (R, S) in mm of a mask's centre."""
    r_mm, _, s_mm = view.centre_ras_mm(mask)
    return float(r_mm), float(s_mm)


def distance_mm(mask: np.ndarray, pixel_size_mm: tuple[float, ...]) -> np.ndarray:
    """Return each pixel's distance to ``mask``, 0 inside, in mm; sizes are along each axis."""
    return np.asarray(ndimage.distance_transform_edt(~mask, sampling=pixel_size_mm))


def bone_place(scan: Scan, maps: Mapping[str, ViewMaps], masks: Mapping[str, np.ndarray]) -> Place:
    """Return the region, side and level of a focus on bone.

    Parameters
    ----------
    masks : mapping from view to ``(rows, columns)`` or ``(k, j, i)`` bool
        The focus in each view that shows it.
    """
    scores = np.zeros(len(SKELETON_CHANNELS))
    for name, mask in masks.items():
        inside = maps[name].skeleton[:, mask].mean(1)
        if inside.max() < _ON_BONE:
            inside = _near_bone(maps[name], mask, scan.views[name].spacing_by_axis_mm)
        scores += inside * mask.sum() * scan.views[name].element_size
    if scores.max() <= 0:
        return Place("soft_tissue", _side_of_body(scan, maps, masks), "")
    by_region = {
        region.name: max(
            score for channel, score in zip(SKELETON_CHANNELS, scores, strict=True) if channel.region == region.name
        )
        for region in REPORTING_REGIONS
    }
    region = max(by_region, key=lambda name: by_region[name])
    if region == "thoracic_spine" and _is_in_front(scan, maps, masks):
        region = "sternum"
    side = "midline"
    if reporting_region(region).sided:
        side = max(("left", "right"), key=lambda s: scores[channel_index(region, s)])
    return Place(region, side, *counted_level(maps, masks, region, side))


def _is_in_front(scan: Scan, maps: Mapping[str, ViewMaps], masks: Mapping[str, np.ndarray]) -> bool:
    """Say whether a focus where sternum and spine lie over one another is nearer to the front.

    The posterior view never shows the sternum's bone, so that two views vote for the spine; but what lies in front
    counts more in the anterior view, since the body between takes it from the other one.
    """
    mask, view, other = masks.get("anterior"), scan.views.get("anterior"), scan.views.get("posterior")
    if mask is None or not isinstance(view, PlanarView) or not isinstance(other, PlanarView):
        return False
    if view.counts.shape != other.counts.shape:
        return False
    if maps["anterior"].skeleton[channel_index("sternum", "midline")][mask].mean() < BONE_PROBABILITY:
        return False
    there = other.from_anterior_order(view.to_anterior_order(mask))
    return bool(view.counts[mask].mean() > _IN_FRONT * other.counts[there].mean())


def overlapping_places(maps: Mapping[str, ViewMaps], masks: Mapping[str, np.ndarray]) -> list[Place]:
    """Return every bone that a focus lies on, also those behind or before the one that ``bone_place`` chose.

    The sternum lies before the thoracic spine, the scapula behind the ribs: a view does not say which of them is hot.
    """
    found = []
    for index, channel in enumerate(SKELETON_CHANNELS):
        shares = [float(maps[name].skeleton[index][mask].mean()) for name, mask in masks.items()]
        if max(shares, default=0.0) >= _ON_BONE:
            found.append(Place(channel.region, channel.side, *counted_level(maps, masks, channel.region, channel.side)))
    return found


def _near_bone(view_maps: ViewMaps, mask: np.ndarray, pixel_size_mm: tuple[float, ...]) -> np.ndarray:
    """Return a score per channel that falls with the distance of its nearest pixel, 0 beyond reach."""
    distance = distance_mm(mask, pixel_size_mm)
    scores = np.zeros(len(SKELETON_CHANNELS))
    for channel, bone in enumerate(view_maps.bones):
        if bone.any():
            scores[channel] = max(0.0, 1 - distance[bone].min() / _REACH_MM) * _ON_BONE
    return scores


def physiological_place(scan: Scan, maps: Mapping[str, ViewMaps], masks: Mapping[str, np.ndarray]) -> Place:
    """Return the site of physiological uptake: bladder, kidney with side, injection site with side, or soft tissue."""
    side = _side_of_body(scan, maps, masks)
    votes = [_site(scan.views[name], maps[name], mask) for name, mask in masks.items()]
    site = next((vote for vote in votes if vote != "soft_tissue"), "soft_tissue")
    return Place(site, "midline" if site == "bladder" else side, "")


def _site(view: AnyView, view_maps: ViewMaps, mask: np.ndarray) -> str:
    if isinstance(view, PlanarView):
        return _site_in_view(view, view_maps, mask)
    low, high = _KIDNEY_FROM_MIDLINE_MM
    return site_in_volume(
        view,
        view_maps,
        mask,
        _midline_r_mm(view, view_maps.bones),
        is_kidney_level=lambda level: _KIDNEY_LEVELS[0] <= level <= _KIDNEY_LEVELS[1],
        is_beside_spine=lambda from_midline_mm: low < from_midline_mm < high,
        bladder_from_midline_mm=_BLADDER_FROM_MIDLINE_MM,
        beside_the_body_mm=_BESIDE_THE_BODY_MM,
    )


def _site_in_view(view: PlanarView, view_maps: ViewMaps, mask: np.ndarray) -> str:
    bones = view_maps.bones
    r_mm, _ = centre_ras_mm(view, mask)
    from_midline_mm = abs(r_mm - _midline_r_mm(view, bones))
    row = round(float(np.nonzero(mask)[0].mean()))
    arms = _any_of(bones, _ARM_REGIONS)
    if from_midline_mm > _BESIDE_THE_BODY_MM:
        return "injection_site"
    if from_midline_mm > 100 and arms.any() and distance_mm(mask, view.pixel_size_mm)[arms].min() < _REACH_MM:
        return "injection_site"
    pelvis = _any_of(bones, ("pelvis",))
    rows = np.nonzero(pelvis.any(1))[0]
    if len(rows) and rows[0] + 0.3 * (rows[-1] - rows[0]) <= row and from_midline_mm < _BLADDER_FROM_MIDLINE_MM:
        margin_rows = 60.0 / view.pixel_size_mm[0]
        if row <= rows[-1] + margin_rows:
            return "bladder"
    spine = _any_of(bones, ("thoracic_spine", "lumbar_spine"))
    level = view_maps.spine_level[row][spine[row]]
    low, high = _KIDNEY_FROM_MIDLINE_MM
    if len(level) and _KIDNEY_LEVELS[0] <= level.mean() <= _KIDNEY_LEVELS[1] and low < from_midline_mm < high:
        return "kidney"
    return "soft_tissue"


def _any_of(bones: np.ndarray, regions: Sequence[str]) -> np.ndarray:
    chosen = [channel.region in regions for channel in SKELETON_CHANNELS]
    return np.asarray(bones[chosen].any(0))


def _midline_r_mm(view: AnyView, bones: np.ndarray) -> float:
    """R of the spine and sacrum; where none is seen, of the image's centre, or of what is bright in a volume."""
    spine = _any_of(bones, ("cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum"))
    if spine.any():
        return centre_ras_mm(view, spine)[0]
    return centre_ras_mm(view, view.counts > view.counts.mean())[0] if isinstance(view, SpectView) else 0.0


def _side_of_body(scan: Scan, maps: Mapping[str, ViewMaps], masks: Mapping[str, np.ndarray]) -> str:
    name = max(masks, key=lambda view: masks[view].sum())
    view = scan.views[name]
    r_mm = centre_ras_mm(view, masks[name])[0] - _midline_r_mm(view, maps[name].bones)
    if abs(r_mm) < _NO_SIDE_MM:
        return "midline"
    return "right" if r_mm > 0 else "left"
