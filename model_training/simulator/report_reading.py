"""What a simulated reader makes of a patient's foci: the truth, with a few human errors, each noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

from BoneMetSegLib.anatomy import FINE_REGIONS, SKELETON_CHANNEL_NAMES, TEXT_SLOTS, fine_region, slot_of

from .report_errors import ReportError, ReportErrorRates
from .report_grammar import Draw

_FINE_NAMES = frozenset(fine.name for fine in FINE_REGIONS)
FAINT_BELOW = 2.0
COLD_BELOW = 0.8
_GRAVITY = ("metastatic", "uncertain", "benign")


class Focus(Protocol):
    """What the writer needs to know of a focus of uptake; ``number``, ``lesion_id`` and ``suv_max`` are optional."""

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
class SeenFocus:
    """A focus in bone, numbered, with whether the scan shows it."""

    focus: Focus
    number: int
    lesion_id: Any
    shows: bool


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
        Where the focus is; "" for one that is not there.
    count : int
        How many foci it stands for.
    seen : tuple of SeenFocus
        These foci.
    change : str
        Against the earlier scan: one of ``report_changes.CHANGES`` where all its foci changed alike, else "".
    """

    place: str
    nature: str
    kind: str
    cold: bool
    contrast: float
    true_region: str
    count: int = 1
    seen: tuple[SeenFocus, ...] = ()
    change: str = ""


@cache
def place_slot(place: str) -> str:
    """Return the text slot of a place that is a fine region or already a slot."""
    return TEXT_SLOTS[slot_of(place)] if place in _FINE_NAMES else place


@cache
def place_channel(place: str) -> str:
    """Return the skeleton channel's name of a place."""
    return SKELETON_CHANNEL_NAMES[fine_region(place).channel] if place in _FINE_NAMES else place


def is_cold(focus: Focus) -> bool:
    """Return whether a focus is photopenic."""
    return focus.kind.startswith(("cold", "lytic")) or focus.contrast < COLD_BELOW


def foci_in_bone(foci: Iterable[Focus]) -> tuple[SeenFocus, ...]:
    """Return the foci that a reader could speak of: metastases and benign ones; physiological ones are no lesions.

    A cold focus shows where its counts fall below 0.8 of its surroundings, a hot one where a view shows it by the
    truth's rule (or where it is not said whether one does).
    """
    found = []
    for index, focus in enumerate(foci):
        if focus.hot_spot_class not in ("metastasis", "benign") or focus.fine_region not in _FINE_NAMES:
            continue
        shows = focus.contrast < COLD_BELOW if is_cold(focus) else not focus.visible or any(focus.visible.values())
        number = int(getattr(focus, "number", index + 1))
        found.append(SeenFocus(focus, number, getattr(focus, "lesion_id", None), bool(shows)))
    return tuple(found)


def read_foci(
    seen: Sequence[SeenFocus], rates: ReportErrorRates, draw: Draw
) -> tuple[tuple[Reading, ...], tuple[ReportError, ...]]:
    """Return what the reader believes of the foci, and the errors made."""
    errors: list[ReportError] = []
    read = [one for one in seen if one.shows or draw.chance(rates.invisible_reported)]
    taken = {one.focus.fine_region for one in seen}
    readings = [reading for one in read for reading in _read(one, read, taken, rates, draw, errors)]
    if draw.chance(rates.added) and (added := _added(taken, draw, errors)):
        readings.append(added)
    readings = _one_nature_a_place(readings, errors)
    readings = _vague_places(readings, rates, draw, errors)
    return tuple(_lumped(readings, rates, draw, errors)), tuple(errors)


def error_of(kind: str, seen: SeenFocus, said: str) -> ReportError:
    """Return an error about a focus."""
    return ReportError(kind, seen.focus.fine_region, said, seen.number, seen.lesion_id)


def _read(
    one: SeenFocus,
    read: Sequence[SeenFocus],
    taken: set[str],
    rates: ReportErrorRates,
    draw: Draw,
    errors: list[ReportError],
) -> list[Reading]:
    focus, name = one.focus, one.focus.fine_region
    cold = is_cold(focus)
    missed = rates.missed_cold if cold else rates.missed_faint if focus.contrast < FAINT_BELOW else rates.missed
    if draw.chance(missed):
        errors.append(error_of("missed", one, ""))
        return []
    kind, nature = focus.kind, "metastatic" if focus.hot_spot_class == "metastasis" else "benign"
    if draw.chance(rates.wrong_nature):
        nature = "benign" if nature == "metastatic" else "metastatic"
        kind = _likely_benign_kind(name)
        errors.append(error_of("wrong nature", one, nature))
    elif draw.chance(_doubt(focus, read, rates)):
        nature = "uncertain"
    place = name
    if draw.chance(rates.wrong_side) and (other := _mirrored(name)) not in taken:
        place = other
        errors.append(error_of("wrong side", one, place))
    elif draw.chance(rates.wrong_level) and (other := _next_level(name, draw)) not in taken:
        place = other
        errors.append(error_of("wrong level", one, place))
    taken.add(place)
    return [Reading(place, nature, kind, cold, focus.contrast, name, 1, (one,))]


def _added(taken: set[str], draw: Draw, errors: list[ReportError]) -> Reading | None:
    """Return a focus that is not there: noise at a rib, a joint, a vertebra taken for a faint focus."""
    free = [fine for fine in FINE_REGIONS if fine.name not in taken]
    likely = [fine for fine in free if fine.is_joint or fine.region in ("ribs", "thoracic_spine", "lumbar_spine")]
    if not likely:
        return None
    name = draw.one(likely).name
    taken.add(name)
    nature = draw.one(("uncertain", "uncertain", "benign", "benign", "metastatic"))
    errors.append(ReportError("added", "", name))
    return Reading(name, nature, _likely_benign_kind(name), False, 1.4, "")


def _doubt(focus: Focus, read: Sequence[SeenFocus], rates: ReportErrorRates) -> float:
    """Return how likely the reader leaves the nature open: most where the focus is alone or faint."""
    if focus.hot_spot_class == "benign":
        return rates.doubt_benign
    if len(read) <= 2:
        return rates.doubt_alone
    return rates.doubt_faint if focus.contrast < FAINT_BELOW else rates.doubt


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
    best: dict[str, Reading] = {}
    for reading in sorted(readings, key=lambda r: _GRAVITY.index(r.nature)):
        kept = best.setdefault(reading.place, reading)
        if kept is reading:
            continue
        if kept.nature != reading.nature:
            errors += [error_of("lumped", one, reading.place) for one in reading.seen]
        best[reading.place] = replace(kept, seen=kept.seen + reading.seen)
    return [best.pop(reading.place) for reading in readings if reading.place in best]


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
        if counts[channel] == 1 and _loses_by_vagueness(reading.place) and draw.chance(rates.vague):
            errors += [error_of("vague", one, channel) for one in reading.seen]
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
        if place_channel(reading.place) in SKELETON_CHANNEL_NAMES and not reading.cold:
            groups.setdefault((place_channel(reading.place), reading.nature), []).append(reading)
    channels = [place_channel(reading.place) for reading in readings]
    lumped: set[int] = set()
    result = []
    for (channel, _), members in groups.items():
        alone = channels.count(channel) == len(members)
        if len(members) >= 4 and alone and draw.chance(rates.lumped):
            seen = tuple(one for member in members for one in member.seen)
            errors += [error_of("lumped", one, channel) for one in seen]
            lumped |= {id(member) for member in members}
            result.append(replace(members[0], place=channel, count=len(members), seen=seen))
    return [reading for reading in readings if id(reading) not in lumped] + result
