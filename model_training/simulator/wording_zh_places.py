"""Chinese names of places: levels, ranges, ribs, sides, joints, in the spellings that readers use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from BoneMetSegLib.anatomy import fine_region, reporting_region

from .report_grammar import Draw, Piece
from .report_places import FIRST_COORDINATE, Unit, arrange, joined, runs

_NUMERALS = " 一 二 三 四 五 六 七 八 九 十 十一 十二".split(" ")
_LETTER = {"cervical_spine": "C", "thoracic_spine": "T", "lumbar_spine": "L"}
_CHARACTER = {"cervical_spine": "颈", "thoracic_spine": "胸", "lumbar_spine": "腰"}
_SIDE = {
    "left": ("左侧", "左侧", "左侧", "左"),
    "right": ("右侧", "右侧", "右侧", "右"),
    "both": ("双侧", "双侧", "两侧", "双"),
    "midline": ("",),
}
# Words beside those of the anatomy table that readers use for the same place.
_MORE_TERMS: dict[str, tuple[str, ...]] = {
    "skull_vault": ("颅骨", "颅骨", "顶骨", "额骨", "枕骨", "颅盖", "额顶骨", "顶枕骨"),
    "facial_bones": ("上颌骨", "颌面骨", "面颅"),
    "mandible": ("下颌骨体", "下颌支"),
    "sacrum": ("骶骨", "骶1椎体", "S1椎体", "S1", "骶椎", "骶骨上段", "骶骨体"),
    "manubrium": ("胸骨柄", "胸骨上端", "胸骨角"),
    "sternal_body": ("胸骨", "胸骨体", "胸骨下段", "胸骨中段", "胸骨中下段"),
    "ilium": ("髂骨", "髂骨", "髂骨体", "髂前上棘", "髂后上棘", "髂骨近骶髂关节处", "髂翼"),
    "ischium": ("坐骨", "坐骨支"),
    "pubis": ("耻骨", "耻骨上支", "耻骨下支", "耻骨体"),
    "acetabulum": ("髋臼", "髋臼上缘", "髋臼顶"),
    "sacroiliac_joint": ("骶髂关节", "骶髂关节区", "骶髂关节下部"),
    "hip_joint": ("髋关节", "髋部"),
    "clavicle": ("锁骨", "锁骨近端", "锁骨远端", "锁骨中段", "锁骨胸骨端", "锁骨肩峰端"),
    "sternoclavicular_joint": ("胸锁关节", "胸锁关节区"),
    "scapula": ("肩胛骨", "肩胛骨", "肩胛骨下角", "肩胛冈", "肩胛骨体部", "喙突"),
    "acromioclavicular_joint": ("肩锁关节", "肩峰"),
    "shoulder_joint": ("肩关节", "肩关节区", "肩"),
    "humerus_proximal": ("肱骨头", "肱骨上段", "肱骨近段", "肱骨上端", "肱骨大结节"),
    "humerus_shaft": ("肱骨", "肱骨中段", "肱骨中上段"),
    "humerus_distal": ("肱骨下端", "肱骨远段"),
    "elbow_joint": ("肘关节", "肘部"),
    "radius": ("桡骨远端", "桡骨近端", "桡骨中段"),
    "ulna": ("尺骨近端", "尺骨远端", "尺骨鹰嘴"),
    "wrist_joint": ("腕关节", "腕部"),
    "hand": ("掌骨", "指骨", "第1掌指关节", "手部小关节"),
    "femur_proximal": ("股骨头", "股骨上段", "股骨粗隆间", "股骨大粗隆", "股骨大转子", "股骨小转子", "股骨近段"),
    "femur_shaft": ("股骨", "股骨中段", "股骨中上段", "股骨干"),
    "femur_distal": ("股骨下端", "股骨内侧髁", "股骨外侧髁", "股骨中下段"),
    "knee_joint": ("膝关节", "膝关节", "膝"),
    "tibia_proximal": ("胫骨上端", "胫骨近段", "胫骨内侧平台"),
    "tibia_shaft": ("胫骨", "胫骨干", "胫骨中上段"),
    "tibia_distal": ("胫骨下端", "胫骨中下段", "内踝"),
    "fibula": ("腓骨近端", "腓骨远端", "腓骨头", "外踝"),
    "ankle_joint": ("踝关节", "踝部", "踝"),
    "foot": ("跟骨", "距骨", "跖骨", "足跗骨", "足跖趾关节", "第1跖趾关节"),
}
_GENERIC_ONE = {
    "skull": ("颅骨", "头颅", "颅面骨"),
    "mandible": ("下颌骨",),
    "cervical_spine": ("颈椎", "颈椎椎体"),
    "thoracic_spine": ("胸椎", "胸椎椎体", "胸段脊柱", "下位胸椎", "上段胸椎", "中段胸椎", "下段胸椎"),
    "lumbar_spine": ("腰椎", "腰椎椎体", "腰段脊柱", "下位腰椎", "上段腰椎", "下段腰椎"),
    "sacrum": ("骶骨", "骶尾椎"),
    "sternum": ("胸骨",),
    "pelvis": ("骨盆", "骨盆诸骨", "骨盆骨"),
    "ribs": ("肋骨", "肋骨", "肋", "后肋", "前肋"),
    "forearm": ("前臂", "前臂骨", "尺桡骨"),
    "leg": ("胫腓骨", "小腿", "小腿骨"),
    "hand": ("手骨", "手部"),
    "foot": ("足骨", "足部"),
}
_GENERIC_MANY = {
    "cervical_spine": ("多个颈椎椎体", "颈椎多个椎体", "多个颈椎"),
    "thoracic_spine": ("多个胸椎椎体", "胸椎多个椎体", "胸椎多椎体", "部分胸椎", "多个胸椎", "胸椎多处"),
    "lumbar_spine": ("多个腰椎椎体", "腰椎多个椎体", "腰椎多椎体", "部分腰椎", "多个腰椎", "腰椎多处"),
    "ribs": ("多根肋骨", "多发肋骨", "多处肋骨", "部分肋骨", "多条肋骨", "肋骨多处", "肋骨多根", "诸肋"),
    "pelvis": ("骨盆多处", "骨盆诸骨", "骨盆骨多处"),
}


_VERTEBRA_PARTS = (
    "椎体左侧",
    "椎体右侧",
    "椎体右缘",
    "椎体左侧缘",
    "椎弓根",
    "左侧椎弓根",
    "右侧椎弓根",
    "附件",
    "棘突",
    "椎体上缘",
    "左侧附件",
)
_RIB_PARTS = (
    ("{肋}前段", "{肋}前支", "前肋", "{肋}前端", "{肋}近胸肋关节处", "{肋}与肋软骨交界处", "肋软骨", "胸肋关节"),
    ("{肋}后段", "{肋}后支", "后肋", "{肋}近脊柱端", "{肋}头", "肋椎关节", "{肋}后段", "后肋"),
    ("{肋}腋段", "{肋}侧段", "侧肋", "{肋}腋中线处", "{肋}外侧段", "腋段肋骨", "{肋}腋段"),
)


@dataclass(frozen=True)
class PlaceStyle:
    """A reader's habits, kept through one report.

    Attributes
    ----------
    vertebra : {"T8", "胸8", "第8胸椎", "第八胸椎", "胸八", "D8", "胸椎8", "L-3"}
    rib : {"第6肋", "6肋", "第六肋", "第6肋骨"}
    range_mark, list_mark, last_mark : str
    sides : int
        Which of the words for a side.
    rib_part : int
        Which part of the ribs the reader speaks of, if any: front, back or side.
    vertebra_part : str
        Part of a single vertebra, where one is named.
    terms : dict
        Words chosen once for a place, so that findings and impression agree.
    """

    vertebra: str
    rib: str
    range_mark: str
    list_mark: str
    last_mark: str
    sides: int
    rib_part: int
    vertebra_part: str
    terms: dict[str, str] = field(default_factory=dict)


_Named = Unit | tuple[Unit, Unit]


def draw_style(draw: Draw) -> PlaceStyle:
    """Draw a reader's habits."""
    list_mark = draw.one(("、", "、", "、", "、", "、", "，"))
    return PlaceStyle(
        draw.one(
            ("T8", "T8", "T8", "T8", "胸8", "胸8", "第8胸椎", "第8胸椎", "第八胸椎", "胸八", "D8", "胸椎8", "L-3")
        ),
        draw.one(("第6肋", "第6肋", "第6肋", "第6肋", "6肋", "第六肋", "第6肋骨", "第6肋骨")),
        draw.one(("-", "-", "-", "~", "～", "—", "–", "至", "到", "－")),
        list_mark,
        draw.one((list_mark, list_mark, "及", "和", "、", "以及")),
        draw.number(0, 3),
        draw.number(0, 2),
        draw.one(_VERTEBRA_PARTS),
    )


def name_places(places: Mapping[str, int], style: PlaceStyle, draw: Draw) -> tuple[Piece, ...]:
    """Return ``places`` (fine regions or skeleton channels, with counts) as a list in Chinese."""
    units = _merged_spine(arrange(places, draw), draw)
    named: list[list[Piece]] = []
    for index, unit in enumerate(units):
        before = units[index - 1] if index else None
        after = units[index + 1] if index + 1 < len(units) else None
        named.append(_unit(unit, before, after, style, draw))
    return joined(named, style.list_mark, style.last_mark)


def _merged_spine(units: list[Unit], draw: Draw) -> list[Unit | tuple[Unit, Unit]]:
    """Join neighbouring generic thoracic and lumbar spine to "胸腰椎" half of the time."""
    result: list[Unit | tuple[Unit, Unit]] = []
    for unit in units:
        last = result[-1] if result else None
        if (
            isinstance(last, Unit)
            and last.kind == unit.kind == "generic"
            and (last.name, unit.name) == ("thoracic_spine", "lumbar_spine")
            and draw.chance(0.6)
        ):
            result[-1] = (last, unit)
        else:
            result.append(unit)
    return result


def _unit(unit: _Named, before: _Named | None, after: _Named | None, style: PlaceStyle, draw: Draw) -> list[Piece]:
    if isinstance(unit, tuple):
        word = draw.one(("胸腰椎", "胸、腰椎", "胸椎及腰椎", "胸、腰椎椎体", "胸腰椎多个椎体", "胸腰段脊柱", "胸/腰椎"))
        return [Piece(word, unit[0].slots() + unit[1].slots())]
    if unit.kind == "vertebrae":
        return _vertebrae(unit, style, draw)
    if unit.kind == "ribs":
        bare = isinstance(after, Unit) and after.kind == "ribs" and draw.chance(0.25)
        return _ribs(unit, bare, style, draw)
    if unit.kind == "part":
        shared = isinstance(before, Unit) and before.kind == "part" and before.side == unit.side != "midline"
        return [Piece(_part(unit, shared and draw.chance(0.35), style, draw), unit.slots())]
    return [Piece(_generic(unit, style, draw), unit.slots())]


def _side(side: str, style: PlaceStyle, draw: Draw) -> str:
    words = _SIDE[side]
    return draw.one(words) if draw.chance(0.1) else words[style.sides % len(words)]


def _chunks(numbers: tuple[int, ...], draw: Draw) -> list[tuple[int, ...]]:
    """Break numbers into ranges and singles as readers do: three in a row are a range, two seldom."""
    result: list[tuple[int, ...]] = []
    for run in runs(numbers):
        if (len(run) >= 3 and draw.chance(0.93)) or (len(run) == 2 and draw.chance(0.35)):
            result.append(run)
        else:
            result += [(n,) for n in run]
    return result


def _range(chunk: tuple[int, ...], say: Callable[[int], str], prefix: str, style: PlaceStyle, draw: Draw) -> str:
    """Write one number or a range; the prefix ("T", "胸") may come back before the second ("T8-T10")."""
    if len(chunk) == 1:
        return say(chunk[0])
    if len(chunk) == 2 and draw.chance(0.4):
        return f"{say(chunk[0])}{draw.one(('/', '、', '、', '，'))}{say(chunk[1])}"
    mark = style.range_mark if draw.chance(0.9) else draw.one(("-", "~", "至"))
    return f"{say(chunk[0])}{mark}{prefix if draw.chance(0.25) else ''}{say(chunk[-1])}"


def _vertebrae(unit: Unit, style: PlaceStyle, draw: Draw) -> list[Piece]:
    form = style.vertebra if draw.chance(0.85) else draw.one(("T8", "胸8", "第8胸椎", "第八胸椎", "胸八"))
    if not unit.name:
        return [Piece(_crossing(unit, form, style, draw), unit.slots())]
    offset = FIRST_COORDINATE[unit.name] - 1
    in_words = form in ("第八胸椎", "胸八")

    def say(n: int) -> str:
        return _NUMERALS[n - offset] if in_words else str(n - offset)

    chunks = _chunks(unit.numbers, draw)
    if form in ("第8胸椎", "第八胸椎"):
        return _ordinal_vertebrae(unit, chunks, say, style, draw)
    prefix = _CHARACTER[unit.name] if form in ("胸8", "胸八") else _LETTER[unit.name]
    if form == "D8" and prefix == "T":
        prefix = "D"
    if form == "胸椎8":
        prefix = f"{_CHARACTER[unit.name]}椎"
    elif form == "L-3":
        prefix += "-"
    suffix = _vertebra_suffix(unit, style, draw)
    if len(chunks) == 1 or draw.chance(0.5):
        text = draw.one(("、", "、", ".", "，") if not in_words else ("、",)).join(
            _range(c, say, prefix, style, draw) for c in chunks
        )
        return [Piece(f"{prefix}{text}{suffix}", unit.slots())]
    pieces = []
    for index, chunk in enumerate(chunks):
        last = index == len(chunks) - 1
        end = suffix if last else (suffix if suffix == "椎体" and draw.chance(0.15) else "")
        pieces += [Piece("、")] if index else []
        pieces.append(Piece(f"{prefix}{_range(chunk, say, prefix, style, draw)}{end}", unit.slots(chunk)))
    return pieces


def _vertebra_suffix(unit: Unit, style: PlaceStyle, draw: Draw) -> str:
    if len(unit.numbers) == 1 and draw.chance(0.12):
        return style.vertebra_part
    return draw.one(("椎体", "椎体", "椎体", "椎体", "", "", "", "椎", "椎骨"))


def _ordinal_vertebrae(
    unit: Unit, chunks: Sequence[tuple[int, ...]], say: Callable[[int], str], style: PlaceStyle, draw: Draw
) -> list[Piece]:
    tail = f"{_CHARACTER[unit.name]}{draw.one(('椎', '椎', '椎体', '椎椎体'))}"
    if len(chunks) == 1 or draw.chance(0.7):
        text = "、".join(_range(c, say, "", style, draw) for c in chunks)
        return [Piece(f"第{text}{tail}", unit.slots())]
    pieces = []
    for index, chunk in enumerate(chunks):
        pieces += [Piece("、")] if index else []
        pieces.append(
            Piece(f"第{_range(chunk, say, '第' if len(chunk) > 2 else '', style, draw)}{tail}", unit.slots(chunk))
        )
    return pieces


def _crossing(unit: Unit, form: str, style: PlaceStyle, draw: Draw) -> str:
    """A range over two parts of the spine: "T11-L2椎体", "胸11至腰2椎体", "第11胸椎至第2腰椎"."""

    def end(coordinate: int) -> str:
        region = max(
            (r for r, first in FIRST_COORDINATE.items() if first <= coordinate), key=FIRST_COORDINATE.__getitem__
        )
        number = coordinate - FIRST_COORDINATE[region] + 1
        character, letter = _CHARACTER[region], _LETTER[region]
        forms = {
            "T8": f"{letter}{number}",
            "胸8": f"{character}{number}",
            "第8胸椎": f"第{number}{character}椎",
            "第八胸椎": f"第{_NUMERALS[number]}{character}椎",
            "胸八": f"{character}{_NUMERALS[number]}",
            "D8": f"{'D' if letter == 'T' else letter}{number}",
            "胸椎8": f"{character}椎{number}",
            "L-3": f"{letter}-{number}",
        }
        return forms[form]

    suffix = "" if form.startswith("第") else draw.one(("椎体", "椎体", "椎", ""))
    return f"{end(unit.numbers[0])}{style.range_mark}{end(unit.numbers[-1])}{suffix}"


def _ribs(unit: Unit, bare: bool, style: PlaceStyle, draw: Draw) -> list[Piece]:
    side = _side(unit.side, style, draw)
    form = style.rib if draw.chance(0.85) else draw.one(("第6肋", "第六肋", "6肋"))

    def say(n: int) -> str:
        return _NUMERALS[n] if form == "第六肋" else str(n)

    ordinal = "" if form == "6肋" else "第"
    tail = "" if bare else _rib_tail(unit, form, style, draw)
    chunks = _chunks(unit.numbers, draw)
    if len(chunks) == 1 or draw.chance(0.75):
        text = draw.one(("、", "、", "、", "，", "/")).join(_range(c, say, "", style, draw) for c in chunks)
        return [Piece(f"{side}{ordinal}{text}{tail}", unit.slots())]
    pieces = []
    for index, chunk in enumerate(chunks):
        pieces += [Piece("、")] if index else []
        start = side if index == 0 or draw.chance(0.1) else ""
        rib = f"{start}{ordinal or '第'}{_range(chunk, say, '', style, draw)}{tail or '肋'}"
        pieces.append(Piece(rib, unit.slots(chunk)))
    return pieces


def _rib_tail(unit: Unit, form: str, style: PlaceStyle, draw: Draw) -> str:
    word = "肋骨" if form == "第6肋骨" else "肋"
    # The eleventh and twelfth rib end freely: nothing of them lies in front.
    if draw.chance(0.65) or (style.rib_part == 0 and unit.numbers[-1] > 10):
        return word
    return draw.one(_RIB_PARTS[style.rib_part]).replace("{肋}", word)


def _part(unit: Unit, drop_side: bool, style: PlaceStyle, draw: Draw) -> str:
    fine = fine_region(unit.name if unit.side == "midline" else f"{unit.name}_{unit.sides[0]}")
    terms = fine.terms_zh[:1] * 2 + fine.terms_zh + _MORE_TERMS.get(unit.name, ())
    term = style.terms.setdefault(unit.name, draw.one(terms))
    if unit.side == "midline" or drop_side:
        return term
    if unit.side == "both" and draw.chance(0.06):
        return f"左、右侧{term}"
    side = _side(unit.side, style, draw)
    if len(term) == 1:  # "双肩", "左膝"
        side = side[0]
    elif len(side) == 1 and term[0] in "第足手":
        side += "侧"
    return f"{side}{term}"


def _generic(unit: Unit, style: PlaceStyle, draw: Draw) -> str:
    term = reporting_region(unit.name).term_zh
    words = _GENERIC_ONE.get(unit.name, (term,))
    if unit.count > 1 and unit.name in _GENERIC_MANY and draw.chance(0.6):
        words = _GENERIC_MANY[unit.name]
    word = style.terms.setdefault(f"{unit.name} {len(words)}", draw.one(words))
    if unit.name == "pelvis" and unit.side == "both" and draw.chance(0.8):
        return word
    side = _side(unit.side, style, draw)
    return f"{side + '侧' if len(side) == 1 and word[0] in '多部诸' else side}{word}"
