"""A window that shows a picture, with bars to scroll where it is larger than the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import slicer

_WIDTH, _HEIGHT = 1150, 800


class PictureWindow:
    """Opens once; another picture takes the place of the one before.

    Parameters
    ----------
    title : str
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self.dialog: Any = None
        self.label: Any = None

    def show(self, path: Path) -> None:
        """Show the picture of a file, which may be deleted afterwards."""
        if self.dialog is None:
            self._build()
        picture = qt.QPixmap(str(path))
        # Pictures are drawn for print: on a screen they are read at the window's width.
        self.label.setPixmap(picture.scaledToWidth(_WIDTH - 40, qt.Qt.SmoothTransformation))
        self.dialog.show()
        self.dialog.activateWindow()

    def close(self) -> None:
        """Close the window, if it is open."""
        if self.dialog is not None:
            self.dialog.close()

    def _build(self) -> None:
        self.dialog = qt.QDialog(slicer.util.mainWindow())
        self.dialog.setWindowTitle(self._title)
        self.dialog.resize(_WIDTH, _HEIGHT)
        layout = qt.QVBoxLayout(self.dialog)
        scroll = qt.QScrollArea()
        scroll.setWidgetResizable(True)
        self.label = qt.QLabel()
        self.label.setAlignment(qt.Qt.AlignHCenter | qt.Qt.AlignTop)
        scroll.setWidget(self.label)
        layout.addWidget(scroll)
