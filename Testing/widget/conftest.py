"""Widget tests run inside the double of Slicer; the panel's with a simulated scan and the bundled weights."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from Testing.command_line.conftest import planted, scan_file
from Testing.slicer_application.fixtures import slicer_application
from Testing.widget.open_panel import OpenPanel

__all__ = ["planted", "scan_file", "slicer_application"]

REPORT = (
    "检查所见：左侧髂骨见团块状放射性异常浓聚灶，余骨未见明显异常放射性浓聚灶。双肾、膀胱显影。\n"
    "诊断意见：左侧髂骨放射性浓聚灶，考虑骨转移。"
)


@pytest.fixture(scope="session")
def finished_folder(scan_file, tmp_path_factory) -> Path:
    """The case that the bundled weights make of the scan with its report; copy it before changing it."""
    from BoneMetSegLib.jobs import ModelShelf, SegmentRequest, segment_case

    out = tmp_path_factory.mktemp("case") / "out"
    request = SegmentRequest((scan_file,), out, report_text=REPORT, scene=False, pictures=False)
    segment_case(request, ModelShelf())
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
