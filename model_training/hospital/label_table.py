"""What a hospital's own label names mean: metastasis, benign, physiological, ignore or background."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import normalise
from BoneMetSegLib.text_encodings import decoded

MEANINGS = ("metastasis", "benign", "physiological", "ignore", "background")
"""``ignore``: nobody knows, no loss counts it. ``background``: drawn for another purpose, the shape is left out."""

_KNOWN = {
    "metastasis": (
        "metastasis metastases metastatic met mets bone_metastasis bone_metastases bm lesion lesions malignant tumor "
        "tumour 转移 转移瘤 转移灶 骨转移 骨转移灶 骨转移瘤 病灶 恶性 肿瘤 转移性病灶 骨转移病灶"
    ),
    "benign": (
        "benign degenerative degeneration arthritis osteoarthritis arthrosis fracture trauma inflammation paget "
        "non_metastatic nonmetastatic osteophyte 良性 良性病变 良性病灶 退变 退行性变 退行性改变 关节炎 骨关节炎 骨折 "
        "外伤 炎症 增生 骨质增生 骨赘 陈旧骨折"
    ),
    "physiological": (
        "physiological physiologic normal_uptake bladder kidney kidneys urine urinary ureter injection injection_site "
        "thyroid contamination 生理性 生理 生理性摄取 生理性浓聚 "
        "膀胱 肾 肾脏 肾盂 双肾 左肾 右肾 输尿管 尿液 尿 注射点 注射部位 甲状腺 污染 "
        "尿液污染"
    ),
    "ignore": "ignore __ignore__ uncertain unknown unclear equivocal indeterminate 不确定 待定 忽略 可疑 未知 不明",
    "background": "background _background_ body skeleton 背景 体轮廓 骨骼",
}
_NUMBER_AT_END = re.compile(r"[\s_#-]*\d+$")


def default_labels() -> dict[str, str]:
    """Return the names that are known without a table, in the form that ``plain_label`` gives."""
    return {plain_label(name): meaning for meaning, names in _KNOWN.items() for name in names.split()}


def plain_label(label: str) -> str:
    """Return a label in half-width lower case, its words parted by one blank."""
    return " ".join(normalise(label).replace("_", " ").replace("-", " ").casefold().split())


def read_label_table(path: Path | None) -> dict[str, str]:
    """Return what labels mean: the known ones, and those of a table, which win.

    Parameters
    ----------
    path : Path, optional
        A JSON object from the hospital's names to ``MEANINGS``.

    Raises
    ------
    InputError
        The table cannot be read, or gives a name another meaning than ``MEANINGS``.
    """
    table = default_labels()
    if path is None:
        return table
    try:
        text = decoded(path.read_bytes())
        own = json.loads(text[0]) if text else None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a table of labels (JSON)") from error
    if not isinstance(own, dict) or not own:
        raise InputError(f'{path} is no table of labels; write {{"your name": "metastasis", "other name": "benign"}}')
    wrong = sorted(f"{name}: {meaning}" for name, meaning in own.items() if meaning not in MEANINGS)
    if wrong:
        raise InputError(f"{path} gives labels a meaning that is none of {', '.join(MEANINGS)}: {', '.join(wrong)}")
    return table | {plain_label(name): meaning for name, meaning in own.items()}


def meaning_of(label: str, table: Mapping[str, str]) -> str | None:
    """Return what a label means, ``None`` where it is unknown. A number at its end is no part of the name."""
    plain = plain_label(label)
    return table.get(plain) or table.get(_NUMBER_AT_END.sub("", plain))


def refuse_unknown(labels: Iterable[str], table: Mapping[str, str]) -> None:
    """Refuse labels that nothing explains.

    Raises
    ------
    InputError
        One sentence that lists them.
    """
    unknown = sorted({label for label in labels if meaning_of(label, table) is None})
    if unknown:
        shown = ", ".join(repr(label)[:60] for label in unknown[:30]) + (", ..." if len(unknown) > 30 else "")
        raise InputError(
            f"{len(unknown)} label{'s are' if len(unknown) > 1 else ' is'} unknown: {shown}; say what each means with "
            f"--labels ({', '.join(MEANINGS)})"
        )
