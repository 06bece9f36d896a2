"""The true Bone Scan Index against sums done by hand with the weights file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training.simulator.burden_truth import bsi_bone, true_bsi_percent
from model_training.simulator.foci import FocusSource
from model_training.simulator.parts import Part, Skeleton, assemble
from Testing.training.foci_fixtures import a_skeleton

FEMUR = ("femur_proximal_left", "femur_shaft_left", "femur_distal_left")


def a_lesion(bone_points: np.ndarray, involvement: float = 1.0) -> FocusSource:
    return FocusSource(
        "metastasis", "femur_shaft_left", "metastasis", "left", 1.0, False, np.zeros((1, 3), np.float32), np.ones(1),
        1.0, bone_points, np.full(len(bone_points), involvement, np.float32),
    )  # fmt: skip


def four_bones() -> Skeleton:
    """Two points in each of left tibia, right tibia, left rib 6 and right rib 6; masses as in the comments below."""
    masses = {"tibia_shaft_left": (1, 3), "tibia_shaft_right": (2, 2), "rib_6_left": (1, 1), "rib_6_right": (3, 3)}
    parts = [
        Part(name, np.zeros((2, 3), np.float32), np.array(mass, np.float32), "trunk") for name, mass in masses.items()
    ]
    return assemble(parts, {}, "analytic")


def test_a_quarter_of_one_tibia_is_a_quarter_of_its_side() -> None:
    # 5.1 % each side x 1 / (1 + 3); the other tibia does not dilute it.
    assert true_bsi_percent(four_bones(), [a_lesion(np.array([0]))]) == pytest.approx(5.1 / 4, abs=1e-4)


def test_ribs_have_one_weight_for_both_sides() -> None:
    # 4.4 % for all ribs x (1 + 1) / (1 + 1 + 3 + 3)
    assert true_bsi_percent(four_bones(), [a_lesion(np.array([4, 5]))]) == pytest.approx(4.4 / 4, abs=1e-4)


def test_partly_involved_and_overlapping_volume_counts_once_by_the_larger_share() -> None:
    half, whole = a_lesion(np.array([2, 3]), 0.5), a_lesion(np.array([3]), 0.8)
    # right tibia: (2 x 0.5 + 2 x max(0.5, 0.8)) / 4 x 5.1 %
    assert true_bsi_percent(four_bones(), [half, whole]) == pytest.approx(5.1 * (1.0 + 1.6) / 4, abs=1e-4)
    assert true_bsi_percent(four_bones(), [half, half]) == pytest.approx(5.1 / 2, abs=1e-4)


def test_a_whole_femur_is_its_mass_and_the_whole_skeleton_the_sum_of_the_table() -> None:
    skeleton = a_skeleton()
    assert true_bsi_percent(skeleton, [a_lesion(skeleton.indices(*FEMUR))]) == pytest.approx(8.9, abs=1e-3)
    everything = [a_lesion(np.arange(len(skeleton.mass)))] * 3
    assert true_bsi_percent(skeleton, everything) == pytest.approx(100.1, abs=1e-2)
    assert true_bsi_percent(skeleton, []) == 0.0


def test_bone_that_is_not_there_has_no_weight() -> None:
    skeleton = four_bones()
    without = replace(skeleton, mass=np.where(np.arange(8) < 2, 0, skeleton.mass).astype(np.float32))
    assert true_bsi_percent(without, [a_lesion(np.array([0, 1]))]) == 0.0


def test_bones_of_the_weights_file() -> None:
    assert bsi_bone("vertebra_L3") == "spine"
    assert bsi_bone("radius_left") == "radius"
    assert bsi_bone("tibia_shaft_right") == "tibia"
    assert bsi_bone("fibula_right") == "fibula"
    assert bsi_bone("patella_left") == ""
