"""How often each quality flag is raised on ordinary simulated scans, and on the same scans spoiled in a known way.

    python -m Testing.benchmarks.measure_quality [--cases FOLDER] [--count 60]

The first table has the rates on scans as they are: of what is no fault there (motion, seam, saturation, wrong views) it
should be 0. The second has the share of spoiled scans that raise the flag meant for it.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from BoneMetSegLib.body_outline import BodyOutline, body_outline
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.quality_motion import count_step, lateral_step_mm
from BoneMetSegLib.quality_uptake import body_contrast
from BoneMetSegLib.scan import PlanarScan, PlanarView
from Testing.benchmarks.simulated_scans import cases, hot_spots_of, scan_of

Spoil = Callable[[PlanarView, BodyOutline], np.ndarray]


def _row(outline: BodyOutline, share: float) -> int:
    return outline.first_row + int(share * outline.rows)


def moved(share: float, mm: float) -> Spoil:
    """Shift the rows below a share of the body's height by so many mm toward the patient's left."""

    def spoil(view: PlanarView, outline: BodyOutline) -> np.ndarray:
        counts = view.counts.copy()
        row, pixels = _row(outline, share), round(mm / view.pixel_size_mm[1])
        counts[row:] = np.roll(counts[row:], pixels if view.patient_right_first else -pixels, 1)
        return counts

    return spoil


def seamed(share: float, factor: float) -> Spoil:
    """Thin the counts below a share of the body's height, as a second pass of less time would."""

    def spoil(view: PlanarView, outline: BodyOutline) -> np.ndarray:
        counts = view.counts.copy()
        row = _row(outline, share)
        counts[row:] = np.random.default_rng(1).binomial(counts[row:].astype(int), factor)
        return counts

    return spoil


def cut(first: float, last: float) -> Spoil:
    """Keep the rows between two shares of the body's height; the rest is padded with zeros."""

    def spoil(view: PlanarView, outline: BodyOutline) -> np.ndarray:
        counts = np.zeros_like(view.counts)
        rows = slice(max(0, _row(outline, first)), _row(outline, last))
        counts[rows] = view.counts[rows]
        return counts

    return spoil


def saturated(view: PlanarView, outline: BodyOutline) -> np.ndarray:
    """Cut the counts at the 99.9th percentile."""
    return np.minimum(view.counts, np.float32(np.percentile(view.counts, 99.9)))


SPOILED: dict[str, tuple[Spoil, str]] = {
    "moved by 10 mm at the chest": (moved(0.25, 10), "motion"),
    "moved by 15 mm at the chest": (moved(0.25, 15), "motion"),
    "moved by 15 mm at the head": (moved(0.1, 15), "motion"),
    "moved by 15 mm at the thighs": (moved(0.6, 15), "motion"),
    "moved by 25 mm at the chest": (moved(0.25, 25), "motion"),
    "counts x 0.85 below the chest": (seamed(0.3, 0.85), "seam"),
    "counts x 0.7 below the chest": (seamed(0.3, 0.7), "seam"),
    "counts x 0.5 below the thighs": (seamed(0.6, 0.5), "seam"),
    "top 5 % of the body cut off": (cut(0.05, 1.1), "clipped_head"),
    "below the knees cut off": (cut(-0.05, 0.75), "clipped_feet"),
    "cut at the 99.9th percentile": (saturated, "saturation"),
}


def spoiled(scan: PlanarScan, how: Spoil) -> PlanarScan:
    """Return a scan with both views spoiled."""
    views = {}
    for name, view in scan.views.items():
        outline = body_outline(view)
        views[name] = view if outline is None else replace(view, counts=how(view, outline).astype(np.float32))
    return replace(scan, views=views)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=None)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--spoiled", type=int, default=15, help="of so many scans the spoiled forms are judged too")
    options = parser.parse_args()
    raised: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    number, seconds = 0, 0.0
    steps, ratios, contrasts = [], [], []
    for case in cases(options.cases, options.count):
        number += 1
        scan, spots = scan_of(case), hot_spots_of(case)
        start = time.perf_counter()
        flags = quality_flags(scan, hot_spots=spots)
        seconds += time.perf_counter() - start
        raised.update({flag.name for flag in flags})
        outlines = {name: body_outline(view) for name, view in scan.views.items()}
        steps.append(lateral_step_mm(list(scan.views.values()), list(outlines.values()))[0])
        ratios.append(count_step(list(scan.views.values()), list(outlines.values()))[0])
        contrasts += [body_contrast(outline) for outline in outlines.values()]
        for what, (how, wanted) in SPOILED.items() if number <= options.spoiled else ():
            caught[what] += wanted in {flag.name for flag in quality_flags(spoiled(scan, how))}
    print(f"{number} simulated scans as they are, {seconds / number:.2f} s each:")
    for name, count in sorted(raised.items()):
        print(f"  {name}: {count} of {number}")
    print(f"  largest lateral step {max(steps):.1f} mm, largest step of counts x {max(ratios):.2f}")
    print(f"  contrast {min(contrasts):.2f} to {max(contrasts):.2f}")
    print("spoiled, and flagged for it:")
    for what, count in caught.items():
        print(f"  {what}: {count} of {min(number, options.spoiled)}")


if __name__ == "__main__":
    main()
