"""The atlas says where the network's bone is in doubt, and sternum is told from spine by the view that counts more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.anatomy import channel_index
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.quality_places import place_flags, region_lead
from BoneMetSegLib.sentences_zh import in_chinese
from BoneMetSegLib.skeleton_atlas import lay_atlas
from Testing.library.synthetic_case import BONES, LEFT_FEMUR, RIGHT_FEMUR, Focus, found


def hesitating(segmentation, region, side, spot, lead):
    """Let the network find another bone likelier than the painted one, by a lead, over a focus."""
    for name, view in spot.views.items():
        segmentation.views[name].skeleton[channel_index(region, side)][view.mask] = 0.95 + lead


def test_the_atlas_knows_the_large_bones_on_both_sides():
    scan, segmentation, spots = found([LEFT_FEMUR, RIGHT_FEMUR, Focus(0, 870)])
    atlas = lay_atlas(scan, segmentation.views)
    for spot in spots:
        assert atlas.region({name: view.mask for name, view in spot.views.items()}) == spot.region


def test_the_atlas_is_laid_the_same_way_each_time_and_over_one_view_too():
    scan, segmentation, spots = found([LEFT_FEMUR], views=("posterior",))
    masks = {name: view.mask for name, view in spots[0].views.items()}
    regions = {lay_atlas(scan, segmentation.views).region(masks) for _ in range(2)}
    assert regions == {"femur"}


def test_without_landmarks_there_is_no_atlas():
    everything = tuple(BONES)
    scan, segmentation, _ = found([LEFT_FEMUR], without_bones=everything)
    assert lay_atlas(scan, segmentation.views) is None


def test_a_bone_in_doubt_is_flagged_by_its_hot_spot_until_a_reader_decides():
    scan, segmentation, (spot,) = found([LEFT_FEMUR])
    assert place_flags(scan, segmentation, [spot]) == []
    hesitating(segmentation, "ribs", "left", spot, 0.02)
    (doubtful,) = find_hot_spots(scan, segmentation)
    assert doubtful.region == "ribs"
    assert region_lead(segmentation, doubtful) == pytest.approx(0.02, abs=0.001)
    (flag,) = place_flags(scan, segmentation, [doubtful])
    assert flag.name == "region_in_doubt"
    assert doubtful.id in flag.sentence
    assert in_chinese(flag.sentence).startswith("H01 所在的骨骼存疑")
    assert place_flags(scan, segmentation, [replace(doubtful, edited_by="reader")]) == []


def test_a_focus_that_counts_more_in_front_is_of_the_sternum():
    front = Focus(0, 600, counts=60)

    def region(front_counts, back_counts, half=(8, 10)):
        scan, segmentation, _ = found([replace(front, half_size_mm=half)])
        for name, counts in (("anterior", front_counts), ("posterior", back_counts)):
            scan.views[name].counts[front.mask(scan.views[name])] = counts
        # Both bones at the place, the spine a little likelier: as networks do.
        segmentation.views["anterior"].skeleton[channel_index("sternum", "midline")] *= np.float32(0.97)
        (spot,) = find_hot_spots(scan, segmentation)
        return spot.region

    assert region(60, 30) == "sternum"
    assert region(30, 60) == "thoracic_spine"
    assert region(60, 55) == "thoracic_spine"
