"""The words that the panel shows for classes, sides and effects, in the user's language."""

from __future__ import annotations

from slicer.i18n import tr as _

from BoneMetSegLib.anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS


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
