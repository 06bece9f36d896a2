"""The table of the burden: the total and a row for each region, each figure with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import qt
from slicer.i18n import tr as _

from BoneMetSegLib.burden import BSI_NOTE, Burden
from BoneMetSegLib.burden_figures import Figures, RegionBurden
from BoneMetSegLib.burden_spect import SpectBurden
from BoneMetSegLib.quality_burden import BURDEN_FLAGS
from BoneMetSegLib.result_document import Case

from .library_words import sentence_words
from .words import region_word, side_word


class BurdenTable:
    """Fills a ``QTableWidget`` and the label under it.

    Parameters
    ----------
    section : ctkCollapsibleButton
        Hidden without a case.
    table : QTableWidget
    label : QLabel
    """

    def __init__(self, section: Any, table: Any, label: Any) -> None:
        self._section, self._table, self._label = section, table, label
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.setSelectionMode(qt.QAbstractItemView.NoSelection)
        table.setHorizontalScrollMode(qt.QAbstractItemView.ScrollPerPixel)
        table.verticalHeader().setVisible(False)

    def fill(self, case: Case | None, lang: str) -> None:
        """Show the burden of a case as it is now."""
        self._section.visible = case is not None
        if case is None:
            return
        burden = case.burden
        if isinstance(burden, SpectBurden):
            headers, rows = _volume_headers(burden), [_volume_cells(burden)]
        else:
            headers = _headers(burden)
            rows = [_cells(_("Total"), burden)]
            rows += [_cells(_place(region, lang), region) for region in burden.regions if _may_have_lesion(region)]
        self._table.setColumnCount(len(headers))
        self._table.setHorizontalHeaderLabels(headers)
        self._table.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = qt.QTableWidgetItem(text)
                item.setFlags(qt.Qt.ItemIsEnabled)
                item.setToolTip(f"{headers[column]}: {text}")
                if row == 0:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self._table.setItem(row, column, item)
        self._table.resizeColumnsToContents()
        self._table.resizeRowsToContents()
        self._label.text = "\n".join(_notes(case))


def _headers(burden: Burden) -> list[str]:
    areas = [
        _("Area anterior (mm\N{SUPERSCRIPT TWO})")
        if view == "anterior"
        else _("Area posterior (mm\N{SUPERSCRIPT TWO})")
        for view in burden.lesion_area_mm2
    ]
    return [
        _("Region"),
        _("Lesions"),
        _("BSI (%)"),
        _("BSI calibrated (%)"),
        *areas,
        _("Positive area (%)"),
        _("Ratio"),
        _("Counts"),
        _("Extent of disease"),
    ]


def _may_have_lesion(region: RegionBurden) -> bool:
    return region.lesion_count > 0 or region.intervals["lesion_count"][1] > 0


def _place(region: RegionBurden, lang: str) -> str:
    name = region_word(region.region, lang)
    return name if region.side == "midline" else _("{side} {region}").format(side=side_word(region.side), region=name)


def _cells(name: str, figures: Figures) -> list[str]:
    intervals = figures.intervals
    areas = [
        _with_interval(area, intervals, f"lesion_area_mm2_{view}", 0) for view, area in figures.lesion_area_mm2.items()
    ]
    counts = sum(figures.total_counts.values())
    return [
        name,
        _with_interval(figures.lesion_count, intervals, "lesion_count", 0),
        _with_interval(figures.bsi_percent, intervals, "bsi_percent", 2),
        _with_interval(figures.bsi_calibrated_percent, intervals, "bsi_calibrated_percent", 2),
        *areas,
        _with_interval(figures.positive_area_percent, intervals, "positive_area_percent", 1),
        _with_interval(figures.ratio_to_background, intervals, "ratio_to_background", 1),
        f"{counts:.0f}",
        _with_interval(figures.eod_grade, intervals, "eod_grade", 0),
    ]


def _volume_headers(burden: SpectBurden) -> list[str]:
    units = _("counts") if burden.quantity == "counts" else burden.quantity
    return [
        _("Lesions"),
        _("Volume (ml)"),
        _("Maximum ({units})").format(units=units),
        _("Peak ({units})").format(units=units),
        _("Mean ({units})").format(units=units),
        _("Total uptake ({units})").format(units=burden.total_uptake_units),
    ]


def _volume_cells(burden: SpectBurden) -> list[str]:
    intervals = burden.intervals
    return [
        _with_interval(burden.lesion_count, intervals, "lesion_count", 0),
        _with_interval(burden.lesion_volume_ml, intervals, "lesion_volume_ml", 1),
        *(_number(value, 2) for value in (burden.maximum, burden.peak, burden.mean)),
        _with_interval(burden.total_uptake, intervals, "total_uptake", 0),
    ]


def _with_interval(value: float, intervals: Mapping[str, tuple[float, float]], name: str, digits: int) -> str:
    low, high = intervals.get(name, (math.nan, math.nan))
    shown = _number(value, digits)
    if math.isnan(low) or math.isnan(value):
        return shown
    return f"{shown} ({_number(low, digits)}\N{EN DASH}{_number(high, digits)})"


def _number(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _notes(case: Case) -> list[str]:
    """Return what must be known beside the figures, and the flags that speak of them."""
    burden = case.burden
    level = _("In brackets: {percent} % intervals from the model's probabilities and counting statistics.").format(
        percent=round(100 * burden.interval_level)
    )
    if isinstance(burden, SpectBurden):
        return [level]
    notes = [
        level,
        _("Bone Scan Index: {weights}; {rule}.").format(
            weights=sentence_words(burden.weights_name), rule=_("view rule {name}").format(name=burden.view_rule)
        ),
        _("Calibrated to simulated patients, version {version}.").format(version=burden.calibration_version)
        if burden.calibration_version
        else _("This model has no calibration: only the raw index is given."),
        sentence_words(BSI_NOTE),
    ]
    flags = [flag for flag in case.quality if flag.name in BURDEN_FLAGS]
    return [*notes, *(f"\N{WARNING SIGN} {sentence_words(flag.sentence)}" for flag in flags)]
