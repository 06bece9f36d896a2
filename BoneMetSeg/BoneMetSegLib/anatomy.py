"""The one table of the skeleton: fine regions, reporting regions, BSI bones, codes and terms (floor 1).

Simulator, text tags, skeleton head, segment names, terminology, Bone Scan Index and concordance all read this table.
SNOMED CT codes are those listed by DICOM's context groups as pydicom carries them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Code:
    """A coded concept: value, scheme and meaning as DICOM writes them."""

    value: str
    scheme: str
    meaning: str


def _sct(value: str, meaning: str) -> Code:
    return Code(value, "SCT", meaning)


@dataclass(frozen=True)
class ReportingRegion:
    """A region of the skeleton as reports and the Bone Scan Index speak of it.

    Attributes
    ----------
    name : str
        Identifier, also in ``hot_spots.csv``.
    sided : bool
        Has a left and a right.
    term_en, term_zh : str
        Words for names and tables, singular, without side.
    code : Code
    bsi_bones : tuple of str
        Keys of the weights file; empty where the Bone Scan Index has no weight (patella).
    levels : tuple of str
        Names of the numbered parts, cranial first; empty where there are none.
    """

    name: str
    sided: bool
    term_en: str
    term_zh: str
    code: Code
    bsi_bones: tuple[str, ...]
    levels: tuple[str, ...] = ()


CERVICAL_LEVELS = tuple(f"C{n}" for n in range(1, 8))
THORACIC_LEVELS = tuple(f"T{n}" for n in range(1, 13))
LUMBAR_LEVELS = tuple(f"L{n}" for n in range(1, 6))
VERTEBRA_LEVELS = CERVICAL_LEVELS + THORACIC_LEVELS + LUMBAR_LEVELS
RIB_LEVELS = tuple(str(n) for n in range(1, 13))

REPORTING_REGIONS: tuple[ReportingRegion, ...] = (
    ReportingRegion("skull", False, "skull", "颅骨", _sct("89546000", "Skull"), ("skull",)),
    ReportingRegion("mandible", False, "mandible", "下颌骨", _sct("91609006", "Mandible"), ("mandible",)),
    ReportingRegion(
        "cervical_spine",
        False,
        "cervical spine",
        "颈椎",
        _sct("122494005", "Cervical spine"),
        ("spine",),
        CERVICAL_LEVELS,
    ),
    ReportingRegion(
        "thoracic_spine",
        False,
        "thoracic spine",
        "胸椎",
        _sct("122495006", "Thoracic spine"),
        ("spine",),
        THORACIC_LEVELS,
    ),
    ReportingRegion(
        "lumbar_spine", False, "lumbar spine", "腰椎", _sct("122496007", "Lumbar spine"), ("spine",), LUMBAR_LEVELS
    ),
    ReportingRegion("sacrum", False, "sacrum", "骶骨", _sct("54735007", "Sacrum"), ("spine",)),
    ReportingRegion("pelvis", True, "pelvis", "骨盆", _sct("118645006", "Pelvis"), ("pelvis",)),
    ReportingRegion("ribs", True, "rib", "肋骨", _sct("113197003", "Rib"), ("ribs",), RIB_LEVELS),
    ReportingRegion("sternum", False, "sternum", "胸骨", _sct("56873002", "Sternum"), ("sternum",)),
    ReportingRegion("clavicle", True, "clavicle", "锁骨", _sct("51299004", "Clavicle"), ("clavicle",)),
    ReportingRegion("scapula", True, "scapula", "肩胛骨", _sct("79601000", "Scapula"), ("scapula",)),
    ReportingRegion("humerus", True, "humerus", "肱骨", _sct("85050009", "Humerus"), ("humerus",)),
    ReportingRegion("forearm", True, "forearm", "前臂骨", _sct("14975008", "Forearm"), ("radius", "ulna")),
    ReportingRegion("hand", True, "hand", "手骨", _sct("24097009", "Hand bone"), ("hand",)),
    ReportingRegion("femur", True, "femur", "股骨", _sct("71341001", "Femur"), ("femur",)),
    ReportingRegion("patella", True, "patella", "髌骨", _sct("64234005", "Patella"), ()),
    ReportingRegion("leg", True, "tibia/fibula", "胫腓骨", _sct("30021000", "Lower leg"), ("tibia", "fibula")),
    ReportingRegion("foot", True, "foot", "足骨", _sct("56459004", "Foot"), ("foot",)),
)

_REGION_BY_NAME = {region.name: region for region in REPORTING_REGIONS}

SIDE_CODES: dict[str, Code] = {"left": _sct("7771000", "Left"), "right": _sct("24028007", "Right")}
SIDE_TERMS_ZH = {"left": "左侧", "right": "右侧", "midline": ""}

VERTEBRA_CODES: dict[str, Code] = {
    level: _sct(value, f"{level} vertebra")
    for level, value in zip(
        VERTEBRA_LEVELS,
        (
            "14806007 39976000 113205007 5329002 36978003 36054005 87391001 "
            "64864005 53733008 1626008 73071006 56401006 45296009 62487009 11068009 82687006 7610001 12989004 23215003 "
            "66794005 14293000 36470004 11994002 49668003"
        ).split(),
        strict=True,
    )
}


@dataclass(frozen=True)
class SkeletonChannel:
    """One output of the skeleton head: a reporting region on one side ("midline" for unpaired regions)."""

    region: str
    side: str

    @property
    def name(self) -> str:
        """Name in ``TEXT_SLOTS`` and in result.json: "ribs_left", "sacrum"."""
        return self.region if self.side == "midline" else f"{self.region}_{self.side}"


SKELETON_CHANNELS: tuple[SkeletonChannel, ...] = tuple(
    SkeletonChannel(region.name, side)
    for region in REPORTING_REGIONS
    for side in (("left", "right") if region.sided else ("midline",))
)
SKELETON_CHANNEL_NAMES = tuple(channel.name for channel in SKELETON_CHANNELS)


@dataclass(frozen=True)
class FineRegion:
    """The finest place the project names: a vertebra, a rib, a joint, a third of a long bone on one side.

    Attributes
    ----------
    name : str
        ``vertebra_L3``, ``rib_7_left``, ``ilium_right``, ``skull_vault``.
    region : str
        Its reporting region.
    side : {"left", "right", "midline"}
    level : str
        "L3" or "7"; empty where the region has no levels.
    is_joint : bool
        A joint is a place for uptake (arthritis), not a bone of its own.
    terms_en, terms_zh : tuple of str
        Ways to say it without side, the usual one first.
    """

    name: str
    region: str
    side: str
    level: str
    is_joint: bool
    terms_en: tuple[str, ...]
    terms_zh: tuple[str, ...]

    @property
    def channel(self) -> int:
        """Index of its reporting region and side in ``SKELETON_CHANNELS``."""
        return channel_index(self.region, self.side)


_ZH_NUMBERS = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()


def _vertebra(level: str) -> FineRegion:
    letter, number = level[0], int(level[1:])
    part_zh, part_en, region = {
        "C": ("颈", "cervical", "cervical_spine"),
        "T": ("胸", "thoracic", "thoracic_spine"),
        "L": ("腰", "lumbar", "lumbar_spine"),
    }[letter]
    zh = (
        f"{level}椎体",
        f"第{number}{part_zh}椎",
        f"{part_zh}{number}椎体",
        f"{part_zh}{number}",
        level,
        f"第{_ZH_NUMBERS[number - 1]}{part_zh}椎",
        f"{part_zh}{_ZH_NUMBERS[number - 1]}椎体",
    )
    en: tuple[str, ...] = (
        level,
        f"{level} vertebra",
        f"{level} vertebral body",
        f"{_ORDINALS[number - 1]} {part_en} vertebra",
    )
    if letter == "T":
        en += (f"D{number}",)
    return FineRegion(f"vertebra_{level}", region, "midline", level, False, en, zh)


def _rib(number: int, side: str) -> FineRegion:
    ordinal_suffix = {1: "st", 2: "nd", 3: "rd"}.get(number, "th")
    en = (f"{number}{ordinal_suffix} rib", f"{_ORDINALS[number - 1]} rib", f"rib {number}")
    zh = (f"第{number}肋", f"第{number}肋骨", f"第{_ZH_NUMBERS[number - 1]}肋", f"{number}肋")
    return FineRegion(f"rib_{number}_{side}", "ribs", side, str(number), False, en, zh)


# name, reporting region, sided, joint, English terms, Chinese terms
_OTHER_PARTS: tuple[tuple[str, str, bool, bool, str, str], ...] = (
    ("skull_vault", "skull", False, False, "skull|calvarium|skull vault|cranium", "颅骨|颅盖骨|头颅|颅顶"),
    ("skull_base", "skull", False, False, "skull base", "颅底|颅底骨"),
    ("facial_bones", "skull", False, False, "facial bones|maxilla", "面颅骨|上颌骨|颌面部"),
    ("mandible", "mandible", False, False, "mandible|lower jaw", "下颌骨|下颌"),
    ("sacrum", "sacrum", False, False, "sacrum|sacral spine", "骶骨|骶椎|骶尾骨"),
    ("manubrium", "sternum", False, False, "manubrium|upper sternum", "胸骨柄|胸骨上段"),
    ("sternal_body", "sternum", False, False, "sternum|sternal body", "胸骨|胸骨体"),
    ("ilium", "pelvis", True, False, "ilium|iliac bone|iliac wing|iliac crest", "髂骨|髂骨翼|髂嵴"),
    ("ischium", "pelvis", True, False, "ischium|ischial tuberosity", "坐骨|坐骨结节"),
    ("pubis", "pelvis", True, False, "pubis|pubic bone|pubic ramus", "耻骨|耻骨支"),
    ("acetabulum", "pelvis", True, False, "acetabulum|acetabular region", "髋臼|髋臼区"),
    ("sacroiliac_joint", "pelvis", True, True, "sacroiliac joint|SI joint", "骶髂关节"),
    ("hip_joint", "pelvis", True, True, "hip|hip joint", "髋关节|髋部"),
    ("clavicle", "clavicle", True, False, "clavicle|collar bone", "锁骨"),
    ("sternoclavicular_joint", "clavicle", True, True, "sternoclavicular joint|SC joint", "胸锁关节"),
    ("scapula", "scapula", True, False, "scapula|shoulder blade", "肩胛骨|肩胛"),
    ("acromioclavicular_joint", "scapula", True, True, "acromioclavicular joint|AC joint", "肩锁关节"),
    ("shoulder_joint", "humerus", True, True, "shoulder|shoulder joint|glenohumeral joint", "肩关节|肩部"),
    ("humerus_proximal", "humerus", True, False, "proximal humerus|humeral head", "肱骨上段|肱骨近端|肱骨头"),
    ("humerus_shaft", "humerus", True, False, "humerus|humeral shaft|mid humerus", "肱骨|肱骨干|肱骨中段"),
    ("humerus_distal", "humerus", True, False, "distal humerus", "肱骨下段|肱骨远端"),
    ("elbow_joint", "humerus", True, True, "elbow|elbow joint", "肘关节"),
    ("radius", "forearm", True, False, "radius", "桡骨"),
    ("ulna", "forearm", True, False, "ulna", "尺骨"),
    ("wrist_joint", "hand", True, True, "wrist|wrist joint|carpus", "腕关节|腕骨"),
    ("hand", "hand", True, False, "hand|hand bones", "手骨|手部|掌指关节"),
    (
        "femur_proximal",
        "femur",
        True,
        False,
        "proximal femur|femoral neck|trochanter",
        "股骨上段|股骨近端|股骨颈|股骨粗隆",
    ),
    ("femur_shaft", "femur", True, False, "femur|femoral shaft|femoral diaphysis", "股骨|股骨干|股骨中段"),
    ("femur_distal", "femur", True, False, "distal femur|femoral condyle", "股骨下段|股骨远端|股骨髁"),
    ("knee_joint", "femur", True, True, "knee|knee joint", "膝关节|膝部"),
    ("patella", "patella", True, False, "patella|kneecap", "髌骨"),
    ("tibia_proximal", "leg", True, False, "proximal tibia|tibial plateau", "胫骨上段|胫骨平台|胫骨近端"),
    ("tibia_shaft", "leg", True, False, "tibia|tibial shaft", "胫骨|胫骨中段"),
    ("tibia_distal", "leg", True, False, "distal tibia", "胫骨下段|胫骨远端"),
    ("fibula", "leg", True, False, "fibula", "腓骨"),
    ("ankle_joint", "foot", True, True, "ankle|ankle joint", "踝关节"),
    ("foot", "foot", True, False, "foot|tarsal bones|midfoot", "足骨|足部|跗骨"),
)


def _other_regions() -> list[FineRegion]:
    regions = []
    for name, region, sided, is_joint, en, zh in _OTHER_PARTS:
        for side in ("left", "right") if sided else ("midline",):
            full_name = f"{name}_{side}" if sided else name
            regions.append(
                FineRegion(full_name, region, side, "", is_joint, tuple(en.split("|")), tuple(zh.split("|")))
            )
    return regions


FINE_REGIONS: tuple[FineRegion, ...] = (
    *(_vertebra(level) for level in VERTEBRA_LEVELS),
    *(_rib(number, side) for side in ("left", "right") for number in range(1, 13)),
    *_other_regions(),
)

_FINE_BY_NAME = {fine.name: fine for fine in FINE_REGIONS}


def reporting_region(name: str) -> ReportingRegion:
    """Return the reporting region called ``name`` (KeyError when there is none)."""
    return _REGION_BY_NAME[name]


def fine_region(name: str) -> FineRegion:
    """Return the fine region called ``name`` (KeyError when there is none)."""
    return _FINE_BY_NAME[name]


@cache
def channel_index(region: str, side: str) -> int:
    """Return the index in ``SKELETON_CHANNELS`` of a reporting region and side."""
    return SKELETON_CHANNELS.index(SkeletonChannel(region, side))


# ---- text slots: the places a report can speak of that an image can be asked about --------------------------------
# One per skeleton channel ("the ribs on the left"), one per vertebra and rib, and the whole skeleton
# ("no abnormal uptake in the skeleton", "multiple bone metastases").

WHOLE_SKELETON_SLOT = "whole_skeleton"
TEXT_SLOTS: tuple[str, ...] = (
    *SKELETON_CHANNEL_NAMES,
    *(fine.name for fine in FINE_REGIONS if fine.level),
    WHOLE_SKELETON_SLOT,
)
_SLOT_INDEX = {name: index for index, name in enumerate(TEXT_SLOTS)}


def slot_of(fine_name: str) -> int:
    """Return the text slot of a fine region: its own for vertebrae and ribs, its region and side for the others."""
    fine = _FINE_BY_NAME[fine_name]
    return _SLOT_INDEX[fine.name if fine.level else SKELETON_CHANNELS[fine.channel].name]


def slot_index(name: str) -> int:
    """Return the index in ``TEXT_SLOTS`` of a skeleton channel, a vertebra, a rib or the whole skeleton."""
    return _SLOT_INDEX[name]


# Level coordinates that the network regresses: C1 = 1 ... C7 = 7, T1 = 8 ... T12 = 19, L1 = 20 ... L5 = 24, and
# rib 1 = 1 ... rib 12 = 12. Halves lie between two levels.
def level_coordinate(fine_name: str) -> float | None:
    """Return the level coordinate of a vertebra (1-24) or a rib (1-12), None for other regions."""
    fine = _FINE_BY_NAME[fine_name]
    if not fine.level:
        return None
    return float(fine.level) if fine.region == "ribs" else float(VERTEBRA_LEVELS.index(fine.level) + 1)


def vertebra_at(coordinate: float) -> str:
    """Return the vertebra level ("L3") nearest to a spine coordinate."""
    return VERTEBRA_LEVELS[min(max(round(coordinate), 1), len(VERTEBRA_LEVELS)) - 1]


def rib_at(coordinate: float) -> str:
    """Return the rib number ("7") nearest to a rib coordinate."""
    return RIB_LEVELS[min(max(round(coordinate), 1), len(RIB_LEVELS)) - 1]


# ---- sites of physiological uptake ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class PhysiologicalSite:
    """A place of expected uptake outside bone."""

    name: str
    term_en: str
    term_zh: str
    code: Code


PHYSIOLOGICAL_SITES: tuple[PhysiologicalSite, ...] = (
    PhysiologicalSite("bladder", "bladder", "膀胱", _sct("89837001", "Bladder")),
    PhysiologicalSite("kidney", "kidney", "肾脏", _sct("64033007", "Kidney")),
    PhysiologicalSite(
        "injection_site", "injection site", "注射点", Code("injection_site", "99BONEMETSEG", "Injection site")
    ),
    PhysiologicalSite(
        "soft_tissue",
        "soft tissue or urine",
        "软组织或尿液",
        Code("physiological_uptake", "99BONEMETSEG", "Physiological uptake"),
    ),
)


def region_term(region: str, side: str, level: str, lang: str = "en") -> str:
    """Say a place in words: "left rib 7", "L3", "right femur"; "左侧第7肋", "L3椎体" with ``lang="zh"``."""
    sites = {site.name: site for site in PHYSIOLOGICAL_SITES}
    if region in sites:
        term = sites[region].term_zh if lang == "zh" else sites[region].term_en
        return f"{SIDE_TERMS_ZH[side]}{term}" if lang == "zh" else (term if side == "midline" else f"{side} {term}")
    entry = _REGION_BY_NAME[region]
    if lang == "zh":
        if region == "ribs" and level:
            return f"{SIDE_TERMS_ZH[side]}第{level}肋"
        return f"{level}椎体" if level else f"{SIDE_TERMS_ZH[side]}{entry.term_zh}"
    words = [] if side == "midline" else [side]
    if region == "ribs":
        words += ["rib", level] if level else ["rib"]
    else:
        words += [level] if level else [entry.term_en]
    return " ".join(words)
