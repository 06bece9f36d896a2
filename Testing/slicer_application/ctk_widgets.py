"""The widgets of CTK that a module panel uses, as far as their properties, signals and looks matter to it."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal

# ruff: noqa: N801, N802, N815 - the names are CTK's


class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """A section with a heading that folds it."""

    contentsCollapsed = Signal(bool)

    def __init__(self, title: Any = "", parent: Any = None) -> None:
        if not isinstance(title, str):
            title, parent = "", title
        super().__init__(parent)
        self.setText(title)
        self._collapsed = False
        self.setCheckable(True)
        self.setChecked(True)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Preferred)
        self.setContentsMargins(0, self._heading_height(), 0, 0)
        self.toggled.connect(lambda checked: self._fold(not checked))

    def _heading_height(self) -> int:
        return self.fontMetrics().height() + 8

    def _fold(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        for child in self.findChildren(QtWidgets.QWidget, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly):
            child.setVisible(not collapsed)
        self.setMaximumHeight(self._heading_height() if collapsed else 16777215)
        self.updateGeometry()
        self.contentsCollapsed.emit(collapsed)

    def _is_collapsed(self) -> bool:
        return self._collapsed

    def setCollapsed(self, collapsed: bool) -> None:
        """Fold or unfold."""
        self.setChecked(not collapsed)

    collapsed = Property(bool, _is_collapsed, setCollapsed)

    def sizeHint(self) -> QtCore.QSize:
        """Room for the heading and what is inside."""
        inside = self.layout().sizeHint() if self.layout() and not self._collapsed else QtCore.QSize(0, 0)
        heading = QtCore.QSize(self.fontMetrics().horizontalAdvance(self.text) + 40, self._heading_height())
        return inside.expandedTo(heading)

    def minimumSizeHint(self) -> QtCore.QSize:
        """As `sizeHint`, without the width."""
        inside = self.layout().minimumSize() if self.layout() and not self._collapsed else QtCore.QSize(0, 0)
        return inside.expandedTo(QtCore.QSize(60, self._heading_height()))

    def hitButton(self, position: QtCore.QPoint) -> bool:
        """Only the heading is a button."""
        return position.y() < self._heading_height()

    def paintEvent(self, _event: Any) -> None:
        """Draw the heading with its arrow."""
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.rect = QtCore.QRect(0, 0, self.width, self._heading_height())
        option.features = QtWidgets.QStyleOptionButton.ButtonFeature.Flat
        painter.fillRect(option.rect, self.palette.color(QtGui.QPalette.ColorRole.Button).darker(108))
        arrow = QtWidgets.QStyleOption()
        arrow.initFrom(self)
        arrow.rect = QtCore.QRect(6, 4, 14, self._heading_height() - 8)
        style = QtWidgets.QStyle.PrimitiveElement
        painter.drawPrimitive(style.PE_IndicatorArrowRight if self._collapsed else style.PE_IndicatorArrowDown, arrow)
        text = option.rect.adjusted(26, 0, 0, 0)
        painter.drawText(text, int(QtCore.Qt.AlignmentFlag.AlignVCenter.value), self.text)


class ctkCollapsibleGroupBox(QtWidgets.QGroupBox):
    """A group box that folds."""

    def __init__(self, title: Any = "", parent: Any = None) -> None:
        if not isinstance(title, str):
            title, parent = "", title
        super().__init__(title, parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.toggled.connect(self._fold)

    def _fold(self, opened: bool) -> None:
        for child in self.findChildren(QtWidgets.QWidget, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly):
            child.setVisible(opened)

    def _is_collapsed(self) -> bool:
        return not self.isChecked()

    def setCollapsed(self, collapsed: bool) -> None:
        """Fold or unfold."""
        self.setChecked(not collapsed)

    collapsed = Property(bool, _is_collapsed, setCollapsed)


class ctkPathLineEdit(QtWidgets.QWidget):
    """A path typed or browsed for."""

    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)

    Dirs, Files, Readable, Writable = 0x1, 0x2, 0x10, 0x20

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._filters, self._name_filters, self._setting_key = self.Files, [], ""
        self._line = QtWidgets.QComboBox(self)
        self._line.setEditable(True)
        self._line.editTextChanged.connect(self.currentPathChanged)
        self._browse = QtWidgets.QToolButton(self)
        self._browse.setText("...")
        self._browse.clicked.connect(self._on_browse)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addWidget(self._browse)

    def _on_browse(self, _checked: bool) -> None:
        self.browse()

    def browse(self) -> None:
        """Ask for the path; nothing changes if that is cancelled."""
        folders = self._filters & self.Dirs
        ask = QtWidgets.QFileDialog.getExistingDirectory if folders else QtWidgets.QFileDialog.getOpenFileName
        if chosen := ask(self, "Select a directory" if folders else "Open a file"):
            self.setCurrentPath(str(chosen))

    def _path(self) -> str:
        return self._line.currentText

    def setCurrentPath(self, path: str) -> None:
        """Show a path."""
        self._line.setEditText(path)

    def addCurrentPathToHistory(self) -> None:
        """Remember the path for next time."""
        if self._path() and self._line.findText(self._path()) < 0:
            self._line.insertItem(0, self._path())

    def comboBox(self) -> Any:
        """Return the editable box inside."""
        return self._line

    def _get_filters(self) -> int:
        return self._filters

    def _set_filters(self, filters: int) -> None:
        self._filters = int(filters)

    def _get_name_filters(self) -> list:
        return self._name_filters

    def _set_name_filters(self, filters: Any) -> None:
        self._name_filters = list(filters)

    def _get_setting_key(self) -> str:
        return self._setting_key

    def _set_setting_key(self, key: str) -> None:
        self._setting_key = key

    def _browse_shown(self) -> bool:
        return not self._browse.isHidden()

    def _show_browse(self, shown: bool) -> None:
        self._browse.setVisible(shown)

    currentPath = Property(str, _path, setCurrentPath, notify=currentPathChanged)
    filters = Property(int, _get_filters, _set_filters)
    nameFilters = Property("QStringList", _get_name_filters, _set_name_filters)
    settingKey = Property(str, _get_setting_key, _set_setting_key)
    showBrowseButton = Property(bool, _browse_shown, _show_browse)


class ctkDirectoryButton(QtWidgets.QPushButton):
    """A button that shows a folder and asks for another."""

    directoryChanged = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._directory = ""
        self.clicked.connect(self._browse)

    def _browse(self, _checked: bool) -> None:
        if chosen := QtWidgets.QFileDialog.getExistingDirectory(self, "Choose directory"):
            self.setDirectory(str(chosen))

    def _get(self) -> str:
        return self._directory

    def setDirectory(self, directory: str) -> None:
        """Show a folder."""
        if directory != self._directory:
            self._directory = directory
            self.setText(directory)
            self.directoryChanged.emit(directory)

    directory = Property(str, _get, setDirectory, notify=directoryChanged)


class ctkCheckBox(QtWidgets.QCheckBox):
    """A check box."""


class ctkComboBox(QtWidgets.QComboBox):
    """A combo box that shows a text of its own while nothing is chosen."""

    def _get_default(self) -> str:
        return self.placeholderText

    def _set_default(self, text: str) -> None:
        self.setPlaceholderText(text)

    defaultText = Property(str, _get_default, _set_default)


class ctkCheckableComboBox(QtWidgets.QComboBox):
    """A combo box whose items are ticked."""

    checkedIndexesChanged = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.model().rowsInserted.connect(self._make_checkable)
        self.model().itemChanged.connect(lambda _item: self.checkedIndexesChanged.emit())

    def _make_checkable(self, _parent: Any, first: int, last: int) -> None:
        for row in range(first, last + 1):
            item = self.model().item(row)
            item.setCheckable(True)

    def checkedIndexes(self) -> list:
        """Return the model indexes that are ticked."""
        rows = range(self.model().rowCount())
        return [self.model().index(row, 0) for row in rows if self.checkState(self.model().index(row, 0)).value == 2]

    def checkState(self, index: Any) -> Any:
        """Return whether an item is ticked."""
        return self.model().itemFromIndex(index).checkState()

    def setCheckState(self, index: Any, state: Any) -> None:
        """Tick an item, or not."""
        self.model().itemFromIndex(index).setCheckState(state)


class ctkMessageBox(QtWidgets.QMessageBox):
    """A message box that can be told not to come again."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._key = ""

    def _get_key(self) -> str:
        return self._key

    def _set_key(self, key: str) -> None:
        self._key = key

    dontShowAgainSettingsKey = Property(str, _get_key, _set_key)


class ctkMenuButton(QtWidgets.QPushButton):
    """A push button with a menu beside."""


class ctkSearchBox(QtWidgets.QLineEdit):
    """A line to search with."""


class ctkFittedTextBrowser(QtWidgets.QTextBrowser):
    """A text browser as tall as its text."""
