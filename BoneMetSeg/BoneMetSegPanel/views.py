"""Where a case is looked at: layout, linked zoom, intensities, letters of sides, the hot spot in focus."""

from __future__ import annotations

from typing import Any

import qt
import slicer

from BoneMetSegLib.comparison import Comparison, LesionCourse
from BoneMetSegLib.hot_spots import HotSpot
from BoneMetSegLib.scan import SPECT_VIEW
from BoneMetSegLib.scene_comparison import ComparisonViews
from BoneMetSegLib.scene_focus import bring_out, centre_on
from BoneMetSegLib.scene_intensity import SATURATED, intensity, next_intensity
from BoneMetSegLib.scene_layouts import describe_layouts, fit_views, show_planar, show_spect
from BoneMetSegLib.scene_letters import SideLetters
from BoneMetSegLib.scene_link import ViewLink
from BoneMetSegLib.scene_nodes import SceneNodes
from BoneMetSegLib.scene_shown_case import draw_only, draw_surfaces
from BoneMetSegLib.scene_window_link import WindowLink

from .language import report_language


class Views:
    """The slice views of one case at a time.

    Parameters
    ----------
    ui : namespace
        The form's widgets; the button of intensities follows the views.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self._nodes: SceneNodes | None = None
        self._slice_nodes: dict[str, Any] = {}
        self._link: ViewLink | None = None
        self._letters: SideLetters | None = None
        self._window: WindowLink | None = None
        self._spot: HotSpot | None = None
        self._comparison: ComparisonViews | None = None
        self._comparison_letters: list[SideLetters] = []
        self.is_linked = True
        describe_layouts(slicer.mrmlScene)
        ui.intensityButton.connect("clicked(bool)", lambda _checked: self.next_intensity())

    @property
    def is_showing(self) -> bool:
        """Whether a scan or a case is shown."""
        return self._nodes is not None

    def show(self, nodes: SceneNodes) -> None:
        """Show a scan or a case in the layout made for it."""
        self.forget()
        self._nodes = nodes
        draw_only(nodes)
        self._slice_nodes = show_spect(nodes) if SPECT_VIEW in nodes.volumes else show_planar(nodes)
        # The widgets of a new layout get their size when Qt comes around to it.
        slicer.app.processEvents()
        fit_views(nodes, self._slice_nodes)
        _whiten(self._slice_nodes)
        qt.QTimer.singleShot(200, self._fit_again)
        self._letters = SideLetters(self._slice_nodes)
        self._window = WindowLink(nodes)
        self.link(is_linked=self.is_linked)
        self._tell_intensity()

    def link(self, *, is_linked: bool) -> None:
        """Let anterior and posterior view zoom and move together, or not."""
        self.is_linked = is_linked
        planar = {name: node for name, node in self._slice_nodes.items() if name in ("anterior", "posterior")}
        if self._link is None and is_linked and len(planar) > 1:
            self._link = ViewLink(planar)
        elif self._link is not None:
            (self._link.on if is_linked else self._link.off)()

    def centre_on(self, spot: HotSpot) -> None:
        """Centre the views on a hot spot and bring its segment out."""
        self._spot = spot
        if self._nodes is not None and self._slice_nodes:
            centre_on(self._nodes, spot, self._slice_nodes)

    def highlight(self, spot: HotSpot | None) -> None:
        """Bring a hot spot's segment out again, after the segments were brought up to date."""
        if self._nodes is not None and self._nodes.segmentations:
            bring_out(self._nodes, spot)

    def draw_surfaces(self, *, is_wanted: bool) -> None:
        """Draw the hot spots of a volume in 3-D too, or not."""
        if self._nodes is not None:
            draw_surfaces(self._nodes, is_wanted=is_wanted)

    def next_intensity(self) -> None:
        """Go to the next intensity: normal, saturated, the reader's own."""
        if self._nodes is not None:
            next_intensity(self._nodes)
        self._tell_intensity()

    def forget(self) -> None:
        """Leave the views alone: their case is gone, or another one comes."""
        for helper in (self._link, self._letters, self._window):
            if helper is not None:
                helper.off()
        self._nodes, self._slice_nodes, self._spot = None, {}, None
        self._link = self._letters = self._window = None
        self._tell_intensity()

    # ---- two scans of a comparison ----------------------------------------------------------------------------------

    def show_comparison(self, comparison: Comparison, shown: tuple[int, int]) -> None:
        """Show two scans of a comparison side by side, in place of the case, until ``forget_comparison``."""
        self.forget_comparison()
        self._comparison = ComparisonViews(slicer.mrmlScene, comparison, shown, report_language())
        slicer.app.processEvents()
        if self._comparison is None:  # closed meanwhile
            return
        self._comparison.fit()
        by_scan = [self._comparison.of_scan(place) for place in (0, 1)]
        for slice_nodes in by_scan:
            _whiten(slice_nodes)
        self._comparison_letters = [SideLetters(slice_nodes) for slice_nodes in by_scan]
        qt.QTimer.singleShot(200, self._fit_comparison_again)

    def centre_comparison_on(self, lesion: LesionCourse) -> None:
        """Centre the views of both scans on a lesion's place."""
        if self._comparison is not None:
            self._comparison.centre_on(lesion)

    def forget_comparison(self) -> None:
        """Take the two scans out of the scene again."""
        for letters in self._comparison_letters:
            letters.off()
        self._comparison_letters = []
        shown, self._comparison = self._comparison, None
        if shown is not None:
            shown.close()
            # The window may have another size by now, and the views get theirs when Qt comes around to it.
            self._fit_again()
            qt.QTimer.singleShot(200, self._fit_again)

    def shows_in_comparison(self, node: Any) -> bool:
        """Say whether a node belongs to the two scans."""
        return self._comparison is not None and self._comparison.owns(node)

    def _fit_comparison_again(self) -> None:
        if self._comparison is not None:
            self._comparison.fit()

    def _fit_again(self) -> None:
        if self._nodes is not None:
            fit_views(self._nodes, self._slice_nodes)
            if self._spot is not None:
                centre_on(self._nodes, self._spot, self._slice_nodes)

    def _tell_intensity(self) -> None:
        button = self._ui.intensityButton
        button.enabled = self._nodes is not None
        button.checked = self._nodes is not None and intensity(self._nodes) == SATURATED


def _whiten(slice_nodes: dict[str, Any]) -> None:
    """Make the ground beside the image white, as the paper of a film: inverse grey on black is hard to read."""
    manager = slicer.app.layoutManager()
    for node in slice_nodes.values():
        widget = manager.sliceWidget(node.GetLayoutName()) if manager and node.IsA("vtkMRMLSliceNode") else None
        if widget is not None:
            widget.sliceView().setBackgroundColor(qt.QColor("white"))
