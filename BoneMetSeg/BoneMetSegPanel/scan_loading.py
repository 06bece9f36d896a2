"""A scan from files into the scene, through the library and without the DICOM database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.scene_hierarchy import add_to_hierarchy
from BoneMetSegLib.scene_nodes import SceneNodes, add_text
from BoneMetSegLib.scene_spect import build_spect_scene
from BoneMetSegLib.scene_volumes import add_planar_volumes

from .translation import report_language


def load_scan(
    paths: Sequence[str | Path], name: str, report_text: str | None = None, *, view: str | None = None
) -> SceneNodes:
    """Put a scan, and its report if there is one, into the scene under its patient and study.

    Parameters
    ----------
    paths : sequence of path
        As of ``read_scan``.
    name : str
        First words of the nodes' names. Never an identity: node names become file names.
    report_text : str, optional
    view : {"anterior", "posterior"}, optional
        Of a single image that does not say it.

    Raises
    ------
    BoneMetSegLib.errors.InputError
        The files are no bone scan that can be used.
    """
    scene, scan = slicer.mrmlScene, read_scan(paths, view=view)
    if not isinstance(scan, PlanarScan):
        return build_spect_scene(scan, report_text, scene=scene, lang=report_language(), case_name=name)
    words = {"anterior": _("anterior"), "posterior": _("posterior")}
    volumes = add_planar_volumes(scene, scan, {view: f"{name} {words[view]}" for view in scan.views})
    text = None if report_text is None else add_text(scene, report_text, f"{name} {_('report')}")
    nodes = [*volumes.values(), *([text] if text else [])]
    patient, study, items = add_to_hierarchy(scene, scan, (name, _("Patient")), nodes)
    return SceneNodes(scene, volumes, {}, None, text, patient, study, items, tuple(volumes))
