"""Who is evaluated: cases of a data list, or a fresh cohort of a clinic; and whose report each is read with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS
from BoneMetSegLib.errors import InputError
from model_training.case_lists import cases_of

from .conditions import WORDING_KEYS, Patient
from .examination import foci_of, load_meta

_REGION_OF = {fine.name: fine.channel for fine in FINE_REGIONS}
SPLITS = ("training", "validation", "test")


def patients_of(cases: Sequence[Path], seed: int, wording: str) -> list[Patient]:
    """Return the patients with what is drawn for each: language, another patient, one with unlike disease.

    Parameters
    ----------
    cases : sequence of Path
        npz files.
    seed : int
        Of all that is drawn. It depends on the whole cohort: fewer cases draw other partners.
    wording : {"training", "held_back"}

    Raises
    ------
    InputError
        Fewer than two patients, no such wording, or a case without its reports.
    """
    if len(cases) < 2:
        raise InputError(
            f"patients to evaluate: {len(cases)}; each is also read with another's report, so at least 2 are needed"
        )
    if wording not in WORDING_KEYS:
        raise InputError(f"there is no wording {wording!r} of reports; known are {', '.join(WORDING_KEYS)}")
    metas = [load_meta(path) for path in cases]
    for path, meta in zip(cases, metas, strict=True):
        if WORDING_KEYS[wording] not in meta or "reports" not in meta:
            raise InputError(f"{path} has no reports in {wording} wording; simulate it again")
    rng = np.random.default_rng(seed)
    others = derangement(len(cases), rng)
    unlike = unlike_partners([metastatic_regions(meta) for meta in metas], rng)
    languages = rng.integers(2, size=len(cases))
    return [
        Patient(
            index,
            path,
            metas[index],
            ("zh", "en")[languages[index]],
            wording,
            metas[others[index]],
            metas[unlike[index]],
            seed,
        )
        for index, path in enumerate(cases)
    ]


def derangement(count: int, rng: np.random.Generator) -> list[int]:
    """Return a permutation of ``range(count)`` that leaves nobody in place: one random cycle (Sattolo 1986)."""
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(rng.integers(last))
        order[last], order[other] = order[other], order[last]
    return order


def metastatic_regions(meta: Mapping[str, Any]) -> frozenset[int]:
    """Return the skeleton channels in which a case has a visible metastasis."""
    return frozenset(
        _REGION_OF[focus.fine_region]
        for focus in foci_of(meta)
        if focus.hot_spot_class == "metastasis" and any(focus.visible.values())
    )


def unlike_partners(regions: Sequence[frozenset[int]], rng: np.random.Generator) -> list[int]:
    """Return for each patient another whose metastases lie elsewhere.

    Best is one with metastases, none of them in a region of the patient's; then one without any, for a patient who
    has some; else the one who shares the fewest regions. Of equals one is drawn.
    """
    partners = []
    for index, mine in enumerate(regions):
        ranks = np.array(
            [_likeness(mine, theirs) if other != index else np.inf for other, theirs in enumerate(regions)]
        )
        partners.append(int(rng.choice(np.flatnonzero(ranks == ranks.min()))))
    return partners


def _likeness(mine: frozenset[int], theirs: frozenset[int]) -> float:
    if not theirs:
        return 0.5 if mine else 2.0
    shared = len(mine & theirs)
    return 1 + shared / len(mine | theirs) if shared else 0.0


def listed_cases(data: Path, split: str, count: int | None = None, kind: str = "planar") -> list[Path]:
    """Return the cases of a data list's split, or of all splits ("all"), the first ``count`` of them.

    Parameters
    ----------
    kind : {"planar", "spect"}
        Which examinations.

    Raises
    ------
    InputError
        The folder holds no data list, or the split is empty.
    """
    splits = SPLITS if split == "all" else (split,)
    cases = [path for name in splits for path in cases_of(data, name, kind)]
    if not cases:
        raise InputError(f"{data} has no {kind} case in its {split} split")
    if split == "all":
        cases.sort()
    return cases[:count]


def simulated_cases(
    folder: Path, clinic_name: str, seed: int, count: int, workers: int, kind: Literal["planar", "spect"] = "planar"
) -> list[Path]:
    """Simulate a fresh cohort into a folder, or complete the one that is there, and return its cases.

    Raises
    ------
    InputError
        There is no such clinic, or the folder holds another set.
    """
    from model_training.simulator.clinic import read_clinic
    from model_training.simulator.generate import generate_cases

    clinic = read_clinic(clinic_name)
    generate_cases(count, folder, seed, workers=workers, resume=True, clinic=clinic, kind=kind)
    return listed_cases(folder, "all", count, kind)
