"""English bone-scan reports: all that belongs to this wording.

The words are in ``wording_en_words``, the sentences in ``wording_en_findings``, ``wording_en_natures`` and
``wording_en_context``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .report_examination import Condition
from .report_grammar import Draw, Grammar, Piece
from .report_layouts import TRAINING_LAYOUTS
from .report_wording import Wording, primary_of, sex_of
from .wording_en_context import CONTEXT
from .wording_en_findings import FINDINGS
from .wording_en_natures import NATURES
from .wording_en_places import draw_style, is_plural, name_places
from .wording_en_words import WORDS

RULES = WORDS | FINDINGS | NATURES | CONTEXT

_MONTHS = ("Jan", "February", "March", "Apr", "May", "June", "July", "Aug", "September", "Oct", "Nov", "December")
# Adjectives for the strength of uptake, by how it compares with the bone around.
_DEGREES = {
    "faint": ("mild", "mildly increased", "low-grade", "slightly increased", "faint"),
    "moderate": ("increased", "increased", "abnormal", "moderately increased", "moderate", "abnormally increased"),
    "strong": ("intense", "markedly increased", "intensely increased", "avid", "prominent", "increased"),
    "mixed": ("increased", "increased", "abnormal", "heterogeneous", "abnormally increased"),
}
_COUNT_WORDS = "zero one two three four five six seven eight nine ten".split()


def number_words(number: int, degree: str, draw: Draw) -> dict[str, str]:
    """Return the words that depend on how many foci are spoken of, and how strong."""
    said = _COUNT_WORDS[number] if number <= 10 else str(number)
    said = said if draw.chance(0.7) else str(number)
    one = number == 1
    month = draw.number(1, 12)
    return {
        "spread": "focal" if one else "multifocal",
        "more": draw.one(_DEGREES[degree]),
        "a_focus": draw.one(("a focus", "a single focus", "a solitary focus", "a small focus", "an area"))
        if one
        else draw.one(("foci", "multiple foci", "several foci", "areas", "multiple areas")),
        "hot_spots": draw.one(("a hot spot", "a focal lesion", "a focal hot spot"))
        if one
        else draw.one(("hot spots", "multiple hot spots", "focal lesions", "multifocal uptake")),
        "focus": draw.one(("focus", "lesion", "abnormality") if one else ("foci", "lesions", "abnormalities")),
        "areas": "an area" if one else draw.one(("areas", "multiple areas", "sites", "multiple sites")),
        "mets": "metastasis"
        if one
        else draw.one(("metastases", "metastases", "metastatic deposits", "metastatic lesions", "secondary deposits")),
        "a_met": draw.one(("a metastasis", "metastasis", "a metastatic deposit", "a metastatic lesion"))
        if one
        else draw.one(("metastases", "metastases", "metastatic deposits", "metastatic lesions", "secondary deposits")),
        "is": "is" if one else "are",
        "N": "a single focus" if one else f"{said} foci",
        "a": str(draw.number(1, 4)),
        "b": str(draw.number(0, 9)),
        "y": str(draw.number(2012, 2024)),
        "m": str(month),
        "d": str(draw.number(1, 28)),
        "month": _MONTHS[month - 1],
    }


def agree(pieces: tuple[Piece, ...]) -> dict[str, str]:
    """Return the verbs that agree with a list of places."""
    plural = is_plural(pieces)
    return {"is_p": "are" if plural else "is", "shows": "show" if plural else "shows"}


_AGENTS = (
    "Tc-99m MDP",
    "99mTc-MDP",
    "Tc99m-MDP",
    "technetium-99m MDP",
    "99mTc-HDP",
    "Tc-99m HDP",
    "technetium 99m medronate",
)
CANCERS = {
    "prostate": (
        "prostate cancer",
        "prostate carcinoma",
        "prostate adenocarcinoma",
        "castration-resistant prostate cancer",
    ),
    "breast": ("breast cancer", "left breast cancer", "right breast carcinoma", "invasive ductal carcinoma"),
    "lung": ("lung cancer", "non-small cell lung cancer", "right lung adenocarcinoma"),
    "gynaecological": ("cervical cancer", "ovarian cancer"),
    "other": ("renal cell carcinoma", "bladder cancer", "thyroid cancer", "colorectal cancer", "carcinoma"),
}
_MARKERS = {"prostate": "rising PSA", "breast": "rising CA 15-3", "lung": "rising CEA"}


def patient_words(patient: Mapping[str, Any], draw: Draw) -> dict[str, str]:
    """Return cancer, age, activity and hours of a patient; what is not known is drawn."""
    sex = sex_of(patient, draw)
    primary = primary_of(patient, sex, draw)
    age = patient.get("age") or patient.get("age_years")
    activity = patient.get("activity_mbq")
    hours = patient.get("hours_after_injection")
    activity_mbq = float(activity) if activity else draw.uniform(550, 925)
    return {
        "cancer": draw.one(CANCERS[primary]),
        "sex": "woman" if sex == "female" else "man",
        "marker": _MARKERS.get(primary, "rising tumour markers"),
        "agent": draw.one(_AGENTS),
        "age": f"{age:.0f}" if age else str(draw.number(35, 85)),
        "activity": draw.one((f"{activity_mbq:.0f} MBq", f"{activity_mbq:.0f} MBq", f"{activity_mbq / 37:.1f} mCi")),
        "hours": f"{float(hours):.1f}".removesuffix(".0") if hours else draw.one(("2", "3", "3", "4", "3.5", "2-3")),
    }


_PLACES = {"hip": "hip", "knee": "knee", "shoulder": "shoulder", "arm": "arm", "leg": "leg", "ribs": "rib cage"}
SIDES = {"left": "left", "right": "right"}


def where(condition: Condition) -> str:
    """Return the place of a condition in words; "" where it cannot be said."""
    if condition.kind in ("scoliosis", "kyphosis"):
        return "the spine"
    if condition.kind == "fracture" and condition.where == "spine":
        return "a vertebral body"
    part = "breast" if condition.kind == "mastectomy" else _PLACES.get(condition.where, "")
    return f"the {condition.side} {part}".replace("  ", " ") if part else ""


_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n)[a-z]|(?<=\d\)\s)[a-z]", re.MULTILINE)


def finish(text: str, draw: Draw) -> str:
    """Capitalise the starts of sentences; seldom all letters, seldom none."""
    if draw.chance(0.04):
        return text.upper() if len(text.upper()) == len(text) else text
    if draw.chance(0.06):
        return text
    return _SENTENCE_START.sub(lambda match: match.group().upper(), text)


_SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine")


def _both(*regions: str) -> tuple[str, ...]:
    return tuple(f"{region}_{side}" for region in regions for side in ("left", "right"))


_ARMS = _both("humerus", "forearm", "hand")
_LEGS = _both("femur", "patella", "leg", "foot")
# Words for whole stretches of the skeleton, with the skeleton channels they mean.
WIDE_REGIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("the skull", "the calvarium", "the cranium"), ("skull",)),
    (("the spine", "the cervical, thoracic and lumbar spine", "the vertebral column", "the entire spine"), _SPINE),
    (("the pelvis", "the bony pelvis", "the pelvic bones"), _both("pelvis")),
    (("the appendicular skeleton", "the extremities", "the long bones", "the limbs"), _ARMS + _LEGS),
    (("the upper limbs", "both upper extremities", "the upper extremities", "both arms"), _ARMS),
    (("the lower limbs", "both lower extremities", "the lower extremities", "both legs"), _LEGS),
    (
        ("the thoracic cage", "the sternum and ribs", "the ribs and sternum", "the bony thorax"),
        ("sternum", *_both("ribs")),
    ),
    (("the ribs", "both rib cages", "the ribs bilaterally"), _both("ribs")),
    (("the sternum",), ("sternum",)),
    (("both scapulae", "the scapulae"), _both("scapula")),
    (("both clavicles", "the clavicles"), _both("clavicle")),
    (("the shoulder girdles", "both shoulder girdles"), _both("clavicle", "scapula")),
    (("the cervical spine",), ("cervical_spine",)),
    (("the thoracic spine",), ("thoracic_spine",)),
    (("the lumbar spine",), ("lumbar_spine",)),
    (("the sacrum",), ("sacrum",)),
    (("the mandible",), ("mandible",)),
    (("both femora", "the femurs", "both femurs"), _both("femur")),
    (("both humeri", "the humeri"), _both("humerus")),
)
SYSTEM: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("skull", "head", "skull and face"), ("skull", "mandible")),
    (("spine", "vertebral column", "spine and sacrum"), (*_SPINE, "sacrum")),
    (("thorax", "chest", "thoracic cage and shoulder girdles"), ("sternum", *_both("ribs", "clavicle", "scapula"))),
    (("pelvis", "bony pelvis"), _both("pelvis")),
    (("extremities", "limbs", "appendicular skeleton"), _ARMS + _LEGS),
)

ENGLISH = Wording(
    grammar=Grammar(RULES),
    draw_style=draw_style,
    name_places=name_places,
    number_words=number_words,
    joiners=("; ", ".", ".", ".", "."),
    stop=".",
    findings_headings=("Findings: ", "FINDINGS: ", "FINDINGS:\n", "Findings:\n", "Report: ", "Description: "),
    impression_headings=(
        "Impression: ",
        "IMPRESSION: ",
        "IMPRESSION:\n",
        "Impression:\n",
        "Conclusion: ",
        "CONCLUSION:\n",
        "Opinion: ",
        "Summary: ",
    ),
    numbers=("{n}. ", "{n}. ", "{n}) ", "({n}) "),
    finish=finish,
    patient_words=patient_words,
    wide_regions=WIDE_REGIONS,
    system=SYSTEM,
    colon=": ",
    list_mark=", ",
    last_marks=(" and ", " and ", ", "),
    agree=agree,
    layouts=TRAINING_LAYOUTS,
    sides=SIDES,
    where=where,
)
