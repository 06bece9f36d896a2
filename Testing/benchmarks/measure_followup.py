"""How well ``compare`` follows lesions, on simulated pairs of scans; and the limits of what is no change.

    python -m model_training simulate --kind followup --clinic clinic_v1 --cases 40 --no-dicom --seed 7701 --out PAIRS
    python -m Testing.benchmarks.measure_followup --cases PAIRS [--first 0] [--count 40] [--segmented FOLDER]
                                               [--write-limits FILE]

Prints how far registered centres of the same lesion lie apart, the sensitivity for new metastases, false news per pair,
how often each true change is called what, and the seconds per pair. The hot spots are the true outlines, so that
registration and matching are judged alone; with ``--segmented`` they and the skeleton are the bundled model's, kept as
case folders in FOLDER and used again. ``--write-limits`` measures instead how area, ratio and Bone Scan Index of
lesions that did not change differ between the scans of a pair, and writes
``Resources/Followup/repeatability_v1.json``. All figures are of simulated scans.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.common_canvas import points_of
from BoneMetSegLib.comparison import Comparison
from BoneMetSegLib.followup import compare_cases
from BoneMetSegLib.hot_spots import HotSpot
from BoneMetSegLib.repeatability import NORMAL_95
from BoneMetSegLib.result_document import Case
from Testing.benchmarks.segmented_followup import segmented_pairs
from Testing.benchmarks.simulated_followup import FollowUpPair, pairs, true_case

_SIZES_MM2 = (250.0, 700.0, None)
# The least that is called a change: what the outlines of one true lesion differ by is less than readers' outlines do.
_LEAST_FACTOR = 1.25
# With fewer lesions of a size its limits are those of all sizes: a percentile of six says nothing.
_LEAST_PAIRS = 20


@dataclass
class Tally:
    """What the pairs gave."""

    distances_mm: list[float] = field(default_factory=list)
    true_new: int = 0
    shown_new: int = 0
    found_new: int = 0
    false_new: int = 0
    unseen_before: int = 0
    flares: int = 0
    called: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    correlations: list[float] = field(default_factory=list)
    overlaps: list[float] = field(default_factory=list)
    poor: int = 0
    pairs: int = 0


def judge(pair: FollowUpPair, cases: Sequence[Case], tally: Tally) -> None:
    """Compare a pair and count."""
    start, cpu = time.perf_counter(), time.process_time()
    comparison = compare_cases(cases, keep_order=True)
    tally.seconds.append(time.perf_counter() - start)
    tally.cpu_seconds.append(time.process_time() - cpu)
    tally.pairs += 1
    later = comparison.scans[1]
    tally.poor += later.poor
    tally.correlations += [one.correlation for one in later.registrations.values()]
    tally.overlaps += [one.bone_overlap for one in later.registrations.values()]
    tally.distances_mm += list(_distances_mm(pair, comparison))
    _count_changes(pair, comparison, tally)


def _distances_mm(pair: FollowUpPair, comparison: Comparison) -> Iterator[float]:
    """Yield how far the true centre of each lesion is from its registered one, view by view."""
    first, second = ({f.lesion_id: f.number for f in case.foci if f.lesion_id} for case in pair.cases)
    scan = comparison.scans[1]
    for lesion in first.keys() & second.keys():
        for view, registration in scan.registrations.items():
            masks = [case.focus_map[view] == n[lesion] for case, n in zip(pair.cases, (first, second), strict=True)]
            if all(mask.any() for mask in masks):
                views = [one.case.scan.views[view] for one in comparison.scans]
                one, other = (points_of(shown, mask).mean(0) for shown, mask in zip(views, masks, strict=True))
                yield float(np.linalg.norm(registration.to_reference(other[None])[0] - one))


def _count_changes(pair: FollowUpPair, comparison: Comparison, tally: Tally) -> None:
    changes = {row["lesion_id"]: row for row in pair.changes if row["hot_spot_class"] == "metastasis"}
    visible = [{f.lesion_id for f in case.foci if f.lesion_id and any(f.visible.values())} for case in pair.cases]
    states = _called(pair, comparison)
    for lesion, found in states:
        row = changes.get(lesion) if lesion is not None else None
        if row is None:
            tally.false_new += found == "new"
        elif row["change"] == "flare" and row["volume_ml_before"] == 0:
            tally.flares += found == "new"
        elif row["change"] != "new" and found == "new":
            tally.false_new += lesion in visible[0]
            tally.unseen_before += lesion not in visible[0]
        if row and lesion in visible[0] and (lesion in visible[1] or row["change"] == "resolved"):
            tally.called[row["change"], found] += 1
    true_new = {lesion for lesion, row in changes.items() if row["change"] == "new" and lesion in visible[1]}
    tally.true_new += len(true_new)
    tally.shown_new += sum(any(lesion == one for one, _ in states) for lesion in true_new)
    tally.found_new += sum((lesion, "new") in states for lesion in true_new)


def _called(pair: FollowUpPair, comparison: Comparison) -> list[tuple[int | None, str]]:
    """Return each lesion that the comparison lists, by its true number (None: of nothing true), and what it is now."""
    numbers = [{f.number: f.lesion_id for f in case.foci if f.lesion_id} for case in pair.cases]
    called: list[tuple[int | None, str]] = []
    for course in comparison.lesions:
        index = 1 if course.at[1].spots else 0
        case = comparison.scans[index].case
        true = {_lesion_of(case, spot, pair, index, numbers[index]) for spot in course.at[index].spots}
        called += [(lesion, course.at[1].state) for lesion in true]
    return called


def _lesion_of(case: Case, spot_id: str, pair: FollowUpPair, index: int, numbers: dict[int, int]) -> int | None:
    """Return the true lesion that a hot spot lies on most, None where it lies on none."""
    spot = next(one for one in case.hot_spots if one.id == spot_id)
    votes: Counter[int] = Counter()
    for view, shown in spot.views.items():
        focus = pair.cases[index].focus_map[view][shown.mask]
        votes.update(int(number) for number in focus[focus > 0])
    return next((numbers[number] for number, _ in votes.most_common() if number in numbers), None)


def print_tally(tally: Tally, what: str) -> None:
    """Print the figures."""
    distances = np.array(tally.distances_mm)
    print(f"{tally.pairs} simulated pairs, {what}")
    print(
        f"registered centres, {len(distances)} lesions in views: median {np.median(distances):.1f} mm, "
        f"90 % within {np.percentile(distances, 90):.1f} mm, 95 % within {np.percentile(distances, 95):.1f} mm"
    )
    sensitivity = tally.found_new / max(tally.true_new, 1)
    print(
        f"new metastases found: {tally.found_new} of {tally.true_new} ({sensitivity:.3f}); a lesion of the later scan "
        f"lies on {tally.shown_new} of them"
    )
    print(
        f"false news per pair: {tally.false_new / tally.pairs:.2f}; and lesions that were there but showed in no view "
        f"before: {tally.unseen_before / tally.pairs:.2f}"
    )
    print(f"correlation: least {min(tally.correlations):.3f}, median {np.median(tally.correlations):.3f}")
    print(f"overlap of bones: least {min(tally.overlaps):.3f}, median {np.median(tally.overlaps):.3f}")
    print(f"called poor: {tally.poor} of {tally.pairs}")
    print(
        f"seconds per pair: median {np.median(tally.seconds):.1f}, of the processor {np.median(tally.cpu_seconds):.1f}"
    )
    for truth in sorted({truth for truth, _ in tally.called}):
        row = {found: count for (each, found), count in sorted(tally.called.items()) if each == truth}
        print(f"  {truth}: {row}")


def measure_limits(cases: Iterator[tuple[FollowUpPair, Sequence[Case]]], source: str) -> dict:
    """Return the limits of what is no change, from lesions whose truth is "stable"."""
    areas, ratios, sizes, bsi = [], [], [], []
    for pair, both in cases:
        stable = {row["lesion_id"] for row in pair.changes if row["change"] == "stable"}
        spots = [_spots_by_lesion(pair, index, case) for index, case in enumerate(both)]
        shown = sorted(stable & spots[0].keys() & spots[1].keys())
        for one, other in ((spots[0][lesion], spots[1][lesion]) for lesion in shown):
            common = [view for view in one.views if view in other.views]
            if not common:
                continue
            area = [sum(spot.views[view].area_mm2 for view in common) for spot in (one, other)]
            sizes.append(np.sqrt(area[0] * area[1]))
            areas.append(np.log(area[1] / area[0]))
            ratios.append(np.log(other.ratio_to_background / one.ratio_to_background))
        metastases = [lesion for lesion in shown if spots[0][lesion].accepted and spots[1][lesion].accepted]
        if metastases:
            bsi.append([_bsi(case, [own[m] for m in metastases]) for own, case in zip(spots, both, strict=True)])
    return _limits(np.array(areas), np.array(ratios), np.array(sizes), np.array(bsi), source)


def _spots_by_lesion(pair: FollowUpPair, index: int, case: Case) -> dict[int, HotSpot]:
    """Return the hot spots that alone lie on a true lesion, by its number; pieces and joined ones are left out."""
    numbers = {focus.number: focus.lesion_id for focus in pair.cases[index].foci if focus.lesion_id}
    found: dict[int, list[HotSpot]] = {}
    for spot in case.hot_spots:
        lesion = _lesion_of(case, spot.id, pair, index, numbers)
        if lesion is not None:
            found.setdefault(lesion, []).append(spot)
    return {lesion: spots[0] for lesion, spots in found.items() if len(spots) == 1}


def _bsi(case: Case, spots: Sequence[HotSpot]) -> float:
    return measure_burden(case.scan, case.segmentation, spots).bsi_percent


def _limits(areas: np.ndarray, ratios: np.ndarray, sizes: np.ndarray, bsi: np.ndarray, source: str) -> dict:
    lesions, lowest = [], 0.0
    for below in _SIZES_MM2:
        chosen = (sizes >= lowest) & (sizes < (below or np.inf))
        pairs_of_size = int(chosen.sum())
        if pairs_of_size < _LEAST_PAIRS:
            chosen = np.ones(len(sizes), bool)
        lesions.append(
            {
                "below_mm2": below,
                "area_factor": round(max(_LEAST_FACTOR, _factor(areas[chosen])), 2),
                "ratio_factor": round(max(_LEAST_FACTOR, _factor(ratios[chosen])), 2),
                "pairs": pairs_of_size,
            }
        )
        lowest = below or lowest
    means, differences = bsi.mean(1), np.diff(bsi, axis=1)[:, 0]
    # Variance = a2 + b2 mean2, by least squares of squared differences with weights that a relative error asks for.
    design = np.stack([np.ones_like(means), means**2], 1) / (0.05 + means[:, None] ** 2)
    a2, b2 = np.linalg.lstsq(design, differences**2 / (0.05 + means**2), rcond=None)[0]
    return {
        "name": "repeatability_v1",
        "source": source,
        "lesions": lesions,
        "bsi": {
            "sd_percent": round(float(np.sqrt(max(a2, 1e-4))), 4),
            "sd_share": round(float(np.sqrt(max(b2, 1e-4))), 4),
            "pairs": len(bsi),
        },
    }


def _factor(differences: np.ndarray) -> float:
    """Return the factor that 95 of 100 differences of logarithms stay within; a robust SD, since tails are mistakes."""
    finite = differences[np.isfinite(differences)]
    spread = np.percentile(np.abs(finite), 68.3) if len(finite) else 0.0
    return float(np.exp(NORMAL_95 * spread))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0, help="pairs to leave out at the beginning")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument(
        "--segmented", type=Path, metavar="FOLDER", help="hot spots and skeleton of the bundled model, kept here"
    )
    parser.add_argument("--write-limits", type=Path, metavar="FILE")
    options = parser.parse_args()
    simulated = pairs(options.cases, options.first, options.count)
    found: Iterator[tuple[FollowUpPair, Sequence[Case]]]
    if options.segmented:
        options.segmented.mkdir(parents=True, exist_ok=True)
        found = segmented_pairs(simulated, options.segmented)
    else:
        found = ((pair, [true_case(case) for case in pair.cases]) for pair in simulated)
    if options.write_limits:
        _write_limits(
            options.write_limits, found, "outlines of the bundled model" if options.segmented else "true outlines"
        )
        return
    tally = Tally()
    try:
        for pair, cases in found:
            judge(pair, cases, tally)
            print(f"{tally.pairs} pairs, {tally.found_new} of {tally.true_new} found", end="\r", flush=True)
    except KeyboardInterrupt:
        print("stopped; so far:")
    if tally.pairs:
        print_tally(tally, "hot spots and skeleton of the bundled model" if options.segmented else "true outlines")


def _write_limits(path: Path, found: Iterator[tuple[FollowUpPair, Sequence[Case]]], outlines: str) -> None:
    counted = 0

    def told() -> Iterator[tuple[FollowUpPair, Sequence[Case]]]:
        nonlocal counted
        for counted, each in enumerate(found, 1):
            print(f"{counted} pairs", end="\r", flush=True)
            yield each

    limits = measure_limits(told(), "")
    limits["source"] = (
        f"lesions that did not change between two simulated scans (clinic_v1, {counted} patients, {outlines}): pose, "
        f"camera, counts and 5-10 % of uptake differ; python -m Testing.benchmarks.measure_followup"
    )
    text = json.dumps(limits, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    print(text)


if __name__ == "__main__":
    main()
