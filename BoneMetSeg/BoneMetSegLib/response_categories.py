"""Progression on bone scans by the rules of PCWG3: non-PD, PDu, PD, from new lesions alone (floor 4).

Prostate Cancer Working Group 3 (Scher, J Clin Oncol 2016;34:1402), as the project's facts hold it:

- The scan before treatment is the baseline. The first scan after it, within 12 weeks of treatment start, with at least
  two new lesions is PDu: it may be a flare. The next scan at least 6 weeks later decides: at least two more new lesions
  (the "2 + 2" rule) make it PD, dated to the first scan; fewer, and the first scan was no progression.
- The first scan on treatment is the new baseline. On a later scan at least two lesions that are new against it are PDu,
  and PD, dated to that scan, if at least two of them are still there on the next scan at least 6 weeks later.
- Where sources differ: some let any later scan confirm a first one, others the next; here the next one at least 6 weeks
  later decides, so that a category once given does not wait for ever. A first scan later than 12 weeks after the start
  is past the flare: its lesions need no two more, they need to persist (remembered trial practice, not read).
- Intensity and size never make a category, and what was seen before (and vanished) is not new.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

FLARE_DAYS = 84
"""12 weeks: a first scan on treatment until then may show a flare."""
CONFIRMATION_DAYS = 42
"""6 weeks: nearer scans confirm nothing."""
NEW_LESIONS = 2
CATEGORIES = ("before treatment", "baseline", "non-PD", "PDu", "PD")


@dataclass(frozen=True)
class DatedLesions:
    """The lesions of one scan.

    Attributes
    ----------
    days : int
        Since treatment start; negative or 0 before it.
    present : collection of str
        Lesions that are there.
    unseen : collection of str
        Lesions whose place this scan did not show: they cannot be called new against it.
    """

    days: int
    present: Collection[str]
    unseen: Collection[str] = ()


@dataclass(frozen=True)
class ResponseCategory:
    """What a scan says by PCWG3, with all scans known.

    Attributes
    ----------
    category : str
        One of ``CATEGORIES``; a later scan can change it.
    category_then : str
        With only the scans up to this one.
    reason : str
        One sentence.
    against : int or None
        The scan that new lesions were counted against.
    new_lesions : tuple of str
        Against it.
    progression_at : int or None
        The scan that progression is dated to, where there is one by now.
    """

    category: str
    category_then: str
    reason: str
    against: int | None = None
    new_lesions: tuple[str, ...] = ()
    progression_at: int | None = None


def response_categories(scans: Sequence[DatedLesions]) -> list[ResponseCategory]:
    """Return the category of each scan.

    Parameters
    ----------
    scans : sequence of DatedLesions
        By date; at least one on or before the day of treatment start and one after it.

    Raises
    ------
    ValueError
        There is no baseline, or the scans are not in order.
    """
    if any(one.days > two.days for one, two in pairwise(scans)):
        raise ValueError("the scans are not in the order of their dates")
    if not scans or scans[0].days > 0:
        raise ValueError("there is no scan on or before the day of treatment start")
    final = _judged(scans)
    then = [_judged(scans[: index + 1])[index] for index in range(len(scans))]
    return [
        ResponseCategory(now.category, before.category, now.reason, now.against, now.new_lesions, now.progression_at)
        for now, before in zip(final, then, strict=True)
    ]


@dataclass(frozen=True)
class _Verdict:
    category: str
    reason: str
    against: int | None = None
    new_lesions: tuple[str, ...] = ()
    progression_at: int | None = None


def _judged(scans: Sequence[DatedLesions]) -> list[_Verdict]:
    baseline = max(index for index, scan in enumerate(scans) if scan.days <= 0)
    verdicts = [_Verdict("before treatment", "an earlier scan before treatment")] * baseline
    verdicts.append(_Verdict("baseline", "the last scan before treatment"))
    first = baseline + 1
    progression_at: int | None = None
    for index in range(first, len(scans)):
        if progression_at is not None:
            found = new_against(scans, index, first)
            verdicts.append(_Verdict("PD", "progression is confirmed", first, found, progression_at))
            continue
        verdict = _first(scans, baseline) if index == first else _later(scans, index, first)
        verdicts.append(verdict)
        progression_at = verdict.progression_at
    return verdicts


def new_against(scans: Sequence[DatedLesions], index: int, reference: int) -> tuple[str, ...]:
    """Return the lesions of a scan that no scan up to the reference had, and whose place the reference showed."""
    known = set().union(*(set(scan.present) for scan in scans[: reference + 1])) | set(scans[reference].unseen)
    return tuple(sorted(set(scans[index].present) - known))


def _deciding(scans: Sequence[DatedLesions], index: int) -> int | None:
    """Return the next scan that is at least 6 weeks later."""
    late = scans[index].days + CONFIRMATION_DAYS
    return next((later for later in range(index + 1, len(scans)) if scans[later].days >= late), None)


def _first(scans: Sequence[DatedLesions], baseline: int) -> _Verdict:
    first = baseline + 1
    found = new_against(scans, first, baseline)
    if len(found) < NEW_LESIONS:
        return _Verdict("non-PD", "fewer than two new lesions against the baseline", baseline, found)
    deciding = _deciding(scans, first)
    in_flare = scans[first].days <= FLARE_DAYS
    if deciding is None:
        what = "two more new lesions" if in_flare else "them"
        reason = f"at least two new lesions against the baseline; a scan at least 6 weeks later must show {what}"
        return _Verdict("PDu", reason, baseline, found)
    if in_flare:
        more = new_against(scans, deciding, first)
        if len(more) >= NEW_LESIONS:
            reason = "at least two new lesions, and at least two more at least 6 weeks later"
            return _Verdict("PD", reason, baseline, found, first)
        reason = "at least two new lesions, but not two more at least 6 weeks later: not confirmed, perhaps a flare"
        return _Verdict("non-PD", reason, baseline, found)
    return _persisting(scans, first, baseline, found, deciding)


def _later(scans: Sequence[DatedLesions], index: int, first: int) -> _Verdict:
    found = new_against(scans, index, first)
    if len(found) < NEW_LESIONS:
        reason = "fewer than two new lesions against the first scan on treatment"
        return _Verdict("non-PD", reason, first, found)
    deciding = _deciding(scans, index)
    if deciding is None:
        reason = (
            "at least two new lesions against the first scan on treatment; a scan at least 6 weeks later must show them"
        )
        return _Verdict("PDu", reason, first, found)
    return _persisting(scans, index, first, found, deciding)


def _persisting(
    scans: Sequence[DatedLesions], index: int, against: int, found: tuple[str, ...], deciding: int
) -> _Verdict:
    still = set(found) & set(scans[deciding].present)
    if len(still) >= NEW_LESIONS:
        reason = "at least two new lesions, which persist at least 6 weeks later"
        return _Verdict("PD", reason, against, found, index)
    reason = "at least two new lesions, of which fewer than two persist at least 6 weeks later"
    return _Verdict("non-PD", reason, against, found)
