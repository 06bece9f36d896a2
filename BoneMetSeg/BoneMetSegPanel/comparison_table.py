"""The table of a comparison: a row for each lesion, a column for each scan, coloured by state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from BoneMetSegLib.anatomy import region_term
from BoneMetSegLib.comparison import Comparison, LesionCourse
from BoneMetSegLib.state_colours import STATE_COLOURS, STATE_ORDER

from .comparison_words import at_words, scan_words, state_tip

_LESION, _PLACE, _FIRST_SCAN = range(3)


class ComparisonTable:
    """Fills a ``QTableWidget``; those that changed last come first.

    Parameters
    ----------
    table : QTableWidget
    on_selected : callable
        Called with the lesion whose row was chosen.
    """

    def __init__(self, table: Any, on_selected: Callable[[LesionCourse], None]) -> None:
        self._table, self._on_selected = table, on_selected
        self.lesions: list[LesionCourse] = []
        self._filling = False
        table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
        table.setSelectionMode(qt.QAbstractItemView.SingleSelection)
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.setHorizontalScrollMode(qt.QAbstractItemView.ScrollPerPixel)
        table.verticalHeader().setVisible(False)
        table.horizontalHeader().setHighlightSections(False)
        table.connect("itemSelectionChanged()", self._selection_changed)

    def fill(self, comparison: Comparison | None, lang: str) -> None:
        """Show the lesions of a comparison, or none."""
        self._filling = True
        rank = {state: number for number, state in enumerate(STATE_ORDER)}
        lesions = comparison.lesions if comparison else ()
        self.lesions = sorted(lesions, key=lambda lesion: (rank.get(lesion.at[-1].state, len(rank)), lesion.id))
        scans = range(len(comparison.scans)) if comparison else ()
        self._table.setColumnCount(_FIRST_SCAN + len(scans))
        ids = [scan.id for scan in comparison.scans] if comparison else []
        self._table.setHorizontalHeaderLabels([_("No."), _("Place"), *ids])
        for index in scans:
            self._table.horizontalHeaderItem(_FIRST_SCAN + index).setToolTip(scan_words(comparison, index))
        self._table.setRowCount(len(self.lesions))
        for row, lesion in enumerate(self.lesions):
            self._set(row, _LESION, lesion.id, lesion.id)
            place = region_term(lesion.region, lesion.side, lesion.level, lang)
            self._set(row, _PLACE, place, place)
            for index in scans:
                at = lesion.at[index]
                self._set(row, _FIRST_SCAN + index, at_words(at), state_tip(at.state), STATE_COLOURS.get(at.state))
        self._table.resizeColumnsToContents()
        self._table.resizeRowsToContents()
        self._table.clearSelection()
        self._filling = False

    def _set(self, row: int, column: int, text: str, tip: str, colour: str | None = None) -> None:
        item = qt.QTableWidgetItem(text)
        item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
        item.setToolTip(tip)
        if colour is not None:
            item.setForeground(qt.QBrush(qt.QColor(colour)))
        self._table.setItem(row, column, item)

    def _selection_changed(self) -> None:
        row = self._table.currentRow()
        if not self._filling and self._table.selectedItems() and 0 <= row < len(self.lesions):
            self._on_selected(self.lesions[row])
