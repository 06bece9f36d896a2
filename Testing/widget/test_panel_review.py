"""Going through the hot spots of a case: table, keys, menus, undo, outlines, folders."""

from __future__ import annotations

import re

import numpy as np
import pytest

from Testing.library.synthetic_case import BONE_COUNTS

ACCEPTED, NUMBER, CLASS, REGION, SIDE, LEVEL = range(6)


def _centre(name: str) -> tuple[float, ...]:
    import slicer

    from BoneMetSegLib.scene_link import centre_of_view

    return tuple(centre_of_view(slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode()))


def _views() -> tuple[str, ...]:
    import slicer

    return slicer.app.layoutManager().visible_slice_views()


def _outline_opacity(panel, view, spot_id):
    display = panel.panel.results.review.nodes.segmentations[view].GetDisplayNode()
    return display.GetSegmentOpacity2DOutline(f"{spot_id}_{view}")


def _mask(panel, spot_id, view):
    from BoneMetSegLib.scene_segments import mask_of_segment

    review = panel.panel.results.review
    return mask_of_segment(review.nodes.segmentations[view], f"{spot_id}_{view}", review.case.scan.views[view])


def _draw(panel, spot_id, view, mask):
    """Do what the Segment Editor does to a segment."""
    import slicer

    nodes = panel.panel.results.review.nodes
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask[np.newaxis].astype(np.uint8), nodes.segmentations[view], f"{spot_id}_{view}", nodes.volumes[view]
    )


def test_a_finished_case_shows_its_first_lesion_at_once(reviewed):
    assert reviewed.selected_id == "H01"
    assert reviewed.ui.resultsCollapsibleButton.enabled
    assert not reviewed.ui.resultsCollapsibleButton.collapsed
    assert reviewed.ui.summaryLabel.text.startswith("2 lesions accepted as metastasis; Bone Scan Index")
    assert "Research use only" in reviewed.ui.summaryLabel.text


def _burden(reviewed):
    table = reviewed.ui.burdenTable
    return [[table.item(row, column).text() for column in range(table.columnCount)] for row in range(table.rowCount)]


def test_the_burden_by_region_has_intervals_and_follows_every_decision(reviewed):
    rows = _burden(reviewed)
    burden = reviewed.case.burden
    least, most = burden.intervals["lesion_count"]
    low, high = burden.intervals["bsi_percent"]
    assert rows[0][:2] == ["Total", f"{burden.lesion_count} ({least:.0f}–{most:.0f})"]
    assert rows[0][2] == f"{burden.bsi_percent:.2f} ({low:.2f}–{high:.2f})"
    lesions = {(spot.region, spot.side) for spot in reviewed.case.hot_spots if spot.accepted}
    assert {(each.region, each.side) for each in burden.regions if each.lesion_count} == lesions
    sided = next(spot for spot in reviewed.case.hot_spots if spot.accepted and spot.side != "midline")
    assert any(row[0].startswith(f"{sided.side} ") for row in rows)
    for word in ("published cut-offs", "view rule max", "90 %"):
        assert word in reviewed.ui.burdenLabel.text
    reviewed.press("X")
    assert _burden(reviewed)[0][1].startswith(f"{burden.lesion_count - 1} (")
    reviewed.press("Ctrl+Z")
    assert _burden(reviewed) == rows


def test_a_click_centres_both_views_and_brings_the_segment_out(reviewed):
    assert len(_views()) == 2
    before = [_centre(name) for name in _views()]
    reviewed.click_cell("H02")
    after = [_centre(name) for name in _views()]
    assert all(one != other for one, other in zip(before, after, strict=True))
    np.testing.assert_allclose(after[0][2], after[1][2])
    assert _outline_opacity(reviewed, "anterior", "H02") == 1.0
    assert _outline_opacity(reviewed, "anterior", "H01") < 0.5


def test_the_whole_body_is_in_sight_until_the_reader_moves_on(reviewed):
    import slicer
    from slicer.util import arrayFromVolume

    volume = reviewed.panel.results.review.nodes.volumes["anterior"]
    rows = np.nonzero(arrayFromVolume(volume)[0].max(1) >= BONE_COUNTS)[0]
    bounds = [0.0] * 6
    volume.GetRASBounds(bounds)
    height_mm = volume.GetSpacing()[1]
    head, feet = (bounds[5] - height_mm * (row + 0.5) for row in (rows[0], rows[-1]))
    _across, _back, up = _centre(_views()[0])
    half = slicer.app.layoutManager().sliceWidget(_views()[0]).mrmlSliceNode().GetFieldOfView()[1] / 2
    assert up - half < feet < head < up + half
    assert _outline_opacity(reviewed, "anterior", "H02") < 0.5


def test_the_selected_lesion_is_still_in_the_middle_when_the_views_have_their_size(reviewed):
    reviewed.click_cell("H02")
    there = _centre(_views()[0])
    reviewed.application.process_events(0.4)
    np.testing.assert_allclose(_centre(_views()[0]), there)


def test_the_phrase_of_the_selected_hot_spot_is_marked_in_the_report(reviewed):
    reviewed.click_cell("H01")
    assert "#ffd54f" not in reviewed.ui.reportBrowser.html
    reviewed.click_cell("H02")
    marked = "".join(re.findall(r"#ffd54f[^>]*>([^<]*)<", reviewed.ui.reportBrowser.html))
    assert marked == "左侧髂骨见团块状放射性异常浓聚灶，余骨未见明显异常放射性浓聚灶。"


def test_what_the_report_did_is_in_the_table(reviewed):
    effects = dict(zip(reviewed.panel.results.table.ids, reviewed.rows(10), strict=True))
    assert effects["H01"] == "lowered"
    assert effects["H03"] == "removed by the report"


def test_keys_accept_reject_and_go_through_the_list(reviewed):
    reviewed.press("X")
    assert not reviewed.spot("H01").accepted
    assert reviewed.case.burden.lesion_count == 1
    assert reviewed.ui.summaryLabel.text.startswith("1 lesion accepted")
    reviewed.press("N")
    assert reviewed.selected_id == "H02"
    reviewed.press("P")
    assert reviewed.selected_id == "H01"
    reviewed.press("A")
    assert reviewed.case.burden.lesion_count == 2
    reviewed.press("Ctrl+Z")
    reviewed.press("Ctrl+Z")
    assert reviewed.spot("H01").accepted
    assert not reviewed.ui.undoButton.enabled
    reviewed.press("Ctrl+Y")
    assert not reviewed.spot("H01").accepted


def test_the_list_ends_where_it_ends(reviewed):
    reviewed.press("P")
    assert reviewed.selected_id == "H01"
    for _ in range(8):
        reviewed.press("N")
    assert reviewed.selected_id == "H04"


def test_a_key_changes_the_intensity_and_the_button_follows(reviewed):
    assert not reviewed.ui.intensityButton.checked
    reviewed.press("I")
    assert reviewed.ui.intensityButton.checked
    reviewed.press("I")
    assert not reviewed.ui.intensityButton.checked


def test_space_accepts_and_rejects_in_the_table(reviewed):
    from PySide6 import QtCore, QtTest

    reviewed.table.setFocus()
    QtTest.QTest.keyClick(reviewed.table, QtCore.Qt.Key.Key_Space)
    assert not reviewed.spot("H01").accepted
    QtTest.QTest.keyClick(reviewed.table, QtCore.Qt.Key.Key_Space)
    assert reviewed.spot("H01").accepted


def test_no_lesion_is_said_plainly(reviewed):
    for spot_id in ("H01", "H02"):
        reviewed.click_cell(spot_id)
        reviewed.press("X")
    assert reviewed.ui.summaryLabel.text.startswith("No lesion found")


def test_the_tick_of_a_row_accepts_and_rejects(reviewed):
    from PySide6 import QtCore

    reviewed.table.item(1, ACCEPTED).setCheckState(QtCore.Qt.CheckState.Unchecked)
    assert not reviewed.spot("H02").accepted
    reviewed.table.item(1, ACCEPTED).setCheckState(QtCore.Qt.CheckState.Checked)
    assert reviewed.spot("H02").accepted


def test_another_class_is_chosen_and_burden_follows_at_once(reviewed):
    reviewed.choose("H02", CLASS, "benign")
    assert reviewed.spot("H02").hot_spot_class == "benign"
    assert reviewed.case.burden.lesion_count == 1
    reviewed.press("Ctrl+Z")
    assert reviewed.case.burden.lesion_count == 2


def test_another_region_side_and_level_are_chosen_and_can_be_undone(reviewed):
    index = reviewed.case.burden.bsi_percent
    reviewed.choose("H02", REGION, "rib")
    assert (reviewed.spot("H02").region, reviewed.spot("H02").side) == ("ribs", "left")
    assert reviewed.case.burden.bsi_percent != index
    reviewed.choose("H02", SIDE, "right")
    reviewed.choose("H02", LEVEL, "7")
    assert (reviewed.spot("H02").side, reviewed.spot("H02").level) == ("right", "7")
    for _ in range(3):
        reviewed.press("Ctrl+Z")
    assert (reviewed.spot("H02").region, reviewed.spot("H02").side) == ("pelvis", "left")
    assert reviewed.case.burden.bsi_percent == index


def test_an_impossible_place_is_refused_in_a_sentence(reviewed):
    from BoneMetSegLib.skeleton import Place

    before = reviewed.case
    reviewed.panel.results.table._on_place("H02", Place("ribs", "left", "13"))
    assert "13" in reviewed.application.dialogs.texts[-1]
    assert reviewed.case is before


def test_physiological_uptake_is_hidden_until_it_is_asked_for(reviewed):
    display = reviewed.panel.results.review.nodes.segmentations["posterior"].GetDisplayNode()
    assert "H05" not in reviewed.panel.results.table.ids
    assert not display.GetSegmentVisibility("H05_posterior")
    reviewed.ui.physiologicalCheckBox.click()
    assert "H05" in reviewed.panel.results.table.ids
    assert display.GetSegmentVisibility("H05_posterior")
    reviewed.ui.physiologicalCheckBox.click()
    assert not display.GetSegmentVisibility("H05_posterior")


def test_quality_notes_are_counted_and_read_on_demand(reviewed):
    assert reviewed.ui.qualityCollapsibleButton.text.startswith("Quality: ")
    assert reviewed.ui.qualityCollapsibleButton.collapsed
    assert "\N{BULLET}" in reviewed.ui.qualityLabel.text


def test_outlines_are_edited_measured_and_undone(reviewed):
    import slicer

    reviewed.click_cell("H02")
    reviewed.ui.editSegmentsButton.click()
    assert slicer.util.selectedModule() == "SegmentEditor"
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    assert editor.currentSegmentID() == "H02_anterior"
    assert editor.segmentationNode() is reviewed.panel.results.review.nodes.segmentations["anterior"]
    area = reviewed.spot("H02").views["anterior"].area_mm2
    mask = _mask(reviewed, "H02", "anterior")
    _draw(reviewed, "H02", "anterior", mask | np.roll(mask, 4, axis=0))
    slicer.util.selectModule("BoneMetSeg")
    reviewed.ui.updateMeasurementsButton.click()
    assert reviewed.spot("H02").views["anterior"].area_mm2 > area
    reviewed.press("Ctrl+Z")
    assert reviewed.spot("H02").views["anterior"].area_mm2 == area
    np.testing.assert_array_equal(_mask(reviewed, "H02", "anterior"), mask)


@pytest.mark.parametrize("step", ["reject", "show physiological", "link views", "save"])
def test_an_outline_that_was_edited_is_never_lost(reviewed, tmp_path, step):
    import slicer

    slicer.util.selectModule("SegmentEditor")
    mask = _mask(reviewed, "H02", "anterior")
    drawn = mask | np.roll(mask, 4, axis=0)
    _draw(reviewed, "H02", "anterior", drawn)
    slicer.util.selectModule("BoneMetSeg")
    np.testing.assert_array_equal(_mask(reviewed, "H02", "anterior"), drawn)
    if step == "reject":
        reviewed.press("X")
    elif step == "save":
        reviewed.panel.save_case(tmp_path / "saved")
        from BoneMetSegLib.case_folder import read_case

        (saved,) = (spot for spot in read_case(tmp_path / "saved").hot_spots if spot.id == "H02")
        np.testing.assert_array_equal(saved.views["anterior"].mask, drawn)
    else:
        box = reviewed.ui.physiologicalCheckBox if step == "show physiological" else reviewed.ui.linkZoomCheckBox
        box.click()
    np.testing.assert_array_equal(_mask(reviewed, "H02", "anterior"), drawn)


def test_update_without_an_edit_says_so(reviewed):
    reviewed.ui.updateMeasurementsButton.click()
    assert reviewed.ui.statusLabel.text == "No outline was changed since the last measurement."
    assert not reviewed.ui.undoButton.enabled


def test_a_case_is_saved_and_loaded_onto_a_scene_with_another_one(reviewed, tmp_path):
    reviewed.press("X")
    reviewed.application.dialogs.answer(str(tmp_path / "saved"))
    reviewed.ui.saveCaseButton.click()
    assert "Saved to" in reviewed.ui.statusLabel.text
    first = reviewed.panel.results.review
    reviewed.application.dialogs.answer(str(tmp_path / "saved"))
    reviewed.ui.loadCaseButton.click()
    assert reviewed.panel.results.review is not first
    assert not reviewed.spot("H01").accepted
    reviewed.press("A")
    assert reviewed.spot("H01").accepted
    reviewed.choose_scan(first.nodes.volumes["anterior"])
    assert reviewed.panel.results.review is first
    assert not reviewed.spot("H01").accepted


def test_a_folder_with_other_files_is_not_written_to(reviewed, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    reviewed.panel.save_case(tmp_path / "full")
    assert "holds other files" in reviewed.application.dialogs.texts[-1]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_an_earlier_case_is_replaced_only_after_a_question(reviewed, tmp_path):
    reviewed.panel.save_case(tmp_path / "saved")
    reviewed.press("X")
    reviewed.application.dialogs.answer("No", "Yes")
    before = (tmp_path / "saved" / "result.json").read_bytes()
    reviewed.panel.save_case(tmp_path / "saved")
    assert (tmp_path / "saved" / "result.json").read_bytes() == before
    reviewed.panel.save_case(tmp_path / "saved")
    assert (tmp_path / "saved" / "result.json").read_bytes() != before


def test_a_folder_that_is_no_case_is_refused_in_a_sentence(reviewed, tmp_path):
    shown = reviewed.panel.results.review
    reviewed.panel.load_case(tmp_path)
    assert len(reviewed.application.dialogs.texts) == 1
    assert reviewed.panel.results.review is shown


def test_a_full_disk_while_saving_is_a_sentence(reviewed, tmp_path, monkeypatch):
    import errno

    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("BoneMetSegPanel.panel.write_case", full)
    reviewed.panel.save_case(tmp_path / "saved")
    assert "No space left on device" in reviewed.application.dialogs.texts[-1]
    assert not (tmp_path / "saved").exists()


def test_who_reviewed_is_written_down(reviewed):
    reviewed.ui.editorLineEdit.text = "Dr. Li"
    reviewed.ui.editorLineEdit.editingFinished.emit()
    reviewed.press("X")
    assert reviewed.spot("H01").edited_by == "Dr. Li"
    import qt

    assert qt.QSettings().value("BoneMetSeg/Editor") == "Dr. Li"


def test_keys_are_letters_where_one_types_and_slicer_s_in_other_modules(reviewed):
    import slicer
    from PySide6 import QtTest

    reviewed.ui.advancedCollapsibleButton.collapsed = False
    reviewed.application.process_events()
    reviewed.ui.editorLineEdit.setFocus()
    QtTest.QTest.keyClicks(reviewed.ui.editorLineEdit, "ax")
    assert reviewed.ui.editorLineEdit.text.endswith("ax")
    assert reviewed.spot("H01").accepted
    slicer.util.selectModule("Data")
    reviewed.press("X")
    assert reviewed.spot("H01").accepted
    slicer.util.selectModule("BoneMetSeg")
    reviewed.press("X")
    assert not reviewed.spot("H01").accepted


def test_typing_into_the_paste_box_reviews_nothing(reviewed):
    from PySide6 import QtTest, QtWidgets

    def type_it(dialog):
        editor = dialog.findChild(QtWidgets.QPlainTextEdit)
        editor.clear()
        QtTest.QTest.keyClicks(editor, "xanp")
        dialog.accept()

    reviewed.application.dialogs.answer(type_it)
    reviewed.ui.pasteReportButton.click()
    assert reviewed.parameters.report.GetText() == "xanp"
    assert reviewed.spot("H01").accepted
    assert reviewed.selected_id == "H01"
