"""Burden worked out by hand: number, area, Bone Scan Index in total and by bone, extent of disease."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from BoneMetSegLib.anatomy import channel_index
from BoneMetSegLib.burden import VIEW_RULES, measure_burden
from BoneMetSegLib.burden_weights import weighted_bones
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.resources import resource_path
from Testing.library.synthetic_case import L3, LEFT_FEMUR, LEFT_RIB_7_BACK, Focus, found, painted

# Pixels of the painted bones: columns times rows, of 20 mm2 each.
FEMUR_PIXELS = 10 * 88
SPINE_PIXELS = 8 * 14 + 8 * 48 + 8 * 34 + 14 * 16
RIBS_PIXELS = 2 * 28 * 48
LESION_PIXELS = 16


def burden_of(foci, **options):
    rule = options.pop("view_rule", "max")
    scan, segmentation, spots = found(foci, **options)
    return measure_burden(scan, segmentation, spots, view_rule=rule)


def test_no_lesion_is_a_burden_of_zero():
    burden = burden_of([])
    assert (burden.lesion_count, burden.bsi_percent, burden.eod_grade) == (0, 0, 0)
    assert burden.lesion_area_mm2 == {"anterior": 0, "posterior": 0}
    assert burden.unmeasured == ()


def test_lesions_are_counted_and_their_areas_added_per_view():
    burden = burden_of([LEFT_FEMUR, LEFT_RIB_7_BACK, Focus(80, -600, {"benign": 0.9})])
    assert burden.lesion_count == 2
    assert burden.lesion_area_mm2 == {"anterior": 320, "posterior": 640}


def test_the_index_of_a_bone_is_its_involved_share_times_its_mass():
    burden = burden_of([LEFT_FEMUR])
    assert burden.bsi_by_region_percent["femur_left"] == pytest.approx(LESION_PIXELS / FEMUR_PIXELS * 8.9)
    assert burden.bsi_by_region_percent["femur_right"] == 0
    assert burden.bsi_percent == pytest.approx(16 / 880 * 8.9)


def test_the_parts_of_the_spine_are_weighed_as_one_bone():
    burden = burden_of([L3])
    assert burden.bsi_by_region_percent["spine"] == pytest.approx(LESION_PIXELS / SPINE_PIXELS * 8.3)


def test_all_ribs_are_weighed_as_one_bone():
    burden = burden_of([LEFT_RIB_7_BACK])
    assert burden.bsi_by_region_percent["ribs"] == pytest.approx(LESION_PIXELS / RIBS_PIXELS * 4.4)


def test_the_total_is_the_sum_over_bones():
    burden = burden_of([LEFT_FEMUR, L3, LEFT_RIB_7_BACK])
    by_hand = 16 / FEMUR_PIXELS * 8.9 + 16 / SPINE_PIXELS * 8.3 + 16 / RIBS_PIXELS * 4.4
    assert burden.bsi_percent == pytest.approx(by_hand)
    assert burden.bsi_percent == pytest.approx(sum(burden.bsi_by_region_percent.values()))


@pytest.mark.parametrize(("rule", "share"), [("max", 32 / 880), ("mean", (16 / 880 + 32 / 880) / 2)])
def test_two_views_make_one_share_by_a_named_rule(rule, share):
    foci = [
        replace(LEFT_FEMUR, views=("anterior",)),
        replace(LEFT_FEMUR, views=("posterior",), half_size_mm=(8, 20)),
    ]
    burden = burden_of(foci, view_rule=rule)
    assert burden.view_rule == rule
    assert burden.bsi_percent == pytest.approx(share * 8.9)


def test_the_mean_counts_a_view_that_shows_the_bone_and_no_lesion():
    burden = burden_of([LEFT_RIB_7_BACK], view_rule="mean")
    assert burden.bsi_percent == pytest.approx(LESION_PIXELS / RIBS_PIXELS / 2 * 4.4)


def test_a_view_that_does_not_show_the_bone_does_not_count():
    sternum = Focus(0, 600, views=("anterior",))
    burden = burden_of([sternum], view_rule="mean", without_bones=("thoracic_spine",))
    assert burden.bsi_percent == pytest.approx(16 / (8 * 32) * 0.3)


def test_an_unknown_rule_is_refused():
    with pytest.raises(InputError, match="view rule 'union' is not one of mean, max"):
        burden_of([], view_rule="union")
    assert set(VIEW_RULES) == {"max", "mean"}


def test_a_rejected_lesion_no_longer_counts():
    scan, segmentation, spots = found([LEFT_FEMUR, L3])
    both = measure_burden(scan, segmentation, spots)
    rejected = [replace(spot, accepted=spot.region != "femur") for spot in spots]
    one = measure_burden(scan, segmentation, rejected)
    assert (both.lesion_count, one.lesion_count) == (2, 1)
    assert one.bsi_percent == pytest.approx(both.bsi_percent - 16 / 880 * 8.9)


def test_a_promoted_benign_focus_counts_once_it_is_called_a_metastasis():
    scan, segmentation, spots = found([Focus(-80, -100, {"benign": 0.9})])
    accepted = [replace(spot, accepted=True) for spot in spots]
    assert measure_burden(scan, segmentation, accepted).lesion_count == 0
    promoted = [replace(spot, hot_spot_class="metastasis") for spot in accepted]
    assert measure_burden(scan, segmentation, promoted).bsi_percent == pytest.approx(16 / 880 * 8.9)


def test_a_lesion_larger_than_its_bone_involves_all_of_it_and_no_more():
    scan, segmentation, (spot,) = found([Focus(-80, -130, half_size_mm=(40, 240))])
    burden = measure_burden(scan, segmentation, [spot])
    assert burden.bsi_percent == pytest.approx(8.9)


def test_overlapping_lesions_are_not_counted_twice_in_the_index():
    scan, segmentation, (spot,) = found([LEFT_FEMUR])
    burden = measure_burden(scan, segmentation, [spot, replace(spot, id="H02")])
    assert burden.lesion_count == 2
    assert burden.bsi_percent == pytest.approx(16 / 880 * 8.9)


def without_left_femur(segmentation, *views):
    """The same segmentation with a left femur that these views do not show."""
    changed = dict(segmentation.views)
    for view in views:
        skeleton = changed[view].skeleton.copy()
        skeleton[channel_index("femur", "left")] = 0
        changed[view] = replace(changed[view], skeleton=skeleton)
    return replace(segmentation, views=changed)


def test_a_lesion_of_a_bone_that_no_view_shows_is_named_as_not_measured():
    scan, segmentation, spots = found([LEFT_FEMUR, L3])
    segmentation = without_left_femur(segmentation, "anterior", "posterior")
    burden = measure_burden(scan, segmentation, spots)
    assert burden.unmeasured == ("femur_left",)
    assert "femur_left" not in burden.bsi_by_region_percent
    assert burden.lesion_count == 2
    assert burden.bsi_percent == pytest.approx(16 / SPINE_PIXELS * 8.3)


def test_a_lesion_seen_only_where_its_bone_is_not_shown_is_not_measured_as_zero():
    scan, segmentation, spots = found([replace(LEFT_FEMUR, views=("anterior",))])
    segmentation = without_left_femur(segmentation, "anterior")
    burden = measure_burden(scan, segmentation, spots)
    assert burden.unmeasured == ("femur_left",)


def test_without_any_bone_the_index_is_not_known():
    scan, segmentation = painted([])
    for maps in segmentation.views.values():
        maps.skeleton[:] = 0
    burden = measure_burden(scan, segmentation, [])
    assert burden.bsi_percent != burden.bsi_percent  # NaN
    assert burden.lesion_count == 0


@pytest.mark.parametrize(("count", "grade"), [(0, 0), (1, 1), (5, 1), (6, 2), (20, 2), (21, 3), (60, 3)])
def test_extent_of_disease_goes_by_the_number_of_lesions(count, grade):
    scan, segmentation, _ = found([])
    view = scan.views["anterior"]
    in_view = HotSpotInView(LEFT_FEMUR.mask(view), 320, 60, 60, 6)
    lesions = [
        HotSpot(f"H{i:02d}", "metastasis", True, "femur", "left", "", {"anterior": in_view}, 0.9, 0.9)
        for i in range(1, count + 1)
    ]
    assert measure_burden(scan, segmentation, lesions).eod_grade == grade


# ---- the weights ----------------------------------------------------------------------------------------------------


def test_the_shipped_weights_add_up_to_what_their_source_adds_up_to():
    name, bones = weighted_bones()
    assert "Spiers 1968" in name
    assert sum(bone.mass_percent for bone in bones) == pytest.approx(100.1)
    assert "patella_left" not in {bone.name for bone in bones}


def test_other_weights_can_be_used_and_their_name_is_printed(tmp_path):
    weights = json.loads(resource_path("Burden", "skeletal_mass_v1.json").read_text(encoding="utf-8"))
    weights["name"] = "Of our own"
    weights["bones"]["femur"]["mass_percent"] = 10
    file = tmp_path / "own.json"
    file.write_text(json.dumps(weights), encoding="utf-8")
    scan, segmentation, spots = found([LEFT_FEMUR])
    burden = measure_burden(scan, segmentation, spots, weights_file=file)
    assert (burden.weights_name, burden.bsi_percent) == ("Of our own", pytest.approx(16 / 88))


def _changed(change):
    weights = json.loads(resource_path("Burden", "skeletal_mass_v1.json").read_text(encoding="utf-8"))
    change(weights)
    return json.dumps(weights)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "not a table of skeletal mass"),
        ("[]", "not a table of skeletal mass"),
        ('{"name": "x"}', "not a table of skeletal mass"),
        (_changed(lambda w: w["bones"].pop("femur")), "lacks the bone 'femur'"),
        (_changed(lambda w: w["bones"]["femur"].update(mass_percent=-1)), "'femur' a mass of -1"),
        (_changed(lambda w: w["bones"]["femur"].update(mass_percent=float("nan"))), "'femur' a mass of nan"),
        (_changed(lambda w: w["bones"]["femur"].update(mass_percent="8.9")), "'femur' a mass of '8.9'"),
        (_changed(lambda w: w["bones"]["spine"].update(per_side=True)), "weighs spine per side"),
        (_changed(lambda w: w["bones"]["ulna"].update(per_side=False)), "weighs radius and ulna per side"),
    ],
)
def test_weights_that_cannot_be_used_are_refused_by_name_and_fault(content, fault, tmp_path):
    file = tmp_path / "weights.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=fault) as caught:
        weighted_bones(file)
    assert "weights.json" in str(caught.value)


def test_weights_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.json cannot be read"):
        weighted_bones(tmp_path / "none.json")
