"""What a simulated reader makes of a patient's foci: the truth, with a few human errors, each noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from BoneMetSegLib.anatomy import FINE_REGIONS, SKELETON_CHANNEL_NAMES, TEXT_SLOTS, fine_region, slot_of

from .report_grammar import Draw

_FINE_NAMES = frozenset(fine.name for fine in FINE_REGIONS)


class Focus(Protocol):
    """What the writer needs to know of a focus of uptake."""

    @property
    def hot_spot_class(self) -> str: ...  # noqa: D102
    @property
    def fine_region(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def side(self) -> str: ...  # noqa: D102
    @property
    def visible(self) -> Mapping[str, bool]: ...  # noqa: D102
    @property
    def contrast(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class ReportErrorRates:
    """How often the reader errs, each a probability per focus (``lumped``: per group of four or more foci).

    The defaults are chosen for this simulator, not measured on readers.
    """

    omission: float = 0.05
    wrong_nature: float = 0.03
    wrong_side: float = 0.01
    wrong_level: float = 0.02
    vague_place: float = 0.10
    lumped: float = 0.30


DEFAULT_ERROR_RATES = ReportErrorRates()
NO_ERRORS = ReportErrorRates(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class ReportError:
    """Something the simulated reader got wrong.

    Attributes
    ----------
    kind : {"omitted", "wrong_nature", "wrong_side", "wrong_level", "vague", "lumped"}
    fine_region : str
        Where the focus is.
    said : str
        What the report has instead: a place, a nature, or "" for an omission.
    """

    kind: str
    fine_region: str
    said: str


@dataclass(frozen=True)
class Reading:
    """A focus as the reader believes it to be.

    Attributes
    ----------
    place : str
        A fine region, or a skeleton channel where the reader named no level.
    nature : {"metastatic", "uncertain", "benign"}
    kind : str
        Benign kind in the simulator's words.
    cold : bool
        A photopenic focus.
    contrast : float
    true_region : str
        Where the focus is.
    count : int
        How many foci it stands for.
    """

    place: str
    nature: str
    kind: str
    cold: bool
    contrast: float
    true_region: str
    count: int = 1


def place_slot(place: str) -> str:
    """Return the text slot of a place that is a fine region or already a slot."""
    return TEXT_SLOTS[slot_of(place)] if place in _FINE_NAMES else place


def place_channel(place: str) -> str:
    """Return the skeleton channel's name of a place."""
    return SKELETON_CHANNEL_NAMES[fine_region(place).channel] if place in _FINE_NAMES else place


def read_foci(
    foci: Iterable[Focus], rates: ReportErrorRates, draw: Draw
) -> tuple[tuple[Reading, ...], tuple[ReportError, ...]]:
    """Return what the reader believes of the foci in bone that a view shows, and the errors made."""
    errors: list[ReportError] = []
    seen = [f for f in foci if f.hot_spot_class in ("metastasis", "benign") and f.fine_region in _FINE_NAMES]
    seen = [focus for focus in seen if not focus.visible or any(focus.visible.values())]
    taken = {focus.fine_region for focus in seen}
    readings = [reading for focus in seen for reading in _read(focus, seen, taken, rates, draw, errors)]
    readings = _one_nature_a_place(readings, errors)
    readings = _vague_places(readings, rates, draw, errors)
    return tuple(_lumped(readings, rates, draw, errors)), tuple(errors)


def _read(
    focus: Focus, seen: Sequence[Focus], taken: set[str], rates: ReportErrorRates, draw: Draw, errors: list[ReportError]
) -> list[Reading]:
    name = focus.fine_region
    # A faint focus is missed more often than a hot one.
    if draw.chance(rates.omission * (1.6 if focus.contrast < 2 else 0.8)):
        errors.append(ReportError("omitted", name, ""))
        return []
    kind, nature = focus.kind, "metastatic" if focus.hot_spot_class == "metastasis" else "benign"
    if draw.chance(rates.wrong_nature):
        nature = "benign" if nature == "metastatic" else "metastatic"
        kind = _likely_benign_kind(name)
        errors.append(ReportError("wrong_nature", name, nature))
    elif draw.chance(_doubt(focus, seen)):
        nature = "uncertain"
    place = name
    if draw.chance(rates.wrong_side) and (other := _mirrored(name)) not in taken:
        place = other
        errors.append(ReportError("wrong_side", name, place))
    elif draw.chance(rates.wrong_level) and (other := _next_level(name, draw)) not in taken:
        place = other
        errors.append(ReportError("wrong_level", name, place))
    taken.add(place)
    cold = focus.kind.startswith(("cold", "lytic")) or focus.contrast < 0.8
    return [Reading(place, nature, kind, cold, focus.contrast, name)]


def _doubt(focus: Focus, seen: Sequence[Focus]) -> float:
    """Return how likely the reader leaves the nature open: most where the focus is alone or faint."""
    if focus.hot_spot_class == "benign":
        return 0.12
    return 0.45 if len(seen) <= 2 else (0.25 if focus.contrast < 2 else 0.08)


def _likely_benign_kind(name: str) -> str:
    fine = fine_region(name)
    if fine.region == "ribs":
        return "rib fracture"
    return "osteoarthritis" if fine.is_joint or fine.level else "benign lesion"


def _mirrored(name: str) -> str:
    if name.endswith("_left"):
        return name[: -len("left")] + "right"
    return name[: -len("right")] + "left" if name.endswith("_right") else name


def _next_level(name: str, draw: Draw) -> str:
    fine = fine_region(name)
    if not fine.level:
        return name
    step = draw.one((-1, 1))
    if fine.region == "ribs":
        other = f"rib_{int(fine.level) + step}_{fine.side}"
    else:
        other = f"vertebra_{fine.level[0]}{int(fine.level[1:]) + step}"
    return other if other in _FINE_NAMES else name


def _one_nature_a_place(readings: list[Reading], errors: list[ReportError]) -> list[Reading]:
    """Keep one reading a place, the gravest: nobody calls one vertebra both degenerative and metastatic in a list."""
    order = ("metastatic", "uncertain", "benign")
    best: dict[str, Reading] = {}
    for reading in sorted(readings, key=lambda r: order.index(r.nature)):
        kept = best.setdefault(reading.place, reading)
        if kept is not reading and kept.nature != reading.nature:
            errors.append(ReportError("lumped", reading.true_region, reading.place))
    return [reading for reading in readings if best[reading.place] is reading]


def _vague_places(
    readings: list[Reading], rates: ReportErrorRates, draw: Draw, errors: list[ReportError]
) -> list[Reading]:
    counts: dict[str, int] = {}
    for reading in readings:
        counts[place_channel(reading.place)] = counts.get(place_channel(reading.place), 0) + 1
    result = []
    for reading in readings:
        channel = place_channel(reading.place)
        # "The left 6th rib and the left ribs" is said by nobody, so only a channel's sole focus goes vague.
        if counts[channel] == 1 and _loses_by_vagueness(reading.place) and draw.chance(rates.vague_place * 1.5):
            errors.append(ReportError("vague", reading.true_region, channel))
            reading = replace(reading, place=channel)
        result.append(reading)
    return result


def _loses_by_vagueness(place: str) -> bool:
    if place not in _FINE_NAMES or fine_region(place).is_joint:
        return False
    divided = ("skull", "pelvis", "humerus", "femur", "leg", "sternum")
    return bool(fine_region(place).level) or fine_region(place).region in divided


def _lumped(readings: list[Reading], rates: ReportErrorRates, draw: Draw, errors: list[ReportError]) -> list[Reading]:
    """Name whole regions where four or more foci of a nature lie in one ("multiple left ribs")."""
    groups: dict[tuple[str, str], list[Reading]] = {}
    for reading in readings:
        if place_channel(reading.place) in SKELETON_CHANNEL_NAMES:
            groups.setdefault((place_channel(reading.place), reading.nature), []).append(reading)
    lumped: set[int] = set()
    result = []
    for (channel, nature), members in groups.items():
        alone = all(other == nature for other_channel, other in groups if other_channel == channel)
        if len(members) >= 4 and alone and draw.chance(rates.lumped):
            errors += [ReportError("lumped", member.true_region, channel) for member in members]
            lumped |= {id(member) for member in members}
            result.append(replace(members[0], place=channel, count=len(members)))
    return [reading for reading in readings if id(reading) not in lumped] + result
