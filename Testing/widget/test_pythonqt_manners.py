"""What fails in Slicer, because PythonQt is not PySide6, fails in the double too."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def qt(slicer_application):
    import qt

    return qt


def test_a_property_is_read_and_written_without_calling_it(qt):
    button = qt.QPushButton("Apply")
    button.enabled = False
    assert (button.text, button.enabled) == ("Apply", False)
    with pytest.raises(TypeError, match="not callable"):
        button.text()


def test_a_method_is_called(qt):
    box = qt.QComboBox()
    box.addItems(["one", "two"])
    layout = qt.QVBoxLayout()
    layout.addWidget(box)
    assert (box.count, layout.count(), box.itemText(1)) == (2, 1, "two")


def test_an_attribute_that_qt_does_not_have_cannot_be_set(qt):
    with pytest.raises(AttributeError, match="creating new attributes on C\\+\\+ objects is not allowed"):
        qt.QLabel().tooltip = "the property is called toolTip"


def test_a_method_cannot_be_overwritten_but_a_class_in_python_may_add_attributes(qt):
    class Panel(qt.QWidget):
        def __init__(self):
            super().__init__()
            self.rows = 3

    assert Panel().rows == 3
    with pytest.raises(AttributeError, match="can not be overwritten"):
        qt.QPushButton().click = print


def test_a_property_refuses_what_it_cannot_hold(qt):
    with pytest.raises(AttributeError, match="does not accept"):
        qt.QPushButton().enabled = "yes"
    with pytest.raises(AttributeError, match="not writable"):
        qt.QComboBox().count = 3


def test_a_text_of_none_is_shown_as_the_word(qt):
    label = qt.QLabel()
    label.text = None
    assert label.text == "None"


def test_the_name_is_the_object_name_and_children_are_found_by_it(qt):
    widget = qt.QWidget()
    button = qt.QPushButton(widget)
    button.name = "applyButton"
    assert button.objectName == "applyButton"
    assert widget.applyButton is button


def test_signals_are_connected_and_disconnected_by_their_signature(qt):
    seen = []
    button = qt.QPushButton()
    button.checkable = True
    button.connect("toggled(bool)", seen.append)
    button.click()
    assert button.disconnect("toggled(bool)", seen.append)
    button.click()
    assert seen == [True]


def test_a_misspelt_signal_is_a_mistake(qt):
    with pytest.raises(ValueError, match="has no signal 'clickd\\(bool\\)'"):
        qt.QPushButton().connect("clickd(bool)", print)


def test_a_child_process_is_heard(slicer_application, qt):
    process, heard = qt.QProcess(), []
    process.connect("readyReadStandardOutput()", lambda: heard.append(process.readAllStandardOutput().data()))
    ended = []
    process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: ended.append((code, status)))
    process.start(sys.executable, ["-c", "print('progress')"])
    slicer_application.wait_until(lambda: ended)
    assert b"".join(heard).strip() == b"progress"
    assert ended == [(0, qt.QProcess.NormalExit)]
    assert process.state() == qt.QProcess.NotRunning


def test_a_single_shot_timer_calls_back(slicer_application, qt):
    called = []
    qt.QTimer.singleShot(10, lambda: called.append(True))
    slicer_application.wait_until(lambda: called, seconds=5)


def test_a_shortcut_is_a_key(slicer_application, qt):
    window, pressed = qt.QWidget(), []
    shortcut = qt.QShortcut(qt.QKeySequence(qt.Qt.Key_A), window)
    shortcut.connect("activated()", lambda: pressed.append("A"))
    window.show()
    window.activateWindow()
    slicer_application.process_events()
    qt.QTest.keyClick(window, qt.Qt.Key_A)
    assert pressed == ["A"]


def test_settings_are_empty_in_every_test(slicer_application, qt):
    assert not qt.QSettings().contains("BoneMetSeg/consent")
    qt.QSettings().setValue("BoneMetSeg/consent", True)


def test_settings_of_one_test_do_not_reach_the_next(slicer_application, qt):
    test_settings_are_empty_in_every_test(slicer_application, qt)


def test_an_error_in_a_slot_is_kept_for_the_test(slicer_application, qt):
    def fail():
        raise ValueError("in a slot")

    button = qt.QPushButton()
    button.connect("clicked()", fail)
    button.click()
    assert [str(error) for error in slicer_application.take_slot_errors()] == ["in a slot"]


def test_an_error_in_an_observer_is_kept_for_the_test(slicer_application):
    def fail(_caller, _event):
        raise ValueError("in an observer")

    node = slicer_application.scene.AddNewNodeByClass("vtkMRMLTextNode")
    tag = node.AddObserver("ModifiedEvent", fail)
    node.Modified()
    node.RemoveObserver(tag)
    assert [str(error) for error in slicer_application.take_slot_errors()] == ["in an observer"]


def test_an_exit_leaves_no_trace(slicer_application, tmp_path):
    import slicer

    from Testing.slicer_application import start_application

    (tmp_path / "second").mkdir()
    outer = slicer.app
    start_application(tmp_path / "second").stop()
    assert slicer.app is outer


def test_many_calls_do_not_use_up_none(slicer_application, qt):
    before, button = sys.getrefcount(None), qt.QPushButton()
    for _ in range(50_000):
        button.property("not there")
    assert before > 1_000_000
