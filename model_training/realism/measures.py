"""What is measured of an anterior view: numbers without units of counts, so that scans may be compared.

Each measure is a function of ``Landmarks``, that is of the image alone, and gives a number, or NaN where the scan does
not show what it measures. All take off the background and average over many pixels, which JPEG leaves alone; those that
it does spoil say so (``needs_lossless``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import bone_ratios as bone
from . import counts_and_shape as body
from . import limbs_and_air as limbs
from .band_shares import part_bands
from .body_landmarks import PARTS, Landmarks


@dataclass(frozen=True)
class Measure:
    """A named number of an anterior view.

    Attributes
    ----------
    group, name, unit : str
        ``unit`` is "%", "ratio", "mm" or "".
    value : callable
        Landmarks to number.
    says : str
        What it is, in a clause.
    part_of_simulator : str
        What in the simulator it speaks about: where to look when the real scan lies outside.
    needs_lossless : bool
        Lossy compression spoils it: of the lossy file it is not given.
    """

    group: str
    name: str
    unit: str
    value: Callable[[Landmarks], float]
    says: str
    part_of_simulator: str
    needs_lossless: bool = False


def measure_scan(seen: Landmarks, lossy: bool = False) -> dict[str, float]:
    """Return all measures of a view by name; NaN where one cannot be taken."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            each.name: float("nan") if lossy and each.needs_lossless else float(each.value(seen)) for each in MEASURES
        }


def _part_share(part: str) -> Callable[[Landmarks], float]:
    return lambda seen: body.share_of_rows(seen, seen.part_rows()[part])


def _band(part: str, which: str) -> Callable[[Landmarks], float]:
    def value(seen: Landmarks) -> float:
        found = part_bands(seen, part)
        return float("nan") if found is None else 100.0 * found[which]

    return value


def _at(landmark: str) -> Callable[[Landmarks], float]:
    return lambda seen: 100.0 * (getattr(seen, landmark) - seen.crown) / (seen.sole - seen.crown)


_TISSUE = "soft-tissue share and its profile along the body"
_BANDED = ("head", "thorax", "abdomen", "pelvis", "thighs", "shanks and feet")


MEASURES: tuple[Measure, ...] = (
    *(
        Measure("Shares of counts", f"counts in {part}", "%", _part_share(part), f"rows of the {part}", _TISSUE)
        for part in PARTS
    ),
    Measure("Shares of counts", "counts beside the trunk", "%", body.lateral_share, "arms and flanks", "arms' tissue"),
    Measure(
        "Bone over soft tissue",
        "skull over neck",
        "ratio",
        bone.skull_over_neck,
        "vault / neck",
        "skull vault; neck's tissue",
    ),
    Measure(
        "Bone over soft tissue",
        "skull over thigh",
        "ratio",
        bone.head_over_thigh,
        "vault / thigh",
        "uptake: skull vault",
    ),
    Measure(
        "Bone over soft tissue", "face over vault", "ratio", bone.face_over_vault, "face / vault", "uptake: face, base"
    ),
    Measure(
        "Bone over soft tissue", "skull's rim over vault", "ratio", bone.rim_over_vault, "rim / middle", "skull's depth"
    ),
    Measure(
        "Bone over soft tissue",
        "sternum over chest",
        "ratio",
        bone.sternum_over_chest,
        "middle / side",
        "uptake: sternum",
    ),
    Measure(
        "Bone over soft tissue",
        "shoulder over chest",
        "ratio",
        bone.shoulder_over_chest,
        "tips / chest",
        "uptake.shoulder_tip_gain, joint_gain",
    ),
    Measure(
        "Bone over soft tissue",
        "rib relief",
        "%",
        bone.rib_relief,
        "ribs against gaps",
        "uptake.rib, uptake.rib_front_gain",
    ),
    Measure(
        "Bone over soft tissue",
        "rib ends over chest",
        "ratio",
        bone.rib_ends_over_chest,
        "ends / median",
        "uptake.rib_front_gain, costochondral_gain",
    ),
    Measure(
        "Bone over soft tissue",
        "lumbar spine over flank",
        "ratio",
        bone.spine_over_flank,
        "spine / flank",
        "uptake: lumbar",
    ),
    Measure(
        "Bone over soft tissue",
        "iliac wing over flank",
        "ratio",
        bone.iliac_over_flank,
        "wing / flank",
        "uptake: ilium",
    ),
    Measure(
        "Bone over soft tissue", "hip over thigh", "ratio", bone.hip_over_thigh, "hip / thigh", "uptake: hip, femur"
    ),
    Measure(
        "Bone over soft tissue", "knee over thigh", "ratio", bone.knee_over_shaft, "knee / thigh", "uptake.joint_gain"
    ),
    Measure(
        "Bone over soft tissue",
        "ankle over shank",
        "ratio",
        bone.ankle_over_shank,
        "ankle / shank",
        "uptake: ankle, foot",
    ),
    Measure(
        "Bone over soft tissue",
        "femoral shaft over muscle",
        "ratio",
        limbs.shaft_contrast("thigh"),
        "peak / sides",
        "uptake: femur",
    ),
    Measure(
        "Bone over soft tissue",
        "tibia over muscle",
        "ratio",
        limbs.shaft_contrast("shank"),
        "peak / sides",
        "uptake: tibia",
    ),
    Measure(
        "Bone over soft tissue",
        "humerus over muscle",
        "ratio",
        limbs.shaft_contrast("upper arm"),
        "peak / sides",
        "uptake: humerus",
    ),
    Measure(
        "Bone over soft tissue", "bladder over pelvis", "ratio", bone.bladder_over_pelvis, "spot / median", "bladder"
    ),
    Measure("Bone over soft tissue", "flank over thigh", "ratio", bone.trunk_over_thigh, "flank / thigh", _TISSUE),
    Measure(
        "Edges and widths",
        "thigh's edge 10-90 %",
        "mm",
        limbs.outline_edge,
        "outer edge",
        "body.skin_smoothing_mm, tubes, tissue's blur",
    ),
    Measure(
        "Edges and widths",
        "femoral shaft to skin",
        "mm",
        limbs.shaft_to_skin,
        "outward, at half of the tissue",
        "thigh's tube about the femur",
    ),
    Measure(
        "Edges and widths", "femoral shaft's width", "mm", limbs.shaft_width("thigh"), "FWHM", "shafts: wall or filled"
    ),
    Measure("Edges and widths", "tibia's width", "mm", limbs.shaft_width("shank"), "FWHM", "shafts, fibula"),
    Measure(
        "Edges and widths",
        "halo beside the legs",
        "%",
        limbs.halo,
        "25-45 mm outside / tissue",
        "scatter, tails",
        needs_lossless=True,
    ),
    Measure(
        "Edges and widths",
        "air over tissue",
        "%",
        limbs.air,
        "over 60 mm outside / tissue",
        "far scatter, room background",
        needs_lossless=True,
    ),
    *(
        Measure(
            "Texture by size", f"{part}: fine band", "%", _band(part, "fine"), "6-12 mm of all three", "bones' detail"
        )
        for part in _BANDED
    ),
    *(
        Measure(
            "Texture by size", f"{part}: coarse band", "%", _band(part, "coarse"), "24-48 mm of all three", "tissue"
        )
        for part in _BANDED
    ),
    *(
        Measure(
            "Texture by size", f"{part}: strength", "%", _band(part, "strength"), "all three over mean root", "contrast"
        )
        for part in _BANDED
    ),
    *(
        Measure(
            "Levels",
            f"{percent:g} % level over median",
            "ratio",
            body.level_ratio(percent),
            "within the body",
            "contrast",
        )
        for percent in (10, 25, 75, 90, 99)
    ),
    Measure(
        "Levels",
        "noise over Poisson",
        "ratio",
        body.noise_over_poisson,
        "neighbours' variance",
        "detector's evenness",
        needs_lossless=True,
    ),
    Measure(
        "Symmetry",
        "thorax, right against left",
        "%",
        body.asymmetry(lambda s: s.trunk_row(0.1), lambda s: s.trunk_row(0.42)),
        "of both",
        "tilt, disease",
    ),
    Measure(
        "Symmetry",
        "thighs, right against left",
        "%",
        body.asymmetry(lambda s: s.crotch, lambda s: s.knee),
        "of both",
        "tilt, disease",
    ),
    Measure(
        "Symmetry",
        "shanks, right against left",
        "%",
        body.asymmetry(lambda s: s.knee, lambda s: s.sole),
        "of both",
        "tilt, disease",
    ),
    Measure("Shape", "body's height", "mm", lambda seen: seen.height_mm, "crown to toes, projected", "patients, feet"),
    Measure("Shape", "shoulder's level", "%", _at("shoulder"), "of the height", "proportions"),
    Measure("Shape", "crotch's level", "%", _at("crotch"), "of the height", "proportions"),
    Measure("Shape", "knee's level", "%", _at("knee"), "of the height", "proportions"),
    Measure("Shape", "width at the waist", "%", body.width_over_height(0.55), "of the height", "body"),
    Measure("Shape", "width at the hips", "%", body.width_over_height(0.92), "of the height", "body"),
)
"""All measures, in the page's order."""
