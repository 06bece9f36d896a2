"""Simulated reports: the mentions that teach reading are exact, and sides, ranges and statuses hold."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from BoneMetSegLib.anatomy import FINE_REGIONS, TEXT_SLOTS, WHOLE_SKELETON_SLOT
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import normalise, parse_report
from BoneMetSegLib.segmentation import STATUSES
from model_training.simulator.report_places import Unit
from model_training.simulator.report_reading import place_channel, place_slot
from model_training.simulator.report_writer import (
    NO_ERRORS,
    ReportErrorRates,
    SimpleFocus,
    random_foci,
    write_report,
)

LANGUAGES = ("zh", "en")
LEVEL_WORDS = {"zh": {"left": "左", "right": "右"}, "en": {"left": "left", "right": "right"}}


def random_reports(language, count, seed=1, rates=None):
    rng = np.random.default_rng(seed)
    keywords = {} if rates is None else {"report_error_rates": rates}
    reports = []
    for _ in range(count):
        foci = random_foci(rng)
        reports.append((foci, write_report(foci, {"sex": "male", "age": 70}, language, rng, **keywords)))
    return reports


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def reports(language):
    return random_reports(language, 500)


@pytest.fixture(scope="module")
def faultless_reports(language):
    return random_reports(language, 500, seed=2, rates=NO_ERRORS)


def a_metastasis(name):
    side = name.rsplit("_", 1)[-1]
    return SimpleFocus("metastasis", name, "metastasis", side if side in ("left", "right") else "midline")


def test_mentions_are_phrases_in_order_without_overlap(reports):
    for _, report in reports:
        end = 0
        for mention in report.mentions:
            phrase = report.text[mention.start : mention.end]
            assert mention.start >= end
            assert phrase
            assert phrase == phrase.strip(" \n、，。；：,;:")
            assert mention.slots
            assert set(mention.slots) <= set(TEXT_SLOTS)
            assert mention.status in STATUSES
            end = mention.end


def test_a_sided_phrase_says_the_side_of_its_slots(reports, language):
    words = LEVEL_WORDS[language]
    short = {"left": "L", "right": "R"}
    for _, report in reports:
        for mention in report.mentions:
            phrase = report.text[mention.start : mention.end].lower()
            sides = {slot.rsplit("_", 1)[-1] for slot in mention.slots} & {"left", "right"}
            if len(mention.slots) > 1 or len(sides) != 1 or mention.slots[0].startswith("vertebra"):
                continue
            (side,) = sides
            other = "right" if side == "left" else "left"
            assert words[other] not in phrase
            assert not phrase.startswith(f"{short[other].lower()} ")


def test_each_numbered_slot_has_its_number_or_a_range_in_the_phrase(faultless_reports, language):
    words = " 一 二 三 四 五 六 七 八 九 十 十一 十二".split(" ")
    ordinals = " first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ")
    checked = 0
    for _, report in faultless_reports:
        for mention in report.mentions:
            if len(mention.slots) != 1 or not mention.slots[0].startswith(("rib_", "vertebra_")):
                continue
            number = int("".join(c for c in mention.slots[0] if c.isdigit()))
            phrase = normalise(report.text[mention.start : mention.end]).lower()
            name = words[number] if language == "zh" else ordinals[number]
            assert str(number) in phrase or name in phrase
            checked += 1
    assert checked > 300


def test_left_stays_left_unless_an_error_is_noted(reports):
    for foci, report in reports:
        regions = [f.fine_region for f in foci if f.hot_spot_class != "physiological"]
        allowed = {place_slot(name) for name in regions} | {place_channel(name) for name in regions}
        for error in report.errors:
            if error.said and error.kind in ("wrong side", "wrong level", "added"):
                allowed |= {place_slot(error.said), place_channel(error.said)}
        said = {slot for m in report.mentions if m.status != "negated" for slot in m.slots}
        assert said - allowed <= {WHOLE_SKELETON_SLOT}


def test_no_place_with_uptake_is_called_normal(faultless_reports):
    """Region by region, what is said to be normal holds no focus that a view shows."""
    for foci, report in faultless_reports:
        slots = set()
        for focus in foci:
            if focus.hot_spot_class != "physiological":
                slots |= {place_slot(focus.fine_region), place_channel(focus.fine_region)}
        negated = {slot for m in report.mentions if m.status == "negated" for slot in m.slots}
        assert not slots & negated


def test_without_errors_every_focus_is_spoken_of(faultless_reports):
    named = 0
    for foci, report in faultless_reports:
        assert not {error.kind for error in report.errors} - {"lumped"}
        said = {slot for m in report.mentions if m.status != "negated" for slot in m.slots}
        metastases = [f for f in foci if f.hot_spot_class == "metastasis"]
        if not metastases:
            continue
        assert all(place_slot(f.fine_region) in said or WHOLE_SKELETON_SLOT in said for f in metastases)
        named += all(place_slot(f.fine_region) in said for f in metastases)
    assert named > 200


def test_the_nature_said_is_that_of_the_focus(faultless_reports):
    for foci, report in faultless_reports:
        classes = {}
        for focus in foci:
            if focus.hot_spot_class != "physiological":
                classes.setdefault(place_slot(focus.fine_region), set()).add(focus.hot_spot_class)
        for mention in report.mentions:
            for slot in mention.slots:
                if mention.status == "metastatic" and slot in classes:
                    assert "metastasis" in classes[slot]
                if mention.status == "benign" and slot in classes:
                    assert "benign" in classes[slot]


def test_a_range_includes_the_ribs_and_vertebrae_between(language):
    ribs = [a_metastasis(f"rib_{n}_left") for n in (6, 7, 8)]
    vertebrae = [a_metastasis(f"vertebra_T{n}") for n in (8, 9, 10)]
    ranges = Counter()
    for seed in range(150):
        report = write_report(ribs + vertebrae, {}, language, np.random.default_rng(seed), report_error_rates=NO_ERRORS)
        for mention in report.mentions:
            phrase = normalise(report.text[mention.start : mention.end])
            middle = ("7", "七", "seven") if "rib_7_left" in mention.slots else ("9", "九", "nin")
            if len(mention.slots) == 3 and not any(word in phrase for word in middle):
                ranges[mention.slots] += 1
    assert ranges[("rib_6_left", "rib_7_left", "rib_8_left")] > 20
    assert ranges[("vertebra_T8", "vertebra_T9", "vertebra_T10")] > 20
    assert len(ranges) == 2


def test_both_sides_of_a_joint_are_one_phrase_with_two_slots(language):
    foci = [SimpleFocus("benign", f"knee_joint_{s}", "osteoarthritis", s) for s in ("left", "right")]
    both = 0
    for seed in range(40):
        report = write_report(foci, {}, language, np.random.default_rng(seed), report_error_rates=NO_ERRORS)
        both += any(m.slots == ("femur_left", "femur_right") and m.status != "negated" for m in report.mentions)
    assert both > 20  # the others call one knee degenerative and leave the other open


def test_every_status_and_every_slot_occurs(language):
    statuses, slots = Counter(), Counter()
    for _, report in random_reports(language, 1500, seed=3):
        for mention in report.mentions:
            statuses[mention.status] += 1
            slots.update(mention.slots)
    assert set(slots) == set(TEXT_SLOTS)
    assert min(slots.values()) >= 15
    assert all(statuses[status] > 500 for status in STATUSES)


def test_mentions_lie_within_one_clause_as_the_library_splits_them(reports, language):
    total = outside = 0
    for _, report in reports:
        parsed = parse_report(report.text)
        assert parsed.text == report.text
        assert parsed.language == language
        for mention in report.mentions:
            holding = [c for c in parsed.clauses if c.start <= mention.start and mention.end <= c.end]
            total += 1
            outside += len(holding) != 1
    assert outside / total <= 0.005


def test_same_seed_same_report(language):
    foci = random_foci(np.random.default_rng(5))
    first, second = (write_report(foci, {}, language, np.random.default_rng(7)) for _ in range(2))
    other = write_report(foci, {}, language, np.random.default_rng(8))
    assert first == second
    assert first.text != other.text


def test_error_rates_are_kept(language):
    """About six foci in a hundred are left out by default, and all of them with a rate of one."""
    foci = omitted = 0
    for patient_foci, report in random_reports(language, 400, seed=6):
        foci += sum(f.hot_spot_class != "physiological" for f in patient_foci)
        omitted += sum(error.kind == "missed" for error in report.errors)
    assert 0.04 < omitted / foci < 0.09
    blindness = ReportErrorRates(missed=2.0)
    rng = np.random.default_rng(1)
    blind = write_report([a_metastasis("vertebra_L3")], {}, language, rng, report_error_rates=blindness)
    assert blind.errors[0].kind == "missed"
    assert all(mention.status == "negated" for mention in blind.mentions)


def test_a_focus_no_view_shows_is_not_reported(language):
    hidden = SimpleFocus("metastasis", "vertebra_L3", "metastasis", "midline", {"anterior": False, "posterior": False})
    report = write_report([hidden], {}, language, np.random.default_rng(1), report_error_rates=NO_ERRORS)
    assert all(mention.status == "negated" for mention in report.mentions)


def test_the_patient_is_in_the_report(language):
    rng = np.random.default_rng(4)
    texts = [write_report((), {"activity_mbq": 741.0, "sex": "female"}, language, rng).text for _ in range(150)]
    assert any("741" in text for text in texts)
    assert not any("前列腺" in text or "prostate" in text.lower() or "PSA" in text for text in texts)


def test_lengths_and_wordings_are_broad(reports, language):
    lengths = sorted(len(report.text) for _, report in reports)
    assert lengths[10] < 120
    assert lengths[-5] > (380 if language == "zh" else 1200)
    assert len({report.text for _, report in reports}) > 490


def test_every_fine_region_can_be_named(language):
    for fine in FINE_REGIONS:
        rng = np.random.default_rng(3)
        report = write_report([a_metastasis(fine.name)], {}, language, rng, report_error_rates=NO_ERRORS)
        assert any(place_slot(fine.name) in m.slots and m.status != "negated" for m in report.mentions)


def test_any_kind_of_benign_focus_is_worded(language):
    for kind in ("osteoarthritis", "something never heard of", "", "Paget's disease", "rib fracture", "growth plate"):
        focus = SimpleFocus("benign", "ilium_left", kind, "left")
        report = write_report([focus], {}, language, np.random.default_rng(2), report_error_rates=NO_ERRORS)
        assert any("pelvis_left" in m.slots for m in report.mentions)


def test_unknown_language_is_refused():
    with pytest.raises(InputError, match="zh or en"):
        write_report((), {}, "fr", np.random.default_rng(1))


def test_a_unit_on_both_sides_means_both():
    assert Unit("ribs", "ribs", "both", (6, 7)).slots() == ("rib_6_left", "rib_7_left", "rib_6_right", "rib_7_right")
