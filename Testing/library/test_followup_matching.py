"""Which hot spots of two scans are one lesion: by place, side and level, with splits and merges."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.lesion_matching import PlacedSpot, match


def placed(x_mm, y_mm, radius_mm=8.0, *, region="ribs", side="left", level="", views=("posterior",)):
    """A disc of points 2 mm apart, 4 mm2 each."""
    grid = np.arange(-radius_mm, radius_mm + 0.1, 2.0)
    x, y = np.meshgrid(grid, grid)
    inside = np.hypot(x, y) <= radius_mm
    points = np.stack([x[inside] + x_mm, y[inside] + y_mm], 1)
    shown = HotSpotInView(np.ones(len(points), bool), 4.0 * len(points), 9.0, 9.0, 2.0)
    spot = HotSpot("H01", "metastasis", True, region, side, level, dict.fromkeys(views, shown), 1.0, 1.0)
    return PlacedSpot(spot, dict.fromkeys(views, points))


def test_a_lesion_that_moved_by_the_registration_error_is_the_same():
    assert match([placed(60, 0)], [placed(66, 5)]) == [(0, 0)]


def test_lesions_far_apart_are_not_the_same():
    assert match([placed(60, 0)], [placed(60, 60)]) == []


def test_left_is_never_right_however_near_the_midline():
    one = placed(4, 0, region="pelvis", side="left")
    assert match([one], [placed(-4, 0, region="pelvis", side="right")]) == []
    assert match([one], [placed(-4, 0, region="pelvis", side="left")]) == [(0, 0)]


def test_two_neighbours_that_both_moved_are_not_exchanged():
    # Nearest first would give 0-1 at 10 mm and leave 0 and 1 alone at 26 mm.
    before = [placed(60, 0), placed(60, 18)]
    assert sorted(match(before, [placed(60, 10), placed(60, 28)])) == [(0, 0), (1, 1)]


def test_levels_settle_what_the_distance_leaves_open():
    before = [placed(0, 0, region="lumbar_spine", side="midline", level="L2")]
    after = [
        placed(0, -13, region="lumbar_spine", side="midline", level="T12"),
        placed(0, 14, region="lumbar_spine", side="midline", level="L2"),
    ]
    assert match(before, after) == [(0, 1)]


def test_a_large_lesion_that_split_keeps_both_pieces():
    before = [placed(60, 0, 20)]
    assert sorted(match(before, [placed(60, -10, 7), placed(60, 10, 7)])) == [(0, 0), (0, 1)]


def test_two_lesions_that_merged_are_both_linked_to_the_one():
    after = [placed(60, 0, 20)]
    assert sorted(match([placed(60, -10, 7), placed(60, 10, 7)], after)) == [(0, 0), (1, 0)]


def test_a_new_lesion_beside_an_old_one_is_not_a_piece_of_it():
    assert match([placed(60, 0)], [placed(60, 0), placed(60, 25)]) == [(0, 0)]


def test_a_lesion_seen_by_the_other_view_this_time_is_still_the_same():
    one = placed(60, 0, level="7", views=("anterior",))
    assert match([one], [placed(62, 3, level="8", views=("posterior",))]) == [(0, 0)]
    # The front of a rib lies over the back of one several numbers lower.
    assert match([one], [placed(62, 3, level="11", views=("posterior",))]) == []


def test_a_lesion_that_grew_to_one_side_is_not_gone_and_new_beside_itself():
    # Outlines 4 mm apart in one vertebra; their middles are 20 mm apart, more than two lesions may be.
    one = placed(0, 0, region="thoracic_spine", side="midline", level="T8")
    assert match([one], [placed(20, 0, region="thoracic_spine", side="midline", level="T8")]) == [(0, 0)]
    assert match([one], [placed(20, 0, region="thoracic_spine", side="midline", level="T10")]) == []
    assert match([one], [placed(24, 0, region="thoracic_spine", side="midline", level="T8")]) == []


def test_what_is_left_of_a_lesion_lies_at_its_side_and_is_not_a_new_one():
    # The middles are 22 mm apart; the small one's is 8 mm from the large one's outline.
    large = placed(60, 0, 14, region="skull", side="midline")
    assert match([large], [placed(82, 0, 5, region="skull", side="midline")]) == [(0, 0)]
    assert match([large], [placed(92, 0, 14, region="skull", side="midline")]) == []
