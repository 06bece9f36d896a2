"""The report beside the hot spots: what both say, what only one says (floor 4).

The report is compared with what the image alone showed, or it would agree with itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .anatomy import WHOLE_SKELETON_SLOT
from .hot_spots import UPTAKE_STATUSES, HotSpot, slot_rank
from .report import Report
from .segmentation import Mention, Segmentation


@dataclass(frozen=True)
class UnmatchedPhrase:
    """A clause that reports uptake at a place where the image alone showed no hot spot."""

    phrase: str
    span: tuple[int, int]
    places: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class Concordance:
    """Agreement between the report and the image-only finding.

    Attributes
    ----------
    linked : tuple of str
        Ids of hot spots that the image alone shows and a phrase reports.
    hot_spots_without_phrase : tuple of str
        Ids of foci on bone that the image alone calls metastasis and no phrase reports, or one denies.
    phrases_without_hot_spot : tuple of UnmatchedPhrase
    """

    linked: tuple[str, ...] = ()
    hot_spots_without_phrase: tuple[str, ...] = ()
    phrases_without_hot_spot: tuple[UnmatchedPhrase, ...] = ()


def compare_report(report: Report, segmentation: Segmentation, hot_spots: Sequence[HotSpot]) -> Concordance:
    """Compare a report's mentions with the hot spots that the image alone showed.

    What the report itself added, and what a reader drew, is no finding of the image.
    """
    of_image = [
        spot
        for spot in hot_spots
        if spot.report_effect != "added"
        and spot.hot_spot_class != "physiological"
        and not math.isnan(spot.probability_image_only)
    ]
    reported = [
        mention
        for mention in segmentation.mentions
        if mention.status in UPTAKE_STATUSES and report.clauses[mention.clause].section != "clinical"
    ]
    linked = tuple(spot.id for spot in of_image if any(slot_rank(spot, one.slots) is not None for one in reported))
    silent = tuple(spot.id for spot in of_image if spot.probability_image_only >= 0.5 and spot.id not in linked)
    return Concordance(linked, silent, tuple(_unmatched(report, reported, of_image)))


def _unmatched(report: Report, mentions: Sequence[Mention], hot_spots: Sequence[HotSpot]) -> list[UnmatchedPhrase]:
    found: dict[tuple[int, tuple[str, ...]], UnmatchedPhrase] = {}
    for mention in mentions:
        if WHOLE_SKELETON_SLOT in mention.slots or any(
            slot_rank(spot, mention.slots) is not None for spot in hot_spots
        ):
            continue
        clause = report.clauses[mention.clause]
        found[mention.clause, mention.slots] = UnmatchedPhrase(
            report.text[clause.start : clause.end], (clause.start, clause.end), mention.slots, mention.status
        )
    return list(found.values())
