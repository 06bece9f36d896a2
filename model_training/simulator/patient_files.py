"""All examinations of one simulated patient, simulated and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Examination:
    """One examination of a kind of set.

    Attributes
    ----------
    name : str
        What the file's name adds to the patient's.
    modality : {"planar", "spect"}
    timepoint : int or None
        0 for the first, 1 for the second; None where there is no second.
    """

    name: str
    modality: Literal["planar", "spect"]
    timepoint: int | None = None


_PLANAR, _SPECT = Examination("", "planar"), Examination("spect", "spect")
_EXAMINATIONS: dict[str, tuple[Examination, ...]] = {
    "planar": (_PLANAR,),
    "spect": (_SPECT,),
    "both": (_PLANAR, _SPECT),
    "followup": (Examination("t0", "planar", 0), Examination("t1", "planar", 1)),
}


def examinations(kind: str) -> tuple[Examination, ...]:
    """Return the examinations of a kind of set: "planar", "spect", "both" or "followup"."""
    return _EXAMINATIONS[kind]
