"""Which report lies in the study of a scan, by the subject hierarchy."""

from __future__ import annotations

from typing import Any

from BoneMetSegLib.scene_hierarchy import hierarchy_of
from BoneMetSegLib.scene_store import CASE_ATTRIBUTE


def is_of_study(node: Any, scan: Any) -> bool:
    """Say whether a node lies in the same study as a scan."""
    return node is not None and bool(_study(scan)) and _study(node) == _study(scan)


def report_of_study(scene: Any, scan: Any) -> Any:
    """Return the text in a scan's study, None where there is none or several."""
    count = scene.GetNumberOfNodesByClass("vtkMRMLTextNode")
    texts = [scene.GetNthNodeByClass(number, "vtkMRMLTextNode") for number in range(count)]
    of_study = [
        node
        for node in texts
        if not node.GetHideFromEditors() and not node.GetAttribute(CASE_ATTRIBUTE) and is_of_study(node, scan)
    ]
    return of_study[0] if len(of_study) == 1 else None


def put_into_study(node: Any, scan: Any) -> None:
    """Lay a node into the study of a scan, where the scan lies in one."""
    study = _study(scan)
    if study:
        hierarchy = hierarchy_of(scan.GetScene())
        item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(study, node)
        hierarchy.SetItemParent(item, study)


def _study(node: Any) -> int:
    hierarchy = hierarchy_of(node.GetScene())
    item = hierarchy.GetItemByDataNode(node)
    return hierarchy.GetItemAncestorAtLevel(item, "Study") if item else 0
