"""Results follow the volumes they were read from: the same parent transform (floor 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .scene_nodes import SceneNodes


def follow_transforms(nodes: SceneNodes, sources: Sequence[Any] = ()) -> None:
    """Put what was made for a case under the transform of the volumes it belongs to.

    A volume that was handed in keeps its own; its segmentation joins it. Volumes that were made here come under the
    transform of the volumes they were read from, where these have one in common.

    Parameters
    ----------
    nodes : SceneNodes
    sources : sequence of vtkMRMLScalarVolumeNode, optional
        Which the scan was read from, where they are not the case's own volumes.
    """
    of_sources = {source.GetTransformNodeID() for source in sources}
    common = of_sources.pop() if len(of_sources) == 1 else None
    for view, volume in nodes.volumes.items():
        if view in nodes.owned_volumes and common:
            volume.SetAndObserveTransformNodeID(common)
        segmentation = nodes.segmentations.get(view)
        if segmentation is not None and volume.GetTransformNodeID():
            segmentation.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
