"""``DICOMLib`` with ``DICOMUtils``: a temporary database, import and loading, as far as our tests in Slicer use them.

Database and plugin base class are those of ``Testing/mrml/dicom_module.py``.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import slicer

from Testing.mrml.dicom_module import Database, ScalarVolumePlugin, choose, load_selected, stand_in_modules

# ruff: noqa: N802, N803, N815 - the names are Slicer's


class _TemporaryDatabase(Database):
    isOpen = True

    def __init__(self) -> None:
        super().__init__()
        self.folder: Path | None = None

    def patients(self) -> tuple[str, ...]:
        return ("1",) if self.folder else ()

    def fileForInstance(self, _uid: str) -> str:
        return ""


@contextmanager
def TemporaryDICOMDatabase(directory: str) -> Iterator[_TemporaryDatabase]:
    """Take the place of the user's database for a while."""
    assert isinstance(directory, str)
    before = getattr(slicer, "dicomDatabase", None)
    slicer.dicomDatabase = _TemporaryDatabase()
    try:
        yield slicer.dicomDatabase
    finally:
        if before is None:
            del slicer.dicomDatabase
        else:
            slicer.dicomDatabase = before


def importDicom(dicomDataDir: str, dicomDatabase: _TemporaryDatabase) -> None:
    """Import a folder."""
    dicomDatabase.folder = Path(dicomDataDir)


def loadPatientByUID(_patient: str) -> list[str]:
    """Load what the plugins offer with the highest confidence; return the ids of the nodes."""
    database = slicer.dicomDatabase
    series = database.series(database.folder)
    plugins = [ScalarVolumePlugin(), *(plugin() for plugin in slicer.modules.dicomPlugins.values())]
    by_plugin = {plugin: plugin.examineForImport(series) for plugin in plugins}
    choose(by_plugin)
    return [node.GetID() for node in load_selected(by_plugin) if node is not None]


def dicom_modules() -> dict[str, types.ModuleType]:
    """Return the modules that stand in for Slicer's."""
    library = stand_in_modules()["DICOMLib"]
    library.DICOMUtils = types.ModuleType("DICOMLib.DICOMUtils")
    for function in (TemporaryDICOMDatabase, importDicom, loadPatientByUID):
        setattr(library.DICOMUtils, function.__name__, function)
    return {"DICOMLib": library, "DICOMLib.DICOMUtils": library.DICOMUtils}
