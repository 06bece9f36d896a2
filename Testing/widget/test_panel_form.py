"""The form itself: every control explained, every parameter bound, nothing heavy behind it."""

from __future__ import annotations

import subprocess
import sys
import types
import typing
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
FORM = ROOT / "BoneMetSeg" / "Resources" / "UI" / "BoneMetSeg.ui"
CONTROLS = {
    "QPushButton",
    "QCheckBox",
    "QComboBox",
    "QLineEdit",
    "QTableWidget",
    "QTextBrowser",
    "QProgressBar",
    "ctkCollapsibleButton",
    "ctkPathLineEdit",
    "qMRMLNodeComboBox",
}


def test_every_parameter_that_the_form_names_exists(panel):
    named = {element.find("string").text for element in ET.parse(FORM).iter("property")
             if element.get("name") == "SlicerParameterName"}  # fmt: skip
    known = set(typing.get_type_hints(sys.modules["BoneMetSeg"].BoneMetSegParameterNode))
    assert named
    assert named <= known


def test_no_parameter_is_of_a_type_that_slicer_cannot_connect(panel):
    """Slicer's connectors know ``typing.Union``, not ``X | Y``."""
    hints = typing.get_type_hints(sys.modules["BoneMetSeg"].BoneMetSegParameterNode)
    assert not [name for name, kind in hints.items() if typing.get_origin(kind) is types.UnionType]


def test_every_control_says_what_it_does(reviewed):
    silent = []
    for element in ET.parse(FORM).iter("widget"):
        if element.get("class") in CONTROLS:
            name = element.get("name")
            if not str(getattr(reviewed.ui, name).toolTip).strip():
                silent.append(name)
    assert silent == []


def test_every_column_says_what_it_shows(reviewed):
    table = reviewed.table
    assert all(table.horizontalHeaderItem(column).toolTip() for column in range(table.columnCount))


def test_the_keys_are_named_in_the_panel(panel):
    for key in ("A accept", "X reject", "N next", "P previous", "I intensity", "Ctrl+Z", "Ctrl+Y"):
        assert key in panel.ui.keysLabel.text


def test_research_use_is_said(panel):
    assert "research use only" in panel.ui.researchUseLabel.text.lower()


def test_choices_are_shown_in_words(panel):
    box = panel.ui.deviceComboBox
    assert [box.itemText(index) for index in range(box.count)] == ["automatic", "CPU", "GPU (CUDA)"]


@pytest.mark.parametrize("property_name", ["addEnabled", "removeEnabled"])
def test_the_boxes_of_nodes_make_and_delete_nothing(panel, property_name):
    for box in (panel.ui.scanSelector, panel.ui.otherViewSelector, panel.ui.reportSelector):
        assert getattr(box, property_name) is False


_IMPORT = """
import sys, time, tempfile, pathlib
from Testing.slicer_application.application import start_application
application = start_application(pathlib.Path(tempfile.mkdtemp()))
import SimpleITK
sys.path.insert(0, "BoneMetSeg")
before = set(sys.modules)
start = time.perf_counter()
import BoneMetSeg
seconds = time.perf_counter() - start
heavy = {"torch", "transformers", "matplotlib", "monai", "scipy", "pydicom"} & (set(sys.modules) - before)
print(f"RESULT {seconds:.3f} {sorted(heavy)}", flush=True)
import os
os._exit(0)
"""


def test_importing_the_module_is_quick_and_pulls_in_nothing_heavy(slicer_application):
    done = subprocess.run([sys.executable, "-c", _IMPORT], cwd=ROOT, capture_output=True, text=True, check=False)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT")] or [done.stderr]
    _word, seconds, heavy = line.split(maxsplit=2)
    assert heavy == "[]"
    assert float(seconds) < 0.3
