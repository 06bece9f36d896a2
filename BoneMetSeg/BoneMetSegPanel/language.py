"""Which language Slicer speaks; without Qt, so that the DICOM plugin may ask too."""

from __future__ import annotations

import slicer


def current_language() -> str:
    """Return the application's language: "zh_CN", "en_US".

    Slicer keeps it under "language", written "zh-CN" or "zh_CN", and heeds it unless "Internationalization/Enabled" was
    switched off. Whoever never chose a language has neither key.
    """
    settings = slicer.app.userSettings()
    if str(settings.value("Internationalization/Enabled", "true")).lower() in ("false", "0"):
        return "en_US"
    return str(settings.value("language", "") or "en_US").replace("-", "_")


def report_language() -> str:
    """Return the language of names of segments and places: "zh" where the application speaks Chinese, else "en"."""
    return "zh" if current_language().startswith("zh") else "en"
