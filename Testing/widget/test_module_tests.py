"""The tests that run inside Slicer run here too, the very same files, in the double of Slicer."""

from __future__ import annotations

import importlib
import sys
import unittest
from pathlib import Path

import pytest

from Testing.slicer_application.reasons import reason_to_skip

if reason_to_skip():
    pytest.skip(reason_to_skip(), allow_module_level=True)

MODULE = Path(__file__).resolve().parents[2] / "BoneMetSeg" / "BoneMetSeg.py"


@pytest.fixture
def slicer_with_module(slicer_application):
    slicer_application.load_module(MODULE)
    slicer_application.start_up()
    return slicer_application


def test_the_modules_own_test_passes(slicer_with_module, caplog):
    import slicer

    slicer.selfTests["BoneMetSeg"]()
    assert "not tested" not in caplog.text


def test_the_modules_own_test_passes_without_torch_and_says_what_it_left_out(slicer_with_module, monkeypatch):
    import slicer

    from BoneMetSegPanel import self_test

    said: list[str] = []
    monkeypatch.setattr(self_test, "missing_packages", lambda _requirements: ["torch>=2.4"])
    monkeypatch.setattr(slicer.util, "delayDisplay", lambda message, *_: said.append(message))
    slicer.selfTests["BoneMetSeg"]()
    assert any("torch>=2.4 not installed" in message for message in said)


def run_as_ctest_does(name: str, monkeypatch) -> unittest.TestResult:
    """Run a script of Testing/Python by its name, as Slicer's ``runUnitTest`` does."""
    monkeypatch.syspath_prepend(str(MODULE.parent / "Testing" / "Python"))
    sys.modules.pop(name, None)
    result = unittest.TestResult()
    unittest.TestLoader().loadTestsFromModule(importlib.import_module(name)).run(result)
    sys.modules.pop(name, None)
    assert not result.errors, result.errors[0][1]
    assert not result.failures, result.failures[0][1]
    return result


def test_review_bundle_and_folder_are_tested_inside_slicer(slicer_with_module, monkeypatch):
    assert run_as_ctest_does("BoneMetSegSceneTest", monkeypatch).testsRun >= 4


def test_they_are_tested_without_a_main_window_too(slicer_with_module, monkeypatch):
    slicer_with_module.window.setObjectName("")  # as with --no-main-window
    assert run_as_ctest_does("BoneMetSegSceneTest", monkeypatch).testsRun >= 4


def test_the_dicom_plugin_is_tested_inside_slicer(slicer_with_module, monkeypatch):
    import slicer

    from Testing.widget.dicom_utils import dicom_modules

    for name, module in dicom_modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    slicer_with_module.load_module(MODULE.with_name("DICOMPlanarBoneScanPlugin.py"))
    assert run_as_ctest_does("BoneMetSegDICOMTest", monkeypatch).testsRun >= 2
    assert "DICOMPlanarBoneScanPlugin" in slicer.modules.dicomPlugins


def test_every_script_of_the_folder_is_run_here():
    """A new one gets a test above."""
    names = {path.stem for path in (MODULE.parent / "Testing" / "Python").glob("*.py")}
    assert names == {"BoneMetSegSceneTest", "BoneMetSegDICOMTest"}
