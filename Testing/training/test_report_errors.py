"""A simulated reader errs at stated rates, and what he wrote of each focus is recorded."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.anatomy import WHOLE_SKELETON_SLOT
from model_training.simulator.clinic import default_clinic
from model_training.simulator.report_errors import ERROR_KINDS, NO_ERRORS, ReportErrorRates
from model_training.simulator.report_reading import place_channel, place_slot
from model_training.simulator.report_writer import SimpleFocus, random_foci, write_report

LANGUAGES = ("zh", "en")
OUTRIGHT = {"missed", "wrong side", "wrong level", "wrong nature"}


def metastasis(name, contrast=3.0, visible=True):
    side = name.rsplit("_", 1)[-1]
    side = side if side in ("left", "right") else "midline"
    return SimpleFocus("metastasis", name, "metastasis", side, {"anterior": visible, "posterior": visible}, contrast)


def write(foci, seed=1, language="zh", **rates):
    error_rates = ReportErrorRates(**rates) if rates else NO_ERRORS
    return write_report(foci, {}, language, np.random.default_rng(seed), report_error_rates=error_rates)


def outright_share(factor, reports=1200):
    rates = ReportErrorRates.of_clinic(default_clinic(), factor)
    rng = np.random.default_rng(3)
    foci = wrong = 0
    for index in range(reports):
        report = write_report(random_foci(rng), {}, LANGUAGES[index % 2], rng, report_error_rates=rates)
        shown = [statement for statement in report.statements if statement.shows]
        foci += len(shown)
        wrong += sum(bool(OUTRIGHT & set(statement.errors)) for statement in shown)
    return wrong / foci


@pytest.mark.parametrize(("factor", "share"), [(0.0, 0.0), (0.5, 0.05), (1.0, 0.10), (2.0, 0.20)])
def test_one_dial_asks_for_0_5_10_or_20_percent_of_wrong_foci(factor, share):
    assert outright_share(factor) == pytest.approx(share, abs=0.015)


def test_the_dial_of_the_clinic_is_read():
    careless = default_clinic().changed({"reports.error_factor": {"value": 20.0}})
    report = write_report([metastasis("vertebra_L3")], {}, "zh", np.random.default_rng(1), clinic=careless)
    assert ReportErrorRates.of_clinic(careless).missed == pytest.approx(0.9)
    assert ReportErrorRates.of_clinic(careless).doubt == ReportErrorRates.of_clinic(default_clinic()).doubt
    assert "missed" in [error.kind for error in report.errors]


def test_every_kind_of_error_occurs_and_names_its_focus():
    rng = np.random.default_rng(4)
    found = {}
    for index in range(1500):
        foci = random_foci(rng)
        for error in write_report(foci, {}, LANGUAGES[index % 2], rng).errors:
            found.setdefault(error.kind, []).append(error)
            if error.kind == "added":
                assert error.number == 0
                assert error.said
            else:
                assert foci[error.number - 1].fine_region == error.fine_region
            if error.kind == "wrong side":
                assert error.said.rsplit("_", 1)[0] == error.fine_region.rsplit("_", 1)[0]
                assert error.said != error.fine_region
    assert set(found) == set(ERROR_KINDS)


def test_a_wrong_side_is_what_the_text_says():
    for seed in range(30):
        report = write([metastasis("rib_7_left")], seed, wrong_side=1.0)
        said = {slot for m in report.mentions if m.status != "negated" for slot in m.slots}
        assert "rib_7_right" in said
        assert "rib_7_left" not in said
        (statement,) = report.statements
        assert statement.slots in (("rib_7_right",), (WHOLE_SKELETON_SLOT,))
        assert statement.errors == ("wrong side",)
        assert statement.said_of_place in ("not mentioned", "negated", "metastatic", "uncertain")


def test_a_wrong_level_is_one_off():
    for seed in range(20):
        (error,) = write([metastasis("vertebra_L3")], seed, wrong_level=1.0).errors
        assert (error.kind, error.number) == ("wrong level", 1)
        assert error.said in ("vertebra_L2", "vertebra_L4")


@pytest.mark.parametrize("language", LANGUAGES)
def test_statements_agree_with_the_text(language):
    rng = np.random.default_rng(7)
    checked = 0
    for _ in range(300):
        foci = random_foci(rng)
        report = write_report(foci, {}, language, rng)
        assert [s.number for s in report.statements] == [
            n for n, f in enumerate(foci, 1) if f.hot_spot_class != "physiological"
        ]
        for statement in report.statements:
            if "missed" in statement.errors:
                assert statement.status == "not mentioned"
                assert not statement.slots
                continue
            for start, end in statement.spans:
                (mention,) = [m for m in report.mentions if (m.start, m.end) == (start, end)]
                assert statement.slots[0] in mention.slots
                checked += 1
            if statement.status in ("metastatic", "benign", "uncertain"):
                about = [m.status for m in report.mentions if statement.slots[0] in m.slots]
                assert statement.status in about
    assert checked > 500


def test_without_errors_each_metastasis_is_stated_at_its_place_or_above_it():
    rng = np.random.default_rng(8)
    for _ in range(200):
        for statement in write_report(random_foci(rng), {}, "zh", rng, report_error_rates=NO_ERRORS).statements:
            if statement.hot_spot_class != "metastasis" or "lumped" in statement.errors:
                continue
            assert statement.status in ("metastatic", "uncertain", "uptake")
            place = statement.fine_region
            assert statement.slots[0] in (place_slot(place), place_channel(place), WHOLE_SKELETON_SLOT)
            assert statement.said_of_place != "negated"


def test_a_missed_focus_may_be_called_normal_by_the_rest():
    said = {write([metastasis("rib_7_left")], seed, missed=1.0).statements[0].said_of_place for seed in range(30)}
    assert "negated" in said


def test_foci_that_do_not_show_are_missed_at_their_own_rate():
    hidden = metastasis("vertebra_L3", visible=False)
    assert all(not write([hidden], seed).statements[0].shows for seed in range(5))
    assert all(write([hidden], seed).statements[0].status == "not mentioned" for seed in range(30))
    seen = [write([hidden], seed, invisible_reported=0.5).statements[0] for seed in range(200)]
    assert 70 < sum(statement.status != "not mentioned" for statement in seen) < 130


def test_a_cold_focus_shows_by_what_it_lacks():
    cold = SimpleFocus("metastasis", "ilium_left", "cold metastasis", "left", {"anterior": False}, 0.5)
    report = write([cold])
    assert report.statements[0].shows
    assert report.statements[0].status in ("uptake", "metastatic", "uncertain")


def test_physiological_foci_are_no_lesions():
    bladder = SimpleFocus("physiological", "bladder", "bladder", "midline")
    report = write([bladder])
    assert report.statements == ()
    assert {m.status for m in report.mentions} == {"negated"}


def test_four_ribs_of_a_side_are_lumped():
    foci = [metastasis(f"rib_{n}_left") for n in (2, 4, 6, 8)]
    report = write(foci, lumped=1.0, doubt=0.0, doubt_faint=0.0, doubt_alone=0.0)
    assert {error.kind for error in report.errors} == {"lumped"}
    assert {error.said for error in report.errors} == {"ribs_left"}
    assert [error.number for error in report.errors] == [1, 2, 3, 4]
    assert all(s.slots[0] in ("ribs_left", WHOLE_SKELETON_SLOT) for s in report.statements)
