"""A case, and its folder written by the library."""

from __future__ import annotations

import pytest

from Testing.library.case_folder.case_on_disk import (
    FOCI,
    write,
)
from Testing.library.synthetic_case import (
    a_case,
    a_report,
)


@pytest.fixture(autouse=True)
def _without_pictures(request, monkeypatch):
    """The picture is tested elsewhere and takes a second."""
    if "picture" not in request.fixturenames:
        monkeypatch.setattr("BoneMetSegLib.figures.draw_overlay", lambda *_, **__: None)


@pytest.fixture
def picture():
    """Ask for this to have overlay.png drawn."""


@pytest.fixture
def case():
    report, mentions = a_report()
    return a_case(FOCI, report=report, mentions=mentions)


@pytest.fixture
def out(tmp_path, case):
    write(tmp_path / "OUT", case)
    return tmp_path / "OUT"
