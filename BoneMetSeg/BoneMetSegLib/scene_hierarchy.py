"""Patient, study and nodes of a case in the subject hierarchy (floor 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .scan import Scan
from .scene_boot import slicer_package


def hierarchy_of(scene: Any) -> Any:
    """Return the scene's subject hierarchy node, made if missing."""
    return slicer_package().vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)


def add_to_hierarchy(
    scene: Any, scan: Scan, names: tuple[str, str], nodes: Sequence[Any]
) -> tuple[int, int, tuple[int, ...]]:
    """Make items for patient, study and nodes: outside the application nothing else makes them.

    Parameters
    ----------
    names : tuple of str
        Of the study's and the patient's item.
    nodes : sequence of vtkMRMLNode
        What the application has put at the root already is moved under the study; what a DICOM plugin has put under a
        study stays there.

    Returns
    -------
    tuple
        Patient item, study item, and the items made or moved for nodes.
    """
    hierarchy = hierarchy_of(scene)
    identity = scan.identity
    case_name, patient_name = names
    root = hierarchy.GetSceneItemID()
    subject = identity.patient_id and hierarchy.GetItemByUID("DICOM", identity.patient_id)
    if not subject:
        subject = hierarchy.CreateSubjectItem(root, patient_name)
        _set_known(hierarchy, subject, "DICOM.PatientName", identity.patient_name)
        _set_known(hierarchy, subject, "DICOM.PatientID", identity.patient_id)
        if identity.patient_id:
            hierarchy.SetItemUID(subject, "DICOM", identity.patient_id)
    uid = identity.study_instance_uid
    study = uid and hierarchy.GetItemByUID("DICOM", uid)
    if not study:
        study = hierarchy.CreateStudyItem(subject, case_name)
        _set_known(hierarchy, study, "DICOM.StudyInstanceUID", uid)
        _set_known(hierarchy, study, "DICOM.StudyDate", scan.acquisition_date)
        _set_known(hierarchy, study, "DICOM.AccessionNumber", identity.accession_number)
        if uid:
            hierarchy.SetItemUID(study, "DICOM", uid)
    items = []
    for node in nodes:
        item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(root, node)
        if hierarchy.GetItemParent(item) == root:
            hierarchy.SetItemParent(item, study)
            items.append(item)
    return subject, study, tuple(items)


def _set_known(hierarchy: Any, item: int, attribute: str, value: str) -> None:
    if value:
        hierarchy.SetItemAttribute(item, attribute, value)
