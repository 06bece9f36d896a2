"""Lists in which a side, a letter or a noun is said once: each item keeps its place. Wide terms name their slots."""

from __future__ import annotations

import re

import pytest

from model_training.reading import place_words_en, place_words_zh
from model_training.reading.place_lists import bones, elliptic_list, joints, levels, ribs
from model_training.simulator.report_grammar import Draw

SPINE = {"cervical_spine", "thoracic_spine", "lumbar_spine"}
ARMS = {f"{bone}_{side}" for bone in ("humerus", "forearm", "hand") for side in ("left", "right")}
LEGS = {f"{bone}_{side}" for bone in ("femur", "patella", "leg", "foot") for side in ("left", "right")}
RIBS = {"ribs_left", "ribs_right"}


def written(pieces) -> str:
    """Return a list with its slots: "[right 5th](rib_5_right) and [left 9th ribs](rib_9_left)"."""
    return "".join(f"[{p.text}]({' '.join(p.slots)})" if p.slots else p.text for p in pieces)


def all_of(make) -> set[str]:
    return {written(make(Draw(seed))) for seed in range(1500)}


@pytest.mark.parametrize(
    ("said", "language", "expected"),
    [
        ((("right", (5,)), ("left", (9,))), "en", "[right 5th](rib_5_right) and [left 9th ribs](rib_9_left)"),
        (
            (("right", (5,)), ("left", (9,))),
            "en",
            "[5th rib on the right](rib_5_right) and [9th on the left](rib_9_left)",
        ),
        (
            (("left", (3, 4, 6)), ("right", (7,))),
            "en",
            "[left 3rd, 4th and 6th](rib_3_left rib_4_left rib_6_left) and [right 7th ribs](rib_7_right)",
        ),
        ((("right", (5,)), ("left", (9,))), "en", "[Rt. 5th](rib_5_right) and [Lt. 9th ribs](rib_9_left)"),
        (
            (("left", (3, 5, 7)), ("right", (8,))),
            "zh",
            "[左侧第3、5、7](rib_3_left rib_5_left rib_7_left)及[右侧第8肋](rib_8_right)",
        ),
        ((("left", (3,)), ("right", (7,))), "zh", "[左第3后肋](rib_3_left)、[右第7后肋](rib_7_right)"),
    ],
)  # fmt: skip
def test_ribs_of_two_sides_in_one_list_keep_their_own_side(said, language, expected):
    assert expected in all_of(lambda draw: ribs(said, language, draw))


@pytest.mark.parametrize(
    ("names", "language", "expected"),
    [
        (("T5", "T9", "L2"), "en", "[D5](vertebra_T5), [D9](vertebra_T9) and [L2](vertebra_L2)"),
        (("T5", "T9", "L2"), "en", "[T5](vertebra_T5), [T9](vertebra_T9) and [L2 vertebrae](vertebra_L2)"),
        (("T5", "T7", "T9"), "zh", "[胸5](vertebra_T5)、[胸7](vertebra_T7)、[胸9椎体](vertebra_T9)"),
        (("C6", "L1"), "zh", "[C6](vertebra_C6)及[L1椎体](vertebra_L1)"),
    ],
)
def test_levels_that_each_say_their_letter_are_places_of_their_own(names, language, expected):
    assert expected in all_of(lambda draw: levels(names, language, draw))


@pytest.mark.parametrize(("language", "left"), [("en", {"left", "L", "Lt", "Lt."}), ("zh", {"左", "左侧"})])
def test_a_side_said_once_holds_for_the_bones_after_it(language, left):
    regions = {"femur": "femur", "scapula": "scapula", "股骨": "femur", "肩胛骨": "scapula"}
    seen = set()
    for seed in range(400):
        first, *others = [piece for piece in bones(language, Draw(seed)) if piece.slots]
        bone = next((name for name in regions if first.text.endswith(name)), None)
        side = "left" if bone and first.text.removesuffix(bone).strip() in left else "right"
        if bone:
            assert first.slots == (f"{regions[bone]}_{side}",)
            assert all(slot.endswith(f"_{side}") for piece in others for slot in piece.slots)
            seen.add(side)
        for piece in others:
            if piece.text in regions:  # bare, the bone of the side said before
                assert piece.slots[0].startswith(f"{regions[piece.text]}_")
    assert seen == {"left", "right"}


def test_joints_that_share_their_noun_are_each_named_on_both_sides():
    expected = {
        "膝": ("femur_left", "femur_right"),
        "踝": ("foot_left", "foot_right"),
        "骶髂": ("pelvis_left", "pelvis_right"),
    }
    seen = set()
    for seed in range(300):
        items = [piece for piece in joints("zh", Draw(seed)) if piece.slots]
        assert items[0].text[0] in "双两"
        assert [item.text.endswith("关节") for item in items] == [False] * (len(items) - 1) + [True]
        for item in items[1:]:
            joint = item.text.removesuffix("关节")
            if joint in expected:
                assert item.slots == expected[joint]
                seen.add(joint)
    assert seen == set(expected)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_item_of_a_list_says_the_other_side(language):
    other = {
        "left": re.compile("右" if language == "zh" else r"\b(right|rt|r)\b", re.IGNORECASE),
        "right": re.compile("左" if language == "zh" else r"\b(left|lt|l)\b", re.IGNORECASE),
    }
    for seed in range(600):
        pieces = elliptic_list(language, Draw(seed))
        assert "".join(piece.text for piece in pieces).strip()
        for piece in pieces:
            sides = {slot.rsplit("_", 1)[-1] for slot in piece.slots if slot.endswith(("_left", "_right"))}
            if len(sides) == 1:
                assert not other[sides.pop()].search(piece.text), piece


@pytest.mark.parametrize(
    ("term", "slots"),
    [
        ("spine", SPINE),
        ("vertebral column", SPINE),
        ("axial skeleton", {"skull", *SPINE, "sacrum", "sternum", *RIBS}),
        ("long bones", ARMS | LEGS),
        ("limbs", ARMS | LEGS),
        ("extremities", ARMS | LEGS),
        ("thoracic cage", {"sternum", *RIBS}),
        ("shoulder girdles", {f"{bone}_{side}" for bone in ("clavicle", "scapula") for side in ("left", "right")}),
        ("L5/S1", {"vertebra_L5", "sacrum"}),
        ("pelvis", {"pelvis_left", "pelvis_right"}),
        ("脊柱", SPINE),
        ("四肢", ARMS | LEGS),
        ("四肢长骨", ARMS | LEGS),
        ("胸廓", {"sternum", *RIBS}),
        ("中轴骨", {"skull", *SPINE, "sacrum", "sternum", *RIBS}),
        ("躯干骨", {*SPINE, "sacrum", "sternum", *RIBS}),
        ("头颅", {"skull"}),
        ("颅骨", {"skull"}),
        ("calvarium", {"skull"}),
        ("calotte", {"skull"}),
    ],
)
def test_wide_terms_name_exactly_their_slots(term, slots):
    groups = [*place_words_en.GROUPS, *place_words_zh.GROUPS]
    groups += [
        (terms, (region,)) for words in (place_words_en, place_words_zh) for region, terms in words.REGIONS.items()
    ]
    assert {frozenset(meant) for terms, meant in groups if term in terms} == {frozenset(slots)}


@pytest.mark.parametrize(
    ("term", "regions"),
    [
        ("arm", ("humerus", "forearm", "hand")),
        ("lower limb", ("femur", "patella", "leg", "foot")),
        ("shoulder girdle", ("clavicle", "scapula")),
        ("上肢", ("humerus", "forearm", "hand")),
        ("下肢", ("femur", "patella", "leg", "foot")),
    ],
)
def test_a_wide_term_of_one_side_names_the_regions_of_that_side(term, regions):
    groups = [*place_words_en.SIDED_GROUPS, *place_words_zh.SIDED_GROUPS]
    assert [meant for terms, meant in groups if term in terms] == [regions]
