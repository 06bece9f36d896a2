"""Which case of the scene belongs to a scan, and which scan to begin with."""

from __future__ import annotations

from typing import Any

from BoneMetSegLib.scan import SPECT_VIEW, VIEWS
from BoneMetSegLib.scene_scan import VIEW_ATTRIBUTE
from BoneMetSegLib.scene_store import stored_cases

# Of a case's node: the volume it was made from, where the case shows volumes of its own.
SOURCE_ROLE = "source"


def remember_source(case_node: Any, volume: Any) -> None:
    """Note which volume a case was made from."""
    case_node.SetNodeReferenceID(SOURCE_ROLE, volume.GetID())


def case_of_scan(scene: Any, scan: Any, preferred: Any = None) -> Any:
    """Return the case that was made from a volume or shows it, None where there is none.

    Parameters
    ----------
    preferred : vtkMRMLTextNode, optional
        This one, if it is one of several; else the newest.
    """
    cases = [case_node for case_node in stored_cases(scene) if scan in _volumes(case_node)]
    return preferred if preferred in cases else next(reversed(cases), None)


def first_scan(scene: Any, current_case: Any) -> Any:
    """Return the scan to begin with: of the case shown last, or a bone scan of the scene that has no case yet."""
    cases = stored_cases(scene)
    for case_node in (*([current_case] if current_case in cases else []), *reversed(cases)):
        volume = next((volume for volume in _volumes(case_node) if volume is not None), None)
        if volume is not None:
            return volume
    count = scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    volumes = [scene.GetNthNodeByClass(number, "vtkMRMLScalarVolumeNode") for number in range(count)]
    planar = [volume for view in VIEWS for volume in volumes if volume.GetAttribute(VIEW_ATTRIBUTE) == view]
    tomographic = [volume for volume in volumes if volume.GetAttribute("BoneMetSeg.Kind") == SPECT_VIEW]
    return next(iter((*planar, *tomographic)), None)


def _volumes(case_node: Any) -> list[Any]:
    roles = (SOURCE_ROLE, *(f"volume.{view}" for view in (*VIEWS, SPECT_VIEW)))
    return [case_node.GetNodeReference(role) for role in roles]
