"""Dialogs answered by the test: what is asked is recorded, what is answered is said before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6 import QtCore, QtWidgets

_run_dialog = QtWidgets.QDialog.exec


@dataclass(frozen=True)
class Asked:
    """One dialog the user saw.

    Parameters
    ----------
    kind : str
        "message", "file", "input" or "dialog".
    text : str
    title : str
    buttons : tuple of str
        Names of the standard buttons, such as "Ok" and "Cancel".
    details : str
    """

    kind: str
    text: str
    title: str = ""
    buttons: tuple[str, ...] = ()
    details: str = ""


class UnansweredError(AssertionError):
    """A question came for which the test had no answer; in real life the window would wait for the user."""


@dataclass
class Dialogs:
    """What was asked, and what will be answered, in turn."""

    asked: list[Asked] = field(default_factory=list)
    _answers: list[Any] = field(default_factory=list)

    def answer(self, *answers: Any) -> None:
        """Queue answers.

        For a message the name of a button ("Yes", "Cancel", or the words on a button of its own); for a file dialog a
        path, or "" for cancelled; for an input dialog the value, or None for cancelled; for any other dialog a function
        that is called with the open dialog and closes it.
        """
        self._answers.extend(answers)

    @property
    def texts(self) -> list[str]:
        """The text of every dialog so far."""
        return [asked.text for asked in self.asked]

    @property
    def unused_answers(self) -> list[Any]:
        """Answers to questions that never came."""
        return list(self._answers)

    def _next(self, asked: Asked) -> Any:
        self.asked.append(asked)
        if not self._answers:
            raise UnansweredError(f"nobody answers the {asked.kind} '{asked.text or asked.title}'")
        return self._answers.pop(0)

    # ---- what the widgets call -------------------------------------------------------------------------------------

    def message(self, box: Any) -> int:
        """Answer a message box; one with a single button needs no answer prepared."""
        buttons = {button.text.replace("&", ""): button for button in box.buttons() if not _shows_details(box, button)}
        standard = {_button_name(box.standardButton(button)): button for button in buttons.values()}
        names = tuple(name for name in standard if name != "NoButton")
        asked = Asked("message", box.text, box.windowTitle.strip(), names or tuple(buttons), box.detailedText)
        if len(buttons) <= 1:
            self.asked.append(asked)
            chosen = next(iter(buttons.values()), None)
        else:
            answer = self._next(asked)
            chosen = standard.get(answer) or buttons.get(answer)
            if chosen is None:
                raise UnansweredError(f"'{asked.text}' has no button '{answer}', only {list(standard)} {list(buttons)}")
        return _press(box, chosen)

    def dialog(self, dialog: Any) -> int:
        """Let the test's function work on an open dialog."""
        work: Callable[[Any], None] = self._next(Asked("dialog", "", dialog.windowTitle))
        QtCore.QTimer.singleShot(0, lambda: work(dialog))
        return _run_dialog(dialog)

    def choose(self, kind: str, title: str, text: str = "") -> Any:
        """Answer a file or input dialog."""
        return self._next(Asked(kind, text, title))


def _button_name(button: Any) -> str:
    return getattr(button, "name", None) or "NoButton"


def _shows_details(box: Any, button: Any) -> bool:
    own = _button_name(box.standardButton(button)) == "NoButton"
    return bool(box.detailedText) and own and box.buttonRole(button) == QtWidgets.QMessageBox.ButtonRole.ActionRole


def _press(box: Any, button: Any) -> int:
    if button is None:
        return int(QtWidgets.QMessageBox.StandardButton.Ok)
    standard = box.standardButton(button)
    button.click()
    return int(standard) if _button_name(standard) != "NoButton" else box.result()


# ---- installed on Qt's classes -------------------------------------------------------------------------------------

_current: list[Dialogs] = [Dialogs()]


def answer_with(dialogs: Dialogs) -> None:
    """Let every dialog from now on be answered by ``dialogs``."""
    _current[0] = dialogs


def _message_box(icon: str) -> Callable[..., Any]:
    def show(parent: Any, title: str, text: str, buttons: Any = None, _default: Any = None) -> int:
        box = QtWidgets.QMessageBox(parent)
        box.setIcon(getattr(QtWidgets.QMessageBox.Icon, icon))
        box.setWindowTitle(title)
        box.setText(text)
        box.setStandardButtons(buttons if buttons is not None else QtWidgets.QMessageBox.StandardButton.Ok)
        return _current[0].message(box)

    return show


def _show_dialog(dialog: Any) -> int:
    return _current[0].dialog(dialog)


def _show_message(box: Any) -> int:
    return _current[0].message(box)


def _file_dialog(parent: Any = None, caption: str = "", *_arguments: Any) -> Any:
    return _current[0].choose("file", caption)  # a plain path, as PythonQt returns it


def _input_dialog(empty: Any) -> Callable[..., Any]:
    def ask(parent: Any, title: str, label: str, *arguments: Any) -> Any:
        answer = _current[0].choose("input", title, label)
        from Testing.slicer_application.qt_module import BoolResult

        for argument in arguments:
            if isinstance(argument, BoolResult):
                argument.value = answer is not None
        return empty if answer is None else answer

    return ask


def take_over_dialogs() -> None:
    """Make Qt's modal dialogs ask the test instead of waiting."""
    box, files, inputs = QtWidgets.QMessageBox, QtWidgets.QFileDialog, QtWidgets.QInputDialog
    QtWidgets.QDialog.exec = _show_dialog
    box.exec = _show_message
    for name, icon in (
        ("question", "Question"),
        ("information", "Information"),
        ("warning", "Warning"),
        ("critical", "Critical"),
    ):
        setattr(box, name, staticmethod(_message_box(icon)))
    for name in ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"):
        setattr(files, name, staticmethod(_file_dialog))
    for name, empty in (("getText", ""), ("getMultiLineText", ""), ("getItem", ""), ("getInt", 0), ("getDouble", 0.0)):
        setattr(inputs, name, staticmethod(_input_dialog(empty)))
