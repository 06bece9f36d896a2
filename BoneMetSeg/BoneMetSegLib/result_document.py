"""The content of ``result.json``; its schema is ``Resources/Schema/result.schema.json`` (floor 4)."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from . import __version__
from .anatomy import SKELETON_CHANNEL_NAMES
from .burden import BSI_NOTE, EOD_NAME, VIEW_RULES, Burden
from .burden_spect import SpectBurden
from .concordance import Concordance
from .hot_spots import HotSpot, HotSpotInView
from .json_values import without_nan
from .quality import QualityFlag
from .report import Report
from .report_arbiter import read_mentions
from .review import Change
from .scan import PLANE_A_MM, Identity, Scan, SpectScan
from .scan_summary import acquisition_facts, view_facts, volume_facts
from .segmentation import Segmentation
from .spect_columns import uptake_values

SCHEMA_VERSION = "1.0"
SOFTWARE_NAME = "BoneMetSeg"
RESEARCH_USE = "For research use only. Not for diagnosis or treatment."
GEOMETRY_NOTE = (
    "Planar views have no depth: the planes at A = +100 mm (anterior) and A = -100 mm (posterior) are a convention."
)


@dataclass(frozen=True)
class Case:
    """A finished case: the scan, its report, and all that was found.

    Attributes
    ----------
    report : Report or None
    changes : tuple of Change
        What the last ``--update`` did.
    seconds : mapping
        Time per stage of the whole run.
    deidentified : bool
        Identity and report text are left out of everything written.
    notes : tuple of str
        Lines that say where the input came from ("The report is invented.").
    """

    scan: Scan
    report: Report | None
    segmentation: Segmentation
    hot_spots: Sequence[HotSpot]
    burden: Burden | SpectBurden
    concordance: Concordance
    quality: Sequence[QualityFlag]
    changes: Sequence[Change] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    deidentified: bool = False
    notes: Sequence[str] = ()


def mask_sha256(mask: np.ndarray) -> str:
    """Return a fingerprint of a mask, to tell later whether somebody edited it."""
    return hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()


def without_identity(case: Case) -> Case:
    """Return the case without names, numbers and UIDs, and without any words of its report.

    What the report says in codes stays: the spans of its clauses, and places with their status.
    """
    scan = replace(case.scan, identity=Identity())
    if isinstance(scan, SpectScan):
        scan = replace(scan, slice_sources=())
    else:
        scan = replace(scan, views={name: replace(view, sop_instance_uid="") for name, view in scan.views.items()})
    segmentation = case.segmentation
    if case.report and case.report.text:  # what lexicon and grammar read in its words is kept in codes
        segmentation = replace(segmentation, mentions=read_mentions(case.report, segmentation.mentions))
    phrases = tuple(replace(phrase, phrase="") for phrase in case.concordance.phrases_without_hot_spot)
    return replace(
        case,
        scan=scan,
        report=case.report and replace(case.report, text="", encoding=""),
        segmentation=segmentation,
        hot_spots=[replace(spot, phrase="", phrase_span=None) for spot in case.hot_spots],
        concordance=replace(case.concordance, phrases_without_hot_spot=phrases),
        deidentified=True,
    )


def result_document(case: Case) -> dict[str, Any]:
    """Return ``result.json`` as plain Python; numbers that are not known are None."""
    if case.deidentified:
        case = without_identity(case)
    document = {
        "schema_version": SCHEMA_VERSION,
        "deidentified": case.deidentified,
        "research_use": RESEARCH_USE,
        "notes": list(case.notes),
        "model": {
            **case.segmentation.model,
            "device": case.segmentation.device,
            "thresholds": dict(case.segmentation.thresholds),
            "burden_calibration": dict(case.segmentation.burden_calibration),
        },
        "scan": _scan(case),
        "report": _report(case),
        "hot_spots": [_hot_spot(spot, case.scan) for spot in case.hot_spots],
        "summary": summary_sentence(case),
        "burden": _burden(case.burden),
        "concordance": None if case.report is None else asdict(case.concordance),
        "update": [asdict(change) for change in case.changes],
        "quality": [asdict(flag) for flag in case.quality],
        "warnings": list(case.scan.warnings),
        "timings_s": {**case.segmentation.seconds, **case.seconds},
        "software": {
            "name": SOFTWARE_NAME,
            "version": __version__,
            "python": platform.python_version(),
            "system": platform.system(),
        },
    }
    return without_nan(document)


def summary_sentence(case: Case) -> str:
    """Say the finding in one sentence; no lesion is said plainly."""
    count = case.burden.lesion_count
    if not count:
        return "No lesion found: no hot spot is accepted as a metastasis."
    lesions = "1 lesion" if count == 1 else f"{count} lesions"
    if isinstance(case.burden, SpectBurden):
        return f"{lesions} accepted as metastasis; {_volume_words(case.burden)}. Research use only."
    bsi = case.burden.bsi_percent
    left_out = ", ".join(bone.replace("_", " ") for bone in case.burden.unmeasured)
    measured = (
        ""
        if math.isnan(bsi)
        else f"; Bone Scan Index {bsi:.2f} % {f'without {left_out} ' if left_out else ''}"
        f"({_calibrated_words(case.burden)}{case.burden.weights_name}; view rule {case.burden.view_rule})"
    )
    return f"{lesions} accepted as metastasis{measured}. Research use only."


def _calibrated_words(burden: Burden) -> str:
    """Say the calibrated index with its interval, "" without one."""
    if math.isnan(burden.bsi_calibrated_percent):
        return ""
    low, high = burden.intervals["bsi_calibrated_percent"]
    return f"calibrated {burden.bsi_calibrated_percent:.2f} %, {low:.2f} to {high:.2f}; "


def _volume_words(burden: SpectBurden) -> str:
    unit = {"SUVbw": "SUVbw", "Bq/ml": "Bq/ml", "counts": "counts per voxel"}[burden.quantity]
    return f"{burden.lesion_volume_ml:.1f} ml in all, maximum {burden.maximum:.4g}, mean {burden.mean:.4g} {unit}"


def _burden(burden: Burden | SpectBurden) -> dict[str, Any]:
    if isinstance(burden, SpectBurden):
        return {**asdict(burden), "intervals": _ends(burden.intervals)}
    regions = [{**asdict(region), "intervals": _ends(region.intervals)} for region in burden.regions]
    return {
        **asdict(burden),
        "intervals": _ends(burden.intervals),
        "regions": regions,
        "eod_scale": EOD_NAME,
        "view_rule_options": VIEW_RULES,
        "bsi_note": BSI_NOTE,
    }


def _ends(intervals: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
    """Return intervals with as many digits as draws can tell, rounded outward: they still hold their figures."""
    return {
        name: [_four_digits(low, math.floor), _four_digits(high, math.ceil)] for name, (low, high) in intervals.items()
    }


def _four_digits(value: float, rounded: Callable[[float], int]) -> float:
    if not math.isfinite(value) or value == 0:
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 3)
    return float(f"{rounded(value / unit) * unit:.5g}")


def _scan(case: Case) -> dict[str, Any]:
    scan = case.scan
    common = {
        **acquisition_facts(scan),
        "identity": {} if case.deidentified else asdict(scan.identity),
        "skeleton_channels": list(SKELETON_CHANNEL_NAMES),
    }
    if isinstance(scan, SpectScan):
        return {**common, **volume_facts(scan), "slice_sources": [list(source) for source in scan.slice_sources]}
    return {
        **common,
        "geometry_note": GEOMETRY_NOTE,
        "views": {
            name: {
                **view_facts(view),
                "plane_a_mm": PLANE_A_MM[name],
                "sop_instance_uid": view.sop_instance_uid,
                "frame_number": view.frame_number,
            }
            for name, view in scan.views.items()
        },
    }


def _report(case: Case) -> dict[str, Any]:
    if case.report is None:
        return {"present": False}
    report = case.report
    return {
        "present": True,
        "language": report.language,
        "fit": case.segmentation.report_fit,
        **({} if case.deidentified else {"encoding": report.encoding, "text": report.text}),
        "clause_count": len(report.clauses),
        "clauses": [
            {
                "start": clause.start,
                "end": clause.end,
                "section": clause.section,
                "text": report.text[clause.start : clause.end],
            }
            for clause in report.clauses
        ],
        "mentions": [asdict(mention) for mention in case.segmentation.mentions],
    }


def _measures(shown: HotSpotInView, scan: Scan) -> dict[str, Any]:
    if isinstance(scan, SpectScan):
        return {"volume_ml": shown.volume_ml, **uptake_values(shown, scan.quantity)}
    return {"area_mm2": shown.area_mm2, "max_counts": shown.max_counts, "mean_counts": shown.mean_counts}


def _hot_spot(spot: HotSpot, scan: Scan) -> dict[str, Any]:
    return {
        "id": spot.id,
        "class": spot.hot_spot_class,
        "accepted": spot.accepted,
        "region": spot.region,
        "side": spot.side,
        "level": spot.level,
        "level_margin": spot.level_margin,
        "views": {
            name: {
                **_measures(view, scan),
                "ratio_to_background": view.ratio_to_background,
                "mask_sha256": mask_sha256(view.mask),
            }
            for name, view in spot.views.items()
        },
        "ratio_to_background": spot.ratio_to_background,
        "probability": spot.probability,
        "probability_image_only": spot.probability_image_only,
        "probability_with_report": spot.probability_with_report,
        "report_effect": spot.report_effect,
        "phrase": spot.phrase,
        "phrase_span": spot.phrase_span,
        "edited_by": spot.edited_by,
    }
