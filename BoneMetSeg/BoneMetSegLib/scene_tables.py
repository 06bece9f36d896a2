"""The table of hot spots as a MRML table node (floor 5)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .concordance import Concordance
from .hot_spots import HotSpot
from .scan import SPECT_VIEW, VIEWS, Quantity
from .spect_columns import uptake_names, uptake_values

Cell = str | float


def _of_view(view: str, attribute: str) -> Callable[[HotSpot, str], Cell]:
    def cell(hot_spot: HotSpot, _lang: str) -> Cell:
        return float(getattr(hot_spot.views[view], attribute)) if view in hot_spot.views else math.nan

    return cell


# Names and units as in hot_spots.csv; "place" says region, side and level in words.
_TEXT_COLUMNS: dict[str, Callable[[HotSpot, str], Cell]] = {
    "id": lambda hot_spot, _: hot_spot.id,
    "place": lambda hot_spot, lang: hot_spot.place_words(lang),
    "class": lambda hot_spot, _: hot_spot.hot_spot_class,
    "accepted": lambda hot_spot, _: "yes" if hot_spot.accepted else "no",
    "region": lambda hot_spot, _: hot_spot.region,
    "side": lambda hot_spot, _: hot_spot.side,
    "level": lambda hot_spot, _: hot_spot.level,
    "views": lambda hot_spot, _: " ".join(view for view in (*VIEWS, SPECT_VIEW) if view in hot_spot.views),
}
_SIZES_AND_COUNTS: dict[str, Callable[[HotSpot, str], Cell]] = {
    **{f"area_mm2_{view}": _of_view(view, "area_mm2") for view in VIEWS},
    **{f"max_counts_{view}": _of_view(view, "max_counts") for view in VIEWS},
    **{f"mean_counts_{view}": _of_view(view, "mean_counts") for view in VIEWS},
    **{f"ratio_to_background_{view}": _of_view(view, "ratio_to_background") for view in VIEWS},
}
_PROBABILITIES: dict[str, Callable[[HotSpot, str], Cell]] = {
    "probability": lambda hot_spot, _: hot_spot.probability,
    "probability_image_only": lambda hot_spot, _: hot_spot.probability_image_only,
}
_LAST_TEXT_COLUMNS: dict[str, Callable[[HotSpot, str], Cell]] = {
    "report_effect": lambda hot_spot, _: hot_spot.report_effect,
    "phrase": lambda hot_spot, _: hot_spot.phrase,
}
COLUMN_NAMES = (*_TEXT_COLUMNS, *_SIZES_AND_COUNTS, *_PROBABILITIES, *_LAST_TEXT_COLUMNS, "disagreement")


def _in_volume(quantity: Quantity) -> dict[str, Callable[[HotSpot, str], Cell]]:
    def uptake(name: str) -> Callable[[HotSpot, str], Cell]:
        return lambda hot_spot, _: uptake_values(hot_spot.views[SPECT_VIEW], quantity)[name]

    return {
        "volume_ml": _of_view(SPECT_VIEW, "volume_ml"),
        **{name: uptake(name) for name in uptake_names(quantity)},
        "ratio_to_background": _of_view(SPECT_VIEW, "ratio_to_background"),
    }


def fill_hot_spot_table(
    table: Any,
    hot_spots: Sequence[HotSpot],
    lang: str,
    quantity: Quantity | None = None,
    concordance: Concordance | None = None,
) -> None:
    """Fill an empty ``vtkMRMLTableNode`` with one row per hot spot; a measure without a value is NaN.

    Parameters
    ----------
    concordance : Concordance, optional
        Says where the report disagrees.
    quantity : {"counts", "Bq/ml", "SUVbw"}, optional
        Of the voxels of a SPECT scan; None for planar views.
    """
    from vtkmodules.vtkCommonCore import vtkDoubleArray, vtkStringArray

    measures = _SIZES_AND_COUNTS if quantity is None else _in_volume(quantity)
    said = concordance or Concordance()
    last = {**_LAST_TEXT_COLUMNS, "disagreement": lambda hot_spot, _: said.disagreement_of(hot_spot.id)}
    kinds = (
        (_TEXT_COLUMNS, vtkStringArray),
        ({**measures, **_PROBABILITIES}, vtkDoubleArray),
        (last, vtkStringArray),
    )
    for columns, array_class in kinds:
        for name, cell in columns.items():
            array: Any = array_class()
            array.SetName(name)
            for hot_spot in hot_spots:
                array.InsertNextValue(cell(hot_spot, lang))
            table.AddColumn(array)
            table.SetColumnType(name, array.GetDataType())
    table.SetLocked(True)
