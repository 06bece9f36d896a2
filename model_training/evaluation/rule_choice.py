"""Choose the numbers of the rules on validation patients: the strongest rule is the one to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import Mention
from BoneMetSegLib.segmenter import Segmenter
from model_training.case_lists import reports_of
from model_training.simulated_scan import scan_of_case
from model_training.simulator.case import SimulatedCase
from model_training.simulator.case_files import load_case

from .pixel_scores import METASTASIS, confusion, pixel_scores
from .prediction import Prediction, metastasis_probability, network_prediction
from .report_rules import (
    KEEP_NONE,
    PLAIN_RULE,
    STATUS_GROUPS,
    Rule,
    by_report_alone,
    exact_mentions,
    metastatic_places,
    spoken_mentions,
    status_group,
)

KEEP_FROM = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, KEEP_NONE)
REGION_SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05)
_ROUNDS = 2
_Read = tuple[SimulatedCase, Prediction, tuple[Mention, ...], tuple[Mention, ...]]


def choose_rules(segmenter: Segmenter, cases: Sequence[Path], seed: int) -> dict[str, Rule]:
    """Return the rules "rule", "rule_exact" and "report_only" of the best mean DSC on these patients.

    The four probabilities from which a hot spot is kept are swept one after the other, twice over. The patients' own
    reports are read in the wording of training, in a language drawn by the seed. Without a metastasis to choose by, all
    stay as ``PLAIN_RULE``.
    """
    read = list(_read(segmenter, cases, seed))
    if not any((case.class_map[view] == METASTASIS).any() for case, *_ in read for view in case.class_map):
        return dict.fromkeys(("rule", "rule_exact", "report_only"), PLAIN_RULE)
    share = _best_share([one[0] for one in read], [one[2] for one in read])
    return {
        "rule": _swept([_Tally.of(case, image, mentions) for case, image, mentions, _ in read]),
        "rule_exact": _swept([_Tally.of(case, image, exact) for case, image, _, exact in read]),
        "report_only": Rule(PLAIN_RULE.keep_from, share),
    }


def _read(segmenter: Segmenter, cases: Sequence[Path], seed: int) -> list[_Read]:
    rng = np.random.default_rng(seed)
    read = []
    for path in cases:
        case = load_case(path)
        encoded = segmenter.encode_scan(scan_of_case(case))
        report = parse_report(reports_of(path)[("zh", "en")[rng.integers(2)]])
        with_report = network_prediction(segmenter, encoded, report)
        segmentation = with_report.segmentation
        mentions = spoken_mentions(segmentation.mentions if segmentation else (), with_report.report)
        image_only = network_prediction(segmenter, encoded, None)
        read.append((case, image_only, mentions, exact_mentions(case)))
    return read


@dataclass(frozen=True)
class _Tally:
    """A patient's metastasis pixels as the rule sees them: outside the hot spots in bone, and within each of them.

    Attributes
    ----------
    overlap, drawn, true : int
        Drawn outside of these hot spots, and truly metastasis in all.
    spots : sequence of (probability, status group, overlap, pixels)
    """

    overlap: int
    drawn: int
    true: int
    spots: Sequence[tuple[float, str, int, int]]

    @classmethod
    def of(cls, case: SimulatedCase, image_only: Prediction, mentions: Sequence[Mention]) -> _Tally:
        mine = {view: labels == METASTASIS for view, labels in image_only.drawn.items()}
        truth = {view: case.class_map[view] == METASTASIS for view in mine}
        spots = []
        for spot in (one for one in image_only.spots if one.hot_spot_class != "physiological"):
            masks = {view: shown.mask for view, shown in spot.views.items()}
            overlap = sum(int((mask & truth[view]).sum()) for view, mask in masks.items())
            pixels = sum(int(mask.sum()) for mask in masks.values())
            spots.append((metastasis_probability(spot), status_group(spot, mentions), overlap, pixels))
            for view, mask in masks.items():
                mine[view] = mine[view] & ~mask
        return cls(
            sum(int((mine[view] & truth[view]).sum()) for view in mine),
            sum(int(mask.sum()) for mask in mine.values()),
            sum(int(mask.sum()) for mask in truth.values()),
            spots,
        )

    def dice(self, keep_from: Mapping[str, float]) -> float:
        if not self.true:
            return float("nan")
        kept = [(overlap, pixels) for p, group, overlap, pixels in self.spots if p >= keep_from[group]]
        overlap, drawn = (sum(values) for values in zip((self.overlap, self.drawn), *kept, strict=True))
        return 2 * overlap / (drawn + self.true)


def _swept(tallies: Sequence[_Tally]) -> Rule:
    best = dict(PLAIN_RULE.keep_from)
    best_dice = _mean([tally.dice(best) for tally in tallies])
    for _ in range(_ROUNDS):
        for group in STATUS_GROUPS:
            for value in KEEP_FROM:
                tried = {**best, group: value}
                dice = _mean([tally.dice(tried) for tally in tallies])
                if dice > best_dice + 1e-9:
                    best, best_dice = tried, dice
    return Rule(best)


def _best_share(cases: Sequence[SimulatedCase], mentions: Sequence[tuple[Mention, ...]]) -> float:
    dice: dict[float, list[float]] = {share: [] for share in REGION_SHARES}
    for case, said in zip(cases, mentions, strict=True):
        places = metastatic_places(case, said)
        for share in REGION_SHARES:
            drawn = by_report_alone(case, places, share).drawn
            dice[share].append(pixel_scores(confusion(case.class_map, drawn))["dice"])
    return max(REGION_SHARES, key=lambda share: _mean(dice[share]))


def _mean(dice: Sequence[float]) -> float:
    known = [value for value in dice if np.isfinite(value)]
    return float(np.mean(known)) if known else -1.0
