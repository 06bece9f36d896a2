"""How often the picture's own evidence about view and side is right, on fresh simulated scans.

    python -m Testing.benchmarks.measure_view_check [--cases FOLDER] [--count 60]

Each scan is judged as it is (a flag is a false alarm), with its views exchanged, each view alone under its own and
under the other's name, and with the posterior view mirrored (no flag is a miss). Prints the rates and the distance to
the limits.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from BoneMetSegLib.body_outline import body_outline
from BoneMetSegLib.quality_views import MIRROR_LIMIT, SINGLE_VIEW_LIMIT, TWO_VIEW_LIMIT, view_flags
from BoneMetSegLib.scan import VIEWS, PlanarScan, PlanarView
from BoneMetSegLib.view_check import mirror_gain, posterior_score
from Testing.benchmarks.simulated_scans import cases, scan_of


def _named(view: PlanarView, name: str) -> PlanarView:
    return replace(view, view=name)


def _mirrored(view: PlanarView) -> PlanarView:
    return replace(view, counts=np.ascontiguousarray(view.counts[:, ::-1]))


def arrangements(scan: PlanarScan) -> dict[str, tuple[PlanarScan, str]]:
    """Return each arrangement of a scan with the flag that it should raise ("" for none)."""
    anterior, posterior = (scan.views[name] for name in VIEWS)
    exchanged = {"anterior": _named(posterior, "anterior"), "posterior": _named(anterior, "posterior")}
    return {
        "as it is": (scan, ""),
        "exchanged": (replace(scan, views=exchanged), "views_exchanged"),
        "posterior mirrored": (
            replace(scan, views={**scan.views, "posterior": _mirrored(posterior)}),
            "views_mirrored",
        ),
        "anterior alone": (replace(scan, views={"anterior": anterior}), ""),
        "posterior alone": (replace(scan, views={"posterior": posterior}), ""),
        "posterior called anterior": (replace(scan, views={"anterior": exchanged["anterior"]}), "view_contradicted"),
        "anterior called posterior": (replace(scan, views={"posterior": exchanged["posterior"]}), "view_contradicted"),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=None)
    parser.add_argument("--count", type=int, default=60)
    options = parser.parse_args()
    wrong: Counter[str] = Counter()
    number, scores, gains = 0, [], []
    for case in cases(options.cases, options.count):
        number += 1
        scan = scan_of(case)
        outlines = {name: body_outline(view) for name, view in scan.views.items()}
        scores += [posterior_score(view, outlines[name]) * (1 if name == "posterior" else -1)
                   for name, view in scan.views.items()]  # fmt: skip
        gains.append(mirror_gain(scan.views["anterior"], scan.views["posterior"]))
        for what, (arranged, wanted) in arrangements(scan).items():
            found = {name: outline for name, view in arranged.views.items() if (outline := body_outline(view))}
            names = {flag.name for flag in view_flags(arranged, found)}
            wrong[what] += names != ({wanted} if wanted else set())
    print(f"{number} simulated scans")
    for what in arrangements(scan):
        print(f"{what}: {wrong[what]} of {number} judged wrongly ({wrong[what] / number:.1%})")
    low, middle = np.percentile(scores, [0, 50])
    print(f"score of the right view: least {low:.2f}, median {middle:.2f}")
    print(f"one view is doubted below {SINGLE_VIEW_LIMIT}, two below a mean of {TWO_VIEW_LIMIT}")
    print(f"gain of mirroring where nothing is mirrored: most {max(gains):.3f}, median {np.median(gains):.3f}; "
          f"flagged above {MIRROR_LIMIT}")  # fmt: skip


if __name__ == "__main__":
    main()
