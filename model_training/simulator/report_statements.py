"""What a written report truly says of each focus, read off its exact mentions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from BoneMetSegLib.anatomy import WHOLE_SKELETON_SLOT

from .report_errors import ReportError
from .report_grammar import WrittenMention
from .report_reading import Reading, SeenFocus, place_channel, place_slot

NOT_MENTIONED = "not mentioned"
BySlot = Mapping[str, Sequence[WrittenMention]]
_STRENGTH = ("metastatic", "uncertain", "benign", "uptake")


@dataclass(frozen=True)
class FocusStatement:
    """What the report says of one metastasis or benign focus.

    Attributes
    ----------
    number : int
        The focus's number, 1-based; its place in the list where foci are not numbered.
    lesion_id : object
        The focus's, None where it has none.
    hot_spot_class, fine_region : str
        The truth.
    shows : bool
        Whether the scan shows it.
    status : str
        What the reader wrote of this focus, wherever he placed it: "metastatic", "uncertain", "benign", "uptake" or
        "not mentioned".
    slots : tuple of str
        The text slots by which he wrote of it: its own place, a wrong one, its region, or the whole skeleton.
    spans : tuple of (start, end)
        The phrases.
    said_of_place : str
        What the report says of the place where the focus is, "negated" among it ("the rest of the skeleton is normal"):
        the most specific mention counts.
    errors : tuple of str
        Kinds of the errors made about it.
    change : str
        Its change against the earlier scan, where that is known and the reader saw the focus.
    """

    number: int
    lesion_id: Any
    hot_spot_class: str
    fine_region: str
    shows: bool
    status: str
    slots: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    said_of_place: str
    errors: tuple[str, ...]
    change: str = ""


def statements_of(
    seen: Sequence[SeenFocus],
    readings: Iterable[Reading],
    errors: Iterable[ReportError],
    mentions: Sequence[WrittenMention],
) -> tuple[FocusStatement, ...]:
    """Return one statement for each focus that a reader could speak of."""
    reading_of = {one.number: reading for reading in readings for one in reading.seen}
    by_slot: dict[str, list[WrittenMention]] = {}
    for mention in mentions:
        for slot in mention.slots:
            by_slot.setdefault(slot, []).append(mention)
    kinds: dict[int, list[str]] = {}
    for error in errors:
        kinds.setdefault(error.number, []).append(error.kind)
    result = []
    for one in seen:
        reading = reading_of.get(one.number)
        status, place_said, spans = _written(reading, by_slot) if reading else (NOT_MENTIONED, "", ())
        result.append(
            FocusStatement(
                one.number,
                one.lesion_id,
                one.focus.hot_spot_class,
                one.focus.fine_region,
                one.shows,
                status,
                (place_said,) if place_said else (),
                spans,
                _said_of(one.focus.fine_region, by_slot),
                tuple(dict.fromkeys(kinds.get(one.number, ()))),
                reading.change if reading else "",
            )
        )
    return tuple(result)


def _levels(place: str) -> tuple[str, ...]:
    """Return the slots that speak of a place, the most specific first."""
    return tuple(dict.fromkeys((place_slot(place), place_channel(place), WHOLE_SKELETON_SLOT)))


def _written(reading: Reading, by_slot: BySlot) -> tuple[str, str, tuple[tuple[int, int], ...]]:
    best: tuple[str, str, tuple[tuple[int, int], ...]] = (NOT_MENTIONED, "", ())
    for slot in _levels(reading.place):
        about = [m for m in by_slot.get(slot, ()) if m.status != "negated"]
        spans = tuple((m.start, m.end) for m in about)
        statuses = {m.status for m in about}
        if reading.nature in statuses:
            return reading.nature, slot, spans
        if about and best[0] == NOT_MENTIONED:
            best = next(status for status in reversed(_STRENGTH) if status in statuses), slot, spans
    return best


def _said_of(place: str, by_slot: BySlot) -> str:
    for slot in _levels(place):
        statuses = {m.status for m in by_slot.get(slot, ())}
        for status in (*_STRENGTH, "negated"):
            if status in statuses:
                return status
    return NOT_MENTIONED
