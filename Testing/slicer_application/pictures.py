"""Pictures of widgets without a screen, with fonts that hold Latin and Chinese."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Any

from PySide6 import QtGui, QtWidgets

_LATIN = "DejaVuSans.ttf"  # matplotlib brings it everywhere
_CHINESE_PACKAGES = ("pylopdf_fonts_zh_cn",)


@functools.lru_cache(maxsize=1)
def use_fonts() -> tuple[str, ...]:
    """Load the fonts and set them for the whole application; return the families found."""
    families = []
    for path in _font_files():
        number = QtGui.QFontDatabase.addApplicationFont(str(path))
        families += QtGui.QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    wanted = sorted(families, key=lambda name: name != "DejaVu Sans")  # Latin first, what it lacks from the others
    if wanted:
        font = QtGui.QFont()
        font.setFamilies(wanted)
        font.setPointSize(10)
        QtWidgets.QApplication.setFont(font)
    return tuple(wanted)


def _font_files() -> list[Path]:
    found = []
    spec = importlib.util.find_spec("matplotlib")
    if spec and spec.origin:
        found.append(Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / _LATIN)
    for package in _CHINESE_PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            found += sorted(Path(spec.origin).parent.rglob("*.otf")) + sorted(Path(spec.origin).parent.rglob("*.ttf"))
    return [path for path in found if path.is_file()]


def grab(widget: Any, path: Path, width: int = 0, height: int = 0) -> Path:
    """Write a picture of a widget as PNG.

    Parameters
    ----------
    widget : QWidget
    path : Path
    width, height : int, optional
        In pixels; by default what the widget asks for.

    Raises
    ------
    OSError
        The file could not be written.
    """
    use_fonts()
    scroll = _scroll_area_of(widget)
    if scroll is not None:
        scroll.takeWidget()  # a scroll area would decide the size
    try:
        hint = widget.sizeHint()
        widget.resize(width or max(hint.width(), 320), height or max(hint.height(), 80))
        widget.show()
        for _ in range(3):  # a layout within a layout settles one turn later
            QtWidgets.QApplication.processEvents()
        written = widget.grab().save(str(path))
    finally:
        if scroll is not None:
            scroll.setWidget(widget)
    if not written:
        raise OSError(f"the picture could not be written: {Path(path).name}")
    return Path(path)


def _scroll_area_of(widget: Any) -> Any:
    for area in QtWidgets.QApplication.topLevelWidgets():
        for scroll in area.findChildren(QtWidgets.QScrollArea):
            if scroll.widget() is widget:
                return scroll
    return None
