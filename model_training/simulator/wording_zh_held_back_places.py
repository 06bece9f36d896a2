"""Chinese names of places held back for testing: spellings and terms that no training report has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from BoneMetSegLib.anatomy import fine_region, reporting_region

from .report_grammar import Draw, Piece
from .report_places import FIRST_COORDINATE, Unit, arrange, joined, runs

_LETTER = {"cervical_spine": "C", "thoracic_spine": "Th", "lumbar_spine": "L"}
_WORD = {"cervical_spine": "颈椎", "thoracic_spine": "胸椎", "lumbar_spine": "腰椎"}
_SIDE = {"left": "左边", "right": "右边", "both": "两边", "midline": ""}
# Other words for parts that have any; the rest keep the word of the anatomy table.
_TERMS: dict[str, tuple[str, ...]] = {
    "skull_vault": ("颅穹窿", "脑颅骨"),
    "sacrum": ("荐骨", "荐椎"),
    "manubrium": ("胸板上部", "胸板柄部"),
    "sternal_body": ("胸板", "胸板中部"),
    "ilium": ("肠骨", "肠骨翼"),
    "shoulder_joint": ("盂肱关节",),
    "humerus_proximal": ("上臂骨上1/3",),
    "humerus_shaft": ("上臂骨中1/3",),
    "humerus_distal": ("上臂骨下1/3",),
    "femur_proximal": ("大腿骨上1/3",),
    "femur_shaft": ("大腿骨中1/3",),
    "femur_distal": ("大腿骨下1/3",),
    "tibia_proximal": ("胫骨上1/3",),
    "tibia_distal": ("胫骨下1/3",),
    "scapula": ("肩胛带后份", "肩胛带"),
    "knee_joint": ("胫股关节",),
    "pubis": ("耻骨弓",),
}
_GENERIC = {
    "skull": ("颅穹窿",),
    "cervical_spine": ("颈椎某节", "颈椎数节"),
    "thoracic_spine": ("胸椎某节", "胸椎数节"),
    "lumbar_spine": ("腰椎某节", "腰椎数节"),
    "sacrum": ("荐骨",),
    "sternum": ("胸板",),
    "ribs": ("肋弓某处", "肋弓数处"),
    "pelvis": ("骨盆环",),
    "femur": ("大腿骨",),
    "humerus": ("上臂骨",),
    "scapula": ("肩胛带",),
}


@dataclass(frozen=True)
class PlaceStyle:
    """A reader's habits.

    Attributes
    ----------
    vertebra : {"Th8节段", "胸椎第8节", "第8节胸椎"}
    rib : {"左边肋（6∼8）", "左肋6∼8", "左边6∼8号肋"}
    range_mark : str
    terms : dict
        Words chosen once for a place.
    """

    vertebra: str
    rib: str
    range_mark: str
    terms: dict[str, str] = field(default_factory=dict)


def draw_style(draw: Draw) -> PlaceStyle:
    """Draw a reader's habits."""
    return PlaceStyle(
        draw.one(("Th8节段", "胸椎第8节", "第8节胸椎")),
        draw.one(("左边肋（6）", "左肋6", "左边6号肋")),
        draw.one(("∼", "直至")),
    )


def name_places(places: Mapping[str, int], style: PlaceStyle, draw: Draw) -> tuple[Piece, ...]:
    """Return ``places`` (fine regions or skeleton channels, with counts) as a list in Chinese."""
    named = [[Piece(_unit(unit, style, draw), unit.slots())] for unit in arrange(places, draw)]
    return joined(named, "、", draw.one(("连同", "、", "并")))


def _unit(unit: Unit, style: PlaceStyle, draw: Draw) -> str:
    if unit.kind == "vertebrae":
        return _vertebrae(unit, style)
    if unit.kind == "ribs":
        return _ribs(unit, style)
    if unit.kind == "part":
        fine = fine_region(unit.name if unit.side == "midline" else f"{unit.name}_{unit.sides[0]}")
        words = _TERMS.get(unit.name, fine.terms_zh[:1])
    else:
        words = _GENERIC.get(unit.name, (reporting_region(unit.name).term_zh,))
        if len(words) == 2:
            words = words[1:] if unit.count > 1 else words[:1]
    word = style.terms.setdefault(f"{unit.name} {len(words)}", draw.one(words))
    return f"{_SIDE[unit.side]}{word}"


def _ranges(numbers: tuple[int, ...], mark: str) -> str:
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}{mark}{run[-1]}" for run in runs(numbers))


def _vertebrae(unit: Unit, style: PlaceStyle) -> str:
    if not unit.name:
        return f"{_level(unit.numbers[0], style)}直至{_level(unit.numbers[-1], style)}"
    offset = FIRST_COORDINATE[unit.name] - 1
    text = _ranges(tuple(n - offset for n in unit.numbers), style.range_mark)
    if style.vertebra == "Th8节段":
        return f"{_LETTER[unit.name]}{text}节段"
    return f"{_WORD[unit.name]}第{text}节" if style.vertebra == "胸椎第8节" else f"第{text}节{_WORD[unit.name]}"


def _level(coordinate: int, style: PlaceStyle) -> str:
    region = max((r for r, first in FIRST_COORDINATE.items() if first <= coordinate), key=FIRST_COORDINATE.__getitem__)
    number = coordinate - FIRST_COORDINATE[region] + 1
    return f"{_LETTER[region]}{number}" if style.vertebra == "Th8节段" else f"{_WORD[region]}第{number}节"


def _ribs(unit: Unit, style: PlaceStyle) -> str:
    text = _ranges(unit.numbers, style.range_mark)
    side = _SIDE[unit.side]
    if style.rib == "左肋6":
        return f"{side[0]}肋{text}"
    return f"{side}肋（{text}）" if style.rib == "左边肋（6）" else f"{side}{text}号肋"
