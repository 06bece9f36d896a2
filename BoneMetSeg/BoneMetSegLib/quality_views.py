"""Flags about which view is which, and about left and right, where the picture contradicts the file (floor 4).

Nothing is changed: the reader is told, and decides.
"""

from __future__ import annotations

from collections.abc import Mapping

from .body_outline import BodyOutline
from .quality_flag import QualityFlag
from .scan import PlanarScan
from .view_check import mirror_gain, posterior_score

# Scores are near +1 and -1 in simulated scans. The real scan at hand lies nearer to the middle, so a view is doubted
# only well beyond it; of two views the difference counts, in which what is peculiar to the patient cancels.
SINGLE_VIEW_LIMIT, TWO_VIEW_LIMIT = -0.4, -0.2
MIRROR_LIMIT = 0.02


def view_flags(scan: PlanarScan, outlines: Mapping[str, BodyOutline]) -> list[QualityFlag]:
    """Return flags of views that look like the other one, and of a view that looks mirrored."""
    agreement = {
        name: posterior_score(scan.views[name], outline) * (1.0 if name == "posterior" else -1.0)
        for name, outline in outlines.items()
    }
    flags = []
    if len(agreement) == 2:
        mean = sum(agreement.values()) / 2
        if mean < TWO_VIEW_LIMIT:
            sentence = (
                "The view called anterior looks like a posterior one and the other way round: if they are exchanged, "
                "left and right are wrong too."
            )
            flags.append(QualityFlag("views_exchanged", mean, TWO_VIEW_LIMIT, "{score}", sentence))
        gain = mirror_gain(scan.views["anterior"], scan.views["posterior"])
        if gain > MIRROR_LIMIT:
            advice = "without" if scan.views["posterior"].mirrored else "with"
            sentence = (
                "One view fits the other better when it is mirrored: check left and right, and read the scan "
                f"{advice} --flip-posterior if it is the posterior one."
            )
            flags.append(QualityFlag("views_mirrored", gain, MIRROR_LIMIT, "{correlation}", sentence))
    if not any(flag.name == "views_exchanged" for flag in flags):
        for name, score in agreement.items():
            if score < SINGLE_VIEW_LIMIT:
                other = "posterior" if name == "anterior" else "anterior"
                sentence = (
                    f"The view called {name} looks like {'an' if other == 'anterior' else 'a'} {other} one: if it is, "
                    "left and right are wrong too."
                )
                flags.append(QualityFlag("view_contradicted", score, SINGLE_VIEW_LIMIT, "{score}", sentence))
    return flags
