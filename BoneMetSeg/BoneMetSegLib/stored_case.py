"""A case as ``result.json`` and ``maps.npz`` hold it, read back (floor 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from .burden import burden_of
from .case_edits import Decision, Outlines, edited_hot_spots
from .concordance import Concordance, compare_report
from .errors import InputError
from .hot_spots import HotSpot
from .maps_file import read_maps
from .quality import quality_flags
from .quality_burden import with_burden_flags
from .report import Clause, Report, parse_report
from .result_document import SCHEMA_VERSION, Case
from .review import Change
from .scan import Identity, PlanarScan, Scan
from .segmentation import Mention, Segmentation


@dataclass(frozen=True)
class StoredCase:
    """What is known of a case without its outlines.

    Attributes
    ----------
    report : Report or None
        Of a de-identified case its clauses without words.
    hot_spots : sequence of HotSpot
        Without views.
    fingerprints : mapping from id to mapping from view to str
        Of the outlines as they were written.
    """

    scan: Scan
    segmentation: Segmentation
    report: Report | None
    hot_spots: Sequence[HotSpot]
    fingerprints: Mapping[str, Mapping[str, str]]
    notes: Sequence[str]
    seconds: Mapping[str, float]
    changes: Sequence[Change]
    deidentified: bool

    def edited(self, decisions: Mapping[str, Decision], outlines: Outlines, editor: str) -> Case:
        """Return the whole case with a reader's decisions and with the outlines as they are now, measured again.

        Every edit found puts ``editor`` into ``edited_by``; a hot spot without decision or outline is deleted.
        """
        scan, segmentation, report = self.scan, self.segmentation, self.report
        spots = edited_hot_spots(
            scan, segmentation, report, self.hot_spots, self.fingerprints, decisions, outlines, editor
        )
        burden = burden_of(scan, segmentation, spots)
        flags = quality_flags(scan, hot_spots=spots, segmentation=segmentation)
        return Case(
            scan,
            report,
            segmentation,
            spots,
            burden,
            compare_report(report, segmentation, spots) if report else Concordance(),
            with_burden_flags(flags, scan, segmentation, spots, burden),
            changes=self.changes,
            seconds=self.seconds,
            deidentified=self.deidentified,
            notes=self.notes,
        )


def read_stored_case(folder: Path) -> StoredCase:
    """Read ``result.json`` and ``maps.npz`` of a folder.

    Raises
    ------
    InputError
        One of them is missing or damaged.
    """
    try:
        text = (folder / "result.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{folder} holds no result.json; it is not a case made by 'bonemetseg segment'") from None
    except (OSError, ValueError) as error:
        raise InputError(f"result.json of {folder} is damaged; segment the scan again") from error
    return parse_stored_case(text, folder / "maps.npz", f"{folder}")


def parse_stored_case(text: str, maps: Path | BinaryIO, name: str) -> StoredCase:
    """Return the case that the text of ``result.json`` and the file ``maps.npz`` hold.

    Parameters
    ----------
    name : str
        Of the folder or scene they come from, for the errors.

    Raises
    ------
    InputError
        One of them is missing or damaged.
    """
    scan, segmentation = read_maps(maps, f"maps.npz of {name}")
    try:
        document = json.loads(text)
        if document["schema_version"] != SCHEMA_VERSION:
            raise InputError(f"{name} was written by another version of BoneMetSeg; segment the scan again")
        scan, segmentation = _with_document(scan, segmentation, document)
        entries = document["hot_spots"]
        return StoredCase(
            scan=scan,
            segmentation=segmentation,
            report=_stored_report(document["report"]),
            hot_spots=[_stored_hot_spot(entry) for entry in entries],
            fingerprints={
                entry["id"]: {name: view["mask_sha256"] for name, view in entry["views"].items()} for entry in entries
            },
            notes=document["notes"],
            seconds=document["timings_s"],
            changes=[Change(**entry) for entry in document["update"]],
            deidentified=document["deidentified"],
        )
    except InputError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"result.json of {name} is damaged; segment the scan again") from error


def _with_document(scan: Scan, segmentation: Segmentation, document: Mapping[str, Any]) -> tuple[Scan, Segmentation]:
    """Add what ``result.json`` knows to what ``maps.npz`` knows."""
    about, model = document["scan"], document["model"]
    if isinstance(scan, PlanarScan):
        scan = _with_view_facts(scan, about["views"])
    else:
        sources = tuple((str(uid), int(frame)) for uid, frame in about["slice_sources"])
        scan = replace(scan, quantity_reason=about["quantity_reason"], slice_sources=sources)
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
        identity=Identity(**about["identity"]),
        warnings=tuple(document["warnings"]),
        **{key: about[key] for key in known},
    )
    mentions = tuple(
        Mention(**{**entry, "slots": tuple(entry["slots"])}) for entry in document["report"].get("mentions", [])
    )
    names = {key: model[key] for key in ("name", "version", "sha256")}
    return scan, replace(
        segmentation,
        mentions=mentions,
        model=names,
        thresholds=model["thresholds"],
        device=model["device"],
        report_fit=document["report"].get("fit"),
        burden_calibration=model.get("burden_calibration", {}),
    )


def _with_view_facts(scan: PlanarScan, about: Mapping[str, Any]) -> PlanarScan:
    views = {
        name: replace(
            view,
            pixel_size_source=about[name]["pixel_size_source"],
            view_source=about[name]["view_source"],
            sop_instance_uid=about[name]["sop_instance_uid"],
            frame_number=about[name]["frame_number"],
        )
        for name, view in scan.views.items()
    }
    return replace(scan, views=views)


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
        entry.get("level_margin", 0),
    )


def _from_json(value: float | None) -> float:
    return float("nan") if value is None else float(value)
