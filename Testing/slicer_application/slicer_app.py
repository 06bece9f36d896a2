"""``slicer.app``: what the application object offers to a scripted module."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Property, Signal

from Testing.slicer_application.io_manager import CoreIOManager
from Testing.slicer_application.layout_manager import LayoutManager

# ruff: noqa: N802, N815 - the names are Slicer's

SLICER_VERSION = (5, 10, 0)  # the oldest that is supported


class ModuleManager(QtCore.QObject):
    """``slicer.app.moduleManager()``."""

    moduleAboutToBeUnloaded = Signal(str)
    moduleLoaded = Signal(str)

    def __init__(self, modules: Any) -> None:
        super().__init__()
        self._modules = modules

    def module(self, name: str) -> Any:
        """Return a module by its name, None where there is none."""
        return self._modules.by_name.get(name)

    def factoryManager(self) -> Any:
        """Return who knows the names of the modules."""
        return self

    def loadedModuleNames(self) -> tuple[str, ...]:
        """Return the names of all modules."""
        return tuple(self._modules.by_name)

    def modulesNames(self) -> tuple[str, ...]:
        """Return the names of all modules."""
        return tuple(self._modules.by_name)


class SlicerApp(QtCore.QObject):
    """The application.

    Parameters
    ----------
    boot : scene_of_a_test.Boot
    modules : modules.Modules
    temporary : Path
        Folder of this test: temporary files, settings.
    """

    startupCompleted = Signal()
    mrmlSceneChanged = Signal(object)
    aboutToQuit = Signal()
    lastWindowClosed = Signal()

    def __init__(self, boot: Any, modules: Any, temporary: Path) -> None:
        super().__init__()
        self._boot, self._temporary = boot, temporary
        self._module_manager = ModuleManager(modules)
        self._io = CoreIOManager(boot)
        self._settings = QtCore.QSettings()  # the same file as the module's own qt.QSettings()
        self._layout_manager = LayoutManager(boot)
        self._testing = False
        self._restarts = 0
        self._exit_code: int | None = None

    # ---- the scene -------------------------------------------------------------------------------------------------

    def mrmlScene(self) -> Any:
        """Return the scene."""
        return self._boot.scene

    def applicationLogic(self) -> Any:
        """Return MRML's application logic."""
        return self._boot.application_logic

    def moduleLogic(self, name: str) -> Any:
        """Return a module's logic."""
        return self._boot.logics.get(name)

    def layoutManager(self) -> LayoutManager:
        """Return who arranges the views."""
        return self._layout_manager

    def moduleManager(self) -> ModuleManager:
        """Return who knows the modules."""
        return self._module_manager

    def coreIOManager(self) -> CoreIOManager:
        """Return who reads and writes files."""
        return self._io

    def ioManager(self) -> CoreIOManager:
        """Return who reads and writes files."""
        return self._io

    def pauseRender(self) -> None:
        """Draw nothing until `resumeRender`."""

    def resumeRender(self) -> None:
        """Draw again."""

    def setRenderPaused(self, paused: bool) -> None:
        """Draw nothing, or again."""

    # ---- settings and places ---------------------------------------------------------------------------------------

    def settings(self) -> Any:
        """Return the user's settings."""
        return self._settings

    def userSettings(self) -> Any:
        """Return the user's settings."""
        return self._settings

    def revisionUserSettings(self) -> Any:
        """Return the settings of this version."""
        return self._settings

    def startupEnvironment(self) -> Any:
        """Return the environment from before Slicer started."""
        return QtCore.QProcessEnvironment.systemEnvironment()

    def environment(self) -> Any:
        """Return the environment that Slicer runs in."""
        return QtCore.QProcessEnvironment.systemEnvironment()

    def setEnvironmentVariable(self, name: str, value: str) -> None:
        """Set a variable for this process and its children."""
        os.environ[name] = value

    def testingEnabled(self) -> bool:
        """Say whether Slicer runs its own tests and shows no dialogs."""
        return self._testing

    def setTestingEnabled(self, testing: bool) -> None:
        """Show no dialogs from now on (in Slicer an option of the command line)."""
        self._testing = testing

    def commandOptions(self) -> Any:
        """Return the options of the command line."""
        return type("CommandOptions", (), {"noMainWindow": False, "testingEnabled": self._testing, "noSplash": True})()

    def moduleDocumentationUrl(self, module: str) -> str:
        """Return where a module is documented."""
        return f"{self._documentation()}user_guide/modules/{module.lower()}.html"

    def restart(self) -> None:
        """Restart; here it is counted."""
        self._restarts += 1

    def exit(self, code: int = 0) -> None:
        """Quit; here the code is kept."""
        self._exit_code = code

    # ---- what QApplication offers ----------------------------------------------------------------------------------

    def processEvents(self, *arguments: Any) -> None:
        """Let the window live."""
        QtWidgets.QApplication.processEvents(*arguments)

    def setOverrideCursor(self, cursor: Any) -> None:
        """Show another pointer."""
        QtWidgets.QApplication.setOverrideCursor(cursor)

    def restoreOverrideCursor(self) -> None:
        """Show the pointer from before."""
        QtWidgets.QApplication.restoreOverrideCursor()

    def topLevelWidgets(self) -> tuple[Any, ...]:
        """Return all windows."""
        return tuple(QtWidgets.QApplication.topLevelWidgets())

    def activeWindow(self) -> Any:
        """Return the window that has the keyboard."""
        return QtWidgets.QApplication.activeWindow()

    def focusWidget(self) -> Any:
        """Return the widget that has the keyboard."""
        return QtWidgets.QApplication.focusWidget()

    def clipboard(self) -> Any:
        """Return the clipboard."""
        return QtWidgets.QApplication.clipboard()

    def keyboardModifiers(self) -> Any:
        """Return which of Shift, Ctrl and Alt are held."""
        return QtWidgets.QApplication.keyboardModifiers()

    def palette(self) -> Any:
        """Return the colours."""
        return QtWidgets.QApplication.palette()

    def style(self) -> Any:
        """Return the style."""
        return QtWidgets.QApplication.style()

    def font(self) -> Any:
        """Return the font."""
        return QtWidgets.QApplication.font()

    def translate(self, context: str, text: str, *_more: Any) -> str:
        """Return a text in the application's language."""
        return QtCore.QCoreApplication.translate(context, text)

    def installTranslator(self, translator: Any) -> bool:
        """Add words in another language."""
        return QtCore.QCoreApplication.installTranslator(translator)

    def removeTranslator(self, translator: Any) -> bool:
        """Take words away again."""
        return QtCore.QCoreApplication.removeTranslator(translator)

    # ---- properties ------------------------------------------------------------------------------------------------

    def _home(self) -> str:
        return str(self._temporary / "Slicer")

    def _get_temporary(self) -> str:
        path = self._temporary / "temporary"
        path.mkdir(exist_ok=True)
        return str(path)

    def _documentation(self) -> str:
        return "https://slicer.readthedocs.io/en/latest/"

    def _language(self) -> str:
        return self._settings.value("language") or "en_US"

    def _locale(self) -> Any:
        return QtCore.QLocale(self._language())

    slicerHome = Property(str, _home)
    temporaryPath = Property(str, _get_temporary)
    cachePath = Property(str, _get_temporary)
    extensionsInstallPath = Property(str, _home)
    documentationBaseUrl = Property(str, _documentation)
    applicationName = Property(str, lambda _self: "Slicer")
    applicationVersion = Property(str, lambda _self: ".".join(map(str, SLICER_VERSION)))
    majorVersion = Property(int, lambda _self: SLICER_VERSION[0])
    minorVersion = Property(int, lambda _self: SLICER_VERSION[1])
    revision = Property(str, lambda _self: "0")
    launcherExecutableFilePath = Property(str, lambda _self: "")
    applicationDirPath = Property(str, lambda _self: str(Path(sys.executable).parent))
    applicationLocaleName = Property(str, _language)
    applicationLocale = Property(QtCore.QLocale, _locale)
    os = Property(str, lambda _self: {"linux": "linux", "darwin": "macosx"}.get(sys.platform, "win"))

    # ---- of the tests, not Slicer's --------------------------------------------------------------------------------

    def close_down(self) -> None:
        """Let go of everything at the end of a test."""
        self._layout_manager.close()

    def restarts(self) -> int:
        """Return how often a restart was asked for."""
        return self._restarts
