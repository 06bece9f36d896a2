"""The tables of the validation as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .tasks import COUNTS, CV_LEVELS

_CONDITION_WORDS = {"image_only": "without report", "report": "with report"}
_COUNT_GOALS = {"1.5": 0.10, "0.5": 0.25, "0.2": 0.6}
_PUBLISHED_COUNTS = {"1.5": "0.20", "0.5": "0.57", "0.2": "4.67"}


def goals_table(document: Mapping[str, Any]) -> str:
    """Return the table of the goals: published, ours wanted, ours found, met or not."""
    conditions = list(document["scores"])
    rows = [("test", "published by others", "goal", *(_CONDITION_WORDS[name] for name in conditions))]
    cells = [_goal_cells(document["scores"][name]) for name in conditions]
    for number, (test, published, goal) in enumerate(_GOALS):
        rows.append((test, published, goal, *(own[number] for own in cells)))
    return _markdown(rows)


_GOALS = (
    ("BSI against truth, 0.1-13 %: r, calibrated", "0.995 (EXINI, simulated); 0.934 (Shimizu)", "0.995"),
    ("slope, calibrated", "-", "0.97-1.03"),
    ("the same, patients without benign foci: r / slope", "0.995 (EXINI's phantoms have tumours only)", "-"),
    ("CV at 0.5, 1, 3, 5, 10 %, mean", "< 20 %", "< 10 % (stretch 8 %)"),
    ("repeat scan, mean difference ± SD", "0.05 ± 0.15", "< 0.03 ± 0.10"),
    *((f"error at {counts / 1e6:g} million counts", _PUBLISHED_COUNTS[f"{counts / 1e6:g}"],
       f"< {_COUNT_GOALS[f'{counts / 1e6:g}']}, flagged") for counts in COUNTS),
    ("region right", "-", "97 %"),
    ("side right, 2 cm or more from the midline", "-", "100 %"),
    ("vertebra within one", "-", "95 %"),
    ("rib within one", "-", "90 %"),
)  # fmt: skip


def _goal_cells(scores: Mapping[str, Any]) -> list[str]:
    line = scores.get("linearity", {}).get("calibrated", {})
    phantom = scores.get("tumours_only", {}).get("calibrated", {})
    cv = scores.get("variation", {}).get("calibrated", {}).get("mean_cv_percent")
    again = scores.get("repeat", {}).get("calibrated", {})
    cells = [
        _verdict(_number(line.get("r"), 3), line.get("r"), line.get("r") is not None and line["r"] >= 0.995),
        _verdict(
            _number(line.get("slope"), 3),
            line.get("slope"),
            line.get("slope") is not None and 0.97 <= line["slope"] <= 1.03,
        ),
        f"{_number(phantom.get('r'), 3)} / {_number(phantom.get('slope'), 3)}",
        _verdict(f"{_number(cv, 1)} %", cv, cv is not None and cv < 10),
        _verdict(
            f"{_number(again.get('difference'), 3)} ± {_number(again.get('difference_sd'), 3)}",
            again.get("difference"),
            again.get("difference_sd") is not None
            and abs(again["difference"]) < 0.03
            and again["difference_sd"] < 0.10,
        ),
    ]
    for counts, goal in _COUNT_GOALS.items():
        own = scores.get("counts", {}).get("calibrated", {}).get(counts, {})
        flagged = own.get("flagged_percent")
        # At the guideline's counts nothing need be flagged.
        met = own.get("error") is not None and own["error"] < goal and (counts == "1.5" or flagged == 100)
        words = f"{_number(own.get('error'), 2)} ± {_number(own.get('error_sd'), 2)}, {_number(flagged, 0)} % flagged"
        cells.append(_verdict(words, own.get("error"), met))
    for name, least in (("region", 97), ("side_far", 100), ("vertebra_within_one", 95), ("rib_within_one", 90)):
        place = scores["places"][name]
        met = place["percent"] is not None and place["percent"] >= least
        cells.append(_verdict(f"{_number(place['percent'], 1)} % of {place['count']}", place["percent"], met))
    return cells


def _verdict(words: str, measured: float | None, met: bool) -> str:
    """Add to a figure whether it meets its goal; what was not measured is not judged."""
    return words if measured is None else f"{words} ({'met' if met else 'not met'})"


def linearity_table(document: Mapping[str, Any]) -> str:
    """Return measured against true index, raw by each rule, calibrated, and with perfect outlines."""
    rows: list[Sequence[str]] = [
        ("patients", "read", "index", "r (95 %)", "slope (95 %)", "intercept", "measured - true, mean ± SD")
    ]
    words = {"linearity": "of the clinic, with benign foci", "tumours_only": "without benign foci"}
    for test, who in words.items():
        for condition, scores in document["scores"].items():
            for kind, line in scores.get(test, {}).items():
                if kind == "perfect" and condition != "image_only":
                    continue
                read = "-" if kind == "perfect" else _CONDITION_WORDS[condition]
                rows.append((f"{who} ({line['patients']})", read, _kind_words(kind, document), *_line_cells(line)))
    return _markdown(rows)


def _kind_words(kind: str, document: Mapping[str, Any]) -> str:
    if kind == "raw":
        return f"raw, view rule {document['view_rule']}"
    return {"calibrated": "calibrated", "perfect": "raw, perfect outlines and bones"}.get(
        kind, f"raw, view rule {kind}"
    )


def _line_cells(line: Mapping[str, Any]) -> tuple[str, ...]:
    if "r" not in line:
        return ("-",) * 4
    return (
        f"{_number(line['r'], 3)} ({_range(line['r_interval'], 3)})",
        f"{_number(line['slope'], 3)} ({_range(line['slope_interval'], 3)})",
        _number(line["intercept"], 2),
        f"{_number(line['difference'], 2)} ± {_number(line['difference_sd'], 2)}",
    )


def precision_table(document: Mapping[str, Any]) -> str:
    """Return CV by level, and repeat scans."""
    rows = [("index", "read", *(f"CV at {percent:g} %" for percent in CV_LEVELS), "mean CV", "repeat scan")]
    for condition, scores in document["scores"].items():
        for kind in ("raw", "calibrated"):
            levels = scores.get("variation", {}).get(kind, {"levels": {}})
            again = scores.get("repeat", {}).get(kind, {})
            rows.append(
                (
                    kind,
                    _CONDITION_WORDS[condition],
                    *(f"{_number(levels['levels'].get(f'{p:g}', {}).get('cv_percent'), 1)} %" for p in CV_LEVELS),
                    f"{_number(levels.get('mean_cv_percent'), 1)} %",
                    f"{_number(again.get('difference'), 3)} ± {_number(again.get('difference_sd'), 3)}",
                )
            )
    return _markdown(rows)


def counts_table(document: Mapping[str, Any]) -> str:
    """Return errors by counts."""
    rows = [("million counts", "read", "index", "off the truth by", "off 3 million counts by", "flagged", "unreliable")]
    for condition, scores in document["scores"].items():
        for kind, found in scores.get("counts", {}).items():
            for counts, own in found.items():
                rows.append(
                    (
                        counts,
                        _CONDITION_WORDS[condition],
                        kind,
                        f"{_number(own['error'], 2)} ± {_number(own['error_sd'], 2)}",
                        f"{_number(own['change'], 2)} ± {_number(own['change_sd'], 2)}",
                        f"{_number(own['flagged_percent'], 0)} %",
                        f"{_number(own['unreliable_percent'], 0)} %",
                    )
                )
    return _markdown(rows)


_PLACE_WORDS = {
    "region": "region right",
    "side": "side right, all sided bones",
    "side_far": "side right, 2 cm or more from the midline",
    "vertebra_within_one": "vertebra within one",
    "rib_within_one": "rib within one",
    "vertebra_exact_sure": "vertebra right where printed without ±1",
    "vertebra_exact_unsure": "vertebra right where printed with ±1",
    "rib_exact_sure": "rib right where printed without ±1",
    "rib_exact_unsure": "rib right where printed with ±1",
}


def places_table(document: Mapping[str, Any]) -> str:
    """Return shares of right places with their numbers."""
    conditions = list(document["scores"])
    rows = [("place", *(_CONDITION_WORDS[name] for name in conditions))]
    for name, words in _PLACE_WORDS.items():
        own = [document["scores"][condition]["places"][name] for condition in conditions]
        rows.append((words, *(f"{_number(each['percent'], 1)} % of {each['count']}" for each in own)))
    return _markdown(rows)


def coverage_table(document: Mapping[str, Any]) -> str:
    """Return how often intervals hold the truth."""
    conditions = list(document["scores"])
    names = sorted({name for scores in document["scores"].values() for name in scores["coverage"]})
    rows = [("figure", *(f"{_CONDITION_WORDS[name]}: holds the truth (median width)" for name in conditions))]
    for name in names:
        cells = []
        for condition in conditions:
            own = document["scores"][condition]["coverage"].get(name)
            cells.append(
                f"{_number(own['percent'], 0)} % of {own['count']} ({own['median_width']:.4g})" if own else "-"
            )
        rows.append((f"`{name}`", *cells))
    return _markdown(rows)


def flags_table(document: Mapping[str, Any]) -> str:
    """Return how often each flag of the burden was raised."""
    conditions = list(document["scores"])
    names = [name for name in document["scores"][conditions[0]]["flags"] if name != "examinations"]
    rows = [("flag", *(_CONDITION_WORDS[name] for name in conditions))]
    flags = [document["scores"][condition]["flags"] for condition in conditions]
    rows += [(f"`{name}`", *(f"{own[name]} of {own['examinations']}" for own in flags)) for name in names]
    return _markdown(rows)


SECTIONS = {
    "goals": goals_table,
    "linearity": linearity_table,
    "precision": precision_table,
    "counts": counts_table,
    "places": places_table,
    "coverage": coverage_table,
    "flags": flags_table,
}


def cohort_words(document: Mapping[str, Any]) -> str:
    """Say who was measured with what, and by which command."""
    calibration = document["calibration"] or "none: calibrated columns are empty"
    return (
        f"Simulated patients of {document['clinic']} (SHA-256 {document['clinic_sha256'][:12]}), "
        f"seed {document['seed']}, {document['examinations']} examinations; model {document['model']} "
        f"(weights {document['weights_sha256'][:12]}). Calibration: {calibration}.\n\n```\n{document['command']}\n```"
    )


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _range(ends: Sequence[float | None], digits: int) -> str:
    return " to ".join(_number(end, digits) for end in ends)
