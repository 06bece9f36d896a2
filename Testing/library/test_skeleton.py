"""Where in the skeleton a focus lies: region, side and level, and sites of physiological uptake."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.skeleton import Place, bone_place, centre_ras_mm, distance_mm, physiological_place
from Testing.library.synthetic_case import BONES, Focus, painted, rib_height_mm, vertebra_height_mm


def place(focus, *, find=bone_place, views=VIEWS, **options):
    scan, segmentation = painted([], views=views, **options)
    masks = {name: focus.mask(view) for name, view in scan.views.items() if name in focus.views}
    return find(scan, segmentation.views, masks)


@pytest.mark.parametrize("region", sorted(BONES))
def test_a_focus_in_the_middle_of_a_bone_has_its_name_and_side(region):
    (near, far), (low, high), views = BONES[region]
    middle, height = (0 if near == 0 else (near + far) / 2), (low + high) / 2
    for sign, side in ((-1, "left"), (1, "right")):
        # The scapula lies before ribs; its upper part is looked at in a skeleton without them.
        hidden = ("ribs",) if region == "scapula" else ("sternum", "scapula")
        hidden = tuple(name for name in hidden if name != region)
        if region == "sternum":
            hidden = ("thoracic_spine",)
        focus = Focus(sign * middle, height, views=views)
        found = place(focus, without_bones=hidden)
        assert (found.region, found.side) == (region, "midline" if near == 0 else side)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("level", ["C3", "T1", "T8", "T12", "L1", "L5"])
def test_a_vertebra_has_its_level(level, view):
    focus = Focus(0, vertebra_height_mm(level), half_size_mm=(8, 6), views=(view,))
    assert place(focus, without_bones=("sternum",)).level == level


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("number", [1, 5, 9])
def test_a_rib_has_its_number_in_front_and_behind(number, view):
    focus = Focus(-60, rib_height_mm(number, view), views=(view,))
    assert place(focus) == Place("ribs", "left", str(number))


@pytest.mark.parametrize("region", ["skull", "sternum", "femur", "pelvis"])
def test_bones_without_numbered_parts_have_no_level(region):
    (near, far), (low, high), views = BONES[region]
    focus = Focus((near + far) / 2 * (near > 0), (low + high) / 2, views=views)
    assert place(focus, without_bones=("thoracic_spine",)).level == ""


def test_a_focus_just_beside_a_bone_belongs_to_the_nearest_and_its_level_is_not_claimed():
    assert place(Focus(-145, rib_height_mm(9, "posterior"), views=("posterior",))) == Place("ribs", "left", "")


def test_a_focus_far_from_any_bone_lies_in_soft_tissue_on_its_side():
    assert place(Focus(150, -600)) == Place("soft_tissue", "right", "")
    assert place(Focus(-150, -600)) == Place("soft_tissue", "left", "")


def test_uptake_on_the_midline_outside_bone_has_no_side():
    assert place(Focus(0, 20, {"physiological": 0.9}), find=physiological_place).side == "midline"


def test_a_larger_view_of_a_focus_says_more_than_a_sliver():
    scan, segmentation = painted([])
    masks = {
        "anterior": Focus(0, vertebra_height_mm("T8"), half_size_mm=(5, 3)).mask(scan.views["anterior"]),
        "posterior": Focus(0, vertebra_height_mm("T8"), half_size_mm=(14, 10)).mask(scan.views["posterior"]),
    }
    assert bone_place(scan, segmentation.views, masks) == Place("thoracic_spine", "midline", "T8")


@pytest.mark.parametrize(
    ("focus", "site", "side"),
    [
        (Focus(0, 150, half_size_mm=(24, 25)), "bladder", "midline"),
        (Focus(0, 60, half_size_mm=(24, 25)), "bladder", "midline"),
        (Focus(-52, 400), "kidney", "left"),
        (Focus(52, 400), "kidney", "right"),
        (Focus(190, 170), "injection_site", "right"),
        (Focus(-180, 300), "injection_site", "left"),
        (Focus(60, -700), "soft_tissue", "right"),
    ],
)
@pytest.mark.parametrize("views", [VIEWS, ("anterior",), ("posterior",)], ids=str)
@pytest.mark.parametrize("mirrored", [False, True], ids=["as acquired", "mirrored"])
def test_sites_of_physiological_uptake(focus, site, side, views, mirrored):
    assert place(focus, find=physiological_place, views=views, mirrored=mirrored) == Place(site, side, "")


def test_without_any_bone_seen_uptake_still_has_a_side():
    found = place(Focus(-60, 400), find=physiological_place, without_bones=tuple(BONES))
    assert found == Place("soft_tissue", "left", "")


def test_centres_are_in_ras_millimetres():
    scan, _ = painted([])
    for view in scan.views.values():
        np.testing.assert_allclose(centre_ras_mm(view, Focus(-80, -100).mask(view)), (-80, -100))


def test_distances_use_the_height_and_the_width_of_a_pixel():
    mask = np.zeros((7, 7), bool)
    mask[3, 3] = True
    distance = distance_mm(mask, (5.0, 4.0))
    assert (distance[3, 3], distance[5, 3], distance[3, 5]) == (0, 10, 8)
    assert distance[6, 6] == pytest.approx(np.hypot(15, 12))
