"""The MRML nodes of one case, and how they leave the scene again (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .scene_hierarchy import hierarchy_of


@dataclass(frozen=True)
class SceneNodes:
    """The nodes and subject-hierarchy items of one case; leaving a ``with`` block removes them from the scene.

    Attributes
    ----------
    scene : vtkMRMLScene
    volumes : mapping from view to vtkMRMLScalarVolumeNode
        "spect" is the only view of a SPECT volume.
    segmentations : mapping from view to vtkMRMLSegmentationNode
    table : vtkMRMLTableNode or None
        None for a scan that was not segmented.
    text : vtkMRMLTextNode or None
        The report.
    subject_item, study_item : int
        Of the subject hierarchy.
    items : tuple of int
        Items of the nodes that were made or moved for this case.
    owned_volumes : tuple of str
        Views whose volume was made here, not handed in.
    """

    scene: Any
    volumes: Mapping[str, Any]
    segmentations: Mapping[str, Any]
    table: Any
    text: Any
    subject_item: int
    study_item: int
    items: tuple[int, ...] = ()
    owned_volumes: tuple[str, ...] = ()

    def remove(self) -> None:
        """Take the case out of the scene again; volumes that were handed in stay."""
        hierarchy = hierarchy_of(self.scene)
        # Items go first: one that outlives its node points nowhere.
        for item in self.items:
            hierarchy.RemoveItem(item, False, False)
        owned = [self.volumes[view] for view in self.owned_volumes]
        for node in (*owned, *self.segmentations.values(), self.table, self.text):
            if node is not None:
                remove_with_helpers(self.scene, node)
        for item in (self.study_item, self.subject_item):
            if not hierarchy.GetNumberOfItemChildren(item):
                hierarchy.RemoveItem(item, False, False)

    def __enter__(self) -> SceneNodes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.remove()


def add_text(scene: Any, text: str, name: str) -> Any:
    """Add a text node, such as the report."""
    from vtkmodules.vtkCommonCore import VTK_ENCODING_UTF_8

    node = scene.AddNewNodeByClass("vtkMRMLTextNode", name)
    node.SetEncoding(VTK_ENCODING_UTF_8)  # the default is ASCII
    node.SetText(text)
    if "\t" in text:  # Slicer writes a short text into an XML attribute, where a tab becomes a space
        node.SetForceCreateStorageNode(node.CreateStorageNodeAlways)
    return node


def remove_with_helpers(scene: Any, node: Any) -> None:
    """Remove a node with its display and storage nodes."""
    displays = (
        [node.GetNthDisplayNode(n) for n in range(node.GetNumberOfDisplayNodes())] if _is_displayable(node) else []
    )
    # What a rendered volume's display node brings: transfer functions, a box to crop by.
    rendered = [display for display in displays if display.IsA("vtkMRMLVolumeRenderingDisplayNode")]
    brought = [part for display in rendered for part in (display.GetVolumePropertyNode(), display.GetROINode())]
    for helper in [*displays, *brought, node.GetStorageNode()]:
        if helper is not None:
            scene.RemoveNode(helper)
    scene.RemoveNode(node)


def _is_displayable(node: Any) -> bool:
    return bool(node.IsA("vtkMRMLDisplayableNode"))
