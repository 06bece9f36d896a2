"""The one table of the skeleton: complete, without contradictions, with the codes the standards give."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest
from pydicom.sr.codedict import codes

from BoneMetSegLib import anatomy

# SNOMED CT, from DICOM's context groups; written again here, apart from the table, to catch a slip in either.
CODES_OF_REGIONS = {
    "skull": "89546000", "mandible": "91609006", "sternum": "56873002", "clavicle": "51299004", "scapula": "79601000",
    "ribs": "113197003", "cervical_spine": "122494005", "thoracic_spine": "122495006", "lumbar_spine": "122496007",
    "sacrum": "54735007", "pelvis": "118645006", "humerus": "85050009", "femur": "71341001",
}  # fmt: skip
CODES_OF_VERTEBRAE = {
    "C1": "14806007", "C2": "39976000", "C3": "113205007", "C4": "5329002", "C5": "36978003", "C6": "36054005",
    "C7": "87391001", "T1": "64864005", "T2": "53733008", "T3": "1626008", "T4": "73071006", "T5": "56401006",
    "T6": "45296009", "T7": "62487009", "T8": "11068009", "T9": "82687006", "T10": "7610001", "T11": "12989004",
    "T12": "23215003", "L1": "66794005", "L2": "14293000", "L3": "36470004", "L4": "11994002", "L5": "49668003",
}  # fmt: skip
# The bones that the Bone Scan Index weighs (Imbriaco 1998).
WEIGHTED_BONES = {
    "skull", "mandible", "clavicle", "scapula", "sternum", "ribs", "spine", "pelvis",
    "femur", "tibia", "fibula", "foot", "humerus", "radius", "ulna", "hand",
}  # fmt: skip

FINE = anatomy.FINE_REGIONS
EVERY_FINE_REGION = pytest.mark.parametrize("fine", FINE, ids=lambda fine: fine.name)


def _without_side(fine):
    return fine.name.removesuffix("_left").removesuffix("_right")


@cache
def _meanings_in_dicom():
    """Return the meanings that DICOM's context groups give each SNOMED CT code."""
    meanings = defaultdict(set)
    for keyword in codes.SCT.dir():
        concept = getattr(codes.SCT, keyword)
        meanings[concept.value].add(concept.meaning)
    return meanings


def _sct_codes():
    named = [(region.name, region.code) for region in anatomy.REPORTING_REGIONS]
    named += [*anatomy.SIDE_CODES.items(), *anatomy.VERTEBRA_CODES.items()]
    named += [(site.name, site.code) for site in anatomy.PHYSIOLOGICAL_SITES]
    return [pytest.param(code, id=name) for name, code in named if code.scheme == "SCT"]


def test_names_are_unique():
    for names in (
        [region.name for region in anatomy.REPORTING_REGIONS],
        [fine.name for fine in FINE],
        anatomy.SKELETON_CHANNEL_NAMES,
        anatomy.TEXT_SLOTS,
        [site.name for site in anatomy.PHYSIOLOGICAL_SITES],
    ):
        assert len(set(names)) == len(names)


def test_the_skeleton_has_its_vertebrae_and_ribs():
    assert [fine.level for fine in FINE if fine.name.startswith("vertebra_")] == list(anatomy.VERTEBRA_LEVELS)
    assert [len(levels) for levels in (anatomy.CERVICAL_LEVELS, anatomy.THORACIC_LEVELS, anatomy.LUMBAR_LEVELS)] == [
        7,
        12,
        5,
    ]
    for side in ("left", "right"):
        ribs = [fine for fine in FINE if fine.region == "ribs" and fine.side == side]
        assert [fine.level for fine in ribs] == [str(number) for number in range(1, 13)]


def test_every_sided_part_has_its_counterpart_with_the_same_words():
    by_name = {fine.name: fine for fine in FINE}
    for fine in FINE:
        if fine.side == "midline":
            assert f"{fine.name}_left" not in by_name
            continue
        other = by_name[
            fine.name.replace("_left", "_right") if fine.side == "left" else fine.name.replace("_right", "_left")
        ]
        assert other.side != fine.side
        assert (other.region, other.level, other.is_joint) == (fine.region, fine.level, fine.is_joint)
        assert (other.terms_en, other.terms_zh) == (fine.terms_en, fine.terms_zh)


@EVERY_FINE_REGION
def test_a_fine_region_belongs_to_a_channel_of_its_region_and_side(fine):
    region = anatomy.reporting_region(fine.region)
    channel = anatomy.SKELETON_CHANNELS[fine.channel]
    assert (channel.region, channel.side) == (fine.region, fine.side)
    assert (fine.side == "midline") != region.sided
    assert fine.level in region.levels if fine.level else not region.levels


def test_every_channel_and_every_level_is_reached_by_a_bone_not_only_by_a_joint():
    assert {fine.channel for fine in FINE if not fine.is_joint} == set(range(len(anatomy.SKELETON_CHANNELS)))
    for region in anatomy.REPORTING_REGIONS:
        assert {fine.level for fine in FINE if fine.region == region.name and fine.level} == set(region.levels)


def test_channels_are_named_for_region_and_side():
    assert "skull" in anatomy.SKELETON_CHANNEL_NAMES
    assert {"ribs_left", "ribs_right"} <= set(anatomy.SKELETON_CHANNEL_NAMES)
    for index, channel in enumerate(anatomy.SKELETON_CHANNELS):
        assert anatomy.channel_index(channel.region, channel.side) == index


@EVERY_FINE_REGION
def test_a_part_has_words_in_both_languages_without_a_side(fine):
    assert fine.terms_en
    assert fine.terms_zh
    for term in fine.terms_en:
        assert term == term.strip()
        assert term.isascii()
        assert not {"left", "right"} & set(term.lower().split())
    for term in fine.terms_zh:
        assert term == term.strip()
        assert not {"左", "右"} & set(term)


@pytest.mark.parametrize("language", ["terms_en", "terms_zh"])
def test_a_word_names_one_place_only(language):
    places = defaultdict(set)
    for fine in FINE:
        terms = [term.lower() for term in getattr(fine, language)]
        assert len(set(terms)) == len(terms)
        for term in terms:
            places[term].add(_without_side(fine))
    assert {term: names for term, names in places.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("vertebra_T8", {"T8", "胸8", "第8胸椎", "胸八椎体", "eighth thoracic vertebra"}),
        ("vertebra_L3", {"L3", "腰3椎体", "L3椎体", "third lumbar vertebra"}),
        ("vertebra_C1", {"C1", "第1颈椎", "first cervical vertebra"}),
        ("rib_7_left", {"第7肋", "7th rib", "rib 7"}),
        ("rib_2_right", {"第2肋", "2nd rib", "second rib"}),
        ("ilium_right", {"髂骨", "ilium"}),
        ("sacroiliac_joint_left", {"骶髂关节", "sacroiliac joint"}),
        ("manubrium", {"胸骨柄", "manubrium"}),
    ],
)
def test_a_place_is_called_as_reports_call_it(name, words):
    fine = anatomy.fine_region(name)
    assert words <= set(fine.terms_en) | set(fine.terms_zh)


def test_regions_carry_the_codes_of_the_standard():
    for name, value in CODES_OF_REGIONS.items():
        assert anatomy.reporting_region(name).code.value == value
    assert {level: code.value for level, code in anatomy.VERTEBRA_CODES.items()} == CODES_OF_VERTEBRAE
    assert {side: code.value for side, code in anatomy.SIDE_CODES.items()} == {"left": "7771000", "right": "24028007"}


@pytest.mark.parametrize("code", _sct_codes())
def test_a_snomed_code_means_in_dicom_what_the_table_says(code):
    assert code.meaning in _meanings_in_dicom()[code.value]


def test_no_two_concepts_share_a_code():
    concepts_of_table = [region.code for region in anatomy.REPORTING_REGIONS]
    concepts_of_table += [*anatomy.SIDE_CODES.values(), *anatomy.VERTEBRA_CODES.values()]
    concepts_of_table += [site.code for site in anatomy.PHYSIOLOGICAL_SITES]
    values = [(code.scheme, code.value) for code in concepts_of_table]
    assert len(set(values)) == len(values)
    assert all(code.scheme == "SCT" or code.scheme.startswith("99") for code in concepts_of_table)


def test_the_bone_scan_index_finds_every_bone_it_weighs_once():
    bones = {bone for region in anatomy.REPORTING_REGIONS for bone in region.bsi_bones}
    assert bones == WEIGHTED_BONES
    assert [region.name for region in anatomy.REPORTING_REGIONS if not region.bsi_bones] == ["patella"]
    shared = defaultdict(list)
    for region in anatomy.REPORTING_REGIONS:
        for bone in region.bsi_bones:
            shared[bone].append(region.name)
    assert {bone: names for bone, names in shared.items() if len(names) > 1} == {
        "spine": ["cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum"]
    }


def test_vertebrae_and_ribs_have_slots_of_their_own_and_other_parts_share_their_regions():
    assert anatomy.TEXT_SLOTS[anatomy.slot_of("vertebra_L3")] == "vertebra_L3"
    assert anatomy.TEXT_SLOTS[anatomy.slot_of("rib_7_left")] == "rib_7_left"
    assert anatomy.TEXT_SLOTS[anatomy.slot_of("ilium_right")] == "pelvis_right"
    assert anatomy.TEXT_SLOTS[anatomy.slot_of("hip_joint_left")] == "pelvis_left"
    assert anatomy.TEXT_SLOTS[anatomy.slot_of("skull_base")] == "skull"


def test_the_slots_are_the_channels_the_levels_and_the_whole_skeleton():
    channels = len(anatomy.SKELETON_CHANNELS)
    assert anatomy.TEXT_SLOTS[:channels] == anatomy.SKELETON_CHANNEL_NAMES
    assert set(anatomy.TEXT_SLOTS[channels:-1]) == {fine.name for fine in FINE if fine.level}
    assert anatomy.TEXT_SLOTS[-1] == anatomy.WHOLE_SKELETON_SLOT
    assert [anatomy.slot_index(name) for name in anatomy.TEXT_SLOTS] == list(range(len(anatomy.TEXT_SLOTS)))


@EVERY_FINE_REGION
def test_a_slot_keeps_the_side(fine):
    slot = anatomy.TEXT_SLOTS[anatomy.slot_of(fine.name)]
    assert slot.endswith(f"_{fine.side}") if fine.side != "midline" else not slot.endswith(("_left", "_right"))


@EVERY_FINE_REGION
def test_a_level_comes_back_from_its_coordinate(fine):
    coordinate = anatomy.level_coordinate(fine.name)
    if not fine.level:
        assert coordinate is None
        return
    nearest = anatomy.rib_at if fine.region == "ribs" else anatomy.vertebra_at
    assert [nearest(coordinate + offset) for offset in (-0.4, 0.0, 0.4)] == [fine.level] * 3


def test_coordinates_run_from_head_to_foot_and_stop_at_the_ends():
    assert anatomy.level_coordinate("vertebra_T1") == anatomy.level_coordinate("vertebra_C7") + 1
    assert anatomy.level_coordinate("vertebra_L5") == 24
    assert (anatomy.vertebra_at(-3), anatomy.vertebra_at(99)) == ("C1", "L5")
    assert (anatomy.rib_at(0.2), anatomy.rib_at(99)) == ("1", "12")


@pytest.mark.parametrize(
    ("place", "english", "chinese"),
    [
        (("ribs", "left", "7"), "left rib 7", "左侧第7肋"),
        (("ribs", "right", ""), "right rib", "右侧肋骨"),
        (("lumbar_spine", "midline", "L3"), "L3", "L3椎体"),
        (("lumbar_spine", "midline", ""), "lumbar spine", "腰椎"),
        (("femur", "right", ""), "right femur", "右侧股骨"),
        (("skull", "midline", ""), "skull", "颅骨"),
        (("kidney", "left", ""), "left kidney", "左侧肾脏"),
        (("bladder", "midline", ""), "bladder", "膀胱"),
    ],
)
def test_a_place_is_said_in_both_languages(place, english, chinese):
    assert anatomy.region_term(*place) == english
    assert anatomy.region_term(*place, lang="zh") == chinese


def test_a_place_that_does_not_exist_is_not_guessed():
    with pytest.raises(KeyError):
        anatomy.fine_region("vertebra_L6")
    with pytest.raises(KeyError):
        anatomy.reporting_region("tail")
    with pytest.raises(ValueError, match="not in tuple"):
        anatomy.channel_index("skull", "left")
