"""What real reports hold, simulated reports hold: spellings, ranges, shapes, hedges, negations, CT, history."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from model_training.simulator.report_writer import NO_ERRORS, SimpleFocus, random_report, write_report


def texts_of(foci, language, count=500, **keywords):
    rng = np.random.default_rng(21)
    return [write_report(foci, {}, language, rng, report_error_rates=NO_ERRORS, **keywords).text for _ in range(count)]


def metastases(*names):
    sides = [name.rsplit("_", 1)[-1] for name in names]
    return [
        SimpleFocus("metastasis", name, "metastasis", side if side in ("left", "right") else "midline")
        for name, side in zip(names, sides, strict=True)
    ]


@cache
def written_of(language, *names):
    return "\n".join(texts_of(metastases(*names), language, 1000))


@pytest.fixture(scope="module")
def chinese():
    rng = np.random.default_rng(22)
    return "\n\n".join(random_report("zh", rng).text for _ in range(2000))


@pytest.fixture(scope="module")
def english():
    rng = np.random.default_rng(23)
    return "\n\n".join(random_report("en", rng).text for _ in range(2000))


@pytest.mark.parametrize("spelling", ["L3椎体", "L3", "腰3", "第3腰椎", "第三腰椎", "腰三", "腰椎3", "L-3"])
def test_a_level_is_written_in_every_chinese_spelling(spelling):
    assert spelling in written_of("zh", "vertebra_L3")


@pytest.mark.parametrize("spelling", ["L3", "L-3", "L3 vertebra", "third lumbar vertebra", "3rd lumbar vertebra"])
def test_a_level_is_written_in_every_english_spelling(spelling):
    assert spelling in written_of("en", "vertebra_L3")


@pytest.mark.parametrize("spelling", ["T6-T8", "T6-8", "T6至8", "T6~8", "胸6-8", "第6-8胸椎", "第六-八胸椎"])
def test_a_range_of_vertebrae_is_written_in_every_spelling(spelling):
    assert spelling in written_of("zh", "vertebra_T6", "vertebra_T7", "vertebra_T8")


@pytest.mark.parametrize("spelling", ["左侧第6-8肋", "左第6-8", "6至8肋", "第六-八肋", "6~8"])
def test_a_range_of_ribs_is_written_in_every_spelling(spelling):
    assert spelling in written_of("zh", "rib_6_left", "rib_7_left", "rib_8_left")


@pytest.mark.parametrize("spelling", ["T6-T8", "T6-8", "T6 to T8", "T6 through T8", "sixth through eighth thoracic"])
def test_an_english_range_is_written_in_every_spelling(spelling):
    assert spelling in written_of("en", "vertebra_T6", "vertebra_T7", "vertebra_T8")


@pytest.mark.parametrize(
    "word",
    [
        *("双侧", "两侧", "左侧", "前段", "后段", "腋段", "近端", "远端", "上段", "中段", "下段", "肋骨头|肋头"),
        *("点状", "团片状", "条索状", "团块状", "类圆形", "轻度", "明显", "不同程度", "大小约"),
        *("单发", "多发", "数处", r"共计\d+处|共见\d+处", "多根肋骨"),
        *("考虑", "可能性大", "不除外", "待排", "可疑", "请结合临床", "性质待定", "[?？]"),
        *("未见异常", "未见明显", "未见明确", "异常放射性浓聚或稀疏", "余.{0,8}未见", "其余.{0,8}未见"),
        *("退行性", "陈旧性?骨折", "术后", "炎性", "良性病变可能", "生理性"),
        *("稀疏", "缺损", "减低", "冷区", "增高", "异常浓聚", "骨代谢", "热区"),
        *("同机CT", "SPECT/CT", "骨质破坏", "临床诊断", "病史", "疼痛", "术后1年|化疗后"),
        *("较前", "前片", "新发|新增", "消失", "SUVmax", "超级", "置换术后", "截肢", "乳腺切除|乳腺缺如", "侧弯|侧凸"),
        *("检查所见", "影像所见", "诊断意见", "印象", "诊断印象", "结论", "１|２|３", "静脉注射"),
    ],
)
def test_what_chinese_reports_hold_occurs(word, chinese):
    assert len(re.findall(word, chinese)) >= 3


@pytest.mark.parametrize(
    "word",
    [
        *("bilateral", "both ", "proximal", "distal", "anterior", "posterolateral", "multiple", "solitary", "foci"),
        *("focal", "linear", "patchy", "intense", "mild", "photopenic", "decreased uptake", "less conspicuous"),
        *("consistent with", "suspicious for", "worrisome for", "cannot be excluded", "indeterminate", "equivocal"),
        *("no scintigraphic", "suspicious for", "unremarkable", "no abnormal", "increased or decreased uptake"),
        *("elsewhere", "rest of the skeleton", "degenerative-appearing", "old fracture", "osteoarthritis"),
        *("low-dose ct", "spect/ct", "sclerosis", "lytic", "clinical history", "indication", "pain", "status post"),
        *("compared with", "no longer", "unchanged", "new ", "suvmax", "superscan", "prosthesis", "amputation"),
        *("mastectomy", "scoliosis", "findings:", "impression:", "conclusion:", "injection site", "correlation"),
    ],
)
def test_what_english_reports_hold_occurs(word, english):
    assert len(re.findall(word, english, re.IGNORECASE)) >= 3


@pytest.mark.parametrize("language", ["zh", "en"])
def test_layouts_are_varied(language):
    rng = np.random.default_rng(24)
    texts = [random_report(language, rng).text for _ in range(800)]
    assert sum("\n" not in text for text in texts) > 100  # one paragraph
    assert sum(text.count("\n") >= 4 for text in texts) > 80
    assert sum(bool(re.search(r"\n[(（]?2[)）.、]", text)) for text in texts) > 60  # numbered lines
    assert sum(bool(re.search(r"(?m)^- .|：|: ", text)) for text in texts) > 100
    lengths = sorted(map(len, texts))
    assert lengths[80] * 4 < lengths[720]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_cancer_fits_the_sex(language):
    words = {
        "zh": ("前列腺", "宫颈", "卵巢", "乳腺癌"),
        "en": ("prostate", "cervical cancer", "ovarian", "breast cancer"),
    }
    for sex, wrong in (("female", words[language][:1]), ("male", words[language][1:])):
        rng = np.random.default_rng(25)
        foci = metastases("ilium_left", "vertebra_L3", "rib_6_left")
        texts = [write_report(foci, {"sex": sex}, language, rng).text.lower() for _ in range(300)]
        assert not any(word in text for text in texts for word in wrong)


def test_the_primary_of_the_patient_is_kept():
    rng = np.random.default_rng(26)
    texts = [write_report((), {"sex": "male", "primary": "lung"}, "en", rng).text for _ in range(300)]
    assert any("lung" in text for text in texts)
    assert not any("prostate" in text.lower() for text in texts)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_faint_focus_is_not_called_intense(language):
    strong = {"zh": ("显著", "明显增高", "明显浓聚"), "en": ("intense", "avid ", "markedly")}[language]
    faint = [SimpleFocus("metastasis", "ilium_left", "metastasis", "left", contrast=1.5)]
    assert not any(word in text.lower() for text in texts_of(faint, language, 300, prior={}) for word in strong)
