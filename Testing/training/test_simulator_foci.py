"""Foci are tied to the bones that carry them, have the parts and shapes a reader names, and cover the benign kinds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training.simulator import benign, benign_bone, benign_fractures, benign_joints, benign_surgery
from model_training.simulator.bone_parts import part_of
from model_training.simulator.clinic import default_clinic
from model_training.simulator.disease import draw_foci, draw_lesions
from model_training.simulator.foci import FocusSource, FocusSpec, best_rotation, with_photopenia
from model_training.simulator.focus_shapes import FocusMaker
from model_training.simulator.parts import BONE_REGIONS, FINE_INDEX
from model_training.simulator.pose import pose_skeleton
from Testing.training.foci_fixtures import a_maker, a_patient, a_skeleton, about_right, about_superior, turned

CONDITIONS = (
    *(condition for _, condition in benign.CONDITIONS_BY_SHARE),
    benign_joints.arthritis,
    benign_joints.spinal_degeneration,
    benign_fractures.compression_fracture,
    benign_bone.hyperostosis_frontalis,
)


def a_focus(maker: FocusMaker, name: str, radius_mm: float = 12.0, strength: float = 1.0, **more) -> FocusSource:
    centre = maker.toward_marrow(name, radius_mm)
    spec = FocusSpec((name,), maker.blobs(centre, np.full(3, radius_mm), 2), strength, seed=5, **more)
    found = maker.in_bone(spec, "metastasis", "metastasis")
    assert found is not None
    return found


def test_best_rotation_is_the_one_that_was_applied() -> None:
    points = np.random.default_rng(0).normal(0, 30, (40, 3))
    rotation = about_superior(70) @ about_right(-25)
    assert np.allclose(best_rotation(points, points @ rotation.T + [5, -7, 100]), rotation, atol=1e-9)
    assert np.allclose(best_rotation(points[:2], points[:2]), np.eye(3))


def test_foci_move_with_the_whole_body_as_one_rigid_piece() -> None:
    skeleton, patient = a_skeleton(), a_patient()
    rotation = about_superior(30) @ about_right(50)
    moved = turned(skeleton, rotation, np.array([0.0, 0.0, 900.0]))
    for source in draw_foci(skeleton, patient, np.random.default_rng(4), default_clinic()):
        wanted = (source.points_mm - [0, 0, 900]) @ rotation.T + [0, 0, 900]
        assert np.abs(source.points_on(moved) - wanted).max() < 0.05, source.kind
        assert np.abs(source.points_on(skeleton) - source.points_mm).max() < 0.01


def test_a_muscle_turns_with_the_leg_that_carries_it_and_nothing_else_does() -> None:
    maker = a_maker()
    knee = a_skeleton().landmarks["knee_left"]
    moved = turned(a_skeleton(), about_right(60), knee, "shank_left", "foot_left")
    at = knee + np.array([-10.0, -40.0, -120.0])
    calf = maker.cloud("soft_tissue", "muscle", "physiological", "left", at, (20, 15, 60), 1.0, ("tibia_shaft_left",))
    assert calf is not None
    assert np.abs(calf.points_on(moved) - ((calf.points_mm - knee) @ about_right(60).T + knee)).max() < 0.05
    femur = a_focus(maker, "femur_shaft_left")
    assert np.array_equal(femur.points_on(moved), femur.points_on(a_skeleton()))


def test_a_vein_bends_where_the_elbow_bends() -> None:
    maker = a_maker()
    marks = a_skeleton().landmarks
    elbow = marks["elbow_right"]
    way = [marks["wrist_right"], elbow, marks["shoulder_right"]]
    anchors = ("humerus_shaft_right", "humerus_distal_right", "radius_right")
    vein = maker.path("soft_tissue", "arm vein", "right", way, 2.5, 1.0, anchors)
    assert vein is not None
    moved = turned(a_skeleton(), about_right(60), elbow, "forearm_right", "hand_right")
    below = vein.points_mm[:, 2] < elbow[2] - 40
    above = vein.points_mm[:, 2] > elbow[2] + 40
    after = vein.points_on(moved)
    assert np.abs(after[below] - ((vein.points_mm[below] - elbow) @ about_right(60).T + elbow)).max() < 0.05
    assert np.array_equal(after[above], vein.points_on(a_skeleton())[above])


def test_lesions_stay_on_their_side_in_every_pose() -> None:
    skeleton, clinic = a_skeleton(), default_clinic()
    seen = 0
    for seed in range(8):
        patient, rng = a_patient(seed), np.random.default_rng(seed)
        lesions = draw_lesions(skeleton, patient, rng, clinic)
        posed = pose_skeleton(skeleton, patient, rng, clinic)
        spine = posed.points_of("vertebra_L3").mean(0)[0]
        for source in lesions:
            if source.side == "midline" or not source.fine_region.startswith(
                ("rib", "femur", "humerus", "ilium", "knee")
            ):
                continue
            right_of_spine = source.points_on(posed)[:, 0].mean() > spine
            assert right_of_spine == (source.side == "right"), (seed, source.fine_region)
            seen += 1
    assert seen > 20


def test_a_scaled_spec_is_the_same_outline_larger_or_smaller() -> None:
    maker = a_maker()
    source = a_focus(maker, "ilium_left", 14.0)
    assert source.spec is not None
    larger = maker.in_bone(source.spec.scaled(1.5, 2.0), "metastasis", "metastasis")
    smaller = maker.in_bone(source.spec.scaled(0.6), "metastasis", "metastasis")
    assert larger is not None
    assert smaller is not None
    assert smaller.volume_ml < source.volume_ml < larger.volume_ml
    assert larger.peak_ratio == pytest.approx(2.0)
    assert np.linalg.norm(larger.points_mm.mean(0) - source.points_mm.mean(0)) < 8
    again = maker.in_bone(source.spec, "metastasis", "metastasis")
    assert again is not None
    assert np.array_equal(again.points_mm, source.points_mm)


@pytest.mark.parametrize("name", BONE_REGIONS)
def test_a_focus_can_sit_in_every_bone(name: str) -> None:
    focus = a_focus(a_maker(5), name, 10.0)
    assert focus.fine_region == name
    assert focus.volume_ml > 0
    assert len(focus.carrier) == len(focus.points_mm)


def test_a_cold_focus_and_a_lytic_centre_remove_uptake_and_a_solid_one_does_not() -> None:
    maker = a_maker()
    normal = np.ones(len(a_skeleton().mass), np.float32)
    cold = a_focus(maker, "vertebra_L2", strength=-0.8)
    inside = cold.bone_points[cold.involvement > 0.99]
    assert with_photopenia(normal, [cold])[inside] == pytest.approx(0.2, abs=0.01)
    hollow = a_focus(maker, "ilium_right", 22.0, hollow=0.6)
    left = with_photopenia(normal, [hollow])
    assert left.min() < 0.3
    middle = hollow.spec.blobs[0, :3]
    away = np.linalg.norm(hollow.points_mm - middle, axis=1)
    solid = a_focus(a_maker(), "ilium_right", 22.0)
    assert np.array_equal(with_photopenia(normal, [solid]), normal)
    assert np.median(away) > 8


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.__name__)
def test_every_benign_condition_makes_visible_bone_foci_that_are_named(condition) -> None:
    found = [source for seed in range(6) for source in condition(a_maker(seed))]
    assert found
    for source in found:
        assert source.hot_spot_class == "benign"
        assert source.fine_region in FINE_INDEX
        assert source.peak_ratio > 0
        assert not source.looks_like_metastasis
        if source.side == "left":
            assert source.points_mm[:, 0].mean() < 0
        if source.side == "right":
            assert source.points_mm[:, 0].mean() > 0


def test_bone_that_is_not_there_takes_up_nothing() -> None:
    whole = a_skeleton()
    gone = [FINE_INDEX[name] for name in BONE_REGIONS if name.endswith("_left") and not name.startswith("rib")]
    amputated = replace(whole, mass=np.where(np.isin(whole.fine, gone), 0, whole.mass).astype(np.float32))
    for seed in range(10):
        for source in draw_foci(amputated, a_patient(seed), np.random.default_rng(seed), default_clinic()):
            assert not np.isin(amputated.fine[source.bone_points], gone).any(), source.kind
            assert not np.isin(amputated.fine[source.carrier], gone).any(), source.kind


def test_uptake_around_a_prosthesis_is_where_the_patients_conditions_say() -> None:
    maker = a_maker(clinic=default_clinic().changed({"benign.prosthesis_reaction": {"share": 1.0}}))
    assert benign_surgery.prosthesis_reaction(maker) == []
    maker.patient = a_patient(conditions=("hip_prosthesis_left", "scoliosis", "knee_prosthesis_right"))
    hip, knee = benign_surgery.prosthesis_reaction(maker)
    assert (hip.kind, hip.side, knee.side) == ("prosthesis", "left", "right")
    marks = a_skeleton().landmarks
    assert np.abs(hip.points_mm[:, 2].mean() - marks["hip_left"][2]) < 120
    assert np.abs(knee.points_mm.mean(0) - marks["knee_right"]).max() < 90


@pytest.mark.parametrize(
    ("name", "share", "part", "side"),
    [
        ("vertebra_L3", (0.5, 0.75, 0.5), "body", ""),
        ("vertebra_L3", (0.72, 0.35, 0.5), "pedicle", "right"),
        ("vertebra_L3", (0.28, 0.35, 0.5), "pedicle", "left"),
        ("vertebra_L3", (0.5, 0.05, 0.3), "arch", ""),
        ("rib_6_left", (0.5, 0.95, 0.0), "anterior arc", ""),
        ("rib_6_left", (0.0, 0.5, 0.5), "lateral arc", ""),
        ("rib_6_left", (0.5, 0.05, 1.0), "posterior arc", ""),
        ("rib_12_right", (0.5, 0.99, 0.5), "lateral arc", ""),
        ("femur_proximal_right", (0.5, 0.5, 0.5), "proximal", ""),
        ("radius_left", (0.5, 0.5, 0.05), "distal", ""),
        ("clavicle_left", (0.02, 0.5, 0.5), "lateral", ""),
        ("clavicle_right", (0.02, 0.5, 0.5), "medial", ""),
        ("skull_vault", (0.8, 0.9, 0.5), "frontal", "right"),
    ],
)
def test_parts_of_bones(name: str, share: tuple[float, float, float], part: str, side: str) -> None:
    points = a_skeleton().points_of(name)
    low, high = np.percentile(points, [1, 99], axis=0)
    assert part_of(name, points, low + np.array(share) * (high - low), 0.2) == (part, side)


def test_a_vertebra_taken_over_is_whole() -> None:
    points = a_skeleton().points_of("vertebra_L3")
    assert part_of("vertebra_L3", points, points.mean(0), 0.8) == ("whole", "")


def test_the_same_seed_draws_the_same_foci() -> None:
    first, again = (draw_foci(a_skeleton(), a_patient(), np.random.default_rng(9), default_clinic()) for _ in range(2))
    assert [source.kind for source in first] == [source.kind for source in again]
    assert all(np.array_equal(one.points_mm, other.points_mm) for one, other in zip(first, again, strict=True))
    assert [source.peak_ratio for source in first] == [source.peak_ratio for source in again]
