"""A new MRML scene with the logics of Slicer's modules, one for each test."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import slicer
from vtkmodules.vtkCommonCore import vtkCollection

_LOGICS = {
    "Volumes": "vtkSlicerVolumesLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Models": "vtkSlicerModelsLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "Plots": "vtkSlicerPlotsLogic",
}


@dataclass
class Boot:
    """A scene and all that serves it, kept alive together.

    Parameters
    ----------
    scene : vtkMRMLScene
    application_logic : vtkSlicerApplicationLogic
    logics : dict
        The logic of each module by its name.
    """

    scene: Any
    application_logic: Any
    logics: dict[str, Any] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)


def boot(temporary: Path) -> Boot:
    """Make a scene as the application does when it starts.

    Parameters
    ----------
    temporary : Path
        Folder for the cache that reading a bundle needs.
    """
    scene = slicer.vtkMRMLScene()
    logic = slicer.vtkSlicerApplicationLogic()
    logic.SetMRMLScene(scene)
    logic.GetColorLogic().SetMRMLScene(scene)
    logic.GetColorLogic().AddDefaultColorNodes()
    logic.SetSliceLogics(vtkCollection())
    logic.SetViewLogics(vtkCollection())
    logic.SetTemporaryPath(str(temporary))
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    made = Boot(scene, logic)
    for name, class_name in _LOGICS.items():
        if hasattr(slicer, class_name):
            made.logics[name] = _start(getattr(slicer, class_name)(), name, made)
    made.logics["Terminologies"] = _terminologies()
    made.logics["Colors"] = logic.GetColorLogic()
    logic.SetModuleLogic("Colors", logic.GetColorLogic())
    _serve_bundles(made, temporary)
    return made


def _start(module_logic: Any, name: str, made: Boot) -> Any:
    module_logic.SetMRMLScene(made.scene)
    module_logic.SetMRMLApplicationLogic(made.application_logic)
    made.application_logic.SetModuleLogic(name, module_logic)
    return module_logic


def _terminologies() -> Any:
    """Return a logic without Slicer's own terminologies, which slicer-core does not bring."""
    return slicer.vtkSlicerTerminologiesModuleLogic()


def _serve_bundles(made: Boot, temporary: Path) -> None:
    """Let the scene read .mrb files, which needs the logics for remote data."""
    cache = temporary / "cache"
    cache.mkdir(exist_ok=True)
    remote = slicer.vtkMRMLRemoteIOLogic()
    remote.SetMRMLScene(made.scene)
    remote.SetMRMLApplicationLogic(made.application_logic)
    remote.GetCacheManager().SetRemoteCacheDirectory(str(cache))
    data_io = slicer.vtkDataIOManagerLogic()
    data_io.SetMRMLScene(made.scene)
    data_io.SetMRMLApplicationLogic(made.application_logic)
    data_io.SetAndObserveDataIOManager(remote.GetDataIOManager())
    remote.AddDataIOToScene()
    made.kept += [remote, data_io]
