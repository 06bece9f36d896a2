"""What somebody drew, as the class and focus maps of a case."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.segmentation import CLASSES

from .case_files import IGNORE, MOST_FOCI


@dataclass(frozen=True)
class DrawnFocus:
    """One outline in one view, or in a volume.

    Attributes
    ----------
    view : str
        "anterior", "posterior", or "spect".
    mask : numpy.ndarray
        bool, as acquired.
    meaning : str
        Of ``label_table.MEANINGS``.
    label : str
        What it was called.
    focus : hashable
        Equal for outlines of one focus.
    outline : {"drawn", "grown"}
        "grown": a point was drawn, and its edge found.
    """

    view: str
    mask: np.ndarray
    meaning: str
    label: str
    focus: Hashable
    outline: str = "drawn"


def maps_of(
    name: str, drawn: Sequence[DrawnFocus], shapes: Mapping[str, tuple[int, ...]]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], tuple[dict[str, Any], ...]]:
    """Return class maps, focus maps and the list of foci.

    Where outlines overlap the later one wins; what is to be ignored never covers a focus.

    Parameters
    ----------
    name : str
        Of the examination, for the error.
    drawn : sequence of DrawnFocus
    shapes : mapping from view to tuple of int
        Size of each view.

    Raises
    ------
    InputError
        There are more foci than numbers for them.
    """
    classes = {view: np.zeros(shape, np.uint8) for view, shape in shapes.items()}
    numbers_in = {view: np.zeros(shape, np.uint8) for view, shape in shapes.items()}
    numbers: dict[Hashable, int] = {}
    foci: list[dict[str, Any]] = []
    for one in sorted(drawn, key=lambda each: each.meaning != "ignore"):
        if one.meaning == "background":
            continue
        if one.meaning == "ignore":
            classes[one.view][one.mask] = IGNORE
            continue
        key = (one.meaning, one.focus)
        if key not in numbers:
            if len(numbers) == MOST_FOCI:
                raise InputError(f"{name} has more than {MOST_FOCI} foci, too many to number")
            numbers[key] = len(numbers) + 1
            foci.append(
                {
                    "number": numbers[key],
                    "hot_spot_class": one.meaning,
                    "label": one.label,
                    "outline": one.outline,
                    "visible": dict.fromkeys(shapes, False),
                }
            )
        classes[one.view][one.mask] = CLASSES.index(one.meaning)
        numbers_in[one.view][one.mask] = numbers[key]
        foci[numbers[key] - 1]["visible"][one.view] = True
    return classes, numbers_in, tuple(foci)


def parts_of(mask: np.ndarray) -> list[np.ndarray]:
    """Return the parts of a mask that do not touch, diagonals touch, in reading order."""
    labels, count = ndimage.label(mask, np.ones((3,) * mask.ndim))
    return [labels == number for number in range(1, count + 1)]
