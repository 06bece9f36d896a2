"""A clinic's file: every number has a reason, every number is used, and what is malformed is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from model_training.simulator.clinic import CONFIGS, Clinic, default_clinic, read_clinic

SIMULATOR = Path(__file__).resolve().parents[2] / "model_training" / "simulator"


def distributions() -> list[tuple[str, str, dict]]:
    settings = default_clinic().as_mapping()
    return [(section, key, entry) for section, values in settings.items() for key, entry in values.items()
            if key != "why"]  # fmt: skip


def a_clinic(**entry: object) -> Clinic:
    return Clinic("a", {"some": {"number": entry}})


def test_every_distribution_and_every_section_says_why() -> None:
    for section, values in default_clinic().as_mapping().items():
        assert len(values["why"]) > 10, section
    for section, key, entry in distributions():
        assert len(str(entry.get("why", ""))) >= 3, f"{section}.{key}"


def test_every_distribution_is_used_by_the_simulator() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SIMULATOR.glob("*.py"))
    # Some names are put together: f"followup.in_{course}", f"pose.head_{...}_degrees", a prefix given to a helper.
    named = re.compile(r"[\"']([a-z_]+\.[^\"'\n]*)[\"']")
    found = {*named.findall(source), *named.findall(re.sub(r"\{[^{}\n]*\}", "*", source))}
    patterns = {re.sub(r"\\\{.*?\\\}|\\\*", ".+", re.escape(name)) for name in found}
    regexes = [re.compile(pattern + "$") for pattern in patterns]
    words = set(re.findall(r'"([a-z0-9_ ]+)"', source))
    unused = [
        f"{section}.{key}"
        for section, key, _ in distributions()
        if not any(regex.match(f"{section}.{key}") for regex in regexes) and key not in words
    ]
    assert unused == []


def test_a_clinic_can_be_read_where_no_yaml_library_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    for path in CONFIGS.glob("clinic_*.yaml"):
        assert read_clinic(path.stem).name == path.stem


def test_the_file_is_yaml_too() -> None:
    import yaml

    text = (CONFIGS / "clinic_v1.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == json.loads(text)


def test_reasons_do_not_change_the_hash_and_numbers_do() -> None:
    plain, other = a_clinic(value=3.0, why="a"), a_clinic(value=3.0, why="b")
    assert plain.sha256 == other.sha256
    assert plain.sha256 != a_clinic(value=3.1, why="a").sha256


@pytest.mark.parametrize(
    ("entry", "mean", "spread"),
    [
        ({"value": 4.0}, 4.0, 0.0),
        ({"uniform": [2.0, 6.0]}, 4.0, 4 / 12**0.5),
        ({"normal": [4.0, 0.5]}, 4.0, 0.5),
        ({"triangular": [1.0, 4.0, 7.0]}, 4.0, 6**0.5 / 2),
        ({"poisson": 4.0}, 4.0, 2.0),
        ({"lognormal": [4.0, 0.5]}, 4.0 * np.exp(0.125), 4.0 * (np.exp(0.25) * (np.exp(0.25) - 1)) ** 0.5),
        ({"log_uniform": [1.0, np.e]}, np.e - 1, (0.5 * (np.e**2 - 1) - (np.e - 1) ** 2) ** 0.5),
    ],
)
def test_draws_have_the_mean_and_spread_of_their_distribution(entry: dict, mean: float, spread: float) -> None:
    rng, clinic = np.random.default_rng(1), a_clinic(**entry)
    draws = np.array([clinic.draw("some.number", rng) for _ in range(8000)])
    assert draws.mean() == pytest.approx(mean, abs=4 * max(spread, 1e-9) / 8000**0.5 + 1e-9)
    assert draws.std() == pytest.approx(spread, rel=0.06, abs=1e-9)


def test_draws_stay_within_their_bounds() -> None:
    rng, clinic = np.random.default_rng(1), a_clinic(normal=[0.0, 5.0], within=[-1.0, 2.0])
    draws = [clinic.draw("some.number", rng) for _ in range(200)]
    assert (min(draws), max(draws)) == (-1.0, 2.0)


def test_shares_and_weights_are_as_frequent_as_they_say() -> None:
    rng = np.random.default_rng(1)
    clinic = Clinic("a", {"some": {"share": {"share": 0.3}, "names": {"weights": {"a": 1, "b": 3, "never": 0}}}})
    assert np.mean([clinic.chance("some.share", rng) for _ in range(4000)]) == pytest.approx(0.3, abs=0.03)
    names = [clinic.choose("some.names", rng) for _ in range(4000)]
    assert names.count("b") / 4000 == pytest.approx(0.75, abs=0.03)
    assert "never" not in names


def test_a_clinic_of_ones_own_names_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "hard.yaml"
    path.write_text("base: clinic_v1\nname: hard\nbenign:\n  mimic_share: {share: 1.0}  # all of them\n")
    hard, usual = read_clinic(path), default_clinic()
    assert hard.name == "hard"
    assert hard.number("benign.mimic_share") == 1.0
    assert hard.weights("metastases.number") == usual.weights("metastases.number")
    assert hard.sha256 != usual.sha256


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("base: clinic_v1\nbenign: {mimics: {share: 1}}", "there is no setting 'benign.mimics'"),
        ("base: clinic_v1\nbenign: {mimic_share: {share: 1.5}}", "between 0 and 1"),
        ("base: clinic_v1\nbenign: {mimic_share: 0.5}", "is not a distribution"),
        ("base: clinic_v1\nbenign: {mimic_share: {uniform: [1]}}", "uniform does not fit"),
        ("base: clinic_v1\nbenign: {mimic_share: {share: 1, value: 2}}", "is not a distribution"),
        ("base: clinic_v9", "there is no clinic 'clinic_v9'"),
        ("- 3", "is not a clinic"),
        ("base: [", "cannot be read as a clinic"),
        ("base: clinic_v1\nbenign: 3", "is not a clinic"),
    ],
)
def test_a_clinic_that_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(fault)):
        read_clinic(path)


def test_a_clinic_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="give a file, or one of clinic_v1"):
        read_clinic("clinic_v77")
    with pytest.raises(InputError, match="there is no clinic"):
        read_clinic("nowhere/clinic.yaml")
