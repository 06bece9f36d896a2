"""Groups of patients and of lesions for which scores are given apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from BoneMetSegLib.anatomy import FINE_REGIONS

from .lesions import true_sizes

_REGION_OF = {fine.name: fine.region for fine in FINE_REGIONS}
Groups = Mapping[str, Callable[[Mapping[str, Any]], str]]


def _band(value: float, edges: tuple[float, ...], unit: str) -> str:
    """Name the band of a value: "below 300 mm2", "300 to 600 mm2", "1000 mm2 and more"."""
    if value < edges[0]:
        return f"below {edges[0]:g}{unit}"
    for low, high in pairwise(edges):
        if value < high:
            return f"{low:g} to {high:g}{unit}"
    return f"{edges[-1]:g}{unit} and more"


def metastases_of(truth: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the visible metastases among the foci of a record."""
    return [focus for focus in truth["foci"] if focus["class"] == "metastasis"]


def _number_of_metastases(truth: Mapping[str, Any]) -> str:
    number = len(metastases_of(truth))
    bands = ((1, "none"), (2, "1"), (4, "2 to 3"), (10, "4 to 9"))
    return next((words for below, words in bands if number < below), "10 and more")


def _mimic(truth: Mapping[str, Any]) -> str:
    return "with a mimic" if any(focus["mimic"] for focus in truth["foci"]) else "without a mimic"


def _counts(truth: Mapping[str, Any]) -> str:
    mean = sum(truth["counts"].values()) / len(truth["counts"]) / 1e6
    if "field" in truth:
        return _band(mean, (2.5, 4.0, 6.0), " million in all projections")
    return _band(mean, (0.75, 1.25, 2.0), " million a view")


def _size(focus: Mapping[str, Any]) -> str:
    largest = max(true_sizes(focus).values())
    return _band(largest, (3, 6, 12), " ml") if "volume_ml" in focus else _band(largest, (300, 600, 1000), " mm2")


PATIENT_GROUPS: Groups = {
    "number of metastases": _number_of_metastases,
    "counts": _counts,
    "mimics": _mimic,
}
TOMOGRAPHY_GROUPS: Groups = {"field": lambda truth: str(truth["field"])}
"""Of tomographies, beside ``PATIENT_GROUPS``."""
LESION_GROUPS: Groups = {
    "region": lambda focus: _REGION_OF[focus["fine_region"]].replace("_", " "),
    "size": _size,
    "contrast": lambda focus: _band(focus["contrast"], (2, 3, 5), " times its surroundings"),
}
"""Of visible metastases: size is the larger of its true areas in the two views, or its true volume."""
