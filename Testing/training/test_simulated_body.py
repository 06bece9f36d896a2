"""Soft tissue around the skeleton: where it is, what a prosthesis, an amputation and a mastectomy change."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from model_training.simulator.body import Body, draw_soft_share, make_body
from model_training.simulator.build import build_skeleton
from model_training.simulator.clinic import default_clinic
from model_training.simulator.envelope import Envelope
from model_training.simulator.parts import Skeleton
from model_training.simulator.patient import Patient
from model_training.simulator.pose import pose_skeleton
from model_training.simulator.skeleton_analytic import analytic_skeleton

CELL_MM = 4.8
RIGHT_MM = np.arange(560, -561, -CELL_MM)
SUPERIOR_MM = np.arange(2150, -300, -CELL_MM)


def a_patient(weight_kg: float = 62.0, conditions: tuple[str, ...] = (), sex: str = "female") -> Patient:
    return Patient(sex, 60, 165.0, weight_kg, 740.0, 3.0, conditions)


@lru_cache(maxsize=12)
def posed_and_body(
    weight_kg: float = 62.0, conditions: tuple[str, ...] = (), sex: str = "female", arms: str = "beside"
) -> tuple[Skeleton, Body]:
    clinic = default_clinic().changed({"pose.arms": {"weights": {arms: 1.0}}})
    patient = a_patient(weight_kg, conditions, sex)
    built = build_skeleton(analytic_skeleton(np.random.default_rng(0)), patient, np.random.default_rng(1), clinic)
    posed = pose_skeleton(built, patient, np.random.default_rng(2), clinic)
    return posed, make_body(posed, patient, RIGHT_MM, SUPERIOR_MM, np.random.default_rng(3), clinic)


def cell_of(point: np.ndarray) -> tuple[int, int]:
    return int(np.abs(SUPERIOR_MM - point[2]).argmin()), int(np.abs(RIGHT_MM - point[0]).argmin())


def covered(posed: Skeleton, body: Body) -> float:
    rows = np.rint((SUPERIOR_MM[0] - posed.points_mm[:, 2]) / CELL_MM).astype(int)
    columns = np.rint((RIGHT_MM[0] - posed.points_mm[:, 0]) / CELL_MM).astype(int)
    return float(np.isfinite(body.front_mm[rows, columns]).mean())


@pytest.mark.parametrize("arms", ["beside", "abducted", "on_belly", "up"])
def test_bones_lie_under_skin_in_every_pose(arms: str) -> None:
    posed, body = posed_and_body(arms=arms)
    assert covered(posed, body) > 0.985
    inside = np.isfinite(body.front_mm)
    assert (body.front_mm[inside] >= body.back_mm[inside]).all()
    assert np.isfinite(body.thickness_mm).all()
    assert np.isfinite(body.uptake).all()
    assert body.uptake.min() > 0


def test_arms_lie_apart_from_a_slender_trunk() -> None:
    posed, body = posed_and_body(50.0, (), "female", "abducted")
    for side in ("left", "right"):
        elbow = posed.landmarks[f"elbow_{side}"]
        row = body.front_mm[cell_of(elbow)[0]]
        outward = row[::-1] if side == "left" else row
        # From the far side inward: arm, then a gap, then the trunk.
        inside = np.isfinite(outward)
        first = int(inside.argmax())
        gap = first + int((~inside[first:]).argmax())
        assert 6 < gap - first < 40
        assert inside[gap:].any()


def test_the_heavier_patient_is_broader_and_thicker_and_has_more_soft_counts() -> None:
    _, slender = posed_and_body(52.0)
    posed, heavy = posed_and_body(105.0)
    waist = cell_of(posed.points_of("vertebra_L3").mean(0))
    assert heavy.thickness_mm[waist] > slender.thickness_mm[waist] + 60
    assert np.isfinite(heavy.front_mm).sum() > 1.15 * np.isfinite(slender.front_mm).sum()
    shares = [
        draw_soft_share(a_patient(weight), np.random.default_rng(1), default_clinic()) for weight in (52.0, 105.0)
    ]
    assert shares[1] / shares[0] == pytest.approx((105 / 52) ** 0.8)


def test_soft_tissue_has_no_step_where_the_thighs_meet_the_trunk() -> None:
    for weight in (52.0, 62.0, 105.0):
        posed, body = posed_and_body(weight)
        for side in ("left", "right"):
            hip, knee = posed.landmarks[f"hip_{side}"], posed.landmarks[f"knee_{side}"]
            line = [hip + share * (knee - hip) for share in np.linspace(-0.3, 0.8, 60)]
            thickness = np.array([body.thickness_mm[cell_of(point)] for point in line])
            # Neighbours are 7 mm apart; a step would be tens of mm.
            assert np.abs(np.diff(thickness)).max() < 14, (weight, side)
            assert thickness.min() > 90


def test_a_mastectomy_thins_the_tissue_before_the_ribs_of_its_side_only() -> None:
    posed, whole = posed_and_body(75.0)
    _, after = posed_and_body(75.0, ("mastectomy_left",))
    for side, changes in (("left", True), ("right", False)):
        ribs = posed.points_of(f"rib_5_{side}")
        front = ribs[ribs[:, 1] > np.percentile(ribs[:, 1], 60)].mean(0)
        row, column = cell_of(front)
        less = whole.front_mm[row, column] - after.front_mm[row, column]
        assert (less > 12) == changes, (side, less)


def test_below_an_amputation_there_is_no_tissue() -> None:
    posed, body = posed_and_body(62.0, ("below_knee_amputation_right",))
    foot, other = cell_of(posed.landmarks["toe_right"]), cell_of(posed.landmarks["toe_left"])
    assert np.isnan(body.front_mm[foot])
    assert np.isfinite(body.front_mm[other])
    assert body.thickness_mm[foot] < 1
    stump = posed.stump("right")
    assert stump is not None
    assert np.isfinite(body.front_mm[cell_of(stump[1] + np.array([0.0, 0.0, 15.0]))])
    assert covered(posed, body) > 0.985


def test_metal_shows_on_the_side_of_the_prosthesis_and_weighs_its_volume() -> None:
    posed, body = posed_and_body(62.0, ("hip_prosthesis_left",))
    assert body.metal_mm is not None
    column = float((body.metal_mm * RIGHT_MM).sum() / body.metal_mm.sum())
    assert column == pytest.approx(float(np.average(posed.metal_points_mm[:, 0], weights=posed.metal_ml)), abs=CELL_MM)
    assert column < posed.points_of("sacrum")[:, 0].mean()
    over_water = float(body.metal_mm.sum()) * CELL_MM**2 / 1000.0 / float(posed.metal_ml.sum())
    assert 4.5 <= over_water <= 10.0
    assert posed_and_body()[1].metal_mm is None


def test_a_tube_has_the_depth_of_its_section() -> None:
    envelope = Envelope(RIGHT_MM, SUPERIOR_MM)
    start, end = np.array([0.0, 10.0, 1000.0]), np.array([0.0, 10.0, 600.0])
    envelope.add_limb([(start, end, 50.0, 50.0, 1.0)])
    row = int(np.abs(SUPERIOR_MM - 800).argmin())
    # |x|^2.5 + |y|^2.5 = r^2.5: a little squarer than a circle.
    chord = 2 * np.maximum(50.0**2.5 - np.abs(RIGHT_MM) ** 2.5, 0) ** (1 / 2.5)
    assert np.abs(envelope.thickness[row] - chord).max() < 1e-6
    middle = int(np.abs(RIGHT_MM).argmin())
    assert envelope.front[row, middle] == pytest.approx(10 + chord[middle] / 2)
    assert envelope.back[row, middle] == pytest.approx(10 - chord[middle] / 2)
