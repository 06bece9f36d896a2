"""A case shown in the scene while a reader goes through it: each step changes case and scene together (floor 5)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from .result_document import Case
from .review_session import ReviewSession
from .scan import SpectScan
from .scene import build_scene
from .scene_boot import mrml
from .scene_hierarchy import hierarchy_of
from .scene_nodes import SceneNodes, add_text
from .scene_outlines import outlines_in_scene
from .scene_refresh import refresh_scene
from .scene_spect_case import build_spect_case_scene
from .scene_store import (
    CASE_NAME_ATTRIBUTE,
    free_case_name,
    nodes_of_case,
    refer_to_text,
    replace_stored_maps,
    restored_case,
    store_case,
    update_stored_case,
)


class SceneReview:
    """Couples a ``ReviewSession`` with the nodes that show it.

    Parameters
    ----------
    nodes : SceneNodes
    case_node : vtkMRMLTextNode
        Of ``store_case``.
    session : ReviewSession
    lang : {"en", "zh"}
        Of segment names.
    """

    def __init__(self, nodes: SceneNodes, case_node: Any, session: ReviewSession, lang: str = "en") -> None:
        self.nodes, self.case_node, self.session, self.lang = nodes, case_node, session, lang
        self.maps_node = case_node.GetNodeReference("maps")
        self.on_change: Callable[[], None] = lambda: None
        self._stored_maps = session.case.segmentation
        session.on_change = self._changed

    @classmethod
    def begin(
        cls,
        case: Case,
        *,
        scene: Any = None,
        volumes: Mapping[str, Any] | None = None,
        report_node: Any = None,
        editor: str = "reader",
        lang: str = "en",
        case_name: str = "Bone scan",
    ) -> SceneReview:
        """Put a finished case into a scene.

        Parameters
        ----------
        volumes : mapping from view to vtkMRMLScalarVolumeNode, optional
            Volumes of the views that the scene holds already; "spect" of a SPECT case.
        report_node : vtkMRMLTextNode, optional
            The report's node, where it is in the scene already.
        case_name : str
            Of nodes; a number is added where the scene has a case of this name.
        """
        scene = scene or mrml().scene
        case_name = free_case_name(scene, case_name)
        text = case.report.text if case.report is not None and report_node is None else None
        options: dict[str, Any] = {
            "scene": scene,
            "lang": lang,
            "case_name": case_name,
            "volumes": volumes,
            "show": False,
            "concordance": case.concordance,
        }
        if isinstance(case.scan, SpectScan):
            nodes = build_spect_case_scene(case.scan, case.hot_spots, text, **options)
        else:
            nodes = build_scene(case.scan, case.hot_spots, text, **options)
        if report_node is not None:
            nodes = replace(nodes, text=report_node)
        return cls(nodes, store_case(nodes, case, case_name), ReviewSession(case, editor), lang)

    @classmethod
    def resume(cls, case_node: Any, editor: str = "reader", lang: str = "en") -> SceneReview:
        """Take up a case that a scene brought along.

        Raises
        ------
        InputError
            The stored case is damaged, or a node of it was deleted.
        """
        case = restored_case(case_node, editor)
        return cls(nodes_of_case(case_node), case_node, ReviewSession(case, editor), lang)

    @property
    def case(self) -> Case:
        """The case as it is now."""
        return self.session.case

    @property
    def own_nodes(self) -> list[Any]:
        """Everything but volumes and report: what is of no use without the case."""
        shown = (*self.nodes.segmentations.values(), self.nodes.table)
        return [node for node in (*shown, self.maps_node, self.case_node) if node]

    def remove(self) -> None:
        """Take the case out of the scene; its volumes and its report stay."""
        hierarchy, scene = hierarchy_of(self.nodes.scene), self.nodes.scene
        for node in self.own_nodes:
            if node.GetScene() is None:
                continue  # the user deleted it already
            item = hierarchy.GetItemByDataNode(node)
            if item:
                hierarchy.RemoveItem(item, False, False)
            for helper in (node.GetStorageNode(), *_displays(node)):
                if helper is not None:
                    scene.RemoveNode(helper)
            scene.RemoveNode(node)

    def take_outlines(self) -> None:
        """Measure what was edited in the segmentations."""
        ids = [spot.id for spot in self.case.hot_spots]
        self.session.redraw(outlines_in_scene(self.case.scan, self.nodes.segmentations, ids))

    def add_report(self, found: Case, report_node: Any = None) -> None:
        """Take what was found with a report that came later; what the reader decided stays."""
        if report_node is None and found.report is not None:
            name = self.case_node.GetAttribute(CASE_NAME_ATTRIBUTE) or "Bone scan"
            report_node = add_text(self.nodes.scene, found.report.text, f"{name} report")
        if report_node is not None:
            self.nodes = replace(self.nodes, text=report_node)
            refer_to_text(self.case_node, report_node)
        self.session.add_report(found)

    def show(self, *, physiological: bool = False) -> None:
        """Bring segments and table up to date, physiological uptake drawn or not."""
        refresh_scene(self.nodes, self.case, lang=self.lang, also=self._physiological() if physiological else ())

    def _physiological(self) -> Collection[str]:
        return [spot.id for spot in self.case.hot_spots if spot.hot_spot_class == "physiological"]

    def _changed(self) -> None:
        if self.case.segmentation is not self._stored_maps:  # a report came, or went by undo
            self._stored_maps = self.case.segmentation
            replace_stored_maps(self.case_node, self.case)
        update_stored_case(self.case_node, self.case)
        self.on_change()


def _displays(node: Any) -> list[Any]:
    if not node.IsA("vtkMRMLDisplayableNode"):
        return []
    return [node.GetNthDisplayNode(number) for number in range(node.GetNumberOfDisplayNodes())]
