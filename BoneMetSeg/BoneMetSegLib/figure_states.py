"""Words of the pictures of a comparison, and the fonts they are written in (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping

from .figure_style import Style, chinese_family

WORDS = {
    "en": {
        "new": "new", "returned": "returned", "from faint": "faint before", "faint": "faint uptake",
        "grown": "grown", "stable": "stable", "present": "lesion",
        "shrunk": "shrunk", "resolved": "resolved", "reclassified": "other nature before or now",
        "not seen": "outside the field", "absent": "not yet there", "not accepted": "not accepted or benign",
        "anterior": "Anterior", "posterior": "Posterior", "left": "L", "right": "R",
        "day": "day {days:d}", "scan": "scan {number}", "treatment": "treatment start",
        "on treatment": "treatment + {days:d} d", "before treatment": "{days:d} d before treatment",
        "bsi": "Bone Scan Index (% of skeletal mass)", "bsi interval": "bars: 95 % of repeat scans of the same disease",
        "count": "Lesions",
        "title": "Follow-up of bone lesions", "missing": "not acquired",
        "research": "Research use only", "days": "days since the first scan", "scans": "scans in order",
        "more": "and {count} more, see lesions.csv", "no lesion": "no lesion",
        "poor": "registration is poor: check by eye",
    },
    "zh": {
        "new": "新发", "returned": "复现", "from faint": "此前摄取轻微", "faint": "摄取轻微",
        "grown": "增大", "stable": "稳定", "present": "病灶",
        "shrunk": "缩小", "resolved": "消退", "reclassified": "此前或现在性质不同",
        "not seen": "视野之外", "absent": "尚未出现", "not accepted": "未采纳或良性",
        "anterior": "前位", "posterior": "后位", "left": "左", "right": "右",
        "day": "第 {days:d} 天", "scan": "第 {number} 次显像", "treatment": "治疗开始",
        "on treatment": "治疗后 {days:d} 天", "before treatment": "治疗前 {days:d} 天",
        "bsi": "骨显像指数（占骨骼质量 %）", "bsi interval": "误差线：同一病情重复显像的 95 % 区间",
        "count": "病灶数",
        "title": "骨病灶随访", "missing": "未采集",
        "research": "仅供研究使用", "days": "距首次显像天数", "scans": "按顺序排列的显像",
        "more": "另有 {count} 个，见 lesions.csv", "no lesion": "未见病灶",
        "poor": "配准不佳：请目视核对",
    },
}  # fmt: skip


class Lettering(Style):
    """Fonts of a picture, and its words."""

    @property
    def words(self) -> Mapping[str, str]:
        """What is written, by key or state."""
        return WORDS[self.lang]


def lettering(lang: str) -> Lettering:
    """Return the fonts and words of a language; Chinese falls back to English where no font of this computer has it."""
    family = chinese_family()
    return Lettering(lang if family else "en", [*([family] if lang != "en" and family else []), "DejaVu Sans"])
