"""Which part of its bone a focus sits in, in the words a reader uses."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.anatomy import fine_region

# Shares of a vertebra's depth (back to front): in front of the first is the body, behind the second the arch. By eye
# on both anatomies, of whose vertebrae the body takes the front 55 %.
BODY_FROM, ARCH_UP_TO = 0.45, 0.24
_WHOLE = 0.62
_ARCS = ((0.30, "posterior arc"), (0.70, "lateral arc"), (1.01, "anterior arc"))
_FLOATING = {11: 0.75, 12: 0.6}  # they end beside the chest and behind it: no anterior arc
_THIRDS = ((0.30, "distal"), (0.70, "shaft"), (1.01, "proximal"))
_ALONG_CLAVICLE = ((0.34, "medial"), (0.67, "middle"), (1.01, "lateral"))
_MIDLINE_MM = 6.0


def part_of(fine_name: str, bone_mm: np.ndarray, centre_mm: np.ndarray, involved_share: float) -> tuple[str, str]:
    """Return the part of the bone and the side within an unpaired bone.

    Parameters
    ----------
    fine_name : str
        A fine region that is a bone.
    bone_mm : numpy.ndarray
        ``(N, 3)`` its points on the neutral skeleton, RAS in mm.
    centre_mm : numpy.ndarray
        ``(3,)`` middle of the focus.
    involved_share : float
        Share of the bone's volume in the focus.

    Returns
    -------
    part : str
        Vertebra: "body", "pedicle", "arch" or "whole"; rib: "posterior arc", "lateral arc" or "anterior arc"; limb
        bones: "proximal", "shaft" or "distal"; clavicle: "medial", "middle" or "lateral"; vault: "frontal",
        "parietal" or "occipital"; ilium: "crest", "posterior" or "wing"; else "".
    part_side : {"left", "right", ""}
    """
    fine = fine_region(fine_name)
    low, high = np.percentile(bone_mm, [1, 99], axis=0)
    share = np.clip((centre_mm - low) / np.maximum(high - low, 1e-6), 0, 1)
    aside = float(centre_mm[0] - (low[0] + high[0]) / 2)
    part_side = "" if fine.side != "midline" or abs(aside) < _MIDLINE_MM else ("right" if aside > 0 else "left")
    if fine_name.startswith("vertebra_"):
        part = _vertebral_part(share, part_side, involved_share)
        return part, "" if part == "whole" else part_side
    if fine_name.startswith("rib_"):
        return _first(_ARCS, float(share[1]) * _FLOATING.get(int(fine.level), 1.0)), part_side
    stem = fine_name.rsplit("_", 1)[0]
    for named in ("proximal", "shaft", "distal"):
        if stem.endswith(named):
            return named, part_side
    if stem in ("radius", "ulna", "fibula"):
        return _first(_THIRDS, float(share[2])), part_side
    if stem == "clavicle":
        away = share[0] if fine.side == "right" else 1 - share[0]
        return _first(_ALONG_CLAVICLE, float(away)), part_side
    if stem == "ilium":
        return ("crest" if share[2] > 0.82 else "posterior" if share[1] < 0.33 else "wing"), part_side
    if fine_name == "skull_vault":
        return ("frontal" if share[1] > 0.68 else "occipital" if share[1] < 0.3 else "parietal"), part_side
    return "", part_side


def _vertebral_part(share: np.ndarray, part_side: str, involved_share: float) -> str:
    if involved_share > _WHOLE:
        return "whole"
    if share[1] > BODY_FROM:
        return "body"
    return "pedicle" if share[1] > ARCH_UP_TO and part_side else "arch"


def _first(names: tuple[tuple[float, str], ...], share: float) -> str:
    return next(name for limit, name in names if share < limit)
