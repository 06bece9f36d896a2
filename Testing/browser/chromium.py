"""Where a Chromium is: named by BONEMETSEG_CHROMIUM, installed on this machine, or Playwright's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def find_chromium(playwright) -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("BONEMETSEG_CHROMIUM")
    candidates = [named] if named else [*map(shutil.which, _NAMES), playwright.chromium.executable_path]
    return next((path for path in candidates if path and Path(path).is_file()), None)


def arguments() -> list[str]:
    """Return what Chromium must be told: its sandbox does not work for root, as which containers run."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--no-sandbox"] if is_root else []
