"""Chinese bone-scan reports: the words that fill the sentences, and all that belongs to this wording.

The sentences are in ``wording_zh_findings``, ``wording_zh_natures`` and ``wording_zh_context``.

Status of a hedge: 考虑, 符合, 提示, 可能性大 call it; 可能 (alone), 不除外, 待排, 可疑, 性质待定 leave it open for
metastasis; "退变可能" and "良性病变可能" stay benign.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .report_examination import Condition
from .report_grammar import Draw, Grammar
from .report_layouts import TRAINING_LAYOUTS
from .report_wording import Wording, primary_of, sex_of
from .wording_zh_context import CONTEXT
from .wording_zh_findings import FINDINGS
from .wording_zh_natures import NATURES
from .wording_zh_places import draw_style, name_places

_ACT = "[放射性|放射性|放射性|显像剂|核素|示踪剂|骨显像剂]"
_UP = "[浓聚|浓聚|浓聚|增高|摄取增高|分布增高|异常浓聚|异常增高|浓集|摄取增加|分布浓聚|摄取异常增高]"
_DEGREE = "{degree}"
_SHAPE = "[点状|片状|团片状|团块状|条状|条索状|类圆形|结节状|斑片状|局灶性|局限性|不规则形|小片状|斑点状|团状|长条状|环形|||||]"
_NOUN = "[灶|影|区|灶|]"

_WORD_RULES: dict[str, str | tuple[str, ...]] = {
    # ---- words
    "hot": (
        f"{_SHAPE}{_ACT}{_UP}{_NOUN}",
        f"{_SHAPE}异常{_ACT}浓聚[灶|影|区]",
        f"{_DEGREE}{_SHAPE}{_ACT}{_UP}[灶|影|]",
        "异常[放射性|]浓聚[灶|影]",
        "[骨质代谢|骨代谢|骨盐代谢][异常|][增高|活跃|旺盛][灶|区]",
        "[放射性|]“热区”",
        "示踪剂摄取增高[灶|区]",
        "[成骨活动|成骨代谢|骨代谢][增强|活跃][灶|区]",
    ),
    "is_hot": (
        f"{_ACT}{_DEGREE}{_UP}",
        f"{_ACT}[分布|摄取]{_DEGREE}[增高|增多|浓聚|不均匀增高|异常增高]",
        "[骨质代谢|骨代谢|骨盐代谢]{degree}[增高|活跃|增强]",
        f"呈{_DEGREE}{_SHAPE}{_ACT}浓聚",
        "示踪剂[摄取|聚集]{degree}[增高|增多]",
    ),
    "tail": (
        "",
        "",
        "",
        "",
        "",
        "，边界[清|清晰|欠清|尚清|模糊]",
        "，形态[不规则|欠规则|规整]",
        "，大小约{size}",
        "，[放射性|]分布不均匀",
        "，[与周围骨组织|与邻近骨质]分界[清楚|欠清]",
        "，[前位|后位]显示[清楚|较清楚]",
        "，靶/本底比值约{ratio}",
    ),
    "size": ("{a}.{b}cm×{a}.{c}cm", "{a}.{b}×{a}.{c}cm", "{a}{b}mm×{a}{c}mm", "{a}.{b} cm"),
    "ratio": ("{a}.{b}", "{c}.{a}"),
    "met": (
        "骨转移",
        "骨转移",
        "骨转移瘤",
        "转移瘤",
        "骨转移灶",
        "转移性病变",
        "转移性骨肿瘤",
        "骨转移性病变",
        "[肿瘤|恶性肿瘤|{cancer}]骨转移",
        "[骨|]恶性病变",
        "骨转移癌",
        "转移",
        "恶性骨病变（转移）",
        "肿瘤性骨病变",
    ),
    "call": (
        "考虑",
        "考虑为",
        "考虑",
        "符合",
        "提示",
        "首先考虑",
        "多考虑",
        "倾向于",
        "结合病史考虑",
        "多考虑为",
        "支持",
        "诊断为",
        "系",
        "为",
    ),
    "likely": ("", "", "", "", "可能性大", "可能大", "可能性较大"),
    "open": (
        "不除外",
        "不能除外",
        "待排",
        "待排除",
        "待除外",
        "可能",
        "不能完全除外",
        "?",
        "不排除",
        "待查",
        "可疑",
        "不能排除",
        "可能，请结合临床",
    ),
    # ---- benign kinds, as references {kind}
    "kind_degenerative": (
        "退行性变",
        "退行性改变",
        "退行性病变",
        "退变",
        "骨质增生",
        "骨关节炎",
        "骨性关节炎",
        "增生性改变",
        "骨关节退行性改变",
        "骨质增生、退变",
        "退行性骨关节病",
        "骨关节病",
        "老年性退行性改变",
        "骨赘形成",
    ),
    "kind_fracture": (
        "骨折",
        "陈旧性骨折",
        "陈旧骨折",
        "骨折后改变",
        "外伤性改变",
        "骨折修复期改变",
        "外伤后改变",
        "创伤性改变",
        "骨折愈合期",
        "骨损伤",
        "陈旧性外伤",
    ),
    "kind_compression": (
        "压缩性骨折",
        "陈旧性压缩性骨折",
        "骨质疏松性压缩骨折",
        "压缩骨折",
        "压缩性改变",
        "骨质疏松性骨折",
        "良性压缩骨折",
    ),
    "kind_paget": ("Paget病", "畸形性骨炎", "Paget骨病", "变形性骨炎"),
    "kind_dental": ("牙源性病变", "齿槽病变", "炎性病变", "牙周炎性改变", "牙周病变", "牙源性炎症", "口腔炎性病变"),
    "kind_infection": ("炎性病变", "感染性病变", "骨髓炎", "炎症", "炎性改变", "慢性炎症"),
    "kind_prosthesis": ("术后改变", "置换术后改变", "术后反应性改变", "假体周围改变", "手术后改变"),
    "kind_enthesopathy": ("附着点炎", "肌腱附着点病变", "附着点改变", "劳损性改变", "末端病"),
    "kind_dysplasia": ("骨纤维异常增殖症", "骨纤维结构不良", "良性骨病变"),
    "kind_other": (
        "良性病变",
        "良性改变",
        "良性骨病变",
        "良性骨病",
        "非特异性改变",
        "良性病灶",
        "非转移性病变",
        "良性骨质代谢改变",
    ),
    "abnormal": (
        "异常",
        "异常",
        "异常放射性浓聚灶",
        "异常放射性浓聚或稀疏区",
        "异常放射性浓聚或稀疏、缺损区",
        "放射性异常浓聚及缺损",
        "异常放射性增高或减低区",
        "异常放射性分布",
        "异常浓聚影",
        "骨质代谢异常",
        "异常显像剂分布",
        "转移征象",
        "骨转移征象",
        "异常核素浓聚",
        "异常浓聚或稀疏",
        "病灶",
    ),
    "exam": (
        "CT检查",
        "MRI检查",
        "局部CT",
        "局部MRI",
        "断层融合显像",
        "SPECT/CT",
        "CT",
        "PET/CT检查",
        "X线检查",
    ),
    "kind_degenerative_spine": (
        "退行性变",
        "退行性改变",
        "骨质增生",
        "退变",
        "小关节退变",
        "椎小关节退行性变",
        "椎间盘退变",
        "骨赘形成",
        "退行性骨关节病",
    ),
}
RULES = _WORD_RULES | FINDINGS | NATURES | CONTEXT

# Words for the strength of uptake, by how it compares with the bone around.
_DEGREES = {
    "faint": ("轻度", "轻度", "轻微", "轻-中度", ""),
    "moderate": ("", "", "中度", "较明显"),
    "strong": ("明显", "显著", "", ""),
    "mixed": ("不同程度", "", "", ""),
}
_COUNT_MANY = ("多发", "多发", "多处", "数处", "数个", "多个", "散在", "散在多发", "", "", "")
_COUNT_ONE = ("单发", "一处", "", "", "", "", "一", "单个")
_WORDS = "零 一 两 三 四 五 六 七 八 九 十".split()


def _number_words(number: int, degree: str, draw: Draw) -> dict[str, str]:
    said = _WORDS[number] if number <= 10 and draw.chance(0.3) else str(number)
    many = draw.one(("共见{}处", "可见{}处", "共{}处", "见{}个", "共计{}处")).format(said)
    one = draw.one(("可见1处", "见一处", "见单发", "可见"))
    return {
        "count": draw.one(_COUNT_MANY if number > 2 else _COUNT_ONE if number == 1 else ("", "", "两处", "多发")),
        "degree": draw.one(_DEGREES[degree]),
        "split": draw.one(("分别", "分别", "")) if number > 1 else "",
        "N": many if number > 1 else one,
        "a": str(draw.number(1, 4)),
        "b": str(draw.number(0, 9)),
        "c": str(draw.number(1, 9)),
        "y": str(draw.number(2012, 2024)),
        "m": str(draw.number(1, 12)),
        "d": str(draw.number(1, 28)),
    }


_AGENTS = ("99mTc-MDP", "99mTc-MDP", "99Tcm-MDP", "Tc-99m MDP", "99mTc-HMDP", "99mTc-亚甲基二膦酸盐", "锝（99mTc）-MDP")
CANCERS = {
    "prostate": ("前列腺癌", "前列腺癌", "前列腺恶性肿瘤"),
    "breast": ("乳腺癌", "左侧乳腺癌", "右乳腺癌"),
    "lung": ("肺癌", "右肺癌", "左肺癌", "右肺腺癌", "左肺上叶腺癌", "小细胞肺癌"),
    "gynaecological": ("宫颈癌", "卵巢癌"),
    "other": ("鼻咽癌", "食管癌", "胃癌", "肝癌", "结肠癌", "直肠癌", "肾癌", "甲状腺癌", "膀胱癌"),
}
_MARKERS = {
    "prostate": ("PSA升高", "前列腺穿刺活检示腺癌", "TPSA升高"),
    "breast": ("乳腺肿块", "CA153升高"),
    "lung": ("体检发现肺部占位", "CEA升高", "咳嗽、痰中带血"),
    "gynaecological": ("CA125升高",),
    "other": ("CEA升高", "肿瘤标志物升高"),
}


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
        "sex": "女性" if sex == "female" else "男性",
        "marker": draw.one(_MARKERS[primary]),
        "agent": draw.one(_AGENTS),
        "age": f"{age:.0f}岁" if age else f"{draw.number(35, 85)}岁",
        "activity": draw.one((f"{activity_mbq:.0f}MBq", f"{activity_mbq:.0f} MBq", f"{activity_mbq / 37:.0f}mCi")),
        "hours": f"{float(hours):.1f}".removesuffix(".0")
        if hours
        else draw.one(("2", "3", "3", "4", "2-3", "3-4", "3.5")),
    }


_PLACES = {"hip": "髋关节", "knee": "膝关节", "shoulder": "肩关节", "arm": "上肢", "leg": "下肢", "ribs": "肋骨"}
SIDES = {"left": "左", "right": "右"}


def where(condition: Condition) -> str:
    """Return the place of a condition in words; "" where it cannot be said."""
    if condition.kind in ("scoliosis", "kyphosis"):
        return "脊柱"
    if condition.kind == "fracture" and condition.where == "spine":
        return "椎体"
    part = "乳腺" if condition.kind == "mastectomy" else _PLACES.get(condition.where, "")
    side = f"{SIDES[condition.side]}侧" if condition.side else ""
    return f"{side}{part}" if part else ""


_TO_HALF = str.maketrans("，：；（）？", ",:;()?")
_DIGITS_TO_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_TO_FULL = {code: code + 0xFEE0 for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), 0x2D)}


def finish(text: str, draw: Draw) -> str:
    """Put some reports into half-width or full-width forms, as different systems export them."""
    if draw.chance(0.25):
        text = text.translate(_TO_HALF)
        if draw.chance(0.3):
            text = text.replace("。", ".")
    elif draw.chance(0.06):
        text = text.translate(_TO_FULL if draw.chance(0.5) else _DIGITS_TO_FULL)
    return text


_SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine")


def _both(*regions: str) -> tuple[str, ...]:
    return tuple(f"{region}_{side}" for region in regions for side in ("left", "right"))


_ARMS = _both("humerus", "forearm", "hand")
_LEGS = _both("femur", "patella", "leg", "foot")
# Words for whole stretches of the skeleton, with the skeleton channels they mean.
WIDE_REGIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("颅骨", "头颅", "颅面骨", "颅骨各部"), ("skull",)),
    (("脊柱", "脊柱各椎体", "颈、胸、腰椎", "颈胸腰椎", "脊椎", "各椎体", "全脊柱"), _SPINE),
    (("骨盆", "骨盆诸骨", "骨盆骨", "骨盆各骨"), _both("pelvis")),
    (("四肢骨", "四肢", "四肢长骨", "四肢诸骨"), _ARMS + _LEGS),
    (("双上肢", "双侧上肢骨", "上肢骨"), _ARMS),
    (("双下肢", "双侧下肢骨", "下肢骨"), _LEGS),
    (("胸廓", "胸廓诸骨", "胸部诸骨", "胸骨及双侧肋骨"), ("sternum", *_both("ribs"))),
    (("双侧肋骨", "双侧诸肋", "肋骨", "诸肋骨"), _both("ribs")),
    (("胸骨",), ("sternum",)),
    (("双侧肩胛骨", "肩胛骨"), _both("scapula")),
    (("双侧锁骨", "锁骨"), _both("clavicle")),
    (("颈椎",), ("cervical_spine",)),
    (("胸椎",), ("thoracic_spine",)),
    (("腰椎",), ("lumbar_spine",)),
    (("骶骨", "骶尾骨"), ("sacrum",)),
    (("下颌骨",), ("mandible",)),
    (("双侧股骨", "股骨"), _both("femur")),
    (("双侧肱骨", "肱骨"), _both("humerus")),
)
SYSTEM: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("头颅", "颅骨", "颅面骨"), ("skull", "mandible")),
    (("脊柱", "脊椎"), (*_SPINE, "sacrum")),
    (("胸廓", "胸部骨骼", "胸廓骨"), ("sternum", *_both("ribs", "clavicle", "scapula"))),
    (("骨盆",), _both("pelvis")),
    (("四肢", "四肢骨"), _ARMS + _LEGS),
)

CHINESE = Wording(
    grammar=Grammar(RULES),
    draw_style=draw_style,
    name_places=name_places,
    number_words=_number_words,
    joiners=("，", "，", "；", "；", "。"),
    stop="。",
    findings_headings=(
        "检查所见：",
        "检查所见：",
        "影像所见：",
        "影像学表现：",
        "所见：",
        "【检查所见】：",
        "检查所见：\n",
        "影像表现：",
        "［检查所见］：",
    ),
    impression_headings=(
        "诊断意见：",
        "诊断意见：",
        "印象：",
        "诊断印象：",
        "结论：",
        "检查意见：",
        "【诊断意见】：",
        "诊断结论：",
        "印象：\n",
        "诊断提示：",
        "检查结论：",
    ),
    numbers=("{n}、", "{n}.", "{n}. ", "（{n}）", "{n}）", "({n})"),
    finish=finish,
    patient_words=patient_words,
    wide_regions=WIDE_REGIONS,
    system=SYSTEM,
    colon="：",
    list_mark="、",
    last_marks=("、", "、", "及", "和"),
    agree=lambda _: {},
    layouts=TRAINING_LAYOUTS,
    sides=SIDES,
    where=where,
)
