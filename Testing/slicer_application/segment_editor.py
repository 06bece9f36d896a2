"""The Segment Editor as another module sees it: which segmentation, volume and segment it was given."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets

# ruff: noqa: N801, N802 - the names are Slicer's


class qMRMLSegmentEditorWidget(QtWidgets.QWidget):
    """The editor; nothing can be drawn with it here."""

    def __init__(self) -> None:
        super().__init__()
        self._segmentation = self._volume = None
        self._segment = ""

    def setSegmentationNode(self, node: Any) -> None:
        """Edit a segmentation."""
        self._segmentation = node

    def segmentationNode(self) -> Any:
        """Return the segmentation that is edited."""
        return self._segmentation

    def setSourceVolumeNode(self, node: Any) -> None:
        """Edit over a volume."""
        self._volume = node

    def sourceVolumeNode(self) -> Any:
        """Return the volume that is edited over."""
        return self._volume

    def setCurrentSegmentID(self, segment_id: str) -> None:
        """Select a segment."""
        self._segment = segment_id

    def currentSegmentID(self) -> str:
        """Return the segment that is selected."""
        return self._segment


class SegmentEditorPanel(QtWidgets.QWidget):
    """The frame of the module's panel."""

    def __init__(self) -> None:
        super().__init__()
        self._widget = type("SegmentEditorWidget", (), {"editor": qMRMLSegmentEditorWidget(), "parent": self})()
        self._entered = False

    def self(self) -> Any:
        """Return the panel's object in Python, with its ``editor``."""
        return self._widget

    def enter(self) -> None:
        """Come to the panel."""

    def exit(self) -> None:
        """Leave the panel."""

    isEntered = False  # noqa: N815
