"""The keys of the review, which work while the panel is open and nothing is being typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer

from .review_section import ReviewSection
from .views import Views

# Slicer's own actions for the same keys: two for one key, and Qt would take neither.
_APPLICATION_ACTIONS = ("EditUndoAction", "EditRedoAction")


class ReviewKeys:
    """Shortcuts of the main window and of the table.

    A field that is typed in takes letters for itself, before any shortcut.

    Parameters
    ----------
    results : ReviewSection
    views : Views
    table : QTableWidget
        Space and Return are of the table alone.
    """

    def __init__(self, results: ReviewSection, views: Views, table: Any) -> None:
        window = slicer.util.mainWindow()
        self._shortcuts: list[Any] = []
        self._silenced: list[Any] = []
        if window is None:
            return
        for key, action in (
            ("A", results.accept),
            ("X", results.reject),
            ("N", results.select_next),
            ("P", results.select_previous),
            ("I", views.next_intensity),
            ("Ctrl+Z", results.undo),
            ("Ctrl+Y", results.redo),
        ):
            self._add(key, window, action)
        for key, action in (
            ("Space", results.toggle_accepted),
            ("Return", results.table.open_choices_of_current_cell),
            ("Enter", results.table.open_choices_of_current_cell),
        ):
            self._add(key, table, action).context = qt.Qt.WidgetShortcut
        self.enable(enabled=False)

    def enable(self, *, enabled: bool) -> None:
        """Let the keys work, or leave them to Slicer."""
        for shortcut in self._shortcuts:
            shortcut.enabled = enabled
        if enabled and not self._silenced:
            self._silenced = _application_actions()
            for action in self._silenced:
                action.enabled = False
        elif not enabled:
            for action in self._silenced:
                action.enabled = True
            self._silenced = []

    def remove(self) -> None:
        """Take the keys away: the module is closed or loaded anew."""
        self.enable(enabled=False)
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []

    def _add(self, key: str, parent: Any, action: Callable[[], None]) -> Any:
        shortcut = qt.QShortcut(qt.QKeySequence(key), parent)
        shortcut.connect("activated()", action)
        self._shortcuts.append(shortcut)
        return shortcut


def _application_actions() -> list[Any]:
    """Return Slicer's actions for undo and redo, where they are there and would answer."""
    window = slicer.util.mainWindow()
    found = [slicer.util.findChildren(window, name=name) for name in _APPLICATION_ACTIONS]
    return [action for actions in found for action in actions if action.enabled]
