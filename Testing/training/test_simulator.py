"""What a user of the simulator relies on: sides, truth, counts, determinism."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import pytest

from BoneMetSegLib.anatomy import FINE_REGIONS, SKELETON_CHANNELS, channel_index, level_coordinate
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.segmentation import CLASSES
from model_training.simulator.burden_truth import bsi_bone, true_bsi_percent
from model_training.simulator.case import SimulatedCase, simulate_case
from model_training.simulator.clinic import default_clinic
from model_training.simulator.foci import FocusSource, _Maker
from model_training.simulator.parts import BONE_REGIONS, FINE_INDEX, Skeleton
from model_training.simulator.patient import draw_patient
from model_training.simulator.skeleton_analytic import analytic_skeleton
from model_training.simulator.skeleton_meshes import mesh_skeleton

SEEDS = (1, 2, 3, 4, 5)


@cache
def a_case(seed: int, anatomy: str = "analytic") -> SimulatedCase:
    return simulate_case(seed, anatomy=anatomy)


@lru_cache(maxsize=1)
def some_cases() -> tuple[SimulatedCase, ...]:
    return tuple(a_case(seed) for seed in SEEDS)


def _mean_column(mask: np.ndarray) -> float:
    return float(np.nonzero(mask)[1].mean())


def test_patient_left_is_right_of_the_midline_in_anterior_and_left_of_it_in_posterior() -> None:
    seen = dict.fromkeys(VIEWS, 0)
    for case in some_cases():
        for view in VIEWS:
            spine = case.skeleton[view][channel_index("lumbar_spine", "midline")]
            for focus in case.foci:
                own = case.focus_map[view] == focus.number
                far = focus.fine_region.startswith(("rib_", "humerus", "scapula", "kidney", "shoulder", "knee", "foot"))
                if focus.side == "midline" or not far or own.sum() < 4:
                    continue
                right_of_spine = _mean_column(own) / 2 > _mean_column(spine)
                assert right_of_spine == ((focus.side == "left") == (view == "anterior")), (case.seed, view, focus)
                seen[view] += 1
    assert min(seen.values()) >= 3


@pytest.mark.parametrize("region", ["humerus", "femur", "leg", "ribs", "pelvis"])
def test_left_bones_lie_at_the_left_patients_side_of_each_view(region: str) -> None:
    case = a_case(1)
    left, right = channel_index(region, "left"), channel_index(region, "right")
    anterior, posterior = case.skeleton["anterior"], case.skeleton["posterior"]
    assert _mean_column(anterior[left]) > _mean_column(anterior[right])
    assert _mean_column(posterior[left]) < _mean_column(posterior[right])


def test_same_seed_gives_the_same_case_and_another_seed_another() -> None:
    first, again, other = simulate_case(7, anatomy="analytic"), simulate_case(7, anatomy="analytic"), a_case(8)
    for view in VIEWS:
        assert np.array_equal(first.counts[view], again.counts[view])
        assert np.array_equal(first.expected[view], again.expected[view])
        assert np.array_equal(first.skeleton[view], again.skeleton[view])
    assert first.foci == again.foci
    assert first.patient != other.patient


def test_counts_are_a_poisson_draw_of_the_expected_counts() -> None:
    for case in some_cases():
        for view in VIEWS:
            expected, counts = case.expected[view], case.counts[view]
            assert expected.dtype == np.float32
            assert counts.dtype == np.uint16
            assert np.isfinite(expected).all()
            assert expected.min() >= 0
            total = float(expected.sum(dtype=np.float64))
            assert abs(float(counts.sum(dtype=np.float64)) - total) < 6 * np.sqrt(total)
            assert 0.15e6 < total < 12e6


def test_class_map_agrees_with_focus_map_and_visibility() -> None:
    for case in some_cases():
        for view in VIEWS:
            shown = set(np.unique(case.focus_map[view])) - {0}
            assert shown <= {focus.number for focus in case.foci if focus.visible[view]}
            for number in shown:
                focus = case.foci[number - 1]
                assert focus.number == number
                classes = np.unique(case.class_map[view][case.focus_map[view] == number])
                assert classes.tolist() == [CLASSES.index(focus.hot_spot_class)]
            assert np.array_equal(case.class_map[view] > 0, case.focus_map[view] > 0)


def test_every_skeleton_channel_appears_and_the_sternum_stays_out_of_the_posterior_view() -> None:
    appears = np.zeros(len(SKELETON_CHANNELS), bool)
    for case in some_cases():
        appears |= case.skeleton["anterior"].any((1, 2)) | case.skeleton["posterior"].any((1, 2))
        sternum = channel_index("sternum", "midline")
        shown = case.skeleton["anterior"][sternum].sum()
        assert shown > 30
        assert case.skeleton["posterior"][sternum].sum() < 0.3 * shown
    assert appears.all(), [c.name for c, there in zip(SKELETON_CHANNELS, appears, strict=True) if not there]


def test_skeleton_maps_are_half_resolution_and_levels_run_from_head_to_foot() -> None:
    for case in some_cases():
        for view in VIEWS:
            rows, columns = case.counts[view].shape
            assert case.skeleton[view].shape == (29, rows // 2, columns // 2)
            spine = case.spine_level[view]
            assert spine.shape == (rows // 2, columns // 2)
            levels = [level for level in range(10, 250, 10) if (spine == level).any()]
            assert len(levels) >= 20
            heights = [np.nonzero(spine == level)[0].mean() for level in levels]
            assert (np.diff(heights) > 0).all()
            ribs = case.rib_level[view]
            assert set(np.unique(ribs)) <= set(range(0, 130, 10))
            assert len(np.unique(ribs)) >= 9


def test_front_ribs_stay_in_the_anterior_mask() -> None:
    case = a_case(1)
    ribs = case.skeleton["anterior"][channel_index("ribs", "left")]
    spine = _mean_column(case.skeleton["anterior"][channel_index("thoracic_spine", "midline")])
    columns = np.nonzero(ribs)[1] - spine
    # Not only the sides of the chest: a good part of the mask lies in the inner 60 % of its width.
    assert (columns < 0.6 * np.percentile(columns, 99)).mean() > 0.25


@pytest.mark.parametrize("anatomy", ["analytic", "mesh"])
def test_every_bone_of_the_table_has_points_on_its_own_side(anatomy: str) -> None:
    skeleton = analytic_skeleton(np.random.default_rng(0)) if anatomy == "analytic" else mesh_skeleton()
    if skeleton is None:
        pytest.skip("needs mujoco and myo-sim")
    for name in BONE_REGIONS:
        points = skeleton.points_of(name)
        assert len(points) > 100, name
        side = FINE_REGIONS[FINE_INDEX[name]].side
        if side != "midline":
            assert (np.median(points[:, 0]) > 0) == (side == "right"), name


def test_mesh_bones_make_a_case_of_the_same_kind() -> None:
    if mesh_skeleton() is None:
        pytest.skip("needs mujoco and myo-sim")
    case = a_case(1, "mesh")
    assert case.patient["anatomy"] == "mesh"
    assert case.skeleton["anterior"].any((1, 2)).sum() >= 27


def _source(bone_points: np.ndarray, involvement: np.ndarray) -> FocusSource:
    nothing = np.zeros((1, 3), np.float32)
    return FocusSource(
        "metastasis",
        "femur_shaft_left",
        "metastasis",
        "left",
        1.0,
        False,
        nothing,
        np.ones(1),
        1.0,
        bone_points,
        involvement,
    )


def test_bone_scan_index_of_a_whole_bone_is_its_mass_and_overlap_counts_once() -> None:
    skeleton = analytic_skeleton(np.random.default_rng(0))
    femur = skeleton.indices("femur_proximal_left", "femur_shaft_left", "femur_distal_left")
    whole = _source(femur, np.ones(len(femur), np.float32))
    assert true_bsi_percent(skeleton, [whole]) == pytest.approx(8.9, abs=1e-3)
    assert true_bsi_percent(skeleton, [whole, whole]) == pytest.approx(8.9, abs=1e-3)
    assert true_bsi_percent(skeleton, []) == 0.0


def test_bones_of_the_weights_file() -> None:
    assert bsi_bone("vertebra_L3") == "spine"
    assert bsi_bone("radius_left") == "radius"
    assert bsi_bone("tibia_shaft_right") == "tibia"
    assert bsi_bone("fibula_right") == "fibula"
    assert bsi_bone("patella_left") == ""


def test_normals_and_mimics_that_only_a_report_can_tell_are_among_the_patients() -> None:
    rng_cases = [a_case(seed) for seed in range(1, 13)]
    numbers = [sum(focus.hot_spot_class == "metastasis" for focus in case.foci) for case in rng_cases]
    assert min(numbers) == 0
    assert max(numbers) >= 4
    assert any(
        focus.looks_like_metastasis and focus.hot_spot_class == "benign" for case in rng_cases for focus in case.foci
    )
    assert all(
        level_coordinate(f.fine_region) for case in rng_cases for f in case.foci if f.fine_region.startswith("rib_")
    )


@pytest.mark.parametrize("name", BONE_REGIONS)
def test_a_focus_can_sit_in_every_bone(name: str) -> None:
    rng = np.random.default_rng(5)
    maker = _Maker(_a_skeleton(), draw_patient(rng, default_clinic()), rng)
    focus = maker.in_bone(name, "metastasis", "metastasis", np.full(3, 10.0), 1.0)
    assert focus is not None
    assert focus.fine_region == name
    assert focus.volume_ml > 0


@lru_cache(maxsize=1)
def _a_skeleton() -> Skeleton:
    return analytic_skeleton(np.random.default_rng(0))
