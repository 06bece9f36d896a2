"""``slicer.i18n``: words looked up in the installed translators, under the context that Slicer computes."""

from __future__ import annotations

import functools
import inspect
import logging
import string
import types
from pathlib import Path

from PySide6 import QtCore

_log = logging.getLogger(__name__)


def translate(context: str, text: str) -> str:
    """Return the text in the language of the application."""
    return QtCore.QCoreApplication.translate(context, text)


@functools.cache
def getContext(source_file: str) -> str:  # noqa: N802 - Slicer's name
    """Return the context of a file: its name, after the package's name where it lies in a package."""
    path = Path(source_file)
    if (path.parent / "__init__.py").is_file():
        return f"{path.parent.name}.{path.stem}"
    return path.stem


def tr(text: str) -> str:
    """Translate in the context of the file that calls; a translation that lost a placeholder is not used."""
    frame = inspect.currentframe().f_back
    context = getContext(inspect.getsourcefile(frame) or inspect.getfile(frame))
    translated = translate(context, text)
    if _placeholders(text) != _placeholders(translated):
        _log.warning("In context '%s', '%s' and '%s' have other placeholders", context, text, translated)
        return text
    return translated


def _placeholders(text: str) -> set[str | None]:
    try:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}
    except ValueError:  # braces that are no placeholders
        return set()


_installed: list[QtCore.QTranslator] = []
_install = QtCore.QCoreApplication.installTranslator


def record_translators() -> None:
    """Remember from now on which translators are installed: one Qt application serves many tests."""

    def recorded(translator: QtCore.QTranslator) -> bool:
        _installed.append(translator)
        return _install(translator)

    QtCore.QCoreApplication.installTranslator = staticmethod(recorded)


def remove_translators() -> None:
    """Speak English again, whatever a test left installed."""
    for translator in _installed:
        QtCore.QCoreApplication.removeTranslator(translator)
    _installed.clear()


def i18n_module() -> types.ModuleType:
    """Return a new module ``slicer.i18n``."""
    module = types.ModuleType("slicer.i18n")
    module.tr, module.translate, module.getContext = tr, translate, getContext
    return module
