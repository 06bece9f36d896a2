"""SUV by body weight against numbers computed by hand, and every reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

import pytest

from BoneMetSegLib.suv import SuvFacts, dicom_date, dicom_moment, dicom_time, suv_factor

# 70 kg, 600 MBq at 10:30, imaged at 13:30: 3 h at a half-life of 6.01 h leave 600 * 2 ** (-3 / 6.01) = 424.5088 MBq.
GOOD = SuvFacts(
    weight_kg=70.0,
    dose=600.0,
    half_life_s=21636.0,
    is_tc99m=True,
    given=datetime.fromisoformat("2025-03-01T10:30"),
    imaged=datetime.fromisoformat("2025-03-01T13:30"),
    administrations=1,
)
LEFT_BQ = 424.5088e6


def test_the_factor_is_weight_over_the_decayed_dose():
    factor = suv_factor(GOOD)
    assert factor.dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)
    assert factor.g_per_bq == pytest.approx(70000 / LEFT_BQ, rel=1e-6)
    # 9000 Bq/ml are 9000 * 70000 / 424.5088e6 = 1.48407.
    assert 9000 * factor.g_per_bq == pytest.approx(1.48407, abs=1e-4)
    assert factor.reason == (
        "SUV by body weight (70 kg) from Bq/ml, dose 600 MBq decayed over 3.00 h with a half-life of 6.01 h"
    )


def test_exactly_one_half_life_halves_the_dose():
    later = replace(GOOD, given=GOOD.imaged - timedelta(seconds=21636))
    assert suv_factor(later).dose_bq == pytest.approx(300e6)


def test_voxels_that_refer_to_the_administration_need_no_decay_and_no_times():
    facts = replace(GOOD, refers_to="administration", given=None, imaged=None)
    assert suv_factor(facts).g_per_bq == pytest.approx(70000 / 600e6)


def test_without_a_half_life_technetium_has_its_own():
    assert suv_factor(replace(GOOD, half_life_s=None)).dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)


def test_a_half_life_in_hours_is_not_used_for_technetium_and_said():
    factor = suv_factor(replace(GOOD, half_life_s=6.01))
    assert factor.dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)
    assert "not that of Tc-99m" in factor.notes[0]


def test_another_nuclide_decays_with_its_own_half_life():
    """Iodine-123, 13.22 h: 600 * 2 ** (-3 / 13.22) = 512.671 MBq."""
    factor = suv_factor(replace(GOOD, half_life_s=13.22 * 3600, is_tc99m=False))
    assert factor.dose_bq == pytest.approx(512.671e6, rel=1e-5)


def test_a_dose_in_becquerel_is_recognised_and_said():
    factor = suv_factor(replace(GOOD, dose=600e6))
    assert factor.dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)
    assert factor.notes == (
        "The dose of 6e+08 was taken as Bq, 600 MBq: as MBq, DICOM's unit here, it cannot be right.",
    )


def test_a_time_without_its_day_is_of_the_same_day():
    assert suv_factor(replace(GOOD, given=time(10, 30))).dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)


def test_an_injection_before_midnight_is_of_the_day_before():
    """Given at 22:30, imaged at 01:30: 3 h, not minus 21 h."""
    facts = replace(GOOD, given=time(22, 30), imaged=datetime.fromisoformat("2025-03-01T01:30"))
    assert suv_factor(facts).dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)


def test_zones_are_minded_where_both_times_name_one():
    china, utc = timezone(timedelta(hours=8)), timezone.utc
    facts = replace(
        GOOD, given=datetime(2025, 3, 1, 10, 30, tzinfo=china), imaged=datetime(2025, 3, 1, 5, 30, tzinfo=utc)
    )
    assert suv_factor(facts).dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)
    facts = replace(GOOD, given=datetime(2025, 3, 1, 10, 30, tzinfo=china))
    assert suv_factor(facts).dose_bq == pytest.approx(LEFT_BQ, rel=1e-6)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"weight_kg": None}, "the patient's weight is missing"),
        ({"weight_kg": 0.0}, "weight of 0 kg cannot be right"),
        ({"weight_kg": 70000.0}, "weight of 70000 kg cannot be right"),
        ({"dose": None}, "the administered dose is missing"),
        ({"dose": 0.0}, "dose of 0 MBq cannot be right"),
        ({"dose": -600.0}, "dose of -600 MBq cannot be right"),
        ({"dose": 600e3}, "dose of 600000 MBq cannot be right"),
        ({"dose": 0.6}, "dose of 0.6 MBq cannot be right"),
        ({"given": None}, "time of injection is missing"),
        ({"imaged": None}, "time of acquisition is missing"),
        ({"given": datetime.fromisoformat("2025-03-01T13:31")}, "injection is after that of acquisition"),
        ({"given": datetime.fromisoformat("2025-02-20T10:30")}, "injection was 219 h before"),
        ({"given": time(13, 40)}, "injection is after that of acquisition"),
        ({"half_life_s": None, "is_tc99m": False}, "neither the nuclide nor its half-life"),
        ({"half_life_s": 6.01, "is_tc99m": False}, "half-life of 6.01 s cannot be right"),
        ({"administrations": 2}, "2 administered doses"),
    ],
)
def test_without_plausible_facts_there_is_no_suv_and_the_reason_is_said(facts, reason):
    factor = suv_factor(replace(GOOD, **facts))
    assert factor.g_per_bq is None
    assert reason in factor.reason


def test_dates_and_times_of_dicom_are_read_in_all_their_forms():
    assert dicom_date("20250301") == dicom_date("2025.03.01") == date(2025, 3, 1)
    assert dicom_date("20251301") is None
    assert dicom_date("") is None
    assert dicom_time("133000.500000") == time(13, 30, 0, 500000)
    assert dicom_time("13:30:00") == dicom_time("1330") == dicom_time("133000") == time(13, 30)
    assert dicom_time("13") == time(13)
    assert dicom_time("256000") is None
    assert dicom_time("soon") is None
    assert dicom_time("") is None
    assert dicom_moment("20250301133000.0+0800") == datetime(2025, 3, 1, 13, 30, tzinfo=timezone(timedelta(hours=8)))
    assert dicom_moment("20250301133000") == datetime.fromisoformat("2025-03-01T13:30")
    assert dicom_moment("20250301") is None
