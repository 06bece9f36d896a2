"""``hot_spots.csv``: written for people and spreadsheet programs, read back with the reader's decisions (floor 5)."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from .case_edits import ALLOWED_WORDS, Decision, place_fault
from .concordance import Concordance
from .errors import InputError
from .hot_spots import HotSpot
from .scan import SPECT_VIEW, VIEWS, Quantity
from .skeleton import Place
from .spect_columns import uptake_names, uptake_values

CSV_COLUMNS = (
    "id",
    "class",
    "accepted",
    "region",
    "side",
    "level",
    "views",
    "area_mm2_anterior",
    "area_mm2_posterior",
    "max_counts_anterior",
    "max_counts_posterior",
    "mean_counts_anterior",
    "mean_counts_posterior",
    "ratio_to_background",
    "probability",
    "probability_image_only",
    "report_effect",
    "phrase",
    "edited_by",
    "disagreement",
    "level_margin",
)
_EDITABLE_COLUMNS = ("id", "class", "accepted", "region", "side", "level")
# A spreadsheet takes a cell that begins so for a formula, full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def spect_csv_columns(quantity: Quantity) -> tuple[str, ...]:
    """Return the columns of a SPECT scan's table: a volume instead of areas, uptake in the scan's quantity."""
    first, last = CSV_COLUMNS.index("area_mm2_anterior"), CSV_COLUMNS.index("ratio_to_background")
    return (*CSV_COLUMNS[:first], "volume_ml", *uptake_names(quantity), *CSV_COLUMNS[last:])


def write_hot_spot_csv(
    path: Path, hot_spots: Sequence[HotSpot], concordance: Concordance, quantity: Quantity | None = None
) -> None:
    """Write a row per hot spot.

    Parameters
    ----------
    concordance : Concordance
        Says where the report disagrees; an empty one without a report.
    quantity : {"counts", "Bq/ml", "SUVbw"}, optional
        Of the voxels of a SPECT scan; None for planar views.
    """
    columns = CSV_COLUMNS if quantity is None else spect_csv_columns(quantity)
    # With a byte order mark, or spreadsheet programs on Windows show Chinese phrases as gibberish.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        for spot in hot_spots:
            cells = _planar_cells(spot) if quantity is None else _spect_cells(spot, quantity)
            writer.writerow(_csv_row(spot) | cells | {"disagreement": concordance.disagreement_of(spot.id)})


def _csv_row(spot: HotSpot) -> dict[str, str]:
    return {
        "id": spot.id,
        "class": spot.hot_spot_class,
        "accepted": "yes" if spot.accepted else "no",
        "region": spot.region,
        "side": spot.side,
        "level": spot.level,
        "views": " ".join(view for view in (*VIEWS, SPECT_VIEW) if view in spot.views),
        "ratio_to_background": _number(spot.ratio_to_background, 2),
        "probability": _number(spot.probability, 3),
        "probability_image_only": _number(spot.probability_image_only, 3),
        "report_effect": spot.report_effect,
        "phrase": _no_formula(spot.phrase),
        "edited_by": _no_formula(spot.edited_by),
        "level_margin": str(spot.level_margin) if spot.level else "",
    }


def _planar_cells(spot: HotSpot) -> dict[str, str]:
    row = {}
    for view, shown in spot.views.items():
        row[f"area_mm2_{view}"] = _number(shown.area_mm2, 1)
        row[f"max_counts_{view}"] = _number(shown.max_counts, 1)
        row[f"mean_counts_{view}"] = _number(shown.mean_counts, 2)
    return row


def _spect_cells(spot: HotSpot, quantity: Quantity) -> dict[str, str]:
    shown = spot.views[SPECT_VIEW]
    values = uptake_values(shown, quantity)
    return {"volume_ml": _number(shown.volume_ml, 2), **{name: _number(value, 2) for name, value in values.items()}}


def _number(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _no_formula(text: str) -> str:
    """Return free text with an apostrophe before what a spreadsheet would compute; reading back takes result.json's."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def read_decisions(path: Path, ids: Collection[str]) -> dict[str, Decision]:
    """Return what the rows decide, as typed here or saved again by a spreadsheet program; other columns are not read.

    Raises
    ------
    InputError
        The table cannot be read, or a row of it is wrong; the sentence names file and row.
    """
    text = _csv_text(path)
    header = (text.splitlines() or [""])[0]
    # Where the comma is the decimal sign, spreadsheet programs separate by semicolons.
    separator = next((mark for mark in ",;\t" if mark in header), ",")
    rows: dict[str, Decision] = {}
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="")
        missing = [column for column in _EDITABLE_COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"{path.name} lacks its column {missing[0]!r}; keep the header line as it was")
        for line in reader:
            row = {column: line[column].strip() for column in _EDITABLE_COLUMNS}
            row["id"] = row["id"].upper()
            if not any(row.values()):
                continue  # an empty line at the end
            if row["id"] in rows:
                raise InputError(f"{path.name} has two rows of {row['id']}; leave one")
            if row["id"] not in ids:
                raise InputError(
                    f"{path.name}: {row['id']!r} is no hot spot of this case; a new one is drawn as a segment"
                )
            rows[row["id"]] = _checked_decision(path.name, row)
    except csv.Error as error:
        raise InputError(f"{path.name} cannot be read; save it as CSV in UTF-8") from error
    return rows


def _csv_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}") from error
    # Chinese Windows saves plain CSV in its own encoding; what is read of it is ASCII in both.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(f"{path.name} cannot be read; save it as CSV in UTF-8")


def _checked_decision(file: str, typed: Mapping[str, str]) -> Decision:
    row = {column: value.lower() if column in ALLOWED_WORDS else value.upper() for column, value in typed.items()}
    for column, values in ALLOWED_WORDS.items():
        if row[column] not in values:
            raise InputError(f"{file}: {row['id']} has {column} {typed[column]!r}; it is one of {', '.join(values)}")
    place = Place(row["region"], row["side"], row["level"])
    fault = place_fault(place)
    if fault:
        raise InputError(f"{file}: {row['id']} {fault}")
    return Decision(row["class"], row["accepted"] == "yes", place)
