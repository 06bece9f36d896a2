"""``PythonSlicer``: the interpreter of these tests under the name that Slicer puts on the path."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def put_on_path(folder: Path) -> str:
    """Write the starter into a folder, put the folder on the path, and return the path from before."""
    folder.mkdir(exist_ok=True)
    if os.name == "nt":
        (folder / "PythonSlicer.bat").write_text(f'@"{sys.executable}" %*\n')
    else:
        starter = folder / "PythonSlicer"
        starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        starter.chmod(0o755)
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    return before
