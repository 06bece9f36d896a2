"""What is wrong with a set of training cases, planar ones and tomographies, imported or simulated."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy import ndimage

from BoneMetSegLib.body_outline import BodyOutline, body_outline
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.quality_counts import GUIDELINE_COUNTS_PER_VIEW
from BoneMetSegLib.quality_views import view_flags
from BoneMetSegLib.report import Report, parse_report
from BoneMetSegLib.scan import PlanarScan, PlanarView
from BoneMetSegLib.segmentation import CLASSES, Mention
from model_training.training_case import IGNORE, TrainingCase, TrainingVolume, load_training_case, load_training_volume

Severity = Literal["error", "warning"]
LISTS = ("training", "validation", "test")
MentionsOf = Callable[[PlanarScan, Report], Sequence[Mention]]

# BSI is off by more than itself below 0.2 million counts per view (quality_counts.py).
_HOPELESS_COUNTS = 0.2e6
_FAR_FROM_BODY_MM = 20.0
_OUTSIDE_SHARE = 0.5
_LARGE_SHARE = 0.3
# Nearer to the midline a focus is of no side.
_NO_SIDE_MM = 15.0
_MANY_CONTRADICT, _FEWEST_TO_JUDGE = 0.5, 4
_REPLACEMENT = "\ufffd"
_MISREAD = ("锟斤拷", "烫烫烫", "Ã¥", "Ã¦", "ï¼")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    severity : {"error", "warning"}
        Errors spoil training or its figures.
    kind : str
        "side", "duplicate", ...
    case : str
        Name of the npz, "" where it is the set's.
    sentence : str
    view : str
        Where it is of one view.
    """

    severity: Severity
    kind: str
    case: str
    sentence: str
    view: str = ""


@dataclass
class SetSummary:
    """What the cases of a set have, for the report.

    Attributes
    ----------
    cases, patients : int
    by_list : dict
        Number of cases.
    with_report, with_metastasis, sides_compared, sides_contradicting : int
    """

    cases: int = 0
    patients: int = 0
    by_list: dict[str, int] | None = None
    with_report: int = 0
    with_metastasis: int = 0
    sides_compared: int = 0
    sides_contradicting: int = 0


def check_set(
    folder: Path, mentions_of: MentionsOf | None, step: Callable[[int, int], None] = lambda _done, _count: None
) -> tuple[list[Finding], SetSummary]:
    """Look through a set.

    Parameters
    ----------
    folder : Path
        With ``datalist.json``.
    mentions_of : callable, optional
        What a report says of which place; without it sides are not compared.
    step : callable
        Told how many cases of how many are done.

    Returns
    -------
    list of Finding
        Errors first.
    SetSummary

    Raises
    ------
    InputError
        The folder holds no data list.
    """
    entries = _entries(folder)
    findings = list(_of_lists(folder, entries))
    summary = SetSummary(len(entries), len({each["patient"] for _, each in entries}))
    summary.by_list = {name: sum(of == name for of, _ in entries) for name in LISTS}
    pixels: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for done, (_, entry) in enumerate(entries, start=1):
        name = str(entry["image"])
        try:
            case = _load(folder / name, entry)
        except InputError as error:
            findings.append(Finding("error", "unreadable", name, str(error)))
        else:
            for digest in _digests(case):
                pixels[digest].append((name, str(entry["patient"])))
            if case.patient != entry["patient"]:
                sentence = "the data list and the case name different patients"
                findings.append(Finding("error", "patient", name, sentence))
            findings += _of_reports(name, case)
            findings += _of_planar(name, case) if isinstance(case, TrainingCase) else _of_volume(name, case)
            summary.with_report += bool(case.reports)
            summary.with_metastasis += _has_metastasis(case)
            if isinstance(case, TrainingCase) and mentions_of is not None:
                findings += _of_sides(name, case, mentions_of, summary)
        step(done, len(entries))
    findings += _of_duplicates(pixels)
    if (
        summary.sides_compared >= _FEWEST_TO_JUDGE
        and summary.sides_contradicting > _MANY_CONTRADICT * summary.sides_compared
    ):
        sentence = (
            f"{summary.sides_contradicting} of {summary.sides_compared} cases contradict their reports about the side: "
            "views were probably imported mirrored; import again with or without --flip-posterior"
        )
        findings.insert(0, Finding("error", "side", "", sentence))
    return sorted(findings, key=lambda one: (one.severity != "error", one.case, one.kind)), summary


# ---- lists -----------------------------------------------------------------------------------------------------------


def _entries(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    path = folder / "datalist.json"
    try:
        datalist = json.loads(path.read_text(encoding="utf-8"))
        entries = [(name, entry) for name in LISTS for entry in datalist[name]]
        complete = all(isinstance(entry["image"], str) and isinstance(entry["patient"], str) for _, entry in entries)
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} holds no datalist.json; make cases with import-labelme, import-masks or simulate"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not a data list with training, validation and test") from error
    if not complete or not entries:
        raise InputError(f"{path} lists no cases with their patients")
    return entries


def _of_lists(folder: Path, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Finding]:
    where: dict[str, set[str]] = defaultdict(set)
    listed: dict[str, int] = defaultdict(int)
    for name, entry in entries:
        fold = entry.get("fold")
        where[str(entry["patient"])].add(name if fold is None else f"{name}, fold {fold}")
        listed[str(entry["image"])] += 1
    for patient, places in sorted(where.items()):
        if len(places) > 1:
            sentence = f"{patient} is in {' and in '.join(sorted(places))}: what is learned of him is tested on him"
            yield Finding("error", "patient", "", sentence)
    for image, times in sorted(listed.items()):
        if times > 1:
            yield Finding("error", "duplicate", image, f"the data list has it {times} times")
    for path in sorted(folder.glob("case_*.npz")):
        if path.name not in listed:
            yield Finding("warning", "unlisted", path.name, "it is in no list, so nobody trains or tests with it")
    for name in LISTS:
        if not any(of == name for of, _ in entries) and not any("fold" in entry for _, entry in entries):
            yield Finding("warning", "list", "", f"the {name} list is empty")


def _of_duplicates(pixels: Mapping[str, list[tuple[str, str]]]) -> Iterator[Finding]:
    told = set()
    for places in pixels.values():
        names = tuple(sorted({name for name, _ in places}))
        if len(names) < 2 or names in told:
            continue
        told.add(names)
        several = len({patient for _, patient in places}) > 1
        who = "two patients" if several else "the same patient"
        sentence = f"the same pixels as {', '.join(names[1:])}, of {who}"
        yield Finding("error" if several else "warning", "duplicate", names[0], sentence)


def _load(path: Path, entry: Mapping[str, Any]) -> TrainingCase | TrainingVolume:
    return load_training_volume(path) if entry.get("modality") == "spect" else load_training_case(path)


def _digests(case: TrainingCase | TrainingVolume) -> list[str]:
    """Return a digest of each view, the same where one was mirrored."""
    images = case.counts.values() if isinstance(case, TrainingCase) else [case.voxels]
    found = []
    for image in images:
        one, other = (np.ascontiguousarray(each.astype(np.float32)).tobytes() for each in (image, image[..., ::-1]))
        found.append(min(hashlib.sha256(one).hexdigest(), hashlib.sha256(other).hexdigest()))
    return found


def _has_metastasis(case: TrainingCase | TrainingVolume) -> bool:
    maps = case.class_map.values() if isinstance(case, TrainingCase) else [case.class_map]
    return any(bool((each == CLASSES.index("metastasis")).any()) for each in maps)


# ---- reports ---------------------------------------------------------------------------------------------------------


def _of_reports(name: str, case: TrainingCase | TrainingVolume) -> Iterator[Finding]:
    if not case.reports:
        yield Finding("warning", "no report", name, "it has no report")
    for language, text in case.reports.items():
        try:
            report = parse_report(text)
        except InputError as error:
            yield Finding("error", "report", name, f"its {language} report cannot be read: {error}")
            continue
        if report.language != language:
            sentence = f"its report is called {language} and is written in {report.language}"
            yield Finding("warning", "language", name, sentence)
        if _REPLACEMENT in text or any(wrong in text for wrong in _MISREAD):
            sentence = f"its {language} report was read in the wrong encoding; save it as UTF-8 and import again"
            yield Finding("error", "encoding", name, sentence)


# ---- images and masks ------------------------------------------------------------------------------------------------


def scan_of(case: TrainingCase) -> PlanarScan:
    """Return a case as a reader's scan."""
    size = (case.pixel_size_mm, case.pixel_size_mm)
    return PlanarScan({view: PlanarView(view, case.counts[view].astype(np.float32), size) for view in case.views})


def _of_planar(name: str, case: TrainingCase) -> Iterator[Finding]:
    scan = scan_of(case)
    outlines: dict[str, BodyOutline] = {}
    for view in case.views:
        outline = body_outline(scan.views[view])
        if outline is None:
            yield Finding("warning", "body", name, f"no body is seen in its {view} view", view)
        else:
            outlines[view] = outline
        total = scan.views[view].total_counts
        if not case.counts_up_to_a_factor and total < GUIDELINE_COUNTS_PER_VIEW:
            serious = "far " if total < _HOPELESS_COUNTS else ""
            sentence = f"its {view} view has {total / 1e6:.2f} million counts, {serious}too few (1.5 million)"
            yield Finding("warning", "counts", name, sentence, view)
        yield from _of_mask(name, case, view, outlines.get(view))
    if not any(case.class_map[view].any() for view in case.views):
        yield Finding("warning", "empty mask", name, "nothing is drawn on it; is it normal, or not annotated?")
    for flag in view_flags(scan, outlines):
        yield Finding("warning", "view", name, flag.sentence.rstrip("."))


def _of_mask(name: str, case: TrainingCase, view: str, outline: BodyOutline | None) -> Iterator[Finding]:
    drawn = (case.class_map[view] > 0) & (case.class_map[view] != IGNORE)
    if outline is None or not drawn.any():
        return
    near = ndimage.distance_transform_edt(~outline.mask) * case.pixel_size_mm <= _FAR_FROM_BODY_MM
    outside = [number for number in _numbers(case, view) if not near[case.focus_map[view] == number].any()]
    if outside:
        share = float((drawn & ~near).sum() / drawn.sum())
        shown = ", ".join(map(str, outside[:10]))
        sentence = f"in its {view} view {len(outside)} outlines lie outside of the body (focus {shown})"
        yield Finding("error" if share > _OUTSIDE_SHARE else "warning", "outside", name, sentence, view)
    covered = float((drawn & outline.mask).sum() / max(1, outline.mask.sum()))
    if covered > _LARGE_SHARE:
        sentence = f"outlines cover {100 * covered:.0f} % of the body in its {view} view; are they lesions?"
        yield Finding("warning", "large", name, sentence, view)


def _numbers(case: TrainingCase, view: str) -> list[int]:
    return [int(number) for number in np.unique(case.focus_map[view]) if number]


def _of_volume(name: str, case: TrainingVolume) -> Iterator[Finding]:
    if not case.class_map.any():
        yield Finding("warning", "empty mask", name, "nothing is drawn on it; is it normal, or not annotated?")
        return
    drawn = (case.class_map > 0) & (case.class_map != IGNORE)
    warm = case.voxels > 0.02 * float(np.percentile(case.voxels, 99.5))
    if drawn.any() and float(warm[drawn].mean()) < 1 - _OUTSIDE_SHARE:
        yield Finding("error", "outside", name, "most of what is drawn lies where there is no uptake: another grid?")


# ---- sides -----------------------------------------------------------------------------------------------------------


def drawn_sides(case: TrainingCase) -> set[str]:
    """Return the sides, "left", "right" and "midline", on which metastases are drawn.

    A focus's side is that of its middle from the body's midline; within 15 mm it has none.
    """
    sides = set()
    for view in case.views:
        scan_view = scan_of(case).views[view]
        outline = body_outline(scan_view)
        if outline is None:
            continue
        metastases = case.class_map[view] == CLASSES.index("metastasis")
        for number in np.unique(case.focus_map[view][metastases]):
            column = float(np.argwhere((case.focus_map[view] == number) & metastases)[:, 1].mean())
            # Toward the patient's right is positive R: the matrix knows the view.
            right_mm = (column - outline.midline_column) * scan_view.ijk_to_ras[0, 0]
            side = "midline" if abs(right_mm) < _NO_SIDE_MM else "right" if right_mm > 0 else "left"
            sides.add(side)
    return sides


def reported_sides(report: Report, mentions: Sequence[Mention]) -> set[str]:
    """Return the sides, "left", "right" and "midline", on which a report speaks of metastases."""
    sides = set()
    for mention in mentions:
        if mention.status != "metastatic" or not report.tells(report.clauses[mention.clause]):
            continue
        for slot in mention.slots:
            sides.add(slot.rsplit("_", 1)[-1] if slot.endswith(("_left", "_right")) else "midline")
    return sides


def _of_sides(name: str, case: TrainingCase, mentions_of: MentionsOf, summary: SetSummary) -> Iterator[Finding]:
    drawn = drawn_sides(case) & {"left", "right"}
    if len(drawn) != 1:
        return  # on both sides or none: nothing to contradict
    (side,) = drawn
    other = "left" if side == "right" else "right"
    for text in case.reports.values():
        try:
            report = parse_report(text)
        except InputError:
            continue
        said = reported_sides(report, mentions_of(scan_of(case), report)) & {"left", "right"}
        if not said:
            continue
        summary.sides_compared += 1
        if said == {other}:
            summary.sides_contradicting += 1
            sentence = f"its metastases are drawn on the {side} only, and its report has them on the {other} only"
            yield Finding("warning", "side", name, sentence)
            return
        return
