"""The reading layouts as pictures: ``python -m Testing.screenshots.views FOLDER``.

A simulated patient, segmented with the bundled weights, and an invented SPECT; drawn by Slicer's own displayable
managers, offscreen.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

if sys.platform == "linux":
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

from BoneMetSegLib.jobs import ModelShelf, SegmentRequest, segment_case
from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_boot import mrml
from BoneMetSegLib.scene_focus import bring_out, centre_on, centre_on_place
from BoneMetSegLib.scene_intensity import show_intensity
from BoneMetSegLib.scene_layouts import fit_views, show_planar, show_spect
from BoneMetSegLib.scene_letters import SideLetters
from BoneMetSegLib.scene_link import ViewLink
from BoneMetSegLib.scene_spect import build_spect_scene
from model_training.demo import write_simulated_case
from Testing.mrml.slice_window import SliceWindow
from Testing.mrml.volume_window import VolumeWindow
from Testing.screenshots.invented_spect import invented_spect

PLANAR_SIZE = (480, 900)
SPECT_SIZE = (520, 420)
_GAP_PX = 4


def main(folder: Path) -> list[Path]:
    """Write all pictures and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [*planar_pictures(folder), *spect_pictures(folder)]


def planar_pictures(folder: Path) -> list[Path]:
    """Both views: as they come, saturated, and centred on a hot spot."""
    with tempfile.TemporaryDirectory() as work:
        scan, report = write_simulated_case(Path(work))
        case = segment_case(SegmentRequest((scan,), Path(work) / "case", report=report, scene=False), ModelShelf())
    with build_scene(case.scan, case.hot_spots, None) as nodes:
        views = show_planar(nodes)
        windows = [SliceWindow(mrml(), node, PLANAR_SIZE) for node in views.values()]
        fit_views(nodes, views)
        with SideLetters(views), ViewLink(views):
            written = [_save(folder / "views_planar.png", [windows])]
            show_intensity(nodes, "saturated")
            written.append(_save(folder / "views_planar_saturated.png", [windows]))
            show_intensity(nodes, "normal")
            across, down, depth = views["anterior"].GetFieldOfView()
            views["anterior"].SetFieldOfView(across / 3, down / 3, depth)
            lesions = [spot for spot in case.hot_spots if spot.accepted and spot.hot_spot_class == "metastasis"]
            centre_on(nodes, max(lesions, key=lambda spot: min(view.area_mm2 for view in spot.views.values())), views)
            written.append(_save(folder / "views_planar_hot_spot.png", [windows]))
            bring_out(nodes, None)
        for window in windows:
            window.close()
    return written


def spect_pictures(folder: Path) -> list[Path]:
    """Three planes and MIP through a focus."""
    scan, focus = invented_spect()
    with build_spect_scene(scan) as nodes:
        views = show_spect(nodes)
        windows = {
            name: (VolumeWindow if name == "MIP" else SliceWindow)(mrml(), node, SPECT_SIZE)
            for name, node in views.items()
        }
        fit_views(nodes, views)
        centre_on_place(focus, views)
        rows = [[windows["Axial"], windows["Sagittal"]], [windows["Coronal"], *filter(None, [windows.get("MIP")])]]
        with SideLetters(views):
            written = [_save(folder / "views_spect.png", rows)]
            show_intensity(nodes, "saturated")
            written.append(_save(folder / "views_spect_saturated.png", rows))
        for window in windows.values():
            window.close()
    return written


def _save(path: Path, rows: list[list]) -> Path:
    """Write rows of windows as one picture, with a grey line between them as between panes."""
    from matplotlib.image import imsave

    drawn = [_joined([window.picture() for window in row], axis=1) for row in rows]
    imsave(path, _joined(drawn, axis=0).astype(np.uint8))
    return path


def _joined(pictures: list[np.ndarray], axis: int) -> np.ndarray:
    shape = list(pictures[0].shape)
    shape[axis] = _GAP_PX
    line = np.full(shape, 90)
    parts = [part for picture in pictures for part in (line, picture)][1:]
    return np.concatenate(parts, axis=axis)


if __name__ == "__main__":
    for picture in main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("Resources/Screenshots")):
        sys.stdout.write(f"{picture}\n")
