"""MRML with or without the application: Slicer's own logic, or one booted from slicer-core (floor 5)."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .errors import InputError


@dataclass(frozen=True)
class Mrml:
    """A scene and the application logic that serves it, kept alive together."""

    scene: Any
    application_logic: Any
    module_logics: tuple[Any, ...] = ()


def scene_is_available() -> bool:
    """Say whether scenes can be made here: inside Slicer, or where slicer-core is installed. Imports nothing."""
    return importlib.util.find_spec("slicer") is not None


def slicer_package() -> Any:
    """Return the package ``slicer``.

    Raises
    ------
    InputError
        Neither Slicer nor slicer-core is here.
    """
    if not scene_is_available():
        raise InputError(
            "A Slicer scene needs the package slicer-core: install it, or leave the scene out (--no-scene)."
        )
    import slicer

    return slicer


def mrml() -> Mrml:
    """Return Slicer's own scene and logic inside Slicer, elsewhere those booted once for this process."""
    application = getattr(slicer_package(), "app", None)
    if application is None:
        return _boot()
    return Mrml(application.mrmlScene(), application.applicationLogic())


@lru_cache(maxsize=1)
def _boot() -> Mrml:
    slicer = slicer_package()
    from vtkmodules.vtkCommonCore import vtkCollection

    scene = slicer.vtkMRMLScene()
    application_logic = slicer.vtkSlicerApplicationLogic()
    application_logic.SetMRMLScene(scene)
    application_logic.GetColorLogic().SetMRMLScene(scene)
    application_logic.GetColorLogic().AddDefaultColorNodes()
    application_logic.SetSliceLogics(vtkCollection())
    application_logic.SetViewLogics(vtkCollection())
    modules = {
        "Volumes": slicer.vtkSlicerVolumesLogic(),
        "Segmentations": slicer.vtkSlicerSegmentationsModuleLogic(),
        "SubjectHierarchy": slicer.vtkSlicerSubjectHierarchyModuleLogic(),
        "Tables": slicer.vtkSlicerTablesLogic(),
        "Texts": slicer.vtkSlicerTextsLogic(),
        "Markups": slicer.vtkSlicerMarkupsLogic(),
    }
    if hasattr(slicer, "vtkSlicerVolumeRenderingLogic"):
        modules["VolumeRendering"] = slicer.vtkSlicerVolumeRenderingLogic()
    for name, logic in modules.items():
        logic.SetMRMLScene(scene)
        logic.SetMRMLApplicationLogic(application_logic)
        application_logic.SetModuleLogic(name, logic)
    return Mrml(scene, application_logic, tuple(modules.values()))


@contextmanager
def vtk_errors() -> Iterator[list[str]]:
    """Collect VTK's errors within the block; its chatter stays off stdout, its warnings go on to the window before.

    Yields
    ------
    list of str
        Filled with the errors, complete after the block.
    """
    from vtkmodules.vtkCommonCore import vtkOutputWindow, vtkStringOutputWindow

    errors: list[str] = []
    warnings: list[str] = []
    before = vtkOutputWindow.GetInstance()
    window = vtkStringOutputWindow()
    _observe(window, "ErrorEvent", errors)
    _observe(window, "WarningEvent", warnings)
    vtkOutputWindow.SetInstance(window)
    try:
        yield errors
    finally:
        vtkOutputWindow.SetInstance(before)
        for text in warnings:
            before.DisplayWarningText(text)


def _observe(window: Any, event: str, texts: list[str]) -> None:
    def note(_caller: Any, _event: str, text: str) -> None:
        texts.append(text.strip())

    note.CallDataType = "string0"  # type: ignore[attr-defined]  # VTK reads here what the event carries
    window.AddObserver(event, note)
