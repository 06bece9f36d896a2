"""Levels are counted, and printed with ±1 where the count is not sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from BoneMetSegLib.case_edits import Decision, decided_hot_spot, decision_of
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.level_counting import count_within_part
from BoneMetSegLib.skeleton import Place
from Testing.library.synthetic_case import L3, LEFT_RIB_7_BACK, Focus, found, rib_height_mm, vertebra_height_mm

SMALL = (8.0, 5.0)


def the_spot(focus, shift=None, views=("anterior", "posterior")):
    scan, segmentation, _ = found([focus])
    for name in views if shift else ():
        segmentation.views[name].spine_level[:] += shift
        segmentation.views[name].rib_level[:] += shift
    (spot,) = find_hot_spots(scan, segmentation)
    return scan, segmentation, spot


def test_a_focus_in_the_middle_of_a_vertebra_is_sure():
    _, _, spot = the_spot(L3)
    assert (spot.level, spot.level_margin) == ("L3", 0)
    assert spot.place_words() == "L3"


def test_a_focus_at_the_border_of_two_vertebrae_may_be_one_off():
    between = (vertebra_height_mm("L3") + vertebra_height_mm("L4")) / 2 + 1
    _, _, spot = the_spot(Focus(0, between, half_size_mm=SMALL))
    assert spot.level in ("L3", "L4")
    assert spot.level_margin == 1
    assert spot.place_words() == f"{spot.level} ±1"
    assert spot.place_words("zh") == f"{spot.level}椎体 ±1"


def test_a_count_of_the_network_that_the_ends_of_the_lumbar_spine_contradict_is_not_sure():
    """The network says L4 where counting from the top of the lumbar spine to its bottom comes to L3."""
    _, _, spot = the_spot(L3, shift=1.0)
    assert (spot.level, spot.level_margin) == ("L4", 1)


def test_views_that_disagree_are_not_sure():
    _, _, spot = the_spot(L3, shift=0.9, views=("anterior",))
    assert spot.level_margin == 1


def test_a_rib_that_one_view_shows_may_be_one_off_and_keeps_its_side():
    _, _, spot = the_spot(LEFT_RIB_7_BACK)
    assert (spot.region, spot.side, spot.level, spot.level_margin) == ("ribs", "left", "7", 1)
    _, _, spot = the_spot(replace(LEFT_RIB_7_BACK, r_mm=60.0))
    assert (spot.side, spot.level, spot.place_words()) == ("right", "7", "right rib 7 ±1")


def test_a_rib_on_which_both_views_agree_is_sure():
    """At the side of the chest front and back of one rib meet; here both views count the 7th at one height."""
    scan, segmentation, _ = found([Focus(-125, rib_height_mm(7, "posterior"))])
    segmentation.views["anterior"].rib_level[:] += 3  # what is painted for the front of the ribs
    (spot,) = find_hot_spots(scan, segmentation)
    assert (spot.side, spot.level, spot.level_margin) == ("left", "7", 0)


def test_a_rib_at_the_border_to_the_next_may_be_one_off():
    at = (rib_height_mm(7, "posterior") + rib_height_mm(8, "posterior")) / 2 + 1
    _, _, spot = the_spot(Focus(60, at, views=("posterior",), half_size_mm=SMALL))
    assert spot.level_margin == 1
    assert spot.place_words().startswith("right rib ")
    assert spot.place_words().endswith(" ±1")


def test_bones_without_levels_have_no_margin():
    _, _, spot = the_spot(Focus(-80, -100))
    assert (spot.level, spot.level_margin) == ("", 0)


def test_counting_within_a_part_needs_the_parts_above_and_below():
    scan, segmentation, _ = found([L3])
    view = scan.views["posterior"]
    maps = segmentation.views["posterior"]
    assert count_within_part(maps, L3.mask(view), "lumbar_spine") == 3
    top = Focus(0, vertebra_height_mm("L1")).mask(view)
    assert count_within_part(maps, top, "lumbar_spine") == 1
    _, without, _ = found([L3], without_bones=("sacrum",))
    assert count_within_part(without.views["posterior"], L3.mask(view), "lumbar_spine") is None
    assert count_within_part(maps, np.ones((2, 2, 2), bool), "lumbar_spine") is None


def test_a_level_that_a_reader_chose_is_sure_and_one_left_alone_stays_as_sure_as_it_was():
    between = (vertebra_height_mm("L3") + vertebra_height_mm("L4")) / 2 + 1
    scan, segmentation, spot = the_spot(Focus(0, between, half_size_mm=SMALL))
    chosen = Decision("metastasis", True, Place("lumbar_spine", "midline", "L2"))
    moved = decided_hot_spot(scan, segmentation, None, [spot], spot, chosen, "reader")
    assert (moved.level, moved.level_margin) == ("L2", 0)
    from_table = Decision("metastasis", False, Place(spot.region, spot.side, spot.level))
    kept = decided_hot_spot(scan, segmentation, None, [spot], spot, from_table, "reader")
    assert kept.level_margin == 1
    assert decision_of(spot).place == from_table.place
