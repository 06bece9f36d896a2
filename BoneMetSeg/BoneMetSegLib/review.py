"""What the reader changed, and how it survives a report that comes later (floor 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .hot_spots import HotSpot

# Two masks in a view are the same focus when this share of the smaller one is common.
_SAME_FOCUS = 0.3


@dataclass(frozen=True)
class Change:
    """One value of a hot spot that an update changed, or that it would have changed had a reader not decided.

    Attributes
    ----------
    id : str
    what : str
        "new", "gone", "class", "accepted", "report_effect" or "kept" (the reader's decision stands against the model's).
    before, after : str
    """

    id: str
    what: str
    before: str
    after: str


def overlap(one: HotSpot, other: HotSpot) -> float:
    """Return the largest share, over common views, of the smaller mask that lies in the other."""
    shares = [0.0]
    for view in set(one.views) & set(other.views):
        a, b = one.views[view].mask, other.views[view].mask
        smaller = min(a.sum(), b.sum())
        if smaller:
            shares.append(float(np.logical_and(a, b).sum() / smaller))
    return max(shares)


def merge_update(before: Sequence[HotSpot], after: Sequence[HotSpot]) -> tuple[list[HotSpot], list[Change]]:
    """Carry ids and the reader's decisions from earlier hot spots over to newly found ones.

    Parameters
    ----------
    before : sequence of HotSpot
        Of the existing case, edits included.
    after : sequence of HotSpot
        Found with the new report.

    Returns
    -------
    hot spots and changes
        Matched hot spots keep their ids; what a reader edited keeps class, place, acceptance and outline. An earlier
        hot spot that is not found again stays if a reader edited it. New ones get the next free ids.
    """
    matches = _matches(before, after)
    next_number = max((spot.number for spot in before), default=0) + 1
    merged: list[HotSpot] = []
    changes: list[Change] = []
    for index, old in enumerate(before):
        if index in matches:
            spot, its_changes = _carried(old, after[matches[index]])
            merged.append(spot)
            changes += its_changes
        elif old.edited_by:
            merged.append(old)
            changes.append(Change(old.id, "kept", "found", "not found again; the reader's entry stays"))
        else:
            changes.append(Change(old.id, "gone", old.hot_spot_class, ""))
    for index, new in enumerate(after):
        if index not in matches.values():
            merged.append(replace(new, id=f"H{next_number:02d}"))
            changes.append(Change(merged[-1].id, "new", "", new.hot_spot_class))
            next_number += 1
    return merged, changes


def _matches(before: Sequence[HotSpot], after: Sequence[HotSpot]) -> dict[int, int]:
    """Pair hot spots one to one, largest overlap first."""
    candidates = sorted(
        ((overlap(old, new), i, j) for i, old in enumerate(before) for j, new in enumerate(after)),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )
    pairs: dict[int, int] = {}
    for share, i, j in candidates:
        if share >= _SAME_FOCUS and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _carried(old: HotSpot, new: HotSpot) -> tuple[HotSpot, list[Change]]:
    if not old.edited_by:
        values = ("hot_spot_class", "accepted", "report_effect")
        changes = [
            Change(old.id, name.removeprefix("hot_spot_"), _word(getattr(old, name)), _word(getattr(new, name)))
            for name in values
            if getattr(old, name) != getattr(new, name)
        ]
        return replace(new, id=old.id), changes
    kept = replace(
        old,
        probability=new.probability,
        probability_image_only=new.probability_image_only,
        probability_with_report=new.probability_with_report,
        report_effect=new.report_effect,
        phrase=new.phrase,
        phrase_span=new.phrase_span,
    )
    model_says = (new.hot_spot_class, new.accepted)
    if model_says == (old.hot_spot_class, old.accepted):
        return kept, []
    said = f"{new.hot_spot_class}, {'accepted' if new.accepted else 'not accepted'}"
    return kept, [
        Change(old.id, "kept", said, f"{old.hot_spot_class}, {'accepted' if old.accepted else 'not accepted'}")
    ]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
