"""Simulated pairs of scans as the model segments them, through case folders, which are kept and used again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.case_folder import read_case, whole_folder, write_case
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.result_document import Case
from model_training.simulator.simulated_case import SimulatedCase
from Testing.benchmarks.simulated_followup import FollowUpPair, true_case

if TYPE_CHECKING:
    from BoneMetSegLib.segmenter import Segmenter

# Of the two scans of every pair; what is compared is three months apart.
_DATES = ("20240101", "20240401")


def segmented_pairs(found: Iterator[FollowUpPair], folder: Path) -> Iterator[tuple[FollowUpPair, Sequence[Case]]]:
    """Yield pairs with their two cases as ``bonemetseg segment`` without a report makes and keeps them.

    Parameters
    ----------
    folder : Path
        Where the case folders are kept, ``case_000007_t0``; one that is there is read, and no network runs. A folder
        is for one model.
    """
    segmenter: Segmenter | None = None
    for pair in found:
        cases = []
        for time, simulated in enumerate(pair.cases):
            out = folder / f"{pair.name}_t{time}"
            if not out.exists():
                segmenter = segmenter or _segmenter()
                with whole_folder(out) as partial:
                    write_case(partial, segmented_case(simulated, segmenter, _DATES[time]), scene=False, pictures=False)
            cases.append(read_case(out))
        yield pair, cases


def segmented_case(simulated: SimulatedCase, segmenter: Segmenter, date: str) -> Case:
    """Return the finished case of a simulated scan: hot spots and skeleton of the model, without a report."""
    case = true_case(simulated, date=date)
    segmentation = segmenter.segment(case.scan, None)
    spots = find_hot_spots(case.scan, segmentation)
    burden = measure_burden(case.scan, segmentation, spots)
    return replace(case, segmentation=segmentation, hot_spots=spots, burden=burden)


def _segmenter() -> Segmenter:
    from BoneMetSegLib.segmenter import Segmenter

    return Segmenter(None, "cpu")
