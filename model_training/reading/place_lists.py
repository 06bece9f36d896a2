"""Lists of places with ellipsis: a side, a bone or a noun that is said once and holds for several items.

Each item is a place of its own. Items that share one numbered noun are one ("left 3rd, 4th and 6th ribs"); what says
its own side or letter is not ("right 5th and left 9th ribs", "D5, D9 and L2").
"""

from __future__ import annotations

from collections.abc import Sequence

from BoneMetSegLib.anatomy import VERTEBRA_LEVELS
from model_training.simulator.report_grammar import Draw, Piece

from .place_phrases import Language
from .place_phrases import plural as plural_of

_SIDES_EN = {"left": ("left", "left", "left", "L", "Lt", "Lt."), "right": ("right", "right", "right", "R", "Rt", "Rt.")}
_SIDES_ZH = {"left": ("左侧", "左侧", "左"), "right": ("右侧", "右侧", "右")}
_LETTERS_EN = (("C", "T", "L"), ("C", "T", "L"), ("C", "D", "L"), ("C", "Th", "L"))
_LETTERS_ZH = (("C", "T", "L"), ("颈", "胸", "腰"), ("颈", "胸", "腰"), ("C", "Th", "L"))
_PARTS = (("C", 7), ("T", 12), ("T", 12), ("L", 5), ("L", 5))
# Bones and joints that stand beside each other in lists, with their regions.
_BONES_EN = (
    ("femur", "femur"), ("tibia", "leg"), ("fibula", "leg"), ("humerus", "humerus"), ("scapula", "scapula"),
    ("clavicle", "clavicle"), ("radius", "forearm"), ("ulna", "forearm"), ("ilium", "pelvis"), ("ischium", "pelvis"),
    ("acetabulum", "pelvis"), ("pubis", "pelvis"), ("patella", "patella"), ("calcaneus", "foot"), ("talus", "foot"),
    ("femoral neck", "femur"), ("humeral head", "humerus"), ("hemipelvis", "pelvis"), ("glenoid", "scapula"),
)  # fmt: skip
_JOINTS_EN = (
    ("shoulder", "humerus"), ("elbow", "humerus"), ("wrist", "hand"), ("hip", "pelvis"), ("knee", "femur"),
    ("ankle", "foot"), ("sacroiliac", "pelvis"), ("sternoclavicular", "clavicle"), ("acromioclavicular", "scapula"),
)  # fmt: skip
_BONES_ZH = (
    ("股骨", "femur"), ("胫骨", "leg"), ("腓骨", "leg"), ("肱骨", "humerus"), ("肩胛骨", "scapula"),
    ("锁骨", "clavicle"), ("桡骨", "forearm"), ("尺骨", "forearm"), ("髂骨", "pelvis"), ("坐骨", "pelvis"),
    ("耻骨", "pelvis"), ("髋臼", "pelvis"), ("髌骨", "patella"), ("跟骨", "foot"), ("距骨", "foot"),
    ("股骨颈", "femur"), ("肱骨头", "humerus"),
)  # fmt: skip
_JOINTS_ZH = (
    ("肩", "humerus"), ("肘", "humerus"), ("腕", "hand"), ("髋", "pelvis"), ("膝", "femur"), ("踝", "foot"),
    ("骶髂", "pelvis"), ("胸锁", "clavicle"), ("肩锁", "scapula"),
)  # fmt: skip
_WHOLE_JOINTS = {"shoulder", "elbow", "wrist", "hip", "knee", "ankle"}  # said without "joint"


def elliptic_list(language: Language, draw: Draw) -> tuple[Piece, ...]:
    """Return a list of places in which something is said once for several of them."""
    kind = draw.number(0, 9)
    if kind < 3:
        return levels(drawn_levels(draw), language, draw)
    if kind < 7:
        first, second = draw.one((("left", "right"), ("right", "left")))
        return ribs(((first, _some_numbers(draw)), (second, _some_numbers(draw))), language, draw)
    return bones(language, draw) if kind < 9 else joints(language, draw)


def drawn_levels(draw: Draw) -> list[str]:
    """Return two to four vertebrae, from above."""
    found: set[int] = set()
    for _ in range(draw.number(3, 5)):
        part, count = draw.one(_PARTS)
        found.add(VERTEBRA_LEVELS.index(f"{part}{draw.number(1, count)}"))
    numbers = sorted(found)[:4]
    return [VERTEBRA_LEVELS[number] for number in sorted(found | {23 - numbers[0]} if len(numbers) == 1 else numbers)]


def levels(names: Sequence[str], language: Language, draw: Draw) -> tuple[Piece, ...]:
    """Return vertebrae each with its letter, and one noun, if any, for all: "D5, D9 and L2 vertebrae"."""
    letters = dict(zip("CTL", draw.one(_LETTERS_ZH if language == "zh" else _LETTERS_EN), strict=True))
    if language == "zh":
        noun = draw.one(("", "椎体", "椎体", "椎", "锥体", "附件", "棘突"))
        between, last = draw.one((("、", "、"), ("、", "及"), ("、", "和"), ("，", "，"), ("、", "以及")))
    else:
        noun = draw.one(("", "", " vertebrae", " vertebral bodies", " levels", " bodies"))
        between, last = draw.one(((", ", " and "), (", ", ", "), (", ", " & "), (", ", ", and "), ("/", "/")))
    texts = [f"{letters[name[0]]}{name[1:]}" for name in names]
    texts[-1] += noun
    return _joined([Piece(t, (f"vertebra_{n}",)) for t, n in zip(texts, names, strict=True)], between, last)


def ribs(said: Sequence[tuple[str, Sequence[int]]], language: Language, draw: Draw) -> tuple[Piece, ...]:
    """Return ribs of several sides, the word rib said once or with each: "right 5th and left 9th ribs".

    Parameters
    ----------
    said : sequence of (side, numbers)
    language : {"zh", "en"}
    draw : Draw
    """
    texts = _ribs_zh(said, draw) if language == "zh" else _ribs_en(said, draw)
    between = (
        draw.one(("、", "，", "及", "和", "、", "与"))
        if language == "zh"
        else draw.one((" and ", ", ", " and ", " & "))
    )
    slots = [tuple(f"rib_{number}_{side}" for number in numbers) for side, numbers in said]
    return _joined([Piece(t, s) for t, s in zip(texts, slots, strict=True)], between, between)


def _ribs_zh(said: Sequence[tuple[str, Sequence[int]]], draw: Draw) -> list[str]:
    mark = draw.one(("、", "、", "，", ",", "/"))
    part = draw.one(("肋", "肋", "肋骨", "前肋", "后肋", "肋骨腋段", "侧肋", "肋前段"))
    once = draw.chance(0.4)
    which = draw.number(0, 1)
    bone_first = draw.chance(0.15)
    result = []
    for index, (side, numbers) in enumerate(said):
        name = _SIDES_ZH[side][0 if which else 2]
        spoken = mark.join(map(str, numbers))
        if bone_first:
            result.append(f"{name}{'' if once and index else '肋骨'}第{spoken}")
        else:
            result.append(f"{name}第{spoken}{'' if once and index + 1 < len(said) else part}")
    return result


def _ribs_en(said: Sequence[tuple[str, Sequence[int]]], draw: Draw) -> list[str]:
    form, which = draw.number(0, 5), draw.number(0, 5)
    # "L 1" would be a vertebra: a single letter takes ordinals.
    kind = draw.number(0, 1 if len(_SIDES_EN["left"][which]) == 1 else 2)
    part = draw.one(("", "", "", "posterior ", "anterior ", "lateral "))
    result = []
    for index, (side, numbers) in enumerate(said):
        name = _SIDES_EN[side][which]
        last = index + 1 == len(said)
        spoken = _ordinal_list(numbers, kind, draw)
        rib = "ribs" if len(numbers) > 1 else "rib"
        if form < 2:  # the noun comes at the end and holds for all
            result.append(f"{name} {spoken}{f' {part}ribs' if last else ''}")
        elif form == 2:
            result.append(f"{spoken}{f' {part}{rib}' if not index else ''} on the {side}")
        elif form == 3:
            result.append(f"{name} {part}{spoken} {rib}")
        elif form == 4:
            plain = _ordinal_list(numbers, 2, draw)
            result.append(f"{side} ribs {plain}" if not index else f"{side} {plain}")
        else:
            result.append(f"{part if not index else ''}{name} {spoken}{f' {rib}' if last else ''}")
    return result


def _ordinal_list(numbers: Sequence[int], kind: int, draw: Draw) -> str:
    """Return numbers as "3rd, 4th and 6th", "third, fourth and sixth", or "3, 4 and 6"."""
    words = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
    endings = {1: "st", 2: "nd", 3: "rd"}
    texts = [
        words[n - 1] if kind == 1 else str(n) if kind == 2 else f"{n}{endings.get(n, 'th')}" for n in numbers
    ]  # fmt: skip
    if len(texts) == 1:
        return texts[0]
    return f"{', '.join(texts[:-1])}{draw.one((' and ', ', ', ' & '))}{texts[-1]}"


def bones(language: Language, draw: Draw) -> tuple[Piece, ...]:
    """Return bones of one side that is said with the first of them: "left scapula, clavicle and humerus"."""
    chosen = draw.shuffled(_BONES_ZH if language == "zh" else _BONES_EN)[: draw.number(2, 3)]
    side = draw.one(("left", "right"))
    if language == "zh":
        texts = [f"{draw.one(_SIDES_ZH[side]) if not index else ''}{bone}" for index, (bone, _) in enumerate(chosen)]
        between, last = draw.one((("、", "、"), ("、", "及"), ("、", "和")))
    else:
        texts = [f"{draw.one(_SIDES_EN[side])} {bone}" if not index else bone for index, (bone, _) in enumerate(chosen)]
        between, last = draw.one(((", ", " and "), (", ", ", "), (", ", " & ")))
    return _joined(
        [Piece(t, (f"{region}_{side}",)) for t, (_, region) in zip(texts, chosen, strict=True)], between, last
    )


def joints(language: Language, draw: Draw) -> tuple[Piece, ...]:
    """Return joints of both sides that share their noun: "双侧肩、肘、膝关节", "shoulders, hips and knees"."""
    chosen = draw.shuffled(_JOINTS_ZH if language == "zh" else _JOINTS_EN)[: draw.number(2, 4)]
    if language == "zh":
        said = draw.one(("双侧", "双", "两侧", "双侧"))
        texts = [f"{said if not index else ''}{joint}" for index, (joint, _) in enumerate(chosen)]
        texts[-1] += "关节"
        between, last = draw.one((("、", "、"), ("、", "及"), ("、", "和")))
    else:
        said = draw.one(("bilateral ", "both ", "B/L ", ""))
        alone = draw.chance(0.5) and all(joint in _WHOLE_JOINTS for joint, _ in chosen)
        texts = [f"{said if not index else ''}{plural_of(j) if alone else j}" for index, (j, _) in enumerate(chosen)]
        if not alone:
            texts[-1] += " joints"
        between, last = draw.one(((", ", " and "), (", ", ", "), (", ", " & ")))
    both = [Piece(t, (f"{region}_left", f"{region}_right")) for t, (_, region) in zip(texts, chosen, strict=True)]
    return _joined(both, between, last)


def _some_numbers(draw: Draw) -> list[int]:
    return sorted({draw.number(1, 12) for _ in range(draw.one((1, 1, 2, 3)))})


def _joined(items: Sequence[Piece], between: str, last: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for index, item in enumerate(items):
        if index:
            pieces.append(Piece(last if index + 1 == len(items) else between))
        pieces.append(item)
    return tuple(pieces)
