"""The tests that run inside Slicer run here too, the very same files, in the double of Slicer."""

from __future__ import annotations

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
