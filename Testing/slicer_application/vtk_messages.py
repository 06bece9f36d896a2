"""VTK's errors, which Slicer writes into its log, kept so that a test fails by them."""

from __future__ import annotations

from typing import Any

from vtkmodules.vtkCommonCore import vtkOutputWindow, vtkStringOutputWindow


class VtkErrors:
    """Listens from when it is made until `stop`.

    Attributes
    ----------
    texts : list of str
        What was said so far.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._before = vtkOutputWindow.GetInstance()
        self._window = vtkStringOutputWindow()
        texts = self.texts

        def note(_caller: Any, _event: str, text: str) -> None:
            texts.append(text.strip())

        note.CallDataType = "string0"  # VTK reads here what the event carries
        self._tag = self._window.AddObserver("ErrorEvent", note)
        vtkOutputWindow.SetInstance(self._window)

    def take(self) -> list[str]:
        """Return what was said and forget it: the test expected it."""
        said = list(self.texts)
        self.texts.clear()
        return said

    def stop(self) -> None:
        """Give the window from before back."""
        vtkOutputWindow.SetInstance(self._before)
        self._window.RemoveObserver(self._tag)
