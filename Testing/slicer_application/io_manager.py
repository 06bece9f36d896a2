"""``slicer.app.coreIOManager()``: nodes and scenes from files and into files, through MRML's own storage nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vtkmodules.vtkCommonCore import vtkCommand

# ruff: noqa: N802 - the names are Slicer's

_KINDS = (
    ("SegmentationFile", (".seg.nrrd", ".seg.nhdr")),
    ("SceneFile", (".mrb", ".mrml")),
    ("VolumeFile", (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd", ".dcm")),
    ("TableFile", (".csv", ".tsv")),
    ("TextFile", (".txt", ".json", ".xml")),
)
_WRITERS = (
    ("vtkMRMLSegmentationNode", "SegmentationFile"),
    ("vtkMRMLVolumeNode", "VolumeFile"),
    ("vtkMRMLTableNode", "TableFile"),
    ("vtkMRMLTextNode", "TextFile"),
)


class CoreIOManager:
    """Reads and writes what ``slicer.util.load...`` and ``save...`` ask for.

    Parameters
    ----------
    boot : scene_of_a_test.Boot
        Scene and logics.
    """

    def __init__(self, boot: Any) -> None:
        self._boot = boot

    def fileType(self, file: Any) -> str:
        """Return the kind of a file by its ending."""
        name = str(file).lower()
        return next((kind for kind, endings in _KINDS if name.endswith(endings)), "NoFile")

    def fileWriterFileType(self, node: Any, _extension: str = "") -> str:
        """Return the kind that a node is written as."""
        return next((kind for name, kind in _WRITERS if node.IsA(name)), "NoFile")

    def loadNodes(self, file_type: str, properties: dict, loaded: Any = None, messages: Any = None) -> bool:
        """Read a file into the scene."""
        path = str(properties["fileName"])
        reader = getattr(self, f"_read_{file_type}", None)
        if reader is None or not Path(path).is_file():
            if messages is not None:
                messages.AddMessage(vtkCommand.ErrorEvent, f"cannot read {Path(path).name}")
            return False
        result = reader(path, properties)
        if loaded is not None and hasattr(result, "GetID"):
            loaded.AddItem(result)
        return bool(result)

    def loadScene(self, path: str, clear: bool = True, _messages: Any = None) -> bool:
        """Read a scene, in place of the present one or into it."""
        return self.loadNodes("SceneFile", {"fileName": path, "clear": clear})

    def saveScene(self, path: str, _screenshot: Any = None, messages: Any = None) -> bool:
        """Write the scene."""
        return self.saveNodes("SceneFile", {"fileName": path}, messages)

    def saveNodes(self, file_type: str, properties: dict, messages: Any = None) -> bool:
        """Write the scene or a node."""
        path = str(properties["fileName"])
        if file_type == "SceneFile":
            return self._write_scene(path)
        node = self._boot.scene.GetNodeByID(properties["nodeID"])
        node.AddDefaultStorageNode()
        storage = node.GetStorageNode()
        storage.SetFileName(path)
        storage.SetUseCompression(int(properties.get("useCompression", True)))
        written = bool(storage.WriteData(node))
        if not written and messages is not None:
            messages.AddMessage(vtkCommand.ErrorEvent, f"cannot write {Path(path).name}")
        return written

    def addDefaultStorageNodes(self) -> None:
        """Give a storage node to all that is to be saved."""
        nodes = self._boot.scene.GetNodesByClass("vtkMRMLStorableNode")
        nodes.UnRegister(None)
        for index in range(nodes.GetNumberOfItems()):
            node = nodes.GetItemAsObject(index)
            if node.GetSaveWithScene() and node.GetStorageNode() is None:
                node.AddDefaultStorageNode()

    # ---- kinds of files --------------------------------------------------------------------------------------------

    def _read_SceneFile(self, path: str, properties: dict) -> bool:
        clear = bool(properties.get("clear", False))
        if path.lower().endswith(".mrb"):
            return bool(self._boot.scene.ReadFromMRB(path, clear))
        self._boot.scene.SetURL(path)
        return bool(self._boot.scene.Connect() if clear else self._boot.scene.Import())

    def _read_VolumeFile(self, path: str, properties: dict) -> Any:
        options = (1 if properties.get("labelmap") else 0) | (2 if properties.get("center") else 0)
        options |= (4 if properties.get("singleFile") else 0) | (16 if properties.get("discardOrientation") else 0)
        name = properties.get("name") or Path(path).name.split(".")[0]
        volume = self._boot.logics["Volumes"].AddArchetypeVolume(path, name, options)
        if volume and properties.get("show", True):
            selection = self._boot.application_logic.GetSelectionNode()
            selection.SetActiveVolumeID(volume.GetID())
            self._boot.application_logic.PropagateVolumeSelection()
        return volume

    def _read_SegmentationFile(self, path: str, properties: dict) -> Any:
        name = properties.get("name") or ""
        return self._boot.logics["Segmentations"].LoadSegmentationFromFile(path, True, name)

    def _read_TableFile(self, path: str, properties: dict) -> Any:
        return self._boot.logics["Tables"].AddTable(path, properties.get("name") or Path(path).stem)

    def _read_TextFile(self, path: str, properties: dict) -> Any:
        scene = self._boot.scene
        node = scene.AddNewNodeByClass("vtkMRMLTextNode", properties.get("name") or Path(path).stem)
        storage = scene.AddNewNodeByClass("vtkMRMLTextStorageNode")
        storage.SetFileName(path)
        node.SetAndObserveStorageNodeID(storage.GetID())
        return node if storage.ReadData(node) else None

    def _write_scene(self, path: str) -> bool:
        scene = self._boot.scene
        self.addDefaultStorageNodes()
        if path.lower().endswith(".mrb"):
            return bool(scene.WriteToMRB(path))
        if path.lower().endswith(".mrml"):
            scene.SetURL(path)
            return bool(scene.Commit(path))
        return bool(scene.SaveSceneToSlicerDataBundleDirectory(path))
