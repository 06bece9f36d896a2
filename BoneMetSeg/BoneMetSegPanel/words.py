"""The words that the panel shows for classes, sides and effects, in the user's language."""

from __future__ import annotations

import math

from slicer.i18n import tr as _

from BoneMetSegLib.anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS
from BoneMetSegLib.burden_spect import SpectBurden
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.review import Change

from .library_words import sentence_words


def class_word(name: str) -> str:
    """Return the word for a class of hot spots."""
    return {"metastasis": _("metastasis"), "benign": _("benign"), "physiological": _("physiological")}[name]


def region_word(name: str, lang: str) -> str:
    """Return the term for a bone or a site of normal uptake, without its side."""
    place = next(place for place in (*REPORTING_REGIONS, *PHYSIOLOGICAL_SITES) if place.name == name)
    return place.term_zh if lang == "zh" else place.term_en


def side_word(name: str) -> str:
    """Return the word for a side."""
    return {"left": _("left"), "right": _("right"), "midline": _("midline")}[name]


def effect_word(name: str) -> str:
    """Return the words for what the report did to a hot spot."""
    return {
        "no report": "",
        "unchanged": _("unchanged"),
        "raised": _("raised"),
        "lowered": _("lowered"),
        "added": _("added by the report"),
        "removed": _("removed by the report"),
    }[name]


def stage_word(name: str) -> str:
    """Return the words for a stage of the segmentation."""
    return {
        "reading": _("Reading"),
        "loading the model": _("Loading the model"),
        "segmenting": _("Segmenting"),
        "measuring": _("Measuring"),
        "writing": _("Finishing"),
    }.get(name, name)


def failure_words(kind: str, sentence: str) -> str:
    """Return what to tell the user of a segmentation that failed."""
    if kind == "memory":
        return _("The computer ran out of memory during the segmentation. Close other programs or scans.")
    if kind == "crash":
        return _(
            "The process that segments ended unexpectedly. The scene is as it was; the error log has its last words."
        )
    if kind == "disk":
        return _("The disk is full: make room in the folder for temporary files and try again.")
    if kind == "start":
        return _(
            "The segmentation could not start: the Python package {package} is missing. Save the scene, restart "
            "Slicer and press Segment again."
        ).format(package=sentence)
    if kind == "bug":
        return _("The segmentation failed by a fault of the program: {reason}").format(reason=sentence)
    return sentence


def step_word(name: str) -> str:
    """Return the words for a step of the review, for undo and redo."""
    return {
        "segmented": _("segmentation"),
        "accepted": _("acceptance"),
        "rejected": _("rejection"),
        "class": _("change of class"),
        "place": _("change of place"),
        "outlines": _("edited outlines"),
        "report": _("report"),
    }[name]


def summary_words(case: Case) -> str:
    """Return the finding in a line: lesions with Bone Scan Index or volume, or plainly that there is no lesion."""
    burden = case.burden
    if not burden.lesion_count:
        return _("No lesion found: no hot spot is accepted as a metastasis. Research use only.")
    lesions = _("1 lesion") if burden.lesion_count == 1 else _("{n} lesions").format(n=burden.lesion_count)
    if isinstance(burden, SpectBurden):
        low, high = burden.intervals["lesion_volume_ml"]
        return _(
            "{lesions} accepted as metastasis, {volume} ml ({low}\N{EN DASH}{high}). There is no Bone Scan Index of a "
            "volume: it shows a part of the skeleton. Research use only."
        ).format(lesions=lesions, volume=f"{burden.lesion_volume_ml:.1f}", low=f"{low:.1f}", high=f"{high:.1f}")
    if math.isnan(burden.bsi_percent):
        return _("{lesions} accepted as metastasis. Research use only.").format(lesions=lesions)
    if math.isnan(burden.bsi_calibrated_percent):
        return _("{lesions} accepted as metastasis; Bone Scan Index {bsi} % ({rule}). Research use only.").format(
            lesions=lesions, bsi=f"{burden.bsi_percent:.2f}", rule=_("view rule {name}").format(name=burden.view_rule)
        )
    low, high = burden.intervals["bsi_calibrated_percent"]
    return _(
        "{lesions} accepted as metastasis; Bone Scan Index {bsi} % raw ({rule}), {calibrated} % calibrated "
        "({low}\N{EN DASH}{high}). Research use only."
    ).format(
        lesions=lesions,
        bsi=f"{burden.bsi_percent:.2f}",
        rule=_("view rule {name}").format(name=burden.view_rule),
        calibrated=f"{burden.bsi_calibrated_percent:.2f}",
        low=f"{low:.2f}",
        high=f"{high:.2f}",
    )


def change_words(change: Change, number: str) -> str:
    """Return what the report changed of one hot spot, as a line."""
    if change.what == "new":
        return _("{number}: new, {kind}").format(number=number, kind=class_word(change.after))
    if change.what == "gone":
        return _("{number}: gone, was {kind}").format(number=number, kind=class_word(change.before))
    if change.what == "kept":
        return _("{number}: kept as you decided").format(number=number)
    before, after = (_value_word(change.what, value) for value in (change.before, change.after))
    return _("{number}: {before} \N{RIGHTWARDS ARROW} {after}").format(number=number, before=before, after=after)


def _value_word(what: str, value: str) -> str:
    if what == "class":
        return class_word(value)
    if what == "accepted":
        return _("accepted") if value == "yes" else _("not accepted")
    if what == "report_effect":
        return {"no report": _("no report")}.get(value) or effect_word(value)
    return sentence_words(value)
