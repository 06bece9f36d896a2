"""The words of bone scan reports: places, sides, uptake, nature, doubt, denial, in Chinese and English (floor 2).

Places come from ``anatomy.py``'s table; what readers write beside it stands here. All words are matched in normalised
text (``report.normalise``) in lower case. A cue is a regular expression; a text is searched for each of them once.
"""

# ruff: noqa: E501 (patterns and lists of words)

from __future__ import annotations

import re
from functools import cache

from .anatomy import FINE_REGIONS, REPORTING_REGIONS

SKELETON = "skeleton"
"""The region of a statement about the whole skeleton, or all the rest of it."""

_SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine")

_LIMBS = ("humerus", "forearm", "hand", "femur", "patella", "leg", "foot")
_CHEST = ("ribs", "sternum", "clavicle", "scapula")

# Synonyms beside anatomy's table, by reporting region.
_ZH: dict[str, str] = {
    "skull": """颅盖 颅板 枕骨 枕部 额骨 额部 顶骨 顶部颅骨 颞骨 蝶骨 筛骨 颧骨 颧弓 眶骨 眼眶 眶壁 鼻骨 上颌骨 上颌 上颌窦
        牙槽骨 乳突 斜坡 头骨 头颅骨 颅面骨 面骨 颅顶骨""",
    "mandible": "下颌骨体 下颌角 下颌支 颞下颌关节 颞颌关节 下牙槽",
    "cervical_spine": "颈椎 颈段脊柱 颈椎椎体 寰椎 枢椎 寰枢椎 颈段 颈部椎体",
    "thoracic_spine": "胸椎 胸段脊柱 胸椎椎体 胸段 胸段椎体",
    "lumbar_spine": "腰椎 腰段脊柱 腰椎椎体 腰椎序列 腰段 腰段椎体",
    "sacrum": "骶椎 骶骨翼 骶尾椎 骶尾部 尾骨 尾椎 骶部 骶管",
    "pelvis": """骨盆 骨盆诸骨 骨盆各骨 盆骨 盆腔骨 髂骨体 髂骨嵴 髂前上棘 髂前下棘 髂后上棘 髂翼 髂窝 髂嵴 坐骨支 坐骨大切迹 坐耻骨
        耻坐骨 耻骨上支 耻骨下支 耻骨联合 耻骨体 髋骨 髋臼顶 髋臼缘 髋 骼骨 髋部""",
    "ribs": "肋骨 肋 诸肋 各肋 肋弓 前肋 后肋 侧肋 腋肋 肋骨头 肋头 肋椎关节 肋软骨 胸肋关节 助骨 多根肋骨 数根肋骨",
    "sternum": "胸骨角 胸骨剑突 剑突 胸骨柄体交界 胸骨下段 胸骨中段 柄体联合",
    "clavicle": "锁骨头 锁骨内侧端 锁骨外侧端 锁骨近端 锁骨远端 锁骨胸骨端 锁骨肩峰端 胸锁",
    "scapula": "肩峰 喙突 肩胛冈 肩胛盂 肩胛下角 肩胛骨下角 关节盂 肩胛部 肩胛区",
    "humerus": "肱骨大结节 肱骨颈 肱骨外科颈 肱骨髁 肱骨外上髁 肱骨内上髁 上臂骨 肩 肘 肘部 肩袖",
    "forearm": "尺桡骨 桡尺骨 桡骨小头 桡骨头 桡骨茎突 鹰嘴 尺骨鹰嘴 前臂 前臂骨",
    "hand": "掌骨 指骨 腕 腕部 腕掌关节 指间关节 掌指关节 手 手指 手腕 舟状骨 月骨",
    "femur": """股骨头 股骨颈 股骨大粗隆 股骨小粗隆 股骨粗隆间 股骨大转子 股骨小转子 大粗隆 小粗隆 粗隆间 粗隆 大转子 小转子 转子间
        股骨内髁 股骨外髁 股骨内侧髁 股骨外侧髁 股骨干骺端 膝 膝关节 大腿骨 股骨转子间""",
    "patella": "髌骨 膝盖骨",
    "leg": "胫腓骨 小腿骨 小腿 胫骨结节 胫骨干 腓骨头 腓骨小头 内踝 外踝 腓骨远端 腓骨近端",
    "foot": "跟骨 距骨 跖骨 趾骨 足舟骨 骰骨 楔骨 踝 踝部 足 足跟 跗跖关节 跖趾关节 趾 足背 足趾",
    SKELETON: """余骨 余骨骼 余各骨 余诸骨 余全身骨 余全身骨骼 其余骨 其余骨骼 其余各骨 其余诸骨 其余部位 其余部位骨骼 其余全身骨骼 其它骨骼
        其他骨骼 其他部位 余部位 余部 余所见骨 其余 全身骨骼 全身诸骨 全身各骨 全身骨质 骨骼系统 各骨 诸骨 中轴骨 全身 扫描野内骨骼
        视野内骨骼 其余显影骨骼 全身其余骨骼 全身其他骨骼 全身其它骨骼 余处 余区 四肢骨及中轴骨""",
}
_ZH_COMPOUND: dict[str, tuple[str, ...]] = {
    "脊柱": _SPINE, "全脊柱": _SPINE, "脊椎": _SPINE, "颈胸腰椎": _SPINE, "各椎体": _SPINE, "诸椎体": _SPINE,
    "胸腰椎": _SPINE[1:], "胸腰段": _SPINE[1:], "胸腰椎体": _SPINE[1:], "颈胸椎": _SPINE[:2], "颈胸段": _SPINE[:2],
    "颈腰椎": ("cervical_spine", "lumbar_spine"), "腰骶椎": ("lumbar_spine", "sacrum"),
    "腰骶部": ("lumbar_spine", "sacrum"), "腰骶段": ("lumbar_spine", "sacrum"), "胸腰骶椎": (*_SPINE[1:], "sacrum"),
    "四肢骨": _LIMBS, "四肢骨骼": _LIMBS, "四肢诸骨": _LIMBS, "四肢": _LIMBS, "四肢长骨": ("humerus", "forearm", "femur", "leg"),
    "上肢骨": ("humerus", "forearm", "hand"), "下肢骨": ("femur", "leg", "foot"), "肩胛带": ("clavicle", "scapula"),
    "胸廓": _CHEST, "胸廓诸骨": _CHEST,
}  # fmt: skip
_EN: dict[str, str] = {
    "skull": """cranial vault|calvaria|calvarial|occiput|occipital bone|occipital|frontal bone|parietal bone|parietal|temporal bone|
        sphenoid|zygoma|zygomatic bone|zygomatic arch|orbit|nasal bone|maxilla|maxillae|facial bone|mastoid|clivus|head""",
    "mandible": "mandibular|temporomandibular joint|tmj|jaw|chin",
    "cervical_spine": "cervical spine|cervical vertebra|cervical vertebral body|c-spine|c spine|c/spine|neck|atlas|odontoid",
    "thoracic_spine": """thoracic spine|thoracic vertebra|thoracic vertebral body|dorsal spine|dorsal vertebra|t-spine|t spine|
        thoracic cage spine|d-spine|t/spine""",
    "lumbar_spine": "lumbar spine|lumbar vertebra|lumbar vertebral body|l-spine|l spine|l/spine|lower back",
    "sacrum": "sacral|sacral ala|sacral alae|coccyx|coccygeal|sacrococcygeal region|sacrum and coccyx|sacral vertebra",
    "pelvis": """pelvic|pelvic bone|bony pelvis|hemipelvis|iliac|ilia|iliac fossa|anterior superior iliac spine|asis|innominate bone|
        innominate|ischial|ischia|pubic|pubes|pubic rami|superior pubic ramus|inferior pubic ramus|ischiopubic ramus|
        pubic symphysis|symphysis pubis|symphysis|acetabula|acetabular|acetabular roof|acetabular rim|sacroiliac|
        sacro-iliac joint|si joint|sij|os coxae|iliac spine""",
    "ribs": """rib|costal|costal arch|costal arc|costal margin|rib cage|ribcage|costochondral junction|costovertebral joint|
        costovertebral junction|hemithorax|costal cartilage""",
    "sternum": "sternal|breastbone|xiphoid|xiphoid process|sternal angle|manubriosternal joint|manubrial|sternomanubrial joint",
    "clavicle": "clavicular|clavicular head|sternoclavicular|collarbone|medial clavicle|distal clavicle",
    "scapula": """scapular|acromion|coracoid|coracoid process|glenoid|scapular spine|acromioclavicular|scapulae|
        inferior angle of the scapula""",
    "humerus": "humeral|humeri|humeral neck|humeral shaft|upper arm|arm|rotator cuff|glenohumeral|elbow",
    "forearm": "radial head|radial styloid|radii|olecranon|forearm|ulnar|ulnae|distal radius",
    "hand": "carpal|carpal bone|metacarpal|phalanx|phalanges|finger|thumb|wrist|scaphoid|carpometacarpal joint|metacarpophalangeal joint|interphalangeal joint",
    "femur": """femoral|femora|femurs|femoral head|femoral neck|greater trochanter|lesser trochanter|trochanteric|intertrochanteric|
        intertrochanteric region|trochanters|subtrochanteric|thigh|thigh bone|femoral condyles|medial femoral condyle""",
    "patella": "patellar|patellae|knee cap",
    "leg": "tibial|tibiae|fibular|fibulae|shin|lower leg|medial malleolus|lateral malleolus|malleolus|tibia/fibula|fibular head",
    "foot": """calcaneus|calcaneal|calcanei|heel|talus|talar|metatarsal|tarsal|toe|feet|forefoot|hindfoot|ankle|navicular|cuboid|
        great toe|metatarsophalangeal joint|tarsometatarsal joint|tarsus|os calcis""",
    SKELETON: """remaining skeleton|rest of the skeleton|remainder of the skeleton|remainder of the visualized skeleton|whole skeleton|
        entire skeleton|axial skeleton|axial and appendicular skeleton|skeleton|remaining bones|other bones|rest of the bones|
        elsewhere|remainder of the scan|rest of the scan|remaining bony structures|remaining osseous structures|bony skeleton|
        visualized skeleton|visualised skeleton|remainder of the study|rest of the study|remainder|remaining osseous skeleton|
        appendicular and axial skeleton|osseous structures|other sites""",
}
_EN_COMPOUND: dict[str, tuple[str, ...]] = {
    "spine": _SPINE, "vertebral column": _SPINE, "spinal column": _SPINE, "thoracolumbar spine": _SPINE[1:],
    "thoracolumbar": _SPINE[1:], "thoracic-lumbar spine": _SPINE[1:], "cervicothoracic": _SPINE[:2],
    "cervicothoracic spine": _SPINE[:2], "lumbosacral spine": ("lumbar_spine", "sacrum"),
    "lumbosacral": ("lumbar_spine", "sacrum"), "lumbosacral junction": ("lumbar_spine", "sacrum"),
    "thoracolumbar junction": _SPINE[1:],
    "extremities": _LIMBS, "appendicular skeleton": _LIMBS, "limbs": _LIMBS, "long bones": ("humerus", "forearm", "femur", "leg"),
    "shoulder girdle": ("clavicle", "scapula"), "upper extremity": ("humerus", "forearm", "hand"), "lower extremity": ("femur", "leg", "foot"),
    "upper limb": ("humerus", "forearm", "hand"), "lower limb": ("femur", "leg", "foot"),
    "thoracic cage": _CHEST, "thorax": _CHEST, "chest wall": _CHEST,
    "upper extremities": ("humerus", "forearm", "hand"), "lower extremities": ("femur", "leg", "foot"),
}  # fmt: skip
# "thoracic and lumbar spine": an adjective that waits for its noun.
WAITING_EN = {
    "cervical": "cervical_spine",
    "thoracic": "thoracic_spine",
    "dorsal": "thoracic_spine",
    "lumbar": "lumbar_spine",
}
_IRREGULAR = {"vertebra": "vertebrae", "vertebral body": "vertebral bodies", "foot": "feet", "pubis": "pubes"}
# Words that look like a place and are none: the name of the examination, soft tissue, arteries.
_NO_PLACE = re.compile(
    r"(?:不足|充足|手术|近脊柱|脊柱旁|椎旁|脊柱侧[弯凸]|颈部疼|腰背|neck pain|other hand|on hand|femoral arter(?:y|ies)|radial arter(?:y|ies)|iliac arter\w+|head and neck|thoracic surgery)"
)


def _plurals(term: str) -> tuple[str, ...]:
    for word, plural in _IRREGULAR.items():
        if term.endswith(word):
            return term, term[: -len(word)] + plural
    return term, f"{term}s" if not term.endswith(("s", "x", "ch")) else f"{term}es"


def _of_the_table() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for fine in FINE_REGIONS:
        if fine.level:
            continue
        part = fine.name.removesuffix(f"_{fine.side}")
        for term in (*fine.terms_zh, *(each for one in fine.terms_en for each in _plurals(one.lower()))):
            found.setdefault(term, ((fine.region, part),))
    for region in REPORTING_REGIONS:
        for term in (region.term_zh, *_plurals(region.term_en)):
            found.setdefault(term, ((region.name, ""),))
    return found


@cache
def places() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return each term with what it names: pairs of reporting region and part ("ilium", or "" for the region)."""
    found = _of_the_table()
    for name, words in _ZH.items():
        for term in words.split():
            found.setdefault(term, ((name, ""),))
    for name, words in _EN.items():
        for one in words.split("|"):
            for term in _plurals(" ".join(one.split())):
                found.setdefault(term, ((name, ""),))
    for compounds in (_ZH_COMPOUND, _EN_COMPOUND):
        for term, names in compounds.items():
            found[term] = tuple((name, "") for name in names)
    for term in ("sternum", "胸骨", "skull", "颅骨"):  # the table's usual word of a part is the word of the whole
        found[term] = ((found[term][0][0], ""),)
    return found


def _alternatives(terms: list[str]) -> str:
    return "|".join(re.escape(term).replace(r"\ ", r"[\s-]{1,3}") for term in sorted(terms, key=lambda t: (-len(t), t)))


_REST = re.compile(
    r"(?:其余|其它|其他|(?<![0-9多十百几])余)(?:的|全身|所见|所示|各|诸|部位|部|处|区域?|骨骼|骨质|骨|显影|显像|可见|扫描|视野|范围|野|内|之)*"
    r"|(?<![a-z])(?:the )?(?:rest|remainder) of (?:the |her |his )?(?:[a-z]+ ){0,3}(?:skeleton|bones|scan|study|body|structures|examination|exam)(?![a-z])"
    r"|(?<![a-z])(?:remaining|other|residual|remainder|visuali[sz]ed|imaged) (?:[a-z]+ ){0,2}(?:skeleton|bones|structures|regions?|areas?|parts|sites|osseous)(?![a-z])"
    r"|(?<![a-z])(?:elsewhere|otherwise)(?: in the (?:[a-z]+ )?(?:skeleton|bones))?(?![a-z])"
)


def rest_of_skeleton(text: str) -> list[tuple[int, int]]:
    """Return the spans of words for all the other bones: "余骨", "the rest of the skeleton"."""
    return [match.span() for match in _REST.finditer(text)]


@cache
def place_pattern() -> re.Pattern[str]:
    """Return the pattern of all terms, the longest first; English ones stand between other letters' ends."""
    zh = [term for term in places() if not term.isascii()]
    en = [term for term in places() if term.isascii()]
    return re.compile(f"(?:{_alternatives(zh)})|(?<![a-z])(?:{_alternatives(en)})(?![a-z])")


def no_place(text: str) -> list[tuple[int, int]]:
    """Return the spans of words that look like a place and are none."""
    return [match.span() for match in _NO_PLACE.finditer(text)]


# ---- misspellings that keep the length ------------------------------------------------------------------------------

_MISSPELT_ZH = {
    "左则": "左侧", "右则": "右侧", "双则": "双侧", "农聚": "浓聚", "浓具": "浓聚", "锥体": "椎体",
    "助骨": "肋骨", "骼骨": "髂骨", "骶骼": "骶髂", "退形性": "退行性", "退型性": "退行性", "腰锥": "腰椎", "胸锥": "胸椎",
    "颈锥": "颈椎", "骨拆": "骨折", "转移癖": "转移癌", "末见": "未见", "异长": "异常", "摄取曾": "摄取增", "曾高": "增高",
}  # fmt: skip
_MISSPELT_ZH_PATTERN = re.compile("|".join(map(re.escape, _MISSPELT_ZH)))
_LONG_WORD = re.compile(r"(?<![a-z])[a-z]{6,16}(?![a-z])")
_COMMON_EN = """abnormal accumulation activity adjacent anterior benign bilateral compatible consistent corresponding costal
    degenerative described diffuse disease equivocal evidence excluded findings focal fracture fractures images increased
    indeterminate intense kidneys lateral lesion lesions likely metastases metastasis metastatic moderate multiple
    nonspecific normal osseous posterior previous probable process proximal region remaining report skeletal suggest
    suggestive suspicious tracer unchanged unremarkable uptake distal medial compared physiological arthritis traumatic"""


@cache
def _spelling() -> tuple[frozenset[str], dict[str, str]]:
    """Return known long words, and each slip of one of them (two letters changed places, or one wildcard letter)."""
    known = {word for term in places() if term.isascii() for word in re.findall("[a-z]{6,}", term)}
    known |= {word for word in _COMMON_EN.split() if len(word) > 5}
    slips: dict[str, str] = {}
    for word in sorted(known):
        for i in range(1, len(word)):
            slips.setdefault(f"{word[:i]}?{word[i + 1 :]}", word)
        for i in range(len(word) - 1):
            slips.setdefault(word[:i] + word[i + 1] + word[i] + word[i + 2 :], word)
    return frozenset(known), slips


def _spelt(match: re.Match[str]) -> str:
    word = match.group()
    known, slips = _spelling()
    if word in known:
        return word
    if word in slips:
        return slips[word]
    if len(word) > 6:  # one letter wrong; short words are too near to others
        for i in range(1, len(word)):
            if found := slips.get(f"{word[:i]}?{word[i + 1 :]}"):
                # "femoral" is no slip of "humoral"; a plural or another ending is no slip either
                return found if i < len(word) - 2 else word
    return word


def spelt(text: str) -> str:
    """Return lower-case ``text`` with usual slips of the same length set right, so that spans stay valid."""
    text = _MISSPELT_ZH_PATTERN.sub(lambda match: _MISSPELT_ZH[match.group()], text)
    return _LONG_WORD.sub(_spelt, text)
