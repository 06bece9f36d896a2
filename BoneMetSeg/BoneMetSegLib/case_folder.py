"""OUT on disk: written whole or not at all, and read back with the reader's edits (floor 5)."""

from __future__ import annotations

import csv
import io
import json
import math
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS
from .burden import measure_burden
from .concordance import Concordance, compare_report
from .errors import InputError
from .hot_spot_segments import write_seg_nrrd
from .hot_spots import HotSpot, HotSpotInView, hot_pixels, join_views, measure_in_view, with_phrase
from .maps_file import read_maps, write_maps
from .quality import quality_flags
from .report import Clause, Report, parse_report
from .result_document import SOFTWARE_NAME, Case, mask_sha256, result_document, summary_sentence, without_identity
from .review import Change
from .scan import VIEWS, Identity, PlanarScan
from .seg_nrrd import read_segments
from .segmentation import HOT_SPOT_CLASSES, Mention, Segmentation
from .skeleton import Place, bone_place

CASE_FILES = (
    "anterior.seg.nrrd",
    "posterior.seg.nrrd",
    "hot_spots.csv",
    "result.json",
    "maps.npz",
    "overlay.png",
    "scene.mrb",
)
"""The files that are ours to replace. Whatever else lies in the folder is the reader's and stays."""
# What file managers leave in folders that look empty.
_NOTHING = {".DS_Store", "Thumbs.db", "desktop.ini"}
CSV_COLUMNS = (
    "id",
    "class",
    "accepted",
    "region",
    "side",
    "level",
    "views",
    "area_mm2_anterior",
    "area_mm2_posterior",
    "max_counts_anterior",
    "max_counts_posterior",
    "mean_counts_anterior",
    "mean_counts_posterior",
    "ratio_to_background",
    "probability",
    "probability_image_only",
    "report_effect",
    "phrase",
    "edited_by",
)
_EDITABLE_COLUMNS = ("id", "class", "accepted", "region", "side", "level")
_REGIONS = {region.name: region for region in REPORTING_REGIONS}
_ALLOWED = {
    "class": HOT_SPOT_CLASSES,
    "accepted": ("yes", "no"),
    "region": (*_REGIONS, *(site.name for site in PHYSIOLOGICAL_SITES)),
    "side": ("left", "right", "midline"),
}
# A spreadsheet takes a cell that begins so for a formula, full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


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
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into that becomes ``out`` when all went well, and vanishes when not.

    An earlier ``out`` stands until the new one is complete, and comes back if the exchange fails. Files in it that are
    none of ``CASE_FILES`` are kept.

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
            _exchange(partial, target)
        else:
            partial.rename(target)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _exchange(partial: Path, target: Path) -> None:
    """Put ``partial`` in the place of ``target``, with the reader's own files."""
    earlier = partial.with_name(f"{partial.name}-earlier")
    shutil.copymode(target, partial)
    target.rename(earlier)
    try:
        _move_foreign_files(earlier, partial)
        partial.rename(target)
    except OSError:
        _move_foreign_files(partial, earlier)
        earlier.rename(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _move_foreign_files(source: Path, target: Path) -> None:
    for path in list(source.iterdir()):
        if path.name not in CASE_FILES:
            path.rename(target / path.name)


def write_case(folder: Path, case: Case, *, lang: str = "en", scene: bool = True) -> None:
    """Write every file of a case into an empty folder.

    Parameters
    ----------
    lang : {"en", "zh"}
        Of segment names and pictures.
    scene : bool
        Also ``scene.mrb``, which needs Slicer or the package ``slicer-core``.
    """
    from .figures import draw_overlay

    if case.deidentified:
        case = without_identity(case)
    for view in case.scan.views:
        write_seg_nrrd(case.scan, case.hot_spots, view, folder / f"{view}.seg.nrrd", lang=lang)
    _write_csv(folder / "hot_spots.csv", case)
    text = json.dumps(result_document(case), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "result.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    write_maps(folder / "maps.npz", case.scan, case.segmentation)
    model = f"{case.segmentation.model['name']} {case.segmentation.model['version']}"
    caption = summary_sentence(case)
    draw_overlay(case.scan, case.hot_spots, folder / "overlay.png", lang=lang, caption=caption, model=model)
    if scene:
        _write_scene(folder / "scene.mrb", case, lang)


def _write_scene(path: Path, case: Case, lang: str) -> None:
    from .scene import build_scene, write_mrb

    report_text = case.report.text if case.report and not case.deidentified else None
    nodes = build_scene(case.scan, case.hot_spots, report_text, lang=lang)
    try:
        write_mrb(nodes, path)
    finally:
        nodes.remove()


def _write_csv(path: Path, case: Case) -> None:
    # With a byte order mark, or spreadsheet programs on Windows show Chinese phrases as gibberish.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for spot in case.hot_spots:
            writer.writerow(_csv_row(spot))


def _csv_row(spot: HotSpot) -> dict[str, str]:
    row = {
        "id": spot.id,
        "class": spot.hot_spot_class,
        "accepted": "yes" if spot.accepted else "no",
        "region": spot.region,
        "side": spot.side,
        "level": spot.level,
        "views": " ".join(view for view in VIEWS if view in spot.views),
        "ratio_to_background": _number(spot.ratio_to_background, 2),
        "probability": _number(spot.probability, 3),
        "probability_image_only": _number(spot.probability_image_only, 3),
        "report_effect": spot.report_effect,
        "phrase": _no_formula(spot.phrase),
        "edited_by": _no_formula(spot.edited_by),
    }
    for view, shown in spot.views.items():
        row[f"area_mm2_{view}"] = _number(shown.area_mm2, 1)
        row[f"max_counts_{view}"] = _number(shown.max_counts, 1)
        row[f"mean_counts_{view}"] = _number(shown.mean_counts, 2)
    return row


def _number(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _no_formula(text: str) -> str:
    """Return free text with an apostrophe before what a spreadsheet would compute; reading back takes result.json's."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


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
    if not (out / "result.json").is_file():
        raise InputError(f"{out} holds no result.json; it is not a case made by 'bonemetseg segment'")
    scan, segmentation = read_maps(out / "maps.npz")
    try:
        document = json.loads((out / "result.json").read_text(encoding="utf-8"))
        scan, segmentation = _with_document(scan, segmentation, document)
        report = _stored_report(document["report"])
        stored = [_stored_hot_spot(entry) for entry in document["hot_spots"]]
        fingerprints = [
            {name: view["mask_sha256"] for name, view in entry["views"].items()} for entry in document["hot_spots"]
        ]
        notes, timings, deidentified = document["notes"], document["timings_s"], document["deidentified"]
        changes = [Change(**entry) for entry in document["update"]]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"result.json of {out} is damaged; segment the scan again") from error
    ids = [spot.id for spot in stored]
    rows = _read_csv(out / "hot_spots.csv", ids)
    masks, drawn = _read_masks(out, scan, ids)
    measure = _Measuring(scan, segmentation, masks, drawn)
    spots = []
    for spot, fingerprint in zip(stored, fingerprints, strict=True):
        if spot.id in rows and masks[spot.id]:
            row = rows[spot.id]
            views = measure(masks[spot.id], Place(row["region"], row["side"], row["level"]))
            edited = _edited(spot, fingerprint, row, views, editor)
            moved = _place(edited) != _place(spot)
            spots.append(with_phrase(edited, segmentation, report) if moved else edited)
    next_number = max((spot.number for spot in stored), default=0) + 1
    for number, outlines in enumerate(join_views(scan, segmentation, drawn), next_number):
        place = bone_place(scan, segmentation.views, outlines)
        new = _drawn(f"H{number:02d}", place, measure(outlines, place), editor)
        new = new if report is None else replace(new, report_effect="unchanged")
        spots.append(with_phrase(new, segmentation, report))
    return Case(
        scan,
        report,
        segmentation,
        spots,
        measure_burden(scan, segmentation, spots),
        compare_report(report, segmentation, spots) if report else Concordance(),
        quality_flags(scan),
        changes=changes,
        seconds=timings,
        deidentified=deidentified,
        notes=notes,
    )


def _with_document(
    scan: PlanarScan, segmentation: Segmentation, document: Mapping[str, Any]
) -> tuple[PlanarScan, Segmentation]:
    """Add what ``result.json`` knows to what ``maps.npz`` knows."""
    about, model = document["scan"], document["model"]
    views = {
        name: replace(
            view,
            pixel_size_source=about["views"][name]["pixel_size_source"],
            view_source=about["views"][name]["view_source"],
            sop_instance_uid=about["views"][name]["sop_instance_uid"],
            frame_number=about["views"][name]["frame_number"],
        )
        for name, view in scan.views.items()
    }
    known = (
        "modality",
        "source_format",
        "lossy",
        "acquisition_date",
        "acquisition_time",
        "injection_time",
        "radiopharmaceutical",
        "device",
    )
    scan = replace(
        scan,
        views=views,
        identity=Identity(**about["identity"]),
        warnings=tuple(document["warnings"]),
        **{key: about[key] for key in known},
    )
    mentions = tuple(
        Mention(**{**entry, "slots": tuple(entry["slots"])}) for entry in document["report"].get("mentions", [])
    )
    names = {key: model[key] for key in ("name", "version", "sha256")}
    return scan, replace(
        segmentation, mentions=mentions, model=names, thresholds=model["thresholds"], device=model["device"]
    )


def _stored_report(entry: Mapping[str, Any]) -> Report | None:
    """Return the report; of a de-identified case its clauses without words."""
    if not entry["present"]:
        return None
    if "text" in entry:
        return parse_report(entry["text"], entry["encoding"])
    clauses = (Clause(clause["start"], clause["end"], clause["section"]) for clause in entry["clauses"])
    return Report("", entry["language"], tuple(clauses))


def _stored_hot_spot(entry: Mapping[str, Any]) -> HotSpot:
    """Return a hot spot as ``result.json`` has it, without its views."""
    span = entry["phrase_span"]
    return HotSpot(
        entry["id"],
        entry["class"],
        entry["accepted"],
        entry["region"],
        entry["side"],
        entry["level"],
        {},
        _from_json(entry["probability"]),
        _from_json(entry["probability_image_only"]),
        _from_json(entry["probability_with_report"]),
        entry["report_effect"],
        entry["phrase"],
        None if span is None else (span[0], span[1]),
        entry["edited_by"],
    )


def _from_json(value: float | None) -> float:
    return float("nan") if value is None else float(value)


# ---- the table ------------------------------------------------------------------------------------------------------


def _read_csv(path: Path, ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the editable columns of each row, as typed here or saved again by a spreadsheet program."""
    text = _csv_text(path)
    header = (text.splitlines() or [""])[0]
    # Where the comma is the decimal sign, spreadsheet programs separate by semicolons.
    separator = next((mark for mark in ",;\t" if mark in header), ",")
    rows: dict[str, dict[str, str]] = {}
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="")
        missing = [column for column in _EDITABLE_COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"{path.name} lacks its column {missing[0]!r}; keep the header line as it was")
        for line in reader:
            row = {column: line[column].strip() for column in _EDITABLE_COLUMNS}
            row["id"] = row["id"].upper()
            if not any(row.values()):
                continue  # an empty line at the end
            if row["id"] in rows:
                raise InputError(f"{path.name} has two rows of {row['id']}; leave one")
            if row["id"] not in ids:
                raise InputError(
                    f"{path.name}: {row['id']!r} is no hot spot of this case; a new one is drawn as a segment"
                )
            rows[row["id"]] = _checked_row(path.name, row)
    except csv.Error as error:
        raise InputError(f"{path.name} cannot be read; save it as CSV in UTF-8") from error
    return rows


def _csv_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}") from error
    # Chinese Windows saves plain CSV in its own encoding; what is read of it is ASCII in both.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(f"{path.name} cannot be read; save it as CSV in UTF-8")


def _checked_row(file: str, typed: Mapping[str, str]) -> dict[str, str]:
    row = {column: value.lower() if column in _ALLOWED else value.upper() for column, value in typed.items()}
    for column, values in _ALLOWED.items():
        if row[column] not in values:
            raise InputError(f"{file}: {row['id']} has {column} {typed[column]!r}; it is one of {', '.join(values)}")
    region = _REGIONS.get(row["region"])
    if region and (row["side"] == "midline") == region.sided:
        right = "left or right" if region.sided else "midline"
        raise InputError(f"{file}: {row['id']} has side {row['side']!r}; {region.name} has side {right}")
    levels = region.levels if region else ()
    if row["level"] and row["level"] not in levels:
        known = f"has levels {levels[0]} to {levels[-1]}" if levels else "has no levels, leave it empty"
        raise InputError(f"{file}: {row['id']} has level {typed['level']!r}; {row['region']} {known}")
    return row


# ---- the outlines ---------------------------------------------------------------------------------------------------


def _read_masks(
    out: Path, scan: PlanarScan, ids: Collection[str]
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, list[np.ndarray]]]:
    """Return masks by hot spot id and view, and by view those that a reader drew; empty ones are left out.

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
    return masks, drawn


class _Measuring:
    """Measures outlines against a background that holds neither hot pixels nor any outline."""

    def __init__(
        self,
        scan: PlanarScan,
        segmentation: Segmentation,
        masks: Mapping[str, Mapping[str, np.ndarray]],
        drawn: Mapping[str, list[np.ndarray]],
    ) -> None:
        self._scan, self._segmentation = scan, segmentation
        self._occupied = {}
        for name, maps in segmentation.views.items():
            outlines = [*drawn[name], *(views[name] for views in masks.values() if name in views)]
            self._occupied[name] = np.logical_or.reduce([hot_pixels(maps, segmentation.thresholds), *outlines])

    def __call__(self, masks: Mapping[str, np.ndarray], place: Place) -> dict[str, HotSpotInView]:
        views, maps = self._scan.views, self._segmentation.views
        return {
            name: measure_in_view(views[name], maps[name], mask, place, self._occupied[name])
            for name, mask in masks.items()
        }


def _place(spot: HotSpot) -> tuple[str, Place]:
    return spot.hot_spot_class, Place(spot.region, spot.side, spot.level)


def _edited(
    stored: HotSpot,
    fingerprints: Mapping[str, str],
    row: Mapping[str, str],
    views: Mapping[str, HotSpotInView],
    editor: str,
) -> HotSpot:
    """Return a stored hot spot as its row and its outlines have it now."""
    spot = replace(
        stored,
        hot_spot_class=row["class"],
        accepted=row["accepted"] == "yes",
        region=row["region"],
        side=row["side"],
        level=row["level"],
        views=views,
    )
    outlines_edited = {name: mask_sha256(view.mask) for name, view in views.items()} != fingerprints
    if outlines_edited or spot.accepted != stored.accepted or _place(spot) != _place(stored):
        return replace(spot, edited_by=editor)
    return spot


def _drawn(spot_id: str, place: Place, views: Mapping[str, HotSpotInView], editor: str) -> HotSpot:
    """A segment that a reader drew: an accepted metastasis, until the table says otherwise."""
    nan = float("nan")
    return HotSpot(
        spot_id, "metastasis", True, place.region, place.side, place.level, views, nan, nan, edited_by=editor
    )


def same_scan(case: Case, scan: PlanarScan) -> bool:
    """Say whether a scan is the one a case was made from: same views, sides and pixels with the same counts."""
    return set(case.scan.views) == set(scan.views) and all(
        np.array_equal(view.counts.astype(np.float32), case.scan.views[name].counts)
        and view.mirrored == case.scan.views[name].mirrored
        and np.allclose(view.pixel_size_mm, case.scan.views[name].pixel_size_mm)
        for name, view in scan.views.items()
    )
