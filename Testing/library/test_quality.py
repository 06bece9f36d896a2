"""What the reader should know about the scan, as flags with value and limit: raised over the limit, silent under it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.body_outline import body_outline
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.quality import GUIDELINE_COUNTS_PER_VIEW, quality_flags
from BoneMetSegLib.quality_field import CLIPPED_MM
from BoneMetSegLib.quality_timing import hours_after_injection
from BoneMetSegLib.quality_uptake import EXTRAVASATION_PERCENT, LARGE_BLADDER_MM2, body_contrast
from BoneMetSegLib.scan import VIEWS, PlanarScan, PlanarView
from model_training.simulator.case import simulate_case

SHAPE = (100, 50)
TOLD = {"low_counts", "low_counts_in_all", "clipped_side"}
"""What ordinary simulated scans are flagged for with reason: few counts, hands outside of the field."""


def a_scan(counts_per_view=2e6, **of_view):
    # Nearly even, each pixel a little brighter than the one before, so that no two are the highest.
    counts = np.linspace(0.999, 1.001, int(np.prod(SHAPE))).reshape(SHAPE) * counts_per_view / np.prod(SHAPE)
    counts = counts.astype(np.float32)
    return PlanarScan({name: PlanarView(name, counts, (5.0, 4.0), **of_view) for name in VIEWS})


@pytest.fixture(scope="module")
def patient() -> PlanarScan:
    """A simulated patient in both views."""
    case = simulate_case(80, anatomy="analytic")
    size = (case.pixel_size_mm, case.pixel_size_mm)
    return PlanarScan({name: PlanarView(name, case.counts[name].astype(np.float32), size) for name in VIEWS})


def with_counts(scan: PlanarScan, change, *views: str) -> PlanarScan:
    """Return the scan with the counts of some views (all by default) changed."""
    changed = {
        name: replace(view, counts=np.ascontiguousarray(change(view), np.float32)) if name in (views or VIEWS) else view
        for name, view in scan.views.items()
    }
    return replace(scan, views=changed)


def flags_of(scan: PlanarScan, name: str, **more):
    return [flag for flag in quality_flags(scan, **more) if flag.name == name]


def a_hot_spot(scan: PlanarScan, region: str, side: str, pixels: int) -> HotSpot:
    """A hot spot of so many pixels in the anterior view."""
    view = scan.views["anterior"]
    mask = np.zeros(view.counts.shape, bool)
    mask.ravel()[:pixels] = True
    inside = view.counts[mask]
    seen = HotSpotInView(mask, pixels * view.pixel_area_mm2, float(inside.max()), float(inside.mean()), float("nan"))
    return HotSpot("H01", "physiological", False, region, side, "", {"anterior": seen}, 0.9, 0.0)


# --- counts -----------------------------------------------------------------------------------------------------------


def of_counts(scan: PlanarScan):
    """The flags of an even picture, which has no body in it."""
    return [flag for flag in quality_flags(scan) if flag.name != "body_not_found"]


def test_a_complete_scan_of_enough_counts_has_no_flag():
    assert of_counts(a_scan()) == []


def test_a_picture_without_a_body_says_that_it_was_not_checked():
    flags = quality_flags(a_scan())
    assert [(flag.name, flag.value, flag.limit) for flag in flags] == [("body_not_found", None, None)] * 2
    assert "In the posterior view no body stands out" in flags[1].sentence


def test_two_bright_ends_with_nothing_between_are_no_body():
    counts = np.zeros((1024, 256), np.float32)
    counts[100:140, 60:200] = counts[880:920, 60:200] = np.arange(1, 141)
    (flag,) = flags_of(PlanarScan({"anterior": PlanarView("anterior", counts, (2.0, 2.0))}), "body_not_found")
    assert "were not checked" in flag.sentence


@pytest.mark.parametrize("missing", VIEWS)
def test_a_missing_view_is_named(missing):
    scan = a_scan()
    scan = replace(scan, views={name: view for name, view in scan.views.items() if name != missing})
    (flag,) = of_counts(scan)
    assert (flag.name, flag.value, flag.limit, flag.units) == ("view_missing", 1, 2, "views")
    assert f"no {missing} view" in flag.sentence


def test_too_few_counts_are_flagged_per_view_and_in_all_with_the_guideline():
    flags = of_counts(a_scan(0.5e6))
    assert [flag.name for flag in flags] == ["low_counts", "low_counts", "low_counts_in_all"]
    assert flags[0].value == pytest.approx(0.5e6)
    assert flags[0].limit == GUIDELINE_COUNTS_PER_VIEW == 1.5e6
    assert "The anterior view has 0.50 million counts" in flags[0].sentence
    assert (flags[2].value, flags[2].limit) == (pytest.approx(1e6), 3e6)
    assert of_counts(a_scan(1.501e6)) == []


def test_a_pixel_size_that_the_file_does_not_give_is_flagged():
    flags = of_counts(a_scan(pixel_size_source="given"))
    assert [(flag.name, flag.units) for flag in flags] == [("pixel_size_not_in_file", "mm")] * 2
    assert "was given, not read from the file" in flags[0].sentence


def test_of_a_lossy_picture_only_the_loss_is_flagged_not_its_counts():
    (flag,) = of_counts(replace(a_scan(1e4), lossy=True))
    assert (flag.name, flag.value, flag.limit) == ("lossy_compression", None, None)


@pytest.mark.parametrize(("pixels", "raised"), [(3, False), (4, True)])
def test_a_plateau_of_four_highest_pixels_is_saturation(patient, pixels, raised):
    def capped(view):
        counts = view.counts.copy()
        counts[500, 100 : 100 + pixels] = 65535
        return counts

    flags = flags_of(with_counts(patient, capped, "posterior"), "saturation")
    assert [(flag.value, flag.limit) for flag in flags] == ([(4, 3)] if raised else [])


# --- field ------------------------------------------------------------------------------------------------------------


def test_an_ordinary_patient_is_not_doubted(patient):
    assert {flag.name for flag in quality_flags(patient)} <= TOLD


@pytest.mark.parametrize(("part", "rows"), [("clipped_head", slice(0, 0.06)), ("clipped_feet", slice(0.8, 2))])
def test_a_head_or_feet_beyond_the_field_are_flagged(patient, part, rows):
    def cut(view):
        outline = body_outline(view)
        first, last = (outline.first_row + int(share * outline.rows) for share in (rows.start, rows.stop))
        counts = view.counts.copy()
        counts[(0 if rows.start == 0 else first) : max(last, 0)] = 0
        return counts

    flags = flags_of(with_counts(patient, cut), part)
    assert len(flags) == 2
    assert flags[0].value > flags[0].limit == CLIPPED_MM
    assert flags_of(patient, part) == []


def test_a_body_that_ends_just_inside_the_field_is_whole(patient):
    def close(view):
        outline = body_outline(view)
        counts = np.zeros_like(view.counts)
        rows = slice(outline.first_row - 6, outline.last_row + 7)
        counts[rows] = view.counts[rows]
        return counts

    names = {flag.name for flag in quality_flags(with_counts(patient, close))}
    assert not names & {"clipped_head", "clipped_feet"}


def test_an_arm_beyond_the_side_is_flagged_with_its_length():
    counts = np.zeros((400, 120), np.float32)
    counts[50:350, 45:75] = 20.0
    counts[150:190, 75:] = 20.0  # 40 rows of 5 mm reach the last column
    view = PlanarView("anterior", counts, (5.0, 4.0))
    (flag,) = flags_of(PlanarScan({"anterior": view}), "clipped_side")
    assert flag.value == pytest.approx(200, abs=30)
    counts[155:190, 75:] = 0.0  # 5 rows of 5 mm, blurred
    assert flags_of(PlanarScan({"anterior": replace(view, counts=counts)}), "clipped_side") == []


# --- motion -----------------------------------------------------------------------------------------------------------


def _shifted(mm):
    def shift(view):
        pixels = round(mm / view.pixel_size_mm[1])
        counts = view.counts.copy()
        row = body_outline(view).first_row + 200
        counts[row:] = np.roll(counts[row:], pixels if view.patient_right_first else -pixels, 1)
        return counts

    return shift


def test_a_patient_who_moved_sideways_is_flagged_where_it_happened(patient):
    (flag,) = flags_of(with_counts(patient, _shifted(18)), "motion")
    pixel_mm = patient.views["anterior"].pixel_size_mm[1]
    assert flag.value == pytest.approx(18, abs=2 * pixel_mm)
    assert "below the top of the head" in flag.sentence
    assert flags_of(with_counts(patient, _shifted(6)), "motion") == []


def test_views_of_two_sizes_are_searched_for_motion_one_by_one(patient):
    def padded(view):
        return np.pad(_shifted(18)(view), ((0, 0), (10, 10)))

    wider = with_counts(with_counts(patient, _shifted(18), "anterior"), padded, "posterior")
    (flag,) = flags_of(wider, "motion")
    assert flag.value == pytest.approx(18, abs=5)
    assert (
        flags_of(with_counts(patient, lambda view: np.pad(view.counts, ((0, 0), (9, 9))), "anterior"), "motion") == []
    )


def test_a_seam_of_counts_over_the_whole_width_is_flagged(patient):
    def halved(view):
        counts = view.counts.copy()
        row = body_outline(view).first_row + 300
        counts[row:] = np.random.default_rng(2).binomial(counts[row:].astype(int), 0.5)
        return counts

    (flag,) = flags_of(with_counts(patient, halved), "seam")
    assert flag.value == pytest.approx(2, rel=0.25)
    assert flags_of(patient, "seam") == []


def test_rows_without_counts_within_the_body_are_counted(patient):
    def dropped(view):
        counts = view.counts.copy()
        counts[400:404] = 0
        return counts

    (flag,) = flags_of(with_counts(patient, dropped, "anterior"), "rows_missing")
    assert (flag.value, flag.limit) == (4, 0)


# --- views and sides --------------------------------------------------------------------------------------------------


def test_views_exchanged_in_the_file_are_told_of_and_never_changed(patient):
    one, other = (patient.views[name] for name in VIEWS)
    exchanged = replace(
        patient, views={"anterior": replace(other, view="anterior"), "posterior": replace(one, view="posterior")}
    )
    (flag,) = flags_of(exchanged, "views_exchanged")
    assert flag.value < flag.limit
    assert "left and right are wrong too" in flag.sentence
    assert flags_of(patient, "views_exchanged") == []


@pytest.mark.parametrize("name", VIEWS)
def test_a_single_view_under_the_wrong_name_is_doubted(patient, name):
    other = next(view for view in VIEWS if view != name)
    wrong = replace(patient, views={name: replace(patient.views[other], view=name)})
    assert len(flags_of(wrong, "view_contradicted")) == 1
    assert flags_of(replace(patient, views={name: patient.views[name]}), "view_contradicted") == []


def test_a_mirrored_posterior_is_doubted_and_is_right_with_flip_posterior(patient):
    mirrored = with_counts(patient, lambda view: view.counts[:, ::-1], "posterior")
    (flag,) = flags_of(mirrored, "views_mirrored")
    assert "with --flip-posterior" in flag.sentence
    flipped = replace(
        mirrored, views={**mirrored.views, "posterior": replace(mirrored.views["posterior"], mirrored=True)}
    )
    assert flags_of(flipped, "views_mirrored") == []


def test_a_wider_posterior_view_is_compared_about_its_middle(patient):
    def padded(view):
        return np.pad(view.counts, ((0, 0), (40, 40)))

    assert flags_of(with_counts(patient, padded, "posterior"), "views_mirrored") == []
    mirrored = with_counts(patient, lambda view: padded(view)[:, ::-1], "posterior")
    assert len(flags_of(mirrored, "views_mirrored")) == 1


def test_a_perfectly_symmetric_body_says_nothing_of_sides(patient):
    symmetric = with_counts(patient, lambda view: (view.counts + view.counts[:, ::-1]) / 2)
    assert flags_of(symmetric, "views_mirrored") == []


def test_the_real_anterior_scan_is_not_called_posterior():
    from pydicom.data import get_testdata_file

    from BoneMetSegLib.scan_files import read_scan

    scan = read_scan(get_testdata_file("JPGExtended.dcm"), view="anterior")
    assert {flag.name for flag in quality_flags(scan)} == {"view_missing", "lossy_compression"}


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("injected", "acquired", "hours"),
    [
        ("103000", "133000", 3.0),
        ("233000", "013000", 2.0),
        ("103000.000000", "133000.5", 3.0),
        ("10:30:00", "13:30:00", 3.0),
        ("1030", "13", 2.5),
        ("", "133000", None),
        ("noon", "133000", None),
        ("250000", "133000", None),
    ],
)
def test_the_hours_between_two_times_of_day_pass_midnight(injected, acquired, hours):
    assert hours_after_injection(injected, acquired) == hours


@pytest.mark.parametrize(
    ("acquired", "limit", "words"),
    [
        ("115959", 2, "before 2 h"),
        ("120000", None, ""),
        ("150000", None, ""),
        ("150100", 5, "later"),
        ("095900", 5, "clocks"),
    ],
)
def test_images_earlier_than_two_or_later_than_five_hours_are_flagged(acquired, limit, words):
    flags = flags_of(replace(a_scan(), injection_time="100000", acquisition_time=acquired), "time_after_injection")
    assert [flag.limit for flag in flags] == ([limit] if limit else [])
    assert all(words in flag.sentence for flag in flags)


# --- uptake -----------------------------------------------------------------------------------------------------------


def test_the_injection_site_is_told_with_its_side_and_size():
    scan = a_scan()
    spot = a_hot_spot(scan, "injection_site", "left", 10)
    (flag,) = flags_of(scan, "injection_site_found", hot_spots=[spot])
    assert (flag.name, flag.value, flag.limit, flag.units) == ("injection_site_found", 200, None, "mm2")
    assert "left injection site" in flag.sentence


@pytest.mark.parametrize(("pixels", "raised"), [(249, False), (252, True)])
def test_much_activity_beside_the_vein_is_extravasation(pixels, raised):
    scan = a_scan()  # 5000 pixels of equal counts: 250 are the 5 %
    flags = flags_of(scan, "extravasation", hot_spots=[a_hot_spot(scan, "injection_site", "right", pixels)])
    assert [flag.limit for flag in flags] == ([EXTRAVASATION_PERCENT] if raised else [])
    assert all(flag.value == pytest.approx(5.04, abs=0.02) for flag in flags)


@pytest.mark.parametrize(("pixels", "raised"), [(400, False), (401, True)])
def test_the_bladder_is_told_and_a_large_one_flagged(pixels, raised):
    scan = a_scan()
    spots = [a_hot_spot(scan, "bladder", "midline", pixels)]
    assert [flag.value for flag in flags_of(scan, "bladder_found", hot_spots=spots)] == [pixels * 20]
    assert [flag.limit for flag in flags_of(scan, "bladder_large", hot_spots=spots)] == [LARGE_BLADDER_MM2] * raised


def _painted_body(bone: float) -> PlanarScan:
    counts = np.zeros((400, 120), np.float32)
    counts[30:370, 30:90] = 10.0
    counts[30:370, 55:65] = 10.0 * bone
    return PlanarScan({"anterior": PlanarView("anterior", counts, (5.0, 4.0))})


@pytest.mark.parametrize(("bone", "limit"), [(1.3, 1.5), (1.7, None), (6.0, None)])
def test_bone_hardly_brighter_than_soft_tissue_is_flagged(bone, limit):
    scan = _painted_body(bone)
    assert body_contrast(body_outline(scan.views["anterior"])) == pytest.approx(bone, rel=0.12)
    assert [flag.limit for flag in flags_of(scan, "uptake_out_of_range")] == ([limit] if limit else [])
