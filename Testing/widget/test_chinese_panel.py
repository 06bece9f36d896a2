"""A reader who chose Chinese in Slicer sees no English, from the empty panel to the reviewed case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from Testing.command_line.command import REPORT_ZH
from Testing.command_line.conftest import planted, scan_file
from Testing.library.painted_followup import written
from Testing.library.synthetic_case import L3, LEFT_FEMUR, LEFT_RIB_7_BACK, RIGHT_FEMUR
from Testing.widget.painted_volume import write_painted_volume

__all__ = ["planted", "scan_file"]

MODULE = Path(__file__).resolve().parents[2] / "BoneMetSeg" / "BoneMetSeg.py"
QM_FOLDER = MODULE.parent / "Resources" / "Translations"

# Names, keys, units and kinds of files are the same in both languages.
SAME = re.compile(
    r"https?://\S+|github\.com/\S+|\b(?:BoneMetSeg|bonemetseg segment|planar|SPECT|DICOM|SR|PDF|Word|HL7|CSV|RTF|HTML|"
    r"CPU|GPU|CUDA|mm[2²]?|Volumes|Tc|MDP|HDP|[CTL]\d+|H\d+|Ctrl\+[YZ]|Python|PyTorch|Slicer|wheel|bundle|reader|max|result\.json|"
    r"Segment Editor|Sample Data|Spiers|[ANPXI])\b"
)


def english_in(text: str) -> list[str]:
    """Return the English words of a text."""
    return re.findall(r"[A-Za-z]{2,}", SAME.sub("", re.sub(r"<[^>]+>", "", text)))


def shown_texts(widget) -> list[str]:
    """Return every text and tooltip of a widget and its children, tables and menus included."""
    from PySide6 import QtCore, QtWidgets

    texts: list[str] = []
    for child in (widget, *widget.findChildren(QtCore.QObject)):
        if child.objectName.startswith("qt_") or child.metaObject().className() in ("QLineEdit", "QAction"):
            continue  # parts that Qt makes
        for name in ("text", "toolTip", "placeholderText", "title", "windowTitle", "plainText"):
            index = child.metaObject().indexOfProperty(name)
            value = child.metaObject().property(index).read(child) if index >= 0 else ""
            texts += [value] if isinstance(value, str) and value else []
        count = getattr(child, "count", None)
        if isinstance(count, int) and hasattr(child, "itemText"):
            texts += [child.itemText(number) for number in range(count)]
        if isinstance(child, QtWidgets.QTableWidget):
            cells = [child.item(row, column) for row in range(child.rowCount) for column in range(child.columnCount)]
            cells += [child.horizontalHeaderItem(column) for column in range(child.columnCount)]
            texts += [text for cell in cells if cell is not None for text in (cell.text(), cell.toolTip())]
    return texts


def english_shown(widget) -> dict[str, list[str]]:
    """Return the texts of a panel that hold English, with their English words."""
    english = {text: words for text in shown_texts(widget) if (words := english_in(text))}
    english.pop("None", None)  # said by Slicer's own selector of nodes
    return english


@pytest.fixture
def chinese_panel(slicer_application):
    slicer_application.app.userSettings().setValue("language", "zh-CN")
    slicer_application.app.userSettings().setValue("Internationalization/Enabled", True)
    slicer_application.load_module(MODULE)
    yield slicer_application.open_module("BoneMetSeg")
    slicer_application.app.userSettings().setValue("language", "")
    from BoneMetSegPanel.translation import install_translation

    install_translation(QM_FOLDER)


def test_the_empty_panel_is_chinese(chinese_panel):
    ui = chinese_panel.ui
    assert (ui.applyButton.text, ui.inputsCollapsibleButton.text) == ("分割", "输入")
    assert "前位" in [ui.viewComboBox.itemText(number) for number in range(ui.viewComboBox.count)]
    assert not english_shown(ui.applyButton.window())


def test_without_a_choice_slicer_and_the_panel_speak_english(slicer_application):
    slicer_application.load_module(MODULE)
    assert slicer_application.open_module("BoneMetSeg").ui.applyButton.text == "Segment"


def test_a_scan_segmented_reviewed_and_given_its_report_is_shown_in_chinese(
    chinese_panel, slicer_application, scan_file
):
    import slicer

    from BoneMetSegLib.scan_files import read_scan
    from BoneMetSegLib.scene_volumes import add_planar_volumes

    ui, panel = chinese_panel.ui, chinese_panel.panel
    volumes = add_planar_volumes(
        slicer.mrmlScene, read_scan(scan_file), {"anterior": "1: 前位", "posterior": "1: 后位"}
    )
    ui.scanSelector.setCurrentNode(volumes["anterior"])
    assert "平面全身骨显像" in ui.recognisedLabel.text
    ui.applyButton.click()
    slicer_application.wait_until(lambda: not panel.run.is_running, 90)
    assert "仅供研究使用" in ui.summaryLabel.text
    panel.inputs.use_report(REPORT_ZH)
    assert ui.applyButton.text == "添加报告"
    ui.applyButton.click()
    slicer_application.wait_until(lambda: not panel.run.is_running, 90)
    ui.physiologicalCheckBox.checked = True
    panel.results.reject()  # the first lesion, which is selected after a run
    assert "排除" in ui.undoButton.toolTip
    assert ui.changesLabel.text.startswith("报告带来的更改")
    assert not english_shown(ui.applyButton.window())


def test_what_is_wrong_with_a_scan_is_said_in_chinese_and_without_options_of_a_command(chinese_panel):
    import numpy as np
    import slicer
    from slicer.util import addVolumeFromArray

    volume = addVolumeFromArray(np.ones((1, 400, 100)), name="空白")
    chinese_panel.ui.scanSelector.setCurrentNode(volume)
    fault = chinese_panel.ui.recognisedLabel.text
    assert re.search("[\u4e00-\u9fff]{4}", fault)
    assert "--" not in fault
    assert not english_in(fault)
    assert slicer.mrmlScene


def test_what_is_wrong_is_said_in_english_in_the_words_of_the_panel(slicer_application):
    slicer_application.load_module(MODULE)
    from BoneMetSegPanel.library_words import sentence_words

    fault = "x.dcm does not say whether it is the anterior or the posterior view; "
    assert sentence_words(fault + "give it with --view") == fault + "choose it under Model and settings: View"


# What only the command's own options can bring about: the panel never gives them.
OF_THE_COMMAND = re.compile(
    "--(series|quantity|report|update|overwrite|no-scene)|--view is \\{|that --accession gives|-o takes"
)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_sentence_that_the_panel_can_meet_speaks_of_an_option_of_the_command(slicer_application, language):
    from BoneMetSegLib.sentences_zh_findings import FINDINGS
    from BoneMetSegLib.sentences_zh_planar import PLANAR
    from BoneMetSegLib.sentences_zh_reports import REPORTS
    from BoneMetSegLib.sentences_zh_studies import STUDIES
    from BoneMetSegLib.sentences_zh_volumes import VOLUMES

    slicer_application.load_module(MODULE)
    slicer_application.app.userSettings().setValue("language", language)
    from BoneMetSegPanel.library_words import sentence_words

    sentences = [english for english, _ in (*PLANAR, *STUDIES, *VOLUMES, *REPORTS, *FINDINGS)]
    met = [english for english in sentences if "--" in english and not OF_THE_COMMAND.search(english)]
    assert len(met) > 10
    told = [re.sub(r"\{\w+\}", "7", english).replace("scan 7 --flip", "scan with --flip") for english in met]
    assert not [words for sentence in told if "--" in (words := sentence_words(sentence))]


def test_a_volume_without_a_model_and_its_review_are_shown_in_chinese(chinese_panel, without_spect_bundle, tmp_path):
    ui, panel = chinese_panel.ui, chinese_panel.panel
    write_painted_volume(tmp_path / "1")
    panel.load_case(tmp_path / "1")
    panel.run.say("")  # it names the folder
    assert "没有适用于 SPECT 的模型" in ui.recognisedLabel.text
    assert "不计算骨显像指数" in ui.summaryLabel.text
    assert ui.hotSpotTable.horizontalHeaderItem(6).text() == "体积 (ml)"
    allowed = re.compile(r"\bml\b|SUVbw|painted|NRRD")
    english = {text: english_in(allowed.sub("", text)) for text in english_shown(ui.applyButton.window())}
    assert not {text: words for text, words in english.items() if words}


def test_a_comparison_with_a_prior_is_shown_in_chinese(chinese_panel, slicer_application, tmp_path):
    ui, panel = chinese_panel.ui, chinese_panel.panel
    panel.load_case(written(tmp_path / "2", [L3, LEFT_FEMUR, LEFT_RIB_7_BACK], "20240301"))
    slicer_application.dialogs.answer(str(written(tmp_path / "1", [L3, RIGHT_FEMUR], "20240101")))
    ui.addPriorFolderButton.click()
    ui.treatmentStartLineEdit.text = "2024-01-05"
    ui.compareButton.click()
    panel.run.say("")  # it names the folder
    assert "新发 2" in ui.comparisonLabel.text or "2 新发" in ui.comparisonLabel.text
    assert "左侧股骨" in [ui.comparisonTable.item(row, 1).text() for row in range(ui.comparisonTable.rowCount)]
    allowed = re.compile(r"PCWG3|PDu|non-PD|baseline|painted")
    english = {text: english_in(allowed.sub("", text)) for text in english_shown(ui.applyButton.window())}
    assert not {text: words for text, words in english.items() if words}
