"""The findings of a report: what takes up tracer, what does not, what CT and the earlier scan showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from BoneMetSegLib.anatomy import FINE_REGIONS, VERTEBRA_LEVELS

from .report_changes import CHANGES
from .report_errors import ReportError, ReportErrorRates
from .report_examination import Examination
from .report_grammar import Draft, Draw, Piece, PlaceList
from .report_places import joined
from .report_reading import Reading, error_of, place_channel, place_slot
from .report_sentences import Sentences, Statement, degree_of
from .report_wording import Wording, benign_kind

# At this rate of lumping half of the reports of ten and more metastases speak of "multiple bone metastases".
_USUAL_LUMPED = 0.30
_SYMMETRIC_JOINTS = ("shoulder_joint", "sacroiliac_joint", "sternoclavicular_joint", "knee_joint", "hip_joint")
# Skeleton channels of the regions that a tomography of the trunk holds.
_FIELDS: dict[str, tuple[str, ...]] = {
    "chest": ("thoracic_spine", "sternum", "ribs", "scapula", "clavicle"),
    "abdomen": ("lumbar_spine",),
    "pelvis": ("sacrum", "pelvis"),
    "": ("thoracic_spine", "lumbar_spine", "sternum", "ribs", "pelvis", "sacrum"),
}


class Findings(Sentences):
    """Writes what is seen."""

    def __init__(
        self,
        wording: Wording,
        patient: Mapping[str, Any],
        examination: Examination,
        readings: Sequence[Reading],
        rates: ReportErrorRates,
        draw: Draw,
    ) -> None:
        super().__init__(wording, patient, examination, draw)
        self._readings = tuple(readings)
        self._said_channels = {place_channel(reading.place) for reading in readings}
        self._field = _FIELDS.get(str(patient.get("field") or ""), _FIELDS[""])
        self._diffuse = not examination.spect and self._is_told_as_a_whole(rates)
        told_as_a_whole = self._malignant if self._diffuse else ()
        self.errors: tuple[ReportError, ...] = tuple(
            error_of("lumped", one, "whole_skeleton") for reading in told_as_a_whole for one in reading.seen
        )

    @property
    def _malignant(self) -> tuple[Reading, ...]:
        return tuple(r for r in self._readings if r.nature != "benign")

    def _is_told_as_a_whole(self, rates: ReportErrorRates) -> bool:
        metastatic = sum(r.nature == "metastatic" for r in self._readings)
        often = 1.0 if metastatic >= 10 and self._examination.superscan else 0.5 if metastatic >= 10 else 0.12
        return metastatic >= 5 and self._draw.chance(often * rates.lumped / _USUAL_LUMPED)

    # ---- all of them

    def _findings(self, report: Draft, judged: bool) -> None:
        spect = "_spect" if self._examination.spect else ""
        self._maybe(report, f"preamble{spect}", 0.35)
        self._maybe(report, "visible", 0.3)
        physiology_first = self._draw.chance(0.3)
        if physiology_first:
            self._physiology(report, 0.6)
        if not spect and self._draw.chance(0.12):
            self._system(report, judged)
        else:
            self._join(report, self._findings_statements(judged))
        self._around(report)
        if not physiology_first:
            self._physiology(report, 0.45)
        self._conditions(report)

    def _findings_statements(self, judged: bool) -> list[Statement]:
        if not self._readings:
            return self._normal_statements()
        statements = self._negated_statements(0.2)
        readings = self._readings
        if self._diffuse:
            rule = "superscan_uptake" if self._examination.superscan else "diffuse_uptake"
            statements.append(self._told_as_a_whole(rule))
            readings = tuple(r for r in readings if r.nature == "benign")
        statements += [self._finding(chunk, judged) for chunk in self._chunks(readings)]
        if not statements or (not self._examination.superscan and self._draw.chance(0.75)):
            statements.append(self._statement("rest"))
        return statements

    def _normal_statements(self) -> list[Statement]:
        statements = self._negated_statements(0.6)
        if not statements or self._draw.chance(0.5):
            statements.append(self._statement("rest" if statements else self._normal_rule()))
        return statements

    def _normal_rule(self) -> str:
        return "normal_spect" if self._examination.spect else "normal"

    def _negated_statements(self, probability: float) -> list[Statement]:
        """Name some normal regions, or normal joints, that no finding lies in."""
        if self._examination.superscan or not self._draw.chance(probability):
            return []
        if not self._examination.spect and self._draw.chance(0.2):
            return self._normal_joints()
        units: list[list[Piece]] = []
        covered: set[str] = set()
        wanted = self._draw.number(1, 5)
        for words, channels in self._draw.shuffled(self.wording.wide_regions):
            if (
                len(units) < wanted
                and covered.isdisjoint(channels)
                and self._said_channels.isdisjoint(channels)
                and self._in_field(channels)
            ):
                units.append([Piece(self._draw.one(words), channels)])
                covered |= set(channels)
        pieces = joined(units, self.wording.list_mark, self._draw.one(self.wording.last_marks))
        return [self._statement("negated", PlaceList(pieces, "negated"))] if pieces else []

    def _in_field(self, channels: Sequence[str]) -> bool:
        if not self._examination.spect:
            return True
        return all(channel.removesuffix("_left").removesuffix("_right") in self._field for channel in channels)

    def _normal_joints(self) -> list[Statement]:
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

    # ---- one statement each

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

    def _finding(self, chunk: tuple[Reading, ...], judged: bool) -> Statement:
        natures = {(r.nature, benign_kind(r.kind) if r.nature == "benign" else "") for r in chunk}
        if chunk[0].cold:
            return self._about(chunk, f"cold_{chunk[0].nature}" if judged and len(natures) == 1 else "cold")
        # Benign uptake is explained where it is described more often than not.
        explained = judged or self._draw.chance(0.5 if chunk[0].nature == "benign" else 0.1)
        if len(natures) == 1 and explained:
            return self._about(chunk, self._nature_rule(chunk))
        if len(chunk) >= 3 and self._draw.chance(0.15):
            return self._led(chunk)
        return self._about(chunk, "uptake")

    def _nature_rule(self, chunk: tuple[Reading, ...]) -> str:
        nature = chunk[0].nature
        many = nature == "metastatic" and len(chunk) >= 3 and not self._examination.spect
        return "metastatic_many" if many and self._draw.chance(0.2) else nature

    def _led(self, chunk: tuple[Reading, ...]) -> Statement:
        """Name all of them, then the hottest again."""
        led = max(chunk, key=lambda r: r.contrast)
        draft = Draft()
        pieces = self._name(chunk)
        references = self._words(len(chunk), degree_of(chunk)) | self.wording.agree(pieces)
        references |= {"P": PlaceList(pieces, "uptake"), "Q": PlaceList(self._name((led,)), "uptake")}
        self.wording.grammar.say(draft, self._draw, "uptake_led", references)
        return Statement(draft, False)

    def _told_as_a_whole(self, rule: str) -> Statement:
        """Speak of the whole skeleton, and of the regions that hold the most foci."""
        counts: dict[str, int] = {}
        for reading in self._malignant:
            channel = place_channel(reading.place)
            counts[channel] = counts.get(channel, 0) + reading.count
        regions = sorted(counts, key=lambda name: -counts[name])[: self._draw.number(2, 5)]
        status = "uptake" if rule.endswith("_uptake") else "metastatic"
        pieces = self.wording.name_places({name: counts[name] for name in regions}, self._style, self._draw)
        draft = Draft()
        references = self._words(len(self._malignant), "mixed") | {"P": PlaceList(pieces, status)}
        self.wording.grammar.say(draft, self._draw, rule, references)
        return Statement(draft, status != "uptake")

    def _system(self, report: Draft, judged: bool) -> None:
        """Describe the skeleton region by region, each under its own word."""
        line_end = "\n" if self._draw.chance(0.5) else self._gap()
        if line_end == "\n":
            report.end_line()
        elif report.length and report.parts[-1][-1] not in " \n：":
            report.add(self._gap())
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

    # ---- CT, the earlier scan, measurements, organs, operations

    def _around(self, report: Draft) -> None:
        known = () if self._diffuse else tuple(r for r in self._readings if not r.cold)
        invented = self._examination.changes is None
        times = self._draw.number(2, 8) if self._wordy else 1
        compared = False
        for reading in self._draw.shuffled(known)[:times]:
            if self._draw.chance(0.5 if self._wordy else 0.15):
                self._sentence(report, self._about((reading,), self._ct_rule(reading)))
            if invented and self._draw.chance(0.3 if self._wordy else 0.1):
                told = reading.nature == "metastatic" and self._draw.chance(0.5)
                self._sentence(report, self._about((reading,), "prior_metastatic" if told else "prior"))
                compared = True
        if not invented:
            for statement in self._comparisons(0.85):
                self._sentence(report, statement)
        elif not compared:
            self._maybe(report, "prior_plain", 0.06)
        self._maybe(report, "ct_plain", 0.07)
        if self._draw.chance(0.06) and (normal := self._level_negated(invented)):
            self._sentence(report, normal)
        for reading in self._measured():
            suv = f"{self._examination.suv_max[reading.seen[0].number]:.1f}"
            self._sentence(report, self._about((reading,), "suv", suv=suv))

    def _measured(self) -> tuple[Reading, ...]:
        values = self._examination.suv_max if self._examination.spect else {}
        found = tuple(r for r in self._readings if len(r.seen) == 1 and r.seen[0].number in values and not r.cold)
        return found[: self._draw.number(1, 4)] if found and self._draw.chance(0.65) else ()

    def _ct_rule(self, reading: Reading) -> str:
        if reading.nature == "metastatic" and self._draw.chance(0.4):
            return "ct"
        return f"ct_{reading.nature}"

    def _comparisons(self, probability: float) -> list[Statement]:
        """Say how each group of foci changed since the earlier scan; all of it is true of what the reader saw."""
        statements = []
        for change in CHANGES:
            group = () if self._diffuse else tuple(r for r in self._readings if r.change == change and not r.cold)
            if not group or not self._draw.chance(probability):
                continue
            told = change == "new" and all(r.nature == "metastatic" for r in group) and self._draw.chance(0.4)
            statements.append(self._about(group, "change_new_metastatic" if told else f"change_{change}"))
        gone = {one.focus.fine_region: 1 for one in self._examination.resolved if self._is_free(one.focus.fine_region)}
        if gone and self._draw.chance(probability):
            pieces = self.wording.name_places(gone, self._style, self._draw)
            statements.append(self._statement("change_resolved", PlaceList(pieces, "negated")))
        return statements

    def _is_free(self, place: str) -> bool:
        """Return whether nothing else is said of a place, so that it may be called normal."""
        if self._diffuse or place_channel(place) in {r.place for r in self._readings}:
            return False
        return place_slot(place) not in {place_slot(r.place) for r in self._readings}

    def _level_negated(self, may_resolve: bool) -> Statement | None:
        """A lesion of an earlier scan that is gone, or a painful place without uptake: where nothing is said now."""
        free = [f.name for f in FINE_REGIONS if f.level and place_channel(f.name) not in self._said_channels]
        free = free or [f"vertebra_{level}" for level in VERTEBRA_LEVELS if self._is_free(f"vertebra_{level}")]
        free = [name for name in free if self._in_field((place_channel(name),))]
        if not free or self._diffuse:
            return None
        pieces = self.wording.name_places({self._draw.one(free): 1}, self._style, self._draw)
        rule = self._draw.one(("resolved", "pain_negative")) if may_resolve else "pain_negative"
        return self._statement(rule, PlaceList(pieces, "negated"))

    def _physiology(self, report: Draft, probability: float) -> None:
        examination, sides = self._examination, self.wording.sides
        if examination.superscan:
            self._maybe(report, "physiology_superscan", 0.7)
        elif examination.missing_kidney:
            self._maybe(report, "physiology_missing", probability, side=sides[examination.missing_kidney])
        else:
            self._maybe(report, "physiology", probability * (0.4 if examination.spect else 1.0))
        if examination.hydronephrosis:
            self._maybe(report, "physiology_retention", 0.5, side=sides[examination.hydronephrosis])
        if examination.ureter:
            self._maybe(report, "physiology_ureter", 0.3, side=sides[examination.ureter])
        if examination.contamination:
            self._maybe(report, "contamination", 0.35)
        if examination.injection is not None and not examination.spect:
            rule = "injection" if examination.injection else "injection_plain"
            self._maybe(report, rule, 0.35, side=sides.get(examination.injection, ""))

    def _conditions(self, report: Draft) -> None:
        for condition in self._examination.conditions:
            where = self.wording.where(condition)
            if where and self._draw.chance(0.6):
                self._sentence(report, self._statement(f"condition_{condition.kind}", where=where))
