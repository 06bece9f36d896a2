"""What a stretch of a report says of its places: nature, doubt, denial and certainty, by transparent cues (floor 2).

A cue is a word with a meaning; a denial takes the meaning from what stands in its scope. In Chinese the scope runs to the
end of the stretch; in English too, and the adjectives of absence ("normal", "unremarkable") are cues of their own.
"""

# ruff: noqa: E501 (patterns and lists of words)

from __future__ import annotations

import re
from dataclasses import dataclass


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(pattern for one in patterns for pattern in one.split()))


# A space within a pattern is "_" here, since white space separates patterns.
def _cues(text: str) -> re.Pattern[str]:
    return re.compile("|".join(word.replace("_?", r"[\s-]{0,3}").replace("_", r"[\s-]{1,3}") for word in text.split()))


METASTATIC = _cues(
    r"""转移 恶性 (?<![a-z])mt(?![a-z]) 继发性?(?:骨|肿瘤|恶性) 肿瘤(?:性|浸润|侵犯|骨|累及|活性) 骨(?:侵犯|浸润|受侵|受累) 骨髓瘤 成骨性?(?:病变|病灶|改变|破坏)
    溶骨性?(?:病变|病灶|改变|破坏) 骨质?破坏 癌性 癌灶 骨肿瘤(?!标志) 肿瘤可能 m1b 新生物
    metasta\w+ (?<![a-z])mets?(?![a-z]) malignan\w+ secondar(?:y|ies)_(?:deposits?|lesions?|malignan\w+|disease|tumou?rs?|neoplas\w+|bone)
    (?<![a-z])secondaries(?![a-z]) (?<![a-z])deposits?(?![a-z]) neoplas\w+ (?<![a-z])tumou?rs?(?![a-z]) carcinomatosis myeloma infiltrat\w+
    (?:osteo)?blastic_(?:disease|metast\w+|deposits) osteolytic (?<![a-z])lytic(?![a-z]) metastatis destructive_(?:process|lesions?) marrow_replac\w+ skeletal_spread bony_spread disseminated"""
)
BENIGN = _cues(
    r"""退行性?变? 退变 骨折 外伤 创伤 挫伤 术后 手术后 置换 假体 内固定 植入物 炎症? 炎性 关节病 感染 良性 生理性 增生 骨赘 骨刺 骨岛 骨质疏松
    老年性 劳损 佩吉特 paget 畸形性骨炎 纤维异?常?增[殖生] 骨纤 血管瘤 骨软骨瘤 软骨瘤 骨样骨瘤 骨坏死 缺血性坏死 污染 尿液 压缩性?(?:改变|变) 应力性 结核 痛风 类风湿
    强直性 致密性骨炎 代谢性骨病 非转移 骨痂 肌腱附着 附着点 许莫氏 骨桥 椎间盘 牙源性 龋 牙周 生长板 正常变异 穿刺后 活检后 放疗后 侧弯
    degenerat\w+ osteo_?arthr\w+ (?<![a-z])arthr\w+ (?<![a-z])oa(?![a-z]) osteophyt\w+ spondyl\w+ fractur\w* (?<![a-z])trauma\w* injur\w+
    post_?(?:op\w*|surg\w+|traumatic) (?<![a-z])surg\w+ prosthe\w+ arthroplast\w+ joint_replacement hip_replacement knee_replacement implants? hardware
    infecti\w+ inflamm\w+ osteomyelit\w+ enthes\w+ tendin\w+ physiolog\w+ benign paget\w* fibrous_dysplasia enchondroma\w* h[a]?emangioma\w* bone_islands?
    osteopor\w+ collaps\w+ compression insufficiency stress_(?:reaction|injury|change) contaminat\w+ (?<![a-z])urin\w+ age_related wear_and_tear callus heal(?:ing|ed)
    osteonecros\w+ avascular sacroili?itis gout\w* costochondrit\w+ tietze normal_variant bursitis synovitis dental odontogenic periodont\w+ schmorl\w* scolio\w+
    post_?radi\w+ radiation_change non_?malignan\w+ osteochondroma\w* osteitis discitis facet\w* disc_disease meniscal mechanical rheumat\w+ postmenopausal old_injury"""
)
_METASTASIS_LEFT_OPEN = _cues(
    r"""不除外 不能(?:完全)?(?:除外|排除) 无法(?:除外|排除) 未能?除外 难以?(?:除外|排除) 不排除 尚?不能排外 待(?:排|除外|查|定|明确|鉴别|诊断) 除外(?=[^未,。]{0,12}[?]) 排除(?=[^未,。]{0,12}[?])
    性质(?:待定|不明|未定|待查|难定|不确定|待明确|可疑) 难以(?:定性|鉴别|判断|区分) 不易(?:定性|鉴别) 意义(?:不明|待定|未明) 不确定 (?<!高度)可疑 疑似 (?<!高度)怀疑 (?<!怀)(?<!可)疑(?=为|有|及|[^似问虑难义]) 鉴别 [?]
    (?:can_?not|can't|could_not|can_not)_(?:be_)?(?:entirely_|completely_)?(?:exclu\w+|ruled?_out) (?:not|difficult_to|hard_to)_(?:be_)?(?:entirely_|completely_|definitely_)?(?:exclude\w*|rule\w*_out)
    indeterminate equivocal non_?specific(?!_(?:benign|degenerat\w+)) uncertain unclear doubtful borderline (?:排除|除外)(?:骨?转移|恶性) (?<![a-z])r/o(?![a-z]) (?:to|must_be)_(?:rule_out|exclude) possib\w+ may_(?:represent|be|reflect) might_(?:represent|be|reflect)
    could_(?:represent|be|reflect) (?<![a-z])(?:versus|vs)(?![a-z]) questionabl\w+ undetermined unknown_(?:significance|nature|aetiology|etiology) inconclusive open_to_question
    (?<![a-z])rule_out not_certain differential indistinguishable remains?_a_consideration perhaps not_(?:clearly|definitely|typical\w*|entirely)"""
)
UPTAKE = _cues(
    r"""浓聚 浓集 集聚 增高 增浓 增强 增多 增加 活跃 稀疏 减低 降低 减少 缺损 冷区 热区 热点 浓染 异常(?:放射性|显像剂|示踪剂|核素)?分布 异常灶 病灶 亮点 稳定 同前 相仿 变化不[大著明]
    stable unchanged similar persist\w+ (?<![a-z])avid\w* (?<![a-z])hot(?![a-z]) (?<![a-z])foc(?:us|i|al)(?![a-z]) lesions? increased decreased intens\w+ photopeni\w+ (?<![a-z])cold(?![a-z]) defect\w*
    concentrat\w+ hyper_?metabol\w+ (?<![a-z])abnormal\w* elevated prominent retention asymmetr\w+ reduced_counts takes?_up"""
)
# Words of uptake that a normal bone has too: they tell uptake only where nothing is denied.
_ANY_UPTAKE = _cues(r"摄取 代谢 聚集 示踪剂 核素 异常 uptake accumulat\w+ activit\w+ tracer lesion\w*")
# Absence said by an adjective or a verb of its own.
ABSENT = _cues(
    r"""阴性 消失 正常(?!骨|组织|侧|人) 未再见 不再显示 未再显示 不再可见 [(]-[)] 均匀对称 分布均匀 对称均匀 (?<![不欠未])均匀(?=[,。;]|$) 恢复正常 无殊
    (?<![a-z])(?:un_?remarkable|negative|normal(?:ly|_limits)?(?!_(?:bone|side|tissue))|resol(?:ved|ution|ving_completely)|disappear\w*|cleared|intact|homogeneous|no_longer\w*)(?![a-z])
    (?<![a-z])clear(?=[\s.,;]*$) (?<![a-z])spared(?![a-z]) preserved within_normal symmetrical_and_even"""
)
DENIAL = _cues(
    r"""而非 缺乏 不考虑 不支持 不符合 不像 未见 未发现 未示 未显示 未探及 未及 未提示 未出现 没有 并?无(?!法|殊|菌) 不伴 均?未(?=有|能?见|发现)
    (?<![a-z])(?:no|not|without|neither|nor|none|nothing|lacks?|lacking|absence_of|lack_of|absent|fails?_to_show|denies|never|negative_for|(?:free|clear|devoid)_(?:of|from)|rather_than|instead_of|cannot_see)(?![a-z])"""
)
# A denial of a change, or of certainty, denies no finding; nor does a word that merely begins alike.
_NO_DENIAL = _cues(
    r"""(?:未见|无|未出现|没有)(?:显著|明显|明确|著|确切)?(?:的)?(?:变化|改变|进展|好转|增大|缩小|增多|减少|差异|动态变化) 无(?:症状|外伤史|痛|疼痛)
    (?<![a-z])(?:no|without|not)_(?:significant_|appreciable_|definite_|substantial_|interval_|obvious_|major_|real_)*(?:change\w*|progress\w+|difference|interval_change)
    (?<![a-z])no_(?:doubt|prior|previous|comparison|earlier) not_(?:only|previously|seen_(?:previously|before)|present_(?:previously|before)|specific|necessarily) (?<![a-z])no\.
    non_?specific (?<![a-z])no_new(?=_\w+_since)"""
)
_PROBABLE = _cues(
    r"""考虑 可能 倾向 多为 多系 首先 提示 似 拟
    suspicious suspect\w* (?<!un)likely probabl\w+ favou?r\w* suggest\w* concern\w+ worrisome appearing presumabl\w+ presumed attribut\w+ appears?_to suspected thought_to most_in_keeping until_proven
    compatible felt_to"""
)
# English suspicion of a metastasis without the word.
_SUSPICION = _cues(r"suspici\w+ suspect\w* worrisome concerning sinister aggressive")
_FOLLOW = _cues(
    r"建议.{0,16}(?:定性|除外|排除|明确|检查|随访|复查|鉴别|ct|mri|对照|比较) 进一步(?:检查|明确|定性) recommend\w* warrant\w* further_(?:assess\w*|evaluat\w*|characteri\w+|investigat\w+|imaging|work) advis\w+ to_be_followed"
)
_ASKS = _cues("请?结合(?:临床|病史|其他|ct|mri|x) clinical_correlation correlat\\w+_(?:with|clinically)")
_ROUNDABOUT = re.compile(
    r"(?:转移|恶性|metast\w+|malign\w+)\D{0,6}(?:可能性?(?:较?小|不大|低)|(?:转移|恶性).{0,6}(?:依据|证据)不足|(?:metast\w+|malign\w+)\D{0,6}(?:unlikely|less likely))"
)
_BENIGN_DENIES = re.compile(r"非(?:骨)?转移性?|non-?\s?(?:metastatic|malignant|neoplastic)|without metasta\w+")
# Doubt that a benign cause shares: "骨折不除外" leaves the fracture open, and says nothing of a metastasis.
_NATURE_OPEN = _cues(
    r"""性质 意义 待定 待查 不确定 [?] indeterminate equivocal non_?specific uncertain unclear undetermined inconclusive differential unknown"""
)


_COLD = _cues(
    r"""稀疏 缺损 冷区 (?:放射性|摄取|分布|浓聚)(?:分布)?(?:明显|轻度)?(?:减低|降低|减少) 溶骨 photopeni\w+ (?<![a-z])cold(?![a-z]) (?<![a-z])defects? (?:decreased|reduced|absent|diminished)_(?:\w+_)?(?:uptake|activity|accumulation|tracer) (?:osteo)?lytic"""
)
_HOT = _cues(
    r"""浓聚 浓集 增高 增浓 增强 活跃 热区 (?:increased|intense|avid|elevated)_ (?<![a-z])hot(?![a-z]) hyper_?metabol\w+"""
)


def is_cold(text: str) -> bool:
    """Return whether a stretch tells of too little uptake, which no hot spot can show, and of no increased one."""
    text = text[:_LONGEST]
    return _COLD.search(text) is not None and _HOT.search(text) is None


@dataclass(frozen=True)
class Judgement:
    """What a stretch says: ``status`` is one of ``segmentation.STATUSES``, or "" where it says nothing."""

    status: str
    certainty: str = "definite"

    @property
    def is_nature(self) -> bool:
        """Whether it says what the uptake is, rather than that there is some."""
        return self.status in ("metastatic", "benign", "uncertain")


def _denials(text: str) -> list[re.Match[str]]:
    """Return the words that deny a finding."""
    spurious = [match.span() for match in _NO_DENIAL.finditer(text)]
    spurious += [match.span() for match in _METASTASIS_LEFT_OPEN.finditer(text)]
    return [match for match in DENIAL.finditer(text) if not any(a <= match.start() < b for a, b in spurious)]


_NOTHING_MORE = re.compile(
    r"(?:再|明显|明确|确切|显示|显影|可见|出现|见|被|now|today|any ?more|any longer|longer|seen|visible|visuali[sz]ed|evident|identified|present|"
    r"apparent|shown|demonstrated|detected|appreciated|on|the|current|this|study|scan|clearly|been|is|was|本次|此次|现|[\s,.;:。])*"
)


_SCOPE_ENDS = re.compile(r"[,;](?=([^,;]*))")
_LIST_GOES_ON = re.compile(r"或|、|(?<![a-z])n?or(?![a-z])")


def _scope_end(text: str, denied: int) -> int:
    """Return where a denial's scope ends: at the first comma behind which no list goes on."""
    for match in _SCOPE_ENDS.finditer(text, min(denied, len(text))):
        if not _LIST_GOES_ON.search(match[1]):
            return match.start()
    return len(text)


_LONGEST = 1000


def judge(text: str) -> Judgement:
    """Return what a stretch of lower-case, normalised text says of the places it is about.

    A metastasis that is left open makes it uncertain; else a metastasis counts before a benign cause, a cause before
    absence, absence before uptake. Of a stretch longer than 1000 characters the beginning is read.
    """
    text = text[:_LONGEST]
    denials = _denials(text)
    # "左侧第4肋灶, 本次未见": a denial with no object behind it denies what stands before it.
    if denials and _NOTHING_MORE.fullmatch(text, denials[-1].end()):
        return Judgement("negated")
    void = [(match.start(), _scope_end(text, match.start())) for match in denials]
    void += [match.span() for match in (*_BENIGN_DENIES.finditer(text), *_ROUNDABOUT.finditer(text))]
    roundabout = len(void) > len(denials)

    def said(pattern: re.Pattern[str]) -> bool:
        return any(not any(a <= match.start() < b for a, b in void) for match in pattern.finditer(text))

    metastatic, benign = said(METASTATIC), said(BENIGN) or _BENIGN_DENIES.search(text) is not None
    left_open = said(_METASTASIS_LEFT_OPEN)
    if left_open and (metastatic or not benign or _NATURE_OPEN.search(text)):
        return Judgement("uncertain", "possible")
    certainty = "probable" if said(_PROBABLE) else "definite"
    if metastatic or (said(_SUSPICION) and not benign):
        return Judgement("metastatic", certainty)
    if benign:
        return Judgement("benign", "possible" if left_open else certainty)
    if said(ABSENT):
        return Judgement("negated")
    # "uptake without fracture" denies a cause; "no uptake" and "摄取未见异常" deny the uptake.
    cause_denied = any(BENIGN.search(text, a, b) and not _ANY_UPTAKE.search(text, a, b) for a, b in void)
    if said(UPTAKE) or ((not denials or cause_denied) and said(_ANY_UPTAKE)):
        if said(_FOLLOW):
            return Judgement("uncertain", "possible")
        return Judgement("uptake", "possible" if _ASKS.search(text) else "definite")
    return Judgement("negated" if denials or roundabout else "")
