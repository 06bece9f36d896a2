"""What a rule makes of a report: hot spots kept or dropped by its statuses, or places drawn without any image.

These are what a network that reads reports must beat: the same reading of the report, without a network that joins it
with the image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, TEXT_SLOTS, WHOLE_SKELETON_SLOT, slot_of
from BoneMetSegLib.hot_spots import HotSpot, slot_rank
from BoneMetSegLib.report import Report
from BoneMetSegLib.segmentation import Mention

from .examination import Examination
from .pixel_scores import BENIGN, METASTASIS
from .prediction import Prediction, metastasis_probability
from .true_regions import slot_mask

STATUS_GROUPS = ("metastatic", "open", "benign", "silent")
"""What the rule tells apart: metastatic; uncertain or uptake alone; benign; denied or not spoken of."""
_GROUP_OF = {
    "metastatic": "metastatic", "uncertain": "open", "uptake": "open", "benign": "benign", "negated": "silent",
}  # fmt: skip
_FINE_NAMES = {fine.name for fine in FINE_REGIONS}
KEEP_NONE = 1.01


@dataclass(frozen=True)
class Rule:
    """A rule's numbers, chosen on validation patients.

    Attributes
    ----------
    keep_from : mapping from status group to float
        A hot spot is called metastasis from this image-only probability of metastasis on; above 1: never.
    region_share : float
        The share of a region that "report only" draws, from the region's middle outward; 1 is the whole region.
    """

    keep_from: Mapping[str, float]
    region_share: float = 1.0


PLAIN_RULE = Rule({"metastatic": 0.0, "open": 0.5, "benign": KEEP_NONE, "silent": KEEP_NONE})
"""The rule that needs no choice: what the report calls metastatic is, what it calls benign or passes over is not."""


def spoken_mentions(mentions: Sequence[Mention], report: Report | None) -> tuple[Mention, ...]:
    """Return the mentions that speak of today's finding: none of the clinical history."""
    if report is None:
        return tuple(mentions)
    return tuple(one for one in mentions if report.tells(report.clauses[one.clause]))


def exact_mentions(case: Examination) -> tuple[Mention, ...]:
    """Return the true status of every place with a visible focus, as mentions."""
    return tuple(
        Mention(0, 0, 0, (TEXT_SLOTS[slot_of(focus.fine_region)],), _true_status(focus.hot_spot_class))
        for focus in case.foci
        if focus.fine_region in _FINE_NAMES and focus.hot_spot_class != "physiological" and any(focus.visible.values())
    )


def _true_status(hot_spot_class: str) -> str:
    return "metastatic" if hot_spot_class == "metastasis" else "benign"


def status_group(spot: HotSpot, mentions: Sequence[Mention]) -> str:
    """Return what a report says of a hot spot's place: one of ``STATUS_GROUPS``.

    The mention that names the place best counts (its level, a neighbouring level, its bone); of equals the gravest.
    """
    said = [
        (rank, STATUS_GROUPS.index(_GROUP_OF[mention.status]))
        for mention in mentions
        if (rank := slot_rank(spot, mention.slots)) is not None
    ]
    return STATUS_GROUPS[min(said)[1]] if said else "silent"


def by_image_and_rule(image_only: Prediction, mentions: Sequence[Mention], rule: Rule) -> Prediction:
    """Return the image-only finding with each hot spot in bone called metastasis or benign by the rule.

    Its outline and its probability stay those of the image.
    """
    drawn = {view: labels.copy() for view, labels in image_only.drawn.items()}
    spots = []
    for spot in image_only.spots:
        if spot.hot_spot_class == "physiological":
            spots.append(spot)
            continue
        keep = metastasis_probability(spot) >= rule.keep_from[status_group(spot, mentions)]
        for view, shown in spot.views.items():
            drawn[view][shown.mask] = METASTASIS if keep else BENIGN
        kind = "metastasis" if keep else "benign"
        effect = spot.report_effect if keep else "removed"  # what the rule drops is no candidate of the FROC
        spots.append(replace(spot, hot_spot_class=kind, accepted=keep, report_effect=effect))
    return Prediction(drawn, spots, None)


def metastatic_places(case: Examination, mentions: Sequence[Mention]) -> dict[str, list[np.ndarray]]:
    """Return, by view, the mask of each place that a report calls metastatic, from the true skeleton."""
    slots = {slot for one in mentions if one.status == "metastatic" for slot in one.slots} - {WHOLE_SKELETON_SLOT}
    return {view: [slot_mask(case, view, slot) for slot in sorted(slots)] for view in case.class_map}


def by_report_alone(case: Examination, places: Mapping[str, Sequence[np.ndarray]], region_share: float) -> Prediction:
    """Return what the report alone would draw: each place that it calls metastatic.

    The place is given exactly, as no reader of text alone could know it; its counts are not looked at. Of each place
    the share of pixels nearest to its middle is drawn.

    Parameters
    ----------
    places : mapping from view to sequence of masks
        Of ``metastatic_places``.
    """
    drawn = {}
    for view, masks in places.items():
        labels = np.zeros(case.class_map[view].shape, np.uint8)
        for mask in masks:
            labels[_middle(mask, region_share)] = METASTASIS
        drawn[view] = labels
    return Prediction(drawn)


def _middle(mask: np.ndarray, share: float) -> np.ndarray:
    """Return the given share of a mask's pixels that lie nearest to its middle."""
    pixels = np.argwhere(mask)
    if not len(pixels) or share >= 1:
        return mask
    distance = np.linalg.norm(pixels - np.median(pixels, axis=0), axis=1)
    nearest = np.argsort(distance, kind="stable")[: max(1, round(share * len(pixels)))]
    part = np.zeros_like(mask)
    part[tuple(pixels[nearest].T)] = True
    return part
