"""Widget tests run inside the double of Slicer, with a simulated scan and the bundled weights, or a painted case."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from BoneMetSegLib import bundle as bundles
from Testing.command_line.command import REPORT_ZH as REPORT
from Testing.command_line.conftest import planted, scan_file
from Testing.library.tiny_spect_bundle import write_thresholding_spect_bundle
from Testing.slicer_application.fixtures import slicer_application
from Testing.widget.open_panel import OpenPanel
from Testing.widget.painted_case import write_painted_case

__all__ = ["REPORT", "planted", "scan_file", "slicer_application"]


@pytest.fixture(scope="session")
def finished_folder(tmp_path_factory) -> Path:
    """A case with its report, of known hot spots; copy it before changing it."""
    out = tmp_path_factory.mktemp("case") / "out"
    write_painted_case(out)
    return out


@pytest.fixture
def panel(slicer_application, tmp_path):
    """The panel, opened in an empty scene and shown."""
    for name in [name for name in sys.modules if name.startswith("BoneMetSegPanel")]:
        del sys.modules[name]
    opened = OpenPanel(slicer_application)
    yield opened
    leftovers = list(opened.temporary_folder.glob("BoneMetSeg-*"))
    assert not leftovers, leftovers


@pytest.fixture
def reviewed(panel, finished_folder, tmp_path):
    """The panel with a finished case loaded from its folder."""
    folder = tmp_path / "case"
    shutil.copytree(finished_folder, folder)
    panel.panel.load_case(folder)
    return panel


@pytest.fixture
def without_spect_bundle(monkeypatch, tmp_path):
    """An installation that came without a bundle for SPECT."""
    planar = bundles.default_bundle("planar")
    monkeypatch.setattr(bundles, "resource_path", lambda *_parts: tmp_path / "Models")
    (tmp_path / "Models").mkdir()
    shutil.copytree(planar, tmp_path / "Models" / "planar")


@pytest.fixture(scope="session")
def spect_bundle(tmp_path_factory) -> Path:
    """A model for volumes that calls hot what is bright, and knows left from right."""
    return write_thresholding_spect_bundle(tmp_path_factory.mktemp("bundle") / "spect").folder
