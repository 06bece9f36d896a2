"""What moves or cuts the picture moves and cuts the truth: one-sided foci, masks, markers, counts."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pytest

from BoneMetSegLib.scan import VIEWS
from model_training.simulator.acquisition import Acquisition, draw_acquisition, whole
from model_training.simulator.camera import as_acquired
from model_training.simulator.case import simulate_case
from model_training.simulator.clinic import Clinic, default_clinic
from model_training.simulator.flood import Flood, Spot
from model_training.simulator.markers import draw_markers, marker_boxes
from model_training.simulator.movement import Movement
from model_training.simulator.projector import Projector
from model_training.simulator.stored_counts import Export
from Testing.training.gamma_camera import a_camera, a_slab, middle_column

CAMERA = a_camera(rows=128, columns=64, row_of_top=0.0)
ROWS, COLUMNS = CAMERA.rows, CAMERA.columns
STILL: dict[str, dict[str, Any]] = {
    f"acquisition.{name}": {"share": 0.0}
    for name in "moves head_moves arm_moves feet_cut head_cut side_marker lesion_marker line_marker".split()
} | {"acquisition.export": {"weights": {"counts": 1}}}


def moved_by(pixels: float, share: np.ndarray | float = 1.0, columns: np.ndarray | None = None) -> Movement:
    return Movement(
        "step",
        np.broadcast_to(np.asarray(share, np.float32), (ROWS,)).copy(),
        np.full(ROWS, pixels, np.float32),
        columns,
        abs(pixels),
    )


def examined(**changed: Any) -> Acquisition:
    given: dict[str, Any] = {**vars(whole(CAMERA)), **changed}
    return Acquisition(**given)


def a_spot(row: int = 60, column: int = 44) -> np.ndarray:
    """A blob on the patient's left: beyond the middle column in anterior order."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    return np.asarray(np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 8.0), np.float32)


RAMP = np.clip((np.arange(ROWS) - 40) / 40, 0, 1)
TILTED = examined(
    movements=(
        moved_by(4.3, RAMP),
        Movement("drift", np.ones(ROWS, np.float32), np.linspace(0, -6, ROWS, dtype=np.float32)),
        moved_by(5.0, 0.4, np.clip((np.arange(COLUMNS) - 20) / 20, 0, 1).astype(np.float32)),
    ),
    row_gain=np.linspace(1.1, 0.9, ROWS, dtype=np.float32),
    field_rows=(5, 120),
    field_columns=(6, 58),
    flood={"anterior": Flood(np.linspace(0.98, 1.02, COLUMNS, dtype=np.float32), 2.0)},
)


def test_a_focus_box_becomes_what_the_whole_picture_becomes() -> None:
    spot = a_spot()
    spot[spot < 1e-3] = 0
    window = (slice(50, 72), slice(34, 56))
    box, row, column = TILTED.apply_box(spot[window], 50, 34, "anterior")
    image = np.zeros((ROWS, COLUMNS), np.float32)
    image[row : row + box.shape[0], column : column + box.shape[1]] = box
    assert image == pytest.approx(TILTED.apply_image(spot, "anterior"), abs=1e-6)
    assert TILTED.apply_box(np.zeros((0, 0), np.float32), 0, 0, "anterior")[0].size == 0


def test_an_examination_is_linear() -> None:
    one, other = a_spot(), a_spot(80, 20)
    both = TILTED.apply_image(2 * one + 3 * other, "anterior")
    sum_of_both = 2 * TILTED.apply_image(one, "anterior") + 3 * TILTED.apply_image(other, "anterior")
    assert both == pytest.approx(sum_of_both, abs=1e-5)


@pytest.mark.parametrize("share", [1.0, 0.3, RAMP])
def test_movement_keeps_the_counts(share: Any) -> None:
    image = a_spot() * 100
    assert examined(movements=(moved_by(5.4, share),)).apply_image(image, "anterior").sum() == pytest.approx(
        image.sum(), rel=1e-5
    )


def test_a_one_sided_focus_moves_toward_the_patients_left_with_its_masks_in_both_views() -> None:
    examination = examined(movements=(moved_by(6.0),))
    focus, mask = a_spot(), np.zeros((ROWS // 2, COLUMNS // 2), bool)
    mask[28:33, 20:25] = True
    for view in VIEWS:
        moved = examination.apply_image(focus, view)
        assert middle_column(moved) - middle_column(focus) == pytest.approx(6.0, abs=1e-3)
        moved_mask = examination.apply_mask(mask)
        assert middle_column(moved_mask) - middle_column(mask) == pytest.approx(3.0, abs=1e-9)
        assert moved_mask.dtype == bool
        acquired = as_acquired(moved, view)
        assert (middle_column(acquired) > (COLUMNS - 1) / 2) == (view == "anterior")


def test_who_moves_while_the_head_passes_is_seen_twice_each_by_its_time() -> None:
    moved = examined(movements=(moved_by(12.0, 0.25),)).apply_image(a_spot(), "anterior")
    assert moved[60, 44] == pytest.approx(0.75, abs=1e-3)
    assert moved[60, 56] == pytest.approx(0.25, abs=1e-3)
    levels = np.zeros((ROWS, COLUMNS), np.uint8)
    levels[60, 44] = 70
    assert np.argwhere(examined(movements=(moved_by(12.0, 0.25),)).apply_mask(levels)).tolist() == [[60, 44]]
    assert np.argwhere(examined(movements=(moved_by(12.0, 0.75),)).apply_mask(levels)).tolist() == [[60, 56]]


def test_rows_before_a_movement_stay_where_they_are() -> None:
    step = (np.arange(ROWS) >= 64).astype(float)
    image = np.zeros((ROWS, COLUMNS), np.float32)
    image[:, 20] = 1
    moved = examined(movements=(moved_by(-7.0, step),)).apply_image(image, "posterior")
    assert (moved[:64].argmax(1) == 20).all()
    assert (moved[64:].argmax(1) == 13).all()


def test_a_field_that_cuts_an_arm_cuts_its_focus_and_its_mask() -> None:
    examination = examined(field_columns=(10, 48), field_rows=(0, 100))
    cut, kept = a_spot(60, 53), a_spot(60, 30)
    assert examination.apply_image(cut, "anterior").max() < 0.1
    assert examination.apply_image(kept, "anterior").sum() == pytest.approx(kept.sum(), rel=1e-4)
    mask = np.ones((3, ROWS // 2, COLUMNS // 2), bool)
    inside = examination.apply_mask(mask)
    assert inside[:, :50, 5:24].all()
    assert inside.sum() == 3 * 50 * 19


def test_sweeping_smears_a_failing_photomultiplier_into_a_stripe_and_stepping_repeats_it() -> None:
    flood = Flood(np.ones(COLUMNS, np.float32), 2.0, (Spot(30.0, 50.0, 20.0, 0.8),))
    swept, stepped = flood.response(ROWS, None), flood.response(ROWS, 100.0)
    assert swept.shape == (1, COLUMNS)
    assert int(swept.argmin()) == 30
    assert swept.min() == pytest.approx(1 - 0.8 * np.sqrt(2 * np.pi) * 20 / 400, rel=1e-3)
    assert stepped.shape == (ROWS, COLUMNS)
    assert stepped[25, 30] == pytest.approx(0.2, abs=1e-3)
    assert stepped[75, 30] == pytest.approx(stepped[25, 30], abs=1e-6)


def test_hot_foci_come_on_top_of_the_wanted_counts_up_to_a_limit() -> None:
    even = np.full((ROWS, COLUMNS), 2.0, np.float32)
    hot = even.copy()
    hot[0, :10] = 20000.0
    unlimited, limited = examined(counts_anterior=1e6), examined(counts_anterior=1e6, highest_counts=3e6)
    assert unlimited.counts_per_unit(even) * even.sum() == pytest.approx(1e6, rel=1e-6)
    assert unlimited.counts_per_unit(hot) * even.sum() == pytest.approx(1e6, rel=0.01)
    assert limited.counts_per_unit(even) == unlimited.counts_per_unit(even)
    assert limited.counts_per_unit(hot) * hot.sum() == pytest.approx(3e6, rel=1e-6)


def test_limited_exports_cut_counts_and_eight_bits_scale_them() -> None:
    counts = np.arange(1000).reshape(20, 50)
    assert Export().applied(counts).max() == 999
    limited = Export("limited", 255).applied(counts)
    assert limited.max() == 255
    assert np.array_equal(limited[counts < 255], counts[counts < 255])
    scaled = Export("eight bit", 255, 50.0).applied(counts)
    assert scaled.max() == 255
    assert (scaled == 255).mean() == pytest.approx(0.5, abs=0.01)
    assert scaled.dtype == np.uint16
    assert (Export("eight bit", 255, 100.0, 0.1).applied(counts)[counts < 99] == 0).all()


def test_smoothed_exports_keep_the_counts_and_lose_noise() -> None:
    counts = np.random.default_rng(0).poisson(40.0, (100, 100))
    smoothed = Export("smoothed", sigma_pixels=0.8).applied(counts)[5:-5, 5:-5]
    assert smoothed.mean() == pytest.approx(40.0, rel=0.01)
    # White noise through a Gaussian keeps 1 / (4 pi sigma2) of its variance.
    assert smoothed.var() / 40.0 == pytest.approx(1 / (4 * np.pi * 0.64), rel=0.12)


def landmarks() -> dict[str, np.ndarray]:
    marks = {"neck": np.array([0.0, 0.0, 30.0])}
    heights = {"shoulder": 20, "elbow": -20, "wrist": -60, "fingertip": -75, "hip": -70, "knee": -120, "ankle": -170}
    for joint, height in heights.items():
        for side, sign in (("left", -1.0), ("right", 1.0)):
            out = 45.0 if joint in ("elbow", "wrist", "fingertip") else 20.0
            marks[f"{joint}_{side}"] = np.array([sign * out, 0.0, float(height)])
    return marks


def test_counts_fall_with_decay_from_head_to_feet() -> None:
    clinic = default_clinic().changed(
        {
            **STILL,
            "acquisition.speed_variation": {"value": 0.0},
            "acquisition.drive_ripple": {"share": 0.0},
            "acquisition.technique": {"weights": {"continuous": 1}},
            "acquisition.velocity_cm_per_min": {"value": 6.0},
        }
    )
    gain = draw_acquisition(CAMERA, landmarks(), np.random.default_rng(0), clinic).row_gain
    # 127 rows of 2 mm at 1 mm/s: 254 s of a half-life of 6.01 h.
    assert gain[-1] / gain[0] == pytest.approx(0.5 ** (254 / 21636), rel=1e-5)
    assert gain.mean() == pytest.approx(1.0, abs=1e-6)


def test_every_movement_keeps_a_focus_box_equal_to_the_picture() -> None:
    always = {f"acquisition.{name}": {"share": 1.0} for name in ("moves", "head_moves", "arm_moves")}
    clinic = default_clinic().changed(always)
    spot = a_spot(30, 44)
    spot[spot < 1e-3] = 0
    for seed in range(12):
        examination = draw_acquisition(CAMERA, landmarks(), np.random.default_rng(seed), clinic)
        assert len(examination.movements) == 3
        for view in VIEWS:
            box, row, column = examination.apply_box(spot[20:42, 34:56], 20, 34, view)
            image = examination.apply_image(spot, view)
            assert box == pytest.approx(image[row : row + box.shape[0], column : column + box.shape[1]], abs=1e-6)
            assert image.sum() == pytest.approx(box.sum(), rel=1e-5)


def test_the_same_seed_draws_the_same_examination() -> None:
    first, again = (draw_acquisition(CAMERA, landmarks(), np.random.default_rng(5), default_clinic()) for _ in range(2))
    assert first.facts() == again.facts()
    assert first.row_gain.tobytes() == again.row_gain.tobytes()


def test_a_marker_beside_the_right_side_is_there_in_both_views_as_acquired() -> None:
    body = a_slab(CAMERA)
    for surface in (body.front_mm, body.back_mm):
        surface[:, :8] = np.nan
        surface[:, -8:] = np.nan
    projector = Projector(CAMERA, body)
    clinic = default_clinic().changed(
        {"acquisition.side_marker": {"share": 1.0}, "acquisition.side_marker_side": {"weights": {"right": 1}}}
    )
    others = {view: np.ones((ROWS, COLUMNS), np.float32) for view in VIEWS}
    marker = draw_markers(projector, landmarks(), [], np.random.default_rng(2), clinic)[0]
    assert marker.side == "right"
    assert marker.points_mm[:, 0].min() > 28.0
    for view, box in marker_boxes(projector, marker, others).items():
        image = np.zeros((ROWS, COLUMNS), np.float32)
        image[box.row : box.row + box.counts.shape[0], box.column : box.column + box.counts.shape[1]] = box.counts
        assert image.max() <= marker.peak_ratio * 1.0001
        # In the air beside the patient nothing is absorbed; right is first in anterior, last in posterior.
        assert (middle_column(as_acquired(image, view)) < (COLUMNS - 1) / 2) == (view == "anterior")


def a_clinic(**shares: float) -> Clinic:
    changed = {f"acquisition.{name}": {"share": share} for name, share in shares.items()}
    return default_clinic().changed(STILL | changed | {"camera.matrix": {"weights": {"256x1024": 1}}})


def test_markers_are_listed_apart_and_are_no_focus() -> None:
    clinic = a_clinic(side_marker=1.0, moves=1.0, head_moves=1.0, arm_moves=1.0)
    seen = dict.fromkeys(VIEWS, 0)
    for seed in (3, 4, 6):
        case = simulate_case(seed, anatomy="analytic", clinic=clinic)
        (artefact,) = case.acquisition["artefacts"]
        assert artefact["kind"] == "point marker beside"
        assert json.loads(json.dumps(case.acquisition)) == case.acquisition
        for view in VIEWS:
            row, column = artefact[view]["row"], artefact[view]["column"]
            if row < 0:
                continue  # a stout patient fills the field
            seen[view] += 1
            assert case.class_map[view][row, column] == 0
            assert case.expected[view][row, column] >= 0.9 * artefact[view]["peak_counts"]
            right_first = view == "anterior"
            assert (column < case.counts[view].shape[1] / 2) == ((artefact["side"] == "right") == right_first)
    assert min(seen.values()) >= 1


def test_foci_of_a_patient_who_moved_lie_on_what_the_picture_shows() -> None:
    clinic = a_clinic(moves=1.0).changed(
        {
            "acquisition.movement": {"weights": {"step": 1}},
            "acquisition.movement_mm": {"value": 25.0},
            "acquisition.movement_at": {"value": 0.0},
            "acquisition.passing_mm": {"value": 5.0},
        }
    )
    seen = dict.fromkeys(VIEWS, 0)
    for seed, view in product((3, 4, 7), VIEWS):
        moved, still = (simulate_case(seed, anatomy="analytic", clinic=which) for which in (clinic, a_clinic()))
        (movement,) = moved.acquisition["movements"]
        assert movement["mm"] == 25.0
        pixels = 25.0 / moved.pixel_size_mm
        toward_first = None
        for focus in still.foci:
            before, after = (case.focus_map[view] == focus.number for case in (still, moved))
            if min(before.sum(), after.sum()) < 30 or abs(int(before.sum()) - int(after.sum())) > 0.1 * before.sum():
                continue  # cut by the field, or hidden by another
            shift = middle_column(after) - middle_column(before)
            toward_first = shift < 0 if toward_first is None else toward_first
            assert (shift < 0) == toward_first
            assert abs(shift) == pytest.approx(pixels, abs=1.0), (view, focus)
            inside = moved.expected[view][after].mean() / still.expected[view][before].mean()
            assert inside == pytest.approx(1.0, abs=0.1)
            seen[view] += 1
    assert min(seen.values()) >= 2


@pytest.mark.parametrize(("matrix", "shape"), [("512x1024", (1024, 512)), ("512x2048", (2048, 512)), ("cropped", None)])
def test_every_matrix_makes_a_case_with_truth_of_its_size(matrix: str, shape: tuple[int, int] | None) -> None:
    clinic = default_clinic().changed({"camera.matrix": {"weights": {matrix: 1}}})
    case = simulate_case(8, anatomy="analytic", clinic=clinic)
    for view in VIEWS:
        rows, columns = case.counts[view].shape
        assert (rows, columns) == (shape or (rows, 256))
        assert rows % 8 == 0
        assert case.skeleton[view].shape[1:] == (rows // 2, columns // 2)
        assert case.focus_map[view].shape == (rows, columns)
        assert case.skeleton[view].any((1, 2)).sum() >= 25
    assert rows * case.pixel_size_mm > 1500
