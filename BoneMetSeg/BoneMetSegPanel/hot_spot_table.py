"""The table of hot spots: a row each, class and place editable, the selected row's hot spot told to whoever asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from BoneMetSegLib.anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS
from BoneMetSegLib.concordance import Concordance
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.scan import SPECT_VIEW, VIEWS, Quantity
from BoneMetSegLib.segmentation import HOT_SPOT_CLASSES
from BoneMetSegLib.skeleton import Place
from BoneMetSegLib.terminology import CLASS_APPEARANCE

from .concordance_words import disagreement_sentence, disagreement_word
from .words import class_word, effect_word, region_word, side_word

ACCEPTED, NUMBER, CLASS, REGION, SIDE, LEVEL, SIZE, MAXIMUM, RATIO, PROBABILITY, EFFECT, DISAGREEMENT, PHRASE = range(
    13
)
_DISAGREEMENT_RGB = (0xE6, 0x51, 0x00)
_CHOICE_COLUMNS = (CLASS, REGION, SIDE, LEVEL)
_MANY = 100.0


class HotSpotTable:
    """Fills a ``QTableWidget`` and listens to it.

    Parameters
    ----------
    table : QTableWidget
    on_selected : callable
        Called with the id of the hot spot whose row was chosen.
    on_accepted : callable
        Called with id and whether its box was ticked.
    on_class : callable
        Called with id and the class chosen.
    on_place : callable
        Called with id and the ``Place`` chosen.
    """

    def __init__(
        self,
        table: Any,
        on_selected: Callable[[str], None],
        on_accepted: Callable[[str, bool], None],
        on_class: Callable[[str, str], None],
        on_place: Callable[[str, Place], None],
    ) -> None:
        self._table = table
        self._on_selected, self._on_accepted = on_selected, on_accepted
        self._on_class, self._on_place = on_class, on_place
        self._spots: list[HotSpot] = []
        self._concordance = Concordance()
        self._filling = False
        self._lang = "en"
        table.setColumnCount(13)
        table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
        table.setSelectionMode(qt.QAbstractItemView.SingleSelection)
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.setHorizontalScrollMode(qt.QAbstractItemView.ScrollPerPixel)
        table.verticalHeader().setVisible(False)
        table.horizontalHeader().setHighlightSections(False)
        table.connect("itemSelectionChanged()", self._selection_changed)
        table.connect("itemChanged(QTableWidgetItem*)", self._item_changed)
        table.connect("cellDoubleClicked(int,int)", self._open_choices)
        self.menu: Any = None

    def fill(
        self,
        hot_spots: Sequence[HotSpot],
        lang: str,
        selected_id: str = "",
        concordance: Concordance | None = None,
        quantity: Quantity | None = None,
    ) -> None:
        """Show these hot spots, in their order, with where the report disagrees, and select one.

        Parameters
        ----------
        quantity : {"counts", "Bq/ml", "SUVbw"}, optional
            Of the voxels of a SPECT scan, whose hot spots have volumes; None for planar views.
        """
        self._filling, self._lang = True, lang
        self._concordance = concordance or Concordance()
        self._spots = list(hot_spots)
        table = self._table
        table.setHorizontalHeaderLabels(_headers(quantity))
        for column, tip in enumerate(_tips(quantity)):
            table.horizontalHeaderItem(column).setToolTip(tip)
        table.setRowCount(len(self._spots))
        for row, spot in enumerate(self._spots):
            self._fill_row(row, spot)
        table.resizeColumnsToContents()
        table.resizeRowsToContents()
        self._filling = False
        self.select(selected_id)

    @property
    def ids(self) -> list[str]:
        """Ids of the rows, from the top."""
        return [spot.id for spot in self._spots]

    @property
    def selected_id(self) -> str:
        """Id of the selected hot spot, "" where none is."""
        row = self._table.currentRow()
        return self._spots[row].id if 0 <= row < len(self._spots) and self._table.selectedItems() else ""

    def select(self, spot_id: str) -> None:
        """Select a row without telling anybody; none where no row is of this id."""
        self._filling = True
        if spot_id in self.ids:
            self._table.selectRow(self.ids.index(spot_id))
            self._table.scrollToItem(self._table.item(self.ids.index(spot_id), NUMBER))
        else:
            self._table.clearSelection()
        self._filling = False

    def neighbour_id(self, step: int) -> str:
        """Return the id of the next (1) or previous (-1) row, the first or last where none is selected."""
        if not self._spots:
            return ""
        selected = self.selected_id
        if not selected:
            return self.ids[0 if step > 0 else -1]
        return self.ids[min(max(self.ids.index(selected) + step, 0), len(self.ids) - 1)]

    def open_choices_of_current_cell(self) -> None:
        """Offer what the cell in focus may be changed to; its class, where nothing can be chosen there."""
        row, column = self._table.currentRow(), self._table.currentColumn()
        if 0 <= row < len(self._spots):
            self._open_choices(row, column if column in _CHOICE_COLUMNS else CLASS)

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _fill_row(self, row: int, spot: HotSpot) -> None:
        accepted = qt.QTableWidgetItem()
        accepted.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable | qt.Qt.ItemIsUserCheckable)
        accepted.setCheckState(qt.Qt.Checked if spot.accepted else qt.Qt.Unchecked)
        accepted.setToolTip(_("Accepted: counts as a lesion if it is a metastasis"))
        self._table.setItem(row, ACCEPTED, accepted)
        for column, text in self._texts(spot).items():
            has_choice = column in _CHOICE_COLUMNS and len(self._choices(spot, column)) > 1
            item = qt.QTableWidgetItem(f"{text} \N{BLACK DOWN-POINTING SMALL TRIANGLE}" if has_choice else text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            item.setToolTip(_("Double-click to change") if has_choice else text)
            self._table.setItem(row, column, item)
        disagreement = self._table.item(row, DISAGREEMENT)
        disagreement.setToolTip(disagreement_sentence(self._concordance, spot))
        if disagreement.text():
            disagreement.setForeground(qt.QBrush(qt.QColor(*_DISAGREEMENT_RGB)))
        red, green, blue = (round(255 * part) for part in CLASS_APPEARANCE[spot.hot_spot_class].rgb_fraction)
        self._table.item(row, NUMBER).setBackground(qt.QBrush(qt.QColor(red, green, blue, 110)))

    def _texts(self, spot: HotSpot) -> dict[int, str]:
        size, maximum = _volume_cells(spot.views[SPECT_VIEW]) if SPECT_VIEW in spot.views else _area_cells(spot)
        return {
            NUMBER: f"{spot.number:02d}",
            CLASS: class_word(spot.hot_spot_class),
            REGION: region_word(spot.region, self._lang),
            SIDE: side_word(spot.side),
            LEVEL: f"{spot.level} \N{PLUS-MINUS SIGN}{spot.level_margin}" if spot.level_margin else spot.level or "-",
            SIZE: size,
            MAXIMUM: maximum,
            RATIO: _number(spot.ratio_to_background, 1),
            PROBABILITY: _probability(spot),
            EFFECT: effect_word(spot.report_effect),
            DISAGREEMENT: disagreement_word(self._concordance.disagreement_of(spot.id)),
            PHRASE: spot.phrase,
        }

    def _choices(self, spot: HotSpot, column: int) -> list[tuple[str, str]]:
        """Return labels and values that a cell may be changed to."""
        if column == CLASS:
            return [(class_word(name), name) for name in HOT_SPOT_CLASSES]
        if column == REGION:
            sites, regions = PHYSIOLOGICAL_SITES, REPORTING_REGIONS
            places = sites if spot.hot_spot_class == "physiological" else regions
            return [(region_word(place.name, self._lang), place.name) for place in places]
        if column == SIDE:
            return [(side_word(name), name) for name in _sides(spot.region)]
        return [(name or "-", name) for name in _levels(spot.region)]

    def _open_choices(self, row: int, column: int) -> None:
        """Offer what a cell may be changed to; a menu, because the wheel over a box in a row would change a lesion."""
        spot = self._spots[row]
        choices = self._choices(spot, column) if column in _CHOICE_COLUMNS else []
        if len(choices) < 2:
            return
        now = {CLASS: spot.hot_spot_class, REGION: spot.region, SIDE: spot.side, LEVEL: spot.level}[column]
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = qt.QMenu(self._table)
        for label, value in choices:
            action = self.menu.addAction(label)
            action.setCheckable(True)
            action.setChecked(value == now)
            action.connect("triggered(bool)", lambda _on, value=value: self._chosen(spot.id, column, value))
        self.menu.popup(qt.QCursor.pos())

    def _chosen(self, spot_id: str, column: int, value: str) -> None:
        spot = next(spot for spot in self._spots if spot.id == spot_id)
        if column == CLASS:
            self._on_class(spot_id, value)
            return
        if column == REGION:
            side = spot.side if spot.side in _sides(value) else _sides(value)[0]
            place = Place(value, side, spot.level if spot.level in _levels(value) else "")
        else:
            place = Place(spot.region, value if column == SIDE else spot.side, value if column == LEVEL else spot.level)
        self._on_place(spot_id, place)

    def _selection_changed(self) -> None:
        if not self._filling and self.selected_id:
            self._on_selected(self.selected_id)

    def _item_changed(self, item: Any) -> None:
        if not self._filling and item.column() == ACCEPTED:
            self._on_accepted(self._spots[item.row()].id, item.checkState() == qt.Qt.Checked)


def _area_cells(spot: HotSpot) -> tuple[str, str]:
    shown = [spot.views[view] for view in VIEWS if view in spot.views]
    return " + ".join(f"{one.area_mm2:.0f}" for one in shown), " / ".join(f"{one.max_counts:.0f}" for one in shown)


def _volume_cells(shown: HotSpotInView) -> tuple[str, str]:
    return f"{shown.volume_ml:.1f}", f"{_uptake(shown.max_counts)} / {_uptake(shown.peak)}"


def _uptake(value: float) -> str:
    """Write an uptake: SUV is of the order of 10, counts and Bq/ml of hundreds and more."""
    return _number(value, 1 if value < _MANY else 0)


def _headers(quantity: Quantity | None) -> list[str]:
    units = _("counts") if quantity == "counts" else quantity
    return [
        "\N{CHECK MARK}",
        _("No."),
        _("Class"),
        _("Region"),
        _("Side"),
        _("Level"),
        _("Area (mm²)") if quantity is None else _("Volume (ml)"),
        _("Max. counts") if quantity is None else _("Max. / peak ({units})").format(units=units),
        _("Ratio"),
        _("Probability"),
        _("Report"),
        _("Disagreement"),
        _("Phrase"),
    ]


def _tips(quantity: Quantity | None) -> list[str]:
    return [
        _("Accepted metastases are the lesions: they are counted and make the Bone Scan Index"),
        _("Number of the hot spot, in the colour of its class"),
        _("What the hot spot is taken for; a change is measured at once and can be undone"),
        _("Bone, or site of normal uptake"),
        _("The patient's side"),
        _("Vertebra or rib, counted; \N{PLUS-MINUS SIGN}1 where the count is not sure"),
        _("Area in the anterior + posterior view, mm²") if quantity is None else _("Volume of the outline, ml"),
        _("Highest counts per pixel, anterior / posterior")
        if quantity is None
        else _("Highest voxel / highest mean of a ball of 1 ml, in what the volume holds"),
        _("Mean counts over those of the same bone on the other side, or around it"),
        _("Probability of its class; in brackets: of metastasis by the image alone"),
        _("What the report did to the probability of metastasis"),
        _("Where the report says something else than the image alone shows"),
        _("What the report says of this place"),
    ]


def _sides(region: str) -> tuple[str, ...]:
    for known in REPORTING_REGIONS:
        if known.name == region:
            return ("left", "right") if known.sided else ("midline",)
    return ("left", "right", "midline")


def _levels(region: str) -> tuple[str, ...]:
    for known in REPORTING_REGIONS:
        if known.name == region:
            return ("", *known.levels)
    return ("",)


def _probability(spot: HotSpot) -> str:
    shown = _number(spot.probability, 2)
    alone = _number(spot.probability_image_only, 2)
    return shown if spot.report_effect == "no report" else f"{shown} ({alone})"


def _number(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"
