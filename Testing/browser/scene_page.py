"""A page that shows a scene file as the file itself says, in two slice views: ``python scene_page.py SCENE PORT``.

trame-slicer draws the views on this machine and sends pictures to the browser.
"""

from __future__ import annotations

import sys

from trame.app import TrameApp
from trame.ui.html import DivLayout
from trame_slicer.core import LayoutManager, SlicerApp
from trame_slicer.rca_view import register_rca_factories
from trame_slicer.views import Layout, LayoutDirection, ViewLayoutDefinition


class ScenePage(TrameApp):
    """The slice views Red and Yellow side by side, as a bundle of BoneMetSeg arranges them."""

    def __init__(self, scene_file: str, server=None):
        super().__init__(server)
        app = SlicerApp()
        register_rca_factories(app.view_manager, self.server)
        manager = LayoutManager(app.scene, app.view_manager, self.server)
        views = [ViewLayoutDefinition.coronal_view(name) for name in ("Red", "Yellow")]
        manager.register_layout("side by side", Layout(LayoutDirection.Horizontal, views))
        manager.set_layout("side by side")
        with DivLayout(self.server, style="position: fixed; inset: 0;") as page:
            manager.initialize_layout_grid(page)
        if not app.io_manager.load_scene(scene_file):
            raise SystemExit(f"{scene_file} could not be read")
        _draw_again(app.scene)
        self._app = app


def _draw_again(scene) -> None:
    """Connect the volumes' colours again: these views draw while the scene is read, before its colours are there."""
    for display in scene.GetNodesByClass("vtkMRMLScalarVolumeDisplayNode"):
        inverse_grey = display.GetColorNodeID()
        display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
        display.SetAndObserveColorNodeID(inverse_grey)


if __name__ == "__main__":
    page = ScenePage(sys.argv[1])
    page.server.start(port=int(sys.argv[2]), host="127.0.0.1", open_browser=False, show_connection_info=False)
