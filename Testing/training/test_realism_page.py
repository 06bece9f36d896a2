"""The page of realism: ranges, percentiles, the real scan, the pictures, and the clinic's page."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from model_training.demo import real_scan
from model_training.realism import command
from model_training.realism.body_landmarks import find_landmarks
from model_training.realism.parameters import DOCS, distribution_words, parameters_page
from model_training.realism.real_scan import lossy_scan
from model_training.realism.simulated_ranges import (
    MeasuredView,
    mean_deviation,
    measure_view,
    place_among,
    share_within,
)
from model_training.simulator.clinic import default_clinic

from . import realism_phantom as known


def test_a_number_among_a_hundred_has_the_percentile_of_those_below_it() -> None:
    simulated = [float(value) for value in range(1, 101)]
    place = place_among(30.5, simulated)
    assert place is not None
    assert place.percentile == pytest.approx(30.0)
    assert (place.low, place.median, place.high) == pytest.approx((5.95, 50.5, 95.05))
    assert place.inside
    assert place.width == pytest.approx(95.05 / 5.95)
    outside = place_among(96.0, simulated)
    assert outside is not None
    assert not outside.inside


def test_what_most_patients_do_not_show_has_no_range() -> None:
    assert place_among(1.0, [1.0, float("nan"), float("nan"), 2.0, float("nan")]) is None
    assert place_among(float("nan"), [1.0, 2.0, 3.0]) is None


def test_deviations_count_in_robust_standard_deviations_and_none_for_more_than_five() -> None:
    # Quartiles 2 and 4 of 1 to 5: a standard deviation of 2 / 1.349.
    simulated = [MeasuredView({"a": float(v), "b": float(v)}, {}) for v in (1, 2, 3, 4, 5)]
    assert mean_deviation({"a": 5.0, "b": 3.0}, simulated) == pytest.approx(1.349 / 2)
    assert mean_deviation({"a": 1e9, "b": 3.0}, simulated) == pytest.approx(2.5)


def test_a_profile_is_compared_only_where_there_is_body() -> None:
    bands = np.array([[0.0, 1.0, 1.0, 0.0], [0.0, 2.0, 2.0, 0.0], [0.0, 3.0, 3.0, 0.0]])
    assert share_within(np.array([9.0, 2.0, 4.0, 9.0]), bands) == pytest.approx(50.0)


def test_the_real_scan_is_read_and_its_landmarks_are_found() -> None:
    real = lossy_scan()
    assert real.lossy
    assert real.counts.shape == (1024, 256)
    found = find_landmarks(real.counts, real.pixel_mm)
    assert found is not None
    # By eye: crown at row 89, shoulders' top at 195, the thighs part at about 460, knees at 610-625, toes at 855.
    for name, row, within in (
        ("crown", 89, 8), ("shoulder", 195, 15), ("crotch", 460, 20), ("knee", 617, 20), ("sole", 855, 10),
    ):  # fmt: skip
        assert abs(getattr(found, name) - row) <= within, name


def a_patient(index: int, seed: int, clinic: str) -> SimpleNamespace:
    rng = np.random.default_rng([seed, index])
    counts = rng.poisson(known.phantom() * rng.uniform(0.5, 1.5)).astype(np.uint16)
    focus_map = np.zeros(counts.shape, np.uint8)
    focus_map[300:306, 120:126] = 1
    kind = "metastasis" if index % 2 else "benign"
    focus = SimpleNamespace(
        number=1,
        hot_spot_class=kind,
        fine_region="vertebra_L1",
        kind=kind,
        visible={"anterior": True, "posterior": True},
        looks_like_metastasis=index % 4 == 0,
    )
    views = ("anterior", "posterior")
    return SimpleNamespace(
        counts=dict.fromkeys(views, counts), focus_map=dict.fromkeys(views, focus_map), foci=(focus,),
        pixel_size_mm=known.PIXEL_MM,
    )  # fmt: skip


@pytest.fixture
def drawn_patients(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(count: int, seed: int, clinic: str, workers: int = 1) -> list:
        views = []
        for index in range(count):
            case = a_patient(index, seed, clinic)
            views.append(measure_view(case.counts["anterior"], case.pixel_size_mm) if index < 4 else views[index % 4])
        return views

    monkeypatch.setattr(command, "simulated_patient", a_patient)
    monkeypatch.setattr(command, "measure_simulated", measured)


def test_the_page_holds_every_measure_and_only_pictures_without_the_real_scan(tmp_path, drawn_patients: None) -> None:
    page = command.write_realism(tmp_path, cases=20, seed=3)
    text = page.read_text(encoding="utf-8")
    numbers = json.loads((tmp_path / "realism.json").read_text(encoding="utf-8"))
    assert numbers["patients"] == numbers["measured"] == 20
    # A drawn body of even tissue is not like a patient.
    assert numbers["measures"]["lumbar spine over flank"]["inside"] is False
    assert "| lumbar spine over flank |" in text
    pictures = {path.name for path in (tmp_path / "realism").glob("*.png")}
    assert pictures == {"patients.png", "close_ups.png", "foci.png", "profiles.png", "ranges.png"}
    for name in pictures:
        assert f"(realism/{name})" in text
    assert (tmp_path / "with_the_real_scan" / "patients.png").is_file()
    assert "with_the_real_scan/" not in text


def test_a_scan_of_your_own_is_measured_and_said_to_be_so(tmp_path, drawn_patients: None) -> None:
    page = command.write_realism(tmp_path, cases=20, seed=3, real=real_scan())
    text = page.read_text(encoding="utf-8")
    assert "of your own (1024 x 256 pixels of 2.26 mm, 3.8 million counts)" in text
    assert "--real FILE" in text


def test_too_few_patients_make_no_range(tmp_path) -> None:
    with pytest.raises(InputError, match="at least 20"):
        command.write_realism(tmp_path, cases=3)


def test_the_clinics_page_is_in_step_with_its_file() -> None:
    clinic = default_clinic()
    written = (DOCS / f"{clinic.name}.md").read_text(encoding="utf-8")
    assert written == parameters_page(clinic), "run: python -m model_training.realism.parameters"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"share": 0.75}, "75 % of cases"),
        ({"uniform": [1, 2.5]}, "even 1 - 2.5"),
        ({"normal": [170, 7], "within": [145, 195]}, "normal 170 ± 7, within 145 - 195"),
        ({"weights": {"a": 0.25, "b": 0.75}}, "a 25 %, b 75 %"),
        ({"weights": {"shoulder": 16.7, "knee": 20}}, "shoulder 16.7, knee 20"),
        ({"poisson": 2}, "Poisson, mean 2"),
    ],
)
def test_a_distribution_is_said_in_words(entry: dict, words: str) -> None:
    assert distribution_words(entry) == words
