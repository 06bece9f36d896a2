"""English names of places held back for testing: spellings and terms that no training report has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from BoneMetSegLib.anatomy import fine_region, reporting_region

from .report_grammar import Draw, Piece
from .report_places import FIRST_COORDINATE, Unit, arrange, joined, runs

_LETTER = {"cervical_spine": "C", "thoracic_spine": "Th", "lumbar_spine": "L"}
_ADJECTIVE = {"cervical_spine": "cervical", "thoracic_spine": "thoracic", "lumbar_spine": "lumbar"}
_SIDE = {"left": "left-hand ", "right": "right-hand ", "both": "", "midline": ""}
# Other words for parts that have any; the rest keep the word of the anatomy table.
_TERMS: dict[str, tuple[str, ...]] = {
    "skull_vault": ("calvaria", "vaulted skull roof"),
    "mandible": ("jawbone",),
    "sacrum": ("os sacrum",),
    "manubrium": ("breastbone handle", "upper breastbone"),
    "sternal_body": ("breastbone", "breastbone body"),
    "ilium": ("hip bone wing",),
    "hand": ("manus",),
    "ischium": ("sitting bone",),
    "scapula": ("shoulder blade bone",),
    "humerus_proximal": ("upper-arm bone near the shoulder",),
    "humerus_shaft": ("upper-arm bone",),
    "humerus_distal": ("upper-arm bone near the elbow",),
    "femur_proximal": ("thighbone near the hip",),
    "femur_shaft": ("thighbone",),
    "femur_distal": ("thighbone near the knee",),
    "tibia_proximal": ("shinbone near the knee",),
    "tibia_shaft": ("shinbone",),
    "tibia_distal": ("shinbone near the ankle",),
}
_GENERIC = {
    "skull": ("calvaria",),
    "cervical_spine": ("cervical column",),
    "thoracic_spine": ("thoracic column",),
    "lumbar_spine": ("lumbar column",),
    "sacrum": ("os sacrum",),
    "sternum": ("breastbone",),
    "ribs": ("costal cage",),
    "pelvis": ("pelvic ring",),
    "femur": ("thighbone",),
    "humerus": ("upper-arm bone",),
    "scapula": ("shoulder blade bone",),
    "leg": ("shin",),
}


@dataclass(frozen=True)
class PlaceStyle:
    """A reader's habits.

    Attributes
    ----------
    vertebra : {"Th8", "thoracic vertebra nr 8", "vertebral level Th8"}
    rib : {"costa 6", "rib nr 6"}
    terms : dict
        Words chosen once for a place.
    """

    vertebra: str
    rib: str
    terms: dict[str, str] = field(default_factory=dict)


def draw_style(draw: Draw) -> PlaceStyle:
    """Draw a reader's habits."""
    return PlaceStyle(
        draw.one(("Th8", "thoracic vertebra nr 8", "vertebral segment Th8")), draw.one(("costa 6", "rib nr 6"))
    )


def name_places(places: Mapping[str, int], style: PlaceStyle, draw: Draw) -> tuple[Piece, ...]:
    """Return ``places`` (fine regions or skeleton channels, with counts) as a list in English."""
    named = [[Piece(_unit(unit, style, draw), unit.slots())] for unit in arrange(places, draw)]
    return joined(named, ", ", draw.one((" plus ", ", ", " together with ")))


def _unit(unit: Unit, style: PlaceStyle, draw: Draw) -> str:
    if unit.kind == "vertebrae":
        return _vertebrae(unit, style)
    if unit.kind == "ribs":
        return _sided(f"{style.rib.removesuffix('6')}{_ranges(unit.numbers)}", unit)
    if unit.kind == "part":
        fine = fine_region(unit.name if unit.side == "midline" else f"{unit.name}_{unit.sides[0]}")
        words = _TERMS.get(unit.name, fine.terms_en[:1])
    else:
        words = _GENERIC.get(unit.name, (reporting_region(unit.name).term_en,))
    word = style.terms.setdefault(f"{unit.kind} {unit.name}", draw.one(words))
    return _sided(word, unit)


def _sided(word: str, unit: Unit) -> str:
    return f"{word} on either side" if unit.side == "both" else f"{_SIDE[unit.side]}{word}"


def _ranges(numbers: tuple[int, ...]) -> str:
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} as far as {run[-1]}" for run in runs(numbers))


def _vertebrae(unit: Unit, style: PlaceStyle) -> str:
    if not unit.name:
        return f"{_level(unit.numbers[0])} as far as {_level(unit.numbers[-1])}"
    offset = FIRST_COORDINATE[unit.name] - 1
    text = _ranges(tuple(n - offset for n in unit.numbers))
    if style.vertebra == "thoracic vertebra nr 8":
        return f"{_ADJECTIVE[unit.name]} vertebra nr {text}"
    return f"{'vertebral segment ' if ' ' in style.vertebra else ''}{_LETTER[unit.name]}{text}"


def _level(coordinate: int) -> str:
    region = max((r for r, first in FIRST_COORDINATE.items() if first <= coordinate), key=FIRST_COORDINATE.__getitem__)
    return f"{_LETTER[region]}{coordinate - FIRST_COORDINATE[region] + 1}"
