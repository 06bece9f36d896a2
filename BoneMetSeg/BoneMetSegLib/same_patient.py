"""Whether cases are of one patient, and which came first (floor 4)."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from .errors import InputError
from .result_document import Case
from .scan import Identity


def check_same_patient(cases: Sequence[Case], names: Sequence[str], *, confirmed: bool = False) -> None:
    """Refuse cases of different patients, and of patients that are not known unless the user vouches for them.

    Patient IDs are compared, and names only where an ID is missing: names are written in many ways.

    Parameters
    ----------
    names : sequence of str
        How an error calls each case; never who the patient is.
    confirmed : bool
        The user says that they are of one patient (``--same-patient``). Against different IDs that does not help.

    Raises
    ------
    InputError
    """
    pairs = list(combinations(zip(cases, names, strict=True), 2))
    said = [are_of_one_patient(one.scan.identity, other.scan.identity) for (one, _), (other, _) in pairs]
    # All are asked before the user's word counts: a nameless case between two patients makes them no one.
    for ((_, name), (_, other)), same in zip(pairs, said, strict=True):
        if same is False:
            raise InputError(f"{name} and {other} are of different patients; only scans of one patient are compared")
    for ((_, name), (_, other)), same in zip(pairs, said, strict=True):
        if same is None and not confirmed:
            raise InputError(
                f"{name} and {other} do not say that they are of one patient (de-identified, or no patient ID); "
                f"confirm it with --same-patient"
            )
    for (one, name), (later, other) in pairs:
        if _same_counts(one, later):
            raise InputError(f"{name} and {other} hold the same scan; give scans of different days")


def are_of_one_patient(one: Identity, other: Identity) -> bool | None:
    """Say whether two identities are of one patient; None where they do not say it."""
    for field in ("patient_id", "patient_name"):
        values = [_plain(getattr(identity, field)) for identity in (one, other)]
        if all(values):
            return values[0] == values[1]
    return None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("^", " ")
    return " ".join(folded.split())


def _same_counts(one: Case, other: Case) -> bool:
    common = [view for view in one.scan.views if view in other.scan.views]
    return bool(common) and all(
        np.array_equal(one.scan.views[view].counts, other.scan.views[view].counts) for view in common
    )


def day_of(case: Case) -> dt.date | None:
    """Return the day of a scan, None where it is not known."""
    return parsed_day(case.scan.acquisition_date)


def parsed_day(text: str) -> dt.date | None:
    """Return a day written as 20240501, 2024-05-01, 2024/5/1 or 2024.05.01; None for anything else."""
    for form in ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"):
        try:
            return dt.datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day has no time zone)
        except ValueError:
            continue
    return None


def in_order(cases: Sequence[Case], names: Sequence[str], *, keep_order: bool = False) -> list[int]:
    """Return the order of cases by date and time.

    Parameters
    ----------
    keep_order : bool
        The order given is right; needed where a date is missing.

    Raises
    ------
    InputError
        A date is missing and nobody said that the order is right.
    """
    if keep_order:
        return list(range(len(cases)))
    for case, name in zip(cases, names, strict=True):
        if day_of(case) is None:
            raise InputError(f"{name} has no date; give the scans from the first to the last and say --keep-order")
    return sorted(range(len(cases)), key=lambda at: (day_of(cases[at]), cases[at].scan.acquisition_time))
