"""Lesions found and false positives, from the overlaps of hot spots with true foci."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

HIT_IOU = 0.1
Pair = tuple[float, int, int]
"""IoU, index of a mask, index of a focus."""


def one_to_one(pairs: Iterable[Pair]) -> dict[int, int]:
    """Return which mask hits which focus: best IoU first, each used once, IoU of at least ``HIT_IOU``."""
    hits: dict[int, int] = {}
    used: set[int] = set()
    for iou, mask, focus in sorted(pairs, reverse=True):
        if iou >= HIT_IOU and mask not in hits and focus not in used:
            hits[mask] = focus
            used.add(focus)
    return hits


def overlaps(mask: np.ndarray, focus_map: np.ndarray) -> dict[str, float]:
    """Return the IoU of a mask with every focus that it touches, by the focus's number as text (for JSON)."""
    inside = np.bincount(focus_map[mask])
    found = {}
    for number in np.flatnonzero(inside):
        if number:
            whole = int((focus_map == number).sum())
            iou = inside[number] / (mask.sum() + whole - inside[number])
            found[str(number)] = max(round(float(iou), 4), 1e-4)  # what touches is never written as nothing
    return found


class PatientLesions:
    """The visible metastases of a patient and what hot spots make of them, from a record of ``case_record``.

    A focus that both views show is one lesion; a tomography has one view alone. Hot spots and foci are matched one
    to one within each view; a lesion is found if a view's match hits it, and a hot spot is a hit if one of its
    views is matched. So two outlines of one lesion, one in each view, are no false positive, even where they were
    not joined.

    Parameters
    ----------
    foci : sequence of mapping
        ``truth.foci`` of the record.
    spots : sequence of mapping
        Hot spots of one condition.
    """

    def __init__(self, foci: Sequence[Mapping[str, Any]], spots: Sequence[Mapping[str, Any]]) -> None:
        self._metastases = {str(focus["number"]): focus for focus in foci if focus["class"] == "metastasis"}
        self._spots = list(spots)
        self.lesions = sorted(self._metastases, key=int)
        self.lesions_in_views = sum(len(true_sizes(focus)) for focus in self._metastases.values())

    def accepted(self) -> list[int]:
        """Return the indices of the accepted hot spots."""
        return [index for index, spot in enumerate(self._spots) if spot["accepted"]]

    def hits(self, indices: Sequence[int]) -> tuple[set[str], set[int], int]:
        """Match some hot spots: lesions found, hot spots that hit, and hits counted in each view."""
        found: set[str] = set()
        hitting: set[int] = set()
        in_views = 0
        for view in sorted({view for index in indices for view in self._spots[index]["views"]}):
            pairs = [
                (iou, index, int(number))
                for index in indices
                for number, iou in self._spots[index]["views"].get(view, {}).items()
                if number in self._metastases
            ]
            matched = one_to_one(pairs)
            found |= {str(number) for number in matched.values()}
            hitting |= set(matched)
            in_views += len(matched)
        return found, hitting, in_views

    def touched(self, indices: Sequence[int]) -> tuple[set[str], set[int]]:
        """Return the lesions that some hot spots overlap at all, and the hot spots that overlap a lesion."""
        lesions: set[str] = set()
        touching: set[int] = set()
        for index in indices:
            numbers = {number for pairs in self._spots[index]["views"].values() for number in pairs}
            mine = numbers & set(self._metastases)
            lesions |= mine
            if mine:
                touching.add(index)
        return lesions, touching


def true_sizes(focus: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the size of a record's focus in each view that shows it: area in mm2, in a tomography volume in ml."""
    sizes: Mapping[str, float] = focus["area_mm2"] if "area_mm2" in focus else focus["volume_ml"]
    return sizes


def lesion_counts(foci: Sequence[Mapping[str, Any]], spots: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count lesions, finds and false positives of a patient under a condition.

    ``found`` and ``false_positives`` go by IoU of 0.1, one to one: an accepted hot spot that hits nothing is a false
    positive. ``touched`` and ``touching_nothing`` go by any overlap. ``*_in_views`` count outlines of each view.
    """
    patient = PatientLesions(foci, spots)
    accepted = patient.accepted()
    found, hitting, found_in_views = patient.hits(accepted)
    touched, touching = patient.touched(accepted)
    return {
        "lesions": len(patient.lesions),
        "found": len(found),
        "false_positives": len(accepted) - len(hitting),
        "touched": len(touched),
        "touching_nothing": len(accepted) - len(touching),
        "lesions_in_views": patient.lesions_in_views,
        "found_in_views": found_in_views,
    }
