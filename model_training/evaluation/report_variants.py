"""Reports that are wrong or incomplete on purpose, from the simulator's writer and changed foci; the image stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS
from model_training.simulator.foci import Focus
from model_training.simulator.report_errors import ReportErrorRates
from model_training.simulator.report_writer import write_report

EXACT = ReportErrorRates(doubt_alone=0.0, doubt_faint=0.0, doubt=0.0, doubt_benign=0.0)
"""A reader without errors and without doubt: every visible focus named at its place, with its nature."""
_FINE = {fine.name: fine for fine in FINE_REGIONS}
_OPPOSITE = {"left": "right", "right": "left"}
_COLD_BELOW = 0.8


def mirrored_place(name: str) -> str:
    """Return the same fine region of the other side; an unpaired one stays."""
    for side, other in _OPPOSITE.items():
        if name.endswith(f"_{side}"):
            return name[: -len(side)] + other
    return name


def flipped(foci: Sequence[Focus]) -> tuple[Focus, ...]:
    """Return the foci with metastases called benign and benign foci called metastases; all else as it is."""
    return tuple(_other_nature(focus) for focus in foci)


def _other_nature(focus: Focus) -> Focus:
    if focus.hot_spot_class == "benign":
        kind = "cold metastasis" if focus.contrast < _COLD_BELOW else "metastasis"
        return replace(focus, hot_spot_class="metastasis", kind=kind, looks_like_metastasis=False)
    if focus.hot_spot_class == "metastasis":
        fine = _FINE.get(focus.fine_region)
        kind = "rib fracture" if fine and fine.region == "ribs" else "benign lesion"
        return replace(focus, hot_spot_class="benign", kind="cold " + kind if focus.contrast < _COLD_BELOW else kind)
    return focus


def on_the_other_side(foci: Sequence[Focus]) -> tuple[Focus, ...]:
    """Return the foci with every sided bone focus on the other side; those of the midline stay."""
    return tuple(
        replace(focus, fine_region=mirrored_place(focus.fine_region), side=_OPPOSITE.get(focus.side, focus.side))
        if focus.fine_region in _FINE
        else focus
        for focus in foci
    )


def unnamed_half(foci: Sequence[Focus], seed: Sequence[int]) -> set[int]:
    """Return the numbers of the visible metastases that the report of half of them leaves out, drawn by the seed.

    Of an odd number the smaller half is left out: a patient's only metastasis is named.
    """
    numbers = [f.number for f in foci if f.hot_spot_class == "metastasis" and any(f.visible.values())]
    order = np.random.default_rng(list(seed)).permutation(len(numbers))
    return {numbers[index] for index in order[: len(numbers) // 2]}


def written(
    foci: Sequence[Focus],
    patient: Mapping[str, Any],
    language: str,
    wording: str,
    seed: Sequence[int],
    kind: str = "planar",
) -> str:
    """Return the text of an exact reader's report of these foci; the same seed writes the same text.

    Parameters
    ----------
    kind : {"planar", "spect"}
        Of the examination that is reported.
    """
    rng = np.random.default_rng(list(seed))
    report = write_report(foci, patient, language, rng, report_error_rates=EXACT, wording=wording, examination=kind)
    return report.text
