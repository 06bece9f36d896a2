"""A case in the Slicer scene: volumes, segmentations, table, report, subject hierarchy (floor 5).

This file and ``scene_*.py`` are the only ones that know MRML. They run inside Slicer and on slicer-core alike and never
touch Qt. Geometry is ``PlanarView.ijk_to_ras``; nothing here decides what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .concordance import Concordance
from .count_window import upper_counts
from .hot_spot_segments import hot_spot_segments, is_shown
from .hot_spots import HotSpot
from .resources import resource_path
from .scan import VIEWS, PlanarScan, PlanarView
from .scene_boot import mrml, vtk_errors
from .scene_hierarchy import add_to_hierarchy
from .scene_intensity import share_scale
from .scene_nodes import SceneNodes, add_text
from .scene_segments import SEGMENT_FILL, add_segment
from .scene_tables import fill_hot_spot_table
from .scene_views import show_views
from .scene_volumes import add_planar_volumes, describe_view, show_inverse_grey
from .terminology import REGION_CONTEXT_FILE, TYPE_CONTEXT_FILE

_VIEW_TERMS = {
    "en": {"anterior": "anterior", "posterior": "posterior"},
    "zh": {"anterior": "前位", "posterior": "后位"},
}
_TERMS = {
    "en": {"hot_spots": "hot spots", "report": "report", "patient": "Patient"},
    "zh": {"hot_spots": "浓聚灶", "report": "报告", "patient": "患者"},
}


def build_scene(
    scan: PlanarScan,
    hot_spots: Sequence[HotSpot],
    report_text: str | None,
    *,
    scene: Any = None,
    lang: str = "en",
    case_name: str = "Bone scan",
    volumes: Mapping[str, Any] | None = None,
    show: bool = True,
    concordance: Concordance | None = None,
) -> SceneNodes:
    """Put a case into a scene.

    Parameters
    ----------
    scan : PlanarScan
    hot_spots : sequence of HotSpot
        All of them; those not accepted and physiological ones become hidden segments.
    report_text : str or None
    scene : vtkMRMLScene, optional
        ``slicer.mrmlScene`` inside Slicer; by default the scene booted for this process.
    lang : {"en", "zh"}
        Of node and segment names.
    case_name : str
        First word of every node's name. Never an identity: node names become file names.
    volumes : mapping from view to vtkMRMLScalarVolumeNode, optional
        Volumes already in the scene (loaded by the DICOM plugin); the others are made.
    show : bool
        Arrange the scene's slice views, as a bundle that opens by itself needs it.

    Raises
    ------
    InputError
        Neither Slicer nor slicer-core is here.
    """
    scene = scene or mrml().scene
    given = dict(volumes or {})
    views: list[str] = [view for view in VIEWS if view in scan.views]
    names = {view: f"{case_name} {_VIEW_TERMS[lang][view]}" for view in views}
    terms = _TERMS[lang]
    made = add_planar_volumes(scene, scan, {view: names[view] for view in views if view not in given})
    volume_nodes = {view: given.get(view) or made[view] for view in views}
    segmentations = {}
    for view in views:
        show_inverse_grey(volume_nodes[view], upper_counts(scan.views[view], hot_spots))
        segmentations[view] = _add_segmentation(
            scene, scan.views[view], hot_spots, volume_nodes[view], f"{names[view]} {terms['hot_spots']}", lang
        )
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{case_name} {terms['hot_spots']}")
    fill_hot_spot_table(table, hot_spots, lang, concordance=concordance)
    text = None if report_text is None else add_text(scene, report_text, f"{case_name} {terms['report']}")
    nodes = [*volume_nodes.values(), *segmentations.values(), table, *([text] if text else [])]
    subject, study, items = add_to_hierarchy(scene, scan, (case_name, terms["patient"]), nodes)
    owned = tuple(view for view in views if view not in given)
    case = SceneNodes(scene, volume_nodes, segmentations, table, text, subject, study, items, owned)
    share_scale(case)
    if show:
        show_views(case)
    return case


def _add_segmentation(
    scene: Any, view: PlanarView, hot_spots: Sequence[HotSpot], volume: Any, name: str, lang: str
) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segmentation = node.GetSegmentation()
    # The default smoothing loses small hot spots of a single slice.
    segmentation.SetConversionParameter("Smoothing factor", "0")
    for segment in hot_spot_segments(hot_spots, view.view, lang):
        add_segment(segmentation, segment, view)
    segmentation.CollapseBinaryLabelmaps(False)  # overlapping segments keep layers of their own
    describe_view(node, view)
    display = node.GetDisplayNode()
    display.SetPreferredDisplayRepresentationName2D("Binary labelmap")
    display.SetVisibility3D(False)
    display.SetAllSegmentsOpacity2DFill(SEGMENT_FILL)
    display.SetSliceIntersectionThickness(2)
    for hot_spot in hot_spots:
        if view.view in hot_spot.views:
            display.SetSegmentVisibility(hot_spot.segment_id(view.view), is_shown(hot_spot))
    return node


# ---- files ---------------------------------------------------------------------------------------------------------


def write_mrb(nodes: SceneNodes, path: Path) -> None:
    """Write the whole scene that holds the case as a Slicer bundle.

    Raises
    ------
    OSError
        The file could not be written.
    """
    path = Path(path)
    for node in (*nodes.volumes.values(), *nodes.segmentations.values(), nodes.table, nodes.text):
        if node is not None:
            node.AddDefaultStorageNode()
    with vtk_errors() as errors:
        written = nodes.scene.WriteToMRB(str(path.resolve()))
    if errors or not written:
        raise OSError(f"the scene could not be written to {path.name}: {'; '.join(errors) or 'Slicer gives no reason'}")


def load_terminology(terminologies_logic: Any) -> None:
    """Make the project's codes selectable in Slicer (``slicer.modules.terminologies.logic()``)."""
    terminologies_logic.LoadTerminologyFromFile(str(resource_path("Terminology", TYPE_CONTEXT_FILE)))
    terminologies_logic.LoadRegionContextFromFile(str(resource_path("Terminology", REGION_CONTEXT_FILE)))
