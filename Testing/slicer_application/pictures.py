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
    wanted = [name for name in families if name == "DejaVu Sans"] + [name for name in families if "CJK" in name or "SC" in name]
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
    hint = widget.sizeHint()
    if width or height or not widget.visible:
        widget.resize(width or max(hint.width(), 320), height or max(hint.height(), 80))
    widget.show()
    for _ in range(3):  # a layout within a layout settles one turn later
        QtWidgets.QApplication.processEvents()
    if not widget.grab().save(str(path)):
        raise OSError(f"the picture could not be written: {Path(path).name}")
    return Path(path)
