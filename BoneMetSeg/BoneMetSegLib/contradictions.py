"""Where report and image cannot both be right about one hot spot: side, level, nature, or uptake denied (floor 4).

A contradiction is told only where the image is sure of the nature and the report of the place. What is left open by
either, what may be said of the hot spot beside it, or of another part of the bone, contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .anatomy import FINE_REGIONS, RIB_LEVELS, VERTEBRA_LEVELS, region_term, reporting_region
from .hot_spots import HotSpot, class_probability, slot_rank
from .segmentation import Mention, Segmentation
from .skeleton import Place

# Of hot spots from these probabilities on, 86 and 79 of 100 are what the image alone calls them; levels are no farther
# off than this in 98 of 100 (docs/concordance.md; measure again with each bundle: measure_concordance --sureness).
SURE_METASTASIS = 0.8
SURE_BENIGN = 0.9
LEVELS_UNSURE = {"ribs": 2}
"""Levels that counting in the image may be off, by region; 1 elsewhere."""
LEVEL_REACH = 4
"""A phrase may name a level so many off; farther away it speaks of something else."""

_JOINTS = {fine.name.removesuffix(f"_{fine.side}") for fine in FINE_REGIONS if fine.is_joint}
# Parts that the bone's plain word stands for: "humerus" is no word for its shaft alone.
_PLAIN_PARTS = {""} | {
    fine.name.removesuffix(f"_{fine.side}")
    for fine in FINE_REGIONS
    if fine.terms_zh[0] == reporting_region(fine.region).term_zh
}


@dataclass(frozen=True)
class Contradiction:
    """A hot spot and words of the report that cannot both be right.

    Attributes
    ----------
    hot_spot : str
    kind : {"side", "level", "nature", "denied"}
        The other side of the body; another level of the same bone; metastatic in one and benign in the other; or
        uptake denied where the image shows a metastasis.
    span : tuple of int
        Characters of the report's text.
    places : tuple of str
        Text slots that the words name.
    status : str
    sentence : str
        For the reader, in English; ``sentences_zh`` has it in Chinese.
    """

    hot_spot: str
    kind: str
    span: tuple[int, int]
    places: tuple[str, ...]
    status: str
    sentence: str


def sure_nature(spot: HotSpot, segmentation: Segmentation) -> str:
    """Return "metastatic" or "benign" where the image alone is sure, else ""."""
    if spot.probability_image_only >= SURE_METASTASIS:
        return "metastatic"
    masks = {name: view.mask for name, view in spot.views.items() if name in segmentation.views}
    benign = class_probability(segmentation, masks, "benign", with_report=False)
    return "benign" if benign >= SURE_BENIGN else ""


def other_nature(
    spot: HotSpot, reported: Sequence[Mention], of_image: Sequence[HotSpot], natures: Mapping[str, str]
) -> Contradiction | None:
    """Return the contradiction of nature, where both are sure and the words can speak of nothing else.

    Parameters
    ----------
    reported : sequence of Mention
        All that the report says of uptake anywhere.
    of_image : sequence of HotSpot
        All that the image alone shows.
    natures : mapping from id to str
        Of ``sure_nature``.
    """
    shown = natures[spot.id]
    opposite = {"metastatic": "benign", "benign": "metastatic"}.get(shown, "")
    here = [one for one in reported if slot_rank(spot, one.slots) is not None]
    against = [one for one in here if one.status == opposite and _is_sure_of_place(spot, one)]
    if not against or any(
        natures[other.id] != shown for other in of_image if other.id != spot.id and is_at(other, spot)
    ):
        return None
    if not all(one in against or _is_told_by(one, against) for one in here):
        return None
    said = against[0]
    if shown == "metastatic":
        sentence = f"{spot.id} ({_place_words(spot)}): the report calls it benign, the image alone a metastasis."
    else:
        sentence = f"{spot.id} ({_place_words(spot)}): the report calls it a metastasis, the image alone benign."
    return Contradiction(spot.id, "nature", (said.start, said.end), said.slots, said.status, sentence)


def _is_sure_of_place(spot: HotSpot, mention: Mention) -> bool:
    """Say whether words name the very place: its level if the bone has levels, and the bone rather than its joint."""
    if mention.certainty == "possible" or mention.source != "lexicon" or mention.part in _JOINTS:
        return False
    return slot_rank(spot, mention.slots) in ((0, 1) if reporting_region(spot.region).levels else (0, 1, 2))


def is_at(other: HotSpot, spot: HotSpot) -> bool:
    """Say whether two hot spots are at one place of the report: the same bone, side and level within one."""
    if (other.region, other.side) != (spot.region, spot.side):
        return False
    return not (spot.level and other.level) or abs(level_number(other.level) - level_number(spot.level)) <= 1


def _is_told_by(mention: Mention, against: Sequence[Mention]) -> bool:
    """Say whether mere uptake is what other words of the same part give the nature of."""
    return mention.status == "uptake" and any(
        set(mention.slots) & set(one.slots) and _same_part(mention.part, one.part) for one in against
    )


def _same_part(one: str, other: str) -> bool:
    return one == other or (one in _PLAIN_PARTS and other in _PLAIN_PARTS)


# ---- the report speaks of another place -----------------------------------------------------------------------------


def elsewhere(spot: HotSpot, nature: str, unmatched: Sequence[Mention]) -> Contradiction | None:
    """Return the phrase of the other side, or of another level, that must mean a hot spot without phrase of its own.

    Parameters
    ----------
    nature : str
        Of ``sure_nature``.
    unmatched : sequence of Mention
        Reported uptake at places where the image alone shows none.
    """
    fitting = [one for one in unmatched if {one.status, nature} != {"metastatic", "benign"}]
    mirrored = {"left": "right", "right": "left"}.get(spot.side)
    for one in fitting:
        if mirrored and slot_rank(at(spot, Place(spot.region, mirrored, spot.level)), one.slots) is not None:
            sentence = f"{spot.id} ({_place_words(spot)}): the report speaks of the other side."
            return Contradiction(spot.id, "side", (one.start, one.end), one.slots, one.status, sentence)
    for place in levels_around(spot, LEVELS_UNSURE.get(spot.region, 1) + 1, LEVEL_REACH):
        for one in fitting:
            if slot_rank(at(spot, place), one.slots) == 0:
                other = region_term(place.region, place.side, place.level)
                sentence = f"{spot.id} ({_place_words(spot)}): the report speaks of {other} instead."
                return Contradiction(spot.id, "level", (one.start, one.end), one.slots, one.status, sentence)
    return None


def denied(spot: HotSpot, mentions: Sequence[Mention]) -> Contradiction | None:
    """Return the words that deny uptake at the very place of a hot spot."""
    for one in mentions:
        if one.status == "negated" and slot_rank(spot, one.slots) in (0, 2):
            sentence = (
                f"{spot.id} ({_place_words(spot)}): the report denies uptake where the image alone shows a metastasis."
            )
            return Contradiction(spot.id, "denied", (one.start, one.end), one.slots, one.status, sentence)
    return None


def levels_around(spot: HotSpot, nearest: int, farthest: int) -> list[Place]:
    """Return the places so many levels off, the nearest first; none where no level is known."""
    every = RIB_LEVELS if spot.region == "ribs" else VERTEBRA_LEVELS
    if spot.level not in every:
        return []
    here = every.index(spot.level)
    near = [n for n in range(len(every)) if nearest <= abs(n - here) <= farthest]
    return [
        Place(_region_of(spot.region, every[n]), spot.side, every[n])
        for n in sorted(near, key=lambda n: (abs(n - here), n))
    ]


def level_number(level: str) -> int:
    """Return a level's number along the ribs or along the spine."""
    return int(level) if level in RIB_LEVELS else VERTEBRA_LEVELS.index(level) + 1


def at(spot: HotSpot, place: Place) -> HotSpot:
    """Return a hot spot elsewhere, to ask what names that place."""
    nan = float("nan")
    return HotSpot(spot.id, spot.hot_spot_class, False, place.region, place.side, place.level, {}, nan, nan)


def _region_of(region: str, level: str) -> str:
    return {"C": "cervical_spine", "T": "thoracic_spine", "L": "lumbar_spine"}.get(level[0], region)


def _place_words(spot: HotSpot) -> str:
    return region_term(spot.region, spot.side, spot.level)
