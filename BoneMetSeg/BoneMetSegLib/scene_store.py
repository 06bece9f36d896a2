"""A case kept in the scene itself, so that a saved scene comes back with results and review (floor 5).

Two text nodes hold what ``result.json`` and ``maps.npz`` hold in a case's folder; outlines are the segmentation nodes'.
The first refers to every node of the case, by which it is found again.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
from typing import Any

from .case_edits import decision_of
from .errors import InputError
from .maps_file import write_maps
from .result_document import Case, result_document
from .scan import SPECT_VIEW, VIEWS
from .scene_hierarchy import hierarchy_of
from .scene_nodes import SceneNodes, add_text
from .scene_outlines import outlines_in_scene
from .stored_case import parse_stored_case

CASE_ATTRIBUTE = "BoneMetSeg.Case"
CASE_NAME_ATTRIBUTE = "BoneMetSeg.CaseName"
_VERSION = "1"


def store_case(nodes: SceneNodes, case: Case, case_name: str) -> Any:
    """Put a case into text nodes of its scene.

    Returns
    -------
    vtkMRMLTextNode
        The case's node; ``update_stored_case`` keeps it up to date.
    """
    maps = io.BytesIO()
    write_maps(maps, case.scan, case.segmentation)
    maps_node = _hidden_text(nodes.scene, base64.b64encode(maps.getvalue()).decode("ascii"), f"{case_name} maps")
    case_node = _hidden_text(nodes.scene, "", f"{case_name} result")
    case_node.SetAttribute(CASE_ATTRIBUTE, _VERSION)
    case_node.SetAttribute(CASE_NAME_ATTRIBUTE, case_name)
    case_node.SetNodeReferenceID("maps", maps_node.GetID())
    for role, node in _roles(nodes).items():
        case_node.SetNodeReferenceID(role, node.GetID())
    update_stored_case(case_node, case)
    return case_node


def update_stored_case(case_node: Any, case: Case) -> None:
    """Write down what a review changed; the maps do not change."""
    case_node.SetText(json.dumps(result_document(case), ensure_ascii=False, allow_nan=False))


def refer_to_text(case_node: Any, text_node: Any) -> None:
    """Remember the report's node of a case."""
    case_node.SetNodeReferenceID("text", text_node.GetID())


def replace_stored_maps(case_node: Any, case: Case) -> None:
    """Write the maps again, after the model ran with a report that came later."""
    maps = io.BytesIO()
    write_maps(maps, case.scan, case.segmentation)
    case_node.GetNodeReference("maps").SetText(base64.b64encode(maps.getvalue()).decode("ascii"))


def stored_cases(scene: Any) -> list[Any]:
    """Return the case nodes of a scene, the last one last."""
    nodes = (
        scene.GetNthNodeByClass(n, "vtkMRMLTextNode") for n in range(scene.GetNumberOfNodesByClass("vtkMRMLTextNode"))
    )
    return [node for node in nodes if node.GetAttribute(CASE_ATTRIBUTE)]


def free_case_name(scene: Any, wanted: str) -> str:
    """Return a name that no case of the scene has: the wanted one, or the same with a number."""
    taken = {node.GetAttribute(CASE_NAME_ATTRIBUTE) for node in stored_cases(scene)}
    return next(name for name in (wanted, *(f"{wanted} {n}" for n in range(2, len(taken) + 3))) if name not in taken)


def nodes_of_case(case_node: Any) -> SceneNodes:
    """Return the nodes of a stored case.

    Raises
    ------
    InputError
        A volume, a segmentation or the table was deleted.
    """
    scene = case_node.GetScene()
    views = [view for view in (*VIEWS, SPECT_VIEW) if case_node.GetNodeReferenceID(f"volume.{view}")]
    volumes = {view: case_node.GetNodeReference(f"volume.{view}") for view in views}
    segmentations = {view: case_node.GetNodeReference(f"segmentation.{view}") for view in views}
    table = case_node.GetNodeReference("table")
    if not views or not all((*volumes.values(), *segmentations.values(), table)):
        raise InputError("A node of this case was deleted from the scene; segment the scan again.")
    hierarchy = hierarchy_of(scene)
    study = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volumes[views[0]]))
    text = case_node.GetNodeReference("text")
    return SceneNodes(scene, volumes, segmentations, table, text, hierarchy.GetItemParent(study), study)


def restored_case(case_node: Any, editor: str = "reader") -> Case:
    """Return a stored case with its outlines as the scene's segmentations have them.

    Raises
    ------
    InputError
        The stored case is damaged, or a node of it was deleted.
    """
    nodes = nodes_of_case(case_node)
    maps_node = case_node.GetNodeReference("maps")
    try:
        maps = io.BytesIO(base64.b64decode(maps_node.GetText() if maps_node else "", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InputError("The case stored in this scene is damaged; segment the scan again.") from error
    for node in (case_node, maps_node):
        _keep_in_scene_file(node)  # a scene's file does not say it
    stored = parse_stored_case(case_node.GetText() or "", maps, "this scene")
    outlines = outlines_in_scene(stored.scan, nodes.segmentations, stored.fingerprints)
    return stored.edited({spot.id: decision_of(spot) for spot in stored.hot_spots}, outlines, editor)


def _roles(nodes: SceneNodes) -> dict[str, Any]:
    roles = {f"volume.{view}": node for view, node in nodes.volumes.items()}
    roles.update({f"segmentation.{view}": node for view, node in nodes.segmentations.items()})
    roles["table"] = nodes.table
    if nodes.text is not None:
        roles["text"] = nodes.text
    return roles


def _hidden_text(scene: Any, text: str, name: str) -> Any:
    node = add_text(scene, text, name)
    node.SetHideFromEditors(True)
    _keep_in_scene_file(node)
    return node


def _keep_in_scene_file(node: Any) -> None:
    """Have a text written into the scene's own file: a file of its own is not saved by Slicer's dialog if it is hidden.

    The text holds no tabs, which an XML attribute would lose.
    """
    node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
    if node.GetStorageNode() is not None:  # of a scene saved by a Slicer in which no case was open
        node.GetScene().RemoveNode(node.GetStorageNode())
