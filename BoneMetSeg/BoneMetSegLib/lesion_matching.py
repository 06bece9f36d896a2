"""Which hot spots of two registered scans are the same lesion: one to one, split and merged (floor 4).

Pairs are chosen together (least sum of distances; to stay alone has its price), not one after the other, so that two
neighbours are not exchanged.
Levels of vertebrae and ribs settle what the distance leaves open. What then stands alone but lies on a partner of
another pair is a piece of it: a lesion that split, or two that merged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from .anatomy import RIB_LEVELS, VERTEBRA_LEVELS
from .hot_spots import HotSpot

# Outlines this near after registration may be one lesion: the registration's error (docs/followup.md) and an outline's.
NEAR_MM = 10.0
# The same for outlines in different views, where one view shows a lesion at one time and the other at the other.
_NEAR_ACROSS_VIEWS_MM = 6.0
_LEVEL_COST_MM, _REGION_COST_MM = 4.0, 6.0
# Beyond twice the area, for each factor of e.
_SIZE_COST_MM = 4.0
# A pair that costs more than this is two lesions, one gone and one new; so no chain of exchanged neighbours saves one.
_MOST_COST_MM = 20.0
# Of two outlines that mostly lie on each other the middles say little: large lesions grow to one side.
_COVERED_COST_MM = 10.0
# A hot spot this many times smaller may be what is left of a larger one.
_REMNANT_FACTOR = 2.0
# Outlines on one vertebra or rib that lie this near touch, as far as the registration can tell: a lesion that grows or
# shrinks to one side has its middle elsewhere, and its neighbour one time is itself the other time.
_TOUCHING_MM = 4.0
# A point within this of another outline lies on it, and a piece lies on a lesion with at least this share.
_ON_MM, PIECE_SHARE = 3.0, 0.7
_SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum")


@dataclass(frozen=True)
class PlacedSpot:
    """A hot spot on the common plane of the scans.

    Attributes
    ----------
    spot : HotSpot
    points_mm : mapping from view to numpy.ndarray
        ``(n, 2)`` (x, y) of its pixels, registered to the reference scan.
    """

    spot: HotSpot
    points_mm: Mapping[str, np.ndarray]

    @cached_property
    def trees(self) -> Mapping[str, cKDTree]:
        """For distances, by view."""
        return {view: cKDTree(points) for view, points in self.points_mm.items()}

    @cached_property
    def centres_mm(self) -> Mapping[str, np.ndarray]:
        """Middle (x, y) by view."""
        return {view: points.mean(0) for view, points in self.points_mm.items()}


def match(before: Sequence[PlacedSpot], after: Sequence[PlacedSpot]) -> list[tuple[int, int]]:
    """Return links (index before, index after) of hot spots that are the same lesion.

    Several links from one hot spot: it split; several to one: they merged.
    """
    if not before or not after:
        return []
    cost = np.array([[_cost_mm(one, other) for other in after] for one in before])
    # A hot spot may stay alone: beside its partners each has a place of its own, at half the most that a pair may cost.
    count = len(before) + len(after)
    prices = np.full((count, count), _MOST_COST_MM / 2)
    prices[: len(before), : len(after)] = np.minimum(cost, 1e4)
    prices[len(before) :, len(after) :] = 0.0
    pairs = zip(*linear_sum_assignment(prices), strict=True)
    links = [
        (int(one), int(other))
        for one, other in pairs
        if one < len(before) and other < len(after) and cost[one, other] <= _MOST_COST_MM
    ]
    return links + _pieces(before, after, links)


def _pieces(
    before: Sequence[PlacedSpot], after: Sequence[PlacedSpot], links: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    more = []
    lone_after = set(range(len(after))) - {other for _, other in links}
    lone_before = set(range(len(before))) - {one for one, _ in links}
    for other in sorted(lone_after):
        share, one = max((share_on(after[other], before[one]), one) for one in range(len(before)))
        if share >= PIECE_SHARE and may_be_one(before[one].spot, after[other].spot):
            more.append((one, other))
    for one in sorted(lone_before):
        share, other = max((share_on(before[one], after[other]), other) for other in range(len(after)))
        if share >= PIECE_SHARE and may_be_one(before[one].spot, after[other].spot):
            more.append((one, other))
    return more


def share_on(piece: PlacedSpot, whole: PlacedSpot) -> float:
    """Return the largest share of a hot spot's pixels, in a view, that lie on another one."""
    return max(
        (
            float((whole.trees[view].query(points)[0] <= _ON_MM).mean())
            for view, points in piece.points_mm.items()
            if view in whole.points_mm
        ),
        default=0.0,
    )


def gap_mm(one: PlacedSpot, other: PlacedSpot) -> float:
    """Return the distance of two outlines: the least over the views that show both; infinite where none does."""
    return min(
        (
            float(other.trees[view].query(points)[0].min())
            for view, points in one.points_mm.items()
            if view in other.points_mm
        ),
        default=float("inf"),
    )


def middle_mm(one: PlacedSpot, other: PlacedSpot) -> float:
    """Return the distance of two middles: the least over the views that show both; infinite where none does."""
    return min(
        (
            float(np.linalg.norm(middle - other.centres_mm[view]))
            for view, middle in one.centres_mm.items()
            if view in other.centres_mm
        ),
        default=float("inf"),
    )


def _remnant_mm(one: PlacedSpot, other: PlacedSpot) -> float:
    """Return how far the middle of a much smaller hot spot is from the larger one's outline; infinite for others.

    What is left of a lesion, or what one began as, lies somewhere on it and not at its middle.
    """
    small, large = sorted((one, other), key=_largest_area)
    if _largest_area(large) < _REMNANT_FACTOR * _largest_area(small):
        return float("inf")
    return min(
        (
            float(large.trees[view].query(middle)[0])
            for view, middle in small.centres_mm.items()
            if view in large.points_mm
        ),
        default=float("inf"),
    )


def may_be_one(one: HotSpot, other: HotSpot) -> bool:
    """Say whether two places can be one: left is never right."""
    return {one.side, other.side} != {"left", "right"}


def _cost_mm(one: PlacedSpot, other: PlacedSpot) -> float:
    """Return how far two hot spots are from being the same, in mm; infinite where they cannot be."""
    if not may_be_one(one.spot, other.spot):
        return float("inf")
    common = [view for view in one.points_mm if view in other.points_mm]
    if common:
        gap = gap_mm(one, other)
        if gap > NEAR_MM:
            return float("inf")
        middle = middle_mm(one, other)
        touch = gap <= _TOUCHING_MM and _same_level(one.spot, other.spot)
        if touch or min(share_on(one, other), share_on(other, one)) >= PIECE_SHARE / 2:
            middle = min(middle, _COVERED_COST_MM)
        middle = min(middle, _remnant_mm(one, other))
    else:
        if one.spot.region != other.spot.region or _levels_apart(one.spot, other.spot) > 1:
            return float("inf")
        tree, points = next(iter(one.trees.values())), next(iter(other.points_mm.values()))
        gap = float(tree.query(points)[0].min())
        if gap > _NEAR_ACROSS_VIEWS_MM:
            return float("inf")
        middle = float(np.linalg.norm(next(iter(one.centres_mm.values())) - next(iter(other.centres_mm.values()))))
    cost = gap + middle
    if one.spot.region != other.spot.region:
        cost += 0.0 if one.spot.region in _SPINE and other.spot.region in _SPINE else _REGION_COST_MM
    cost += _LEVEL_COST_MM * _levels_apart(one.spot, other.spot)
    cost += _SIZE_COST_MM * max(0.0, abs(math.log(_largest_area(one) / _largest_area(other))) - math.log(2))
    return cost if cost <= _MOST_COST_MM else float("inf")


def _largest_area(one: PlacedSpot) -> float:
    return max((one.spot.views[view].area_mm2 for view in one.points_mm if view in one.spot.views), default=1.0)


def _same_level(one: HotSpot, other: HotSpot) -> bool:
    return bool(one.level) and (one.region, one.level) == (other.region, other.level)


def _levels_apart(one: HotSpot, other: HotSpot) -> int:
    """Return how many vertebrae or ribs apart two levels are; 0 where one is not known."""
    for every in (VERTEBRA_LEVELS, RIB_LEVELS):
        if one.level in every and other.level in every:
            return abs(every.index(one.level) - every.index(other.level))
    return 0
