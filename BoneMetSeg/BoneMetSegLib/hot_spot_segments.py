"""Hot spots as named, coloured, coded segments of a view (floor 4)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .hot_spots import HotSpot
from .scan import Scan
from .seg_nrrd import TERMINOLOGY_TAG, Segment, write_segments
from .terminology import CLASS_APPEARANCE, terminology_entry

TAG_PREFIX = "BoneMetSeg."
HOT_SPOT_TAG = TAG_PREFIX + "HotSpot"
VIEW_TAG = TAG_PREFIX + "View"
CLASS_TAG = TAG_PREFIX + "Class"
ACCEPTED_TAG = TAG_PREFIX + "Accepted"
PROBABILITY_TAG = TAG_PREFIX + "Probability"
REGION_TAG = TAG_PREFIX + "Region"
SIDE_TAG = TAG_PREFIX + "Side"
LEVEL_TAG = TAG_PREFIX + "Level"


def segment_name(hot_spot: HotSpot, lang: str = "en") -> str:
    """Return "01 left rib 7", or "01 左侧第7肋" with ``lang="zh"``."""
    return f"{hot_spot.number:02d} {hot_spot.place_words(lang)}"


def is_shown(hot_spot: HotSpot) -> bool:
    """Say whether a hot spot's segment is visible at first: what is accepted, but physiological uptake never."""
    return hot_spot.accepted and hot_spot.hot_spot_class != "physiological"


def segment_tags(hot_spot: HotSpot, view: str) -> dict[str, str]:
    """Return the tags of a hot spot's segment; ``TerminologyEntry`` is Slicer's own."""
    return {
        TERMINOLOGY_TAG: terminology_entry(hot_spot.hot_spot_class, hot_spot.region, hot_spot.side, hot_spot.level),
        HOT_SPOT_TAG: hot_spot.id,
        VIEW_TAG: view,
        CLASS_TAG: hot_spot.hot_spot_class,
        ACCEPTED_TAG: "yes" if hot_spot.accepted else "no",
        PROBABILITY_TAG: f"{hot_spot.probability:.3f}",
        REGION_TAG: hot_spot.region,
        SIDE_TAG: hot_spot.side,
        LEVEL_TAG: hot_spot.level,
    }


def hot_spot_segments(hot_spots: Sequence[HotSpot], view: str, lang: str = "en") -> list[Segment]:
    """Return one segment per hot spot seen in ``view``, accepted or not, in the order given."""
    return [
        Segment(
            hot_spot.segment_id(view),
            segment_name(hot_spot, lang),
            CLASS_APPEARANCE[hot_spot.hot_spot_class].rgb_fraction,
            hot_spot.views[view].mask,
            segment_tags(hot_spot, view),
        )
        for hot_spot in hot_spots
        if view in hot_spot.views
    ]


def write_seg_nrrd(scan: Scan, hot_spots: Sequence[HotSpot], view: str, path: Path, *, lang: str = "en") -> None:
    """Write a view's hot spots as a .seg.nrrd of exactly the acquired grid, hidden ones included.

    Which segments are visible is no part of that file; the tag ``BoneMetSeg.Accepted`` says who was accepted.
    """
    write_segments(Path(path), scan.views[view], hot_spot_segments(hot_spots, view, lang))
