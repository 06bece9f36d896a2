"""Choose the numbers of the rules on validation patients: the strongest rule is the one to beat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import Mention
from BoneMetSegLib.segmenter import Segmenter

from .conditions import report_text
from .evaluate_cases import ProgressLine, print_progress
from .examination import Examination, load_examination, load_meta, scan_of
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


def choose_rules(segmenter: Segmenter, cases: Sequence[Path], seed: int) -> dict[str, Rule]:
    """Return the rules "rule", "rule_exact" and "report_only" of the best mean DSC on these patients.

    The four probabilities from which a hot spot is kept are swept one after the other, twice over. The patients' own
    reports are read in the wording of training, in a language drawn by the seed. Without a metastasis to choose by, all
    stay as ``PLAIN_RULE``.
    """
    read = list(_read(segmenter, cases, seed))
    if not any(one.rule.true for one in read):
        return dict.fromkeys(("rule", "rule_exact", "report_only"), PLAIN_RULE)
    share = max(REGION_SHARES, key=lambda share: _mean([one.report_only[share] for one in read]))
    return {
        "rule": _swept([one.rule for one in read]),
        "rule_exact": _swept([one.rule_exact for one in read]),
        "report_only": Rule(PLAIN_RULE.keep_from, share),
    }


@dataclass(frozen=True)
class _Read:
    """What is kept of a patient; maps and masks are not, those of a tomography take a gigabyte."""

    rule: _Tally
    rule_exact: _Tally
    report_only: Mapping[float, float]


def _read(segmenter: Segmenter, cases: Sequence[Path], seed: int) -> Iterator[_Read]:
    rng = np.random.default_rng(seed)
    line = ProgressLine(len(cases), print_progress)
    for path in cases:
        case = load_examination(path)
        encoded = segmenter.encode_scan(scan_of(case))
        report = parse_report(report_text(load_meta(path), ("zh", "en")[rng.integers(2)], "training"))
        mentions = spoken_mentions(segmenter.read(report), report)
        image_only = network_prediction(segmenter, encoded, None)
        yield _Read(
            _Tally.of(case, image_only, mentions),
            _Tally.of(case, image_only, exact_mentions(case)),
            _dice_of_shares(case, mentions),
        )
        line.step()


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
    def of(cls, case: Examination, image_only: Prediction, mentions: Sequence[Mention]) -> _Tally:
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


def _dice_of_shares(case: Examination, mentions: Sequence[Mention]) -> dict[float, float]:
    places = metastatic_places(case, mentions)
    drawn = {share: by_report_alone(case, places, share).drawn for share in REGION_SHARES}
    return {share: pixel_scores(confusion(case.class_map, labels))["dice"] for share, labels in drawn.items()}


def _mean(dice: Sequence[float]) -> float:
    known = [value for value in dice if np.isfinite(value)]
    return float(np.mean(known)) if known else -1.0
