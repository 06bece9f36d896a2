"""Lesions followed from scan to scan: which hot spots are one lesion, and what it is at each scan (floor 4)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .common_canvas import points_of, to_pixels
from .comparison import ComparedScan, LesionAt, LesionCourse
from .faint_uptake import has_faint_uptake
from .lesion_matching import PIECE_SHARE, PlacedSpot, match, may_be_one, middle_mm, share_on
from .repeatability import Repeatability
from .scan import PlanarView

# A place counts as shown if this share of the lesion lies in the field.
_SHOWN_SHARE = 0.5
# The middle of a hot spot of another nature that is the lesion at another time lies within this.
_SAME_PLACE_MM = 10.0


@dataclass
class _Track:
    """A lesion while it is followed: hot spots by scan."""

    lesions: dict[int, list[PlacedSpot]]


def lesion_courses(scans: Sequence[ComparedScan], limits: Repeatability) -> list[LesionCourse]:
    """Return what became of each lesion, from head to feet.

    Parameters
    ----------
    scans : sequence of ComparedScan
        In order of time.
    """
    return _Courses(scans, limits).found()


class _Courses:
    """Follows lesions from scan to scan."""

    def __init__(self, scans: Sequence[ComparedScan], limits: Repeatability) -> None:
        self._scans, self._limits = scans, limits
        placed = [_placed(scan) for scan in scans]
        self._lesions = [[one for one in spots if _is_lesion(one)] for spots in placed]
        self._others = [
            [one for one in spots if not _is_lesion(one) and one.spot.hot_spot_class != "physiological"]
            for spots in placed
        ]

    def found(self) -> list[LesionCourse]:
        """Return the lesions from head to feet."""
        tracks: list[_Track] = []
        for index, spots in enumerate(self._lesions):
            tracks = _followed(tracks, index, spots)
        tracks.sort(
            key=lambda track: float(
                np.mean([one.points_mm[next(iter(one.points_mm))][:, 1].mean() for one in _last(track)])
            )
        )
        return [self._course(f"L{number:02d}", track) for number, track in enumerate(tracks, 1)]

    def _course(self, name: str, track: _Track) -> LesionCourse:
        largest = max(
            (one for spots in track.lesions.values() for one in spots), key=lambda one: _area_mm2([one], one.points_mm)
        )
        points_mm = max(largest.points_mm.values(), key=len)
        x, y = points_mm.mean(0)
        at: list[LesionAt] = []
        for index in range(len(self._scans)):
            at.append(self._at(track, index, at))
        spot = largest.spot
        return LesionCourse(name, spot.region, spot.side, spot.level, (-float(x), -float(y)), tuple(at))

    def _at(self, track: _Track, index: int, before: Sequence[LesionAt]) -> LesionAt:
        spots = track.lesions.get(index, [])
        others = tuple(one.spot.id for one in self._others[index] if self._is_of(one, index, track))
        if spots:
            return self._there(track, index, before, others)
        if others:
            return LesionAt("reclassified", other_spots=others)
        if not self._shows(track, index):
            return LesionAt("not seen")
        if has_faint_uptake(self._scans[index], _nearest(track, index), self._limits):
            return LesionAt("faint")
        return LesionAt("resolved" if any(one.spots for one in before) else "absent")

    def _is_of(self, other: PlacedSpot, index: int, track: _Track) -> bool:
        """Say whether a hot spot of another nature is this lesion at another time, and not one that stands beside it.

        Arthritis beside a new lesion is there at both times, apart from it.
        """
        stands_beside = any(
            _same_focus(other, again) for at in track.lesions if at != index for again in self._others[at]
        )
        return not stands_beside and any(_same_focus(other, one) for one in _all_spots(track))

    def _there(self, track: _Track, index: int, before: Sequence[LesionAt], others: tuple[str, ...]) -> LesionAt:
        spots = track.lesions[index]
        views = {view for one in spots for view in one.points_mm}
        ratios = [one.spot.ratio_to_background for one in spots if not math.isnan(one.spot.ratio_to_background)]
        shown = LesionAt(
            "present",
            tuple(one.spot.id for one in spots),
            tuple(sorted(views)),
            _area_mm2(spots, views),
            ratio=max(ratios, default=float("nan")),
            other_spots=others,
        )
        earlier = max((number for number in track.lesions if number < index), default=None)
        if earlier is None:
            return _with_state(shown, _first_state(index, before))
        return self._compared(shown, spots, track.lesions[earlier], earlier, before)

    def _compared(
        self,
        shown: LesionAt,
        spots: Sequence[PlacedSpot],
        spots_before: Sequence[PlacedSpot],
        earlier: int,
        before: Sequence[LesionAt],
    ) -> LesionAt:
        common = {view for one in spots for view in one.points_mm} & {v for one in spots_before for v in one.points_mm}
        state, factor, ratio_factor, uptake = "stable", float("nan"), float("nan"), ""
        if common:
            areas = _area_mm2(spots_before, common), _area_mm2(spots, common)
            limit, factor = self._limits.limit(*areas), areas[1] / areas[0]
            state = "grown" if factor > limit.area_factor else "shrunk" if factor < 1 / limit.area_factor else "stable"
            ratio_factor = shown.ratio / before[earlier].ratio if before[earlier].ratio > 0 else float("nan")
            if not math.isnan(ratio_factor):
                uptake = (
                    "hotter"
                    if ratio_factor > limit.ratio_factor
                    else "cooler"
                    if ratio_factor < 1 / limit.ratio_factor
                    else "same"
                )
        if any(one.state == "resolved" for one in before[earlier + 1 :]):
            state = "returned"
        shape = "split" if len(spots) > len(spots_before) else "merged" if len(spots) < len(spots_before) else ""
        return LesionAt(
            state, shown.spots, shown.views, shown.area_mm2, factor, shown.ratio, ratio_factor, uptake,
            self._scans[earlier].id, shape, shown.other_spots,
        )  # fmt: skip

    def _shows(self, track: _Track, index: int) -> bool:
        """Say whether a scan's field has a lesion's place, in a view that showed it."""
        scan = self._scans[index]
        return any(
            _share_in_field(scan, view, points_mm) >= _SHOWN_SHARE
            for one in _all_spots(track)
            for view, points_mm in one.points_mm.items()
            if view in scan.registrations
        )


def _is_lesion(one: PlacedSpot) -> bool:
    return one.spot.accepted and one.spot.hot_spot_class == "metastasis"


def _with_state(shown: LesionAt, state: str) -> LesionAt:
    return LesionAt(state, shown.spots, shown.views, shown.area_mm2, ratio=shown.ratio, other_spots=shown.other_spots)


def _first_state(index: int, before: Sequence[LesionAt]) -> str:
    """Return what a lesion is at the first scan that has it."""
    if index == 0:
        return "present"
    for state, since in (("reclassified", "reclassified"), ("faint", "from faint")):
        if any(one.state == state for one in before):
            return since
    return "new" if before[-1].state == "absent" else "present"


def _placed(scan: ComparedScan) -> list[PlacedSpot]:
    found = []
    for spot in scan.case.hot_spots:
        points_mm = {
            view: scan.registrations[view].to_reference(points_of(scan.scan.views[view], shown.mask))
            for view, shown in spot.views.items()
            if view in scan.registrations
        }
        if points_mm:
            found.append(PlacedSpot(spot, points_mm))
    return found


def _followed(tracks: Sequence[_Track], index: int, spots: Sequence[PlacedSpot]) -> list[_Track]:
    """Join a scan's lesions to the tracks; tracks that merge become one, in the past too."""
    before = [(number, one) for number, track in enumerate(tracks) for one in _last(track)]
    links = match([one for _, one in before], spots)
    # Groups of tracks (numbers from 0) and spots (after them) that hang together.
    group = list(range(len(tracks) + len(spots)))

    def root(node: int) -> int:
        while group[node] != node:
            node = group[node]
        return node

    for one, other in links:
        group[root(before[one][0])] = root(len(tracks) + other)
    joined: dict[int, _Track] = {}
    for number, track in enumerate(tracks):
        own = joined.setdefault(root(number), _Track({}))
        for at, earlier in track.lesions.items():
            own.lesions.setdefault(at, []).extend(earlier)
    for number, spot in enumerate(spots):
        joined.setdefault(root(len(tracks) + number), _Track({})).lesions.setdefault(index, []).append(spot)
    return list(joined.values())


def _last(track: _Track) -> list[PlacedSpot]:
    return track.lesions[max(track.lesions)]


def _nearest(track: _Track, index: int) -> list[PlacedSpot]:
    """Return a lesion at the last scan before that has it, else at the first one after."""
    earlier = [at for at in track.lesions if at < index]
    return track.lesions[max(earlier) if earlier else min(track.lesions)]


def _all_spots(track: _Track) -> list[PlacedSpot]:
    return [one for spots in track.lesions.values() for one in spots]


def _area_mm2(spots: Sequence[PlacedSpot], views: Mapping[str, np.ndarray] | set[str]) -> float:
    return sum(one.spot.views[view].area_mm2 for one in spots for view in views if view in one.points_mm)


def _same_focus(one: PlacedSpot, other: PlacedSpot) -> bool:
    return (
        may_be_one(one.spot, other.spot)
        and middle_mm(one, other) <= _SAME_PLACE_MM
        and max(share_on(one, other), share_on(other, one)) >= PIECE_SHARE
    )


def _share_in_field(scan: ComparedScan, view: str, points_mm: np.ndarray) -> float:
    shown = scan.scan.views[view]
    rows, columns = _field(shown)
    at = to_pixels(shown, scan.registrations[view].to_scan(points_mm))
    inside = (
        (at[:, 0] >= rows[0] - 0.5) & (at[:, 0] <= rows[1] + 0.5)
        & (at[:, 1] >= columns[0] - 0.5) & (at[:, 1] <= columns[1] + 0.5)
    )  # fmt: skip
    return float(inside.mean())


def _field(view: PlanarView) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return first and last row and column that recorded anything: what was cut off is padded with zeros."""
    rows, columns = np.flatnonzero(view.counts.any(1)), np.flatnonzero(view.counts.any(0))
    return (int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1]))
