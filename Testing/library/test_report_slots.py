"""What the lexicon says of each place, as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.anatomy import TEXT_SLOTS, slot_index
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_slots import lexicon_states
from BoneMetSegLib.segmentation import STATUSES


def said(text):
    states = lexicon_states(parse_report(text))
    return {
        (TEXT_SLOTS[row], STATUSES[column]): float(states[row, column]) for row, column in np.argwhere(states).tolist()
    }


def test_without_a_report_nothing_is_said():
    states = lexicon_states(None)
    assert (states.shape, states.dtype, states.any()) == ((78, 5), np.float32, False)


@pytest.mark.parametrize(("word", "side"), [("左", "left"), ("右", "right")])
def test_a_side_is_its_side_s_place_alone(word, side):
    assert said(f"{word}侧髂骨转移。") == {(f"pelvis_{side}", "metastatic"): 1.0}


def test_a_bone_without_a_side_counts_for_both():
    assert said("肱骨浓聚。") == {("humerus_left", "uptake"): 1.0, ("humerus_right", "uptake"): 1.0}


def test_a_range_names_each_level_and_doubt_weighs_less():
    assert said("左侧第6-7肋浓聚，考虑转移。") == {
        ("rib_6_left", "metastatic"): 0.75,
        ("rib_7_left", "metastatic"): 0.75,
    }
    assert said("T8 uptake, metastasis cannot be excluded.") == {("vertebra_T8", "uncertain"): 0.5}


def test_a_place_keeps_all_that_its_clauses_say():
    found = said("检查所见：T8浓聚，余骨未见异常。\n诊断意见：T8转移。")
    assert found == {
        ("vertebra_T8", "uptake"): 1.0,
        ("vertebra_T8", "metastatic"): 1.0,
        ("whole_skeleton", "negated"): 1.0,
    }
    assert lexicon_states(parse_report("T8转移。"))[slot_index("vertebra_T8"), STATUSES.index("metastatic")] == 1.0
