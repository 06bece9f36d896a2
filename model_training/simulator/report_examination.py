"""What a report says beside the foci: kidneys, injection, operations, tomography, the earlier scan; from the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .report_changes import change_names, resolved_foci
from .report_reading import Focus, SeenFocus

# Kinds of conditions by a part of the words for them; the first that fits counts. Absent kidneys and hydronephrosis
# show in the physiological foci and are not repeated here.
_CONDITION_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("prosthesis", ("prosthe", "arthroplast", "replacement", "implant")),
    ("amputation", ("amput",)),
    ("mastectomy", ("mastect",)),
    ("scoliosis", ("scolio",)),
    ("kyphosis", ("kypho",)),
    ("fracture", ("fractur", "trauma")),
)
_WHERE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hip", ("hip", "femur_proximal", "femoral head")),
    ("knee", ("knee",)),
    ("shoulder", ("shoulder",)),
    ("arm", ("arm", "humer", "elbow", "hand", "wrist", "upper")),
    ("leg", ("leg", "thigh", "tibia", "femur", "foot", "ankle", "lower")),
    ("ribs", ("rib",)),
    ("spine", ("vertebra", "spine")),
)
# Metastases from which on a scan without kidneys is called a superscan.
_SUPERSCAN_FOCI = 20


@dataclass(frozen=True)
class Condition:
    """An operation, a deformity or an old injury of the patient.

    Attributes
    ----------
    kind : {"prosthesis", "amputation", "mastectomy", "scoliosis", "kyphosis", "fracture"}
    side : {"left", "right", ""}
    where : str
        "hip", "knee", "shoulder", "arm", "leg", "ribs", "spine" or "".
    """

    kind: str
    side: str = ""
    where: str = ""


@dataclass(frozen=True)
class Examination:
    """What is true of the examination beside the foci in bone.

    Attributes
    ----------
    spect : bool
        Tomography of a part of the body instead of a whole-body scan.
    superscan : bool
    missing_kidney, hydronephrosis, ureter : str
        Side, or "".
    injection : str or None
        Side of the injection site that shows ("" unknown), None where none does.
    contamination : bool
    conditions : tuple of Condition
    suv_max : mapping
        Focus number to SUVmax.
    changes : mapping or None
        Lesion id to change; None where nothing is known of an earlier scan.
    resolved : tuple of SeenFocus
    """

    spect: bool = False
    superscan: bool = False
    missing_kidney: str = ""
    hydronephrosis: str = ""
    ureter: str = ""
    injection: str | None = None
    contamination: bool = False
    conditions: tuple[Condition, ...] = ()
    suv_max: Mapping[int, float] = field(default_factory=dict)
    changes: Mapping[Any, str] | None = None
    resolved: tuple[SeenFocus, ...] = ()


def examine(
    foci: Sequence[Focus],
    patient: Mapping[str, Any],
    *,
    spect: bool,
    suv_max: Mapping[int, float],
    prior: Mapping[Any, str] | None,
    prior_foci: Iterable[Focus],
) -> Examination:
    """Collect what is true of an examination from its foci and the patient's facts."""
    physiological = [f for f in foci if f.hot_spot_class == "physiological"]
    kidneys = {f.side for f in physiological if f.fine_region == "kidney"}
    metastases = sum(f.hot_spot_class == "metastasis" for f in foci)
    changes = None if prior is None else change_names(prior)
    return Examination(
        spect=spect,
        superscan=bool(patient.get("superscan")) or (metastases >= _SUPERSCAN_FOCI and not kidneys),
        missing_kidney={frozenset({"left"}): "right", frozenset({"right"}): "left"}.get(frozenset(kidneys), ""),
        hydronephrosis=_side_of(physiological, "hydroneph"),
        ureter=_side_of(physiological, "ureter"),
        injection=_injection(physiological),
        contamination=any("contamination" in f.kind for f in physiological),
        conditions=conditions_of(patient),
        suv_max={**_given_suv(foci), **suv_max},
        changes=changes,
        resolved=resolved_foci(prior_foci, changes or {}),
    )


def conditions_of(patient: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return the conditions named in a patient's "conditions": names, or mappings or objects whose words name them.

    "hip_prosthesis_left", "left mastectomy" and ``{"kind": "amputation", "side": "right", "bone": "tibia"}`` are all
    understood; what is not known is left out.
    """
    given = patient.get("conditions") or ()
    if isinstance(given, Mapping):
        given = [f"{name} {value}" for name, value in given.items() if value not in (False, None, "", 0)]
    found = []
    for one in [given] if isinstance(given, str) else given:
        words = " ".join(map(str, one.values())) if isinstance(one, Mapping) else str(one)
        words = words.lower()
        kind = next((kind for kind, parts in _CONDITION_WORDS if any(part in words for part in parts)), "")
        side = next((side for side in ("left", "right") if side in words), "")
        where = next((name for name, parts in _WHERE if any(part in words for part in parts)), "")
        if kind:
            found.append(Condition(kind, side, where))
    return tuple(dict.fromkeys(found))


def _side_of(foci: Iterable[Focus], kind: str) -> str:
    return next((f.side for f in foci if kind in f.kind and f.side in ("left", "right")), "")


def _injection(foci: Iterable[Focus]) -> str | None:
    sides = [f.side for f in foci if f.fine_region == "injection_site"]
    return None if not sides else sides[0] if sides[0] in ("left", "right") else ""


def _given_suv(foci: Iterable[Focus]) -> dict[int, float]:
    values = {int(getattr(f, "number", i + 1)): getattr(f, "suv_max", None) for i, f in enumerate(foci)}
    return {number: float(value) for number, value in values.items() if value is not None}
