"""Random foci without an image, so that reading can be taught from endless reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, FineRegion, fine_region, vertebra_at

from .report_grammar import Draw

# Where metastases sit in 638 Chinese patients (percent; spine, ribs, pelvis, limbs, skull, sternum and clavicle,
# scapula); the limbs' share is led by the proximal femur and humerus.
METASTASIS_SITES: tuple[tuple[float, tuple[str, ...]], ...] = (
    (34.0, ("cervical_spine", "thoracic_spine", "thoracic_spine", "lumbar_spine", "lumbar_spine", "sacrum")),
    (30.0, ("ribs",)),
    (18.0, ("pelvis",)),
    (10.0, ("femur", "femur", "femur", "humerus", "humerus", "leg", "forearm", "hand", "foot", "patella")),
    (3.3, ("skull", "skull", "mandible")),
    (2.4, ("sternum", "clavicle")),
    (2.3, ("scapula",)),
)
_BENIGN_KINDS = (
    "osteoarthritis",
    "osteoarthritis",
    "osteoarthritis",
    "facet arthropathy",
    "facet arthropathy",
    "rib fracture",
    "rib fracture",
    "compression fracture",
    "dental",
    "paget",
    "enthesopathy",
    "infection",
    "prosthesis",
    "fibrous dysplasia",
    "fracture",
    "benign lesion",
)
# Solitary in 10.4 % of the 638 patients; the other counts are chosen to teach short and long lists.
_COUNTS = ((0, 0.25), (1, 0.14), (2, 0.12), (3, 0.11), (5, 0.14), (8, 0.12), (14, 0.07), (25, 0.05))

_SUPERSCAN_SHARE = 0.01

_BY_REGION: dict[str, tuple[FineRegion, ...]] = {
    name: tuple(fine for fine in FINE_REGIONS if fine.region == name) for name in {f.region for f in FINE_REGIONS}
}
_BONES_BY_REGION = {
    name: tuple(fine for fine in fines if not fine.is_joint) or fines for name, fines in _BY_REGION.items()
}
_JOINTS = tuple(fine for fine in FINE_REGIONS if fine.is_joint)


@dataclass(frozen=True)
class SimpleFocus:
    """A focus of uptake as a report speaks of it: class, place and kind, with nothing of its shape.

    Attributes
    ----------
    hot_spot_class : {"metastasis", "benign", "physiological"}
    fine_region : str
        Name in ``anatomy.FINE_REGIONS``, or of a physiological site.
    kind : str
        "metastasis", "osteoarthritis", "rib fracture" and the like.
    side : {"left", "right", "midline"}
    visible : mapping from view to bool
    contrast : float
        Uptake ratio to the surrounding bone.
    """

    hot_spot_class: str
    fine_region: str
    kind: str
    side: str
    visible: Mapping[str, bool] = field(default_factory=lambda: {"anterior": True, "posterior": True})
    contrast: float = 3.0


@dataclass(frozen=True)
class KnownFocus(SimpleFocus):
    """A focus that is followed over examinations and may be measured.

    Attributes
    ----------
    number : int
    lesion_id : str
    suv_max : float or None
    """

    number: int = 0
    lesion_id: str = ""
    suv_max: float | None = None

    @classmethod
    def of(cls, focus: SimpleFocus, number: int, rng: np.random.Generator) -> KnownFocus:
        """Number a focus and measure it: normal vertebrae have an SUVmax of 6.51 (SD 0.72)."""
        suv_max = round(float(focus.contrast * rng.normal(6.5, 0.7)), 1)
        facts = {each.name: getattr(focus, each.name) for each in fields(SimpleFocus)}
        return cls(**facts, number=number, lesion_id=f"lesion {number}", suv_max=suv_max)


def random_foci(rng: np.random.Generator) -> tuple[SimpleFocus, ...]:
    """Draw the foci of a patient: metastases by their published sites, benign and physiological ones."""
    draw = Draw(int(rng.integers(2**62)))
    if draw.chance(_SUPERSCAN_SHARE):  # then no kidneys show
        return tuple(_focus(_metastasis_site(draw).name, "metastasis", "metastasis", draw) for _ in range(40))
    foci = _metastases(draw)
    for _ in range(_weighted(draw, ((0, 0.35), (1, 0.3), (2, 0.2), (4, 0.15)))):
        foci += _benign(draw)
    foci += [_focus(site, "physiological", "physiological", draw) for site in ("bladder", "kidney")]
    if draw.chance(0.3):
        foci.append(_focus("injection_site", "physiological", "injection site", draw))
    return tuple(foci)


def _weighted(draw: Draw, options: tuple[tuple[int, float], ...]) -> int:
    left = draw.uniform(0, sum(weight for _, weight in options))
    for value, weight in options:
        left -= weight
        if left <= 0:
            return value
    return options[-1][0]


def _metastases(draw: Draw) -> list[SimpleFocus]:
    most = _weighted(draw, _COUNTS)
    names: list[str] = []
    while len(names) < most:
        name = _metastasis_site(draw).name
        names.append(name)
        if draw.chance(0.25):
            names += _neighbours(name, draw.number(1, 3))
    kinds = ("metastasis",) * 40 + ("cold metastasis",)
    return [_focus(name, "metastasis", draw.one(kinds), draw) for name in dict.fromkeys(names[:most])]


def _metastasis_site(draw: Draw) -> FineRegion:
    if draw.chance(0.15):  # so that rare places are taught too
        return draw.one(FINE_REGIONS)
    index = _weighted(draw, tuple((index, weight) for index, (weight, _) in enumerate(METASTASIS_SITES)))
    return draw.one(_BONES_BY_REGION[draw.one(METASTASIS_SITES[index][1])])


def _neighbours(name: str, count: int) -> list[str]:
    """Return the next ribs or vertebrae below a level, as contiguous disease and falls make them."""
    fine = fine_region(name)
    if fine.region == "ribs":
        return [f"rib_{n}_{fine.side}" for n in range(int(fine.level) + 1, min(int(fine.level) + count, 12) + 1)]
    if not fine.level:
        return []
    levels = [f.level for f in FINE_REGIONS if f.level and f.region != "ribs"]
    first = levels.index(fine.level) + 2
    return [f"vertebra_{vertebra_at(n)}" for n in range(first, min(first + count, len(levels) + 1))]


def _benign(draw: Draw) -> list[SimpleFocus]:
    kind = draw.one(_BENIGN_KINDS)
    if kind == "osteoarthritis":
        joint = draw.one(_JOINTS).name
        names = [joint]
        if draw.chance(0.4):
            stem = joint.rsplit("_", 1)[0]
            names = [f"{stem}_left", f"{stem}_right"]
    elif kind == "facet arthropathy":
        names = [draw.one(_BY_REGION[draw.one(("cervical_spine", "lumbar_spine", "thoracic_spine"))]).name]
    elif kind == "rib fracture":
        first = draw.one(_BY_REGION["ribs"]).name
        names = [first, *_neighbours(first, draw.number(0, 3))]
    elif kind == "compression fracture":
        names = [f"vertebra_{draw.one(('T7', 'T8', 'T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4'))}"]
    elif kind == "dental":
        names = [draw.one(("mandible", "facial_bones"))]
    elif kind == "paget":
        names = [draw.one(("ilium_left", "ilium_right", "femur_shaft_left", "tibia_shaft_right", "skull_vault"))]
    elif kind == "prosthesis":
        names = [draw.one(("hip_joint_left", "hip_joint_right", "knee_joint_left", "knee_joint_right"))]
    else:
        names = [draw.one(FINE_REGIONS).name]
    return [_focus(name, "benign", kind, draw) for name in names]


def _focus(name: str, hot_spot_class: str, kind: str, draw: Draw) -> SimpleFocus:
    side = "midline" if hot_spot_class == "physiological" else fine_region(name).side
    contrast = 0.4 if kind.startswith("cold") else 1.3 + 6.0 * draw.uniform(0, 1) ** 2
    visible = {"anterior": draw.chance(0.8), "posterior": True}
    return SimpleFocus(hot_spot_class, name, kind, side, visible, contrast)


_CONDITIONS = (
    *("hip prosthesis left", "hip prosthesis right", "knee prosthesis left", "knee prosthesis right"),
    *("mastectomy left", "mastectomy right", "amputation leg left", "amputation leg right", "scoliosis", "kyphosis"),
    *("rib fracture left", "rib fracture right", "vertebral fracture"),
)


def random_patient(rng: np.random.Generator) -> dict[str, Any]:
    """Draw facts of a patient that reports speak of: sex, now and then a condition."""
    draw = Draw(int(rng.integers(2**62)))
    conditions = tuple(draw.shuffled(_CONDITIONS)[: draw.number(1, 2)]) if draw.chance(0.12) else ()
    female = draw.chance(0.45) or any("mastectomy" in condition for condition in conditions)
    return {"sex": "female" if female else "male", "conditions": conditions}
