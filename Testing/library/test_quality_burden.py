"""Flags of what limits the burden: superscan, skeleton, bladder over bone, counts; they follow the reader."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.quality_burden import BURDEN_FLAGS, with_burden_flags
from BoneMetSegLib.review_session import ReviewSession
from BoneMetSegLib.sentences_zh import in_chinese
from Testing.library.synthetic_case import BLADDER, BONES, LEFT_FEMUR, Focus, a_case


def flags_of(foci, **options):
    return {flag.name: flag for flag in a_case(foci, **options).quality if flag.name in BURDEN_FLAGS}


def _filled(region, side):
    (near, far), (low, high), _ = BONES[region]
    return Focus(side * (near + far) / 2, (low + high) / 2, half_size_mm=((far - near) / 2 + 1, (high - low) / 2 + 1))


SUPERSCAN = [_filled(region, side) for region in ("ribs", "pelvis") for side in (-1, 1)]


def test_the_painted_scan_has_few_counts_and_nothing_else():
    assert list(flags_of([LEFT_FEMUR])) == ["bsi_unreliable"]


def test_enough_counts_raise_no_flag():
    case = a_case([LEFT_FEMUR])
    views = {name: replace(view, counts=view.counts * np.float32(40)) for name, view in case.scan.views.items()}
    assert min(view.total_counts for view in views.values()) > 1.5e6
    scan = replace(case.scan, views=views)
    assert with_burden_flags([], scan, case.segmentation, case.hot_spots, case.burden) == []


def test_a_superscan_is_flagged_and_no_longer_when_a_reader_rejects_it():
    session = ReviewSession(a_case(SUPERSCAN))
    assert "superscan" in {flag.name for flag in session.case.quality}
    for spot in session.case.hot_spots:
        session.reject(spot.id)
    assert "superscan" not in {flag.name for flag in session.case.quality}
    while session.can_undo:
        session.undo()
    assert "superscan" in {flag.name for flag in session.case.quality}


def test_missing_main_bones_are_flagged():
    flags = flags_of([], without_bones=("skull", "pelvis"))
    assert flags["skeleton_not_recognised"].value == 2
    assert "skeleton_not_recognised" not in flags_of([], without_bones=("skull",))


def test_a_skeleton_upside_down_is_flagged():
    case = a_case([])
    for maps in case.segmentation.views.values():
        maps.skeleton[:] = maps.skeleton[:, ::-1].copy()
        maps.__dict__.pop("bones", None)
        maps.__dict__.pop("_silhouettes", None)
    flags = with_burden_flags([], case.scan, case.segmentation, case.hot_spots, case.burden)
    assert "skeleton_not_recognised" in {flag.name for flag in flags}


def test_a_bladder_over_the_sacrum_is_flagged_and_one_below_it_is_not():
    over = Focus(0, 190, {"physiological": 0.95}, half_size_mm=(28, 50), counts=200)
    assert flags_of([over])["bladder_over_sacrum"].value == pytest.approx(50, abs=10)
    assert "bladder_over_sacrum" not in flags_of([BLADDER])


def test_a_bladder_over_the_pubis_is_flagged():
    wide = Focus(0, 135, {"physiological": 0.95}, half_size_mm=(60, 35), counts=200)
    assert "bladder_over_pubis" in flags_of([wide])


def test_every_flag_has_a_chinese_form():
    over = Focus(0, 190, {"physiological": 0.95}, half_size_mm=(28, 50), counts=200)
    wide = Focus(0, 135, {"physiological": 0.95}, half_size_mm=(60, 35), counts=200)
    found = flags_of(SUPERSCAN) | flags_of([over]) | flags_of([wide]) | flags_of([], without_bones=("skull", "pelvis"))
    assert set(found) == set(BURDEN_FLAGS)
    for flag in found.values():
        assert in_chinese(flag.sentence) != flag.sentence
        assert "lesion" not in in_chinese(flag.sentence)
