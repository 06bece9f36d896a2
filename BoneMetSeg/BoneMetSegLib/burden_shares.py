"""How much of the skeleton's mass lesions take, by bone and by region: the parts of the Bone Scan Index (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .anatomy import SKELETON_CHANNELS
from .burden_draws import DRAWS, LesionDraws
from .burden_weights import WeightedBone
from .hot_spots import HotSpot
from .scan import PlanarScan
from .segmentation import Segmentation

# A sliver of bone at the view's edge gives no fraction worth having.
MIN_BONE_AREA_MM2 = 200.0

PlaceKey = tuple[str, str]
"""Region and side."""


def places_of(bone: WeightedBone) -> set[PlaceKey]:
    """Return the regions and sides that are weighed as this bone."""
    return {(SKELETON_CHANNELS[index].region, SKELETON_CHANNELS[index].side) for index in bone.channels}


def bone_share(
    scan: PlanarScan, segmentation: Segmentation, bone: WeightedBone, lesions: Sequence[HotSpot], view_rule: str
) -> dict[PlaceKey, float] | None:
    """Return the % of skeletal mass that lesions take of a bone, by the region they lie in.

    Parameters
    ----------
    lesions : sequence of HotSpot
        Those of this bone; pixels that several take count once.

    Returns
    -------
    dict or None
        Empty without a lesion; None where no view shows the bone, or none that shows it shows its lesions.
    """
    views = [fractions for name in scan.views if (fractions := _in_view(scan, segmentation, name, bone, lesions))]
    if not views or (lesions and not any(fractions.get(place) for fractions in views for place in fractions)):
        return None
    if view_rule == "max":
        views = [max(views, key=lambda fractions: sum(fractions.values()))]
    places = {(spot.region, spot.side) for spot in lesions}
    return {
        place: bone.mass_percent * float(np.mean([fractions.get(place, 0.0) for fractions in views]))
        for place in places
    }


def _in_view(
    scan: PlanarScan, segmentation: Segmentation, name: str, bone: WeightedBone, lesions: Sequence[HotSpot]
) -> dict[PlaceKey, float]:
    """Return lesion area over bone area in a view, by region, in all at most 1; empty where it does not show the bone.

    A bone that is shown has an entry ("", ""), so that one without a lesion is told from one that is not shown.
    """
    shown, size = segmentation.views[name].silhouette(bone.channels)
    if size * scan.views[name].pixel_area_mm2 < MIN_BONE_AREA_MM2:
        return {}
    own: dict[PlaceKey, list[np.ndarray]] = {}
    for spot in lesions:
        if name in spot.views:
            own.setdefault((spot.region, spot.side), []).append(spot.views[name].pixels)
    fractions = {("", ""): 0.0}
    if own:
        taken = {place: union(pixels) for place, pixels in own.items()}
        together = union(list(taken.values()))
        # A lesion may reach a pixel beyond the bone's silhouette; the bone is then at least as large as the two.
        whole = size + int(np.count_nonzero(~shown.flat[together]))
        once = len(together) / sum(len(pixels) for pixels in taken.values())
        fractions |= {place: once * len(pixels) / whole for place, pixels in taken.items()}
    return fractions


def union(pixels: Sequence[np.ndarray]) -> np.ndarray:
    """Return the flat indices that any of some sets of them holds."""
    return pixels[0] if len(pixels) == 1 else np.unique(np.concatenate(pixels))


def drawn_shares(
    scan: PlanarScan,
    segmentation: Segmentation,
    bones: Sequence[WeightedBone],
    drawn: Sequence[LesionDraws],
    view_rule: str,
) -> dict[PlaceKey, np.ndarray]:
    """Return the % of skeletal mass by region as ``bone_share`` does, of draws: ``(DRAWS,)`` each."""
    shares: dict[PlaceKey, np.ndarray] = {}
    for bone in bones:
        places = places_of(bone)
        own = [one for one in drawn if (one.spot.region, one.spot.side) in places]
        views = [fractions for name in scan.views if (fractions := _drawn_in_view(scan, segmentation, name, bone, own))]
        if not own or not views:
            continue
        if view_rule == "max":
            sums = np.array([np.sum(list(fractions.values()), axis=0) for fractions in views])
            weights = np.arange(len(views))[:, None] == sums.argmax(0)
        else:
            weights = np.full((len(views), DRAWS), 1 / len(views))
        for place in {(one.spot.region, one.spot.side) for one in own}:
            fractions_of = np.array([fractions.get(place, np.zeros(DRAWS)) for fractions in views])
            shares[place] = shares.get(place, 0.0) + bone.mass_percent * (weights * fractions_of).sum(0)
    return shares


def _drawn_in_view(
    scan: PlanarScan, segmentation: Segmentation, name: str, bone: WeightedBone, drawn: Sequence[LesionDraws]
) -> Mapping[PlaceKey, np.ndarray]:
    shown, size = segmentation.views[name].silhouette(bone.channels)
    if size * scan.views[name].pixel_area_mm2 < MIN_BONE_AREA_MM2:
        return {}
    taken: dict[PlaceKey, np.ndarray] = {("", ""): np.zeros(DRAWS)}
    whole = np.full(DRAWS, float(size))
    for one in drawn:
        if name in one.elements:
            place = (one.spot.region, one.spot.side)
            taken[place] = taken.get(place, 0.0) + one.elements[name]
            whole += one.elements[name] * share_outside(shown, one.spot.views[name].pixels)
    whole = np.maximum(whole, np.sum(list(taken.values()), axis=0))
    return {place: elements / whole for place, elements in taken.items()}


def share_outside(shown: np.ndarray, pixels: np.ndarray) -> float:
    """Return the share of a lesion's pixels that lie outside of a silhouette."""
    return float(np.count_nonzero(~shown.flat[pixels]) / max(len(pixels), 1))
