"""The true Bone Scan Index of a simulated patient: involved bone volume by bone, weighted by skeletal mass."""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, reporting_region
from BoneMetSegLib.resources import resource_path

from .foci import FocusSource
from .parts import Skeleton


@lru_cache(maxsize=1)
def _weights() -> dict[str, dict]:
    return json.loads(resource_path("Burden", "skeletal_mass_v1.json").read_text(encoding="utf-8"))["bones"]


def bsi_bone(fine_name: str) -> str:
    """Return the key of the weights file for a fine region ("" where the Bone Scan Index has no weight)."""
    fine = next(each for each in FINE_REGIONS if each.name == fine_name)
    bones = reporting_region(fine.region).bsi_bones
    if len(bones) < 2:
        return bones[0] if bones else ""
    stem = fine_name.split("_", maxsplit=1)[0]
    return stem if stem in bones else ""


def true_bsi_percent(skeleton: Skeleton, metastases: list[FocusSource]) -> float:
    """Return the Bone Scan Index, % of skeletal mass.

    Sum over bones of (bone volume inside metastases / volume of the bone) x the bone's % of skeletal mass (Imbriaco
    1998). Volume taken by several metastases counts once. A bone's volume includes what was amputated or replaced by
    metal, as the % of skeletal mass are those of whole bones.
    """
    involved = np.zeros(len(skeleton.mass), np.float32)
    for focus in metastases:
        involved[focus.bone_points] = np.maximum(involved[focus.bone_points], focus.involvement)
    regions = len(FINE_REGIONS)
    volume = np.bincount(skeleton.fine, skeleton.mass, minlength=regions) + getattr(skeleton, "lost_mass", 0.0)
    taken = np.bincount(skeleton.fine, skeleton.mass * involved, minlength=regions)
    by_bone: dict[tuple[str, str], list[float]] = {}
    for index, fine in enumerate(FINE_REGIONS):
        bone = "" if fine.is_joint else bsi_bone(fine.name)
        if not bone:
            continue
        key = (bone, fine.side if _weights()[bone]["per_side"] else "")
        entry = by_bone.setdefault(key, [0.0, 0.0])
        entry[0] += float(taken[index])
        entry[1] += float(volume[index])
    shares = ((bone, inside / whole) for (bone, _), (inside, whole) in by_bone.items() if whole)
    return round(sum(_weights()[bone]["mass_percent"] * share for bone, share in shares), 5)
