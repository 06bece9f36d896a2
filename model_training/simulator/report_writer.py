"""Writes the diagnostic report of a simulated patient, with the truth for teaching reading.

Reports are written from the patient's foci through a reader who errs a little, not from the image's mask. Each
anatomical phrase in the text is noted with the places it means and what its clause says of them.

"上述病灶考虑骨转移" and "the above findings" name no place: they are mentions of the whole skeleton. Injection site,
kidneys and bladder are no places of the skeleton and never mentions; neither are the places of pain in a history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, VERTEBRA_LEVELS
from BoneMetSegLib.errors import InputError

from .report_foci import SimpleFocus, random_foci
from .report_grammar import Draft, Draw, Piece, PlaceList, WrittenMention
from .report_places import joined
from .report_reading import (
    DEFAULT_ERROR_RATES,
    NO_ERRORS,
    Focus,
    Reading,
    ReportError,
    ReportErrorRates,
    place_channel,
    read_foci,
)
from .report_wording import Wording, benign_kind
from .wording_en import ENGLISH
from .wording_zh import CHINESE

__all__ = [
    "DEFAULT_ERROR_RATES",
    "NO_ERRORS",
    "ReportError",
    "ReportErrorRates",
    "SimpleFocus",
    "WrittenMention",
    "WrittenReport",
    "random_foci",
    "write_report",
]

WORDINGS: dict[str, Wording] = {"zh": CHINESE, "en": ENGLISH}

_LAYOUTS = (
    ("full",) * 6 + ("sections",) * 6 + ("plain",) * 4 + ("impression",) * 3 + ("one_line",) * 2 + ("findings",) * 1
)
_STATUS_OF_RULE = {
    "uptake": "uptake",
    "uptake_led": "uptake",
    "cold": "uptake",
    "cold_metastatic": "metastatic",
    "metastatic": "metastatic",
    "metastatic_many": "metastatic",
    "uncertain": "uncertain",
    "benign": "benign",
    "diffuse_uptake": "uptake",
    "negated": "negated",
    "negated_joints": "negated",
    "resolved": "negated",
    "pain_negative": "negated",
    "ct": "uptake",
    "ct_metastatic": "metastatic",
    "ct_benign": "benign",
    "ct_uncertain": "uncertain",
    "prior": "uptake",
    "prior_metastatic": "metastatic",
}
_SYMMETRIC_JOINTS = ("shoulder_joint", "sacroiliac_joint", "sternoclavicular_joint", "knee_joint", "hip_joint")


@dataclass(frozen=True)
class WrittenReport:
    """A report as written.

    Attributes
    ----------
    text : str
    mentions : tuple of WrittenMention
        Every anatomical phrase that says something of the skeleton, by start.
    errors : tuple of ReportError
        What the simulated reader got wrong.
    """

    text: str
    mentions: tuple[WrittenMention, ...]
    errors: tuple[ReportError, ...]


def write_report(
    foci: Iterable[Focus],
    patient: Mapping[str, Any],
    language: str,
    rng: np.random.Generator,
    *,
    report_error_rates: ReportErrorRates = DEFAULT_ERROR_RATES,
) -> WrittenReport:
    """Write a report of a patient's foci.

    Parameters
    ----------
    foci : iterable of objects
        With ``hot_spot_class``, ``fine_region``, ``kind``, ``side``, ``visible``, ``contrast`` as in ``SimpleFocus``.
        A focus that no view shows is not read; a physiological one never names a bone.
    patient : mapping
        May hold ``sex`` ("male", "female"), ``age`` (years), ``hours_after_injection`` and ``activity_mbq``.
    language : {"zh", "en"}
    rng : numpy.random.Generator
        One number is drawn from it; the same state writes the same report.
    report_error_rates : ReportErrorRates

    Raises
    ------
    InputError
        The language is not known.
    """
    if language not in WORDINGS:
        raise InputError(f"reports are written in {' or '.join(WORDINGS)}, not in {language!r}")
    draw = Draw(int(rng.integers(2**62)))
    readings, errors = read_foci(foci, report_error_rates, draw)
    author = _Author(WORDINGS[language], patient, readings, report_error_rates.lumped > 0, draw)
    draft = author.report()
    text = author.wording.finish(draft.text, draw)
    return WrittenReport(text, tuple(draft.mentions), errors + author.errors)


@dataclass(frozen=True)
class _Statement:
    """A sentence without its stop; ``judged`` where it says a nature."""

    draft: Draft
    judged: bool


class _Author:
    """Composes one report."""

    def __init__(
        self, wording: Wording, patient: Mapping[str, Any], readings: Sequence[Reading], may_lump: bool, draw: Draw
    ) -> None:
        self.wording = wording
        self._draw = draw
        self._style = wording.draw_style(draw)
        self._wordy = draw.chance(0.12)
        self._patient_words = wording.patient_words(patient, draw)
        self._readings = tuple(readings)
        self._said_channels = {place_channel(reading.place) for reading in readings}
        self._diffuse = self._is_told_as_a_whole(may_lump)
        told_as_a_whole = self._malignant if self._diffuse else ()
        self.errors = tuple(ReportError("lumped", reading.true_region, "whole_skeleton") for reading in told_as_a_whole)

    # ---- layout

    def report(self) -> Draft:
        """Return the whole report."""
        layout = self._draw.one(_LAYOUTS)
        report = Draft()
        if layout == "one_line":
            self._join(report, self._impression(layout, short=True), one_sentence=self._draw.chance(0.7))
            return report
        if layout == "full":
            self._opening(report)
        if layout != "impression":
            if layout in ("full", "sections") or (layout == "findings" and self._draw.chance(0.5)):
                report.add(self._draw.one(self.wording.findings_headings))
            self._findings(report, judged=layout == "findings" or self._draw.chance(0.25))
        if layout == "findings":
            return report
        if report.length:
            report.add("\n" if layout in ("full", "sections") or self._draw.chance(0.5) else self._gap())
        if (layout != "plain" and (layout != "impression" or self._draw.chance(0.6))) or self._draw.chance(0.4):
            if layout == "plain" and report.text[-1:] != "\n":
                report.add("\n")
            report.add(self._draw.one(self.wording.impression_headings))
        self._listed(report, self._impression(layout, short=False))
        return report

    def _gap(self) -> str:
        return " " if self.wording.stop.endswith(".") else ""

    def _opening(self, report: Draft) -> None:
        for rule, probability in (("exam_heading", 0.6), ("agent_heading", 0.5), ("clinical_heading", 0.8)):
            if self._draw.chance(probability):
                self._say(report, rule)
                report.add("\n")
        if self._readings and self._draw.chance(0.12):
            # Pain says nothing of uptake: the place is named and not a mention.
            pain = Draft()
            self._say(pain, "history_place", PlaceList(self._name((self._draw.one(self._readings),)), "uptake"))
            report.add(f"{pain.text}{self.wording.stop}\n")

    # ---- findings

    def _findings(self, report: Draft, judged: bool) -> None:
        self._maybe(report, "preamble", 0.35)
        self._maybe(report, "visible", 0.4)
        physiology_first = self._draw.chance(0.3)
        if physiology_first:
            self._maybe(report, "physiology", 0.6)
        if self._draw.chance(0.12):
            self._system(report, judged)
        else:
            self._join(report, self._findings_statements(judged))
        self._around(report)
        if not physiology_first:
            self._maybe(report, "physiology", 0.45)
        self._maybe(report, "injection", 0.1)

    def _findings_statements(self, judged: bool) -> list[_Statement]:
        if not self._readings:
            return self._normal_statements()
        statements = self._negated_statements(0.2)
        readings = self._readings
        if self._diffuse:
            statements.append(self._told_as_a_whole("diffuse_uptake"))
            readings = tuple(r for r in readings if r not in self._malignant)
        statements += [self._finding(chunk, judged) for chunk in self._chunks(readings)]
        if not statements or self._draw.chance(0.75):
            statements.append(self._statement("rest"))
        return statements

    def _normal_statements(self) -> list[_Statement]:
        statements = self._negated_statements(0.6)
        if not statements or self._draw.chance(0.5):
            statements.append(self._statement("rest" if statements else "normal"))
        return statements

    def _negated_statements(self, probability: float) -> list[_Statement]:
        """Name some normal regions, or normal joints, that no finding lies in."""
        if not self._draw.chance(probability):
            return []
        if self._draw.chance(0.2):
            return self._normal_joints()
        units: list[list[Piece]] = []
        covered: set[str] = set()
        wanted = self._draw.number(1, 5)
        for words, channels in self._draw.shuffled(self.wording.wide_regions):
            if len(units) < wanted and covered.isdisjoint(channels) and self._said_channels.isdisjoint(channels):
                units.append([Piece(self._draw.one(words), channels)])
                covered |= set(channels)
        pieces = joined(units, self.wording.list_mark, self._draw.one(self.wording.last_marks))
        return [self._statement("negated", PlaceList(pieces, "negated"))] if pieces else []

    def _normal_joints(self) -> list[_Statement]:
        stems = [s for s in _SYMMETRIC_JOINTS if place_channel(f"{s}_left") not in self._said_channels]
        stems = [s for s in stems if place_channel(f"{s}_right") not in self._said_channels]
        places = {
            f"{s}_{side}": 1
            for s in self._draw.shuffled(stems)[: self._draw.number(1, 2)]
            for side in ("left", "right")
        }
        if not places:
            return []
        pieces = self.wording.name_places(places, self._style, self._draw)
        return [self._statement("negated_joints", PlaceList(pieces, "negated"))]

    def _chunks(self, readings: Sequence[Reading]) -> list[tuple[Reading, ...]]:
        """Divide readings into those named in one breath: all, by nature, by region, or one by one."""
        cold = tuple(r for r in readings if r.cold)
        hot = tuple(r for r in readings if not r.cold)
        how = self._draw.one(("all", "nature", "nature", "region", "region", "each"))
        if self._wordy and self._draw.chance(0.7):
            how = "each"
        if how == "each" and len(hot) > (30 if self._wordy else 5):
            how = "region"
        key = {
            "all": lambda _: "",
            "nature": lambda r: (r.nature, benign_kind(r.kind) if r.nature == "benign" else ""),
            "region": lambda r: place_channel(r.place).split("_")[0],
            "each": lambda r: r.place,
        }[how]
        chunks: dict[object, list[Reading]] = {}
        for reading in self._draw.shuffled(hot) if self._draw.chance(0.5) else hot:
            chunks.setdefault(key(reading), []).append(reading)
        if cold:
            chunks["cold"] = list(cold)
        return [tuple(chunk) for chunk in chunks.values()]

    def _finding(self, chunk: tuple[Reading, ...], judged: bool) -> _Statement:
        natures = {(r.nature, benign_kind(r.kind) if r.nature == "benign" else "") for r in chunk}
        if chunk[0].cold:
            told = judged and natures == {("metastatic", "")}
            return self._about(chunk, "cold_metastatic" if told else "cold")
        # Benign uptake is explained where it is described more often than not.
        explained = judged or self._draw.chance(0.5 if chunk[0].nature == "benign" else 0.1)
        if len(natures) == 1 and explained:
            return self._about(chunk, self._nature_rule(chunk))
        if len(chunk) >= 3 and self._draw.chance(0.15):
            return self._led(chunk)
        return self._about(chunk, "uptake")

    def _led(self, chunk: tuple[Reading, ...]) -> _Statement:
        """Name all of them, then the hottest again."""
        led = max(chunk, key=lambda r: r.contrast)
        draft = Draft()
        references = {"P": PlaceList(self._name(chunk), "uptake"), "Q": PlaceList(self._name((led,)), "uptake")}
        self.wording.grammar.say(draft, self._draw, "uptake_led", self._words(len(chunk)) | references)
        return _Statement(draft, False)

    def _system(self, report: Draft, judged: bool) -> None:
        """Describe the skeleton region by region, each under its own word."""
        line_end = "\n" if self._draw.chance(0.5) else self._gap()
        if line_end == "\n" and report.length and report.text[-1] != "\n":
            report.add("\n")
        for words, channels in self.wording.system:
            word = self._draw.one(words)
            readings = tuple(r for r in self._readings if place_channel(r.place) in channels)
            if not readings:
                report.add_places(PlaceList((Piece(word, channels),), "negated"))
                report.add(self.wording.colon)
                self._say(report, "nothing")
                report.add(f"{self.wording.stop}{line_end}")
                continue
            report.add(f"{word}{self.wording.colon}")
            self._join(report, [self._finding(chunk, judged) for chunk in self._chunks(readings)])
            report.add(line_end)

    def _around(self, report: Draft) -> None:
        """Sentences about CT and earlier scans."""
        known = () if self._diffuse else self._readings
        times = self._draw.number(2, 8) if self._wordy else 1
        compared = False
        for reading in self._draw.shuffled(known)[:times]:
            if self._draw.chance(0.5 if self._wordy else 0.15):
                self._sentence(report, self._about((reading,), self._ct_rule(reading)))
            if self._draw.chance(0.3 if self._wordy else 0.1):
                told = reading.nature == "metastatic" and self._draw.chance(0.5)
                self._sentence(report, self._about((reading,), "prior_metastatic" if told else "prior"))
                compared = True
        if not compared:
            self._maybe(report, "prior_plain", 0.06)
        self._maybe(report, "ct_plain", 0.07)
        if self._draw.chance(0.06):
            self._sentence(report, self._level_negated())

    def _ct_rule(self, reading: Reading) -> str:
        if reading.cold or (reading.nature == "metastatic" and self._draw.chance(0.4)):
            return "ct"
        return f"ct_{reading.nature}"

    def _level_negated(self) -> _Statement:
        """A lesion of an earlier scan that is gone, or a painful place without uptake: where nothing is said now."""
        free = [f.name for f in FINE_REGIONS if f.level and place_channel(f.name) not in self._said_channels]
        free = free or [f"vertebra_{level}" for level in VERTEBRA_LEVELS if not self._names(f"vertebra_{level}")]
        if not free:
            return self._statement("rest")
        pieces = self.wording.name_places({self._draw.one(free): 1}, self._style, self._draw)
        return self._statement(self._draw.one(("resolved", "pain_negative")), PlaceList(pieces, "negated"))

    def _names(self, place: str) -> bool:
        return any(reading.place in (place, place_channel(place)) for reading in self._readings)

    # ---- impression

    def _impression(self, layout: str, short: bool) -> list[_Statement]:
        described = layout not in ("impression", "one_line")
        if not self._readings:
            statements = [self._statement(self._draw.one(("normal", "normal", "no_metastasis")))]
        else:
            statements = self._judged_statements(described)
        if self._readings and self._draw.chance(0.2):
            statements.append(self._statement("rest"))
        if not short and self._draw.chance(0.15):
            statements.append(self._statement("advice"))
        return statements

    def _judged_statements(self, described: bool) -> list[_Statement]:
        natures = {r.nature for r in self._readings}
        if described and len(natures) == 1 and not self._diffuse and self._draw.chance(0.3):
            return [self._above(natures.pop())]
        statements = self._malignant_statements(described)
        benign = self._grouped_by_kind()
        # What the findings explained is often left out of the impression.
        if not (described and self._malignant and self._draw.chance(0.25)):
            statements += [self._about(group, "benign") for group in benign]
        if not self._malignant and self._draw.chance(0.5):
            statements.append(self._statement("no_metastasis"))
        return statements

    def _malignant_statements(self, described: bool) -> list[_Statement]:
        if self._diffuse:
            return [
                self._told_as_a_whole(self._draw.one(("diffuse_metastatic", "diffuse_metastatic", "metastatic_many")))
            ]
        statements = []
        metastatic = tuple(r for r in self._readings if r.nature == "metastatic")
        if described and len(metastatic) >= 4 and self._draw.chance(0.35):
            statements.append(self._statement("diffuse_metastatic"))
        elif metastatic:
            chunks = self._chunks(metastatic) if self._draw.chance(0.15) else [metastatic]
            statements += [self._about(chunk, self._nature_rule(chunk)) for chunk in chunks]
        if uncertain := tuple(r for r in self._readings if r.nature == "uncertain"):
            statements.append(self._about(uncertain, "uncertain"))
        return statements

    def _above(self, nature: str) -> _Statement:
        draft = Draft()
        references = self._words(len(self._readings)) | {"kind": self._kind(self._readings)}
        kinds = {benign_kind(r.kind) for r in self._readings}
        if nature == "benign" and len(kinds) > 1:
            references["kind"] = self._kind(())
        self.wording.grammar.say(draft, self._draw, f"above_{nature}", references)
        return _Statement(draft, True)

    def _grouped_by_kind(self) -> list[tuple[Reading, ...]]:
        groups: dict[str, list[Reading]] = {}
        for reading in self._readings:
            if reading.nature == "benign":
                groups.setdefault(benign_kind(reading.kind), []).append(reading)
        return [tuple(group) for group in groups.values()]

    # ---- all together

    @property
    def _malignant(self) -> tuple[Reading, ...]:
        return tuple(r for r in self._readings if r.nature != "benign")

    def _is_told_as_a_whole(self, may_lump: bool) -> bool:
        metastatic = sum(r.nature == "metastatic" for r in self._readings)
        return may_lump and metastatic >= 5 and self._draw.chance(0.5 if metastatic >= 10 else 0.12)

    def _told_as_a_whole(self, rule: str) -> _Statement:
        """Speak of the whole skeleton, and of the regions that hold the most foci."""
        counts: dict[str, int] = {}
        for reading in self._malignant:
            channel = place_channel(reading.place)
            counts[channel] = counts.get(channel, 0) + reading.count
        regions = sorted(counts, key=lambda name: -counts[name])[: self._draw.number(2, 5)]
        status = "metastatic" if rule != "diffuse_uptake" else "uptake"
        pieces = self.wording.name_places({name: counts[name] for name in regions}, self._style, self._draw)
        draft = Draft()
        references = self._words(len(self._malignant)) | {"P": PlaceList(pieces, status)}
        self.wording.grammar.say(draft, self._draw, rule, references)
        return _Statement(draft, rule != "diffuse_uptake")

    # ---- sentences

    def _nature_rule(self, chunk: tuple[Reading, ...]) -> str:
        nature = chunk[0].nature
        return "metastatic_many" if nature == "metastatic" and len(chunk) >= 3 and self._draw.chance(0.2) else nature

    def _about(self, chunk: tuple[Reading, ...], rule: str) -> _Statement:
        status = _STATUS_OF_RULE[rule]
        draft = Draft()
        pieces = self._name(chunk)
        references = self._words(sum(r.count for r in chunk)) | self.wording.agree(pieces)
        references |= {"P": PlaceList(pieces, status), "kind": self._kind(chunk), "sign": self._sign(chunk)}
        self.wording.grammar.say(draft, self._draw, rule, references)
        return _Statement(draft, status != "uptake")

    def _statement(self, rule: str, places: PlaceList | None = None) -> _Statement:
        draft = Draft()
        self._say(draft, rule, places)
        return _Statement(draft, False)

    def _kind(self, chunk: Sequence[Reading]) -> str:
        kind = benign_kind(chunk[0].kind) if chunk else "other"
        if kind == "degenerative" and all(place_channel(r.place).endswith("_spine") for r in chunk):
            kind = "degenerative_spine"
        return self._word(f"kind_{kind}")

    def _sign(self, chunk: Sequence[Reading]) -> str:
        kind = benign_kind(chunk[0].kind)
        return self._word(f"sign_{kind if kind in ('degenerative', 'fracture', 'compression') else 'other'}")

    def _word(self, rule: str) -> str:
        said = Draft()
        self.wording.grammar.say(said, self._draw, rule, self._patient_words)
        return said.text

    def _name(self, chunk: Sequence[Reading]) -> tuple[Piece, ...]:
        return self.wording.name_places({r.place: r.count for r in chunk}, self._style, self._draw)

    def _words(self, number: int) -> dict[str, Any]:
        return self._patient_words | self.wording.number_words(number, self._draw)

    def _say(self, draft: Draft, rule: str, places: PlaceList | None = None) -> None:
        references = self._words(1)
        if places is not None:
            references |= self.wording.agree(places.pieces) | {"P": places}
        self.wording.grammar.say(draft, self._draw, rule, references)

    def _maybe(self, draft: Draft, rule: str, probability: float) -> None:
        if self._draw.chance(min(2.5 * probability, 0.9) if self._wordy else probability):
            self._sentence(draft, self._statement(rule))

    def _sentence(self, draft: Draft, statement: _Statement) -> None:
        if draft.length and draft.parts[-1][-1] not in " \n：":
            draft.add(self._gap())
        draft.append(statement.draft)
        self._stop(draft)

    def _stop(self, draft: Draft) -> None:
        if draft.parts[-1][-1] not in "?？":
            draft.add(self.wording.stop)

    def _join(self, draft: Draft, statements: Sequence[_Statement], one_sentence: bool = False) -> None:
        """Write statements as sentences, some of them joined within one.

        A comma would let a nature said behind it reach back to mere uptake before it, so it joins only like and like.
        """
        if draft.length and draft.parts[-1][-1] not in " \n：":
            draft.add(self._gap())
        joiner = self._draw.one(self.wording.joiners)
        comma = self.wording.joiners[0]
        for index, statement in enumerate(statements):
            draft.append(statement.draft)
            if index == len(statements) - 1:
                self._stop(draft)
                return
            following = statements[index + 1]
            mark = comma if one_sentence or self._draw.chance(0.2) else joiner
            if mark == comma and statement.judged != following.judged and following.judged:
                mark = self.wording.stop
            draft.add(mark)
            if mark == self.wording.stop:
                draft.add(self._gap())

    def _listed(self, draft: Draft, statements: Sequence[_Statement]) -> None:
        """Write the impression: numbered, or run on."""
        if (len(statements) < 2 and self._draw.chance(0.9)) or self._draw.chance(0.4):
            self._join(draft, statements)
            return
        number = self._draw.one(self.wording.numbers)
        line_end = self._draw.one(("\n", "\n", self._gap()))
        if line_end == "\n" and draft.length and draft.parts[-1][-1] != "\n" and self._draw.chance(0.7):
            draft.add("\n")
        for index, statement in enumerate(statements):
            draft.add(number.format(n=index + 1))
            draft.append(statement.draft)
            self._stop(draft)
            if index < len(statements) - 1:
                draft.add(line_end)
