"""A report that contradicts the image: is it flagged, and does a lesion follow it to the wrong side."""

from __future__ import annotations

from collections.abc import Sequence

from BoneMetSegLib.anatomy import FINE_REGIONS, TEXT_SLOTS, fine_region, slot_of
from BoneMetSegLib.concordance import compare_report
from BoneMetSegLib.hot_spots import HotSpot, slot_rank
from model_training.simulator.foci import Focus

from .examination import Examination
from .lesions import HIT_IOU, overlaps
from .prediction import Prediction
from .report_variants import mirrored_place

_FINE_NAMES = {fine.name for fine in FINE_REGIONS}
_SILENT_EFFECTS = ("unchanged", "no report")


def flipped_checks(case: Examination, image_only: Prediction, prediction: Prediction) -> dict[str, int]:
    """Count the findings on which image and flipped report disagree, and those of them that are flagged.

    They disagree on a visible focus that the image alone found (IoU of 0.1) and called by its true class.
    """
    flags = _Flags(prediction)
    disagreements = flagged = 0
    for focus in _reported_foci(case):
        of_image = [spot for spot in image_only.spots if _hits(case, spot, focus)]
        if any(spot.hot_spot_class == focus.hot_spot_class for spot in of_image):
            disagreements += 1
            flagged += flags.raised_at(case, focus, "")
    return {"disagreements": disagreements, "flagged": flagged}


def wrong_side_checks(case: Examination, image_only: Prediction, prediction: Prediction) -> dict[str, int]:
    """Count the sided findings whose side the report has wrong, those flagged, and lesions that follow the report.

    ``disagreements``: sided foci that the image alone found, where no other focus lies at the place that the report
    names instead. ``moved``: sided metastases that the image alone found and accepted, that are accepted no more, while
    an accepted hot spot without any metastasis stands where the report has them. ``appeared``: such hot spots, of
    those that the image alone did not accept.
    """
    flags = _Flags(prediction)
    foci = _reported_foci(case)
    taken = {TEXT_SLOTS[slot_of(focus.fine_region)] for focus in foci}
    false_spots = [spot for spot in prediction.spots if spot.accepted and not _touches_metastasis(case, spot)]
    new_spots = [spot for spot in false_spots if spot.report_effect in ("added", "raised")]
    counts = dict.fromkeys(("disagreements", "flagged", "moved", "appeared"), 0)
    named: set[str] = set()
    for focus in foci:
        slot = TEXT_SLOTS[slot_of(mirrored_place(focus.fine_region))]
        if fine_region(focus.fine_region).side == "midline" or slot in taken:
            continue
        named.add(slot)
        of_image = [spot for spot in image_only.spots if _hits(case, spot, focus)]
        if not of_image:
            continue
        counts["disagreements"] += 1
        counts["flagged"] += flags.raised_at(case, focus, slot)
        was_accepted = focus.hot_spot_class == "metastasis" and any(spot.accepted for spot in of_image)
        is_accepted = any(spot.accepted and _hits(case, spot, focus) for spot in prediction.spots)
        if was_accepted and not is_accepted and any(slot_rank(spot, (slot,)) is not None for spot in false_spots):
            counts["moved"] += 1
    counts["appeared"] = sum(slot_rank(spot, sorted(named)) is not None for spot in new_spots)
    return counts


class _Flags:
    """What the user sees of disagreement: effects on hot spots, contradictions, and what has no counterpart."""

    def __init__(self, prediction: Prediction) -> None:
        self._spots: Sequence[HotSpot] = prediction.spots
        self._ids: set[str] = set()
        self._places: set[str] = set()
        if prediction.report is None or prediction.segmentation is None:
            return
        concordance = compare_report(prediction.report, prediction.segmentation, prediction.spots)
        self._ids = {*concordance.hot_spots_without_phrase, *(one.hot_spot for one in concordance.contradictions)}
        self._places = {place for phrase in concordance.phrases_without_hot_spot for place in phrase.places}

    def raised_at(self, case: Examination, focus: Focus, said_slot: str) -> bool:
        """Say whether a hot spot on the focus is flagged, or the phrase that names ``said_slot``."""
        return said_slot in self._places or any(
            spot.id in self._ids or spot.report_effect not in _SILENT_EFFECTS
            for spot in self._spots
            if _hits(case, spot, focus)
        )


def _reported_foci(case: Examination) -> list[Focus]:
    return [
        focus
        for focus in case.foci
        if focus.fine_region in _FINE_NAMES and focus.hot_spot_class != "physiological" and any(focus.visible.values())
    ]


def _hits(case: Examination, spot: HotSpot, focus: Focus) -> bool:
    return any(
        overlaps(shown.mask, case.focus_map[view]).get(str(focus.number), 0.0) >= HIT_IOU
        for view, shown in spot.views.items()
    )


def _touches_metastasis(case: Examination, spot: HotSpot) -> bool:
    metastases = {focus.number for focus in case.foci if focus.hot_spot_class == "metastasis"}
    return any(
        int(number) in metastases
        for view, shown in spot.views.items()
        for number in overlaps(shown.mask, case.focus_map[view])
    )
