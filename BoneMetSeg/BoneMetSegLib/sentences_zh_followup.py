"""Sentences of comparisons of scans, in Chinese (floor 1)."""

from __future__ import annotations

FOLLOWUP: tuple[tuple[str, str], ...] = (
    # ---- what is refused ----
    ("a comparison needs at least two cases", "对比至少需要两个病例"),
    (
        "{name} and {names} are of different patients; only scans of one patient are compared",
        "{name} 与 {names} 属于不同患者；只能对比同一患者的显像",
    ),
    (
        "{name} and {names} do not say that they are of one patient (de-identified, or no patient ID); confirm it with "
        "--same-patient",
        "{name} 与 {names} 未说明属于同一患者（已去标识或无患者号）；请用 --same-patient 确认",
    ),
    ("{name} and {names} hold the same scan; give scans of different days", "{name} 与 {names} 是同一次显像；请给出不同日期的显像"),
    (
        "{name} has no date; give the scans from the first to the last and say --keep-order",
        "{name} 没有日期；请按时间先后给出各次显像并使用 --keep-order",
    ),
    (
        "{name} and {names} have no view in common; nothing can be compared",
        "{name} 与 {names} 没有相同的体位；无法对比",
    ),
    ("{name} is given twice; a comparison is of different scans", "{name} 给出了两次；对比需要不同的显像"),
    (
        "{name} is of a SPECT volume and {names} of planar views; only scans of one kind can be compared",
        "{name} 是 SPECT 断层显像而 {names} 是平面显像；只能对比同一类显像",
    ),
    (
        "{name} is of a SPECT volume; 'bonemetseg compare' compares planar scans",
        "{name} 是 SPECT 断层显像；只能对比平面显像",
    ),
    ("{name} is not a table of repeatability", "{name} 不是重复性数据表"),
    ("{name} has no limits, or factors that are not above 1", "{name} 没有界限，或有不大于 1 的倍数"),
    (
        "{name} was written by another version of BoneMetSeg; segment the scan again",
        "{name} 由其他版本的 BoneMetSeg 写成；请重新分割",
    ),
    # ---- notes ----
    (
        "{scan}: new or hotter lesions within 12 weeks of treatment start, while others improve: perhaps a flare.",
        "{scan}：治疗开始 12 周内有新发或摄取增高的病灶，而其他病灶好转：可能为闪烁现象。",
    ),
    (
        "{scan}: its registration to {other} is poor; check each lesion by eye.",
        "{scan}：与 {other} 配准不佳；请逐一目视核对病灶。",
    ),
    (
        "{scan}: the {view} view is missing; lesions that only it would show are not seen.",
        "{scan}：缺少{view}；仅在该体位可见的病灶无法看到。",
    ),
    ("{scan}: the places of {count} lesions lie outside of its field.", "{scan}：{count} 个病灶的部位在其视野之外。"),
    (
        "{scan}: uptake at the place of {lesions}, but no hot spot; neither new nor resolved by it.",
        "{scan}：{lesions} 的部位有摄取但未成浓聚灶；据此既不算新发也不算消退。",
    ),
    (
        "{scan}: {lesions} had or has another nature, or is not accepted: settle it.",
        "{scan}：{lesions} 此前或现在性质不同，或未采纳：请判定。",
    ),
    (
        "The scans were segmented by different models: differences may come from that; segment them anew.",
        "各次显像由不同的模型分割：差异可能由此而来；请重新分割。",
    ),
    (
        "Some scans were read with their report and some without: a lesion may be listed for that alone.",
        "部分显像结合了报告而部分没有：病灶的有无可能仅由此造成。",
    ),
    (
        "The Bone Scan Indices are of different weights or view rules: their change is not given.",
        "各次骨显像指数的权重或体位规则不同：不给出其变化。",
    ),
    # ---- burden ----
    ("no change beyond repeatability", "变化未超出重复性范围"),
    # ---- categories ----
    (
        "The scans are in the order given, without dates: new lesions are listed, and there is no category.",
        "显像按给定顺序排列，没有日期：列出新发病灶，不作分类。",
    ),
    (
        "Treatment start is not known: new lesions are listed, and there is no category by PCWG3.",
        "治疗开始日期未知：列出新发病灶，不作 PCWG3 分类。",
    ),
    (
        "No scan is from before treatment start: there is no baseline, and no category by PCWG3.",
        "没有治疗开始前的显像：没有基线，不作 PCWG3 分类。",
    ),
    (
        "No scan is from after treatment start: there is no category by PCWG3.",
        "没有治疗开始后的显像：不作 PCWG3 分类。",
    ),
    ("an earlier scan before treatment", "治疗前较早的显像"),
    ("the last scan before treatment", "治疗前最后一次显像"),
    ("progression is confirmed", "进展已确认"),
    ("fewer than two new lesions against the baseline", "与基线相比新发病灶少于两个"),
    (
        "at least two new lesions against the baseline; a scan at least 6 weeks later must show {what}",
        "与基线相比至少有两个新发病灶；至少 6 周后的显像须显示{what}",
    ),
    ("two more new lesions", "另外两个新发病灶"),
    ("them", "这些病灶"),
    (
        "at least two new lesions, and at least two more at least 6 weeks later",
        "至少有两个新发病灶，且至少 6 周后又有至少两个",
    ),
    (
        "at least two new lesions, but not two more at least 6 weeks later: not confirmed, perhaps a flare",
        "至少有两个新发病灶，但至少 6 周后没有再出现两个：未确认，可能为闪烁现象",
    ),
    (
        "fewer than two new lesions against the first scan on treatment",
        "与治疗后首次显像相比新发病灶少于两个",
    ),
    (
        "at least two new lesions against the first scan on treatment; a scan at least 6 weeks later must show them",
        "与治疗后首次显像相比至少有两个新发病灶；至少 6 周后的显像须再次显示",
    ),
    (
        "at least two new lesions, which persist at least 6 weeks later",
        "至少有两个新发病灶，至少 6 周后仍存在",
    ),
    (
        "at least two new lesions, of which fewer than two persist at least 6 weeks later",
        "至少有两个新发病灶，但至少 6 周后仍存在的少于两个",
    ),
)  # fmt: skip
