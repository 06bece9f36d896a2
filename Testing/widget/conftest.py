"""Widget tests run inside the double of Slicer."""

from Testing.slicer_application.fixtures import slicer_application

__all__ = ["slicer_application"]
