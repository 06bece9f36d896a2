"""What the reader changed, and how it survives a report that comes later (floor 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .anatomy import region_term
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
        "new", "gone", "class", "accepted", "place", "report_effect" or "kept" (the reader's decision stands against
        the model's).
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
        hot spot that is not found again stays if a reader edited it, without phrase. New ones get the next free ids.
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
            merged.append(replace(old, phrase="", phrase_span=None))
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
        before, after = _values(old), _values(new)
        changes = [Change(old.id, what, before[what], after[what]) for what in before if before[what] != after[what]]
        return replace(new, id=old.id), changes
    same_place = _values(old)["place"] == _values(new)["place"]
    kept = replace(
        old,
        probability=new.probability,
        probability_image_only=new.probability_image_only,
        probability_with_report=new.probability_with_report,
        report_effect=new.report_effect,
        phrase=new.phrase if same_place else "",
        phrase_span=new.phrase_span if same_place else None,
    )
    model, reader = _decision(new), _decision(old)
    return kept, [] if model == reader else [Change(old.id, "kept", model, reader)]


def _values(spot: HotSpot) -> dict[str, str]:
    return {
        "class": spot.hot_spot_class,
        "accepted": "yes" if spot.accepted else "no",
        "place": region_term(spot.region, spot.side, spot.level),
        "report_effect": spot.report_effect,
    }


def _decision(spot: HotSpot) -> str:
    values = _values(spot)
    return f"{values['class']}, {'accepted' if spot.accepted else 'not accepted'}, {values['place']}"
