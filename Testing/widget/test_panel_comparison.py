"""Compare with a prior: folders and cases of the scene, the finding, both scans in the views, nothing left behind."""

from __future__ import annotations

import json

import pytest

from Testing.library.painted_followup import written
from Testing.library.synthetic_case import L3, LEFT_FEMUR, LEFT_RIB_7_BACK, RIGHT_FEMUR


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A scan before treatment, and one eight weeks later with two new lesions of the left."""
    folder = tmp_path_factory.mktemp("cases")
    before = written(folder / "before", [L3, RIGHT_FEMUR], "20240101")
    after = written(folder / "after", [L3, LEFT_FEMUR, LEFT_RIB_7_BACK], "20240301")
    return before, after


@pytest.fixture
def later(panel, folders):
    """The panel with the later scan's case, and the earlier one listed as a prior."""
    panel.panel.load_case(folders[1])
    add_folder(panel, folders[0])
    return panel


def add_folder(panel, folder):
    panel.application.dialogs.answer(str(folder))
    panel.ui.addPriorFolderButton.click()


def cells(panel):
    table = panel.ui.comparisonTable
    return [[table.item(row, column).text() for column in range(table.columnCount)] for row in range(table.rowCount)]


def left_behind(panel, before):
    """Names of nodes that were not there before, but for what Slicer keeps for each slice view that ever was."""
    scene = panel.application.scene
    new = [scene.GetNodeByID(name) for class_name, name in panel.nodes() if (class_name, name) not in before]
    return [
        f"{node.GetClassName()} {node.GetName()}"
        for node in new
        if "Slice" not in node.GetClassName() and "Slice" not in (node.GetName() or "")
    ]


def layout_of(panel):
    return panel.application.app.layoutManager().visible_slice_views()


def test_without_a_case_or_a_prior_nothing_can_be_compared(panel, folders):
    assert not panel.ui.comparisonCollapsibleButton.enabled
    panel.panel.load_case(folders[1])
    assert panel.ui.comparisonCollapsibleButton.enabled
    assert not panel.ui.compareButton.enabled
    add_folder(panel, folders[0])
    assert panel.ui.compareButton.enabled
    panel.ui.priorList.setCurrentRow(0)
    panel.ui.removePriorButton.click()
    assert not panel.ui.compareButton.enabled


def test_the_finding_is_listed_and_both_scans_stand_side_by_side(later):
    before = later.nodes()
    views_before = layout_of(later)
    later.ui.treatmentStartLineEdit.text = "2024-01-05"
    later.ui.compareButton.click()
    assert "2 new" in later.ui.comparisonLabel.text
    assert "PCWG3 S2: PDu" in later.ui.comparisonLabel.text
    rows = cells(later)
    assert [row[3] for row in rows[:2]] == ["new", "new"]
    assert {row[1] for row in rows[:2]} == {"left femur", "left rib 7"}
    assert layout_of(later) == (
        "BoneMetSegEarlierAnterior", "BoneMetSegLaterAnterior",
        "BoneMetSegEarlierPosterior", "BoneMetSegLaterPosterior",
    )  # fmt: skip
    later.ui.comparisonTable.selectRow(0)
    later.ui.closeComparisonButton.click()
    assert later.ui.comparisonLabel.text == ""
    assert layout_of(later) == views_before
    assert left_behind(later, before) == []
    later.press("X")
    assert later.ui.undoButton.enabled


def test_a_case_of_the_scene_is_a_prior_too(panel, folders):
    panel.panel.load_case(folders[0])
    panel.panel.load_case(folders[1])
    panel.ui.addPriorSceneButton.click()
    (action,) = panel.panel.comparison.priors.menu.actions()
    action.trigger()
    panel.panel.comparison.priors.menu.close()
    assert panel.ui.priorList.count == 1
    panel.ui.compareButton.click()
    assert "2 new" in panel.ui.comparisonLabel.text


def test_after_a_step_of_the_review_the_finding_says_that_it_is_of_before(later):
    later.ui.compareButton.click()
    new = next(one.at[1].spots[0] for one in later.panel.comparison.comparison.lesions if one.at[1].state == "new")
    later.click_cell(new)
    later.press("X")
    assert later.ui.comparisonLabel.text.startswith("The review went on")
    later.ui.compareButton.click()
    assert "1 new" in later.ui.comparisonLabel.text


def test_another_patient_is_refused_without_saying_who_and_nothing_changes(later, tmp_path):
    add_folder(later, written(tmp_path / "other", [L3], "20240401", patient_id="ID-9999"))
    before = later.nodes()
    later.ui.compareButton.click()
    assert "different patients" in later.application.dialogs.texts[-1]
    assert "9999" not in later.application.dialogs.texts[-1]
    assert later.nodes() == before
    assert later.panel.comparison.comparison is None


@pytest.mark.parametrize(("answer", "is_compared"), [("No", False), ("Yes", True)])
def test_a_case_that_does_not_say_whose_it_is_is_asked_about(panel, folders, tmp_path, answer, is_compared):
    panel.panel.load_case(folders[1])
    add_folder(panel, written(tmp_path / "nameless", [L3], "20240101", patient_id=""))
    panel.application.dialogs.answer(answer)
    panel.ui.compareButton.click()
    assert "of one patient" in panel.application.dialogs.texts[-1]
    assert (panel.panel.comparison.comparison is not None) == is_compared


def test_a_treatment_start_that_is_no_date_is_said(later):
    later.ui.treatmentStartLineEdit.text = "in spring"
    later.ui.compareButton.click()
    assert "in spring is no date" in later.application.dialogs.texts[-1]


def test_a_damaged_prior_is_said_in_a_sentence(panel, folders, tmp_path):
    panel.panel.load_case(folders[1])
    damaged = written(tmp_path / "damaged", [L3], "20240101")
    (damaged / "maps.npz").write_bytes(b"PK")
    add_folder(panel, damaged)
    panel.ui.compareButton.click()
    assert "damaged is missing or damaged" in panel.application.dialogs.texts[-1]


def test_a_scene_that_is_closed_and_a_part_that_is_deleted_end_the_comparison(later):
    later.ui.compareButton.click()
    scene = later.application.scene
    made = [
        scene.GetNthNodeByClass(number, "vtkMRMLScalarVolumeNode")
        for number in range(scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode"))
    ]
    scene.RemoveNode(next(node for node in made if later.panel.views.shows_in_comparison(node)))
    assert later.panel.comparison.comparison is None
    assert later.case is not None
    later.ui.compareButton.click()
    assert later.panel.comparison.comparison is not None
    later.application.close_scene()
    assert later.panel.comparison.comparison is None
    assert later.ui.priorList.count == 0


def test_a_scene_saved_while_comparing_comes_back_without_the_comparison(later, tmp_path):
    volumes = later.application.scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    later.ui.compareButton.click()
    later.application.save_and_reload_scene(tmp_path / "scene.mrb")
    assert later.application.scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == volumes
    assert later.case is not None
    assert layout_of(later) == ("BoneMetSegAnterior", "BoneMetSegPosterior")


def test_the_comparison_is_saved_as_the_command_writes_it(later, tmp_path):
    later.ui.compareButton.click()
    later.application.dialogs.answer(str(tmp_path / "out"))
    (tmp_path / "out").mkdir()
    later.ui.saveComparisonButton.click()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "comparison.json", "lesions.csv", "timeline.png", "side_by_side.png",
    }  # fmt: skip
    assert "2 new" in json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))["summary"]


def test_the_timeline_opens_in_a_window_and_leaves_no_file(later):
    later.ui.compareButton.click()
    later.ui.timelineButton.click()
    window = later.panel.comparison._timeline
    assert window.dialog.visible
    assert window.label.pixmap.width() > 800
    later.ui.closeComparisonButton.click()
    assert not window.dialog.visible
