"""One function that makes this process look like Slicer to a scripted module, and undoes it."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path
from typing import Any

from Testing.slicer_application.immortal_none import make_none_immortal
from Testing.slicer_application.reasons import reason_to_skip

_MODULES = ("packaging", "i18n", "ScriptedLoadableModule", "parameterNodeWrapper")
_FLAT = ("app", "modules", "mrmlScene", "selfTests", *_MODULES)
_IN_SYS = ("qt", "ctk", "SampleData", *(f"slicer.{name}" for name in _MODULES))


class Application:
    """Slicer, as far as a scripted module can tell.

    Parameters
    ----------
    temporary : Path
        An empty folder for this application's files.

    Attributes
    ----------
    app : slicer_app.SlicerApp
        ``slicer.app``.
    scene : vtkMRMLScene
        ``slicer.mrmlScene``, new.
    dialogs : dialogs.Dialogs
        What was asked, and how it will be answered.
    pip : pip_installs.PipInstalls
        What was to be installed.
    slot_errors : list of BaseException
        Raised in slots and observers, where Slicer prints them and goes on.
    vtk_errors : vtk_messages.VtkErrors
        What VTK complained of.
    window : main_window.qSlicerMainWindow
    sample_data : list of dict
        What modules registered with Sample Data.
    """

    def __init__(self, temporary: Path) -> None:
        import slicer
        import slicer.util  # before anything is put beside it

        self._slicer, self._before = slicer, {name: getattr(slicer, name, None) for name in _FLAT}
        self._sys_before = {name: sys.modules.get(name) for name in _IN_SYS}
        self._path_before = list(sys.path)
        from Testing.slicer_application.vtk_messages import VtkErrors

        self.vtk_errors = VtkErrors()
        self._start_qt(temporary)
        self._start_scene(temporary)
        from Testing.slicer_application.main_window import qSlicerMainWindow

        self.window = qSlicerMainWindow()

    def _start_qt(self, temporary: Path) -> None:
        from PySide6 import QtCore, QtWidgets

        from Testing.slicer_application import ctk_module, dialogs, qt_module, translation

        self.qt_application = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["Slicer"])
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.Format.IniFormat)
        scope = QtCore.QSettings.Scope.UserScope
        QtCore.QSettings.setPath(QtCore.QSettings.Format.IniFormat, scope, str(temporary))
        QtCore.QCoreApplication.setOrganizationName("Slicer")
        QtCore.QCoreApplication.setApplicationName("Slicer")
        sys.modules["qt"], sys.modules["ctk"] = qt_module.qt_module(), ctk_module.ctk_module()
        translation.record_translators()
        self.dialogs = dialogs.Dialogs()
        dialogs.take_over_dialogs()
        dialogs.answer_with(self.dialogs)
        self.slot_errors: list[BaseException] = []
        self._hook, sys.excepthook = sys.excepthook, self._note_error

    def _note_error(self, kind: type, error: BaseException, trace: Any) -> None:
        self.slot_errors.append(error)
        sys.__excepthook__(kind, error, trace)

    def take_slot_errors(self) -> list[BaseException]:
        """Return the errors raised in slots so far and forget them: the test expected them."""
        errors = list(self.slot_errors)
        self.slot_errors.clear()
        return errors

    def _start_scene(self, temporary: Path) -> None:
        slicer = self._slicer
        from Testing.slicer_application import (
            modules,
            mrml_widgets,
            parameter_node,
            pip_installs,
            python_slicer,
            range_widgets,
            sample_data,
            scene_of_a_test,
            scripted_module,
            slicer_app,
            translation,
        )

        self._boot = scene_of_a_test.boot(temporary)
        self.scene = slicer.mrmlScene = self._boot.scene
        self.modules = slicer.modules = modules.Modules(self._boot.logics)
        self.app = slicer.app = slicer_app.SlicerApp(self._boot, self.modules, temporary)
        slicer.selfTests = {}
        for source in (mrml_widgets, range_widgets, modules):
            self._put_widgets(source)
        for name, made in (
            ("i18n", translation.i18n_module()),
            ("parameterNodeWrapper", parameter_node.parameter_node_module()),
            ("ScriptedLoadableModule", scripted_module.scripted_module()),
        ):
            sys.modules[f"slicer.{name}"] = made
            setattr(slicer, name, made)
        self.pip = pip_installs.PipInstalls()
        self.pip.take_over(slicer.util)
        self.sample_data: list[dict[str, Any]] = []
        sys.modules["SampleData"] = sample_data.sample_data_module(self.sample_data)
        self._search_path = python_slicer.put_on_path(temporary / "bin")

    def _put_widgets(self, source: types.ModuleType) -> None:
        for name, member in vars(source).items():
            if name.startswith(("qMRML", "qSlicer")) and isinstance(member, type):
                setattr(self._slicer, name, member)

    # ---- what a test does ------------------------------------------------------------------------------------------

    def load_module(self, path: Path) -> Any:
        """Load a scripted module from its file; its folder can be imported from, as in Slicer."""
        folder = str(Path(path).resolve().parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        return self.modules.load(Path(path).resolve())

    def open_module(self, name: str) -> Any:
        """Go to a module's panel and return its widget object."""
        self._slicer.util.selectModule(name)
        self.process_events()
        return self._slicer.util.getModuleWidget(name)

    def set_language(self, language: str) -> None:
        """Choose the language in the settings, as "zh_CN"; modules loaded afterwards start in it, as in Slicer."""
        self.app.settings().setValue("language", language)

    def start_up(self) -> None:
        """Tell that the application has started, once modules are loaded."""
        self.app.startupCompleted.emit()

    def offer_packaging(self) -> None:
        """Be Slicer 5.12: offer ``slicer.packaging`` too."""
        from Testing.slicer_application.packaging_module import packaging_module

        sys.modules["slicer.packaging"] = self._slicer.packaging = packaging_module(self.pip)

    def process_events(self, seconds: float = 0.0) -> None:
        """Let Qt work, for a while if that is said."""
        from PySide6 import QtCore

        clock = QtCore.QElapsedTimer()
        clock.start()
        self.qt_application.processEvents()
        while clock.elapsed() < 1000 * seconds:
            self.qt_application.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def wait_until(self, condition: Any, seconds: float = 30.0) -> None:
        """Let Qt work until a condition holds.

        Raises
        ------
        AssertionError
            It does not hold in time.
        """
        from PySide6 import QtCore

        clock = QtCore.QElapsedTimer()
        clock.start()
        while not condition():
            assert clock.elapsed() < 1000 * seconds, f"not reached within {seconds} s"
            self.qt_application.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def show(self, width: int = 1400, height: int = 900) -> None:
        """Show the main window with the slice views of the present layout; widgets are visible from then on."""
        self.window.resize(width, height)
        self.window.show_views()
        self.window.show()
        self.process_events()

    def grab(self, widget: Any, path: Path, width: int = 0, height: int = 0) -> Path:
        """Write a picture of a widget as PNG; the main window's shows the slice views of the present layout."""
        from Testing.slicer_application.pictures import grab

        if widget is self.window:
            self.window.show_views()

        return grab(widget, path, width, height)

    def save_and_reload_scene(self, path: Path) -> None:
        """Save the scene, close it, and open what was saved."""
        slicer = self._slicer
        assert slicer.util.saveScene(str(path), {})
        self.close_scene()
        slicer.util.loadScene(str(path), {})
        self.process_events()

    def close_scene(self) -> None:
        """Close the scene as File / Close scene does."""
        self.scene.Clear(False)
        self.process_events()

    @staticmethod
    def _delete_now() -> None:
        """Do what deleteLater put off: without a running event loop Qt does it never."""
        from PySide6 import QtCore

        QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)

    def stop(self) -> None:
        """Make the process what it was before."""
        from Testing.slicer_application import pythonqt, translation

        self.modules.unload_all()
        self.window.close_down()
        self.app.close_down()
        self.process_events()
        self._delete_now()
        translation.remove_translators()
        self.vtk_errors.stop()
        self.pip.give_back()
        os.environ["PATH"] = self._search_path
        sys.excepthook = self._hook
        for name, value in self._before.items():
            if value is None:
                vars(self._slicer).pop(name, None)
            else:
                setattr(self._slicer, name, value)
        for name, value in self._sys_before.items():
            if value is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = value
        sys.path[:] = self._path_before
        pythonqt.forget_connections()


def start_application(temporary: Path) -> Application:
    """Make this process look like Slicer.

    Parameters
    ----------
    temporary : Path
        An empty folder.

    Returns
    -------
    Application
        Call its ``stop`` at the end.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.platform == "linux":
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    reason = reason_to_skip()
    if reason:
        raise RuntimeError(reason)
    make_none_immortal()
    return Application(temporary)
