"""Scores as Markdown tables. Every number comes from ``evaluation.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .conditions import CONDITIONS
from .froc import FALSE_POSITIVES_PER_SCAN

WORDS = {condition.name: condition.words for condition in CONDITIONS}
Scores = Mapping[str, Any]


def evaluation_markdown(scores: Scores) -> str:
    """Return the scores of one model as a short table: what a model card prints."""
    header = ("simulated patients", "DSC (95 % CI)", "pooled", "benign drawn", "sensitivity", "FP / scan",
              "FP / normal scan")  # fmt: skip
    rows = [
        (
            WORDS[name],
            plain_interval(row["dice"]),
            _number(row["dice_pooled"]),
            _number(row["benign_drawn_as_metastasis"]["mean"]),
            _number(row.get("lesion_sensitivity")),
            _number(row.get("false_positives_per_scan")),
            _number(row.get("false_positives_per_normal_scan")),
        )
        for name, row in scores["conditions"].items()
    ]
    return table(header, rows)


def model_tables(scores: Scores) -> str:
    """Return all tables of one model, each under a heading of the fourth level."""
    parts = [
        ("Conditions", evaluation_markdown(scores)),
        ("DSC against image only, same patients", differences_table(scores["dice_gain"])),
        ("DSC of one condition minus another", differences_table(scores["dice_differences"])),
        ("Pixels and outlines", pixels_table(scores)),
        ("Lesions", lesions_table(scores)),
        ("Calibration", calibration_table(scores)),
        ("Wrong and incomplete reports", reports_table(scores)),
        ("By patients", patients_table(scores["strata"]["patients"])),
        ("By lesions: sensitivity", lesion_groups_table(scores["strata"]["lesions"])),
        ("Skeleton, places, burden, time", others_table(scores)),
    ]
    return "\n".join(f"#### {heading}\n\n{text}" for heading, text in parts if text)


def document_markdown(document: Scores) -> str:
    """Return a whole evaluation in Markdown: who was evaluated, and every model's tables."""
    cohort = document["cohort"]
    lines = [f"# Evaluation on simulated patients\n\n{cohort_words(cohort)}\n"]
    for name, scores in document["models"].items():
        lines.append(f"## {name}\n\n{population_words(scores)}\n\n{model_tables(scores)}")
    if document.get("between_models"):
        lines.append(f"## Between models\n\n{between_table(document['between_models'])}")
    return "\n".join(lines)


def cohort_words(cohort: Scores) -> str:
    """Say who was evaluated."""
    clinic = f"`{cohort['clinic']}` (SHA-256 `{cohort['clinic_sha256'][:16]}`)" if cohort.get("clinic") else "unknown"
    who = f"split {cohort['split']}" if cohort.get("split") else f"a fresh cohort, seed {cohort['set_seed']}"
    shown = ", a tomography of each," if cohort.get("kind") == "spect" else ""
    made_by = f"simulator {cohort.get('simulator_version', '-')}"
    return (
        f"{cohort['cases']} simulated patients{shown} of the clinic {clinic}, {made_by}, {who}. "
        f"Reports in {cohort['wording'].replace('_', '-')} wording; drawn with seed {cohort['seed']}."
    )


def population_words(scores: Scores) -> str:
    """Say how many patients and lesions, and over what the intervals are drawn."""
    runs = f"{scores['runs']} runs" if scores["runs"] > 1 else "one run"
    over = (
        "runs and patients together"
        if scores["runs"] > 1
        else "patients (the spread over training runs is not in them)"
    )
    return (
        f"{scores['patients']} simulated patients, {scores['patients_with_visible_metastasis']} of them with a visible "
        f"metastasis, {scores['lesions']} lesions; {runs}. 95 % intervals: bootstrap over {over}."
    )


def differences_table(differences: Scores) -> str:
    """Return differences of DSC with their intervals."""
    rows = []
    for key, interval in differences.items():
        one, _, other = key.partition("_minus_")
        rows.append((f"{WORDS.get(one, one)} − {WORDS.get(other, other)}", signed_interval(interval)))
    return table(("simulated patients", "difference in DSC (95 % CI)"), rows)


def between_table(between: Scores) -> str:
    """Return differences between models by condition."""
    rows = [
        (pair, WORDS[condition], signed_interval(interval))
        for pair, conditions in between.items()
        for condition, interval in conditions.items()
    ]
    return table(("models", "condition (simulated patients)", "difference in DSC (95 % CI)"), rows)


def pixels_table(scores: Scores) -> str:
    """Return IoU, precision, recall, class pixel accuracy and HD95."""
    header = ("simulated patients", "IoU", "precision = CPA", "recall", "mean CPA", "HD95 mean, mm", "HD95 median, mm",
              "views with nothing drawn")  # fmt: skip
    rows = []
    for name, row in scores["conditions"].items():
        hd95 = row["hd95_mm"]
        means = (_number(row[key]["mean"]) for key in ("iou", "precision", "recall", "cpa_mean"))
        missed = f"{hd95['nothing_drawn']} of {hd95['views']}"
        rows.append((WORDS[name], *means, _number(hd95["mean"]), _number(hd95["median"]), missed))
    return table(header, rows)


def lesions_table(scores: Scores) -> str:
    """Return sensitivity at the accepted threshold and along the FROC."""
    rates = [f"{rate:g}" for rate in FALSE_POSITIVES_PER_SCAN]
    header = ("simulated patients", "sensitivity (95 % CI)", "any overlap", "FP / scan", "touching nothing",
              *(f"at {rate} FP" for rate in rates))  # fmt: skip
    rows = [
        (
            WORDS[name],
            plain_interval(row["lesion_sensitivity_interval"]),
            _number(row["lesion_sensitivity_any_overlap"]),
            _number(row["false_positives_per_scan"]),
            _number(row["false_positives_per_scan_touching_nothing"]),
            *(_number(row["froc"][rate]) for rate in rates),
        )
        for name, row in scores["conditions"].items()
        if "froc" in row
    ]
    return table(header, rows)


def calibration_table(scores: Scores) -> str:
    """Return ECE and Brier score of hot spots and of pixels."""
    rows = []
    for name, row in scores["conditions"].items():
        if "calibration" not in row:
            continue
        spots, pixels = row["calibration"]["hot_spots"], row["calibration"]["pixels"]
        if pixels["count"]:  # a rule has no probability of its own
            rows.append((WORDS[name], *(_number(one[key]) for one in (spots, pixels) for key in ("ece", "brier"))))
    return table(("simulated patients", "hot spots: ECE", "hot spots: Brier", "pixels: ECE", "pixels: Brier"), rows)


def reports_table(scores: Scores) -> str:
    """Return what reports add where nothing is, what is flagged, what moves, and what half a report loses."""
    rows = []
    for name, row in scores["conditions"].items():
        added, checks = row.get("pixels_added_by_report"), row.get("contradictions")
        if not added:
            continue
        flagged = f"{checks['flagged']} of {checks['disagreements']}" if checks else "-"
        moved = str(checks["moved"]) if checks and "moved" in checks else "-"
        appeared = str(checks["appeared"]) if checks and "appeared" in checks else "-"
        share = _number(added["share_without_uptake"])
        rows.append((WORDS[name], _number(added["per_scan"]), share, flagged, moved, appeared))
    header = ("simulated patients", "pixels added / scan", "of them without uptake", "contradictions flagged",
              "lesions moved to the named side", "false ones there")  # fmt: skip
    text = table(header, rows)
    half = scores.get("unnamed_lesions")
    if half and half["count"]:
        text += (
            f"\nOf the {half['count']} metastases that the report of half of them leaves out: sensitivity "
            f"{plain_interval(half['sensitivity_half_named'])} with that report, "
            f"{plain_interval(half['sensitivity_image_only'])} without any; difference "
            f"{signed_interval(half['difference'])}.\n"
        )
    return text


def patients_table(groups: Scores) -> str:
    """Return DSC without and with the report by group of patients."""
    rows = [
        (
            f"{group}: {band}",
            str(row["patients"]),
            plain_interval(row["image_only"]),
            plain_interval(row["report"]) if "report" in row else "-",
            signed_interval(row["gain"]) if "gain" in row else "-",
        )
        for group, bands in groups.items()
        for band, row in bands.items()
    ]
    return table(("simulated patients", "number", "image only", "with the report", "gain"), rows)


def lesion_groups_table(groups: Scores) -> str:
    """Return sensitivity by group of lesions, without and with the report."""
    shown = ("image_only", "report")
    rows = []
    for group, bands in groups.items():
        for band, row in bands.items():
            cells = [row["conditions"].get(name) for name in shown]
            found = [_number(cell["sensitivity"]) if cell else "-" for cell in cells]
            drawn = [_number(cell["share_drawn"]) if cell else "-" for cell in cells]
            rows.append((f"{group}: {band}", str(row["lesions"]), *found, *drawn))
    header = ("simulated lesions", "number", "found, image only", "found, with the report", "drawn, image only",
              "drawn, with the report")  # fmt: skip
    return table(header, rows)


def others_table(scores: Scores) -> str:
    """Return skeleton, places, burden and time."""
    places = scores["places"]
    rows = [
        ("skeleton DSC, mean over regions present, mean over patients", _number(scores["skeleton"]["patient_mean"])),
        ("skeleton DSC, pooled over patients", _number(scores["skeleton"]["pooled_mean"])),
        *(
            (f"skeleton DSC: {name.replace('_', ' ')}", _number(row["dice"]))
            for name, row in scores["skeleton"]["regions"].items()
        ),
        *(
            (f"place of hot spots: {name.replace('_', ' ')}", f"{_number(row['share'])} of {row['count']}")
            for name, row in places.items()
        ),
        *burden_rows(scores),
        ("seconds a case, median", _number(scores["seconds_per_case_median"])),
    ]
    return table(("simulated patients", "value"), rows)


def burden_rows(scores: Scores) -> list[tuple[str, str]]:
    """Return how measured and true burden agree: Bone Scan Index by each view rule, or the lesions' volume."""
    if "lesion_volume_ml" in scores:
        return [("volume of the accepted metastases", _agreement_words(scores["lesion_volume_ml"], "ml"))]
    return [(f"Bone Scan Index, view rule {rule}", _agreement_words(row, "%")) for rule, row in scores["bsi"].items()]


def _agreement_words(row: Scores, unit: str) -> str:
    difference = f"{_number(row['mean_difference'])} (SD {_number(row['sd_difference'])}) {unit}"
    return f"slope {_number(row['slope'])}, r {_number(row['r'])}, difference {difference}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; nothing without rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(header)} |", "|" + "---|" * len(header), *lines]) + "\n"


def plain_interval(interval: Scores) -> str:
    """Return "0.61 (0.55 to 0.66)"."""
    if interval["mean"] is None:
        return "-"
    return f"{interval['mean']} ({interval['low']} to {interval['high']})"


def signed_interval(interval: Scores) -> str:
    """Return "+0.061 (-0.010 to +0.120)"."""
    if interval["mean"] is None:
        return "-"
    return f"{interval['mean']:+.3f} ({interval['low']:+.3f} to {interval['high']:+.3f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value}"
