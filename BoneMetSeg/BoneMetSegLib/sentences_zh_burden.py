"""Sentences about the burden and what limits it, in Chinese (floor 1)."""

from __future__ import annotations

BURDEN: tuple[tuple[str, str], ...] = (
    (
        "Superscan: lesions take {percent} % of ribs, spine and pelvis. The Bone Scan Index no longer follows the disease.",
        "超级骨显像：病灶占肋骨、脊柱和骨盆的 {percent} %。骨显像指数已不能反映病情变化。",
    ),
    (
        "The skeleton is not recognised well ({missing} of {bones} main bones are not found): regions, levels and the "
        "Bone Scan Index may be wrong.",
        "骨骼识别不佳（{bones} 个主要骨骼中有 {missing} 个未找到）：部位、节段和骨显像指数可能有误。",
    ),
    (
        "The bladder lies over {percent} % of the {bone} in every view: a lesion there may be hidden, and the Bone Scan "
        "Index too low.",
        "各体位中膀胱均遮挡{bone}的 {percent} %：该处病灶可能被掩盖，骨显像指数可能偏低。",
    ),
    (
        "The bone of {spots} is in doubt: check the region, which the Bone Scan Index follows.",
        "{spots} 所在的骨骼存疑：请核对部位，骨显像指数取决于部位。",
    ),
    ("Skeletal mass after Spiers 1968 (medicalalgorithms.com), {version}", "骨骼质量权重（Spiers 1968），{version}"),
    ("sacrum", "骶骨"),
    ("pubis", "耻骨"),
    (
        "The Bone Scan Index is unreliable at these counts ({millions} million in a view): below 0.75 million faint lesions "
        "are missed and noise is taken for lesions.",
        "在此计数下骨显像指数不可靠（某一体位仅 {millions} 百万计数）：低于 0.75 百万时，淡的病灶会被遗漏，噪声会被当作病灶。",
    ),
    (
        "Absolute values are not to be held against published cut-offs, nor against those of other programs.",
        "绝对值不能与已发表的界值比较，也不能与其他软件的结果比较。",
    ),
    (
        "{name} holds a calibration of burden that cannot be used: {text}",
        "{name} 中的负荷校准无法使用：{text}",
    ),
)
