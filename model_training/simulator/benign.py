"""Benign bone foci of a patient: degenerative, traumatic, other disease, surgery; and mimics, drawn as metastases are.

Each condition that a patient has gives one or more foci. With the probability ``benign.mimic_share`` a condition is
replaced by as many mimics. So the dial is the expected share of mimics among benign bone foci, and their number stays.
"""

from __future__ import annotations

from collections.abc import Callable

from .benign_bone import (
    dental,
    enthesopathy,
    fibrous_dysplasia,
    hyperostosis_frontalis,
    osteomyelitis,
    paget,
    periosteal_reaction,
    shin_splints,
    sinus,
)
from .benign_fractures import (
    compression_fracture,
    costochondral,
    limb_fracture,
    rib_fractures,
    sacral_fracture,
    stress_fracture,
)
from .benign_joints import arthritis, sacroiliitis, spinal_degeneration
from .benign_surgery import prosthesis_reaction, surgery
from .foci import FocusSource
from .focus_shapes import FocusMaker
from .metastases import Habit, plan_lesion

Condition = Callable[[FocusMaker], list[FocusSource]]

# condition and the name of its share in the clinic's section "benign"
CONDITIONS_BY_SHARE: tuple[tuple[str, Condition], ...] = (
    ("rib_fractures", rib_fractures),
    ("costochondral", costochondral),
    ("sacral_fracture", sacral_fracture),
    ("paget", paget),
    ("fibrous_dysplasia", fibrous_dysplasia),
    ("enthesopathy", enthesopathy),
    ("dental", dental),
    ("sinus", sinus),
    ("surgery", surgery),
    ("limb_fracture", limb_fracture),
    ("stress_fracture", stress_fracture),
    ("shin_splints", shin_splints),
    ("osteomyelitis", osteomyelitis),
    ("periosteal_reaction", periosteal_reaction),
    ("sacroiliitis", sacroiliitis),
)
_OLD_YEARS = 65


def draw_benign(maker: FocusMaker, habit: Habit) -> list[FocusSource]:
    """Draw all benign bone foci of a patient."""
    found: list[FocusSource] = []
    for condition in draw_conditions(maker):
        own = condition(maker)
        if maker.clinic.chance("benign.mimic_share", maker.rng):
            mimics = (draw_mimic(maker, habit) for _ in own)
            own = [source for source in mimics if source is not None]
        found += own
    return found


def draw_conditions(maker: FocusMaker) -> list[Condition]:
    """Draw which benign conditions the patient has, several times the same where it is so."""
    rng, clinic, patient = maker.rng, maker.clinic, maker.patient
    wear = (patient.age_years / 60.0) ** clinic.number("benign.older")
    conditions: list[Condition] = [arthritis] * int(rng.poisson(wear * clinic.number("benign.arthritis_mean_at_60")))
    conditions += [spinal_degeneration] * int(rng.poisson(wear * clinic.number("benign.facet_mean_at_60")))
    conditions += [condition for name, condition in CONDITIONS_BY_SHARE if clinic.chance(f"benign.{name}", rng)]
    old = "_old" if patient.age_years >= _OLD_YEARS else ""
    if clinic.chance(f"benign.compression_fracture{old}", rng):
        conditions.append(compression_fracture)
    if clinic.chance("benign.hyperostosis_frontalis", rng) and patient.sex == "female" and patient.age_years > 50:
        conditions.append(hyperostosis_frontalis)
    conditions.append(prosthesis_reaction)
    return conditions


def draw_mimic(maker: FocusMaker, habit: Habit) -> FocusSource | None:
    """Draw a benign focus exactly as metastases are drawn: the image cannot tell it, the report can."""
    plan = plan_lesion(maker, habit)
    if plan is None:
        return None
    kind = maker.clinic.choose("benign.mimic_kind", maker.rng)
    if kind == "fracture":
        name = plan.spec.bones[0]
        kind = "rib fracture" if name.startswith("rib_") else kind
        kind = "compression fracture" if name.startswith(("vertebra_T", "vertebra_L")) else kind
    if plan.form == "cold":
        kind = "cold benign lesion"
    return maker.in_bone(plan.spec, kind, "benign", looks_like_metastasis=True)
