"""A segmented SPECT volume in the Slicer scene: volume, segmentation, table, report (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .concordance import Concordance
from .hot_spot_segments import hot_spot_segments, is_shown
from .hot_spots import HotSpot
from .scan import SPECT_VIEW, SpectScan
from .scene_boot import mrml
from .scene_hierarchy import add_to_hierarchy
from .scene_intensity import share_scale
from .scene_nodes import SceneNodes, add_text
from .scene_segments import SEGMENT_FILL, add_segment
from .scene_spect import add_spect_volume, show_three_planes, upper_window
from .scene_tables import fill_hot_spot_table
from .scene_volumes import show_inverse_grey

_TERMS = {"en": ("SPECT", "hot spots", "report", "Patient"), "zh": ("断层", "浓聚灶", "报告", "患者")}


def build_spect_case_scene(
    scan: SpectScan,
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
    """Put a segmented volume into a scene.

    Parameters
    ----------
    hot_spots : sequence of HotSpot
        All of them; those not accepted and physiological ones become hidden segments.
    report_text : str or None
    scene : vtkMRMLScene, optional
        ``slicer.mrmlScene`` inside Slicer; by default the scene booted for this process.
    lang : {"en", "zh"}
        Of node and segment names.
    case_name : str
        First word of every node's name. Never an identity: node names become file names.
    volumes : mapping from "spect" to vtkMRMLScalarVolumeNode, optional
        The volume, where the scene holds it already; else it is made.
    show : bool
        Show it in three planes through its centre, as a bundle that opens by itself needs it.
    concordance : Concordance, optional
        Says where the report disagrees.

    Raises
    ------
    InputError
        Neither Slicer nor slicer-core is here.
    """
    scene = scene or mrml().scene
    volume_term, spots_term, report_term, patient_term = _TERMS[lang]
    given = dict(volumes or {}).get(SPECT_VIEW)
    volume = given or add_spect_volume(scene, scan, f"{case_name} {volume_term}")
    if given is not None:
        show_inverse_grey(given, upper_window(scan.voxels))
    segmentation = _add_segmentation(scene, scan, hot_spots, volume, f"{case_name} {volume_term} {spots_term}", lang)
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{case_name} {spots_term}")
    fill_hot_spot_table(table, hot_spots, lang, scan.quantity, concordance)
    text = None if report_text is None else add_text(scene, report_text, f"{case_name} {report_term}")
    nodes = [volume, segmentation, table, *([text] if text else [])]
    subject, study, items = add_to_hierarchy(scene, scan, (case_name, patient_term), nodes)
    views = {SPECT_VIEW: volume}, {SPECT_VIEW: segmentation}
    owned = (SPECT_VIEW,) if given is None else ()
    case = SceneNodes(scene, *views, table, text, subject, study, items, owned)
    share_scale(case)
    if show:
        show_three_planes(scene, volume)
    return case


def _add_segmentation(
    scene: Any, scan: SpectScan, hot_spots: Sequence[HotSpot], volume: Any, name: str, lang: str
) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.SetAttribute("BoneMetSeg.Kind", scan.kind)
    segmentation = node.GetSegmentation()
    # As in planar views: the default smoothing loses small hot spots.
    segmentation.SetConversionParameter("Smoothing factor", "0")
    for segment in hot_spot_segments(hot_spots, SPECT_VIEW, lang):
        add_segment(segmentation, segment, scan.views[SPECT_VIEW])
    segmentation.CollapseBinaryLabelmaps(False)  # overlapping segments keep layers of their own
    display = node.GetDisplayNode()
    display.SetPreferredDisplayRepresentationName2D("Binary labelmap")
    display.SetVisibility3D(False)
    display.SetAllSegmentsOpacity2DFill(SEGMENT_FILL)
    display.SetSliceIntersectionThickness(2)
    for hot_spot in hot_spots:
        display.SetSegmentVisibility(hot_spot.segment_id(SPECT_VIEW), is_shown(hot_spot))
    return node
