"""Thresholds that best fit validation patients, by maps drawn by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from BoneMetSegLib.segmentation import Segmentation, ViewMaps
from model_training import thresholds as chooser
from Testing.training.evaluation_fixtures import BENIGN, LARGE, SHAPE, SMALL, THRESHOLDS, a_case, a_meta, maps_of


class _Model:
    def __init__(self) -> None:
        self.bundle = SimpleNamespace(thresholds=dict(THRESHOLDS))

    def encode_scan(self, scan):
        return scan


@pytest.fixture
def three_patients(monkeypatch) -> list[Path]:
    cases = [Path(f"{name}.npz") for name in "甲乙丙"]
    monkeypatch.setattr(chooser, "load_examination", lambda path: a_case(normal=path.stem == "丙"))
    monkeypatch.setattr(chooser, "load_meta", lambda path: a_meta(path.stem))
    return cases


class _Shy(_Model):
    """The large lesion at 0.45, and its surroundings at 0.35."""

    def with_report(self, _encoded, _report):
        maps = np.zeros((4, *SHAPE), np.float32)
        maps[1][LARGE | SMALL] = 0.45
        maps[1][30:, :] = 0.35
        maps[0] = 1 - maps[1]
        nothing = np.zeros(SHAPE, np.float32)
        view = ViewMaps(maps, maps, np.zeros((29, *SHAPE), np.float32), nothing, nothing)
        empty = maps_of({})
        return Segmentation({"anterior": view, "posterior": empty}, thresholds=THRESHOLDS)


def test_the_foreground_threshold_is_that_of_the_best_dice(three_patients):
    assert chooser.choose_thresholds(_Shy(), three_patients)["foreground"] == 0.4


def test_the_lesions_of_probability_045_are_accepted_at_the_grids_next_lower_value(three_patients):
    assert chooser.choose_thresholds(_Shy(), three_patients)["accept"] == 0.4


class _Eager(_Model):
    """The true lesions at 0.95, and a false one that is hot for sure and metastatic by 0.5."""

    def with_report(self, _encoded, _report):
        return Segmentation(
            {"anterior": _of_two_strengths(LARGE | SMALL, BENIGN), "posterior": maps_of({})}, thresholds=THRESHOLDS
        )


def _of_two_strengths(strong: np.ndarray, weak: np.ndarray) -> ViewMaps:
    maps = maps_of({1: strong}, 0.95)
    maps.image_only[1][weak], maps.image_only[2][weak] = 0.5, 0.45
    maps.image_only[0] = 1 - maps.image_only[1:].sum(0)
    return maps


def test_false_lesions_of_lower_probability_raise_the_acceptance(three_patients):
    assert chooser.choose_thresholds(_Eager(), three_patients)["accept"] == 0.6


def test_without_a_metastasis_to_choose_by_thresholds_stay(three_patients):
    assert chooser.choose_thresholds(_Shy(), three_patients[2:]) == THRESHOLDS
    assert chooser.choose_thresholds(_Shy(), []) == THRESHOLDS
