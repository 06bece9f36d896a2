"""Disagreements planted in simulated reports, and whether concordance finds each at its place.

A report without errors and without doubt is written of the true foci; then one focus that the image shows is left out,
moved to the other side, moved by three levels, told with the other nature, or a focus is told that is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from BoneMetSegLib.anatomy import FINE_REGIONS, TEXT_SLOTS, fine_region, slot_of
from BoneMetSegLib.concordance import METASTASIS_PROBABILITY, Concordance
from BoneMetSegLib.contradictions import SURE_METASTASIS
from BoneMetSegLib.hot_spots import HotSpot
from model_training.simulator.case import SimulatedCase
from model_training.simulator.foci import Focus
from model_training.simulator.report_errors import NO_ERRORS
from model_training.simulator.report_foci import SimpleFocus

LEVEL_STEP = 3
CERTAIN = replace(NO_ERRORS, doubt_alone=0.0, doubt_faint=0.0, doubt=0.0, doubt_benign=0.0)
"""Rates of a reader who makes no error and is never in doubt."""
KINDS = ("omission", "addition", "side", "level", "nature")
_FOCI_PER_CASE = 2
_VERTEBRAE = [fine.name for fine in FINE_REGIONS if fine.name.startswith("vertebra")]
_FINE_NAMES = {fine.name for fine in FINE_REGIONS}


@dataclass(frozen=True)
class Planted:
    """One disagreement: what the report is told of, and where it must be found."""

    kind: str
    foci: tuple[Focus | SimpleFocus, ...]
    spot: HotSpot
    slot: str

    @property
    def is_sure(self) -> bool:
        """Whether the image alone is sure of the metastasis."""
        return self.spot.probability_image_only >= SURE_METASTASIS

    def is_found(self, said: Concordance) -> bool:
        """Say whether it is flagged, at its hot spot or place."""
        if self.kind == "omission":
            return self.spot.id in said.hot_spots_without_phrase
        if self.kind == "addition":
            return any(self.slot in phrase.places for phrase in said.phrases_without_hot_spot)
        found = said.contradiction_of(self.spot.id)
        return found is not None and found.kind == self.kind


def planted(case: SimulatedCase, spots: Sequence[HotSpot]) -> Iterator[Planted]:
    """Yield disagreements about metastases that the image alone shows at their place and that are alone in their bone.

    Only what is alone there can be missed there: where others are, their phrases may be meant.
    """
    shown = [focus for focus in bone_foci(case) if any(focus.visible.values())]
    alone = Counter(_region_side(focus.fine_region) for focus in shown)
    of_spots = Counter((spot.region, spot.side) for spot in spots)
    chosen = 0
    for focus in shown:
        here = _region_side(focus.fine_region)
        spot = spot_of(focus, case, spots)
        if focus.kind != "metastasis" or alone[here] > 1 or of_spots[here] > 1 or spot is None:
            continue
        if spot.probability_image_only < METASTASIS_PROBABILITY or chosen == _FOCI_PER_CASE:
            continue
        chosen += 1
        for kind in KINDS:
            place = _place_for(kind, focus.fine_region, set(alone), set(of_spots))
            if place is not None and not (kind == "level" and _is_near_another(place, focus, shown)):
                yield Planted(kind, tuple(_told(case.foci, focus, kind, place)), spot, TEXT_SLOTS[slot_of(place)])


def bone_foci(case: SimulatedCase) -> list[Focus]:
    """Return the metastases and benign foci of a case."""
    return [
        focus
        for focus in case.foci
        if focus.hot_spot_class in ("metastasis", "benign") and focus.fine_region in _FINE_NAMES
    ]


def spot_of(focus: Focus, case: SimulatedCase, spots: Sequence[HotSpot]) -> HotSpot | None:
    """Return the hot spot that covers a focus and whose place names its region and side, if there is one."""
    for spot in spots:
        same_place = (spot.region, spot.side) == _region_side(focus.fine_region)
        if same_place and any(
            (view.mask & (case.focus_map[name] == focus.number)).any() for name, view in spot.views.items()
        ):
            return spot
    return None


def _moved(name: str, by: int) -> str | None:
    """Return the vertebra or rib so many levels on, the other way at the end."""
    fine = fine_region(name)
    if not fine.level:
        return None
    line = _VERTEBRAE if name in _VERTEBRAE else [f"rib_{n}_{fine.side}" for n in range(1, 13)]
    here = line.index(name)
    return line[here + by] if 0 <= here + by < len(line) else line[here - by]


def _is_near_another(name: str, focus: Focus, foci: Sequence[Focus]) -> bool:
    """Say whether another focus lies within a level of a vertebra or rib: its phrase and the planted one would mix."""
    near = {_moved(name, step) for step in (-1, 0, 1)}
    return any(one.number != focus.number and one.fine_region in near for one in foci)


def _mirrored(name: str) -> str | None:
    fine = fine_region(name)
    other = {"left": "right", "right": "left"}.get(fine.side)
    return f"{name.removesuffix(fine.side)}{other}" if other else None


def _region_side(name: str) -> tuple[str, str]:
    fine = fine_region(name)
    return fine.region, fine.side


def _told(foci: Sequence[Focus], focus: Focus, kind: str, where: str) -> list[Focus | SimpleFocus]:
    """Return the foci with one disagreement planted."""
    others = [one for one in foci if one.number != focus.number]
    if kind == "omission":
        return list(others)
    if kind == "addition":
        return [*foci, SimpleFocus("metastasis", where, "metastasis", fine_region(where).side)]
    if kind == "nature":
        return [*others, replace(focus, hot_spot_class="benign", kind="rib fracture")]
    return [*others, replace(focus, fine_region=where, side=fine_region(where).side)]


def _place_for(kind: str, name: str, taken: set[tuple[str, str]], spots: set[tuple[str, str]]) -> str | None:
    """Return where the disagreement is told; None where it would meet another focus, or no other place exists."""
    if kind in ("omission", "nature"):
        return name
    if kind == "level":
        return _moved(name, LEVEL_STEP)
    if kind == "side":
        other = _mirrored(name)
        return other if other and _region_side(other) not in taken | spots else None
    free = [fine.name for fine in FINE_REGIONS if not fine.is_joint and (fine.region, fine.side) not in taken | spots]
    return free[sum(map(ord, name)) % len(free)] if free else None
