"""A scan read and shown without being segmented (floor 6)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .errors import InputError
from .report import Report
from .scan import Scan, SpectScan


def write_scan_scene(
    scan: Scan, report: Report | None, path: Path, *, lang: str = "en", overwrite: bool = False
) -> None:
    """Write a scan, and its report, as a Slicer scene; the file is there whole or not at all.

    Raises
    ------
    InputError
        The file exists and is not to be replaced, is not called .mrb, cannot be written, or slicer-core is not here.
    """
    from .scene import build_scene, write_mrb
    from .scene_spect import build_spect_scene

    check_scene_path(path, overwrite=overwrite)
    text = report.text if report else None
    nodes = (
        build_spect_scene(scan, text, lang=lang)
        if isinstance(scan, SpectScan)
        else build_scene(scan, [], text, lang=lang)
    )
    try:
        with nodes, tempfile.TemporaryDirectory(prefix=".bonemetseg-", dir=path.resolve().parent) as folder:
            partial = Path(folder) / path.name
            write_mrb(nodes, partial)
            partial.replace(path)
    except OSError as error:
        raise InputError(f"{path.name} cannot be written; check the folder and the space left") from error


def check_scene_path(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a scene file that could not be written, before anything is read.

    Raises
    ------
    InputError
    """
    if path.suffix.lower() != ".mrb":
        raise InputError(f"{path.name} does not end in .mrb, as Slicer's scene files do")
    if path.is_dir() or (path.exists() and not overwrite):
        raise InputError(f"{path.name} exists already; give another name, or --overwrite")
    if not path.resolve().parent.is_dir():
        raise InputError(f"{path.name} cannot be written: its folder does not exist")
