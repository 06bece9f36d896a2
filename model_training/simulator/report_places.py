"""Sorts places into what a reader names in one breath: levels of the spine, ribs of a side, a joint on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from BoneMetSegLib.anatomy import FINE_REGIONS, SKELETON_CHANNELS, TEXT_SLOTS, VERTEBRA_LEVELS, fine_region, slot_of

from .report_grammar import Draw, Piece

_FINE_NAMES = frozenset(fine.name for fine in FINE_REGIONS)
_CHANNELS = {channel.name: channel for channel in SKELETON_CHANNELS}
SIDES = ("left", "right")
FIRST_COORDINATE = {"cervical_spine": 1, "thoracic_spine": 8, "lumbar_spine": 20}


@dataclass(frozen=True)
class Unit:
    """Places named together.

    Attributes
    ----------
    kind : {"vertebrae", "ribs", "part", "generic"}
    name : str
        Spine region ("" for a run that crosses two), "ribs", the stem of a fine region, or a reporting region.
    side : {"left", "right", "both", "midline"}
    numbers : tuple of int
        Spine coordinates (C1 = 1 ... L5 = 24) or rib numbers, ascending.
    count : int
        Foci that a generic name stands for.
    """

    kind: str
    name: str
    side: str
    numbers: tuple[int, ...] = ()
    count: int = 1

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides meant."""
        return SIDES if self.side == "both" else (self.side,)

    def slots(self, numbers: tuple[int, ...] = ()) -> tuple[str, ...]:
        """Return the text slots of the unit, or of some of its numbers."""
        wanted = numbers or self.numbers
        if self.kind == "vertebrae":
            return tuple(f"vertebra_{VERTEBRA_LEVELS[n - 1]}" for n in wanted)
        if self.kind == "ribs":
            return tuple(f"rib_{n}_{side}" for side in self.sides for n in wanted)
        names = (self.name if side == "midline" else f"{self.name}_{side}" for side in self.sides)
        if self.kind == "part":
            names = (TEXT_SLOTS[slot_of(name)] for name in names)
        return tuple(dict.fromkeys(names))


def arrange(places: Mapping[str, int], draw: Draw) -> list[Unit]:
    """Return the units that name ``places`` (fine regions or skeleton channels, with counts), in a spoken order."""
    groups = [_vertebrae(places, draw), _ribs(places, draw), _parts(places, draw), _generics(places)]
    if draw.chance(0.3):
        groups = draw.shuffled(groups)
    if draw.chance(0.15):
        return draw.shuffled(chain.from_iterable(groups))
    return list(chain.from_iterable(groups))


def runs(numbers: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the stretches of consecutive numbers."""
    result: list[list[int]] = []
    for number in numbers:
        if result and number == result[-1][-1] + 1:
            result[-1].append(number)
        else:
            result.append([number])
    return [tuple(run) for run in result]


def _vertebrae(places: Mapping[str, int], draw: Draw) -> list[Unit]:
    numbers = sorted(VERTEBRA_LEVELS.index(fine_region(p).level) + 1 for p in places if p.startswith("vertebra_"))
    units = []
    for run in runs(tuple(numbers)):
        crosses = sum(run[0] < first <= run[-1] for first in (8, 20)) == 1
        if crosses and len(run) >= 3 and draw.chance(0.5):
            units.append(Unit("vertebrae", "", "midline", run))
            numbers = [n for n in numbers if n not in run]
    for region, first in FIRST_COORDINATE.items():
        last = {"cervical_spine": 7, "thoracic_spine": 19, "lumbar_spine": 24}[region]
        if inside := tuple(n for n in numbers if first <= n <= last):
            units.append(Unit("vertebrae", region, "midline", inside))
    return units


def _ribs(places: Mapping[str, int], draw: Draw) -> list[Unit]:
    fines = [fine_region(p) for p in places if p.startswith("rib_")]
    left, right = ({int(f.level) for f in fines if f.side == side} for side in SIDES)
    both = left & right if draw.chance(0.75) else set()
    units = [("both", both), ("left", left - both), ("right", right - both)]
    return [Unit("ribs", "ribs", side, tuple(sorted(numbers))) for side, numbers in units if numbers]


def _parts(places: Mapping[str, int], draw: Draw) -> list[Unit]:
    sides: dict[str, list[str]] = {}
    for place in places:
        if place not in _FINE_NAMES or fine_region(place).level:
            continue
        side = fine_region(place).side
        stem = place if side == "midline" else place[: -len(side) - 1]
        sides.setdefault(stem, []).append(side)
    units = []
    for stem, found in sides.items():
        if len(found) == 2 and draw.chance(0.9):
            units.append(Unit("part", stem, "both"))
        else:
            units += [Unit("part", stem, side) for side in found]
    return units


def _generics(places: Mapping[str, int]) -> list[Unit]:
    sides: dict[str, list[str]] = {}
    for place in places:
        if place in _CHANNELS and place not in _FINE_NAMES:
            sides.setdefault(_CHANNELS[place].region, []).append(_CHANNELS[place].side)
    units = []
    for region, found in sides.items():
        count = sum(places[_name(region, side)] for side in found)
        units.append(Unit("generic", region, "both" if len(found) == 2 else found[0], (), count))
    return units


def _name(region: str, side: str) -> str:
    return region if side == "midline" else f"{region}_{side}"


def joined(units: list[list[Piece]], separator: str, last: str) -> tuple[Piece, ...]:
    """Join units by a separator, the last one by its own word."""
    pieces: list[Piece] = []
    for index, unit in enumerate(units):
        if index:
            pieces.append(Piece(last if index == len(units) - 1 else separator))
        pieces += unit
    return tuple(pieces)
