"""The report beside the hot spots: what both say, what only one says, where they contradict (floor 4).

The report is compared with what the image alone showed, or it would agree with itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from .anatomy import WHOLE_SKELETON_SLOT
from .contradictions import (
    LEVELS_UNSURE,
    Contradiction,
    at,
    denied,
    elsewhere,
    levels_around,
    other_nature,
    sure_nature,
)
from .hot_spots import UPTAKE_STATUSES, HotSpot, slot_rank
from .report import Report
from .report_arbiter import read_mentions
from .segmentation import Mention, Segmentation
from .skeleton import overlapping_places

METASTASIS_PROBABILITY = 0.6
"""From this probability on the image alone calls a hot spot a metastasis that the report should speak of."""
_EVEN = 0.5
_SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine")
_GRAVEST_FIRST = ("metastatic", "uncertain", "benign", "uptake")
NO_PHRASE = "no phrase"
"""What ``disagreements`` says of a hot spot that no phrase reports."""


@dataclass(frozen=True)
class UnmatchedPhrase:
    """A place of which the report tells uptake, and where the image alone showed no hot spot.

    Attributes
    ----------
    phrase : str
        The clause that says most of it: a nature before mere uptake, then the last one.
    span : tuple of int
        The clause's characters in the report's text.
    places : tuple of str
        Text slots.
    status : str
        The gravest that the report says of the place, in any of its clauses.
    """

    phrase: str
    span: tuple[int, int]
    places: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class PhraseLink:
    """A hot spot and the words that speak of its place.

    Attributes
    ----------
    hot_spot : str
    span : tuple of int
        Characters of the report's text that name the place.
    status : str
        What is said of it, one of ``segmentation.STATUSES``.
    """

    hot_spot: str
    span: tuple[int, int]
    status: str


@dataclass(frozen=True)
class Concordance:
    """Agreement between the report and the image-only finding.

    Attributes
    ----------
    linked : tuple of str
        Ids of hot spots that the image alone shows and a phrase reports.
    hot_spots_without_phrase : tuple of str
        Ids of foci on bone that the image alone calls metastasis and no phrase reports, or one denies.
    phrases_without_hot_spot : tuple of UnmatchedPhrase
        Without places of too little uptake, which no hot spot can show.
    links : tuple of PhraseLink
        Of each linked hot spot the words that name its place best. They follow from the others, and are not compared.
    contradictions : tuple of Contradiction
        A contradiction of side or level explains a hot spot without phrase and a phrase without hot spot, which stay
        in their lists.
    """

    linked: tuple[str, ...] = ()
    hot_spots_without_phrase: tuple[str, ...] = ()
    phrases_without_hot_spot: tuple[UnmatchedPhrase, ...] = ()
    links: tuple[PhraseLink, ...] = field(default=(), compare=False)
    contradictions: tuple[Contradiction, ...] = ()

    def contradiction_of(self, hot_spot_id: str) -> Contradiction | None:
        """Return the contradiction about a hot spot, if there is one."""
        return next((one for one in self.contradictions if one.hot_spot == hot_spot_id), None)

    def link_of(self, hot_spot_id: str) -> PhraseLink | None:
        """Return the words that name a hot spot's place, if there are some."""
        return next((one for one in self.links if one.hot_spot == hot_spot_id), None)

    def disagreement_of(self, hot_spot_id: str) -> str:
        """Return how report and image disagree about a hot spot: a contradiction's kind, ``NO_PHRASE``, or ""."""
        contradiction = self.contradiction_of(hot_spot_id)
        if contradiction is not None:
            return contradiction.kind
        return NO_PHRASE if hot_spot_id in self.hot_spots_without_phrase else ""


def compare_report(report: Report, segmentation: Segmentation, hot_spots: Sequence[HotSpot]) -> Concordance:
    """Compare what a report says with the hot spots that the image alone showed.

    What the report itself added, and what a reader drew, is no finding of the image.
    """
    of_image = [
        spot
        for spot in hot_spots
        if spot.report_effect != "added"
        and spot.hot_spot_class != "physiological"
        and not math.isnan(spot.probability_image_only)
    ]
    mentions = [
        mention
        for mention in read_mentions(report, segmentation.mentions)
        if report.tells(report.clauses[mention.clause])
    ]
    reported = [mention for mention in mentions if mention.status in UPTAKE_STATUSES]
    # Too little uptake may have a hot rim, but asks for no hot spot.
    cold = {slot for mention in mentions if mention.is_cold for slot in mention.slots}
    best = {spot.id: _best(spot, reported) for spot in of_image}
    unmatched = [
        mention
        for mention in reported
        if WHOLE_SKELETON_SLOT not in mention.slots
        and cold.isdisjoint(mention.slots)
        and not any(slot_rank(spot, mention.slots) is not None for spot in of_image)
    ]
    matched: set[Mention] = set()
    for spot in of_image:
        nearby = [] if best[spot.id] else _nearby(spot, reported, unmatched, segmentation)
        if nearby:
            best[spot.id] = min(nearby, key=_nature_first)
            matched.update(nearby)
    # The text path alone may explain a hot spot, but nothing is flagged on its word.
    certain = [mention for mention in mentions if mention.source == "lexicon"]
    unmatched = [mention for mention in unmatched if mention not in matched and mention.source == "lexicon"]
    natures = {spot.id: sure_nature(spot, segmentation) for spot in of_image}
    silent = [spot for spot in of_image if spot.probability_image_only >= METASTASIS_PROBABILITY and not best[spot.id]]
    contradictions = [other_nature(spot, reported, of_image, natures) for spot in of_image if best[spot.id]]
    contradictions += _of_one_meaning(
        [elsewhere(spot, natures[spot.id], unmatched) or denied(spot, certain) for spot in silent]
    )
    return Concordance(
        linked=tuple(spot.id for spot in of_image if best[spot.id]),
        hot_spots_without_phrase=tuple(spot.id for spot in silent),
        phrases_without_hot_spot=tuple(_unmatched_places(report, unmatched)),
        links=tuple(PhraseLink(name, (one.start, one.end), one.status) for name, one in best.items() if one),
        contradictions=tuple(one for one in contradictions if one),
    )


def _best(spot: HotSpot, mentions: Sequence[Mention]) -> Mention | None:
    """Return the mention that names a hot spot's place best: its level before its bone, a nature before mere uptake."""
    ranked = [(rank, one) for one in mentions if (rank := slot_rank(spot, one.slots)) is not None]
    return min(ranked, key=lambda entry: (entry[0], *_nature_first(entry[1])))[1] if ranked else None


def _nature_first(mention: Mention) -> tuple[bool, int]:
    return mention.status == "uptake", mention.start


def _nearby(
    spot: HotSpot, reported: Sequence[Mention], unmatched: Sequence[Mention], segmentation: Segmentation
) -> list[Mention]:
    """Return what may mean a hot spot that no phrase names.

    Its level may be miscounted by as much as counting errs; or, of what fits no hot spot better, the bone that the
    report names may overlap the bone that the hot spot was given.
    """
    masks = {name: view.mask for name, view in spot.views.items() if name in segmentation.views}
    levels = levels_around(spot, 1, LEVELS_UNSURE.get(spot.region, 1))
    # One vertebra is no other by overlapping it; how far counting errs is known.
    bones = [
        place
        for place in overlapping_places(segmentation.views, masks)
        if place.region != spot.region and not (spot.region in _SPINE and place.region in _SPINE)
    ]
    found = [one for one in reported if any(slot_rank(at(spot, place), one.slots) == 0 for place in levels)]
    found += [one for one in unmatched if any(slot_rank(at(spot, place), one.slots) is not None for place in bones)]
    return [one for one in found if _leans_alike(spot, one)]


def _of_one_meaning(contradictions: Sequence[Contradiction | None]) -> list[Contradiction]:
    """Return the contradictions without those by words that may mean one hot spot's side or another one's level."""
    found = [one for one in contradictions if one is not None]
    kinds: dict[tuple[int, int], set[str]] = {}
    for one in found:
        kinds.setdefault(one.span, set()).add(one.kind)
    return [one for one in found if len(kinds[one.span]) == 1]


def _leans_alike(spot: HotSpot, mention: Mention) -> bool:
    """Say whether image and words do not lean to opposite natures: then they hardly mean one focus at two places."""
    leaning = "metastatic" if spot.probability_image_only >= _EVEN else "benign"
    return {mention.status, leaning} != {"metastatic", "benign"}


def _unmatched_places(report: Report, mentions: Sequence[Mention]) -> list[UnmatchedPhrase]:
    """Return an entry per place, whatever number of clauses speak of it."""
    groups: list[tuple[set[str], list[Mention]]] = []
    for mention in mentions:
        same = [group for group in groups if not group[0].isdisjoint(mention.slots)]
        if not same:
            same = [(set(), [])]
            groups.append(same[0])
        slots, members = same[0]
        for other in same[1:]:
            slots |= other[0]
            members += other[1]
            groups.remove(other)
        slots.update(mention.slots)
        members.append(mention)
    found = []
    for group in sorted((members for _, members in groups), key=lambda group: min(one.start for one in group)):
        status = next(name for name in _GRAVEST_FIRST if any(one.status == name for one in group))
        told = max((one for one in group if one.status == status), key=lambda one: one.start)
        clause = report.clauses[told.clause]
        places = tuple(dict.fromkeys(slot for one in sorted(group, key=lambda one: one.start) for slot in one.slots))
        found.append(
            UnmatchedPhrase(report.text[clause.start : clause.end], (clause.start, clause.end), places, status)
        )
    return found
