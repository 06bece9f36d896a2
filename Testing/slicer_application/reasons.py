"""Why the double of Slicer cannot run here."""

from __future__ import annotations

import importlib.util


def reason_to_skip() -> str:
    """Return what is missing, or nothing."""
    for package, name in (("slicer", "slicer-core"), ("PySide6", "PySide6-Essentials")):
        if importlib.util.find_spec(package) is None:
            return f"{name} is not installed"
    return ""
