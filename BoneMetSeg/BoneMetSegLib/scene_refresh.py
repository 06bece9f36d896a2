"""The scene brought up to date with a case under review: segments, table, report (floor 5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from .hot_spot_segments import hot_spot_segments, is_shown
from .hot_spots import HotSpot
from .result_document import Case
from .scan import AnyView, SpectScan
from .scene_nodes import SceneNodes
from .scene_segments import SEGMENT_FILL, add_segment, describe_segment, mask_of_segment
from .scene_tables import fill_hot_spot_table
from .seg_nrrd import Segment


def refresh_scene(nodes: SceneNodes, case: Case, *, lang: str = "en", also: Collection[str] = ()) -> None:
    """Make segments and table say what the case says; outlines that are the same already are not touched.

    Parameters
    ----------
    nodes : SceneNodes
    case : Case
    lang : {"en", "zh"}
        Of segment names and places.
    also : collection of str
        Ids of hot spots to be seen beside the accepted ones.
    """
    for name, view in case.scan.views.items():
        _refresh_segments(nodes.segmentations[name], case.hot_spots, view, lang)
        show_segments(nodes.segmentations[name], case.hot_spots, name, also=also)
    table = nodes.table
    was_modifying = table.StartModify()
    table.RemoveAllColumns()
    quantity = case.scan.quantity if isinstance(case.scan, SpectScan) else None
    fill_hot_spot_table(table, case.hot_spots, lang, quantity, case.concordance)
    table.EndModify(was_modifying)


def show_segments(segmentation: Any, hot_spots: Sequence[HotSpot], view: str, *, also: Collection[str] = ()) -> None:
    """Show the segments of accepted hot spots, physiological ones excepted, and ``also`` these."""
    display = segmentation.GetDisplayNode()
    was_modifying = display.StartModify()
    for spot in hot_spots:
        if view in spot.views:
            display.SetSegmentVisibility(spot.segment_id(view), is_shown(spot) or spot.id in also)
    display.EndModify(was_modifying)


def _refresh_segments(node: Any, hot_spots: Sequence[HotSpot], view: AnyView, lang: str) -> None:
    segmentation = node.GetSegmentation()
    wanted = {segment.id: segment for segment in hot_spot_segments(hot_spots, view.view, lang)}
    for segment_id in list(segmentation.GetSegmentIDs()):
        if segment_id not in wanted:
            segmentation.RemoveSegment(segment_id)
    for segment in wanted.values():
        existing = segmentation.GetSegment(segment.id)
        if existing is None:
            _add(node, segment, view)
            continue
        describe_segment(existing, segment)
        if (mask_of_segment(node, segment.id, view) != segment.mask).any():
            segmentation.RemoveSegment(segment.id)
            _add(node, segment, view)


def _add(node: Any, segment: Segment, view: AnyView) -> None:
    add_segment(node.GetSegmentation(), segment, view)
    node.GetDisplayNode().SetSegmentOpacity2DFill(segment.id, SEGMENT_FILL)
