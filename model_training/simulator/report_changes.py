"""How foci changed since an earlier scan, in the words of the truth and of the report's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from BoneMetSegLib.errors import InputError

from .report_reading import Focus, Reading, SeenFocus, foci_in_bone

CHANGES = ("new", "grown", "stable", "shrunk", "resolved")
# A flare looks like growth; only time tells them apart.
_SYNONYMS = {"growing": "grown", "flare": "grown", "unchanged": "stable", "shrinking": "shrunk"}


def change_names(prior: Mapping[Any, str]) -> dict[Any, str]:
    """Return a mapping of lesion id to one of ``CHANGES``.

    Raises
    ------
    InputError
        A change is none of these, nor "growing", "shrinking", "unchanged" or "flare".
    """
    named = {lesion_id: _SYNONYMS.get(change, change) for lesion_id, change in prior.items()}
    for change in named.values():
        if change not in CHANGES:
            raise InputError(f"a focus cannot have the change {change!r}: one of {', '.join(CHANGES)} is expected")
    return named


def with_changes(readings: Iterable[Reading], changes: Mapping[Any, str]) -> tuple[Reading, ...]:
    """Return readings that know their change; foci lumped together count only where they changed alike."""
    result = []
    for reading in readings:
        found = {changes.get(one.lesion_id, "") for one in reading.seen}
        change = found.pop() if len(found) == 1 else ""
        result.append(replace(reading, change="" if change == "resolved" else change))
    return tuple(result)


def resolved_foci(foci: Iterable[Focus], changes: Mapping[Any, str]) -> tuple[SeenFocus, ...]:
    """Return the foci of the earlier scan that are gone."""
    return tuple(one for one in foci_in_bone(foci) if changes.get(one.lesion_id) == "resolved" and one.shows)


def overall(readings: Sequence[Reading], resolved: Sequence[SeenFocus]) -> str:
    """Return what one sentence says of all changes: "progress", "response", "mixed", "stable" or "new"; "" if nothing.

    "new" is growth in number and nothing else.
    """
    found = {reading.change for reading in readings if reading.change} | ({"resolved"} if resolved else set())
    worse, better = found & {"new", "grown"}, found & {"shrunk", "resolved"}
    if worse and better:
        return "mixed"
    if worse:
        return "new" if worse == {"new"} else "progress"
    if better:
        return "response"
    return "stable" if found else ""
