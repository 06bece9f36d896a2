"""How sure the image alone is of what it shows: what concordance may hold against a report, measured for a bundle."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from BoneMetSegLib.anatomy import RIB_LEVELS, fine_region
from BoneMetSegLib.contradictions import level_number
from BoneMetSegLib.hot_spots import HotSpot, class_probability, find_hot_spots
from BoneMetSegLib.segmenter import Segmenter
from model_training.case_lists import cases_of
from model_training.simulator.case import SimulatedCase
from model_training.simulator.case_files import load_case
from Testing.benchmarks.flag_causes import foci_under
from Testing.benchmarks.planted_disagreements import bone_foci
from Testing.benchmarks.simulated_scans import scan_of

STEPS = (0.5, 0.6, 0.7, 0.8, 0.9)


def sureness_table(folder: Path, count: int) -> str:
    """Return as Markdown, for the first validation patients of a set, how often the image alone is right.

    Of hot spots on bone from a probability on: the share that are metastases (or benign foci), and the share that are a
    focus of bone at all. Then how many levels off a hot spot on a true focus is counted.
    """
    segmenter, start = Segmenter(), time.monotonic()
    metastasis: list[tuple[float, str]] = []
    benign: list[tuple[float, str]] = []
    levels: dict[str, Counter[int]] = {"spine": Counter(), "ribs": Counter()}
    paths = cases_of(folder, "validation")[:count]
    for number, path in enumerate(paths, 1):
        case = load_case(path)
        scan = scan_of(case)
        segmentation = segmenter.segment(scan)
        for spot in find_hot_spots(scan, segmentation):
            if spot.hot_spot_class == "physiological":
                continue
            truth = _truth(spot, case)
            masks = {name: view.mask for name, view in spot.views.items()}
            metastasis.append((spot.probability_image_only, truth))
            benign.append((class_probability(segmentation, masks, "benign", with_report=False), truth))
            _count_level(spot, case, levels)
        left_s = (time.monotonic() - start) / number * (len(paths) - number)
        print(f"{number} of {len(paths)} patients, {left_s:.0f} s left", file=sys.stderr, flush=True)
    lines = [
        f"| of {len(paths)} patients, probability at least | metastasis: right | on bone | benign: right | on bone |"
    ]
    lines.append("|---|---|---|---|---|")
    lines += [
        f"| {step} | {_shares(metastasis, step, 'metastasis')} | {_shares(benign, step, 'benign')} |" for step in STEPS
    ]
    lines += ["", "| levels off | 0 | 1 | 2 | more |", "|---|---|---|---|---|"]
    for bone, found in levels.items():
        total = max(found.total(), 1)
        cells = [f"{found[n] / total:.2f}" for n in range(3)]
        more = sum(number for off, number in found.items() if off > 2) / total
        lines.append(f"| {bone}, n = {found.total()} | {' | '.join(cells)} | {more:.2f} |")
    return "\n".join(lines)


def _truth(spot: HotSpot, case: SimulatedCase) -> str:
    """Return the class of the focus under a hot spot, "" where there is none."""
    foci = foci_under(spot, case)
    return foci[0].hot_spot_class if foci else ""


def _shares(spots: list[tuple[float, str]], step: float, kind: str) -> str:
    of = [truth for probability, truth in spots if probability >= step]
    right, on_bone = (
        sum(truth in kinds for truth in of) / max(len(of), 1) for kinds in ((kind,), ("metastasis", "benign"))
    )
    return f"{right:.2f} of {len(of)} | {on_bone:.2f}"


def _count_level(spot: HotSpot, case: SimulatedCase, levels: dict[str, Counter[int]]) -> None:
    """Count how far a hot spot's level is from the nearest focus that it covers in its bone."""
    same = [
        level_number(fine_region(focus.fine_region).level)
        for focus in foci_under(spot, case)
        if focus in bone_foci(case) and fine_region(focus.fine_region).region == spot.region
        if fine_region(focus.fine_region).side == spot.side and fine_region(focus.fine_region).level
    ]
    if spot.level and same:
        bone = "ribs" if spot.level in RIB_LEVELS else "spine"
        levels[bone][min(abs(level - level_number(spot.level)) for level in same)] += 1
