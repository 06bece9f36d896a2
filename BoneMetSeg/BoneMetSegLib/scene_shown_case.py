"""Of the cases of a scene one is drawn, as far as its reader wants it: its hot spots, not another scan's (floor 5)."""

from __future__ import annotations

from .scan import SPECT_VIEW, VIEWS
from .scene_mip import fade_mip
from .scene_nodes import SceneNodes
from .scene_store import stored_cases


def draw_only(nodes: SceneNodes) -> None:
    """Hide the hot spots of every other case: planar views and volumes of a patient lie in one another's slices.

    Parameters
    ----------
    nodes : SceneNodes
        The case that is shown, or a scan without one.
    """
    own = [node.GetID() for node in nodes.segmentations.values()]
    for case_node in stored_cases(nodes.scene):
        for view in (*VIEWS, SPECT_VIEW):
            segmentation = case_node.GetNodeReference(f"segmentation.{view}")
            display = segmentation.GetDisplayNode() if segmentation is not None else None
            if display is not None:
                display.SetVisibility(segmentation.GetID() in own)


def draw_surfaces(nodes: SceneNodes, *, is_wanted: bool) -> None:
    """Draw the hot spots of a volume in the 3-D views, or not; those of planar views have no depth and never are.

    The surfaces are those of the voxels, not smoothed: smoothing loses small hot spots.
    """
    segmentation = nodes.segmentations.get(SPECT_VIEW)
    if segmentation is None:
        return
    display = segmentation.GetDisplayNode()
    was_modifying = display.StartModify()
    if is_wanted:
        segmentation.GetSegmentation().SetConversionParameter("Smoothing factor", "0")
        segmentation.CreateClosedSurfaceRepresentation()
        display.SetPreferredDisplayRepresentationName3D("Closed surface")
    display.SetVisibility3D(is_wanted)
    display.EndModify(was_modifying)
    fade_mip(nodes.volumes[SPECT_VIEW], is_faded=is_wanted)
