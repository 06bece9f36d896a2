"""What each patient is read with: one table of conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from BoneMetSegLib.errors import InputError
from model_training.simulator.foci import Focus

from . import report_variants
from .examination import foci_of, is_tomography

WORDING_KEYS = {"training": "reports", "held_back": "reports_held_back"}
"""Wording to the key of a case's json."""


@dataclass(frozen=True)
class Patient:
    """A patient of the cohort, and what was drawn for the reports.

    Attributes
    ----------
    index : int
        Place in the cohort.
    path : Path
        The case's npz.
    meta : mapping
        Its json.
    language : {"zh", "en"}
        Drawn; of all reports but ``zh`` and ``en``.
    wording : {"training", "held_back"}
    other, unlike : mapping
        The json of the patient whose report is read as "another patient's", and of one with unlike disease.
    seed : int
        Of the evaluation.
    """

    index: int
    path: Path
    meta: Mapping[str, Any]
    language: str
    wording: str
    other: Mapping[str, Any]
    unlike: Mapping[str, Any]
    seed: int

    @property
    def foci(self) -> tuple[Focus, ...]:
        """The foci that are true of the case; of a tomography those in its field."""
        return foci_of(self.meta)

    def own(self, language: str = "", wording: str = "") -> str:
        """Return the patient's own report, in the drawn language and wording where nothing else is asked."""
        return report_text(self.meta, language or self.language, wording or self.wording)

    def write(self, foci: Iterable[Focus], which: int) -> str:
        """Return an exact reader's report of these foci in the drawn language and wording."""
        seed = (self.seed, self.index, which)
        facts, kind = self.meta["patient"], "planar"
        if is_tomography(self.meta):
            facts, kind = {**facts, "field": self.meta["field"]}, "spect"
        return report_variants.written(tuple(foci), facts, self.language, self.wording, seed, kind)

    @property
    def unnamed(self) -> set[int]:
        """Numbers of the metastases that ``half_named`` leaves out."""
        return report_variants.unnamed_half(self.foci, (self.seed, self.index, 3))


def report_text(meta: Mapping[str, Any], language: str, wording: str) -> str:
    """Return the text of a report that a case's json holds."""
    return str(meta[WORDING_KEYS[wording]][language]["text"])


@dataclass(frozen=True)
class Condition:
    """One way to read a patient.

    Attributes
    ----------
    name : str
        Key in all results.
    words : str
        In tables.
    report : callable or None
        Patient to report text; None reads the image alone.
    rule : {"", "image", "report"}
        "": the network's finding. "image": the image-only hot spots, kept or dropped by a rule. "report": no image.
    exact_statuses : bool
        The rule takes the true status of every place, not what the network read in the report.
    """

    name: str
    words: str
    report: Callable[[Patient], str] | None
    rule: Literal["", "image", "report"] = ""
    exact_statuses: bool = False


def _half_named(patient: Patient) -> str:
    return patient.write([focus for focus in patient.foci if focus.number not in patient.unnamed], 4)


def _own(patient: Patient) -> str:
    return patient.own()


CONDITIONS: tuple[Condition, ...] = (
    Condition("image_only", "image only", None),
    Condition("report", "with the report", _own),
    Condition("training_wording", "report in the wording of training", lambda p: p.own(wording="training")),
    Condition("held_back", "report in held-back wording", lambda p: p.own(wording="held_back")),
    Condition("zh", "report in Chinese", lambda p: p.own("zh")),
    Condition("en", "report in English", lambda p: p.own("en")),
    Condition(
        "other_report",
        "with another patient's report",
        lambda p: report_text(p.other, p.language, p.wording),
    ),
    Condition(
        "other_unlike",
        "with the report of a patient with unlike disease",
        lambda p: report_text(p.unlike, p.language, p.wording),
    ),
    Condition(
        "flipped",
        "metastatic and benign exchanged in the report",
        lambda p: p.write(report_variants.flipped(p.foci), 1),
    ),
    Condition(
        "wrong_side",
        "every sided finding reported on the other side",
        lambda p: p.write(report_variants.on_the_other_side(p.foci), 2),
    ),
    Condition("half_named", "report that names half of the metastases", _half_named),
    Condition("exact_report", "report without errors or doubt (oracle)", lambda p: p.write(p.foci, 5)),
    Condition("report_only", "report without the image (rule)", _own, rule="report"),
    Condition("rule", "image only + rule on the report", _own, rule="image"),
    Condition(
        "rule_exact",
        "image only + rule on the true status of every place (oracle)",
        None,
        rule="image",
        exact_statuses=True,
    ),
)
BASIC = ("image_only", "report", "other_report")
"""What a model card needs."""


def chosen_conditions(names: Iterable[str] | None) -> tuple[Condition, ...]:
    """Return conditions by name in the table's order, all without names; image_only is always among them.

    Raises
    ------
    InputError
        A name is not known.
    """
    if names is None:
        return CONDITIONS
    wanted = {"image_only", *names}
    known = {condition.name for condition in CONDITIONS}
    if unknown := sorted(wanted - known):
        raise InputError(f"there is no condition {unknown[0]!r}; known are {', '.join(c.name for c in CONDITIONS)}")
    return tuple(condition for condition in CONDITIONS if condition.name in wanted)
