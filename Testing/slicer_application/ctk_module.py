"""The module ``ctk``: the stand-ins for CTK's widgets."""

from __future__ import annotations

import types

from Testing.slicer_application import ctk_widgets, range_widgets


def ctk_module() -> types.ModuleType:
    """Return a new module ``ctk``."""
    module = types.ModuleType("ctk")
    for source in (ctk_widgets, range_widgets):
        for name, member in vars(source).items():
            if name.startswith("ctk"):
                setattr(module, name, member)
    return module
