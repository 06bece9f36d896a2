"""The panel in the language of the application: Slicer loads translations of its own modules only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import slicer

_kept: list[Any] = []  # a translator that nobody holds is gone


def install_translation(folder: Path) -> None:
    """Install ``BoneMetSeg_<language>.qm`` for the language that Slicer speaks, if there is one.

    To be called before any text is translated. Once is enough; again does nothing.
    """
    if _kept:
        return
    language = current_language()
    for name in (language, language.split("_", maxsplit=1)[0]):
        path = folder / f"BoneMetSeg_{name}.qm"
        translator = qt.QTranslator()
        if path.is_file() and translator.load(str(path)):
            qt.QCoreApplication.installTranslator(translator)
            _kept.append(translator)
            return


def current_language() -> str:
    """Return the application's language: "zh_CN", "en_US"."""
    settings = slicer.app.userSettings()
    if str(settings.value("Internationalization/Enabled", "false")).lower() in ("false", "0"):
        return "en_US"
    return str(settings.value("language", "en_US") or "en_US").replace("-", "_")


def report_language() -> str:
    """Return the language of names of segments and places: "zh" where the application speaks Chinese, else "en"."""
    return "zh" if current_language().startswith("zh") else "en"
