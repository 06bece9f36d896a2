"""The impression of a report: what the reader takes the findings for."""

from __future__ import annotations

from .report_changes import overall
from .report_findings import Findings
from .report_grammar import Draft
from .report_reading import Reading
from .report_sentences import Statement
from .report_wording import benign_kind


class Impression(Findings):
    """Writes what it means."""

    def _impression(self, described: bool, short: bool) -> list[Statement]:
        """Return the impression's statements; ``described`` where findings stand before it."""
        if not self._readings:
            rule = self._draw.one((self._normal_rule(), self._normal_rule(), "no_metastasis"))
            statements = [self._statement(self._normal_rule() if self._examination.spect else rule)]
        else:
            statements = self._judged_statements(described)
        if self._readings and not self._examination.superscan and self._draw.chance(0.2):
            statements.append(self._statement("rest"))
        statements += self._compared(described)
        if not short and self._draw.chance(0.15):
            statements.append(self._statement("advice"))
        return statements

    def _compared(self, described: bool) -> list[Statement]:
        """Say how the whole picture changed, and without findings also which foci did."""
        if self._examination.changes is None:
            return []
        statements = [] if described else self._comparisons(0.5)
        which = overall(self._readings, self._examination.resolved)
        if which and self._draw.chance(0.9):
            statements.append(self._statement(f"overall_{which}"))
        return statements

    def _judged_statements(self, described: bool) -> list[Statement]:
        natures = {r.nature for r in self._readings}
        one_nature = len(natures) == 1 < len(self._readings) and not any(r.cold for r in self._readings)
        if described and one_nature and not self._diffuse and self._draw.chance(0.3):
            return [self._above(natures.pop())]
        statements = self._malignant_statements(described)
        benign = self._grouped_by_kind()
        # What the findings explained is often left out of the impression.
        if not (described and self._malignant and self._draw.chance(0.25)):
            statements += [self._about(group, "cold_benign" if group[0].cold else "benign") for group in benign]
        if not self._malignant and not self._examination.spect and self._draw.chance(0.5):
            statements.append(self._statement("no_metastasis"))
        return statements

    def _malignant_statements(self, described: bool) -> list[Statement]:
        if self._diffuse:
            if self._examination.superscan and self._draw.chance(0.8):
                return [self._told_as_a_whole("superscan_metastatic")]
            rules = ("diffuse_metastatic", "diffuse_metastatic", "metastatic_many")
            return [self._told_as_a_whole(self._draw.one(rules))]
        statements = []
        metastatic = tuple(r for r in self._readings if r.nature == "metastatic" and not r.cold)
        if described and len(metastatic) >= 4 and not self._examination.spect and self._draw.chance(0.35):
            statements.append(self._statement("diffuse_metastatic"))
        elif metastatic:
            chunks = self._chunks(metastatic) if self._draw.chance(0.15) else [metastatic]
            statements += [self._about(chunk, self._nature_rule(chunk)) for chunk in chunks]
        if uncertain := tuple(r for r in self._readings if r.nature == "uncertain" and not r.cold):
            statements.append(self._about(uncertain, "uncertain"))
        for nature in ("metastatic", "uncertain"):
            if cold := tuple(r for r in self._readings if r.nature == nature and r.cold):
                statements.append(self._about(cold, f"cold_{nature}"))
        return statements

    def _above(self, nature: str) -> Statement:
        draft = Draft()
        references = self._words(len(self._readings)) | {"kind": self._kind(self._readings)}
        kinds = {benign_kind(r.kind) for r in self._readings}
        if nature == "benign" and len(kinds) > 1:
            references["kind"] = self._kind(())
        self.wording.grammar.say(draft, self._draw, f"above_{nature}", references)
        return Statement(draft, True)

    def _grouped_by_kind(self) -> list[tuple[Reading, ...]]:
        groups: dict[tuple[str, bool], list[Reading]] = {}
        for reading in self._readings:
            if reading.nature == "benign":
                groups.setdefault((benign_kind(reading.kind), reading.cold), []).append(reading)
        return [tuple(group) for group in groups.values()]
