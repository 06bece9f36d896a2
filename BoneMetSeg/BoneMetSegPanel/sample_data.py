"""Sample cases for the module Sample Data: simulated patients, shipped with the extension; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.scene_layouts import show_planar, show_spect
from BoneMetSegLib.scene_nodes import SceneNodes

from .scan_loading import load_scan
from .translation import report_language

CATEGORY = "BoneMetSeg"
# Scripts find samples by these names: they are the same in every language.
PLANAR_NAME, SPECT_NAME = "SimulatedPlanarBoneScan", "SimulatedBoneSPECT"


@dataclass(frozen=True)
class Sample:
    """One sample case.

    Attributes
    ----------
    name : str
    files : str
        First words of its files in ``Resources/SampleData``.
    load : callable
        Puts it into the scene and returns its nodes.
    """

    name: str
    files: str
    load: Callable[[], SceneNodes]

    @property
    def scan_path(self) -> Path:
        """Its scan."""
        return _file(f"{self.files}.dcm")

    @property
    def thumbnail_path(self) -> Path:
        """Its picture."""
        return _file(f"{self.files}.png")


def register() -> None:
    """Offer the sample cases in the module Sample Data, where that module is there."""
    try:
        import SampleData
    except ImportError:
        return
    for sample in samples():
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category=CATEGORY,
            sampleName=sample.name,
            # A file on this computer: a script that asks for the bare file gets a copy of it.
            uris=sample.scan_path.resolve().as_uri(),
            fileNames=sample.scan_path.name,
            customDownloader=lambda _source, load=sample.load: _load(load),
            thumbnailFileName=str(sample.thumbnail_path),
        )


def samples() -> tuple[Sample, ...]:
    """Return the sample cases."""
    return (
        Sample(PLANAR_NAME, "simulated_planar", load_planar_sample),
        Sample(SPECT_NAME, "simulated_spect", load_spect_sample),
    )


def load_planar_sample() -> SceneNodes:
    """Put the simulated planar scan and its report into the scene, show both views and choose them in the panel."""
    nodes = load_scan([_file("simulated_planar.dcm")], _("Simulated planar scan"), _report("simulated_planar"))
    _choose(nodes.volumes["anterior"], nodes.volumes["posterior"], nodes.text)
    _show(nodes, show_planar)
    return nodes


def load_spect_sample() -> SceneNodes:
    """Put the simulated SPECT volume and its report into the scene, show three planes and choose it in the panel."""
    nodes = load_scan([_file("simulated_spect.dcm")], _("Simulated scan"), _report("simulated_spect"))
    _choose(nodes.volumes["spect"], None, nodes.text)
    _show(nodes, show_spect)
    return nodes


# ---- inside ----------------------------------------------------------------------------------------------------------


def _load(load: Callable[[], SceneNodes]) -> list[Any]:
    """Load a sample at a click; what goes wrong is shown to the user."""
    with slicer.util.tryWithErrorDisplay(_("The sample case could not be loaded."), waitCursor=True):
        nodes = load()
    return list(nodes.volumes.values())


def _file(name: str) -> Path:
    return resource_path("SampleData", name)


def _report(name: str) -> str:
    return _file(f"{name}_report_{report_language()}.txt").read_text(encoding="utf-8")


def _show(nodes: SceneNodes, show: Callable[[SceneNodes], Any]) -> None:
    """Show a scan in the panel's views; without a window in the scene's alone."""
    if slicer.util.mainWindow() is None:
        show(nodes)
        return
    slicer.util.getModuleWidget("BoneMetSeg").panel.views.show(nodes)


def _choose(scan: Any, other_view: Any, report: Any) -> None:
    """Make a scan and its report the module's inputs."""
    from BoneMetSeg import BoneMetSegLogic

    parameters = BoneMetSegLogic().getParameterNode()
    parameters.scan, parameters.otherView, parameters.report = scan, other_view, report
