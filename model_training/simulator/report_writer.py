"""Writes the diagnostic report of a simulated patient, with the truth for teaching reading.

Reports are written from the patient's foci through a reader who errs a little, not from the image's mask. Each
anatomical phrase in the text is noted with the places it means and what its clause says of them.

"上述病灶考虑骨转移" and "the above findings" name no place: they are mentions of the whole skeleton. Injection site,
kidneys and bladder are no places of the skeleton and never mentions; neither are the places of pain, of operations and
of injuries in a history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from BoneMetSegLib.errors import InputError

from .clinic import Clinic, default_clinic
from .report_changes import CHANGES, with_changes
from .report_errors import NO_ERRORS, ReportError, ReportErrorRates
from .report_examination import examine
from .report_foci import KnownFocus, SimpleFocus, random_foci, random_patient
from .report_grammar import Draw, WrittenMention
from .report_layouts import Author
from .report_reading import Focus, foci_in_bone, read_foci
from .report_statements import FocusStatement, statements_of
from .report_wordings import LANGUAGES, WORDINGS

__all__ = [
    "NO_ERRORS",
    "FocusStatement",
    "KnownFocus",
    "ReportError",
    "ReportErrorRates",
    "SimpleFocus",
    "WrittenMention",
    "WrittenReport",
    "random_foci",
    "random_report",
    "write_report",
]


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
    statements : tuple of FocusStatement
        What the report says of each metastasis and benign focus.
    wording : {"training", "held_back"}
    """

    text: str
    mentions: tuple[WrittenMention, ...]
    errors: tuple[ReportError, ...]
    statements: tuple[FocusStatement, ...] = ()
    wording: str = "training"


def write_report(  # noqa: PLR0913 (each is one fact of one report)
    foci: Iterable[Focus],
    patient: Mapping[str, Any],
    language: str,
    rng: np.random.Generator,
    *,
    report_error_rates: ReportErrorRates | None = None,
    wording: str = "training",
    examination: str = "planar",
    suv_max: Mapping[int, float] | None = None,
    prior: Mapping[Any, str] | None = None,
    prior_foci: Iterable[Focus] = (),
    clinic: Clinic | None = None,
    draws: Callable[[int], Draw] = Draw,
) -> WrittenReport:
    """Write a report of a patient's foci.

    Parameters
    ----------
    foci : iterable of objects
        With ``hot_spot_class``, ``fine_region``, ``kind``, ``side``, ``visible``, ``contrast`` as in ``SimpleFocus``,
        and if they have them ``number``, ``lesion_id``, ``suv_max``. A focus that no view shows is hardly ever read; a
        physiological one never names a bone.
    patient : mapping
        May hold ``sex`` ("male", "female"), ``age`` or ``age_years``, ``hours_after_injection``, ``activity_mbq``,
        ``primary`` ("prostate", "breast", "lung" ...), ``conditions`` (see ``report_examination.conditions_of``),
        ``superscan`` (bool) and, for SPECT, ``field`` ("chest", "abdomen", "pelvis").
    language : {"zh", "en"}
    rng : numpy.random.Generator
        One number is drawn from it; the same state writes the same report.
    report_error_rates : ReportErrorRates, optional
        Those of the clinic by default; ``ReportErrorRates.of_clinic(clinic, error_factor)`` for others.
    wording : {"training", "held_back"}
        "held_back" is for testing: sentences and terms that the training reports never use.
    examination : {"planar", "spect"}
    suv_max : mapping, optional
        Focus number to SUVmax, beside what the foci themselves say.
    prior : mapping, optional
        Of a follow-up: lesion id to "new", "grown", "stable", "shrunk" or "resolved". Without it, comparisons with
        earlier scans are invented now and then.
    prior_foci : iterable of foci, optional
        Of the earlier scan: the places of resolved ones are taken from there.
    clinic : Clinic, optional
        ``clinic_v1`` by default.
    draws : callable
        ``seed -> Draw``; another kind of draw can hold back a share of the words (``held_back_words``).

    Raises
    ------
    InputError
        The language, the wording, the examination or a change is not known.
    """
    if language not in LANGUAGES:
        raise InputError(f"reports are written in {' or '.join(LANGUAGES)}, not in {language!r}")
    if (language, wording) not in WORDINGS:
        raise InputError(f'there is no wording {wording!r} of reports: "training" or "held_back" is expected')
    if examination not in ("planar", "spect"):
        raise InputError(f'reports are written of "planar" or "spect" scans, not of {examination!r}')
    draw = draws(int(rng.integers(2**62)))
    foci = tuple(foci)
    rates = _rates(clinic or default_clinic()) if report_error_rates is None else report_error_rates
    facts = examine(
        foci, patient, spect=examination == "spect", suv_max=suv_max or {}, prior=prior, prior_foci=prior_foci
    )
    seen = foci_in_bone(foci)
    readings, errors = read_foci(seen, rates, draw)
    readings = with_changes(readings, facts.changes or {})
    author = Author(WORDINGS[language, wording], patient, facts, readings, rates, draw)
    draft = author.report()
    text = author.wording.finish(draft.text, draw)
    errors += author.errors
    mentions = tuple(draft.mentions)
    return WrittenReport(text, mentions, errors, statements_of(seen, readings, errors, mentions), wording)


def random_report(
    language: str, rng: np.random.Generator, *, wording: str = "training", draws: Callable[[int], Draw] = Draw
) -> WrittenReport:
    """Write a report without an image, to teach reading: of a whole-body scan, SPECT or a follow-up."""
    foci = random_foci(rng)
    patient = random_patient(rng)
    kind = rng.random()
    if kind < 0.8:
        return write_report(foci, patient, language, rng, wording=wording, draws=draws)
    known = tuple(KnownFocus.of(focus, number, rng) for number, focus in enumerate(foci, 1))
    if kind < 0.9:
        patient["field"] = ("chest", "abdomen", "pelvis")[int(rng.integers(3))]
        return write_report(known, patient, language, rng, wording=wording, examination="spect", draws=draws)
    changes = {one.lesion_id: CHANGES[int(rng.integers(len(CHANGES)))] for one in known}
    now = tuple(one for one in known if changes[one.lesion_id] != "resolved")
    return write_report(now, patient, language, rng, wording=wording, prior=changes, prior_foci=known, draws=draws)


@lru_cache(maxsize=8)
def _rates(clinic: Clinic) -> ReportErrorRates:
    return ReportErrorRates.of_clinic(clinic)
