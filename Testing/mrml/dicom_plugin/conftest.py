"""Slicer with our DICOM plugin."""

from __future__ import annotations

import importlib
import sys
import types

import pytest

from BoneMetSegLib import scene_boot


@pytest.fixture
def a_slicer(monkeypatch):
    """Slicer with an empty scene and DICOM database, our plugin registered as Slicer registers it."""
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    from Testing.mrml.dicom_module import Database, forget, stand_in_modules

    booted = scene_boot._boot.__wrapped__()  # a scene of its own
    scene = booted.scene
    errors: list[str] = []
    status: list[str] = []
    modules = types.SimpleNamespace()
    monkeypatch.setattr(slicer, "mrmlScene", scene, raising=False)
    monkeypatch.setattr(slicer, "dicomDatabase", Database(), raising=False)
    monkeypatch.setattr(slicer, "modules", modules, raising=False)
    settings: dict[str, str] = {}
    settings_of_user = types.SimpleNamespace(value=settings.get, setValue=settings.__setitem__)
    monkeypatch.setattr(slicer, "app", types.SimpleNamespace(userSettings=lambda: settings_of_user), raising=False)
    monkeypatch.setattr(slicer.util, "errorDisplay", lambda text, **_: errors.append(text), raising=False)
    monkeypatch.setattr(slicer.util, "showStatusMessage", lambda text, _ms: status.append(text), raising=False)
    for name, module in stand_in_modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    forget(["DICOMPlanarBoneScanPlugin"])
    hook = importlib.import_module("DICOMPlanarBoneScanPlugin")
    parent = types.SimpleNamespace()
    hook.DICOMPlanarBoneScanPlugin(parent)
    plugin = modules.dicomPlugins["DICOMPlanarBoneScanPlugin"]()
    yield types.SimpleNamespace(
        scene=scene, database=slicer.dicomDatabase, plugin=plugin, parent=parent, errors=errors, status=status,
        booted=booted,
    )  # fmt: skip
    forget(["DICOMPlanarBoneScanPlugin"])
