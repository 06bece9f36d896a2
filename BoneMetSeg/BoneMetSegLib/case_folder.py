"""OUT on disk: written whole or not at all, and read back with the reader's edits (floor 5)."""

from __future__ import annotations

import csv
import json
import math
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS
from .errors import InputError
from .hot_spot_segments import HOT_SPOT_TAG, write_seg_nrrd
from .hot_spots import HotSpot, HotSpotInView, measure_in_view
from .maps_file import read_maps, write_maps
from .report import parse_report
from .result_document import Case, mask_sha256, result_document
from .scan import VIEWS, Identity, PlanarScan
from .seg_nrrd import Segment, read_segments
from .segmentation import HOT_SPOT_CLASSES, Mention, Segmentation
from .skeleton import Place, bone_place

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
_REGIONS = {region.name for region in REPORTING_REGIONS} | {site.name for site in PHYSIOLOGICAL_SITES}
_SIDES = ("left", "right", "midline")


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
    holds_case = (out / "result.json").is_file()
    if update and not holds_case:
        raise InputError(f"{out} holds no case to update; leave --update out for a new one")
    if out.is_dir() and any(out.iterdir()) and not update:
        if not overwrite:
            raise InputError(
                f"{out} is not empty; give --overwrite to replace it, or --update to add the report to its case"
            )
        if not holds_case:
            raise InputError(
                f"{out} holds files but no earlier case; --overwrite replaces only a case, choose another folder"
            )


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into that becomes ``out`` when all went well, and vanishes when not.

    An earlier ``out`` stands until the new one is complete, and comes back if the exchange fails.
    """
    target = out.resolve()
    partial = Path(tempfile.mkdtemp(prefix=".bonemetseg-", dir=target.parent))
    earlier = partial.with_name(partial.name + "-earlier")
    try:
        yield partial
        partial.chmod(0o755)
        if target.exists():
            target.rename(earlier)
        try:
            partial.rename(target)
        except OSError:
            if earlier.exists():
                earlier.rename(target)
            raise
    except OSError as error:
        raise InputError(f"{out} cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if target.exists():
            shutil.rmtree(earlier, ignore_errors=True)


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
    from .result_document import summary_sentence

    for view in case.scan.views:
        write_seg_nrrd(case.scan, case.hot_spots, view, folder / f"{view}.seg.nrrd", lang=lang)
    _write_csv(folder / "hot_spots.csv", case)
    text = json.dumps(result_document(case), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "result.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    write_maps(folder / "maps.npz", case.scan, case.segmentation)
    draw_overlay(case.scan, case.hot_spots, folder / "overlay.png", lang=lang, caption=summary_sentence(case))
    if scene:
        _write_scene(folder / "scene.mrb", case, lang)


def _write_scene(path: Path, case: Case, lang: str) -> None:
    from .scene import build_scene, write_mrb

    report_text = None if case.report is None or case.deidentified else case.report.text
    hot_spots = [replace(spot, phrase="") for spot in case.hot_spots] if case.deidentified else case.hot_spots
    nodes = build_scene(case.scan, hot_spots, report_text, lang=lang)
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
            writer.writerow(_csv_row(spot, hide_text=case.deidentified))


def _csv_row(spot: HotSpot, *, hide_text: bool) -> dict[str, str]:
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
        "phrase": "" if hide_text else spot.phrase,
        "edited_by": spot.edited_by,
    }
    for view, shown in spot.views.items():
        row[f"area_mm2_{view}"] = _number(shown.area_mm2, 1)
        row[f"max_counts_{view}"] = _number(shown.max_counts, 1)
        row[f"mean_counts_{view}"] = _number(shown.mean_counts, 2)
    return row


def _number(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


# ---- reading back ---------------------------------------------------------------------------------------------------


def read_case(out: Path, editor: str = "reader") -> Case:
    """Read a case folder with whatever was edited in its segmentations and its table.

    Outlines, deleted and new segments come from the ``.seg.nrrd`` files; accepted, class, region, side and level from
    ``hot_spots.csv``. Every edit found puts ``editor`` into ``edited_by``. Burden and concordance are those of the folder
    and must be measured again.

    Raises
    ------
    InputError
        No case, or a file of it that cannot be read, with the row or segment that is wrong.
    """
    if not (out / "result.json").is_file():
        raise InputError(f"{out} holds no result.json; it is not a case made by 'bonemetseg segment'")
    try:
        document = json.loads((out / "result.json").read_text(encoding="utf-8"))
        scan, segmentation = _with_document(*read_maps(out / "maps.npz"), document)
        report = (
            parse_report(document["report"]["text"], document["report"]["encoding"])
            if "text" in document["report"]
            else None
        )
        stored = {entry["id"]: entry for entry in document["hot_spots"]}
        notes, timings = document["notes"], document["timings_s"]
        deidentified = document["report"]["present"] and report is None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"result.json of {out} is damaged ({error!r}); segment the scan again") from error
    rows = _read_csv(out / "hot_spots.csv")
    masks = _read_masks(out, scan)
    spots = [
        spot
        for spot_id in stored
        if (spot := _edited(stored[spot_id], rows.get(spot_id), masks.pop(spot_id, {}), scan, segmentation, editor))
    ]
    next_number = max((int(spot_id[1:]) for spot_id in stored), default=0) + 1
    for number, drawn in enumerate(masks.values(), next_number):
        spots.append(_drawn(f"H{number:02d}", drawn, scan, segmentation, editor))
    from .burden import measure_burden
    from .concordance import Concordance
    from .quality import quality_flags

    burden = measure_burden(scan, segmentation, spots)
    return Case(
        scan,
        report,
        segmentation,
        spots,
        burden,
        Concordance(),
        quality_flags(scan),
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


def _read_csv(path: Path) -> dict[str, dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = set(CSV_COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise InputError(f"{path.name} lacks its column {sorted(missing)[0]!r}; keep the header line as it was")
            rows = {row["id"]: row for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name} is missing or cannot be read; save it as CSV in UTF-8") from error
    for row in rows.values():
        _check_row(path.name, row)
    return rows


def _check_row(file: str, row: Mapping[str, str]) -> None:
    allowed = {"accepted": ("yes", "no"), "class": HOT_SPOT_CLASSES, "side": _SIDES, "region": tuple(sorted(_REGIONS))}
    for column, values in allowed.items():
        if row[column] not in values:
            raise InputError(f"{file}: {row['id']} has {column} {row[column]!r}; it is one of {', '.join(values)}")


def _read_masks(out: Path, scan: PlanarScan) -> dict[str, dict[str, np.ndarray]]:
    """Return masks by hot spot id and view; segments drawn by hand are keyed by their own id."""
    masks: dict[str, dict[str, np.ndarray]] = {}
    for name, view in scan.views.items():
        path = out / f"{name}.seg.nrrd"
        if not path.is_file():
            raise InputError(f"{out} lacks {path.name}; segment the scan again")
        for segment in read_segments(path, view):
            if segment.mask.any():
                masks.setdefault(_hot_spot_id(segment, name), {})[name] = segment.mask
    return masks


def _hot_spot_id(segment: Segment, view: str) -> str:
    return segment.tags.get(HOT_SPOT_TAG) or segment.id.removesuffix(f"_{view}")


def _edited(
    stored: Mapping[str, Any],
    row: Mapping[str, str] | None,
    masks: Mapping[str, np.ndarray],
    scan: PlanarScan,
    segmentation: Segmentation,
    editor: str,
) -> HotSpot | None:
    """Return a stored hot spot with its edits; None when its segments or its row were deleted."""
    if not masks or row is None:
        return None
    place = Place(row["region"], row["side"], row["level"])
    outline_edited = {name: mask_sha256(mask) for name, mask in masks.items()} != {
        name: view["mask_sha256"] for name, view in stored["views"].items()
    }
    entries = (("class", "class"), ("region", "region"), ("side", "side"), ("level", "level"))
    accepted = row["accepted"] == "yes"
    edited = outline_edited or accepted != stored["accepted"] or any(row[a] != stored[b] for a, b in entries)
    span = stored["phrase_span"]
    return HotSpot(
        stored["id"],
        row["class"],
        accepted,
        place.region,
        place.side,
        place.level,
        _measured(masks, place, scan, segmentation),
        _from_json(stored["probability"]),
        _from_json(stored["probability_image_only"]),
        _from_json(stored["probability_with_report"]),
        stored["report_effect"],
        stored["phrase"],
        None if span is None else (span[0], span[1]),
        editor if edited else stored["edited_by"],
    )


def _drawn(
    spot_id: str, masks: Mapping[str, np.ndarray], scan: PlanarScan, segmentation: Segmentation, editor: str
) -> HotSpot:
    """A segment the reader drew: an accepted metastasis, until the table says otherwise."""
    place = bone_place(scan, segmentation.views, masks)
    views = _measured(masks, place, scan, segmentation)
    nan = float("nan")
    return HotSpot(
        spot_id, "metastasis", True, place.region, place.side, place.level, views, nan, nan, edited_by=editor
    )


def _measured(
    masks: Mapping[str, np.ndarray], place: Place, scan: PlanarScan, segmentation: Segmentation
) -> dict[str, HotSpotInView]:
    return {
        name: measure_in_view(scan.views[name], segmentation.views[name], mask, place, _hot(segmentation, name) | mask)
        for name, mask in masks.items()
    }


def _hot(segmentation: Segmentation, view: str) -> np.ndarray:
    """All that the network calls hot in a view, which no background may include."""
    return segmentation.views[view].best[0] < 1 - segmentation.thresholds["foreground"]


def _from_json(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def same_scan(case: Case, scan: PlanarScan) -> bool:
    """Say whether a scan is the one a case was made from: same views with the same counts."""
    return set(case.scan.views) == set(scan.views) and all(
        np.array_equal(view.counts.astype(np.float32), case.scan.views[name].counts)
        for name, view in scan.views.items()
    )
