"""Simulated reports said again in other words: the same places are still marked to be in them, and the own stay."""

from __future__ import annotations

import json

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from model_training.configuration import read_configuration
from model_training.simulator.report_writer import random_report
from model_training.training.reworded_reports import reports_to_read, with_reworded

SETTINGS = read_configuration()["reports"]["rewording"]


def a_case() -> dict:
    """Reports of both languages as a simulated case's json holds them."""
    reports = {}
    for language in ("zh", "en"):
        written = random_report(language, np.random.default_rng(3))
        mentions = [{"start": m.start, "end": m.end, "slots": m.slots, "status": m.status} for m in written.mentions]
        reports[language] = {"text": written.text, "mentions": mentions}
    return reports


def test_each_report_has_its_copies_and_stays_itself():
    reports = a_case()
    texts = with_reworded(reports, SETTINGS, (0, 1))
    copies = SETTINGS["copies"]
    assert sorted(texts) == sorted(
        f"{lang}{n}" for lang in ("zh", "en") for n in ("", *(f" {k + 1}" for k in range(copies)))
    )
    assert all(texts[language] == reports[language]["text"] for language in reports)
    assert len(set(texts.values())) == len(texts)
    assert all(parse_report(texts[name]).language == name[:2] for name in texts)


def test_the_same_seed_says_the_same_and_another_patient_otherwise():
    reports = a_case()
    assert with_reworded(reports, SETTINGS, (0, 1)) == with_reworded(reports, SETTINGS, (0, 1))
    assert with_reworded(reports, SETTINGS, (0, 1))["en 1"] != with_reworded(reports, SETTINGS, (0, 2))["en 1"]


def test_a_hospitals_report_without_marks_has_no_copies():
    assert with_reworded({"en": {"text": "T8 metastasis."}}, SETTINGS, (0, 1)) == {"en": "T8 metastasis."}


def test_reports_are_said_again_for_training_alone(tmp_path):
    (tmp_path / "case_000001.json").write_text(json.dumps({"reports": a_case()}), encoding="utf-8")
    path = tmp_path / "case_000001.npz"
    (trained,) = reports_to_read([path], read_configuration(), reworded=True)
    (checked,) = reports_to_read([path], read_configuration(), reworded=False)
    assert set(checked) == {"zh", "en"}
    assert set(checked) < set(trained)


def test_reports_in_another_form_are_refused_by_the_file(tmp_path):
    (tmp_path / "case_000001.json").write_text('{"reports": ["T8"]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"case_000001\.json holds reports in a form that is not read"):
        reports_to_read([tmp_path / "case_000001.npz"], read_configuration(), reworded=True)
