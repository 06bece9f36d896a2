"""Two scans of a painted skeleton compared: states, sides, fields, registration, refusals."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from BoneMetSegLib.common_canvas import points_of, to_pixels
from BoneMetSegLib.comparison_csv import write_lesion_csv
from BoneMetSegLib.comparison_document import comparison_document
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.figure_side_by_side import compose_side_by_side
from BoneMetSegLib.figure_timeline import compose_timeline
from BoneMetSegLib.followup import compare_cases
from BoneMetSegLib.repeatability import repeatability
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.scan import Identity
from Testing.library.painted_followup import LIMITS, case
from Testing.library.synthetic_case import (
    BLADDER,
    L3,
    LEFT_FEMUR,
    LEFT_RIB_7_BACK,
    RIGHT_FEMUR,
    Focus,
)


def states(comparison, scan=1):
    """State of each lesion by its place."""
    return {(one.region, one.side, one.level): one.at[scan].state for one in comparison.lesions}


@pytest.fixture(scope="module")
def one_sided():
    """L3 stays, the left femur grows, the right femur's lesion resolves, a rib of the left is new."""
    before = case([L3, replace(LEFT_FEMUR, half_size_mm=(6.0, 8.0)), RIGHT_FEMUR, BLADDER])
    after = case([L3, replace(LEFT_FEMUR, half_size_mm=(10.0, 14.0)), LEFT_RIB_7_BACK, BLADDER], "20240301")
    return compare_cases([after, before], limits=LIMITS, treatment_start=dt.date(2024, 1, 5))


def test_each_lesion_has_its_state_and_keeps_its_side(one_sided):
    assert states(one_sided) == {
        ("lumbar_spine", "midline", "L3"): "stable",
        ("femur", "left", ""): "grown",
        ("femur", "right", ""): "resolved",
        ("ribs", "left", "7"): "new",
    }


def test_a_new_lesion_of_the_left_lies_on_the_left_of_the_plane(one_sided):
    new = next(one for one in one_sided.lesions if one.at[1].state == "new")
    assert new.centre_mm[0] == pytest.approx(-60, abs=8)  # R is negative on the left


def test_scans_given_in_the_wrong_order_are_ordered_by_date(one_sided):
    assert [scan.days for scan in one_sided.scans] == [0, 60]
    assert [scan.days_on_treatment for scan in one_sided.scans] == [-4, 56]


def test_a_comparison_is_valid_against_its_schema_and_lists_the_side(one_sided, tmp_path):
    document = comparison_document(one_sided)
    schema = json.loads(resource_path("Schema", "comparison.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    write_lesion_csv(tmp_path / "lesions.csv", one_sided)
    row = next(line for line in (tmp_path / "lesions.csv").read_text("utf-8-sig").splitlines() if ",new," in line)
    assert row.split(",")[1:4] == ["ribs", "left", "7"]


def test_deidentified_output_says_neither_who_nor_when(one_sided):
    text = json.dumps(comparison_document(one_sided, deidentify=True))
    assert not [word for word in ("ID-4711", "Doe", "2024", "case 1") if word in text]
    assert '"days": 60' in text


def test_the_pictures_say_the_sides_and_neither_who_nor_when(one_sided):
    for compose in (compose_timeline, compose_side_by_side):
        figure = compose(one_sided)
        said = " ".join(
            text.get_text() for text in (*figure.texts, *(text for axes in figure.axes for text in axes.texts))
        )
        assert not [word for word in ("4711", "Doe", "2024", "ACC") if word in said]
    anterior, *_, posterior = figure.axes
    letters = [
        sorted((text.get_position()[0], text.get_text()) for text in axes.texts if text.get_text() in "LR")
        for axes in (anterior, posterior)
    ]
    assert [[letter for _, letter in one] for one in letters] == [["R", "L"], ["L", "R"]]


def test_the_new_lesion_of_the_left_is_outlined_on_the_side_that_says_left(one_sided):
    figure = compose_side_by_side(one_sided)
    axes = figure.axes[3]  # posterior, second scan
    left = next(text.get_position()[0] for text in axes.texts if text.get_text() == "L")
    right = next(text.get_position()[0] for text in axes.texts if text.get_text() == "R")
    red = next(line for line in axes.lines if line.get_color() == "#d60000")
    x = float(np.mean(red.get_xdata()))
    assert abs(x - left) < abs(x - right)


def test_a_mirrored_posterior_export_changes_nothing(one_sided):
    before = case([L3, LEFT_FEMUR], mirrored=True)
    after = case([L3, LEFT_FEMUR, LEFT_RIB_7_BACK], "20240301")
    found = states(compare_cases([before, after], limits=LIMITS))
    assert found[("ribs", "left", "7")] == "new"
    assert found[("femur", "left", "")] == "stable"


def test_a_shifted_patient_is_brought_back_and_nothing_is_new():
    before = case([L3, LEFT_FEMUR, LEFT_RIB_7_BACK])
    after = moved(case([L3, LEFT_FEMUR, LEFT_RIB_7_BACK], "20240301"), rows=12, columns=-6)
    comparison = compare_cases([before, after], limits=LIMITS)
    assert set(states(comparison).values()) == {"stable"}
    view, other = before.scan.views["posterior"], after.scan.views["posterior"]
    registration = comparison.scans[1].registrations["posterior"]
    for one, two in zip(before.hot_spots, after.hot_spots, strict=True):
        if "posterior" in one.views:
            there = registration.to_reference(points_of(other, two.views["posterior"].mask).mean(0)[None])[0]
            assert np.linalg.norm(there - points_of(view, one.views["posterior"].mask).mean(0)) < 8.0


def moved(made, rows, columns):
    """Roll everything of a case; rows down, columns to the right as acquired in both views."""
    return rearranged(made, lambda array: np.roll(array, (rows, columns), (-2, -1)))


def rearranged(made, arranged):
    """Return a case with every array of its pixels arranged anew."""
    views = {name: replace(view, counts=arranged(view.counts)) for name, view in made.scan.views.items()}
    maps = {
        name: replace(
            one,
            image_only=arranged(one.image_only),
            skeleton=arranged(one.skeleton),
            spine_level=arranged(one.spine_level),
            rib_level=arranged(one.rib_level),
        )
        for name, one in made.segmentation.views.items()
    }
    spots = [
        replace(spot, views={name: replace(shown, mask=arranged(shown.mask)) for name, shown in spot.views.items()})
        for spot in made.hot_spots
    ]
    return replace(
        made,
        scan=replace(made.scan, views=views),
        segmentation=replace(made.segmentation, views=maps),
        hot_spots=spots,
    )


def test_a_lesion_outside_of_the_other_field_is_not_seen_rather_than_new_or_resolved():
    whole = case([L3, LEFT_FEMUR])
    cut = case([L3], "20240301")
    views = {}
    for name, view in cut.scan.views.items():
        counts = view.counts.copy()
        counts[int(to_pixels(view, np.array([[0.0, -20.0]]))[0, 0]) :] = 0  # below S = 20 mm nothing was recorded
        views[name] = replace(view, counts=counts)
    cut = replace(cut, scan=replace(cut.scan, views=views))
    assert states(compare_cases([whole, cut], limits=LIMITS))["femur", "left", ""] == "not seen"
    earlier = replace(cut, scan=replace(cut.scan, acquisition_date="20230601"))
    comparison = compare_cases([earlier, whole], limits=LIMITS)
    lesion = next(one for one in comparison.lesions if one.region == "femur")
    assert [at.state for at in lesion.at] == ["not seen", "present"]


def test_a_focus_that_was_benign_before_is_reclassified_and_not_new():
    benign = replace(LEFT_FEMUR, image={"benign": 0.9})
    comparison = compare_cases([case([L3, benign]), case([L3, LEFT_FEMUR], "20240301")], limits=LIMITS)
    assert states(comparison)["femur", "left", ""] == "reclassified"
    lesion = next(one for one in comparison.lesions if one.region == "femur")
    assert lesion.at[0].other_spots


def test_a_lesion_that_comes_back_is_returned_and_not_new():
    comparison = compare_cases(
        [case([L3, LEFT_FEMUR]), case([L3], "20240301"), case([L3, LEFT_FEMUR], "20240501")],
        limits=LIMITS,
        treatment_start=dt.date(2024, 1, 5),
    )
    lesion = next(one for one in comparison.lesions if one.region == "femur")
    assert [at.state for at in lesion.at] == ["present", "resolved", "returned"]
    assert comparison.responses[2].new_lesions == ()


def test_another_camera_with_other_pixels_finds_the_same_lesions():
    before, after = case([L3, LEFT_FEMUR]), case([L3, LEFT_FEMUR], "20240301")
    comparison = compare_cases([before, finer(after)], limits=LIMITS)
    assert set(states(comparison).values()) == {"stable"}
    assert all(at.area_factor == pytest.approx(1.0) for one in comparison.lesions for at in one.at[1:])


def finer(made):
    """Every pixel as four of half the size."""
    split = rearranged(made, lambda array: array.repeat(2, -2).repeat(2, -1))
    views = {
        name: replace(view, counts=view.counts / 4, pixel_size_mm=tuple(size / 2 for size in view.pixel_size_mm))
        for name, view in split.scan.views.items()
    }
    return replace(split, scan=replace(split.scan, views=views))


def test_a_missing_view_is_said_and_what_both_show_is_compared():
    before = case([L3, LEFT_FEMUR, LEFT_RIB_7_BACK])
    after = case([L3, LEFT_FEMUR], "20240301", views=("anterior",))
    comparison = compare_cases([before, after], limits=LIMITS)
    assert states(comparison)["ribs", "left", "7"] == "not seen"
    assert states(comparison)["femur", "left", ""] == "stable"
    assert any("posterior view is missing" in note for note in comparison.notes)


def test_two_new_lesions_while_one_resolves_soon_after_treatment_start_may_be_a_flare():
    before = case([L3, RIGHT_FEMUR])
    after = case([L3, LEFT_FEMUR, LEFT_RIB_7_BACK], "20240301")
    comparison = compare_cases([before, after], limits=LIMITS, treatment_start=dt.date(2024, 1, 5))
    assert comparison.responses[1].category == "PDu"
    assert any("flare" in note for note in comparison.notes)


def test_the_change_of_the_index_has_the_interval_of_repeat_scans(one_sided):
    change = one_sided.burden[0]
    one, two = (scan.case.burden.bsi_percent for scan in one_sided.scans)
    margin = 1.96 * np.hypot(0.05, 0.1 * (one + two) / 2)
    assert change.bsi_change_percent == pytest.approx(two - one)
    assert (change.low_percent, change.high_percent) == pytest.approx((two - one - margin, two - one + margin))


def test_without_dates_the_order_is_asked_for_and_there_is_no_category():
    cases = [case([L3], "", seed=1), case([L3, LEFT_FEMUR], "", seed=2)]
    with pytest.raises(InputError, match="keep-order"):
        compare_cases(cases, limits=LIMITS)
    comparison = compare_cases(cases, keep_order=True, treatment_start=dt.date(2024, 1, 5), limits=LIMITS)
    assert states(comparison)["femur", "left", ""] == "new"
    assert not comparison.responses
    assert "no category" in comparison.no_category


def someone(made, **identity):
    return replace(made, scan=replace(made.scan, identity=Identity(**identity)))


def test_different_patients_are_refused_even_if_confirmed():
    cases = [case([L3]), someone(case([L3], "20240301"), patient_id="ID-4712", patient_name="Doe^Jane")]
    for confirmed in (False, True):
        with pytest.raises(InputError, match="different patients") as refusal:
            compare_cases(cases, names=["out1", "out2"], same_patient=confirmed)
        assert "47" not in str(refusal.value)


def test_a_nameless_case_does_not_make_one_of_two_patients():
    cases = [
        someone(case([L3])),
        someone(case([L3], "20240301"), patient_id="ID-1"),
        someone(case([L3], "20240501"), patient_id="ID-2"),
    ]
    with pytest.raises(InputError, match="different patients"):
        compare_cases(cases, same_patient=True)


def test_nameless_cases_need_a_word_of_the_user():
    cases = [someone(case([L3])), case([L3], "20240301")]
    with pytest.raises(InputError, match="--same-patient"):
        compare_cases(cases)
    assert states(compare_cases(cases, same_patient=True, limits=LIMITS)) == {
        ("lumbar_spine", "midline", "L3"): "stable"
    }


def test_the_same_scan_twice_is_refused():
    with pytest.raises(InputError, match="the same scan"):
        compare_cases([case([L3]), case([L3])])


def test_scans_without_a_common_view_are_refused():
    cases = [case([L3], views=("anterior",)), case([L3], "20240301", views=("posterior",))]
    with pytest.raises(InputError, match="no view in common"):
        compare_cases(cases)


def test_progress_rises_to_the_end_and_cancelling_ends_it():
    told = []
    compare_cases([case([L3]), case([L3], "20240301")], limits=LIMITS, progress=lambda _, done: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(_what, done):
        if done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_cases([case([L3]), case([L3], "20240301")], limits=LIMITS, progress=stop)


def test_a_scan_without_lesions_is_compared_too():
    comparison = compare_cases([case([]), case([Focus(80, -100)], "20240301")], limits=LIMITS)
    assert states(comparison) == {("femur", "right", ""): "new"}
    compose_timeline(comparison)
    nothing = compare_cases([case([]), case([], "20240301")], limits=LIMITS)
    assert not nothing.lesions
    compose_timeline(nothing)
    compose_side_by_side(nothing)


def test_the_shipped_limits_are_readable_and_say_that_they_are_of_simulated_scans():
    shipped = repeatability()
    assert "simulated" in shipped.source
    assert shipped.limit(100, 100).below_mm2 < shipped.limit(2000, 2000).below_mm2
    assert 0 < shipped.bsi_margin_percent(1, 1) < 1
