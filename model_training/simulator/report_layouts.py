"""Whole reports: which sections they have, in which order, run on, numbered, in rows or as a letter."""

from __future__ import annotations

from .report_grammar import Draft, PlaceList
from .report_impression import Impression

# Layouts of the training reports as often as they are drawn, and those held back for testing.
TRAINING_LAYOUTS = (
    ("full",) * 6
    + ("sections",) * 6
    + ("plain",) * 4
    + ("impression",) * 3
    + ("one_line",) * 2
    + ("findings", "numbered", "numbered", "rows")
)
HELD_BACK_LAYOUTS = ("impression_first",) * 3 + ("letter",) * 2 + ("table",) * 2 + ("sections",) * 3 + ("plain",) * 2
_HEADED = ("full", "sections", "numbered", "rows", "table", "impression_first")


class Author(Impression):
    """Composes one report."""

    def report(self) -> Draft:
        """Return the whole report."""
        layout = self._draw.one(self.wording.layouts)
        report = Draft()
        if layout == "one_line":
            statements = self._impression(described=False, short=True)
            self._join(report, statements, one_sentence=self._draw.chance(0.7))
        elif layout == "letter":
            self._letter(report)
        elif layout == "impression_first":
            self._impression_section(report, layout, described=False)
            report.end_line()
            self._findings_section(report, layout, judged=False)
        elif layout == "impression":
            self._impression_section(report, layout, described=False)
        else:
            if layout == "full" or (layout in ("numbered", "rows") and self._draw.chance(0.4)):
                self._opening(report)
            self._findings_section(report, layout, judged=layout == "findings" or self._draw.chance(0.25))
            if layout != "findings" and not (layout in ("rows", "table") and self._draw.chance(0.35)):
                if layout in _HEADED or self._draw.chance(0.5):
                    report.end_line()
                else:
                    report.add(self._gap())
                self._impression_section(report, layout, described=True)
        report.trim()
        return report

    # ---- sections

    def _opening(self, report: Draft) -> None:
        exam = "exam_spect_heading" if self._examination.spect else "exam_heading"
        for rule, probability in ((exam, 0.6), ("agent_heading", 0.5)):
            if self._draw.chance(probability):
                self._say(report, rule)
                report.end_line()
        if self._draw.chance(0.8):
            self._clinical(report)
        if self._readings and self._draw.chance(0.12):
            # Pain says nothing of uptake: the place is named and not a mention.
            pain = Draft()
            self._say(pain, "history_place", PlaceList(self._name((self._draw.one(self._readings),)), "uptake"))
            report.add(f"{pain.text}{self.wording.stop}\n")

    def _clinical(self, report: Draft) -> None:
        history = self._word("history")
        for condition in self._examination.conditions:
            where = self.wording.where(condition)
            if where and self._draw.chance(0.5):
                words = Draft()
                self._say(words, f"history_{condition.kind}", where=where)
                history += self.wording.list_mark + words.text
        self._say(report, "clinical_heading", history=history)
        report.end_line()

    def _findings_section(self, report: Draft, layout: str, judged: bool) -> None:
        if layout in _HEADED or (layout == "findings" and self._draw.chance(0.5)):
            report.add(self._draw.one(self.wording.findings_headings))
        if layout == "numbered":
            self._listed(report, self._findings_statements(judged), always=True)
            self._around(report)
        elif layout in ("rows", "table") and self._readings and not self._diffuse:
            self._rows(report)
        else:
            self._findings(report, judged)

    def _rows(self, report: Draft) -> None:
        """Write one line for each group of foci, in shorthand."""
        form = self._draw.number(0, 4)
        for chunk in self._chunks(self._readings):
            natures = {r.nature for r in chunk}
            kinds = {r.kind for r in chunk} if natures == {"benign"} else {""}
            rule = f"row_{chunk[0].nature}" if len(natures) == len(kinds) == 1 else "row_uptake"
            statement = self._finding(chunk, judged=True) if chunk[0].cold else self._about(chunk, rule, form)
            report.end_line()
            report.append(statement.draft)
        if not self._examination.superscan and self._draw.chance(0.7):
            report.end_line()
            report.append(self._statement("rest").draft)
        compared = self._comparisons(0.8) if self._examination.changes is not None else []
        if compared:
            report.end_line()
            self._join(report, compared)

    def _impression_section(self, report: Draft, layout: str, described: bool) -> None:
        headed = layout in _HEADED or (layout == "impression" and self._draw.chance(0.6)) or self._draw.chance(0.4)
        if headed:
            if layout == "plain":
                report.end_line()
            report.add(self._draw.one(self.wording.impression_headings))
        self._listed(report, self._impression(described, short=False))

    def _letter(self, report: Draft) -> None:
        """Write to the colleague who sent the patient."""
        self._sentence(report, self._statement("letter_open"))
        report.end_line()
        self._findings(report, judged=False)
        report.end_line()
        self._join(report, self._impression(described=True, short=True))
        report.end_line()
        self._sentence(report, self._statement("letter_close"))
