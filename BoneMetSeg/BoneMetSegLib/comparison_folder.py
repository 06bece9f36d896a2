"""Cases read for a comparison, and the comparison on disk, whole or not at all (floor 5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from .case_folder import read_case, whole_folder
from .comparison import Comparison
from .comparison_csv import write_lesion_csv
from .comparison_document import comparison_document
from .errors import InputError
from .planar_case import planar_scan
from .result_document import SOFTWARE_NAME, Case

COMPARISON_FILES = ("comparison.json", "lesions.csv", "timeline.png", "side_by_side.png")
"""The files that are ours to replace."""
_NOTHING = {".DS_Store", "Thumbs.db", "desktop.ini"}


def read_cases(folders: Sequence[Path]) -> list[Case]:
    """Read case folders with the reader's edits.

    Raises
    ------
    InputError
        One is no case, is given twice, or is of SPECT.
    """
    seen: dict[Path, Path] = {}
    for folder in folders:
        if folder.resolve() in seen:
            raise InputError(f"{folder} is given twice; a comparison is of different scans")
        seen[folder.resolve()] = folder
    kinds = [_kind(folder) for folder in folders]
    if len(set(kinds)) > 1:
        spect, planar = folders[kinds.index("spect")], folders[kinds.index("planar")]
        raise InputError(
            f"{spect} is of a SPECT volume and {planar} of planar views; only scans of one kind can be compared"
        )
    cases = [read_case(folder) for folder in folders]
    for folder, case in zip(folders, cases, strict=True):
        planar_scan(case, str(folder))
    return cases


def _kind(folder: Path) -> str:
    """Return "spect" or "planar"; what cannot be read is for ``read_case`` to say."""
    try:
        document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        return "spect" if document["scan"]["kind"] == "spect" else "planar"
    except (OSError, ValueError, LookupError, TypeError):
        return "planar"


def check_comparison_destination(out: Path, *, overwrite: bool = False) -> None:
    """Refuse a destination before any work is done.

    Raises
    ------
    InputError
        It is a file, lies in no folder, or is not empty and holds no comparison that may be replaced.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; -o takes a folder")
    if not out.resolve().parent.is_dir():
        raise InputError(f"{out} cannot be made: the folder above it does not exist")
    if not out.is_dir() or not {path.name for path in out.iterdir()} - _NOTHING:
        return
    if not overwrite:
        raise InputError(f"{out} is not empty; give --overwrite to replace the comparison in it")
    if not _holds_comparison(out):
        raise InputError(
            f"{out} holds files but no earlier comparison, all that --overwrite replaces; choose another folder"
        )


def _holds_comparison(folder: Path) -> bool:
    try:
        document = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
        return bool(document["software"]["name"] == SOFTWARE_NAME)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def write_comparison(out: Path, comparison: Comparison, *, lang: str = "en", deidentify: bool = False) -> None:
    """Write every file of a comparison, whole or not at all.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    from .figure_side_by_side import draw_side_by_side
    from .figure_timeline import draw_timeline

    with whole_folder(out, COMPARISON_FILES) as folder:
        document = comparison_document(comparison, deidentify=deidentify)
        text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
        (folder / "comparison.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        write_lesion_csv(folder / "lesions.csv", comparison)
        draw_timeline(comparison, folder / "timeline.png", lang=lang)
        draw_side_by_side(comparison, folder / "side_by_side.png", lang=lang)
