"""OUT on disk: written whole or not at all, and read back with the reader's edits (floor 5)."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .case_edits import Outlines
from .errors import InputError
from .hot_spot_csv import read_decisions, write_hot_spot_csv
from .hot_spot_segments import write_seg_nrrd
from .maps_file import write_maps
from .result_document import SOFTWARE_NAME, Case, result_document, summary_sentence, without_identity
from .scan import Scan, SpectScan
from .seg_nrrd import read_segments
from .stored_case import read_stored_case

CASE_FILES = (
    "anterior.seg.nrrd",
    "posterior.seg.nrrd",
    "spect.seg.nrrd",
    "hot_spots.csv",
    "result.json",
    "maps.npz",
    "overlay.png",
    "scene.mrb",
)
"""The files that are ours to replace. Whatever else lies in the folder is the reader's and stays."""
# What file managers leave in folders that look empty.
_NOTHING = {".DS_Store", "Thumbs.db", "desktop.ini"}


# ---- writing --------------------------------------------------------------------------------------------------------


def check_destination(out: Path, *, overwrite: bool = False, update: bool = False) -> None:
    """Refuse a destination before any work is done.

    Raises
    ------
    InputError
        OUT is a file, lies in no folder, or is not empty and neither ``overwrite`` nor ``update`` is given; with
        ``overwrite``, is a folder that holds something else than a case; with ``update``, holds no case.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; -o takes a folder")
    if not out.resolve().parent.is_dir():
        raise InputError(f"{out} cannot be made: the folder above it does not exist")
    holds_case = _holds_case(out)
    if update and not holds_case:
        raise InputError(f"{out} holds no case to update; leave --update out for a new one")
    if out.is_dir() and {path.name for path in out.iterdir()} - _NOTHING and not update:
        if not overwrite:
            raise InputError(
                f"{out} is not empty; give --overwrite to replace it, or --update to add the report to its case"
            )
        if not holds_case:
            raise InputError(
                f"{out} holds files but no earlier case; --overwrite replaces only a case, choose another folder"
            )


def _holds_case(folder: Path) -> bool:
    try:
        document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        return bool(document["software"]["name"] == SOFTWARE_NAME)
    except (OSError, ValueError, LookupError, TypeError):
        return False


@contextmanager
def whole_folder(out: Path, ours: Collection[str] = CASE_FILES) -> Iterator[Path]:
    """Give a folder to write into that becomes ``out`` when all went well, and vanishes when not.

    An earlier ``out`` stands until the new one is complete, and comes back if the exchange fails. Files in it that are
    not named in ``ours`` are kept.

    Raises
    ------
    InputError
        Something could not be written.
    """
    target = out.resolve()
    partial = target.with_name(f".bonemetseg-{secrets.token_hex(8)}")
    try:
        partial.mkdir()
        yield partial
        if target.exists():
            _exchange(partial, target, ours)
        else:
            partial.rename(target)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _exchange(partial: Path, target: Path, ours: Collection[str]) -> None:
    """Put ``partial`` in the place of ``target``, with the reader's own files."""
    earlier = partial.with_name(f"{partial.name}-earlier")
    shutil.copymode(target, partial)
    target.rename(earlier)
    try:
        _move_foreign_files(earlier, partial, ours)
        partial.rename(target)
    except OSError:
        _move_foreign_files(partial, earlier, ours)
        earlier.rename(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _move_foreign_files(source: Path, target: Path, ours: Collection[str]) -> None:
    for path in list(source.iterdir()):
        if path.name not in ours:
            path.rename(target / path.name)


def write_case(folder: Path, case: Case, *, lang: str = "en", scene: bool = True, pictures: bool = True) -> None:
    """Write every file of a case into an empty folder.

    Parameters
    ----------
    lang : {"en", "zh"}
        Of segment names and pictures.
    scene : bool
        Also ``scene.mrb``, which needs Slicer or the package ``slicer-core``.
    pictures : bool
        Also ``overlay.png``.
    """
    if case.deidentified:
        case = without_identity(case)
    for view in case.scan.views:
        write_seg_nrrd(case.scan, case.hot_spots, view, folder / f"{view}.seg.nrrd", lang=lang)
    quantity = case.scan.quantity if isinstance(case.scan, SpectScan) else None
    write_hot_spot_csv(folder / "hot_spots.csv", case.hot_spots, case.concordance, quantity)
    text = json.dumps(result_document(case), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "result.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    write_maps(folder / "maps.npz", case.scan, case.segmentation)
    if pictures:
        _draw(folder / "overlay.png", case, lang)
    if scene:
        _write_scene(folder / "scene.mrb", case, lang)


def _draw(path: Path, case: Case, lang: str) -> None:
    from .figure_spect import draw_spect_overlay
    from .figures import draw_overlay

    model = f"{case.segmentation.model['name']} {case.segmentation.model['version']}"
    if isinstance(case.scan, SpectScan):
        draw_spect_overlay(case.scan, case.hot_spots, path, lang=lang, caption=summary_sentence(case), model=model)
        return
    draw_overlay(case.scan, case.hot_spots, path, lang=lang, caption=summary_sentence(case), model=model)


def _write_scene(path: Path, case: Case, lang: str) -> None:
    from .scene import build_scene, write_mrb
    from .scene_spect_case import build_spect_case_scene

    report_text = case.report.text if case.report and not case.deidentified else None
    if isinstance(case.scan, SpectScan):
        nodes = build_spect_case_scene(case.scan, case.hot_spots, report_text, lang=lang, concordance=case.concordance)
    else:
        nodes = build_scene(case.scan, case.hot_spots, report_text, lang=lang, concordance=case.concordance)
    try:
        write_mrb(nodes, path)
    finally:
        nodes.remove()


# ---- reading back ---------------------------------------------------------------------------------------------------


def read_case(out: Path, editor: str = "reader") -> Case:
    """Read a case folder with whatever was edited in its segmentations and its table.

    Outlines, deleted and new segments come from the ``.seg.nrrd`` files; accepted, class, region, side and level from
    ``hot_spots.csv``, whose other columns are not read. A hot spot without its row or without any pixel is deleted; a
    segment that is none of ours becomes an accepted metastasis. Every edit found puts ``editor`` into ``edited_by``.
    Everything is measured again.

    Raises
    ------
    InputError
        No case, or a file of it that cannot be read, with the row or segment that is wrong.
    """
    stored = read_stored_case(out)
    decisions = read_decisions(out / "hot_spots.csv", stored.fingerprints)
    outlines = _read_outlines(out, stored.scan, stored.fingerprints)
    return stored.edited(decisions, outlines, editor)


def _read_outlines(out: Path, scan: Scan, ids: Collection[str]) -> Outlines:
    """Return the outlines of the segmentation files; empty ones are left out.

    A segment is ours by its id. Its tags are no proof: a copy of it carries them too.
    """
    masks: dict[str, dict[str, np.ndarray]] = {spot_id: {} for spot_id in ids}
    drawn: dict[str, list[np.ndarray]] = {view: [] for view in scan.views}
    for name, view in scan.views.items():
        path = out / f"{name}.seg.nrrd"
        if not path.is_file():
            raise InputError(f"{out} lacks {path.name}; segment the scan again")
        for segment in read_segments(path, view):
            spot_id = segment.id.removesuffix(f"_{name}")
            if not segment.mask.any():
                continue
            if spot_id in masks and name not in masks[spot_id]:
                masks[spot_id][name] = segment.mask
            else:
                drawn[name].append(segment.mask)
    return Outlines(masks, drawn)


def same_scan(case: Case, scan: Scan) -> bool:
    """Say whether a scan is the one a case was made from: same views, sides and pixels with the same counts."""
    if isinstance(case.scan, SpectScan) or isinstance(scan, SpectScan):
        return (
            isinstance(case.scan, SpectScan)
            and isinstance(scan, SpectScan)
            and np.array_equal(scan.voxels.astype(np.float32), case.scan.voxels)
            and np.allclose(scan.ijk_to_ras, case.scan.ijk_to_ras)
        )
    return set(case.scan.views) == set(scan.views) and all(
        np.array_equal(view.counts.astype(np.float32), case.scan.views[name].counts)
        and view.mirrored == case.scan.views[name].mirrored
        and np.allclose(view.pixel_size_mm, case.scan.views[name].pixel_size_mm)
        for name, view in scan.views.items()
    )
