"""A report that comes later: ids and the reader's decisions stay, and what changed is listed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from BoneMetSegLib.review import Change, merge_update, overlap
from Testing.library.synthetic_case import L3, LEFT_FEMUR, RIGHT_FEMUR, Focus, found


def spots_of(*foci):
    return found(foci)[2]


def by_place(spots):
    return {f"{spot.region} {spot.side}": spot for spot in spots}


def test_nothing_changes_when_the_same_is_found_again():
    before = spots_of(LEFT_FEMUR, L3)
    merged, changes = merge_update(before, spots_of(LEFT_FEMUR, L3))
    assert [spot.id for spot in merged] == [spot.id for spot in before]
    assert changes == []


def test_ids_stay_when_a_new_hot_spot_comes_before_them():
    before = spots_of(LEFT_FEMUR)
    merged, changes = merge_update(before, spots_of(L3, LEFT_FEMUR))
    assert {place: spot.id for place, spot in by_place(merged).items()} == {
        "femur left": "H01",
        "lumbar_spine midline": "H02",
    }
    assert changes == [Change("H02", "new", "", "metastasis")]


def test_new_ids_go_on_after_the_highest_even_where_one_is_free():
    before = [spot for spot in spots_of(L3, LEFT_FEMUR, RIGHT_FEMUR) if spot.id != "H02"]
    _, changes = merge_update(before, spots_of(L3, Focus(0, 870), LEFT_FEMUR, RIGHT_FEMUR))
    assert sorted(change.id for change in changes) == ["H04", "H05"]


def test_what_the_report_changed_is_listed():
    before = spots_of(LEFT_FEMUR)
    after = spots_of(replace(LEFT_FEMUR, report={"metastasis": 0.2, "benign": 0.8}))
    (merged,), changes = merge_update(before, after)
    assert (merged.id, merged.hot_spot_class, merged.accepted) == ("H01", "benign", False)
    assert changes == [
        Change("H01", "class", "metastasis", "benign"),
        Change("H01", "accepted", "yes", "no"),
        Change("H01", "report_effect", "no report", "lowered"),
    ]


def test_another_place_of_the_same_focus_is_listed():
    (before,) = spots_of(L3)
    (merged,), changes = merge_update([before], [replace(before, level="L4")])
    assert merged.level == "L4"
    assert changes == [Change("H01", "place", "L3", "L4")]


def test_a_rejection_stands_against_the_report_and_is_listed():
    (before,) = spots_of(LEFT_FEMUR)
    rejected = replace(before, accepted=False, edited_by="reader")
    after = spots_of(replace(LEFT_FEMUR, image={"metastasis": 0.6}, report={"metastasis": 0.95}))
    (merged,), changes = merge_update([rejected], after)
    assert not merged.accepted
    assert (merged.edited_by, merged.report_effect) == ("reader", "raised")
    assert merged.probability_with_report > merged.probability_image_only
    assert changes == [
        Change("H01", "kept", "metastasis, accepted, left femur", "metastasis, not accepted, left femur")
    ]


def test_an_edited_outline_class_and_place_stay():
    (before,) = spots_of(LEFT_FEMUR)
    mask = before.views["anterior"].mask.copy()
    mask[np.nonzero(mask)[0][0]] = False
    in_view = replace(before.views["anterior"], mask=mask)
    edited = replace(before, hot_spot_class="benign", region="pelvis", views={"anterior": in_view}, edited_by="reader")
    (merged,), _ = merge_update([edited], spots_of(LEFT_FEMUR))
    assert (merged.hot_spot_class, merged.region, tuple(merged.views)) == ("benign", "pelvis", ("anterior",))
    np.testing.assert_array_equal(merged.views["anterior"].mask, mask)


def test_a_phrase_of_the_models_place_is_not_given_to_the_readers_place():
    (before,) = spots_of(LEFT_FEMUR)
    moved = replace(before, region="pelvis", edited_by="reader")
    (merged,), _ = merge_update([moved], [replace(before, phrase="Left femur.", phrase_span=(0, 11))])
    assert (merged.phrase, merged.phrase_span) == ("", None)


def test_a_hot_spot_not_found_again_is_listed_as_gone():
    merged, changes = merge_update(spots_of(L3, LEFT_FEMUR), spots_of(LEFT_FEMUR))
    assert [spot.id for spot in merged] == ["H02"]
    assert changes == [Change("H01", "gone", "metastasis", "")]


def test_what_a_reader_drew_stays_though_nothing_is_found_there():
    (before,) = spots_of(LEFT_FEMUR)
    drawn = replace(before, edited_by="reader", phrase="Of the earlier report.", phrase_span=(3, 9))
    (merged,), changes = merge_update([drawn], [])
    assert (merged.id, merged.accepted) == ("H01", True)
    assert (merged.phrase, merged.phrase_span) == ("", None)
    assert [(change.id, change.what) for change in changes] == [("H01", "kept")]


def test_a_focus_that_became_two_keeps_its_id_for_the_larger_overlap():
    whole = Focus(-80, -100, half_size_mm=(8, 40))
    parts = [Focus(-80, -70, half_size_mm=(8, 10)), Focus(-80, -120, half_size_mm=(8, 20))]
    merged, changes = merge_update(spots_of(whole), spots_of(*parts))
    assert [spot.id for spot in merged] == ["H01", "H02"]
    assert [change.what for change in changes] == ["new"]


def test_hot_spots_side_by_side_do_not_overlap():
    one, other = spots_of(LEFT_FEMUR, RIGHT_FEMUR)
    assert overlap(one, other) == 0
    assert overlap(one, one) == 1
