"""A reader's edits of a case: decisions, places, outlines; everything is measured again (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS
from .foci import hot_pixels, join_views
from .hot_spots import HotSpot, HotSpotInView, measure_in_view, with_phrase
from .report import Report
from .result_document import mask_sha256
from .scan import Scan
from .segmentation import HOT_SPOT_CLASSES, Segmentation
from .skeleton import Place, bone_place

_REGIONS = {region.name: region for region in REPORTING_REGIONS}
ALLOWED_WORDS = {
    "class": HOT_SPOT_CLASSES,
    "accepted": ("yes", "no"),
    "region": (*_REGIONS, *(site.name for site in PHYSIOLOGICAL_SITES)),
    "side": ("left", "right", "midline"),
}


@dataclass(frozen=True)
class Decision:
    """What a reader decides about a hot spot.

    Attributes
    ----------
    hot_spot_class : {"metastasis", "benign", "physiological"}
    accepted : bool
    place : Place
        Region (or physiological site), side and level.
    """

    hot_spot_class: str
    accepted: bool
    place: Place


def decision_of(spot: HotSpot) -> Decision:
    """Return what holds for a hot spot now."""
    return Decision(spot.hot_spot_class, spot.accepted, Place(spot.region, spot.side, spot.level, spot.level_margin))


def place_fault(place: Place) -> str:
    """Say what is wrong with a place ("has side 'left'; sacrum has side midline"), "" where nothing is."""
    region = _REGIONS.get(place.region)
    if region and (place.side == "midline") == region.sided:
        right = "left or right" if region.sided else "midline"
        return f"has side {place.side!r}; {region.name} has side {right}"
    levels = region.levels if region else ()
    if place.level and place.level not in levels:
        known = f"has levels {levels[0]} to {levels[-1]}" if levels else "has no levels, leave it empty"
        return f"has level {place.level!r}; {place.region} {known}"
    return ""


@dataclass(frozen=True)
class Outlines:
    """Outlines of hot spots as they are now.

    Attributes
    ----------
    of_hot_spots : mapping from id to mapping from view to numpy.ndarray
        ``(rows, columns)`` bool, none empty. A hot spot without any outline is deleted.
    drawn : mapping from view to sequence of numpy.ndarray
        Outlines that are none of the case's hot spots.
    """

    of_hot_spots: Mapping[str, Mapping[str, np.ndarray]]
    drawn: Mapping[str, Sequence[np.ndarray]]

    @classmethod
    def of(cls, spots: Sequence[HotSpot]) -> Outlines:
        """Return the outlines that hot spots have, with nothing drawn beside them."""
        return cls({spot.id: {name: view.mask for name, view in spot.views.items()} for spot in spots}, {})

    def are_those_of(self, spots: Sequence[HotSpot]) -> bool:
        """Return whether these are just the outlines that hot spots have, with nothing drawn beside them."""
        own = Outlines.of(spots).of_hot_spots
        return (
            not any(self.drawn.values())
            and {spot_id: set(masks) for spot_id, masks in self.of_hot_spots.items()}
            == {spot_id: set(masks) for spot_id, masks in own.items()}
            and all(
                np.array_equal(self.of_hot_spots[spot_id][view], own[spot_id][view])
                for spot_id in own
                for view in own[spot_id]
            )
        )


def fingerprints_of(spot: HotSpot) -> dict[str, str]:
    """Return a fingerprint of each view's outline, to tell later whether somebody edited it."""
    return {name: mask_sha256(view.mask) for name, view in spot.views.items()}


def edited_hot_spots(
    scan: Scan,
    segmentation: Segmentation,
    report: Report | None,
    stored: Sequence[HotSpot],
    fingerprints: Mapping[str, Mapping[str, str]],
    decisions: Mapping[str, Decision],
    outlines: Outlines,
    editor: str,
) -> list[HotSpot]:
    """Return hot spots with a reader's edits, measured again.

    Parameters
    ----------
    stored : sequence of HotSpot
        As they were before the edits; their views are not looked at.
    fingerprints : mapping from id
        Of each hot spot's outlines before the edits, as ``fingerprints_of`` gives them.
    decisions : mapping from id to Decision
        One without an entry is deleted.
    outlines : Outlines
        An outline that is no hot spot's becomes an accepted metastasis.
    editor : str
        Goes into ``edited_by`` of everything that was edited.

    """
    measure = _Measuring(scan, segmentation, outlines)
    spots = []
    for spot in stored:
        masks = outlines.of_hot_spots.get(spot.id, {})
        if spot.id not in decisions or not masks:
            continue
        decision = decisions[spot.id]
        edited = _edited(spot, fingerprints[spot.id], decision, measure(masks, decision.place), editor)
        moved = _kind_and_place(edited) != _kind_and_place(spot)
        spots.append(with_phrase(edited, segmentation, report) if moved else edited)
    next_number = max((spot.number for spot in stored), default=0) + 1
    for number, masks in enumerate(join_views(scan, segmentation, outlines.drawn), next_number):
        place = bone_place(scan, segmentation.views, masks)
        new = _drawn(f"H{number:02d}", place, measure(masks, place), editor)
        new = new if report is None else replace(new, report_effect="unchanged")
        spots.append(with_phrase(new, segmentation, report))
    return spots


def decided_hot_spot(
    scan: Scan,
    segmentation: Segmentation,
    report: Report | None,
    hot_spots: Sequence[HotSpot],
    spot: HotSpot,
    decision: Decision,
    editor: str,
) -> HotSpot:
    """Return one of a case's hot spots as a reader decided; its outline stays, and it is measured where it lies now."""
    views = spot.views
    moved = Place(spot.region, spot.side, spot.level) != decision.place
    if moved:
        masks = {name: view.mask for name, view in spot.views.items()}
        views = _Measuring(scan, segmentation, Outlines.of(hot_spots))(masks, decision.place)
    edited = _edited(spot, fingerprints_of(spot), decision, views, editor)
    changed = _kind_and_place(edited) != _kind_and_place(spot)
    return with_phrase(edited, segmentation, report) if changed else edited


class _Measuring:
    """Measures outlines against a background that holds neither hot pixels nor any outline."""

    def __init__(self, scan: Scan, segmentation: Segmentation, outlines: Outlines) -> None:
        self._scan, self._segmentation = scan, segmentation
        self._occupied = {}
        for name, maps in segmentation.views.items():
            own = (views[name] for views in outlines.of_hot_spots.values() if name in views)
            masks = [*outlines.drawn.get(name, ()), *own]
            self._occupied[name] = np.logical_or.reduce([hot_pixels(maps, segmentation.thresholds), *masks])

    def __call__(self, masks: Mapping[str, np.ndarray], place: Place) -> dict[str, HotSpotInView]:
        views, maps = self._scan.views, self._segmentation.views
        return {
            name: measure_in_view(views[name], maps[name], mask, place, self._occupied[name])
            for name, mask in masks.items()
        }


def _kind_and_place(spot: HotSpot) -> tuple[str, Place]:
    return spot.hot_spot_class, Place(spot.region, spot.side, spot.level)


def _edited(
    stored: HotSpot,
    fingerprints: Mapping[str, str],
    decision: Decision,
    views: Mapping[str, HotSpotInView],
    editor: str,
) -> HotSpot:
    """Return a stored hot spot as its decision and its outlines have it now."""
    moved = Place(stored.region, stored.side, stored.level) != decision.place
    spot = replace(
        stored,
        hot_spot_class=decision.hot_spot_class,
        accepted=decision.accepted,
        region=decision.place.region,
        side=decision.place.side,
        level=decision.place.level,
        # A table says nothing of margins: a place that is the same is as sure as before.
        level_margin=decision.place.level_margin if moved else stored.level_margin,
        views=views,
    )
    if fingerprints_of(spot) != fingerprints or decision != decision_of(stored):
        return replace(spot, edited_by=editor)
    return spot


def _drawn(spot_id: str, place: Place, views: Mapping[str, HotSpotInView], editor: str) -> HotSpot:
    """A segment that a reader drew: an accepted metastasis, until the table says otherwise."""
    nan = float("nan")
    return HotSpot(
        spot_id,
        "metastasis",
        True,
        place.region,
        place.side,
        place.level,
        views,
        nan,
        nan,
        edited_by=editor,
        level_margin=place.level_margin,
    )
