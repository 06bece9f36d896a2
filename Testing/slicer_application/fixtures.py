"""The fixture that widget tests use."""

from __future__ import annotations

import pytest

from Testing.slicer_application.application import start_application
from Testing.slicer_application.reasons import reason_to_skip


@pytest.fixture
def slicer_application(tmp_path):
    """Slicer with an empty scene; errors in slots, and questions nobody answered, fail the test."""
    if reason := reason_to_skip():
        pytest.skip(reason)
    folder = tmp_path / "slicer-application"
    folder.mkdir()
    application = start_application(folder)
    yield application
    application.stop()
    assert not application.slot_errors, application.slot_errors
    assert not application.vtk_errors.texts, application.vtk_errors.texts
    assert not application.dialogs.unused_answers, application.dialogs.unused_answers
