"""Scans of one patient compared: what became of each lesion, of the burden, and what PCWG3 says (floor 4).

The first scan is the reference: every later one is registered to it, view by view, and the hot spots of all lie on its
plane.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence

from .comparison import UNCERTAIN, BurdenChange, ComparedScan, Comparison, LesionCourse
from .comparison_notes import comparison_notes
from .errors import InputError
from .lesion_courses import lesion_courses
from .planar_case import planar_scan
from .repeatability import Repeatability, repeatability
from .response_categories import DatedLesions, ResponseCategory, response_categories
from .result_document import Case
from .same_patient import check_same_patient, day_of, in_order
from .scan_registration import ViewRegistration, of_itself, register

Progress = Callable[[str, float], None]
"""Called with what is done now and the share of the whole that is done; what it raises, to cancel, passes through."""


def compare_cases(
    cases: Sequence[Case],
    *,
    names: Sequence[str] | None = None,
    treatment_start: dt.date | None = None,
    keep_order: bool = False,
    same_patient: bool = False,
    limits: Repeatability | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare two or more finished cases of one patient.

    Parameters
    ----------
    cases : sequence of Case
        As ``case_folder.read_case`` gives them, in any order.
    names : sequence of str, optional
        How errors call them.
    treatment_start : datetime.date, optional
    keep_order : bool
        The order given is that of time, whatever the dates; there is no category then.
    same_patient : bool
        The user says that cases without identity are of one patient.

    Raises
    ------
    InputError
        Fewer than two cases, different patients, the same scan twice, dates missing, or no view in common.
    """
    tell = progress or (lambda _what, _share: None)
    names = list(names or [f"case {number}" for number in range(1, len(cases) + 1)])
    if len(cases) < 2:
        raise InputError("a comparison needs at least two cases")
    for case, name in zip(cases, names, strict=True):
        planar_scan(case, name)
    check_same_patient(cases, names, confirmed=same_patient)
    order = in_order(cases, names, keep_order=keep_order)
    cases, names = [cases[at] for at in order], [names[at] for at in order]
    tell("registering", 0.0)
    registrations = _registrations(cases, names, tell)
    scans = _scans(cases, names, registrations, treatment_start, dated=not keep_order)
    tell("matching", 0.9)
    limits = limits or repeatability()
    lesions = lesion_courses(scans, limits)
    responses, no_category = _responses(scans, lesions, treatment_start, keep_order=keep_order)
    tell("matching", 1.0)
    return Comparison(
        tuple(scans),
        tuple(lesions),
        tuple(_burden(scans, limits)),
        tuple(responses),
        no_category,
        tuple(comparison_notes(scans, lesions)),
        limits,
        treatment_start,
        any(case.deidentified for case in cases),
    )


def _registrations(cases: Sequence[Case], names: Sequence[str], tell: Progress) -> list[dict[str, ViewRegistration]]:
    reference = cases[0]
    found: list[dict[str, ViewRegistration]] = [
        {view: of_itself(shown) for view, shown in planar_scan(reference).views.items()}
    ]
    work = sum(len(case.scan.views) for case in cases[1:])
    done = 0
    for case, name in zip(cases[1:], names[1:], strict=True):
        common = [view for view in case.scan.views if view in reference.scan.views]
        if not common:
            raise InputError(f"{names[0]} and {name} have no view in common; nothing can be compared")
        own = {}
        for view in common:
            own[view] = register(reference, case, view)
            done += 1
            tell("registering", 0.9 * done / work)
        found.append(own)
    return found


def _scans(
    cases: Sequence[Case],
    names: Sequence[str],
    registrations: Sequence[Mapping[str, ViewRegistration]],
    treatment_start: dt.date | None,
    *,
    dated: bool,
) -> list[ComparedScan]:
    days = [day_of(case) if dated else None for case in cases]
    return [
        ComparedScan(
            f"S{number}",
            name,
            case,
            day,
            None if day is None or days[0] is None else (day - days[0]).days,
            None if day is None or treatment_start is None else (day - treatment_start).days,
            registered,
        )
        for number, (case, name, day, registered) in enumerate(zip(cases, names, days, registrations, strict=True), 1)
    ]


# ---- burden, category, notes -----------------------------------------------------------------------------------------


def _burden(scans: Sequence[ComparedScan], limits: Repeatability) -> list[BurdenChange]:
    pairs = [(index, index - 1) for index in range(1, len(scans))] + [(index, 0) for index in range(2, len(scans))]
    return [_burden_change(scans[one], scans[other], limits) for one, other in sorted(pairs)]


def _burden_change(now: ComparedScan, before: ComparedScan, limits: Repeatability) -> BurdenChange:
    one, other = before.burden.bsi_percent, now.burden.bsi_percent
    measured = [(scan.burden.weights_name, scan.burden.view_rule) for scan in (before, now)]
    if math.isnan(one) or math.isnan(other) or measured[0] != measured[1]:
        nan = float("nan")
        return BurdenChange(now.id, before.id, nan, nan, nan, "not known")
    change, margin = other - one, limits.bsi_margin_percent(one, other)
    verdict = "higher" if change > margin else "lower" if change < -margin else "no change beyond repeatability"
    return BurdenChange(now.id, before.id, change, change - margin, change + margin, verdict)


def _responses(
    scans: Sequence[ComparedScan],
    lesions: Sequence[LesionCourse],
    treatment_start: dt.date | None,
    *,
    keep_order: bool,
) -> tuple[list[ResponseCategory], str]:
    if keep_order:
        return [], "The scans are in the order given, without dates: new lesions are listed, and there is no category."
    if treatment_start is None:
        return [], "Treatment start is not known: new lesions are listed, and there is no category by PCWG3."
    days = [scan.days_on_treatment for scan in scans]
    if any(day is None for day in days) or days[0] is None or days[0] > 0:
        return [], "No scan is from before treatment start: there is no baseline, and no category by PCWG3."
    if all(day is not None and day <= 0 for day in days):
        return [], "No scan is from after treatment start: there is no category by PCWG3."
    dated = [
        DatedLesions(
            day or 0,
            [lesion.id for lesion in lesions if lesion.at[index].spots],
            [lesion.id for lesion in lesions if lesion.at[index].state in UNCERTAIN],
        )
        for index, day in enumerate(days)
    ]
    return response_categories(dated), ""
