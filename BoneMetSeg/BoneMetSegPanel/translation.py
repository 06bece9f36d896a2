"""The panel in the language of the application: Slicer loads translations from its own folder only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt

from .language import current_language, report_language

__all__ = ["current_language", "install_translation", "report_language", "translation_file"]

_installed: dict[Path, Any] = {}  # a translator that nobody holds is gone


def install_translation(folder: Path) -> None:
    """Install ``BoneMetSeg_<language>.qm`` for the language that Slicer speaks, if there is one.

    To be called before any text is translated. Again, it does something only where the language is another one.
    """
    wanted = translation_file(folder, current_language())
    if wanted in _installed:
        return
    for translator in _installed.values():
        qt.QCoreApplication.removeTranslator(translator)
    _installed.clear()
    translator = qt.QTranslator()
    if wanted is not None and translator.load(str(wanted)):
        qt.QCoreApplication.installTranslator(translator)
        _installed[wanted] = translator


def translation_file(folder: Path, language: str) -> Path | None:
    """Return the translation for a language, None where there is none.

    Another form of the language serves where its own is missing: "zh_CN" for "zh_Hans", "zh_TW" or "zh".
    """
    exact = folder / f"BoneMetSeg_{language}.qm"
    related = sorted(folder.glob(f"BoneMetSeg_{language.split('_', maxsplit=1)[0]}*.qm"))
    return exact if exact.is_file() else next(iter(related), None)
