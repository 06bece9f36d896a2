"""Two scans of a comparison side by side in slice views of their own, lesions in the colours of their states (floor 5).

Volumes and outlines are made for it, hidden from lists and left out of saved scenes, and go again when it is closed:
the cases themselves, their segmentations and their views are not touched.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .anatomy import region_term
from .body_outline import body_box_mm
from .common_canvas import points_of, to_pixels
from .comparison import ComparedScan, Comparison, LesionCourse, footprint
from .count_window import upper_counts
from .scan import VIEWS, PlanarView
from .scene_images import vtk_matrix
from .scene_layouts import COMPARISON_LAYOUTS, COMPARISON_VIEWS, describe_layouts, fit_comparison, labelled
from .scene_link import move_centre
from .scene_nodes import remove_with_helpers
from .scene_segments import add_segment
from .scene_views import ORIENTATIONS, arrange, composite_of, layout_node, show_volume, slice_view
from .scene_volumes import add_planar_volumes, show_inverse_grey
from .seg_nrrd import Segment
from .state_colours import STATE_COLOURS, rgb_fraction

_FILL = 0.2
# Along A, which means nothing in planar views (``scan.PLANE_A_MM``); the views' own planes are 200 mm apart.
_ASIDE_MM = 1000.0
_AIR_MM = 25.0


class ComparisonViews:
    """Shows two scans of a comparison until ``close``.

    Parameters
    ----------
    scene : vtkMRMLScene
    comparison : Comparison
    shown : tuple of int
        The two scans, the earlier one first.
    lang : {"en", "zh"}
        Of the segments' names.
    """

    def __init__(self, scene: Any, comparison: Comparison, shown: tuple[int, int], lang: str = "en") -> None:
        self._scene, self._comparison, self._shown = scene, comparison, shown
        self._nodes: list[Any] = []
        self._volumes: dict[tuple[int, str], Any] = {}
        self.slice_nodes: dict[tuple[int, str], Any] = {}
        describe_layouts(scene)
        self._layout_before = layout_node(scene).GetViewArrangement()
        try:
            for place, index in enumerate(shown):
                self._add_scan(place, index, lang)
            views = {view for _, view in self.slice_nodes}
            arrange(layout_node(scene), COMPARISON_LAYOUTS[tuple(view for view in VIEWS if view in views)])
            self.fit()
        except BaseException:
            self.close()
            raise

    def of_scan(self, place: int) -> dict[str, Any]:
        """Return the slice nodes of the earlier (0) or the later scan (1), by view."""
        return {view: node for (each, view), node in self.slice_nodes.items() if each == place}

    def fit(self) -> None:
        """Show the whole of both bodies at one scale; again once the widgets have their size."""
        scans = (self._comparison.scans[index] for index in self._shown)
        width_mm = max(_body_width_mm(view) for scan in scans for view in scan.scan.views.values())
        fit_comparison({key: (node, self._volumes[key]) for key, node in self.slice_nodes.items()}, width_mm)

    def centre_on(self, lesion: LesionCourse) -> None:
        """Bring a lesion's place into the middle of each view: where it is at that scan, or where it would be."""
        for (place, view), node in self.slice_nodes.items():
            scan = self._comparison.scans[self._shown[place]]
            middle_mm = self._middle_mm(lesion, self._shown[place], view)
            if middle_mm is not None:
                move_centre(node, _ras(scan.scan.views[view], middle_mm))

    def close(self) -> None:
        """Take everything out of the scene again, and go back to the layout before, unless another one was chosen."""
        layout = layout_node(self._scene)
        if layout.GetViewArrangement() in COMPARISON_LAYOUTS.values():
            arrange(layout, self._layout_before)
        for node in self.slice_nodes.values():
            if node.GetScene() is not None:  # a view would give a volume that it shows a new display node, for nothing
                composite_of(self._scene, node).SetBackgroundVolumeID(None)
        for node in self._nodes:
            if node.GetScene() is not None:
                remove_with_helpers(self._scene, node)
        self._nodes.clear()
        self.slice_nodes.clear()

    def owns(self, node: Any) -> bool:
        """Say whether a node was made for the comparison."""
        return node in self._nodes

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _add_scan(self, place: int, index: int, lang: str) -> None:
        scan = self._comparison.scans[index]
        names = {view: f"{scan.id} {view}" for view in scan.registrations}
        volumes = add_planar_volumes(self._scene, scan.scan, names)
        aside = self._add_transform(place)
        for view, volume in volumes.items():
            show_inverse_grey(volume, upper_counts(scan.scan.views[view], scan.case.hot_spots))
            outlines = self._add_outlines(index, view, volume, lang)
            node = slice_view(self._scene, COMPARISON_VIEWS[place, view][0])
            labelled(node, f"{scan.id} {COMPARISON_VIEWS[place, view][1]}", COMPARISON_VIEWS[place, view][2])
            node.SetDefaultOrientation(ORIENTATIONS[view][0])
            show_volume(self._scene, node, volume)
            for made in (volume, outlines):
                made.GetDisplayNode().SetViewNodeIDs((node.GetID(),))
                made.SetAndObserveTransformNodeID(aside.GetID())
                for each in (made, made.GetDisplayNode()):
                    each.SetHideFromEditors(True)
                    each.SetSaveWithScene(False)
            self._nodes[:0] = [outlines, volume]  # before the transform that they are under
            self.slice_nodes[place, view], self._volumes[place, view] = node, volume

    def _add_transform(self, place: int) -> Any:
        """Add what moves a scan out of the planes of all others: Slicer draws a case in every view it crosses."""
        node = self._scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "comparison")
        matrix = np.eye(4)
        matrix[1, 3] = _ASIDE_MM * (place + 1)
        node.SetMatrixTransformToParent(vtk_matrix(matrix))
        node.SetHideFromEditors(True)
        node.SetSaveWithScene(False)
        self._nodes.append(node)
        return node

    def _add_outlines(self, index: int, view: str, volume: Any, lang: str) -> Any:
        node = self._scene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{volume.GetName()} lesions")
        node.CreateDefaultDisplayNodes()
        node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        segmentation = node.GetSegmentation()
        segmentation.SetConversionParameter("Smoothing factor", "0")  # as in scene.py: small ones would be lost
        display = node.GetDisplayNode()
        display.SetPreferredDisplayRepresentationName2D("Binary labelmap")
        display.SetVisibility3D(False)
        display.SetSliceIntersectionThickness(2)
        shown = self._comparison.scans[index].scan.views[view]
        for lesion in self._comparison.lesions:
            at = lesion.at[index]
            mask = self._mask(lesion, index, view)
            if mask is None or not mask.any() or at.state not in STATE_COLOURS:
                continue
            name = f"{lesion.id} {region_term(lesion.region, lesion.side, lesion.level, lang)}"
            add_segment(segmentation, Segment(lesion.id, name, rgb_fraction(at.state), mask, {}), shown)
            # What is not there any more is an outline alone: the counts below it are to be seen.
            display.SetSegmentOpacity2DFill(lesion.id, _FILL if at.spots else 0.0)
        segmentation.CollapseBinaryLabelmaps(False)  # overlapping ones keep layers of their own
        return node

    def _mask(self, lesion: LesionCourse, index: int, view: str) -> np.ndarray | None:
        """Return a lesion's pixels at a scan, of another nature too, or its footprint; None without."""
        at, scan = lesion.at[index], self._comparison.scans[index]
        ids = at.spots or at.other_spots
        if ids:
            spots = [spot for spot in scan.case.hot_spots if spot.id in ids and view in spot.views]
            return np.logical_or.reduce([spot.views[view].mask for spot in spots]) if spots else None
        if at.state not in ("resolved", "faint"):
            return None
        points_mm = self._points_mm(lesion, self._nearest(lesion, index), view)
        return None if points_mm is None else footprint(scan, view, points_mm)

    def _nearest(self, lesion: LesionCourse, index: int) -> int:
        """Return the last scan before one that has a lesion, else the first after."""
        there = [number for number, at in enumerate(lesion.at) if at.spots]
        return max((number for number in there if number < index), default=there[0])

    def _points_mm(self, lesion: LesionCourse, index: int, view: str) -> np.ndarray | None:
        """Return a lesion's pixels at a scan that has it, on the reference scan's plane."""
        scan: ComparedScan = self._comparison.scans[index]
        mask = self._mask(lesion, index, view) if view in scan.registrations else None
        if mask is None:
            return None
        return scan.registrations[view].to_reference(points_of(scan.scan.views[view], mask))

    def _middle_mm(self, lesion: LesionCourse, index: int, view: str) -> np.ndarray | None:
        """Return the middle of a lesion's place in a scan, (x, y) of the common plane as that scan has it."""
        scan = self._comparison.scans[index]
        if lesion.at[index].spots:
            mask = self._mask(lesion, index, view)
            if mask is not None:
                return points_of(scan.scan.views[view], mask).mean(0)
        centre = -np.array([lesion.centre_mm])
        return np.asarray(scan.registrations[view].to_scan(centre)[0])


def _ras(view: PlanarView, middle_mm: np.ndarray) -> np.ndarray:
    row, column = to_pixels(view, middle_mm[None])[0]
    return np.asarray((view.ijk_to_ras @ (column, row, 0.0, 1.0))[:3])


def _body_width_mm(view: PlanarView) -> float:
    left, right, _, _ = body_box_mm(view, _AIR_MM)
    middle = view.counts.shape[1] * view.pixel_size_mm[1] / 2
    return 2 * max(middle - left, right - middle)
