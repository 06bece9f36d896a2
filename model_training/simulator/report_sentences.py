"""Single sentences of a report and how they are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .report_examination import Examination
from .report_grammar import Draft, Draw, Piece, PlaceList
from .report_reading import Reading, place_channel
from .report_wording import Wording, benign_kind

_STATUS_OF_RULE = {
    "uptake": "uptake",
    "uptake_led": "uptake",
    "cold": "uptake",
    "cold_metastatic": "metastatic",
    "cold_uncertain": "uncertain",
    "cold_benign": "benign",
    "metastatic": "metastatic",
    "metastatic_many": "metastatic",
    "uncertain": "uncertain",
    "benign": "benign",
    "diffuse_uptake": "uptake",
    "superscan_uptake": "uptake",
    "ct": "uptake",
    "ct_metastatic": "metastatic",
    "ct_benign": "benign",
    "ct_uncertain": "uncertain",
    "prior": "uptake",
    "prior_metastatic": "metastatic",
    "suv": "uptake",
    "row_metastatic": "metastatic",
    "row_uncertain": "uncertain",
    "row_benign": "benign",
    "row_uptake": "uptake",
    "change_new": "uptake",
    "change_new_metastatic": "metastatic",
    "change_grown": "uptake",
    "change_stable": "uptake",
    "change_shrunk": "uptake",
}
_FAINT_BELOW, _STRONG_FROM = 2.0, 4.0


@dataclass(frozen=True)
class Statement:
    """A sentence without its stop; ``judged`` where it says a nature."""

    draft: Draft
    judged: bool


def degree_of(readings: Sequence[Reading]) -> str:
    """Return how strong uptake is: "faint", "moderate", "strong", or "mixed" where several differ."""
    bands = {
        "faint" if r.contrast < _FAINT_BELOW else "strong" if r.contrast >= _STRONG_FROM else "moderate"
        for r in readings
    }
    return "mixed" if len(bands) > 1 else bands.pop() if bands else "moderate"


class Sentences:
    """Makes sentences by the rules of a wording, in the habits of one reader."""

    def __init__(self, wording: Wording, patient: Mapping[str, Any], examination: Examination, draw: Draw) -> None:
        self.wording = wording
        self._draw = draw
        self._examination = examination
        self._style = wording.draw_style(draw)
        self._wordy = draw.chance(0.12)
        self._patient_words = wording.patient_words(patient, draw)
        # All comparisons of a report are with one earlier scan.
        words = wording.number_words(1, "moderate", draw)
        self._date = {name: words[name] for name in ("y", "m", "d", "month") if name in words}
        kind = "spect" if examination.spect else "planar"
        for rule in ("scan", "rest_of"):
            self._patient_words[rule] = self._word(f"{rule}_{kind}")
        if examination.spect:
            self._patient_words["tail"] = ""

    def _gap(self) -> str:
        return " " if self.wording.stop.endswith(".") else ""

    def _about(self, chunk: tuple[Reading, ...], rule: str, form: int | None = None, **words: str) -> Statement:
        status = _STATUS_OF_RULE[rule]
        draft = Draft()
        pieces = self._name(chunk)
        references = self._words(sum(r.count for r in chunk), degree_of(chunk)) | self.wording.agree(pieces)
        references |= {"P": PlaceList(pieces, status), "kind": self._kind(chunk), "sign": self._sign(chunk)}
        references |= words
        self.wording.grammar.say(draft, self._draw, rule, references, form)
        return Statement(draft, status != "uptake")

    def _statement(self, rule: str, places: PlaceList | None = None, **words: str) -> Statement:
        draft = Draft()
        self._say(draft, rule, places, **words)
        return Statement(draft, False)

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

    def _words(self, number: int, degree: str = "moderate") -> dict[str, Any]:
        return self._patient_words | self.wording.number_words(number, degree, self._draw) | self._date

    def _say(self, draft: Draft, rule: str, places: PlaceList | None = None, **words: str) -> None:
        references = self._words(1) | words
        if places is not None:
            references |= self.wording.agree(places.pieces) | {"P": places}
        self.wording.grammar.say(draft, self._draw, rule, references)

    def _maybe(self, draft: Draft, rule: str, probability: float, **words: str) -> None:
        if self._draw.chance(min(2.5 * probability, 0.9) if self._wordy else probability):
            self._sentence(draft, self._statement(rule, None, **words))

    def _sentence(self, draft: Draft, statement: Statement) -> None:
        if draft.length and draft.parts[-1][-1] not in " \n：":
            draft.add(self._gap())
        draft.append(statement.draft)
        self._stop(draft)

    def _stop(self, draft: Draft) -> None:
        if draft.parts and draft.parts[-1][-1] not in "?？":
            draft.add(self.wording.stop)

    def _join(self, draft: Draft, statements: Sequence[Statement], one_sentence: bool = False) -> None:
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
            if draft.parts[-1][-1] in "?？":
                draft.add(self._gap())
                continue
            draft.add(mark)
            if mark == self.wording.stop:
                draft.add(self._gap())

    def _listed(self, draft: Draft, statements: Sequence[Statement], always: bool = False) -> None:
        """Write statements numbered, or (unless ``always``) run on."""
        if not always and ((len(statements) < 2 and self._draw.chance(0.9)) or self._draw.chance(0.4)):
            self._join(draft, statements)
            return
        number = self._draw.one(self.wording.numbers)
        line_end = self._draw.one(("\n", "\n", self._gap()))
        if line_end == "\n" and self._draw.chance(0.7):
            draft.end_line()
        for index, statement in enumerate(statements):
            draft.add(number.format(n=index + 1))
            draft.append(statement.draft)
            self._stop(draft)
            if index < len(statements) - 1:
                draft.add(line_end)
