"""Which reading of a report counts: the lexicon's and grammar's, or the text path's (floor 2).

Measured on simulated validation reports, also with wordings that neither was made with
(``python -m Testing.benchmarks.measure_concordance --arbiter``): the lexicon names places well, so a place that it
names keeps its name; the text path reads the status better, so its status counts where both name a place. Where they
differ the status is only "possible". A place that the text path alone read (``Mention.source``) may explain a hot spot;
nothing is flagged on its word, since of such places a third was wrong in strange wordings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from .report import Report
from .report_findings import Finding, read_findings
from .segmentation import Mention


def mentions_of(findings: Iterable[Finding]) -> tuple[Mention, ...]:
    """Return findings in the form of the text path's mentions; what is told of both sides is told of each."""
    return tuple(
        Mention(one.start, one.end, one.clause, slots, one.status, one.certainty, one.part, one.is_cold, "lexicon")
        for one in findings
        for slots in (_by_side(one.slots) if one.side == "bilateral" else (one.slots,))
    )


def _by_side(slots: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for side in ("left", "right"):
        if of_side := tuple(slot for slot in slots if slot.endswith(f"_{side}")):
            yield of_side
    if midline := tuple(slot for slot in slots if not slot.endswith(("_left", "_right"))):
        yield midline


def read_mentions(report: Report, of_text_path: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return what a report says of each place, as lexicon and text path together read it, in the order of the text.

    Of a de-identified report, whose words are gone, the mentions that were kept are all there is.
    """
    return _read_mentions(report, tuple(of_text_path)) if report.text else tuple(of_text_path)


@lru_cache(maxsize=8)  # asked for every hot spot, and again after every decision of a reader
def _read_mentions(report: Report, of_text_path: tuple[Mention, ...]) -> tuple[Mention, ...]:
    # A number alone, like that of a list, is no place: what has a word, the lexicon has read with its bone.
    worded = [one for one in of_text_path if any(letter.isalpha() for letter in report.text[one.start : one.end])]
    return combined(mentions_of(read_findings(report)), worded)


def combined(of_lexicon: Sequence[Mention], of_text_path: Sequence[Mention]) -> tuple[Mention, ...]:
    """Join both readings of one report."""
    by_clause: dict[int, list[Mention]] = {}
    for one in of_lexicon:
        by_clause.setdefault(one.clause, []).append(one)
    told = {(one.clause, slot): one.status for one in of_text_path for slot in one.slots}
    result = [_with_status(one, told) for one in of_lexicon]
    for one in of_text_path:
        beside = by_clause.get(one.clause, ())
        named = {slot for other in beside for slot in other.slots}
        # What touches a place of the lexicon's is the rest of its words.
        touched = any(one.start <= other.end and other.start <= one.end for other in beside)
        if named.isdisjoint(one.slots) and not touched:
            result.append(one)
    return tuple(sorted(result, key=lambda one: (one.start, one.end, one.slots)))


def _with_status(mention: Mention, told: dict[tuple[int, str], str]) -> Mention:
    """Return a mention of the lexicon with the status that the text path reads there, if it reads one."""
    found = {told.get((mention.clause, slot)) for slot in mention.slots}
    status = found.pop() if len(found) == 1 else None
    if status is None or status == mention.status:
        return mention
    return replace(mention, status=status, certainty="possible")
