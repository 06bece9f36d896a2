"""The content of ``comparison.json``; its schema is ``Resources/Schema/comparison.schema.json`` (floor 4)."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from . import __version__
from .comparison import STATES, THERE, ComparedScan, Comparison
from .json_values import without_nan
from .response_categories import CATEGORIES
from .result_document import RESEARCH_USE, SOFTWARE_NAME

SCHEMA_VERSION = "1.0"
BSI_NOTE = (
    "Planar Bone Scan Index; not to be held against published cut-offs or other products. Its interval is that of two "
    "scans of the same disease."
)


def comparison_document(comparison: Comparison, *, deidentify: bool = False) -> dict[str, Any]:
    """Return ``comparison.json`` as plain Python; numbers that are not known are None.

    Parameters
    ----------
    deidentify : bool
        Leave out identity, dates and the names of folders; days since the first scan stay. What comes from a
        de-identified case is treated so anyway.
    """
    deidentify = deidentify or comparison.deidentified
    start = comparison.treatment_start
    document = {
        "schema_version": SCHEMA_VERSION,
        "deidentified": deidentify,
        "research_use": RESEARCH_USE,
        "summary": comparison_sentence(comparison),
        "identity": {} if deidentify else asdict(comparison.scans[0].case.scan.identity),
        "treatment_start": None if deidentify or start is None else start.isoformat(),
        "scans": [_scan(comparison, index, deidentify=deidentify) for index in range(len(comparison.scans))],
        "lesions": [
            {
                "id": lesion.id,
                "region": lesion.region,
                "side": lesion.side,
                "level": lesion.level,
                "centre_rs_mm": list(lesion.centre_mm),
                "at": {
                    scan.id: {**asdict(at), "spots": list(at.spots)}
                    for scan, at in zip(comparison.scans, lesion.at, strict=True)
                },
            }
            for lesion in comparison.lesions
        ],
        "states": list(STATES),
        "burden": [asdict(change) for change in comparison.burden],
        "burden_note": BSI_NOTE,
        "response": {
            "rules": "PCWG3",
            "categories": list(CATEGORIES),
            "no_category": comparison.no_category,
            "by_scan": [_response(comparison, index) for index in range(len(comparison.responses))],
        },
        "limits": asdict(comparison.limits),
        "notes": list(comparison.notes),
        "software": {"name": SOFTWARE_NAME, "version": __version__},
    }
    return without_nan(document)


def comparison_sentence(comparison: Comparison) -> str:
    """Say what is found, the last scan against the one before."""
    last = len(comparison.scans) - 1
    scans = comparison.scans
    counts = [(state, comparison.count(last, state)) for state in STATES if state not in ("absent", "present")]
    said = ", ".join(f"{count} {state}" for state, count in counts if count) or "no lesion"
    sentence = f"{scans[last].id} against {scans[last - 1].id}: {said}"
    change = comparison.last_change
    if not math.isnan(change.bsi_change_percent):
        sentence += (
            f"; Bone Scan Index {change.bsi_change_percent:+.2f} % (95 % interval {change.low_percent:+.2f} to "
            f"{change.high_percent:+.2f}), {change.verdict}"
        )
    if comparison.responses:
        sentence += f"; PCWG3 {comparison.responses[last].category}"
    return f"{sentence}. Research use only."


def _scan(comparison: Comparison, index: int, *, deidentify: bool) -> dict[str, Any]:
    scan = comparison.scans[index]
    burden = scan.burden
    return {
        "id": scan.id,
        **_who(scan, deidentify=deidentify),
        "days": scan.days,
        "days_on_treatment": scan.days_on_treatment,
        "views": {name: list(view.counts.shape) for name, view in scan.scan.views.items()},
        "registration": {
            name: {
                "correlation": registration.correlation,
                "bone_overlap": registration.bone_overlap,
                "residual_mm": registration.residual_mm,
                "poor": registration.poor,
            }
            for name, registration in scan.registrations.items()
        },
        "lesion_count": burden.lesion_count,
        "places": comparison.count(index, *THERE),
        "new": comparison.count(index, "new"),
        "lesion_area_mm2": dict(burden.lesion_area_mm2),
        "bsi_percent": burden.bsi_percent,
        "bsi_weights": burden.weights_name,
        "bsi_view_rule": burden.view_rule,
        "model": {key: scan.case.segmentation.model.get(key, "") for key in ("name", "version", "sha256")},
        "hot_spots_apart": [
            {
                "id": spot.id,
                "class": spot.hot_spot_class,
                "accepted": spot.accepted,
                "region": spot.region,
                "side": spot.side,
                "level": spot.level,
            }
            for spot in scan.case.hot_spots
            if spot.hot_spot_class != "physiological" and not (spot.accepted and spot.hot_spot_class == "metastasis")
        ],
    }


def _who(scan: ComparedScan, *, deidentify: bool) -> dict[str, Any]:
    if deidentify:
        return {"folder": None, "date": None}
    return {"folder": scan.name, "date": scan.day.isoformat() if scan.day else None}


def _response(comparison: Comparison, index: int) -> dict[str, Any]:
    response, scans = comparison.responses[index], comparison.scans

    def name(at: int | None) -> str | None:
        return None if at is None else scans[at].id

    return {
        "scan": scans[index].id,
        "category": response.category,
        "category_then": response.category_then,
        "reason": response.reason,
        "against": name(response.against),
        "new_lesions": list(response.new_lesions),
        "progression_at": name(response.progression_at),
    }
