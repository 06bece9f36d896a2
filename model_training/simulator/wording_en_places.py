"""English names of places: levels, ranges, ribs, sides, joints, in the spellings that readers use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from BoneMetSegLib.anatomy import fine_region, reporting_region

from .report_grammar import Draw, Piece
from .report_places import FIRST_COORDINATE, Unit, arrange, joined, runs

_LETTER = {"cervical_spine": "C", "thoracic_spine": "T", "lumbar_spine": "L"}
_ADJECTIVE = {"cervical_spine": "cervical", "thoracic_spine": "thoracic", "lumbar_spine": "lumbar"}
_ORDINAL_WORDS = " first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ")
_PLURALS = {
    "humerus": "humeri",
    "femur": "femora",
    "ilium": "iliac bones",
    "ischium": "ischia",
    "pubis": "pubic bones",
    "pubic ramus": "pubic rami",
    "ramus": "rami",
    "acetabulum": "acetabula",
    "scapula": "scapulae",
    "patella": "patellae",
    "fibula": "fibulae",
    "tibia": "tibiae",
    "radius": "radii",
    "ulna": "ulnae",
    "carpus": "carpi",
    "foot": "feet",
    "midfoot": "midfeet",
    "diaphysis": "diaphyses",
    "calcaneus": "calcanei",
    "talus": "tali",
}
_MORE_TERMS: dict[str, tuple[str, ...]] = {
    "skull_vault": ("skull", "parietal bone", "frontal bone", "occipital bone", "frontal skull", "skull vertex"),
    "skull_base": ("base of the skull", "skull base"),
    "facial_bones": ("facial skeleton", "maxilla", "mid-face"),
    "mandible": ("mandibular body", "mandible"),
    "sacrum": ("sacrum", "S1", "upper sacrum", "S1 vertebral body", "S1 segment", "lower sacrum"),
    "manubrium": ("manubrium", "manubrium of the sternum", "sternal angle"),
    "sternal_body": ("sternum", "body of the sternum", "lower sternum", "mid sternum"),
    "ilium": (
        "iliac bone",
        "ilium",
        "anterior superior iliac spine",
        "iliac wing",
        "posterior iliac crest",
        "posterior ilium",
    ),
    "ischium": ("ischium", "ischial ramus"),
    "pubis": ("pubic bone", "superior pubic ramus", "inferior pubic ramus"),
    "acetabulum": ("acetabulum", "acetabular roof", "superior acetabulum"),
    "sacroiliac_joint": ("sacroiliac joint", "SI joint"),
    "hip_joint": ("hip", "hip joint"),
    "clavicle": ("clavicle", "medial clavicle", "distal clavicle", "mid clavicle"),
    "scapula": ("scapula", "scapular spine", "inferior angle of the scapula", "scapular body", "coracoid process"),
    "shoulder_joint": ("shoulder", "shoulder joint"),
    "humerus_proximal": ("proximal humerus", "humeral head", "greater tuberosity of the humerus"),
    "humerus_shaft": ("humerus", "mid humeral shaft", "humeral diaphysis"),
    "radius": ("distal radius", "proximal radius"),
    "ulna": ("olecranon", "proximal ulna", "distal ulna"),
    "wrist_joint": ("wrist", "wrist joint"),
    "hand": ("first metacarpophalangeal joint", "thumb base", "metacarpal bone"),
    "femur_proximal": (
        "proximal femur",
        "femoral head",
        "greater trochanter",
        "lesser trochanter",
        "intertrochanteric region",
        "femoral neck",
    ),
    "femur_shaft": ("femur", "mid femoral shaft", "femoral diaphysis"),
    "femur_distal": ("distal femur", "medial femoral condyle", "distal femoral shaft"),
    "knee_joint": ("knee", "knee joint", "medial knee compartment"),
    "tibia_proximal": ("proximal tibia", "upper tibia"),
    "tibia_shaft": ("tibia", "mid tibia", "tibial diaphysis"),
    "tibia_distal": ("distal tibia", "medial malleolus"),
    "fibula": ("distal fibula", "fibular head", "lateral malleolus"),
    "ankle_joint": ("ankle", "ankle joint"),
    "foot": ("calcaneus", "talus", "first metatarsophalangeal joint", "mid foot", "forefoot", "hindfoot", "heel"),
}
_GENERIC_ONE = {
    "skull": ("skull", "calvarium", "cranium"),
    "cervical_spine": ("cervical spine", "C-spine"),
    "thoracic_spine": (
        "thoracic spine",
        "T-spine",
        "mid thoracic spine",
        "lower thoracic spine",
        "upper thoracic spine",
        "dorsal spine",
    ),
    "lumbar_spine": ("lumbar spine", "L-spine", "lower lumbar spine", "upper lumbar spine"),
    "sacrum": ("sacrum",),
    "ribs": ("rib cage", "hemithorax ribs", "ribs"),
    "pelvis": ("hemipelvis", "pelvis", "side of the pelvis"),
    "forearm": ("forearm",),
    "leg": ("lower leg", "tibia and fibula"),
}
_GENERIC_MANY = {
    "cervical_spine": ("multiple cervical vertebrae", "several cervical vertebral bodies", "cervical spine"),
    "thoracic_spine": (
        "multiple thoracic vertebrae",
        "several thoracic vertebral bodies",
        "multiple levels of the thoracic spine",
        "thoracic spine",
        "thoracic vertebrae",
    ),
    "lumbar_spine": (
        "multiple lumbar vertebrae",
        "several lumbar vertebral bodies",
        "multiple levels of the lumbar spine",
        "lumbar spine",
        "lumbar vertebrae",
    ),
}


@dataclass(frozen=True)
class PlaceStyle:
    """A reader's habits, kept through one report.

    Attributes
    ----------
    vertebra : {"T8", "T8 vertebra", "eighth thoracic vertebra", "D8", "T-8"}
    rib : {"6th rib", "sixth rib", "rib 6", "rib #6"}
    range_mark : str
    oxford : bool
        A comma before the last "and".
    both : {"bilateral", "both", "bilaterally", "right and left"}
    short_sides : bool
        "L" and "R" for left and right.
    rib_part, vertebra_part : str
        The part of a rib or of a single vertebra, where one is named.
    terms : dict
        Words chosen once for a place, so that findings and impression agree.
    """

    vertebra: str
    rib: str
    range_mark: str
    oxford: bool
    both: str
    short_sides: bool
    rib_part: str
    vertebra_part: str
    terms: dict[str, str] = field(default_factory=dict)


def draw_style(draw: Draw) -> PlaceStyle:
    """Draw a reader's habits."""
    return PlaceStyle(
        draw.one(("T8", "T8", "T8", "T8", "T8", "T8", "T8 vertebra", "eighth thoracic vertebra", "D8", "T-8")),
        draw.one(("6th rib", "6th rib", "6th rib", "sixth rib", "rib 6", "rib #6")),
        draw.one(("-", "-", "-", "–", " to ", " through ")),
        draw.chance(0.4),
        draw.one(("bilateral", "both", "bilateral", "bilaterally", "right and left")),
        draw.chance(0.05),
        draw.one(("anterior", "posterior", "lateral", "anterolateral", "posterolateral")),
        draw.one(
            (
                "left pedicle",
                "right pedicle",
                "spinous process",
                "left lateral aspect",
                "posterior elements",
                "left facet joint",
            )
        ),
    )


def name_places(places: Mapping[str, int], style: PlaceStyle, draw: Draw) -> tuple[Piece, ...]:
    """Return ``places`` (fine regions or skeleton channels, with counts) as a list in English."""
    units = arrange(places, draw)
    named = [_unit(unit, style, draw) for unit in units]
    last = ", and " if style.oxford and len(units) > 2 else draw.one((" and ", " and ", " and ", " as well as ", ", "))
    return joined(named, ", ", last)


def _unit(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    if unit.kind == "vertebrae":
        return _vertebrae(unit, style, draw)
    if unit.kind == "ribs":
        return _ribs(unit, style, draw)
    return _part(unit, style, draw) if unit.kind == "part" else _generic(unit, style, draw)


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def _and(items: list[str], draw: Draw) -> str:
    if len(items) < 2:
        return items[0]
    if len(items) == 2:
        return draw.one((" and ", " and ", " and ", " & ", "/" if all(map(str.isalnum, items)) else " and ")).join(
            items
        )
    return f"{', '.join(items[:-1])}{draw.one((' and ', ', and ', ', '))}{items[-1]}"


def _chunks(numbers: tuple[int, ...], draw: Draw) -> list[tuple[int, ...]]:
    result: list[tuple[int, ...]] = []
    for run in runs(numbers):
        if (len(run) >= 3 and draw.chance(0.93)) or (len(run) == 2 and draw.chance(0.3)):
            result.append(run)
        else:
            result += [(n,) for n in run]
    return result


def _vertebrae(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    form = style.vertebra if draw.chance(0.85) else draw.one(("T8", "eighth thoracic vertebra"))
    if form == "eighth thoracic vertebra" and unit.name:
        return _vertebrae_in_words(unit, style, draw)
    chunks = _chunks(unit.numbers, draw) if unit.name else [unit.numbers]
    suffix, article = _vertebra_suffix(unit, form, draw)

    def level(coordinate: int) -> str:
        region = max(
            (r for r, first in FIRST_COORDINATE.items() if first <= coordinate), key=FIRST_COORDINATE.__getitem__
        )
        letter = _LETTER[region]
        dash = "-" if form == "T-8" else ""
        return f"{'D' if form == 'D8' and letter == 'T' else letter}{dash}{coordinate - FIRST_COORDINATE[region] + 1}"

    if len(unit.numbers) == 1 and draw.chance(0.1):
        return [Piece("the "), Piece(f"{style.vertebra_part} of {level(unit.numbers[0])}", unit.slots())]
    texts = []
    for chunk in chunks:
        if len(chunk) == 1:
            texts.append(level(chunk[0]))
        elif len(chunk) == 2 and unit.name and draw.chance(0.5):
            texts.append(f"{level(chunk[0])}/{level(chunk[1])[draw.number(0, 1) if form != 'T-8' else 0 :]}")
        else:
            end = level(chunk[-1])
            mark = style.range_mark
            texts.append(
                f"{level(chunk[0])}{mark}{end[1:] if unit.name and mark in '-–' and form != 'T-8' and draw.chance(0.4) else end}"
            )
    pieces = [Piece("the ")] if article else []
    for index, (chunk, text) in enumerate(zip(chunks, texts, strict=True)):
        last = index == len(chunks) - 1
        if index:
            pieces.append(Piece(", " if not last else draw.one((" and ", " and ", ", ", ", and ", " & "))))
        pieces.append(Piece(f"{text}{suffix if last else ''}", unit.slots(chunk)))
    return pieces


def _vertebra_suffix(unit: Unit, form: str, draw: Draw) -> tuple[str, bool]:
    """Return what follows the last level, and whether an article goes before the first."""
    if draw.chance(0.15 if form == "T8 vertebra" else 0.6):
        return "", False
    word = draw.one(("vertebra", "vertebral body", "vertebral body", "level"))
    plural = {"vertebra": "vertebrae", "vertebral body": "vertebral bodies", "level": "levels"}
    return f" {word if len(unit.numbers) == 1 else plural[word]}", draw.chance(0.7)


def _vertebrae_in_words(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    offset = FIRST_COORDINATE[unit.name] - 1
    say = draw.one((lambda n: _ORDINAL_WORDS[n], lambda n: _ORDINAL_WORDS[n], _ordinal))
    mark = style.range_mark if style.range_mark in (" to ", " through ") else draw.one((" to ", " through "))
    texts = [
        say(c[0] - offset) if len(c) == 1 else f"{say(c[0] - offset)}{mark}{say(c[-1] - offset)}"
        for c in _chunks(unit.numbers, draw)
    ]
    noun = "vertebra" if len(unit.numbers) == 1 else draw.one(("vertebrae", "vertebral bodies"))
    return [Piece("the "), Piece(f"{_and(texts, draw)} {_ADJECTIVE[unit.name]} {noun}", unit.slots())]


def _side_word(side: str, style: PlaceStyle) -> str:
    return {"left": "L", "right": "R"}[side] if style.short_sides else side


def _ribs(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    chunks = _chunks(unit.numbers, draw)
    many = len(unit.numbers) > 1
    # The eleventh and twelfth rib end freely: nothing of them lies in front.
    has_part = unit.numbers[-1] < 11 or style.rib_part.startswith("posterior")
    where = f"{style.rib_part} " if has_part and draw.chance(0.25) else ""
    if style.rib in ("rib 6", "rib #6"):
        sign = "#" if style.rib == "rib #6" else ""
        texts = [f"{sign}{c[0]}" if len(c) == 1 else f"{sign}{c[0]}{style.range_mark}{c[-1]}" for c in chunks]
        numbered = f"rib{'s' if many else ''} {_and(texts, draw)}"
        if unit.side == "both":
            return [
                Piece(
                    f"{draw.one(('bilateral', 'right and left', 'left and right', 'both'))} {where}ribs {_and(texts, draw)}",
                    unit.slots(),
                )
            ]
        side = _side_word(unit.side, style)
        text = f"{side} {where}{numbered}" if draw.chance(0.8) else f"{where}{numbered} on the {unit.side}"
        return [Piece(text, unit.slots())]
    say = (lambda n: _ORDINAL_WORDS[n]) if style.rib == "sixth rib" else _ordinal
    mark = (
        style.range_mark if style.rib != "sixth rib" or len(style.range_mark) > 1 else draw.one((" to ", " through "))
    )
    texts = [say(c[0]) if len(c) == 1 else f"{say(c[0])}{mark}{say(c[-1])}" for c in chunks]
    return _ordinal_ribs(unit, _and(texts, draw), many, where, style, draw)


def _ordinal_ribs(unit: Unit, ordinals: str, many: bool, where: str, style: PlaceStyle, draw: Draw) -> list[Piece]:
    rib = "ribs" if many else "rib"
    if unit.side == "both":
        text = draw.one(
            (
                f"bilateral {where}{ordinals} ribs",
                f"{where}{ordinals} ribs bilaterally",
                f"{where}{ordinals} ribs on both sides",
                f"right and left {where}{ordinals} ribs",
                f"{ordinals} {where}ribs bilaterally",
            )
        )
        return [
            Piece("the " if draw.chance(0.6) and not text.startswith("bilateral") else ""),
            Piece(text, unit.slots()),
        ]
    side = _side_word(unit.side, style)
    text = draw.one(
        (
            f"{side} {where}{ordinals} {rib}",
            f"{side} {where}{ordinals} {rib}",
            f"{side} {ordinals} {where}{rib}",
            f"{where}{side} {ordinals} {rib}",
            f"{ordinals} {side} {where}{rib}",
            f"{where}{ordinals} {rib} on the {unit.side}",
            f"{where}aspect{'s' if many else ''} of the {side} {ordinals} {rib}"
            if where
            else f"{side} {ordinals} {rib}",
            f"{side}-sided {ordinals} {where}{rib}" if not style.short_sides else f"{side} {ordinals} {where}{rib}",
        )
    )
    return [Piece("the "), Piece(text, unit.slots())]


def _plural(term: str) -> str:
    if " of the " in term:
        head, tail = term.split(" of the ", 1)
        return f"{_plural(head)} of the {_plural(tail)}"
    if term in _PLURALS:
        return _PLURALS[term]
    head, _, last = term.rpartition(" ")
    plural = _PLURALS.get(last, last if last.endswith("s") else f"{last}s")
    if last.endswith(("process", "calculus")):
        plural = f"{last}es"
    return f"{head} {plural}".strip()


def _part(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    fine = fine_region(unit.name if unit.side == "midline" else f"{unit.name}_{unit.sides[0]}")
    terms = fine.terms_en[:1] * 2 + fine.terms_en + _MORE_TERMS.get(unit.name, ())
    term = style.terms.setdefault(unit.name, draw.one(terms))
    if unit.side == "midline":
        article = (
            ""
            if (term.startswith("S1") and " " not in term) or (term == "base of the skull" and draw.chance(0.3))
            else "the "
        )
        return [Piece(article), Piece(term, unit.slots())]
    if unit.side == "both":
        return _bilateral(_plural(term), unit, style, draw)
    side = _side_word(unit.side, style)
    if draw.chance(0.06) and " of the " not in term:
        return [Piece("the "), Piece(f"{term} on the {unit.side}", unit.slots())]
    if " of the " in term:
        head, tail = term.split(" of the ", 1)
        return [Piece("the "), Piece(f"{head} of the {side} {tail}", unit.slots())]
    return [Piece("the "), Piece(f"{side} {term}", unit.slots())]


def _bilateral(plural: str, unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    form = style.both if draw.chance(0.8) else draw.one(("bilateral", "both", "bilaterally"))
    if form == "bilaterally":
        return [Piece("the "), Piece(f"{plural} bilaterally", unit.slots())]
    if form == "right and left":
        return [Piece("the "), Piece(f"{draw.one(('right and left', 'left and right'))} {plural}", unit.slots())]
    return [Piece(f"{form} {plural}", unit.slots())]


def _generic(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    term = reporting_region(unit.name).term_en
    words = _GENERIC_ONE.get(unit.name, (term,))
    if unit.side == "midline":
        if unit.count > 1 and draw.chance(0.6):
            words = _GENERIC_MANY.get(unit.name, words)
        word = style.terms.setdefault(f"{unit.name} {len(words)}", draw.one(words))
        return [Piece("" if word.startswith(("multiple", "several")) else "the "), Piece(word, unit.slots())]
    if unit.name == "ribs":
        return _generic_ribs(unit, style, draw)
    if unit.name == "pelvis":
        word = draw.one(("pelvis", "bony pelvis", "pelvic bones")) if unit.side == "both" else ""
        word = word or draw.one(
            (
                f"{unit.side} hemipelvis",
                f"{unit.side} pelvis",
                f"{unit.side} side of the pelvis",
                f"{unit.side} hemi-pelvis",
            )
        )
        return [Piece("the "), Piece(word, unit.slots())]
    word = draw.one(words)
    if unit.side == "both":
        return _bilateral(
            "tibiae and fibulae" if word == "tibia and fibula" else _plural(word.replace("tibia/fibula", "lower leg")),
            unit,
            style,
            draw,
        )
    return [
        Piece("the "),
        Piece(f"{_side_word(unit.side, style)} {word.replace('tibia/fibula', 'lower leg')}", unit.slots()),
    ]


def _generic_ribs(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    if unit.side == "both":
        article, text = draw.one(
            (
                ("", "bilateral ribs"),
                ("the ", "ribs bilaterally"),
                ("", "multiple bilateral ribs"),
                ("the ", "ribs on both sides"),
                ("", "multiple ribs bilaterally"),
                ("the ", "rib cage"),
            )
        )
    elif unit.count > 1:
        side = _side_word(unit.side, style)
        article, text = draw.one(
            (
                ("", f"multiple {side} ribs"),
                ("", f"several {side} ribs"),
                ("the ", f"{side} ribs"),
                ("", f"multiple ribs on the {unit.side}"),
                ("", f"multiple {side}-sided ribs"),
            )
        )
    else:
        side = _side_word(unit.side, style)
        article, text = draw.one(
            (
                ("a ", f"{side} rib"),
                ("the ", f"{side} ribs"),
                ("the ", f"{side} rib cage"),
                ("the ", f"{side} thoracic cage"),
                ("a ", f"{side}-sided rib"),
                ("a ", f"{side} lower rib"),
            )
        )
    return [Piece(article), Piece(text, unit.slots())]


_SINGULAR_ENDS = ("is", "us", "ss")
_PLURAL_STARTS = ("both ", "bilateral ", "multiple ", "several ", "right and left ", "left and right ")
_PLURAL_WORDS = (
    "vertebrae",
    "ae",
    "femora",
    "humeri",
    "radii",
    "rami",
    "feet",
    "ischia",
    "acetabula",
    "calcanei",
    "tali",
)


def is_plural(pieces: tuple[Piece, ...]) -> bool:
    """Return whether a list of places takes a plural verb."""
    places = [piece.text for piece in pieces if piece.slots]
    if len(places) != 1:
        return True
    text = places[0].lower()
    for ending in (" bilaterally", " on both sides", " on the left", " on the right"):
        text = text.removesuffix(ending)
    text = text.split(" of ")[0]
    return (
        text.startswith(_PLURAL_STARTS)
        or text.endswith(_PLURAL_WORDS)
        or (text.endswith("s") and not text.endswith(_SINGULAR_ENDS))
    )
