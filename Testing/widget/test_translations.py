"""The panel's translation: complete, compiled, found under Slicer's contexts, chosen by Slicer's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from Testing import translations

MODULE = Path(__file__).resolve().parents[2] / "BoneMetSeg" / "BoneMetSeg.py"
QM_FOLDER = MODULE.parent / "Resources" / "Translations"


def test_every_text_of_the_panel_has_its_chinese_words_and_keeps_its_placeholders():
    wanted, known = translations.texts_in_sources(), translations.read_translations()
    lines = translations.faults(translations.in_step(wanted, known))
    lines += [
        f"not in the .ts file, in {context}: {text!r}" for context, text in wanted if (context, text) not in known
    ]
    assert not lines, "python -m Testing.translations, and fill in what it names:\n" + "\n".join(lines)


def test_the_compiled_file_says_what_the_translation_says():
    from PySide6 import QtCore

    translator = QtCore.QTranslator()
    assert translator.load(str(translations.QM_FILE))
    compiled = translations.in_step(translations.texts_in_sources(), translations.read_translations())
    stale = [
        text for (context, text), translation in compiled.items() if translator.translate(context, text) != translation
    ]
    assert not stale, f"python -m Testing.translations compiles it anew: {stale}"


def test_a_translation_follows_its_text_into_another_file():
    known = {("A.old", "Cancel"): "取消"}
    assert translations.in_step([("B.new", "Cancel"), ("B.new", "Stop")], known) == {
        ("B.new", "Cancel"): "取消",
        ("B.new", "Stop"): "",
    }


def test_the_translation_of_a_text_that_is_gone_waits_until_it_comes_back(tmp_path):
    wanted, known = [("A", "Stop")], {("A", "Cancel"): "取消", ("A", "Stop"): "停止"}
    file = tmp_path / "words.ts"
    file.write_text(
        translations.ts_document(translations.in_step(wanted, known), translations.vanished(wanted, known)), "utf-8"
    )
    assert translations.in_step([("B", "Cancel")], translations.read_translations(file)) == {("B", "Cancel"): "取消"}


def test_a_lost_placeholder_and_a_missing_translation_are_named():
    lines = translations.faults({("a", "{n} lesions"): "病灶", ("a", "Stop"): ""})
    assert [line.split(" in a:")[0] for line in lines] == ["not translated", "other placeholders"]


def test_a_text_with_variables_cannot_be_translated_and_is_refused(tmp_path):
    (tmp_path / "module.py").write_text("_(f'{n} lesions')", encoding="utf-8")
    with pytest.raises(translations.UntranslatableError, match=r"module.py:1"):
        translations.texts_in_sources(tmp_path)


# ---- the running panel -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "language"),
    [
        ({}, "en_US"),
        ({"language": "zh-CN", "Internationalization/Enabled": True}, "zh_CN"),
        ({"language": "zh_CN", "Internationalization/Enabled": "true"}, "zh_CN"),
        ({"language": "zh-CN", "Internationalization/Enabled": "false"}, "en_US"),
        ({"language": "zh-CN"}, "zh_CN"),
        ({"language": ""}, "en_US"),
    ],
)
def test_the_language_is_the_one_that_slicer_keeps_in_its_settings(slicer_application, settings, language):
    slicer_application.load_module(MODULE)
    from BoneMetSegPanel.language import current_language

    for key, value in settings.items():
        slicer_application.app.userSettings().setValue(key, value)
    assert current_language() == language


@pytest.mark.parametrize(
    ("language", "file"),
    [("zh_CN", "zh_CN"), ("zh_Hans", "zh_CN"), ("zh", "zh_CN"), ("de_DE", None), ("en_US", None)],
)
def test_another_form_of_chinese_gets_the_chinese_words(slicer_application, language, file):
    slicer_application.load_module(MODULE)
    from BoneMetSegPanel.translation import translation_file

    assert translation_file(QM_FOLDER, language) == (QM_FOLDER / f"BoneMetSeg_{file}.qm" if file else None)


def test_the_contexts_are_those_that_slicer_asks_for(slicer_application):
    from slicer.i18n import getContext

    for path in (MODULE, *(MODULE.parent / "BoneMetSegPanel").glob("*.py")):
        assert translations.context_of(path) == getContext(str(path))
