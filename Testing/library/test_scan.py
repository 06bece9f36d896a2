"""Left is left: the one place that knows it, in pixels and in millimetres."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.scan import PLANE_A_MM, VIEWS, Identity, PlanarScan, PlanarView

ROWS, COLUMNS = 40, 12
HEIGHT_MM, WIDTH_MM = 2.5, 2.0


def _view(view, *, mirrored=False, counts=None):
    counts = np.zeros((ROWS, COLUMNS), np.float32) if counts is None else counts
    return PlanarView(view, counts, (HEIGHT_MM, WIDTH_MM), mirrored=mirrored)


def _ras(view, column, row):
    return (view.ijk_to_ras @ [column, row, 0, 1])[:3]


EVERY_VIEW = pytest.mark.parametrize(
    ("name", "mirrored"),
    [("anterior", False), ("posterior", False), ("posterior", True)],
    ids=["anterior", "posterior", "mirrored posterior"],
)


@pytest.mark.parametrize(
    ("name", "mirrored", "side_of_first_column"),
    [("anterior", False, "right"), ("posterior", False, "left"), ("posterior", True, "right")],
)
def test_the_first_column_is_the_patients_right_seen_from_the_front_and_left_seen_from_behind(
    name, mirrored, side_of_first_column
):
    view = _view(name, mirrored=mirrored)
    first_r, last_r = _ras(view, 0, 20)[0], _ras(view, COLUMNS - 1, 20)[0]
    assert (first_r > 0) == (side_of_first_column == "right")
    assert last_r == pytest.approx(-first_r)
    assert view.patient_right_first == (side_of_first_column == "right")


@EVERY_VIEW
def test_the_first_row_is_the_head(name, mirrored):
    view = _view(name, mirrored=mirrored)
    assert _ras(view, 0, 0)[2] == pytest.approx(HEIGHT_MM * (ROWS - 1) / 2)
    assert _ras(view, 0, ROWS - 1)[2] == pytest.approx(-HEIGHT_MM * (ROWS - 1) / 2)


@EVERY_VIEW
def test_the_image_centre_lies_in_the_midline_on_the_views_plane(name, mirrored):
    centre = _ras(_view(name, mirrored=mirrored), (COLUMNS - 1) / 2, (ROWS - 1) / 2)
    assert centre == pytest.approx([0, 100 if name == "anterior" else -100, 0])


@EVERY_VIEW
def test_the_matrix_is_right_handed_and_keeps_millimetres(name, mirrored):
    axes = _view(name, mirrored=mirrored).ijk_to_ras[:3, :3]
    assert np.linalg.norm(axes, axis=0) == pytest.approx([WIDTH_MM, HEIGHT_MM, 1.0])
    assert np.linalg.det(axes) == pytest.approx(WIDTH_MM * HEIGHT_MM * 1.0)


@pytest.mark.parametrize(
    ("name", "mirrored", "toward"),
    [
        ("anterior", False, {"i": (-1, 0, 0), "j": (0, 0, -1), "k": (0, -1, 0)}),
        ("posterior", False, {"i": (1, 0, 0), "j": (0, 0, -1), "k": (0, 1, 0)}),
        # Its columns run as the anterior view's do, so right-handedness turns k with them.
        ("posterior", True, {"i": (-1, 0, 0), "j": (0, 0, -1), "k": (0, -1, 0)}),
    ],
)
def test_the_axes_run_as_the_design_says(name, mirrored, toward):
    axes = _view(name, mirrored=mirrored).ijk_to_ras[:3, :3]
    directions = axes / np.linalg.norm(axes, axis=0)
    assert np.allclose(directions, np.array([toward["i"], toward["j"], toward["k"]]).T)


def test_a_left_sided_focus_is_left_in_both_views():
    """The same place seen from both sides lies at the same R, whichever pixels show it."""
    seen_from_front, seen_from_behind = np.zeros((2, ROWS, COLUMNS), np.float32)
    seen_from_front[10, 9] = 100  # patient's left: towards the last column
    seen_from_behind[10, COLUMNS - 1 - 9] = 100
    places = []
    for name, counts in (("anterior", seen_from_front), ("posterior", seen_from_behind)):
        row, column = np.unravel_index(counts.argmax(), counts.shape)
        places.append(_ras(_view(name, counts=counts), column, row))
    assert places[0][0] < 0
    assert places[0][[0, 2]] == pytest.approx(places[1][[0, 2]])


@EVERY_VIEW
def test_anterior_order_puts_the_patients_right_first_and_comes_back_exactly(name, mirrored, rng):
    counts = rng.poisson(20, (ROWS, COLUMNS)).astype(np.float32)
    view = _view(name, mirrored=mirrored, counts=counts)
    stack = np.stack([counts, counts + 1])
    in_order = view.to_anterior_order(stack)
    first_is_right = _ras(view, 0, 0)[0] > 0
    assert np.array_equal(in_order, stack if first_is_right else stack[..., ::-1])
    assert np.array_equal(view.from_anterior_order(in_order), stack)


def test_a_view_counts_its_area_and_its_counts():
    counts = np.full((1024, 256), 2_000.1, np.float32)
    view = PlanarView("anterior", counts, (2.4, 2.2))
    assert view.pixel_area_mm2 == pytest.approx(5.28)
    assert view.total_counts == pytest.approx(float(counts[0, 0]) * counts.size, rel=1e-12)


def test_both_views_have_a_plane():
    assert set(VIEWS) == set(PLANE_A_MM) == {"anterior", "posterior"}


def test_identity_never_shows_when_a_scan_is_printed_or_logged():
    identity = Identity("PAT-4711", "Zhang^San", "1.2.826.0.1", "ACC-0815")
    view = PlanarView("anterior", np.zeros((2, 2), np.float32), (2.0, 2.0), sop_instance_uid="1.2.840.99")
    shown = repr(PlanarScan({"anterior": view}, identity=identity))
    for secret in ("PAT-4711", "Zhang", "1.2.826.0.1", "ACC-0815", "1.2.840.99"):
        assert secret not in shown


def test_a_warning_is_added_and_the_scan_it_came_from_stays_as_it_was():
    scan = PlanarScan({"anterior": _view("anterior")}, warnings=("first",))
    warned = scan.with_warnings("second", "third")
    assert warned.warnings == ("first", "second", "third")
    assert scan.warnings == ("first",)
    assert warned.views is scan.views
