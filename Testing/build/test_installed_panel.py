"""The panel of the installed tree: opened, filled with a sample, segmented by a worker that knows no other library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from Testing.build.module_files import CHECKOUT
from Testing.slicer_application.reasons import reason_to_skip

_SCRIPT = """
import os, sys
from pathlib import Path
modules, checkout, temporary = sys.argv[1:]
sys.path[:0] = [modules, checkout]  # the checkout for the double of Slicer alone
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from Testing.slicer_application import start_application
application = start_application(Path(temporary))
application.load_module(Path(modules) / "BoneMetSeg.py")
panel = application.open_module("BoneMetSeg")
import BoneMetSegLib, BoneMetSegPanel, slicer
for package in (BoneMetSegLib, BoneMetSegPanel):
    assert package.__file__.startswith(modules), package.__file__
from BoneMetSegPanel.sample_data import load_planar_sample
load_planar_sample()
assert panel.ui.applyButton.enabled, panel.ui.applyButton.toolTip
panel.ui.applyButton.click()
application.wait_until(lambda: not panel.panel.run.is_running, 120)
print(panel.ui.summaryLabel.text)
assert panel.ui.hotSpotTable.rowCount > 0
assert not application.slot_errors, application.slot_errors
panel.cleanup()
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip() or "")
def test_the_installed_panel_segments_the_sample(an_extension, tmp_path):
    finished = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(an_extension.modules), str(CHECKOUT), str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": "", "PYTHONIOENCODING": "utf-8"},
        check=False,
        timeout=250,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Research use only" in finished.stdout
