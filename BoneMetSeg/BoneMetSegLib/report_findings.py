"""What a report says of each place: findings with side, level, status, certainty and characters (floor 2).

A clause is cut into stretches at its commas and joining words; each stretch that names places takes the cues of its own
words and of the stretches behind it that name none ("T8椎体浓聚, 考虑转移"). What is the patient's history, another
examination's picture, or the technique is no finding of the scan.
"""

# ruff: noqa: E501 (patterns and lists of words)

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .anatomy import FINE_REGIONS, SKELETON_CHANNEL_NAMES, WHOLE_SKELETON_SLOT
from .report import Clause, Report
from .report_lexicon import SKELETON, spelt
from .report_natures import Judgement, is_cold, judge
from .report_places import NamedPlace, named_places


@dataclass(frozen=True)
class Finding:
    """One statement of a report about one place on this scan.

    Attributes
    ----------
    start, end : int
        Characters of the report's text that name the place.
    clause : int
        Index in ``Report.clauses``.
    region : str
        A reporting region's name, or "skeleton".
    side : {"left", "right", "bilateral", ""}
        "" where none is said.
    levels : tuple of str
        Vertebrae ("T8", "T9") or ribs ("6"), each level of a range; empty where none is named.
    status : str
        One of ``segmentation.STATUSES``.
    certainty : {"definite", "probable", "possible"}
    part : str
        The part of the region that ``anatomy.py`` knows ("ilium"), or "".
    is_cold : bool
        Less uptake than normal, or a purely lytic focus.
    """

    start: int
    end: int
    clause: int
    region: str
    side: str
    levels: tuple[str, ...]
    status: str
    certainty: str = "definite"
    part: str = ""
    is_cold: bool = False

    @property
    def level(self) -> str:
        """Name of the level or range: "T8", "T8-T10", or ""."""
        return (
            self.levels[0]
            if len(self.levels) == 1
            else "-".join((self.levels[0], self.levels[-1]))
            if self.levels
            else ""
        )

    @property
    def slots(self) -> tuple[str, ...]:
        """The text slots it means (``anatomy.TEXT_SLOTS``); both sides where a paired bone has none said."""
        return slots_of(self.region, self.side, self.levels)


_LEVEL_SLOTS = {(fine.region, fine.side, fine.level): fine.name for fine in FINE_REGIONS if fine.level}


def slots_of(region: str, side: str, levels: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the text slots that a place means."""
    if region == SKELETON:
        return (WHOLE_SKELETON_SLOT,)
    if region in SKELETON_CHANNEL_NAMES:  # not paired
        named = tuple(
            _LEVEL_SLOTS[region, "midline", level] for level in levels if (region, "midline", level) in _LEVEL_SLOTS
        )
        return named or (region,)
    sides = (side,) if side in ("left", "right") else ("left", "right")
    named = tuple(
        _LEVEL_SLOTS[region, one, level] for one in sides for level in levels if (region, one, level) in _LEVEL_SLOTS
    )
    return named or tuple(f"{region}_{one}" for one in sides)


# ---- what is no finding of the scan ---------------------------------------------------------------------------------

_OTHER_EXAMINATION = re.compile(
    r"(?<!spect/)(?<!spect-)(?<!spect)(?<![a-z])(?:pet[/-]?)?(?:ct|mri?|pet|mr|x-?rays?|radiographs?|radiography)(?![a-z])|x线|平片|核磁|磁共振|超声"
)
_OF_THIS_SCAN = re.compile(
    r"浓聚|浓集|摄取|放射性|显像剂|示踪剂|核素|代谢|骨显像|显像示|本次显像|骨扫描|uptake|tracer|scintigra|bone scan|(?<![a-z])avid|accumulat|hot spot|activity"
)
_HISTORY = re.compile(
    r"(?<!根据)(?<!原发)(?<!结合)(?<!依据)病史|(?<!病)史(?=[,。;\s]|$)|既往|主诉|患者(?:诉|因|自述)|诉|疼痛|骨痛|腰痛|术后\d|术后[一二三四五六七八九十半两]|化疗|放疗[后中]|"
    r"(?<![a-z])(?:history of|h/o|complain\w*|pain|painful|presents?|presented|status post|s/p|diagnosed|underwent|previous(?:ly)? (?:fracture|surgery|trauma|"
    r"operation|injury|known)|prior (?:fracture|surgery|trauma|operation|injury)|known to have|known case)(?![a-z])"
)
_SKELETON_OF_EXAMINATION = re.compile(r"全身骨?(?:骼)?(?=\s?(?:显像|扫描|断层|静态|动态|平面|spect|ect))")
_CLEAR_EXAMINATION = re.compile(
    r"全身骨?(?:骼)?(?=(?:显像|扫描)(?:检查)?(?:结果)?(?:为|示|:|,|呈)?\s?(?:阴性|正常|未见|大致正常))|全身骨(?!骼)(?=[未无多各])"
)
_PHYSIOLOGICAL = re.compile("生理性|physiolog")
_DIFFUSE = re.compile(
    r"广泛|弥漫|多发|大量|散在|无数|diffuse|multiple|widespread|extensive|numerous|innumerable|throughout"
)
_SIGNS = re.compile("features|changes|signs of|consistent|due to|compatible|改变|考虑")
_LIST_NUMBER = re.compile(r"\s*[(]?\d{1,2}\s?[)、.:](?=\s*[^\d\s])")
_CONFIRMED = re.compile(
    r"证实|考虑|为|系|符合|confirm|match|correspond|consistent|due to|documented|shown|on (?:the )?(?:ct|mri|radiograph)|likely|probabl|remain|consider|represent"
)
_MULTIPLE = re.compile(
    r"(?:全身)?(?:多发性?|广泛性?|弥漫性?)骨?(?:骼)?转移\w{0,1}|(?:multiple|widespread|diffuse|disseminated|extensive)\s(?:\w+\s)?(?:(?:bone|bony|osseous|skeletal)\s)?metasta\w+"
)

# ---- stretches ------------------------------------------------------------------------------------------------------

_COMMA = re.compile(r"[,，:、](?!\d)|,(?=\s)|(?<=[^\d\s]),")
_JOINING = re.compile(
    r"(?<![a-z])(?:but|however|while|whereas|although|except(?: for)?|apart from|other than|with the exception of)(?![a-z])|而(?!且)|但|然而|除(?=[^,。]{1,40}外)"
)
_LONGEST_HEADING = 60
_LONGEST_UNIT = 600  # characters of stretches that may add to one statement
_LONGEST_REFERENCE = 60  # statements that "all of these" may reach back over
_NEAR = 80
_AND = re.compile(r"(?<![a-z])(?:and|with)(?![a-z])|[,，;]")
_ALL = re.compile(r"均|以上|上述|皆|都(?=考虑|为|是)|(?<![a-z])(?:all|both|these|the above|above)(?![a-z])")
_FORMER = re.compile(r"前者|the former|(?<![a-z])former(?![a-z])")
_LATTER = re.compile(r"后者|the latter|(?<![a-z])latter(?![a-z])")
_ABOVE = re.compile(r"以上|上述|前述|(?<![a-z])(?:the above|above|aforementioned|these (?:findings|lesions|foci))")
_EXCEPT = re.compile(r"除|except|apart from|other than|with the exception of")


@dataclass
class _Stretch:
    """Part of a clause, with the places that it names."""

    start: int
    end: int
    places: list[NamedPlace]


@dataclass
class _Unit:
    """Places that share their words."""

    places: list[NamedPlace]
    text: str
    judgement: Judgement
    silent: bool = False


def read_findings(report: Report) -> tuple[Finding, ...]:
    """Return the findings that lexicon and grammar read in a report, in the order of its text."""
    text = spelt(report.normalised.lower())
    found: list[Finding] = []
    for index, clause in enumerate(report.clauses):
        if not report.tells(clause):
            continue
        new = _clause_findings(text[clause.start : clause.end], index, clause)
        if not new:
            found = _told_above(text[clause.start : clause.end], clause.section, found, report.clauses)
        found += new
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _told_above(text: str, section: str, found: list[Finding], clauses: Sequence[Clause]) -> list[Finding]:
    """Give the nature that "以上考虑转移" tells to the uptake above it, in the same section."""
    if not _ABOVE.search(text):
        return found
    said = judge(text)
    if not said.is_nature:
        return found
    reached = found[-_LONGEST_REFERENCE:]
    return found[: len(found) - len(reached)] + [
        replace(one, status=said.status, certainty=said.certainty)
        if one.status == "uptake" and clauses[one.clause].section == section
        else one
        for one in reached
    ]


def _clause_findings(text: str, index: int, clause: Clause) -> list[Finding]:
    if number := _LIST_NUMBER.match(text):  # "2、右侧第6肋" names one rib
        text = " " * number.end() + text[number.end() :]
    places = _without_headings(text, _places_of(text))
    if not places:
        return _multiple(text, index, clause)
    if _is_history(text) and not _OF_THIS_SCAN.search(text) and not _SIGNS.search(text):
        return []
    units = _units(text, places)
    return [
        Finding(
            clause.start + place.start,
            clause.start + place.end,
            index,
            place.region,
            place.side,
            place.levels,
            _status(place, unit),
            unit.judgement.certainty,
            place.part,
            unit_is_cold,
        )
        for unit, unit_is_cold in [(unit, is_cold(unit.text)) for unit in units]
        for place in unit.places
        if unit.judgement.status
        and not (place.region == SKELETON and unit.judgement.status == "uptake" and not _DIFFUSE.search(unit.text))
    ]


def _status(place: NamedPlace, unit: _Unit) -> str:
    """Return the status; physiological uptake of all the other bones is absence of a finding."""
    if place.region == SKELETON and unit.judgement.status == "benign" and _PHYSIOLOGICAL.search(unit.text):
        return "negated"
    return unit.judgement.status


def _places_of(text: str) -> list[NamedPlace]:
    """Return the places of a clause, without "全身骨" where it names the examination."""
    examinations = {match.start() for match in _SKELETON_OF_EXAMINATION.finditer(text)}
    cleared = [match.span() for match in _CLEAR_EXAMINATION.finditer(text)]
    places = [place for place in named_places(text) if not (place.region == SKELETON and place.start in examinations)]
    taken = {place.start for place in places}
    places += [NamedPlace(a, b, SKELETON, chain=-1 - n) for n, (a, b) in enumerate(cleared) if a not in taken]
    return sorted(places, key=lambda place: place.start)


def _without_headings(text: str, places: list[NamedPlace]) -> list[NamedPlace]:
    """Return the places without those before a colon at the clause's beginning, where others follow: "Spine: T7 ..."."""
    colon = text.find(":", 0, _LONGEST_HEADING)
    before = [place for place in places if place.end <= colon]
    if not before or len(before) == len(places) or any(place.side or place.levels for place in before):
        return places
    return [place for place in places if place.end > colon] if judge(text[:colon]).status == "" else places


def _multiple(text: str, index: int, clause: Clause) -> list[Finding]:
    """Return "multiple bone metastases" without a place as a statement about the skeleton."""
    match = _MULTIPLE.search(text)
    if match is None or _is_history(text):
        return []
    said = judge(text)
    if said.status not in ("metastatic", "uncertain", "negated"):
        return []
    start, end = clause.start + match.start(), clause.start + match.end()
    return [Finding(start, end, index, SKELETON, "", (), said.status, said.certainty)]


def _is_history(text: str) -> bool:
    return _HISTORY.search(text) is not None


def _is_other_examination(text: str) -> bool:
    return _OTHER_EXAMINATION.search(text) is not None and _OF_THIS_SCAN.search(text) is None


def _stretches(text: str, places: Sequence[NamedPlace]) -> list[_Stretch]:
    """Cut a clause at commas and joining words that stand in no coordination of places, and between two of those."""
    inside = [(a.start, b.end) for a, b in pairwise(places) if a.chain == b.chain]
    inside += [(place.start, place.end) for place in places]
    inside.sort()
    cuts: list[int] = []
    spans = iter(inside)
    a, b = next(spans, (len(text), len(text)))
    for match in sorted((*_COMMA.finditer(text), *_JOINING.finditer(text)), key=lambda one: one.start()):
        while b <= match.start():
            a, b = next(spans, (len(text) + 1, len(text) + 1))
        if not a <= match.start() < b:
            cuts.append(match.end() if match.group() in ",，:、" else match.start())
    bounds = [0, *sorted(set(cuts)), len(text)]
    stretches = []
    position = 0
    for start, end in pairwise(bounds):
        mine = []
        while position < len(places) and places[position].start < end:
            mine.append(places[position])
            position += 1
        stretches += _split_chains(text, start, end, mine)
    return stretches


def _split_chains(text: str, start: int, end: int, places: list[NamedPlace]) -> list[_Stretch]:
    """Cut between two coordinations within one stretch: what stands between belongs to one of them."""
    chains: list[list[NamedPlace]] = []
    for place in places:
        if chains and chains[-1][-1].chain == place.chain:
            chains[-1].append(place)
        else:
            chains.append([place])
    if len(chains) < 2:
        return [_Stretch(start, end, places)]
    result = []
    begin = start
    for one, other in pairwise(chains):
        gap_start, gap_end = one[-1].end, other[0].start
        gap = text[gap_start:gap_end]
        joins = list(_AND.finditer(gap))
        leads = judge(text[max(begin, one[0].start - _NEAR) : one[0].start]).status
        if joins and judge(text[gap_start + joins[-1].start() : min(end, gap_end + _NEAR)]).status:
            cut = gap_start + joins[-1].start()
        elif leads and gap.isascii():
            cut = gap_start  # "uptake in the left femur no metastasis in the skull"
        else:
            cut = gap_end  # "左侧髂骨浓聚右侧髂骨未见异常"
        result.append(_Stretch(begin, cut, one))
        begin = cut
    result.append(_Stretch(begin, end, chains[-1]))
    return result


def _units(text: str, places: Sequence[NamedPlace]) -> list[_Unit]:
    """Return the places of a clause with what is said of them."""
    units: list[_Unit] = []
    lead = ""
    waiting: list[NamedPlace] = []
    for stretch in _stretches(text, places):
        words = text[stretch.start : stretch.end]
        own = _without(words, stretch)
        silent = (_is_other_examination(words) or _is_history(words)) and not _OF_THIS_SCAN.search(words)
        if stretch.places:
            if silent:
                units.append(_Unit(stretch.places, "", Judgement(""), silent=True))
                continue
            said = judge(own)
            named = [*waiting, *stretch.places]
            waiting = []
            if _EXCEPT.match(words.lstrip()) and said.status in ("", "negated"):
                said = Judgement("uptake")
            if not units and said.status in ("", "uptake"):
                led = judge(lead)
                said = led if led.status and (led.is_nature or not said.status) else said
            units.append(_Unit(named, own, said))
        elif silent and not (_CONFIRMED.search(words) and judge(own).is_nature):
            continue
        elif units:
            _told_behind(units, own)
        else:
            lead += own
    _fill(units)
    return [unit for unit in units if unit.places]


def _without(words: str, stretch: _Stretch) -> str:
    """Return a stretch's words with its places blanked: "hot" in a place's name is no cue."""
    pieces, position = [], 0
    for place in stretch.places:
        a, b = max(place.start - stretch.start, position), place.end - stretch.start
        if b > a:
            pieces += [words[position:a], "_" * (b - a)]
            position = b
    return "".join([*pieces, words[position:]])


def _told_behind(units: list[_Unit], words: str) -> None:
    """Let a stretch without a place speak of the places before it."""
    last = units[-1]
    if not last.places:
        return
    said = judge(words)
    if _FORMER.search(words) or _LATTER.search(words):
        _told_of_one(units, words, said)
    elif last.silent:
        # What another examination shows is no finding, what the reader concludes of it is.
        if said.is_nature and (_CONFIRMED.search(words) or said.status == "uncertain"):
            last.judgement, last.silent = said, False
    elif _ALL.search(words) and said.status:
        for unit in units[-_LONGEST_REFERENCE:]:
            if unit.places and not unit.silent and unit.judgement.status in ("", "uptake"):
                unit.judgement = said
    elif len(last.text) < _LONGEST_UNIT:  # what is said farther away is said of something else
        _told_of_last(units, words, said)


def _told_of_one(units: list[_Unit], words: str, said: Judgement) -> None:
    """Let "the former" or "the latter" speak of one of the last two places."""
    units[-2:] = _one_by_one(units[-2:])
    which = [unit for unit in units[-_LONGEST_REFERENCE:] if unit.places]
    if said.status:
        which[max(len(which) - 2, 0) if _FORMER.search(words) else -1].judgement = said


def _told_of_last(units: list[_Unit], words: str, said: Judgement) -> None:
    """Let a stretch speak of the last places, and its nature of those before them whose nature nobody told."""
    last = units[-1]
    last.text = f"{last.text},{words}"
    before, now = last.judgement, judge(last.text)
    if before.is_nature and said.status in ("uptake", "negated", ""):
        return
    # A denial of a cause leaves the uptake: "T5浓聚, 未见骨折征象".
    if before.status == "uptake" and said.status == "negated" and now.status != "negated":
        return
    last.judgement = now
    if said.is_nature:
        for unit in reversed(units[:-1][-_LONGEST_REFERENCE:]):
            if not unit.places or unit.judgement.status not in ("", "uptake"):
                break
            unit.judgement = said


def _one_by_one(units: list[_Unit]) -> list[_Unit]:
    return [_Unit([place], unit.text, unit.judgement, unit.silent) for unit in units for place in unit.places]


def _fill(units: list[_Unit]) -> None:
    """Let places with no words of their own share those of the next ones, else of the ones before."""
    for unit, behind in zip(reversed(units[:-1]), reversed(units[1:]), strict=False):
        if not (unit.silent or behind.silent or unit.judgement.status):
            unit.judgement = behind.judgement
    for before, unit in pairwise(units):
        if not (unit.silent or before.silent or unit.judgement.status):
            unit.judgement = before.judgement
