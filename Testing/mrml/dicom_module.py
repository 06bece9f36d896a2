"""Doubles of Slicer's DICOM module, as far as a plugin meets it: database, loadable, base class, choosing and loading.

They behave as Slicer's do (5.10 and later) on real files; the subject hierarchy is Slicer's own.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from pathlib import Path

import pydicom
import slicer

SERIES = "0020,000E"


class Database:
    """``slicer.dicomDatabase``: elements of files by their tags, as text; sequences have none.

    Attributes
    ----------
    questions : list of (str, str)
        Each file and tag that was asked for.
    """

    def __init__(self) -> None:
        self.questions: list[tuple[str, str]] = []
        self._known: dict[str, dict[str, str]] = {}

    def add(self, file: str, values: dict[str, str]) -> None:
        """Let the database know a file without there being one."""
        self._known[file] = values

    def fileValue(self, file: str, tag: str) -> str:  # noqa: N802
        self.questions.append((file, tag))
        if file in self._known:
            return self._known[file].get(tag.upper(), "")
        element = pydicom.dcmread(file, stop_before_pixels=True).get(tuple(int(part, 16) for part in tag.split(",")))
        if element is None or element.VR == "SQ" or element.value is None:
            return ""
        values = element.value if element.VM > 1 else [element.value]
        return "\\".join(str(value) for value in values)

    def series(self, folder: Path) -> list[tuple[str, ...]]:
        """Return the files under a folder, a tuple for each series, as the DICOM module hands them over."""
        found: dict[str, list[str]] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            found.setdefault(self.fileValue(path.as_posix(), SERIES), []).append(path.as_posix())
        return [tuple(files) for files in found.values()]


class DICOMLoadable:
    """``DICOMLib.DICOMLoadable``."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.name = "Unknown"
        self.tooltip = self.warning = ""
        self.selected = False
        self.confidence = 0.5


class DICOMPlugin:
    """``DICOMLib.DICOMPlugin``: the base class of plugins."""

    def __init__(self) -> None:
        self.loadType = "Generic DICOM"
        self.tags = {"seriesInstanceUID": SERIES, "instanceUID": "0008,0018", "modality": "0008,0060"}

    def examineForImport(self, _file_lists):  # noqa: N802
        return []

    def examine(self, file_lists):
        return self.examineForImport(file_lists)

    def addSeriesInSubjectHierarchy(self, loadable, node):  # noqa: N802
        """Make the item of a volume, and those of its study and patient where they are missing."""
        names = slicer.vtkMRMLSubjectHierarchyConstants
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        first = loadable.files[0]

        def value(tag: str) -> str:
            return slicer.dicomDatabase.fileValue(first, tag)

        item = hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)
        hierarchy.SetItemUID(item, names.GetDICOMUIDName(), value(SERIES))
        uids = " ".join(slicer.dicomDatabase.fileValue(file, "0008,0018") for file in loadable.files)
        hierarchy.SetItemUID(item, names.GetDICOMInstanceUIDName(), uids)
        study_uid = value("0020,000D")
        patient_id = value("0010,0020") or f"Patient-{study_uid}"
        is_new = not hierarchy.GetItemByUID(names.GetDICOMUIDName(), patient_id)
        slicer.vtkSlicerSubjectHierarchyModuleLogic.InsertDicomSeriesInHierarchy(
            hierarchy, patient_id, study_uid, value(SERIES)
        )
        if is_new:
            patient = hierarchy.GetItemByUID(names.GetDICOMUIDName(), patient_id)
            hierarchy.SetItemAttribute(patient, names.GetDICOMPatientIDAttributeName(), patient_id)
            hierarchy.SetItemName(patient, value("0010,0010") or "No name")


class ScalarVolumePlugin(DICOMPlugin):
    """What Slicer's own reader offers for any series of images."""

    def examineForImport(self, file_lists):  # noqa: N802
        loadables = []
        for files in file_lists:
            loadable = DICOMLoadable()
            loadable.files, loadable.name, loadable.selected = list(files), "scalar volume", True
            loadables.append(loadable)
        return loadables

    def load(self, _loadable):
        raise AssertionError("Slicer's own reader would make axial slices of it")


def choose(by_plugin: dict) -> None:
    """Select for each series (of a loadable's first file) what has the highest confidence, as Slicer does."""
    by_series: dict[str, list[DICOMLoadable]] = {}
    for loadable in (loadable for loadables in by_plugin.values() for loadable in loadables):
        by_series.setdefault(slicer.dicomDatabase.fileValue(loadable.files[0], SERIES), []).append(loadable)
    for loadables in by_series.values():
        highest = max(loadable.confidence for loadable in loadables)
        for loadable in loadables:
            loadable.selected = loadable.confidence == highest


def uncheck_same_files(by_plugin: dict) -> None:
    """Leave one checked of a plugin's loadables with the same files, as the table of the DICOM module does."""
    for loadables in by_plugin.values():
        for index, loadable in enumerate(loadables):
            if any(set(one.files) == set(loadable.files) and one.selected for one in loadables[:index]):
                loadable.selected = False


def load_selected(by_plugin: dict) -> list:
    """Load what is selected; return what the plugins returned."""
    chosen = [(plugin, one) for plugin, loadables in by_plugin.items() for one in loadables if one.selected]
    return [plugin.load(one) for plugin, one in chosen]


def stand_in_modules(translations: dict[str, str] | None = None) -> dict[str, types.ModuleType]:
    """Return the modules that a plugin imports from Slicer and that slicer-core lacks."""
    dicom = types.ModuleType("DICOMLib")
    dicom.DICOMLoadable, dicom.DICOMPlugin = DICOMLoadable, DICOMPlugin
    i18n = types.ModuleType("slicer.i18n")
    i18n.tr = lambda text: (translations or {}).get(text, text)
    return {"DICOMLib": dicom, "slicer.i18n": i18n}


def forget(names: Iterable[str]) -> None:
    """Let the next import read these modules again."""
    for name in names:
        sys.modules.pop(name, None)
