"""Sentences about a comparison for the reader: flare, poor registration, faint uptake, places not seen (floor 4)."""

from __future__ import annotations

from collections.abc import Sequence

from .comparison import ComparedScan, LesionCourse
from .response_categories import FLARE_DAYS


def comparison_notes(scans: Sequence[ComparedScan], lesions: Sequence[LesionCourse]) -> list[str]:
    """Return what a reader must know beside the states of the lesions.

    Parameters
    ----------
    scans : sequence of ComparedScan
        In order of time.
    """
    notes = []
    for index, scan in enumerate(scans):
        if index:
            notes += _of_change(scan, index, lesions) + _of_registration(scan, scans[0])
        notes += _of_places(scan, index, lesions)
    return notes + _of_making(scans)


def _of_change(scan: ComparedScan, index: int, lesions: Sequence[LesionCourse]) -> list[str]:
    states = [lesion.at[index].state for lesion in lesions]
    uptake = [lesion.at[index].uptake for lesion in lesions]
    days = scan.days_on_treatment
    worse = states.count("new") > 0 or uptake.count("hotter") > 1
    better = states.count("shrunk") + states.count("resolved") > 0 or uptake.count("cooler") > 1
    if days is None or not 0 < days <= FLARE_DAYS or not (worse and better):
        return []
    return [
        f"{scan.id}: new or hotter lesions within 12 weeks of treatment start, while others improve: perhaps a flare."
    ]


def _of_registration(scan: ComparedScan, reference: ComparedScan) -> list[str]:
    notes = []
    if scan.poor:
        notes.append(f"{scan.id}: its registration to {reference.id} is poor; check each lesion by eye.")
    missing = [view for view in reference.scan.views if view not in scan.registrations]
    if missing:
        notes.append(f"{scan.id}: the {missing[0]} view is missing; lesions that only it would show are not seen.")
    return notes


def _of_places(scan: ComparedScan, index: int, lesions: Sequence[LesionCourse]) -> list[str]:
    notes = []
    outside = sum(lesion.at[index].state == "not seen" for lesion in lesions)
    faint = [lesion.id for lesion in lesions if lesion.at[index].state == "faint"]
    reclassified = [lesion.id for lesion in lesions if lesion.at[index].state == "reclassified"]
    if index and outside:
        notes.append(f"{scan.id}: the places of {outside} lesions lie outside of its field.")
    if faint:
        notes.append(
            f"{scan.id}: uptake at the place of {', '.join(faint)}, but no hot spot; neither new nor resolved by it."
        )
    if reclassified:
        notes.append(f"{scan.id}: {', '.join(reclassified)} had or has another nature, or is not accepted: settle it.")
    return notes


def _of_making(scans: Sequence[ComparedScan]) -> list[str]:
    """Return what differs between the cases, so that a change may be of their making."""
    notes = []
    models = {scan.case.segmentation.model.get("sha256") or "" for scan in scans}
    if len(models) > 1:
        notes.append("The scans were segmented by different models: differences may come from that; segment them anew.")
    with_report = {scan.case.report is not None for scan in scans}
    if len(with_report) > 1:
        notes.append("Some scans were read with their report and some without: a lesion may be listed for that alone.")
    rules = {(scan.burden.weights_name, scan.burden.view_rule) for scan in scans}
    if len(rules) > 1:
        notes.append("The Bone Scan Indices are of different weights or view rules: their change is not given.")
    return notes
